"""What a benchmark found, as one value: to JSON, and to the targets that it is held against."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.kernels import Held
from benchmarks.timings import CLASS, Line, Run, busy_elsewhere, line


@dataclass(frozen=True)
class Target:
    """A promise: what was asked, what was measured, and whether it is kept."""

    text: str
    asked: float
    measured: float
    unit: str
    at_least: bool

    @property
    def met(self) -> bool:
        return self.measured >= self.asked if self.at_least else self.measured <= self.asked


@dataclass
class Results:
    """Everything that was measured."""

    rounds: int
    runs: list[Run] = field(default_factory=list)
    class_sizes: list[Run] = field(default_factory=list)  # of the grader, with light notebooks
    kernels: list[Held] = field(default_factory=list)
    calibration: dict[str, float] = field(default_factory=dict)  # CPU seconds burnt, and measured

    def line(self, peer: str, workload: str, what: str = "wall") -> Line | None:
        return line(self.runs, peer, workload, what)

    def memory(self, peer: str, workload: str) -> Run | None:
        found = (run for run in self.runs if (run.kind, run.peer, run.workload) == ("memory", peer, workload))
        return next(found, None)

    def further_kernel(self, kind: str, workload: str, what: str = "private_mb") -> float | None:
        """MB for each kernel more, from the fewest to the most that were held at once."""
        held = sorted((h.kernels, getattr(h, what)) for h in self.kernels if (h.kind, h.workload) == (kind, workload))
        if len(held) < 2:
            return None
        (few, first), *_, (many, last) = held
        return float(last - first) / (many - few)

    def targets(self) -> list[Target]:
        """What the project promises; those that could not be measured are left out."""
        found = [*_ratios(self)]
        for workload in ("light", "full"):
            further = self.further_kernel("forked", workload)
            if further is not None:
                text = f"private memory of each further kernel, {workload} notebook"
                found.append(Target(text, 120.0, further, "MB", at_least=False))
        return found

    def write(self, file: Path) -> None:
        """The schema is told in `bench.py`."""
        found: dict[str, Any] = {
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
            "machine": machine(),
            "rounds": self.rounds,
            "class": CLASS,
            "busy_elsewhere": busy_elsewhere(self.runs),
            "calibration": self.calibration,
            "summary": self._summary(),
            "further_kernel_mb": self._further(),
            "targets": [{**asdict(target), "met": target.met} for target in self.targets()],
            "class_sizes": [asdict(run) for run in self.class_sizes],
            "kernels": [asdict(held) for held in self.kernels],
            "runs": [asdict(run) for run in self.runs],
        }
        file.write_text(json.dumps(rounded(found), indent=1) + "\n")

    def _summary(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for peer, workload in dict.fromkeys((run.peer, run.workload) for run in self.runs):
            lines = {what: self.line(peer, workload, what) for what in ("wall", "cpu")}
            seconds = {
                what: {"once": told.once, "each": told.each, "class": told.per_notebook(CLASS)}
                for what, told in lines.items()
                if told is not None
            }
            run = self.memory(peer, workload)
            memory = {"peak_mb": run.cost.peak_mb, "kernel_mb": run.cost.kernel_mb} if run else {}
            found.setdefault(peer, {})[workload] = {**seconds, **memory}
        return found

    def _further(self) -> dict[str, Any]:
        kinds = dict.fromkeys((held.kind, held.workload) for held in self.kernels)
        return {
            f"{kind} {workload}": {what: self.further_kernel(kind, workload, what) for what in ("private_mb", "all_mb")}
            for kind, workload in kinds
        }


_WAYS: dict[str, Callable[[Line], float]] = {
    f"in a class of {CLASS}": lambda line: line.per_notebook(CLASS),
    "each further notebook": lambda line: line.each,
}


def _ratios(results: Results) -> list[Target]:
    found = []
    for peer, times in (("nbgrader", 10.0), ("otter", 10.0), ("nbclient", 5.0)):
        ours, theirs = results.line("grader", "light"), results.line(peer, "light")
        if ours and theirs:
            for way, seconds in _WAYS.items():
                text = f"wall of {peer} ÷ grader, light notebook, {way}"
                found.append(Target(text, times, seconds(theirs) / seconds(ours), "×", at_least=True))
    ours, floor = results.line("grader", "full"), results.line("floor", "full")
    if ours and floor:
        for way, seconds in _WAYS.items():
            text = f"wall of grader ÷ floor, full notebook, {way}"
            found.append(Target(text, 1.2, seconds(ours) / seconds(floor), "×", at_least=False))
    return found


def machine() -> dict[str, Any]:
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
    }


def rounded(value: Any, digits: int = 3) -> Any:
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, dict):
        return {key: rounded(entry, digits) for key, entry in value.items()}
    return [rounded(entry, digits) for entry in value] if isinstance(value, list) else value
