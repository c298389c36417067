"""Moodle: its offline grading worksheet, in whatever language, with grades and comments filled in."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grader.errors import GraderError
from grader.exporters import sheet
from grader.exporters.canvas import decimal_sign, factor, same_or_new
from grader.exporters.cells import as_number, harmless
from grader.exporters.exported import Exported, Upload, Wish
from grader.exporters.grades import Grades
from grader.exporters.matching import matched
from grader.exporters.returned import moodle_zip
from grader.exporters.sheet import Place, Sheet
from grader.intake import roster_file
from grader.model import Identity

# What sites in other languages call the column is found by its place.
_GRADE = ("grade", "성적", "評定", "評点", "bewertung", "note", "calificación", "成绩", "成績", "оценка", "beoordeling")
_SCALE = ("scale", "척도", "skala", "barème", "escala", "評価尺度", "量表", "schaal", "шкала")
_COMMENTS = re.compile(
    r"feedback|피드백|comment|フィードバック|kommentar|retroalimentación|反馈|回饋|отзыв", re.IGNORECASE
)
_PARTICIPANT = re.compile(r"\D*\d+")
_OF_A_FIELD = re.compile(r"(.*?)\s*[(（].*[)）]")  # `Last modified (grade)`


@dataclass(frozen=True)
class Columns:
    """Places in the worksheet; None for what it does not have."""

    identifier: int
    grade: int
    maximum: int | None
    comments: int | None


def export(everybody: Sequence[Grades], wish: Wish) -> Exported:
    """Fill in grades and comments. Raises GraderError for a file that is no worksheet, or another assignment's."""
    if wish.template is None:
        mend = "download it in the assignment under `Download grading worksheet`, and give it with --template"
        raise GraderError(f"moodle takes grades back only in its own worksheet: {mend}")
    given = sheet.read(wish.template)
    columns = _columns(given, wish.column)
    lines = _participants(given, columns)
    theirs = matched([s for s in everybody if s.status != "missing"], lines, "moodle")
    _whole(given, theirs.lines)
    grades = _grades(given, columns, theirs.lines, wish)
    comments, kept = _comments(given, columns, theirs.lines)
    uploads = [Upload(s, lines[place].lms_id, lines[place].name) for place, s in theirs.lines.items() if s.final]
    archive, not_packed = moodle_zip(uploads, wish.out) if wish.feedback else (None, [])
    untouched = [line.name or line.lms_id for place, line in lines.items() if place not in theirs.lines]
    return Exported(
        {"": given.with_cells({**grades, **comments}).encoded()},
        {"-feedback.zip": archive} if archive is not None else {},
        len(grades),
        given.values[0][columns.grade],
        [
            ("no column for comments is recognised, so only grades are written", [] if columns.comments else ["all"]),
            ("not in the template, so not exported", theirs.nobodys),
            ("a person's comment is there already, so it was left", kept),
            ("in the template, left as they were", untouched),
            ("no feedback page, so no file in the feedback zip", not_packed),
        ],
    )


def _participants(given: Sheet, columns: Columns) -> dict[int, Identity]:
    """Who stands in each line. Where no header is recognised, number and name by their places."""
    known = roster_file.identities(given.values)
    found = {}
    for place, row in enumerate(given.values[1:], 1):
        number = re.search(r"\d+$", row[columns.identifier].strip()) if columns.identifier < len(row) else None
        if number:
            name = row[columns.identifier + 1] if columns.identifier + 1 < len(row) else ""
            found[place] = known.get(place, Identity(name=name)).model_copy(update={"lms_id": number[0]})
    return found


# ---------------------------------------------------------------- columns


