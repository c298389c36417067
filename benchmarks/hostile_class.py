"""What ten hostile hand-ins among a hundred light ones cost the others: nothing of their scores, and how much time.

`python benchmarks/hostile_class.py [--walls TIER] [--honest N] [--hostile N]` grades the class twice, with and without
the hostile ones, and prints the ratio of the honest notebooks' own run times, and what each kind of attack took.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from build import course  # noqa: E402  # the tests' folder has to be on the path first
from hostile.classroom import HOSTILE, lay_out  # noqa: E402
from hostile.stage import CRITERIA  # noqa: E402

_LIMITS = "{seconds: 20, cell_seconds: 10, memory_mb: 1500, output_mb: 1}"
_STEPS = 2000  # of training: a run takes about a second, so that a moment of the machine's weighs little
_ALLOWED = 1.5  # times the honest notebooks' run times without the hostile ones


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="grader-hostile-") as name:
        folder = Path(name)
        course(folder / "course", *CRITERIA, limits=_LIMITS)
        lay_out(folder / "alone", asked.honest, 0, _STEPS)
        lay_out(folder / "class", asked.honest, asked.hostile, _STEPS)
        alone, alone_seconds, alone_cpu = _graded(folder, "alone", asked.walls)
        together, seconds, cpu = _graded(folder, "class", asked.walls)
    changed = [student for student in alone if alone[student]["scores"] != together[student]["scores"]]
    ratios = [_seconds(together[student]) / _seconds(alone[student]) for student in alone]
    medians = [statistics.median(_seconds(reports[student]) for student in alone) for reports in (alone, together)]
    print(f"walls {alone[min(alone)]['execution']['walls']}, {asked.honest} honest, {asked.hostile} hostile")
    print(f"without the hostile: {alone_seconds:.0f} s wall, {alone_cpu:.0f} s CPU, median run {medians[0]:.3f} s")
    print(f"with the hostile:    {seconds:.0f} s wall, {cpu:.0f} s CPU, median run {medians[1]:.3f} s")
    print(f"honest scores that changed: {len(changed)} {' '.join(changed)}")
    print(f"honest run times, with / without: median {medians[1] / medians[0]:.2f}, highest {max(ratios):.2f}")
    for student in sorted(set(together) - set(alone)):
        execution = together[student]["execution"]
        print(f"  {student.rsplit('-', 1)[1]:12} {execution['status']:14} {execution['seconds']:6.1f} s")
    return int(bool(changed) or medians[1] / medians[0] > _ALLOWED)


def _graded(folder: Path, name: str, walls: str) -> tuple[dict[str, dict[str, Any]], float, float]:
    """Reports by student, seconds on the clock, seconds of processors."""
    out = folder / f"out-{name}"
    rubric = folder / "course" / "rubric.yaml"
    command = [sys.executable, "-m", "grader", "grade", folder / name, "-o", out, "-a", rubric, "--walls", walls]
    begun, used = time.monotonic(), _processor_seconds()
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    took = time.monotonic() - begun
    reports = [json.loads(file.read_text(encoding="utf-8")) for file in (out / "reports").glob("*.json")]
    return {report["student"]: report for report in reports}, took, _processor_seconds() - used


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _seconds(report: dict[str, Any]) -> float:
    return float(report["execution"]["seconds"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walls", default="full", choices=("full", "reduced", "none"))
    parser.add_argument("--honest", type=int, default=100)
    parser.add_argument("--hostile", type=int, default=len(HOSTILE))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
