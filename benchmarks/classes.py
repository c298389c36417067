"""Classes of one workload graded by `grader grade` in one way or another, and what their timing says."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import jupytext
import numpy as np

from benchmarks import notebooks, tiny
from benchmarks.environments import ROOT, environment
from benchmarks.measure import Command, Cost, measured
from benchmarks.notebooks import DidNotRun
from benchmarks.peers import CORES

TINY, HW1 = "tiny", "hw1"
WORKLOADS = (TINY, *notebooks.WORKLOADS, HW1)
_SOLUTION = ROOT / "reference" / "hw1" / "solution.py"
_LEAST_FOR_PACE = 4


@dataclass(frozen=True)
class Way:
    """With which engine, and on how many cores, each with a notebook at a time."""

    engine: str = "local"
    cores: int = CORES

    @property
    def flags(self) -> list[str]:
        engine = [] if self.engine == "local" else ["--engine", self.engine]
        return [*engine, "--jobs", str(self.cores)]

    @property
    def before(self) -> list[str]:
        """What the command is put behind, so that it has those cores and no others."""
        return [] if self.cores >= CORES else ["taskset", "--cpu-list", f"0-{self.cores - 1}"]


@dataclass(frozen=True)
class Pace:
    """Seconds of a class: before the first report, between two reports, and after the last one."""

    start: float
    each: float
    end: float


def lay_out(folder: Path, workload: str, count: int) -> Path:
    """Write `folder/class`; returns the rubric."""
    if workload == TINY:
        tiny.lay_out(folder, count)
        return folder / "course" / "rubric.yaml"
    if workload == HW1:
        for student in notebooks.students(count):
            notebook = jupytext.reads(_SOLUTION.read_text(encoding="utf-8"), fmt="py:percent")
            notebook.cells[0].source += f"\n\nCopy of {student}"
            notebooks.write(notebook, folder / "class" / f"{student}.ipynb")
        return ROOT / "rubrics" / "hw1.yaml"
    for student in notebooks.students(count):
        notebooks.write(notebooks.WORKLOADS[workload].notebook(student), folder / "class" / f"{student}.ipynb")
    return notebooks.WORKLOADS[workload].rubric


def command(folder: Path, rubric: Path, way: Way) -> Command:
    python = str(environment("grader").python)
    grade = [python, "-m", "grader", "grade", "class", "-o", "out", "-a", str(rubric)]
    return Command([*way.before, *grade, *way.flags], str(folder))


def grade(folder: Path, rubric: Path, way: Way) -> tuple[Cost, Pace]:
    """Grade `folder/class` into `folder/out`. Raises DidNotRun if a report is missing or not final."""
    students = [file.stem for file in (folder / "class").iterdir()]
    cost = measured([command(folder, rubric, way)], environment("grader").variables(), 1, folder / "log")
    reports = [json.loads(file.read_text(encoding="utf-8")) for file in (folder / "out" / "reports").iterdir()]
    lost = [one["student"] for one in reports if one["total"] is None or one["execution"]["status"] == "infrastructure"]
    if lost or len(reports) != len(students):
        raise DidNotRun(f"{folder}: {len(reports)} reports of {len(students)}; without points: {lost}")
    return cost, pace(folder / "out", cost.wall)


def forget_all_but_executions(out: Path) -> None:
    """So that the same command does all that a client does, and runs nothing."""
    for path in out.iterdir():
        if path.is_dir() and path.name != "executions":
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()


def pace(out: Path, wall: float) -> Pace:
    """By when the files in reports/ were written: a line through the middle of them, and what is left on either side.

    The last file of a class is its page, which is written right before the command ends.
    """
    written = np.sort([file.stat().st_mtime for file in (out / "reports").iterdir()])
    ended = (out / "index.html").stat().st_mtime
    each = slope(np.arange(len(written)), written) if len(written) >= _LEAST_FOR_PACE else wall / len(written)
    end = max(0.0, float(ended - written[-1]))
    return Pace(max(0.0, wall - end - each * len(written)), each, end)


def slope(x: np.ndarray, y: np.ndarray) -> float:
    """Of a least-squares line through the middle four fifths: the first and the last are not like the others."""
    fifth = len(x) // 10
    middle = slice(fifth, len(x) - fifth)
    return float(np.polyfit(x[middle], y[middle], 1)[0])


def shape(out: Path) -> list[float]:
    """What each notebook took, as multiples of the mean."""
    reports = (json.loads(file.read_text(encoding="utf-8")) for file in (out / "reports").iterdir())
    seconds = np.array([report["execution"]["seconds"] for report in reports])
    return [float(ratio) for ratio in np.sort(seconds / seconds.mean()).round(3)]


def mean_size(folder: Path) -> int:
    """Bytes of a file."""
    sizes = [file.stat().st_size for file in folder.iterdir()]
    return sum(sizes) // len(sizes)
