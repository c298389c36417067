"""How much each two hand-ins share of each part, what few others have counting most.

Homework of one kind is alike by nature: everybody writes the same training loop. So a fingerprint counts the less the
more of the class have it, what handout and reference hold counts nothing, and a share is told beside the class's usual
one. Outputs are not compared: all notebooks run with the same seeds, so equal numbers and figures prove nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from grader.similarity.parts import HandIn, Medium

Floats = NDArray[np.float64]
Fingerprints = Sequence[frozenset[int]]  # of each hand-in

_SHORT = (
    20.0  # rare fingerprints, about fifty letters: as much of its own is lent to each part, lest a phrase be a copy
)
_PAIRS_NEEDED = 10  # five hand-ins; fewer pairs have no distribution
_USUAL_OF_FEW = 0.1  # share that stands in for it: the upper quartile of most classes lies below
_MOST_USUAL = 0.25  # more is not taken for usual, lest nobody be told that a whole class handed in one text
_ONE_TEXT = 0.8  # of the longer of two hand-ins
_COLUMNS = 4096  # fingerprints at a time, so that memory does not grow with them


@dataclass(frozen=True)
class PartShares:
    """`shares[a, b]`: of the part of one of the two, the larger share that the other has in any part.

    `excess[a, b]`: 0 where that is usual or less, towards 1 where one has all of the other's part and it is not short.
    """

    name: str
    shares: Floats
    usual: float
    excess: Floats


def part_shares(
    hand_ins: Sequence[HandIn], given: Mapping[Medium, frozenset[int]]
) -> tuple[list[PartShares], dict[int, float]]:
    """Shares of every part that the hand-ins have, and what each of their fingerprints counts, from 0 to 1."""
    found: list[PartShares] = []
    counting: dict[int, float] = {}
    for medium, known in given.items():
        names = dict.fromkeys(part.name for one in hand_ins for part in one.parts if part.medium == medium)
        parts = {name: [_fingerprints(one, name, known) for one in hand_ins] for name in names}
        whole = [frozenset[int]().union(*of_one) for of_one in zip(*parts.values(), strict=True)]
        weights = _weights(_authors(whole))
        counting.update(weights)
        for name, common in zip(names, _common(list(parts.values()), whole, weights), strict=True):
            totals = np.array([math.fsum(weights[f] for f in part) for part in parts[name]])
            found.append(_shares(name, common, totals))
    return found, counting


def _fingerprints(one: HandIn, name: str, known: frozenset[int]) -> frozenset[int]:
    return frozenset[int]().union(*(part.fingerprints(known) for part in one.parts if part.name == name))


def _authors(whole: Fingerprints) -> Fingerprints:
    """The hand-ins, those with one text as one: a text does not become usual by being handed round."""
    (common,) = _common([whole], whole, dict.fromkeys(frozenset[int]().union(*whole), 1.0))
    sizes = np.array([len(one) for one in whole])
    same = common >= _ONE_TEXT * np.maximum(np.maximum(sizes[:, None], sizes), 1)
    author = np.arange(len(whole))
    for a, b in zip(*np.nonzero(np.triu(same, 1)), strict=True):
        author[author == author[b]] = author[a]
    return [frozenset().union(*compress(whole, author == one)) for one in np.unique(author)]


def _weights(authors: Fingerprints) -> dict[int, float]:
    """1 for what one or two of the class have, 0 for what all have, between them the squared logarithm of how many."""
    having = Counter(fingerprint for one in authors for fingerprint in one)
    class_size = sum(map(bool, authors)) + 1
    rarest = math.log(max(class_size, 3) / 2)
    return {f: min(1.0, (math.log(class_size / n) / rarest) ** 2) for f, n in having.items()}


def _common(parts: Sequence[Fingerprints], whole: Fingerprints, weights: Mapping[int, float]) -> list[Floats]:
    """For each part and each two hand-ins, the weight of what the one's part and the whole of the other share."""
    having = Counter(fingerprint for one in whole for fingerprint in one)
    shared = sorted(fingerprint for fingerprint, n in having.items() if n > 1)
    column = {fingerprint: place for place, fingerprint in enumerate(shared)}
    weight = np.array([weights[fingerprint] for fingerprint in shared])
    columns_of = [[_columns(one, column) for one in part] for part in (*parts, whole)]
    sums = [np.zeros((len(whole), len(whole))) for _ in parts]
    for start in range(0, len(shared), _COLUMNS):
        *matrices, all_of_it = (_matrix(rows, start, min(len(shared) - start, _COLUMNS)) for rows in columns_of)
        for place, matrix in enumerate(matrices):
            sums[place] += (matrix * weight[start : start + _COLUMNS]) @ all_of_it.T
    return sums


def _columns(fingerprints: frozenset[int], column: Mapping[int, int]) -> NDArray[np.int64]:
    return np.array(sorted(column[f] for f in fingerprints if f in column), dtype=np.int64)


def _matrix(rows: Sequence[NDArray[np.int64]], start: int, width: int) -> Floats:
    matrix = np.zeros((len(rows), width))
    for row, columns in enumerate(rows):
        first, last = np.searchsorted(columns, (start, start + width))
        matrix[row, columns[first:last] - start] = 1
    return matrix


def _shares(name: str, common: Floats, totals: Floats) -> PartShares:
    having = np.flatnonzero(totals)
    shares, of_longer = (_either_way(common, totals, lent) for lent in (0, _SHORT))
    usual = min(_usual(of_longer, having), _MOST_USUAL)
    excess = np.clip((of_longer - usual) / (1 - usual), 0, 1)
    return PartShares(name, shares, _usual(shares, having), excess)


def _either_way(common: Floats, totals: Floats, lent: float) -> Floats:
    of_each = common / np.where(totals > 0, totals + lent, np.inf)[:, None]
    np.fill_diagonal(of_each, 0)
    return np.minimum(np.maximum(of_each, of_each.T), 1)


def _usual(shares: Floats, having: NDArray[np.intp]) -> float:
    pairs = shares[np.ix_(having, having)][np.triu_indices(len(having), 1)]
    return float(np.quantile(pairs, 0.75)) if len(pairs) >= _PAIRS_NEEDED else _USUAL_OF_FEW
