"""Unseen rows through a student's own preprocessing, and a model's outputs back into the target's unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from grader.arithmetic.features import Recipe
from grader.arithmetic.tables import Floats
from grader.finding.rows import Pairing

_EXACT = 1e-5  # share of the target's variance: float32
_UNITS = (1.0, 1e3, 1e4, 1e5, 1e6)  # of a target that a logarithm was taken of
_LARGEST_EXPONENT = 300.0
_FEWEST = 8  # rows
_MATTERS = 1e-3  # spread of the target in the model's unit, as a share of the outputs'


@dataclass(frozen=True)
class Scale:
    """How a model's unit comes from the target's: slope * f(target) + offset, where f may be a logarithm or a root."""

    shape: Literal["plain", "log", "log1p", "root"]
    slope: float
    offset: float
    unit: float = 1.0

    def back(self, values: Floats) -> Floats:
        """From the model's unit to the target's. Shape stays."""
        straight = (values - self.offset) / self.slope
        if self.shape == "plain":
            return np.asarray(straight)
        if self.shape == "root":
            return np.asarray(np.sign(straight) * straight**2 * self.unit)
        grown = np.exp(np.clip(straight, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
        return np.asarray(self.unit * (grown - (1.0 if self.shape == "log1p" else 0.0)))

    def told(self) -> str:
        """Such as `(log(target) - 12.1) / 0.57`; for people."""
        inner = {"plain": "target", "log": "log(target)", "log1p": f"log(1 + target/{self.unit:g})", "root": "√target"}
        return f"{self.slope:.6g} · {inner[self.shape]} + {self.offset:.6g}"


def scale_of(vectors: list[Floats], outputs: Floats, target: Floats) -> Scale | None:
    """The scale in which one of `vectors`, or its difference from the outputs, is the target. All of shape (rows,)."""
    if len(target) < _FEWEST or not np.isfinite(outputs).all():
        return None
    found: list[tuple[float, Scale]] = []
    for shape, unit, shaped in shapes(target):
        for vector in vectors:
            for solve in (_as_target, _as_difference):
                slope, offset, left = solve(shaped, vector, outputs)
                if left <= _EXACT and abs(slope) * shaped.std() > _MATTERS * outputs.std():
                    found.append((left, Scale(shape, slope, offset, unit)))
    return min(found, key=lambda one: one[0])[1] if found else None  # a logarithm and log1p differ by little


def _as_target(shaped: Floats, vector: Floats, outputs: Floats) -> tuple[float, float, float]:
    """Slope and offset of `vector`, and the share of its variance that is left."""
    return _solved(vector, shaped)


def _as_difference(shaped: Floats, vector: Floats, outputs: Floats) -> tuple[float, float, float]:
    """The same of the outputs less some multiple of `vector`, which may be a difference in a scale of its own."""
    return _solved(outputs, shaped, vector)


def _solved(values: Floats, shaped: Floats, *others: Floats) -> tuple[float, float, float]:
    columns = [shaped, *others]
    if values.std() <= 0 or any(column.std() <= 0 for column in columns):
        return 0.0, 0.0, 1.0
    centres, spreads = [float(c.mean()) for c in columns], [float(c.std()) for c in columns]
    design = np.column_stack([(c - m) / s for c, m, s in zip(columns, centres, spreads, strict=True)])
    found, *_ = np.linalg.lstsq(design, values - values.mean(), rcond=None)
    left = float(np.mean((values - values.mean() - design @ found) ** 2) / values.var())
    slopes = [float(slope) / spread for slope, spread in zip(found, spreads, strict=True)]
    offset = float(values.mean()) - sum(slope * centre for slope, centre in zip(slopes, centres, strict=True))
    return slopes[0], offset, left


Shaped = tuple[Literal["plain", "log", "log1p", "root"], float, Floats]


def shapes(target: Floats) -> list[Shaped]:
    """Name, unit and values of what a model may be trained to predict of the target, shape (rows,)."""
    found: list[Shaped] = [("plain", 1.0, target)]
    if target.min() > 0:
        found.append(("log", 1.0, np.log(target)))
        found += [("log1p", unit, np.log1p(target / unit)) for unit in _UNITS]
        found.append(("root", 1.0, np.sqrt(target)))
    return found


@dataclass(frozen=True)
class Carrier:
    """All that is needed to ask a model for rows that it has not seen."""

    columns: tuple[Recipe, ...]
    scale: Scale

    def inputs(self, raw: Floats) -> Floats:
        """Raw rows, shape (rows, columns) -> what the model is fed, shape (rows, inputs)."""
        return np.column_stack([recipe(raw) for recipe in self.columns])


def carrier(pairing: Pairing, scale: Scale) -> Carrier | None:
    """None where the making of a column is not known."""
    known = tuple(recipe for recipe in pairing.columns if recipe is not None)
    return Carrier(known, scale) if len(known) == len(pairing.columns) else None
