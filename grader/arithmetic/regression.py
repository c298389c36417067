"""The grader's own arithmetic on held-out rows. Nothing here comes from a student."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grader.arithmetic.tables import Floats

HELDOUT = "heldout"  # the name under which the held-out rows are asked, beside those of the assignment's tables
_ASKED_AGAIN = 200  # held-out rows asked a second time


def r2_score(target: Floats, predicted: Floats) -> float:
    """Coefficient of determination, 1 - SS_res / SS_tot. Both of shape (rows,), in the same unit."""
    residual = float(np.sum((target - predicted) ** 2))
    return 1.0 - residual / float(np.sum((target - target.mean()) ** 2))


def rmse(target: Floats, predicted: Floats) -> float:
    """Root of the mean squared error, in the target's unit. Both of shape (rows,)."""
    return float(np.sqrt(np.mean((target - predicted) ** 2)))


def least_squares_r2(features: Floats, target: Floats) -> float:
    """R² of ordinary least squares with intercept, fitted to these very rows.

    No function that is affine in these features has a higher R² on them: least squares minimises SS_res over all
    of them. features: shape (rows, columns).
    """
    scaled = (features - features.mean(0)) / np.maximum(features.std(0), 1e-12)
    design = np.column_stack([scaled, np.ones(len(scaled))])
    coefficients, *_ = np.linalg.lstsq(design, target, rcond=None)
    return r2_score(target, design @ coefficients)


def order_of_rows(sha256: str, rows: int) -> tuple[npt.NDArray[np.int64], list[list[int]]]:
    """The order in which held-out rows are asked, and the lists asked again (positions in that order).

    Drawn from the submission's hash: it differs from student to student, so that no answer can be prepared for it,
    and is the same for every rerun.
    """
    generator = np.random.default_rng(int(sha256[:16], 16))
    order = generator.permutation(rows)
    again = generator.integers(0, rows, min(_ASKED_AGAIN, rows)).tolist()  # with repetition
    return order, [again[:1], again[1:8], again[8:]]
