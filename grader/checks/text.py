"""What can be read: whether cells ran, what is said about devices, and the written answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from grader.answers.phrases import expressed
from grader.answers.scoring import AnswerScore, CriterionScore, bar_of, score
from grader.checks import outputs, passing
from grader.checks.decision import Decision, Evidence, Unmet, Unsure, joined, partial, passed, say
from grader.checks.elsewhere import AN_ANSWER, likeliest_answer, passages_of
from grader.items import topics
from grader.items.topics import paragraphs
from grader.model import Span, Submission, Text

_CPU = re.compile(r"(?<![a-z])cpu(?![a-z])", re.IGNORECASE)
_GPU = re.compile(r"(?<![a-z])(?:gpu|cuda|mps)(?![a-z])|그래픽\s?카드", re.IGNORECASE)
_ACCELERATOR = re.compile(_GPU.pattern + r"|(?<![a-z0-9])(?:t4|v100|a100|l4)(?![a-z0-9])|그래픽", re.IGNORECASE)
_TIME = re.compile(
    r"\d\s?(?:s|sec|secs|seconds?|ms|초)(?![a-z])|초\b|시간|속도|빠르|빨라|빨랐|느리|느려|느렸|걸리|걸렸|오래|차이"
    r"|비슷|똑같|faster|slower|speed|(?<![a-z])(?:times?|seconds?|minutes?)(?![a-z])|difference|quick|slow|took|takes",
    re.IGNORECASE,
)

_SAYS_NOTHING = re.compile(r"\s*(?:$|#|%%?grader\b|%(?:re)?load_ext\s+grader\b)")  # looking at one's work is none


def runs(evidence: Evidence) -> Decision:
    """Every code cell of the item, and of no item, ran to its end; and the item has code at all."""
    own = [index for index in evidence.own_cells() if _is_code(evidence, index)]
    if not own:
        raise _no_code(evidence)
    items = evidence.submission.items_of_cells
    shared = [index for index, item in enumerate(items) if item is None]
    errors = [e for e in evidence.errors_in(sorted({*own, *shared})) if e.name != "OutputLimit"]  # cut, but it ran
    if errors:
        first = errors[0]
        message = first.message.strip().splitlines()[0][:200] if first.message.strip() else ""
        feedback = _STOPPED.filled(first.cell, f"{first.name}: {message}" if message else first.name)
        raise _blame(evidence, feedback, first.cell)
    tests = passing.copies(evidence.submission, evidence.assignment)  # asked at the end, whether they ran here or not
    unreached = [n + 1 for n in own if n not in tests and evidence.cells[n].get("execution_count") is None]
    if unreached:
        raise _blame(evidence, _UNREACHED.filled(", ".join(map(str, unreached))), unreached[0])
    return passed(cells=len(own))


def _no_code(evidence: Evidence) -> Exception:
    if evidence.item.id in evidence.submission.headed:
        return Unmet(_NO_CODE.filled(evidence.item.id), cells=0)
    missing = _NO_CODE_FOUND.filled(evidence.item.id)
    others = evidence.unexplained()
    if others is None:
        return Unmet(missing, cells=0)
    return Unsure(missing, _MAY_BE_CODE.filled(evidence.item.id, others.ko, others.en), "failed", cells=0)


def _blame(evidence: Evidence, feedback: Text, cell: int | None) -> Exception:
    death = evidence.stopped_from_outside()
    if death is None:
        return Unmet(feedback, cell=cell)
    return Unsure(feedback, _KILLED.filled(death.cell, death.message), "failed", cell=cell)


def _is_code(evidence: Evidence, index: int) -> bool:
    cell = evidence.cells[index] if index < len(evidence.cells) else {}
    lines = cell.get("source", "").splitlines() if cell.get("cell_type") == "code" else []
    return not all(_SAYS_NOTHING.match(line) for line in lines)


def compares_devices(evidence: Evidence) -> Decision:
    """One passage, written or printed, sets the CPU beside a GPU and speaks of time."""
    answers = evidence.submission.answers.values()
    written = [(list(answer.cells), part) for answer in answers for part in paragraphs(answer.text)]
    loose: list[tuple[list[int], str]] = [([], part) for part in paragraphs(evidence.submission.elsewhere)]
    printed = [([number], outputs.text_of(cell)) for number, cell in enumerate(evidence.cells, start=1)]
    passages = [*written, *loose, *printed]
    for cells, passage in passages:
        if _CPU.search(passage) and _GPU.search(passage) and _TIME.search(passage):
            return passed(passage=_around(passage), cells=cells)
    for cells, passage in passages:
        if _ACCELERATOR.search(passage) and _TIME.search(passage):
            raise Unsure(_NO_COMPARISON, _HALF_COMPARISON.filled(_around(passage)), "failed", cells=cells)
    raise _compared_elsewhere(evidence)


def _compared_elsewhere(evidence: Evidence) -> Exception:
    seen = passages_of(evidence)
    for found in seen.passages:
        if _CPU.search(found.text) and _GPU.search(found.text) and _TIME.search(found.text):
            review = _COMPARED_ELSEWHERE.filled(found.place.ko, found.place.en, found.quoted())
            return Unsure(_NO_COMPARISON, review, "failed")
    return Unmet(_NO_COMPARISON) if seen.whole else Unsure(_NO_COMPARISON, _TOO_MUCH, "failed")


def _around(passage: str) -> str:
    match = _ACCELERATOR.search(passage)
    start = max(0, (match.start() if match else 0) - 80)
    return passage[start : start + 160].strip()


def mentions(evidence: Evidence, *, concept: str) -> Decision:
    """The item's answer expresses the concept: a claim of it holds, or a phrase stands there undenied.

    That it is missing is no evidence that an answer is wrong: without the item's `review_below` a person reads every
    answer that lacks it, and only an empty one earns nothing for sure.
    """
    answer = evidence.answer
    if not answer.text.strip():
        raise no_answer(evidence)
    scored: AnswerScore = evidence.worked_out.get("answer") or score(evidence.assignment, evidence.item.id, answer.text)
    evidence.worked_out["answer"] = scored  # for the item's other criteria: reading it is what takes time
    mine = next(one for one in scored.criteria if one.criterion == evidence.criterion.id)
    said = [one for one in scored.evidence if one.criterion == mine.criterion and one.share]
    spans = tuple(Span(start=one.start, end=one.end, concept=concept, phrase=one.claim) for one in said)
    told: dict[str, Any] = {"confidence": mine.confidence, "grounds": mine.grounds, "cells": list(answer.cells)}
    if not mine.share:
        raise _missing(evidence, concept, mine, scored, told)
    if mine.confidence < bar_of(evidence.item):
        raise Unsure(_DOUBTFUL, joined(*_reasons(mine, scored, concept)), "partial", share=mine.share, **told)
    if mine.share < 1:
        return replace(partial(mine.share, evidence.criterion.feedback or _VAGUE, **told), spans=spans)
    return passed(spans=spans, **told)


def _missing(
    evidence: Evidence, concept: str, mine: CriterionScore, scored: AnswerScore, told: dict[str, Any]
) -> Exception:
    if mine.near is not None:
        told = {**told, "nearest": list(mine.near), "lacks": mine.missed}
    bar = evidence.item.review_below
    if evidence.criterion.bonus or (bar is not None and mine.confidence >= bar):
        return Unmet(_NOT_FOUND, characters=len(evidence.answer.text), **told)
    reasons = (*_reasons(mine, scored, concept), *_nearest(evidence, mine), *_other_places(evidence, concept))
    return Unsure(_NOT_FOUND, joined(*reasons), "failed", characters=len(evidence.answer.text), **told)


def _reasons(mine: CriterionScore, scored: AnswerScore, concept: str) -> tuple[Text, ...]:
    """Why a person should look: the answer's guards, and what is not plain about this criterion."""
    guards = scored.reasons[: len(scored.guards)]
    return (*guards, mine.why) if mine.why is not None else (*guards, _MISSED.filled(concept))


