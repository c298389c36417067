"""Terms: names of a rubric for things that are said in many words, and where a text says them.

An alias is read as the text is: by lemmas and stems, with grammar between its words left out of account. Korean nouns
are also found whatever their spacing, and a slip of the pen in a long word is forgiven and told as `fuzzy`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from grader.answers.korean import HANGUL, Analyser, analyser
from grader.answers.sentences import sentences
from grader.answers.slips import SHORTEST_KOREAN, EnglishStems, KoreanWords
from grader.answers.tokens import SKIPPED, Token
from grader.answers.words import words
from grader.model import Term

How = Literal["exact", "spacing", "fuzzy"]

_MOST_SKIPPED = 3  # tokens of grammar between two words of an alias
_LONGEST_ALIAS = 8
_BOUNDS_AFTER = words("보다 이하 미만 이상 초과 근처 부근 사이")
_OPERATORS = frozenset("-−+*·×^/")
_BOUNDS_BEFORE = words("than < > ≤ ≥ <= >= below abov exceed")
_DEGREES = words("more most")
_ADJECTIVE = re.compile(r"(?:ent|ant|ive|ous|able|ible|ful)$")
_BOUND = words("VX XSN")  # tags of auxiliaries and of endings of nouns
_ADNOMINAL = frozenset("한된할인")
_ARTICLES = words("a an the")
_HANGUL_RUN = re.compile(r"[가-힣]{3,}")
_KOREAN_NOUN = re.compile(r"[가-힣]+[가-힣](?<!다)")  # what ends in `다` may be a verb
_ADVERB = re.compile(
    r".+(?:게|히|만|도|든|서|면|고|로|씩|리|이|한|된|는|인|운|은)"
)  # `적게` has to stay a form of `적다`
_LONG_STEM = re.compile(r"[a-z]{4,}")
_FIRST_SYLLABLE, _FINALS, _N_FINAL, _L_FINAL, _M_FINAL = 0xAC00, 28, 4, 8, 16
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
        named = [(alias, term.name) for term in self.terms.values() for alias in term.words]
        self._nouns = frozenset(
            alias for alias, _ in named if _KOREAN_NOUN.fullmatch(alias) and not _ADVERB.fullmatch(alias)
        )
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for alias, term in named:
            for forms in self._readings(alias):
                if (forms, term) not in self._by_first[forms[0]]:
                    self._by_first[forms[0]].append((forms, term))
        self._known = frozenset(form for listed in self._by_first.values() for forms, _ in listed for form in forms)
        self._stems = EnglishStems(form for form in self._known if _LONG_STEM.fullmatch(form))
        unspaced = [(alias.replace(" ", ""), term) for alias, term in named]
        nouns = [(alias, term) for alias, term in unspaced if _KOREAN_NOUN.fullmatch(alias)]
        self._unspaced: dict[str, list[tuple[str, str]]] = defaultdict(list)  # by their first two syllables
        for alias, term in nouns:
            self._unspaced[alias[:2]].append((alias, term))
        self._korean = KoreanWords((alias, term) for alias, term in nouns if len(alias) >= SHORTEST_KOREAN)

    def _readings(self, alias: str) -> Iterator[tuple[str, ...]]:
        """The words of an alias that have to be said: as analysed, and a Korean verb as its dictionary form says."""
        parts = alias.casefold().split(" ")
        if forms := self._forms(" ".join(parts)):
            yield forms
        if declared := _declared(parts[-1]):
            yield self._forms(" ".join([*parts[:-1], declared]))
        if len(parts[-1]) > 1 and _TAIL_OF_VERB.search(parts[-1]):
            before = self._forms(" ".join(parts[:-1])) if parts[:-1] else ()
            if before or not parts[:-1]:  # `안 줄다` is not `줄다`
                yield (*before, parts[-1][:-1])

    def _forms(self, alias: str) -> tuple[str, ...]:
        tokens = next(iter(self.sentences(alias)), ())
        # `옮겨도` is not `옮기다`: a last ending says what it is, but for that of the dictionary
        last = tokens[-1:] if tokens and tokens[-1].tag == "EC" and tokens[-1].form != "다" else ()
        spoken = [t for t in tokens if (t.kind not in ("particle", "ending") or t in last) and t.tag != "SP"]
        needed = [t for t in spoken if t.form not in _ARTICLES]
        kept = [t for t in needed if t.tag == "EN" or t.kind != "function" or _is_derived(t)] or needed
        if all(t.kind == "negation" for t in kept):
            return ()  # or `없어지다` would be said by every `없다`
        return tuple(t.form for t in kept)[:_LONGEST_ALIAS]

    def sentences(self, text: str) -> Iterator[tuple[Token, ...]]:
        """The tokens of each sentence of a page's text."""
        for sentence in sentences(text, self.analyser_for(text)):
            yield sentence.tokens

    def analyser_for(self, text: str) -> Analyser | None:
        """The analyser that knows the terms' Korean nouns; None for a text without Korean, so as not to load it."""
        return analyser(self._nouns) if HANGUL.search(text) else None

    def mentions(self, tokens: tuple[Token, ...], text: str) -> list[Mention]:
        """Every mention of a term in the tokens of one sentence, in order. `text`: the page that they are of."""
        tokens, mended = self._mended(tokens)
        found = {(m.term, m.first, m.last): m for m in self._by_forms(tokens, mended, text)}
        for mention in self._by_spacing(tokens, text):
            found.setdefault((mention.term, mention.first, mention.last), mention)
        for mention in self._by_slips(tokens, text, list(found)):
            found.setdefault((mention.term, mention.first, mention.last), mention)
        return sorted(self._uncovered(found.values()), key=lambda m: (m.first, m.last, m.term))

    def _mended(self, tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], frozenset[int]]:
        """English words that no alias has, as the known word that they are but for a slip; and which these are."""
        listed, mended = list(tokens), set()
        for i, token in enumerate(tokens):
            if token.kind != "noun" or token.form in self._known:
                continue
            if token.tag != "EN":
                if token.form[-1:] in _ADNOMINAL and token.form[:-1] in self._known:
                    listed[i] = replace(token, form=token.form[:-1])  # `중요한`, taken for a name
                elif verb := next((v for v in _verbs_of(token.form) if v in self._known), ""):
                    listed[i] = replace(token, form=verb, kind="verb")  # `줄어듬`, too
                continue
            if token.form.endswith("ly"):
                continue  # `exponentially` is no slip of `exponential`
            if form := self._stems.nearest(token.surface, token.form):
                listed[i] = replace(token, form=form)
                mended.add(i)
        return tuple(listed), frozenset(mended)

    def _by_forms(self, tokens: tuple[Token, ...], mended: frozenset[int], text: str) -> Iterator[Mention]:
        for i, token in enumerate(tokens):
            for forms, term in self._by_first.get(token.form, ()):
                if token.kind in ("particle", "ending") or (len(forms) == 1 and _is_bare(tokens, i)):
                    continue
                last = _follow(tokens, i, forms)
                if last is not None and not (_is_number(forms[-1]) and _is_bound(tokens, i, last, text)):
                    yield Mention(term, i, last, "fuzzy" if mended.intersection(range(i, last + 1)) else "exact")

    def _by_spacing(self, tokens: tuple[Token, ...], text: str) -> Iterator[Mention]:
        places = [i for i in range(tokens[0].start, tokens[-1].end) if not text[i].isspace()]
        unspaced = "".join(text[i] for i in places)
        starts = {token.start: i for i, token in reversed(list(enumerate(tokens)))}
        ends = {token.end: i for i, token in enumerate(tokens)}
        for at, place in enumerate(places):
            for alias, term in self._unspaced.get(unspaced[at : at + 2], ()):
                if place not in starts or not unspaced.startswith(alias, at):
                    continue
                end = places[at + len(alias) - 1]
                last = ends.get(end + 1)
                if last is None and len(alias) >= 3:  # the analyser took a particle into a word
                    last = _holding(tokens, end)
                if last is not None and last >= starts[place]:
                    yield Mention(term, starts[place], last, "spacing")

    def _by_slips(
        self, tokens: tuple[Token, ...], text: str, found: Iterable[tuple[str, int, int]]
    ) -> Iterator[Mention]:
        said = {i for _, first, last in found for i in range(first, last + 1)}
        starts = [token.start for token in tokens]
        for run in _HANGUL_RUN.finditer(text, tokens[0].start, tokens[-1].end):
            begun = range(bisect_left(starts, run.start()), bisect_right(starts, run.end()))
            inside = [i for i in begun if tokens[i].end <= run.end()]
            if inside and not said.intersection(inside):
                for term, length in self._korean.beginning(run[0]):
                    last = [i for i in inside if tokens[i].start < run.start() + length]
                    yield Mention(term, inside[0], last[-1] if last else inside[-1], "fuzzy")

    def _uncovered(self, mentions: Iterable[Mention]) -> list[Mention]:
        """The mentions without those that lie within a term which covers others."""
        mentions = list(mentions)
        covering: dict[int, list[Mention]] = defaultdict(list)  # by each of their tokens
        for mention in mentions:
            if self.terms[mention.term].covers:
                for i in range(mention.first, mention.last + 1):
                    covering[i].append(mention)
        return [
            m for m in mentions if not any(m.last <= c.last and c.term != m.term for c in covering.get(m.first, ()))
        ]


