"""The same command a second time: after `kill -9`, after a change, beside another one."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from build import course, notebook
from conftest import ROOT, Command

pytestmark = pytest.mark.long
STUDENTS = ("강민재", "김서연", "Alex Kim", "lee", "park", "Yuki")
SILENT: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
TELLING = """
    import time, uuid
    print("{0}", uuid.uuid4())
    time.sleep({1})
"""


def class_of(folder: Path, *students: str, seconds: float = 0) -> Path:
    """Notebooks that print another number whenever they run."""
    course(folder / "course", "{check: runs, points: 1}")
    for student in students:
        notebook(folder / "class" / f"{student}.ipynb", TELLING.format(student, seconds))
    return folder


def arguments(folder: Path, *more: str) -> list[str]:
    rubric = folder / "course" / "rubric.yaml"
    return ["grade", str(folder / "class"), "-o", str(folder / "out"), "-a", str(rubric), "-j", "2", *more]


def printed_by(folder: Path) -> dict[str, str]:
    """What each student's notebook printed when it ran, by student."""
    return {file.stem: _printed(file) for file in (folder / "out" / "executed").glob("*.ipynb")}


def _printed(file: Path) -> str:
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return "".join(output["text"] for cell in cells for output in cell.get("outputs", ()) if "text" in output)


