"""`grader lint`: plain sentences about every claim, their opposites, and attacks that a rubric should not pay for."""

from __future__ import annotations

from pathlib import Path

import ice
import pytest
from conftest import ROOT, Command

from grader.answers.scoring import AnswerScore, lexicon_of, score
from grader.assignment import load
from grader.model import Assignment
from grader.soundness import english, korean, trials
from grader.soundness.parts import Part, in_english, part_of
from grader.soundness.trials import attacks, warnings


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return load(ice.rubric(tmp_path_factory.mktemp("ice")))


def part(ko: str, en: str, kind: str = "noun", takes: bool = False) -> Part:
    return Part(ko, en, kind, takes)  # type: ignore[arg-type]


DENSITY = part("밀도", "density")
ICE = part("얼음", "ice")
LOW = part("낮다", "low", "adjective")
FALL = part("줄다", "decrease", "verb")
KEEP = part("유지하다", "keep", "verb", takes=True)
STOP = part("막다", "prevent", "verb", takes=True)


@pytest.mark.parametrize(
    ("word", "topic", "thing"),
    [
        ("얼음", "얼음은", "얼음을"),
        ("밀도", "밀도는", "밀도를"),
        ("1", "1은", "1을"),
        ("2", "2는", "2를"),
        ("0.25", "0.25는", "0.25를"),
        ("CNN", "CNN은", "CNN을"),
        ("FC", "FC는", "FC를"),
        ("크기(폭)", "크기(폭)은", "크기(폭)을"),
    ],
)
def test_particles_follow_the_last_sound(word: str, topic: str, thing: str) -> None:
    assert korean.topic(word) == topic
    assert korean.thing(word) == thing


@pytest.mark.parametrize(
    ("word", "kind", "says", "denies", "noun"),
    [
        ("사라지다", "verb", "사라진다", "사라지지 않는다", "사라지는 것"),
        ("줄다", "verb", "준다", "줄지 않는다", "주는 것"),
        ("먹다", "verb", "먹는다", "먹지 않는다", "먹는 것"),
        ("작다", "adjective", "작다", "작지 않다", "작은 것"),
        ("크다", "adjective", "크다", "크지 않다", "큰 것"),
        ("상관없다", "adjective", "상관없다", "상관없지 않다", "상관없는 것"),
    ],
)
def test_verbs_are_put_into_the_present(word: str, kind: str, says: str, denies: str, noun: str) -> None:
    one = part(word, "", kind)
    assert (korean.says(one), korean.denies(one), korean.noun_of(one)) == (says, denies, noun)


def test_korean_sentences() -> None:
    assert korean.sentences([DENSITY, LOW], "얼음", denied=False) == ["얼음은 밀도가 낮다.", "얼음의 밀도는 낮다."]
    assert korean.sentences([DENSITY, LOW], "", denied=True) == ["밀도가 낮지 않다."]
    assert korean.sentences([KEEP, DENSITY], "물", denied=True)[0] == "물은 밀도를 유지하지 않는다."
    assert korean.sentences([DENSITY, FALL, STOP], "물", denied=False)[0] == "물은 밀도가 주는 것을 막는다."
    assert korean.sentences([DENSITY, part("1", "1")], "물", denied=True)[0] == "물은 밀도가 1이 아니다."
    assert korean.sentences([ICE], "물", denied=False)[0] == "물은 얼음이 있다."


def test_english_sentences() -> None:
    assert english.sentences([DENSITY, LOW], "ice", denied=False) == [
        "With ice, the density is low.",
        "The density of ice is low.",
    ]
    assert english.sentences([DENSITY, LOW], "", denied=True) == ["The density is not low."]
    assert english.sentences([KEEP, DENSITY], "water", denied=False) == ["Water keeps the density."]
    assert english.sentences([DENSITY, FALL, STOP], "water", denied=True) == [
        "Water does not prevent the decreasing density."
    ]
    assert english.sentences([DENSITY, part("1", "1")], "water", denied=True)[0] == "With water, the density is not 1."
    assert english.sentences([ICE], "water", denied=True)[0] == "Water does not have ice."
    assert [english.third(verb) for verb in ("vanish", "carry", "play", "speed up")] == [
        "vanishes",
        "carries",
        "plays",
        "speeds up",
    ]


