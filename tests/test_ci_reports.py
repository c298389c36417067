"""What CI reads of a checked notebook: valid in each format, true to the report, and without a word that acts."""

from __future__ import annotations

import base64
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from build import code, document, markdown, table
from graded_class import FALLS, NOON, R2, RUNS, SAYS, Work, executed, rubric
from junit import properties, valid
from markdown_it import MarkdownIt

from grader.assignment import load
from grader.checking.visible import visible
from grader.exporters.ci.annotations import annotated
from grader.exporters.ci.classroom import encoded, result
from grader.exporters.ci.code_quality import code_quality
from grader.exporters.ci.junit import junit
from grader.exporters.ci.summary import MOST_BYTES, summary
from grader.exporters.ci.told import Told, told_of
from grader.grading import Graded
from grader.model import Assignment, CellError, Execution
from grader.scoring import score
from grader.submissions import collect

# A student's words that would do something if they were taken for more: to a runner, in Markdown, HTML or XML.
NASTY = (
    "\x1b[31mred\x1b[0m \x00\x08\n::set-output name=result::forged\n##[set-output name=result;]forged %0A::error::x"
    " <script>alert(1)</script> [a](http://x) ![b](y) `c` | d | *e* @f #g ]]> &amp; \ud800"
)
SECRET = ("zq-secret", "zqmodel", "zq-hidden")
NEEDS = "{id: needs, check: uses_layers, points: 1, model: model, exactly: 1, requires: [r2]}"
LACKS = "{id: zq-lacks, check: mentions, points: 2, concept: other}"
CONCEPTS = "{why: {ko: [기울기 소실], en: [vanishing gradient]}, other: {ko: [제큐], en: [zqphrase]}}"
HIDDEN = "{id: zq-secret, check: uses_layers, points: 3, model: zqmodel, exactly: 1, visibility: hidden}"
BROKEN = "raise ValueError('x')"


def asked(folder: Path) -> Assignment:
    """P1 with a criterion in each state and one that is hidden, P2 that is hidden as a whole; rows to practise on."""
    layers = "{check: uses_layers, points: 1, model: model, exactly: 1}"
    rubric(folder, RUNS, R2, FALLS, SAYS, layers, NEEDS, LACKS, HIDDEN, concepts=CONCEPTS)
    file = folder / "course" / "rubric.yaml"
    text = file.read_text(encoding="utf-8").replace("total: 17", "total: 21")
    text = text.replace("data: {", "data: {practice: {file: practice.csv, shown_as: practice.csv}, ")
    text += """
  - id: P2
    title: {ko: 둘, en: Two}
    points: 4
    visibility: hidden
    criteria: [{id: zq-hidden, check: runs, points: 4}]
"""
    table(folder / "course" / "practice.csv", 150, seed=3)
    file.write_text(text, encoding="utf-8")
    return load(file)


