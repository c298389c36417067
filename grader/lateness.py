"""Submission + deadline + total -> how late it was, and what is taken for it. Pure; what is not known costs nothing."""

from __future__ import annotations

import datetime as dt

from grader import late_words
from grader.model import Charge, Deadline, Duration, Language, Lateness, Override, Submission, Text
from grader.model.deadline import Penalty

_MINUTE = dt.timedelta(minutes=1)  # so little past the grace looks like none: it is said
_HOUR = dt.timedelta(hours=1)


def of(
    submission: Submission, deadline: Deadline | None, total: float | None, full: float, language: Language
) -> Lateness | None:
    """`total` of `full` points, None while it is undecided. None where there is no deadline."""
    if deadline is None:
        return None
    due = deadline.due(submission.identity.extensions)
    told = Lateness(
        state="in_time",
        due=due,
        timezone=deadline.timezone,
        extended=due > deadline.at,
        seconds=0,
        points=0,
    )
    if submission.submitted_at is None:
        return _without_time(told, submission.late, deadline, language)
    at = deadline.moment(submission.submitted_at).astimezone(dt.UTC)
    if at <= due:
        return told
    late = told.model_copy(update={"state": "late", "seconds": (at - due).total_seconds()})
    if at <= deadline.after(due, deadline.grace):
        return late.model_copy(update={"state": "grace"})
    if deadline.closes is not None and at > deadline.after(due, deadline.closes):
        return settled(_closed(late, deadline, language), total, full)
    charge, rule = _charge(at, due, deadline)
    if charge is not None and deadline.grace != Duration() and at <= deadline.after(due, deadline.grace) + _MINUTE:
        rule = late_words.past_grace(deadline.grace, rule)
    charged = late.model_copy(update={"charge": charge, "rule": rule.in_language(language)})
    return settled(charged, total, full)


def settled(lateness: Lateness, total: float | None, full: float) -> Lateness:
    """With the points that are taken from this total; they are undecided while it is."""
    if lateness.review is not None:
        points = None
    elif lateness.charge is None:
        points = 0.0
    else:
        points = None if total is None else lateness.charge.taken(total, full)
    return lateness.model_copy(update={"points": points})


def decided(lateness: Lateness, override: Override, language: Language) -> Lateness:
    """As a person decided, whatever the deadline says; to be settled."""
    charge = Charge(amount=override.after or 0.0, unit="points")
    rule = late_words.decided(override.reason).in_language(language)
    return lateness.model_copy(update={"charge": charge, "rule": rule, "decided": True, "review": None})


def waiting(lateness: Lateness, reason: str) -> Lateness:
    """For a person to decide, for this reason."""
    return lateness.model_copy(update={"charge": None, "points": None, "review": reason})


def _without_time(told: Lateness, late: bool | None, deadline: Deadline, language: Language) -> Lateness:
    """The export's word counts as far as it goes: nobody is punished for a time that nobody knows."""
    if late is False:
        return told
    if late is None:
        return told.model_copy(update={"state": "unknown", "seconds": None})
    unmeasured = told.model_copy(update={"state": "late", "seconds": None})
    costs = deadline.penalty is not None or deadline.closes is not None
    return waiting(unmeasured, late_words.NO_TIME.in_language(language)) if costs else unmeasured


def _closed(late: Lateness, deadline: Deadline, language: Language) -> Lateness:
    told = late.model_copy(update={"state": "closed"})
    closes = deadline.closes or Duration()
    if deadline.closed == "person":
        until = late_words.span(closes).in_language(language)
        return waiting(told, late_words.CLOSED_REVIEW.in_language(language).format(until))
    rule = late_words.closed(closes)
    everything = Charge(amount=100, unit="percent", of="earned")
    return told.model_copy(update={"charge": everything, "rule": rule.in_language(language)})


def _charge(at: dt.datetime, due: dt.datetime, deadline: Deadline) -> tuple[Charge | None, Text]:
    """What is taken, and why in words. `at` is later than `due`."""
    penalty = deadline.penalty
    if penalty is None:
        return None, Text(ko="", en="")
    if penalty.steps:
        step = next(s for s in penalty.steps if s.until is None or at <= deadline.after(due, s.until))
        return _amount(penalty, step.amount), late_words.of_step(penalty, step)
    if penalty.per is None:
        return _amount(penalty, penalty.amount), late_words.once(penalty, penalty.amount)
    begun = _days_begun(at, due, deadline) if penalty.per == "day" else -(-(at - due) // _HOUR)
    wanted = begun * penalty.amount
    most = wanted if penalty.at_most is None else min(wanted, penalty.at_most)
    return _amount(penalty, most), late_words.for_each(penalty, begun)


def _amount(penalty: Penalty, amount: float) -> Charge:
    return Charge(amount=amount, unit=penalty.unit, of=penalty.of)


def _days_begun(at: dt.datetime, due: dt.datetime, deadline: Deadline) -> int:
    """By the clock: a day ends when clocks show the deadline's time again, be it 23 or 25 hours later."""
    days = max(1, (at - due).days)
    while at > deadline.after(due, Duration(days=days)):
        days += 1
    return days
