"""R² of the class on the held-out rows, beside the rubric's threshold and what least squares reaches there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from grader.arithmetic import tables
from grader.arithmetic.regression import least_squares_r2
from grader.errors import GraderError
from grader.exporters.figures import Bin, histogram
from grader.model import Assignment, Criterion, Finding, Heldout, Item, Report

_BINS = 40  # of 0.025 each


@dataclass(frozen=True)
class Regression:
    """R² of everybody for whom it was recomputed on the held-out rows; ``below`` of them are under 0, out of the bins.

    ``elsewhere``: it could only be had on rows of the notebook's own. ``without``: it could not be had at all.
    ``least_squares``: the most that a model which is linear in the raw columns can reach on these rows; None where
    they cannot be read.
    """

    item: Item
    criterion: str
    at_least: float | None
    starts: float | None
    least_squares: float | None
    n: int
    bins: tuple[Bin, ...]
    below: int
    reached: int
    median: float | None
    elsewhere: int
    without: int


def of(reports: Sequence[Report], assignment: Assignment) -> tuple[Regression, ...]:
    """One for each criterion that asks for R²."""
    asked = [(item, one) for item in assignment.items for one in item.criteria if one.check == "r2"]
    ceiling = _least_squares(assignment.heldout) if asked and assignment.heldout else None
    return tuple(_regression(item, criterion, reports, ceiling) for item, criterion in asked)


def _regression(item: Item, criterion: Criterion, reports: Sequence[Report], ceiling: float | None) -> Regression:
    found = list(_findings(item, criterion, reports))
    heldout = [value for finding in found if (value := _r2(finding)) is not None and _on_heldout(finding)]
    elsewhere = sum(_r2(finding) is not None for finding in found) - len(heldout)
    at_least, starts = (_number(criterion.params.get(key)) for key in ("at_least", "from"))
    inside = [value for value in heldout if value >= 0]
    return Regression(
        item=item,
        criterion=criterion.id,
        at_least=at_least,
        starts=starts,
        least_squares=ceiling,
        n=len(heldout),
        bins=tuple(histogram(inside, 1.0, _BINS)),
        below=len(heldout) - len(inside),
        reached=sum(at_least is not None and value >= at_least for value in heldout),
        median=median(heldout) if heldout else None,
        elsewhere=elsewhere,
        without=len(reports) - len(heldout) - elsewhere,
    )


def _findings(item: Item, criterion: Criterion, reports: Sequence[Report]) -> Iterator[Finding]:
    for report in reports:
        for score in report.scores:
            if score.item == item.id:
                yield from (finding for finding in score.findings if finding.criterion == criterion.id)


def _r2(finding: Finding) -> float | None:
    value = _number(finding.evidence.get("r2"))
    return value if value is not None and math.isfinite(value) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _on_heldout(finding: Finding) -> bool:
    return bool(finding.evidence.get("level", "held-out") == "held-out")


def _least_squares(heldout: Heldout) -> float | None:
    """Worked out anew, as the checks do; a folder of results may have been moved away from its data."""
    try:
        table = tables.read(heldout.file, heldout.target)
    except GraderError:
        return None
    return least_squares_r2(table.features, table.target) if table.target.std() > 0 else None
