"""The ideas that written answers lack most often, with a few of the answers, nobody named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from grader.class_file import WRITTEN
from grader.exporters.class_report.anonymous import CIRCLE, Anonymous, Answers
from grader.exporters.values import one_line
from grader.model import Assignment, Criterion, Finding, Item, Language, Report

MOST = 10  # ideas
_EXAMPLES = 3
_TRIED = 8  # answers that are fetched for one idea at most
_BEFORE, _AFTER, _BEGINNING = 90, 110, 220  # characters shown around the nearest words, or of an answer without any
_MARGIN = 200  # characters beyond what is shown in which a name may have begun
_SHORTEST = 15  # letters of an answer that shows anything
_CIRCLES = re.compile(f"{CIRCLE}{{4,}}")


def none_kept(student: str, item: str) -> str | None:
    """Where no answers were kept."""
    return None


@dataclass(frozen=True)
class Example:
    """A piece of an answer; ``near`` are the words that came nearest to the idea, which lack ``lacks``."""

    before: str
    near: str = ""
    after: str = ""
    lacks: str = ""


@dataclass(frozen=True)
class Idea:
    """How many of the ``answers`` that say something lack one idea; where they may, a person has yet to look."""

    item: Item
    criterion: str
    asks: str | None
    answers: int
    missing: int
    may_miss: int
    partly: int
    blank: int
    examples: tuple[Example, ...]

    @property
    def lacking(self) -> float:
        """Share of the answers, 0 to 1."""
        return (self.missing + self.may_miss) / self.answers

    @property
    def bars(self) -> tuple[tuple[str, int, float], ...]:
        """Outcomes with counts and shares in percent, as in a criterion's rate."""
        said = self.answers - self.missing - self.may_miss - self.partly
        parts = (("failed", self.missing), ("undecided", self.may_miss), ("partial", self.partly), ("passed", said))
        return tuple((state, count, round(100 * count / self.answers, 2)) for state, count in parts if count)


def of(
    reports: Sequence[Report], assignment: Assignment, language: Language, answers: Answers, anonymous: Anonymous
) -> tuple[Idea, ...]:
    """The commonest first, ten at most, none of them bonus. Only the few answers that are shown are fetched."""
    asked = [
        (item, one) for item in assignment.items for one in item.criteria if one.check == WRITTEN and not one.bonus
    ]
    counted = [_Count(item, one, _found(item, one, reports)) for item, one in asked]
    counted = [one for one in counted if one.lacking]
    counted.sort(key=lambda one: -len(one.lacking) / one.answers)
    return tuple(_idea(one, language, answers, anonymous) for one in counted[:MOST])


class _Count:
    """One criterion's findings, sorted by what became of them."""

    def __init__(self, item: Item, criterion: Criterion, found: Sequence[tuple[Report, Finding]]) -> None:
        self.item, self.criterion = item, criterion
        written = [(report, finding) for report, finding in found if finding.evidence.get("characters") != 0]
        self.blank = len(found) - len(written)
        self.answers = len(written)
        self.missing = [(report, finding) for report, finding in written if finding.earned == 0]
        self.may_miss = [
            (report, finding) for report, finding in written if finding.earned is None and finding.outcome == "failed"
        ]
        self.partly = sum(
            finding.outcome == "partial" and finding.earned is not None and finding.earned > 0 for _, finding in written
        )

    @property
    def lacking(self) -> list[tuple[Report, Finding]]:
        return self.missing + self.may_miss


def _found(item: Item, criterion: Criterion, reports: Sequence[Report]) -> list[tuple[Report, Finding]]:
    """Findings on answers that were read: not where nothing ran, nor where a person decided on the item as a whole."""
    return [
        (report, finding)
        for report in reports
        if (item.id, None) not in {override.place for override in report.overrides}
        for score in report.scores
        if score.item == item.id
        for finding in score.findings
        if finding.criterion == criterion.id and ("confidence" in finding.evidence or "characters" in finding.evidence)
    ]


def _idea(count: _Count, language: Language, answers: Answers, anonymous: Anonymous) -> Idea:
    asks = count.criterion.feedback
    return Idea(
        item=count.item,
        criterion=count.criterion.id,
        asks=asks.in_language(language) if asks else None,
        answers=count.answers,
        missing=len(count.missing),
        may_miss=len(count.may_miss),
        partly=count.partly,
        blank=count.blank,
        examples=tuple(_examples(count, answers, anonymous)),
    )


def _examples(count: _Count, answers: Answers, anonymous: Anonymous) -> Iterator[Example]:
    """Near misses first, decided ones before others, in an order that says nothing of who wrote them."""
    shown: set[str] = set()
    order = sorted(
        count.lacking,
        key=lambda one: (_nearest(one[1]) is None, one[1].earned is None, one[0].submission_sha256, one[0].student),
    )
    for report, finding in order[:_TRIED]:
        text = answers(report.student, count.item.id)
        plain = " ".join(text.split()) if text else ""
        if text is None or len(plain) < _SHORTEST or plain in shown:
            continue
        shown.add(plain)
        lacks = str(finding.evidence.get("lacks") or "")
        yield _cut(text, _nearest(finding), lacks, partial(anonymous.hide, report=report))
        if len(shown) == _EXAMPLES:
            return


def _nearest(finding: Finding) -> tuple[int, int] | None:
    """Where in the answer the nearest words stand, as the judge of written answers left it."""
    place = finding.evidence.get("nearest")
    if not isinstance(place, list | tuple) or len(place) != 2 or not all(isinstance(n, int) for n in place):
        return None
    return place[0], place[1]


def _cut(text: str, near: tuple[int, int] | None, lacks: str, hide: Callable[[str], str]) -> Example:
    """The nearest words with what stands around them; or the beginning. `hide` keeps the length."""
    if near is None or not 0 <= near[0] < near[1] <= len(text):
        shown = hide(text[: _BEGINNING + _MARGIN])[:_BEGINNING]
        return Example(_written(shown, end=len(text) > _BEGINNING))
    start, end = near[0], min(near[1], near[0] + _BEGINNING)
    first, last = max(0, start - _BEFORE), min(len(text), end + _AFTER)
    offset = max(0, first - _MARGIN)
    around = hide(text[offset : last + _MARGIN])
    before, words, after = (around[a - offset : b - offset] for a, b in pairwise((first, start, end, last)))
    return Example(
        _written(before, begin=first > 0), _written(words), _written(after, end=last < len(text)), one_line(lacks, 80)
    )


def _written(text: str, *, begin: bool = False, end: bool = False) -> str:
    """On one line, cut at a word where it was cut, with the space that it begins or ends with."""
    if begin and " " in text:
        text = text.partition(" ")[2]
    if end and " " in text:
        text = text.rpartition(" ")[0]
    line = _CIRCLES.sub(CIRCLE * 3, one_line(text))
    edges = ("… " if begin else " " if text[:1].isspace() else "", " …" if end else " " if text[-1:].isspace() else "")
    return f"{edges[0]}{line}{edges[1]}"
