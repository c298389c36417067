"""Stretches of a cell between two marks, such as `### BEGIN SOLUTION` and `### END SOLUTION`."""

from __future__ import annotations

import re

from grader.errors import GraderError

Marks = tuple[str, str]

SOLUTION: Marks = ("BEGIN SOLUTION", "END SOLUTION")
HIDDEN: Marks = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
SCHEME: Marks = ("BEGIN MARK SCHEME", "END MARK SCHEME")


def has(source: str, marks: Marks) -> bool:
    return any(marks[0] in line for line in source.splitlines())


def replaced(source: str, marks: Marks, stub: str | None) -> str:
    """Each stretch, with its marks, gone, or with `stub` in its place, indented as it was. Raises GraderError."""
    kept: list[str] = []
    within = False
    for line in source.split("\n"):
        if marks[0] in line:
            if within:
                raise GraderError(f"`{marks[0]}` stands twice before `{marks[1]}`")
            within = True
            if stub is not None:
                indent = re.match(r"\s*", line)
                kept += [f"{indent[0] if indent else ''}{part}" for part in stub.split("\n")]
        elif marks[1] in line:
            within = False
        elif not within:
            kept.append(line)
    if within:
        raise GraderError(f"`{marks[0]}` has no `{marks[1]}` after it")
    return "\n".join(kept)


def without_marks(source: str, marks: Marks) -> str:
    """What is between the marks stays, the lines of the marks go."""
    return "\n".join(line for line in source.split("\n") if marks[0] not in line and marks[1] not in line)


def within(source: str, marks: Marks) -> str:
    """What stands between the marks."""
    found: list[str] = []
    inside = False
    for line in source.split("\n"):
        if marks[0] in line:
            inside = True
        elif marks[1] in line:
            inside = False
        elif inside:
            found.append(line)
    return "\n".join(found).strip("\n")


def with_marks(source: str, marks: Marks, instead: Marks) -> str:
    """The marks as we write them, whatever a course called them."""
    lines = [
        f"### {instead[0]}" if marks[0] in line else f"### {instead[1]}" if marks[1] in line else line
        for line in source.split("\n")
    ]
    return "\n".join(lines)
