"""What only a person decides."""

from __future__ import annotations

from grader.checks.decision import Decision, Evidence, Unmet, Unsure, say
from grader.checks.text import no_answer
from grader.items import given


def manual(evidence: Evidence, *, prompt: str = "", scheme: str = "") -> Decision:
    """A person reads the item's answer. Only where nothing was written there is nothing to decide: no points.

    `prompt` is what was asked, `scheme` how to mark it; both stand on the review page, the scheme nowhere else.
    """
    if not evidence.answer.text.strip() and not _has_code(evidence) and not _may_be_anywhere(evidence):
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


def _may_be_anywhere(evidence: Evidence) -> bool:
    """Whether the item has no cell to write into, as a task that is set, and there is something of the student's."""
    handout = given.cells_of(evidence.assignment.handout)
    own = [cell for cell in handout if given.name_of(cell) in evidence.item.cells]
    if not own or not all(given.is_locked(cell) for cell in own):
        return False
    written = (evidence.submission.notebook or {}).get("cells", [])
    answers = {given.name_of(cell) for cell in handout if not given.is_locked(cell)} - {None}
    return any(
        cell["source"].strip()
        and given.name_of(cell) not in answers
        and not any(given.is_as_given(cell, one) for one in handout)
        for cell in written
    )


_BLANK = say("{0}의 답이 비어 있습니다.", "there is no answer to {0}")
_READ = say("사람이 읽고 채점합니다.", "read by a person")
_READ_REVIEW = say("사람이 읽는 문항입니다.", "read by a person")
