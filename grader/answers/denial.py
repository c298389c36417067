"""Denial: how often what a claim's words say is denied by the words around and between them.

Korean denies after what it denies, English before it; English adjectives and passive verbs also after it.
"""

from __future__ import annotations

from itertools import pairwise

from grader.answers.clauses import Stretch
from grader.answers.denied_after import after
from grader.answers.denied_before import before
from grader.answers.negations import JOINS, ends_clause, is_kept_from, is_least, is_no_denial
from grader.answers.tokens import PLAIN, Token
from grader.answers.words import words

_PRONOUNS = words("it they this these he she")
_PAST = words("크 커지 이상 초과 넘 높 멀 멀어지 거리")


def denials(stretch: Stretch, first: int, last: int, own: frozenset[int]) -> int:
    """How often a claim made by the tokens [first, last] is denied. `own`: tokens that are the claim's words."""
    around = after(stretch, last, own) + before(stretch, first, own)
    return _inside(stretch, first, last, own) + around + _is_past_bound(stretch.tokens, first, last)


def _inside(stretch: Stretch, first: int, last: int, own: frozenset[int]) -> int:
    tokens = stretch.tokens
    count = 0
    for i in range(first + 1, last):
        if i in own:
            continue
        if tokens[i].kind == "negation" and tokens[i].form != "없이" and not is_no_denial(tokens, i):
            count += _reaches(tokens, i, last)
        elif i in stretch.turning and tokens[i].tag == "EN":
            count += not any(t.form in JOINS or t.form == "," for t in tokens[i + 1 : last])
        elif (
            tokens[i].form == "덜"
            or (tokens[i].form == "대신" and i - 1 in own)
            or is_least(tokens, i)
            or is_kept_from(tokens, i, own)
        ):
            count += 1
    return count


def _is_past_bound(tokens: tuple[Token, ...], first: int, last: int) -> bool:
    """`0.25보다 크다`, `1을 넘는다`, `최소 0.25`, `아무리 작아도 0.25`, `1에서 멀어진다`: not that number."""
    return any(_is_passed(tokens, i) for i in range(first, last + 1) if tokens[i].kind == "number")


def _is_passed(tokens: tuple[Token, ...], i: int) -> bool:
    before = [t.form for t in tokens[max(0, i - 2) : i]]
    if before[-1:] == ["최소"] or before[-1:] == ["적어도"] or before in (["작", "아도"], ["작", "어도"]):
        return True
    after = (t.form for t in tokens[i + 1 : i + 6] if t.kind not in ("particle", "adverb"))
    return next(after, "") in _PAST and any(t.tag not in PLAIN for t in tokens)


def is_split(stretch: Stretch, first: int, last: int, own: frozenset[int]) -> bool:
    """`ignores the neighbours and sees each pixel in isolation`: English denies only the first of a claim's words."""
    tokens = stretch.tokens
    joins = [i for i in range(first + 1, last) if tokens[i].surface in ("and", "but") and i not in own]
    goes_on = any(tokens[i + 1].kind != "function" for i in joins)
    return goes_on and before(stretch, first, own) % 2 == 1


def _reaches(tokens: tuple[Token, ...], i: int, last: int) -> bool:
    """Whether a negation among a claim's words denies those after it, up to the last."""
    rest = tokens[i + 1 : last + 1]
    if any(a.form == "," and b.form in _PRONOUNS for a, b in pairwise(rest)):
        return False  # `is not less than 1, it is 1`
    if not any(ends_clause(t) for t in rest[:-1]):
        return True
    return tokens[i].tag == "EN" and not any(t.form in JOINS for t in rest)
