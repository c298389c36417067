"""An executor whose calls run on the workers of a Dask cluster, and come back whatever becomes of them on the way."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

from grader.executors.calls import Call, Calls

P = ParamSpec("P")
T = TypeVar("T")

_END_SECONDS = 20.0


class ClusterExecutor(Executor):
    """`calls` has the cluster. Use as a context manager; `submit` may be called from any thread.

    Functions must be importable by the workers, and are given arguments by position.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._loop = asyncio.new_event_loop()
        self._guard, self._over = threading.Lock(), False
        self._thread = threading.Thread(target=self._loop.run_forever, name="cluster", daemon=True)

    def __enter__(self) -> ClusterExecutor:
        """Raises RunnerError if there is no cluster, or none that can be worked with."""
        self._thread.start()
        try:
            self._wait_for(self._calls.begin())
        except BaseException:
            self.shutdown()
            raise
        return self

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The future raises RunnerError for a call that no worker survives, or where the cluster is lost for good."""
        if kwargs:
            raise TypeError("a call is sent with arguments by position")
        return self.send("", fn, *args)

    def send(self, label: str, fn: Callable[..., T], /, *args: object) -> Future[T]:
        """As `submit`; `label` is what the call is told of as."""
        call = Call(fn, args, label)
        with self._guard:  # what comes in now is settled before the end, and what comes later would wait for ever
            if self._over:
                raise RuntimeError("the executor was shut down")
            asyncio.run_coroutine_threadsafe(self._calls.settle(call), self._loop)
        return call.result

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """What is under way on workers is given up."""
        with self._guard:
            self._over = True
        if self._loop.is_closed():
            return
        if self._thread.is_alive():
            with contextlib.suppress(Exception):
                self._wait_for(self._calls.end(), _END_SECONDS)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_END_SECONDS)
        if not self._loop.is_running():
            self._loop.close()

    def _wait_for(self, done: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        return asyncio.run_coroutine_threadsafe(done, self._loop).result(seconds)
