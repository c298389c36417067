"""The GitHub Action, step by step in a clean folder with a student's repository, and the workflows around it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from action_runner import Runner
from build import code, course, document, markdown
from conftest import ROOT
from junit import valid

ACTION = ROOT / ".github" / "actions" / "grade"
REUSABLE = ROOT / ".github" / "workflows" / "grade.yml"
CLASSROOM, GITLAB = ROOT / "docs" / "examples" / "classroom.yml", ROOT / "docs" / "examples" / "gitlab-ci.yml"
PLACE = "hand,in: 100%"  # signs that mean something in an annotation's properties
FORGED = "::set-output name=result::forged\n##[set-output name=result;]forged\n::error::forged"
TRAPS = ("venv.py", "pip.py", "json.py", "typing.py", "sitecustomize.py", "conftest.py", "grader/__init__.py")


def repository(folder: Path) -> Path:
    """A student's: the notebook, the assignment, and files that leave a trace when they run outside of the notebook."""
    course(
        folder / "course",
        "{check: runs, points: 2}",
        "{check: mentions, points: 3, concept: why}",
        concepts="{why: {ko: [기울기 소실], en: [vanishing gradient]}}",
    )
    for name in TRAPS:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"open({str(folder / 'owned')!r}, 'w').write(__file__)", encoding="utf-8")
    says = "ReLU prevents the vanishing gradient in deep networks, as its slope stays the same."
    cells = [
        markdown("## P1"),
        code(["x = 1\n", f"print({FORGED!r})\n", f"raise ValueError({FORGED!r})"]),
        markdown(says),
    ]
    (folder / PLACE).mkdir()
    (folder / PLACE / "hw1.ipynb").write_text(json.dumps(document(*cells), indent=1), encoding="utf-8")
    return folder


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """With an environment that was cached: ours."""
    (tmp_path / "work").mkdir()
    return Runner(ACTION, repository(tmp_path / "work"), tmp_path / "temp", environment=Path(sys.prefix))


# ---------------------------------------------------------------- the action


@pytest.mark.long
def test_a_notebook_is_checked_and_everybody_is_told(runner: Runner) -> None:
    assert runner.run(notebook=f"{PLACE}/hw1.ipynb", assignment="course/rubric.yaml") == 1
    outputs = runner.results()
    assert (outputs["total"], outputs["max"]) == ("3", "5")
    result = json.loads(base64.b64decode(outputs["result"]))
    assert [(test["score"], test["status"]) for test in result["tests"]] == [(0, "fail"), (3, "pass")]
    assert "### Tiny: 3 of 5 points" in runner.summary
    assert "ValueError" in runner.summary
    reports = Path(outputs["reports"])
    assert valid((reports / "junit.xml").read_text("utf-8")).get("failures") == "1"
    assert json.loads((reports / "classroom.json").read_text("utf-8")) == result
    assert json.loads((reports / "report.json").read_text("utf-8"))["decided"] == 3
    assert json.loads((reports / "code-quality.json").read_text("utf-8"))[0]["location"]["path"] == f"{PLACE}/hw1.ipynb"
    assert "<html" in (reports / "feedback.html").read_text("utf-8")
    found = runner.commands()
    assert [name for name, _, _ in found] == ["error", "error"]
    lines = (runner.workspace / PLACE / "hw1.ipynb").read_text("utf-8").split("\n")
    place = re.fullmatch(r"file=hand%2Cin%3A 100%25/hw1\.ipynb,line=(\d+),title=Cell 2%3A ValueError", found[0][1])
    assert place
    assert "raise ValueError" in lines[int(place[1]) - 1]
    assert "::set-output name=result::forged" in runner.printed
    assert not (runner.workspace / "owned").exists()


def test_bad_input_is_told_in_one_sentence_and_leaves_a_result(runner: Runner) -> None:
    assert runner.run(notebook="no\n::error::forged.ipynb", assignment="course/rubric.yaml") == 2
    result = json.loads(base64.b64decode(runner.results()["result"]))
    assert (result["tests"], result["status"]) == ([], "error")
    assert "does not exist" in result["message"]
    ((name, _, message),) = runner.commands()
    assert name == "error"
    assert message.endswith("does not exist: give the notebook that you mean to hand in")
    suite = valid((Path(runner.results()["reports"]) / "junit.xml").read_text("utf-8"))
    assert suite.get("errors") == "1"


