"""What became of the raw columns before a layer saw them: the grader's own arithmetic, in float64.

A column that was computed from one or two raw columns (scaled, cut off, its logarithm, a ratio, a product, a place on
the map) is recognised by fitting it or by rows that share those columns. A prediction made elsewhere is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from grader.tables import Floats

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


def origins(inputs: Floats, raw: Floats) -> list[Column]:
    """For each column of `inputs`, shape (rows, inputs), what it is of `raw`, shape (rows, columns).

    constant; column: affine in a single raw one; mix: affine in several; function: of one or two raw columns; unknown.
    """
    found: dict[int, Column] = {}
    for origin, design in _designs(raw):
        left = [place for place in range(inputs.shape[1]) if place not in found]
        if not left:
            break
        fitted = _fit(design, inputs[:, left])
        spread = np.maximum(inputs[:, left].var(0), np.finfo(float).tiny)
        amiss = ((inputs[:, left] - fitted) ** 2).mean(0) / (
            spread if origin != "constant" else _square(inputs[:, left])
        )
        found |= {place: Column(origin, fitted[:, i]) for i, place in enumerate(left) if amiss[i] <= _SAME}
    for place in range(inputs.shape[1]):
        if place not in found:
            values = inputs[:, place]
            known = _is_function(values, raw)
            found[place] = Column("function", values) if known else Column("unknown", np.zeros(len(values)))
    return [found[place] for place in range(inputs.shape[1])]


def _square(columns: Floats) -> Floats:
    return np.asarray(np.maximum((columns**2).mean(0), np.finfo(float).tiny))


def _designs(raw: Floats) -> Iterator[tuple[Origin, Floats]]:
    """Columns whose sums are tried, the simplest first."""
    one = np.ones((len(raw), 1))
    scaled = (raw - raw.mean(0)) / np.maximum(raw.std(0), np.finfo(float).tiny)
    yield "constant", one
    places = range(raw.shape[1])
    for place in places:
        yield "column", np.column_stack([one, scaled[:, place]])
    yield "mix", np.column_stack([one, scaled])
    for place in places:
        yield "function", np.column_stack([one, *_of_one(raw[:, place], scaled[:, place])])
    for first, second in combinations(places, 2) if raw.shape[1] <= _MOST_PAIRED else ():
        a, b = raw[:, first], raw[:, second]
        parts = [*_of_one(a, scaled[:, first]), *_of_one(b, scaled[:, second]), scaled[:, first] * scaled[:, second]]
        parts += [top / bottom for top, bottom in ((a, b), (b, a)) if np.all(bottom != 0)]
        yield "function", np.column_stack([one, *parts])


def _of_one(values: Floats, scaled: Floats) -> list[Floats]:
    powers = [scaled, scaled**2, scaled**3]
    return [*powers, np.log(values), np.sqrt(values), 1 / values] if np.all(values > 0) else powers


def _fit(design: Floats, columns: Floats) -> Floats:
    scale = np.maximum(np.sqrt(_square(design)), np.finfo(float).tiny)
    coefficients, *_ = np.linalg.lstsq(design / scale, columns, rcond=None)
    return np.asarray((design / scale) @ coefficients)


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
