"""Cells of an nbgrader notebook: what kind each is, whatever version of the format wrote it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["answer", "test", "manual", "task", "locked", "other"]


@dataclass(frozen=True)
class Cell:
    """`answer` is graded by tests, `manual` and `task` by a person; `locked` is read-only, `other` nobody's."""

    raw: Mapping[str, Any]
    source: str
    kind: Kind
    id: str = ""
    points: float = 0.0
    checksum: str = ""  # written by nbgrader when it makes the version for students

    @property
    def is_generated(self) -> bool:
        return bool(self.checksum)

    @property
    def is_unchanged(self) -> bool:
        """Whether the text is the one that nbgrader gave to students."""
        told = {"solution": self.kind in ("answer", "manual"), "cell_type": self.raw["cell_type"], "grade_id": self.id}
        told |= {"points": self.points}
        both = [told | {"locked": locked} for locked in (True, False)]
        return self.checksum in [_checksum(self.source, one, graded=self.kind in ("test", "manual")) for one in both]

    @property
    def is_code(self) -> bool:
        return self.raw.get("cell_type") == "code"


def cell_of(raw: Mapping[str, Any]) -> Cell:
    """Metadata of schema 0 to 3; what a flag lacks is false, and what is no number of points is 0."""
    told = raw.get("metadata", {}).get("nbgrader") if isinstance(raw.get("metadata"), dict) else None
    source = "".join(raw["source"]) if isinstance(raw.get("source"), list) else str(raw.get("source", ""))
    if not isinstance(told, dict):
        return Cell(raw, source, "other")
    grade, solution, locked, task = (told.get(key) is True for key in ("grade", "solution", "locked", "task"))
    kind: Kind = "other"
    if task:
        kind = "task"
    elif grade and (solution or raw.get("cell_type") != "code"):
        kind = "manual"
    elif grade:
        kind = "test"
    elif solution:
        kind = "answer"
    elif locked:
        kind = "locked"
    points = _points(told.get("points")) if grade or task else 0.0
    return Cell(raw, source, kind, str(told.get("grade_id") or ""), points, str(told.get("checksum") or ""))


def _points(value: Any) -> float:
    try:
        points = float(value)
    except (TypeError, ValueError):
        return 0.0
    return round(points, 6) if math.isfinite(points) and points > 0 else 0.0


def for_students(cell: Cell, source: str, name: str) -> dict[str, Any]:
    """The cell with another text, as nbgrader gives it to students: locked where it was, with its checksum."""
    raw: dict[str, Any] = {**cell.raw, "source": source}
    if cell.is_code:
        raw |= {"outputs": [], "execution_count": None}
    if cell.kind == "other":
        return raw
    graded, answered = cell.kind in ("test", "manual"), cell.kind in ("answer", "manual")
    told: dict[str, Any] = {
        "schema_version": 3,
        "grade": graded,
        "solution": answered,
        "locked": not answered,
        "task": cell.kind == "task",
        "grade_id": name,
        "cell_type": raw["cell_type"],
    }
    told |= {"points": cell.points} if graded or cell.kind == "task" else {}
    told["checksum"] = _checksum(source, told, graded=graded)
    lock = {"deletable": False} if answered else {"deletable": False, "editable": False}
    return raw | {"metadata": {**raw.get("metadata", {}), **lock, "nbgrader": told}}


def _checksum(source: str, told: Mapping[str, Any], *, graded: bool) -> str:
    """As nbgrader computes it, so that it knows a cell that was left as it was given."""
    parts = [source, told["cell_type"], str(graded), str(told["solution"]), str(told["locked"]), told["grade_id"]]
    parts += [str(float(told["points"]))] if graded else []
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
