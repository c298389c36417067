"""Ten thousand submissions through a local cluster of two workers: each graded once, and what it takes.

    python -m benchmarks.ten_thousand [--count N] [--engine dask|local] [--steps class,beside,no-ops] [--again]

- `class`: N tiny notebooks, all different, of which every total is known beforehand (`tiny.py`), are graded by one
  command. The gradebook, gradebook.csv and reports/ have to hold each student exactly once with that total. Each second
  the private memory (USS) of client, workers and kernels is written down; flat means that a line through the second
  half rises by less than `_FLAT` kB for each submission. What is interrupted goes on with the same command.
- `beside`: classes of `--beside` on the local engine and on Dask, in turn, each in a folder of its own. Throughput is
  that between the reports (a line through the middle of them, so without starting and ending); the overhead is what
  Dask needs more of all cores for each submission.
- `no-ops`: so many bytes as such a submission and its result have, handed out and brought back by Dask alone.

Writes `memory.png` and `ten_thousand.json` here and a table into docs/capacity.md, or only files below `trial/` if not
everything was asked for, and prints what was asked and what was measured; exit code 1 if one is missed. It takes about
half an hour on a quiet machine.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from benchmarks import classes, memory, noops, table, tiny
from benchmarks.classes import CORES, TINY, Way
from benchmarks.environments import HERE, ROOT, environment
from benchmarks.results import Target, machine, rounded

_COUNT, _BESIDE, _ROUNDS, _NO_OPS = 10_000, 300, 3, 1000
_WORKERS = 2
_FLAT = 2.0  # kB for each submission: its name, the hash of its execution, and what Dask keeps of its keys
_OVERHEAD = 30.0  # ms for each submission
_THROUGHPUT = 0.9  # of the local executor's
_SAMPLE_SECONDS = 1.0
_TELL_SECONDS = 15.0
_TRIAL = HERE / "trial"


def main() -> int:
    asked = _arguments()
    complete = (asked.count, asked.engine, asked.steps) == (_COUNT, "dask", ",".join(_STEPS))
    target = HERE if complete else _TRIAL
    target.mkdir(exist_ok=True)
    found: dict[str, Any] = {"date": dt.datetime.now(dt.UTC).date().isoformat(), "machine": machine()}
    targets: list[Target] = []
    for step in asked.steps.split(","):
        found[step] = _STEPS[step](asked, target, targets)
        found["targets"] = [{**asdict(one), "met": one.met} for one in targets]
        (target / "ten_thousand.json").write_text(json.dumps(rounded(found), indent=1) + "\n", encoding="utf-8")
    print(f"\n{table.targets(targets)}\n\nwritten to {target}")
    if complete:
        shown = f"![memory by what is graded](../benchmarks/memory.png)\n\n{table.targets(targets)}"
        table.put(shown, ROOT / "docs" / "capacity.md", "ten-thousand")
    return int(not all(one.met for one in targets))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=_COUNT, help="[%(default)s]")
    parser.add_argument("--beside", type=int, default=_BESIDE, help="size of a class [%(default)s]")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="of classes side by side [%(default)s]")
    parser.add_argument("--engine", choices=("dask", "local"), default="dask", help="[%(default)s]")
    parser.add_argument("--steps", default=",".join(_STEPS), help="[%(default)s]")
    parser.add_argument("--again", action="store_true", help="forget what an interrupted run has graded")
    asked = parser.parse_args()
    for unknown in {*asked.steps.split(",")} - {*_STEPS}:
        parser.error(f"there is no step {unknown}; there are {', '.join(_STEPS)}")
    return asked


# ---------------------------------------------------------------- one large class


def _class(asked: argparse.Namespace, target: Path, targets: list[Target]) -> dict[str, Any]:
    folder = _TRIAL / f"class-{asked.engine}-{asked.count}"
    lines = folder / "samples.jsonl"
    if asked.again:
        shutil.rmtree(folder, ignore_errors=True)
    code = _graded(folder, lines, asked)
    totals = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    wrong = tiny.differences(folder / "out", totals)
    print(*wrong[:20], sep="\n")
    samples = memory.read(lines)
    seconds = memory.seconds(samples)
    memory.draw(samples, asked.count, target / "memory.png")
    grows = {role: memory.growth(samples, role, asked.count) for role in ("client", "workers", "kernels")}
    peaks = {role: memory.peak(samples, role) for role in ("client", "workers", "kernels")}
    told = f"of {asked.count:,} submissions"
    targets += [
        Target(f"{told}, graded once with the right total", asked.count, asked.count - len(wrong), "", at_least=True),
        Target("exit code of the command", 0, code, "", at_least=False),
        Target(
            "memory of client and scheduler, for each submission more", _FLAT, grows["client"], "kB", at_least=False
        ),
    ]
    pace = classes.pace(folder / "out", seconds)
    print(f"{asked.count} submissions: {seconds:.0f} s, {pace.each:.3f} s each; at most {rounded(peaks)} MB")
    return {"seconds": seconds, "pace": asdict(pace), "wrong": wrong, "kb_each": grows, "peak_mb": peaks}


def _graded(folder: Path, lines: Path, asked: argparse.Namespace) -> int:
    """Grade the class, or what is left of it; returns the exit code."""
    rubric = folder / "course" / "rubric.yaml"
    if not (folder / "expected.json").exists():
        began = time.monotonic()
        classes.lay_out(folder, TINY, asked.count)
        print(f"{asked.count} notebooks written in {time.monotonic() - began:.1f} s", flush=True)
    call = classes.command(folder, rubric, Way(asked.engine, min(_WORKERS, CORES)))
    began = told = time.monotonic()
    with (
        open(folder / "log", "ab") as log,
        subprocess.Popen(
            call.argv, cwd=call.cwd, env=environment("grader").variables(), stdout=log, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            while process.poll() is None:
                found = memory.sample(psutil.Process(process.pid), folder / "out")
                memory.append(lines, found)
                if time.monotonic() - told > _TELL_SECONDS:
                    told = time.monotonic()
                    print(f"{told - began:6.0f} s {found.graded:6} graded, client {found.client:.0f} MB", flush=True)
                time.sleep(_SAMPLE_SECONDS)
        except BaseException:
            process.terminate()
            raise
    return process.returncode


# ---------------------------------------------------------------- side by side


def _beside(asked: argparse.Namespace, _target: Path, targets: list[Target]) -> dict[str, Any]:
    """With `--engine local` both are the local one: what is then missed is noise."""
    engines = ["local", asked.engine]
    paces: dict[int, list[tuple[float, float]]] = {0: [], 1: []}
    for number in range(asked.rounds):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            wall, pace = _one(engines[which], asked.beside)
            paces[which].append((wall, pace.each))
            print(f"{engines[which]:5} {asked.beside} submissions: {wall:6.1f} s, {pace.each:.4f} s each", flush=True)
    (local_wall, local), (other_wall, other) = (
        tuple(statistics.median(values) for values in zip(*paces[which], strict=True)) for which in (0, 1)
    )
    targets += [
        Target(f"throughput of {asked.engine} ÷ local", _THROUGHPUT, local / other, "×", at_least=True),
        Target(
            "overhead, from the wall of all cores", _OVERHEAD, (other - local) * CORES * 1000, "ms each", at_least=False
        ),
    ]
    whole = {"local": local_wall, asked.engine: other_wall}
    return {"students": asked.beside, "runs": {"local": paces[0], asked.engine: paces[1]}, "whole_class_s": whole}


def _one(engine: str, count: int) -> tuple[float, classes.Pace]:
    with tempfile.TemporaryDirectory(prefix="beside-") as name:
        folder = Path(name)
        totals = tiny.lay_out(folder, count)
        cost, pace = classes.grade(folder, folder / "course" / "rubric.yaml", Way(engine, min(_WORKERS, CORES)))
        if wrong := tiny.differences(folder / "out", totals):
            raise SystemExit("\n".join(wrong))
    return cost.wall, pace


def _no_ops(_asked: argparse.Namespace, _target: Path, targets: list[Target]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="no-ops-") as name:
        folder = Path(name)
        classes.grade(folder, classes.lay_out(folder, TINY, 6), Way())
        parcel = classes.mean_size(folder / "class")
        result = classes.mean_size(folder / "out" / "executions")
    found = noops.local_cluster(_NO_OPS, parcel, result, _WORKERS)
    told = f"a no-op of {parcel / 1000:.1f} kB, back with {result / 1000:.1f} kB"
    targets.append(Target(told, _OVERHEAD, found.each * 1000, "ms each", at_least=False))
    return {**asdict(found), "parcel_bytes": parcel, "result_bytes": result}


Step = Callable[[argparse.Namespace, Path, list[Target]], dict[str, Any]]
_STEPS: dict[str, Step] = {"class": _class, "beside": _beside, "no-ops": _no_ops}


if __name__ == "__main__":
    raise SystemExit(main())
