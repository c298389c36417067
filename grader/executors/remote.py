"""A runner whose notebooks run on the workers of a Dask cluster."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

import dask
from distributed import Client, LocalCluster
from distributed.security import Security

from grader.errors import ClusterLost, RunnerError
from grader.executions import Place
from grader.executors import parcel, workshop
from grader.executors.calls import Calls, Tell
from grader.executors.clients import closed
from grader.executors.cluster import ClusterExecutor
from grader.executors.leaving import LocalNanny
from grader.executors.settings import SETTINGS, nanny_options
from grader.executors.workshop import Fitness, Workshop
from grader.kernels.runner import KernelRunner
from grader.model import Assignment, CellError, Execution, Submission
from grader.walls.doctor import best
from grader.walls.plan import TIERS, Tier

_CONNECT_SECONDS = 10.0
_WORKERS_SECONDS = 60.0  # for the first worker to come
_ANSWER_SECONDS = 120.0  # for all workers to say what they are: a loaded one imports for a while
_PATIENCE_SECONDS = 1800.0  # for a scheduler that was lost
_QUESTIONS_SECONDS = 120.0  # a kernel's answers, on top of the notebook's own time


@dataclass
class Cluster:
    """Where the workers are: at a scheduler's address, or `workers` of one core each on this machine."""

    scheduler: str | None
    workers: int


class RemoteRunner:
    """Sends each notebook to whichever worker is free; as many threads as there are may call `run` at once.

    `walls`: the tier of all kernels.
    """

    note = ""

    def __init__(self, executor: ClusterExecutor, calls: Calls, opened: _Opened) -> None:
        self._executor, self._calls, self._opened = executor, calls, opened
        self.repairs = opened.repairs
        self._ways: dict[str, dict[str, Any]] = {}

    def way(self, student: str) -> dict[str, Any]:
        """Which worker ran it, and how long it waited for that; asked once."""
        return self._ways.pop(student, {})

    @property
    def walls(self) -> Tier:
        return self._opened.workshop.walls

    @property
    def place(self) -> Place:
        """Where notebooks run: the same on all workers, but for the system's name."""
        return self._opened.workshop.fitness.place

    @property
    def dashboard(self) -> str:
        return self._opened.dashboard

    def at_a_time(self) -> int:
        """How many notebooks the workers can have, besides those that wait until the others are done."""
        return self._calls.threads + self._calls.aside

    def run(self, submission: Submission, assignment: Assignment) -> Execution:
        """Raises ClusterLost where there is nothing left that it could run on."""
        if submission.notebook is None:
            return KernelRunner().run(submission, assignment)  # which says why there is none
        try:
            content = parcel.packed(submission)
            begun = time.monotonic()
            ran = self._executor.send(submission.student, workshop.work, content, self._opened.workshop.name).result()
            waited = max(0.0, time.monotonic() - begun - ran.seconds)
            self._ways[submission.student] = {"worker": ran.worker, "waited": waited}
            return parcel.execution(ran.execution)
        except (ClusterLost, CancelledError):
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is and on whose side: the others go on
            lost = CellError(cell=None, name=type(error).__name__, message=str(error))
            return Execution(
                status="infrastructure",
                submission_sha256=submission.sha256,
                walls=self.walls,
                repairing=self.repairs,
                errors=(lost,),
            )

    def stop(self) -> None:
        """Nothing that is under way comes back."""
        self._executor.shutdown()


