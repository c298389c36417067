"""What a run came to: where its time went, what was tried again, and what a submission cost."""

from __future__ import annotations

import datetime as dt
import heapq
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from grader.journal.counts import Counts
from grader.journal.events import Noted
from grader.model.nouns import Noun

_SLOWEST = 10
_MOST = 100  # students, reasons or workers that are told of by name
_WHOLE = "…"  # the reason of all that are beyond these
PARTS = ("waited", "start_up", "waiting", "cells", "questions", "end", "lost", "rest")


class Spread(Noun):
    """Of one figure over all submissions that ran; None where none did."""

    n: int = 0
    sum: float = 0.0
    mean: float | None = None
    median: float | None = None
    p90: float | None = Field(None, description="nine of ten are not above it")
    max: float | None = None


class Part(Noun):
    """Of the time that submissions were in hand."""

    name: str = Field(description="one of PARTS")
    seconds: float
    share: float = Field(description="of all parts, 0 to 1")


class Slow(Noun):
    """One of the slowest."""

    student: str
    status: str
    seconds: float
    cpu_seconds: float | None = None
    worker: str = ""


class Worker(Noun):
    """What one worker did; "" is the grader's own process."""

    name: str
    ran: int
    busy_seconds: float = Field(description="of its submissions together")
    at_a_time: float = Field(description="submissions that it had in hand on average while it was there")


class Trouble(Noun):
    """A submission that was lost or set aside."""

    student: str
    why: str


class RunReport(Noun):
    """One run; seconds are wall time unless they are called otherwise."""

    run: str = Field(description="as in run.jsonl")
    started_at: dt.datetime
    seconds: float
    engine: str
    jobs: int
    scheduler: str = ""
    whole: bool = Field(description="whether it came to its end; not if it was interrupted")
    submissions: int
    ran: int
    reused: int
    failed: tuple[Trouble, ...] = ()
    failures: int = 0
    statuses: dict[str, int] = Field(description="of what ran, the commonest first")
    provisional: int = Field(description="submissions on which a person has to decide something")
    retried: int
    retries: dict[str, int] = Field(description="by reason, the commonest first")
    set_aside: tuple[Trouble, ...] = ()
    set_asides: int = Field(0, description="of which the first hundred are told of by name, as of `failures`")
    schedulers_lost: int = 0
    cells: Spread = Field(description="wall seconds of a submission's cells")
    cpu: Spread = Field(description="processor seconds of a submission's kernel")
    parts: tuple[Part, ...] = ()
    slowest: tuple[Slow, ...] = ()
    workers: tuple[Worker, ...] = Field((), description="the busiest first")
    workers_in_all: int = 0


