"""Terms: names of a rubric for things that are said in many words, and where a text says them.

An alias is read as the text is: by lemmas and stems, with grammar between its words left out of account. Korean nouns
are also found whatever their spacing, and a slip of the pen in a long word is forgiven and told as `fuzzy`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import DamerauLevenshtein

from grader.answers.korean import HANGUL, analyser
from grader.answers.tokens import SKIPPED, Token, sentences
from grader.model import Term

How = Literal["exact", "spacing", "fuzzy"]

_MOST_SKIPPED = 3  # tokens of grammar between two words of an alias
_LONGEST_ALIAS = 8
_BOUNDS_AFTER = frozenset(("보다", "이하", "미만", "이상", "초과"))
_BOUNDS_BEFORE = frozenset(("than", "<", ">", "≤", "≥", "<=", ">=", "below", "abov", "exceed"))
_ARTICLES = frozenset(("a", "an", "the"))
_SHORTEST_FUZZY = {"ko": 3, "en": 5}  # syllables and letters
_TWO_SLIPS = {"ko": 5, "en": 8}  # from this length on two slips are forgiven, below it one
_FIRST_SYLLABLE, _JAMO = 0xAC00, (588, 28)
_HANGUL_RUN = re.compile(r"[가-힣]{3,}")
_TAIL_OF_VERB = re.compile(r"(?<=[가-힣])다$")


@dataclass(frozen=True, slots=True)
class Mention:
    """`term` said by the tokens [first, last]."""

    term: str
    first: int
    last: int
    how: How


class Lexicon:
    """The terms of one rubric. Thread-safe: nothing changes after it is made."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms: Mapping[str, Term] = {term.name: term for term in terms}
        words = {alias for term in self.terms.values() for alias in term.words}
        self.korean = any(HANGUL.search(word) for word in words)
        self.nouns = frozenset(word for word in words if re.fullmatch(r"[가-힣]{2,}", word) and word[-1] != "다")
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._compact: dict[str, set[str]] = defaultdict(set)
        self._fuzzy_ko: list[tuple[str, str, str]] = []
        for term in self.terms.values():
            for alias in term.words:
                self._take(term.name, alias)
        self._known = frozenset(form for forms in self._by_first.values() for listed, _ in forms for form in listed)
        self._stems: dict[str, list[str]] = defaultdict(list)
        for form in sorted(self._known):
            if re.fullmatch(r"[a-z]{4,}", form):
                self._stems[form[0]].append(form)

    def _take(self, term: str, alias: str) -> None:
        for forms in self._readings(alias):
            if (forms, term) not in self._by_first[forms[0]]:
                self._by_first[forms[0]].append((forms, term))
        compact = alias.replace(" ", "")
        if re.fullmatch(r"[가-힣]{2,}", compact) and compact[-1] != "다":
            self._compact[compact].add(term)
            if len(compact) >= _SHORTEST_FUZZY["ko"]:
                self._fuzzy_ko.append((compact, jamo(compact), term))

    def _readings(self, alias: str) -> Iterator[tuple[str, ...]]:
        """The words of an alias that have to be said: as analysed, and a Korean verb as its dictionary form says."""
        words = alias.casefold().split(" ")
        if forms := self._forms(" ".join(words)):
            yield forms
        if len(words[-1]) > 1 and _TAIL_OF_VERB.search(words[-1]):
            before = self._forms(" ".join(words[:-1])) if words[:-1] else ()
            yield (*before, words[-1][:-1])

    def _forms(self, alias: str) -> tuple[str, ...]:
        tokens = next(iter(self.sentences(alias)), ())
        needed = [t for t in tokens if t.kind not in ("particle", "ending") and t.form not in _ARTICLES and t.tag != "SP"]
        kept = [t for t in needed if t.tag == "EN" or t.kind != "function" or _is_derived(t)] or needed
        return tuple(t.form for t in kept)[:_LONGEST_ALIAS]

    def sentences(self, text: str) -> Iterator[tuple[Token, ...]]:
        for sentence in sentences(text, self.analyser_for(text)):
            yield sentence.tokens

    def analyser_for(self, text: str):  # type: ignore[no-untyped-def]  # the type would load it
        return analyser(self.nouns) if HANGUL.search(text) else None

    def mentions(self, tokens: tuple[Token, ...], text: str) -> list[Mention]:
        """Every mention of a term in the tokens of one sentence, in order. `text`: the page that they are of."""
        tokens, mended = self._mended(tokens)
        found = {(m.term, m.first, m.last): m for m in self._by_forms(tokens, mended)}
        for mention in self._by_spacing(tokens, text):
            found.setdefault((mention.term, mention.first, mention.last), mention)
        for mention in self._by_slips(tokens, text, set(found)):
            found.setdefault((mention.term, mention.first, mention.last), mention)
        return sorted(self._uncovered(list(found.values())), key=lambda m: (m.first, m.last, m.term))

    def _mended(self, tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], frozenset[int]]:
        """English words that no alias has, as the known word that they are but for a slip; and which these are."""
        listed, mended = list(tokens), set()
        for i, token in enumerate(tokens):
            if token.tag == "EN" and token.kind == "noun" and token.form not in self._known:
                if form := self._near_english(token.surface, token.form):
                    listed[i] = replace(token, form=form)
                    mended.add(i)
        return tuple(listed), frozenset(mended)

    def _by_forms(self, tokens: tuple[Token, ...], mended: frozenset[int]) -> Iterator[Mention]:
        for i, token in enumerate(tokens):
            for forms, term in self._by_first.get(token.form, ()):
                if token.kind in ("particle", "ending"):
                    continue
                last = _follow(tokens, i, forms)
                if last is not None and not (_is_number(forms[-1]) and _is_compared(tokens, i, last)):
                    yield Mention(term, i, last, "fuzzy" if mended.intersection(range(i, last + 1)) else "exact")

    def _by_spacing(self, tokens: tuple[Token, ...], text: str) -> Iterator[Mention]:
        start, end = tokens[0].start, tokens[-1].end
        places = [i for i in range(start, end) if not text[i].isspace()]
        compact = "".join(text[i] for i in places)
        starts = {token.start: i for i, token in reversed(list(enumerate(tokens)))}
        ends = {token.end: i for i, token in enumerate(tokens)}
        for alias, terms in self._compact.items():
            at = compact.find(alias)
            while at >= 0:
                first, last = starts.get(places[at]), ends.get(places[at + len(alias) - 1] + 1)
                if first is not None and last is None and len(alias) >= 3:  # the analyser took a particle into a word
                    last = _holding(tokens, places[at + len(alias) - 1])
                if first is not None and last is not None and last >= first:
                    for term in terms:
                        yield Mention(term, first, last, "spacing")
                at = compact.find(alias, at + 1)

    def _by_slips(
        self, tokens: tuple[Token, ...], text: str, found: set[tuple[str, int, int]]
    ) -> Iterator[Mention]:
        said = {i for _, first, last in found for i in range(first, last + 1)}
        for run in _HANGUL_RUN.finditer(text, tokens[0].start, tokens[-1].end):
            inside = [i for i, t in enumerate(tokens) if t.start >= run.start() and t.end <= run.end()]
            if inside and not said.intersection(inside):
                for term, length in self._near_korean(run[0]):
                    last = [i for i in inside if tokens[i].start < run.start() + length]
                    yield Mention(term, inside[0], last[-1] if last else inside[-1], "fuzzy")

    def _near_english(self, word: str, stem: str) -> str | None:
        """The known stem that a word has but for a slip, if there is just one nearest."""
        if len(word) < _SHORTEST_FUZZY["en"]:
            return None
        allowed = 2 if len(word) >= _TWO_SLIPS["en"] else 1
        best: tuple[int, str] | None = None
        for known in self._stems.get(word[0], ()):
            if abs(len(known) - len(stem)) <= allowed:
                distance = DamerauLevenshtein.distance(known, stem, score_cutoff=allowed)
                if distance <= allowed and (best is None or (distance, known) < best):
                    best = (distance, known)
        return best[1] if best else None

    def _near_korean(self, run: str) -> Iterator[tuple[str, int]]:
        """Terms whose alias the run of syllables begins with, but for a slip."""
        for alias, spelt, term in self._fuzzy_ko:
            allowed = 2 if len(alias) >= _TWO_SLIPS["ko"] else 1
            for length in (len(alias), len(alias) - 1, len(alias) + 1):
                if 2 <= length <= len(run):
                    distance = DamerauLevenshtein.distance(spelt, jamo(run[:length]), score_cutoff=allowed)
                    if distance <= allowed:
                        yield term, length
                        break

    def _uncovered(self, mentions: list[Mention]) -> list[Mention]:
        covers = [m for m in mentions if self.terms[m.term].covers]
        return [
            m
            for m in mentions
            if not any(c.first <= m.first and m.last <= c.last and c.term != m.term and c != m for c in covers)
        ]


