"""Where the cells of a notebook stand in its file, line by line, for whoever has that file in an editor or a review."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import Unreadable
from grader.reading.decoding import decode

_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)
_SPACE = re.compile(r"[ \t\r\n]*")
_MARKS = "#\"' \t"  # what comments and text blocks of a script have before the words of a cell
_FARTHEST = 200  # lines between two of a script's that follow each other in a cell, or in two


@dataclass(frozen=True)
class CellLines:
    """For each cell the lines of the file, counted from 1, on which the lines of its source stand."""

    cells: tuple[tuple[int, ...], ...] = ()

    def line(self, cell: int | None, within: int = 1) -> int:
        """Of a line of a cell, both counted from 1; the file's first where that is not known."""
        if cell is None or not 1 <= cell <= len(self.cells):
            return 1
        lines = self.cells[cell - 1]
        return lines[min(max(within, 1), len(lines)) - 1]


def lines_in(file: Path, cells: Sequence[dict[str, Any]]) -> CellLines:
    """The lines of `cells`, as they were read from the file. Nothing is known of a file that is damaged."""
    try:
        text = decode(file.read_bytes()).text
    except (OSError, Unreadable):
        return CellLines()
    try:
        return CellLines(tuple(_of_json(text)))
    except (ValueError, IndexError, RecursionError):
        return CellLines() if text.lstrip().startswith("{") else CellLines(tuple(_of_script(text, cells)))


# ---------------------------------------------------------------- JSON


def _of_json(text: str) -> Iterator[tuple[int, ...]]:
    """The lines of each cell of whole JSON. Raises ValueError or IndexError for anything else."""
    breaks = [found.start() for found in re.finditer("\n", text)]
    for cell in _cells(text, _past_space(text, 0)):
        places = list(_places_of_source(text, cell)) or [cell]
        yield tuple(bisect_left(breaks, place) + 1 for place in places)


def _cells(text: str, at: int) -> Iterator[int]:
    """Where each cell begins, of the notebook that begins at `at`; format 3 has them in worksheets."""
    for key, value in _members(text, at):
        if key == "cells":
            yield from _elements(text, value)
        elif key == "worksheets":
            for sheet in _elements(text, value):
                yield from _cells(text, sheet)
        elif key == "content" and text[value] == "{":  # as Jupyter's server wraps it
            yield from _cells(text, value)


def _places_of_source(text: str, cell: int) -> Iterator[int]:
    """For each line of a cell's source the place of the string that it begins in."""
    for key, value in _members(text, cell):
        if key not in ("source", "input"):
            continue
        begins = True
        for part in _elements(text, value) if text[value] == "[" else [value]:
            written = _DECODER.raw_decode(text, part)[0]
            lines = written.split("\n") if isinstance(written, str) else []
            continued = 0 if begins else 1
            yield from [part] * (len(lines) - continued - (lines[-1:] == [""]))
            begins = lines[-1:] == [""]


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The keys of the object that begins at `at`, and where their values begin."""
    at = _past_space(text, _past(text, at, "{"))
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        value = _past_space(text, _past(text, _past_space(text, at), ":"))
        yield key, value
        at = _past_space(text, _DECODER.raw_decode(text, value)[1])
        at = _past_space(text, at + 1) if text[at] == "," else at


def _elements(text: str, at: int) -> Iterator[int]:
    """Where the elements of the list that begins at `at` begin."""
    at = _past_space(text, _past(text, at, "["))
    while text[at] != "]":
        yield at
        at = _past_space(text, _DECODER.raw_decode(text, at)[1])
        at = _past_space(text, at + 1) if text[at] == "," else at


def _past(text: str, at: int, sign: str) -> int:
    if text[at] != sign:
        raise ValueError(f"no {sign} at {at}")
    return at + 1


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


# ---------------------------------------------------------------- scripts


def _of_script(text: str, cells: Sequence[dict[str, Any]]) -> Iterator[tuple[int, ...]]:
    """The lines of a script in which the words of each cell's lines are found, one after the other."""
    written = text.split("\n")
    found: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(written):
        found[_words(line)].append(number)
    at = 0
    for cell in cells:
        lines: list[int | None] = []
        for line in cell["source"].split("\n"):
            same = found.get(_words(line), []) if _words(line) else []
            place = bisect_left(same, at)
            near = place < len(same) and same[place] - at < _FARTHEST
            at = same[place] + 1 if near else at
            lines.append(at if near else None)
        yield tuple(_filled(lines, min(at + 1, len(written))))


def _filled(lines: Sequence[int | None], otherwise: int) -> list[int]:
    """With the next known line, or else the last one, for empty lines and those that the file writes in another way."""
    known = [line for line in lines if line is not None]
    near = known[-1] if known else otherwise
    filled = []
    for line in reversed(lines):
        near = near if line is None else line
        filled.append(near)
    return filled[::-1]


def _words(line: str) -> str:
    return line.strip().lstrip(_MARKS).rstrip()
