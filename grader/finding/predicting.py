"""Rows that a kernel is asked to predict, and its answers in the unit of the target."""

from __future__ import annotations

import base64
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from grader.arithmetic import tables
from grader.arithmetic.regression import HELDOUT, order_of_rows
from grader.arithmetic.tables import Floats
from grader.checks.predictions import numbers
from grader.finding.study import Study
from grader.model import Assignment, Submission

Request = dict[str, Any]
Answer = dict[str, Any]


def rows_to_predict(submission: Submission, assignment: Assignment, found: Study | None = None) -> Request:
    """Raw rows for a function of a DataFrame; or, for a model that was found, what it is to be fed."""
    assert assignment.heldout is not None
    target = assignment.heldout.target
    heldout = tables.read(assignment.heldout.file, target)
    order, again = order_of_rows(submission.sha256, len(heldout.target))
    if found is None or found.carrier is None:
        others = {name: _features(data.file, target) for name, data in assignment.data.items()}
        asked = {HELDOUT: _encoded(heldout.features[order]), **others}
        return {"columns": list(heldout.columns), "tables": asked, "again": again}
    made = {HELDOUT: found.carrier.inputs(heldout.features[order])}
    made |= {n: found.carrier.inputs(tables.read(d.file, target).features) for n, d in assignment.data.items()}
    asked = {name: _encoded(rows) for name, rows in made.items()}
    return {"columns": list(range(made[HELDOUT].shape[1])), "tables": asked, "again": again, "inputs": True}


@lru_cache(maxsize=16)
def _features(file: Path, target: str) -> str:
    """The same for every student, so encoded once."""
    return _encoded(tables.read(file, target).features)


def _encoded(rows: Floats) -> str:
    """For grader/probes/common.py `decode`. Compressed: the text passes through several hands on its way."""
    return base64.b64encode(zlib.compress(rows.astype("<f8").tobytes(), 1)).decode("ascii")


def in_target_unit(answer: Answer, found: Study) -> Answer:
    """The same answer with every prediction turned back by the student's own scale."""
    told = answer.get("found")
    if not isinstance(told, dict) or found.scale is None:
        return answer
    tables_told, again = told.get("tables"), told.get("again")
    turned = dict(told)
    if isinstance(tables_told, dict):
        turned["tables"] = {name: _turned(block, found) for name, block in tables_told.items()}
    if isinstance(again, list):
        turned["again"] = [_turned(block, found) for block in again]
    turned["perturbed"] = _turned(told.get("perturbed"), found)
    return {"found": turned}


def _turned(block: Any, found: Study) -> Any:
    values = numbers(block.get("values")) if isinstance(block, dict) else None
    if values is None or found.scale is None:
        return block
    with np.errstate(all="ignore"):
        back = found.scale.back(values).astype("<f4")
    return block | {"values": base64.b64encode(back.tobytes()).decode("ascii")}
