"""Near-copies between hand-ins: a report for the TA, with both sides shown. It takes no points from anybody.

Fingerprints by winnowing, over tokens of code and letters of prose; the handout and the reference are subtracted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from grader.model import Assignment
from grader.names import spelling
from grader.similarity.pairs import Likeness, Pair, groups
from grader.similarity.parts import HandIn, Hashes, Medium, Prints, given, hand_in, prints
from grader.similarity.passages import passages
from grader.similarity.shares import Floats, PartShares, part_shares

__all__ = ["LEAST", "HandIn", "Likeness", "Pair", "groups", "hand_in", "similar"]

LEAST = 0.2  # pairs with a lower score are not told of: so much chance does
_MOST_PAIRS = 200
_TOLD = 0.1  # a part's excess over what is usual
_NUMBERED = re.compile(r"(.+)-\d+")


def similar(
    hand_ins: Iterable[HandIn], assignment: Assignment, again: Callable[[str], HandIn] | None = None
) -> list[Pair]:
    """Pairs of students whose hand-ins are more alike than is usual in this class, the most alike first.

    At most 200, each with a score of `LEAST` or more. What the handout or the reference holds does not count; two
    hand-ins of one student (`name` and `name-2`) are no pair. Of those who handed in together the first by name stands.
    `again` gives the hand-in of a student who is in a pair once more; with it, none is held.
    """
    known = given(assignment)
    if again is None:
        held = {one.student: one for one in hand_ins}
        hand_ins, again = held.values(), held.__getitem__
    compared = _one_of_each_group(prints(one, known) for one in hand_ins)
    parts, rare = part_shares(compared)
    scores = _scores(parts, len(compared))
    _forget_resubmissions(scores, [one.student for one in compared])
    highest = _highest(scores)
    shown = {place: again(compared[place].student) for pair in highest for place in pair}
    told = _among(rare, shown.values())
    return [_pair(shown[a], shown[b], float(scores[a, b]), _alike(parts, a, b), told, known) for a, b in highest]


def _one_of_each_group(hand_ins: Iterable[Prints]) -> list[Prints]:
    """What several handed in together is compared once: as often as they are, nothing in it would seem rare."""
    found: dict[tuple[str, str], Prints] = {}
    for one in sorted(hand_ins, key=lambda one: one.student):
        found.setdefault(("group", one.group) if one.group else ("alone", one.student), one)
    return list(found.values())


def _among(rare: Hashes, hand_ins: Iterable[HandIn]) -> frozenset[int]:
    """Those of the fingerprints that are anywhere in these hand-ins."""
    there = {value for one in hand_ins for part in one.parts for run in part.runs for value in run.hashes}
    hashes = np.fromiter(there, np.uint64, len(there))
    return frozenset(hashes[np.isin(hashes, rare)].tolist())


def _pair(
    first: HandIn,
    second: HandIn,
    score: float,
    alike: tuple[Likeness, ...],
    rare: frozenset[int],
    known: Mapping[Medium, frozenset[int]],
) -> Pair:
    told = {likeness.part for likeness in alike}
    shared = (passage for medium in known for passage in passages(first, second, medium, rare, known[medium]))
    kept = (passage for passage in shared if told & {passage.first[0].part, passage.second[0].part})
    return Pair(first=first.student, second=second.student, score=round(score, 4), alike=alike, passages=tuple(kept))


def _alike(parts: Sequence[PartShares], a: int, b: int) -> tuple[Likeness, ...]:
    """What is more alike than is usual, the most alike first."""
    told = sorted((part for part in parts if part.excess[a, b] >= _TOLD), key=lambda part: -part.excess[a, b])
    return tuple(_likeness(part, a, b) for part in told)


def _likeness(part: PartShares, a: int, b: int) -> Likeness:
    return Likeness(part=part.name, share=round(float(part.shares[a, b]), 4), usual=round(part.usual, 4))


def _scores(parts: Sequence[PartShares], size: int) -> Floats:
    """One number for each two. Parts that are much alike add up; slight likenesses, which chance makes, hardly do."""
    different = np.ones((size, size))
    for part in parts:
        different *= 1 - part.excess**2
    return np.sqrt(1 - different)


def _forget_resubmissions(scores: Floats, students: Sequence[str]) -> None:
    names = set(map(spelling, students))
    owners = [_owner(spelling(student), names) for student in students]
    for a, owner in enumerate(owners):
        for b in range(len(owners)):
            if owners[b] == owner:
                scores[a, b] = 0


def _owner(name: str, names: set[str]) -> str:
    """The student whose second hand-in this is, if it is one."""
    numbered = _NUMBERED.fullmatch(name)
    return numbered[1] if numbered and numbered[1] in names else name


def _highest(scores: Floats) -> list[tuple[int, int]]:
    rows, columns = np.nonzero(np.triu(scores, 1) >= LEAST)
    order = np.argsort(-scores[rows, columns], kind="stable")[:_MOST_PAIRS]
    return [(int(rows[place]), int(columns[place])) for place in order]
