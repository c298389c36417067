"""The engine for written answers on the project's own set: what it grants and misses, attacks, and slight changes.

A line of tests/answers/own.jsonl is one answer to an item of homework 1, with the share of each criterion's points that
a careful reader grants (`points`). On the criteria that are `contested` readers differ, so they are left out. Answers
that are not `honest` are attacks: words that should not earn points by themselves.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import ROOT

from grader.answers.scoring import AnswerScore, score
from grader.model import Assignment

Answer = dict[str, Any]
Change = Callable[[str, random.Random], str]

LINES = (ROOT / "tests" / "answers" / "own.jsonl").read_text(encoding="utf-8").splitlines()
ANSWERS: list[Answer] = [json.loads(line) for line in LINES]
HONEST = [answer for answer in ANSWERS if answer["honest"]]
ATTACKS = [answer for answer in ANSWERS if not answer["honest"]]


def scored(homework: Assignment, answer: Answer, text: str | None = None) -> AnswerScore:
    return score(homework, answer["item"], answer["text"] if text is None else text)


def decisions(homework: Assignment, answers: list[Answer]) -> Iterator[tuple[bool, bool]]:
    """For each criterion of each answer whether it earned points, and whether it should have."""
    for answer in answers:
        points = scored(homework, answer).points
        for criterion, label in answer["points"].items():
            if criterion not in answer["contested"]:
                yield points[criterion] > 0, label > 0


def named(answers: list[Answer]) -> str:
    return ", ".join(answer["id"] for answer in answers)


def test_the_set_has_answers_and_attacks_of_both_languages_to_every_item() -> None:
    counted = Counter((answer["item"], answer["language"], answer["honest"]) for answer in ANSWERS)
    for item in ("P2", "P3.1", "P3.2"):
        for language in ("ko", "en"):
            assert counted[item, language, True] >= 20
            assert counted[item, language, False] >= 20


@pytest.mark.parametrize("language", ["ko", "en"])
def test_honest_answers_get_the_points_that_they_deserve(homework: Assignment, language: str) -> None:
    answers = [answer for answer in HONEST if answer["language"] == language]
    counted = Counter(decisions(homework, answers))
    right = counted[True, True]
    assert right / (right + counted[True, False]) >= 0.95, counted
    assert right / (right + counted[False, True]) >= 0.70, counted


def test_attacks_earn_next_to_nothing_unseen(homework: Assignment) -> None:
    unseen = [
        answer
        for answer in ATTACKS
        if not (result := scored(homework, answer)).needs_review and 2 * result.total >= result.max_points
    ]
    assert len(unseen) <= 0.02 * len(ATTACKS), named(unseen)
    assert all(count <= 1 for count in Counter(answer["family"] for answer in unseen).values()), named(unseen)


@pytest.mark.parametrize(
    ("family", "guards"),
    [
        ("hidden", {"hidden"}),
        ("instruction", {"orders", "list", "order"}),
        ("keyword-list", {"list", "enumeration", "order"}),
        ("shuffled", {"order", "list"}),
    ],
)
def test_attacks_of_a_kind_raise_its_guard(homework: Assignment, family: str, guards: set[str]) -> None:
    answers = [answer for answer in ATTACKS if answer["family"] == family]
    missed = [answer for answer in answers if guards.isdisjoint(scored(homework, answer).guards)]
    assert len(missed) <= len(answers) / 4, named(missed)


def test_guards_seldom_stop_an_honest_answer(homework: Assignment) -> None:
    stopped = [answer for answer in HONEST if scored(homework, answer).guards]
    assert len(stopped) <= 0.06 * len(HONEST), named(stopped)


# ---------------------------------------------------------------- slight changes

PARTICLES = {"은": "이", "는": "가", "이": "은", "가": "는", "을": "은", "를": "는"}


def respaced(text: str, chance: random.Random) -> str:
    """Spaces between Korean words go, and line ends and double spaces come, here and there."""
    shown = []
    for i, sign in enumerate(text):
        between_korean = 0 < i < len(text) - 1 and is_korean(text[i - 1]) and is_korean(text[i + 1])
        if sign == " " and chance.random() < 0.1:
            shown.append("" if between_korean else "  ")
        else:
            shown.append(sign)
    return "".join(shown)


def decomposed(text: str, chance: random.Random) -> str:
    return unicodedata.normalize("NFD", text)


def other_particles(text: str, chance: random.Random) -> str:
    """A topic becomes a subject, or the other way round, in one word of four that end so."""
    words = text.split(" ")
    for i, word in enumerate(words):
        if len(word) > 2 and is_korean(word[-2]) and word[-1] in PARTICLES and chance.random() < 0.25:
            words[i] = word[:-1] + PARTICLES[word[-1]]
    return " ".join(words)


def misspelt(text: str, chance: random.Random) -> str:
    """Two neighbouring letters change places in one long English word, or a Korean syllable loses its last letter."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= (4 if any(map(is_korean, word)) else 7)]
    if not long:
        return text
    i = chance.choice(long)
    words[i] = misspelt_word(words[i], chance)
    return " ".join(words)


def misspelt_word(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 2)
    if is_korean(word[place]):
        return word[:place] + chr(ord(word[place]) - (ord(word[place]) - 0xAC00) % 28) + word[place + 1 :]
    if word[place : place + 2].isalpha() and not is_korean(word[place + 1]):
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word


def is_korean(sign: str) -> bool:
    return "가" <= sign <= "힣"


@pytest.mark.parametrize(
    ("change", "least"),
    [(respaced, 0.97), (decomposed, 0.97), (other_particles, 0.97), (misspelt, 0.92)],
)
def test_slight_changes_leave_the_points_as_they_are(homework: Assignment, change: Change, least: float) -> None:
    chance = random.Random(20240229)
    same = count = 0
    for answer in HONEST:
        before = scored(homework, answer).points
        after = scored(homework, answer, change(answer["text"], chance)).points
        same += sum(after[criterion] == points for criterion, points in before.items())
        count += len(before)
    assert same / count >= least


@pytest.mark.parametrize("change", [respaced, decomposed, other_particles, misspelt])
def test_the_changes_change_something(change: Change) -> None:
    chance = random.Random(20240229)
    changed = [answer for answer in HONEST if change(answer["text"], chance) != answer["text"]]
    assert len(changed) >= 0.25 * len(HONEST)
