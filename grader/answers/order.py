"""Whether words stand in an order in which people write: against the same words shuffled.

A text is compared with shuffles of itself, so its subject and its length do not count. Korean by the language model of
the analyser; English by how often classes of words follow one another (english_order.json: counted by
benchmarks/english_order.py in texts of this project).
"""

from __future__ import annotations

import json
import math
import random
import re
from functools import lru_cache
from importlib import resources
from itertools import pairwise

from grader.answers import english
from grader.answers.korean import HANGUL, Analyser

_SHORTEST = 8  # words of a sentence
_MOST_CHARACTERS = 1500
_SHUFFLES = {"ko": 3, "en": 20}
# of the logarithm of likelihood, per word: 19 of 20 shuffles lie below, 19 of 20 answers that people wrote above
_ENOUGH = 30  # words; of fewer the likelihood varies more
_OVER_ALL = 0.9  # sentences that say alike may be exchanged word for word
_FEWEST_OF_PROSE, _PROSE = 5, 0.7  # words of a sentence of prose, and the share of words in such
_LEAST = {"ko": 0.7, "en": 0.27}
_MIXED = 0.1  # of the letters that are Korean, from which on a text is read as Korean
_PIECE = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d[\d.,/]*|[.!?;:\n]|[,()]")
_SENTENCE = re.compile(r"(?<=[.!?])\s|[\n;:•+]| - |→|->")
_POINT = 3  # words at most between commas in a row of points, such as notes are made of
_MOST_FORMULA = 0.3  # of a sentence's words
_OF_FORMULA = re.compile(r"(?!a$|i$)(?!.*[^\W\d_]{2}).*[a-zα-ω=]")  # no two letters in a row, as in `w(n)`, `=`, `e,`
_LETTERS = re.compile(r"[^\W\d_]")
_SUFFIXES = ("ing", "ed", "ly", "tion", "ive", "ous", "al", "s", "er")
_SMOOTHING = 5.0


@lru_cache(maxsize=64)  # an answer is scored once for each criterion
def is_shuffled(text: str, analyser: Analyser | None) -> bool:
    """Whether the words of a text might as well stand in any other order, within its sentences or over all of them.

    Only prose of some length counts: points of a list and notes have too few orders to tell.
    """
    sentences = [words for part in _SENTENCE.split(text[:_MOST_CHARACTERS]) for words in _without_points(part)]
    words = [word for sentence in sentences for word in sentence]
    prose = sum(len(sentence) for sentence in sentences if len(sentence) >= _FEWEST_OF_PROSE)
    letters = sum(map(str.isalpha, text))
    known = len(HANGUL.findall(text)) / max(1, letters)
    model = analyser if known > _MIXED else None
    # the analyser's model says nothing about the order of English words
    least = _LEAST["ko"] * known**2 if model else _LEAST["en"]
    least *= min(1.0, len(words) / _ENOUGH)
    if long := [sentence for sentence in sentences if _is_long(sentence)]:
        return _gain(long, model) < least or (_is_long(words) and _gain([words], model) < least * _OVER_ALL)
    return _is_long(words) and prose >= _PROSE * len(words) and _gain([words], model) < least * _OVER_ALL


def _without_points(sentence: str) -> list[list[str]]:
    """The sentence's words; of a row of short points each by itself."""
    points = [point.split() for point in sentence.split(",")]
    return points if len(points) > 1 and max(map(len, points)) <= _POINT else [sentence.split()]


def _gain(sentences: list[list[str]], model: Analyser | None) -> float:
    """How much more likely the words are in their order than shuffled within each sentence."""
    chance = random.Random(0)  # the same shuffles in every run
    shuffled = [list(words) for words in sentences]
    own = _likelihood(sentences, model)
    times = _SHUFFLES["ko" if model else "en"]
    others = 0.0
    for _ in range(times):
        for words in shuffled:
            chance.shuffle(words)
        others += _likelihood(shuffled, model)
    gain = own - others / times
    return gain / sum(map(len, sentences)) if model else gain


def _is_long(words: list[str]) -> bool:
    """Whether there are enough words, and no formula with its legend, whose letters have no order of prose."""
    formula = sum(bool(_OF_FORMULA.match(word)) for word in words)
    return sum(len(_LETTERS.findall(word)) > 1 for word in words) >= _SHORTEST and formula <= _MOST_FORMULA * len(words)


def _likelihood(sentences: list[list[str]], analyser: Analyser | None) -> float:
    text = " ".join(word for words in sentences for word in words)
    if analyser is not None:
        return analyser.likelihood(text)
    counts, followed, total = _counts()
    classes = classes_of(text)
    value = 0.0
    for a, b in pairwise(classes):
        share = (followed.get(b, 0) + 0.5) / (total + 100)
        joint = (counts.get(f"{a} {b}", 0) + _SMOOTHING * share) / (followed.get(a, 0) + _SMOOTHING)
        value += math.log(joint / share)
    return value / max(1, len(classes) - 1)


def classes_of(text: str) -> list[str]:
    """The words of a text as classes: words of grammar stand for themselves, others for their endings."""
    return [".", *map(_class, _PIECE.findall(text)), "."]


@lru_cache(maxsize=16384)
def _class(word: str) -> str:
    if word in ".!?;:\n":
        return "."
    if word[0].isdigit():
        return "#"
    if word in ",()":
        return word
    if word in english.FUNCTION or word in english.LIGHT or english.is_negation(word):
        return word
    return next((f"-{s}" for s in _SUFFIXES if word.endswith(s) and len(word) > len(s) + 2), "-")


@lru_cache(maxsize=1)
def _counts() -> tuple[dict[str, int], dict[str, int], int]:
    """How often two classes follow one another (`a b`), how often a class is followed, and the sum of these."""
    file = resources.files("grader.answers") / "data" / "english_order.json"
    counts = json.loads(file.read_text(encoding="utf-8"))
    followed: dict[str, int] = {}
    for pair, count in counts.items():
        first = pair.split(" ")[0]
        followed[first] = followed.get(first, 0) + count
    return counts, followed, sum(followed.values())
