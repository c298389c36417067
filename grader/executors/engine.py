"""Where a class is run: on the cores of this machine, or on a cluster. Each gives a runner and threads to call it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

from grader import terminal
from grader.executions import Place, here
from grader.executors.settings import address_of, need_dask
from grader.kernels import cores as machine
from grader.kernels.runner import Runner, kernel_runner
from grader.kernels.warm import KernelServer, kernel_server
from grader.model import Assignment
from grader.walls.doctor import best
from grader.walls.plan import Tier

if TYPE_CHECKING:
    from grader.executors.calls import Tell

_MOST_THREADS = 4096  # each waits for one notebook of a cluster's


class ClassRunner(Runner, Protocol):
    """`note`: what to say of it at the end. `stop` ends what is under way."""

    note: str

    @property
    def walls(self) -> Tier: ...

    @property
    def repairs(self) -> bool: ...

    def stop(self) -> None: ...

    def way(self, student: str) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Opened:
    """`executor` calls the runner; `ahead`: how many submissions may be under way; `place`: where notebooks run."""

    runner: ClassRunner
    executor: Executor
    ahead: Callable[[], int]
    place: Place
    dashboard: str = ""


class LocalEngine:
    """Kernels on `jobs` cores. Use as a context manager: the kernel server gets ready meanwhile.

    `again`: much of the class may have run before, so kernels are got ready only when one is needed.
    """

    name = "local"
    scheduler = None

    def __init__(self, jobs: int, *, again: bool = False) -> None:
        self.jobs = min(jobs, machine.usable())
        self._asked, self._again = jobs, again

    def __enter__(self) -> Self:
        self._held = contextlib.ExitStack()
        self._server: KernelServer | None = self._held.enter_context(kernel_server(early=not self._again))
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    @contextlib.contextmanager
    def opened(self, assignment: Assignment, walls: Tier | None, tell: Tell, *, repairs: bool) -> Iterator[Opened]:
        """Raises RunnerError where notebooks cannot be run, or not behind these walls."""
        tier = best(walls, secrets=assignment.heldout is not None)
        if self._asked > self.jobs:
            terminal.console().print(
                f"{self.jobs} notebooks at a time: with more than cores, honest ones would run out of time"
            )
        threads = self.jobs + 1  # the next kernel gets ready while the others run
        with (
            kernel_runner(tier, repairs=repairs, at_a_time=self.jobs, server=self._server) as kernels,
            ThreadPoolExecutor(threads) as executor,
        ):
            yield Opened(kernels, executor, lambda: 2 * threads, here())


class DaskEngine:
    """Workers of the Dask cluster at the address `scheduler`, or `jobs` workers of one core each on this machine."""

    name = "dask"

    def __init__(self, scheduler: str | None, jobs: int) -> None:
        """Raises GraderError where Dask is not installed, and for what is no address."""
        need_dask()
        self.scheduler = None if scheduler is None else address_of(scheduler)
        self.jobs = min(jobs, machine.usable())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @contextlib.contextmanager
    def opened(self, assignment: Assignment, walls: Tier | None, tell: Tell, *, repairs: bool) -> Iterator[Opened]:
        """Raises RunnerError where there is no cluster, or none whose workers fit."""
        from grader.executors.remote import Cluster, remote_runner  # with all of Dask

        cluster = Cluster(self.scheduler, self.jobs)
        with (
            remote_runner(cluster, assignment, walls, tell, repairs=repairs) as remote,
            ThreadPoolExecutor(_MOST_THREADS) as executor,
        ):
            if self.scheduler is not None:
                self.jobs = remote.at_a_time()  # whose size --jobs says nothing of
            yield Opened(remote, executor, remote.at_a_time, remote.place, remote.dashboard)


Engine = LocalEngine | DaskEngine
