"""Sentences of an answer.

A sentence ends with its mark, its line, or the next point of a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from grader.answers.korean import Analyser
from grader.answers.tokens import Token, tokens_of
from grader.answers.words import words

_LONGEST = 2_000  # characters; what is longer is cut, for some of what is done with a sentence takes pairs of its words
_END = re.compile(
    r"(?P<mark>[.!?。]{1,40})(?=[\s\"'”’)\]]|$|(?<=다\.)|(?<=음\.)|(?<=요\.))|(?P<line>\n)|(?P<semicolon>;)"
    r"|(?P<point>(?:(?<=^)|(?<=[\s.,:]))(?:[•\-–—*](?=\s)|\(?\d{1,2}[.)](?=\s)|\([가-하a-e]\)))"
)
# A minus or a number within a formula, which elsewhere would be a point of a list: `d(n) - y(n)`, `w(n + 1) =`.
_OPERAND_BEFORE = re.compile(r"(?:[)=+×·/\d]|(?<![^\W\d_])[^\W\d_]|['’′])[ ]*$")
_OPERAND_AFTER = re.compile(r"[ ]+(?:(?!a )[^\W\d_]{1,2}(?![^\W\d_])|[(∂∇]|\d+(?:\.\d+)?(?![.)\d]))")
_OPERATOR_BEFORE = re.compile(r"[-−+×·*/=<>][ ]*$")
_EQUALS_BEFORE = re.compile(r"(?:[=≈<>→]|\b(?:is|are|of|be|by|than)|[가-힣][이가은는을를도에로]|항상|언제나)\s*$")
_NEAR = 8  # characters before a point that are looked at
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|fig|eq|no|approx)|^\s*\d{1,2})$")
_NO = words("no nope hardly never 아니 아니요 아뇨 아니오")
_YES = words("yes yep sure indeed 네 예 응")
_BEFORE_REPLY = words(", : ( \" '")
_KOREAN_ASKS = words("을까 ᆯ까 ᆯ까요 을까요 는가 ᆫ가 은가 나요 니 는지요")


@dataclass(frozen=True)
class Sentence:
    """Tokens of a sentence that stands at [start, end) of the page's text.

    `question`: it asks. `reply`: whether the next sentence begins with a yes or a no to that; None where it does not.
    """

    tokens: tuple[Token, ...]
    start: int
    end: int
    question: bool
    reply: bool | None = None


def replied(found: Iterable[Sentence]) -> Iterator[Sentence]:
    """The sentences, each question with the reply to it."""
    for sentence, following in pairwise(chain(found, [None])):
        if sentence is not None:
            asked = sentence.question and following is not None
            yield replace(sentence, reply=_reply(following.tokens)) if asked and following else sentence


def _reply(tokens: tuple[Token, ...]) -> bool | None:
    said = [t for t in tokens if t.form not in _BEFORE_REPLY]
    if [t.surface for t in said[:3]] == ["on", "the", "contrary"]:
        return False
    for token in said[:1]:
        if token.form == "그렇":
            return not any(t.kind == "negation" for t in said[:5])
        if token.surface in _NO or token.form in _NO:
            return False
        if token.surface in _YES:
            return True
    return None


def sentences(text: str, analyser: Analyser | None) -> Iterator[Sentence]:
    """The sentences of a page's text. Without an analyser Korean is left out."""
    start = 0
    for end, after, asks in _ends(text):
        yield from _sentence(text, start, end, analyser, asks)
        start = after
    yield from _sentence(text, start, len(text), analyser, text[start:].rstrip().endswith("?"))


def _ends(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where a sentence ends, where the next one begins, and whether the first asks."""
    last = 0
    brackets = _Brackets(text)
    for found in _END.finditer(text):
        start, end = found.span()
        if found["mark"] and _SHORT.search(text[max(0, start - _NEAR) : start]):
            continue
        if found["point"] and (
            brackets.is_open(last, start) or _is_value(text, last, start) or _is_in_formula(text, last, start, end)
        ):
            continue
        yield start, end, "?" in found[0]
        last = end


class _Brackets:
    """Brackets that are open at a place. Places are asked for in order, so that the text is read once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._since = self._counted = self._open = 0

    def is_open(self, since: int, place: int) -> bool:
        """Whether more brackets open than close in [since, place)."""
        if since != self._since:
            self._since = self._counted = since
            self._open = 0
        part = self._text[self._counted : place]
        self._open += part.count("(") - part.count(")")
        self._counted = place
        return self._open > 0


def _is_value(text: str, last: int, start: int) -> bool:
    """Whether `1.` at a place is a value of an equation (`= 1.`) rather than the number of a point."""
    return bool(_EQUALS_BEFORE.search(text, max(last, start - _NEAR), start))


def _is_in_formula(text: str, last: int, start: int, end: int) -> bool:
    """Whether the point at [start, end) belongs to a formula. Only few characters around it are looked at."""
    before = text[max(last, start - _NEAR) : start]
    if text[start] in "-–—*":
        operands = _OPERAND_BEFORE.search(before) and _OPERAND_AFTER.match(text, end)
        return bool(operands or _OPERATOR_BEFORE.search(before))
    return text[start] != "(" and bool(_OPERATOR_BEFORE.search(before))


def _sentence(text: str, start: int, end: int, analyser: Analyser | None, asks: bool) -> Iterator[Sentence]:
    while end - start > _LONGEST:
        space = text.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
        cut = space if space > 0 else start + _LONGEST
        yield from _sentence(text, start, cut, analyser, False)
        start = cut
    if tokens := tokens_of(text[start:end], start, analyser):
        last = next((t for t in reversed(tokens) if t.kind != "sign"), tokens[-1])
        question = asks or (last.tag == "EF" and last.form in _KOREAN_ASKS)
        yield Sentence(tokens, start, end, question)
