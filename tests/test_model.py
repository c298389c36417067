"""The nouns: what each refuses, and that each is the same after JSON."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from grader.model import (
    Answer,
    Assignment,
    CellError,
    Concept,
    Criterion,
    DataFile,
    Execution,
    ExecutionSummary,
    Finding,
    Heldout,
    Item,
    Limits,
    Noun,
    Repair,
    Report,
    Score,
    Span,
    StandIn,
    Submission,
    Text,
)

NAN, INFINITY = float("nan"), float("inf")
OUTCOMES = ("passed", "partial", "failed", "skipped", "error")
TEXT = Text(ko="기울기는 {0}입니다", en="the slope is {0}")
NOTEBOOK = {"cells": [{"cell_type": "markdown", "source": "# P2 ≥ 0"}], "metadata": {}, "nbformat": 4}


def finding(**values: Any) -> Finding:
    """A passed finding of 2 points, changed."""
    return Finding(**({"criterion": "runs", "outcome": "passed", "earned": 2.0, "points": 2.0} | values))


def score(**values: Any) -> Score:
    return Score(**({"item": "P1", "points": 2.0, "max_points": 2.0, "findings": (finding(),)} | values))


def undecided() -> Score:
    waiting = finding(outcome="error", earned=None, feedback="wait", review="the check broke")
    return score(points=None, findings=(waiting,), needs_review="the check broke")


def report(**values: Any) -> Report:
    usual = {
        "student": "김서연",
        "assignment": "hw1",
        "status": "final",
        "total": 2.0,
        "max_points": 2.0,
        "scores": (score(),),
        "execution": ExecutionSummary(status="ok", seconds=3.5, environment={"torch": "2.13.0"}),
        "language": "ko",
        "submission_sha256": "0" * 64,
        "rubric_sha256": "1" * 64,
        "grader_version": "0.1.0",
        "graded_at": dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC),
    }
    return Report(**(usual | values))


CRITERION = Criterion(id="r2", points=0.1, check="r2", params={"at_least": 0.5}, feedback=TEXT, requires=("runs",))
ITEM = Item(id="P1", title=TEXT, points=0.1, criteria=(CRITERION,), visibility="after_due")
SPAN = Span(start=0, end=4, concept="vanishing", phrase="기울기 소실")
EVIDENCE = {"r2": None, "shapes": [[3, 1], [1, 1]], "note": "a\nb"}
NOUNS: list[Noun] = [
    TEXT,
    Limits(seconds=1.5),
    DataFile(file=Path("/data/train.csv"), shown_as="sample_data/train.csv"),
    Heldout(file=Path("/data/heldout.csv"), target="price"),
    Concept(id="vanishing", ko=("기울기 소실",), en=("vanishing gradient*",)),
    CRITERION,
    ITEM,
    Assignment(
        id="hw1",
        title=TEXT,
        total=0.1,
        items=(ITEM,),
        concepts={"c": Concept(id="c", en=("x",))},
        data={"train": DataFile(file=Path("/a.csv"), shown_as="a.csv", also=("a*",))},
        stand_ins={"wide": StandIn(of="train", beside=Path("/w.csv"), columns={"x": "y / 2"}, loader="f", target="x")},
        heldout=Heldout(file=Path("/b.csv"), target="y"),
        handout=Path("/h.ipynb"),
        reference=(Path("/s.py"),),
        sha256="2" * 64,
    ),
    Answer(text="기울기 소실\n\n‘why’", cells=(3, 4)),
    Submission(
        student="=cmd|' /C calc'!A0",
        path=Path("/in/김서연/hw1.ipynb"),
        sha256="3" * 64,
        notebook=NOTEBOOK,
        items_of_cells=("P1", None),
        answers={"P1": Answer(text="x")},
        files={"util.py": Path("/in/김서연/util.py")},
        submitted_at=dt.datetime(2026, 3, 1, 23, 59, 59, tzinfo=dt.timezone(dt.timedelta(hours=9))),
        late=False,
        warnings=("several notebooks",),
    ),
    CellError(cell=None, name="KernelDied", message="signal 9"),
    Execution(
        status="student_error",
        submission_sha256="4" * 64,
        evidence={"module:linear": {"found": EVIDENCE}},
        errors=(CellError(cell=2, name="NameError", message="x"),),
        seconds=12.25,
        peak_memory_mb=512.5,
        notebook=NOTEBOOK,
        walls="reduced",
        repairing=False,
        repairs=(Repair(kind="install", cell=None, what="!pip install x", review=True),),
        environment={"python": "3.11"},
    ),
    SPAN,
    finding(outcome="partial", earned=0.1 + 0.2, feedback="더 보세요", notes=("a",), spans=(SPAN,), evidence=EVIDENCE),
    undecided(),
    ExecutionSummary(status="timeout", seconds=90.0),
    report(),
    report(scores=(score(), undecided()), total=None, status="provisional", max_points=4.0),
]


def name(noun: Noun) -> str:
    return type(noun).__name__


# ---------------------------------------------------------------- every noun


@pytest.mark.parametrize("noun", NOUNS, ids=name)
def test_a_noun_is_the_same_after_json(noun: Noun) -> None:
    assert type(noun).model_validate_json(noun.model_dump_json()) == noun


@pytest.mark.parametrize("noun", NOUNS, ids=name)
def test_the_json_is_plain_for_any_reader(noun: Noun) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    assert json.loads(noun.model_dump_json(), parse_constant=refuse)


@pytest.mark.parametrize("noun", NOUNS, ids=name)
def test_a_noun_is_frozen(noun: Noun) -> None:
    field = next(iter(type(noun).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(noun, field, getattr(noun, field))


@pytest.mark.parametrize("noun", NOUNS, ids=name)
def test_a_noun_takes_no_unknown_key(noun: Noun) -> None:
    with pytest.raises(ValidationError, match="verdict"):
        type(noun).model_validate({**noun.model_dump(), "verdict": "good"})


@pytest.mark.parametrize("value", [NAN, INFINITY, -INFINITY])
def test_unknown_is_none_and_never_nan(value: float) -> None:
    refused = [
        lambda: Limits(seconds=value),
        lambda: Criterion(id="a", points=value, check="runs"),
        lambda: Item(id="P1", title=TEXT, points=value, criteria=()),
        lambda: Assignment(id="a", title=TEXT, total=value, items=(), sha256=""),
        lambda: Execution(status="ok", submission_sha256="", seconds=value),
        lambda: Execution(status="ok", submission_sha256="", peak_memory_mb=value),
        lambda: ExecutionSummary(status="ok", seconds=value),
        lambda: finding(earned=value),
        lambda: finding(points=value),
        lambda: score(points=value),
        lambda: report(total=value),
        lambda: report(max_points=value),
    ]
    for make in refused:
        with pytest.raises(ValidationError, match="finite number"):
            make()


def test_nan_in_json_is_refused_too() -> None:
    text = report().model_dump_json().replace('"total":2.0', '"total":NaN')
    with pytest.raises(ValidationError, match="total"):
        Report.model_validate_json(text)


# ---------------------------------------------------------------- what is asked


@pytest.mark.parametrize("points", [0, -1])
def test_points_are_worth_something(points: float) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        Criterion(id="a", points=points, check="runs")
    with pytest.raises(ValidationError, match="greater than 0"):
        Item(id="P1", title=TEXT, points=points, criteria=())


def test_limits_leave_room_to_run() -> None:
    for limits in ({"seconds": 0}, {"cell_seconds": -1}, {"memory_mb": 10}, {"output_mb": 0}):
        with pytest.raises(ValidationError, match="greater than"):
            Limits(**limits)


def test_a_sentence_is_filled_in_both_languages() -> None:
    filled = TEXT.filled(1)
    assert (filled.in_language("ko"), filled.in_language("en")) == ("기울기는 1입니다", "the slope is 1")


# ---------------------------------------------------------------- findings


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_feedback_is_there_exactly_when_the_outcome_is_not_passed(outcome: str) -> None:
    earned, review = (None, "our fault") if outcome == "error" else (0.0, None)
    wrong: list[str | None] = ["well done"] if outcome == "passed" else [None, ""]
    right = None if outcome == "passed" else "look at cell 3"
    assert finding(outcome=outcome, earned=earned, review=review, feedback=right).outcome == outcome
    for feedback in wrong:
        with pytest.raises(ValidationError, match="feedback"):
            finding(outcome=outcome, earned=earned, review=review, feedback=feedback)


@pytest.mark.parametrize("earned", [0.0, 2.0])
def test_an_error_is_never_points_and_never_zero(earned: float) -> None:
    with pytest.raises(ValidationError, match="an error earns None"):
        finding(outcome="error", earned=earned, feedback="wait")
    with pytest.raises(ValidationError, match="an error earns None"):
        finding(outcome="error", earned=earned, feedback="wait", review="a reason")


def test_an_error_waits_for_a_person_with_its_reason() -> None:
    with pytest.raises(ValidationError, match="reason for review"):
        finding(outcome="error", earned=None, feedback="wait")


@pytest.mark.parametrize("outcome", ["partial", "failed"])
def test_undecided_points_and_a_reason_come_together(outcome: str) -> None:
    assert finding(outcome=outcome, earned=None, feedback="?", review="close to the threshold").earned is None
    with pytest.raises(ValidationError, match="reason for review"):
        finding(outcome=outcome, earned=None, feedback="?")
    with pytest.raises(ValidationError, match="reason for review"):
        finding(outcome=outcome, earned=0.0, feedback="?", review="close to the threshold")


@pytest.mark.parametrize("earned", [-0.01, 2.01, 100])
def test_earned_lies_between_nothing_and_the_points(earned: float) -> None:
    with pytest.raises(ValidationError, match="0 <= earned <= points"):
        finding(outcome="partial", earned=earned, feedback="?")


@pytest.mark.parametrize(("earned", "points"), [(0.0, 0.3), (0.3, 0.3), (0.1 + 0.2, 0.3)])
def test_earned_may_be_either_end_and_binary_rounding_is_no_error(earned: float, points: float) -> None:
    assert finding(outcome="partial", earned=earned, points=points, feedback="?").earned == earned


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (0, -2)])
def test_a_span_lies_in_the_answer(start: int, end: int) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Span(start=start, end=end, concept="c", phrase="p")


# ---------------------------------------------------------------- scores and reports


@pytest.mark.parametrize("points", [2.5, -0.5])
def test_an_item_s_points_cap_its_criteria(points: float) -> None:
    with pytest.raises(ValidationError, match="cap its criteria"):
        score(points=points, findings=(finding(), finding(criterion="bonus", bonus=True)))


def test_a_bonus_counts_up_to_the_cap() -> None:
    both = (finding(outcome="failed", earned=0.0, feedback="?"), finding(criterion="bonus", bonus=True), finding())
    assert score(findings=both).decided == 2.0


def test_an_item_without_points_needs_a_reason_and_only_such_an_item() -> None:
    with pytest.raises(ValidationError, match="reason for review"):
        score(points=None)
    with pytest.raises(ValidationError, match="reason for review"):
        score(needs_review="a second look")


def test_the_total_is_none_when_any_score_is() -> None:
    for total in (0.0, 2.0, 4.0):
        with pytest.raises(ValidationError, match="total is None exactly when"):
            report(scores=(score(), undecided()), total=total, status="provisional", max_points=4.0)
    with pytest.raises(ValidationError, match="total is None exactly when"):
        report(total=None)


def test_a_report_is_provisional_exactly_while_a_score_is_undecided() -> None:
    with pytest.raises(ValidationError, match="provisional exactly when"):
        report(status="provisional")
    with pytest.raises(ValidationError, match="provisional exactly when"):
        report(scores=(score(), undecided()), total=None, status="final")


def test_a_provisional_report_tells_what_is_certain() -> None:
    half = finding(outcome="partial", earned=0.5, feedback="?")
    waiting = finding(criterion="r2", outcome="partial", earned=None, feedback="?", review="close")
    mixed = score(points=None, findings=(half, waiting), needs_review="close", max_points=4.0)
    provisional = report(scores=(score(), mixed), total=None, status="provisional", max_points=6.0)
    assert provisional.decided == 2.5
    assert report().decided == report().total


def test_what_a_notebook_took_is_that_of_all_its_runs() -> None:
    """A notebook is run again in its saved order, or past a test that ended its kernel."""
    kinds = ({"cells": 2.0, "end": 0.1}, 1.5), ({"start_up": 0.2, "cells": 0.123}, None), ({"cells": 1.0}, 0.25)
    first, second, third = (
        Execution(status="ok", submission_sha256="0", seconds=1.0, phases=phases, cpu_seconds=cpu)
        for phases, cpu in kinds
    )
    together = first.besides(second, third)
    assert together.phases == {"cells": 3.123, "end": 0.1, "start_up": 0.2}
    assert (together.cpu_seconds, together.seconds) == (1.75, 1.0)
    assert second.besides().cpu_seconds is None
    assert first.besides() == first
