"""A person's decision on points: appended, never edited; taking one back is another one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from grader.model.nouns import Noun

_ROUNDING = 1e-9  # points are decimals written by people; this absorbs binary rounding


class Override(Noun):
    """What one person decided on one item, or on one of its criteria, and what they saw when they did."""

    student: str
    assignment: str
    number: int = Field(ge=1, description="place among all that was written down about this student, from 1")
    item: str
    criterion: str | None = Field(None, description="None: the item as a whole")
    action: Literal["set", "undo"] = Field(description="`undo` takes back the last `set` that holds on this place")
    before: float | None = Field(description="points that counted until then; None where nobody had decided")
    after: float | None = Field(description="points that count from then on; None where an undo leaves it undecided")
    machine: float | None = Field(description="points that the machine gave in the report that the person saw")
    max_points: float = Field(gt=0, description="full points of the item or criterion then")
    submission_sha256: str = Field(description="of the hand-in that the person saw graded")
    reason: str = Field(min_length=1, description="the student reads it")
    author: str = Field(min_length=1)
    at: dt.datetime

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.action == "set" and self.after is None:
            raise ValueError("a person decides on points")
        if self.action == "set" and not -_ROUNDING <= (self.after or 0) <= self.max_points + _ROUNDING:
            raise ValueError(f"0 <= points <= {self.max_points:g} does not hold: {self.after}")
        return self

    @property
    def place(self) -> tuple[str, str | None]:
        return self.item, self.criterion

    @property
    def where(self) -> str:
        """As the command line takes it: `P1.1/r2`, or `P2` for an item as a whole."""
        return where(self.item, self.criterion)


def where(item: str, criterion: str | None) -> str:
    """A place in one word: `P1.1/r2`, or `P2` for an item as a whole."""
    return item if criterion is None else f"{item}/{criterion}"


def same(one: float | None, other: float | None) -> bool:
    """Whether two numbers of points are the same, both undecided included."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _ROUNDING


def is_decided_anew(override: Override, others: Iterable[Override]) -> bool:
    """Whether one of the others is a later decision on the same place."""
    return any(other.place == override.place and other.at > override.at for other in others)


def in_force(overrides: list[Override]) -> dict[tuple[str, str | None], Override]:
    """The decision that holds on each place, in the order in which they were taken. `overrides`: in order of number."""
    stacks: dict[tuple[str, str | None], list[Override]] = {}
    for override in overrides:
        stack = stacks.setdefault(override.place, [])
        if override.action == "set":
            stack.append(override)
        elif stack:
            stack.pop()
    held = [stack[-1] for stack in stacks.values() if stack]
    return {override.place: override for override in sorted(held, key=lambda override: override.number)}
