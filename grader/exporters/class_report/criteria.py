"""How criteria and items went: outcomes, the share earned, and how well each tells strong reports from weak ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from grader.exporters.labels import check_name
from grader.model import Assignment, Criterion, Item, Language, Report, Score

FEWEST = 10  # decided reports under which a correlation says nothing
_FEWEST_FLAGGED = 5  # decisions from which "nobody" and "everybody" are worth a word
_SETTLED = 0.9  # of the decisions on a criterion: what still waits cannot change much
_STATES = ("passed", "partial", "undecided", "failed", "skipped")

Flag = Literal["nobody", "everybody", "negative"]
Pairs = dict[tuple[str, str | None], list[tuple[float, float]]]


@dataclass(frozen=True)
class Quality:
    """Of decided reports: ``share`` earned on average, 0 to 1, and the item-rest correlation, -1 to 1.

    The rest is what the report earned without this criterion or item. None where there is nothing to work out.
    """

    n: int
    share: float | None
    discrimination: float | None


@dataclass(frozen=True)
class Rate:
    """One criterion: outcomes (or ``undecided``) with counts and shares in percent, and what is odd about it.

    ``enough``: so many are decided that nobody's or everybody's points would be odd.
    """

    criterion: str
    name: str | None
    bonus: bool
    total: int
    counts: tuple[tuple[str, int, float], ...]
    quality: Quality
    flag: Flag | None
    enough: bool

    def count(self, state: str) -> int:
        return next((count for name, count, _ in self.counts if name == state), 0)


@dataclass(frozen=True)
class ItemRates:
    """One item and its criteria, in the rubric's order."""

    item: Item
    quality: Quality
    rates: tuple[Rate, ...]


def of(reports: Sequence[Report], assignment: Assignment, language: Language) -> tuple[ItemRates, ...]:
    """Every item of the assignment, also of a class of nobody."""
    pairs = _pairs([report for report in reports if report.status == "final"])
    return tuple(
        ItemRates(item, _quality(pairs[item.id, None], item.points), _rates(item, reports, pairs, language))
        for item in assignment.items
    )


def _pairs(decided: Sequence[Report]) -> Pairs:
    """By item and criterion (None: the item as a whole), for each report that decides it: points, and the rest's."""
    pairs: Pairs = defaultdict(list)
    for report in decided:
        total = sum(score.decided for score in report.scores)
        as_a_whole = {override.item for override in report.overrides if override.criterion is None}
        for score in report.scores:
            others = total - score.decided
            pairs[score.item, None].append((score.decided, others))
            if score.item in as_a_whole:  # the points of its criteria no longer are what counts
                continue
            for criterion, earned, besides in _split(score):
                pairs[score.item, criterion].append((earned, others + besides))
    return pairs


def _split(score: Score) -> list[tuple[str, float, float]]:
    """Each decided criterion with its points and what the item would have without it."""
    earned = sum(finding.earned or 0.0 for finding in score.findings)
    return [
        (finding.criterion, finding.earned, min(score.max_points, earned - finding.earned))
        for finding in score.findings
        if finding.earned is not None
    ]


def _quality(pairs: Sequence[tuple[float, float]], points: float) -> Quality:
    share = sum(earned for earned, _ in pairs) / len(pairs) / points if pairs else None
    return Quality(len(pairs), share, _correlation(pairs))


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's r, which is the point-biserial where there are two values only; None where either does not vary."""
    if len(pairs) < FEWEST:
        return None
    table = np.array(pairs)
    if np.any(table.std(axis=0) < 1e-9):
        return None
    return float(np.corrcoef(table, rowvar=False)[0, 1])


def _rates(item: Item, reports: Sequence[Report], pairs: Pairs, language: Language) -> tuple[Rate, ...]:
    states: dict[str, Counter[str]] = {criterion.id: Counter() for criterion in item.criteria}
    earned: dict[str, list[float | None]] = {criterion.id: [] for criterion in item.criteria}
    for score in (score for report in reports for score in report.scores if score.item == item.id):
        for finding in score.findings:
            if finding.criterion in states:
                states[finding.criterion]["undecided" if finding.earned is None else finding.outcome] += 1
                earned[finding.criterion].append(finding.earned)
    rates = []
    for one in item.criteria:
        quality = _quality(pairs[item.id, one.id], one.points)
        decided = [points for points in earned[one.id] if points is not None]
        enough = len(decided) >= max(_FEWEST_FLAGGED, _SETTLED * len(earned[one.id]))
        flag = (_flag(one, decided) if enough else None) or _negative(quality)
        name = check_name(one.check, language)
        rates.append(Rate(one.id, name, one.bonus, *_shares(states[one.id]), quality, flag, enough))
    return tuple(rates)


def _flag(criterion: Criterion, decided: Sequence[float]) -> Flag | None:
    """`decided`: points of everybody who has any, also where the rest of the report waits."""
    if max(decided) < 1e-9:
        return "nobody"
    return "everybody" if min(decided) > criterion.points - 1e-9 else None


def _negative(quality: Quality) -> Flag | None:
    return "negative" if quality.discrimination is not None and quality.discrimination < 0 else None


def _shares(counts: Counter[str]) -> tuple[int, tuple[tuple[str, int, float], ...]]:
    total = counts.total()
    return total, tuple(
        (state, counts[state], round(100 * counts[state] / total, 2)) for state in _STATES if counts[state]
    )
