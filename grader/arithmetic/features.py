"""What became of the raw columns before a layer saw them: the grader's own arithmetic, in float64.

A column that was computed from one or two raw columns (scaled, cut off, its logarithm, a ratio, a product, a place on
the map) is recognised by fitting it or by rows that share those columns. A prediction made elsewhere is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Literal

import numpy as np

from grader.arithmetic.tables import Floats

Origin = Literal["constant", "column", "mix", "function", "unknown"]

_SAME = 1e-6  # share of a column's variance; float32 leaves 1e-11 of standardised columns
_MOST_PAIRED = 15  # raw columns of which pairs are tried; beyond, only single ones
_TURNS = 10  # of a function of one raw column, such as a parabola or a sine; other values turn at every second row
_TIED_ROWS = 30  # rows that share a value with another that differs elsewhere, for a column to be known by that


@dataclass(frozen=True)
class Column:
    """One input of a layer. `fitted`: what its origin explains of it, shape (rows,); the column itself if all."""

    origin: Origin
    fitted: Floats


@dataclass(frozen=True)
class Design:
    """Columns whose sums are tried. `build`: raw columns, shape (rows, columns) -> (rows, terms)."""

    origin: Origin
    build: Callable[[Floats], Floats]


@dataclass(frozen=True)
class Recipe:
    """How a column is made of the raw ones; for rows that were never seen too."""

    design: Design
    coefficients: Floats

    def __call__(self, raw: Floats) -> Floats:
        """Shape (rows, columns) -> (rows,)."""
        return np.asarray(self.design.build(raw) @ self.coefficients, dtype=np.float64)


def origins(inputs: Floats, raw: Floats) -> list[Column]:
    """For each column of `inputs`, shape (rows, inputs), what it is of `raw`, shape (rows, columns).

    constant; column: affine in a single raw one; mix: affine in several; function: of one or two raw columns; unknown.
    """
    found = []
    for place, recipe in enumerate(recipes(inputs, raw)):
        values = inputs[:, place]
        if recipe is not None:
            found.append(Column(recipe.design.origin, recipe(raw)))
        elif _is_function(values, raw):
            found.append(Column("function", values))
        else:
            found.append(Column("unknown", np.zeros(len(values))))
    return found


def recipes(inputs: Floats, raw: Floats, same: float = _SAME) -> list[Recipe | None]:
    """For each column of `inputs` the simplest sum of terms that leaves less than `same` of its variance, or None."""
    found: dict[int, Recipe] = {}
    for design in designs(raw):
        left = [place for place in range(inputs.shape[1]) if place not in found]
        if not left:
            break
        terms = design.build(raw)
        coefficients = fit(terms, inputs[:, left])
        spread = np.maximum(inputs[:, left].var(0), np.finfo(float).tiny)
        amiss = ((inputs[:, left] - terms @ coefficients) ** 2).mean(0) / (
            spread if design.origin != "constant" else _square(inputs[:, left])
        )
        found |= {place: Recipe(design, coefficients[:, i]) for i, place in enumerate(left) if amiss[i] <= same}
    return [found.get(place) for place in range(inputs.shape[1])]


def _square(columns: Floats) -> Floats:
    return np.asarray(np.maximum((columns**2).mean(0), np.finfo(float).tiny))


def designs(raw: Floats) -> Iterator[Design]:
    """The simplest first. What `raw`, shape (rows, columns), shows scales the terms, wherever they are used later."""
    terms, places = _Terms(raw), range(raw.shape[1])
    yield Design("constant", lambda rows: np.ones((len(rows), 1)))
    for place in places:
        yield Design("column", partial(terms.column, place))
    yield Design("mix", terms.mix)
    for place in places:
        yield Design("function", partial(terms.of_one, place))
    for first, second in combinations(places, 2) if raw.shape[1] <= _MOST_PAIRED else ():
        yield Design("function", partial(terms.of_two, first, second))


class _Terms:
    """Terms of raw columns. Each method: rows, shape (rows, columns) -> (rows, terms), the first of them 1."""

    def __init__(self, raw: Floats) -> None:
        self.centre, self.spread = raw.mean(0), np.maximum(raw.std(0), np.finfo(float).tiny)
        self.positive, self.nonzero = np.all(raw > 0, axis=0), np.all(raw != 0, axis=0)

    def scaled(self, rows: Floats) -> Floats:
        return np.asarray((rows - self.centre) / self.spread)

    def column(self, place: int, rows: Floats) -> Floats:
        return np.column_stack([np.ones(len(rows)), self.scaled(rows)[:, place]])

    def mix(self, rows: Floats) -> Floats:
        return np.column_stack([np.ones(len(rows)), self.scaled(rows)])

    def of_one(self, place: int, rows: Floats) -> Floats:
        return np.column_stack([np.ones(len(rows)), *self._curves(place, rows)])

    def of_two(self, first: int, second: int, rows: Floats) -> Floats:
        a, b, scaled = rows[:, first], rows[:, second], self.scaled(rows)
        parts = [np.ones(len(rows)), *self._curves(first, rows), *self._curves(second, rows)]
        parts.append(scaled[:, first] * scaled[:, second])
        quotients = ((a, b, second), (b, a, first))
        return np.column_stack([*parts, *(top / bottom for top, bottom, below in quotients if self.nonzero[below])])

    def _curves(self, place: int, rows: Floats) -> list[Floats]:
        scaled = self.scaled(rows)[:, place]
        powers = [scaled, scaled**2, scaled**3]
        if not self.positive[place]:
            return powers
        values = np.maximum(rows[:, place], np.finfo(float).tiny)  # rows that were not seen may hold another sign
        return [*powers, np.log(values), np.sqrt(values), 1 / values]


def fit(design: Floats, columns: Floats) -> Floats:
    """Coefficients, shape (terms, columns)."""
    scale = np.maximum(np.sqrt(_square(design)), np.finfo(float).tiny)
    coefficients, *_ = np.linalg.lstsq(design / scale, columns, rcond=None)
    return np.asarray(coefficients / scale[:, None])


def _is_function(values: Floats, raw: Floats) -> bool:
    """A curve of few turns over one raw column, or the same wherever one or two raw columns are."""
    for place in range(raw.shape[1]):
        if _is_curve(values[np.lexsort((values, raw[:, place]))]) and _agrees(values, raw[:, [place]], fewest=0):
            return True
    _, different = np.unique(raw, axis=0, return_index=True)
    values, raw = values[different], raw[different]
    pairs = combinations(range(raw.shape[1]), 2) if raw.shape[1] <= _MOST_PAIRED else ()
    return any(_agrees(values, raw[:, list(chosen)]) for chosen in [*((p,) for p in range(raw.shape[1])), *pairs])


def _is_curve(values: Floats) -> bool:
    """Whether all ups and downs together are at most so many times the whole range: less where rows are few."""
    steps = float(np.abs(np.diff(values)).sum())
    return steps <= max(1.001, min(_TURNS, len(values) / 40)) * float(np.ptp(values))


def _agrees(values: Floats, columns: Floats, fewest: int = _TIED_ROWS) -> bool:
    """Rows that share `columns` have the same value, and there are at least so many such rows."""
    _, group, size = np.unique(columns, axis=0, return_inverse=True, return_counts=True)
    group = group.reshape(-1)
    lowest, highest = np.full(len(size), np.inf), np.full(len(size), -np.inf)
    np.minimum.at(lowest, group, values)
    np.maximum.at(highest, group, values)
    apart = float((highest - lowest).max())
    return int(size[size > 1].sum()) >= fewest and apart <= 1e-5 * float(values.std())
