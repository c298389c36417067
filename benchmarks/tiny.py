"""A class of tiny notebooks that are all different, with the total that each has to come to.

Each trains an `nn.Linear` by plain gradient descent from zero on 300 rows. That can be followed with numpy, so what
each is worth is known without the grader. The learning rate is the student's own: no two notebooks are alike, which
would be run once, and of those that stop early no two come to the same total, so a mix-up would show.
"""

from __future__ import annotations

import contextlib
import csv
import json
import math
import sqlite3
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from build import course, notebook  # noqa: E402  # the tests' folder has to be on the path first
from hostile.classroom import HONEST  # noqa: E402

FULL, NOTHING = 0.8, 0.4  # R² that earns everything, and nothing
RUNS, R2 = 2, 4  # points
CRITERIA = (
    f"{{check: runs, points: {RUNS}}}",
    f"{{check: r2, points: {R2}, predict: predict, at_least: {FULL}, from: {NOTHING}}}",
)
TOLERANCE = 0.006  # points: a criterion's are rounded to 0.01
_STEPS = {"right": 40, "half": 8, "wrong": 3, "stops": 40}  # of training, by what becomes of the notebook
_KINDS = ("right", "half", "right", "wrong", "half", "stops")  # in turn
_SPREAD = 100_003  # learning rates; a prime, so that neighbours' are far apart
_TRAINING = """
linear = nn.Linear(2, 1)
for weights in linear.parameters():
    nn.init.zeros_(weights)
descent = torch.optim.SGD(linear.parameters(), lr={rate})
for _ in range({steps}):
    descent.zero_grad()
    loss = nn.functional.mse_loss(linear(x), y)
    loss.backward()
    descent.step()
"""
_CELLS = (HONEST[0], _TRAINING, HONEST[2])
_STOPS = "raise RuntimeError('not finished')"


def lay_out(folder: Path, count: int) -> dict[str, float]:
    """Write `folder/course/rubric.yaml` with its tables and `folder/class`; returns the total of each student."""
    course(folder / "course", *CRITERIA)
    train, heldout = (_table(folder / "course" / f"{name}.csv") for name in ("train", "heldout"))
    totals = {}
    for number in range(count):
        student, kind, rate = f"s{number:07}", _KINDS[number % len(_KINDS)], _rate(number)
        words = {"rate": repr(rate), "steps": str(_STEPS[kind]), "seed": str(number)}
        cells = [_filled(cell, words) for cell in _CELLS]
        notebook(folder / "class" / f"{student}.ipynb", *cells, *([_STOPS] if kind == "stops" else []))
        totals[student] = (0 if kind == "stops" else RUNS) + R2 * _earned(_r2(rate, _STEPS[kind], train, heldout))
    (folder / "expected.json").write_text(json.dumps(totals), encoding="utf-8")
    return totals


def _rate(number: int) -> float:
    """Between 0.095 and 0.105, where R² of each kind stays well on its side of both thresholds."""
    return round(0.095 + 0.01 * (number * 38_197 % _SPREAD) / _SPREAD, 9)


def _filled(cell: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        cell = cell.replace(f"{{{name}}}", value)
    return cell


def _table(file: Path) -> tuple[Any, Any]:
    """Features with a column of ones, and the target."""
    rows = np.loadtxt(file, delimiter=",", skiprows=1)
    return np.column_stack([rows[:, :2], np.ones(len(rows))]), rows[:, 2]


def _r2(rate: float, steps: int, train: tuple[Any, Any], heldout: tuple[Any, Any]) -> float:
    x, y = train
    slope, at_zero = 2 * x.T @ x / len(y), 2 * x.T @ y / len(y)  # of the loss
    weights = np.zeros(3)
    for _ in range(steps):
        weights -= rate * (slope @ weights - at_zero)
    x, y = heldout
    return float(1 - np.sum((y - x @ weights) ** 2) / np.sum((y - y.mean()) ** 2))


def _earned(r2: float) -> float:
    return min(1.0, max(0.0, (r2 - NOTHING) / (FULL - NOTHING)))


def differences(out: Path, totals: dict[str, float]) -> list[str]:
    """One sentence for each student who is not graded exactly once, or not with this total, in any of three places."""
    found: list[str] = []
    for place, graded in (
        ("gradebook.db", _in_database(out)),
        ("gradebook.csv", _in_table(out)),
        ("reports/", _in_reports(out)),
    ):
        told: dict[str, list[float]] = {}
        for student, total in graded:
            told.setdefault(student, []).append(total)
        found += [f"{place}: {student} is no one's name" for student in told.keys() - totals.keys()]
        for student, right in totals.items():
            given = told.get(student, [])
            if len(given) != 1 or not abs(given[0] - right) <= TOLERANCE:
                found.append(f"{place}: {student} has {given} instead of {right:.3f}")
    return found


def _in_database(out: Path) -> list[tuple[str, float]]:
    with contextlib.closing(sqlite3.connect(out / "gradebook.db")) as book:
        rows = book.execute("SELECT student, report FROM reports").fetchall()
    return [(student, _number(json.loads(report)["total"])) for student, report in rows]


def _in_table(out: Path) -> list[tuple[str, float]]:
    with open(out / "gradebook.csv", encoding="utf-8-sig", newline="") as file:
        return [(row["student"], _number(row["total"])) for row in csv.DictReader(file)]


def _in_reports(out: Path) -> list[tuple[str, float]]:
    reports = (json.loads(file.read_text(encoding="utf-8")) for file in (out / "reports").glob("*.json"))
    return [(report["student"], _number(report["total"])) for report in reports]


def _number(total: object) -> float:
    return float(str(total)) if total not in (None, "") else math.nan
