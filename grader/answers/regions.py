"""Where something is so: `1 for positive inputs`, `음수 구간에서는 0`; said of another place it is something else."""

from __future__ import annotations

from collections.abc import Sequence

from grader.answers.clauses import Stretch
from grader.answers.lexicon import Mention
from grader.answers.words import words

_PARTS = words(", ( ) ; and but while wherea or so becaus →")
_PARTING_ENDINGS = words("고 며 으며 지만 는데 ᆫ데 은데 으나 나 므로 으므로 아서 어서 니까 라서 어 아")
_CONDITIONS = ("if", "when", "for", "where")
_DENIED_WITHIN = 4  # tokens after a place that may deny it: `음수가 아니면`, `non-negative`


def is_elsewhere(stretch: Stretch, value: Mention, places: Sequence[str]) -> bool:
    """Whether the part of the sentence that gives a value names one of the places, terms where it is not so."""
    start, end = _part(stretch, value)
    start = _condition(stretch, start)
    named = [m for m in stretch.mentions if m.term in places and start <= m.first and m.last < end]
    return any(not _is_denied(stretch, m) for m in named)


def _part(stretch: Stretch, value: Mention) -> tuple[int, int]:
    """The tokens around a value up to the next comma, bracket, joining word or ending."""
    start, end = value.first, value.last + 1
    while start > stretch.start and not _parts(stretch, start - 1):
        start -= 1
    while end < stretch.end and not _parts(stretch, end):
        end += 1
    return start, end


def _condition(stretch: Stretch, start: int) -> int:
    """Where `if x is negative, ...` begins, if the part from `start` on is what follows from it."""
    tokens = stretch.tokens
    if start == 0 or tokens[start - 1].form != ",":
        return start
    begin = start - 1
    while begin > stretch.start and not _parts(stretch, begin - 1):
        begin -= 1
    return begin if tokens[begin].surface in _CONDITIONS else start


def _parts(stretch: Stretch, i: int) -> bool:
    token = stretch.tokens[i]
    return token.form in _PARTS or (token.tag == "EC" and token.form in _PARTING_ENDINGS)


def _is_denied(stretch: Stretch, place: Mention) -> bool:
    tokens = stretch.tokens
    around = (*tokens[max(0, place.first - 1) : place.first], *tokens[place.last + 1 : place.last + 1 + _DENIED_WITHIN])
    return any(t.kind == "negation" for t in around)