def _nearest(evidence: Evidence, mine: CriterionScore) -> Iterator[Text]:
    if mine.near is not None:
        start, end = mine.near
        words = " ".join(evidence.answer.text[start:end].split())[:80]
        yield _NEAREST.filled(words, mine.missed) if mine.missed else _APART.filled(words)


def _other_places(evidence: Evidence, concept: str) -> Iterator[Text]:
    """What may explain that an answer lacks a phrase: it reads like another item's, or the phrase stands elsewhere."""
    item = evidence.item.id
    about = topics.of(evidence.assignment).of_passage(evidence.answer.text)
    if about not in (None, item):
        yield _MISPLACED.filled(item, about)
    named = evidence.assignment.concepts[concept]
    for found in passages_of(evidence).passages:
        if not found.of_another and expressed(found.text, [named]):
            yield _ALSO.filled(found.place.ko, found.place.en, found.quoted())
            return


def no_answer(evidence: Evidence) -> Exception:
    """Zero for sure only where nothing in the hand-in may be the answer; otherwise a person reads what may be."""
    item, submission = evidence.item.id, evidence.submission
    empty = _EMPTY.filled(item)
    if evidence.criterion.bonus:
        return Unmet(empty, characters=0)
    headed = item in submission.headed
    seen = passages_of(evidence)
    if found := likeliest_answer(evidence, seen):
        review = _FOUND_ELSEWHERE.filled(item, found.place.ko, found.place.en, found.quoted())
        return Unsure(empty if headed else _NOT_HEADED.filled(item), review, "failed", characters=0)
    if not headed and _has_words(submission):
        return Unsure(_NOT_HEADED.filled(item), _ELSEWHERE.filled(item), "failed", characters=0)
    return Unmet(empty, characters=0) if seen.whole else Unsure(empty, _TOO_MUCH, "failed", characters=0)


