"""Sentences and their tokens, Korean and English alike: lemma or stem, part of speech, place.

A sentence ends with its mark, its line, or the next point of a list. Within one, Korean words are cut into morphemes,
English ones stemmed; numbers and signs stand for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from grader.answers import english
from grader.answers.korean import HANGUL, Analyser, Morpheme

Kind = Literal[
    "noun", "verb", "number", "sign", "adverb", "light", "pronoun", "particle", "ending", "function", "negation"
]
CONTENT: frozenset[Kind] = frozenset(("noun", "verb", "number", "sign"))
SKIPPED: frozenset[Kind] = frozenset(("adverb", "light", "pronoun", "particle", "ending", "function"))


@dataclass(frozen=True, slots=True)
class Token:
    """`form`: lemma of a Korean word, stem of an English one. `tag`: Korean part of speech, `EN` for English words."""

    form: str
    kind: Kind
    tag: str
    start: int
    end: int
    surface: str


@dataclass(frozen=True)
class Sentence:
    """`question`: it asks. `label`: words before a colon that begin it, such as `ReLU:`, end at this token."""

    tokens: tuple[Token, ...]
    start: int
    end: int
    question: bool
    bullet: bool


_LOOSE_NUMBER = re.compile(r"\d+(?:\.\d+)?e[-+−]?\d+|\d+(?:[.,]\d+)*(?:/\d+)?")
_SIGN = re.compile(r"->|=>|<=|>=|==|[=<>≤≥≈→⇒×·∂∇σ↑↓←+/~∞δηφμ]")
_PUNCTUATION = re.compile(r"[(),:\[\]\"'“”‘’]")
_PRIME = re.compile(r"(?:(?<=[σφ)])|(?<=relu)|(?<=moid)|(?<=\bf)|(?<=\bg)|(?<=\bh))['’′]+(?=[\s(=→≤<,)]|$)")
_SCANNER = re.compile(
    rf"(?P<prime>{_PRIME.pattern})|(?P<word>{english.WORD.pattern})|(?P<number>{_LOOSE_NUMBER.pattern})|(?P<sign>{_SIGN.pattern})"
    rf"|(?P<punctuation>{_PUNCTUATION.pattern})"
)
_PARTICLE = re.compile(
    r"(?<=[a-z0-9)])(?:에서는|에서|으로는|으로|에는|에|은|는|이|가|을|를|의|도|로|와|과|만|란|보다)(?=[\s,.)/:;]|$)"
)
_PARTS_OF = {"에서는": ("에서", "는"), "으로는": ("으로", "는"), "에는": ("에", "는")}
_TAGS = {"은": "JX", "는": "JX", "도": "JX", "만": "JX", "란": "JX", "이": "JKS", "가": "JKS", "을": "JKO", "를": "JKO", "의": "JKG"}
_END = re.compile(
    r"(?P<mark>[.!?。]+)(?=[\s\"'”’)\]]|$|(?<=다\.)|(?<=음\.)|(?<=요\.))|(?P<line>\n)|(?P<semicolon>;)"
    r"|(?P<point>(?:(?<=^)|(?<=[\s.,:]))(?:[•\-–—*](?=\s)|\(?\d{1,2}[.)](?=\s)|\([가-하a-e]\)))"
)
# A minus or a number within a formula, which elsewhere would be a point of a list: `d(n) - y(n)`, `w(n + 1) =`.
_OPERAND_BEFORE = re.compile(r"(?:[)=+×·/\d]|(?<![^\W\d_])[^\W\d_]|['’′])[ ]*$")
_OPERAND_AFTER = re.compile(r"[ ]+(?:(?!a )[^\W\d_]{1,2}(?![^\W\d_])|[(∂∇]|\d+(?:\.\d+)?(?![.)\d]))")
_OPERATOR_BEFORE = re.compile(r"[-−+×·*/=<>][ ]*$")
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|fig|eq|no|approx)|^\s*\d{1,2})$")
_ASKS = re.compile(r"\?\s*$")
_KOREAN_ASKS = frozenset(("을까", "ᆯ까", "ᆯ까요", "을까요", "는가", "ᆫ가", "은가", "나요", "니", "는지요"))
_LIGHT_VERBS = frozenset(("하", "되", "있", "이", "가지", "시키", "주", "보", "갖", "대하", "위하", "의하", "통하"))
_PRONOUNS = frozenset(("이", "그", "이것", "그것", "이거", "저", "우리", "여기", "거기", "무엇"))


def sentences(text: str, analyser: Analyser | None) -> Iterator[Sentence]:
    """The sentences of a page's text. Without an analyser Korean is left out."""
    start = 0
    bullet = False
    for end, after, next_is_point, asks in _ends(text):
        yield from _sentence(text, start, end, analyser, bullet, asks)
        start, bullet = after, next_is_point
    yield from _sentence(text, start, len(text), analyser, bullet, bool(_ASKS.search(text[start:])))


