"""An assignment for otter, in each of its formats, becomes a rubric that gives students the points that otter gave."""

from __future__ import annotations

import ast
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import otter_course as oc
import pytest
from conftest import Command
from graded_class import NOON

from grader.assignment import load
from grader.checking.visible import visible
from grader.errors import GraderError
from grader.importing.commands import import_otter
from grader.importing.otter import points, test_cells, test_files
from grader.importing.otter.solutions import without_ignored, without_solution
from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer
from grader.model import Assignment, Execution, Report
from grader.scoring import score
from grader.submissions import collect
from grader.walls.doctor import examine

Grade = Callable[..., tuple[Execution, Report]]


def imported(path: Path, folder: Path) -> Assignment:
    assert import_otter(path, folder) == 0
    return load(folder / "rubric.yaml")


def earned(report: Report) -> dict[str, float | None]:
    return {score.item: score.points for score in report.scores}


def sources(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in sorted((folder / "tests").iterdir())}


@pytest.fixture
def grade(server: KernelServer, tmp_path: Path) -> Grade:
    """Run and score cells as a student's notebook."""

    def graded(assignment: Assignment, cells: list[oc.Cell]) -> tuple[Execution, Report]:
        submission = collect([oc.write(tmp_path / "student.ipynb", cells)], assignment)[0]
        execution = KernelRunner(server, examine().tier).run(submission, assignment)
        return execution, score(submission, execution, assignment, "en", NOON)

    return graded


# ---------------------------------------------------------------- points

# (points of the question, of its cases) -> what otter 7.0.0 makes of them
RESOLVED = [
    (None, [None, None], [0.5, 0.5]),
    (3, [None, None, None], [1, 1, 1]),
    (6, [2, 2, None, None], [2, 2, 1, 1]),
    (None, [2, None], [2, 0]),
    (None, [0, None], [0, 1]),
    (None, [0, 0], [0, 0]),
    ([0, 3], [None, None], [0, 3]),
    ([None, 3], [None, None], [0, 3]),
    ({"each": 2}, [None, None], [2, 2]),
    (2, [2, None], [2, 0]),
    (0, [None], [0]),
]


@pytest.mark.parametrize(("question", "cases", "worth"), RESOLVED)
def test_points_are_resolved_as_otter_does(question: Any, cases: list[Any], worth: list[float]) -> None:
    assert points.of_cases(question, cases) == pytest.approx(worth)


@pytest.mark.parametrize(("question", "cases"), [([1], [None, None]), (1, [2, None]), ("2", [None]), (True, [None])])
def test_points_that_are_none_are_refused(question: Any, cases: list[Any]) -> None:
    with pytest.raises(GraderError, match="points"):
        points.of_cases(question, cases)


def test_thirds_add_up_to_the_whole(tmp_path: Path) -> None:
    cases = [(f">>> {n}\n{n}", False) for n in range(3)]
    zipped = oc.zipped(tmp_path / "autograder.zip", {"q1": oc.ok_file("q1", "1", *cases)})
    assignment = imported(zipped, tmp_path / "out")
    assert sum(criterion.points for criterion in assignment.items[0].criteria) == 1


# ---------------------------------------------------------------- what students are given

STRIPPED = [
    ("x = 2 # SOLUTION", "x = ..."),
    ("a, b[0] = 1, 2 # SOLUTION", "a, b[0] = ..."),
    ("total += n # SOLUTION", "..."),
    ("df.loc[df['a'] == 1, 'b'] = 2 # SOLUTION", "df.loc[df['a'] == 1, 'b'] = ..."),
    ("    return x # SOLUTION", "    ..."),
    ("x == 2 # SOLUTION", "..."),
    ("y = 1 # SOLUTION NO PROMPT\nz = 1", "z = 1"),
    ("np.random.seed(1) # SEED\nz = 1", "z = 1"),
    ("if a:\n    # BEGIN SOLUTION\n    x = 1\n    y = 2\n    # END SOLUTION\nz = 3", "if a:\n    ...\nz = 3"),
    ('# BEGIN SOLUTION NO PROMPT\nx = 1\n# END SOLUTION\n""" # BEGIN PROMPT\nx = ?\n"""; # END PROMPT', "x = ?"),
    ("plain = 1  # no solution", "plain = 1  # no solution"),
]


