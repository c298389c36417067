"""What anybody gets without a rubric: the length of an answer, the nearest graded answer, words picked automatically.

Each learns on four fifths of an item's answers and is tried on the fifth.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from grader.answers.korean import HANGUL
from grader.tuning.folds import FOLDS, fold_of
from grader.tuning.measures import Agreement, agreement
from grader.tuning.trials import Trial

_WORD = re.compile(r"[a-z0-9]+|[가-힣]+")
_KEYWORDS = 12
_LEAST = 3  # answers that hold a keyword
Vector = npt.NDArray[np.float64]
Learner = Callable[[list[str], Vector], Callable[[str], float]]  # from texts and marks, what tells the mark of a text


def baselines(trials: Sequence[Trial]) -> dict[str, Agreement]:
    """Agreement of each baseline's marks with the person's, all answers in one."""
    return {name: _tried(trials, learner) for name, learner in _LEARNERS.items()}


def _tried(trials: Sequence[Trial], learner: Learner) -> Agreement:
    placed = fold_of(trials)
    groups: dict[tuple[str, ...], list[Trial]] = defaultdict(list)
    for trial in trials:
        groups[trial.item.id, *trial.record.shares].append(trial)  # answers that were judged on the same criteria
    pairs = []
    for group in groups.values():
        for number in range(FOLDS):
            four = [trial for trial in group if placed[trial.record.id] != number]
            fifth = [trial for trial in group if placed[trial.record.id] == number]
            if four and fifth:
                marks = np.array([trial.given for trial in four])
                tell = learner([trial.record.text for trial in four], marks)
                pairs += [(trial.given, _level(tell(trial.record.text), marks)) for trial in fifth]
    return agreement(pairs)


def _level(value: float, marks: Vector) -> float:
    """The mark that was given and lies nearest."""
    levels = np.unique(marks)
    return float(levels[np.abs(levels - value).argmin()])


def words(text: str) -> list[str]:
    """English words, and Korean ones by pairs of syllables, since particles hang on to them."""
    found = []
    for word in _WORD.findall(text.casefold()):
        if HANGUL.match(word) and len(word) > 2:
            found += [word[i : i + 2] for i in range(len(word) - 1)]
        else:
            found.append(word)
    return found


def _line(values: Vector, marks: Vector) -> Callable[[float], float]:
    """Least squares through the points."""
    spread = float(values.var())
    slope = float(((values - values.mean()) * (marks - marks.mean())).mean()) / spread if spread else 0.0
    middle, mean = float(values.mean()), float(marks.mean())
    return lambda value: mean + slope * (value - middle)


def by_length(texts: list[str], marks: Vector) -> Callable[[str], float]:
    line = _line(np.array([math.log1p(len(words(text))) for text in texts]), marks)
    return lambda text: line(math.log1p(len(words(text))))


def by_nearest(texts: list[str], marks: Vector) -> Callable[[str], float]:
    counted = [Counter(words(text)) for text in texts]
    held = Counter(word for one in counted for word in one)
    weight = {word: math.log((1 + len(texts)) / (1 + n)) + 1 for word, n in held.items()}
    place = {word: i for i, word in enumerate(sorted(weight))}

    def vector(counts: Counter[str]) -> Vector:
        found = np.zeros(len(place) + 1)
        for word, n in counts.items():
            if word in place:
                found[place[word]] = n * weight[word]
        return found / (float(np.linalg.norm(found)) or 1.0)

    known = np.stack([vector(one) for one in counted])
    return lambda text: float(marks[(known @ vector(Counter(words(text)))).argmax()])


def by_keywords(texts: list[str], marks: Vector) -> Callable[[str], float]:
    """The words that go with high marks best, counted."""
    sets = [frozenset(words(text)) for text in texts]
    held = Counter(word for one in sets for word in one)
    gains = []
    for word in sorted(held):
        if _LEAST <= held[word] < len(texts):
            inside = np.array([word in one for one in sets])
            gain = float(marks[inside].mean() - marks[~inside].mean()) * math.sqrt(inside.mean() * (1 - inside.mean()))
            gains.append((-gain, word))
    chosen = frozenset(word for gain, word in sorted(gains)[:_KEYWORDS] if gain < 0)
    line = _line(np.array([len(chosen & one) for one in sets], dtype=float), marks)
    return lambda text: line(len(chosen & frozenset(words(text))))


_LEARNERS: dict[str, Learner] = {"length": by_length, "nearest": by_nearest, "keywords": by_keywords}
