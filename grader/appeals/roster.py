"""A course list of one: what lateness rests on and no file of the hand-in tells."""

from __future__ import annotations

import csv
import datetime as dt
import io

from grader.appeals.case import Case
from grader.model import Report

ROSTER = "roster.csv"


def roster(case: Case) -> bytes | None:
    """For `grade --roster`: the student under the same name, with the same due moment and time. None: no deadline.

    The due moment is that of the report, so that an extension of another one in the group is in it.
    """
    late = case.standing.machine.lateness
    if late is None:
        return None
    number = case.kept.submission.identity.number
    numbered = bool(number) and case.student.startswith(f"{number} ")
    row = [
        number if numbered else "",
        case.student.removeprefix(f"{number} ") if numbered else case.student,
        late.due.isoformat(sep=" ") if late.extended else "",
        _handed_in(case.standing.machine),
    ]
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([["student_number", "name", "extension", "submitted_at"], row])
    return table.getvalue().encode(errors="replace")


def _handed_in(report: Report) -> str:
    """The moment, or what an export says without one. A second that has begun counts: lists tell no parts of it."""
    at = report.submitted_at
    if at is None:
        return {True: "late", False: "in time", None: ""}[report.late]
    whole = at.replace(microsecond=0)
    return (whole if whole == at else whole + dt.timedelta(seconds=1)).isoformat(sep=" ")
