"""What people decided: how often they agree with the machine, and how the points of items moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from types import MappingProxyType
from typing import Literal

from grader.model import Assignment, Finding, Item, Override, Report, Score
from grader.model.override import same

Level = Literal["full", "some", "none", "open", "open_full", "open_some", "open_none"]
LEVELS: tuple[Level, ...] = ("full", "some", "none")
_OPEN: Mapping[Level, Level] = MappingProxyType({"full": "open_full", "some": "open_some", "none": "open_none"})


@dataclass(frozen=True)
class Agreement:
    """People's decisions on criteria against the points that the machine had given there.

    ``shift``: mean of person minus machine, in shares of the criterion's points. ``table``: for each level of the
    machine's points, then of its suggestions where it had left the points open, how many decisions came to each of
    LEVELS. ``settled``: criteria of the class to which the machine gave points, decided on or not.
    """

    compared: int
    equal: int
    higher: int
    shift: float | None
    opened: int
    suggested: int
    as_suggested: int
    table: tuple[tuple[Level, tuple[int, ...]], ...]
    settled: int


@dataclass(frozen=True)
class Move:
    """One item in the reports in which people decided on it: mean points before and after.

    ``opened``: those that the machine had left open; before is then what was certain or suggested. Otherwise those
    whose points the machine had settled.
    """

    item: Item
    opened: bool
    n: int
    before: float
    after: float
    up: int
    down: int


@dataclass(frozen=True)
class Review:
    """Decisions that count now; what was taken back or has lost its ground is in the history only."""

    reports: int
    decisions: int
    people: int
    agreement: Agreement
    moves: tuple[Move, ...]


def of(reports: Sequence[Report], assignment: Assignment) -> Review:
    """Also where nobody has decided anything."""
    overrides = [override for report in reports for override in report.overrides]
    return Review(
        reports=sum(bool(report.overrides) for report in reports),
        decisions=len(overrides),
        people=len({override.author for override in overrides}),
        agreement=_agreement(reports),
        moves=tuple(move for item in assignment.items for move in _moves(item, reports)),
    )


def _agreement(reports: Sequence[Report]) -> Agreement:
    decided = [
        (override, finding)
        for report in reports
        for override in report.overrides
        if (finding := _finding(report, override)) is not None
    ]
    given = [(one.machine, one.after or 0.0, one.max_points) for one, _ in decided if one.machine is not None]
    left = [
        (one, points) for one, found in decided if one.machine is None and (points := _suggested(found)) is not None
    ]
    findings = (finding for report in reports for score in report.scores for finding in score.findings)
    opened = len(decided) - len(given)
    return Agreement(
        compared=len(given),
        equal=sum(same(machine, person) for machine, person, _ in given),
        higher=sum(person > machine and not same(machine, person) for machine, person, _ in given),
        shift=mean((person - machine) / full for machine, person, full in given) if given else None,
        opened=opened,
        suggested=len(left),
        as_suggested=sum(same(points, one.after) for one, points in left),
        table=_table(decided),
        settled=sum(finding.earned is not None for finding in findings) - opened,
    )


def _table(decided: Sequence[tuple[Override, Finding]]) -> tuple[tuple[Level, tuple[int, ...]], ...]:
    counts = Counter((_row(one, finding), _level(one.after or 0.0, one.max_points)) for one, finding in decided)
    rows = (*LEVELS, *(row for row in (*_OPEN.values(), "open") if any(counts[row, column] for column in LEVELS)))
    return tuple((row, tuple(counts[row, column] for column in LEVELS)) for row in rows)


def _row(override: Override, finding: Finding) -> Level:
    if override.machine is not None:
        return _level(override.machine, override.max_points)
    points = _suggested(finding)
    if points is None:
        return "open"
    return _OPEN[_level(points, override.max_points)]


def _level(points: float, full: float) -> Level:
    return "full" if same(points, full) else "some" if not same(points, 0.0) else "none"


def _finding(report: Report, override: Override) -> Finding | None:
    """The criterion that was decided on; None for a decision on an item as a whole."""
    findings = (finding for score in report.scores if score.item == override.item for finding in score.findings)
    return next((finding for finding in findings if finding.criterion == override.criterion), None)


def _suggested(finding: Finding) -> float | None:
    """Points that a written answer seemed to earn where they were left open; None where there was no such guess."""
    share = finding.evidence.get("share")
    if isinstance(share, int | float):
        return share * finding.points
    return 0.0 if "characters" in finding.evidence else None


def _moves(item: Item, reports: Sequence[Report]) -> Iterator[Move]:
    settled: list[tuple[float, float]] = []
    opened: list[tuple[float, float]] = []
    for report in reports:
        mine = [override for override in report.overrides if override.item == item.id]
        score = next((score for score in report.scores if score.item == item.id), None)
        if not mine or score is None or score.points is None:
            continue
        before, was_open = _machine(score, mine)
        (opened if was_open else settled).append((before, score.points))
    for is_open, pairs in ((False, settled), (True, opened)):
        if pairs:
            yield Move(
                item=item,
                opened=is_open,
                n=len(pairs),
                before=mean(before for before, _ in pairs),
                after=mean(after for _, after in pairs),
                up=sum(after > before and not same(before, after) for before, after in pairs),
                down=sum(after < before and not same(before, after) for before, after in pairs),
            )


def _machine(score: Score, overrides: Sequence[Override]) -> tuple[float, bool]:
    """The machine's points for the item, its suggestions among them, and whether it had left any open."""
    theirs = {override.criterion: override.machine for override in overrides}
    if (as_a_whole := theirs.get(None)) is not None:
        return as_a_whole, False
    points = [theirs.get(finding.criterion, finding.earned) for finding in score.findings]
    certain = min(score.max_points, sum(value or 0.0 for value in points))
    guessed = sum(
        _suggested(finding) or 0.0 for finding, value in zip(score.findings, points, strict=True) if value is None
    )
    was_open = None in theirs or (None in points and certain < score.max_points)
    return min(score.max_points, certain + guessed), was_open
