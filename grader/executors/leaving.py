"""A Dask worker that leaves without losing what it is doing, and rests while its disk is full; and its nanny."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from typing import Any

from distributed import Nanny, Status, Worker
from tornado.ioloop import PeriodicCallback

RETIRED = "grader-retired"  # the reason of a worker that was told to leave, as for a smaller cluster
NEEDED_MB = 1000  # free in the temporary folder, to begin a notebook
_LOOK_SECONDS = 0.1
_DISK_SECONDS = 1.0
_FETCH_SECONDS = 10.0  # for results to be fetched; they are small
_GONE = (OSError, RuntimeError)  # whom one speaks to, or with what: a scheduler may end while its workers leave


class LeavingWorker(Worker):  # type: ignore[misc]  # Dask has no types
    """Its nanny calls `leave` before it ends the process."""

    status: Status

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.handlers["leave"] = self.leave
        # A terminal and some batch systems send their signals to all processes; the nanny decides, this one finishes.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _do_nothing)  # not SIG_IGN, which kernels would inherit
        self.periodic_callbacks["disk"] = PeriodicCallback(self._look_at_disk, _DISK_SECONDS * 1000)

    def _look_at_disk(self) -> None:
        """A machine that fails at every notebook is soon free for the next, and would go through a whole class."""
        free = free_mb()
        if self.status == Status.running and free < NEEDED_MB:
            self.status = Status.paused
            print(f"grader: {short_of_room(free)}; begins nothing until there is room", flush=True)
        elif self.status == Status.paused and free >= NEEDED_MB:
            self.status = Status.running
            print("grader: there is room again", flush=True)

    async def leave(self, patience: float) -> int:
        """Begin nothing more, finish what runs if that takes no longer than `patience` seconds, have results fetched.

        How many notebooks are given up. The scheduler hears of those now and gives them to others: they count as
        interrupted, not as what brought a worker down.
        """
        self.status = Status.closing_gracefully  # tells the scheduler too
        await _until(lambda: not self.state.executing, patience)
        if not self.state.executing:
            await _until(lambda: not self.data, _FETCH_SECONDS)
        given_up = len(self.state.executing)
        with contextlib.suppress(*_GONE):
            retired = self.scheduler.retire_workers(
                workers=[self.address], close_workers=False, remove=True, stimulus_id=f"leave-{time.time()}"
            )
            await asyncio.wait_for(retired, _FETCH_SECONDS)
        return given_up

    async def close(self, *args: Any, reason: str = "worker-close", **kwargs: Any) -> Any:
        """Who is retired is told so first, by its status; all other reasons are for coming back.

        Nothing that still runs is waited for: `leave` has done so, or there is no scheduler to take the result.
        """
        kwargs["executor_wait"] = False
        kwargs["reason"] = RETIRED if self.status == Status.closing_gracefully else reason
        return await super().close(*args, **kwargs)


class KnowingNanny(Nanny):  # type: ignore[misc]  # Dask has no types
    """`why`: the reason that its worker gave for leaving."""

    why = ""

    def close_gracefully(self, reason: str = "nanny-close-gracefully") -> None:
        self.why = reason
        super().close_gracefully(reason=reason)

    async def leave(self, patience: float) -> int:
        """As of the worker; 0 if it is gone already."""
        if self.worker_address is None:
            return 0
        with contextlib.suppress(*_GONE):
            async with self.rpc(self.worker_address) as worker:
                return int(await worker.leave(patience=patience))
        return 0

    def kill_now(self) -> None:
        """For a worker that cannot be asked, such as one that waits for a scheduler."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


def free_mb() -> int:
    """In the temporary folder, where kernels have theirs."""
    return shutil.disk_usage(tempfile.gettempdir()).free // 1_000_000


def short_of_room(free: int) -> str:
    return f"{tempfile.gettempdir()} has {free} MB free, and notebooks need {NEEDED_MB}"


class LocalNanny(Nanny):  # type: ignore[misc]  # Dask has no types
    """Of a cluster on this machine: Ctrl-C reaches its workers too, and is for who started them to deal with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, worker_class=LeavingWorker, **kwargs)


def _do_nothing(*_: object) -> None:
    pass


async def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        await asyncio.sleep(_LOOK_SECONDS)