def _is_number(form: str) -> bool:
    return form.isdecimal() or form in ("one", "zero", "일", "영")


def _is_compared(tokens: tuple[Token, ...], first: int, last: int) -> bool:
    """`1보다 작다`, `x > 0`, `less than 1`: a bound, not a value."""
    before = tokens[first - 1].form if first else ""
    after = tokens[last + 1].form if last + 1 < len(tokens) else ""
    return after in _BOUNDS_AFTER or before in _BOUNDS_BEFORE


def _is_derived(token: Token) -> bool:
    """The ending that makes `자유롭다` of `자유`; that of `간단하다` says nothing."""
    return token.tag == "XSA" and token.form != "하"


def _follow(tokens: tuple[Token, ...], i: int, forms: tuple[str, ...]) -> int | None:
    """The last token of an alias that begins at token i, grammar between its words skipped."""
    at = i
    for form in forms[1:]:
        skipped = 0
        at += 1
        while at < len(tokens) and tokens[at].form != form:
            if tokens[at].kind not in SKIPPED or skipped >= _MOST_SKIPPED or tokens[at].form in ",:":
                return None
            skipped += 1
            at += 1
        if at >= len(tokens):
            return None
    return at


def _holding(tokens: tuple[Token, ...], place: int) -> int | None:
    """The token that holds the character at a place."""
    i = bisect_right([token.start for token in tokens], place) - 1
    return i if i >= 0 and tokens[i].end > place else None


@lru_cache(maxsize=65536)
def jamo(word: str) -> str:
    """The letters of Korean syllables, each for itself."""
    letters: list[str] = []
    for sign in word:
        number = ord(sign) - _FIRST_SYLLABLE
        if 0 <= number < 11172:
            first, middle, last = number // _JAMO[0], number % _JAMO[0] // _JAMO[1], number % _JAMO[1]
            letters += [chr(0x1100 + first), chr(0x1161 + middle), *([chr(0x11A7 + last)] if last else [])]
        else:
            letters.append(sign)
    return "".join(letters)
