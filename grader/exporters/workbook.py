"""A spreadsheet with three sheets: totals, items, criteria. No cell is a formula, whatever students are called."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from grader.exporters.cells import harmless, yes_no
from grader.exporters.exported import Exported, Wish
from grader.exporters.grades import Grades
from grader.exporters.lists import COUNTS, WHO, findings, has_deadline, items_of, who
from grader.exporters.values import printable

_LONGEST = 32_000  # characters of one cell; the format ends at 32,767
_WIDTH = 14
_WIDE = 60

Value = str | float | None


def export(everybody: Sequence[Grades], wish: Wish) -> Exported:
    """Totals with who and status, points by item, and one line per criterion with what the student reads."""
    book = Workbook(write_only=True)
    items = items_of(everybody)
    counts = COUNTS if has_deadline(everybody) else ()
    header = [*WHO, "total", *counts, "max_points", "status", "late", "submitted_at"]
    _fill(book, "totals", header, (_totals(grades, counts=bool(counts)) for grades in everybody))
    by_item = ([s.student, *(s.points.get(item) for item in items), s.total, s.status] for s in everybody)
    _fill(book, "items", ["student", *items, "total", "status"], by_item)
    header = ["student", "item", "criterion", "outcome", "earned", "points", "feedback"]
    _fill(book, "criteria", header, map(list, findings(everybody)))
    content = io.BytesIO()
    book.save(content)
    return Exported({"": content.getvalue()}, written=len(everybody))


def _totals(grades: Grades, *, counts: bool) -> list[Value]:
    at = grades.submitted_at.isoformat(" ") if grades.submitted_at else ""
    end = [grades.max_points, grades.status, yes_no(grades.late), at]
    return [*who(grades), grades.total, *((grades.penalty, grades.grade) if counts else ()), *end]


def _fill(book: Workbook, title: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    for place, name in enumerate(header, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDE if name == "feedback" else _WIDTH
    sheet.append([_cell(sheet, name, bold=True) for name in header])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: WriteOnlyWorksheet, value: Value, *, bold: bool = False) -> Cell:
    if isinstance(value, str):
        value = harmless(printable(value)[:_LONGEST]) or None
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl takes what begins with `=` for a formula
        cell.alignment = Alignment(wrap_text=len(value) > _WIDE, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell
