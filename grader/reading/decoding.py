"""Bytes -> text, in whichever encoding a student's editor wrote them.

Here, in recovery.py and in disguises.py sentences about a file begin with the verb: `read` puts its name before it.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from grader.errors import Unreadable

_MARKS = (  # byte order marks; UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_UNMARKED = (  # both JSON and scripts begin with ASCII
    (re.compile(rb"(?:[\t\n\r -~]\0){4}"), "utf-16-le"),
    (re.compile(rb"(?:\0[\t\n\r -~]){4}"), "utf-16-be"),
)
_LOST = "\N{REPLACEMENT CHARACTER}"
_MOST_LOST = 0.01  # of all characters; with more of them broken it is no text


class Decoded(NamedTuple):
    """A file's text, and what had to be done to have it."""

    text: str
    said: tuple[str, ...] = ()


def decode(data: bytes) -> Decoded:
    """The text without byte order mark and without null bytes around it. Raises Unreadable for what is no text."""
    mark, encoding = next((known for known in _MARKS if data.startswith(known[0])), (b"", ""))
    encoding = encoding or next((name for begins, name in _UNMARKED if begins.match(data)), "utf-8")
    text, *said = _decoded(data[len(mark) :], encoding)
    bare = text.strip("\0")
    if not bare.strip():
        raise Unreadable("is an empty file; download the notebook again and hand in that file")
    if len(bare) < len(text):
        said.append(f"has {len(text) - len(bare):,} null bytes around its text, which were ignored")
    return Decoded(bare, tuple(said))


def _decoded(data: bytes, encoding: str) -> tuple[str, ...]:
    """The text, then what is to be said about it."""
    try:
        text = _up_to_a_cut(data, encoding)
    except UnicodeDecodeError:
        return _foreign(data) if encoding == "utf-8" else _with_gaps(data.decode(encoding, "replace"))
    if encoding == "utf-8":
        return (text,)
    return text, f"is {encoding[:6].upper()} text and was read as such; save it as UTF-8 for other programs"


def _up_to_a_cut(data: bytes, encoding: str) -> str:
    """The text of all whole characters: a file that was cut off can end inside one."""
    return codecs.getincrementaldecoder(encoding)().decode(data)


def _foreign(data: bytes) -> tuple[str, ...]:
    """Not UTF-8: Korean Windows' own encoding, or UTF-8 with some bytes broken. Korean in the former is all breaks."""
    mended = data.decode("utf-8", "replace")
    lost = mended.count(_LOST)
    beyond_ascii = len(mended) - len(mended.encode("ascii", "ignore"))
    if beyond_ascii > 2 * lost:
        return _with_gaps(mended)
    try:
        text = _up_to_a_cut(data, "cp949")
    except UnicodeDecodeError:
        return _with_gaps(mended)
    return text, "is CP949 (EUC-KR) text and was read as such; save it as UTF-8 for other programs"


def _with_gaps(text: str) -> tuple[str, ...]:
    lost = text.count(_LOST)
    if lost > 1 + _MOST_LOST * len(text):
        raise Unreadable("is not UTF-8 or any other text; save the notebook again from Jupyter or Colab")
    return text, f"has broken characters ({lost:,}), which were read as {_LOST}; download it again"
