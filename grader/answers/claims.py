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

from grader.answers.clauses import Stretch
from grader.answers.denial import denials, is_split
from grader.answers.denied_after import is_no_reason, is_unrelated
from grader.answers.lexicon import Mention
from grader.answers.reach import together
from grader.answers.regions import is_elsewhere
from grader.answers.subjects import BOTH, holder
from grader.answers.tokens import Token
from grader.answers.words import words
from grader.model import Claim, Concept

Stand = Literal["holds", "contradicts", "asks"]
Parts = tuple[tuple[str, ...], ...]  # of a claim: each one's alternatives
Manner = Literal["exact", "fuzzy", "hedged"]

_FARTHEST = 22  # tokens between the first and the last term of a claim
_MOST_COMBINATIONS = 200
_MOST_NEAR = 4  # mentions of a part that are tried where there are more combinations
_LEAVES_OPEN = words("거나 or 든지 ᆯ지 을지")


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a claim's terms are said. Offsets are into the page's text."""

    concept: str
    claim: int  # number within the concept
    worth: float  # share of the criterion's points
    stand: Stand
    start: int
    end: int
    how: Manner
    subject: str  # of whom; empty where nobody is named
    certain: bool  # whether the words are exact and it is said here of whom
    stretch: int = 0  # number of the sentence


@dataclass(frozen=True, slots=True)
class Near:
    """The most of a claim that was said anywhere. `told`: of a claim that earns all, and of whom it is true or of
    nobody: more than a word in common."""

    share: float
    told: bool
    start: int
    end: int
    missing: tuple[str, ...]


def parts_of(claim: Claim) -> Parts:
    """The terms of a claim: each part's alternatives."""
    return tuple(tuple(word.strip() for word in part.split("|")) for part in claim.says.split("+"))


def hits(concept: Concept, stretches: Sequence[Stretch]) -> list[Hit]:
    """Everything that an answer says to a concept, in order."""
    found: list[Hit] = []
    of_something = [stretch for stretch in stretches if stretch.terms]  # an answer may be very long, and say nothing
    for number, claim in enumerate(concept.claims):
        parts = parts_of(claim)
        for stretch in of_something:
            if stretch.terms.isdisjoint(claim.unless) and not any(stretch.terms.isdisjoint(part) for part in parts):
                found += _in_stretch(concept.id, number, claim, parts, stretch)
    bare = [len(parts_of(claim)) == 1 for claim in concept.claims]
    loose = {n for n, claim in enumerate(concept.claims) if bare[n] and (claim.denied or claim.worth < 1)}
    said = [hit for hit in found if hit.claim not in loose or not _is_part(hit, found)]
    return sorted(said, key=lambda hit: (hit.start, hit.end, hit.claim))


def _is_part(loose: Hit, found: list[Hit]) -> bool:
    """Whether the words of a denial or of a vague form are part of what contradicts: `no help against overfitting` is
    not `no overfitting`, `not computationally efficient` not `efficient`."""
    return loose.stand == "holds" and any(
        hit.stand == "contradicts"
        and hit.worth == 1
        and hit.stretch == loose.stretch
        and hit.start <= loose.start
        and hit.end >= loose.end
        and hit.claim != loose.claim
        for hit in found
    )


def nearest(concept: Concept, stretches: Sequence[Stretch]) -> Near | None:
    """The claim that most terms of are said in one stretch; None where no term is."""
    best: Near | None = None
    of_something = [stretch for stretch in stretches if stretch.terms]
    for claim in concept.claims:
        parts = parts_of(claim)
        for stretch in of_something:
            count = sum(not stretch.terms.isdisjoint(part) for part in parts)
            if not count or (best is not None and count / len(parts) < best.share):
                continue
            near = _near(claim, parts, stretch)
            if best is None or (near.share, near.told) > (best.share, best.told):
                best = near
    return best


def _near(claim: Claim, parts: Parts, stretch: Stretch) -> Near:
    said = [next((m for m in stretch.mentions if m.term in part), None) for part in parts]
    found = [mention for mention in said if mention]
    tokens = [stretch.tokens[mention.first] for mention in found]
    missing = tuple(" | ".join(part) for part, mention in zip(parts, said, strict=True) if not mention)
    term = holder(claim, stretch, min(m.first for m in found), max(m.last for m in found)).term
    told = claim.worth == 1 and (term is None or term in claim.of)
    return Near(len(tokens) / len(parts), told, tokens[0].start, max(token.end for token in tokens), missing)


