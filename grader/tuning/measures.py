"""Numbers about agreement. Everything takes pairs of what a person gave and what the grader gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Judged = tuple[float, int, int]  # an answer's confidence, how many of its decisions agree, and of how many
Pairs = Sequence[tuple[float, float]]  # the person's, the grader's


@dataclass(frozen=True)
class Rates:
    """How often points were granted rightly. Half of a criterion's points are points."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    neither: int = 0

    @property
    def n(self) -> int:
        return self.right + self.wrong + self.missed + self.neither

    @property
    def precision(self) -> float | None:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def f1(self) -> float | None:
        asked = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / asked if asked else None


@dataclass(frozen=True)
class Agreement:
    """`exact`: share of pairs that are equal; `kappa`: quadratic weighted, None where all are alike."""

    n: int
    exact: float
    kappa: float | None
    off: float  # mean distance


@dataclass(frozen=True)
class Bin:
    """Decisions of about the same confidence."""

    low: float
    high: float
    n: int
    confidence: float
    agreement: float


@dataclass(frozen=True)
class Point:
    """With the bar here: the share of answers that need no person, how many of their decisions a person would sign,
    and how many of them whole."""

    bar: float
    coverage: float
    agreement: float
    whole: float


_EDGES = (0.0, 0.4, 0.6, 0.7, 0.78, 0.83, 0.88, 0.92, 0.95, 1.0)


def rates(pairs: Iterable[tuple[float, float]]) -> Rates:
    counted = Counter((given > 0, got > 0) for given, got in pairs)
    return Rates(counted[True, True], counted[False, True], counted[True, False], counted[False, False])


def kappa(pairs: Pairs) -> float | None:
    """Quadratic weighted kappa (Cohen 1968): 1 less the squared distances as a share of those that chance gives."""
    if not pairs:
        return None
    given, got = np.array(pairs, dtype=float).T
    chance = float(given.var() + got.var() + (given.mean() - got.mean()) ** 2)
    return 1 - float(((given - got) ** 2).mean()) / chance if chance > 1e-12 else None


def agreement(pairs: Pairs) -> Agreement:
    if not pairs:
        return Agreement(0, 0.0, None, 0.0)
    apart = [abs(given - got) for given, got in pairs]
    exact = sum(distance < 1e-6 for distance in apart) / len(apart)
    return Agreement(len(pairs), exact, kappa(pairs), sum(apart) / len(apart))


def confusion(pairs: Pairs) -> tuple[tuple[float, ...], tuple[tuple[int, ...], ...]]:
    """The levels, and for each of the person's how often the grader gave each."""
    levels = tuple(sorted({round(value, 4) for pair in pairs for value in pair}))
    counted = Counter((round(given, 4), round(got, 4)) for given, got in pairs)
    return levels, tuple(tuple(counted[given, got] for got in levels) for given in levels)


def calibration(judged: Sequence[tuple[float, bool]]) -> list[Bin]:
    """From confidence and agreement of each decision, the bins that hold any."""
    found = []
    for low, high in pairwise(_EDGES):
        inside = [(sure, agrees) for sure, agrees in judged if low < sure <= high or sure == low == 0]
        if inside:
            sure = sum(one for one, _ in inside) / len(inside)
            found.append(Bin(low, high, len(inside), sure, sum(agrees for _, agrees in inside) / len(inside)))
    return found


def coverage(judged: Sequence[Judged]) -> list[Point]:
    """The curve: a point for each bar that makes a difference."""
    points = []
    for bar in sorted({round(sure, 4) for sure, _, _ in judged}):
        kept = [one for one in judged if one[0] >= bar - 1e-9]
        decided, whole = sum(n for _, _, n in kept), sum(agreed == n for _, agreed, n in kept)
        agreed = sum(agreed for _, agreed, _ in kept)
        points.append(Point(bar, len(kept) / len(judged), agreed / max(1, decided), whole / len(kept)))
    return points


def best_bar(judged: Sequence[Judged], wanted: float) -> float:
    """The bar that leaves most answers without a person at the agreement that is wanted; above 1 where none does."""
    good = [point for point in coverage(judged) if point.agreement >= wanted]
    return max(good, key=lambda point: point.coverage).bar if good else 1.01
