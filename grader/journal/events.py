"""What a run tells of itself. Everything that is watched derives from these events, and from nothing else."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from grader.names import printable

_MOST_LETTERS = 2000  # of one fact: what a kernel printed when it died can be long
_NUMBER = (int, float)


class Fact(NamedTuple):
    """One thing that an event tells, its JSON type and its meaning; one that is not needed may be left out or None."""

    kinds: tuple[type, ...]
    told: str
    needed: bool = True


class Event(NamedTuple):
    """When it is noted, and what it tells."""

    told: str
    facts: Mapping[str, Fact]


_STUDENT = Fact((str,), "whose submission")
_WHY = Fact((str,), "the reason, on one line")
_WORKER = Fact((str,), "name of the worker; left out where the grader's own process runs notebooks", needed=False)
_SCHEDULER = Fact((str,), "address of Dask's scheduler")

EVENTS: Mapping[str, Event] = MappingProxyType(
    {
        "run_started": Event(
            "notebooks begin to run; only workers may join before",
            {
                "submissions": Fact((int,), "how many there are to grade"),
                "engine": Fact((str,), "what runs them: `local` or `dask`"),
                "jobs": Fact((int,), "how many may be under way at once in the beginning"),
                "scheduler": Fact((str,), "address of Dask's scheduler", needed=False),
                "dashboard": Fact((str,), "address of Dask's own page about its workers", needed=False),
            },
        ),
        "started": Event(
            "a submission is taken in hand: by a thread, or sent to the cluster",
            {"student": _STUDENT, "worker": _WORKER},
        ),
        "reused": Event(
            "a submission is graded by a stored execution, or by that of an identical one; nothing ran",
            {
                "student": _STUDENT,
                "status": Fact((str,), "of the execution", needed=False),
                "provisional": Fact((bool,), "whether a person has to decide something", needed=False),
            },
        ),
        "finished": Event(
            "a submission has run and is graded and written",
            {
                "student": _STUDENT,
                "status": Fact((str,), "of the execution: `ok`, `student_error`, `timeout`, …"),
                "seconds": Fact(_NUMBER, "wall time of its cells"),
                "cpu_seconds": Fact(_NUMBER, "processor time of its kernel and all that it started", needed=False),
                "waited": Fact(_NUMBER, "seconds from `started` until a worker began with it", needed=False),
                "phases": Fact((dict,), "seconds by part of its way through the kernel", needed=False),
                "worker": _WORKER,
                "provisional": Fact((bool,), "whether a person has to decide something"),
            },
        ),
        "failed": Event(
            "a submission is not graded, or its page not written, through a fault of the grader's",
            {"student": _STUDENT, "why": _WHY},
        ),
        "retried": Event(
            "a submission is sent again: its worker or the way there was lost, or it is overdue",
            {"student": _STUDENT, "why": _WHY, "worker": _WORKER},
        ),
        "set_aside": Event(
            "a submission lost its worker too often; it is tried again, alone, after all others",
            {"student": _STUDENT, "why": _WHY},
        ),
        "worker_joined": Event("a worker is there", {"worker": Fact((str,), "its name")}),
        "worker_left": Event("a worker is gone", {"worker": Fact((str,), "its name")}),
        "scheduler_lost": Event("the scheduler does not answer", {"scheduler": _SCHEDULER}),
        "scheduler_back": Event("the scheduler answers again", {"scheduler": _SCHEDULER}),
        "run_ended": Event(
            "a run is over, also when it was interrupted; one without this was killed",
            {
                "graded": Fact((int,), "submissions that have a report now"),
                "reused": Fact((int,), "of these, without a run"),
                "failed": Fact((int,), "submissions lost to a fault of the grader's"),
                "seconds": Fact(_NUMBER, "wall time of the whole run"),
            },
        ),
    }
)


@dataclass(frozen=True)
class Noted:
    """One event of a run."""

    event: str
    run: str
    at: dt.datetime
    clock: float  # seconds, of a clock that nobody sets: for rates and lengths
    facts: Mapping[str, Any]  # none of them is None

    def line(self) -> str:
        """JSON on one line."""
        at = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = {"time": at, "event": self.event, "run": self.run, **self.facts}
        return json.dumps(told, ensure_ascii=False, allow_nan=False)


def checked(event: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they may be written anywhere, without those that are None.

    Raises ValueError for an event or a fact that the table does not have, and for a fact that lacks or is of another
    type: no input leads there.
    """
    if event not in EVENTS:
        raise ValueError(f"no such event: {event}")
    known = EVENTS[event].facts
    given = {name: value for name, value in facts.items() if value is not None}
    if unknown := set(facts) - set(known):
        raise ValueError(f"{event} has no such fact: {', '.join(sorted(unknown))}")
    if lacking := {name for name, fact in known.items() if fact.needed} - set(given):
        raise ValueError(f"{event} lacks: {', '.join(sorted(lacking))}")
    for name, value in given.items():
        if not isinstance(value, known[name].kinds):
            raise ValueError(f"{event}: {name} is {type(value).__name__}")
    json.dumps(given, allow_nan=False)
    return {name: _plain(value) for name, value in given.items()}


def _plain(value: Any) -> Any:
    """Words on one line, seconds to the millisecond."""
    if isinstance(value, str):
        return " | ".join(map(printable, value[:_MOST_LETTERS].splitlines()))
    return round(value, 3) if isinstance(value, float) else value
