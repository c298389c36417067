"""Tokens of a sentence, Korean and English alike: lemma or stem, part of speech, place.

Korean words are cut into morphemes, English ones stemmed; numbers and signs stand for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from grader.answers import english
from grader.answers.korean import HANGUL, Analyser, Morpheme
from grader.answers.words import words

Kind = Literal[
    "noun", "verb", "number", "sign", "adverb", "light", "pronoun", "particle", "ending", "function", "negation"
]
SKIPPED: frozenset[Kind] = frozenset(("adverb", "light", "pronoun", "particle", "ending", "function"))
PLAIN = words("EN SN SW SP")  # tags of what is read without the analyser: English words, numbers, signs, punctuation

_LOOSE_NUMBER = r"\d+(?:\.\d+)?e[-+−]?\d+|\d+(?:[.,]\d+)*(?:/\d+)?"
_SIGN = r"->|=>|<=|>=|==|[=<>≤≥≈→⇒×·∂∇σ↑↓←+/~∞δηφμ]"
_ARROWS = {"->": "→", "=>": "⇒"}
_PUNCTUATION = r"[&(),:\[\]\"'“”‘’]"
_PRIME = r"(?:(?<=[σφ)])|(?<=relu)|(?<=moid)|(?<=\bf)|(?<=\bg)|(?<=\bh))['’′]+(?=[\s(=→≤<,)]|$)"
_SCANNER = re.compile(
    rf"(?P<prime>{_PRIME})|(?P<word>{english.WORD.pattern})|(?P<number>{_LOOSE_NUMBER})|(?P<sign>{_SIGN})"
    rf"|(?P<punctuation>{_PUNCTUATION})"
)
_PARTICLE = re.compile(
    r"(?<=[a-z0-9)])(?:에서는|에서|으로는|으로|에는|에|은|는|이|가|을|를|의|도|로|와|과|만|란|보다)(?=[\s,.)/:;]|$)"
)
_PARTS_OF = {"에서는": ("에서", "는"), "으로는": ("으로", "는"), "에는": ("에", "는")}
_TAGS = {
    "은": "JX", "는": "JX", "도": "JX", "만": "JX", "란": "JX",
    "이": "JKS", "가": "JKS", "을": "JKO", "를": "JKO", "의": "JKG",
}  # fmt: skip
_LIGHT_VERBS = words("하 되 있 이 가지 시키 주 보 갖 대하 위하 의하 통하")
_DENYING_ADVERBS = words("안 못 없이 아니")
_PRONOUNS = words("이 그 이것 그것 이거 저 우리 여기 거기 무엇")
_KINDS: tuple[tuple[str, Kind], ...] = (  # by how a tag begins
    ("NNG", "noun"), ("NNP", "noun"), ("XR", "noun"), ("NR", "noun"), ("VV", "verb"), ("VA", "verb"),
    ("J", "particle"), ("E", "ending"), ("MAG", "adverb"), ("MM", "adverb"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """`form`: lemma of a Korean word, stem of an English one. `tag`: Korean part of speech, `EN` for English words.

    Offsets are into the page's text; `surface` is what stands there.
    """

    form: str
    kind: Kind
    tag: str
    start: int
    end: int
    surface: str


def tokens_of(part: str, offset: int, analyser: Analyser | None) -> tuple[Token, ...]:
    """The tokens of a part of a page, in order; the part begins at `offset`. Without an analyser Korean is left out."""
    found = [*_latin(part, offset)]
    if analyser is not None and HANGUL.search(part):
        found += _particles(part, offset)
        taken = {place for token in found for place in range(token.start - offset, token.end - offset)}
        for morpheme in _whole(analyser.morphemes(part)):
            if morpheme.start not in taken and (token := _korean(morpheme, part, offset)):
                found.append(token)
    return tuple(sorted(found, key=lambda token: (token.start, token.end)))


def _whole(morphemes: list[Morpheme]) -> Iterator[Morpheme]:
    """The morphemes with `없어지다` in one: it denies nothing, it says what becomes of something."""
    i = 0
    while i < len(morphemes):
        one, following = morphemes[i], morphemes[i + 1 : i + 3]
        if one.form == "없" and [m.form for m in following] == ["어", "지"]:
            yield Morpheme("없어지", "VV", one.start, following[-1].end)
            i += 3
        else:
            yield one
            i += 1


def _particles(part: str, offset: int) -> Iterator[Token]:
    """Particles after English words and numbers, where the analyser may take them for something else (`Conv는`)."""
    for found in _PARTICLE.finditer(part):
        start = offset + found.start()
        for form in _PARTS_OF.get(found[0], (found[0],)):
            yield Token(form, "particle", _TAGS.get(form, "JKB"), start, start + len(form), form)
            start += len(form)


def _latin(part: str, offset: int) -> Iterator[Token]:
    """English words, numbers and signs."""
    for found in _SCANNER.finditer(part):
        start, end = offset + found.start(), offset + found.end()
        if word := found["word"]:
            yield from _word(word, start, end)
        elif number := found["number"]:
            yield Token(_plain_number(number), "number", "SN", start, end, number)
        elif found["sign"]:
            sign = found["sign"]
            yield Token(_ARROWS.get(sign, sign), "sign", "SW", start, end, sign)
        elif found["prime"]:
            yield Token(english.stem("derivative"), "noun", "EN", start, end, "derivative")
        elif found[0] == "&":
            yield Token("and", "function", "EN", start, end, "and")
        else:
            yield Token(found[0], "function", "SP", start, end, found[0])


def _word(word: str, start: int, end: int) -> Iterator[Token]:
    base, quote, tail = word.replace("’", "'").partition("'")
    if english.is_negation(word):
        yield Token("not", "negation", "EN", start, end, word)
        return
    if quote and tail == "t" and base.endswith("n"):  # doesn't
        yield Token("not", "negation", "EN", start, end, word)
        return
    kind: Kind = "noun"
    if base in english.LIGHT:
        kind = "light"
    elif base in english.FUNCTION:
        kind = "function"
    form = english.stem(base) + ("ly" if base.endswith("ly") else "")  # `exponentially` tells nothing of exponentials
    yield Token(form, kind, "EN", start, start + len(base), base)
    if tail == "s":
        yield Token("'s", "particle", "EN", end - 2, end, "'s")


def _plain_number(number: str) -> str:
    plain = number.replace(",", "")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain or "0"


def _korean(morpheme: Morpheme, part: str, offset: int) -> Token | None:
    form, tag, start, end = morpheme
    kind = _kind(form, tag)
    if kind is None:
        return None
    return Token(form, kind, tag, offset + start, offset + end, part[start:end])


def _kind(form: str, tag: str) -> Kind | None:
    """The kind of a morpheme; None for what is read without the analyser."""
    if tag.startswith(("S", "W_")):
        return None
    if _is_negation(form, tag):
        return "negation"
    if tag == "NP" or (tag == "MM" and form in _PRONOUNS):
        return "pronoun"
    if tag in ("VV", "VA") and form in _LIGHT_VERBS:
        return "light"
    return next((kind for beginning, kind in _KINDS if tag.startswith(beginning)), "function")


def _is_negation(form: str, tag: str) -> bool:
    if tag == "VA":
        return form.endswith("없")  # `필요없다` too
    return tag == "VCN" or (tag == "VX" and form in ("않", "못하", "말")) or (tag == "MAG" and form in _DENYING_ADVERBS)