def _is_bare(tokens: tuple[Token, ...], i: int) -> bool:
    """`작아져 버린다` throws nothing away, `기하급수적` is not `적다`, `more efficient` is not `more`."""
    if tokens[i].surface in _DEGREES:
        return any(_ADJECTIVE.search(t.surface) for t in tokens[i + 1 : i + 2])
    if tokens[i].tag == "VX" and i and tokens[i - 1].tag == "JKO":
        return False  # `모서리를 버린다`
    return tokens[i].tag in _BOUND


def _is_number(form: str) -> bool:
    return form.isdecimal() or form in ("one", "zero", "일", "영")


def _is_bound(tokens: tuple[Token, ...], first: int, last: int, text: str) -> bool:
    """`1보다 작다`, `x > 0`, `less than 1`: a bound, not a value."""
    before = tokens[first - 1].form if first else ""
    after = tokens[last + 1].form if last + 1 < len(tokens) else ""
    in_formula = text[tokens[first].start - 1 : tokens[first].start] + text[tokens[last].end : tokens[last].end + 1]
    return after in _BOUNDS_AFTER or before in _BOUNDS_BEFORE or any(sign in _OPERATORS for sign in in_formula)


def _verbs_of(noun: str) -> Iterator[str]:
    """Of what verb a noun in `ㅁ` may be made, as notes end: `빠름` of `빠르다`, `줄어듬` of `줄어들다`."""
    final = (ord(noun[-1]) - _FIRST_SYLLABLE) % _FINALS if HANGUL.match(noun[-1]) else 0
    if final == _M_FINAL and len(noun) > 1:
        for instead in (0, _L_FINAL):
            yield noun[:-1] + chr(ord(noun[-1]) - final + instead)


def _declared(word: str) -> str:
    """`작아진다` of `작아지다`, which is analysed otherwise; empty where that is not made by a letter."""
    if len(word) < 3 or not _TAIL_OF_VERB.search(word) or (ord(word[-2]) - _FIRST_SYLLABLE) % _FINALS:
        return ""
    return f"{word[:-2]}{chr(ord(word[-2]) + _N_FINAL)}다"


def _is_derived(token: Token) -> bool:
    """The ending that makes `자유롭다` of `자유`, the `불` of `불가능`; the ending of `간단하다` says nothing."""
    return token.tag == "XPN" or (token.tag == "XSA" and token.form != "하")


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
