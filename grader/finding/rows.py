"""Which rows of the data a model was fed, in whatever order and scale.

Scaling, logarithms and other monotone preprocessing change no ranks, and a random part of the rows changes them
little. So rows are first paired by the ranks of their columns; from good pairs follow the exact formulas of the
columns, and by these all rows are paired anew, which proves or refutes the first guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from grader.arithmetic.features import Recipe, designs, fit, recipes
from grader.arithmetic.tables import Floats

Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_LOOKED_AT, _PAIRED_BY_RANK, _FITTED = 3000, 1500, 400  # fed rows: paired in the end, at first, and to find formulas
_MOST_OF = 0.6  # of the pairs by rank are right, at least
_ALIKE = (0.9995, 0.985)  # correlation of two columns' quantiles, for a fed column to be taken for a raw one
_EXACT = 1e-5  # share of a column's variance: float32
_SAME_ROW = 1e-3  # distance of a fed row from what the formulas make of a raw one, in standard deviations
_ENOUGH = 0.9  # share of fed rows that must be found
_QUANTILES = np.linspace(0.01, 0.99, 99)
_CHUNK = 256
_ROUNDS = 4


@dataclass(frozen=True)
class Pairing:
    """`places`: for each row that was looked at the raw row that it is, -1 if none. `looked`: their numbers among the
    fed ones. `columns`: how each fed column is made, where that is known."""

    looked: Places
    places: Places
    columns: tuple[Recipe | None, ...]
    twins: Flags  # raw rows that no known column tells from another raw row

    @property
    def sure(self) -> Flags:
        """For each row that was looked at, whether it was found and can be no other."""
        return np.asarray((self.places >= 0) & ~self.twins[self.places])

    @property
    def found(self) -> float:
        """Share of the rows that were found."""
        return float(np.mean(self.places >= 0))


def pair(fed: Floats, raw: Floats, rows: int, every: int, ends: tuple[int, ...]) -> Pairing | None:
    """Pair fed rows, shape (fed rows, inputs), with raw ones, shape (rows, columns). None if they cannot be.

    fed: each `every`-th of `rows` rows. ends: row numbers in `raw` at which a table ends, for parts cut in order.
    """
    if len(fed) < 30 or not np.isfinite(fed).all():
        return None
    proved = (proof(fed, raw, places, sure) for places, sure in _guesses(fed, raw, rows, every, ends))
    return next((pairing for pairing in proved if pairing is not None), None)


def proof(fed: Floats, raw: Floats, places: Places, sure: bool) -> Pairing | None:
    """The pairing that follows from a guess of some of the places (-1: unknown), if all rows agree with it.

    sure: the guess is right for all of these rows or for none.
    """
    columns = _formulas(fed, raw, places, sure)
    if sum(_tells_rows_apart(column) for column in columns) < min(2, fed.shape[1]):
        return None
    looked = _spread(len(fed), _LOOKED_AT)
    paired = pair_exactly(fed[looked], raw, columns)
    found = paired >= 0
    if np.mean(found) < _ENOUGH:
        return None
    exact = recipes(fed[looked][found], raw[paired[found]], _EXACT)
    return Pairing(looked, paired, tuple(exact), _twins(raw, columns))


def _spread(count: int, most: int) -> Places:
    """At most so many of the numbers below `count`, evenly spread."""
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)


def _twins(raw: Floats, columns: tuple[Recipe | None, ...]) -> Flags:
    made = np.column_stack([recipe(raw) for recipe in columns if recipe is not None])
    rounded = np.round(made / np.maximum(made.std(0), np.finfo(float).tiny), 5)
    _, group, count = np.unique(rounded, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(count[group.reshape(-1)] > 1)


def pair_exactly(fed: Floats, raw: Floats, columns: tuple[Recipe | None, ...]) -> Places:
    """For each fed row the raw row from which the known columns make it, -1 where there is none."""
    known = [place for place, recipe in enumerate(columns) if recipe is not None and _tells_rows_apart(recipe)]
    made = np.column_stack([_made(columns[place], raw) for place in known])
    spread = np.maximum(made.std(0), np.finfo(float).tiny)
    places, distance = _nearest(fed[:, known] / spread, made / spread)
    return np.where(distance <= _SAME_ROW * np.sqrt(len(known)), places, -1)


def _made(recipe: Recipe | None, raw: Floats) -> Floats:
    assert recipe is not None
    return recipe(raw)


def _tells_rows_apart(recipe: Recipe | None) -> bool:
    return recipe is not None and recipe.design.origin != "constant"


def _guesses(fed: Floats, raw: Floats, rows: int, every: int, ends: tuple[int, ...]) -> Iterator[tuple[Places, bool]]:
    """First by place: whole tables, and parts from the beginning or the end of one. They are right for all rows or for
    none; then by ranks, where some pairs are wrong."""
    steps = every * np.arange(len(fed))
    for start, end in pairwise((0, *ends)):
        for first in dict.fromkeys((start, end - rows)):
            if first >= start and first + rows <= end:
                yield first + steps, True
    if 0 <= len(raw) - rows < len(raw):
        yield steps, True
    chosen = _spread(len(fed), _PAIRED_BY_RANK)
    for assigned in _assignments(fed, raw):
        columns, theirs = list(assigned), list(assigned.values())
        ranks = _ranks(fed[:, columns])
        nearest, distance = _nearest(ranks[chosen], _ranks(raw[:, theirs]))
        good = distance <= np.quantile(distance, 0.5)
        places = np.full(len(fed), -1, dtype=np.int64)
        places[chosen[good]] = nearest[good]
        yield places, False


def _assignments(fed: Floats, raw: Floats) -> Iterator[dict[int, int]]:
    """Which fed column may be which raw one: in the raw order, and by the shapes of their distributions."""
    if fed.shape[1] >= raw.shape[1]:
        yield {place: place for place in range(raw.shape[1])}
    alike = _alike(fed, raw)
    for least in _ALIKE:  # ratios of columns look a little like other columns
        assigned: dict[int, int] = {}
        for place in np.argsort(-alike, axis=None):
            column, theirs = divmod(int(place), raw.shape[1])
            if alike[column, theirs] < least:
                break
            if column not in assigned and theirs not in assigned.values():
                assigned[column] = theirs
        if assigned:
            yield assigned


def _alike(fed: Floats, raw: Floats) -> Floats:
    """Shape (inputs, columns): correlation of quantiles, of the plain column or of its logarithm."""
    ours = _standard(np.quantile(fed, _QUANTILES, axis=0))
    best = np.full((fed.shape[1], raw.shape[1]), -1.0)
    with np.errstate(all="ignore"):
        for shaped in (raw, np.log(raw), np.log1p(raw), np.sqrt(raw)):
            usable = np.isfinite(shaped).all(0)
            quantiles = _standard(np.quantile(np.where(usable, shaped, 0.0), _QUANTILES, axis=0))
            best = np.maximum(best, np.where(usable, ours.T @ quantiles / len(_QUANTILES), -1.0))
    return best


def _standard(columns: Floats) -> Floats:
    return np.asarray((columns - columns.mean(0)) / np.maximum(columns.std(0), np.finfo(float).tiny))


def _ranks(columns: Floats) -> Floats:
    """Ranks of each column from 0 to 1; equal values share the mean of theirs."""
    ranks = np.empty(columns.shape)
    for place in range(columns.shape[1]):
        _, group, count = np.unique(columns[:, place], return_inverse=True, return_counts=True)
        ranks[:, place] = ((np.cumsum(count) - (count + 1) / 2) / len(columns))[group.reshape(-1)]
    return ranks


def _nearest(these: Floats, those: Floats) -> tuple[Places, Floats]:
    """For each of `these` the nearest of `those`, and how far it is (Euclid)."""
    places, distances = np.empty(len(these), dtype=np.int64), np.empty(len(these))
    squares = (those**2).sum(1)
    for start in range(0, len(these), _CHUNK):
        part = these[start : start + _CHUNK]
        apart = squares - 2 * part @ those.T
        nearest = apart.argmin(1)
        places[start : start + _CHUNK] = nearest
        distances[start : start + _CHUNK] = np.sqrt(((part - those[nearest]) ** 2).sum(1))
    return places, distances


def _formulas(fed: Floats, raw: Floats, places: Places, sure: bool) -> tuple[Recipe | None, ...]:
    """Of each fed column from some of the pairs, where they agree on one; unless `sure`, a few may be wrong."""
    paired = np.flatnonzero(places >= 0)
    paired = paired[_spread(len(paired), _FITTED)]
    ours, theirs = fed[paired], raw[places[paired]]
    found: list[Recipe | None] = list(recipes(ours, theirs, _EXACT))
    if sure:
        return tuple(found)
    return tuple(recipe or _robust(ours[:, place], theirs) for place, recipe in enumerate(found))


def _robust(values: Floats, raw: Floats) -> Recipe | None:
    """The simplest formula that holds exactly for most of the pairs."""
    allowed = _EXACT * max(float(values.var()), np.finfo(float).tiny)
    for design in designs(raw):
        terms, kept = design.build(raw), np.ones(len(values), dtype=bool)
        for _ in range(_ROUNDS):
            recipe = Recipe(design, fit(terms[kept], values[kept, None])[:, 0])
            amiss = (terms @ recipe.coefficients - values) ** 2
            kept = amiss <= np.quantile(amiss, _MOST_OF)
            if design.origin != "constant" and float(amiss[kept].mean()) <= allowed:
                return recipe
    return None
