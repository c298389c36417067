"""Claims of a concept in an answer: who, what, in which direction.

A claim holds where all its terms are said in one stretch, of the subject that it names, and are not denied; of the
subject that it contrasts with (`unlike`), the denial holds. Anything else that says its terms contradicts it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

from grader.answers.clauses import Stretch, Subject, denials
from grader.answers.lexicon import Mention
from grader.model import Claim, Concept

Stand = Literal["holds", "contradicts", "asks"]

_FARTHEST = 22  # tokens between the first and the last term of a claim
_MOST_COMBINATIONS = 200
_MOST_NEAR = 4  # mentions of a part that are tried where there are more combinations
_BOTH = ""  # subjects that are spoken of together


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a claim's terms are said. Offsets are into the page's text. `certain`: who is meant is said, in words that
    are exact."""

    concept: str
    claim: int
    worth: float
    stand: Stand
    start: int
    end: int
    how: str
    subject: str
    certain: bool
    stretch: int = 0  # number of the sentence


@dataclass(frozen=True, slots=True)
class Near:
    """The most of a claim that was said anywhere."""

    share: float
    start: int
    end: int
    missing: tuple[str, ...]


def parts_of(claim: Claim) -> tuple[tuple[str, ...], ...]:
    """The terms of a claim: each part's alternatives."""
    return tuple(tuple(word.strip() for word in part.split("|")) for part in claim.says.split("+"))


def hits(concept: Concept, stretches: Sequence[Stretch]) -> list[Hit]:
    """Everything that an answer says to a concept, in order."""
    found = [
        hit
        for number, claim in enumerate(concept.claims)
        for stretch in stretches
        for hit in _in_stretch(concept.id, number, claim, stretch)
    ]
    return sorted(found, key=lambda hit: (hit.start, hit.end, hit.claim))


def nearest(concept: Concept, stretches: Sequence[Stretch]) -> Near | None:
    """The claim that most terms of are said in one stretch; None where no term is."""
    best: Near | None = None
    for claim in concept.claims:
        parts = parts_of(claim)
        for stretch in stretches:
            said = [[m for m in stretch.mentions if m.term in part] for part in parts]
            count = sum(map(bool, said))
            if count and (best is None or count / len(parts) > best.share):
                tokens = [stretch.tokens[m.first] for listed in said for m in listed[:1]]
                missing = tuple(" | ".join(part) for part, listed in zip(parts, said, strict=True) if not listed)
                best = Near(count / len(parts), tokens[0].start, max(t.end for t in tokens), missing)
    return best


def _in_stretch(concept: str, number: int, claim: Claim, stretch: Stretch) -> Iterator[Hit]:
    if any(m.term in claim.unless for m in stretch.mentions):
        return
    for chosen in _combinations(parts_of(claim), [m for m in stretch.mentions if not _is_condition(stretch, m)]):
        first, last = min(m.first for m in chosen), max(m.last for m in chosen)
        own = frozenset(i for m in chosen for i in range(m.first, m.last + 1))
        told = _stand(claim, stretch, first, last, own)
        if told is None:
            continue
        stand, subject, sure = told
        if stretch.sentence.question:
            stand = "asks"
        how = "fuzzy" if any(m.how == "fuzzy" for m in chosen) else "exact"
        if _is_hedged(stretch, last):
            how = "hedged"
        start, end = stretch.tokens[first].start, max(stretch.tokens[i].end for i in range(first, last + 1))
        yield Hit(concept, number, claim.worth, stand, start, end, how, subject, sure and how == "exact", stretch.number)


def _is_hedged(stretch: Stretch, last: int) -> bool:
    """`줄어들거나 ...`, `shrinks or ...`: one of several things that are left open."""
    after = stretch.tokens[last + 1 : last + 3]
    return any(t.form in ("거나", "or", "든지", "ᆯ지", "을지") for t in after if t.kind != "noun")


def _is_condition(stretch: Stretch, mention: Mention) -> bool:
    """`커질수록`: how much of something else there is, not how much of this."""
    after = stretch.tokens[mention.last + 1 : mention.last + 4]
    return any(t.form in ("ᆯ수록", "을수록") for t in after if t.kind == "ending")


def _combinations(parts: tuple[tuple[str, ...], ...], mentions: list[Mention]) -> Iterator[tuple[Mention, ...]]:
    """One mention for each part, apart from one another and near; for each of the first part's only the nearest."""
    listed = [[m for m in mentions if m.term in part] for part in parts]
    if not all(listed):
        return
    best: dict[tuple[int, int], tuple[int, tuple[Mention, ...]]] = {}
    for chosen in _candidates(listed):
        if not _apart(chosen):
            continue
        span = max(m.last for m in chosen) - min(m.first for m in chosen)
        key = (chosen[-1].first, chosen[-1].last)
        if span <= _FARTHEST and (key not in best or span < best[key][0]):
            best[key] = (span, chosen)
    yield from (chosen for _, chosen in best.values())


def _candidates(listed: list[list[Mention]]) -> Iterator[tuple[Mention, ...]]:
    """Every choice of one mention for each part; of very many only those near a mention of the last part."""
    if prod(map(len, listed)) <= _MOST_COMBINATIONS:
        yield from product(*listed)
        return
    starts = [[m.first for m in choice] for choice in listed]
    for last in listed[-1]:
        near = []
        for choice, places in zip(listed[:-1], starts, strict=False):
            low = bisect_left(places, last.first - _FARTHEST)
            within = choice[low : bisect_right(places, last.first + _FARTHEST)]
            near.append(sorted(within, key=lambda m: abs(m.first - last.first))[:_MOST_NEAR])
        yield from product(*near, [last])


