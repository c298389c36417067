"""Names that students and files have, made fit for a terminal, a file system, a page."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_MAX_NAME_BYTES = 140  # file systems take 255; the rest is for suffixes and for a file's name while it is written
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)  # device names on Windows
_ORDERS = ("Cc", "Zl", "Zp")  # controls and line ends: a terminal or a log would take them for orders
_UNSAFE_CATEGORIES = (*_ORDERS, "Cf", "Cs")  # invisible signs, and bytes that were no UTF-8


def printable(name: str) -> str:
    """The name on one line that can be written anywhere: bytes that were no UTF-8, and controls, become `?`."""
    text = name.encode("utf-8", "replace").decode()
    return "".join("?" if unicodedata.category(sign) in _ORDERS else sign for sign in text)


def file_name(student: str) -> str:
    """A name for this student's files that every file system takes: short, no separators, controls or leading dot."""
    plain = "".join(
        "_" if sign in '/\\:*?"<>|' or unicodedata.category(sign) in _UNSAFE_CATEGORIES else sign
        for sign in unicodedata.normalize("NFC", student)
    ).strip(" .")
    safe = f"_{plain}" if _RESERVED.match(plain) else plain or "unnamed"
    if len(safe.encode()) <= _MAX_NAME_BYTES:
        return safe
    mark = "~" + hashlib.sha256(safe.encode()).hexdigest()[:8]  # keeps two names apart that begin alike
    return safe.encode()[: _MAX_NAME_BYTES - len(mark)].decode(errors="ignore") + mark


def spelling(student: str) -> str:
    """Two names that a file system may take for one have the same spelling."""
    return unicodedata.normalize("NFC", file_name(student).casefold())
