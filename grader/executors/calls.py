"""Calls on their way through a Dask cluster: sent again when worker, scheduler or network is lost, until they are done.

A call that goes down with its worker is sent again. Which of the calls that a worker had brought it down is not known,
so one that was there twice is set aside until nothing else is under way, and then runs alone: if workers go on dying,
it is the cause. A scheduler that is lost is waited for, and all that it had is sent again. A call that is overdue gets
a second chance on another worker, as does what a worker could not do. The first result counts; each call has one.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from distributed import Client
from distributed.scheduler import KilledWorker

from grader.errors import ClusterLost, RunnerError, WorkerFault
from grader.executors.clients import CLOSE_SECONDS, CLOSED, LOST, address, closed
from grader.executors.turns import Turns

_TRIES_TOGETHER = 2  # worker deaths after which a call is set aside
_TRIES_ALONE = 3  # more than one: a worker may die of something else at that very moment
_FAULTS = 3  # workers that may say of themselves that they could not do it
_LOOK_SECONDS = 2.0


class Tell(Protocol):
    """Hears of an event and its facts, from another thread than the caller's."""

    def __call__(self, event: str, /, **facts: Any) -> None: ...


@dataclass(eq=False)
class Call:
    """`label`: what it is told of as. `deaths`: workers that died while they had it."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    label: str
    result: Future[Any] = field(default_factory=Future)
    deaths: int = 0
    had_since: float | None = None  # when a worker was first seen with it
    elsewhere: tuple[str, ...] = ()  # workers to try besides, once it is overdue
    faults: list[WorkerFault] = field(default_factory=list)


class Calls:
    """All coroutines run in one loop. `connect` opens a client, with workshops on its workers, and is called again when
    the scheduler was lost, for as long as `patience` seconds; as long it may be without workers. It raises RunnerError
    for a cluster that is of no use. `overdue`: seconds after which a call is sent to another worker too.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[Client]], tell: Tell, *, overdue: float, patience: float
    ) -> None:
        self._connect, self._tell, self._overdue, self._patience = connect, tell, overdue, patience
        self.threads = 1  # how many calls the workers can have at a time, as of a moment ago
        self._client: Client | None = None
        self._at = ""  # of its scheduler, which a client that is closed does not know
        self._ended = False
        self._lost: ClusterLost | None = None  # for good
        self._workers: set[str] = set()
        self._workers_at = time.monotonic()  # when there was one last
        self._unfit: set[str] = set()  # workers that can do none of these calls
        self._sent: dict[str, Call] = {}  # by key of the task
        self._tasks: set[asyncio.Task[Any]] = set()
        self.aside = 0  # calls that wait until nothing else is under way

    async def begin(self) -> None:
        """Raises RunnerError if there is no cluster, or none that can be worked with."""
        self._connecting, self._turns = asyncio.Lock(), Turns()
        try:
            with self._under_way():
                await self._look(await self._connected())
        except LOST as error:
            raise ClusterLost(f"the scheduler was lost at once: {error or type(error).__name__}") from None
        self._watching = asyncio.ensure_future(self._watch())

    async def end(self) -> None:
        """Every call is cancelled, those too that wait for their turn or for a scheduler: somebody waits for each."""
        self._ended = True
        with contextlib.suppress(AttributeError):
            self._watching.cancel()
        for task in (under_way := tuple(self._tasks)):
            task.cancel()
        if under_way:
            await asyncio.wait(under_way, timeout=2 * CLOSE_SECONDS)  # who was connecting closes client and cluster
        if self._client is not None:
            await closed(self._client)

    @contextlib.contextmanager
    def _under_way(self) -> Iterator[None]:
        """What ends with the cluster."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def settle(self, call: Call) -> None:
        """See the call through to its result, whatever that is."""
        try:
            with self._under_way():
                result = await self._result(call)
        except Exception as error:  # noqa: BLE001  # it is the answer to this call
            if not call.result.cancelled():
                call.result.set_exception(error)
        else:
            if not call.result.cancelled():
                call.result.set_result(result)
        finally:
            call.result.cancel()  # where there is no answer yet there will be none

    async def _result(self, call: Call) -> Any:
        """Together with others, and if workers die of that, alone."""
        for _ in range(_TRIES_TOGETHER):
            async with self._turns.together():
                done = await self._tried(call)
            if done is not None:
                return done[0]
        self._tell("set_aside", student=call.label, why=f"{call.deaths} workers died while they had it")
        self.aside += 1
        try:
            for _ in range(_TRIES_ALONE):
                async with self._turns.alone():
                    done = await self._tried(call)
                if done is not None:
                    return done[0]
        finally:
            self.aside -= 1
        raise RunnerError(
            f"{call.deaths} workers died while they ran this, {_TRIES_ALONE} of them while they ran nothing else:"
            " look at it before it is run again"
        )

    async def _tried(self, call: Call) -> tuple[Any] | None:
        """The result; None if its worker died. What is lost otherwise is sent again."""
        while not self._ended:
            if self._lost is not None:
                raise self._lost
            client = await self._connected()
            try:
                return (await self._first(client, call),)
            except KilledWorker as error:
                call.deaths += error.allowed_failures + 1
                self._tell("retried", student=call.label, why="its worker died", worker=error.last_worker.address)
                return None
            except WorkerFault as fault:
                self._blame(call, fault)
                self._tell("retried", student=call.label, why=fault.why, worker=fault.worker)
            except Exception as error:
                if not isinstance(error, LOST) and client.status not in CLOSED:
                    raise
                if not self._ended:
                    self._tell("retried", student=call.label, why="the scheduler was lost", worker=None)
                    await self._connected(client)
        raise RunnerError("the run was ended")

    def _blame(self, call: Call, fault: WorkerFault) -> None:
        """Raises the fault if that was one too many. Workers of another version are nothing to hold against a call."""
        if fault.for_good:
            self._unfit.add(fault.worker)
        if not fault.for_good or self._workers <= self._unfit:
            call.faults.append(fault)
        if len(call.faults) == _FAULTS:
            raise fault

    def _fit(self, call: Call) -> tuple[str, ...]:
        """The workers to send it to; none: any."""
        able, faulty = self._workers - self._unfit, {fault.worker for fault in call.faults}
        return tuple(able - faulty or able) if self._unfit or faulty else ()

    async def _first(self, client: Client, call: Call) -> Any:
        """The first result: of a second try, too, if the call is overdue where it is."""
        tries: list[asyncio.Task[Any]] = []

        def send(workers: tuple[str, ...]) -> tuple[str, ...]:
            call.had_since, call.elsewhere = None, ()
            tries.append(asyncio.ensure_future(self._sent_to(client, call, workers)))
            return workers

        where = send(self._fit(call))
        try:
            while True:
                done, _ = await asyncio.wait(tries, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                for one in sorted(done, key=tries.index):
                    if one.exception() is None or one is tries[-1]:
                        return one.result()
                    tries.remove(one)
                if self._lost is not None:
                    raise self._lost
                if where and self._workers.isdisjoint(where):  # they left, and Dask would wait for them for ever
                    tries.pop().cancel()
                    where = send(self._fit(call))
                elif call.elsewhere and len(tries) == 1:
                    where = send(call.elsewhere)
                    self._tell("retried", student=call.label, why="it is overdue", worker=None)
        finally:
            for one in tries:
                one.cancel()
                one.add_done_callback(_seen)

    async def _sent_to(self, client: Client, call: Call, workers: tuple[str, ...] = ()) -> Any:
        key = f"grader-{uuid.uuid4().hex}"
        self._sent[key] = call
        future = client.submit(call.function, *call.arguments, key=key, pure=False, workers=list(workers) or None)
        try:
            return await future
        finally:
            self._sent.pop(key, None)
            future.release()

    async def _connected(self, lost: Client | None = None) -> Client:
        """The client; another one if it was `lost`. Raises RunnerError where there is none for too long."""
        async with self._connecting:
            if self._lost is not None:  # all others waited for the first who found it so
                raise self._lost
            if self._client is not None and self._client.status in CLOSED:
                lost = self._client  # it closes itself when nothing was under way that could tell
            if self._client is not None and self._client is not lost:
                return self._client
            if lost is not None:
                self._tell("scheduler_lost", scheduler=self._at)
                await closed(lost)
            self._client = await self._opened(self._patience if lost is not None else 0)  # at first somebody looks
            self._at = address(self._client)
            if lost is not None:
                self._tell("scheduler_back", scheduler=self._at)
                self._workers_at = time.monotonic()  # workers come back to it, too
            return self._client

    async def _opened(self, patience: float) -> Client:
        until = time.monotonic() + patience
        while True:
            try:
                return await self._connect()
            except LOST as error:
                if time.monotonic() > until:
                    self._lost = ClusterLost(f"the scheduler does not answer: {error or type(error).__name__}")
                    raise self._lost from None
                await asyncio.sleep(_LOOK_SECONDS / 2)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with contextlib.suppress(Exception):  # of a client that just closes itself it may be anything
                await self._look(await self._connected())

    async def _look(self, client: Client) -> None:
        """Who is there, and what is overdue where it is."""
        threads = await client.nthreads()
        self._unfit &= set(threads)
        self.threads = sum(number for worker, number in threads.items() if worker not in self._unfit)
        for event, workers in (
            ("worker_joined", set(threads) - self._workers),
            ("worker_left", self._workers - set(threads)),
        ):
            for worker in sorted(workers):
                self._tell(event, worker=worker)
        self._workers, now = set(threads), time.monotonic()
        self._workers_at = now if threads else self._workers_at
        if now - self._workers_at > self._patience:
            self._lost = ClusterLost(f"{address(client)} has been without workers for {self._patience:.0f} s")
        for worker, keys in (await client.processing()).items():
            for call in filter(None, map(self._sent.get, keys)):
                call.had_since = call.had_since or now
                if now - call.had_since > self._overdue:
                    call.elsewhere = tuple(sorted(self._workers - {worker}))


def _seen(task: asyncio.Task[Any]) -> None:
    """What a try that nobody waits for ended with is nothing to complain of."""
    if not task.cancelled():
        task.exception()
