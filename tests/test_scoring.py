"""From evidence to points: what is recomputed, what is capped, and what stays undecided. No kernel is needed."""

from __future__ import annotations

import base64
import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from build import course, notebook, submission

from grader.arithmetic import tables
from grader.arithmetic.regression import least_squares_r2, order_of_rows
from grader.model import Assignment, CellError, Execution, Finding, Language, Repair, Report, Score, Submission
from grader.scoring import score
from grader.submissions import collect

R2 = "{check: r2, points: 4, predict: predict, at_least: 0.5, from: 0.1, review_within: 0.05, at_most: least_squares}"
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def judged(
    assignment: Assignment, handed_in: Submission, evidence: dict[str, Any], language: Language = "en", **kw: Any
) -> Report:
    execution = Execution(status=kw.pop("status", "ok"), submission_sha256=handed_in.sha256, evidence=evidence, **kw)
    return score(handed_in, execution, assignment, language, NOON)


def only(report: Report) -> tuple[Score, Finding]:
    return report.scores[0], report.scores[0].findings[0]


def predictions(assignment: Assignment, handed_in: Submission, r2: float, again_shift: float = 0.0) -> dict[str, Any]:
    """A kernel's answer whose R² on the held-out rows is `r2`: the target plus noise of the right size."""
    assert assignment.heldout is not None
    target = tables.read(assignment.heldout.file, "price").target
    order, again = order_of_rows(handed_in.sha256, len(target))
    noise = np.random.default_rng(0).normal(size=len(target))
    noise *= np.sqrt((1 - r2) * np.sum((target - target.mean()) ** 2) / np.sum(noise**2))
    values = (target + noise)[order].astype("<f4")
    return answer(values, [values[rows] + np.float32(again_shift) for rows in again])


def answer(values: Any, again: list[Any]) -> dict[str, Any]:
    tables_ = {"heldout": {"shape": [len(values)], "values": encoded(values)}}
    return {"predictions:predict": {"found": {"tables": tables_, "again": [{"values": encoded(v)} for v in again]}}}


def encoded(values: Any) -> str:
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()


@pytest.fixture
def tiny(tmp_path: Path) -> Assignment:
    return course(tmp_path, R2)


@pytest.fixture
def student(tmp_path: Path, tiny: Assignment) -> Submission:
    return submission(tmp_path / "s", tiny, "x = 1")


@pytest.mark.parametrize(
    ("r2", "outcome", "earned"),
    [(0.7, "passed", 4), (0.501, "passed", 4), (0.30, "partial", 2), (0.1, "failed", 0), (-3.0, "failed", 0)],
)
def test_r2_is_recomputed_and_earns_in_proportion(
    tiny: Assignment, student: Submission, r2: float, outcome: str, earned: float
) -> None:
    report = judged(tiny, student, predictions(tiny, student, r2))
    _, finding = only(report)
    assert (finding.outcome, finding.earned) == (outcome, pytest.approx(earned, abs=0.02))
    assert finding.evidence["r2"] == pytest.approx(r2, abs=1e-3)
    assert report.total == finding.earned


@pytest.mark.parametrize(("doubtful", "status"), [(True, "provisional"), (False, "final")])
def test_a_doubtful_repair_leaves_the_points_provisional(
    tiny: Assignment, student: Submission, doubtful: bool, status: str
) -> None:
    repair = Repair(kind="data", cell=1, what="mine.csv", instead="train.csv", review=doubtful)
    report = judged(tiny, student, predictions(tiny, student, 0.7), repairs=(repair,))
    assert (report.status, report.total) == (status, 4)


def test_just_below_the_threshold_a_person_looks(tiny: Assignment, student: Submission) -> None:
    report = judged(tiny, student, predictions(tiny, student, 0.47))
    item, finding = only(report)
    assert (finding.earned, item.points, report.total, report.status) == (None, None, None, "provisional")
    assert "just below the threshold" in str(item.needs_review)


def test_no_linear_model_exceeds_least_squares_on_the_same_rows(tiny: Assignment, student: Submission) -> None:
    assert tiny.heldout is not None
    heldout = tables.read(tiny.heldout.file, "price")
    ceiling = least_squares_r2(heldout.features, heldout.target)
    honest = judged(tiny, student, predictions(tiny, student, ceiling - 1e-4))
    assert only(honest)[1].outcome == "passed"
    leaked = judged(tiny, student, predictions(tiny, student, 1.0))
    assert only(leaked)[1].earned is None
    assert "exceeds least squares" in str(leaked.scores[0].needs_review)


