"""A cluster to which everything happens at once: `python tests/chaos.py [--honest N] [--seed N]`, or `make test-chaos`.

Two workers behind a network of their own (network namespaces, where we are root) grade a class in which one hand-in of
a hundred kills the worker that runs it. Meanwhile workers are killed at random every few seconds, the client is killed
twice and started again with the same command, the network is cut for ten seconds, and the scheduler is killed and
started again. At the end the class has to look as it does after a quiet run on this machine: every honest hand-in
graded once, with the same report, and those that kill are waiting for a person.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from build import course, notebook
from hostile.classroom import lay_out
from hostile.stage import CRITERIA

POISON = """
import os, signal
def parent(pid):
    with open(f'/proc/{pid}/stat') as file:
        return int(file.read().rpartition(')')[2].split()[1])
above = os.getpid()
while above > 1:
    above = parent(above)
    with open(f'/proc/{above}/cmdline') as file:
        if 'spawn_main' in file.read():
            os.kill(above, signal.SIGKILL)
            break
"""
_GRADER = (sys.executable, "-m", "grader")
_TIMES = ("graded_at", "seconds", "cpu_seconds", "peak_memory_mb", "phases")


@dataclass
class Chaos:
    """What happens. Seconds between two killed workers; how long the network is cut."""

    honest: int = 300
    poisoned: int = 3
    kill_every: tuple[float, float] = (3.0, 8.0)
    client_kills: tuple[float, ...] = (0.2, 0.6)  # by share of the class that is graded
    cut_at: float | None = 0.4
    cut_seconds: float = 10.0
    scheduler_at: float | None = 0.8
    seed: int = 0
    told: list[str] = field(default_factory=list)

    def tell(self, what: str) -> None:
        self.told.append(what)
        print(f"{time.strftime('%X')}  {what}", flush=True)


class Network:
    """Two addresses of one machine, with a cable between them that can be cut."""

    def __init__(self) -> None:
        mark = f"{os.getpid() % 60000:x}"
        self.space, self.cable = f"grader-{mark}", (f"gr{mark}a", f"gr{mark}b")
        subnet = f"10.{os.getpid() % 200 + 20}.{os.getpid() // 200 % 250}"
        self.here, self.there = f"{subnet}.1", f"{subnet}.2"

    def __enter__(self) -> Network:
        a, b = self.cable
        _ip("netns", "add", self.space)
        _ip("link", "add", a, "type", "veth", "peer", "name", b)
        _ip("link", "set", b, "netns", self.space)
        _ip("addr", "add", f"{self.here}/24", "dev", a)
        _ip("link", "set", a, "up")
        for words in (
            ("addr", "add", f"{self.there}/24", "dev", b),
            ("link", "set", b, "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", self.space, *words)
        return self

    def __exit__(self, *_: object) -> None:
        for words in (("link", "del", self.cable[0]), ("netns", "del", self.space)):
            subprocess.run(["ip", *words], check=False, capture_output=True)

    def inside(self, *command: str) -> list[str]:
        return ["ip", "netns", "exec", self.space, *command]

    @contextlib.contextmanager
    def cut(self) -> Iterator[None]:
        _ip("link", "set", self.cable[0], "down")
        try:
            yield
        finally:
            _ip("link", "set", self.cable[0], "up")
            _ip("addr", "replace", f"{self.here}/24", "dev", self.cable[0])


class Loopback:
    """One address, for who may make no networks; it cannot be cut."""

    here = there = "127.0.0.1"

    def __enter__(self) -> Loopback:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def inside(self, *command: str) -> list[str]:
        return [*command]

    def cut(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class Stage:
    """Scheduler, workers and client as processes of their own; all end with it."""

    def __init__(self, folder: Path, chaos: Chaos, network: Network | Loopback) -> None:
        self.folder, self.chaos, self.network = folder, chaos, network
        self.random = random.Random(chaos.seed)
        self.port = _free_port()
        self.address = f"tcp://{network.here}:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.log = (folder / "log.txt").open("ab")
        self.over = threading.Event()

    def __enter__(self) -> Stage:
        self.scheduler = self._scheduler()
        self.workers = [
            self.start(self.network.inside(*_GRADER, "worker", self.address, "--cores", "1", "--walls", "none"))
            for _ in range(2)
        ]
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for process in self.processes:
            end(process)
        self.log.close()

    def start(self, command: list[str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, stdout=self.log, stderr=self.log, start_new_session=True)
        self.processes.append(process)
        return process

    def _scheduler(self) -> subprocess.Popen[bytes]:
        host = ("--host", self.network.here, "--port", str(self.port), "--dashboard", "none")
        return self.start([*_GRADER, "scheduler", *host])

    def client(self) -> subprocess.Popen[bytes]:
        return self.start(_grade(self.folder, "out", "--engine", "dask", "--scheduler", self.address))

    def graded(self) -> int:
        return len(list((self.folder / "out" / "reports").glob("*.json")))

    def kill_workers(self) -> None:
        """A thread's work: one worker at a time, at random moments."""
        while not self.over.wait(self.random.uniform(*self.chaos.kill_every)):
            found = [child for worker in self.workers for child in dask_workers(worker.pid)]
            if found:
                with contextlib.suppress(psutil.NoSuchProcess):
                    self.random.choice(found).kill()
                    self.chaos.tell("a worker was killed")

    def play(self, patience: float) -> int:
        """All that is to happen, until a client has graded the class; its exit code."""
        killer = threading.Thread(target=self.kill_workers, daemon=True)
        killer.start()
        happenings = [(share, self._kill_client) for share in self.chaos.client_kills]
        happenings += [(self.chaos.cut_at, self._cut)] if self.chaos.cut_at is not None else []
        happenings += [(self.chaos.scheduler_at, self._kill_scheduler)] if self.chaos.scheduler_at is not None else []
        whole, until = self.chaos.honest + self.chaos.poisoned, time.monotonic() + patience
        self.running = self.client()
        for share, happen in sorted(happenings, key=lambda one: one[0]):
            while self.graded() < share * whole and self.running.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
            happen()
        code = self.running.wait(max(1, until - time.monotonic()))
        self.over.set()
        killer.join()
        return code

    def _kill_client(self) -> None:
        end(self.running)
        self.chaos.tell(f"the client was killed when {self.graded()} were graded; the same command again")
        self.running = self.client()

    def _cut(self) -> None:
        self.chaos.tell("the network is cut")
        with self.network.cut():
            time.sleep(self.chaos.cut_seconds)
        self.chaos.tell("the network is back")

    def _kill_scheduler(self) -> None:
        end(self.scheduler)
        self.chaos.tell("the scheduler was killed")
        time.sleep(1)
        self.scheduler = self._scheduler()


