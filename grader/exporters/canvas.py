"""Canvas: the course's own gradebook export with one column filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.errors import GraderError
from grader.exporters import sheet
from grader.exporters.cells import as_number, two_decimals
from grader.exporters.exported import Exported, Upload, Wish
from grader.exporters.grades import Grades
from grader.exporters.matching import matched
from grader.exporters.returned import canvas_zip
from grader.exporters.sheet import Place, Sheet
from grader.intake import roster_file

_ASSIGNMENT = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.DOTALL)
_POINTS_POSSIBLE = "points possible"
_READ_ONLY = "(read only)"
_LEFT = ("EX", "N/A")  # excused, and not assigned: a person's decision in Canvas


@dataclass(frozen=True)
class Column:
    """An assignment's place in the table."""

    place: int
    header: str

    @property
    def title(self) -> str:
        found = _ASSIGNMENT.fullmatch(self.header)
        return found["title"] if found else self.header

    def is_called(self, name: str) -> bool:
        found = _ASSIGNMENT.fullmatch(self.header)
        return name in (self.header, self.title, found["id"] if found else "")


def export(everybody: Sequence[Grades], wish: Wish) -> Exported:
    """Fill in the grades. Raises GraderError for a template that is no gradebook, or another assignment's."""
    if wish.template is None:
        mend = "download it in Canvas under Grades > Export, and give it with --template"
        raise GraderError(f"canvas takes grades back only in its own gradebook: {mend}")
    given = sheet.read(wish.template)
    possible = _points_possible(given)
    column = _column(given, possible, everybody, wish)
    lines = roster_file.identities(given.values)
    theirs = matched([s for s in everybody if s.final], lines, "canvas")
    factor = _factor(given, possible, column, everybody, wish)
    cells, left = _cells(given, column, theirs.lines, factor)
    uploads = [Upload(grades) for grades in theirs.lines.values()]
    archive, not_packed = canvas_zip(uploads, wish.out) if wish.feedback else (None, [])
    untouched = [lines[place].name for place in lines if place not in theirs.lines]
    return Exported(
        {"": given.with_cells(cells).encoded()},
        {"-feedback.zip": archive} if archive is not None else {},
        len(cells),
        column.header,
        [
            ("not in the template, so not exported", theirs.nobodys),
            ("excused or not assigned in Canvas, so left as they were", left),
            ("in the template, left as they were", untouched),
            ("no file in the feedback zip, as Canvas takes back only what was uploaded as a file", not_packed),
        ],
    )


def _points_possible(given: Sheet) -> list[str] | None:
    """The row below the header that says what each column is out of."""
    rows = (row for row in given.values[1:4] if row and _POINTS_POSSIBLE in row[0].casefold())
    return next(rows, None)


def _column(given: Sheet, possible: list[str] | None, everybody: Sequence[Grades], wish: Wish) -> Column:
    """The assignment's column: the one asked for, the one of its name, or the only one."""
    header = given.values[0] if given.values else []
    named = [cell.strip() for cell in header]
    first = named[0].lstrip("\ufeff").casefold() if named else ""
    if "ID" not in named or "Section" not in named or first not in ("student", "lastname"):
        mend = "give the file that Grades > Export downloads, unchanged"
        raise GraderError(f"{wish.template} is no gradebook of Canvas (its header has no Student, ID, Section): {mend}")
    columns = [
        Column(place, name)
        for place, name in enumerate(named)
        if place > named.index("Section") and not _read_only(possible, place)
    ]
    assignments = [column for column in columns if _ASSIGNMENT.fullmatch(column.header)]
    if wish.column is not None:
        asked = [column for column in columns if column.is_called(wish.column)]
        return _one(asked, assignments or columns, f"{wish.template} has no column for {wish.column}")
    alike = [column for column in assignments if everybody and _names(column, everybody[0])]
    return _one(
        alike or assignments, assignments, f"{wish.template} does not tell which column is {everybody[0].assignment}"
    )


def _one(chosen: Sequence[Column], all_of_them: Sequence[Column], problem: str) -> Column:
    if len(chosen) == 1:
        return chosen[0]
    there = ", ".join(column.header for column in all_of_them[:8]) or "there is none"
    raise GraderError(f"{problem}: choose one with --column by title or number: {there}")


def _read_only(possible: list[str] | None, place: int) -> bool:
    return possible is not None and place < len(possible) and _READ_ONLY in possible[place].casefold()


def _names(column: Column, grades: Grades) -> bool:
    """Whether the title is the assignment's, or holds its id as a word: `HW1: regression`."""
    words = re.split(r"[\W_]+", column.title.casefold())
    titles = {grades.title.ko.casefold(), grades.title.en.casefold()}
    return column.title.casefold() in titles or grades.assignment.casefold() in words


def _factor(given: Sheet, possible: list[str] | None, column: Column, everybody: Sequence[Grades], wish: Wish) -> float:
    """What points are multiplied with: 1, or with --scale what makes them Canvas's."""
    there = as_number(possible[column.place]) if possible and column.place < len(possible) else None
    return factor(there, everybody, wish, f"{given.file}: {column.header}")


def factor(there: float | None, everybody: Sequence[Grades], wish: Wish, where: str) -> float:
    """1 where the system's maximum is ours, or not told; else their ratio if that was asked for."""
    ours = everybody[0].max_points if everybody else 0.0
    if there is None or there == ours or not ours:
        return 1.0
    if not wish.scale:
        mend = f"set it to {ours:g} there and download again, or give --scale to convert the grades"
        raise GraderError(f"{where} is out of {there:g} points, this assignment out of {ours:g}: {mend}")
    return there / ours


def _cells(
    given: Sheet, column: Column, lines: Mapping[int, Grades], times: float
) -> tuple[dict[Place, str], list[str]]:
    """The grades by cell, and those whose cell says that Canvas wants none."""
    decimal = decimal_sign(given)
    cells: dict[Place, str] = {}
    left = []
    for place, grades in lines.items():
        row = given.values[place]
        if column.place >= len(row):
            mend = "download the template again"
            raise GraderError(f"{given.file} line {place + 1} has fewer cells than the header: {mend}")
        if row[column.place].strip().upper() in _LEFT:
            left.append(grades.student)
        elif grades.grade is not None:
            cells[place, column.place] = same_or_new(row[column.place], grades.grade * times, decimal)
    return cells, left


def same_or_new(old: str, value: float, decimal: str) -> str:
    """The cell's own text if it says this grade already."""
    return old if as_number(old) == round(value, 2) else two_decimals(value, decimal)


def decimal_sign(given: Sheet) -> str:
    """The comma where the table's own numbers have one."""
    return "," if any(re.fullmatch(r"\d+,\d{1,2}", cell) for row in given.values for cell in row) else "."
