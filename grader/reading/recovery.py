"""The text of a notebook, whole or damaged -> the cells in it, and what was lost."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from grader.errors import Unreadable
from grader.reading import conflicts
from grader.reading.cells import Numeral, looks_like_cell, source_of

MAX_VALUES = 2_000_000  # numbers, strings, lists and objects; notebooks with many interactive plots have some 100,000
MAX_SALVAGED = 10_000  # of the values of one list, and of lists: more than any notebook's cells and worksheets
MAX_READ_IN_VAIN = 50_000_000  # characters after damaged places, each of which may be read to the file's end
_AGAIN = "download the notebook again and hand in that file"
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)  # an open one ends with the text
_CELLS = re.compile(r'"cells"\s*:\s*\[')
_SPEC = re.compile(r'"(kernelspec|language_info)"\s*:\s*(?=\{)')
_CELL = re.compile(r'\{\s*"(?:attachments|cell_type|code|execution_count|id|input|metadata|outputs|source)"\s*:')
_SOMETHING = re.compile(r"[^\s,]")
_MOST_DEEP = 3  # JSON within a JSON string


# Numbers stay text: none of them is needed, and one of 5,000 digits is refused as a number.
_DECODER = json.JSONDecoder(parse_int=Numeral, parse_float=Numeral, parse_constant=Numeral, strict=False)


@dataclass(frozen=True)
class Found:
    """What a notebook's text holds. Sentences begin with the verb that follows the file's name."""

    cells: list[Any]
    metadata: Any = None
    said: tuple[str, ...] = ()
    lost: str | None = None  # what is missing of the student's work, if anything is

    def saying(self, sentence: str) -> Found:
        return replace(self, said=(sentence, *self.said))

    def losing(self, sentence: str) -> Found:
        """The same with one more thing that is lost; the first stands for all where only one can be named."""
        return replace(self, said=(*self.said, sentence), lost=self.lost or sentence)


def cells_of(text: str) -> Found:
    """Cells of a notebook of any format version. Raises Unreadable where not one whole cell can be found."""
    sides = conflicts.sides(text)
    return _cells_of_either(*sides) if sides else _cells_of_one(text)


def _cells_of_one(text: str, depth: int = 0) -> Found:
    _refuse_too_many_values(text)
    try:
        content = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return _cells_of_damaged(text, error)
    return _cells_in(content, depth)


def _refuse_too_many_values(text: str) -> None:
    """Before any of it is parsed: two million values take half a second and half a gigabyte."""
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        outside_strings = _STRING.sub("", text, count=MAX_VALUES)
        if sum(map(outside_strings.count, ",[{")) > MAX_VALUES:
            raise Unreadable(
                f"holds more than {MAX_VALUES:,} values, as no homework does; clear its outputs and hand it in again"
            )


def _cells_in(content: Any, depth: int = 0) -> Found:
    """Cells of whole JSON: a notebook, one in a string or in an answer of Jupyter's server, or a bare list of cells."""
    if isinstance(content, str) and depth < _MOST_DEEP and '"cells' in content:
        return _cells_of_one(content, depth + 1).saying("is a notebook written as one JSON string; it was unpacked")
    if isinstance(content, list) and content and all(map(looks_like_cell, content)):
        return Found(content, said=("is a bare list of cells, not a whole notebook; its cells were read",))
    known = content if isinstance(content, dict) else {}
    metadata, sheets, inner = known.get("metadata"), known.get("worksheets"), known.get("content")
    if isinstance(known.get("cells"), list):
        return Found(known["cells"], metadata)
    if isinstance(sheets, list):  # formats 2 and 3
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return Found([cell for cells in lists if isinstance(cells, list) for cell in cells], metadata)
    if isinstance(inner, dict | str) and depth < _MOST_DEEP:
        return _cells_in(inner, depth + 1).saying("is an answer of Jupyter's server; the notebook in it was read")
    raise Unreadable("is JSON, but not a notebook: it has no list of cells; " + _AGAIN)


# ---------------------------------------------------------------- two sides of a conflict