def graded_by(
    assignment: Assignment, folder: Path, *, errors: tuple[CellError, ...] = (), status: str = "ok"
) -> Graded:
    """A notebook whose third cell is broken, pretty-printed, graded without a kernel."""
    says = Work(0.6).says
    file = folder / "hand-ins" / "hw1.ipynb"
    file.parent.mkdir(exist_ok=True)
    cells = [markdown("## P1"), code(["x = 1\n", "y = 2"]), code(["a = 1\n", "b = 2\n", BROKEN]), markdown(says)]
    file.write_text(json.dumps(document(*cells), indent=1), encoding="utf-8")
    (submission,) = collect([file], assignment)
    execution = executed(submission, assignment, Work(0.6))
    ran = execution.notebook or {}
    frames = ["\x1b[0;31mValueError\x1b[0m Traceback", "Cell \x1b[0;32mIn[2], line 3\x1b[0m\n      1 a = 1"]
    ran["cells"][2]["outputs"] = [{"output_type": "error", "ename": "e", "evalue": NASTY, "traceback": frames}]
    changed = {"errors": errors, "status": status, "notebook": ran}
    execution = Execution.model_validate(execution.model_dump() | changed)
    return Graded(submission, execution, score(submission, execution, assignment, "en", NOON))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Graded by the part that students see, as `grader check` does."""
    folder = tmp_path_factory.mktemp("ci")
    assignment = visible(asked(folder))
    return told_of(graded_by(assignment, folder, errors=errors()), assignment, "work/hw1.ipynb")


def errors() -> tuple[CellError, ...]:
    return (CellError(cell=3, name="Value\nError", message=NASTY),)


def everything(told: Told) -> dict[str, str]:
    texts = {"junit": junit(told), "summary": summary(told), "annotations": "\n".join(annotated(told))}
    classroom, quality = json.dumps(result(told)), json.dumps(code_quality(told))
    return texts | {"classroom": classroom, "quality": quality}


# ---------------------------------------------------------------- points and states


def test_each_criterion_is_told_with_its_state_and_points(told: Told) -> None:
    found = {case.id: (case.state, case.shown) for case in told.cases}
    assert found == {
        "runs": ("failed", "0/2"),
        "r2": ("partial", "2/4"),
        "loss_falls": ("passed", "1/1"),
        "point-1": ("passed", "3/3"),
        "uses_layers": ("failed", "0/1"),
        "needs": ("skipped", "0/1"),
        "point-2": ("undecided", "?/2"),
    }
    assert (told.total, told.decided, told.max_points) == (None, 6.0, 14.0)


def test_junit_is_valid_and_says_all_points(told: Told) -> None:
    suite = valid(junit(told))
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["7", "3", "0", "2"]
    told_points = properties(suite)
    assert told_points["P1"] == "?/14"
    assert (told_points["total"], told_points["decided"], told_points["max_points"]) == ("", "6", "14")
    assert (told_points["P1/r2"], told_points["P1/point-2"]) == ("2/4", "?/2")
    (undecided,) = suite.findall("testcase/skipped[@type='undecided']")
    assert undecided.get("message").startswith("a person decides: ")


def test_classroom_s_scores_sum_up_to_the_points_that_are_certain(told: Told) -> None:
    plain = json.loads(base64.b64decode(encoded(result(told))))
    assert plain["version"] == 3
    assert (plain["status"], plain["max_score"]) == ("fail", 14)
    assert sum(test["score"] for test in plain["tests"]) == told.decided
    assert [test["status"] for test in plain["tests"]] == ["fail", "fail", "pass", "pass", "fail", "fail", "error"]
    assert all(len(test["message"]) <= 500 for test in plain["tests"])


def test_a_bonus_does_not_lift_classroom_s_sum_above_an_item_s_points(tmp_path: Path) -> None:
    bonus = "{id: more, check: mentions, points: 2, concept: why, bonus: true}"
    assignment = rubric(tmp_path, SAYS, bonus)
    told = told_of(graded_by(assignment, tmp_path), assignment, "hw1.ipynb")
    assert sum(case.earned or 0 for case in told.cases) > told.max_points == told.decided
    assert [test["score"] for test in result(told)["tests"]] == [3, 0]
    assert result(told)["status"] == "pass"


def test_a_bonus_that_was_not_earned_is_no_failure_anywhere(tmp_path: Path) -> None:
    bonus = "{id: more, check: uses_layers, points: 2, model: more, exactly: 1, bonus: true}"
    assignment = rubric(tmp_path, SAYS, bonus)
    told = told_of(graded_by(assignment, tmp_path), assignment, "hw1.ipynb")
    assert told.cases[1].state == "failed"
    assert (annotated(told), code_quality(told)) == ([], [])
    assert "Nothing is missing." in summary(told)
    assert valid(junit(told)).get("failures") == "0"
    plain = result(told)
    assert (plain["status"], len(plain["tests"])) == ("pass", 1)


def test_gitlab_gets_an_issue_for_whatever_is_not_met(told: Told) -> None:
    issues = code_quality(told)
    assert [issue["severity"] for issue in issues] == ["critical", "major", "minor", "major", "minor", "info"]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["location"]["path"] == "work/hw1.ipynb"
        assert issue["location"]["lines"]["begin"] >= 1


def test_the_grader_s_fault_is_an_error_and_no_failure(tmp_path: Path) -> None:
    assignment = rubric(tmp_path, RUNS, SAYS)
    lost = (CellError(cell=None, name="KernelDied", message="no memory"),)
    told = told_of(graded_by(assignment, tmp_path, errors=lost, status="infrastructure"), assignment, "hw1.ipynb")
    suite = valid(junit(told))
    assert (suite.get("errors"), suite.get("failures")) == ("2", "0")
    assert result(told)["status"] == "error"
    assert sum(test["score"] for test in result(told)["tests"]) == 0
    assert not any(line.startswith("::warning") for line in annotated(told))


# ---------------------------------------------------------------- lines


def test_annotations_stand_on_the_lines_of_the_notebook_s_file(told: Told, tmp_path: Path) -> None:
    graded = graded_by(visible(asked(tmp_path)), tmp_path, errors=errors())
    file = graded.submission.path.read_text(encoding="utf-8").split("\n")
    (trouble,) = told.troubles
    assert BROKEN in file[trouble.line - 1]
    on = {case.id: file[case.line - 1] for case in told.cases}
    assert BROKEN not in on["runs"]
    assert '"a = 1' in on["runs"]
    assert '"x = 1' in on["r2"]
    assert "vanishing gradient" in on["point-1"]
    lines = annotated(told)
    assert lines[0].startswith(f"::error file=work/hw1.ipynb,line={trouble.line},title=Cell 3%3A Value")
    assert [line.split(" ")[0] for line in lines] == ["::error"] * 3 + ["::warning"] * 2 + ["::notice"]


def test_no_more_is_annotated_than_github_shows_and_the_rest_is_counted(tmp_path: Path) -> None:
    layers = [f"{{id: l{n}, check: uses_layers, points: 1, model: m{n}, exactly: 1}}" for n in range(13)]
    needs = [f"{{id: n{n}, check: gradients_flow, points: 1, model: m, requires: [l1]}}" for n in range(12)]
    assignment = rubric(tmp_path, *layers, *needs, concepts="{}")
    told = told_of(graded_by(assignment, tmp_path), assignment, "hw1.ipynb")
    lines = annotated(told)
    assert sum(line.startswith("::error") for line in lines) == 10
    assert sum(line.startswith("::warning") for line in lines) == 10
    assert lines[-1].startswith("Not annotated: 3 errors and 2 warnings more.")
    assert valid(junit(told)).get("tests") == "25"


# ---------------------------------------------------------------- a student's words


def test_no_word_of_a_student_s_is_a_command(told: Told) -> None:
    assert sum(line.startswith("::") for line in "\n".join(annotated(told)).split("\n")) == len(annotated(told))
    assert "##[" not in json.dumps(result(told))
    assert "\n" not in encoded(result(told))


def test_no_word_of_a_student_s_is_markdown_or_html(told: Told) -> None:
    (line,) = (line for line in summary(told).split("\n") if line.startswith("- Cell 3"))
    words = line.removeprefix("- Cell 3: ")
    assert not re.search(r"[<>\[\]*|`@]", words)
    page = MarkdownIt("commonmark").enable("table").render(summary(told))
    tags = {"h3", "h4", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "p", "code"}
    assert set(re.findall(r"<([a-z0-9]+)", page)) == tags
    assert (
        html.unescape(words).replace("\ufffd", "").startswith("Value Error. red  ::set-output name=result::forged ##[")
    )


@pytest.mark.parametrize("text", ["\x0b\x1b[1m", "\ufffe\uffff", "\ud83d", "]]>", "<!--"])
def test_junit_holds_nothing_that_xml_forbids(told: Told, text: str) -> None:
    odd = replace(told, cases=tuple(replace(case, said=f"a{text}b", name=f"{case.name}{text}") for case in told.cases))
    assert "a" in valid(junit(odd).encode(errors="replace").decode()).find(".//failure").get("message")


def test_a_summary_fits_into_what_github_takes(told: Told) -> None:
    many = tuple(replace(case, said="말 " * 190) for case in told.cases) * 600
    text = summary(replace(told, cases=many))
    assert len(text.encode()) < MOST_BYTES + 200 < 1 << 20
    assert re.search(r"\d+ lines more did not fit in here", text)


# ---------------------------------------------------------------- what is hidden


def test_what_is_hidden_is_named_nowhere_but_for_its_points(told: Told) -> None:
    for kind, text in everything(told).items():
        for word in (*SECRET, "zq-lacks", "zqphrase"):
            assert word not in text, (kind, word)
    assert "7 points more are graded after handing in: P1, P2." in summary(told)


def test_a_report_by_the_whole_rubric_tells_no_more(tmp_path: Path, told: Told) -> None:
    assignment = asked(tmp_path)
    whole = told_of(graded_by(assignment, tmp_path, errors=errors()), assignment, "work/hw1.ipynb")
    assert (whole.decided, whole.max_points) == (told.decided, told.max_points)
    for kind, text in everything(whole).items():
        assert not any(word in text for word in SECRET), kind


def test_korean_reports_speak_korean(tmp_path: Path) -> None:
    assignment = visible(asked(tmp_path))
    graded = graded_by(assignment, tmp_path)
    report = score(graded.submission, graded.execution, assignment, "ko", NOON)
    told = told_of(Graded(graded.submission, graded.execution, report), assignment, "hw1.ipynb")
    assert "7점은 제출한 뒤에 채점합니다" in summary(told)
    assert "사람이 결정합니다" in junit(told)