class Account:
    """The report of a run, from its events. Of a finished submission two numbers are kept, sixteen bytes."""

    def __init__(self) -> None:
        self._counts = Counts()
        self._began: Noted | None = None
        self._last: Noted | None = None
        self._cells, self._cpu = array("d"), array("d")
        self._provisional = 0
        self._since: dict[str, float] = {}
        self._parts: defaultdict[str, float] = defaultdict(float)
        self._slowest: list[tuple[float, int, Slow]] = []
        self._failed: list[Trouble] = []
        self._set_aside: list[Trouble] = []
        self._retries: Counter[str] = Counter()
        self._ran: Counter[str] = Counter()  # by worker, as the next ones
        self._busy: defaultdict[str, float] = defaultdict(float)
        self._there: defaultdict[str, float] = defaultdict(float)
        self._joined: dict[str, float] = {}

    def take(self, noted: Noted) -> None:
        """Account for one event."""
        self._counts.take(noted)
        self._last, facts = noted, noted.facts
        self._provisional += bool(facts.get("provisional"))
        match noted.event:
            case "run_started":
                self._began = noted
            case "started":
                self._since[facts["student"]] = noted.clock
            case "finished":
                self._finish(noted.clock, facts)
            case "retried":
                self._retry(noted.clock, facts)
            case "reused" | "failed":
                self._since.pop(facts["student"], None)
            case "worker_joined" | "worker_left":
                self._come_or_go(noted)
        told = {"failed": self._failed, "set_aside": self._set_aside}.get(noted.event)
        if told is not None and len(told) < _MOST:
            told.append(Trouble(student=facts["student"], why=facts["why"]))

    def _come_or_go(self, noted: Noted) -> None:
        worker = noted.facts["worker"]
        if noted.event == "worker_joined":
            self._joined[worker] = noted.clock
        else:
            self._there[worker] += noted.clock - self._joined.pop(worker, noted.clock)

    def _retry(self, clock: float, facts: Mapping[str, Any]) -> None:
        """What a submission took until now is lost; it begins anew."""
        self._parts["lost"] += clock - self._since.get(facts["student"], clock)
        self._since[facts["student"]] = clock
        why = facts["why"]
        self._retries[why if why in self._retries or len(self._retries) < _MOST else _WHOLE] += 1

    def _finish(self, clock: float, facts: Mapping[str, Any]) -> None:
        worker, phases = facts.get("worker", ""), facts.get("phases", {})
        whole = clock - self._since.pop(facts["student"], clock)
        known = {"waited": facts.get("waited", 0.0), **(phases or {"cells": facts["seconds"]})}
        for name, seconds in known.items():
            self._parts[name] += seconds
        self._parts["rest"] += max(0.0, whole - sum(known.values()))
        self._ran[worker] += 1
        self._busy[worker] += max(sum(known.values()) - known["waited"], 0.0) if worker else whole
        self._cells.append(facts["seconds"])
        if "cpu_seconds" in facts:
            self._cpu.append(facts["cpu_seconds"])
        kept = {name: facts[name] for name in ("student", "status", "seconds", "cpu_seconds") if name in facts}
        entry = (facts["seconds"], -len(self._cells), Slow(**kept, worker=worker))
        (heapq.heappush if len(self._slowest) < _SLOWEST else heapq.heappushpop)(self._slowest, entry)

    def report(self) -> RunReport | None:
        """Of all that was noted so far; None before anything was."""
        began, last, counts = self._began, self._last, self._counts
        if began is None or last is None:
            return None
        facts = began.facts
        return RunReport(
            run=began.run,
            started_at=began.at.replace(microsecond=0),
            seconds=round(last.clock - began.clock, 3),
            engine=facts["engine"],
            jobs=facts["jobs"],
            scheduler=facts.get("scheduler", ""),
            whole=counts.done >= counts.total,
            submissions=counts.total,
            ran=counts.ran,
            reused=counts.reused,
            failed=tuple(self._failed),
            failures=counts.failed,
            statuses=dict(counts.statuses.most_common()),
            provisional=self._provisional,
            retried=counts.retried,
            retries=dict(self._retries.most_common()),
            set_aside=tuple(self._set_aside),
            set_asides=counts.set_aside,
            schedulers_lost=counts.events["scheduler_lost"],
            cells=_spread(self._cells),
            cpu=_spread(self._cpu),
            parts=tuple(self._shares()),
            slowest=tuple(slow for *_, slow in sorted(self._slowest, reverse=True)),
            workers=tuple(self._workers(began.clock, last.clock)),
            workers_in_all=len(self._ran),
        )

    def _shares(self) -> list[Part]:
        whole = sum(self._parts.values())
        names = [*PARTS, *sorted(self._parts.keys() - set(PARTS))]
        shares = [(name, self._parts[name]) for name in names if self._parts.get(name, 0.0) > 0]
        return [Part(name=name, seconds=round(n, 3), share=round(n / whole, 4)) for name, n in shares]

    def _workers(self, began: float, now: float) -> list[Worker]:
        busiest = sorted(self._ran, key=lambda name: (-self._busy[name], name))[:_MOST]
        return [self._worker(name, began, now) for name in busiest]

    def _worker(self, name: str, began: float, now: float) -> Worker:
        there = self._there.get(name, 0.0) + (now - self._joined[name] if name in self._joined else 0.0)
        busy, there = self._busy[name], there or now - began
        at_a_time = round(busy / there, 2) if there > 0 else 0.0
        return Worker(name=name, ran=self._ran[name], busy_seconds=round(busy, 3), at_a_time=at_a_time)


def _spread(values: array[float]) -> Spread:
    if not values:
        return Spread()
    ordered = sorted(values)
    n, total = len(ordered), math.fsum(ordered)
    middle = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    found = {"mean": total / n, "median": middle, "p90": ordered[math.ceil(0.9 * n) - 1], "max": ordered[-1]}
    return Spread(n=n, sum=round(total, 3), **{name: round(value, 3) for name, value in found.items()})
