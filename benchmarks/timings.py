"""Timed runs of the peers, and what they say: what a class costs once, and what each further notebook costs."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import notebooks
from benchmarks.environments import environment
from benchmarks.measure import Cost, measured
from benchmarks.notebooks import WORKLOADS
from benchmarks.peers import Class, Peer

CLASS = 32  # a class of this size is what the table tells of


@dataclass(frozen=True)
class Run:
    """One class graded once by one peer. `kind` is `timed`, or `memory` where sampling makes the seconds worthless."""

    kind: str
    peer: str
    workload: str
    students: int
    cost: Cost


@dataclass(frozen=True)
class Line:
    """Seconds of a class: `once` and for `each` notebook."""

    once: float
    each: float

    def per_notebook(self, students: int) -> float:
        return self.once / students + self.each


def run(peer: Peer, workload: str, students: int, kind: str = "timed") -> Run:
    """Set up, grade and prove a class in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        used = environment(peer.environment)
        homework = Class(WORKLOADS[workload], notebooks.students(students), folder / "homework")
        homework.folder.mkdir()
        commands = peer.prepare(homework, used)
        depth = peer.kernel_depth if kind == "memory" else 0
        cost = measured(commands, used.variables(), peer.at_a_time, folder / "log", depth)
        peer.prove(homework, used)
    return Run(kind, peer.key, workload, students, cost)


def line(runs: Iterable[Run], peer: str, workload: str, what: str) -> Line | None:
    """`what` (`wall` or `cpu`) by size of the class: through the medians of the smallest and the largest one.

    With one size only every notebook is a call of its own, and nothing is paid once.
    """
    medians = median_by_size(runs, peer, workload, what)
    if not medians:
        return None
    (small, first), (large, last) = min(medians.items()), max(medians.items())
    if small == large:
        return Line(0.0, first / small)
    each = (last - first) / (large - small)
    return Line(max(0.0, first - each * small), each)


def median_by_size(runs: Iterable[Run], peer: str, workload: str, what: str) -> dict[int, float]:
    found: dict[int, list[float]] = {}
    for each in runs:
        if (each.kind, each.peer, each.workload) == ("timed", peer, workload):
            found.setdefault(each.students, []).append(getattr(each.cost, what))
    return {students: statistics.median(values) for students, values in found.items()}


def busy_elsewhere(runs: Sequence[Run]) -> dict[str, float]:
    """By peer the median share of the used CPU seconds that were not booked for what was measured.

    All of them high: the machine was busy. One of them: that peer has processes which are not counted.
    """
    shares: dict[str, list[float]] = {}
    for run in runs:
        if run.kind == "timed":
            shares.setdefault(run.peer, []).append(run.cost.elsewhere / (run.cost.elsewhere + run.cost.cpu))
    return {peer: statistics.median(found) for peer, found in shares.items()}
