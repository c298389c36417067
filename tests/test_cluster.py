"""`grade --engine dask`, as a teaching assistant uses it: the same results as on one machine, and nothing run twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from build import course, notebook
from chaos import Chaos, survived
from conftest import ROOT, Command
from hostile.classroom import lay_out
from hostile.stage import CRITERIA
from test_again import printed_by, wait_for

_TIMES = (
    "graded_at",
    "seconds",
    "cpu_seconds",
    "peak_memory_mb",
    "phases",
    "execution",
)  # the last: of cells' metadata
_TELLING = "import uuid\nprint(uuid.uuid4())  # {0}"


def arguments(folder: Path, out: str, *more: object) -> list[object]:
    return ["grade", folder / "class", "-o", folder / out, "-a", folder / "course" / "rubric.yaml", *more]


# ---------------------------------------------------------------- what is asked for


def test_a_scheduler_without_the_engine_is_refused(grader: Command, tmp_path: Path) -> None:
    course(tmp_path / "course", "{check: runs, points: 1}")
    notebook(tmp_path / "class" / "kim.ipynb", "1")
    done = grader(*arguments(tmp_path, "out", "--scheduler", "tcp://127.0.0.1:1"))
    assert done.returncode == 2
    assert "--engine dask" in done.stderr


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1:99999", "127.0.0.1:1"])
def test_where_no_scheduler_is_one_sentence_says_so(grader: Command, tmp_path: Path, address: str) -> None:
    course(tmp_path / "course", "{check: runs, points: 1}")
    notebook(tmp_path / "class" / "kim.ipynb", "1")
    done = grader(*arguments(tmp_path, "out", "--engine", "dask", "--scheduler", address), timeout=60)
    assert done.returncode in (2, 3)
    assert address in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


# ---------------------------------------------------------------- the same, wherever it runs


def plain(file: Path) -> Any:
    return timeless(json.loads(file.read_bytes()))


def timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: timeless(one) for key, one in value.items() if key not in _TIMES}
    return [timeless(one) for one in value] if isinstance(value, list) else value


@pytest.mark.long
def test_both_engines_give_the_same_reports_and_run_nothing_twice(grader: Command, tmp_path: Path) -> None:
    course(tmp_path / "course", *CRITERIA)
    lay_out(tmp_path / "class", 3, 0)
    mine = tmp_path / "class" / "김서연"
    notebook(mine / "hw.ipynb", "from mine import answer\nprint(answer)\nopen('new.txt', 'w').write('x')")
    (mine / "mine.py").write_text("answer = 42\n")
    notebook(tmp_path / "class" / "broken.ipynb", "1/0")
    notebook(tmp_path / "class" / "odd.ipynb", "print('\\U0001f600 \\x1b[31mred')")
    (tmp_path / "class" / "torn.ipynb").write_text('{"cells": [')
    for engine in ("local", "dask"):
        done = grader(*arguments(tmp_path, engine, "--engine", engine))
        assert done.returncode == 0, done.stderr
    for kind in ("reports", "executed"):
        first, second = ({f.name: f for f in (tmp_path / e / kind).glob("*.[ij][ps][yo]n*")} for e in ("local", "dask"))
        assert first.keys() == second.keys()
        assert [plain(first[name]) for name in sorted(first)] == [plain(second[name]) for name in sorted(second)]
    tables = [(tmp_path / engine / "gradebook.csv").read_bytes() for engine in ("local", "dask")]
    assert tables[0] == tables[1]
    again = grader(*arguments(tmp_path, "dask"))  # on the other engine: what ran there is not run here
    assert "graded before" in again.stdout
    assert f"{len(first)} of {len(first) + 1}" in again.stdout or f"{len(first)} of {len(first)}" in again.stdout


@pytest.mark.long
def test_hand_ins_that_are_alike_run_once_and_a_killed_client_resumes(tmp_path: Path) -> None:
    course(tmp_path / "course", "{check: runs, points: 1}")
    for name in ("kim", "lee", "park"):
        notebook(tmp_path / "class" / f"{name}.ipynb", _TELLING.format("the same for all"))
    for number in range(6):
        notebook(tmp_path / "class" / f"student-{number}.ipynb", _TELLING.format(number), "import time; time.sleep(1)")
    command = [sys.executable, "-m", "grader", *map(str, arguments(tmp_path, "out", "--engine", "dask"))]
    reports = tmp_path / "out" / "reports"
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL) as first:
        wait_for(lambda: len(list(reports.glob("*.json"))) >= 3)
        os.killpg(first.pid, signal.SIGKILL)
    before = printed_by(tmp_path)
    assert subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL).returncode == 0
    after = printed_by(tmp_path)
    assert len(after) == 9
    assert before.items() <= after.items()
    assert after["kim"] == after["lee"] == after["park"]
    assert len(set(after.values())) == 7


# ---------------------------------------------------------------- when everything happens at once


@pytest.mark.stress
def test_a_class_survives_killed_workers_a_poison_and_a_killed_client(tmp_path: Path) -> None:
    """A small one of `make test-chaos`, on loopback."""
    chaos = Chaos(honest=10, poisoned=1, kill_every=(8, 12), client_kills=(0.5,), cut_at=None, scheduler_at=None)
    assert survived(tmp_path, chaos, patience=300) == []


@pytest.mark.stress
@pytest.mark.parametrize("seed", [0, 1])
def test_a_class_survives_everything(tmp_path: Path, seed: int) -> None:
    assert survived(tmp_path, Chaos(seed=seed), patience=3000) == []
