"""Classes of which the model says how long they take, before they are graded: others told it the costs.

These are measured in the same run, each workload's right before its classes: a machine that others share is a third
slower at one hour than at another, which no model can know.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from benchmarks import classes, costs
from benchmarks.classes import CORES, TINY, Way
from benchmarks.costs import Known
from benchmarks.simulated import Cluster, at_once, simulate

ALLOWED = 0.2
_BUSY = 0.1  # of the machine's CPU time for others, above which seconds are not to be trusted
_AHEAD = 1.5  # submissions in flight for each core, on one machine


@dataclass(frozen=True)
class Case:
    """A class to be graded with so many cores."""

    workload: str
    students: int
    cores: int


CASES = (
    Case(TINY, 200, CORES),
    Case(TINY, 50, 1),
    Case("light", 70, CORES),
    Case("light", 24, 1),
    Case("full", 24, CORES),
    Case("full", 6, 1),
)
_QUICK = (Case(TINY, 12, CORES), Case("light", 8, 1))


def predicted(known: Known, case: Case, engine: str) -> float:
    """Seconds from the command's start to its end, on this machine alone: client and workers share its cores."""
    cluster = Cluster(1, case.cores, apart=False, ahead=_AHEAD)
    return simulate(known.costs(case.workload, case.students, engine), cluster, at_once(case.students)).seconds


def check(engine: str, quick: bool = False) -> tuple[list[str], int]:
    """Predicted against measured, in lines that are printed as they are known; and how many are too far off."""
    lines = [
        "| notebook | submissions | cores | predicted, s | measured, s | error | asked | met |",
        "| --- | --: | --: | --: | --: | --: | --: | --- |",
    ]
    known = costs.measure({TINY: costs.SIZES[TINY]})
    print("", *lines, sep="\n", flush=True)
    missed = 0
    for workload, cases in groupby(_QUICK if quick else CASES, key=lambda case: case.workload):
        known = costs.anew(known, workload)
        for case in cases:
            said = predicted(known, case, engine)
            took, busy = measured(case, engine)
            error = said / took - 1
            missed += abs(error) > ALLOWED
            told = f"{case.workload} | {case.students} | {case.cores} | {said:.1f} | {took:.1f} | {error:+.0%}"
            noise = f" ({busy:.0%} of the CPU time went elsewhere)" if busy > _BUSY else ""
            lines.append(f"| {told} | ± {ALLOWED:.0%} | {'yes' if abs(error) <= ALLOWED else '**no**'}{noise} |")
            print(lines[-1], flush=True)
    return lines, missed


def measured(case: Case, engine: str) -> tuple[float, float]:
    """Seconds, and the share of the machine's CPU time that went elsewhere."""
    with tempfile.TemporaryDirectory(prefix="capacity-") as name:
        rubric = classes.lay_out(Path(name), case.workload, case.students)
        cost, _ = classes.grade(Path(name), rubric, Way(engine, case.cores))
    return cost.wall, cost.elsewhere / (cost.elsewhere + cost.cpu)
