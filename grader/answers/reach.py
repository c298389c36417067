"""Whether words that lie in different clauses belong together: Korean puts what is said after of whom or what it is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from grader.answers.lexicon import Mention
from grader.answers.tokens import PLAIN, Token
from grader.answers.words import words

_SEPARATES = words("+ / · ; → ⇒ ↓ ↑")
_GOES_ON = words("지 게 도록 기 음 ᆷ")  # endings after which the same clause goes on
_SO = words("면 으면 니까 으니까 어서 아서 다가")
_IF = words("면 으면")
_TOPICAL = words("은 는 ᆫ")
_MAKES_VERBS = words("XSV XSA VCP")
_MARKS = words("JKS JKO JX")  # particles that begin another thing to say something of


def together(tokens: tuple[Token, ...], chosen: Sequence[Mention]) -> bool:
    """Whether no clause ends between the mentions that keeps them apart."""
    return all(_joined(tokens, a, b) for a, b in pairwise(sorted(chosen, key=lambda mention: mention.first)))


def _joined(tokens: tuple[Token, ...], a: Mention, b: Mention) -> bool:
    between = range(a.last + 1, b.first)
    ends = [i for i in between if _ends(tokens, i) and not (i == a.last + 2 and _is_taken(tokens, i))]
    if not ends or _is_under_conditions(tokens, a, b, ends):
        return True
    if not _is_said(tokens, b) or (_is_said(tokens, a) and not _is_chain(tokens, a, ends)):
        return False
    return not any(tokens[i].tag in _MARKS and tokens[i - 1].kind == "noun" for i in range(ends[0] + 1, b.first))


def _is_under_conditions(tokens: tuple[Token, ...], a: Mention, b: Mention, ends: Sequence[int]) -> bool:
    """`미분은 x > 0이면 1로`: what a topic is where something holds."""
    if not any(t.tag == "JX" and t.form in _TOPICAL for t in tokens[a.last + 1 : a.last + 2]):
        return False
    begun = any(tokens[i].tag in ("JKS", "JX") for i in range(a.last + 2, b.first))
    return not begun and all(tokens[i].form in _IF for i in ends)


def _ends(tokens: tuple[Token, ...], i: int) -> bool:
    """Whether a clause, or a point of a list, ends with a token of Korean text."""
    token = tokens[i]
    if token.tag == "EC" and token.form not in _GOES_ON:
        return [t.tag for t in tokens[i + 1 : i + 2]] != ["VX"]
    return token.form in _SEPARATES and any(t.tag not in PLAIN for t in tokens)


def _is_chain(tokens: tuple[Token, ...], a: Mention, ends: Sequence[int]) -> bool:
    """`곱하면 0이 된다`: one does, or is, and so comes the other."""
    return len(ends) == 1 and ends[0] <= a.last + 3 and tokens[ends[0]].form in _SO


def _is_taken(tokens: tuple[Token, ...], i: int) -> bool:
    """`미분하면 1이다`: what is taken of something is what the rest is said of."""
    return tokens[i - 1].form == "하" and tokens[i].form == "면"


def _is_said(tokens: tuple[Token, ...], mention: Mention) -> bool:
    """Whether a mention is, or ends with, a verb, or ends a sentence that has none."""
    if tokens[mention.last].kind in ("verb", "light", "negation"):
        return True
    following = tokens[mention.last + 1 : mention.last + 2]
    return not following or any(t.tag in _MAKES_VERBS or t.kind in ("light", "negation", "sign") for t in following)
