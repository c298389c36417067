"""Gradescope: a results.json per student, and one table in the manner of its own export of grades."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from grader.exporters.cells import number, table
from grader.exporters.exported import Exported, Wish
from grader.exporters.lists import items_of
from grader.exporters.standing import BULLET, Standing
from grader.exporters.values import points
from grader.names import file_name

_VISIBILITY: Mapping[str, str] = MappingProxyType({"after_due": "after_due_date"})  # the others have the same words
_STATUS = MappingProxyType({"final": "Graded", "provisional": "Ungraded", "missing": "Missing"})


def export(standings: Sequence[Standing], wish: Wish) -> Exported:
    """`<student>/results.json` for whoever has a grade, and `grades.csv` for all."""
    files = {f"{file_name(s.student)}/results.json": _as_json(results(s)) for s in standings if s.final}
    return Exported({**files, "grades.csv": _grades(standings)}, written=len(files))


def results(standing: Standing) -> dict[str, Any]:
    """What an autograder leaves in /autograder/results/results.json."""
    return {
        "score": standing.total,
        "output_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(standing, item, place) for place, item in enumerate(standing.points, 1)],
    }


def _test(standing: Standing, item: str, place: int) -> dict[str, Any]:
    visibility = standing.visibility.get(item, "visible")
    said = "\n".join(
        f"{BULLET}{one.criterion} {points(one.earned or 0)}/{points(one.points)}: {one.feedback or one.outcome}"
        for one in standing.findings.get(item, ())
    )
    earned, most = standing.points[item], standing.maximum[item]
    return {
        "score": earned,
        "max_score": most,
        "status": "passed" if earned == most else "failed",
        "name": item,
        "number": str(place),
        "output": standing.feedback.get(item) or said,
        "output_format": "text",
        "visibility": _VISIBILITY.get(visibility, visibility),
    }


def _as_json(plain: object) -> bytes:
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def _grades(standings: Sequence[Standing]) -> bytes:
    items = items_of(standings)
    most = {item: standing.maximum[item] for standing in standings for item in standing.maximum}
    asked = [f"{item} ({most[item]:.1f} pts)" for item in items]
    header = ["Name", "SID", "Email", "Total Score", "Max Points", "Status", "Submission Time", *asked]
    rows = [
        [
            *(s.identity.name or s.student, s.identity.number, s.identity.email),
            *(number(s.total) if s.final else "", number(s.max_points), _STATUS[s.status]),
            s.submitted_at.isoformat(" ") if s.submitted_at else "",
            *(number(s.points.get(item)) for item in items),
        ]
        for s in standings
    ]
    return table([header, *rows], mark=False)
