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
from grader.similarity.shares import Floats, Shared, shared

__all__ = ["LEAST", "HandIn", "Likeness", "Pair", "groups", "hand_in", "similar"]

LEAST = 0.2  # pairs with a lower score are not told of: so much chance does
_MOST_PAIRS = 200
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
    found = shared(compared)
    _forget_resubmissions(found.scores, [one.student for one in compared])
    highest = _highest(found.scores)
    shown = {place: again(compared[place].student) for pair in highest for place in pair}
    told = _among(found.rare, shown.values())
    return [_pair(shown[a], shown[b], float(found.scores[a, b]), _alike(found, a, b), told, known) for a, b in highest]


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


def _alike(found: Shared, a: int, b: int) -> tuple[Likeness, ...]:
    """What is more alike than is usual, the most alike first."""
    known = ((part, part.of(a * len(found.scores) + b)) for part in found.parts)
    told = sorted(((part, *shares) for part, shares in known if shares is not None), key=lambda one: -one[2])
    return tuple(Likeness(part=part.name, share=round(share, 4), usual=round(part.usual, 4)) for part, share, _ in told)


def _forget_resubmissions(scores: Floats, students: Sequence[str]) -> None:
    names = set(map(spelling, students))
    places: dict[str, list[int]] = {}
    for place, student in enumerate(students):
        places.setdefault(_owner(spelling(student), names), []).append(place)
    for of_one in places.values():
        scores[np.ix_(of_one, of_one)] = 0


def _owner(name: str, names: set[str]) -> str:
    """The student whose second hand-in this is, if it is one."""
    numbered = _NUMBERED.fullmatch(name)
    return numbered[1] if numbered and numbered[1] in names else name


def _highest(scores: Floats) -> list[tuple[int, int]]:
    rows, columns = np.nonzero(np.triu(scores, 1) >= LEAST)
    order = np.argsort(-scores[rows, columns], kind="stable")[:_MOST_PAIRS]
    return [(int(rows[place]), int(columns[place])) for place in order]
