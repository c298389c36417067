"""Calls of a cluster that is ended or lost: each comes back, wherever it was waiting. No processes of Dask."""

from __future__ import annotations

import asyncio
import multiprocessing
import pickle
import signal
import time
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker

from grader import executions
from grader.errors import ClusterLost, RunnerError, WorkerFault
from grader.executors import calls as calls_module
from grader.executors import machine, parcel, remote, workshop
from grader.executors.calls import Calls
from grader.executors.cluster import ClusterExecutor
from grader.executors.remote import RemoteRunner
from grader.files import file_sha256
from grader.kernels.leftovers import OwnedFolder
from grader.model import Execution, Submission

_SOON = 10
KIM = Submission(student="kim", path=Path("kim.ipynb"), sha256="0" * 64, notebook={"cells": []}, items_of_cells=())


class FakeFuture:
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __await__(self) -> Any:
        return self._result().__await__()

    async def _result(self) -> Any:
        if self.answer is ...:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def release(self) -> None:
        pass


class FakeClient:
    """A client whose scheduler answers each call with what its function returns; `...` is never."""

    cluster, status = None, "running"

    def __init__(self, *workers: str) -> None:
        self.scheduler: Any = SimpleNamespace(address="tcp://somewhere:1")
        self.workers, self.sent = workers, list[dict[str, Any]]()

    async def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(self.workers, 2)

    async def processing(self) -> dict[str, list[str]]:
        return {}

    def submit(self, function: Any, *arguments: Any, **options: Any) -> FakeFuture:
        self.sent.append(options)
        return FakeFuture(function(*arguments))

    async def close(self) -> None:
        self.status = "closed"


def silent(event: str, /, **facts: Any) -> None:
    pass


def calls_of(client: FakeClient, patience: float = 60) -> Calls:
    async def connect() -> Any:
        return client

    return Calls(connect, silent, overdue=600, patience=patience)


def killed() -> Exception:
    error: Exception = KilledWorker("key", SimpleNamespace(address="tcp://dead:1"), 0)
    return error


def all_done(asked: list[Future[Any]], seconds: float = _SOON) -> bool:
    until = time.monotonic() + seconds
    while not all(future.done() for future in asked) and time.monotonic() < until:
        time.sleep(0.05)
    return all(future.done() for future in asked)


def test_what_waits_for_its_turn_alone_ends_with_the_executor() -> None:
    calls = calls_of(FakeClient("a"))
    with ClusterExecutor(calls) as cluster:
        asked: list[Future[Any]] = [cluster.send("slow", lambda: ...)]
        while not calls._sent:
            time.sleep(0.01)
        asked.append(cluster.send("poison", killed))
        while not calls.aside:
            time.sleep(0.01)
    assert all_done(asked, 1)
    assert all(future.cancelled() for future in asked)
    with pytest.raises(RuntimeError):
        cluster.send("late", killed)


def test_all_calls_hear_of_a_scheduler_that_does_not_come_back() -> None:
    clients = [FakeClient("a")]

    async def connect() -> Any:
        if not clients:
            raise OSError("nobody there")
        return clients.pop()

    with ClusterExecutor(Calls(connect, silent, overdue=600, patience=1)) as cluster:
        asked = [cluster.send(str(number), CommClosedError) for number in range(8)]
        assert all_done(asked, 5)
    assert {type(future.exception(0)) for future in asked} == {ClusterLost}


def test_a_client_that_closed_itself_is_replaced() -> None:
    first, second = FakeClient("a"), FakeClient("a")
    clients = [second, first]

    async def connect() -> Any:
        return clients.pop()

    with ClusterExecutor(Calls(connect, silent, overdue=600, patience=60)) as cluster:
        first.status, first.scheduler = "closed", None
        assert cluster.send("kim", lambda: 1).result(_SOON) == 1
    assert (len(first.sent), len(second.sent)) == (0, 1)