class _Opened:
    """Opens clients with workshops on their workers; the first one decides which walls there are."""

    def __init__(self, cluster: Cluster, assignment: Assignment, walls: Tier | None, *, repairs: bool) -> None:
        self._cluster, self._assignment, self._walls, self.repairs = cluster, assignment, walls, repairs
        self._rubric = parcel.packed_rubric(assignment)
        self._workshop: Workshop | None = None
        self.dashboard = ""

    @property
    def workshop(self) -> Workshop:
        assert self._workshop is not None
        return self._workshop

    async def client(self) -> Client:
        """Raises RunnerError for workers that do not fit, and OSError where there is no scheduler."""
        client = await self._connected()
        try:
            self.dashboard = client.dashboard_link or ""
            if self._workshop is None:
                self._workshop = self._fitting(await introduced(client))
            await client.register_plugin(self._workshop)
        except BaseException:
            await closed(client)
            raise
        return client

    async def _connected(self) -> Client:
        here = self._cluster.scheduler is None
        where = await local_cluster(self._cluster.workers) if here else self._cluster.scheduler
        return await Client(where, asynchronous=True, timeout=_CONNECT_SECONDS, set_as_default=False)

    def _fitting(self, workers: Mapping[str, Fitness]) -> Workshop:
        ours = workshop.fitness()
        first = workers[min(workers)]
        for name, theirs in sorted(workers.items()):
            if theirs.code != ours.code:
                raise RunnerError(f"the worker {name} has another version of the grader: install this one there")
            if theirs.place.installed != first.place.installed:
                told = workshop.differing(theirs.place, first.place)
                raise RunnerError(
                    f"the workers {min(workers)} and {name} have not the same installed, so scores could differ: {told}"
                )
        weakest = max((theirs.walls for theirs in workers.values()), key=TIERS.index)
        tier = best(self._walls, secrets=self._assignment.heldout is not None, had=weakest)
        return Workshop(self._rubric, tier, first, repairs=self.repairs)


@contextlib.contextmanager
def remote_runner(
    cluster: Cluster, assignment: Assignment, walls: Tier | None, tell: Tell, *, repairs: bool = True
) -> Iterator[RemoteRunner]:
    """A runner on the cluster, for as long as the context lasts. Raises RunnerError if there is none to be had."""
    limits = assignment.limits
    overdue = 2 * (limits.seconds + _QUESTIONS_SECONDS) + 60  # twice what the slowest may take, and a worker's start
    with dask.config.set(SETTINGS):
        opened = _Opened(cluster, assignment, walls, repairs=repairs)
        calls = Calls(opened.client, tell, overdue=overdue, patience=_PATIENCE_SECONDS)
        try:
            with ClusterExecutor(calls) as executor:
                yield RemoteRunner(executor, calls, opened)
        finally:
            end_workers_here()


async def local_cluster(workers: int) -> LocalCluster:
    """Workers of one core each, on this machine, which nobody on the network can reach.

    Raises RunnerError if they cannot be started.
    """
    options = nanny_options(cores=1)
    try:
        return await LocalCluster(
            n_workers=workers,
            threads_per_worker=options.pop("nthreads"),
            worker_class=LocalNanny,
            host="127.0.0.1",
            security=Security.temporary(),  # other users of this machine reach its ports, too
            dashboard_address="127.0.0.1:0",
            asynchronous=True,
            silence_logs=logging.CRITICAL,
            **options,
        )
    except RuntimeError as error:
        raise RunnerError(f"no workers can be started here: {error}") from None


def end_workers_here() -> None:
    """Those that are left when a start is interrupted, or a cluster does not close in time.

    Python ends its children by SIGTERM and waits for them; a worker leaves that to its nanny, which is gone by then.
    """
    for child in multiprocessing.active_children():
        if child.name.startswith("Dask Worker"):
            child.kill()


async def introduced(client: Client) -> dict[str, Fitness]:
    """What each worker says of itself."""
    at = client.scheduler.address
    try:
        await client.wait_for_workers(1, timeout=_WORKERS_SECONDS)
    except TimeoutError:
        raise RunnerError(f"{at} has no workers: start some with `grader worker {at}`") from None
    try:
        found: dict[str, Fitness] = await asyncio.wait_for(client.run(workshop.fitness), _ANSWER_SECONDS)
    except TimeoutError:
        raise RunnerError(
            f"of the workers of {at} one has not answered for {_ANSWER_SECONDS:.0f} s: end it, and start again"
        ) from None
    except Exception as error:  # noqa: BLE001  # whatever keeps a worker from loading the grader is one sentence
        mend = "start workers with `grader worker`, from the same version"
        raise RunnerError(f"the workers cannot run this grader ({type(error).__name__}: {error}): {mend}") from None
    return found
