"""A rubric's `deadline:` as people write it -> the deadline as the model has it, with every complaint about it."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any
from zoneinfo import ZoneInfo

from grader.model import LATE, Duration
from grader.model.deadline import on_the_clock
from grader.rubric.keys import known
from grader.rubric.yaml import Document, Location
from grader.times import duration, moment

_HERE: Location = ("deadline",)
_PENALTY: Location = ("deadline", "penalty")
_KEYS = ("at", "timezone", "grace", "penalty", "closes", "closed")
_PENALTY_KEYS = ("percent", "points", "of", "per", "at_most", "steps")
_STEP_KEYS = ("until", "percent", "points")
_MOMENT = "write date and time as `2026-04-03 23:59`, in a year from 1970 to 2199"
_DURATION = "write a number and its unit, as `15 min`, `12 h` or `7 days`"
_ZONE = "write the place whose clocks count, as `timezone: Asia/Seoul`"


def read(document: Document, written: Any) -> dict[str, Any] | None:
    """Fields of a `Deadline`; None where there is no deadline, or one that was complained of."""
    if written is None:
        if "deadline" in document.values:
            document.complain(_HERE, "`deadline` is empty", "write `deadline: {at: ..., timezone: ...}`, or remove it")
        return None
    if not isinstance(written, dict):
        mend = "write `deadline: {at: 2026-04-03 23:59, timezone: Asia/Seoul}`"
        document.complain(_HERE, "`deadline` is a mapping", mend)
        return None
    values = known(document, _HERE, written, _KEYS)
    _check_place(document)
    zone = _zone(document, values.get("timezone"))
    found = {
        "at": _at(document, values.get("at"), zone),
        "timezone": values.get("timezone"),
        "grace": _duration(document, (*_HERE, "grace"), values, default=Duration()),
        "closes": _duration(document, (*_HERE, "closes"), values),
        "closed": _choice(document, (*_HERE, "closed"), values, ("person", "zero"), "person"),
        "penalty": _penalty(document, values["penalty"]) if "penalty" in values else None,
    }
    _check_end(document, values, found)
    return None if document.blames(_HERE) else found


def _check_place(document: Document) -> None:
    """People decide on lateness as on an item of that name."""
    items = document.values.get("items")
    for i, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict) and item.get("id") == LATE:
            mend = "give the item another id"
            document.complain(("items", i, "id"), f"`{LATE}` is where people decide on a penalty for lateness", mend)


def _zone(document: Document, name: Any) -> ZoneInfo | None:
    here: Location = (*_HERE, "timezone")
    if name is None:
        document.complain(here, "a deadline needs its time zone, whichever machine grades", _ZONE)
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, TypeError, OSError, LookupError):  # of a name with `..`, of no text, of a folder, of nothing
        document.complain(here, f"there is no time zone `{name}`", _ZONE)
        return None


def _at(document: Document, written: Any, zone: ZoneInfo | None) -> str | None:
    here: Location = (*_HERE, "at")
    if written is None:
        document.complain(here, "a deadline needs the moment `at` which it ends", _MOMENT)
        return None
    found = moment(str(written))
    if found is None:
        document.complain(here, f"`at: {written}` is no moment", _MOMENT)
        return None
    at, timed = found
    if not timed:
        document.complain(here, f"`at: {written}` has no time of day", _MOMENT)
    if zone is None:
        return at.isoformat()
    if at.tzinfo is not None:
        _check_offset(document, at, zone)
        return at.isoformat()
    return _on_the_clock(document, at, zone).isoformat()


def _check_offset(document: Document, at: dt.datetime, zone: ZoneInfo) -> None:
    """The offset is the one that clocks in the zone have then, so that nobody reads another time than is meant."""
    there = at.astimezone(zone)
    if there.utcoffset() == at.utcoffset():
        return
    told, meant = (one.isoformat()[-6:] for one in (at, there))
    problem = f"`at` has the offset {told}, but clocks in {zone.key} are at {meant} then"
    mend = f"without an offset, write `{at:%Y-%m-%d %H:%M}` there, or `{there:%Y-%m-%d %H:%M}` if the offset is right"
    document.complain((*_HERE, "at"), problem, mend)


def _on_the_clock(document: Document, at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    found = on_the_clock(at, zone)
    if found.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != at:
        mend = "choose another time"
        document.complain((*_HERE, "at"), f"clocks in {zone.key} skip {at:%Y-%m-%d %H:%M}: summer time begins", mend)
    elif (first := at.replace(tzinfo=zone)).utcoffset() != found.utcoffset():
        problem = f"clocks in {zone.key} show {at:%Y-%m-%d %H:%M} twice: summer time ends"
        mend = f"write `{first.isoformat()}` for the first time, or `{found.isoformat()}` for the second"
        document.complain((*_HERE, "at"), problem, mend)
    return found


def _duration(
    document: Document, here: Location, values: dict[str, Any], default: Duration | None = None
) -> dict[str, int] | None:
    """The length of time under the last key of `here`."""
    written = values.get(str(here[-1]))
    if str(here[-1]) not in values:
        return default.model_dump() if default is not None else None
    found = duration(written) if isinstance(written, str) else None
    if found is None or (found == Duration() and here[-1] != "grace"):
        document.complain(here, f"`{here[-1]}: {written}` is no length of time", _DURATION)
        return None
    return found.model_dump()


def _choice(document: Document, here: Location, values: dict[str, Any], words: tuple[str, ...], default: Any) -> Any:
    if str(here[-1]) not in values:
        return default
    written = values[str(here[-1])]
    if written not in words:
        document.complain(here, f"`{here[-1]}: {written}` means nothing", f"write {' or '.join(words)}")
    return written


# ---------------------------------------------------------------- what lateness costs


def _penalty(document: Document, written: Any) -> dict[str, Any] | None:
    if not isinstance(written, dict):
        document.complain(_PENALTY, "`penalty` is a mapping", "write `penalty: {percent: 10, per: day, at_most: 50}`")
        return None
    values = known(document, _PENALTY, written, _PENALTY_KEYS)
    steps = _steps(document, values["steps"]) if "steps" in values else []
    unit = steps[0]["unit"] if steps else _unit(document, _PENALTY, values)
    if steps:
        for key in {"percent", "points", "per", "at_most"} & values.keys():
            mend = "keep the steps or the other, not both"
            document.complain((*_PENALTY, key), f"`{key}` means nothing beside `steps`", mend)
    if unit == "points" and "of" in values:
        document.complain((*_PENALTY, "of"), "`of` says what a percentage is of; these are points", "remove `of`")
    if "at_most" in values and "per" not in values:
        mend = "add `per: day`, or remove `at_most`"
        document.complain((*_PENALTY, "at_most"), "a penalty that is taken once needs no `at_most`", mend)
    amount = 0 if steps else _amount(document, _PENALTY, unit, values)
    at_most = _number(document, (*_PENALTY, "at_most"), unit, values["at_most"]) if "at_most" in values else None
    if at_most is not None and at_most < amount:
        mend = f"write `at_most: {amount:g}` or more"
        document.complain((*_PENALTY, "at_most"), f"`at_most: {at_most:g}` is less than is taken the first time", mend)
    return {
        "unit": unit,
        "of": _choice(document, (*_PENALTY, "of"), values, ("full", "earned"), "full"),
        "amount": amount,
        "per": _choice(document, (*_PENALTY, "per"), values, ("day", "hour"), None),
        "at_most": at_most,
        "steps": [{"until": step["until"], "amount": step["amount"]} for step in steps],
    }


def _unit(document: Document, here: Location, values: dict[str, Any]) -> str:
    given = [key for key in ("percent", "points") if key in values]
    if len(given) != 1:
        problem = "percent and points are two measures" if given else "it is not said how much is taken"
        document.complain(here, problem, "write `percent: 10` or `points: 5`")
    return given[0] if given else "percent"


def _amount(document: Document, here: Location, unit: str, values: dict[str, Any]) -> float:
    return _number(document, (*here, unit), unit, values[unit]) if unit in values else 0.0


def _number(document: Document, here: Location, unit: str, written: Any) -> float:
    number = isinstance(written, int | float) and not isinstance(written, bool) and math.isfinite(written)
    if not number or written <= 0 or (unit == "percent" and written > 100):
        most = " to 100" if unit == "percent" else ""
        document.complain(here, f"`{here[-1]}: {written}` is not what can be taken", f"write a number above 0{most}")
        return 0.0
    return float(written)


def _steps(document: Document, written: Any) -> list[dict[str, Any]]:
    """Steps in order of time, each taking more than the one before."""
    here: Location = (*_PENALTY, "steps")
    mend = "write `steps: [{until: 1 day, percent: 10}, {until: 3 days, percent: 30}]`"
    if not isinstance(written, list) or not written or not all(isinstance(step, dict) for step in written):
        document.complain(here, "`steps` is a list of mappings", mend)
        return []
    steps = []
    for i, one in enumerate(written):
        place: Location = (*here, i)
        values = known(document, place, one, _STEP_KEYS)
        unit = _unit(document, place, values)
        until = _duration(document, (*place, "until"), values)
        steps.append({"unit": unit, "until": until, "amount": _amount(document, place, unit, values)})
        if "until" not in values and i + 1 < len(written):
            document.complain(place, "only the last step can be without `until`", "add `until: 1 day`")
    for i in range(1, len(steps)):
        _check_order(document, (*here, i), steps[i - 1], steps[i])
    return steps


def _check_order(document: Document, here: Location, before: dict[str, Any], step: dict[str, Any]) -> None:
    if step["unit"] != before["unit"]:
        document.complain(here, "steps in percent and in points do not go together", f"write `{before['unit']}: ...`")
    if step["until"] and before["until"] and _length(step["until"]) <= _length(before["until"]):
        document.complain(here, "this step ends before the one above it", "put the steps in order of time")
    if step["amount"] < before["amount"]:
        document.complain(here, "this step takes less than an earlier one", "let later work lose as much or more")


def _check_end(document: Document, values: dict[str, Any], found: dict[str, Any]) -> None:
    """What happens at any time is said, and said once."""
    if "closed" in values and "closes" not in values:
        mend = "add `closes: 7 days`, or remove `closed`"
        document.complain((*_HERE, "closed"), "`closed` means nothing without `closes`", mend)
    if document.blames(_HERE):
        return
    steps = found["penalty"]["steps"] if found["penalty"] else []
    grace, closes = _length(found["grace"]), found["closes"]
    if closes is not None and _length(closes) < grace:
        mend = "let `closes` be as long as `grace` or longer; both are counted from the deadline"
        document.complain((*_HERE, "closes"), "`closes` ends before `grace` does", mend)
    elif steps:
        _check_steps(document, steps, grace, closes)


def _check_steps(
    document: Document, steps: list[dict[str, Any]], grace: tuple[int, int], closes: dict[str, int] | None
) -> None:
    """Every step can be met, and the last ends where work is no longer accepted."""
    here: Location = (*_PENALTY, "steps")
    last, before = steps[-1]["until"], steps[-2]["until"] if len(steps) > 1 else None
    if steps[0]["until"] is not None and _length(steps[0]["until"]) <= grace:
        mend = "let the first step last longer than `grace`; both are counted from the deadline"
        document.complain((*here, 0), "`grace` lasts until this step has ended, so it never counts", mend)
    elif last is not None and (closes is None or _length(last) < _length(closes)):
        mend = "add `closes:` with the same time, or a last step without `until`"
        document.complain(
            (*here, len(steps) - 1), "it is not said what work costs that is later than the last step", mend
        )
    elif closes is not None and any(_length(closes) < _length(end) for end in (last, before) if end is not None):
        mend = "let `closes` be as long as the last step's `until`, or remove the steps after it"
        document.complain((*_HERE, "closes"), "`closes` ends before the last step does", mend)
    elif closes is not None and closes == before:
        document.complain((*here, len(steps) - 1), "work is no longer accepted when this step begins", "remove it")


def _length(plain: dict[str, int]) -> tuple[int, int]:
    return plain["days"], plain["seconds"]
