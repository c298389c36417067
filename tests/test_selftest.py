"""`grader selftest` proves a rubric on its reference, and says so when a mistake escapes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from build import course
from conftest import Command

pytestmark = pytest.mark.long

REFERENCE = """\
# %% [markdown]
# ## P1
# words that explain

# %%
def predict(df):
    return 3 * df["a"] - 2 * df["b"] + 10
"""


def test_homework_1_proves_itself(grader: Command) -> None:
    done = grader("selftest")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert "ok   reference: 100/100" in lines
    assert "ok   reference with the answers of solution_en.py: 100/100" in lines
    assert "ok   blank: the handout: 0/100" in lines
    assert sum(line.startswith("ok   mutant") and "caught" in line for line in lines) >= 20
    assert lines[-1].endswith("0 not as expected")


@pytest.fixture
def proven(tmp_path: Path) -> Path:
    """A course with a reference and one mutant; returns the rubric."""
    course(
        tmp_path,
        "{check: r2, points: 2, predict: predict, at_least: 0.9}",
        "{check: mentions, points: 1, concept: explain}",
        concepts="{explain: {en: [explain*]}}",
    )
    (tmp_path / "solution.py").write_text(REFERENCE, encoding="utf-8")
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text(rubric.read_text() + "\nreference: [solution.py]\nmutants: mutants.yaml\n", encoding="utf-8")
    return rubric


def write_mutant(rubric: Path, old: str, new: str, breaks: str) -> None:
    mutant = f"- {{name: planted, replace: [{{old: '{old}', new: '{new}'}}], breaks: {breaks}}}\n"
    (rubric.parent / "mutants.yaml").write_text(mutant, encoding="utf-8")


def test_a_mutant_that_loses_what_it_breaks_is_caught(grader: Command, proven: Path) -> None:
    write_mutant(proven, "- 2 *", "+ 2 *", "{P1: [r2]}")
    done = grader("selftest", "-a", proven)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok   mutant planted: caught, lost P1/r2" in done.stdout


def test_a_mutant_that_escapes_fails_the_selftest(grader: Command, proven: Path) -> None:
    write_mutant(proven, "+ 10", "+ 10.01", "{P1: [r2]}")
    done = grader("selftest", "-a", proven)
    assert done.returncode == 1
    assert "FAIL mutant planted: lost nothing; expected P1/r2" in done.stdout


def test_a_mutant_that_breaks_more_than_it_says_fails_the_selftest(grader: Command, proven: Path) -> None:
    write_mutant(proven, "words that explain", "words", "{P1: [r2]}")
    done = grader("selftest", "-a", proven)
    assert done.returncode == 1
    assert "lost P1/mentions; expected P1/r2" in done.stdout


def test_a_reference_without_full_marks_ends_the_selftest(grader: Command, proven: Path) -> None:
    write_mutant(proven, "- 2 *", "+ 2 *", "{P1: [r2]}")
    reference = proven.parent / "solution.py"
    reference.write_text(REFERENCE.replace("words that explain", "words"), encoding="utf-8")
    done = grader("selftest", "-a", proven)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "FAIL reference: 2/3, not passed: P1/mentions",
        "FAIL the mutants mean nothing until the reference passes",
        "2 trials, 2 not as expected",
    ]


def test_a_stale_mutant_is_bad_input(grader: Command, proven: Path) -> None:
    write_mutant(proven, "not in the reference", "", "{P1: [r2]}")
    done = grader("selftest", "-a", proven)
    assert done.returncode == 2
    assert "stands 0 times in the reference" in done.stderr


def test_a_rubric_without_reference_has_nothing_to_prove(grader: Command, tmp_path: Path) -> None:
    course(tmp_path, "{check: runs, points: 1}")
    done = grader("selftest", "-a", tmp_path / "rubric.yaml")
    assert done.returncode == 2
    assert "names no `reference:`" in done.stderr
