"""A class on many machines, simulated one submission after another: when each is done, and what it takes.

One client reads, sends, scores and records, one submission at a time; every core of every worker runs one notebook at
a time; a link carries parcels there and results back. Whatever waits, waits in the order in which it came.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

_CLIENT, _NOTEBOOK = 0, 1  # who goes first on a core that both want


@dataclass(frozen=True)
class Costs:
    """What one submission costs, in seconds and bytes.

    `run`: of a worker's core. `send`, `receive`: of the client, before (reading, its key, the parcel) and after
    (scoring, recording). `shape`: what notebooks take, as multiples of `run`, each as likely; their mean is 1.
    `start`: until the client has work to give; `worker_start`: until a worker takes some. `end`: of the client once
    all are in, for the class's pages.
    """

    run: float
    send: float = 0.0
    receive: float = 0.0
    parcel: int = 0
    result: int = 0
    start: float = 0.0
    worker_start: float = 0.0
    end: float = 0.0
    shape: tuple[float, ...] = (1.0,)


@dataclass(frozen=True)
class Cluster:
    """Machines that are alike. `apart`: the client has a machine of its own, else it takes turns on the first one's
    cores. `losses`: how often a machine is lost in an hour; after `notice` seconds what it ran is given to another
    one, and after `back` seconds it is there again. `ahead`: submissions in flight for each core.
    """

    machines: int
    cores: int
    apart: bool = True
    bits: float = 1e9  # a second, each way
    latency: float = 0.0005  # seconds
    losses: float = 0.0
    notice: float = 60.0  # at the latest, by the settings of the real one
    back: float = 300.0
    ahead: float = 2.0


@dataclass
class Outcome:
    """Seconds. `waits`: from hand-in to grade. `worked`: of workers' cores, with what was lost. `client`: its own."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    worked: float = 0.0
    client: float = 0.0
    again: int = 0  # runs that a lost machine took

    @property
    def client_busy(self) -> float:
        return self.client / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class _Job:
    arrived: float
    run: float


def simulate(costs: Costs, cluster: Cluster, arrivals: Sequence[float], seed: int = 0) -> Outcome:
    """Grade submissions that arrive at these times, in seconds and rising."""
    run = _Run(costs, cluster, arrivals, random.Random(seed))
    run.env.run(until=run.done)
    run.outcome.seconds = run.env.now + costs.end
    return run.outcome


def at_once(count: int) -> list[float]:
    """All are there when the client starts, as after a deadline."""
    return [0.0] * count


def in_a_rush(count: int, days: float = 7.0, last_hours: float = 1.0, seed: int = 0) -> list[float]:
    """Hand-ins up to a deadline, more of them the less time is left: as 1 / (hours left + `last_hours`)."""
    draw, whole, last = random.Random(seed), days * 86_400.0, last_hours * 3600.0
    left = (last * ((1 + whole / last) ** draw.random() - 1) for _ in range(count))
    return sorted(whole - seconds for seconds in left)