@pytest.mark.parametrize(("solution", "shown"), STRIPPED)
def test_solutions_are_taken_out(solution: str, shown: str) -> None:
    assert without_solution(solution, "cell") == shown


@pytest.mark.parametrize("broken", ["# BEGIN SOLUTION\nx = 1", "x = 1\n# END SOLUTION"])
def test_a_solution_without_end_is_refused(broken: str) -> None:
    with pytest.raises(GraderError, match="cell 7"):
        without_solution(broken, "cell 7")


def test_ignored_lines_are_in_no_notebook() -> None:
    assert without_ignored("a = 1\nb = 2 # IGNORE\n# BEGIN IGNORE\nc\n# END IGNORE\nd", "cell") == "a = 1\nd"


# ---------------------------------------------------------------- test files


def test_a_test_file_is_read_and_never_run(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    ok = trap + oc.OK_FILES["q1"]
    functions = trap + oc.FUNCTION_FILES["q2"]
    zipped = oc.zipped(tmp_path / "autograder.zip", {"q1": ok, "q2": functions})
    assignment = imported(zipped, tmp_path / "out")
    assert {item.id: item.points for item in assignment.items} == {"q1": 2, "q2": 3}
    assert not (tmp_path / "ran").exists()


def test_values_that_a_file_composes_are_worked_out() -> None:
    suites = '[{"cases": [{"code": ">>> 1" + "\\n1"}]}]'
    tested = test_files.read(f"WORTH = 2\ntest = dict(points=WORTH * 3 / 4, suites={suites})", "q9", "q9.py")
    assert (tested.name, tested.cases[0].points, tested.cases[0].hidden) == ("q9", 1.5, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("test = make()", "line 1 holds `make()`, which only running it would tell"),
        ("test = {", "q.py, line 1: no Python"),
        ("x = 1", "no otter test file"),
        ('test = {"name": "q", "suites": [{"type": "wwpp", "cases": []}]}', "type `wwpp`"),
        ('test = {"name": "q", "suites": [{"cases": [{"code": ">>>1"}]}]}', "a case is no doctest"),
        ('name = "q"\n@test_case(points=len("ab"))\ndef t(x): pass', "only running it would tell"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(GraderError, match=re.escape(said)):
        test_files.read(text, "q", "q.py")


def test_a_function_takes_its_helpers_along() -> None:
    case = test_files.read(oc.FUNCTION_FILES["q2"], "q2", "q2.py").cases[1]
    assert "EXPECTED = [0, 2, 4, 6, 8]" in case.setup
    assert "otter" not in case.setup + case.code
    assert case.code.startswith("def test_values(evens):")


# ---------------------------------------------------------------- the source notebook


def test_a_source_notebook_becomes_rubric_handout_and_reference(grader: Command, tmp_path: Path) -> None:
    file = oc.write(tmp_path / "lists.ipynb", oc.source())
    out = tmp_path / "out"
    done = grader("import", "otter", file, "-o", out)
    assert done.returncode == 0, done.stderr
    assert "6 items, 9 criteria, 14 points" in done.stdout
    assert "q2: left out, as worth no points: q2 - 1" in done.stdout
    assert "after_published" in done.stdout
    handout, reference = (json.loads((out / f"{name}.ipynb").read_text()) for name in ("handout", "reference"))
    shown = "\n".join(cell["source"] for cell in handout["cells"])
    solved = "\n".join(cell["source"] for cell in reference["cells"])
    for secret in ("sum(numbers) / len(numbers)", "max(numbers)", "n % 2 == 0", "It divides by zero."):
        assert secret not in shown
        assert secret in solved
    for test in ("mean([4])", "HIDDEN", "BEGIN QUESTION", "ASSIGNMENT CONFIG"):
        assert test not in shown + solved
    assert "evens = ..." in shown
    assert "_Type your answer here" in shown
    assert "# Write one line here." in shown


def test_hidden_cases_are_hidden_and_all_or_nothing_is_one_criterion(tmp_path: Path) -> None:
    assignment = imported(oc.write(tmp_path / "lists.ipynb", oc.source()), tmp_path / "out")
    items = {item.id: item for item in assignment.items}
    assert {c.id: c.visibility for c in items["q6"].criteria} == {"q6-1": None, "q6-2": "hidden"}
    assert [c.points for c in items["q3"].criteria] == [2]
    text = items["q3"].criteria[0].code or ""
    assert text.index("BEGIN HIDDEN") < text.index("biggest([-2, -1])") < text.index("END HIDDEN")
    assert [c.check for c in items["q4"].criteria] == ["manual"]
    assert items["q4"].criteria[0].params["scheme"] == "It divides by zero."
    feedback = items["q6"].criteria[0].feedback
    assert feedback is not None
    assert feedback.en == "Add the exclamation mark."


def _without_raw(cells: list[oc.Cell]) -> list[oc.Cell]:
    """The same cells with fences in Markdown in place of raw cells."""
    return [oc.words(f"```otter\n{c['source']}\n```") if c["cell_type"] == "raw" else c for c in cells]


def _older() -> list[oc.Cell]:
    """The same course in the form that otter had before raw cells."""
    cells, name = [oc.words("```\nBEGIN ASSIGNMENT\nexport_cell: false\n```"), oc.words("# Lists")], ""
    for cell in oc.source():
        if cell["cell_type"] == "raw":
            name = cell["source"] if "BEGIN QUESTION" in cell["source"] else name
            continue
        text = cell["source"]
        if text.startswith("**Question"):
            cells.append(oc.words(f"{text}\n\n```\n{name.removeprefix('# ')}\n```"))
        elif cell["cell_type"] == "markdown" and "divides" in text:
            cells.append(oc.words(f"**SOLUTION:** {text}"))
        elif cell["cell_type"] == "code" and "SOLUTION" not in text:
            mark = "## Hidden Test ##" if text.startswith("# HIDDEN") else "## Test ##"
            plain = text.removeprefix("# HIDDEN\n")
            cells.append({**cell, "source": plain if "TEST CONFIG" in plain else f"{mark}\n{plain}"})
        elif not text.startswith("#"):
            cells.append(cell)
    return cells


@pytest.mark.parametrize("form", [_without_raw, lambda _: _older()], ids=["fenced", "older"])
def test_other_forms_of_the_source_give_the_same_tests(form: Callable[..., list[oc.Cell]], tmp_path: Path) -> None:
    plain = imported(oc.write(tmp_path / "lists.ipynb", oc.source()), tmp_path / "plain")
    other = imported(oc.write(tmp_path / "other.ipynb", form(oc.source())), tmp_path / "other")
    assert sources(tmp_path / "other") == sources(tmp_path / "plain")
    told = [
        [(i.id, i.points, [(c.id, c.check, c.points, c.visibility) for c in i.criteria]) for i in a.items]
        for a in (plain, other)
    ]
    assert told[0] == told[1]
    shown = (tmp_path / "other" / "handout.ipynb").read_text()
    assert "sum(numbers)" not in shown
    assert "divides" not in shown


BROKEN = {
    "no end": ([oc.raw("# BEGIN QUESTION\nname: q1")], "question `q1` has no `# END QUESTION`"),
    "no begin": ([oc.raw("# BEGIN QUESTION\nname: q1"), oc.raw("# END TESTS")], "cell 2: `END TESTS` stands where"),
    "no name": ([oc.raw("# BEGIN QUESTION\npoints: 1")], "cell 1: the question has no `name`"),
    "yaml": ([oc.raw("# BEGIN QUESTION\nname: [")], "cell 1: its YAML cannot be read"),
    "twice": (oc.question("q1", "a", [], [oc.code("1", "1")]) * 2, "question `q1` stands twice"),
    "syntax": (oc.question("q1", "a", [], [oc.code("1 +")]), "no Python that can be read"),
    "points": (oc.question("q1", "a", [], [oc.code("1", "1")], points=[1, 2]), "`points` lists 2 for 1 cases"),
    "nothing": (oc.question("q1", "a", [], []), "nothing in"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_source_is_refused_in_a_sentence(case: str, tmp_path: Path) -> None:
    cells, said = BROKEN[case]
    file = oc.write(tmp_path / "broken.ipynb", cells)
    with pytest.raises(GraderError, match=re.escape(said)):
        import_otter(file, tmp_path / "out")
    assert not (tmp_path / "out" / "rubric.yaml").exists()


def test_expected_output_is_what_was_printed_and_not_what_was_warned() -> None:
    warned = {"output_type": "stream", "name": "stderr", "text": "UserWarning: slow\n"}
    cell = oc.code("print(1)", printed="1\n\n2\n")
    cell["outputs"].append(warned)
    assert test_cells.saved_output(cell) == ["1", "<BLANKLINE>", "2"]


def test_types_in_a_test_cell_need_not_be_known_to_the_student(tmp_path: Path) -> None:
    cell = oc.code("def near(a: np.ndarray) -> bool:\n    return abs(a - 1) < 0.1\nnear(1.05)", "True")
    cells = oc.question("q1", "One.", [oc.code("one = 1 # SOLUTION")], [cell])
    imported(oc.write(tmp_path / "one.ipynb", cells), tmp_path / "out")
    expected = ">>> def near(a):\n...     return abs(a - 1) < 0.1\n>>> near(1.05)\nTrue\n"
    assert sources(tmp_path / "out") == {"q1-1.py": expected}


# ---------------------------------------------------------------- zips, folders, metadata


def test_the_same_tests_come_from_zip_folder_and_metadata(tmp_path: Path) -> None:
    """A folder `tests/` beside a notebook, a notebook's metadata and an autograder.zip."""
    notebook = oc.handed_in(dict.fromkeys(oc.RIGHT, "..."))
    told = {name: _dictionary(text) for name, text in oc.OK_FILES.items()}
    metadata = oc.write(tmp_path / "inside" / "lists.ipynb", notebook, otter={"OK_FORMAT": True, "tests": told})
    beside = oc.write(tmp_path / "beside" / "lists.ipynb", notebook)
    (beside.parent / "tests").mkdir()
    for name, text in oc.OK_FILES.items():
        (beside.parent / "tests" / f"{name}.py").write_text(text)
    zipped = oc.zipped(tmp_path / "autograder.zip", oc.OK_FILES)
    paths = {"metadata": metadata, "inside": metadata.parent, "notebook": beside, "folder": beside.parent}
    for place, path in {**paths, "tests": beside.parent / "tests", "zip": zipped}.items():
        imported(path, tmp_path / "out" / place)
    first, *others = (sources(tmp_path / "out" / place) for place in ("zip", *paths, "tests"))
    assert all(other == first for other in others)
    assignment = load(tmp_path / "out" / "folder" / "rubric.yaml")
    assert [(item.id, item.points) for item in assignment.items if item.id.startswith("manual")] == [("manual-1", 1)]


def _dictionary(text: str) -> dict[str, Any]:
    found: dict[str, Any] = ast.literal_eval(text.partition("test = ")[2])
    return found


def test_a_test_is_called_as_notebooks_call_it_and_one_of_nothing_is_told(tmp_path: Path) -> None:
    """By its file, whatever its `name` says; a case of comments gives everybody its points, as in otter."""
    text = oc.ok_file("Question One", "2", (">>> # nothing here", False), (">>> 1\n1", True))
    assignment = imported(oc.zipped(tmp_path / "autograder.zip", {"q1_1": text}), tmp_path / "out")
    assert [(item.id, item.points) for item in assignment.items] == [("q1_1", 2)]
    assert "which tests nothing" in (tmp_path / "out" / "rubric.yaml").read_text()


def test_the_autograders_own_notebook_gives_a_reference_and_a_handout_without_solutions(tmp_path: Path) -> None:
    cells = oc.handed_in(oc.RIGHT)
    solved = {"tags": ["otter_assign_solution_cell"]}
    marked = [{**c, "metadata": solved} if "otter_answer_cell" in str(c["metadata"]) else c for c in cells]
    marked[3] = {**marked[3], "source": "def mean(numbers):\n    return sum(numbers) / len(numbers) # SOLUTION"}
    told = {"OK_FORMAT": False, "tests": oc.FUNCTION_FILES}
    imported(oc.write(tmp_path / "lists.ipynb", marked, otter=told), tmp_path / "out")
    assert "sum(numbers)" in (tmp_path / "out" / "reference.ipynb").read_text()
    assert "sum(numbers)" not in (tmp_path / "out" / "handout.ipynb").read_text()


def test_functions_in_the_metadata_are_read_too(tmp_path: Path) -> None:
    told = {"OK_FORMAT": False, "tests": oc.FUNCTION_FILES}
    notebook = oc.write(tmp_path / "lists.ipynb", oc.handed_in(dict.fromkeys(oc.RIGHT, "...")), otter=told)
    assignment = imported(notebook, tmp_path / "out")
    assert {item.id: item.points for item in assignment.items} == {
        "q1": 2,
        "q2": 3,
        "q3": 2,
        "manual-1": 1,
        "q5": 2,
        "q6": 1,
    }


def test_settings_are_taken_over_or_named_and_no_token_is_copied(tmp_path: Path) -> None:
    settings = {"points_possible": 20, "seed": 7, "seed_variable": "rng", "token": "zq-secret", "plugins": ["p"]}
    zipped = oc.zipped(tmp_path / "autograder.zip", oc.OK_FILES, score_threshold=0.5, **settings)
    assignment = imported(zipped, tmp_path / "out")
    assert assignment.total == 20
    assert assignment.seed is not None
    assert (assignment.seed.value, assignment.seed.variable) == (7, "rng")
    text = (tmp_path / "out" / "rubric.yaml").read_text()
    for key in ("token", "plugins", "score_threshold"):
        assert f"`{key}`" in text
    assert "zq-secret" not in text


def test_files_of_the_assignment_come_along(tmp_path: Path) -> None:
    zipped = oc.zipped(tmp_path / "autograder.zip", oc.OK_FILES)
    with zipfile.ZipFile(zipped, "a") as archive:
        archive.writestr("files/data/table.csv", "a,b\n1,2\n")
    assignment = imported(zipped, tmp_path / "out")
    assert [data.shown_as for data in assignment.data.values()] == ["data/table.csv"]


@pytest.mark.long
def test_files_that_a_test_opens_come_along(grade: Grade, tmp_path: Path) -> None:
    notebook = oc.write(tmp_path / "hw" / "lists.ipynb", oc.handed_in(oc.RIGHT))
    (notebook.parent / "tests").mkdir()
    (notebook.parent / "expected.csv").write_text("a\n1\n")
    (notebook.parent / "helpers.py").write_text("ONE = 1\n")
    text = oc.ok_file("q1", "1", (">>> import helpers\n>>> open('expected.csv').read()[0]\n'a'", True))
    (notebook.parent / "tests" / "q1.py").write_text(text)
    assignment = imported(notebook, tmp_path / "out")
    assert sorted(data.shown_as for data in assignment.data.values()) == ["expected.csv", "helpers.py"]
    assert earned(grade(assignment, oc.handed_in(oc.RIGHT))[1])["q1"] == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("tests/../../../out.py", "x = 1", "leads outside"),
        ("otter_config.json", "[1]", "should hold names and values"),
        ("otter_config.json", '{"lang": "r"}', "only Python"),
        ("setup.sh", "", "no `tests/*.py`"),
    ],
)
def test_a_zip_that_is_none_of_otters_is_refused(name: str, content: str, said: str, tmp_path: Path) -> None:
    zipped = tmp_path / "autograder.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr(name, content)
    with pytest.raises(GraderError, match=re.escape(said)):
        import_otter(zipped, tmp_path / "out")


def test_other_files_are_refused_on_the_command_line(grader: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    done = grader("import", "otter", tmp_path / "notes.txt", "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "no assignment for otter" in done.stderr


# ---------------------------------------------------------------- students' points

# What `otter run` of otter 7.0.0 gave for these notebooks, typed into its own notebook for students: from the source
# notebook and from test files alike, as doctests (first) and as functions. It does not grade q4, and never came back
# from `endless`.
OTTERS: Mapping[str, tuple[Mapping[str, float], Mapping[str, float]]] = {
    "right": ({"q1": 2, "q2": 3, "q3": 2, "q5": 2, "q6": 1}, {}),
    "half": ({"q1": 1, "q2": 3, "q3": 2, "q5": 0, "q6": 0.5}, {"q5": 1}),
    "raising": ({"q1": 2, "q2": 0, "q3": 2, "q5": 0, "q6": 1}, {}),
    "hidden": ({"q1": 2, "q2": 0, "q3": 0, "q5": 2, "q6": 1}, {}),
    "warning": ({"q1": 2, "q2": 3, "q3": 2, "q5": 2, "q6": 1}, {}),
}


@pytest.mark.long
@pytest.mark.parametrize("student", OTTERS)
def test_students_get_what_otter_gave_them_for_doctests(student: str, grade: Grade, tmp_path: Path) -> None:
    assignment = imported(oc.write(tmp_path / "lists.ipynb", oc.source()), tmp_path / "out")
    execution, report = grade(assignment, oc.handed_in(oc.STUDENTS[student]))
    assert {item: points for item, points in earned(report).items() if item != "q4"} == OTTERS[student][0]
    assert earned(report)["q4"] is None  # a person reads it
    assert [r.what for r in execution.repairs if r.kind == "otter"] == ["otter"]
    assert execution.status == ("student_error" if student == "raising" else "ok")


@pytest.mark.long
@pytest.mark.parametrize("student", ["half", "raising", "hidden"])
def test_students_get_what_otter_gave_them_for_functions(student: str, grade: Grade, tmp_path: Path) -> None:
    zipped = oc.zipped(tmp_path / "autograder.zip", oc.FUNCTION_FILES)
    _, report = grade(imported(zipped, tmp_path / "out"), oc.handed_in(oc.STUDENTS[student]))
    doctests, functions = OTTERS[student]
    assert earned(report) == {**doctests, **functions}


@pytest.mark.long
def test_an_endless_loop_costs_its_own_question_only(grade: Grade, tmp_path: Path) -> None:
    assignment = imported(oc.zipped(tmp_path / "autograder.zip", oc.OK_FILES), tmp_path / "out")
    hasty = assignment.model_copy(update={"limits": assignment.limits.model_copy(update={"cell_seconds": 2})})
    _, report = grade(hasty, oc.handed_in(oc.STUDENTS["endless"]))
    assert earned(report) == {**OTTERS["right"][0], "q1": 0}


@pytest.mark.long
def test_names_used_again_later_are_tested_as_they_were(grade: Grade, tmp_path: Path) -> None:
    """As in otter, which tests where the notebook has a question checked."""
    assignment = imported(oc.zipped(tmp_path / "autograder.zip", oc.OK_FILES), tmp_path / "out")
    reused = oc.RIGHT | {"q5": f"{oc.RIGHT['q5']}\nevens = None\nmean = 3"}
    _, report = grade(assignment, oc.handed_in(reused))
    assert earned(report) == OTTERS["right"][0]


@pytest.mark.long
def test_random_numbers_are_drawn_from_the_seed_in_every_cell(grade: Grade, tmp_path: Path) -> None:
    """numpy's first draw after seed 42 is 0.3745...; the notebook draws before, as otter's students do."""
    drawn = ">>> round(float(first), 4), round(float(second), 4), rng_seed\n(0.3745, 0.3745, 5)"
    plain = oc.zipped(tmp_path / "plain.zip", {"q1": oc.ok_file("q1", "1", (drawn, False))}, seed=42)
    cells = [
        oc.code("import numpy as np\nrng_seed = 5"),
        oc.code("np.random.random(3)\nnp.random.seed(1)"),
        oc.code("first = np.random.random()"),
        oc.code("second = np.random.random()"),
        oc.code('grader.check("q1")'),
    ]
    _, report = grade(imported(plain, tmp_path / "plain"), cells)
    assert report.total == 1
    named = {"seed": 9, "seed_variable": "rng_seed"}
    told = oc.ok_file("q1", "1", (">>> seen, rng_seed\n(9, 9)", False))
    variable = oc.zipped(tmp_path / "variable.zip", {"q1": told}, **named)
    _, report = grade(imported(variable, tmp_path / "variable"), [cells[0], oc.code("seen = rng_seed"), cells[4]])
    assert report.total == 1


@pytest.mark.long
def test_outputs_that_were_saved_by_an_older_numpy_are_expected_in_either_form(grade: Grade, tmp_path: Path) -> None:
    older, newer = ">>> mean\n2.0\n>>> print(mean)\n2.0", ">>> mean\nnp.float64(2.0)"
    error = ">>> np.linalg.inv([[0]])\nTraceback (most recent call last):\nnumpy.linalg.LinAlgError: x"
    wrong = [(">>> mean\n3.0", True), (error, True)]
    text = oc.ok_file("q1", "4", (older, True), (newer, True), *wrong)
    assignment = imported(oc.zipped(tmp_path / "autograder.zip", {"q1": text}), tmp_path / "out")
    _, report = grade(
        assignment, [oc.code("import numpy as np\nmean = np.mean([1, 3])"), oc.code('grader.check("q1")')]
    )
    assert report.total == 2


@pytest.mark.long
def test_before_handing_in_only_what_is_not_hidden_is_tested(grade: Grade, tmp_path: Path) -> None:
    assignment = imported(oc.write(tmp_path / "lists.ipynb", oc.source()), tmp_path / "out")
    seen = visible(assignment)
    assert "[-2, -1]" not in seen.model_dump_json()
    _, report = grade(seen, oc.handed_in(oc.STUDENTS["hidden"]))
    assert earned(report) == {"q1": 2, "q3": 2, "q4": None, "q5": 2, "q6": 0.5}


def test_an_imported_assignment_with_hidden_cases_is_packed_for_students(grader: Command, tmp_path: Path) -> None:
    imported(oc.write(tmp_path / "lists.ipynb", oc.source()), tmp_path / "out")
    done = grader("bundle", "student", "-a", tmp_path / "out" / "rubric.yaml", "-o", tmp_path / "lists.grader.zip")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_what_otter_prints_earns_nothing_and_nothing_of_it_fails(grade: Grade, tmp_path: Path) -> None:
    assignment = imported(oc.zipped(tmp_path / "autograder.zip", oc.OK_FILES), tmp_path / "out")
    imports = "from otter import Notebook\nimport otter.export\nown = Notebook(tests_dir='x')"
    forged = [
        oc.code(imports),
        oc.code("own.to_pdf('a')\nown.run_plugin('b')\nown"),
        oc.code('print("q1 passed! 🎉")\ngrader = own\ngrader.check("q1")'),
    ]
    execution, report = grade(assignment, forged)
    assert execution.status == "ok"
    assert report.total == 0


@pytest.mark.long
def test_the_reference_has_all_points_of_tests_and_the_handout_none(grade: Grade, tmp_path: Path) -> None:
    assignment = imported(oc.write(tmp_path / "lists.ipynb", oc.source()), tmp_path / "out")
    for name, worth in (("reference", OTTERS["right"][0]), ("handout", dict.fromkeys(OTTERS["right"][0], 0))):
        cells = json.loads((tmp_path / "out" / f"{name}.ipynb").read_text())["cells"]
        found = earned(grade(assignment, cells)[1])
        assert {item: found[item] for item in worth} == worth
