"""Two reports about one student -> who changed, by how much, and which criterion caused it; and the class's shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from grader.model import LATE, Finding, Report, Score
from grader.model.override import same


@dataclass(frozen=True)
class Cause:
    """A place whose points changed: `P1.1/r2`, or `P1.1` where an item changed by more than its criteria."""

    where: str
    before: float | None
    after: float | None
    why: str


@dataclass(frozen=True)
class Change:
    """One student whose points, or what is still open of them, changed."""

    student: str
    before: Report
    after: Report
    causes: tuple[Cause, ...]

    @property
    def difference(self) -> float:
        """Of the points that count, or where those are undecided of the points that are certain."""
        return _difference(self.before, self.after)


@dataclass(frozen=True)
class Shift:
    """The class before and after. Mean and median are of what counts where that is decided both times; else None."""

    students: int
    decided: int
    mean: tuple[float, float] | None
    median: tuple[float, float] | None
    up: int
    down: int


def change(before: Report, after: Report) -> Change | None:
    """None where no points changed and nothing was decided or became open."""
    causes = tuple(_causes(before, after))
    points_stay = same(before.total, after.total) and same(before.grade, after.grade)
    if not causes and points_stay and before.status == after.status:
        return None
    return Change(after.student, before, after, causes)


def shift(pairs: Sequence[tuple[Report, Report]]) -> Shift:
    """Of (before, after) of every student."""
    totals = [(b.grade, a.grade) for b, a in pairs if b.grade is not None and a.grade is not None]
    moved = [_difference(before, after) for before, after in pairs]
    old, new = [b for b, _ in totals], [a for _, a in totals]
    return Shift(
        students=len(pairs),
        decided=len(totals),
        mean=(mean(old), mean(new)) if totals else None,
        median=(median(old), median(new)) if totals else None,
        up=sum(difference > 0 for difference in moved),
        down=sum(difference < 0 for difference in moved),
    )


def _difference(before: Report, after: Report) -> float:
    if before.grade is not None and after.grade is not None:
        return round(after.grade - before.grade, 6)
    return round(after.decided - before.decided, 6)


def _causes(before: Report, after: Report) -> list[Cause]:
    old, new = ({score.item: score for score in report.scores} for report in (before, after))
    causes: list[Cause] = []
    for item in dict.fromkeys((*old, *new)):
        if item not in new:
            causes.append(Cause(item, old[item].points, None, "the rubric no longer has this item"))
        else:
            causes += _of_item(old.get(item), new[item])
    return causes + _of_lateness(before, after)


def _of_lateness(before: Report, after: Report) -> list[Cause]:
    """What is taken for lateness, where that changed; a total that is undecided leaves it open, and is told already."""
    if same(before.penalty, after.penalty) or (before.total is None) != (after.total is None):
        return []
    late = after.lateness
    why = (late.review or late.rule or "in time") if late is not None else "the rubric no longer has a deadline"
    return [Cause(LATE, before.penalty, after.penalty, why)]


def _of_item(before: Score | None, after: Score) -> list[Cause]:
    old = {finding.criterion: finding for finding in before.findings} if before else {}
    new = {finding.criterion: finding for finding in after.findings}
    causes = []
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name), new.get(name)
        if not same(was.earned if was else 0.0, now.earned if now else 0.0):
            where = f"{after.item}/{name}"
            causes.append(Cause(where, was.earned if was else None, now.earned if now else None, _why(was, now)))
    moved = before is None or not same(before.points, after.points)
    if moved and not causes:
        why = after.needs_review or "the item as a whole: its full points, or a person's decision on it"
        causes.append(Cause(after.item, before.points if before else None, after.points, why))
    return causes


def _why(was: Finding | None, now: Finding | None) -> str:
    if now is None:
        return "the rubric no longer has this criterion"
    told = now.review or now.feedback
    if was is None:
        return f"new in the rubric; {told or now.outcome}"
    if told is None:
        return f"passed now; it was {was.outcome}: {was.review or was.feedback or ''}".rstrip(": ")
    scale = f" (full points {was.points:g} → {now.points:g})" if not same(was.points, now.points) else ""
    return f"{now.outcome}{scale}: {told}"