def reports(folder: Path) -> dict[str, dict[str, Any]]:
    files = (folder / "out" / "reports").glob("*.json")
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def gradebook(folder: Path) -> list[dict[str, str]]:
    with (folder / "out" / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@contextlib.contextmanager
def started(folder: Path, *more: str) -> Any:
    command = [sys.executable, "-m", "grader", *arguments(folder, *more)]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, **SILENT) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary directory of the grader's own; its path is short, as a socket's has to be."""
    with tempfile.TemporaryDirectory(prefix="t", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


def test_kill_9_in_the_middle_and_the_same_command_again(tmp_path: Path, temporary: Path, grader: Command) -> None:
    folder = class_of(tmp_path, *STUDENTS, seconds=1)
    with started(folder) as process:
        executions = folder / "out" / "executions"
        wait_for(lambda: len(list(executions.glob("[!.]*"))) >= 2)
        wait_for(lambda: _kernels(process.pid))
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert psutil.wait_procs(family, timeout=20)[1] == []
    before, written = printed_by(folder), {file.name: file.stat() for file in executions.glob("[!.]*")}
    assert 2 <= len(written) < len(STUDENTS)

    again = grader(*arguments(folder))
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"{len(written)} of 6 were graded before; their executions were used again (--rerun" in again.stdout
    assert [row["student"] for row in gradebook(folder)] == sorted(STUDENTS)
    after = printed_by(folder)
    assert set(after) == set(STUDENTS)
    assert before.items() <= after.items()
    assert len(set(after.values())) == len(list(executions.iterdir())) == len(STUDENTS)
    for name, stat in written.items():
        now = (executions / name).stat()
        assert (now.st_ino, now.st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns)
    assert not list((folder / "out").rglob("*.part"))
    kept = ("grader-fonts-", "grader-cores-")  # made once per user: a font list, a lock file for each core
    assert [left.name for left in temporary.iterdir() if not left.name.startswith(kept)] == []

    third = grader(*arguments(folder))
    assert "6 of 6 were graded before" in third.stdout
    assert printed_by(folder) == after


def test_what_makes_a_notebook_run_again_and_what_does_not(tmp_path: Path, grader: Command) -> None:
    folder = class_of(tmp_path, "kim", "lee")
    rubric = folder / "course" / "rubric.yaml"

    def rerun(*more: str) -> tuple[set[str], str]:
        before = printed_by(folder)
        done = grader(*arguments(folder, *more))
        assert done.returncode == 0, done.stdout + done.stderr
        after = printed_by(folder)
        return {student for student in after if after[student] != before.get(student)}, done.stdout

    assert rerun()[0] == {"kim", "lee"}
    dated = {student: report["graded_at"] for student, report in reports(folder).items()}

    text = rubric.read_text(encoding="utf-8")
    rubric.write_text(text.replace("points: 1", "points: 3").replace("total: 1", "total: 3"), encoding="utf-8")
    assert rerun()[0] == set()
    assert [row["total"] for row in gradebook(folder)] == ["3", "3"]

    rubric.write_text(text, encoding="utf-8")
    notebook(folder / "class" / "lee.ipynb", TELLING.format("lee again", 0))
    assert rerun()[0] == {"lee"}

    rubric.write_text(text.replace("limits: {}", "limits: {cell_seconds: 30}"), encoding="utf-8")
    assert rerun()[0] == {"kim", "lee"}
    changed, said = rerun("--rerun")
    assert (changed, "graded before" in said) == ({"kim", "lee"}, False)

    (folder / "class" / "lee.ipynb").unlink()
    changed, said = rerun()
    assert changed == set()
    assert "Not in this class, so not in the gradebook; their reports of earlier runs stay: lee\n" in said
    assert [row["student"] for row in gradebook(folder)] == ["kim"]
    assert set(reports(folder)) == set(dated) == {"kim", "lee"}


def test_a_damaged_execution_is_run_again_and_no_other(tmp_path: Path, grader: Command) -> None:
    folder = class_of(tmp_path, "kim", "lee")
    assert grader(*arguments(folder)).returncode == 0
    first = printed_by(folder)
    for file in (folder / "out" / "executions").iterdir():
        if "kim" in file.read_text(encoding="utf-8"):
            file.write_bytes(file.read_bytes()[:100])
    done = grader(*arguments(folder))
    assert (done.returncode, "1 of 2 were graded before" in done.stdout) == (0, True)
    after = printed_by(folder)
    assert after["lee"] == first["lee"]
    assert after["kim"] != first["kim"]


def test_two_at_once_into_one_folder(tmp_path: Path, grader: Command) -> None:
    folder = class_of(tmp_path, "kim", seconds=30)
    with started(folder) as process:
        wait_for((folder / "out" / ".grader.lock").exists)
        refused = grader(*arguments(folder))
        assert refused.returncode == 2
        told = f"grader: another grader is writing into {re.escape(str(folder / 'out'))}: wait until it is done, or"
        assert re.match(told, refused.stderr)
        process.send_signal(signal.SIGKILL)
        process.wait()
        class_of(tmp_path, "kim")
        assert grader(*arguments(folder)).returncode == 0


def test_results_among_the_hand_ins_are_no_hand_in_after_a_kill(tmp_path: Path, grader: Command) -> None:
    folder = class_of(tmp_path, "kim", "lee", seconds=1)
    command = [word.replace(str(folder / "out"), str(folder / "class" / "out")) for word in arguments(folder)]
    with subprocess.Popen([sys.executable, "-m", "grader", *command], cwd=ROOT, **SILENT) as process:
        wait_for(lambda: list((folder / "class" / "out" / "executed").glob("[!.]*.ipynb")))
        process.send_signal(signal.SIGKILL)
    again = grader(*command)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "2 graded" in again.stdout


def test_an_interrupt_stores_no_kernel_that_it_killed(tmp_path: Path, grader: Command) -> None:
    folder = class_of(tmp_path, "kim", "lee", seconds=20)
    with started(folder) as process:
        wait_for(lambda: _kernels(process.pid) >= 2)
        time.sleep(2)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: the kernel server gets it too
        assert process.wait(timeout=30) == 130
    assert list((folder / "out" / "executions").iterdir()) == []
    class_of(tmp_path, "kim", "lee")
    assert "2 graded, 2 final" in grader(*arguments(folder)).stdout


def _kernels(pid: int) -> int:
    found = 0
    for process in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            found += "grader-job-" in process.cwd()
    return found
