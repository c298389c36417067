"""What a person still has to read is no zero: scans, pictures, and documents handed in instead of a notebook."""

from __future__ import annotations

from dataclasses import replace

from grader.checks.decision import Decision, Evidence, say
from grader.model import Document

WRITTEN = ("mentions", "manual")  # checks of written answers


def held_back(decision: Decision, evidence: Evidence) -> Decision:
    """A decision that earns nothing, undecided where what earns it may stand in a document that nobody could read."""
    if decision.share is None or decision.share > 0:
        return decision
    submission = evidence.submission
    unread = [document for document in submission.documents if _may_answer(document, evidence)]
    names = ", ".join(document.name for document in unread)
    reasons = [document.unread for document in unread if document.unread is not None]
    if reasons and not evidence.answer.text.strip():
        review = say(_UNREAD.ko.format(names, reasons[0].ko), _UNREAD.en.format(names, reasons[0].en))
        return replace(decision, share=None, feedback=_A_PERSON_READS.filled(names), review=review)
    if submission.only_documents and evidence.criterion.check not in WRITTEN:
        all_names = ", ".join(document.name for document in submission.documents)
        return replace(decision, share=None, feedback=_NO_NOTEBOOK, review=_NO_NOTEBOOK_REVIEW.filled(all_names))
    return decision


def _may_answer(document: Document, evidence: Evidence) -> bool:
    """Whether the item's answer may stand in it. Beside a notebook with code, only words are looked for there."""
    written = evidence.criterion.check in WRITTEN or evidence.submission.only_documents
    return document.unread is not None and written and (not document.items or evidence.item.id in document.items)


_A_PERSON_READS = say("{0}을(를) 사람이 읽고 채점합니다.", "a person will read {0}")
_UNREAD = say("{0}을(를) 읽고 채점해 주세요. {1}", "read {0}: {1}")
_NO_NOTEBOOK = say(
    "실행할 노트북이 없어 사람이 확인합니다. .ipynb 파일을 제출해 주세요.",
    "there is no notebook to run, so a person will look; hand in the .ipynb",
)
_NO_NOTEBOOK_REVIEW = say("노트북 없이 문서만 제출했습니다: {0}", "only documents were handed in, no notebook: {0}")