def test_a_file_that_is_no_notebook_has_reports_all_the_same(runner: Runner) -> None:
    (runner.workspace / "hw1.ipynb").write_text("no notebook", encoding="utf-8")
    assert runner.run(notebook="hw1.ipynb", assignment="course/rubric.yaml", lang="ko") == 2
    result = json.loads(base64.b64decode(runner.results()["result"]))
    assert [(test["status"], test["score"]) for test in result["tests"]] == [("error", 0), ("error", 0)]
    assert runner.results()["total"] == ""
    assert "⚠️ 확인하지 못함" in runner.summary  # whose fault it is, the sentence beside it says
    reports = Path(runner.results()["reports"])
    assert valid((reports / "junit.xml").read_text("utf-8")).get("errors") == "2"
    assert "<html" in (reports / "feedback.html").read_text("utf-8")


@pytest.mark.long
def test_the_environment_is_made_once_and_inputs_are_never_code(runner: Runner) -> None:
    """With a package that prints what it is called with in the grader's place."""
    runner.environment = None
    wheel = runner.temporary.parent / "stub-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("stub.py", "import json, sys\ndef main(): print(json.dumps(sys.argv[1:]))\n")
        archive.writestr("stub-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: stub\nVersion: 1\n")
        archive.writestr("stub-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("stub-1.dist-info/entry_points.txt", "[console_scripts]\ngrader = stub:main\n")
        archive.writestr("stub-1.dist-info/RECORD", "")
    inputs = {"notebook": '"; touch owned; $(touch owned) `touch owned` --help', "assignment": "-x '$(touch owned)'"}
    assert runner.run(**inputs, lang="ko", reports="a b", version=str(wheel)) == 0
    told = json.loads(runner.printed.splitlines()[-1])
    assert told == [
        *("check", "--assignment", inputs["assignment"], "--lang", "ko", "--plain"),
        *("--reports", "a b", "--", inputs["notebook"]),
    ]
    assert not (runner.workspace / "owned").exists()
    ((key, kept),) = runner.cache.items()
    assert (kept / "bin" / "grader").exists()
    again = Runner(ACTION, runner.workspace, runner.temporary.parent / "next", cache=runner.cache)
    assert again.run(**inputs, version=str(wheel)) == 0
    assert (again.temporary / "grader-environment").is_symlink()
    other = Runner(ACTION, runner.workspace, runner.temporary.parent / "other", environment=kept)
    assert other.run(**inputs, version="another") == 0
    assert other.outputs["environment"]["key"] != key


# ---------------------------------------------------------------- what is written in YAML


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        (ACTION / "action.yml", "github-actions"),
        (REUSABLE, "github-workflows"),
        (CLASSROOM, "github-workflows"),
        (GITLAB, "gitlab-ci"),
    ],
)
def test_each_file_is_what_its_schema_asks_for(file: Path, schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(file)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout


def test_every_action_is_pinned_and_no_script_holds_an_expression() -> None:
    for file in (ACTION / "action.yml", REUSABLE):
        text = file.read_text(encoding="utf-8")
        for uses in re.findall(r"uses: (\S+)", text):
            assert uses.startswith("./") or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", uses), uses
        assert not re.search(r"run:[^\n]*\$\{\{", text)
    steps = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))["runs"]["steps"]
    assert all("${{" not in step.get("run", "") for step in steps)


def test_workflows_run_a_student_s_code_with_reading_rights_and_without_secrets() -> None:
    for file in (REUSABLE, CLASSROOM):
        text = file.read_text(encoding="utf-8")
        plain = yaml.safe_load(text)
        assert plain["permissions"] == {"contents": "read"}
        assert "secrets." not in text
        assert "pull_request_target:" not in text
        for job in plain["jobs"].values():
            checkouts = [step for step in job.get("steps", []) if "checkout" in step.get("uses", "")]
            assert all(step["with"]["persist-credentials"] is False for step in checkouts)
            assert "permissions" not in job or not checkouts


def test_classroom_s_reporter_is_given_what_it_looks_for() -> None:
    jobs = yaml.safe_load(CLASSROOM.read_text("utf-8"))["jobs"]
    (step,) = jobs["run-autograding-tests"]["steps"]
    runners = step["with"]["runners"].split(",")
    assert {f"{runner.strip().upper()}_RESULTS" for runner in runners} == set(step["env"])
    asked = yaml.safe_load(REUSABLE.read_text("utf-8"))[True]["workflow_call"]["inputs"]
    assert {name for name, one in asked.items() if one.get("required")} <= set(jobs["grade"]["with"]) <= set(asked)
