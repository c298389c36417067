"""A second marker reads a random sample of decided answers without their points, and how far the two agree."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.gradebook.book import Gradebook, Standing
from grader.model import Override, SecondMark
from grader.model.override import in_force, same, where
from grader.review.alike import verbatim
from grader.review.cases import Case
from grader.review.deciding import Moved
from grader.review.words import told
from grader.tuning.measures import Agreement, agreement

FEWEST = 10  # of a sample, where there are so many


@dataclass(frozen=True)
class Asked:
    """A decided case that is to be marked again, with the decisions of others on it."""

    case: Case
    decisions: tuple[Override, ...]


@dataclass(frozen=True)
class Line:
    """Agreement on one criterion, or on all."""

    place: str
    agreement: Agreement


def sample(cases: Sequence[Case], author: str, percent: int, seed: str) -> list[Asked]:
    """`percent` of what others than `author` decided, ten at least, drawn by a hash: the same each time."""
    asked = [Asked(case, theirs) for case in cases if (theirs := _of_others(case, author))]
    asked.sort(key=lambda one: hashlib.sha256(f"{seed}\n{one.case.key}".encode()).digest())
    return asked[: max(FEWEST, math.ceil(len(asked) * percent / 100))]


def _of_others(case: Case, author: str) -> tuple[Override, ...]:
    if case.item is None:
        return ()
    held = in_force(list(case.standing.overrides)).values()
    return tuple(one for one in held if one.item == case.place and not _is(one.author, author))


def _is(one: str, other: str) -> bool:
    """Whether two authors are one person: `PARK` is Park."""
    return verbatim(one) == verbatim(other)


def left(asked: Sequence[Asked], marks: Sequence[SecondMark], author: str) -> list[Asked]:
    """What the author has not marked yet, of each case the decisions that are left."""
    done = {(mark.student, mark.of_number) for mark in marks if _is(mark.author, author)}
    new = [
        Asked(one.case, tuple(d for d in one.decisions if (one.case.student, d.number) not in done)) for one in asked
    ]
    return [one for one in new if one.decisions]


def mark(book: Gradebook, first: Override, points: float, author: str) -> SecondMark:
    """Append a second mark to the decision `first`. Raises Moved if that no longer holds."""

    def make(standing: Standing, number: int, at: dt.datetime) -> SecondMark:
        held = in_force(list(standing.overrides)).get(first.place)
        if held is None or held.number != first.number:
            raise Moved(told("moved_ground", student=first.student, item=first.where))
        return SecondMark(
            student=first.student,
            assignment=first.assignment,
            number=number,
            of_number=first.number,
            item=first.item,
            criterion=first.criterion,
            first=first.after or 0.0,
            points=points,
            max_points=first.max_points,
            first_author=first.author,
            author=author,
            at=at,
        )

    return book.mark(first.assignment, first.student, make)


def lines(marks: Sequence[SecondMark]) -> list[Line]:
    """Agreement overall, in shares of full points, then by criterion in points."""
    if not marks:
        return []
    by_place: Mapping[str, list[SecondMark]] = defaultdict(list)
    for one in marks:
        by_place[where(one.item, one.criterion)].append(one)
    overall = agreement([(one.first / one.max_points, one.points / one.max_points) for one in marks])
    by_criterion = [
        Line(place, agreement([(one.first, one.points) for one in listed]))
        for place, listed in sorted(by_place.items())
    ]
    return [Line("", overall), *by_criterion]


def disagreements(marks: Sequence[SecondMark]) -> list[SecondMark]:
    """The furthest apart first."""
    apart = [one for one in marks if not same(one.first, one.points)]
    return sorted(apart, key=lambda one: -abs(one.first - one.points) / one.max_points)
