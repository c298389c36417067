"""Which rows a model was trained on, told by their targets alone: for inputs that mix all columns, as PCA does.

A target that stands once in the data names its row. The scale in which the targets were fed is found from values that
are frequent in the data, such as a cap, and proved by all others being values of the data too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grader.arithmetic.tables import Floats
from grader.finding.carrying import shapes
from grader.finding.rows import Places

_ANCHORS = 40  # frequent values of the data that a second frequent value of the fed targets may be
_KNOWN = 0.98  # share of the fed targets that must be values of the data
_NEAR = 2e-6  # of the range: float32
_FEWEST = 60  # rows with a target of their own


def places_by_target(vectors: Sequence[Floats], outputs: Floats, target: Floats) -> Places | None:
    """For each fed row the raw row that alone has its target, -1 elsewhere; None if no vector is the target.

    vectors: of one number per fed row, the target or its difference from `outputs`; target: of the raw rows.
    """
    for _, _, shaped in shapes(target):
        values, first, count = np.unique(shaped, return_index=True, return_counts=True)
        alone = np.where(count == 1, first, -1)
        for vector in (v for one in vectors for v in (one, outputs - one, outputs + one)):
            for back in _scales(vector, values, count):
                places = _looked_up(back, values, alone)
                if places is not None and np.count_nonzero(places >= 0) >= _FEWEST:
                    return places
    return None


def _scales(vector: Floats, values: Floats, count: Places) -> Iterator[Floats]:
    """The vector in the unit of `values`, if its two most frequent values are frequent ones of the data."""
    own, times = np.unique(np.round(vector, 6), return_counts=True)
    if len(own) < _ANCHORS or np.sort(times)[-2] < 2:
        return
    first, second = own[np.argsort(-times)[:2]]
    frequent = values[np.argsort(-count)[:_ANCHORS]]
    for one in frequent[:3]:
        for other in frequent:
            if other != one:
                slope = (one - other) / (first - second)
                yield one + slope * (vector - first)


def _looked_up(back: Floats, values: Floats, alone: Places) -> Places | None:
    """None unless nearly all are values of the data."""
    right = np.clip(np.searchsorted(values, back), 1, len(values) - 1)
    nearest = np.where(back - values[right - 1] < values[right] - back, right - 1, right)
    near = np.abs(values[nearest] - back) <= _NEAR * float(np.ptp(values))
    return np.where(near, alone[nearest], -1) if float(np.mean(near)) >= _KNOWN else None
