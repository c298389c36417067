"""A worker's side: the rubric that it was sent, kernels of its own, and what it does with a parcel."""

from __future__ import annotations

import contextlib
import time
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from grader import executions
from grader.errors import WorkerFault
from grader.executors import parcel
from grader.executors.settings import CORES
from grader.kernels import cores as machine
from grader.kernels.leftovers import OwnedFolder, sweep
from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer, available
from grader.walls.doctor import examine, offer
from grader.walls.plan import Tier

_WORKSHOP_SECONDS = 30.0


class Ran(NamedTuple):
    """What became of a parcel: plain data, for it crosses the network."""

    worker: str
    seconds: float  # on the worker, from the parcel to this
    execution: bytes


class Fitness(NamedTuple):
    """What has to be the same wherever notebooks of one class run, for their scores to mean the same."""

    code: str  # a hash of the grader's sources
    place: executions.Place
    walls: Tier  # the best tier that can be had there


class Workshop(WorkerPlugin):  # type: ignore[misc]  # Dask has no types
    """Comes to every worker, those that join later too. `rubric` as packed; `walls`, `repairs`: as for KernelRunner."""

    idempotent = True  # a client that comes back finds its workshop as it left it
    folder: OwnedFolder | None

    def __init__(self, rubric: bytes, walls: Tier, fitness: Fitness, *, repairs: bool) -> None:
        self.rubric, self.walls, self.fitness, self.repairs = rubric, walls, fitness, repairs
        told = repr((walls, fitness, repairs)).encode()
        self.name = f"grader-{parcel.mark(rubric + told)}"

    def setup(self, worker: Any) -> None:
        """Lay the rubric's files down and get kernels ready; what cannot be now is tried again when there is work.

        Never raises: Dask would hand it on to the client, which has other workers.
        """
        self.cores, self.folder, self.laid = cores_of(worker), None, False
        self._guard = Lock()
        with contextlib.suppress(Exception):  # a full disk, mostly
            self._lay_down()
        self.ready = True

    def _lay_down(self) -> None:
        """Once. `misfit` then says why this worker is of no use, if it is."""
        with self._guard:
            if self.laid:
                return
            self.misfit = _misfit(fitness(), self.fitness, self.walls)
            if not self.misfit:
                self.folder = self.folder or OwnedFolder("grader-rubric-")
                self.assignment = parcel.unpacked_rubric(self.rubric, self.folder.path)
                self.runner = kernels(self.walls, self.repairs, self.cores)
            self.laid = True

    def teardown(self, worker: Any) -> None:
        if self.folder is not None:
            self.folder.remove()

    def work(self, content: bytes, worker: str) -> Ran:
        """Raises WorkerFault if it is no fault of the notebook's that nothing came of it."""
        try:
            self._lay_down()
        except Exception as error:  # noqa: BLE001  # whatever it is, other workers may do better
            why = f"what it needs for this rubric cannot be laid down: {type(error).__name__}: {error}"
            raise WorkerFault(worker, why) from None
        if self.misfit:
            raise WorkerFault(worker, self.misfit, for_good=True)
        begun = time.monotonic()
        try:
            folder = OwnedFolder("grader-parcel-")
            try:
                execution = self.runner.run(parcel.unpacked(content, folder.path), self.assignment)
            finally:
                folder.remove()
        except OSError as error:
            raise WorkerFault(worker, str(error)) from None
        if execution.status == "infrastructure":
            raise WorkerFault(worker, "; ".join(f"{error.name}: {error.message}" for error in execution.errors))
        return Ran(worker, time.monotonic() - begun, parcel.written(execution))


def work(content: bytes, workshop: str) -> Ran:
    """The task of a worker: run one parcel in the workshop of that name. Raises WorkerFault."""
    worker = get_worker()
    until = time.monotonic() + _WORKSHOP_SECONDS
    while not getattr(found := worker.plugins.get(workshop), "ready", False):  # it joined a moment ago
        if time.monotonic() > until:
            raise WorkerFault(worker.address, "what it needs for this rubric has not come")
        time.sleep(0.1)
    ran: Ran = found.work(content, worker.address)
    return ran


def fitness() -> Fitness:
    """Of the process in which this is called."""
    return Fitness(executions.whole_code(), executions.here(), examine().tier)


def _misfit(ours: Fitness, asked: Fitness, walls: Tier) -> str:
    """Why scores from here would not mean the same as others'; empty if they do."""
    if ours.code != asked.code:
        return "it has another version of the grader"
    if ours.place.installed != asked.place.installed:
        return f"it has other packages: {differing(ours.place, asked.place)}"
    return "" if offer(walls).works else f"{walls} walls cannot be built there: {'; '.join(offer(walls).reasons)}"


def differing(one: executions.Place, other: executions.Place) -> str:
    """The first few that only one of the two has."""
    differ = sorted(set(one.installed) ^ set(other.installed))
    return ", ".join(differ[:5]) + (f" and {len(differ) - 5} more" if len(differ) > 5 else "")


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