def test_workers_that_left_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask keeps what was sent to certain workers for them, though they never come back."""
    monkeypatch.setattr(calls_module, "_LOOK_SECONDS", 0.05)
    client, answers = FakeClient("bad", "good"), iter([WorkerFault("bad", "its disk is full"), ..., 7])

    def answer() -> Any:
        if len(client.sent) == 2:
            client.workers = ("bad", "new")  # `good` leaves when it has been chosen
        return next(answers)

    with ClusterExecutor(calls_of(client)) as cluster:
        assert cluster.send("kim", answer).result(_SOON) == 7
    assert [options["workers"] for options in client.sent] == [None, ["good"], ["new"]]


def test_deaths_count_while_another_try_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_module, "_LOOK_SECONDS", 0.05)
    client, answers = FakeClient("a", "b"), iter([...])

    async def processing() -> dict[str, list[str]]:
        return {"a": [client.sent[0]["key"]] if client.sent else []}

    async def connect() -> Any:
        return client

    monkeypatch.setattr(client, "processing", processing)
    with ClusterExecutor(Calls(connect, silent, overdue=0.1, patience=60)) as cluster:
        asked = cluster.send("poison", lambda: next(answers, None) or killed())
        assert isinstance(asked.exception(_SOON), RunnerError)
    assert len(client.sent) == 1 + 5


def test_workers_of_another_version_cost_no_call() -> None:
    client = FakeClient("a", "b", "c", "fit")
    answers = iter([WorkerFault(name, "another version", for_good=True) for name in "abc"] + [7, 8])
    calls = calls_of(client)
    with ClusterExecutor(calls) as cluster:
        assert cluster.send("kim", lambda: next(answers)).result(_SOON) == 7
        assert cluster.send("lee", lambda: next(answers)).result(_SOON) == 8
    assert client.sent[-1]["workers"] == ["fit"]
    fault = pickle.loads(pickle.dumps(WorkerFault("a", "why", for_good=True)))
    assert fault.for_good


def test_where_no_other_is_left_a_worker_gets_a_second_chance() -> None:
    client = FakeClient("misfit", "fit")
    answers = iter([WorkerFault("misfit", "version", for_good=True), WorkerFault("fit", "its disk is full"), 7])
    with ClusterExecutor(calls_of(client)) as cluster:
        assert cluster.send("kim", lambda: next(answers)).result(_SOON) == 7
    assert [options["workers"] for options in client.sent] == [None, ["fit"], ["fit"]]


def test_a_worker_of_another_version_is_known_by_any_of_its_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = workshop.fitness().code
    for changed in ("executors/parcel.py", "model/execution.py", "checks/passing.py"):
        executions.whole_code.cache_clear()
        with monkeypatch.context() as other:
            other.setattr(
                executions, "file_sha256", lambda file, end=changed: file_sha256(file) + end * file.match(end)
            )
            assert workshop.fitness().code != ours
    executions.whole_code.cache_clear()
    assert workshop.fitness().code == ours


@pytest.mark.parametrize("error", [RecursionError("too deep"), KeyError("x"), MemoryError()])
def test_what_a_worker_trips_over_costs_one_report_and_not_the_class(error: Exception) -> None:
    opened = SimpleNamespace(workshop=SimpleNamespace(name="grader-x", walls="none"), repairs=True)
    executor = SimpleNamespace(send=lambda *_: failed(error))
    runner = RemoteRunner(executor, None, opened)  # type: ignore[arg-type]
    execution = runner.run(KIM, None)  # type: ignore[arg-type]
    assert execution.status == "infrastructure"
    assert execution.errors[0].name == type(error).__name__


def test_a_worker_that_cannot_lay_a_rubric_down_says_so_to_whoever_sends_it_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Were it said while Dask sets the worker up, no client could begin, for all other workers."""

    def full(prefix: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workshop, "OwnedFolder", full)
    monkeypatch.setattr(workshop, "_misfit", lambda *_: "")
    here = workshop.Workshop(b"", "none", workshop.fitness(), repairs=True)
    here.setup(SimpleNamespace(state=SimpleNamespace(total_resources={"cores": 1})))
    with pytest.raises(WorkerFault, match="No space left") as fault:
        here.work(b"", "tcp://here:1")
    assert not fault.value.for_good  # there may be room again
    monkeypatch.setattr(workshop, "OwnedFolder", OwnedFolder)
    monkeypatch.setattr(parcel, "unpacked_rubric", lambda *_: None)
    ran = Execution(status="ok", submission_sha256=KIM.sha256)
    monkeypatch.setattr(workshop, "kernels", lambda *_: SimpleNamespace(run=lambda *_: ran))
    assert parcel.execution(here.work(parcel.packed(KIM), "tcp://here:1").execution) == ran
    here.teardown(None)


def failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


@pytest.mark.parametrize(("more", "code"), [((), 0), ((signal.SIGTERM,), 1), ((signal.SIGINT,), 130)])
def test_a_worker_gives_back_what_runs_at_a_second_signal(more: tuple[signal.Signals, ...], code: int) -> None:
    """Else it would count as what brought the worker down, and the exit code would say that nothing was left."""
    asked: list[float] = []

    class Nanny:
        worker_address = "tcp://here:1"

        async def leave(self, patience: float) -> int:
            asked.append(patience)
            if patience and more:
                await asyncio.Event().wait()
            return 0 if patience else 2

        async def close(self, **_: object) -> None:
            pass

        def close_gracefully(self, reason: str) -> None:
            pass

        def kill_now(self) -> None:
            pass

    async def leaves() -> int:
        one = machine._Machine(machine.Wish("tcp://there:1"), "none", lambda line: None)
        one.signals, one.heard = asyncio.Queue(), signal.SIGTERM
        for number in more:
            one.signals.put_nowait(number)
        return await one._leave(Nanny())  # type: ignore[arg-type]

    assert asyncio.run(leaves()) == code
    assert asked == [60.0, *(0.0 for _ in more)]


def test_no_worker_is_left_for_python_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after Ctrl-C while a cluster on this machine starts: its workers do not hear SIGTERM."""
    monkeypatch.setattr(parcel, "packed_rubric", lambda _: b"")
    ready = multiprocessing.get_context("fork").Event()
    name = "Dask Worker process (from Nanny)"
    child = multiprocessing.get_context("fork").Process(target=deaf, args=(ready,), name=name, daemon=True)
    child.start()
    assert ready.wait(_SOON)

    async def interrupted(_: object) -> Any:
        raise RunnerError("interrupted")

    monkeypatch.setattr(remote._Opened, "client", interrupted)
    rubric: Any = SimpleNamespace(limits=SimpleNamespace(seconds=1))
    try:
        with pytest.raises(RunnerError), remote.remote_runner(remote.Cluster(None, 1), rubric, "none", silent):
            pass
        child.join(_SOON)
        assert child.exitcode == -signal.SIGKILL
    finally:
        child.kill()


def deaf(ready: Any) -> None:
    signal.signal(signal.SIGTERM, lambda *_: None)
    ready.set()
    while True:
        time.sleep(1)
