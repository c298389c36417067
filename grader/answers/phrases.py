"""Phrases of a concept in a text, with the characters that matched.

A phrase is words in order. Between words there may be white space, a Korean particle, a parenthesis and a sign such
as `=`; ` ~ ` is a gap within one sentence; `*` is any ending of a word. Case, width, Markdown emphasis, HTML tags and
Korean spacing do not count. A number stands for itself: `1` is in `1.0`, and not in `10`, `1.5`, `1/4`, `-1`, `1보다`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from grader.model import Concept, Span

MAX_CHARACTERS = 50_000  # of an answer; homework answers have hundreds

_QUOTES = "\"'“”‘’"
_PARTICLE = "들?(?:의? ?값)?(?:으로|에서|이란|은|는|이|가|을|를|의|에|도|로|만|와|과|란)?(?:는|은|도|만|의)?"
_JOIN = rf"[{_QUOTES}]?{_PARTICLE}(?: ?\([^()\n]{{0,40}}\){_PARTICLE})?[ \-‐–=≈:_{_QUOTES}]*(?:\n[ >]*)?"
_LINE_GOES_ON = r"\n(?! *(?:\n|[-+#>|•]|\d{1,2}[.)] ))"  # no blank line, list or heading follows
_POINT_WITHIN = r"\.(?=\d)|(?<=[a-z0-9])\.(?=[a-z])"  # as in `0.25` and `nn.Linear`
_GAP = rf"(?:[^.!?。\n]|{_POINT_WITHIN}|{_LINE_GOES_ON}){{0,60}}?"
_NO_NUMBER_BEFORE = r"(?<![a-z0-9\-−])(?<!\d[.,/])"
_NUMBER_ENDS = r"(?![a-z\d]|[.,/]\d| ?%)"
_NOT_COMPARED = "(?! ?(?:보다|이하|미만|이상|초과))"
_ANY_ENDING = r"\w{0,20}"
_TAG = re.compile(
    r"</?(?:b|i|u|em|strong|mark|span|font|sub|sup|code)(?:\s[^<>]{0,200})?>|(?P<space><br\s?/?>|</?(?:p|div|center)>)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[ \t]*(\*)(?=[ \t])", re.MULTILINE)
_EMPHASIS = frozenset("*`$")
_INVISIBLE = frozenset("\u034f" + "".join(map(chr, range(0xFE00, 0xFE10))))  # besides the category of format signs


class PhraseError(ValueError):
    """A phrase that can match nothing, or everything."""


def find(text: str, concept: Concept) -> tuple[Span, ...]:
    """Every place where a phrase of the concept stands, the first of overlapping ones. Offsets are into `text`."""
    plain, places = _normalised(text[:MAX_CHARACTERS])
    found: list[Span] = []
    for phrase in (*concept.ko, *concept.en):
        for match in pattern(phrase).finditer(plain):
            start, end = places[match.start()][0], places[match.end() - 1][1]
            found.append(Span(start=start, end=end, concept=concept.id, phrase=phrase))
    return _without_overlaps(found)


def expressed(text: str, concepts: Iterable[Concept]) -> frozenset[str]:
    """Ids of the concepts of which a phrase stands in the text; sooner told than every place of theirs."""
    plain, _ = _normalised(text[:MAX_CHARACTERS])
    return frozenset(
        concept.id for concept in concepts if any(pattern(p).search(plain) for p in (*concept.ko, *concept.en))
    )


@lru_cache(maxsize=4096)
def pattern(phrase: str) -> re.Pattern[str]:
    """Compile a phrase. Raises PhraseError for an empty one, or a gap or `*` with nothing to hold on to."""
    words = phrase_key(phrase).split()
    if not words or words[0] == "~" or words[-1] == "~":
        raise PhraseError("a phrase begins and ends with a word")
    if not re.search(r"[^\W_]", "".join(words)):
        raise PhraseError("a phrase has letters or digits")
    if "~ ~" in " ".join(words) or any("~" in word for word in words if word != "~"):
        raise PhraseError("a gap is one `~` between two words, with a space on either side")
    if any(not word.strip("*") for word in words):
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
    plain, _ = _normalised(phrase.replace("*", "\0"))  # here it is no emphasis
    return " ".join(plain.replace("\0", "*").split())


def _word(word: str) -> str:
    core = _ANY_ENDING.join(_letters(part, at_start=not i) for i, part in enumerate(word.split("*")))
    before = after = ""
    if word[0].isdecimal():
        before = _NO_NUMBER_BEFORE
    elif word[0].isascii() and word[0].isalnum():
        before = r"(?<![a-z0-9])"
    if word[-1].isdecimal():
        after = _NUMBER_ENDS + (_NOT_COMPARED if word.isdecimal() else "")
    elif word[-1].isascii() and word[-1].isalnum():
        after = r"(?![a-z0-9])"
    return before + core + after


def _letters(letters: str, at_start: bool) -> str:
    """A part of a word without `*`. Whole numbers may end in `.0`; one space may stand in a long Korean word."""
    pieces: list[str] = []
    for run in re.finditer(r"(?P<whole>(?<![\d.])\d+(?![\d.]))|(?P<korean>[가-힣]{3,})|.", letters):
        piece = re.escape(run[0])
        if run["whole"]:
            piece += r"(?:\.0+)?"
        elif run["korean"] and at_start and not pieces:
            spaced = "|".join(f"{run[0][:i]} {run[0][i:]}" for i in range(1, len(run[0])))
            piece = f"(?:{piece}|(?<![가-힣])(?:{spaced}))"
        pieces.append(piece)
    return "".join(pieces)


def _normalised(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Casefolded NFKC text without what does not count, and for each of its characters the place in `text`."""
    characters: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end, cluster in _clusters(text):
        for sign in unicodedata.normalize("NFKC", cluster).casefold().replace("\u2044", "/"):  # the slash in ¼
            characters.append(" " if sign.isspace() and sign != "\n" else sign)
            places.append((start, end))
    return "".join(characters), places


def _clusters(text: str) -> Iterator[tuple[int, int, str]]:
    """Characters that count, each with the accents, vowels and final consonants that follow it in NFD text."""
    start, end, cluster = 0, 0, ""
    for place, sign in _counting(text):
        joins = unicodedata.combining(sign) or "\u1160" <= sign <= "\u11ff"
        if cluster and not joins:
            yield start, end, cluster
            cluster = ""
        start = start if cluster else place
        end, cluster = place + 1, cluster + sign
    if cluster:
        yield start, end, cluster


def _counting(text: str) -> Iterator[tuple[int, str]]:
    """Places and characters without emphasis, tags and zero-width signs. A `*` that begins a list item becomes `•`."""
    signs = list(text)
    for bullet in _BULLET.finditer(text):
        signs[bullet.start(1)] = "•"
    for tag in _TAG.finditer(text):
        signs[tag.start() : tag.end()] = [""] * len(tag[0])
        if tag["space"]:
            signs[tag.start()] = " "
    for place, sign in enumerate(signs):
        if sign and sign not in _EMPHASIS and sign not in _INVISIBLE and unicodedata.category(sign) != "Cf":
            yield place, sign


def _without_overlaps(spans: list[Span]) -> tuple[Span, ...]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)
