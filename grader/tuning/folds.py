"""Numbers for answers that had no part in the choice: chosen on four fifths, tried on the fifth.

A rubric is written by hand, and by somebody who may have read every answer; that cannot be undone. What is chosen here,
fold by fold, is what can be: the bar of the confidence, and which claims to keep.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from grader.model import Assignment, Language
from grader.tuning.firing import ClaimUse, Memory, claim_uses
from grader.tuning.measures import Rates, best_bar, kappa, rates
from grader.tuning.trials import Trial, decisions
from grader.tuning.variants import again, without_claims

FOLDS = 5


@dataclass(frozen=True)
class Fold:
    """`dropped`: claims without which the other four folds fare better.

    `alone`: answers above the bar, `agreed` of whose `decided` decisions were the person's.
    """

    number: int
    n: int
    bar: float
    dropped: tuple[str, ...]
    alone: int
    agreed: int
    decided: int
    trials: tuple[Trial, ...]

    @property
    def coverage(self) -> float:
        return self.alone / max(1, self.n)

    @property
    def agreement(self) -> float | None:
        return self.agreed / self.decided if self.decided else None


@dataclass(frozen=True)
class Held:
    """All folds together, each tried with what the others chose."""

    folds: tuple[Fold, ...]
    rates: dict[Language, Rates]
    kappa: float | None
    coverage: float
    agreement: float | None


def fold_of(trials: Sequence[Trial], folds: int = FOLDS) -> dict[str | int, int]:
    """The fold of each answer: by a hash of its id, and evenly within an item, whatever the order of the file."""
    groups: dict[str, list[str | int]] = defaultdict(list)
    for trial in trials:
        groups[trial.item.id].append(trial.record.id)
    placed: dict[str | int, int] = {}
    for names in groups.values():
        ordered = sorted(names, key=lambda name: hashlib.sha256(str(name).encode(errors="replace")).hexdigest())
        placed.update({name: i % folds for i, name in enumerate(ordered)})
    return placed


def cross_validated(assignment: Assignment, trials: Sequence[Trial], wanted: float, memory: Memory) -> Held:
    """`wanted`: agreement among the answers that no person reads."""
    placed = fold_of(trials)
    folds = [
        _fold(
            number,
            assignment,
            [trial for trial in trials if placed[trial.record.id] != number],
            [trial for trial in trials if placed[trial.record.id] == number],
            wanted,
            memory,
        )
        for number in range(FOLDS)
    ]
    anew = [trial for fold in folds for trial in fold.trials]
    decided = sum(fold.decided for fold in folds)
    pairs = {lang: [(d.given, d.share) for d in decisions(anew) if d.language == lang] for lang in ("ko", "en")}
    return Held(
        folds=tuple(folds),
        rates={"ko": rates(pairs["ko"]), "en": rates(pairs["en"])},
        kappa=kappa([(trial.given, trial.got) for trial in anew]),
        coverage=sum(fold.alone for fold in folds) / max(1, len(anew)),
        agreement=sum(fold.agreed for fold in folds) / decided if decided else None,
    )


def _fold(
    number: int, assignment: Assignment, four: list[Trial], fifth: list[Trial], wanted: float, memory: Memory
) -> Fold:
    dropped = _harmful(claim_uses(assignment, four, memory))
    less = _without(assignment, dropped)
    chosen = [again(less, trial) for trial in four] if dropped else four
    tested = [again(less, trial) for trial in fifth] if dropped else fifth
    bar = best_bar([trial.agreed for trial in chosen], wanted)
    kept = [trial.agreed for trial in tested if trial.confidence >= bar - 1e-9]
    return Fold(
        number=number + 1,
        n=len(tested),
        bar=bar,
        dropped=tuple(f"{use.criterion}: {use.claim.says}" for use in dropped),
        alone=len(kept),
        agreed=sum(agreed for _, agreed, _ in kept),
        decided=sum(n for _, _, n in kept),
        trials=tuple(tested),
    )


def _harmful(uses: Sequence[ClaimUse]) -> list[ClaimUse]:
    return [use for use in uses if use.without is not None and use.without.helps]


def _without(assignment: Assignment, dropped: Sequence[ClaimUse]) -> Assignment:
    numbers: dict[str, set[int]] = defaultdict(set)
    for use in dropped:
        numbers[use.concept].add(use.number)
    for concept, gone in numbers.items():
        if len(gone) < len(assignment.concepts[concept].claims):
            assignment = without_claims(assignment, concept, frozenset(gone))
    return assignment
