"""`grader answers tune`: what it measures, what it finds wrong, and the page that says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ice
import pytest
from conftest import Command

from grader.answers.records import AnswersError
from grader.assignment import load
from grader.exporters.html import tune_page
from grader.exporters.tuning import sections
from grader.model import Assignment
from grader.tuning.baselines import baselines
from grader.tuning.folds import fold_of
from grader.tuning.graded import read_graded
from grader.tuning.measures import agreement, best_bar, calibration, confusion, coverage, kappa, rates
from grader.tuning.trials import language_of, run
from grader.tuning.workbench import Tuning, tune


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ice")


@pytest.fixture(scope="module")
def assignment(folder: Path) -> Assignment:
    return load(ice.rubric(folder))


@pytest.fixture(scope="module")
def tuning(folder: Path, assignment: Assignment) -> Tuning:
    return tune(assignment, read_graded(ice.answers(folder), assignment), words=5)


# ---------------------------------------------------------------- numbers


def test_kappa_is_that_of_the_weighted_table() -> None:
    assert kappa([(0, 0), (1, 1), (2, 2)]) == pytest.approx(1)
    assert kappa([(0, 2), (2, 0)]) == pytest.approx(-1)
    assert kappa([(0, 0), (0, 1), (1, 1), (2, 1)]) == pytest.approx(1 - (2 / 4) / (0.6875 + 0.1875))
    assert kappa([(1, 1), (1, 1)]) is None
    assert kappa([]) is None


def test_rates_count_half_points_as_granted() -> None:
    found = rates([(1, 1), (0.5, 1), (1, 0.5), (0, 0.5), (1, 0), (0, 0)])
    assert (found.right, found.wrong, found.missed, found.neither) == (3, 1, 1, 1)
    assert found.precision == found.recall == found.f1 == 0.75
    assert rates([(0, 0)]).f1 is rates([(0, 0)]).precision is rates([(0, 0)]).recall is None


def test_confusion_holds_every_pair() -> None:
    assert confusion([(0, 0), (1, 0.5), (1, 1), (1, 1)]) == ((0, 0.5, 1), ((1, 0, 0), (0, 0, 0), (0, 1, 2)))
    assert agreement([(0, 0), (1, 0.5)]).exact == 0.5
    assert agreement([]).n == 0


def test_the_curve_falls_as_the_bar_rises() -> None:
    judged = [(0.5, 0, 1), (0.8, 1, 2), (0.9, 2, 2), (0.9, 1, 1)]
    points = coverage(judged)
    assert [(point.bar, point.coverage) for point in points] == [(0.5, 1), (0.8, 0.75), (0.9, 0.5)]
    assert [round(point.agreement, 2) for point in points] == [0.67, 0.8, 1]
    assert [round(point.whole, 2) for point in points] == [0.5, 0.67, 1]
    assert best_bar(judged, 0.95) == 0.9
    assert best_bar([(0.5, 0, 1)], 0.95) > 1


def test_bins_tell_confidence_and_agreement() -> None:
    (low, high) = calibration([(0.5, True), (0.5, False), (0.97, True)])
    assert (low.n, low.confidence, low.agreement) == (2, 0.5, 0.5)
    assert (high.n, high.agreement) == (1, 1)


def test_the_language_is_told_by_the_script() -> None:
    assert language_of("ReLU의 gradient는 1이다") == "ko"
    assert language_of("the gradient (기울기) of a rectified linear unit is one wherever its input is positive") == "en"
    assert language_of("") == "en"


# ---------------------------------------------------------------- what a person gave


def complaint(folder: Path, assignment: Assignment, line: dict[str, Any], out_of: float | None = None) -> str:
    with pytest.raises(AnswersError) as refused:
        read_graded(ice.answers(folder, {"id": "a", "item": "Q1", "text": "", **line}), assignment, out_of)
    return str(refused.value)


def test_what_was_given_is_read(folder: Path, assignment: Assignment) -> None:
    graded = read_graded(ice.answers(folder), assignment)
    by_id = {record.id: record for record in graded.records}
    assert by_id["e3"].shares == {"lighter-or-gaps": 1}
    assert by_id["e4"].shares == {"lighter": 0}
    assert graded.notes == ("Q1 has no written criterion `wit`: what was given for it is left out",)


def test_points_are_read_as_points_where_any_is_above_one(tmp_path: Path, assignment: Assignment) -> None:
    lines = [{"id": i, "item": "Q1", "text": "", "points": {"lighter": i, "gaps": 1}} for i in range(3)]
    graded = read_graded(ice.answers(tmp_path, *lines), assignment)
    assert [record.shares["lighter"] for record in graded.records] == [0, 0.5, 1]
    assert [record.shares["gaps"] for record in graded.records] == [0.5] * 3
    assert "the rubric's points" in graded.notes[0]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({}, "does not say what a person gave"),
        ({"points": {"lighter": "1"}}, "what was given for `lighter` is no number"),
        ({"points": {"lighter": -1}}, "-1 for `lighter` is not within 0 and 1"),
        ({"points": {"lighter": 3}}, "3 for `lighter` is not within 0 and 2"),
        ({"score": 5}, "the score 5 is not within 0 and 4"),
        ({"score": True}, "does not say what a person gave"),
    ],
)
def test_what_a_person_cannot_have_given(
    tmp_path: Path, assignment: Assignment, line: dict[str, Any], told: str
) -> None:
    assert told in complaint(tmp_path, assignment, line)


# ---------------------------------------------------------------- findings


def test_agreement_is_told_by_item_and_criterion(tuning: Tuning) -> None:
    items = {item: found for item, found, _ in tuning.items}
    assert {item: found.n for item, found in items.items()} == {None: 12, "Q1": 10, "Q2": 2}
    assert items["Q2"].exact == 1
    rows = {(row.item, row.label): row for row in tuning.criteria}
    assert rows["Q1", "gaps"].ko.missed == 2
    assert rows["Q1", "gaps"].en.f1 == 1
    assert rows["Q2", "warmest"].all.f1 == 1


def test_what_was_missed_says_what_lacked(tuning: Tuning) -> None:
    missed = {(case.trial.record.id, case.decision.label): case for case in tuning.missed}
    nearest = missed["k3", "gaps"].nearest
    assert nearest is not None
    assert (nearest.claim.says, nearest.missing) == ("open + lattice", ("open",))
    assert missed["k3", "gaps"].marked == "구조"
    assert any(one.missing == "open" and one.granted >= 2 for one in tuning.near)


def test_what_was_given_wrongly_shows_its_words(tuning: Tuning) -> None:
    wrong = {case.trial.record.id: case for case in tuning.wrong}
    assert wrong["e4"].claims == ("density",)
    assert wrong["e4"].marked == "density"


def test_a_word_that_would_help_is_found_and_measured(tuning: Tuning) -> None:
    best = next(word for word in tuning.words if word.label == "gaps")
    assert (best.word, best.into, best.added) == ("성글다", "open", True)
    assert best.effect.after > best.effect.before
    assert (best.missed, best.denied) == (1, 0)


def test_a_claim_that_errs_is_found(tuning: Tuning) -> None:
    uses = {use.claim.says: use for use in tuning.claims}
    assert uses["density"].wrong >= 1
    assert uses["density"].without is not None
    assert uses["density"].without.gain > 0
    assert uses["never-said"].right == uses["never-said"].wrong == 0


def test_what_never_fires_is_listed(tuning: Tuning) -> None:
    assert tuning.unused.terms == ("never-said",)
    words = {term: listed for term, listed, _ in tuning.unused.words}
    assert "open lattice" in words["open"]
    assert "빈틈" not in words["open"]


def test_folds_do_not_depend_on_the_order(folder: Path, assignment: Assignment) -> None:
    trials = run(assignment, read_graded(ice.answers(folder), assignment).records)
    assert fold_of(trials) == fold_of(trials[::-1])
    assert sorted(set(fold_of(trials).values())) == list(range(5))


def test_every_answer_is_tried_once_by_what_the_others_chose(tuning: Tuning) -> None:
    assert sorted(str(t.record.id) for fold in tuning.held.folds for t in fold.trials) == sorted(
        str(line["id"]) for line in ice.ANSWERS
    )


# ---------------------------------------------------------------- marks


def test_marks_for_whole_answers(tmp_path: Path, assignment: Assignment) -> None:
    lines = [
        {"id": i, "question_id": 1, "text": line["text"], "score": round(2 * sum(line["points"].values()) / 2)}
        for i, line in enumerate(ice.ANSWERS[:9])
    ]
    tuned = tune(assignment, read_graded(ice.answers(tmp_path, *lines), assignment, out_of=2), words=3)
    assert tuned.whole
    assert set(tuned.baselines) == {"length", "nearest", "keywords"}
    assert all(found.n == 9 for found in tuned.baselines.values())
    ((_, found, (levels, _)), _) = tuned.items
    assert levels == (0, 0.5, 1)
    assert found.exact >= 5 / 9
    assert any(word.word == "성글다" and word.effect.gain > 0 for word in tuned.words)
    assert {section.name for section in sections(tuned, "en")} >= {"totals", "confusion", "missed", "helping"}


def test_keywords_learn_what_length_cannot(tmp_path: Path, assignment: Assignment) -> None:
    lines = [
        {
            "id": i,
            "item": "Q1",
            "text": f"{'density' if i % 2 else 'weather'} word{i} word{i + 1}",
            "score": 4 * (i % 2),
        }
        for i in range(40)
    ]
    found = baselines(run(assignment, read_graded(ice.answers(tmp_path, *lines), assignment).records))
    assert (found["keywords"].kappa or 0) > 0.9
    assert abs(found["length"].kappa or 0) < 0.3


# ---------------------------------------------------------------- the page and the command


def test_the_page_holds_every_table_in_both_languages(tuning: Tuning, assignment: Assignment) -> None:
    for language in ("ko", "en"):
        page = tune_page(tuning, assignment, language)
        assert page == tune_page(tuning, assignment, language)
        for section in sections(tuning, language):
            assert f'id="{section.name}"' in page
        assert "<script" not in page
        assert "http://" not in page
        assert "<mark>구조</mark>" in page


def test_answers_cannot_break_the_page(tmp_path: Path, assignment: Assignment) -> None:
    text = "<script>alert(1)</script> The lattice {{ 7 * 7 }} of ice \ud800 & `roomy`"
    lines = [{"id": "<b>", "item": "Q1", "text": text, "points": {"gaps": 1}}]
    page = tune_page(tune(assignment, read_graded(ice.answers(tmp_path, *lines), assignment), 3), assignment, "en")
    assert "<script" not in page
    assert "<b>" not in page
    page.encode()


def test_the_command_prints_and_writes(tmp_path: Path, grader: Command) -> None:
    rubric, graded, out = ice.rubric(tmp_path), ice.answers(tmp_path), tmp_path / "out.html"
    ended = grader("answers", "tune", rubric, graded, "-o", out, "--lang", "ko", "--words", 0)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "기준별 일치" in ended.stdout
    assert "`wit`" in ended.stdout
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_bad_input_is_one_sentence(tmp_path: Path, grader: Command) -> None:
    graded = tmp_path / "graded.jsonl"
    graded.write_text(json.dumps({"id": "a", "item": "Q1", "text": ""}), encoding="utf-8")
    ended = grader("answers", "tune", ice.rubric(tmp_path), graded, "-o", tmp_path / "out.html")
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "graded.jsonl:1: the line does not say what a person gave" in ended.stderr
    assert not (tmp_path / "out.html").exists()
