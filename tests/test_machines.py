"""`grader scheduler` and `grader worker`: machines that find each other, lose each other, and leave in order."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from queue import Queue
from socket import create_server
from threading import Thread
from typing import Any

import pytest
import yaml
from conftest import ROOT, Command
from distributed import Client, Future, Scheduler, Status
from typer.main import get_command

from grader.cli import app
from grader.executors import leaving

EXAMPLES = ROOT / "docs" / "examples" / "cluster"
_PATIENCE = 60  # seconds


class Started:
    """A command that goes on, and what it prints."""

    def __init__(self, *arguments: object, env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grader", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env={**os.environ, **env},
        )
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as printed:
            for line in printed:
                self._lines.put(line)

    def says(self, pattern: str) -> str:
        """The next line, which must have it."""
        line = self._lines.get(timeout=_PATIENCE)
        found = re.search(pattern, line)
        assert found, line
        return found[0]

    def ends(self, signum: signal.Signals | None = None) -> int:
        """The exit code, after this signal."""
        if signum is not None:
            self.process.send_signal(signum)
        return self.process.wait(_PATIENCE)

    def end(self) -> None:
        self.process.kill()
        self.process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)


Start = Callable[..., Started]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start `grader` with these arguments; whatever is still there at the end is ended."""
    with ExitStack() as stack:

        def one(*arguments: object, **env: str) -> Started:
            started = Started(*arguments, env=env)
            stack.callback(started.end)
            return started

        yield one


@contextmanager
def client(address: str) -> Iterator[Client]:
    with closing(Client(address, timeout=_PATIENCE, set_as_default=False)) as connected:
        yield connected


