"""What the TA does on the page -> overrides, appended as `grader override` does it, and taken back step by step.

A page shows the ground of a decision; where that has moved since, nothing is decided and the page says who was quicker.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from grader.gradebook.book import Gradebook, Standing
from grader.gradebook.overriding import Decision, Undo, made_by
from grader.gradebook.standing import repairs_sha256
from grader.model import LATE, Look, Override, Text
from grader.model.override import in_force, where
from grader.review.cases import REPAIRS, Case
from grader.review.words import Told, told

LOOKED = ""  # the place of a look at repairs


class Moved(Told):
    """Somebody else decided here since the page was made."""


@dataclass(frozen=True)
class Made:
    """One thing that was appended."""

    student: str
    place: str
    number: int


@dataclass(frozen=True)
class Step:
    """All that one key decided, and that one undo takes back."""

    made: tuple[Made, ...]
    item: str
    points: str
    number: int = 0  # among the steps of the evening

    @property
    def students(self) -> list[str]:
        return list(dict.fromkeys(one.student for one in self.made))

    @property
    def told(self) -> Text:
        """What would be taken back."""
        names = {REPAIRS: told("repairs"), LATE: told("late")}
        one, *others = self.students
        who = told("n_students", n=len(others) + 1) if others else one
        return told("step", who=who, item=names.get(self.item, self.item), points=self.points)


def points_in(given: str, full: float) -> float:
    """The points that were typed, `2.5` or `2,5`. Raises GraderError for what is no number from 0 to `full`."""
    try:
        points = float(given.strip().replace(",", "."))
    except ValueError:
        points = math.nan
    if not (math.isfinite(points) and 0 <= points <= full):
        raise Told(told("not_points", given=given[:20], full=f"{full:g}"))
    return round(points, 4)


def decide(
    book: Gradebook, case: Case, ground: str, points: Mapping[str | None, float], reason: str, author: str
) -> list[Made]:
    """Append a decision on each criterion (None: the item as a whole), or none at all where Moved or another
    GraderError is raised."""
    asked = [Decision(where(case.place, criterion), earned, reason, author) for criterion, earned in points.items()]
    makes = [made_by(one) for one in asked]
    first = makes[0]

    def checked(standing: Standing, number: int, at: dt.datetime) -> Override:
        now = replace(case, standing=standing)
        if now.ground != ground:
            raise Moved(moved(now))
        return first(standing, number, at)

    made, _ = book.decide_all(case.standing.machine.assignment, case.student, [checked, *makes[1:]])
    return [Made(one.student, one.where, one.number) for one in made]


def is_done(case: Case, points: Mapping[str | None, float], reason: str, author: str) -> bool:
    """Whether the very same decision of the author holds, as it does when a form is sent twice."""
    held = {one.criterion: (one.after, one.reason, one.author) for one in case.decisions}
    return bool(points) and all(held.get(name) == (earned, reason, author) for name, earned in points.items())


def is_looked_at(case: Case, reason: str, author: str) -> bool:
    """As `is_done`, of a look at repairs."""
    looks = [(one.action, one.reason, one.author) for one in case.standing.looks]
    return looks[-1:] == [("set", reason, author)]


def moved(now: Case) -> Text:
    """Who decided in between, and what."""
    last = next((one for one in reversed(now.standing.overrides) if one.item == now.place), None)
    if last is None:
        return told("moved_ground", student=now.student, item=now.place)
    taken = "?" if last.after is None else f"{last.after:g}"
    return told("moved", student=now.student, place=last.where, author=last.author, points=taken, reason=last.reason)


def look(book: Gradebook, case: Case, ground: str, reason: str, author: str, *, undo: bool = False) -> list[Made]:
    """Append that the doubtful repairs were looked at and the grades stand. Raises Moved."""

    def make(standing: Standing, number: int, at: dt.datetime) -> Look:
        if replace(case, standing=standing).ground != ground:
            raise Moved(told("moved_ground", student=case.student, item=told("repairs")))
        report = standing.machine
        return Look(
            student=case.student,
            assignment=report.assignment,
            number=number,
            action="undo" if undo else "set",
            repairs_sha256=repairs_sha256(report),
            submission_sha256=report.submission_sha256,
            reason=reason,
            author=author,
            at=at,
        )

    made = book.look(case.standing.machine.assignment, case.student, make)
    return [Made(case.student, LOOKED, made.number)]


def take_back(book: Gradebook, assignment: str, made: Made, reason: str, author: str) -> None:
    """Undo one decision, if it is still the one that holds. Raises Moved."""
    if made.place == LOOKED:
        standing = book.standing(assignment, made.student)
        if standing is None or not standing.looks or standing.looks[-1].number != made.number:
            raise Moved(told("moved_ground", student=made.student, item=told("repairs")))
        case = Case(made.student, REPAIRS, None, standing, None)
        look(book, case, case.ground, reason, author, undo=True)
        return
    make = made_by(Undo(made.place, reason, author))

    def checked(standing: Standing, number: int, at: dt.datetime) -> Override:
        held = {one.where: one for one in in_force(list(standing.overrides)).values()}
        last = held.get(made.place)
        if last is None or last.number != made.number:
            raise Moved(told("not_undone", student=made.student, place=made.place))
        return make(standing, number, at)

    book.decide(assignment, made.student, checked)
