"""A person's decisions and the grader's, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.answers.korean import HANGUL
from grader.answers.records import Record
from grader.answers.scoring import AnswerScore, score, written_criteria
from grader.model import Assignment, Item, Language
from grader.tuning.graded import criteria_of

WHOLE = "total"  # the label where a person gave one mark
_KOREAN = 0.1  # of an answer's letters; Korean answers hold many English terms


@dataclass(frozen=True)
class Decision:
    """One criterion of one answer, or the whole of it. Shares are of the points there."""

    label: str
    criteria: tuple[str, ...]
    item: str
    language: Language
    given: float
    share: float
    confidence: float
    grounds: str

    @property
    def agrees(self) -> bool:
        return abs(self.given - self.share) < 1e-6

    @property
    def whole(self) -> bool:
        return self.label == WHOLE

    @property
    def missed(self) -> bool:
        """Granted by the person, and not by the grader; of a mark, whether it is too low."""
        return self.given > self.share + 1e-6 if self.whole else self.given > 0 and not self.share

    @property
    def denied(self) -> bool:
        """Whether words that are said here are no sign of a right answer."""
        return self.given < 1 and not self.missed if self.whole else not self.given

    @property
    def overpaid(self) -> bool:
        return self.share > self.given + 1e-6 if self.whole else bool(self.share) and not self.given


@dataclass(frozen=True)
class Trial:
    """One answer with what both gave. `given` and `got` are shares of the item's points; of marks, the nearest one."""

    record: Record
    item: Item
    result: AnswerScore
    levels: tuple[float, ...] = ()  # the marks that there are

    @cached_property
    def language(self) -> Language:
        return language_of(self.record.text)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        if self.record.mark is not None:
            return (self._whole(self.record.mark),)
        return tuple(self._decision(label, given) for label, given in self.record.shares.items())

    def _whole(self, mark: float) -> Decision:
        least = min(self.result.criteria, key=lambda one: one.confidence)
        criteria = tuple(one.criterion for one in self.result.criteria)
        sure = self.result.confidence
        return Decision(WHOLE, criteria, self.item.id, self.language, mark, self.got, sure, least.grounds)

    def _decision(self, label: str, given: float) -> Decision:
        criteria = criteria_of(label, self.item)
        judged = [one for one in self.result.criteria if one.criterion in criteria]
        best = max(judged, key=lambda one: (one.share, -one.confidence))
        confidence = best.confidence if best.share else min(one.confidence for one in judged)
        return Decision(label, criteria, self.item.id, self.language, given, best.share, confidence, best.grounds)

    @cached_property
    def given(self) -> float:
        if self.record.mark is not None:
            return self.record.mark
        return self._sum([decision.given for decision in self.decisions])

    @cached_property
    def got(self) -> float:
        if self.record.mark is not None:
            share = self.result.total / self.result.max_points
            return min(self.levels, key=lambda level: abs(level - share))
        return self._sum([decision.share for decision in self.decisions])

    @cached_property
    def confidence(self) -> float:
        """In what the person judged."""
        if self.record.mark is not None or self.result.guards:
            return self.result.confidence
        return min((decision.confidence for decision in self.decisions), default=1.0)

    def _sum(self, shares: Sequence[float]) -> float:
        points = {criterion.id: criterion.points for criterion in written_criteria(self.item)}
        worth = [max(points[one] for one in decision.criteria) for decision in self.decisions]
        return min(1.0, sum(a * b for a, b in zip(worth, shares, strict=True)) / self.item.points)

    @property
    def agreed(self) -> tuple[float, int, int]:
        """The confidence, how many decisions agree, and of how many."""
        return self.confidence, sum(decision.agrees for decision in self.decisions), len(self.decisions)


def run(assignment: Assignment, records: Iterable[Record]) -> list[Trial]:
    """Score every answer."""
    listed = list(records)
    levels = tuple(sorted({one.mark for one in listed if one.mark is not None}))
    return [Trial(one, assignment.item(one.item), score(assignment, one.item, one.text), levels) for one in listed]


def decisions(trials: Iterable[Trial]) -> list[Decision]:
    return [decision for trial in trials for decision in trial.decisions]


def language_of(text: str) -> Language:
    """Korean where a tenth of the letters is."""
    letters = sum(map(str.isalpha, text))
    return "ko" if letters and len(HANGUL.findall(text)) / letters >= _KOREAN else "en"
