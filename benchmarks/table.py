"""Results as Markdown, and their place in the README."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers import CORES, PEERS
from benchmarks.results import Results, Target
from benchmarks.timings import CLASS

START, END = "<!-- bench:start -->", "<!-- bench:end -->"


def markdown(results: Results) -> str:
    """All tables, with the sentences between them."""
    parts = [
        f"Seconds per notebook in a class of {CLASS}, what a class costs once spread over it, and seconds for a class "
        f"of n; {CORES} notebooks at a time (nbgrader: 1), one torch thread each; medians of {results.rounds} "
        "alternating rounds. Memory in MB with that many notebooks at a time: all processes together, and what one "
        "kernel shares with nobody.",
        _table(_HEAD, [_row(results, key) for key in PEERS if any(run.peer == key for run in results.runs)]),
    ]
    if results.class_sizes:
        parts += ["`grader grade` by the size of the class, light notebooks:", _sizes(results)]
    if results.kernels:
        parts += ["Memory of kernels at a time, MB of private pages (with everything shared, counted once):"]
        parts += [_kernels(results)]
    if results.targets():
        parts += ["What was aimed at:", targets(results.targets())]
    return "\n\n".join(parts)


def put(text: str, page: Path, name: str = "bench") -> None:
    """Replace what stands between the two markers of this name."""
    start, end = START.replace("bench", name), END.replace("bench", name)
    before, rest = page.read_text(encoding="utf-8").split(start)
    _, after = rest.split(end)
    page.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")


_HEAD = [
    "",
    "light: wall",
    "CPU",
    "class of n, wall",
    "full: wall",
    "CPU",
    "class of n, wall",
    "MB",
    "one kernel's own",
]


def _row(results: Results, key: str) -> list[str]:
    cells = [PEERS[key].title]
    for workload in ("light", "full"):
        wall, cpu = (results.line(key, workload, what) for what in ("wall", "cpu"))
        if wall is None or cpu is None:
            cells += ["–"] * 3
        else:
            once = f"{wall.once:.1f} + " if wall.once else ""
            cells += [f"{wall.per_notebook(CLASS):.2f}", f"{cpu.per_notebook(CLASS):.2f}", f"{once}{wall.each:.2f} n"]
    memory = results.memory(key, "full") or results.memory(key, "light")
    sizes = [memory.cost.peak_mb, memory.cost.kernel_mb] if memory else [None, None]
    return [*cells, *map(_megabytes, sizes)]


def _megabytes(size: float | None) -> str:
    return "–" if size is None else f"{size:.0f}"


def _sizes(results: Results) -> str:
    runs = sorted(results.class_sizes, key=lambda run: run.students)
    rows = [
        ["wall, s", *(f"{run.cost.wall:.1f}" for run in runs)],
        ["wall per notebook, s", *(f"{run.cost.wall / run.students:.2f}" for run in runs)],
        ["CPU per notebook, s", *(f"{run.cost.cpu / run.students:.2f}" for run in runs)],
    ]
    return _table(["notebooks", *(str(run.students) for run in runs)], rows)


def _kernels(results: Results) -> str:
    counts = sorted({held.kernels for held in results.kernels})
    rows = []
    for kind, workload in dict.fromkeys((held.kind, held.workload) for held in results.kernels):
        found = {h.kernels: h for h in results.kernels if (h.kind, h.workload) == (kind, workload)}
        cells = [f"{found[n].private_mb:.0f} ({found[n].all_mb:.0f})" if n in found else "–" for n in counts]
        rows.append([f"{kind}, {workload}", *cells, _megabytes(results.further_kernel(kind, workload))])
    return _table(["kernels", *map(str, counts), "each further one"], rows)


def targets(found: Sequence[Target]) -> str:
    rows = []
    for target in found:
        asked = f"{'≥' if target.at_least else '≤'} {target.asked:g} {target.unit}"
        digits = 0 if target.unit == "MB" else 2
        rows.append(
            [target.text, asked, f"{target.measured:.{digits}f} {target.unit}", "yes" if target.met else "**no**"]
        )
    return _table(["", "aim", "measured", "met"], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
