"""Many answers at once: one line of plain data for each, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from grader.answers.records import Record
from grader.answers.scoring import AnswerScore, score
from grader.model import Assignment


def scored(assignment: Assignment, records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    """What `grader answers score` writes for each answer."""
    for record in records:
        yield {"id": record.id, **plain(score(assignment, record.item, record.text))}


def plain(result: AnswerScore) -> dict[str, Any]:
    """A score as JSON takes it; the sum can be redone from the evidence."""
    return {
        "item": result.item,
        "points": result.points,
        "total": result.total,
        "max_points": result.max_points,
        "needs_review": result.needs_review,
        "confidence": result.confidence,
        "reasons": [reason.model_dump() for reason in result.reasons],
        "guards": list(result.guards),
        "evidence": [said.model_dump() for said in result.evidence],
    }
