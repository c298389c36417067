"""A machine that works for a scheduler: it waits for one, and comes back to it whenever it was lost."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import dask
from distributed.comm import connect
from distributed.security import Security

from grader.executors.clients import innermost
from grader.executors.leaving import RETIRED, KnowingNanny, LeavingWorker
from grader.executors.settings import SETTINGS, nanny_options
from grader.walls.plan import Tier

T = TypeVar("T")
Say = Callable[[str], None]

_ASK_SECONDS = 5.0  # for a scheduler to answer
_PAUSE_SECONDS = 1.0  # between two questions
_END_SECONDS = 5.0  # for a worker's process to end once it has nothing to do
LEFT, UNFINISHED, INTERRUPTED = 0, 1, 130  # exit codes


@dataclass(frozen=True)
class Wish:
    """What `grader worker` was asked for.

    `cores`: notebooks at a time, 0 for as many as there are cores; `ports`: one, or a range such as 40000:40100, for
    where a firewall lets only these through; `folder` for what the worker itself puts down; `patience`: seconds that
    notebooks may still take when the machine has to leave; `give_up`: seconds without any scheduler after which it
    does, None for never.
    """

    address: str
    cores: int = 0
    name: str | None = None
    host: str | None = None
    interface: str | None = None
    ports: str | None = None
    folder: str | None = None
    patience: float = 60.0
    give_up: float | None = None


class _Stop(Exception):
    """A signal came while something else was waited for."""


def work(wish: Wish, walls: Tier, say: Say) -> int:
    """Work until a signal or the cluster ends it; `walls` can be built here. The exit code."""
    with dask.config.set(dict(SETTINGS)):
        return asyncio.run(_Machine(wish, walls, say).work())


class _Machine:
    def __init__(self, wish: Wish, walls: Tier, say: Say) -> None:
        self.wish, self.walls, self.say = wish, walls, say
        self.security = Security()
        self.heard: signal.Signals | None = None
        self.lost_since: float | None = time.monotonic()
        self.told = False  # that there is no scheduler

    async def work(self) -> int:
        self.signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends us as it ends any program
                asyncio.get_running_loop().add_signal_handler(number, self.signals.put_nowait, number)
        while True:
            try:
                if not await self._or_signal(self._found()):
                    return UNFINISHED
                why = await self._work_once()
            except _Stop:
                return INTERRUPTED if self.heard is signal.SIGINT else LEFT
            if isinstance(why, int):
                return why
            if why == RETIRED:
                self.say("told to leave: the cluster has no more work for this machine")
                return LEFT
            self._lost("the scheduler is lost")

    async def _work_once(self) -> str | int:
        """With one nanny for as long as it lasts: why it ended, or the exit code when a signal ended it."""
        nanny = self._nanny()
        try:
            await self._or_signal(nanny.start())
        except _Stop:
            await self._end(nanny)
            raise
        except Exception as error:  # noqa: BLE001  # a worker's own exception is handed on, whatever it is
            await self._end(nanny)
            self._lost(f"no work yet: {_sentence(error)}")
            await self._or_signal(asyncio.sleep(_PAUSE_SECONDS))
            return ""
        self._back(nanny)
        try:
            await self._or_signal(nanny.finished())
        except _Stop:
            return await self._leave(nanny)
        return nanny.why

    def _nanny(self) -> KnowingNanny:
        wish = self.wish
        return KnowingNanny(
            wish.address,
            name=wish.name,
            host=wish.host,
            interface=wish.interface,
            port=wish.ports or 0,
            worker_port=wish.ports or 0,
            local_directory=wish.folder,
            worker_class=LeavingWorker,
            dashboard=False,
            dashboard_address="127.0.0.1:0",  # its health and Prometheus' page, for this machine only
            security=self.security,
            **nanny_options(wish.cores),
        )

    async def _found(self) -> bool:
        """Wait for a scheduler that answers; False if there is none for too long."""
        give_up = self.wish.give_up
        ask = _ASK_SECONDS if give_up is None else min(_ASK_SECONDS, max(_PAUSE_SECONDS, give_up))
        while True:
            try:
                answered = await connect(self.wish.address, timeout=ask, **self.security.get_connection_args("worker"))
                await answered.close()
                return True
            except OSError as error:
                self._lost(f"no scheduler answers at {self.wish.address}: {_sentence(error)}")
            since = self.lost_since or time.monotonic()
            if give_up is not None and time.monotonic() - since >= give_up:
                self.say(f"no scheduler for {give_up:g} s: giving up")
                return False
            await asyncio.sleep(_PAUSE_SECONDS)

    def _lost(self, what: str) -> None:
        if self.lost_since is None:
            self.lost_since = time.monotonic()
            self.told = False
        if not self.told:
            self.say(f"{what}; waiting for it")
            self.told = True

    def _back(self, nanny: KnowingNanny) -> None:
        cores = "1 core" if self.wish.cores == 1 else f"{self.wish.cores} cores"
        name = self.wish.name or nanny.worker_address
        self.say(f"at work for {self.wish.address}: {cores}, {self.walls} walls, as {name}")
        self.lost_since, self.told = None, False

    async def _leave(self, nanny: KnowingNanny) -> int:
        """Finish what runs, unless a second signal or Ctrl-C says not to."""
        patience = 0.0 if self.heard is signal.SIGINT else self.wish.patience
        self.say(f"leaving; what runs has {patience:g} s to finish" if patience else "leaving at once")
        given_up = 0
        for seconds in (patience, 0.0):  # at a second signal what runs is given back, too; at a third nothing is
            with contextlib.suppress(_Stop):
                given_up = await self._or_signal(nanny.leave(seconds))
                break
        await self._end(nanny)
        if self.heard is signal.SIGINT:
            return INTERRUPTED
        if given_up:
            self.say(f"unfinished, and for other workers to do: {given_up}")
        return UNFINISHED if given_up else LEFT

    async def _end(self, nanny: KnowingNanny) -> None:
        if nanny.worker_address is None:
            nanny.kill_now()
        nanny.close_gracefully(reason="leaving")  # so that it starts no other worker
        with contextlib.suppress(Exception):
            await asyncio.wait_for(nanny.close(timeout=_END_SECONDS, reason="leaving"), 3 * _END_SECONDS)
        nanny.kill_now()

    async def _or_signal(self, done: Awaitable[T]) -> T:
        """What is waited for. Raises _Stop when a signal comes first."""
        waited, stop = asyncio.ensure_future(done), asyncio.ensure_future(self.signals.get())
        await asyncio.wait([waited, stop], return_when=asyncio.FIRST_COMPLETED)
        if stop.done():
            self.heard = stop.result()
            waited.cancel()
            with contextlib.suppress(BaseException):
                await waited
            raise _Stop
        stop.cancel()
        return waited.result()


def _sentence(error: BaseException) -> str:
    """The innermost reason, on one line."""
    error = innermost(error)
    told = " ".join(str(error).split())
    refused = re.search(r"'message': '([^']*)'", told)  # by a scheduler, such as a name that is taken
    return refused[1] if refused else told or type(error).__name__
