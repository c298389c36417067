"""Criterion + evidence -> Finding -> Score -> Report. Pure: the same execution and rubric give the same report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from grader import __version__, lateness
from grader.checks import decide
from grader.checks.decision import Decision, Evidence, Unmet, Unsure, with_feedback
from grader.checks.documents import held_back
from grader.model import (
    Assignment,
    Criterion,
    Execution,
    ExecutionSummary,
    Finding,
    Item,
    Language,
    Report,
    Score,
    Submission,
    Text,
)
from grader.model.report import status_of, total_of

Known = Mapping[str, Mapping[str, Finding]]  # by item and criterion

_NOTHING: Known = MappingProxyType({})
_NOT_RUN = ("unreadable", "infrastructure")
_FOUND_IN_ANY = ("runs", "compares_devices")  # criteria that need nothing of the item's own work


def score(
    submission: Submission,
    execution: Execution,
    assignment: Assignment,
    language: Language,
    graded_at: dt.datetime,
    known: Known = _NOTHING,
    only: Collection[str] | None = None,
) -> Report:
    """Judge every criterion of one submission; `graded_at` is only written down.

    `known`: findings that are this submission's under this rubric already, and so are not worked out again. `only`: ids
    of the items to judge.
    """
    scores = tuple(
        _score_item(submission, execution, assignment, item, language, known.get(item.id, {}))
        for item in assignment.items
        if only is None or item.id in only
    )
    total = total_of(scores)
    run = _summary(execution)
    late = lateness.of(submission, assignment.deadline, total, assignment.total, language)
    unsure = submission.unsure.in_language(language) if submission.unsure is not None else None
    return Report(
        student=submission.student,
        identity=submission.identity,
        assignment=assignment.id,
        status=status_of(scores, late, run, unsure),
        total=total,
        max_points=assignment.total,
        lateness=late,
        scores=scores,
        execution=run,
        unsure=unsure,
        warnings=(*submission.warnings, *(said.in_language(language) for said in submission.said)),
        submitted_at=_handed_in_at(submission, assignment),
        late=submission.late,
        uploaded_as=submission.uploaded_as,
        language=language,
        submission_sha256=submission.sha256,
        rubric_sha256=assignment.sha256,
        grader_version=__version__,
        graded_at=graded_at,
    )


def _handed_in_at(submission: Submission, assignment: Assignment) -> dt.datetime | None:
    at = submission.submitted_at
    if at is None or at.tzinfo is not None or assignment.deadline is None:
        return at
    return assignment.deadline.moment(at)


def _summary(execution: Execution) -> ExecutionSummary:
    return ExecutionSummary(
        status=execution.status,
        seconds=execution.seconds,
        peak_memory_mb=execution.peak_memory_mb,
        repairing=execution.repairing,
        repairs=execution.repairs,
        errors=execution.errors,
        walls=execution.walls,
        environment=execution.environment,
    )


def _score_item(
    submission: Submission,
    execution: Execution,
    assignment: Assignment,
    item: Item,
    language: Language,
    known: Mapping[str, Finding],
) -> Score:
    findings: dict[str, Finding] = {}
    worked_out: dict[str, Any] = {}
    for criterion in item.criteria:
        if criterion.id in known:
            findings[criterion.id] = known[criterion.id]
            continue
        evidence = Evidence(submission, execution, assignment, item, criterion, worked_out)
        decision = _decision(criterion, evidence, findings)
        findings[criterion.id] = _finding(criterion, decision, language, evidence)
    others = submission.work_beside.get(item.id, ())
    return capped(item.id, item.points, _unless_beside(tuple(findings.values()), others, language))


def _unless_beside(findings: tuple[Finding, ...], others: tuple[str, ...], language: Language) -> tuple[Finding, ...]:
    """Where nothing of an item was found here and another notebook may answer it, no zero stands: a person looks."""
    if not others or any(finding.earned for finding in findings if finding.criterion not in _FOUND_IN_ANY):
        return findings
    names = ", ".join(others)
    held = {"earned": None, "review": _BESIDE_REVIEW.filled(names).in_language(language)}
    held["feedback"] = _BESIDE.filled(names).in_language(language)
    return tuple(
        finding.model_copy(update=held) if finding.earned == 0 and not finding.bonus else finding
        for finding in findings
    )


def capped(item: str, full: float, findings: tuple[Finding, ...]) -> Score:
    """An item of `full` points. They are certain when nothing is undecided, or what is decided already fills it."""
    decided = min(full, sum(finding.earned or 0.0 for finding in findings))
    reasons = list(_reasons(findings))
    broken = any(finding.outcome == "error" for finding in findings)
    if reasons and (broken or decided < full):
        review = "; ".join(reasons)
        return Score(item=item, points=None, max_points=full, findings=findings, needs_review=review)
    return Score(item=item, points=round(decided, 6), max_points=full, findings=findings)


def _said(text: Text | None, language: Language, evidence: Evidence) -> str | None:
    return evidence.in_own_words(text.in_language(language)) if text else None


def _reasons(findings: tuple[Finding, ...]) -> Iterator[str]:
    """Reasons for review, each once, with the criteria that share it."""
    criteria: dict[str, list[str]] = {}
    for finding in findings:
        if finding.review:
            criteria.setdefault(finding.review, []).append(finding.criterion)
    for reason, names in criteria.items():
        yield f"{', '.join(names)}: {reason}"


def _decision(criterion: Criterion, evidence: Evidence, findings: dict[str, Finding]) -> Decision:
    if evidence.execution.status in _NOT_RUN:
        return _not_run(evidence)
    lacking = [name for name in criterion.requires if findings[name].outcome != "passed"]
    if lacking:
        return _skipped([findings[name] for name in lacking], evidence.item)
    try:
        return _unless_lost(with_feedback(decide(criterion, evidence), criterion.feedback), evidence)
    except (Unmet, Unsure) as reason:
        decided = held_back(with_feedback(reason.decision, criterion.feedback), evidence)
        return _unless_lost(decided, evidence)
    except Exception as error:  # noqa: BLE001  # a judge's bug or a forged claim: never points, never zero
        reason_text = f"{type(error).__name__}: {error}"[:500]
        return Decision("error", None, _BROKEN, _BROKEN_REVIEW.filled(criterion.check, reason_text))


def _unless_lost(decision: Decision, evidence: Evidence) -> Decision:
    """What the lost part of a damaged file may hold is for a person; what is there counts. No bonus is owed."""
    lost = evidence.submission.lost
    if lost is None or decision.share in (None, 1.0) or evidence.criterion.bonus:
        return decision
    return replace(decision, share=None, feedback=_LOST.filled(lost), review=_LOST_REVIEW.filled(lost))


def _not_run(evidence: Evidence) -> Decision:
    cause = "; ".join(error.message for error in evidence.execution.errors) or evidence.execution.status
    feedback = _UNREADABLE.filled(cause) if evidence.execution.status == "unreadable" else _BROKEN
    return Decision("error", None, feedback, _NOT_RUN_REVIEW.filled(cause))


def _skipped(lacking: list[Finding], item: Item) -> Decision:
    """`lacking`: what the criterion requires and did not pass."""
    words = [_IN_WORDS.get(_check(item, finding.criterion), _AS_NAMED.filled(finding.criterion)) for finding in lacking]
    names = (", ".join(text.ko for text in words), ", ".join(text.en for text in words))
    if any(finding.earned is None for finding in lacking):
        return Decision(
            "skipped", None, _WAITS.filled(*names), _WAITS.filled(*[", ".join(f.criterion for f in lacking)] * 2)
        )
    return Decision("skipped", 0.0, _REQUIRES.filled(*names, lacking[0].feedback))


def _check(item: Item, criterion: str) -> str:
    return next(one.check for one in item.criteria if one.id == criterion)


def _finding(criterion: Criterion, decision: Decision, language: Language, evidence: Evidence) -> Finding:
    earned = None if decision.share is None else _share_of(criterion.points, decision.share)
    return Finding(
        criterion=criterion.id,
        outcome=decision.outcome,
        earned=earned,
        points=criterion.points,
        bonus=criterion.bonus,
        feedback=_said(decision.feedback, language, evidence),
        review=_said(decision.review, language, evidence),
        notes=tuple(evidence.in_own_words(note.in_language(language)) for note in decision.notes),
        spans=decision.spans,
        evidence=decision.evidence,
    )


def _share_of(points: float, share: float) -> float:
    """To the cent; the whole as it is, so that three thirds are one."""
    return points if share == 1 else round(share * points, 2)


_BROKEN = Text(
    ko="채점기 쪽 문제로 아직 확인하지 못했습니다. 사람이 확인합니다.",
    en="not checked yet, through a fault of the grader's; a person will look",
)
_BROKEN_REVIEW = Text(ko="`{0}` 검사가 실패했습니다: {1}", en="the check `{0}` failed: {1}")
_UNREADABLE = Text(
    ko="제출한 파일을 읽을 수 없어 사람이 확인합니다. {0}", en="the file could not be read; a person will look. {0}"
)
_LOST = Text(
    ko="제출한 파일의 일부를 쓸 수 없어 사람이 확인합니다. {0}",
    en="part of the file could not be used; a person will look. {0}",
)
_LOST_REVIEW = Text(ko="파일의 일부가 빠진 채 채점했습니다: {0}", en="graded without a part of the file: {0}")
_BESIDE = Text(
    ko="이 부분은 채점한 노트북에 없고 {0}에 있을 수 있어 사람이 확인합니다. 한 노트북으로 합쳐 제출해 주세요.",
    en="this is not in the notebook that was graded but may be in {0}; a person will look. Hand in one notebook",
)
_BESIDE_REVIEW = Text(
    ko="채점한 노트북에서 찾지 못했습니다. 실행하지 않은 {0}에 있는지 보세요.",
    en="not found in the notebook that was graded; look whether it is in {0}, which was not run",
)
_NOT_RUN_REVIEW = Text(ko="실행하지 못했습니다: {0}", en="not run: {0}")
_REQUIRES = Text(ko="{0}이(가) 먼저 맞아야 채점합니다({2}).", en="this counts only once {1} can be accepted ({2})")
_WAITS = Text(ko="{0}의 확인을 기다립니다.", en="waits for the decision on {1}")
_IN_WORDS = {
    "uses_layers": Text(ko="모델의 층 구성", en="the model's layers"),
    "gradients_flow": Text(ko="모든 파라미터의 기울기와 학습", en="the gradients and the training of every parameter"),
    "runs": Text(ko="코드의 실행", en="the run of the code"),
    "r2": Text(ko="R²", en="R²"),
    "loss_falls": Text(ko="손실의 감소", en="the fall of the losses"),
}
_AS_NAMED = Text(ko="{0}", en="{0}")
