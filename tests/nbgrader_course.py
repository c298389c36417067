"""A course of nbgrader's: a problem set in the shape of its documentation's, of our own making, and hand-ins to it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Cell = dict[str, Any]
Notebook = dict[str, Any]


def cell(kind: str, source: str, **told: Any) -> Cell:
    metadata = {"nbgrader": {"schema_version": 3, **told}} if told else {}
    made: Cell = {"cell_type": kind, "metadata": metadata, "source": source.strip("\n")}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def text(source: str) -> Cell:
    return cell("markdown", source)


def answer(name: str, source: str) -> Cell:
    return cell("code", source, grade=False, solution=True, locked=False, grade_id=name)


def check(name: str, points: float, source: str) -> Cell:
    return cell("code", source, grade=True, solution=False, locked=False, grade_id=name, points=points)


def manual(name: str, points: float, source: str, kind: str = "markdown") -> Cell:
    return cell(kind, source, grade=True, solution=True, locked=False, grade_id=name, points=points)


def task(name: str, points: float, source: str) -> Cell:
    told = {"grade": False, "solution": False, "locked": True, "task": True}
    return cell("markdown", source, grade_id=name, points=points, **told)


def locked(name: str, source: str, kind: str = "code") -> Cell:
    return cell(kind, source, grade=False, solution=False, locked=True, grade_id=name)


def notebook(*cells: Cell) -> Notebook:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}


def write(file: Path, content: Notebook) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return file


CUBES = '''
def cubes(n):
    """The cubes of the numbers from 1 to n."""
    ### BEGIN SOLUTION
    if n < 1:
        raise ValueError("n must be at least 1")
    return [i**3 for i in range(1, n + 1)]
    ### END SOLUTION
'''
CORRECT_CUBES = '''
"""Check several inputs."""
def first(values):
    return values[0]

assert cubes(1) == [1]
assert cubes(3) == [1, 8, 27], "the cubes up to 3"
### BEGIN HIDDEN TESTS
assert cubes(5)[-1] == 125, "a secret message"
### END HIDDEN TESTS
'''
INVALID_INPUT = '''
"""Check invalid input."""
for wrong in (0, -4):
    try:
        cubes(wrong)
    except ValueError:
        pass
    else:
        raise AssertionError("did not raise")
'''
SUM = '''
def sum_of_cubes(n):
    """The sum of the cubes of the numbers from 1 to n."""
    ### BEGIN SOLUTION
    return sum(cubes(n))
    ### END SOLUTION
'''
CORRECT_SUM = """
assert sum_of_cubes(1) == 1
assert sum_of_cubes(10) == 3025
"""
USES_CUBES = """
kept = cubes
del cubes
try:
    sum_of_cubes(1)
except NameError:
    pass
else:
    raise AssertionError("sum_of_cubes does not use cubes")
finally:
    cubes = kept
