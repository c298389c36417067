"""Calls on a cluster come back once, whatever becomes of workers and scheduler: real processes of Dask, no kernels."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import Client

from grader.errors import ClusterLost, RunnerError
from grader.executors import remote
from grader.executors.calls import Calls
from grader.executors.clients import closed
from grader.executors.cluster import ClusterExecutor
from grader.executors.remote import local_cluster
from grader.executors.settings import SETTINGS

pytestmark = pytest.mark.long
_SOON = 60  # seconds, on a machine that does other things too


class Told:
    """What was told, by event."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, event: str, /, **facts: Any) -> None:
        self.events.append((event, facts))

    def labels(self, event: str) -> list[Any]:
        return [facts["student"] for name, facts in self.events if name == event]


@contextlib.contextmanager
def executor(connect: Any, *, overdue: float = 600, patience: float = 60) -> Iterator[tuple[ClusterExecutor, Told]]:
    told = Told()
    with (
        dask.config.set(dict(SETTINGS)),
        ClusterExecutor(Calls(connect, told, overdue=overdue, patience=patience)) as one,
    ):
        yield one, told


async def here() -> Client:
    """Two workers."""
    cluster = await local_cluster(2)
    return await Client(cluster, asynchronous=True, set_as_default=False)


# ---------------------------------------------------------------- what workers are asked; they import this module


def twice(number: int) -> int:
    return 2 * number


def refuse() -> None:
    raise ValueError("not today")


def die(marks: str, times: int) -> str:
    """Bring the worker down as often as `times`; each death leaves a mark."""
    died = len(list(Path(marks).iterdir()))
    if died < times:
        (Path(marks) / str(died)).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return f"alive after {died}"


def freeze(marks: str) -> str:
    """The first worker that has this stops for good."""
    if not list(Path(marks).iterdir()):
        (Path(marks) / "frozen").write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGSTOP)
    return "done"


# ----------------------------------------------------------------


def test_results_and_exceptions_come_back(tmp_path: Path) -> None:
    with executor(here) as (cluster, told):
        assert [future.result(_SOON) for future in [cluster.submit(twice, n) for n in range(40)]] == [
            2 * n for n in range(40)
        ]
        with pytest.raises(ValueError, match="not today"):
            cluster.submit(refuse).result(_SOON)
    assert [name for name, _ in told.events] == ["worker_joined", "worker_joined"]
    with pytest.raises(RuntimeError):
        cluster.submit(twice, 1)


def test_a_call_that_kills_its_worker_is_tried_again_and_at_last_alone(tmp_path: Path) -> None:
    unlucky, poison = tmp_path / "unlucky", tmp_path / "poison"
    unlucky.mkdir()
    poison.mkdir()
    with executor(here) as (cluster, told):
        bad = cluster.send("poison", die, str(poison), 1000)
        lucky = cluster.send("unlucky", die, str(unlucky), 1)
        others = [cluster.send(f"{n}", twice, n) for n in range(30)]
        assert [future.result(_SOON) for future in others] == [2 * n for n in range(30)]
        assert lucky.result(_SOON) == "alive after 1"
        with pytest.raises(RunnerError, match="5 workers died"):
            bad.result(_SOON)
        assert cluster.submit(twice, 4).result(_SOON) == 8  # the cluster is as good as before
    assert "poison" in told.labels("set_aside")
    assert len(list(poison.iterdir())) == 5


def test_what_is_overdue_on_one_worker_is_done_by_another(tmp_path: Path) -> None:
    with executor(here, overdue=2) as (cluster, told):
        assert cluster.send("slow", freeze, str(tmp_path)).result(_SOON) == "done"
        with contextlib.suppress(ProcessLookupError):
            os.kill(int((tmp_path / "frozen").read_text()), signal.SIGKILL)
    assert told.labels("retried") == ["slow"]


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextlib.contextmanager
def processes() -> Iterator[Any]:
    """Start grader's own scheduler and worker; all end with the context."""
    with contextlib.ExitStack() as held:

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "grader", *arguments]
            found = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}  # what they are asked stands here
            process = subprocess.Popen(command, env=found, start_new_session=True)
            held.callback(end, process)
            return process

        yield start


def end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_scheduler_that_is_killed_and_started_again_loses_nothing() -> None:
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"

    async def there() -> Client:
        return await Client(address, asynchronous=True, timeout=5, set_as_default=False)

    with processes() as start:
        scheduler = start("scheduler", "--port", str(port), "--dashboard", "none")
        start("worker", address, "--cores", "1", "--walls", "none")
        with executor(there) as (cluster, told):
            assert cluster.submit(twice, 1).result(_SOON) == 2
            asked = [cluster.send(str(n), _slowly, n) for n in range(6)]
            asked[0].result(_SOON)
            end(scheduler)
            start("scheduler", "--port", str(port), "--dashboard", "none")
            assert [future.result(_SOON) for future in asked] == [2 * n for n in range(6)]
    assert [name for name, _ in told.events if name.startswith("scheduler")] == ["scheduler_lost", "scheduler_back"]


def _slowly(number: int) -> int:
    time.sleep(0.5)
    return 2 * number


def test_without_a_scheduler_it_ends_with_a_sentence() -> None:
    address = f"tcp://127.0.0.1:{free_port()}"

    async def nowhere() -> Client:
        return await Client(address, asynchronous=True, timeout=1, set_as_default=False)

    with pytest.raises(ClusterLost, match="does not answer"), executor(nowhere, patience=1):
        pass


def test_a_worker_that_does_not_answer_at_the_start_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_ANSWER_SECONDS", 1.0)

    async def asked() -> None:
        client = await here()
        pids = [process.pid for process in multiprocessing.active_children()]
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            with pytest.raises(RunnerError, match="has not answered for 1 s: end it"):
                await remote.introduced(client)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
            await closed(client)

    with dask.config.set(dict(SETTINGS)):
        asyncio.run(asked())