def _columns(given: Sheet, asked: str | None) -> Columns:
    header = [cell.strip() for cell in given.values[0]] if given.values else []
    identifier = next((n for n in range(len(header)) if _all(given, n, _PARTICIPANT.fullmatch)), None)
    if identifier is None:
        mend = "give the grading worksheet as Moodle downloads it"
        raise GraderError(f"{given.file} is no worksheet of Moodle (no column holds participants' numbers): {mend}")
    maximum = next((n for n in range(identifier + 2, len(header)) if _is_maximum(given, n)), None)
    names = [asked.casefold()] if asked else _GRADE
    grade = next((n for n, name in enumerate(header) if name.casefold() in names), None)
    if grade is None and asked is None and maximum is not None:
        grade = maximum - 1
    if grade is None:
        mend = f"choose one with --column: {', '.join(header)}"
        raise GraderError(f"{given.file} has no column {asked or 'for grades that is recognised'}: {mend}")
    if grade + 1 < len(header) and header[grade + 1].casefold() in _SCALE:
        mend = "let the assignment be graded in points, and download the worksheet again"
        raise GraderError(f"{given.file} is graded by a scale ({header[grade + 1]}): {mend}")
    return Columns(identifier, grade, maximum, _comments_column(header, grade))


def _all(given: Sheet, column: int, fits: Callable[[str], object]) -> bool:
    cells = [row[column].strip() for row in given.values[1:] if column < len(row) and row[column].strip()]
    return bool(cells) and all(fits(cell) for cell in cells)


def _is_maximum(given: Sheet, column: int) -> bool:
    """Everybody has one number there, and to the left of it stand numbers or nothing."""
    cells = {as_number(row[column]) for row in given.values[1:] if column < len(row)}
    left = [row[column - 1].strip() for row in given.values[1:] if column < len(row)]
    return len(cells) == 1 and None not in cells and all(c in ("", "-") or as_number(c) is not None for c in left)


def _comments_column(header: Sequence[str], grade: int) -> int | None:
    """The first column behind `Last modified (grade)`, the second that begins as `Last modified (submission)`."""
    begun: set[str] = set()
    behind = grade
    for place in range(grade + 1, len(header)):
        found = _OF_A_FIELD.fullmatch(header[place])
        if found and found[1] in begun:
            return place + 1 if place + 1 < len(header) else None
        begun |= {found[1]} if found else set()
        behind = place if found else behind
    return next((n for n in range(behind + 1, len(header)) if _COMMENTS.search(header[n])), None)


# ---------------------------------------------------------------- cells


def _whole(given: Sheet, lines: Mapping[int, Grades]) -> None:
    for place in lines:
        if len(given.raw[place]) < len(given.raw[0]):
            mend = "download the template again"
            raise GraderError(f"{given.file} line {place + 1} has fewer cells than the header: {mend}")


def _grades(given: Sheet, columns: Columns, lines: Mapping[int, Grades], wish: Wish) -> dict[Place, str]:
    decimal = decimal_sign(given)
    cells = {}
    for place, grades in lines.items():
        row = given.values[place]
        there = as_number(row[columns.maximum]) if columns.maximum is not None else None
        times = factor(there, [grades], wish, f"{given.file} line {place + 1}")
        if grades.final and grades.grade is not None:
            cells[place, columns.grade] = same_or_new(row[columns.grade], grades.grade * times, decimal)
    return cells


def _comments(given: Sheet, columns: Columns, lines: Mapping[int, Grades]) -> tuple[dict[Place, str], list[str]]:
    """The comments by cell, and the students beside whom a person has written one."""
    cells: dict[Place, str] = {}
    kept = []
    for place, grades in lines.items():
        if columns.comments is None:
            continue
        old = given.values[place][columns.comments]
        if old.strip() and not _is_ours(old, grades):
            kept.append(grades.student)
        else:
            cells[place, columns.comments] = harmless(as_html(grades.words))
    return cells, kept


def _is_ours(old: str, grades: Grades) -> bool:
    first = next(iter(grades.points), "")
    return re.match(rf"(?:<\w+>)*{re.escape(first)} (?:\?|[\d.]+)/", old.strip()) is not None


def as_html(words: str) -> str:
    """As Moodle keeps comments. No quote and no backslash is left: PHP's reader of CSV takes `\\"` for one sign."""
    return html.escape(words).replace("\\", "&#92;").replace("\n", "<br>")
