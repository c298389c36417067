"""A CSV in which single cells are replaced and every other byte stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from grader.errors import GraderError

_MAX_BYTES = 20_000_000
_LINE_END = re.compile(r"\r\n|\r|\n")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')

Place = tuple[int, int]  # row and column, from 0


@dataclass(frozen=True)
class Sheet:
    """`raw` are the cells as they stand in the file, quotes and all; `ends` what stands behind each line."""

    file: Path
    mark: bytes
    encoding: str
    delimiter: str
    raw: tuple[tuple[str, ...], ...]
    ends: tuple[str, ...]

    @cached_property
    def values(self) -> list[list[str]]:
        """What the cells mean."""
        return [[_meant(cell) for cell in row] for row in self.raw]

    def with_cells(self, cells: Mapping[Place, str]) -> Sheet:
        """The sheet with these cells replaced; one that means the same already keeps its bytes."""
        rows = [list(row) for row in self.raw]
        for (row, column), text in cells.items():
            if self.values[row][column] != text:
                rows[row][column] = self._written(row, column, text)
        return replace(self, raw=tuple(map(tuple, rows)))

    def encoded(self) -> bytes:
        """The file's bytes. Letters that its encoding lacks become references, as HTML writes them."""
        lines = (self.delimiter.join(row) + end for row, end in zip(self.raw, self.ends, strict=True))
        return self.mark + "".join(lines).encode(self.encoding, errors="xmlcharrefreplace")

    def _written(self, row: int, column: int, text: str) -> str:
        """The text, quoted if it has to be, if the cell was, or if all the others of its line are."""
        others = [cell for place, cell in enumerate(self.raw[row]) if place != column and cell]
        quoting = self.raw[row][column].startswith('"') or (others and all(cell.startswith('"') for cell in others))
        if quoting or re.search(rf'["\r\n{re.escape(self.delimiter)}]', text) or text != text.strip():
            return '"' + text.replace('"', '""') + '"'
        return text


def read(file: Path) -> Sheet:
    """Read a template. Raises GraderError, with the mend, if it is no CSV or cannot be written again as it is."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise GraderError(f"{file} has more than {_MAX_BYTES / 1e6:.0f} MB: is it the template?")
        content = file.read_bytes()
    except OSError as error:
        raise GraderError(f"{file} cannot be opened: {error.strerror}") from None
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise GraderError(
            f"{file} is a spreadsheet: download the template as CSV, and do not save it from a spreadsheet"
        )
    mark, encoding, text = _decoded(file, content)
    delimiter = _delimiter(text)
    raw, ends = _cells(file, text, delimiter)
    return Sheet(file, mark, encoding, delimiter, raw, ends)


def _decoded(file: Path, content: bytes) -> tuple[bytes, str, str]:
    told = [(mark, encoding) for mark, encoding in _MARKS if content.startswith(mark)]
    for mark, encoding in told or [(b"", "utf-8"), (b"", "cp949")]:
        body = content[len(mark) :]
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.encode(encoding) == body and "\0" not in text:
            return mark, encoding, text
    raise GraderError(f"{file} is neither UTF-8 nor CP949: download it again as UTF-8")


def _delimiter(text: str) -> str:
    header = _LINE_END.split(_QUOTED.sub("", text), maxsplit=1)[0]
    return max(",;\t", key=header.count)


def _cells(file: Path, text: str, delimiter: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    cell = re.compile(rf"{_QUOTED.pattern}[^{delimiter}\r\n]*|[^{delimiter}\r\n]*")
    rows: list[tuple[str, ...]] = []
    ends: list[str] = []
    row: list[str] = []
    place = 0
    while place < len(text) or row:
        found = cell.match(text, place)
        assert found is not None  # the second form matches the empty text
        if found[0].startswith('"') and not _QUOTED.match(found[0]):
            raise GraderError(f"{file} line {len(rows) + 1}: a quote does not end: download the template again")
        row.append(found[0])
        place = found.end()
        if text.startswith(delimiter, place):
            place += 1
            continue
        end = _LINE_END.match(text, place)
        rows.append(tuple(row))
        ends.append(end[0] if end else "")
        row = []
        place += len(ends[-1])
    return tuple(rows), tuple(ends)


def _meant(raw: str) -> str:
    quoted = _QUOTED.match(raw)
    return raw if quoted is None else quoted[0][1:-1].replace('""', '"') + raw[quoted.end() :]
