"""Two hand-ins that are alike: how much, where, and how that compares with the class. Never a penalty."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from grader.model import Noun

ONE_TEXT = 0.6  # pairs at least so alike make a group


class Extent(Noun):
    """Characters of one run of a part: of a cell's code or remarks, or of an answer."""

    part: str = Field(description="`code`, `remarks`, an item's id, or `elsewhere`")
    cell: int | None = Field(description="number of the cell, from 1; None for an answer, which is one text")
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str = Field(description="the characters, as the student wrote them")


class Passage(Noun):
    """What both hold, in pieces where one of them was edited."""

    first: tuple[Extent, ...]
    second: tuple[Extent, ...]


class Likeness(Noun):
    """How much of one student's part the other has too."""

    part: str
    share: float = Field(
        ge=0, le=1, description="of the one's part, as much as the other has; what few have counts most"
    )
    usual: float = Field(ge=0, le=1, description="three quarters of the class's pairs share no more")


class Pair(Noun):
    """Two students' hand-ins and what they have in common."""

    first: str
    second: str
    score: float = Field(ge=0, le=1, description="0: as alike as is usual in this class; 1: the same")
    alike: tuple[Likeness, ...] = Field(description="parts that are more alike than is usual, the most alike first")
    passages: tuple[Passage, ...]


def groups(pairs: Sequence[Pair]) -> list[tuple[str, ...]]:
    """Three or more students that one text went round among, each by a pair of `ONE_TEXT`; the largest first."""
    of: dict[str, set[str]] = {}
    for pair in pairs:
        if pair.score >= ONE_TEXT:
            joined = of.get(pair.first, {pair.first}) | of.get(pair.second, {pair.second})
            of.update(dict.fromkeys(joined, joined))
    found = {tuple(sorted(group)) for group in of.values() if len(group) > 2}
    return sorted(found, key=lambda group: (-len(group), group))