class _Run:
    def __init__(self, costs: Costs, cluster: Cluster, arrivals: Sequence[float], draw: random.Random) -> None:
        self.costs, self.cluster, self.draw = costs, cluster, draw
        self.env = simpy.Environment()
        self.outcome = Outcome()
        self.done = self.env.event()
        self.left, self.in_flight = len(arrivals), 0
        self.most_in_flight = max(1, math.ceil(cluster.ahead * cluster.machines * cluster.cores))
        self.waiting, self.landed, self.to_run = deque[_Job](), deque[_Job](), deque[_Job]()
        self.idle: dict[simpy.Event, None] = {}  # cores without work, in the order in which they fell idle
        self.client_idle: simpy.Event | None = None
        self.there, self.and_back = _Link(self.env, cluster), _Link(self.env, cluster)
        shared = None if cluster.apart else simpy.PriorityResource(self.env, cluster.cores)
        self.env.process(self._arrive(arrivals))
        self.env.process(self._client(shared))
        for number in range(cluster.machines):
            on = shared if number == 0 else None
            cores = [self.env.process(self._core(on)) for _ in range(cluster.cores)]
            if cluster.losses:
                self.env.process(self._lose(cores))
        if not arrivals:
            self.done.succeed()

    def _arrive(self, arrivals: Sequence[float]) -> Iterator[simpy.Event]:
        for at in arrivals:
            if at > self.env.now:
                yield self.env.timeout(at - self.env.now)
            self.waiting.append(_Job(at, self.costs.run * self.draw.choice(self.costs.shape)))
            self._wake_client()

    def _client(self, on: simpy.PriorityResource | None) -> Iterator[simpy.Event]:
        """What has come back goes first: it makes room for the next."""
        yield self.env.timeout(self.costs.start)
        while True:
            if self.landed:
                job = self.landed.popleft()
                yield from self._client_works(self.costs.receive, on)
                self._record(job)
            elif self.waiting and self.in_flight < self.most_in_flight:
                job = self.waiting.popleft()
                self.in_flight += 1
                yield from self._client_works(self.costs.send, on)
                self.there.carry(self.costs.parcel, job, self._give)
            else:
                self.client_idle = self.env.event()
                yield self.client_idle

    def _client_works(self, seconds: float, on: simpy.PriorityResource | None) -> Iterator[simpy.Event]:
        self.outcome.client += seconds
        yield from _work(self.env, seconds, on, _CLIENT)

    def _record(self, job: _Job) -> None:
        self.in_flight -= 1
        self.left -= 1
        self.outcome.waits.append(self.env.now - job.arrived)
        if self.left == 0:
            self.done.succeed()

    def _core(self, on: simpy.PriorityResource | None) -> Iterator[simpy.Event]:
        pause, job = self.costs.worker_start, None
        while True:
            began, idle = self.env.now, None
            try:
                yield self.env.timeout(pause)
                while True:
                    while not self.to_run:
                        idle = self.env.event()
                        self.idle[idle] = None
                        yield idle
                    job, began = self.to_run.popleft(), self.env.now
                    yield from _work(self.env, job.run, on, _NOTEBOOK)
                    self.outcome.worked += job.run
                    self.and_back.carry(self.costs.result, job, self._land)
                    job = None
            except simpy.Interrupt:  # the machine is lost
                if idle is not None:
                    self.idle.pop(idle, None)
                if self.to_run:
                    self._wake_core()  # this one may have been woken for it
                if job is not None:
                    self.outcome.worked += self.env.now - began
                    self.outcome.again += 1
                    self.env.process(self._give_again(job))
                pause, job = self.cluster.back + self.costs.worker_start, None

    def _lose(self, cores: Sequence[simpy.Process]) -> Iterator[simpy.Event]:
        while True:
            yield self.env.timeout(self.draw.expovariate(self.cluster.losses / 3600))
            for core in cores:
                core.interrupt()

    def _give_again(self, job: _Job) -> Iterator[simpy.Event]:
        yield self.env.timeout(self.cluster.notice)
        self.to_run.appendleft(job)
        self._wake_core()

    def _give(self, job: _Job) -> None:
        self.to_run.append(job)
        self._wake_core()

    def _land(self, job: _Job) -> None:
        self.landed.append(job)
        self._wake_client()

    def _wake_core(self) -> None:
        if self.idle:
            idle = next(iter(self.idle))
            del self.idle[idle]
            idle.succeed()

    def _wake_client(self) -> None:
        if self.client_idle is not None and not self.client_idle.triggered:
            self.client_idle.succeed()


class _Link:
    """One way of the client's network: one parcel after another, each a latency later."""

    def __init__(self, env: simpy.Environment, cluster: Cluster) -> None:
        self.env, self.bits, self.latency, self.free = env, cluster.bits, cluster.latency, 0.0

    def carry(self, size: int, job: _Job, then: Callable[[_Job], None]) -> None:
        self.free = max(self.env.now, self.free) + size * 8 / self.bits
        arrival = self.env.timeout(self.free + self.latency - self.env.now)
        arrival.callbacks.append(lambda _: then(job))


def _work(env: simpy.Environment, seconds: float, on: Any, rank: int) -> Iterator[simpy.Event]:
    """Take so long, on one of the cores `on` where they are shared."""
    if on is None:
        yield env.timeout(seconds)
        return
    with on.request(rank) as core:
        yield core
        yield env.timeout(seconds)
