"""How far a run is: figures that derive from its events alone, and do not grow with the number of submissions."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from typing import Any

from grader.journal.events import Noted

_WINDOW_SECONDS = 600.0
_FEWEST_ENDS, _MOST_ENDS = 8, 2000  # whose times are kept, though they be older, and though they be younger
_ENDS = ("finished", "reused", "failed")


class Counts:
    """Of the submissions of one run. `running`: since when, by student, on the clock of the events."""

    def __init__(self) -> None:
        self.total = 0
        self.events: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()  # of what ran in this run
        self.running: dict[str, float] = {}
        self.workers: set[str] = set()
        self.cpu_seconds = 0.0
        self.seconds: defaultdict[str, float] = defaultdict(float)  # wall time of cells, by status
        self.dashboard = ""
        self._ends: deque[float] = deque()
        self._since: float | None = None  # when the first began to run, or the last of those ended that are forgotten

    @property
    def done(self) -> int:
        return self.reused + self.ran + self.failed

    @property
    def ran(self) -> int:
        return self.events["finished"]

    @property
    def reused(self) -> int:
        return self.events["reused"]

    @property
    def failed(self) -> int:
        return self.events["failed"]

    @property
    def retried(self) -> int:
        return self.events["retried"]

    @property
    def set_aside(self) -> int:
        return self.events["set_aside"]

    def take(self, noted: Noted) -> None:
        """Count one event."""
        facts = noted.facts
        self.events[noted.event] += 1
        if noted.event == "run_started":
            self.total, self.dashboard = facts["submissions"], facts.get("dashboard", "")
        elif noted.event == "started":
            self.running[facts["student"]] = noted.clock
            self._since = noted.clock if self._since is None else self._since
        elif noted.event == "worker_joined":
            self.workers.add(facts["worker"])
        elif noted.event == "worker_left":
            self.workers.discard(facts["worker"])
        elif noted.event in _ENDS:
            self.running.pop(facts["student"], None)
            self._end(noted.event, noted.clock, facts)
        elif noted.event == "run_ended":
            self.running.clear()  # what was in hand when it was interrupted is in nobody's

    def _end(self, event: str, clock: float, facts: Mapping[str, Any]) -> None:
        if event != "reused":  # thousands of these pass in a second and say nothing of what is left
            self._ends.append(clock)
            self._forget(clock)
        elif not self._ends:  # nor is the time that they took counted: the oldest in hand began first of what runs
            self._since = next(iter(self.running.values()), None)
        if event == "finished":
            self.statuses[facts["status"]] += 1
            self.seconds[facts["status"]] += facts["seconds"]
            self.cpu_seconds += facts.get("cpu_seconds", 0.0)

    def _forget(self, now: float) -> None:
        ends = self._ends
        while len(ends) > _MOST_ENDS or (len(ends) > _FEWEST_ENDS and ends[0] < now - _WINDOW_SECONDS):
            self._since = ends.popleft()

    def rate(self, now: float) -> float | None:
        """Submissions a second of those that run, over the last ten minutes; None until one has ended."""
        self._forget(now)
        if not self._ends or self._since is None or now <= self._since:
            return None
        return len(self._ends) / (now - self._since)

    def left(self, now: float) -> float | None:
        """Seconds until the last submission is done if it goes on like this; None where nobody knows."""
        rate = self.rate(now)
        return (self.total - self.done) / rate if rate else None