def _in_stretch(concept: str, number: int, claim: Claim, parts: Parts, stretch: Stretch) -> Iterator[Hit]:
    tokens = stretch.tokens
    terms = {term for part in parts for term in part}
    # all that says the claim's terms: `기울기가 사라지는 기울기 소실` denies nothing of itself
    own = frozenset(i for m in stretch.mentions if m.term in terms for i in range(m.first, m.last + 1))
    for chosen in _combinations(parts, stretch.stated, tokens):
        first, last = min(m.first for m in chosen), max(m.last for m in chosen)
        told = None if is_split(stretch, first, last, own) else _stand(claim, stretch, first, last, own)
        if told is None:
            continue
        stand, subject, sure = told
        if stand == "holds" and claim.not_where and is_elsewhere(stretch, chosen[-1], claim.not_where):
            stand = "contradicts"
        if stretch.sentence.question:
            stand = stand if stretch.sentence.reply is not None else "asks"
        how: Manner = "fuzzy" if any(m.how == "fuzzy" for m in chosen) else "exact"
        if _is_hedged(stretch, last):
            how = "hedged"
        start, end = tokens[first].start, max(token.end for token in tokens[first : last + 1])
        certain = sure and how == "exact"
        yield Hit(concept, number, claim.worth, stand, start, end, how, subject, certain, stretch.number)


def _is_hedged(stretch: Stretch, last: int) -> bool:
    """`줄어들거나 ...`, `shrinks or ...`: one of several things that are left open."""
    after = stretch.tokens[last + 1 : last + 7]
    return any(t.form in _LEAVES_OPEN for t in after if t.kind != "noun")


def _combinations(
    parts: Parts, mentions: Sequence[Mention], tokens: tuple[Token, ...]
) -> Iterator[tuple[Mention, ...]]:
    """One mention for each part, apart from one another and near; for each of the last part's only the nearest."""
    listed = [[m for m in mentions if m.term in part] for part in parts]
    if not all(listed):
        return
    best: dict[tuple[int, int], tuple[int, tuple[Mention, ...]]] = {}
    for chosen in _candidates(listed):
        if not _apart(chosen) or not together(tokens, chosen):
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
    term, absent, plain, owns = holder(claim, stretch, first, last)
    count = denials(stretch, first, last, own) + (stretch.sentence.reply is False)  # `Is it lost? No.`
    if owns and count and _is_remedied(stretch, last):
        count -= 1  # to solve a problem of somebody's says that he has it
    holds = (count % 2 == 0) != claim.denied
    if count % 2 and _is_beside(claim, stretch, last, term):
        return _told(False), term or "", plain
    return _of_nobody(claim, holds) if term is None else _of(claim, term, absent, plain, holds)


def _is_beside(claim: Claim, stretch: Stretch, last: int, term: str | None) -> bool:
    """Whether a denial is of a reason or a relation, which says nothing of whether the claim holds."""
    if is_no_reason(stretch, last):
        return True
    return (claim.denied or term is None) and is_unrelated(stretch, last, claim.denied)


def _of(claim: Claim, term: str, absent: bool, plain: bool, holds: bool) -> tuple[Stand, str, bool] | None:
    """What is said of one of the subjects, or of both."""
    if term in claim.not_of and absent:
        return _told(holds), term, plain  # what is wrong of it may well be so without it
    holds = holds != absent
    if term == BOTH:
        return _told(holds and not (claim.unlike or claim.not_of)), "both", False
    if term in claim.apart_from:
        return None
    if term in claim.not_of:
        return (_told(False), term, plain) if holds and plain else None
    holds = holds != (term in claim.unlike)
    return (_told(holds), term, plain) if holds or plain else None


def _of_nobody(claim: Claim, holds: bool) -> tuple[Stand, str, bool] | None:
    """What is said of nobody is taken to be said of whom it is true; that a denied claim is so says nothing then."""
    if claim.denied and not holds:
        return None
    return _told(holds or bool(claim.unlike)), "", not claim.of


def _told(holds: bool) -> Stand:
    return "holds" if holds else "contradicts"


def _is_remedied(stretch: Stretch, last: int) -> bool:
    after = range(last + 1, min(stretch.end, last + 8))
    return any(
        i in stretch.turning and stretch.tokens[i].tag != "VA" and stretch.tokens[i].surface != "less" for i in after
    )
