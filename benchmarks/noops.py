"""What it takes to hand out one submission and get its result back, when running it takes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass

from distributed import Client, LocalCluster

from benchmarks.peers import CORES

_AHEAD = 2  # submissions in flight for each worker
_WARM_UP = 50


@dataclass(frozen=True)
class HandedOut:
    """Seconds: until the workers are there, for each no-op, and of the CPU of client and scheduler for each."""

    start: float
    each: float
    cpu_each: float


def local_cluster(count: int, parcel: int, result: int, workers: int = CORES) -> HandedOut:
    """So many no-ops, each with a parcel of its own, through a scheduler in this process and workers in others."""
    began = time.perf_counter()
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.wait_for_workers(workers)
        start = time.perf_counter() - began
        executor = client.get_executor(pure=False)
        _hand_out(executor, _WARM_UP, parcel, result, _AHEAD * workers)
        began, used = time.perf_counter(), time.process_time()
        _hand_out(executor, count, parcel, result, _AHEAD * workers)
        each, cpu = (time.perf_counter() - began) / count, (time.process_time() - used) / count
    return HandedOut(start, each, cpu)


def no_op(parcel: bytes, result: int) -> bytes:
    """What a worker does: as many bytes back, other ones each time."""
    return (parcel[:16] or b"0").ljust(result, b"1")


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
