"""The sections of the class page that a lecturer reads, together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.exporters.class_report import criteria, ideas, regression, review, runs
from grader.exporters.class_report.anonymous import Anonymous, Answers
from grader.exporters.class_report.criteria import ItemRates, Rate
from grader.model import Assignment, Identity, Item, Language, Report


@dataclass(frozen=True)
class ClassReport:
    """Everything in them but their words; empty where the rubric asks for nothing of the kind."""

    decided: int
    items: tuple[ItemRates, ...]
    ideas: tuple[ideas.Idea, ...]
    regressions: tuple[regression.Regression, ...]
    review: review.Review
    runs: runs.Runs

    @property
    def flagged(self) -> list[tuple[Item, Rate]]:
        """Criteria that a lecturer should look at."""
        return [(one.item, rate) for one in self.items for rate in one.rates if rate.flag is not None]

    @property
    def unsaid(self) -> int:
        """Criteria of which too few are decided to say whether something is odd."""
        return sum(not rate.enough and rate.flag is None for one in self.items for rate in one.rates)

    @property
    def said(self) -> int:
        """Criteria of which enough are decided."""
        return sum(rate.enough for one in self.items for rate in one.rates)


def of(
    reports: Sequence[Report],
    assignment: Assignment,
    language: Language,
    answers: Answers,
    others: Mapping[str, Identity],
) -> ClassReport:
    """`answers` fetches the few answers that are shown; `others`: students who handed in nothing."""
    return ClassReport(
        decided=sum(report.status == "final" for report in reports),
        items=criteria.of(reports, assignment, language),
        ideas=ideas.of(reports, assignment, language, answers, Anonymous(reports, assignment, answers, others)),
        regressions=regression.of(reports, assignment),
        review=review.of(reports, assignment),
        runs=runs.of(reports, assignment),
    )
