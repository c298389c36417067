"""One core for each notebook that runs: who has none waits. Starting and ending a kernel needs none of its own, so that
no core is idle while a kernel comes or goes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from grader import files
from grader.kernels.watch import descendants

_LOOK_SECONDS = 0.003  # between two looks whether a core is free
_PASSES = 2  # over a kernel's threads: one may have been made meanwhile, by one that had no core yet


class Cores:
    """As many notebooks as `count` at a time, each on a core on which no other kernel of this user runs meanwhile,
    whichever grader it is of; on any, if all are taken."""

    def __init__(self, count: int | None = None) -> None:
        self._free = threading.BoundedSemaphore(count or usable())

    @contextlib.asynccontextmanager
    async def one_for(self, pid: int) -> AsyncIterator[None]:
        """Waits for a core, and keeps the process `pid` and all below it on it."""
        while not self._free.acquire(blocking=False):
            await asyncio.sleep(_LOOK_SECONDS)
        try:
            with _unused() as core:
                if core is not None:
                    _keep_on(core, pid)
                yield
        finally:
            self._free.release()


def usable() -> int:
    """How many cores we may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextlib.contextmanager
def _unused() -> Iterator[int | None]:
    """A core that is locked for us; None where cores cannot be had."""
    if sys.platform != "linux":
        yield None
        return
    cores = sorted(os.sched_getaffinity(0))
    folder = Path(tempfile.gettempdir()) / f"grader-cores-{os.getuid()}"
    with contextlib.ExitStack() as held:
        chosen = random.choice(cores)
        with contextlib.suppress(OSError):  # no locks here: then by chance
            folder.mkdir(mode=0o700, exist_ok=True)
            for core in cores:
                if (lock := files.lock(folder / str(core))) is not None:
                    held.enter_context(lock)
                    chosen = core
                    break
        yield chosen


def _keep_on(core: int, pid: int) -> None:
    """All threads of all processes; what they start later follows them."""
    if sys.platform == "linux":
        for _ in range(_PASSES):
            for process in (pid, *descendants(pid)):
                with contextlib.suppress(OSError):
                    for thread in os.listdir(f"/proc/{process}/task"):
                        os.sched_setaffinity(int(thread), {core})