def shell(connected: Client, script: str) -> Future:
    return connected.submit(subprocess.check_output, ["sh", "-c", script], text=True, pure=False)


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(file: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while not file.exists():
        assert time.monotonic() < end, file
        time.sleep(0.05)


@pytest.mark.long
def test_a_worker_waits_for_its_scheduler_and_comes_back_to_it(start: Start) -> None:
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    worker = start("worker", address, "--walls", "none", "--cores", 1)
    worker.says("no scheduler answers at .*; waiting for it")
    for end in (signal.SIGKILL, signal.SIGTERM):
        scheduler = start("scheduler", "--port", port, "--dashboard", "none")
        scheduler.says(address)
        worker.says(f"at work for {address}: 1 core, none walls")
        with client(address) as connected:
            assert shell(connected, "echo done").result(_PATIENCE) == "done\n"
        assert scheduler.ends(end) in {0, -signal.SIGKILL}
        worker.says("the scheduler is lost; waiting for it")
    assert worker.ends(signal.SIGINT) == 130


@pytest.mark.long
def test_a_worker_that_is_told_to_leave_loses_nothing(start: Start, tmp_path: Path) -> None:
    scheduler = start("scheduler", "--port", 0, "--dashboard", "none")
    address = scheduler.says(r"tcp://127.0.0.1:\d+")
    patient = start("worker", address, "--walls", "none", "--cores", 1, "--patience", _PATIENCE)
    patient.says("at work")
    begun, may_end = tmp_path / "begun", tmp_path / "may end"
    with client(address) as connected:
        quick = shell(connected, f"touch '{begun}'; sleep 1; echo quick")
        wait_for(begun)
        patient.process.send_signal(signal.SIGTERM)
        patient.says("leaving; what runs has 60 s to finish")
        assert quick.result(_PATIENCE) == "quick\n"
        quick.release()
        assert patient.ends() == 0

        begun.unlink()
        hurried = start("worker", address, "--walls", "none", "--cores", 1, "--patience", 0)
        hurried.says("at work")
        slow = shell(connected, f"touch '{begun}'; until [ -e '{may_end}' ]; do sleep 0.1; done; echo slow")
        wait_for(begun)
        assert hurried.ends(signal.SIGTERM) == 1
        hurried.says("leaving at once")
        hurried.says("unfinished, and for other workers to do: 1")

        may_end.touch()
        start("worker", address, "--walls", "none", "--cores", 1)
        assert slow.result(_PATIENCE) == "slow\n"  # not the error of a task whose worker died
    assert scheduler.ends(signal.SIGTERM) == 0


def test_a_worker_rests_while_its_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, for no disk is filled for a test."""
    free = [10**6]
    monkeypatch.setattr(leaving, "free_mb", lambda: free[0])
    monkeypatch.setattr(leaving, "_DISK_SECONDS", 0.05)
    monkeypatch.setattr(leaving.signal, "signal", lambda *_: None)

    async def reaches(worker: leaving.LeavingWorker, status: Status) -> None:
        while worker.status != status:
            await asyncio.sleep(0.05)

    async def play() -> None:
        here: dict[str, Any] = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
        async with (
            Scheduler(port=0, dashboard=False, **here) as scheduler,
            leaving.LeavingWorker(scheduler.address, nthreads=1, **here) as worker,
        ):
            for megabytes, status in ((10, Status.paused), (10**6, Status.running)):
                free[0] = megabytes
                await asyncio.wait_for(reaches(worker, status), _PATIENCE)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("worker", "10.0.0.5"), "'10.0.0.5' is no scheduler's address: it looks like tcp://10.0.0.5:8786"),
        (("worker", "tcp://10.0.0.5:8786", "--ports", "x"), "--ports x is no port and no range such as 40000:40100"),
        (("worker", "10.0.0.5:8786", "--interface", "ib9"), "--interface ib9: there are"),
        (("worker", "tls://10.0.0.5:8786"), "has none for a worker: docs/cluster.md says how to get them"),
        (("scheduler", "--port", "TAKEN"), "no scheduler can listen at 127.0.0.1:TAKEN: Address already in use"),
    ],
)
def test_bad_input_is_a_sentence(arguments: tuple[str, ...], told: str, grader: Command) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = grader(*(argument.replace("TAKEN", port) for argument in arguments))
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert told.replace("TAKEN", port) in line


def test_who_gives_up_says_so(grader: Command) -> None:
    ended = grader("worker", f"127.0.0.1:{free_port()}", "--walls", "none", "--give-up", 0)
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1] == "grader: no scheduler for 0 s: giving up"


def test_without_dask_there_is_one_sentence() -> None:
    without = (
        "import sys; sys.modules['distributed'] = None; sys.argv[0] = 'grader'; from grader.cli import main; main()"
    )
    called = [sys.executable, "-c", without, "scheduler"]
    ended = subprocess.run(called, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert (
        ended.stderr == "grader: Dask is not installed, which clusters are made with: pip install 'grader[cluster]'\n"
    )


@pytest.mark.long
@pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with openssl")
def test_with_certificates_nobody_else_gets_in(start: Start, tmp_path: Path) -> None:
    made = subprocess.run(["bash", EXAMPLES / "tls.sh", tmp_path / "tls"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    config = str(tmp_path / "tls")
    open_to_all = start("scheduler", "--host", "0.0.0.0", "--port", 0, "--dashboard", "none")
    open_to_all.says("whoever reaches 0.0.0.0 can run programs as you")
    address = open_to_all.says(r"tcp://.*:\d+")
    closed = start("scheduler", "--host", "0.0.0.0", "--port", 0, "--dashboard", "none", DASK_CONFIG=config)
    address = closed.says(r"tls://.*:\d+")
    worker = start("worker", address, "--walls", "none", "--cores", 1, DASK_CONFIG=config)
    worker.says("at work")
    ask = "import sys; from distributed import Client; print(Client(sys.argv[1]).submit(pow, 6, 2).result())"
    asked = [sys.executable, "-W", "ignore", "-c", ask]
    friend = subprocess.run(
        [*asked, address], env={**os.environ, "DASK_CONFIG": config}, capture_output=True, text=True, check=False
    )
    assert friend.stdout == "36\n", friend.stderr
    stranger = start("worker", address.replace("tls", "tcp"), "--walls", "none", "--give-up", 0)
    assert stranger.ends() == 1


# ---------------------------------------------------------------- ready-made starts


def taken(line: list[str]) -> dict[str, Any]:
    """What `grader` makes of the arguments; fails for what it does not know."""
    name, *arguments = line
    command = getattr(get_command(app), "commands")[name]  # noqa: B009  # of a group, which its type does not say
    return dict(command.make_context(name, arguments).params)


def program(file: Path, script: str) -> None:
    file.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


def told(file: Path, lines: int) -> list[list[str]]:
    """What programs wrote into the file, as words; once there are as many lines."""
    end = time.monotonic() + _PATIENCE
    while not file.exists() or len(file.read_text(encoding="utf-8").splitlines()) < lines:
        assert time.monotonic() < end, file
        time.sleep(0.05)
    return [line.split() for line in file.read_text(encoding="utf-8").splitlines()]


def test_pods_run_commands_that_there_are() -> None:
    content = (EXAMPLES / "kubernetes.yaml").read_text(encoding="utf-8")
    cluster, policy = yaml.safe_load_all(content)
    (scheduling,) = cluster["spec"]["scheduler"]["spec"]["containers"]
    (working,) = cluster["spec"]["worker"]["spec"]["containers"]
    scheduler, worker = taken(scheduling["args"]), taken(working["args"])
    ports = {port["name"]: port["containerPort"] for port in scheduling["ports"]}
    assert ports == {"tcp-comm": scheduler["port"], "http-dashboard": int(scheduler["dashboard"].rpartition(":")[2])}
    assert worker["address"] == f"tls://{cluster['metadata']['name']}-scheduler:{scheduler['port']}"
    assert worker["cores"] == int(working["resources"]["limits"]["cpu"])
    assert worker["patience"] < cluster["spec"]["worker"]["spec"]["terminationGracePeriodSeconds"]
    assert policy["spec"]["podSelector"]["matchLabels"] == {"dask.org/cluster-name": cluster["metadata"]["name"]}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with openssl")
def test_ssh_starts_a_worker_on_each_host_and_ends_it(tmp_path: Path) -> None:
    """SSH that stays here, and a grader that writes down what it is asked."""
    said = tmp_path / "said"
    (tmp_path / "bin").mkdir()
    program(
        tmp_path / "bin" / "grader",
        f"echo $* >>'{said}'; trap 'echo ended $1 >>\"{said}\"; kill $!; exit' TERM; sleep 60 & wait",
    )
    program(tmp_path / "ssh", 'shift; exec bash -c "$*"')
    env = {"HOME": str(tmp_path), "SSH": str(tmp_path / "ssh"), "ADDRESS": "10.0.0.5"}
    env |= {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "WORKER_PORTS": "40000:40100"}
    with subprocess.Popen(["bash", EXAMPLES / "ssh.sh", "one", "two"], env=env, cwd=tmp_path) as cluster:
        begun = {line[0]: taken(line) for line in told(said, 3)}
        cluster.terminate()
        assert cluster.wait(_PATIENCE) == 143
    assert begun["scheduler"]["host"] == "10.0.0.5"
    assert begun["worker"]["address"] == "tls://10.0.0.5:8786"
    assert begun["worker"]["ports"] == "40000:40100"
    assert sorted(told(said, 6)[3:]) == [["ended", "scheduler"], ["ended", "worker"], ["ended", "worker"]]
    assert str(tmp_path) in (tmp_path / ".config" / "grader-tls" / "dask.yaml").read_text(encoding="utf-8")


@pytest.mark.long
def test_slurm_gets_jobs_and_takes_them_back(tmp_path: Path) -> None:
    jobs, cancelled = tmp_path / "jobs", tmp_path / "cancelled"
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin" / "sbatch", f"cat $1 >>'{jobs}'; echo Submitted batch job 7")
    program(tmp_path / "bin" / "scancel", f"echo $* >>'{cancelled}'")
    env = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    asked = ["--jobs", "1", "--cores", "3", "--memory", "9GB", "--port", "0", "--interface", "lo", "--no-tls"]
    called = [sys.executable, EXAMPLES / "slurm.py", *asked]
    with subprocess.Popen(called, env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as cluster:
        assert cluster.stdout is not None
        address = cluster.stdout.readline().split()[-1]
        script = told(jobs, 10)
        cluster.terminate()
        assert cluster.wait(_PATIENCE) == 130
    (line,) = (words for words in script if words[:1] == ["exec"])
    assert line[1:5] == [sys.executable, "-m", "grader", "worker"]
    worker = taken(line[4:])
    assert (worker["address"], worker["cores"]) == (address, 3)
    assert ["#SBATCH", "--cpus-per-task=3"] in script
    (signalled,) = (words[1] for words in script if words[1:] and words[1].startswith("--signal=B:TERM@"))
    assert worker["patience"] < int(signalled.rpartition("@")[2])
    assert told(cancelled, 1) == [["7"]]
