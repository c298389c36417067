"""What commands cost: wall, CPU and memory of them and of all that they start.

The commands run under a process of their own (this file as a script: a job in JSON on stdin, a cost on stdout) that
adopts every orphan below it. CPU is what the system has booked for it once all of them are reaped, so a kernel that is
killed, or that outlives its parent, counts. `calibrated` proves that with a process that burns a known amount.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_SAMPLE_SECONDS = 0.1
_ORPHAN_SECONDS = 30
_MB = 1e6
_BURNER = """
import os, signal, sys, time
end, begin = os.pipe()
burning = os.fork()
if burning == 0:
    while time.process_time() < float(sys.argv[1]):
        pass
    os.write(begin, b"burnt")
    time.sleep(60)
os.read(end, 5)
os.kill(burning, signal.SIGKILL)
os._exit(0)  # without waiting for it
"""


@dataclass(frozen=True)
class Command:
    """One call, in a working directory."""

    argv: list[str]
    cwd: str


@dataclass(frozen=True)
class Cost:
    """Seconds and megabytes. `elsewhere`: CPU seconds of the machine meanwhile that were not ours."""

    wall: float
    cpu: float
    elsewhere: float
    peak_mb: float | None = None  # of all processes together, shared pages counted once (PSS)
    private_mb: float | None = None  # of all kernels together: pages that no other process shares (USS)
    kernel_mb: float | None = None  # the same of the kernel that has most


class CommandFailed(Exception):
    """A command ended with another code than 0."""


def measured(
    commands: list[Command], variables: dict[str, str], at_a_time: int, log: Path, kernel_depth: int = 0
) -> Cost:
    """Run the commands, so many at a time.

    With `kernel_depth` memory is sampled, which costs some time itself; a command has depth 1, what it starts depth 2,
    and the processes from `kernel_depth` on are taken for kernels. Raises CommandFailed, with what was printed last.
    """
    job = {
        "commands": [asdict(command) for command in commands],
        "variables": variables,
        "at_a_time": at_a_time,
        "log": str(log),
        "kernel_depth": kernel_depth,
    }
    done = subprocess.run(
        [sys.executable, "-P", __file__], input=json.dumps(job), stdout=subprocess.PIPE, text=True, check=True
    )
    answer = json.loads(done.stdout)
    if any(answer["codes"]):
        raise CommandFailed(f"{commands[0].argv}: {answer['codes']}\n{log.read_text(errors='replace')[-3000:]}")
    return Cost(**answer["cost"])


def calibrated(seconds: float, log: Path) -> float:
    """What is measured of a process that burns `seconds` of CPU and is killed by a parent that does not wait for it."""
    burner = Command([sys.executable, "-c", _BURNER, str(seconds)], str(log.parent))
    return measured([burner], dict(os.environ), 1, log).cpu


def _main() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    job = json.load(sys.stdin)
    sampler = _Sampler(job["kernel_depth"]) if job["kernel_depth"] else None
    machine, started = _machine_cpu(), time.perf_counter()
    with open(job["log"], "wb") as log, ThreadPoolExecutor(job["at_a_time"]) as executor:

        def run(command: dict[str, Any]) -> int:
            argv, cwd = command["argv"], command["cwd"]
            nothing = subprocess.DEVNULL
            with subprocess.Popen(
                argv, cwd=cwd, env=job["variables"], stdin=nothing, stdout=log, stderr=subprocess.STDOUT
            ) as process:
                return process.wait()

        codes = list(executor.map(run, job["commands"]))
    wall = time.perf_counter() - started
    _reap_orphans()
    cpu = _seconds(resource.RUSAGE_CHILDREN)
    elsewhere = max(0.0, _machine_cpu() - machine - cpu - _seconds(resource.RUSAGE_SELF))
    cost = {"wall": wall, "cpu": cpu, "elsewhere": elsewhere, **(sampler.found() if sampler else {})}
    print(json.dumps({"codes": codes, "cost": cost}))


def _seconds(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _machine_cpu() -> float:
    busy = [int(field) for field in Path("/proc/stat").read_text().split(None, 9)[1:9]]
    user, nice, system, _idle, _waiting, irq, soft_irq, steal = busy
    return (user + nice + system + irq + soft_irq + steal) / os.sysconf("SC_CLK_TCK")


def _reap_orphans() -> None:
    """Wait for what the commands left behind; what does not end by itself is ended."""
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0 and time.monotonic() > deadline:
            for child in psutil.Process().children(recursive=True):
                os.kill(child.pid, signal.SIGKILL)
        if pid == 0:
            time.sleep(0.02)


class _Sampler:
    """Looks at all processes below this one again and again, in a thread."""

    def __init__(self, kernel_depth: int) -> None:
        self.kernel_depth = kernel_depth
        self.peak = self.private = self.kernel = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def found(self) -> dict[str, float]:
        self._done.set()
        self._thread.join()
        return {"peak_mb": self.peak, "private_mb": self.private, "kernel_mb": self.kernel}

    def _run(self) -> None:
        while not self._done.wait(_SAMPLE_SECONDS):
            depths = _depths()
            found = {pid: sizes(pid) for pid in depths}
            kernels = [private for pid, (_, private) in found.items() if depths[pid] >= self.kernel_depth]
            self.peak = max(self.peak, sum(share for share, _ in found.values()))
            self.private = max(self.private, sum(kernels))
            self.kernel = max(self.kernel, *kernels, 0.0)


def _depths() -> dict[int, int]:
    """How far below this process each of its descendants is."""
    parents = {}
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            parents[child.pid] = child.ppid()
    depths: dict[int, int] = {}
    for pid, parent in parents.items():
        chain, above = 1, parent
        while above in parents:
            chain, above = chain + 1, parents[above]
        depths[pid] = chain
    return depths


def sizes(pid: int) -> tuple[float, float]:
    """Proportional and private memory of a process in MB; none if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    kilobytes = {name.rstrip(":"): int(size) for name, size, *_ in map(str.split, lines)}
    private = kilobytes.get("Private_Clean", 0) + kilobytes.get("Private_Dirty", 0)
    return kilobytes.get("Pss", 0) * 1024 / _MB, private * 1024 / _MB


if __name__ == "__main__":
    _main()