def dask_workers(nanny: int) -> list[psutil.Process]:
    """The processes that a `grader worker` starts again when they die."""
    with contextlib.suppress(psutil.NoSuchProcess):
        children = psutil.Process(nanny).children(recursive=True)
        return [child for child in children if "spawn_main" in " ".join(_command(child))]
    return []


def _command(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def lay(folder: Path, chaos: Chaos) -> None:
    """The course and the class; those who kill are spread over it."""
    course(folder / "course", *CRITERIA)
    lay_out(folder / "class", chaos.honest, 0, 1)
    for number in range(chaos.poisoned):
        place = number * chaos.honest // max(1, chaos.poisoned)
        notebook(folder / "class" / f"student-{place:03}-poison.ipynb", POISON)


def quiet(folder: Path) -> None:
    """The honest ones of the class, graded here with nothing happening."""
    shutil.copytree(folder / "class", folder / "honest", ignore=shutil.ignore_patterns("*-poison.ipynb"))
    command = [word.replace(str(folder / "class"), str(folder / "honest")) for word in _grade(folder, "quiet")]
    subprocess.run(command, check=True, capture_output=True)


def differences(folder: Path) -> list[str]:
    """What is not as it has to be, in sentences; nothing if all is well."""
    wanted, found = _reports(folder / "quiet"), _reports(folder / "out")
    honest = {name: report for name, report in found.items() if "poison" not in name}
    wrong = [f"{name} is not graded" for name in sorted(wanted.keys() - honest.keys())]
    wrong += [
        f"{name} has another report" for name in sorted(wanted.keys() & honest.keys()) if wanted[name] != honest[name]
    ]
    for name, report in found.items():
        if "poison" in name and (report["status"] != "provisional" or report["total"] is not None):
            wrong.append(f"{name} killed workers and is {report['status']} with {report['total']}")
    for name, times in _landed(folder / "out").items():
        if "poison" not in name and times != 1:
            wrong.append(f"{name} landed {times} times in the gradebook")
    table = (folder / "out" / "gradebook.csv").read_text(encoding="utf-8").splitlines()[1:]
    if sorted(line.split(",")[0] for line in table) != sorted(found):
        wrong.append("gradebook.csv does not have everybody once")
    return wrong


def _reports(out: Path) -> dict[str, Any]:
    return {file.stem: _timeless(json.loads(file.read_bytes())) for file in (out / "reports").glob("*.json")}


def _timeless(plain: Any) -> Any:
    if isinstance(plain, dict):
        return {key: _timeless(value) for key, value in plain.items() if key not in _TIMES}
    return [_timeless(value) for value in plain] if isinstance(plain, list) else plain


def _landed(out: Path) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(out / "gradebook.db")) as book:
        return dict(book.execute("SELECT student, count(*) FROM reports GROUP BY student"))


def _grade(folder: Path, out: str, *more: str) -> list[str]:
    given = (str(folder / "class"), "-o", str(folder / out), "-a", str(folder / "course" / "rubric.yaml"))
    return [*_GRADER, "grade", *given, "--walls", "none", *more]


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def end(process: subprocess.Popen[bytes]) -> None:
    """At once, with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def may_cut() -> bool:
    """Whether networks can be made here."""
    try:
        with Network():
            return True
    except (OSError, subprocess.SubprocessError):
        return False


def survived(folder: Path, chaos: Chaos, patience: float) -> list[str]:
    """Play it all in `folder`, and say what went wrong."""
    lay(folder, chaos)
    quiet(folder)
    with Network() if may_cut() else Loopback() as network:
        if isinstance(network, Loopback):
            chaos.tell("no networks can be made here: nothing will be cut")
        with Stage(folder, chaos, network) as stage:
            code = stage.play(patience)
    chaos.tell(f"the last client ended with {code}")
    expected = 1 if chaos.poisoned else 0
    return [*([f"exit code {code}, not {expected}"] if code != expected else []), *differences(folder)]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--honest", type=int, default=300)
    asked.add_argument("--poisoned", type=int, default=3)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--minutes", type=float, default=30)
    given = asked.parse_args()
    chaos = Chaos(honest=given.honest, poisoned=given.poisoned, seed=given.seed)
    folder = Path(tempfile.mkdtemp(prefix="grader-chaos-"))
    wrong = survived(folder, chaos, given.minutes * 60)
    for sentence in wrong:
        print(sentence)
    print(f"{given.honest} honest, {given.poisoned} poisoned: {len(wrong)} wrong; {folder}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
