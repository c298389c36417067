"""What only a person decides."""

from __future__ import annotations

from grader.checks.decision import Decision, Evidence, Unmet, Unsure, say
from grader.checks.text import no_answer


def manual(evidence: Evidence, *, prompt: str = "", scheme: str = "") -> Decision:
    """A person reads the item's answer. Only where nothing was written there is nothing to decide: no points.

    `prompt` is what was asked, `scheme` how to mark it; both stand on the review page, the scheme nowhere else.
    """
    if not evidence.answer.text.strip() and not _has_code(evidence):
        raise Unmet(_BLANK.filled(evidence.item.id)) if _has_its_cells(evidence) else no_answer(evidence)
    raise Unsure(_READ, _READ_REVIEW, "partial", cells=list(evidence.answer.cells))


def _has_code(evidence: Evidence) -> bool:
    """Whether the item asks for work in cells of no name, and there is some: a figure, a program."""
    return not evidence.item.cells and any(
        evidence.cells[index].get("cell_type") == "code" and evidence.cells[index].get("source", "").strip()
        for index in evidence.own_cells()
        if index < len(evidence.cells) and evidence.item.id in evidence.submission.headed
    )


def _has_its_cells(evidence: Evidence) -> bool:
    """Whether the cells are there that the item's answer belongs into."""
    return bool(evidence.item.cells) and evidence.item.id in evidence.submission.items_of_cells


_BLANK = say("{0}의 답이 비어 있습니다.", "there is no answer to {0}")
_READ = say("사람이 읽고 채점합니다.", "read by a person")
_READ_REVIEW = say("사람이 읽는 문항입니다.", "read by a person")
