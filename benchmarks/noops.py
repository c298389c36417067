"""What it takes to hand out one submission and get its result back, when running it takes nothing."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass

import dask
from distributed import Client, LocalCluster

from benchmarks.peers import CORES
from grader.executors.calls import Calls
from grader.executors.cluster import ClusterExecutor
from grader.executors.settings import SETTINGS, nanny_options

_AHEAD = 2  # submissions in flight for each worker
_WARM_UP = 50
_PATIENCE = 3600.0  # seconds: none is overdue, and no cluster given up


@dataclass(frozen=True)
class HandedOut:
    """Seconds: until the workers are there, for each no-op, and of the CPU of client and scheduler for each."""

    start: float
    each: float
    cpu_each: float


def local_cluster(count: int, parcel: int, result: int, workers: int = CORES) -> HandedOut:
    """So many no-ops, each with a parcel of its own, through the grader's executor: client and scheduler are in this
    process, and the workers, set up as the grader's, in others."""
    began = time.perf_counter()
    calls = Calls(lambda: _connected(workers), lambda event, /, **facts: None, overdue=_PATIENCE, patience=_PATIENCE)
    with dask.config.set(SETTINGS), ClusterExecutor(calls) as executor:
        start = time.perf_counter() - began
        _hand_out(executor, _WARM_UP, parcel, result, _AHEAD * workers)
        began, used = time.perf_counter(), time.process_time()
        _hand_out(executor, count, parcel, result, _AHEAD * workers)
        each, cpu = (time.perf_counter() - began) / count, (time.process_time() - used) / count
    return HandedOut(start, each, cpu)


def no_op(parcel: bytes, result: int) -> bytes:
    """What a worker does: as many bytes back, other ones each time."""
    return (parcel[:16] or b"0").ljust(result, b"1")


async def _connected(workers: int) -> Client:
    options = nanny_options(cores=1)
    threads = options.pop("nthreads")
    cluster = LocalCluster(
        n_workers=workers,
        threads_per_worker=threads,
        dashboard_address="127.0.0.1:0",
        asynchronous=True,
        silence_logs=logging.ERROR,
        **options,
    )
    client = await Client(await cluster, asynchronous=True, set_as_default=False)
    await client.wait_for_workers(workers)
    return client


def _hand_out(executor: Executor, count: int, parcel: int, result: int, at_most: int) -> None:
    waiting: set[Future[bytes]] = set()
    for content in _parcels(count, parcel):
        if len(waiting) >= at_most:
            waiting = _one_less(waiting, result)
        waiting.add(executor.submit(no_op, content, result))
    while waiting:
        waiting = _one_less(waiting, result)


def _one_less(waiting: set[Future[bytes]], result: int) -> set[Future[bytes]]:
    done, left = wait(waiting, return_when=FIRST_COMPLETED)
    if any(len(future.result()) != result for future in done):
        raise RuntimeError("a no-op came back with something else")
    return left


def _parcels(count: int, size: int) -> Iterator[bytes]:
    for _ in range(count):
        yield os.urandom(size)