def _has_words(submission: Submission) -> bool:
    written = [submission.elsewhere, *(answer.text for answer in submission.answers.values())]
    return sum(len(text) for text in written) >= AN_ANSWER


_NOT_HEADED = say(
    "{0} 제목을 찾지 못했습니다. 다른 곳에 쓴 답이 있는지 사람이 확인합니다.",
    "no heading names {0}; a person will look whether it is answered elsewhere",
)
_ELSEWHERE = say(
    "{0}이라는 제목이나 태그가 없습니다. 다른 곳에 답이 있는지 읽어 주세요.",
    "no heading or tag names {0}; read whether it is answered elsewhere",
)
_FOUND_ELSEWHERE = say("{0}의 답이 다른 곳({1})에 있을 수 있습니다: {3}", "{0} may be answered elsewhere, in {2}: {3}")
_TOO_MUCH = say(
    "제목 없는 글과 코드의 글이 너무 많아 다 읽지 못했습니다. 답이 있는지 보세요.",
    "there are more words under no heading and in code than were read; look whether it is answered there",
)
_MISPLACED = say("{0}의 글은 {1}의 답처럼 읽힙니다.", "the words under {0} read like an answer to {1}")
_ALSO = say("그 구절은 다른 곳({0})에 있습니다: {2}", "a phrase of it stands elsewhere, in {1}: {2}")
_COMPARED_ELSEWHERE = say("CPU와 GPU를 비교한 글이 {0}에 있습니다: {2}", "a comparison stands elsewhere, in {1}: {2}")
_NO_CODE = say("{0} 제목 아래에 코드가 없습니다.", "there is no code under a heading {0}")
_NO_CODE_FOUND = say(
    "{0}의 코드를 찾지 못했습니다. {0}이라는 제목도, 그 문항의 모델로 보이는 것도 없습니다.",
    "no code for {0} was found: no heading names it, and no model of the kind that it asks for was found",
)
_MAY_BE_CODE = say("{0}의 코드인지 보세요: {1}", "look whether this is the work for {0}: {2}")
_STOPPED = say("{0}번 셀이 멈췄습니다: {1}", "cell {0} stopped with {1}")
_UNREACHED = say("{0}번 셀까지 가지 못하고 실행이 끝났습니다.", "the run ended before cell {0}")
_KILLED = say(
    "{0}번 셀에서 커널이 밖에서 종료됐거나 스스로를 종료했습니다({1}). 다시 실행해 보세요.",
    "in cell {0} the kernel was killed from outside, or killed itself ({1}); run it again",
)
_NO_COMPARISON = say(
    "CPU와 GPU에서 걸린 시간을 비교한 곳을 찾지 못했습니다. 차이가 있었나요, 왜 그럴까요?",
    "no comparison of the time on a CPU and on a GPU was found; did they differ, and why?",
)
_HALF_COMPARISON = say(
    "GPU의 시간은 말하지만 CPU와 비교하는지는 분명하지 않습니다: {0}",
    "speaks of a GPU and of time, but not clearly in comparison with a CPU: {0}",
)
_EMPTY = say("{0}의 답이 비어 있습니다.", "there is no answer to {0}")
_NOT_FOUND = say("답에 더할 내용은 없을까요?", "is there anything to add to the answer?")
_MISSED = say(
    "`{0}` 개념이 답에서 발견되지 않았습니다. 다른 말로 썼는지 읽어 주세요.",
    "the answer was not seen to say `{0}`; read whether it is said in other words",
)
_NEAREST = say("가장 가까운 말: “{0}” (빠진 것: {1})", "the nearest: “{0}” (missing: {1})")
_APART = say(
    "가장 가까운 말: “{0}” (낱말은 모두 있으나 떨어져 있거나 다른 것에 대한 말)",
    "the nearest: “{0}” (all its words, but apart or of something else)",
)
_DOUBTFUL = say("이 답은 사람이 읽고 확인합니다.", "a person will read this answer")
_VAGUE = say("조금 더 분명하게 써 보세요.", "say it more exactly")
