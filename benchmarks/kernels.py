"""Memory against the number of kernels at a time: forked by the grader's server, and fresh ones.

Every notebook does its work and then waits in its last cell for a common moment, so that all kernels are alive at once.
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat

from benchmarks import notebooks
from benchmarks.environments import HERE, environment
from benchmarks.measure import Command, measured
from benchmarks.notebooks import DidNotRun, Workload
from benchmarks.peers import CORES

_HOLD = 'import time\n\nprint("in time", time.time() < {0} - 1)\ntime.sleep(max(0.0, {0} - time.time()))'
_DEPTH = {"forked": 3, "fresh": 3}  # driver, server or worker, kernel
_START = {"forked": 6.0, "fresh": 4.0}  # seconds until the first notebook is surely through
_EACH = {"forked": 1.0, "fresh": 4.0}  # and what every further one may take on one core
_TRIES = 3


@dataclass(frozen=True)
class Held:
    """What so many kernels at a time took: private pages of the kernels, and all processes with their shared pages."""

    kind: str
    workload: str
    kernels: int
    private_mb: float
    all_mb: float


def held(kind: str, workload: Workload, count: int) -> Held:
    """Hold `count` kernels of a kind at once. On a slow machine it waits longer and longer for the last of them."""
    patience = 1.0
    for _ in range(_TRIES):
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            seconds = patience * (
                _START[kind] + _EACH[kind] * (2.0 if workload.name == "full" else 1.0) * count / CORES
            )
            found = _held(kind, workload, count, Path(name), seconds)
            if found is not None:
                return found
        patience *= 2
    raise DidNotRun(f"{count} {kind} kernels were never alive at once")


def _held(kind: str, workload: Workload, count: int, folder: Path, seconds: float) -> Held | None:
    moment = time.time() + seconds
    students = notebooks.students(count)
    for student in students:
        notebook = workload.notebook(student)
        notebook.cells.append(nbformat.v4.new_code_cell(_HOLD.format(round(moment, 2))))
        notebooks.write(notebook, folder / student / "notebook.ipynb")
        (folder / student / "sample_data").mkdir()
        (folder / student / "sample_data" / notebooks.TRAIN.name).symlink_to(notebooks.TRAIN)
    used = environment("grader" if kind == "forked" else "nbclient")
    arguments = [str(workload.rubric), str(folder)]
    if kind == "fresh":
        arguments = [str(count), *(str(folder / student) for student in students)]
    command = Command([str(used.python), str(HERE / "drivers" / f"{kind}.py"), *arguments], str(folder))
    cost = measured([command], used.variables(), 1, folder / "log", _DEPTH[kind])
    for student in students:
        notebooks.prove_ran(folder / student / "executed.ipynb", workload, student)
        if not _was_in_time(folder / student / "executed.ipynb"):
            return None
    if not cost.private_mb or not cost.peak_mb:
        raise DidNotRun(f"no {kind} kernels were seen among the processes")
    return Held(kind, workload.name, count, cost.private_mb, cost.peak_mb)


def _was_in_time(file: Path) -> bool:
    last = json.loads(file.read_text(encoding="utf-8"))["cells"][-1]
    return "in time True" in "".join("".join(output.get("text", "")) for output in last["outputs"])
