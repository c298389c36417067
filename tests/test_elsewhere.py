"""A written answer that stands anywhere in the hand-in never becomes a zero that no person has looked at."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from test_headings import CONV, DATABASES, POOL, RELU, RELU_EN, VAGUE, Cell, _course, code, md

from grader.items import passages
from grader.model import Assignment, Execution, Finding, Language, Report, Score
from grader.scoring import score
from grader.submissions import collect

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
EVERYTHING = (md("## P1.1"), code(), md("## P1.2"), code(), md(f"## P3.1\n{CONV}"), md(f"## P3.2\n{POOL}"), md("## P2"))


def graded(
    folder: Path,
    homework: Assignment,
    *cells: Cell,
    printed: str = "",
    language: Language = "en",
    ran: bool = True,
    outputs: list[dict[str, Any]] | None = None,
) -> Report:
    """Score cells without running them; the last one printed `printed`, or left `outputs`."""
    file = folder / "hw.ipynb"
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    handed_in = collect([file], homework)[0]
    executed: dict[str, Any] = json.loads(json.dumps(handed_in.notebook))
    stream = {"output_type": "stream", "name": "stdout", "text": printed}
    executed["cells"][-1]["outputs"] = outputs or [stream]
    status = "ok" if ran else "killed"
    execution = Execution(status=status, submission_sha256=handed_in.sha256, notebook=executed if ran else None)
    return score(handed_in, execution, homework, language, NOON)


def item(report: Report, name: str) -> Score:
    return next(score for score in report.scores if score.item == name)


def written(report: Report, name: str, criterion: str) -> Finding:
    return next(finding for finding in item(report, name).findings if finding.criterion == criterion)


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ("a comment in cell 8", code("# 시그모이드를 쌓으면 기울기 소실이 생기고\n# 양 끝에서 포화된다.\nx = 1")),
        ("a comment in cell 8", code("x = 1  # vanishing gradients: both ends of a sigmoid saturate")),
        ("a string in cell 8", code(f'"""\n{RELU}\n"""\nx = 1')),
        ("a string in cell 8", code(f"answer = '''{RELU_EN}'''")),
        ("a string in cell 8", code('print("시그모이드는 기울기 소실이 있고 "\n      "양 끝에서 포화된다.")')),
        (
            "a string in cell 8",
            code('print("시그모이드는 기울기 소실이 있다.")\nprint("양 끝에서 포화되기 때문이다.")'),
        ),
        ("a string in cell 8", code(f"from IPython.display import Markdown\n!pip list\nMarkdown('## {RELU}')")),
        ("a string in cell 8", code(f"%%markdown\n{RELU}")),
        ("a string in cell 8", code(f'f"""{RELU_EN} {{x}}"""')),
        ("a comment in cell 8", code(f"def broken(:\n\n# {RELU}\nx = 1")),
        ("a string in cell 8", code(f'def f():\n    """{RELU_EN}"""\n    return (')),
    ],
)
def test_an_answer_in_code_is_quoted_for_a_person(tmp_path: Path, homework: Assignment, place: str, cell: Cell) -> None:
    for heading in ([], [md("## 코드")]):
        found = item(graded(tmp_path, homework, *EVERYTHING[:6], *heading or [md("---")], cell), "P2")
        assert found.points is None
        assert f"P2 may be answered elsewhere, in {place}: “" in str(found.needs_review)
    empty = item(graded(tmp_path, homework, *EVERYTHING, cell), "P2")
    assert (empty.points, place in str(empty.needs_review)) == (None, True)


@pytest.mark.parametrize(
    "cell",
    [
        "plt.title('Vanishing gradients: sigmoid saturates at both ends, ReLU does not')",
        "ax.set_title(f'기울기 소실: 시그모이드는 양 끝에서 포화된다 (깊이 {depth})')\nx = 1",
        "plt.plot(x, label='sigmoid, vanishing gradients because it saturates at both ends')",
        "plt.legend(['vanishing gradients of the sigmoid, which saturates', 'no vanishing gradients of ReLU'])",
        "ax.text(0, 1, '기울기 소실이 생기고 ' + '양 끝에서 포화된다', fontsize=9)",
    ],
)
def test_a_text_that_is_drawn_into_a_figure_is_no_answer(tmp_path: Path, homework: Assignment, cell: str) -> None:
    assert item(graded(tmp_path, homework, *EVERYTHING, code(cell)), "P2").points == 0


def test_an_answer_that_is_drawn_at_length_is_found_all_the_same(tmp_path: Path, homework: Assignment) -> None:
    cell = code(f"plt.figtext(0, 0, {f'{RELU} {RELU_EN}'!r})")
    assert item(graded(tmp_path, homework, *EVERYTHING, cell), "P2").points is None


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "name": "stderr", "text": f"UserWarning: {RELU_EN}\n  warnings.warn(x)"},
        {"output_type": "execute_result", "data": {"text/plain": f"Text(0.5, 1.0, '{RELU_EN}')"}},
        {"output_type": "display_data", "data": {"text/plain": "<Figure size 640x480 with 1 Axes>\n" * 9}},
    ],
)
def test_warnings_and_names_of_drawn_things_are_no_answers(
    tmp_path: Path, homework: Assignment, output: dict[str, Any]
) -> None:
    cells = (*EVERYTHING, code("draw()"))
    assert item(graded(tmp_path, homework, *cells, outputs=[output]), "P2").points == 0
    told = {"output_type": "stream", "name": "stdout", "text": RELU_EN}
    assert item(graded(tmp_path, homework, *cells, outputs=[output, told]), "P2").points is None


def test_what_was_printed_is_found_too_and_in_korean(tmp_path: Path, homework: Assignment) -> None:
    cells = (*EVERYTHING, code("for part in parts:\n    print(part)"))
    found = item(graded(tmp_path, homework, *cells, printed=RELU, language="ko"), "P2")
    assert "P2의 답이 다른 곳(8번 셀의 출력)에 있을 수 있습니다: “시그모이드를" in str(found.needs_review)
    finding = written(graded(tmp_path, homework, *cells, printed=RELU), "P2", "vanishing")
    assert (finding.outcome, finding.earned) == ("failed", None)


def test_a_run_that_left_no_notebook_hides_no_comment(tmp_path: Path, homework: Assignment) -> None:
    found = item(graded(tmp_path, homework, *EVERYTHING, code(f"# {RELU}"), ran=False), "P2")
    assert "a comment in cell 8" in str(found.needs_review)


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        ((md(f"# 과제 1\n\n{RELU}"), *EVERYTHING), "the words of cell 1: “시그모이드를"),
        (
            (md(f"이름: 윤채원\n\n{VAGUE} 자세한 내용은 아래의 코드로 보인다."), *EVERYTHING),
            "the words of cell 1: “수업에서",
        ),
        (
            (*EVERYTHING[:5], md(f"## P3.2\n{POOL}\n\n{RELU}"), md("## P2")),
            "the answer to P3.2 (cell 6): “시그모이드를",
        ),
    ],
)
def test_an_answer_in_other_words_is_quoted_for_a_person(
    tmp_path: Path, homework: Assignment, cells: tuple[Cell, ...], place: str
) -> None:
    found = item(graded(tmp_path, homework, *cells), "P2")
    assert found.points is None
    assert place in str(found.needs_review)


IN_ONE_CELL = {
    "labelled lines": "# P2: sigmoids just fade away\n# P3.1: that is better for images\n# P3.2: it looks better so",
    "labels on lines of their own": f"# P2\n# {RELU}\n#\n# P3.1\n# {CONV}\n#\n# P3.2\n# {POOL}",
    "other spellings of labels": f"# 문제 2) {RELU}\n# (P3-1) {CONV}\n# [P3.2] {POOL}",
    "lines without labels": f"# {RELU}\n# {CONV}\n# {POOL}",
    "one line without labels": f"# {RELU}. {CONV}. {POOL}.",
    "printed": f'print("P2: it is just better, I think")\nprint("P3.1: {CONV}")\nprint("P3.2: {POOL}")',
}


@pytest.mark.parametrize("name", IN_ONE_CELL)
def test_answers_to_several_items_in_one_cell_are_each_found(tmp_path: Path, homework: Assignment, name: str) -> None:
    report = graded(tmp_path, homework, md("## P1.1"), code(), md("## P1.2"), code(), code(IN_ONE_CELL[name]))
    for asked in ("P2", "P3.1", "P3.2"):
        assert f"{asked} may be answered elsewhere" in str(item(report, asked).needs_review)


def test_each_labelled_answer_is_quoted_alone(tmp_path: Path, homework: Assignment) -> None:
    report = graded(tmp_path, homework, md("## P1.1"), code(IN_ONE_CELL["labelled lines"]))
    assert "“P3.1: that is better for images”" in str(item(report, "P3.1").needs_review)


def test_a_name_without_words_in_a_comment_is_no_answer(tmp_path: Path, homework: Assignment) -> None:
    report = graded(tmp_path, homework, md("## P1.1"), code(f"# P2\nx = 1\n# P3.1: {CONV}\n# P3.2:\ny = 2"))
    assert (item(report, "P2").points, item(report, "P3.2").points) == (0, 0)


@pytest.mark.parametrize(
    "cell",
    [
        code(""),
        code("x = 1  # 여기"),
        code("# 데이터를 읽고 표준화한 다음 학습 데이터와 검증 데이터로 나누고 미니배치로 묶어서 모델을 학습시킨다"),
        code("# model = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1)); loss = nn.MSELoss()"),
        code("# if use_relu:\n#     activation = nn.ReLU()\n# else:\n#     activation = nn.Sigmoid()"),
        code(f"print('''{CONV} {POOL}''')"),
        code("plt.title('MLP with ReLU'); plt.xlabel('iteration')"),
    ],
)
def test_an_item_that_is_answered_nowhere_is_zero(tmp_path: Path, homework: Assignment, cell: Cell) -> None:
    cells = (md("# 과제 1\n이름: 오태양"), cell, *EVERYTHING)
    found = item(graded(tmp_path, homework, *cells), "P2")
    assert (found.points, found.needs_review) == (0, None)


def test_more_words_than_are_read_are_never_zero(tmp_path: Path, homework: Assignment) -> None:
    floods = [code("\n".join(f"# step {n} of part {part}\nx = {n}" for n in range(300))) for part in range(4)]
    found = item(graded(tmp_path, homework, *floods, *EVERYTHING), "P2")
    assert found.points is None
    assert "more words" in str(found.needs_review)


def test_a_cell_of_the_items_own_needs_no_phrase(tmp_path: Path, homework: Assignment) -> None:
    cell = code(f"# {VAGUE} 그래서 그렇게 답하고 싶습니다. 다른 까닭은 떠오르지 않았습니다.")
    assert item(graded(tmp_path, homework, *EVERYTHING, cell), "P2").points is None


def test_the_handouts_code_is_nobodys_answer(tmp_path: Path) -> None:
    given = code(
        '"""faster lookups and slower writes: say why"""\n# An index avoids a full scan: show it with a table\nx = 1'
    )
    handout = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [md("## Q2"), given]}
    (tmp_path / "handout.ipynb").write_text(json.dumps(handout), encoding="utf-8")
    course = _course(tmp_path, DATABASES + "handout: handout.ipynb\n")
    assert item(graded(tmp_path, course, md("## Q1"), md("## Q2"), given), "Q2").points == 0
    own = code(given["source"] + "\n# slower inserts, since every index must be kept up")
    assert item(graded(tmp_path, course, md("## Q1"), md("## Q2"), own), "Q2").points is None


# ---------------------------------------------------------------- answers that are there


def test_an_answer_recognised_by_its_topic_earns_and_it_is_said(tmp_path: Path, homework: Assignment) -> None:
    report = graded(
        tmp_path, homework, md(f"## Why ReLU?\n{RELU}\n연산 속도도 빠르다."), md(f"1. {CONV}\n2. {POOL}"), code()
    )
    assert written(report, "P2", "vanishing").outcome == "passed"
    assert item(report, "P2").points == 17.5  # "saturated" alone is half of the cause
    assert any("P2 was recognised by the topic of the heading `Why ReLU?`" in warning for warning in report.warnings)


def test_exchanged_answers_earn_and_it_is_said(tmp_path: Path, homework: Assignment) -> None:
    report = graded(tmp_path, homework, md(f"## P2\n{CONV}\n## P3.1\n{RELU}"), code())
    assert item(report, "P3.1").points == 20
    assert written(report, "P2", "unit-slope").outcome == "passed"
    assert any("exchanged" in warning for warning in report.warnings)


def test_a_misplaced_answer_goes_to_review_with_the_reason(tmp_path: Path, homework: Assignment) -> None:
    report = graded(tmp_path, homework, md(f"## P2\n{CONV}"), md(f"## P3.1\n{VAGUE}"), code())
    assert item(report, "P2").points is None
    assert "the words under P2 read like an answer to P3.1" in str(item(report, "P2").needs_review)
    assert item(report, "P3.1").points is None
    assert "a phrase of it stands" not in str(item(report, "P3.1").needs_review)


def test_a_phrase_that_is_missing_in_the_answer_is_shown_where_it_stands(tmp_path: Path, homework: Assignment) -> None:
    report = graded(tmp_path, homework, md("## P2\n기울기 소실이 없다."), code("# 양 끝이 포화되기 때문이다"))
    review = str(written(report, "P2", "saturation").review)
    assert "a phrase of it stands elsewhere, in a comment in cell 2: “양 끝이 포화되기 때문이다”" in review
    assert "stands elsewhere" not in str(written(report, "P2", "unit-slope").review)


@pytest.mark.parametrize(
    ("cell", "outcome", "decided"),
    [
        (md("CPU와 GPU의 학습 시간은 거의 같았다."), "passed", True),
        (code("# CPU took 3 s and the GPU took 2 s"), "failed", False),
        (code("compared = 'CPU는 3초, GPU는 2초 걸렸다'"), "failed", False),
        (code("device = 'cpu'  # the gpu is busy"), "failed", True),
    ],
)
def test_a_comparison_of_devices_under_no_heading(
    tmp_path: Path, homework: Assignment, cell: Cell, outcome: str, decided: bool
) -> None:
    finding = written(graded(tmp_path, homework, cell, md("## P1.1"), code()), "P1.1", "compares_devices")
    assert (finding.outcome, finding.earned is not None) == (outcome, decided)


# ---------------------------------------------------------------- reading code


@pytest.mark.parametrize(
    "source",
    [
        "(" * 50_000,
        "x = " + "[" * 50_000 + "]" * 50_000,
        "'''" + "a b " * 50_000,
        "\0 # two words",
        "# " + "-" * 50_000 + "1",
        "\n".join(" " * n + "if x:" for n in range(300)),
        "f'" + "{" * 10_000,
        "\\" * 10_001 + "\n# two words",
        '"' + "\\" * 30_001,
        "# a(" * 20_000,
        "x = 1\n  y = 2\n z",
        "\ud800 # two words",
    ],
)
def test_odd_code_is_read_at_once(source: str) -> None:
    assert isinstance(passages.in_source(source), tuple)


def test_words_after_what_is_no_python_are_read() -> None:
    found = passages.in_source(
        "x = = 1 )\n# two words here\n%matplotlib inline\n!ls | head\nprint('three more words')\n"
    )
    assert {passage.text for passage in found} >= {"two words here", "three more words"}


def test_an_answer_typed_into_a_code_cell_is_a_passage() -> None:
    """It is no Python, so the cell stops with a SyntaxError; a person should read it all the same."""
    found = passages.in_source("시그모이드는 기울기 소실 문제가 있어서 ReLU를 씁니다.\nReLU는 계산도 간단합니다.")
    assert any("기울기 소실" in passage.text for passage in found)
    assert not any("기울기" in passage.text for passage in passages.in_source("x = 1\ny = x + 1"))
