"""Tests of the rubric's own in a student's kernel: each has its own outcome, whatever the others did."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import pytest
from build import notebook

from grader.assignment import load
from grader.checking.visible import visible
from grader.gradebook.rescoring import untouched_by
from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer
from grader.model import Assignment, Finding
from grader.scoring import score
from grader.submissions import collect

NOTEBOOK = (
    "#md ## P1",
    """
    import os, sys
    import numpy as np
    import pandas as pd
    x = 1
    def double(n):
        print("doubling", file=sys.stderr)
        return 2 * n
    def kill():
        os.kill(os.getpid(), 9)
    def leave():
        sys.exit(0)
    def crash():
        raise ValueError("no `crash`\\nplease")
    def tell():
        raise RuntimeError(str(sys._getframe(1).f_code.co_consts))
    np.testing.assert_array_equal = lambda *given, **named: None
    pd.testing.assert_series_equal = lambda *given, **named: None
    np.ptp = lambda *given: 0
    math = type("math", (), {"fabs": lambda *given: 0})
    all = lambda *given: True
    """,
    "basket = ['apple']",
    "assert basket == ['apple']",
    "assert x == 2",
    "#md ## P2",
    "x = 100",
    "basket += ['pear']",
)


class Case(NamedTuple):
    """A test in a rubric, and what it comes to: the points, and words of what the student reads."""

    points: float
    source: str
    earned: float | None
    said: str | None = None
    kind: str = "cell"
    item: str = "P1"


CASES = {
    "names": Case(1, "assert x == 1", 1),
    "half": Case(2, "given = 1\ngiven", 1, "gave 1 of 2"),
    "none": Case(2, "0", 0, "gave 0 of 2"),
    "silent": Case(2, "1;", 2),
    "truth": Case(2, "double(1) == 2", 2),
    "nothing": Case(2, "None", 2),
    "beyond": Case(2, "5", None, "person"),
    "no_number": Case(2, "float('nan')", None, "person"),
    "numpy_share": Case(2, "np.float64(0.5)", 0.5, "gave 0.5"),
    "warns": Case(1, "assert double(2) == 4", 1),
    "wrong": Case(1, "y = 3\nassert double(2) == 5, 'four, not five'", 0, "line 2, `assert double(2) == 5"),
    "message": Case(1, "crash()", 0, "ValueError: no 'crash' please"),
    "leaves": Case(1, "leave()", 0, "SystemExit"),
    "dies": Case(1, "kill()", None, "died"),
    "after_it": Case(1, "assert double(2) == 4", 1),
    "helper": Case(1, "def twice(f, n):\n    return f(f(n))\nassert twice(double, 1) == 4", 1),
    "helped": Case(1, "assert twice(double, 2) == 8", 1),
    "magic": Case(1, "%matplotlib inline\nassert x == 1", 1),
    "secret": Case(1, "assert x\n### BEGIN HIDDEN TESTS\nassert x == 2, 'psst'\n### END HIDDEN TESTS", 0, "hidden"),
    "by_a_helper": Case(1, "def same(a, b):\n    assert a == b, f'{a} is not {b}'\nsame(x, 1)\n"
                           "### BEGIN HIDDEN TESTS\nsame(x, 'psst')\n### END HIDDEN TESTS", 0, "hidden"),
    "after_hidden": Case(1, "### BEGIN HIDDEN TESTS\nw = 'psst'\n### END HIDDEN TESTS\nassert x == w, w", 0, "line 4"),
    "told_on": Case(1, "tell()\n### BEGIN HIDDEN TESTS\nassert x == 'psst'\n### END HIDDEN TESTS", 0,
                    "line 1, `tell()`; RuntimeError"),
    "fooled": Case(1, "np.testing.assert_array_equal(x, 7)", None, "assert_array_equal"),
    "honest": Case(1, "import unittest\nunittest.TestCase().assertEqual(double(1), 2)", 1),
    "fooled_too": Case(1, "pd.testing.assert_series_equal(x, 7)", None, "assert_series_equal"),
    "no_spread": Case(1, "assert np.ptp([x, 7]) == 0", None, "numpy.ptp"),
    "other_module": Case(1, "assert math.fabs(x - 7) < 1", None, "math"),
    "own_module": Case(1, "import math\nassert math.fabs(x - 1) < 1", 1),
    "shadowed": Case(1, "assert all([x == 7])", None, "all"),
    "examples": Case(1, ">>> double(4)\n8\n>>> z = double(1)\n>>> print(z)\n2\n", 1, kind="doctest"),
    "example": Case(1, ">>> double(4)\n8\n>>> x\n2\n", 0, "expected 2, got 1", kind="doctest"),
    "raises": Case(1, ">>> double()\nTraceback (most recent call last):\n    ...\nTypeError: double() missing 1 "
                      "required positional argument: 'n'\n", 1, kind="doctest"),
    "called": Case(1, "import math\ndef test_double(double, env):\n    assert double(1) == 2 and 'x' in env", 1,
                   kind="function"),
    "unknown": Case(1, "def test_gone(gone):\n    gone()", 0, "'gone' is not defined", kind="function"),
    "changed_later": Case(1, "assert basket == ['apple']", None, "passed in cell 4"),
    "failed_there": Case(1, "assert x == 2", 0, "line 1"),
    "later": Case(1, "assert x == 100", 1, item="P2"),
    "still_helped": Case(1, "assert twice(double, 1) == 4", 1, item="P2"),
}  # fmt: skip


def rubric(folder: Path, cases: dict[str, Case] = CASES) -> Assignment:
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    lines = ["id: t", "title: {ko: t, en: t}", f"total: {sum(case.points for case in cases.values())}", "items:"]
    for item in dict.fromkeys(case.item for case in cases.values()):
        own = {name: case for name, case in cases.items() if case.item == item}
        lines += [f"  - id: {item}", "    title: {ko: t, en: t}", "    criteria:"]
        for name, case in own.items():
            (folder / "tests" / f"{name}.py").write_text(case.source, encoding="utf-8")
            keys = f"points: {case.points}, source: tests/{name}.py, kind: {case.kind}"
            lines.append(f"      - {{id: {name}, check: passes, {keys}}}")
        lines.append(f"    points: {sum(case.points for case in own.values())}")
    (folder / "rubric.yaml").write_text("\n".join(lines), encoding="utf-8")
    return load(folder / "rubric.yaml")


@pytest.fixture(scope="module")
def findings(server: KernelServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    folder = tmp_path_factory.mktemp("passing")
    assignment = rubric(folder)
    handed_in = collect([notebook(folder / "kim.ipynb", *NOTEBOOK, heading=False)], assignment)[0]
    execution = KernelRunner(server).run(handed_in, assignment)
    report = score(handed_in, execution, assignment, "en", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    return {finding.criterion: finding for one in report.scores for finding in one.findings}


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_each_test_has_an_outcome_of_its_own(findings: dict[str, Finding], name: str) -> None:
    finding, case = findings[name], CASES[name]
    assert finding.earned == case.earned, finding
    assert (case.said or "") in (finding.feedback or ""), finding.feedback
    assert (finding.feedback is None) == (finding.outcome == "passed")


@pytest.mark.long
def test_what_is_hidden_says_nothing_of_its_source(findings: dict[str, Finding]) -> None:
    assert findings["secret"].feedback == "a hidden test did not pass"
    for name in ("secret", "by_a_helper", "after_hidden", "told_on"):
        assert "psst" not in findings[name].model_dump_json()


def test_another_text_of_a_test_is_another_rubric(tmp_path: Path) -> None:
    before = rubric(tmp_path)
    after = rubric(tmp_path, CASES | {"names": CASES["names"]._replace(source="assert x == 2")})
    assert before.sha256 != after.sha256
    assert untouched_by(before, after) == {}


def test_students_see_no_hidden_line_before_handing_in(tmp_path: Path) -> None:
    cases = {
        "secret": CASES["secret"],
        "all": Case(1, "### BEGIN HIDDEN TESTS\nassert x == 9\n### END HIDDEN TESTS", 0),
    }
    seen = visible(rubric(tmp_path, cases))
    assert [criterion.id for criterion in seen.items[0].criteria] == ["secret"]
    assert [one.points for one in seen.kept_back] == [1]
    assert visible(seen) == seen
    for secret in ("psst", "x == 9"):
        assert secret not in seen.model_dump_json()
