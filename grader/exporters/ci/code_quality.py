"""GitLab's code quality report: what a merge request shows beside the lines of the notebook."""

from __future__ import annotations

import hashlib
from typing import Any

from grader.exporters.ci.told import State, Told
from grader.exporters.values import printable

_SEVERITY: dict[State, str] = {
    "failed": "major",
    "partial": "minor",
    "skipped": "minor",
    "undecided": "info",
    "error": "info",
}


def code_quality(told: Told) -> list[dict[str, Any]]:
    """An issue for each cell that failed and each criterion that is not met.

    Fingerprints know an issue again when its line or its words have changed.
    """
    issues = [
        _issue(told, "cell", f"{number}", f"{error.name}: {error.message}", "critical", error.line)
        for number, error in enumerate(told.troubles, 1)
    ]
    for case in told.cases:
        if case.lacking:
            said = f"{case.item} {case.name} {case.shown}: {case.said}"
            issues.append(_issue(told, f"{case.item}/{case.id}", "", said, _SEVERITY[case.state], case.line))
    return issues


def _issue(told: Told, check: str, number: str, said: str, severity: str, line: int) -> dict[str, Any]:
    known_by = "\0".join((told.assignment, told.path, check, number))
    return {
        "description": printable(said),
        "check_name": f"{told.assignment}/{check}",
        "fingerprint": hashlib.sha256(known_by.encode(errors="replace")).hexdigest(),
        "severity": severity,
        "location": {"path": printable(told.path), "lines": {"begin": line}},
    }
