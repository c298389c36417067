"""What grading costs beside merely executing: `grader grade` and `jupyter nbconvert --execute`, side by side.

Both run the reference notebook of homework 1, in turn, several rounds, one notebook at a time; medians are printed
with their ratio. Absolute seconds depend on the machine, the ratio much less.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jupytext

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "reference" / "hw1"
ROUNDS = 3


def timed(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def command(*arguments: object, cwd: Path) -> Callable[[], None]:
    def run() -> None:
        subprocess.run([sys.executable, "-m", *map(str, arguments)], cwd=cwd, check=True, capture_output=True)

    return run


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(REFERENCE / "data", folder / "sample_data")
        notebook = folder / "solution.ipynb"
        jupytext.write(jupytext.read(REFERENCE / "solution.py"), notebook)
        contenders = {
            "nbconvert --execute": command(
                "nbconvert", "--to", "notebook", "--execute", "--output", "done.ipynb", notebook, cwd=folder
            ),
            "grader grade": command("grader", "grade", notebook, "-o", folder / "out", "-j", "1", cwd=ROOT),
        }
        seconds: dict[str, list[float]] = {contender: [] for contender in contenders}
        for _ in range(ROUNDS):
            for contender, run in contenders.items():
                seconds[contender].append(timed(run))
        cells = json.loads((folder / "done.ipynb").read_text())["cells"]
        assert all(cell["execution_count"] for cell in cells if cell["cell_type"] == "code"), "a cell did not run"
    medians = {contender: statistics.median(values) for contender, values in seconds.items()}
    for contender, median in medians.items():
        print(f"{contender:22} {median:6.2f} s  (median of {ROUNDS})")
    print(f"grader / nbconvert     {medians['grader grade'] / medians['nbconvert --execute']:6.2f}")


if __name__ == "__main__":
    main()
