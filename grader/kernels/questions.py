"""What a kernel is asked once its notebook has run: the probes that the rubric's checks need, with their data."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader import tables
from grader.checks import needed_probes
from grader.model import Assignment, Submission
from grader.regression import HELDOUT, order_of_rows
from grader.tables import Floats

_ORDER = {"predictions": 0, "module": 1}  # predictions first: they show what a model is fed


def questions(submission: Submission, assignment: Assignment) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields (key of the evidence, request). Held-out rows go in without their target."""
    needed = needed_probes(assignment)
    for probe, name in sorted(needed, key=lambda pair: (_ORDER.get(pair[0], 2), pair)):
        request: dict[str, Any] = {"probe": probe, "name": name, "model": needed[probe, name]}
        if probe == "predictions":
            request |= _rows_to_predict(submission, assignment)
        yield f"{probe}:{name}", request
    yield "observed:", {"probe": "observed"}


def _rows_to_predict(submission: Submission, assignment: Assignment) -> dict[str, Any]:
    assert assignment.heldout is not None
    target = assignment.heldout.target
    heldout = tables.read(assignment.heldout.file, target)
    order, again = order_of_rows(submission.sha256, len(heldout.target))
    others = {name: _features(data.file, target) for name, data in assignment.data.items()}
    asked = {HELDOUT: _encoded(heldout.features[order]), **others}
    return {"columns": list(heldout.columns), "tables": asked, "again": again}


@lru_cache(maxsize=16)
def _features(file: Path, target: str) -> str:
    """The same for every student, so encoded once."""
    return _encoded(tables.read(file, target).features)


def _encoded(rows: Floats) -> str:
    return base64.b64encode(rows.astype("<f8").tobytes()).decode("ascii")
