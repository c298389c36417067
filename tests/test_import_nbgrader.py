"""`grader import nbgrader`: what is written, and that students' notebooks made for nbgrader get its points."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import nbgrader_course as nb
import pytest
import yaml
from conftest import Command

from grader.assignment import load
from grader.errors import GraderError
from grader.importing.commands import import_nbgrader
from grader.submissions import collect


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
    assert (rubric["total"], rubric["limits"]) == (10.5, {"cell_seconds": 3})
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

CHANGED: dict[str, nb.Change] = {"plain": nb.plain, "tampered": nb.tampered, "placed": nb.placed}


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


# What nbgrader 0.9.6 gave for the very same notebooks: its tests' points, in the rubric's order.
NBGRADER: dict[str, list[float | None]] = {
    "right": [2, 1, 1, 1, 1.5],
    "no-error": [2, 0, 1, 1, 1.5],
    "hidden": [0, 1, 0, 1, 1.5],
    "closed-form": [2, 1, 1, 0, 1.5],
    "share": [2, 1, 1, 1, 0.5],
    "nothing": [2, 1, 1, 1, 0],
    "endless": [2, 1, 0, 0, 1.5],
    "leaves": [2, 1, 0, 0, 1.5],
    "blank": [0, 0, 0, 0, 0],
}
# Where it gave other points, or none at all as it could not grade the hand-in.
OURS: dict[str, list[float | None]] = {
    "warns": [2, 1, 1, 1, 1.5],  # it takes what is printed to stderr for a failure
    "deaf": [2, 1, 0, 0, 1.5],  # a cell that does not react to its interrupt
    "exits": [2, 1, 0, 0, 1.5],  # a kernel that dies
    "plain": [2, 1, 1, 1, 1.5],  # no metadata
    "tampered": [2, 1, 1, 1, 1.5],  # a cell pasted twice, and a test deleted
    "placed": [2, 1, 1, 1, 1.5],
    "helped": [2, 1, 1, 1, None],  # a function that was given, written anew
}
EXPECTED = NBGRADER | OURS


@pytest.mark.long
@pytest.mark.parametrize("student", EXPECTED)
def test_tests_earn_what_they_should(graded: dict[str, Any], student: str) -> None:
    said = {name: finding["feedback"] for name, finding in findings(graded[student]).items()}
    assert by_tests(graded[student]) == EXPECTED[student], said


# ---------------------------------------------------------------- other courses


def imported(folder: Path, *cells: nb.Cell, settings: str = "", name: str = "source/ps1/a.ipynb") -> Path:
    """The rubric that an assignment of these cells becomes."""
    nb.write(folder / "course" / name, nb.notebook(*cells))
    (folder / "course" / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    import_nbgrader(folder / "course", folder / "out", None, None)
    return folder / "out" / "rubric.yaml"


def criteria(rubric: Path) -> dict[str, list[tuple[str, float]]]:
    return {item.id: [(one.id, one.points) for one in item.criteria] for item in load(rubric).items}


ANSWER = nb.answer("f", "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION")


def test_marks_and_stubs_that_a_course_has_set_are_its_own(tmp_path: Path) -> None:
    settings = (
        "c.ClearSolutions.begin_solution_delimeter = 'VON HIER'\nc.ClearSolutions.end_solution_delimeter = 'BIS HIER'\n"
        "c.ClearSolutions.code_stub = dict(python='# 여기에')\nc.ClearHiddenTests.begin_test_delimeter = 'GEHEIM'\n"
        "c.ClearHiddenTests.end_test_delimeter = 'OFFEN'\n"
    )
    own = nb.answer("f", "def f():\n    # VON HIER\n    return 1\n    # BIS HIER")
    rubric = imported(tmp_path, own, nb.check("t", 1, "f()\n# GEHEIM\nassert f() == 1\n# OFFEN"), settings=settings)
    handout = (rubric.parent / "handout.ipynb").read_text(encoding="utf-8")
    assert "여기에" in handout
    for secret in ("return 1", "assert f() == 1", "HIER", "GEHEIM"):
        assert secret not in handout
    assert "### BEGIN HIDDEN TESTS\nassert f() == 1\n### END HIDDEN TESTS" in (rubric.parent / "tests/t.py").read_text()


def test_what_cannot_be_a_test_is_left_to_a_person_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubric = imported(
        tmp_path,
        nb.check("before", 1, "assert True is not False"),
        ANSWER,
        nb.check("helper", 0, "def g():\n    return 2"),
        nb.check("auto", 2, "### AUTOTEST f()"),
        nb.check("empty", 1, "# nothing to see"),
        nb.check("t", 1, "assert f() == 1"),
        nb.check("t", 1, "assert f() != 2"),
    )
    found = {name: points for item in criteria(rubric).values() for name, points in item}
    assert found == {"before": 1, "t": 1, "t-2": 1, "manual": 3}
    said = capsys.readouterr().out
    for words in (
        "a person decides on `auto`",
        "`empty` does nothing",
        "`helper` has no points",
        "`t` stands twice",
    ):
        assert words in said


def test_older_metadata_is_read(tmp_path: Path) -> None:
    old = nb.check("t", 0, "assert f() == 1")
    old["metadata"]["nbgrader"] = {"grade": True, "grade_id": "t", "points": "2"}
    solution = nb.cell("code", "def f():\n    return 1")
    solution["metadata"]["nbgrader"] = {"solution": True, "grade_id": "f"}
    assert criteria(imported(tmp_path, solution, old)) == {"f": [("t", 2)]}


def test_several_notebooks_become_a_rubric_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "course" / "source" / "ps1"
    nb.write(source / "one.ipynb", nb.notebook(ANSWER, nb.check("t", 1, "assert f() == 1")))
    nb.write(source / "two.ipynb", nb.notebook(nb.text("# Words"), nb.manual("why", 3, "Because.")))
    nb.write(source / "read me.ipynb", nb.notebook(nb.text("# How to hand in")))
    import_nbgrader(tmp_path / "course", tmp_path / "out", None, None)
    assert "left out: " in capsys.readouterr().out
    assert criteria(tmp_path / "out" / "one" / "rubric.yaml") == {"f": [("t", 1)]}
    assert criteria(tmp_path / "out" / "two" / "rubric.yaml") == {"why": [("manual", 3)]}
    assert load(tmp_path / "out" / "two" / "rubric.yaml").id == "ps1-two"
    handed_in = tmp_path / "submitted" / "kim" / "ps1"
    for name, words in (("one", {"f": "def f():\n    return 1"}), ("two", {"why": "It is so."})):
        given = json.loads((tmp_path / "out" / name / "handout.ipynb").read_text(encoding="utf-8"))
        nb.write(handed_in / f"{name}.ipynb", nb.hand_in(given, words))
    found = collect([tmp_path / "submitted"], load(tmp_path / "out" / "two" / "rubric.yaml"))
    assert found[0].answers["why"].text == "It is so."


def test_of_a_release_only_what_it_holds_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = imported(tmp_path, ANSWER, nb.check("t", 1, "assert f() == 1"))
    released = json.loads((first.parent / "handout.ipynb").read_text(encoding="utf-8"))
    nb.write(tmp_path / "other" / "release" / "ps1" / "a.ipynb", released)
    import_nbgrader(tmp_path / "other", tmp_path / "again", None, None)
    assert "is the release version" in capsys.readouterr().out
    assert load(tmp_path / "again" / "rubric.yaml").reference == ()
    assert criteria(tmp_path / "again" / "rubric.yaml") == {"f": [("t", 1)]}


def test_files_that_the_notebook_opens_come_along_and_no_others(tmp_path: Path) -> None:
    place = tmp_path / "course" / "source" / "ps1"
    for name in ("helper.py", "tables/a.csv", "tables/b.csv", "unused.csv", "../secret.csv"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("x\n1\n", encoding="utf-8")
    opens = "import helper\nimport glob\nglob.glob('tables/*')\nopen('tables'), open('../secret.csv')"
    rubric = imported(tmp_path, nb.cell("code", opens), ANSWER, nb.check("t", 1, "assert f() == 1"))
    assert sorted(data.shown_as for data in load(rubric).data.values()) == ["helper.py", "tables/a.csv", "tables/b.csv"]


def test_no_text_breaks_the_rubric(tmp_path: Path) -> None:
    odd = "## Why: {a} - 'b' \"c\" # d \x0c\u2028 😀 ![](x.png)\n\n    code\tb\n- yes: no\n\ttab"
    rubric = imported(
        tmp_path, nb.text(odd), nb.manual("yes", 1, "x"), nb.text("    # indented\n"), nb.manual("no", 1, "x")
    )
    first, second = load(rubric).items
    assert first.title.en.startswith("Why: {a} - 'b' \"c\" # d")
    assert "😀" in first.criteria[0].params["prompt"]
    assert second.criteria[0].params["prompt"] == "    # indented"


def test_a_solution_in_a_cell_of_no_name_is_no_part_of_the_handout(tmp_path: Path) -> None:
    loose = nb.cell("code", "### BEGIN SOLUTION\nsecret = 1\n### END SOLUTION")
    rubric = imported(tmp_path, loose, ANSWER, nb.check("t", 1, "assert f() == 1"))
    assert "secret" not in (rubric.parent / "handout.ipynb").read_text(encoding="utf-8")


def refused(tmp_path: Path, *cells: nb.Cell, **asked: str) -> str:
    nb.write(tmp_path / "course" / "source" / "ps1" / "a.ipynb", nb.notebook(*cells))
    with pytest.raises(GraderError) as error:
        import_nbgrader(tmp_path / "course", tmp_path / "out", asked.get("assignment"), asked.get("notebook"))
    assert not (tmp_path / "out").exists() or asked.get("full")
    return str(error.value)


def test_bad_input_is_one_sentence_and_writes_nothing(tmp_path: Path) -> None:
    test = nb.check("t", 1, "assert f() == 1")
    assert "has no cell that nbgrader grades" in refused(tmp_path, nb.text("# Words"))
    assert "has no `END SOLUTION`" in refused(tmp_path, nb.answer("f", "### BEGIN SOLUTION\nx = 1"), test)
    rubric = imported(tmp_path / "first", ANSWER, test)
    handout = json.loads((rubric.parent / "handout.ipynb").read_text(encoding="utf-8"))
    theirs = nb.hand_in(handout, {"f": "def f():\n    return 7"})["cells"]
    assert "is a student's notebook" in refused(tmp_path, *theirs)
    assert "nothing in" in refused(tmp_path, ANSWER, nb.check("t", 0, "assert f() == 1"))
    assert "no assignment `ps2`: there is ps1" in refused(tmp_path, ANSWER, test, assignment="ps2")
    assert "no notebook `b`: there is a" in refused(tmp_path, ANSWER, test, notebook="b")
    nb.write(tmp_path / "course" / "source" / "ps2" / "a.ipynb", nb.notebook(ANSWER, test))
    assert "name one with --assignment (ps1, ps2)" in refused(tmp_path, ANSWER, test)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    assert "is not empty" in refused(tmp_path, ANSWER, test, assignment="ps1", full="yes")


@pytest.mark.long
def test_a_read_only_cell_that_was_changed_runs_as_handed_out(graded: dict[str, Any]) -> None:
    assert any("cell 2 (`imports`) was not to be edited" in warning for warning in graded["tampered"]["warnings"])


def test_a_notebook_of_another_assignment_is_no_final_zero(course: Course, tmp_path: Path) -> None:
    other = nb.notebook(nb.answer("loop", "x = 1"), nb.check("test_loop", 1, "assert x == 1"))
    file = nb.write(tmp_path / "kim" / "ps2" / "loop.ipynb", other)
    handed_in = collect([file], load(course.rubric))[0]
    assert handed_in.unsure is not None
    assert "another assignment" in handed_in.unsure.en


@pytest.mark.long
def test_what_a_person_marks_waits_and_blank_answers_do_not(graded: dict[str, Any]) -> None:
    def by_person(student: str) -> list[tuple[float | None, str]]:
        found = [finding for score in graded[student]["scores"] for finding in score["findings"]]
        return [(one["earned"], one["feedback"]) for one in found if one["criterion"] == "manual"]

    blank = [(0, f"there is no answer to {item}") for item in ("formula", "figure", "Q6")]
    assert by_person("right") == [(None, "read by a person")] * 2 + blank[2:]
    assert by_person("blank") == blank
    assert by_person("placed") == [(None, "read by a person")] * 3  # a task has no cell to be answered in


@pytest.mark.long
def test_before_handing_in_hidden_lines_are_only_said_to_be_there(course: Course, grader: Command) -> None:
    handout = json.loads((course.out / "handout.ipynb").read_text(encoding="utf-8"))
    file = nb.write(course.out.parent / "own" / "problem1.ipynb", nb.hand_in(handout, nb.WORK["hidden"]))
    done = grader("check", file, "-a", course.rubric, "--plain")
    assert "A test (correct_cubes): 2 / 2" in done.stdout
    assert "more of this test runs after handing in" in done.stdout
    assert "secret message" not in done.stdout


# ---------------------------------------------------------------- which cell is which


def by_item(course: Course, tmp_path: Path, change: nb.Change, work: dict[str, str] = nb.RIGHT) -> dict[str, list[str]]:
    """The first lines of the cells that belong to each item, of a hand-in that was changed so."""
    handout = json.loads((course.out / "handout.ipynb").read_text(encoding="utf-8"))
    file = nb.write(tmp_path / "kim.ipynb", nb.hand_in(handout, work, change))
    handed_in = collect([file], load(course.rubric))[0]
    assert handed_in.notebook is not None
    found: dict[str, list[str]] = {}
    for cell, item in zip(handed_in.notebook["cells"], handed_in.items_of_cells, strict=True):
        if item is not None:
            found.setdefault(item, []).append(cell["source"].splitlines()[0])
    return found


def shuffled_about(cells: list[nb.Cell]) -> list[nb.Cell]:
    """Metadata lost, an answer in two cells, notes of the student's own, tests and headings deleted."""
    kept = [one for one in nb.plain(cells) if not one["source"].startswith(("## Part B", '"""Check invalid'))]
    at = next(i for i, one in enumerate(kept) if one["source"].startswith("def sum_of_cubes"))
    helper = nb.cell("code", "def add(values):\n    return sum(values)")
    return [nb.text("My name is Kim."), *kept[:at], kept[at], helper, *kept[at + 1 :], nb.text("Thank you!")]