"""
MEAN = '''
import csv

def mean_age():
    """The mean of the column age in people.csv."""
    ### BEGIN SOLUTION
    with open("people.csv") as people:
        ages = [float(row["age"]) for row in csv.DictReader(people)]
    return sum(ages) / len(ages)
    ### END SOLUTION
'''
MEAN_SHARE = """
points = 0
points += 1 if same(first([mean_age()]), 30) else 0
points += 0.5 if isinstance(mean_age(), float) else 0
points
"""


def problem_set() -> Notebook:
    """10.5 points: 6.5 by tests, of which 1.5 in shares, 4 by a person."""
    return notebook(
        text("# Problem set 1\n\nNumbers, and a table."),
        locked("imports", "import math\nLIMIT = 10\ndef same(a, b):\n    return a == b"),
        text("## Part A (3 points)\n\nWrite a function that returns cubes."),
        answer("cubes", CUBES),
        text("It should print `[1, 8, 27]`:"),
        cell("code", "cubes(3)"),
        check("correct_cubes", 2, CORRECT_CUBES),
        check("cubes_invalid_input", 1, INVALID_INPUT),
        text("## Part B (2 points)\n\nUse `cubes` in a function that sums."),
        answer("sum_of_cubes", SUM),
        check("correct_sum_of_cubes", 1, CORRECT_SUM),
        check("sum_of_cubes_uses_cubes", 1, USES_CUBES),
        text("## Part C (1 point)\n\nWrite the formula in LaTeX."),
        manual("formula", 1, r"$\sum_{i=1}^n i^3$"),
        text("## Part D (1 point)\n\nPlot the cubes."),
        manual("figure", 1, "import matplotlib.pyplot as plt\nplt.plot(cubes(LIMIT))", "code"),
        text("## Part E (1.5 points)\n\nThe mean age in `people.csv`."),
        answer("mean_age", MEAN),
        check("mean_age_share", 1.5, MEAN_SHARE),
        task(
            "cell-0123456789abcdef",
            2,
            "## Part F\n\nState a formula and try it.\n\n"
            "### BEGIN MARK SCHEME\nOne point for either.\n### END MARK SCHEME",
        ),
    )


def course(folder: Path) -> Path:
    """`folder/course` as nbgrader lays it out."""
    place = folder / "course"
    write(place / "source" / "ps1" / "problem1.ipynb", problem_set())
    (place / "source" / "ps1" / "people.csv").write_text("name,age\nA,20\nB,40\n", encoding="utf-8")
    settings = [
        "c = get_config()",
        "raise SystemExit('run')",
        "c.Execute.timeout = 3",
        "c.CourseDirectory.course_id = 'x'",
    ]
    settings += ["c.AssignLatePenalties.plugin_class = 'mine.Late'"]
    (place / "nbgrader_config.py").write_text("\n".join(settings), encoding="utf-8")
    return place


# ---------------------------------------------------------------- hand-ins

Change = Callable[[list[Cell]], list[Cell]]
RIGHT = {
    "cubes": 'def cubes(n):\n    if n < 1:\n        raise ValueError("no")\n    return [i**3 for i in range(1, n + 1)]',
    "sum_of_cubes": "def sum_of_cubes(n):\n    return sum(cubes(n))",
    "formula": r"$1 + 8 + \dots + n^3$",
    "figure": "import matplotlib.pyplot as plt\nplt.plot(cubes(LIMIT), 'o')",
    "mean_age": "def mean_age():\n    return 30.0",
}
WORK: dict[str, dict[str, str]] = {
    "right": RIGHT,
    "no-error": RIGHT | {"cubes": "def cubes(n):\n    return [i**3 for i in range(1, n + 1)]"},
    "hidden": RIGHT | {"cubes": RIGHT["cubes"].replace("[i**3", "[1, 8, 27][:n] if n < 4 else [i**3 + 1")},
    "closed-form": RIGHT | {"sum_of_cubes": "def sum_of_cubes(n):\n    return (n * (n + 1) // 2) ** 2"},
    "share": RIGHT | {"mean_age": "def mean_age():\n    return 29.5"},
    "helped": RIGHT | {"mean_age": "def same(a, b):\n    return True\ndef mean_age():\n    return 7.0"},
    "nothing": RIGHT | {"mean_age": "def mean_age():\n    return 7"},
    "warns": RIGHT
    | {"cubes": "import sys\n" + RIGHT["cubes"].replace("    if", "    print('hm', file=sys.stderr)\n    if")},
    "endless": RIGHT | {"sum_of_cubes": "import time\ndef sum_of_cubes(n):\n    while True:\n        time.sleep(0.01)"},
    "deaf": RIGHT
    | {
        "sum_of_cubes": "import time\ndef sum_of_cubes(n):\n    if n == 1:\n        return 1\n    while True:\n"
        "        try:\n            time.sleep(1)\n        except BaseException:\n            pass"
    },
    "exits": RIGHT | {"sum_of_cubes": "import os\ndef sum_of_cubes(n):\n    os._exit(0)"},
    "leaves": RIGHT | {"sum_of_cubes": "import sys\ndef sum_of_cubes(n):\n    sys.exit(0)"},
}


def hand_in(handout: Notebook, work: dict[str, str], change: Change = lambda cells: cells) -> Notebook:
    """The handout with answers in its cells, changed at last."""
    made = copy.deepcopy(handout)
    for one in made["cells"]:
        name = one["metadata"].get("nbgrader", {}).get("grade_id")
        one["source"] = work.get(name, one["source"])
    made["cells"] = change(made["cells"])
    return made


def named(cells: list[Cell], name: str) -> Cell:
    return next(one for one in cells if one["metadata"].get("nbgrader", {}).get("grade_id") == name)


def plain(cells: list[Cell]) -> list[Cell]:
    """Without metadata, as other programs save notebooks."""
    return [{**one, "metadata": {}} for one in cells]


def tampered(cells: list[Cell]) -> list[Cell]:
    """A test made easy, another deleted, a read-only cell changed, an answer pasted twice."""
    named(cells, "correct_cubes")["source"] = "assert True"
    named(cells, "imports")["source"] = "LIMIT = 'none'"
    left = [one for one in cells if one is not named(cells, "cubes_invalid_input")]
    at = left.index(named(left, "sum_of_cubes"))
    return [*left[:at], copy.deepcopy(left[at]), *left[at:]]


def placed(cells: list[Cell]) -> list[Cell]:
    """With what the task asks for in a cell of its own, far from it."""
    return [text("Part F: $n(n+1)/2$, which is 55 for 10."), *cells]
