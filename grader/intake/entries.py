"""Names inside archives: in which encoding they are, and whether they stay inside."""

from __future__ import annotations

import os
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Sequence

from grader.names import printable

_DRIVE = re.compile(r"[A-Za-z]:")
_MOST_CHARACTERS = 1_000
_MOST_FOLDERS = 40
_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075  # Info-ZIP's extra field: a version byte, the CRC of the plain name, the name in UTF-8


class Outside(Exception):
    """The name leads, or may lead, out of the archive; the message goes on after the name."""


def inside(name: str) -> str:
    """The name with `/` between its parts and nothing that means a place. Raises Outside."""
    plain = name.replace("\\", "/")
    if plain.startswith("/") or _DRIVE.match(plain):
        raise Outside("has an absolute path")
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Outside("has a path that leads outside with `..`")
    if not parts or len(plain) > _MOST_CHARACTERS or len(parts) > _MOST_FOLDERS:
        raise Outside("has a path that is empty or far too long")
    return "/".join(parts)


def shown(name: str, most: int = 120) -> str:
    """A name for a sentence."""
    plain = printable(unicodedata.normalize("NFC", name))
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def of_zip(infos: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The names as they were meant, one for each entry.

    Where no flag says UTF-8 the standard means CP437, but Windows in Korean writes CP949 and macOS UTF-8. One archive
    has one encoding: that which gives most Hangul, UTF-8 if that does not tell.
    """
    raw = [b"" if info.flag_bits & _UTF8_FLAG else info.orig_filename.encode("cp437") for info in infos]
    encoding = _encoding([name for name in raw if not name.isascii()])
    return [_name(info, plain, encoding) for info, plain in zip(infos, raw, strict=True)]


def of_tar(name: str) -> str:
    """A name in a tar: UTF-8, or else CP949."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("cp949", "replace")
    return name


def _encoding(names: Iterable[bytes]) -> str:
    joined = b"\n".join(names)
    found = []
    for rank, encoding in enumerate(("utf-8", "cp949")):
        try:
            text = unicodedata.normalize("NFC", joined.decode(encoding))
        except UnicodeDecodeError:
            continue
        found.append((-sum("가" <= sign <= "힣" for sign in text), rank, encoding))
    return min(found)[2] if found else "cp437"


def _name(info: zipfile.ZipInfo, raw: bytes, encoding: str) -> str:
    if not raw:
        return info.filename
    return _unicode_path(info.extra, raw) or raw.decode(encoding, "replace").partition("\0")[0]


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(body) > 5 and body[1:5] == struct.pack("<L", zlib.crc32(raw)):
            try:
                return body[5:].decode()
            except UnicodeDecodeError:
                return None
    return None
