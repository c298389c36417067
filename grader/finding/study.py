"""What can be said of one candidate: which rows it was fed, in which scale it predicts, and how well."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

import numpy as np

from grader.arithmetic import tables
from grader.arithmetic.regression import r2_score, rmse
from grader.arithmetic.tables import Floats
from grader.checks.predictions import matrix
from grader.finding.carrying import Carrier, Scale, carrier, scale_of
from grader.finding.choice import Candidate
from grader.finding.rows import Pairing, pair, pair_exactly, proof
from grader.finding.targets import places_by_target
from grader.model import Assignment

Level = Literal["held-out", "recomputed", "reported"]
_FEWEST_ROWS = 30  # of an evaluation, for an R² that means something
_FOUND = 0.9  # share of an evaluation's rows that must be found
_LEAK = 0.999  # squared correlation of an input with the target
_TRAINED_ON_OTHERS = 0.01  # share of the training's rows that stand in another table than `train`


@dataclass(frozen=True)
class Rows:
    """The tables that notebooks find, one below the other."""

    features: Floats  # (rows, columns)
    target: Floats  # (rows,)
    ends: tuple[int, ...]
    names: tuple[str, ...]

    def table_of(self, place: int) -> str:
        return next(name for name, end in zip(self.names, self.ends, strict=True) if place < end)


def rows_of(assignment: Assignment) -> Rows:
    assert assignment.heldout is not None
    read = {name: tables.read(data.file, assignment.heldout.target) for name, data in assignment.data.items()}
    ends = tuple(accumulate(len(table.target) for table in read.values()))
    features = np.vstack([table.features for table in read.values()])
    return Rows(features, np.concatenate([table.target for table in read.values()]), ends, tuple(read))


@dataclass(frozen=True)
class Study:
    """`evaluated`: R² and RMSE, in the target's unit, over rows that the notebook itself evaluated."""

    candidate: Candidate
    level: Level
    carrier: Carrier | None = None
    scale: Scale | None = None
    evaluated: list[dict[str, Any]] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def best_known(self) -> float | None:
        """R² of the last evaluation, of rows not trained on where there are such."""
        others = [e for e in self.evaluated if not e["trained_on"]] or self.evaluated
        return others[-1]["r2"] if others else None


def study(candidate: Candidate, fed: dict[str, Any], rows: Rows) -> Study:
    """From what the kernel tells of the candidate's rows; whatever cannot be understood leaves the level `reported`."""
    try:
        with np.errstate(all="ignore"):
            return _study(candidate, fed, rows)
    except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
        return Study(candidate, "reported", notes=[f"its rows could not be followed ({type(error).__name__})"])


def _study(candidate: Candidate, fed: dict[str, Any], rows: Rows) -> Study:
    inputs, outputs = _matrix(fed["inputs"]), _matrix(fed["outputs"])
    if inputs is None or outputs is None or len(outputs) != len(inputs):
        return Study(candidate, "reported", notes=["its inputs are not finite numbers"])
    targets = [vector[:, 0] for block in fed["targets"] if (vector := _like(block, inputs)) is not None]
    pairing = pair(inputs, rows.features, fed["rows"], fed["every"], rows.ends)
    if pairing is None:
        places = places_by_target(targets, outputs[:, 0], rows.target)
        pairing = proof(inputs, rows.features, places, sure=True) if places is not None else None
    if pairing is None:
        return Study(candidate, "reported", notes=["its inputs are not recognised as rows of the data"])
    places, looked = pairing.places[pairing.sure], pairing.looked[pairing.sure]
    target = rows.target[places]
    scale = scale_of([vector[looked] for vector in targets], outputs[looked, 0], target)
    origins: list[str] = [recipe.design.origin if recipe else "unknown" for recipe in pairing.columns]
    notes = [*_leaks(inputs[looked], target, origins), *_other_tables(places, rows, candidate)]
    if scale is None:
        return Study(
            candidate, "reported", origins=origins, notes=[*notes, "the scale of its target is not recognised"]
        )
    trained = set(places.tolist())
    evaluated = [e for told in fed["evaluations"] for e in _evaluated(told, pairing, scale, rows, trained)]
    if not evaluated:
        evaluated = _measured(outputs[looked, 0], places, scale, rows, trained)
    carried = carrier(pairing, scale)
    level: Level = "held-out" if carried else "recomputed"
    return Study(candidate, level, carried, scale, evaluated, origins, notes)


def _matrix(block: dict[str, Any]) -> Floats | None:
    shape = block.get("shape")
    rows = shape[0] if isinstance(shape, list) and shape and isinstance(shape[0], int) else 0
    return matrix(block, rows)


def _like(block: dict[str, Any], inputs: Floats) -> Floats | None:
    vector = _matrix(block)
    return vector if vector is not None and vector.shape == (len(inputs), 1) else None


def _leaks(inputs: Floats, target: Floats, origins: list[str]) -> list[str]:
    said = []
    for place, origin in enumerate(origins):
        column = inputs[:, place]
        if origin == "unknown" and column.std() > 0 and np.corrcoef(column, target)[0, 1] ** 2 > _LEAK:
            said.append(f"the target is among its inputs (number {place + 1})")
    return said


def _other_tables(places: np.ndarray[Any, Any], rows: Rows, candidate: Candidate) -> list[str]:
    first = rows.ends[0]
    share = float(np.mean(places >= first)) if candidate.told["losses"] else 0.0
    if share <= _TRAINED_ON_OTHERS or len(rows.names) < 2:
        return []
    return [f"{100 * share:.0f} % of the rows it was trained on stand in `{rows.table_of(int(places.max()))}`"]


def _evaluated(
    told: dict[str, Any], pairing: Pairing, scale: Scale, rows: Rows, trained: set[int]
) -> list[dict[str, Any]]:
    inputs, outputs = _matrix(told["inputs"]), _matrix(told["outputs"])
    if inputs is None or outputs is None or len(inputs) < _FEWEST_ROWS or inputs.shape[1] != len(pairing.columns):
        return []
    places = pair_exactly(inputs, rows.features, pairing.columns)
    sure = (places >= 0) & ~pairing.twins[places]
    if np.mean(sure) < _FOUND:
        return []
    measured = _measured(outputs[sure, 0], places[sure], scale, rows, trained)
    return [one | {"changed": bool(told.get("changed")), "cell": told.get("cell", 0)} for one in measured]


def _measured(
    outputs: Floats, places: np.ndarray[Any, Any], scale: Scale, rows: Rows, trained: set[int]
) -> list[dict[str, Any]]:
    predicted, target = scale.back(outputs), rows.target[places]
    if len(target) < _FEWEST_ROWS or not np.isfinite(predicted).all() or target.std() == 0:
        return []
    known = sum(place in trained for place in places.tolist()) / len(places)
    return [
        {
            "rows": len(target),
            "r2": round(r2_score(target, predicted), 5),
            "rmse": round(rmse(target, predicted), 2),
            "table": rows.table_of(int(np.median(places))),
            "trained_on": known > 0.02,
        }
    ]