def _apart(chosen: tuple[Mention, ...]) -> bool:
    return all(a.last < b.first or b.last < a.first for i, a in enumerate(chosen) for b in chosen[:i])


def _stand(
    claim: Claim, stretch: Stretch, first: int, last: int, own: frozenset[int]
) -> tuple[Stand, str, bool] | None:
    """Whether what is said holds, of whom it was taken to be said, and whether that was plain; None where it is said of
    somebody else, or says nothing."""
    owned, subject, plain = _subject(claim, stretch, first, last)
    count = denials(stretch, first, last, own)
    if owned and count and _is_remedied(stretch, last):
        count -= 1  # to solve a problem of somebody's says that he has it
    sign = -1 if claim.denied else 1
    sign *= -1 if count % 2 else 1
    if subject is None:
        holds = sign > 0 or bool(claim.unlike)
        return ("holds" if holds else "contradicts"), "", not claim.of
    term, absent = subject
    sign *= -1 if absent else 1
    if term == _BOTH:
        return ("holds" if sign > 0 and not (claim.unlike or claim.not_of) else "contradicts"), "both", False
    if term in claim.apart_from:
        return None
    if term in claim.not_of:
        sign = -1 if sign > 0 else 0
    elif term in claim.unlike:
        sign = -sign
    if sign == 0 or (sign < 0 and not plain):
        return None
    return ("holds" if sign > 0 else "contradicts"), term, plain


def _is_remedied(stretch: Stretch, last: int) -> bool:
    return any(i in stretch.turning for i in range(last + 1, min(stretch.end, last + 8)))


def _subject(claim: Claim, stretch: Stretch, first: int, last: int) -> tuple[bool, tuple[str, bool] | None, bool]:
    """Whether the subject owns what is said (`A의 기울기`), the subject with its absence, and whether it is named here.

    A subject that is only given a reason (`패딩을 쓰는 이유`) is none: what follows may be what it mends.
    """
    asked = {*claim.of, *claim.unlike, *claim.not_of, *claim.apart_from}
    named = [
        s for s in stretch.subjects if s.term in asked and not (first <= s.first <= last and s.role == "object")
    ]
    direct = [s for s in named if s.role != "compared"]
    for subject in direct:
        if _owns(stretch, subject, first):
            return True, (subject.term, subject.absent), True
    for subject in direct:
        if _is_described(stretch, subject, last):
            return False, (subject.term, subject.absent), True
    topics = [s for s in direct if s.role == "topic"]
    before = [s for s in topics if s.first <= first]
    if len(before) > 1 and _joined(stretch, before) and not _agree(claim, before[-2:]):
        return False, (_BOTH, False), True
    after = [s for s in direct if s.first > last and not _is_broken(stretch, last + 1, s.first)]
    inside = [s for s in direct if first <= s.first <= last and s.role == "owner"]
    for choice in (inside[-1:], before[-1:], [s for s in direct if s.first < first][-1:], after[:1]):
        if choice:
            chosen = choice[0]
            return False, (None if chosen.reason else (chosen.term, chosen.absent)), True
    if named:
        other = _other(claim, named[0].term)
        return False, ((other, False) if other else None), bool(other)
    for term, reason in stretch.carried:
        if term in asked:
            return False, (None if reason else (term, False)), False
    return False, None, False


def _owns(stretch: Stretch, subject: Subject, first: int) -> bool:
    """`시그모이드의 (단점인) 기울기 소실`, `시그모이드에서 나타나는 기울기 소실`: whose it is stands before it."""
    between = stretch.tokens[subject.last + 1 : first]
    near = len(between) <= 3 or (len(between) <= 7 and not any(t.kind == "verb" for t in between))
    if subject.last >= first:
        return False
    found_in = subject.role == "place" and stretch.tokens[first - 1].tag == "ETM" and len(between) <= 6
    return found_in or (subject.role == "owner" and near)


def _is_described(stretch: Stretch, subject: Subject, last: int) -> bool:
    """`기울기 소실이 덜한 ReLU`: the words stand in a clause that describes the subject after it."""
    tokens = stretch.tokens
    return 0 < subject.first - last <= 6 and tokens[subject.first - 1].tag == "ETM"


def _is_broken(stretch: Stretch, start: int, end: int) -> bool:
    """Whether a clause ends between two places."""
    return any(t.tag in ("EC", "EF") or t.form in (",", "→", "->", "and", "but", "so", "that", "which") for t in stretch.tokens[start:end])


def _agree(claim: Claim, subjects: list[Subject]) -> bool:
    """Whether a claim is as true of each of these."""
    terms = {subject.term for subject in subjects}
    return terms <= set(claim.of) or terms <= {*claim.unlike, *claim.not_of}


def _other(claim: Claim, term: str) -> str | None:
    """Whom a comparison with `term` is about."""
    others = (*claim.unlike, *claim.not_of)
    if term in claim.of:
        return others[0] if others else None
    return claim.of[0] if term in others and claim.of else None


def _joined(stretch: Stretch, subjects: list[Subject]) -> bool:
    """`A와 B는`, `A and B`: nothing but a joining word between them."""
    a, b = subjects[-2], subjects[-1]
    between = [t.form for t in stretch.tokens[a.last + 1 : b.first]]
    return a.term != b.term and len(between) <= 2 and any(f in ("와", "과", "and", ",", "/", "나", "이나") for f in between)
