"""Phrases of a concept in a text, with the characters that matched.

A phrase is words in order. Between words there may be white space, a Korean particle, a parenthesis and a sign such
as `=`; ` ~ ` is a gap within one sentence; `*` is any ending of a word. Case, width, Markdown emphasis and Korean
spacing do not count.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from grader.model import Concept, Span

MAX_CHARACTERS = 50_000  # of an answer; homework answers have hundreds

_PARTICLE = r"(?:으로|에서|이란|은|는|이|가|을|를|의|에|도|로|만|와|과|란|값)?"
_JOIN = rf"{_PARTICLE}(?:\s*\([^()\n]{{0,40}}\))?[\s\-=≈:]*"
_GAP = r"(?:[^.!?。\n]|\.(?=\d)){0,60}?"
_EMPHASIS = set("*`$")


class PhraseError(ValueError):
    """A phrase that can match nothing, or everything."""


def find(text: str, concept: Concept) -> tuple[Span, ...]:
    """Every place where a phrase of the concept stands, the first of overlapping ones. Offsets are into `text`."""
    plain, offsets = _normalised(text[:MAX_CHARACTERS])
    found: list[Span] = []
    for phrase in (*concept.ko, *concept.en):
        for match in pattern(phrase).finditer(plain):
            start, end = offsets[match.start()], offsets[match.end() - 1] + 1
            found.append(Span(start=start, end=end, concept=concept.id, phrase=phrase))
    return _without_overlaps(found)


@lru_cache(maxsize=4096)
def pattern(phrase: str) -> re.Pattern[str]:
    """Compile a phrase. Raises PhraseError for an empty one, or a gap or `*` with nothing to hold on to."""
    words = phrase_key(phrase).split()
    if not words or words[0] == "~" or words[-1] == "~":
        raise PhraseError("a phrase begins and ends with a word")
    if any(not word.strip("*") for word in words if word != "~"):
        raise PhraseError("`*` needs letters before or after it")
    pieces = []
    for before, word in zip(["~", *words], words, strict=False):
        if word == "~":
            pieces.append(_GAP)
            continue
        if before != "~":
            pieces.append(_JOIN)
        pieces.append(_word(word))
    return re.compile("".join(pieces))


def phrase_key(phrase: str) -> str:
    """The form in which two phrases are the same phrase."""
    return " ".join(unicodedata.normalize("NFKC", phrase).casefold().split())


def _word(word: str) -> str:
    core = r"\w*".join(re.escape(part) for part in word.split("*"))
    before = r"(?<![a-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
    after = ""
    if word[-1].isdigit():
        after = r"(?:\.0+)?(?!\d|\.\d)"
    elif word[-1].isascii() and word[-1].isalnum():
        after = r"(?![a-z0-9])"
    return before + core + after


def _normalised(text: str) -> tuple[str, list[int]]:
    """Casefolded NFKC text without emphasis marks, and for each of its characters the place in `text`."""
    characters: list[str] = []
    offsets: list[int] = []
    for place, character in enumerate(text):
        if character in _EMPHASIS or unicodedata.category(character) == "Cf":  # zero-width characters among them
            continue
        for folded in unicodedata.normalize("NFKC", character).casefold():
            characters.append(folded)
            offsets.append(place)
    return "".join(characters), offsets


def _without_overlaps(spans: list[Span]) -> tuple[Span, ...]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)
