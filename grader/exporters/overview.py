"""What the class page says, as plain data for its template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median

from grader.exporters.class_report.runs import NEVER_RAN
from grader.exporters.figures import Bin, histogram
from grader.exporters.lateness import LateRow, rows
from grader.model import Assignment, Item, Language, Repair, Report, Score


@dataclass(frozen=True)
class Spread:
    """Decided points of one item, or totals, and how many still wait."""

    name: str
    title: str
    maximum: float
    bins: tuple[Bin, ...]
    mean: float | None
    median: float | None
    undecided: int


@dataclass(frozen=True)
class StudentRow:
    """One line of the table; a score is None where the report has no such item."""

    report: Report
    scores: tuple[Score | None, ...]
    notes: int


@dataclass(frozen=True)
class Waiting:
    """An item that waits for a person: each reason with the criteria that share it."""

    student: str
    reasons: tuple[tuple[tuple[str, ...], str], ...]


@dataclass(frozen=True)
class Note:
    """A remark for the TA that changed no points."""

    student: str
    where: str
    text: str


@dataclass(frozen=True)
class Overview:
    """Everything on the class page but its words. ``grades``: what counts, None where the rubric has no deadline."""

    submissions: int
    final: int
    trouble: int
    never_ran: int
    totals: Spread
    grades: Spread | None
    items: tuple[Spread, ...]
    rows: tuple[StudentRow, ...]
    waiting: tuple[tuple[Item, tuple[Waiting, ...]], ...]
    failed_runs: tuple[Report, ...]
    notes: tuple[Note, ...]
    repaired: tuple[tuple[Report, Repair], ...]
    late: tuple[LateRow, ...]

    @property
    def open(self) -> int:
        """How many decisions of a person are waited for."""
        return sum(len(waiting) for _, waiting in self.waiting) + len(self.doubtful) + len(self.late_waiting)

    @property
    def late_waiting(self) -> list[LateRow]:
        """Late hand-ins of which a person has to say what that costs."""
        return [row for row in self.late if row.waits]

    @property
    def doubtful(self) -> list[tuple[Report, Repair]]:
        """Repairs that a person should look at."""
        return [(report, repair) for report, repair in self.repaired if repair.review]


def of(reports: Sequence[Report], assignment: Assignment, language: Language) -> Overview:
    """The class in numbers and lists, students in the order of their names."""
    ordered = sorted(reports, key=lambda report: report.student)
    failed = tuple(report for report in ordered if report.execution.status != "ok")
    return Overview(
        submissions=len(ordered),
        final=sum(report.status == "final" for report in ordered),
        trouble=len(failed),
        never_ran=sum(report.execution.status in NEVER_RAN for report in failed),
        totals=_spread("", "", assignment.total, _final(ordered, lambda report: report.total)),
        grades=_spread("", "", assignment.total, _final(ordered, lambda report: report.grade))
        if assignment.deadline
        else None,
        items=tuple(_item_spread(item, ordered, language) for item in assignment.items),
        rows=tuple(_row(report, assignment) for report in ordered),
        waiting=tuple((item, found) for item in assignment.items if (found := _waiting(item, ordered))),
        failed_runs=failed,
        notes=tuple(_notes(ordered)),
        repaired=tuple(_repairs(ordered)),
        late=tuple(rows(ordered, language)),
    )


def language_of(reports: Iterable[Report]) -> Language:
    """The language of most reports; Korean when there is no majority."""
    counts = Counter(report.language for report in reports)
    return "en" if counts["en"] > counts["ko"] else "ko"


def _final(reports: Sequence[Report], points: Callable[[Report], float | None]) -> list[float | None]:
    return [points(report) if report.status == "final" else None for report in reports]


def _repairs(reports: Sequence[Report]) -> Iterator[tuple[Report, Repair]]:
    for report in reports:
        yield from ((report, repair) for repair in report.execution.repairs)


def _row(report: Report, assignment: Assignment) -> StudentRow:
    by_item = {score.item: score for score in report.scores}
    notes = sum(len(finding.notes) for score in report.scores for finding in score.findings)
    return StudentRow(report, tuple(by_item.get(item.id) for item in assignment.items), notes)


def _item_spread(item: Item, reports: Sequence[Report], language: Language) -> Spread:
    values = [score.points for score in _scores(item, reports)]
    return _spread(item.id, item.title.in_language(language), item.points, values)


def _spread(name: str, title: str, maximum: float, values: Sequence[float | None]) -> Spread:
    known = [value for value in values if value is not None]
    return Spread(
        name=name,
        title=title,
        maximum=maximum,
        bins=tuple(histogram(known, maximum)),
        mean=mean(known) if known else None,
        median=median(known) if known else None,
        undecided=len(values) - len(known),
    )


def _scores(item: Item, reports: Sequence[Report]) -> list[Score]:
    return [score for report in reports for score in report.scores if score.item == item.id]


def _waiting(item: Item, reports: Sequence[Report]) -> tuple[Waiting, ...]:
    return tuple(
        Waiting(report.student, tuple(_reasons(score, score.needs_review)))
        for report in reports
        for score in report.scores
        if score.item == item.id and score.needs_review is not None
    )


def _reasons(score: Score, otherwise: str) -> Iterator[tuple[tuple[str, ...], str]]:
    criteria: dict[str, list[str]] = {}
    for finding in score.findings:
        if finding.review is not None:
            criteria.setdefault(finding.review, []).append(finding.criterion)
    for reason, names in criteria.items():
        yield tuple(names), reason
    if not criteria:
        yield (), otherwise


def _notes(reports: Sequence[Report]) -> Iterator[Note]:
    for report in reports:
        yield from (Note(report.student, "-", text) for text in report.adrift)
        for score in report.scores:
            for finding in score.findings:
                yield from (Note(report.student, f"{score.item} {finding.criterion}", text) for text in finding.notes)
