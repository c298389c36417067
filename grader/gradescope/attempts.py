"""How many submissions count against the limit. Gradescope keeps the results of the last one only, so each carries on
what the next has to know: which submissions do not count, and the last results that were a grade."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.gradescope.metadata import Earlier, HandedIn, moment
from grader.gradescope.settings import Settings

_DAY = dt.timedelta(hours=24)
_SAME = dt.timedelta(seconds=1)  # two ways to write one time
KEY = "grader"  # in a results.json's `extra_data`


@dataclass(frozen=True)
class Attempts:
    """What came before this submission. `uncounted`: times of those that were not graded."""

    counted: tuple[dt.datetime | None, ...] = ()
    uncounted: tuple[dt.datetime, ...] = ()
    last: Mapping[str, Any] | None = None

    def used(self, at: dt.datetime | None, settings: Settings) -> int:
        """Submissions that count against the limit of one that was handed in `at`."""
        if not settings.per_day:
            return len(self.counted)
        return sum(before is not None and at is not None and at - before < _DAY for before in self.counted)


def attempts(handed_in: HandedIn) -> Attempts:
    """What the submissions before this one say."""
    told = [one for one in handed_in.earlier if one.results is not None]
    newest = next((one for one in reversed(told) if "uncounted" in _carried(one)), None)
    carried = _carried(newest) if newest is not None else {}
    uncounted = [at for at in map(moment, _list(carried.get("uncounted"))) if at is not None]
    ungraded = [one for one in handed_in.earlier if one.failed or _carried(one).get("graded") is False]
    uncounted += [one.at for one in ungraded if one.at is not None and not _is_among(one.at, uncounted)]
    counted = tuple(one.at for one in handed_in.earlier if one not in ungraded and not _is_among(one.at, uncounted))
    last = newest.results if newest is not None and carried.get("graded") is True else carried.get("last")
    return Attempts(counted, tuple(uncounted), last if isinstance(last, dict) else None)


def graded(results: Mapping[str, Any], before: Attempts) -> dict[str, Any]:
    """A grade, with what the next submission has to know."""
    return _with(results, {"graded": True, "uncounted": _written(before.uncounted)})


def not_counted(results: Mapping[str, Any], before: Attempts, at: dt.datetime | None) -> dict[str, Any]:
    """What is no grade of this submission, and so does not count against the limit."""
    uncounted = (*before.uncounted, *([at] if at is not None else []))
    return _with(results, {"graded": False, "uncounted": _written(uncounted), "last": before.last})


def _with(results: Mapping[str, Any], carried: Mapping[str, Any]) -> dict[str, Any]:
    return {**results, "extra_data": {KEY: carried}}


def _written(times: tuple[dt.datetime, ...]) -> list[str]:
    return [at.isoformat() for at in times]


def _carried(one: Earlier) -> Mapping[str, Any]:
    """What our own results of an earlier submission carry on; another autograder's carry nothing."""
    extra = (one.results or {}).get("extra_data")
    carried = extra.get(KEY) if isinstance(extra, dict) else None
    return carried if isinstance(carried, dict) else {}


def _is_among(at: dt.datetime | None, times: list[dt.datetime]) -> bool:
    return at is not None and any(abs(at - other) < _SAME for other in times)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
