"""What a person asks for -> an override that can be appended, or a sentence why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from grader.errors import GraderError
from grader.gradebook.book import Standing
from grader.gradebook.standing import ground_at, points_at
from grader.model import LATE, Override, Report
from grader.model.override import in_force


@dataclass(frozen=True)
class Decision:
    """`place` is an item or `item/criterion`; the student reads the reason."""

    place: str
    points: float
    reason: str
    author: str


@dataclass(frozen=True)
class Undo:
    """Of the last decision that holds on `place`."""

    place: str
    reason: str
    author: str


def made_by(asked: Decision | Undo) -> Callable[[Standing, int, dt.datetime], Override]:
    """What `Gradebook.decide` calls: where the student stands, the override's number, now -> the override.

    It raises GraderError for a place that the report does not have, points below 0 or above the full points, a
    criterion of an item that was decided as a whole, and an undo where nothing holds.
    """
    return partial(_made, asked)


def _made(asked: Decision | Undo, standing: Standing, number: int, at: dt.datetime) -> Override:
    report, held = standing.machine, in_force(list(standing.overrides))
    item, criterion = _place(asked, standing)
    machine, full = ground_at(report, item, criterion)
    last = held.get((item, criterion))
    if full is None:
        full = last.max_points if last is not None else 0.0
    after = _checked(asked, full) if isinstance(asked, Decision) else None
    if isinstance(asked, Undo) and last is None:
        raise GraderError(f"there is no decision on {asked.place} of {report.student} to take back")
    whole = held.get((item, None))
    if isinstance(asked, Decision) and criterion is not None and whole is not None:
        mend = f"decide on {item} again, or take that back with --undo first"
        raise GraderError(f"{whole.author} decided on {item} of {report.student} as a whole: {mend}")
    made = Override(
        student=report.student,
        assignment=report.assignment,
        number=number,
        item=item,
        criterion=criterion,
        action="set" if isinstance(asked, Decision) else "undo",
        before=points_at(standing.report, item, criterion)[0],
        after=after,
        machine=machine,
        max_points=full,
        submission_sha256=report.submission_sha256,
        reason=asked.reason,
        author=asked.author,
        at=at,
    )
    if isinstance(asked, Decision):
        return made
    left = replace(standing, overrides=(*standing.overrides, made)).report
    return made.model_copy(update={"after": points_at(left, item, criterion)[0]})


def _checked(asked: Decision, full: float) -> float:
    if not 0 <= asked.points <= full:
        raise GraderError(f"{asked.place} has 0 to {full:g} points: {asked.points:g} cannot be given")
    return asked.points


def _place(asked: Decision | Undo, standing: Standing) -> tuple[str, str | None]:
    """The item and criterion that `place` names. What an override was about can be undone though the place has gone."""
    if isinstance(asked, Undo):
        for override in in_force(list(standing.overrides)).values():
            if override.where == asked.place:
                return override.place
    scores = {score.item: score for score in standing.machine.scores}
    if asked.place in scores or (asked.place == LATE and standing.machine.lateness is not None):
        return asked.place, None
    if asked.place == LATE:
        told = "nothing is taken for lateness, as the rubric has no `deadline`: give it one, and rescore"
        held = (LATE, None) in in_force(list(standing.overrides))
        raise GraderError(f"{told}, or take back what was decided with --undo" if held else told)
    item, _, criterion = asked.place.partition("/")
    if item not in scores:
        raise GraderError(f"there is no item {item}: {', '.join(scores)}")
    known = [finding.criterion for finding in scores[item].findings]
    if criterion not in known:
        raise GraderError(f"{item} has no criterion {criterion or '``'}: {', '.join(known)}")
    return item, criterion


def waiting_for(report: Report, override: Override) -> list[str]:
    """Criteria of the item that were skipped, perhaps for want of what was decided now: they are not judged anew."""
    score = next((score for score in report.scores if score.item == override.item), None)
    if score is None or override.criterion is None:
        return []
    return [f"{score.item}/{finding.criterion}" for finding in score.findings if finding.outcome == "skipped"]
