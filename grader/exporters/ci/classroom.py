"""The result of an autograding step of GitHub Classroom, as its reporter sums it up."""

from __future__ import annotations

import base64
import json
from typing import Any, Literal

from grader.exporters.ci.commands import disarmed
from grader.exporters.ci.told import Case, State, Told

Status = Literal["pass", "fail", "error"]

_STATUS: dict[State, Status] = {
    "passed": "pass",
    "partial": "fail",
    "failed": "fail",
    "skipped": "fail",
    "undecided": "error",
    "error": "error",
}
_MOST_LETTERS = 500


def result(told: Told) -> dict[str, Any]:
    """A test for each criterion. Their scores sum up to the points that are certain: what is undecided has 0 so far.

    Criteria of an item that earn more than its full points together, as those with a bonus can, get what is left. A
    bonus that was not earned is left out: it would count as a failed test.
    """
    tests: list[dict[str, Any]] = []
    for score in told.scores:
        left = score.decided
        for case in told.of_item(score.item):
            if case.bonus and not case.earned:
                continue
            given = min(left, case.earned or 0.0)
            left -= given
            tests.append(_test(told, case, len(tests) + 1, round(given, 6)))
    fails = any(test["status"] == "fail" for test in tests)
    whole = {"message": disarmed(told.troubles[0].message)} if told.troubles and not tests else {}
    return {
        "version": 3,
        "status": "pass" if told.complete else "fail" if fails else "error",
        "max_score": told.max_points,
        **whole,
        "tests": tests,
    }


def encoded(result: dict[str, Any]) -> str:
    """As the output `result` of a step holds it: base64 on one line."""
    return base64.b64encode(json.dumps(result, ensure_ascii=False).encode(errors="replace")).decode()


def _test(told: Told, case: Case, number: int, score: float) -> dict[str, Any]:
    return {
        "name": disarmed(f"{case.item} {case.name} ({case.shown})"),
        "status": _STATUS[case.state],
        "score": score,
        "message": disarmed(case.said)[:_MOST_LETTERS],
        "test_code": "",
        "filename": disarmed(told.path),
        "line_no": case.line,
        "task_id": number,
        "duration": 0,
    }
