"""A worker's side: the rubric that it was sent, kernels of its own, and what it does with a parcel."""

from __future__ import annotations

import time
from functools import cache
from typing import Any, NamedTuple

from distributed import Reschedule, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from grader import executions
from grader.executors import parcel
from grader.executors.settings import CORES
from grader.kernels import cores as machine
from grader.kernels.leftovers import OwnedFolder, sweep
from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer, available
from grader.model import Assignment
from grader.walls.doctor import examine, offer
from grader.walls.plan import Tier


class Ran(NamedTuple):
    """What became of a parcel: plain data, for it crosses the network."""

    worker: str
    seconds: float  # on the worker, from the parcel to this
    execution: bytes


class Fitness(NamedTuple):
    """What has to be the same wherever notebooks of one class run, for their scores to mean the same."""

    code: str  # a hash of the grader's sources
    installed: tuple[str, ...]  # Python, the machine, then packages
    walls: Tier  # the best tier that can be had there


class Workshop(WorkerPlugin):  # type: ignore[misc]  # Dask has no types
    """Comes to every worker, those that join later too. `rubric` as packed; `walls`, `repairs`: as for KernelRunner."""

    idempotent = True  # a client that comes back finds its workshop as it left it

    def __init__(self, rubric: bytes, walls: Tier, fitness: Fitness, *, repairs: bool) -> None:
        self.rubric, self.walls, self.fitness, self.repairs = rubric, walls, fitness, repairs
        told = repr((walls, fitness, repairs)).encode()
        self.name = f"grader-{parcel.mark(rubric + told)}"

    def setup(self, worker: Any) -> None:
        """Lay the rubric's files down and get kernels ready; a worker that does not fit takes no work."""
        self.assignment: Assignment | None = None
        self.folder = OwnedFolder("grader-rubric-")
        if _alike(fitness(), self.fitness) and offer(self.walls).works:
            self.assignment = parcel.unpacked_rubric(self.rubric, self.folder.path)
            self.runner = kernels(self.walls, self.repairs, cores_of(worker))

    def teardown(self, worker: Any) -> None:
        self.folder.remove()

    def work(self, content: bytes, worker: str) -> Ran:
        assert self.assignment is not None
        begun = time.monotonic()
        folder = OwnedFolder("grader-parcel-")
        try:
            submission = parcel.unpacked(content, folder.path)
            execution = self.runner.run(submission, self.assignment)
            return Ran(worker, time.monotonic() - begun, parcel.written(execution))
        finally:
            folder.remove()


def work(content: bytes, workshop: str) -> Ran:
    """The task of a worker: run one parcel in the workshop of that name."""
    worker = get_worker()
    found = worker.plugins.get(workshop)
    if found is None or found.assignment is None:  # it came before its workshop, or with another grader
        time.sleep(0.2)
        raise Reschedule
    name: str = worker.address
    ran: Ran = found.work(content, name)
    return ran


def fitness() -> Fitness:
    """Of the process in which this is called."""
    return Fitness(executions.running_code(), tuple(executions.environment()), examine().tier)


def _alike(one: Fitness, other: Fitness) -> bool:
    return (one.code, one.installed) == (other.code, other.installed)


def cores_of(worker: Any) -> int:
    """How many notebooks may run at a time: as many as it says, or as it has threads and this machine cores."""
    said = worker.state.total_resources.get(CORES)
    return int(said) if said else max(1, min(worker.state.nthreads, machine.usable()))


@cache
def kernels(walls: Tier, repairs: bool, at_a_time: int) -> KernelRunner:
    """The kernels of this process, for all rubrics; they end with it, as the server's input does."""
    sweep()
    server = KernelServer() if available() else None
    if server is not None:
        server.begin()
    return KernelRunner(server, walls, repairs=repairs, at_a_time=at_a_time)
