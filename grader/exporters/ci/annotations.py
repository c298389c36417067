"""Annotations of a GitHub Actions step, on the lines of the notebook's file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from grader.exporters.ci.commands import command
from grader.exporters.ci.told import State, Told
from grader.exporters.ci.words import word

Level = Literal["error", "warning", "notice"]

_MOST = 10  # of each level that GitHub shows of one step
_LEVELS: dict[State, Level] = {
    "failed": "error",
    "partial": "warning",
    "skipped": "warning",
    "undecided": "notice",
    "error": "notice",
}


@dataclass(frozen=True)
class _Annotation:
    level: Level
    line: int
    title: str
    message: str


def annotated(told: Told) -> list[str]:
    """Workflow commands, what went wrong in cells first; no more than GitHub shows, and a line that counts the rest."""
    found = list(_all(told))
    shown = {level: [one for one in found if one.level == level] for level in ("error", "warning", "notice")}
    lines = [
        command(one.level, one.message, file=told.path, line=one.line, title=one.title)
        for several in shown.values()
        for one in several[:_MOST]
    ]
    errors, warnings = (max(0, len(shown[level]) - _MOST) for level in ("error", "warning"))
    return [*lines, *([word("more", told.language, errors=errors, warnings=warnings)] if errors or warnings else [])]


def _all(told: Told) -> Iterator[_Annotation]:
    for trouble in told.troubles:
        title = word("cell", told.language, n=trouble.cell, name=trouble.name) if trouble.cell else trouble.name
        yield _Annotation("error", trouble.line, title, trouble.message or trouble.name)
    for case in told.cases:
        if case.lacking:
            yield _Annotation(_LEVELS[case.state], case.line, f"{case.item} {case.name} {case.shown}", case.said)