def test_a_function_that_answers_differently_when_asked_again_is_not_decided(
    tiny: Assignment, student: Submission
) -> None:
    report = judged(tiny, student, predictions(tiny, student, 0.7, again_shift=5.0))
    assert only(report)[1].earned is None
    assert "not a function of its rows" in str(report.scores[0].needs_review)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_predictions_that_are_no_numbers_fail_with_their_count(
    tiny: Assignment, student: Submission, bad: float
) -> None:
    values = np.ones(200)
    values[:3] = bad
    _, finding = only(judged(tiny, student, answer(values, [])))
    assert (finding.outcome, finding.earned) == ("failed", 0)
    assert finding.feedback == "3 of 200 predictions of `predict` are not finite numbers"


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ({"fault": "missing"}, "define `predict(df)`"),
        ({"fault": "wrong_type", "message": "int"}, "`predict` is a int: define `predict(df)`"),
        ({"fault": "raised", "message": "KeyError: 'a'"}, "using `predict` raised KeyError: 'a'"),
        ({"fault": "too_slow", "message": "no answer within 90 s"}, "did not finish in time"),
        ({"found": {"tables": {"heldout": {"fault": "raised", "message": "ValueError: no"}}}}, "ValueError: no"),
        ({"found": {"tables": {"heldout": {"values": encoded(np.ones(7))}}}}, "7 predictions for 200 rows"),
        ({"found": {"tables": {"heldout": {"values": "%%%"}}}}, "not numbers"),
        ({"found": {"tables": {"heldout": 3}}}, "does not return one prediction for each row"),
    ],
)
def test_what_cannot_be_judged_is_said_to_the_student(
    tiny: Assignment, student: Submission, claim: dict[str, Any], said: str
) -> None:
    _, finding = only(judged(tiny, student, {"predictions:predict": claim}))
    assert (finding.outcome, finding.earned) == ("failed", 0)
    assert said in str(finding.feedback)


@pytest.mark.parametrize("forged", [{"found": {"tables": 7}}, {"found": {"tables": {"heldout": {"values": "AAAA"}}}}])
def test_a_forged_answer_never_earns_points(tiny: Assignment, student: Submission, forged: dict[str, Any]) -> None:
    _, finding = only(judged(tiny, student, {"predictions:predict": forged}))
    assert not finding.earned


def test_an_unreadable_answer_of_the_kernel_is_not_decided(tiny: Assignment, student: Submission) -> None:
    report = judged(tiny, student, {"predictions:predict": {"fault": "unreadable", "message": "gone"}})
    assert only(report)[1].earned is None


@pytest.mark.parametrize(("r2", "earned"), [(0.7, 4), (0.3, None), (-3.0, None)])
def test_what_a_lost_part_of_the_file_may_hold_is_never_zero(
    tiny: Assignment, student: Submission, r2: float, earned: float | None
) -> None:
    cut = student.model_copy(update={"lost": "hw1.ipynb is damaged: the rest is lost"})
    report = judged(tiny, cut, predictions(tiny, cut, r2))
    assert only(report)[1].earned == report.total == earned
    if earned is None:
        assert "hw1.ipynb is damaged" in str(only(report)[0].needs_review)
        assert "hw1.ipynb is damaged" in str(only(report)[1].feedback)


@pytest.mark.parametrize(
    "odd", [None, "x = 1", 42, {"cell_type": "code", "source": 42}, {"cell_type": "code", "source": [1]}]
)
def test_what_a_cell_without_text_held_is_told_and_never_zero(tmp_path: Path, odd: Any) -> None:
    tiny = course(tmp_path, "{check: runs, points: 1}")
    file = notebook(tmp_path / "kim.ipynb", "raise NameError('x')")
    content = json.loads(file.read_text())
    content["cells"].insert(1, odd)
    file.write_text(json.dumps(content))
    (damaged,) = collect([file], tiny)
    error = CellError(cell=3, name="NameError", message="x")
    report = judged(tiny, damaged, {}, status="student_error", errors=(error,), notebook=damaged.notebook)
    assert only(report)[1].earned is None
    assert "holds no text in cell 2" in " ".join(report.warnings)


def test_a_bonus_in_a_lost_part_of_the_file_holds_nothing_up(tmp_path: Path) -> None:
    bonus = "{check: mentions, points: 1, concept: word, bonus: true}"
    assignment = course(tmp_path, R2, bonus, concepts="{word: {en: [word]}}")
    cut = submission(tmp_path / "s", assignment, "#md an answer").model_copy(update={"lost": "the rest is lost"})
    assert judged(assignment, cut, predictions(assignment, cut, 0.7)).total == 4


def test_our_fault_is_never_points_and_never_zero(tiny: Assignment, student: Submission) -> None:
    error = CellError(cell=None, name="OSError", message="no space left")
    report = judged(tiny, student, {}, status="infrastructure", errors=(error,))
    item, finding = only(report)
    assert (finding.outcome, finding.earned, item.points, report.total) == ("error", None, None, None)
    assert "no space left" in str(item.needs_review)


