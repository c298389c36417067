"""Reasons that an answer gives: what is said may be true, and the reason for it not.

A rubric knows the words of right reasons. A reason that has none of them is for a person to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from grader.answers.clauses import Stretch
from grader.answers.tokens import Token
from grader.answers.words import words

_AFTER_REASON = words("때문 덕분 탓 까닭")  # Korean names a reason before these
_REASON_ENDINGS = words("므로 으므로 니까 으니까 어서 아서 라서 이라서")
_BEFORE_REASON = words("because since due")
# Degrees, which belong to any reason: `학습률이 커서`, `because there is little data`.
_DEGREES = words("""
    크 커지 작 많 적 줄 줄어들 늘 늘어나 높 낮 좋 나쁘 large small big high low more less few many littl increas decreas
""")
# That things belong together is a reason only with what they are, which stands before as what is spoken of.
_RELATIONS = words("관련 연관 상관 관계 관련성 연관성 상관관계 relat relationship correl connect")
_ENDS = words(", ; : ( ) so therefor which but while")


def unknown_reasons(
    found: Sequence[Stretch], known: frozenset[str], subjects: frozenset[str], loosely: bool = False
) -> frozenset[int]:
    """Numbers of the sentences that give a reason of which no word belongs to a known term.

    `subjects`: terms of whom something may be said, which are no reason by themselves. `loosely`: a time counts too
    (`when`, `때`).
    """
    return frozenset(
        number
        for number, stretches in groupby(found, key=lambda stretch: stretch.number)
        if _is_unknown(list(stretches), known, subjects, loosely)
    )


def _is_unknown(stretches: Sequence[Stretch], known: frozenset[str], subjects: frozenset[str], loosely: bool) -> bool:
    tokens = stretches[0].sentence.tokens
    who = _places(stretches, subjects)
    covered = {i for i in _places(stretches, known - subjects) if tokens[i].form not in _DEGREES}
    for reason in _reasons(tokens, loosely):
        nouns = (i for i in reason if tokens[i].kind in ("noun", "number"))
        named = {i for i in nouns if tokens[i].form not in _RELATIONS} - who
        if named and covered.isdisjoint(i for i in reason if tokens[i].kind in ("noun", "number", "verb")):
            return True
    return False


def _places(stretches: Sequence[Stretch], terms: frozenset[str]) -> set[int]:
    return {i for s in stretches for m in s.mentions if m.term in terms for i in range(m.first, m.last + 1)}


def _reasons(tokens: Sequence[Token], loosely: bool) -> Iterator[range]:
    """The tokens of each reason of a sentence."""
    for i, token in enumerate(tokens):
        if (
            token.form in _AFTER_REASON
            or (loosely and token.form == "때")
            or (token.tag == "EC" and token.form in _REASON_ENDINGS)
        ):
            start = next((at + 1 for at in range(i - 1, -1, -1) if _begins_after(tokens[at])), 0)
            yield range(start, i)
        elif token.tag == "EN" and (token.surface in _BEFORE_REASON or (loosely and token.surface == "when")):
            end = next((at for at in range(i + 1, len(tokens)) if _ends_clause(tokens[at])), len(tokens))
            yield range(i + 1, end)


def _begins_after(token: Token) -> bool:
    """A clause ends there, or what it is about: `기울기 소실은 과적합 때문이다`."""
    return _ends_clause(token) or (token.tag == "JX" and token.form in ("은", "는"))


def _ends_clause(token: Token) -> bool:
    return token.form in _ENDS or (token.tag == "EC" and token.form not in ("지", "어", "아", "게"))