def test_the_part_of_speech_is_that_of_the_words(homework: Assignment) -> None:
    lexicon = lexicon_of(homework)

    def of(term: str) -> Part:
        return part_of(homework.terms[term], lexicon)

    assert (of("vanish").kind, of("gradient").kind) == ("verb", "noun")
    assert of("few").kind == "adjective"
    assert (of("prevent").ko, of("prevent").takes) == ("방지하다", True)
    assert in_english(of("prevent")).kind == "verb"
    assert in_english(of("few")).kind == "adjective"


def with_claim(assignment: Assignment, **changes: object) -> Assignment:
    """The rubric with nothing but one claim for `lighter`."""
    claim = assignment.concepts["lighter"].claims[0].model_copy(update=changes)
    concept = assignment.concepts["lighter"].model_copy(update={"claims": (claim,)})
    return assignment.model_copy(update={"concepts": {**assignment.concepts, "lighter": concept}})


def test_a_claim_that_cannot_be_said_is_told(assignment: Assignment) -> None:
    contrary = with_claim(assignment, of=("ice",), not_of=("ice",), unlike=())
    found = [one for one in warnings(contrary) if one.criterion == "lighter" and not one.points]
    assert [(one.family, one.claim, one.sentence) for one in found] == [
        ("unsaid", "density + low", "얼음은 밀도가 낮다.")
    ]
    assert not [one for one in warnings(assignment) if one.criterion == "lighter" and one.family == "unsaid"]


def test_opposites_and_attacks_that_earn_are_told(assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    def generous(assignment: Assignment, item: str, text: str) -> AnswerScore:
        true = score(assignment, item, "얼음은 밀도가 낮다.")
        return true.model_copy(update={"points": {**true.points, "lighter": 2.0}})

    monkeypatch.setattr(trials, "score", generous)
    found = [one for one in warnings(assignment) if one.item == "Q1" and "lighter" in one.criterion]
    told = {(one.family, one.sentence) for one in found}
    assert ("mirrored", "물은 밀도가 낮다.") in told
    assert ("negated", "얼음은 밀도가 낮지 않다.") in told
    assert ("mirrored", "With water, the density is low.") in told
    assert ("negated", "With ice, the density is not low.") in told
    assert {family for family, _ in told} >= {"list", "keywords", "question", "orders"}
    assert {one.points for one in found} == {2.0}


def test_phrases_know_no_subject_so_their_denials_are_tried(tmp_path: Path) -> None:
    assignment = load(ROOT / "tests" / "rubrics" / "good-phrases.yaml")
    assert {one.criterion for one in warnings(assignment)} <= {"mentions"}
    assert "unsaid" not in {one.family for one in warnings(assignment)}


def test_warnings_are_the_same_twice(assignment: Assignment) -> None:
    assert warnings(assignment) == warnings(assignment)


def test_every_item_is_attacked_in_both_languages(homework: Assignment) -> None:
    for name in ("P2", "P3.1", "P3.2"):
        made = list(attacks(homework, homework.item(name)))
        assert {family for family, _ in made} == {"question", "list", "keywords", "orders", "shuffled"}
        assert sum(family == "question" for family, _ in made) == 2
        assert len(set(made)) == len(made)


def test_lint_prints_warnings_below_good_and_fails_only_if_strict(tmp_path: Path, grader: Command) -> None:
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text((ROOT / "tests" / "rubrics" / "good-phrases.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    ended = grader("lint", rubric)
    assert (ended.returncode, ended.stderr) == (0, "")
    first, *others = ended.stdout.splitlines()
    assert first == f"{rubric}: good, 1 items, 1 criteria, 2 points"
    assert all(line.startswith("  ") for line in others)
    strict = grader("lint", "--strict", rubric)
    assert strict.returncode == int(bool(others))
    assert strict.stdout == ended.stdout


def test_code_alone_has_nothing_to_warn_of(grader: Command) -> None:
    ended = grader("lint", "--strict", ROOT / "tests" / "rubrics" / "good-code.yaml")
    assert ended.returncode == 0
    assert len(ended.stdout.splitlines()) == 1
