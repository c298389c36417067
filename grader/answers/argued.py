"""Which of a rubric's subjects an answer argues for: `시그모이드를 쓰는 이유`, `sigmoid is preferred`.

Where the question asks why one is used, reasons for another are no answer to it, true as they may be of the one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.answers.clauses import Stretch
from grader.answers.roles import Subject
from grader.answers.tokens import Token
from grader.answers.words import words

_USES = words("사용 쓰 적용 이용 활용 선택 선호 use prefer choos pick adopt")
_BETTER = words("선호 선호되 낫 우수 우월 prefer better superior favor favour")
_CHOOSES = words("prefer pick favor favour")
_REASONS = words("이유 까닭 why reason")
_NEAR_KO, _NEAR_EN, _NEAR_BETTER = 8, 6, 4  # tokens that are looked at
_LINKS = words("이 가 은 는 을 를 되 하 더 is are more much")  # between a subject and what it is praised with


def argues_for_another(found: Iterable[Stretch], question: Iterable[Stretch]) -> bool:
    """Whether an answer gives reasons for others than the one that the question asks of, and none for that one."""
    argued = {s.term for stretch in found for s in stretch.subjects if _is_meant(s) and _is_argued(stretch.tokens, s)}
    if not argued:
        return False  # as of most answers: the question need not be read
    asked = {s.term for stretch in question for s in stretch.subjects if s.reason and _is_meant(s)}
    return bool(asked) and asked.isdisjoint(argued)


def _is_meant(subject: Subject) -> bool:
    return subject.role != "compared" and not subject.absent


def _is_argued(tokens: Sequence[Token], subject: Subject) -> bool:
    after = tokens[subject.last + 1 : subject.last + 1 + _NEAR_KO]
    before = tokens[max(0, subject.first - _NEAR_EN) : subject.first]
    chosen = any(t.form in _CHOOSES for t in before[-2:]) and not any(t.kind == "negation" for t in before)
    return chosen or _is_used(after, before) or _is_better(after[:_NEAR_BETTER])


def _is_used(after: Sequence[Token], before: Sequence[Token]) -> bool:
    """`X를 쓰는 이유`, `why we use X`; not `X를 쓰지 않는 이유`."""
    return any(
        any(t.form in _REASONS for t in around)
        and any(t.form in _USES for t in near)
        and not any(t.kind == "negation" for t in around)
        for around, near in ((after, after[:3]), (before, before[-2:]))
    )


def _is_better(after: Sequence[Token]) -> bool:
    """`X가 선호된다`, `X is preferred`."""
    for token in after:
        if token.form in _BETTER:
            return True
        if token.form not in _LINKS:
            return False
    return False
