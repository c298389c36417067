"""Gradescope: a results.json per student, and one table in the manner of its own export of grades."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from grader.exporters.cells import number, table
from grader.exporters.exported import Exported, Wish
from grader.exporters.grades import Grades
from grader.exporters.lists import items_of
from grader.names import file_name

_VISIBILITY: Mapping[str, str] = MappingProxyType({"after_due": "after_due_date"})  # the others have the same words
_STATUS = MappingProxyType({"final": "Graded", "provisional": "Ungraded", "missing": "Missing"})


def export(everybody: Sequence[Grades], wish: Wish) -> Exported:
    """`<student>/results.json` for whoever has a grade, and `grades.csv` for all."""
    files = {f"{file_name(s.student)}/results.json": _as_json(results(s)) for s in everybody if s.final}
    return Exported({**files, "grades.csv": _grades(everybody)}, written=len(files))


def results(grades: Grades) -> dict[str, Any]:
    """What an autograder leaves in /autograder/results/results.json."""
    return {
        "score": grades.grade,
        "output": grades.late_words,
        "output_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(grades, item, place) for place, item in enumerate(grades.points, 1)],
    }


def _test(grades: Grades, item: str, place: int) -> dict[str, Any]:
    visibility = grades.visibility.get(item, "visible") if item in grades.withheld else "visible"
    earned, most = grades.points[item], grades.maximum[item]
    return {
        "score": earned,
        "max_score": most,
        "status": "passed" if earned == most else "failed",
        "name": item,
        "number": str(place),
        "output": grades.feedback.get(item) or grades.withheld.get(item, ""),
        "output_format": "text",
        "visibility": _VISIBILITY.get(visibility, visibility),
    }


def _as_json(plain: object) -> bytes:
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def _grades(everybody: Sequence[Grades]) -> bytes:
    items = items_of(everybody)
    most = {item: grades.maximum[item] for grades in everybody for item in grades.maximum}
    asked = [f"{item} ({most[item]:.1f} pts)" for item in items]
    header = ["Name", "SID", "Email", "Total Score", "Max Points", "Status", "Submission Time", *asked]
    rows = [
        [
            *(s.identity.name or s.student, s.identity.number, s.identity.email),
            *(number(s.grade) if s.final else "", number(s.max_points), _STATUS[s.status]),
            s.submitted_at.isoformat(" ") if s.submitted_at else "",
            *(number(s.points.get(item)) for item in items),
        ]
        for s in everybody
    ]
    return table([header, *rows], mark=False)