def _ends(text: str) -> Iterator[tuple[int, int, bool, bool]]:
    """Where a sentence ends, where the next one begins, whether that is a point of a list, whether the first asks."""
    last = 0
    for found in _END.finditer(text):
        if found["mark"] and _SHORT.search(text[max(0, found.start() - 8) : found.start()]):
            continue
        if found["point"] and _is_value(text[last : found.start()]):
            continue
        if found["point"] and _is_in_formula(text, last, found.start(), found.end()):
            continue
        if found["point"] and not text[last : found.start()].strip() and found.start() == last:
            yield found.start(), found.end(), True, False
        else:
            yield found.start(), found.end(), bool(found["point"]), "?" in found[0]
        last = found.end()


def _is_value(before: str) -> bool:
    """Whether `1)` after this text ends a bracket, or `1.` an equation, rather than begins a point of a list."""
    return before.count("(") > before.count(")") or before.rstrip().endswith(("=", "≈", "<", ">", "→", "is"))


def _is_in_formula(text: str, last: int, start: int, end: int) -> bool:
    """Whether the point at [start, end) belongs to a formula. Only few characters around it are looked at."""
    before = text[max(last, start - 8) : start]
    if text[start] in "-–—*":
        operands = _OPERAND_BEFORE.search(before) and _OPERAND_AFTER.match(text, end)
        return bool(operands or _OPERATOR_BEFORE.search(before))
    return text[start] != "(" and bool(_OPERATOR_BEFORE.search(before))


def _sentence(
    text: str, start: int, end: int, analyser: Analyser | None, bullet: bool, asks: bool
) -> Iterator[Sentence]:
    part = text[start:end]
    if not part.strip():
        return
    tokens = tuple(_tokens(part, start, analyser))
    if tokens:
        last = next((t for t in reversed(tokens) if t.kind != "sign"), tokens[-1])
        question = asks or (last.tag == "EF" and last.form in _KOREAN_ASKS)
        yield Sentence(tokens, start, end, question, bullet)


def _tokens(part: str, offset: int, analyser: Analyser | None) -> list[Token]:
    found = [*_latin(part, offset)]
    if analyser is not None and HANGUL.search(part):
        found += _particles(part, offset)
        taken = {place for token in found for place in range(token.start - offset, token.end - offset)}
        for morpheme in analyser.morphemes(part):
            if morpheme.start not in taken and (token := _korean(morpheme, part, offset)):
                found.append(token)
    return sorted(found, key=lambda token: (token.start, token.end))


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
            yield Token(found["sign"], "sign", "SW", start, end, found["sign"])
        elif found["prime"]:
            yield Token(english.stem("derivative"), "noun", "EN", start, end, "derivative")
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


def _kind(form: str, tag: str) -> Kind | None:  # noqa: PLR0911  # one line for each part of speech
    if tag.startswith("S") or tag.startswith("W_"):
        return None  # read without the analyser
    if tag == "VCN" or (tag == "VX" and form in ("않", "못하", "말")) or (tag == "MAG" and form in ("안", "못")):
        return "negation"
    if tag == "VA" and form.endswith("없"):  # `필요없다`
        return "negation"
    if tag == "MAG" and form in ("없이", "아니"):
        return "negation"
    if tag == "NP" or (tag == "MM" and form in _PRONOUNS):
        return "pronoun"
    if tag in ("NNG", "NNP", "XR", "NR"):
        return "noun"
    if tag in ("VV", "VA"):
        return "light" if form in _LIGHT_VERBS else "verb"
    if tag.startswith("J"):
        return "particle"
    if tag.startswith("E"):
        return "ending"
    return "adverb" if tag in ("MAG", "MM") else "function"
