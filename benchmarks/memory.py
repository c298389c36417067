"""What the processes of a running `grader grade` hold, second by second, and how that goes with what is graded."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import psutil
from matplotlib.figure import Figure

from benchmarks.measure import sizes

_PAUSE = 20.0  # seconds between two samples: nothing ran
_COLORS = {"client": "#1f6fb4", "workers": "#d98a3d", "kernels": "#999999"}
_TITLES = {
    "client": "client, with the scheduler",
    "workers": "workers",
    "kernels": "kernel servers and kernels",
}


@dataclass(frozen=True)
class Sample:
    """Megabytes that nobody else shares (USS), by role, when so many were graded; seconds of the day."""

    at: float
    graded: int
    client: float
    workers: float
    kernels: float


def sample(root: psutil.Process, out: Path) -> Sample:
    """Of the process and of all below it; a local cluster's scheduler lives in the client's process."""
    held = dict.fromkeys(_COLORS, 0.0)
    held["client"] = sizes(root.pid)[1]
    with contextlib.suppress(psutil.Error):
        for child in root.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                held[_role(child)] += sizes(child.pid)[1]
    return Sample(time.time(), graded_in(out), **held)


def graded_in(out: Path) -> int:
    """Reports that are written."""
    reports = out / "reports"
    return sum(file.suffix == ".json" for file in reports.iterdir()) if reports.is_dir() else 0


def _role(process: psutil.Process) -> str:
    return "kernels" if "grader.kernels.server" in process.cmdline() else "workers"


def append(file: Path, found: Sample) -> None:
    with open(file, "a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(found)) + "\n")


def read(file: Path) -> list[Sample]:
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [Sample(**json.loads(line)) for line in lines]


def growth(samples: Sequence[Sample], role: str, count: int) -> float:
    """Kilobytes for each submission: a line through the second half of what was graded, until the last one was."""
    half = [one for one in samples if count / 2 <= one.graded < count]
    if len(half) < 3 or half[0].graded == half[-1].graded:
        return float("nan")
    held = [getattr(one, role) for one in half]
    return float(np.polyfit([one.graded for one in half], held, 1)[0]) * 1000


def seconds(samples: Sequence[Sample]) -> float:
    """From the first sample to the last, without the time between two commands."""
    steps = (after.at - before.at for before, after in pairwise(samples))
    return sum(step for step in steps if step < _PAUSE)


def peak(samples: Sequence[Sample], role: str) -> float:
    return max((getattr(one, role) for one in samples), default=float("nan"))


def draw(samples: Sequence[Sample], count: int, file: Path) -> None:
    """Write a PNG: megabytes of each role by what was graded."""
    with mpl.rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(8, 4.5), layout="constrained")
        axes = figure.subplots()
        graded = [one.graded for one in samples]
        for role, color in _COLORS.items():
            grows = f"{growth(samples, role, count):+.1f} kB each in the second half"
            held = [getattr(one, role) for one in samples]
            axes.plot(graded, held, color=color, linewidth=1, label=f"{_TITLES[role]} ({grows})")
        axes.axvline(count / 2, color="#bbbbbb", linestyle=":", linewidth=1)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("submissions graded")
        axes.set_ylabel("private memory, MB")
        axes.set_title(f"Memory while {count:,} submissions are graded by two workers")
        axes.legend(frameon=False, loc="best")
        figure.savefig(file, dpi=120)
