"""The kernel server comes back when it dies, is done without where it cannot be had, and outlives nobody."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from build import course, notebook, submission
from conftest import ROOT

from grader.kernels import warm
from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer

pytestmark = pytest.mark.long


def test_a_dead_server_is_started_again(tmp_path: Path) -> None:
    assignment = course(tmp_path / "course", "{check: runs, points: 1}")
    handed_in = submission(tmp_path, assignment, "print(1)")
    with KernelServer() as server:
        first = server.socket()
        assert KernelRunner(server).run(handed_in, assignment).status == "ok"
        for process in psutil.Process().children():
            if str(first) in process.cmdline():
                process.kill()
                process.wait()
        assert KernelRunner(server).run(handed_in, assignment).status == "ok"
        assert server.socket() != first


def test_a_notebook_that_kills_the_server_costs_its_neighbour_nothing(tmp_path: Path) -> None:
    assignment = course(tmp_path / "course", "{check: runs, points: 1}")
    kill = "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(5)"
    killer = submission(tmp_path / "k", assignment, kill)
    honest = submission(tmp_path / "h", assignment, "import time; time.sleep(4)", "print('done')")
    with KernelServer() as server, ThreadPoolExecutor(2) as executor:
        runner = KernelRunner(server)
        running = executor.submit(runner.run, honest, assignment)
        time.sleep(1)
        assert runner.run(killer, assignment).status == "killed"
        assert running.result().status == "ok"


def test_a_dead_keeper_of_rooms_takes_its_server_along_and_another_comes(tmp_path: Path) -> None:
    assignment = course(tmp_path / "course", "{check: runs, points: 1}")
    honest = submission(tmp_path, assignment, "import time; time.sleep(4)", "print('done')")
    with KernelServer() as server, ThreadPoolExecutor(1) as executor:
        first = server.socket()
        forked = next(p for p in psutil.Process().children() if str(first) in p.cmdline())
        keeper = forked.children()[0]
        runner = KernelRunner(server)
        running = executor.submit(runner.run, honest, assignment)
        time.sleep(1)
        below = forked.children(recursive=True)
        assert len(below) > 2
        keeper.kill()
        assert psutil.wait_procs(below, timeout=10)[1] == []
        assert running.result().status == "ok"
        assert server.socket() != first


def test_without_a_server_the_notebook_runs_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assignment = course(tmp_path / "course", "{check: runs, points: 1}")
    real = subprocess.Popen
    broken = [sys.executable, "-c", "raise SystemExit('no luck')"]
    monkeypatch.setattr(warm.subprocess, "Popen", lambda command, **kw: real(broken, **kw))
    with KernelServer() as server:
        runner = KernelRunner(server)
        socket = runner._socket()
        monkeypatch.undo()
        assert socket is None
        assert runner.run(submission(tmp_path, assignment, "print(1)"), assignment).status == "ok"
    assert "slower" in runner.note
    assert "no luck" in runner.note


def test_killing_the_grader_leaves_no_process(tmp_path: Path) -> None:
    course(tmp_path / "course", "{check: runs, points: 1}")
    notebook(tmp_path / "student.ipynb", "import time\nwhile True: time.sleep(1)")
    command = [sys.executable, "-m", "grader", "grade", tmp_path / "student.ipynb", "-o", tmp_path / "out"]
    with subprocess.Popen([*command, "-a", tmp_path / "course" / "rubric.yaml"], cwd=ROOT) as grader:
        family = _wait_for_kernel(grader.pid)
        grader.send_signal(signal.SIGKILL)
        grader.wait()
    gone, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []
    assert len(gone) >= 2


def test_an_interrupt_stops_at_once_and_keeps_what_is_done(tmp_path: Path) -> None:
    course(tmp_path / "course", "{check: runs, points: 1}")
    notebook(tmp_path / "class" / "done.ipynb", "print(1)")
    notebook(tmp_path / "class" / "loops.ipynb", "while True: pass")
    command = [sys.executable, "-m", "grader", "grade", tmp_path / "class", "-o", tmp_path / "out", "-j", "2"]
    rubric = ["-a", tmp_path / "course" / "rubric.yaml"]
    with subprocess.Popen([*command, *rubric], cwd=ROOT, stdout=subprocess.PIPE, text=True) as grader:
        family = _wait_for_kernel(grader.pid)
        _wait_for(tmp_path / "out" / "feedback" / "done.html")
        grader.send_signal(signal.SIGINT)
        printed, _ = grader.communicate(timeout=30)
    assert grader.returncode == 130
    assert "Interrupted: 1 of 2 are graded" in printed
    assert (tmp_path / "out" / "index.html").exists()
    assert psutil.wait_procs(family, timeout=20)[1] == []


def _wait_for(file: Path) -> None:
    deadline = time.monotonic() + 90
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} was never written"
        time.sleep(0.1)


def _wait_for_kernel(pid: int) -> list[psutil.Process]:
    """The grader's descendants, once one of them works in a job's folder, or a kernel is in a room of its own."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        family = psutil.Process(pid).children(recursive=True)
        with contextlib.suppress(psutil.Error, OSError):
            elsewhere = [process for process in family if _tree_of(process.pid) != _tree_of(pid)]
            if len(elsewhere) > 1 or any("grader-job-" in process.cwd() for process in family):
                return family
        time.sleep(0.1)
    raise AssertionError("no kernel came up")


def _tree_of(pid: int) -> str:
    """Its namespace of processes."""
    return os.readlink(f"/proc/{pid}/ns/pid")
