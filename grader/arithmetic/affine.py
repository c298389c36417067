"""Is one list of numbers an affine function of another, cut off or not? The grader's own arithmetic, in float64."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from grader.arithmetic.tables import Floats

SAME = 1e-4  # share of the variance: rounding of bfloat16 or to a thousand dollars leaves 1e-5
_UNITS = (1.0, 1e3, 1e4, 1e5, 1e6)  # dollars, thousands, ... in which log1p may have been taken
_WRONG_WAY = 1e-3  # of all steps of a curve, by size: what rounding does to a curve that only rises or only falls
_LARGEST_EXPONENT = 300.0  # its square is still a number in float64


@dataclass(frozen=True)
class Law:
    """value = slope * x + offset, or exp or `unit` times expm1 of that; cut off below `low` and above `high`."""

    slope: float
    offset: float
    unit: float | None = None  # None: affine; 0: exp; else that of expm1
    low: float = -np.inf
    high: float = np.inf
    left: float = 1.0  # share of the values' variance that it does not explain

    def __call__(self, x: Floats) -> Floats:
        values = self.slope * x + self.offset
        if self.unit is not None:
            values = np.exp(np.clip(values, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
            values = values if self.unit == 0 else self.unit * (values - 1)
        return np.asarray(np.clip(values, self.low, self.high), dtype=np.float64)

    def missed(self, x: Floats, values: Floats) -> float:
        """Share of the variance of `values`, or of what they should be, that is amiss; ends may be cut off anew.

        Ends of equal values may also come from equal rows, so that other weights lead beyond them.
        """
        low, high = _end(values, values.min(), -np.inf), _end(values, values.max(), np.inf)
        cut = [replace(self, low=max(low, self.low), high=min(high, self.high)), replace(self, low=low, high=high)]
        missed = min(float(np.mean((values - one(x)) ** 2)) for one in cut)
        spread = max(float(values.var()), min(float(one(x).var()) for one in cut))
        return missed / spread if spread > 0 else float(missed > 0)


def law(x: Floats, values: Floats) -> Law:
    """The law that leaves least, plain affine first. Both of shape (rows,), finite."""
    low, high = _end(values, values.min(), -np.inf), _end(values, values.max(), np.inf)
    inside = (values > low) & (values < high)
    if np.count_nonzero(inside) < max(8, len(values) // 10):
        low, high, inside = -np.inf, np.inf, np.ones(len(values), dtype=bool)
    found: list[Law] = []
    for unit, straight in _straightened(values[inside]):
        slope, offset = _line(x[inside], straight)
        guess = Law(slope, offset, unit, low, high)
        found.append(replace(guess, left=guess.missed(x, values)))
        if found[0].left <= SAME:
            break
    return min(found, key=lambda one: one.left)


def rises_or_falls(x: Floats, values: Floats) -> bool:
    """Whether `values` only rise or only fall with `x`, but for rounding."""
    steps = np.diff(values[np.argsort(x, kind="stable")])
    up, down = float(steps[steps > 0].sum()), -float(steps[steps < 0].sum())
    return min(up, down) <= _WRONG_WAY * max(up, down)


def _straightened(values: Floats) -> Iterator[tuple[float | None, Floats]]:
    """The unit of a law, and what it makes of `values` where the law holds: a straight line."""
    yield None, values
    if values.min() > 0:
        yield 0.0, np.log(values)
    for unit in _UNITS:
        if values.min() > -unit:
            yield unit, np.log1p(values / unit)


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    centred = x - x.mean()
    square = float(centred @ centred)
    slope = float(centred @ (y - y.mean())) / square if square > 0 else 0.0
    return slope, float(y.mean() - slope * x.mean())


def _end(values: Floats, extreme: float, otherwise: float) -> float:
    """The extreme where several values stand at it, as after clipping."""
    return float(extreme) if np.count_nonzero(values == extreme) > 1 else otherwise
