"""The passages that two hand-ins share, found from their common fingerprints outwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.similarity.pairs import Extent, Passage
from grader.similarity.parts import HandIn, Medium, Part, Run

_GAP = 40  # tokens that an edit may change within one passage
_MOST_PLACES = 20  # of one fingerprint in a hand-in that are looked at

Place = tuple[int, int]  # number of the run, of the hash in it
Span = tuple[int, int]  # start and end in a run's text


@dataclass(frozen=True)
class _Tile:
    """`length` hashes in a row that two runs share."""

    first: Place
    second: Place
    length: int

    def follows(self, before: _Tile) -> bool:
        """Whether only an edit lies between the two."""
        same = self.first[0] == before.first[0] and self.second[0] == before.second[0]
        gaps = (now[1] - then[1] - before.length for now, then in self._with(before))
        return same and all(0 <= gap <= _GAP for gap in gaps)

    def _with(self, before: _Tile) -> tuple[tuple[Place, Place], tuple[Place, Place]]:
        return (self.first, before.first), (self.second, before.second)


def passages(
    first: HandIn, second: HandIn, medium: Medium, rare: frozenset[int], given: frozenset[int]
) -> Iterator[Passage]:
    """What both hold of one medium, in the order of the first; each passage holds one of the `rare` fingerprints."""
    ours, theirs = first.runs(medium), second.runs(medium)
    chain: list[_Tile] = []
    for tile in _tiles([run.hashes for _, run in ours], [run.hashes for _, run in theirs], rare, given):
        if chain and not tile.follows(chain[-1]):
            yield _passage(chain, ours, theirs)
            chain = []
        chain.append(tile)
    if chain:
        yield _passage(chain, ours, theirs)


def _passage(chain: Sequence[_Tile], ours: Sequence[tuple[Part, Run]], theirs: Sequence[tuple[Part, Run]]) -> Passage:
    (our_part, our_run), (their_part, their_run) = ours[chain[0].first[0]], theirs[chain[0].second[0]]
    spans = []
    for tile in chain:
        ours_span = our_run.characters(tile.first[1], tile.first[1] + tile.length - 1)
        theirs_span = their_run.characters(tile.second[1], tile.second[1] + tile.length - 1)
        spans.append(_to_whole_words(our_run.text, ours_span, their_run.text, theirs_span))
    return Passage(
        first=_extents([first for first, _ in spans], our_part, our_run),
        second=_extents([second for _, second in spans], their_part, their_run),
    )


def _to_whole_words(text: str, span: Span, other: str, other_span: Span) -> tuple[Span, Span]:
    """Both spans, longer by the letters next to them that are the same on both sides."""
    (start, end), (other_start, other_end) = span, other_span
    while start and other_start and text[start - 1] == other[other_start - 1] and text[start - 1].isalnum():
        start, other_start = start - 1, other_start - 1
    for mine, theirs in zip(text[end:], other[other_end:], strict=False):
        if mine != theirs or not mine.isalnum():
            break
        end, other_end = end + 1, other_end + 1
    return (start, end), (other_start, other_end)


def _extents(spans: Sequence[Span], part: Part, run: Run) -> tuple[Extent, ...]:
    """The spans; those that overlap or touch are one."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(Extent(part=part.name, cell=run.cell, start=s, end=e, text=run.text[s:e]) for s, e in merged)


def _tiles(
    ours: Sequence[Sequence[int]], theirs: Sequence[Sequence[int]], rare: frozenset[int], given: frozenset[int]
) -> Iterator[_Tile]:
    """From each rare hash that no tile holds yet, the longest stretch around it that both have and nobody gave."""
    places = _places(theirs, rare)
    used: set[Place] = set()
    for number, run in enumerate(ours):
        reached = 0
        for at, value in enumerate(run):
            if at < reached or value not in places:
                continue
            grown = [_grown(run, (number, at), theirs[place[0]], place, reached, given) for place in places[value]]
            tile = max(grown, key=lambda tile: (tile.length, tile.second not in used))
            used.add(tile.second)
            reached = tile.first[1] + tile.length
            yield tile


def _places(runs: Sequence[Sequence[int]], wanted: frozenset[int]) -> Mapping[int, list[Place]]:
    places: dict[int, list[Place]] = {}
    for number, run in enumerate(runs):
        for at, value in enumerate(run):
            if value in wanted and len(known := places.setdefault(value, [])) < _MOST_PLACES:
                known.append((number, at))
    return places


def _grown(
    ours: Sequence[int], at: Place, theirs: Sequence[int], place: Place, reached: int, given: frozenset[int]
) -> _Tile:
    """The tile around one hash that both have, which begins at `reached` at the earliest."""
    before = 0
    while at[1] - before > reached and place[1] > before:
        value = ours[at[1] - before - 1]
        if value != theirs[place[1] - before - 1] or value in given:
            break
        before += 1
    length = before + 1
    for value, other in zip(ours[at[1] + 1 :], theirs[place[1] + 1 :], strict=False):
        if value != other or value in given:
            break
        length += 1
    return _Tile((at[0], at[1] - before), (place[0], place[1] - before), length)