def _cells_of_either(*sides: conflicts.Side) -> Found:
    """Cells of the side that is whole; of two whole ones the one with more in it, and of equals the upper one."""
    found = [_cells_or_none(side.text) for side in sides]
    chosen = max(range(len(sides)), key=lambda index: _worth(found[index]))
    read = found[chosen]
    if read is None:
        raise Unreadable("holds git's conflict markers and is a notebook on neither side; resolve the conflict")
    return read.saying(conflicts.told(sides[chosen], sides[1 - chosen]))


def _cells_or_none(text: str) -> Found | None:
    try:
        return _cells_of_one(text)
    except Unreadable:
        return None


def _worth(found: Found | None) -> tuple[bool, bool, int]:
    if found is None:
        return False, False, 0
    return True, found.lost is None, sum(len(source_of(cell)) for cell in found.cells if isinstance(cell, dict))


# ---------------------------------------------------------------- damage


def _cells_of_damaged(text: str, error: Exception) -> Found:
    """One whole notebook with something around it, or the whole cells of one that is not."""
    start = max(0, text.find("{"))
    try:
        content, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return _salvaged(text, error)
    if not (isinstance(content, dict) and content.keys() & {"cells", "worksheets", "content"}):
        return _salvaged(text, error)
    found, after = _cells_in(content), text[end:].strip()
    if '"cells"' in after:
        lost = f"holds a second notebook after the first, which was not read; {_AGAIN}"
        return found.losing(lost)
    extra = len(text[:start].strip()) + len(after)
    return found.saying(f"has {extra:,} characters around the notebook in it; they were ignored")


def _salvaged(text: str, error: Exception) -> Found:
    reader = _Reader(text)
    cells: list[Any] = []
    damaged = 0
    end: int | None = 0
    for _ in range(MAX_SALVAGED):  # a list for each worksheet
        opened = _CELLS.search(text, end) if end is not None else None
        if opened is None:
            break
        more, passed_over, end = reader.whole_cells(opened.end())
        cells += more
        damaged += passed_over
    if not cells:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "nested too deep"
        raise Unreadable(f"is not a whole notebook file ({where}); {_AGAIN}")
    specs = islice(_SPEC.finditer(text), MAX_SALVAGED)
    metadata = {spec[1]: found[0] for spec in specs if (found := reader.value(spec.end()))}
    return Found(cells, metadata, *_what_is_lost(len(cells), damaged, whole=end is not None))


def _what_is_lost(read: int, damaged: int, whole: bool) -> tuple[tuple[str, ...], str | None]:
    """What is said, and what is lost, of a file that is broken."""
    if whole and not damaged:
        return (f"is damaged, but in none of its cells ({read}), which were read",), None
    lost = f"{damaged} could not be" if whole else "the rest is lost"
    told = f"is damaged: {read} whole {'cell was' if read == 1 else 'cells were'} read, {lost}; {_AGAIN}"
    return (told,), told


class _Reader:
    """Reads values of JSON wherever they begin, until it has read too much in vain."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._room = MAX_READ_IN_VAIN

    def value(self, at: int) -> tuple[Any, int] | None:
        """The value that begins there and where it ends; None if it is not whole."""
        if self._room < 0:
            return None
        try:
            return _DECODER.raw_decode(self._text, at)
        except (ValueError, RecursionError):
            self._room -= len(self._text) - at
            return None

    def whole_cells(self, at: int) -> tuple[list[Any], int, int | None]:
        """The whole cells of the list that begins there, the number of damaged ones among them, and the list's end.

        The end is None where the list does not end, or nothing whole follows a damaged cell.
        """
        cells: list[Any] = []
        damaged = 0
        for _ in range(MAX_SALVAGED):
            begin = _SOMETHING.search(self._text, at)
            if begin is None:
                break
            if begin[0] == "]":
                return cells, damaged, begin.end()
            found = self.value(begin.start())
            if found is None:
                damaged += 1
                found = self._next_cell(begin.end())
            if found is None:
                break
            cell, at = found
            cells += [cell] if looks_like_cell(cell) else []
        return cells, damaged, None

    def _next_cell(self, at: int) -> tuple[Any, int] | None:
        while self._room >= 0 and (begin := _CELL.search(self._text, at)):
            found = self.value(begin.start())
            if found and looks_like_cell(found[0]):
                return found
            at = found[1] if found else begin.end()
        return None
