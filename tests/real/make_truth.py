"""`cd tests && python -m real.make_truth [CASE ...]`: run the notebooks and write what is true of them to truth.yaml.

--check     write nothing; compare with truth.yaml, and exit 1 where an R² differs by more than 0.001
--printed   show what the notebooks print, too
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from real.corpus import HERE, TRUTH, Case, cases

DATA = HERE.parents[1] / "reference" / "hw1" / "data"
_SAME = 0.001
_HEAD = """\
# Written by make_truth.py from the notebooks and predictors.py; not by hand.
# r2: on the held-out rows, in dollars. r2_own: on the rows that the student evaluated, in dollars.
"""


def play(case: Case) -> dict[str, Any]:
    """Run one case in a process and a folder of its own. Raises RuntimeError with what it printed if that fails."""
    with tempfile.TemporaryDirectory(prefix="real-") as folder:
        shown = Path(folder) / "sample_data"
        shown.mkdir()
        for name in ("california_housing_train.csv", "california_housing_test.csv"):
            shutil.copy(DATA / name, shown / name)
        command = [sys.executable, "-m", "real.play", case.name, str(DATA / "heldout.csv")]
        paths = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{case.name}: {done.stderr}")
    return dict(json.loads(done.stdout))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--printed", action="store_true")
    args = parser.parse_args()
    chosen = [case for case in cases() if not case.unread and case.name in (args.names or [case.name])]
    truth = yaml.safe_load(TRUTH.read_text(encoding="utf-8")) if TRUTH.exists() else {}
    wrong, total = 0, 0.0
    with ThreadPoolExecutor(2) as pool:
        for case, found in zip(chosen, pool.map(play, chosen), strict=True):
            complaints = _complaints(case, found, truth.get(case.name) if args.check else None)
            wrong += bool(complaints)
            total += found["seconds"]
            print(f"{case.name:32}{found['seconds']:6.2f} s  {found['truth']}", *complaints, sep="\n    ".rstrip(" "))
            if args.printed:
                print(found["printed"])
            if not args.check:
                truth[case.name] = found["truth"]
    print(f"{len(chosen)} cases, {total:.0f} s, {wrong} wrong")
    if not args.check:
        ordered = {case.name: truth[case.name] for case in cases() if case.name in truth}
        TRUTH.write_text(_HEAD + yaml.safe_dump(ordered, sort_keys=False), encoding="utf-8")
    return 1 if wrong else 0


def _complaints(case: Case, found: dict[str, Any], before: dict[str, Any] | None) -> list[str]:
    said = []
    if [error.partition(":")[0] for error in found["errors"]] != list(case.errors):
        said.append(f"    errors: {found['errors']}, expected {list(case.errors)}")
    for role, values in (before or {}).items():
        for key, value in values.items():
            if abs(found["truth"][role][key] - value) > _SAME:
                said.append(f"    {role} {key}: {found['truth'][role][key]}, truth.yaml says {value}")
    return said


if __name__ == "__main__":
    sys.exit(main())