def test_cells_are_found_by_name_or_by_what_stands_in_them(course: Course, tmp_path: Path) -> None:
    whole = {
        "cubes": ["def cubes(n):", '"""Check several inputs."""', '"""Check invalid input."""'],
        "sum_of_cubes": ["def sum_of_cubes(n):", "assert sum_of_cubes(1) == 1", "kept = cubes"],
        "formula": [r"$1 + 8 + \dots + n^3$"],
        "figure": ["import matplotlib.pyplot as plt"],
        "mean_age": ["def mean_age():", "points = 0"],
        "Q6": ["## Part F"],
    }
    assert by_item(course, tmp_path, lambda cells: cells) == whole
    assert by_item(course, tmp_path, nb.plain) == whole
    found = by_item(course, tmp_path, shuffled_about)
    assert found["cubes"] == whole["cubes"][:2]
    assert found["sum_of_cubes"] == [whole["sum_of_cubes"][0], "def add(values):", *whole["sum_of_cubes"][1:]]
    assert {name: found[name] for name in ("formula", "figure", "mean_age")} == {
        name: whole[name] for name in ("formula", "figure", "mean_age")
    }


def test_what_is_added_below_a_task_is_its_answer(course: Course, tmp_path: Path) -> None:
    handout = json.loads((course.out / "handout.ipynb").read_text(encoding="utf-8"))
    own = [nb.text("$n(a+b)/2$"), nb.cell("code", "print(3 * (1 + 3) / 2)")]
    file = nb.write(tmp_path / "kim.ipynb", nb.hand_in(handout, nb.RIGHT, lambda cells: [*cells, *own]))
    answer = collect([file], load(course.rubric))[0].answers["Q6"]
    assert answer.text == "$n(a+b)/2$\n\nprint(3 * (1 + 3) / 2)"
