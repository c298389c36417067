"""Clauses of an answer: what is said together, and of whom.

A `Stretch` is a part of one sentence in which one subject is spoken of: it ends where a contrast begins, or where
another of the rubric's subjects becomes the topic. A subject that is not named again is carried from before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from grader.answers.lexicon import Lexicon, Mention
from grader.answers.roles import Subject, otherwise, roles, unnamed_absence
from grader.answers.sentences import Sentence, replied, sentences
from grader.answers.tokens import Token
from grader.answers.words import words

_CARRIED = 5  # sentences over which a subject is remembered
_CONTRASTING_ENDINGS = words("지만 는데 은데 ᆫ데 으나 나 는데도 더라도 지마는")
_CONTRASTING_WORDS = words("""
    but while wherea however although though yet unfortun 반면 그러나 하지만 반대 대조 그런데 다만
""")
_SAYS = words(", → :")  # after one of these, as after a verb, something has been said
_FORMER = words("전자 former")
_LATTER = words("후자 latter")


@dataclass(frozen=True)
class Stretch:
    """Tokens [start, end) of a sentence in which one subject is spoken of."""

    sentence: Sentence
    start: int
    end: int
    mentions: tuple[Mention, ...]
    subjects: tuple[Subject, ...]
    carried: tuple[tuple[str, bool], ...]  # subjects of before and whether as a reason, the last topic first
    number: int  # of the sentence
    turning: frozenset[int]  # where terms begin that deny what they are said of

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All of the sentence's, those outside the stretch too."""
        return self.sentence.tokens

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(mention.term for mention in self.mentions)

    @cached_property
    def stated(self) -> tuple[Mention, ...]:
        """Mentions but those of a condition: `커질수록` tells how much of something else there is."""
        return tuple(m for m in self.mentions if not _is_condition(self.tokens, m))

    @property
    def span(self) -> tuple[int, int]:
        """Its characters of the page's text."""
        return self.tokens[self.start].start, self.tokens[self.end - 1].end


@lru_cache(maxsize=64)  # an answer is scored once for each criterion
def stretches(text: str, lexicon: Lexicon, subjects: frozenset[str]) -> tuple[Stretch, ...]:
    """Every stretch of a page's text, in order. `subjects`: terms of whom something may be said."""
    memory = _Memory()
    return tuple(
        stretch
        for number, sentence in enumerate(replied(sentences(text, lexicon.analyser_for(text))))
        for stretch in _of_sentence(
            sentence, number, lexicon.mentions(sentence.tokens, text), lexicon, subjects, memory
        )
    )


def _of_sentence(
    sentence: Sentence,
    number: int,
    mentions: Sequence[Mention],
    lexicon: Lexicon,
    subjects: frozenset[str],
    memory: _Memory,
) -> Iterator[Stretch]:
    tokens = sentence.tokens
    named = _with_pronouns(roles(tokens, mentions, subjects), tokens, memory)
    turning = frozenset(m.first for m in mentions if lexicon.terms[m.term].turns)
    cuts = _cuts(tokens, named)
    placed = defaultdict(list)
    for mention in mentions:
        placed[bisect_right(cuts, mention.first) - 1].append(mention)
    for i, (start, end) in enumerate(pairwise([*cuts, len(tokens)])):
        carried = memory.recalled(number)
        if carried and (absence := unnamed_absence(tokens, start, carried[0][0])):
            named.append(absence)
        if absence := otherwise(tokens, named, start, end):
            named.append(absence)
        inside = tuple(m for m in placed[i] if m.last < end)
        here = tuple(s for s in named if start <= s.first < end)
        yield Stretch(sentence, start, end, inside, here, carried, number, turning)
        memory.keep(here, number)


