"""Results as one picture of four panels."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.peers import PEERS
from benchmarks.results import Results
from benchmarks.timings import CLASS

_COLORS = {"grader": "#1f6fb4", "floor": "#777777"}
_OTHERS = "#d98a3d"


def draw(results: Results, file: Path) -> None:
    """Write a PNG: seconds per notebook for both workloads, time by class, memory by kernels."""
    with mpl.rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(12, 8.5), layout="constrained")
        panels = figure.subplots(2, 2)
        _seconds(panels[0, 0], results, "light")
        _seconds(panels[0, 1], results, "full")
        _classes(panels[1, 0], results)
        _kernels(panels[1, 1], results)
        figure.savefig(file, dpi=120)


def _name(peer: str) -> str:
    return PEERS[peer].title.replace("`", "").replace("floor: fork of a warm process, exec", "floor")


def _seconds(axes: Axes, results: Results, workload: str) -> None:
    lines = {(peer, what): results.line(peer, workload, what) for peer in PEERS for what in ("wall", "cpu")}
    peers = [peer for peer in reversed(PEERS) if lines[peer, "wall"] and lines[peer, "cpu"]]
    for row, peer in enumerate(peers):
        for what, offset, shade in (("wall", 0.2, 1.0), ("cpu", -0.2, 0.45)):
            line = lines[peer, what]
            assert line is not None
            seconds = line.per_notebook(CLASS)
            axes.barh(row + offset, seconds, 0.38, color=_COLORS.get(peer, _OTHERS), alpha=shade)
            axes.annotate(
                f"{seconds:.2f} {what.replace('cpu', 'CPU')}",
                (seconds, row + offset),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
    axes.set_yticks(range(len(peers)), [_name(peer) for peer in peers])
    axes.margins(x=0.2)
    axes.set_xlabel("seconds per notebook")
    axes.set_title(f"{workload} notebook, class of {CLASS}: wall and CPU")


def _classes(axes: Axes, results: Results) -> None:
    sizes = np.geomspace(1, 128, 50)
    ends: dict[str, float] = {}  # where the curves end, to write their names there
    for peer in PEERS:
        line = results.line(peer, "light")
        if line is None or line.each <= 0 or peer == "grader":
            continue
        seconds = line.once + line.each * sizes
        ends[peer] = seconds[-1]
        axes.plot(sizes, seconds, "--", color=_COLORS.get(peer, _OTHERS), linewidth=1)
    runs = sorted(results.class_sizes, key=lambda run: run.students)
    if runs:
        axes.plot([run.students for run in runs], [run.cost.wall for run in runs], "o-", color=_COLORS["grader"])
        ends["grader"] = runs[-1].cost.wall
    _name_curves(axes, ends)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xlim(0.9, 2000)
    axes.set_xticks([1, 8, 32, 128], ["1", "8", "32", "128"])
    axes.set_xlabel("light notebooks in the class")
    axes.set_ylabel("seconds for the class")
    axes.set_title("Size of the class (dashed: reckoned from small classes)")


def _name_curves(axes: Axes, ends: dict[str, float]) -> None:
    """Names at the right ends, pushed apart where they would overlap."""
    place = 0.0
    for peer, end in sorted(ends.items(), key=lambda entry: entry[1]):
        place = max(end, place * 1.35)
        color = _COLORS.get(peer, _OTHERS)
        axes.annotate(_name(peer), (160, place), va="center", fontsize=9, color=color)


def _kernels(axes: Axes, results: Results) -> None:
    styles = {"light": "o-", "full": "s--"}
    colors = {"forked": _COLORS["grader"], "fresh": _OTHERS}
    for kind, workload in dict.fromkeys((held.kind, held.workload) for held in results.kernels):
        found = sorted((h.kernels, h.private_mb) for h in results.kernels if (h.kind, h.workload) == (kind, workload))
        counts, sizes = zip(*found, strict=True)
        axes.plot(counts, sizes, styles[workload], color=colors[kind], label=f"{kind}, {workload} notebook")
    if results.kernels:
        axes.legend(frameon=False)
        axes.set_xticks(sorted({held.kernels for held in results.kernels}))
    axes.set_ylim(bottom=0)
    axes.set_xlabel("kernels at a time")
    axes.set_ylabel("private memory of all kernels, MB")
    axes.set_title("Memory of kernels that have run their notebook")
