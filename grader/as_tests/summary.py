"""Totals of the notebooks that were graded, for the terminal and for JUnit XML."""

from __future__ import annotations

import io
from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.exporters.values import points
from grader.model import Assignment, Report, Score
from grader.names import printable

_WIDTH = 200


def table(reports: Mapping[str, Report], assignment: Assignment) -> list[str]:
    """A line for each notebook with its points by item; `12+` where a person has to decide the rest."""
    shown = Table(box=None, pad_edge=False)
    shown.add_column("", overflow="fold")
    for item in assignment.items:
        shown.add_column(f"{item.id}/{item.points:g}", justify="right")
    shown.add_column(f"total/{assignment.total:g}", justify="right")
    shown.add_column("status")
    for name, report in reports.items():
        total = points(report.decided) if report.total is not None else f"{points(report.decided)}+"
        run = "" if report.execution.status == "ok" else f" ({report.execution.status})"
        shown.add_row(escape(printable(name)), *map(_points, report.scores), total, report.status + run)
    written = io.StringIO()
    Console(file=written, width=_WIDTH, emoji=False, color_system=None).print(shown)
    return [line.rstrip() for line in written.getvalue().splitlines()]


def properties(reports: Mapping[str, Report]) -> dict[str, str]:
    """Of all notebooks together, then of each; a total is empty while it is undecided."""
    totals = [report.total for report in reports.values()]
    known = [total for total in totals if total is not None]
    listed = {
        "total": points(sum(known)) if len(known) == len(totals) else "",
        "decided": points(sum(report.decided for report in reports.values())),
        "max_points": points(sum(report.max_points for report in reports.values())),
    }
    for name, report in reports.items():
        listed[f"{name} total"] = "" if report.total is None else points(report.total)
        listed[f"{name} decided"] = points(report.decided)
        listed[f"{name} max_points"] = points(report.max_points)
    return listed


def _points(score: Score) -> str:
    return points(score.points) if score.points is not None else f"{points(score.decided)}+"
