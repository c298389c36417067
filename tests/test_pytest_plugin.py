"""`pytest class --grader-assignment rubric.yaml`: an item for each criterion, reported as pytest reports tests."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from build import code, course, document, markdown, notebook
from conftest import Command
from junit import properties, valid

pytest_plugins = ["pytester"]

SAYS = "#md ReLU prevents the vanishing gradient in deep networks, as its slope stays the same."
TRAP = "open({!r}, 'w')"  # a line of Python that leaves a trace if it is run
Run = Callable[..., pytest.RunResult]


class Graded(NamedTuple):
    """One run of pytest over the class, with what it wrote."""

    out: str
    code: int
    suite: object
    folder: Path


def write_class(folder: Path) -> Path:
    """A rubric, and hand-ins: whole, with an error, unsure, not readable; beside some of them files that attack."""
    course(
        folder / "course",
        "{check: runs, points: 2}",
        "{check: mentions, points: 3, concept: why, requires: [runs]}",
        "{id: more, check: uses_layers, points: 1, bonus: true, model: model, exactly: 1}",
        concepts="{why: {ko: [기울기 소실], en: [vanishing gradient]}}",
    )
    hand_ins = folder / "class"
    notebook(hand_ins / "kim" / "hw1.ipynb", "x = 1", SAYS)
    notebook(hand_ins / "lee" / "hw1.ipynb", SAYS, "1/0")
    notebook(hand_ins / "park" / "숙제.ipynb", "x = 1", "#md I do not know.")
    (hand_ins / "choi").mkdir()
    (hand_ins / "choi" / "hw1.ipynb").write_text("no notebook", encoding="utf-8")
    trap = TRAP.format(str(folder / "run"))
    for name in ("conftest.py", "__init__.py", "test_it.py", "setup.py"):
        (hand_ins / "kim" / name).write_text(trap, encoding="utf-8")
    (hand_ins / "kim" / "test_it.txt").write_text(f">>> {trap}\n", encoding="utf-8")
    return folder


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "class", "--grader-assignment", "course/rubric.yaml"]
    plain = {"PYTHONUTF8": "1", "COLUMNS": "200", "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **plain},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def hand_ins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_class(tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="module")
def graded(hand_ins: Path) -> Graded:
    done = run(hand_ins, "--junitxml", "junit.xml", "-ra", "-n", "2")
    return Graded(done.stdout, done.returncode, valid((hand_ins / "junit.xml").read_text("utf-8")), hand_ins)


@pytest.fixture
def collect(pytester: pytest.Pytester) -> Run:
    """What pytest would run, in a folder of its own with a class, without running anything."""
    write_class(pytester.path)

    def collected(*arguments: object) -> pytest.RunResult:
        return pytester.runpytest_inprocess(
            "-q", "--collect-only", "--grader-assignment", "course/rubric.yaml", *arguments
        )

    return collected


def ids(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if "::" in line]


# ---------------------------------------------------------------- one run, by two processes
# Everything in this section reads the same run: each notebook was run once, whichever process asked.


@pytest.mark.long
def test_each_criterion_is_a_test_with_its_outcome(graded: Graded) -> None:
    found = {f"{case.get('classname')}::{case.get('name')}": case for case in graded.suite.findall("testcase")}
    results = {name: [child.tag for child in case if child.tag != "properties"] for name, case in found.items()}
    assert results == {
        "class.kim.hw1.ipynb.P1::runs": [],
        "class.kim.hw1.ipynb.P1::mentions": [],
        "class.kim.hw1.ipynb.P1::more": ["skipped"],
        "class.lee.hw1.ipynb.P1::runs": ["failure"],
        "class.lee.hw1.ipynb.P1::mentions": ["skipped"],
        "class.lee.hw1.ipynb.P1::more": ["skipped"],
        "class.park.숙제.ipynb.P1::runs": [],
        "class.park.숙제.ipynb.P1::mentions": ["skipped"],
        "class.park.숙제.ipynb.P1::more": ["skipped"],
        "class.choi.hw1.ipynb.P1::runs": ["error"],
        "class.choi.hw1.ipynb.P1::mentions": ["error"],
        "class.choi.hw1.ipynb.P1::more": ["error"],
    }
    assert graded.code == 1


@pytest.mark.long
def test_what_is_not_met_is_said_without_a_traceback(graded: Graded) -> None:
    assert "0 of 2 points: cell 3 stopped with ZeroDivisionError: division by zero" in graded.out
    assert re.search(r"SKIPPED \[1\] class/park/숙제\.ipynb:\d+: a person decides: ", graded.out)
    assert re.search(r"SKIPPED \[1\] class/kim/hw1\.ipynb:\d+: bonus: define `model`", graded.out)
    assert re.search(r"SKIPPED \[1\] class/lee/hw1\.ipynb:\d+: this counts only once ", graded.out)
    assert "ERROR class/choi/hw1.ipynb::P1::runs" in graded.out
    assert "Traceback" not in graded.out
    assert "nodes.py" not in graded.out


@pytest.mark.long
def test_points_are_in_the_report(graded: Graded) -> None:
    points = {}
    for case in graded.suite.findall("testcase"):
        told = properties(case)
        assert told["of"] == {"runs": "2.0", "mentions": "3.0", "more": "1.0"}[told["criterion"]]
        points[case.get("classname").split(".")[1], told["criterion"]] = (told["outcome"], told["points"])
    assert points["kim", "mentions"] == ("passed", "3.0")
    assert points["kim", "more"] == ("failed", "0.0")
    assert points["lee", "runs"] == ("failed", "0.0")
    assert points["lee", "mentions"] == ("skipped", "0.0")
    assert points["park", "mentions"] == ("undecided", "")
    assert points["choi", "runs"] == ("undecided", "")


@pytest.mark.long
def test_totals_are_those_of_grader_grade(graded: Graded, grader: Command, tmp_path: Path) -> None:
    rubric = graded.folder / "course" / "rubric.yaml"
    assert grader("grade", graded.folder / "class", "-o", tmp_path, "-a", rubric).returncode == 0
    with (tmp_path / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["student"]: row["total"] for row in csv.DictReader(file)}
    told = properties(graded.suite)
    files = {"kim": "hw1", "lee": "hw1", "park": "숙제", "choi": "hw1"}
    assert expected == {who: told[f"class/{who}/{name}.ipynb total"] for who, name in files.items()}
    assert (told["total"], told["decided"], told["max_points"]) == ("", "7", "20")
    summary = graded.out.partition("points: Tiny")[2]
    assert re.search(r"class/kim/hw1\.ipynb +5 +5 +final", summary)
    assert re.search(r"class/park/숙제\.ipynb +2\+ +2\+ +provisional", summary)


@pytest.mark.long
def test_nothing_that_was_handed_in_runs_but_the_notebooks(graded: Graded) -> None:
    assert not (graded.folder / "run").exists()


# ---------------------------------------------------------------- collecting


def test_ids_are_known_without_running_anything(collect: Run) -> None:
    found = ids(collect("class"))
    criteria = [f"P1::{name}" for name in ("runs", "mentions", "more")]
    files = ("choi/hw1", "kim/hw1", "lee/hw1", "park/숙제")
    assert found == [f"class/{name}.ipynb::{criterion}" for name in files for criterion in criteria]
    assert ids(collect("class/kim", "class/lee")) == [one for one in found if "kim" in one or "lee" in one]
    assert not Path("run").exists()


def test_some_criteria_can_be_chosen(collect: Run) -> None:
    assert ids(collect("class", "-k", "lee and runs")) == ["class/lee/hw1.ipynb::P1::runs"]
    assert ids(collect("class/lee/hw1.ipynb::P1::mentions")) == ["class/lee/hw1.ipynb::P1::mentions"]
    assert len(ids(collect("class/lee/hw1.ipynb::P1"))) == 3
    assert ids(collect("class", "-k", "숙제 and mentions")) == ["class/park/숙제.ipynb::P1::mentions"]


def test_archives_and_scripts_are_hand_ins(collect: Run, pytester: pytest.Pytester) -> None:
    with zipfile.ZipFile("class.zip", "w") as archive:
        for name in ("kim", "lee"):
            archive.write(f"class/{name}/hw1.ipynb", f"{name}/hw1.ipynb")
    assert "class.zip/kim/hw1.ipynb::P1::runs" in ids(collect("class.zip"))
    trap = TRAP.format(str(pytester.path / "run"))
    Path("test_hw1.py").write_text(f"# %% [markdown]\n# # P1\n\n# %%\n{trap}\n\ndef test_it():\n    {trap}\n", "utf-8")
    assert ids(collect("test_hw1.py"))[:1] == ["test_hw1.py::P1::runs"]
    assert not Path("run").exists()


def test_settings_beside_a_notebook_choose_nothing(collect: Run) -> None:
    """Nor those of any folder below ours; in them lie other tests, other walls and modules to import."""
    Path("class/kim/pytest.ini").write_text("[pytest]\naddopts = -k none --grader-walls none\n", encoding="utf-8")
    result = collect("class/kim/hw1.ipynb")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert re.search(r"ERROR: .*pytest\.ini lies among the hand-ins, .* with -c /dev/null", result.stderr.str())
    mine = collect("class/kim/hw1.ipynb", "-c", "/dev/null", "--rootdir", ".")
    assert ids(mine)[0] == "class/kim/hw1.ipynb::P1::runs"
    Path("pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    Path("class/kim/pytest.ini").unlink()
    assert len(ids(collect("class/kim/hw1.ipynb"))) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_ids_and_places_can_be_written_whatever_a_file_is_called(pytester: pytest.Pytester) -> None:
    write_class(pytester.path)
    notebook(Path("odd") / "\udcff\n::error::forged\x1b[31m.ipynb", "x = 1")
    notebook(Path("odd") / "\udcfe\n::error::forged\x1b[31m.ipynb", "x = 1")
    items, _ = pytester.inline_genitems("odd", "--grader-assignment", "course/rubric.yaml")
    written = [f"{item.nodeid} {item.location}" for item in items]
    assert len({item.nodeid for item in items}) == 6
    assert all(text.isprintable() and text.encode() for text in written), written


def test_a_criterion_s_place_is_its_item_s_in_the_file(pytester: pytest.Pytester) -> None:
    from grader.as_tests.nodes import CriterionItem

    write_class(pytester.path)
    lines = ["x = 1\n", "y = 2"]
    text = document(code("z = 3"), markdown("## P1"), code(lines))
    import json

    Path("hw1.ipynb").write_text(json.dumps(text, indent=1), encoding="utf-8")
    items, _ = pytester.inline_genitems("hw1.ipynb", "--grader-assignment", "course/rubric.yaml")
    assert all(isinstance(item, CriterionItem) for item in items)
    line = items[0].reportinfo()[1]
    assert '"## P1"' in Path("hw1.ipynb").read_text("utf-8").split("\n")[line]


# ---------------------------------------------------------------- bad input


def test_what_cannot_be_is_one_sentence(collect: Run, pytester: pytest.Pytester) -> None:
    Path("empty").mkdir()
    notebook(Path("class/kim/hw[1].ipynb"), "x = 1")
    Path("class/own.ini").write_text("[pytest]\n", encoding="utf-8")
    for arguments, told in (
        (("class", "--grader-assignment", "course/none.yaml"), r"course/none\.yaml:1: cannot be read"),
        ((), r"name the notebooks or folders to grade"),
        (("none.ipynb",), r"none\.ipynb does not exist: give a notebook"),
        (("class", "class/kim"), r"kim lies in .*class, which is given too: give one of the two"),
        (("class/kim/hw[1].ipynb",), r"takes the `\[` in .*: give the folder that it lies in"),
        (("empty",), r"empty holds no notebook"),
        (("class", "-c", "class/own.ini"), r"own\.ini lies among the hand-ins"),
        (("class", "--grader-lang", "fr"), r"argument --grader-lang: invalid choice: 'fr'"),
    ):
        result = collect(*arguments)
        assert result.ret == pytest.ExitCode.USAGE_ERROR, arguments
        assert re.search(rf"ERROR: .*{told}|error: {told}", result.stderr.str()), result.stderr.str()
        assert "Traceback" not in result.stderr.str() + result.stdout.str()


# ---------------------------------------------------------------- not asked


def test_without_the_option_pytest_is_as_it_was(pytester: pytest.Pytester) -> None:
    notebook(pytester.path / "hw1.ipynb", "x = 1")
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef mine(): return 1")
    pytester.makepyfile(test_own="def test_own(mine): assert mine == 1")
    result = pytester.runpytest_inprocess("-q")
    result.assert_outcomes(passed=1)
    assert "points:" not in result.stdout.str()


def test_the_plugin_costs_nothing_where_it_is_not_asked() -> None:
    code = "import sys, pytest, grader.pytest_plugin; print(*(m for m in sys.modules if m.split('.')[0] == 'grader'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert sorted(done.stdout.split()) == ["grader", "grader.pytest_plugin"]
