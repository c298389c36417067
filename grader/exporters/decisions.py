"""What a student reads of people's decisions: who read the work was a person, and why they decided so."""

from __future__ import annotations

from grader.exporters.labels import label
from grader.exporters.values import points
from grader.model import Report


def decisions(report: Report, item: str) -> dict[str | None, str]:
    """A sentence by criterion, of the decisions that are in the item's points; under None that on the whole of it."""
    return {
        override.criterion: label(
            "decided_by_person", report.language, n=points(override.after or 0.0), why=override.reason
        )
        for override in report.overrides
        if override.item == item
    }
