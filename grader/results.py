"""What a run of `grader grade` leaves in its folder: one file per student and kind, then the class's two."""

from __future__ import annotations

import csv
import io
import json
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from grader.exporters.html import class_page, executed_page, feedback_page
from grader.grading import Graded
from grader.model import Assignment, Report
from grader.submissions import file_name

_FORMULA_STARTS = ("=", "+", "-", "@")  # a spreadsheet would run such a cell


class Results:
    """The folder OUT. Each student's files appear whole or not at all, as soon as that student is graded."""

    def __init__(self, folder: Path, assignment: Assignment) -> None:
        self.folder = folder
        self.assignment = assignment
        self.reports: list[Report] = []
        for name in ("reports", "executed", "feedback"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def index(self) -> Path:
        return self.folder / "index.html"

    def add(self, graded: Graded) -> None:
        """Write one student's report, then the executed notebook and the pages."""
        report, execution = graded.report, graded.execution
        name = file_name(report.student)
        self.reports.append(report)
        plain = json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=1)
        write(self.folder / "reports" / f"{name}.json", plain + "\n")
        link = None
        if execution.notebook is not None:
            notebook = json.dumps(execution.notebook, ensure_ascii=False, indent=1)
            write(self.folder / "executed" / f"{name}.ipynb", notebook)
            title = f"{self.assignment.title.in_language(report.language)} · {report.student}"
            write(self.folder / "executed" / f"{name}.html", executed_page(execution, title, report.language))
            link = f"../executed/{quote(name)}.html"
        page = feedback_page(report, graded.submission, execution, self.assignment, executed_link=link)
        write(self.folder / "feedback" / f"{name}.html", page)

    def finish(self) -> list[Report]:
        """Write gradebook.csv and index.html; returns the reports sorted by student."""
        reports = sorted(self.reports, key=lambda report: report.student)
        links = {report.student: f"feedback/{quote(file_name(report.student))}.html" for report in reports}
        write(self.folder / "gradebook.csv", gradebook(reports, self.assignment))
        write(self.index, class_page(reports, self.assignment, links))
        return reports


def gradebook(reports: Sequence[Report], assignment: Assignment) -> str:
    """One row per student, one column per item. Undecided points are empty, never 0."""
    table = io.StringIO()
    writer = csv.writer(table)
    items = [item.id for item in assignment.items]
    writer.writerow(["student", *items, "total", "max_points", "status", "execution"])
    for report in reports:
        points = {score.item: score.points for score in report.scores}
        cells = [_number(points.get(item)) for item in items]
        end = [_number(report.total), _number(report.max_points), report.status, report.execution.status]
        writer.writerow([harmless(report.student), *cells, *end])
    return table.getvalue()


def harmless(cell: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    start = unicodedata.normalize("NFKC", cell[:20]).lstrip()  # full-width signs and leading white space count too
    return f"'{cell}" if start.startswith(_FORMULA_STARTS) or cell.startswith(("\t", "\r", "\n")) else cell


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def write(file: Path, text: str) -> None:
    """Write UTF-8 so that `file` holds the old or the new text, never half of it. Lone surrogates become `?`."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(text.encode("utf-8", errors="replace"))
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)