class _Memory:
    """The subjects spoken of so far."""

    def __init__(self) -> None:
        self._topics: dict[
            tuple[str, bool], int
        ] = {}  # and whether as a reason: number of the sentence; the last at the end
        self.order: list[str] = []  # in which subjects were last named

    def keep(self, named: Iterable[Subject], number: int) -> None:
        """Take in the subjects of a stretch of a sentence."""
        listed = [s for s in named if s.role in ("topic", "object", "place")]
        owners = [s for s in named if s.role == "owner"]
        for subject in listed[-1:] or owners[-1:]:
            self._topics.pop((subject.term, subject.reason), None)
            self._topics[subject.term, subject.reason] = number
        for subject in named:
            if subject.term in self.order:
                self.order.remove(subject.term)
            self.order.append(subject.term)

    def recalled(self, number: int) -> tuple[tuple[str, bool], ...]:
        """The topics that a sentence may go on about, each with whether as a reason, the last first."""
        return tuple(topic for topic, at in reversed(self._topics.items()) if number - at <= _CARRIED)


def _with_pronouns(named: list[Subject], tokens: tuple[Token, ...], memory: _Memory) -> list[Subject]:
    """The subjects with `전자`, `후자`, `the former`, `the latter` as those that they stand for."""
    stand_ins = []
    for i, token in enumerate(tokens):
        if token.surface in _FORMER or token.surface in _LATTER:
            before = dict.fromkeys(s.term for s in named if s.first < i)
            order = [*(term for term in memory.order if term not in before), *before]
            if len(order) > 1:
                stand_ins.append(Subject(order[-2 if token.surface in _FORMER else -1], i, i, "topic"))
    return sorted([*named, *stand_ins], key=lambda s: s.first)


def _cuts(tokens: tuple[Token, ...], named: Sequence[Subject]) -> list[int]:
    """Where the stretches of a sentence begin: at a contrast, or where another topic comes after something was said."""
    topics = {s.first: s.term for s in reversed(named) if _is_topic(tokens, s) and not _is_under_condition(tokens, s)}
    placed = defaultdict(set)
    for subject in named:
        if subject.role != "compared":
            placed[subject.first].add(subject.term)
    cuts, terms, said = [0], set[str](), False
    for i, token in enumerate(tokens):
        another = i in topics and said and terms - {topics[i]}
        if i and (another or _is_contrast(tokens, i)):
            cuts.append(i)
            terms, said = set(), False
        terms |= placed.get(i, set())
        said = said or _says(token)
    return cuts


def _is_topic(tokens: tuple[Token, ...], subject: Subject) -> bool:
    """Whether it is spoken of from here on; `커널이` does something to the topic and is none of its own."""
    nominative = any(t.tag == "JKS" for t in tokens[subject.last + 1 : subject.last + 2])
    return (subject.role == "topic" or _is_fronted(tokens, subject)) and not subject.absent and not nominative


def _is_fronted(tokens: tuple[Token, ...], subject: Subject) -> bool:
    """`in a CNN they are few, in a dense layer many`: a place that comes first in its clause."""
    before = [t for t in tokens[max(0, subject.first - 3) : subject.first] if t.form not in ("a", "an", "the")]
    return subject.role == "place" and len(before) > 1 and before[-2].form in (",", "and", "but")


def _is_under_condition(tokens: tuple[Token, ...], subject: Subject) -> bool:
    """`패딩을 하면 합성곱을 할 때마다`: what is done under a condition is still said of that."""
    before, after = tokens[max(0, subject.first - 1) : subject.first], tokens[subject.last + 1 : subject.last + 2]
    return [t.form for t in before] in (["면"], ["으면"]) and [t.tag for t in after] == ["JKO"]


def _says(token: Token) -> bool:
    if token.kind in ("verb", "ending") or token.form in _SAYS:
        return True
    return token.kind == "light" and token.tag == "EN"


def _is_contrast(tokens: tuple[Token, ...], i: int) -> bool:
    """Whether a contrast begins at token i; a `반면에` that ends the sentence is none."""
    token, before = tokens[i], tokens[i - 1]
    if token.form in _CONTRASTING_WORDS and token.kind != "verb":
        return not (token.form == "반면" and [t.form for t in tokens[i + 1 :]] == ["에"])
    return before.tag == "EC" and before.form in _CONTRASTING_ENDINGS


def _is_condition(tokens: tuple[Token, ...], mention: Mention) -> bool:
    after = tokens[mention.last + 1 : mention.last + 4]
    return any(t.form in ("ᆯ수록", "을수록") for t in after if t.kind == "ending")
