"""What stands on the page of one answer, as plain data for its template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.answers.scoring import AnswerScore, Said, score
from grader.exporters.feedback import Mark, Segment, segments
from grader.exporters.labels import check_name
from grader.exporters.values import Chip, chips, one_line
from grader.model import Assignment, Criterion, Finding, Language, Override
from grader.review.cases import MANUAL, Case
from grader.review.words import word

LONGEST = 20_000  # characters of an answer that are shown; more are not read by the machine either
_QUOTED = 160  # characters of a quotation
_MOST_SAID = 4  # quotations for one criterion
_TOLD_ALREADY = frozenset(
    ("confidence", "grounds", "share", "cells", "characters", "concept", "concepts", "nearest", "lacks")
)


@dataclass(frozen=True)
class Quote:
    """Words of the answer and what they bear on: the claim that they make, or what they lack for it."""

    words: str
    told: str


@dataclass(frozen=True)
class Row:
    """One criterion as it lies before the TA."""

    criterion: str
    name: str
    points: float
    bonus: bool
    state: str
    earned: float | None
    machine: float | None
    suggestion: float | None
    review: str
    feedback: str
    notes: tuple[str, ...]
    wants: str
    prompt: str
    scheme: str
    claims: tuple[str, ...]
    chips: tuple[Chip, ...]
    said: tuple[Quote, ...]
    near: str
    decision: Override | None


@dataclass(frozen=True)
class AnswerView:
    """An answer, cut where marks begin and end."""

    segments: tuple[Segment, ...]
    cut: bool


def read_answer(case: Case, assignment: Assignment) -> AnswerScore | None:
    """How the machine reads the answer; None where there are no words, or it failed on them before."""
    if case.item is None or not case.answer.text.strip():
        return None
    written = [
        finding for finding in (case.machine.findings if case.machine else ()) if case.is_written(finding.criterion)
    ]
    if not written or any(finding.outcome == "error" for finding in written):
        return None
    return score(assignment, case.place, case.answer.text)


def rows(case: Case, read: AnswerScore | None, assignment: Assignment, language: Language) -> list[Row]:
    """A row for each criterion of the item, in the rubric's order."""
    counted, machine = case.score, case.machine
    if counted is None or machine is None:
        return []
    own = {finding.criterion: finding for finding in machine.findings}
    decided = {one.criterion: one for one in case.decisions}
    return [
        _row(case, finding, own.get(finding.criterion, finding), decided, read, assignment, language)
        for finding in counted.findings
    ]


def _row(
    case: Case,
    finding: Finding,
    machine: Finding,
    decided: Mapping[str | None, Override],
    read: AnswerScore | None,
    assignment: Assignment,
    language: Language,
) -> Row:
    criterion = case.criterion(finding.criterion)
    concept = assignment.concepts.get(str(criterion.params.get("concept"))) if criterion is not None else None
    named = check_name(criterion.check, language) if criterion is not None else None
    wants = criterion.feedback.in_language(language) if criterion is not None and criterion.feedback else ""
    evidence = {key: value for key, value in finding.evidence.items() if key not in _TOLD_ALREADY}
    text = case.answer.text
    return Row(
        criterion=finding.criterion,
        name=named or "",
        points=finding.points,
        bonus=finding.bonus,
        state="undecided" if finding.earned is None else finding.outcome,
        earned=finding.earned,
        machine=machine.earned,
        suggestion=case.suggestion(finding),
        review=one_line(finding.review or ""),
        feedback="" if case.is_written(finding.criterion) else one_line(finding.feedback or ""),
        notes=finding.notes,
        wants=wants,
        prompt=_told(criterion, "prompt"),
        scheme=_told(criterion, "scheme"),
        claims=tuple(claim.says for claim in concept.claims) if concept is not None else (),
        chips=tuple(chips(evidence, language)),
        said=tuple(Quote(_quoted(text, one.start, one.end), one.claim) for one in _said(read, finding.criterion)),
        near=_near(read, finding.criterion, text, language) if finding.criterion in _lacking(case) else "",
        decision=decided.get(finding.criterion),
    )


def _told(criterion: Criterion | None, key: str) -> str:
    """What the rubric says to who marks by hand."""
    return str(criterion.params.get(key, "")) if criterion is not None and criterion.check == MANUAL else ""


def _said(read: AnswerScore | None, criterion: str) -> list[Said]:
    """What earns a criterion: of words that say it more than once, the longest."""
    kept: list[Said] = []
    found = [one for one in (read.evidence if read is not None else ()) if one.criterion == criterion and one.share]
    for one in sorted(found, key=lambda one: one.start - one.end):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept[:_MOST_SAID], key=lambda one: one.start)


def _near(read: AnswerScore | None, criterion: str, text: str, language: Language) -> str:
    """The words that came nearest to a criterion, and what they lack for it."""
    mine = next((one for one in read.criteria if one.criterion == criterion), None) if read is not None else None
    if mine is None or mine.near is None:
        return ""
    words = _quoted(text, *mine.near)
    return word("near_one" if mine.missed else "near_far", language, words=words, missing=mine.missed)


def _lacking(case: Case) -> set[str]:
    """Criteria whose near misses are worth a look: the open ones, and others that count and failed."""
    findings = case.machine.findings if case.machine is not None else ()
    return {one.criterion for one in findings if one.earned is None or (one.outcome == "failed" and not one.bonus)}


def _quoted(text: str, start: int, end: int) -> str:
    return one_line(text[start:end], _QUOTED)


def shown(case: Case, read: AnswerScore | None) -> AnswerView:
    """The answer with what earns points marked, what reads like the opposite, and the near misses."""
    text = case.answer.text
    marks: list[Mark] = []
    for one in read.evidence if read is not None else ():
        marks.append((one.start, one.end, one.criterion if one.share else f"{one.criterion} ✗", bool(one.share)))
    for mine in read.criteria if read is not None else ():
        if mine.near is not None and mine.criterion in _lacking(case):
            marks.append((*mine.near, f"{mine.criterion} ≈", False))
    return AnswerView(tuple(segments(text[:LONGEST], marks)), len(text) > LONGEST)


def plainly(text: str) -> AnswerView:
    """Words without marks."""
    return AnswerView(tuple(segments(text[:LONGEST], ())), len(text) > LONGEST)
