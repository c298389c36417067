"""Everything that `grader answers tune` finds out, as plain data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grader.model import Assignment, Language
from grader.tuning.baselines import baselines
from grader.tuning.firing import ClaimUse, Memory, Unused, claim_uses, unused
from grader.tuning.folds import Held, cross_validated
from grader.tuning.graded import Graded
from grader.tuning.measures import (
    Agreement,
    Bin,
    Point,
    Rates,
    agreement,
    calibration,
    confusion,
    coverage,
    rates,
)
from grader.tuning.trials import Decision, Trial, decisions, run
from grader.tuning.why import Case, NearMiss, cases, near_misses
from grader.tuning.words import Word, tried

WANTED = 0.95  # agreement among the answers that no person reads
Key = TypeVar("Key")
Matrix = tuple[tuple[float, ...], tuple[tuple[int, ...], ...]]


@dataclass(frozen=True)
class CriterionRow:
    """One criterion, in each language and in both."""

    item: str
    label: str
    all: Rates
    ko: Rates
    en: Rates
    confusion: Matrix


@dataclass(frozen=True)
class Tuning:
    """`whole`: the person gave marks rather than points by criterion. `items`: None stands for all of them."""

    notes: tuple[str, ...]
    n: int
    whole: bool
    items: tuple[tuple[str | None, Agreement, Matrix], ...]
    baselines: dict[str, Agreement]
    criteria: tuple[CriterionRow, ...]
    pooled: dict[Language, Rates]
    missed: list[Case]
    wrong: list[Case]
    near: list[NearMiss]
    words: list[Word]
    claims: list[ClaimUse]
    unused: Unused
    bins: list[Bin]
    grounds: tuple[tuple[str, int, float, float], ...]
    curve: list[Point]
    bar: float
    held: Held


def tune(assignment: Assignment, graded: Graded, words: int, wanted: float = WANTED) -> Tuning:
    """Score every answer and hold it against the person's. `words`: how many to try for each criterion."""
    trials = run(assignment, graded.records)
    made = decisions(trials)
    memory = Memory(assignment)
    missed, wrong = cases(assignment, trials)
    return Tuning(
        notes=graded.notes,
        n=len(trials),
        whole=all(trial.record.mark is not None for trial in trials),
        items=tuple(_items(trials)),
        baselines=baselines(trials),
        criteria=tuple(_criteria(made)),
        pooled={"ko": _rates(made, "ko"), "en": _rates(made, "en")},
        missed=missed,
        wrong=wrong,
        near=near_misses(assignment, trials),
        words=tried(assignment, trials, words) if words else [],
        claims=claim_uses(assignment, trials, memory),
        unused=unused(assignment, trials),
        bins=calibration([(one.confidence, one.agrees) for one in made]),
        grounds=tuple(_by_grounds(made)),
        curve=coverage([trial.agreed for trial in trials]),
        bar=wanted,
        held=cross_validated(assignment, trials, wanted, memory),
    )


def _items(trials: Sequence[Trial]) -> Iterable[tuple[str | None, Agreement, Matrix]]:
    groups: dict[str | None, list[tuple[float, float]]] = defaultdict(list)
    for trial in trials:
        groups[None].append((trial.given, trial.got))
        groups[trial.item.id].append((trial.given, trial.got))
    for item, pairs in groups.items():
        yield item, agreement(pairs), confusion(pairs)


def _criteria(made: Sequence[Decision]) -> Iterable[CriterionRow]:
    for (item, label), listed in _grouped(made, lambda one: (one.item, one.label)).items():
        pairs = [(one.given, one.share) for one in listed]
        yield CriterionRow(item, label, rates(pairs), _rates(listed, "ko"), _rates(listed, "en"), confusion(pairs))


def _rates(made: Sequence[Decision], language: Language) -> Rates:
    return rates((one.given, one.share) for one in made if one.language == language and not one.whole)


def _by_grounds(made: Sequence[Decision]) -> Iterable[tuple[str, int, float, float]]:
    """Of each ground for a decision: how many, mean confidence, agreement."""
    for grounds, listed in sorted(_grouped(made, lambda one: one.grounds).items()):
        n = len(listed)
        yield grounds, n, sum(one.confidence for one in listed) / n, sum(one.agrees for one in listed) / n


def _grouped(made: Sequence[Decision], key: Callable[[Decision], Key]) -> dict[Key, list[Decision]]:
    groups: dict[Key, list[Decision]] = defaultdict(list)
    for one in made:
        groups[key(one)].append(one)
    return groups
