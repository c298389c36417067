"""The sample class, graded by the command that a TA types: every case as its expect.yaml says."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from conftest import ROOT, Command
from sample_class import Case, cases, copy_case, copy_class

from grader.model import Assignment, Report

pytestmark = pytest.mark.long
CASES = cases()
LOOPS = "loops.txt"
# results of `make demo`, where it was run beforehand: its students' notebooks are among these, and are not run again
DEMO_OUT = os.environ.get("DEMO_OUT")


@pytest.fixture(scope="module")
def graded(grader: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    out = folder / "out"
    copy_class(folder / "class")
    (out / "executions").mkdir(parents=True)
    for execution in Path(DEMO_OUT, "executions").glob("*.json") if DEMO_OUT else ():
        shutil.copy(execution, out / "executions")
    done = grader("grade", folder / "class", "-o", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(CASES)} graded" in done.stdout
    assert str(out / "index.html") in done.stdout
    return out


def report(out: Path, student: str) -> dict[str, Any]:
    return dict(json.loads((out / "reports" / f"{student}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Case, graded: Path, homework: Assignment) -> None:
    found = report(graded, case.name)
    outcomes = {f"{s['item']}/{f['criterion']}": f["outcome"] for s in found["scores"] for f in s["findings"]}
    assert outcomes == case.expected(homework)
    assert (found["execution"]["status"], found["status"]) == (case.execution, case.status)


def test_each_student_has_every_file_and_each_report_is_a_report(graded: Path) -> None:
    for case in CASES:
        text = (graded / "reports" / f"{case.name}.json").read_text(encoding="utf-8")
        assert Report.model_validate_json(text).student == case.name
        assert (graded / "feedback" / f"{case.name}.html").stat().st_size > 1000
        if case.execution != "unreadable":
            assert (graded / "executed" / f"{case.name}.html").exists()
            assert (
                json.loads((graded / "executed" / f"{case.name}.ipynb").read_text(encoding="utf-8"))["cells"]
                is not None
            )


def test_the_gradebook_has_a_row_for_each_and_leaves_the_undecided_empty(graded: Path) -> None:
    with (graded / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert set(rows) == {case.name for case in CASES}
    for case in CASES:
        found = report(graded, case.name)
        assert rows[case.name]["total"] == ("" if found["total"] is None else f"{found['total']:.10g}")
        assert (rows[case.name]["total"] == "") == (case.status == "provisional")


def test_killing_one_kernel_from_outside_changes_only_that_report(graded: Path, tmp_path: Path) -> None:
    chosen = ["full-marks-korean", "lbfgs-optimizer", "endless-loop-in-mlp"]
    folder = tmp_path / "class"
    for name in chosen:
        copy_case(name, folder / name)
    (folder / "endless-loop-in-mlp" / LOOPS).touch()  # by which its kernel is known
    out = tmp_path / "out"
    command = [sys.executable, "-m", "grader", "grade", str(folder), "-o", str(out), "-j", "3"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        _kill_the_kernel_that_loops(process.pid)
        printed, _ = process.communicate(timeout=300)
    assert process.returncode == 0, printed
    for name in chosen[:2]:
        alone, before = report(out, name), report(graded, name)
        assert alone["scores"] == before["scores"]
    killed = report(out, "endless-loop-in-mlp")
    assert (killed["execution"]["status"], killed["status"]) == ("killed", "provisional")
    assert "signal 9" in killed["execution"]["errors"][-1]["message"]
    assert killed["scores"][0]["points"] is None


def _kill_the_kernel_that_loops(grader_pid: int) -> None:
    """In its loop, or shortly before; the others may be at work, or done."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for process in psutil.Process(grader_pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it ended, or is ending
                if (Path(process.cwd()) / LOOPS).exists() and process.cpu_times().user > 2:
                    process.kill()
                    return
        time.sleep(0.2)
    raise AssertionError("the kernel that loops was not busy for long")
