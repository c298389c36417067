"""How much each two hand-ins share of each part, what few others have counting most.

Homework of one kind is alike by nature: everybody writes the same training loop. So a fingerprint counts the less the
more of the class have it, what handout and reference hold counts nothing, and a share is told beside the class's usual
one. Outputs are not compared: all notebooks run with the same seeds, so equal numbers and figures prove nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.similarity.parts import MEDIA, Hashes, Prints

Floats = NDArray[np.float64]
Columns = NDArray[np.int32]  # places of fingerprints among all that the class has, rising
Fingerprints = Sequence[Columns]  # of each hand-in

TOLD = 0.1  # a part's excess over what is usual
RARE = 0.3  # what a fingerprint must count for a passage to be shown for it

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
    """Pairs of which one part is more alike than is usual, by their `keys` (a * hand-ins + b, where a < b), rising.

    `shares`: of the part of one of the two, the larger share that the other has in any part. `excess`: 0 where that is
    usual or less, towards 1 where one has all of the other's part and it is not short; here `TOLD` or more.
    """

    name: str
    usual: float
    keys: NDArray[np.intp]
    shares: Floats
    excess: Floats

    def of(self, key: int) -> tuple[float, float] | None:
        """Share and excess of a pair."""
        place = int(np.searchsorted(self.keys, key))
        there = place < len(self.keys) and self.keys[place] == key
        return (float(self.shares[place]), float(self.excess[place])) if there else None


@dataclass(frozen=True)
class Shared:
    """`scores`: one number for each two; `parts`: where they are alike; `rare`: fingerprints of which few have any."""

    scores: Floats
    parts: tuple[PartShares, ...]
    rare: Hashes


def shared(hand_ins: Sequence[Prints]) -> Shared:
    """How much each two share, held for one part at a time: for thousands, each part is a matrix of megabytes.

    Parts that are much alike add up in the scores; slight likenesses, which chance makes, hardly do.
    """
    different = np.ones((len(hand_ins), len(hand_ins)))
    found: list[PartShares] = []
    rare: list[Hashes] = []
    for medium in MEDIA:
        names = dict.fromkeys(name for one in hand_ins for name, part in one.parts.items() if part.medium == medium)
        if not names:
            continue
        hashes = _distinct([part.hashes for one in hand_ins for part in one.parts.values() if part.medium == medium])
        parts = {name: [_columns(one.hashes_of(name), hashes) for one in hand_ins] for name in names}
        whole = [np.unique(np.concatenate(of_one)) for of_one in zip(*parts.values(), strict=True)]
        weights = _weights(_authors(whole, len(hashes)), len(hashes))
        rare.append(hashes[weights >= RARE])
        for name, columns in parts.items():
            totals = np.array([math.fsum(weights[part]) for part in columns])
            part, excess = _shares(name, _common(columns, whole, weights), totals)
            different *= 1 - excess**2
            found.append(part)
    return Shared(np.sqrt(1 - different), tuple(found), _distinct(rare))


def _distinct(some: Sequence[Hashes]) -> Hashes:
    return np.unique(np.concatenate([np.empty(0, np.uint64), *some]))


def _columns(hashes: Hashes, known: Hashes) -> Columns:
    """Places of the hashes among all that are known, rising."""
    return np.searchsorted(known, np.sort(hashes)).astype(np.int32)


def _authors(whole: Fingerprints, width: int) -> Fingerprints:
    """The hand-ins, those with one text as one: a text does not become usual by being handed round."""
    common = _common(whole, whole, np.ones(width))
    sizes = np.array([len(one) for one in whole])
    same = common >= _ONE_TEXT * np.maximum(np.maximum(sizes[:, None], sizes), 1)
    author = np.arange(len(whole))
    for a, b in zip(*np.nonzero(np.triu(same, 1)), strict=True):
        if author[a] != author[b]:
            author[author == author[b]] = author[a]
    texts: dict[int, list[Columns]] = {}
    for one, columns in zip(author.tolist(), whole, strict=True):
        texts.setdefault(one, []).append(columns)
    return [np.unique(np.concatenate(of_one)) for of_one in texts.values()]


def _weights(authors: Fingerprints, width: int) -> Floats:
    """1 for what one or two of the class have, 0 for what all have, between them the squared logarithm of how many."""
    class_size = sum(len(one) > 0 for one in authors) + 1
    rarest = math.log(max(class_size, 3) / 2)
    of_count = [0.0, *(min(1.0, (math.log(class_size / n) / rarest) ** 2) for n in range(1, class_size))]
    return np.array(of_count)[_having(authors, width)]


def _having(hand_ins: Fingerprints, width: int) -> NDArray[np.intp]:
    """How many have each fingerprint."""
    return np.bincount(np.concatenate([np.empty(0, np.int32), *hand_ins]), minlength=width)


def _common(part: Fingerprints, whole: Fingerprints, weights: Floats) -> Floats:
    """For each two hand-ins, the weight of what the one's part and the whole of the other share."""
    several = np.flatnonzero(_having(whole, len(weights)) > 1)
    place = np.full(len(weights), -1, dtype=np.int32)
    place[several] = np.arange(len(several))
    ours, theirs = ([(at := place[one])[at >= 0] for one in some] for some in (part, whole))
    sums = np.zeros((len(whole), len(whole)))
    for start in range(0, len(several), _COLUMNS):
        width = min(len(several) - start, _COLUMNS)
        weighted = _matrix(ours, start, width) * weights[several[start : start + width]]
        sums += weighted @ _matrix(theirs, start, width).T
    return sums


def _matrix(rows: Fingerprints, start: int, width: int) -> Floats:
    matrix = np.zeros((len(rows), width))
    for row, columns in enumerate(rows):
        first, last = np.searchsorted(columns, (start, start + width))
        matrix[row, columns[first:last] - start] = 1
    return matrix


def _shares(name: str, common: Floats, totals: Floats) -> tuple[PartShares, Floats]:
    """The part's pairs, and the excess of all."""
    having = np.flatnonzero(totals)
    excess = _either_way(common, totals, _SHORT)
    usual = min(_usual(excess, having), _MOST_USUAL)
    excess = np.clip((excess - usual) / (1 - usual), 0, 1)
    shares = _either_way(common, totals, 0)
    keys = np.flatnonzero(np.triu(excess, 1) >= TOLD)
    return PartShares(name, _usual(shares, having), keys, shares.flat[keys], excess.flat[keys]), excess


def _either_way(common: Floats, totals: Floats, lent: float) -> Floats:
    of_each = common / np.where(totals > 0, totals + lent, np.inf)[:, None]
    np.fill_diagonal(of_each, 0)
    return np.minimum(np.maximum(of_each, of_each.T), 1)


def _usual(shares: Floats, having: NDArray[np.intp]) -> float:
    pairs = shares[np.ix_(having, having)][np.triu_indices(len(having), 1)]
    return float(np.quantile(pairs, 0.75)) if len(pairs) >= _PAIRS_NEEDED else _USUAL_OF_FEW