def test_a_kernel_killed_from_outside_is_not_decided_but_a_suicide_is(tiny: Assignment, student: Submission) -> None:
    for message, earned in (("the kernel ended with signal 9", None), ("the kernel ended with exit code 1", 0)):
        death = CellError(cell=2, name="KernelDied", message=message)
        _, finding = only(judged(tiny, student, {}, status="killed", errors=(death,)))
        assert finding.earned == earned


def test_requirements_skip_and_an_undecided_one_is_waited_for(tmp_path: Path) -> None:
    needs = "{check: mentions, points: 1, concept: word, requires: [r2]}"
    assignment = course(tmp_path, R2, needs, concepts="{word: {en: [word]}}")
    handed_in = submission(tmp_path / "s", assignment, "#md the word")
    for r2, outcome, earned in ((0.9, "passed", 1), (0.2, "skipped", 0), (0.47, "skipped", None)):
        report = judged(assignment, handed_in, predictions(assignment, handed_in, r2))
        finding = report.scores[0].findings[1]
        assert (finding.outcome, finding.earned) == (outcome, earned)


WORDS = "{one: {en: [alpha]}, two: {ko: [기울기 소실]}, three: {en: [gamma]}}"


def written(folder: Path, text: str, language: Language = "en") -> Report:
    assignment = course(
        folder,
        "{id: one, check: mentions, points: 2, concept: one}",
        "{id: two, check: mentions, points: 2, concept: two, feedback: {ko: '무엇일까요?', en: 'What is it?'}}",
        "{id: three, check: mentions, points: 3, bonus: true, concept: three}",
        concepts=WORDS,
    )
    return judged(assignment, submission(folder / "s", assignment, f"#md {text}"), {}, language)


def test_an_answer_earns_what_it_says_and_shows_where(tmp_path: Path) -> None:
    report = written(tmp_path, "alpha, 그리고 **기울기의 소실**")
    item = report.scores[0]
    assert (item.points, report.total) == (4, 4)
    spans = [span for finding in item.findings for span in finding.spans]
    answer_text = "alpha, 그리고 **기울기의 소실**"
    assert [answer_text[span.start : span.end] for span in spans] == ["alpha", "기울기의 소실"]


def test_a_real_answer_without_the_phrase_is_read_by_a_person(tmp_path: Path) -> None:
    report = written(tmp_path, "alpha, and gradients get lost on the way")
    item = report.scores[0]
    assert (item.points, item.decided, report.status) == (None, 2, "provisional")
    assert item.findings[1].feedback == "What is it?"
    assert "two" in str(item.needs_review)


def test_bonus_can_fill_an_item_but_never_overflow_it(tmp_path: Path) -> None:
    report = written(tmp_path, "alpha gamma")
    assert (report.scores[0].points, report.status) == (4, "final")


def test_an_empty_answer_is_zero_for_sure(tmp_path: Path) -> None:
    report = written(tmp_path, "")
    assert (report.total, report.status) == (0, "final")


def test_feedback_speaks_the_language_asked_for(tmp_path: Path) -> None:
    report = written(tmp_path, "alpha", "ko")
    assert report.scores[0].findings[1].feedback == "무엇일까요?"


def test_scoring_is_pure(tiny: Assignment, student: Submission) -> None:
    evidence = predictions(tiny, student, 0.4)
    assert judged(tiny, student, evidence) == judged(tiny, student, evidence)


def answered(folder: Path, *cells: str) -> tuple[float | None, str]:
    """Points and feedback of one written criterion for a notebook made of these cells, without any heading added."""
    from build import notebook

    from grader.submissions import collect

    assignment = course(
        folder / "course", "{check: mentions, points: 1, concept: word}", concepts="{word: {en: [zeta]}}"
    )
    handed_in = collect([notebook(folder / "student.ipynb", *cells, heading=False)], assignment)[0]
    notebook_json = {"cells": (handed_in.notebook or {}).get("cells", [])}
    report = judged(assignment, handed_in, {}, notebook=notebook_json)
    return report.total, str(report.scores[0].findings[0].feedback)


LONG = "a remark that is long enough to be an answer to some question of this homework, or part of one"


def test_an_answer_under_no_heading_is_looked_for_by_a_person(tmp_path: Path) -> None:
    points, feedback = answered(tmp_path, f"#md {LONG}")
    assert points is None
    assert "no heading names P1" in feedback


def test_an_answer_in_comments_is_looked_for_by_a_person(tmp_path: Path) -> None:
    assert answered(tmp_path, "#md ## P1", f"# {LONG}\nx = 1")[0] is None


def test_a_headed_item_without_words_is_zero(tmp_path: Path) -> None:
    assert answered(tmp_path, "#md ## P1", "x = 1")[0] == 0
