"""`grader import nbgrader`: what is written, and that students' notebooks made for nbgrader get its points."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import nbgrader_course as nb
import pytest
import yaml
from conftest import Command

# Points that nbgrader 0.9.6 gave for the same notebooks (of the tests alone, in the rubric's order): measured once.
NBGRADER: dict[str, list[float]] = {}


class Course(NamedTuple):
    source: Path
    out: Path
    said: str

    @property
    def rubric(self) -> Path:
        return self.out / "rubric.yaml"


@pytest.fixture(scope="module")
def course(grader: Command, tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("nbgrader")
    source = nb.course(folder)
    done = grader("import", "nbgrader", source, "-o", folder / "ps1")
    assert done.returncode == 0, done.stderr
    return Course(source, folder / "ps1", done.stdout)


def test_the_rubric_is_good_and_reads_as_written(course: Course, grader: Command) -> None:
    linted = grader("lint", course.rubric)
    assert (linted.returncode, "good, 6 items" in linted.stdout) == (0, True), linted.stdout
    rubric = yaml.safe_load(course.rubric.read_text(encoding="utf-8"))
    first, *_, last = rubric["items"]
    assert (rubric["total"], rubric["limits"]) == (10.5, {"cell_seconds": 4})
    assert rubric["data"] == {"people": {"file": "data/people.csv", "shown_as": "people.csv"}}
    assert first["title"]["en"] == "Part A (3 points)"
    assert first["cells"] == ["cubes", "correct_cubes", "cubes_invalid_input"]
    tests = [(one["id"], one["check"], one["points"]) for one in first["criteria"]]
    assert tests == [("correct_cubes", "passes", 2), ("cubes_invalid_input", "passes", 1)]
    assert last["criteria"][0]["scheme"] == "One point for either."
    assert last["title"]["en"] == "Part F"
    hidden = (course.out / first["criteria"][0]["source"]).read_text(encoding="utf-8")
    assert "### BEGIN HIDDEN TESTS" in hidden


def test_what_is_not_taken_over_is_said_and_the_settings_are_never_run(course: Course) -> None:
    top = course.rubric.read_text(encoding="utf-8").split("id:")[0]
    for said in (course.said, top):
        assert "AssignLatePenalties.plugin_class" in said
        assert "deadline:" in said


def test_the_handout_holds_no_solution_hidden_test_or_marking_scheme(course: Course) -> None:
    written = (course.out / "handout.ipynb").read_text(encoding="utf-8")
    for secret in ("secret message", "i**3 for i", "One point for either", "csv.DictReader", "sum_{i=1}"):
        assert secret not in written, secret
    assert "YOUR CODE HERE" in written
    assert "YOUR ANSWER HERE" in written
    assert "assert cubes(3)" in written


def test_the_reference_holds_solutions_and_no_hidden_test(course: Course) -> None:
    written = (course.out / "reference.ipynb").read_text(encoding="utf-8")
    assert "i**3 for i" in written
    for word in ("SOLUTION", "secret message", "One point for either"):
        assert word not in written, word


# ---------------------------------------------------------------- hand-ins

CHANGED: dict[str, nb.Change] = {"plain": nb.plain, "tampered": nb.tampered}


@pytest.fixture(scope="module")
def graded(course: Course, grader: Command) -> dict[str, Any]:
    """Reports by student."""
    handout = json.loads((course.out / "handout.ipynb").read_text(encoding="utf-8"))
    hand_ins = course.source / "submitted"
    works = {name: nb.hand_in(handout, work) for name, work in nb.WORK.items()}
    works |= {name: nb.hand_in(handout, nb.RIGHT, change) for name, change in CHANGED.items()}
    works["blank"] = handout
    for name, made in works.items():
        nb.write(hand_ins / name / "ps1" / "problem1.ipynb", made)
    done = grader("grade", hand_ins, "-a", course.rubric, "-o", course.out.parent / "graded")
    assert done.returncode == 0, done.stdout + done.stderr
    files = (course.out.parent / "graded" / "reports").glob("*.json")
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def findings(report: dict[str, Any]) -> dict[str, Any]:
    return {finding["criterion"]: finding for score in report["scores"] for finding in score["findings"]}


def by_tests(report: dict[str, Any]) -> list[float]:
    return [finding["earned"] for finding in findings(report).values() if finding["criterion"] != "manual"]


EXPECTED = {
    "right": [2, 1, 1, 1, 1.5],
    "no-error": [2, 0, 1, 1, 1.5],
    "hidden": [0, 1, 0, 1, 1.5],
    "closed-form": [2, 1, 1, 0, 1.5],
    "share": [2, 1, 1, 1, 0.5],
    "nothing": [2, 1, 1, 1, 0],
    "warns": [2, 1, 1, 1, 1.5],
    "endless": [2, 1, 0, 0, 1.5],
    "deaf": [2, 1, 0, 0, 1.5],
    "exits": [2, 1, 0, 0, 1.5],
    "leaves": [2, 1, 0, 0, 1.5],
    "plain": [2, 1, 1, 1, 1.5],
    "tampered": [2, 1, 1, 1, 1.5],
    "blank": [0, 0, 0, 0, 0],
}


@pytest.mark.long
@pytest.mark.parametrize("student", EXPECTED)
def test_tests_earn_what_they_should(graded: dict[str, Any], student: str) -> None:
    said = {name: finding["feedback"] for name, finding in findings(graded[student]).items()}
    assert by_tests(graded[student]) == EXPECTED[student], said
