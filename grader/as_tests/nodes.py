"""What pytest's tree is made of: a folder or archive of hand-ins, a notebook, an item of the rubric, a criterion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from grader.exporters.ci.commands import disarmed
from grader.exporters.values import one_line, points
from grader.model import Criterion, Finding, Item, Language, Report, Submission, Text
from grader.names import printable
from grader.reading.lines import CellLines, lines_in

Grade = Callable[[str, Submission], Report]  # by the node's id and what was handed in

_PERSON = Text(ko="사람이 결정합니다: {0}", en="a person decides: {0}")
_BONUS = Text(ko="추가 점수: {0}", en="bonus: {0}")
_POINTS = Text(ko="{0}/{1}점: {2}", en="{0} of {1} points: {2}")


class HandIns(pytest.Directory):
    """A folder or an archive that was given to pytest; what is in it was read already, however deep it lies."""

    def collect(self) -> Iterator[pytest.Collector]:
        yield from self.config.stash[MAKER](self, self.path)


class Notebook(pytest.Collector):
    """One hand-in."""

    def __init__(self, *, submission: Submission, items: Sequence[Item], grade: Grade, **given: Any) -> None:
        super().__init__(**given)
        self.submission, self.items, self._grade = submission, items, grade
        self.extra_keyword_matches.add(submission.student)

    def collect(self) -> Iterator[pytest.Collector]:
        for item in self.items:
            yield RubricItem.from_parent(self, name=item.id, item=item)

    def report(self) -> Report:
        return self._grade(self.nodeid, self.submission)

    def line(self, item: str) -> int:
        """Of the file, from 1: where the item begins."""
        of = self.submission.items_of_cells
        return self._lines.line(of.index(item) + 1 if item in of else None)

    @cached_property
    def _lines(self) -> CellLines:
        cells = self.submission.notebook["cells"] if self.submission.notebook else []
        return lines_in(self.path, cells)


class RubricItem(pytest.Collector):
    """One item of the rubric, such as P1.1."""

    def __init__(self, *, item: Item, **given: Any) -> None:
        super().__init__(**given)
        self.item = item

    def collect(self) -> Iterator[pytest.Item]:
        for criterion in self.item.criteria:
            yield CriterionItem.from_parent(self, name=criterion.id, criterion=criterion, item=self.item)


class CriterionItem(pytest.Item):
    """One criterion, which passes, fails with what the student reads, or is skipped where a person has to decide."""

    def __init__(self, *, criterion: Criterion, item: Item, **given: Any) -> None:
        super().__init__(**given)
        self.criterion, self.item = criterion, item
        found = self.getparent(Notebook)
        assert found is not None
        self.notebook = found

    def setup(self) -> None:
        """The whole notebook is graded before its first criterion; what the grader could not do is an error here."""
        report = self.notebook.report()
        self.finding, self.language = _finding(report, self.item.id, self.criterion.id), report.language
        self.user_properties += [
            ("item", self.item.id),
            ("criterion", self.criterion.id),
            ("outcome", self.finding.outcome if self.finding.earned is not None else "undecided"),
            ("points", "" if self.finding.earned is None else self.finding.earned),
            ("of", self.finding.points),
        ]
        if self.finding.outcome == "error":
            pytest.fail(_said(self.finding.review), pytrace=False)

    def runtest(self) -> None:
        said = _said(self.finding.feedback)
        if self.finding.earned is None:
            pytest.skip(_in(self.language, _PERSON, said))
        if self.finding.outcome == "skipped":
            pytest.skip(said)
        if self.finding.bonus and self.finding.outcome != "passed":
            pytest.skip(_in(self.language, _BONUS, said))
        if self.finding.outcome != "passed":
            earned = points(self.finding.earned), points(self.finding.points)
            pytest.fail(_in(self.language, _POINTS, *earned, said), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return (
            Path(printable(str(self.path))),
            self.notebook.line(self.item.id) - 1,
            f"{self.notebook.nodeid} {self.item.id} {self.criterion.id}",
        )


def _finding(report: Report, item: str, criterion: str) -> Finding:
    score = next(score for score in report.scores if score.item == item)
    return next(finding for finding in score.findings if finding.criterion == criterion)


def _said(words: str | None) -> str:
    """On one line, which is no command to a CI system that reads what is printed."""
    return disarmed(printable(one_line(words or "")))


def _in(language: Language, sentence: Text, *values: str) -> str:
    return sentence.filled(*values).in_language(language)


MAKER = pytest.StashKey[Callable[[pytest.Collector, Path], Iterator[Notebook]]]()
