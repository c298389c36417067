"""What the class page says, as plain data for its template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median

from grader.exporters.class_report.runs import NEVER_RAN
from grader.exporters.figures import Bin, histogram
from grader.exporters.lateness import LateRow, rows
from grader.exporters.together import Together, together
from grader.model import Assignment, ExecutionStatus, Item, Language, Report, Score
from grader.repairs.ledger import sentence

_MOST_SHOWN = 2000  # students: more rows make a page of megabytes that nobody reads to its end

Reason = tuple[tuple[str, ...], str]  # criteria, and why a person has to decide on them


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
    """An item for which ``students`` wait: each reason, with the criteria that share it and those who wait for it."""

    item: Item
    students: int
    reasons: tuple[Together[Reason], ...]


@dataclass(frozen=True)
class Note:
    """A remark for the TA that changed no points: on a criterion of an item, "" for the whole hand-in."""

    where: str
    text: str


@dataclass(frozen=True)
class Trouble:
    """How runs ended that did not end well, with the name and the words of what came first."""

    status: ExecutionStatus
    error: str
    message: str


@dataclass(frozen=True)
class Overview:
    """Everything on the class page but its words. ``grades``: what counts, None where the rubric has no deadline.

    ``rows_left``: students for whom there is no row.
    """

    submissions: int
    final: int
    trouble: int
    never_ran: int
    totals: Spread
    grades: Spread | None
    items: tuple[Spread, ...]
    rows: tuple[StudentRow, ...]
    rows_left: int
    waiting: tuple[Waiting, ...]
    failed_runs: tuple[Together[Trouble], ...]
    notes: tuple[Together[Note], ...]
    repaired: tuple[Together[str], ...]
    doubtful: tuple[Together[str], ...]
    late: tuple[LateRow, ...]
    late_waiting: tuple[Together[str], ...]
    unsure: tuple[Together[str], ...]  # of which a person has to say whether this is the hand-in that counts

    @property
    def open(self) -> int:
        """How many decisions of a person are waited for."""
        one_each = sum(len(group.whose) for group in (*self.doubtful, *self.late_waiting, *self.unsure))
        return sum(waiting.students for waiting in self.waiting) + one_each


def of(reports: Sequence[Report], assignment: Assignment, language: Language) -> Overview:
    """The class in numbers and lists, students in the order of their names."""
    ordered = sorted(reports, key=lambda report: report.student)
    failed = [report for report in ordered if report.execution.status != "ok"]
    late = tuple(rows(ordered, language))
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
        rows=tuple(_row(report, assignment) for report in _shown(ordered)),
        rows_left=len(ordered) - min(len(ordered), _MOST_SHOWN),
        waiting=tuple(found for item in assignment.items if (found := _waiting(item, ordered)).students),
        failed_runs=together(map(_trouble, failed)),
        notes=together(_notes(ordered)),
        repaired=together(_repairs(ordered, language)),
        doubtful=together(_repairs(ordered, language, doubtful=True)),
        late=late,
        late_waiting=together((row.told, row.report.student, None) for row in late if row.waits),
        unsure=together((report.unsure, report.student, None) for report in ordered if report.unsure),
    )


def _final(reports: Sequence[Report], points: Callable[[Report], float | None]) -> list[float | None]:
    return [points(report) if report.status == "final" else None for report in reports]


def _repairs(
    reports: Sequence[Report], language: Language, *, doubtful: bool = False
) -> Iterator[tuple[str, str, int | None]]:
    for report in reports:
        for repair in report.execution.repairs:
            if repair.review or not doubtful:
                yield sentence(repair, language), report.student, repair.cell


def _trouble(report: Report) -> tuple[Trouble, str, int | None]:
    status = report.execution.status
    if not report.execution.errors:
        return Trouble(status, "", ""), report.student, None
    first = report.execution.errors[0]
    return Trouble(status, first.name, first.message), report.student, first.cell


def _shown(reports: Sequence[Report]) -> Sequence[Report]:
    """All, in their order; of very many those who need a person before others."""
    if len(reports) <= _MOST_SHOWN:
        return reports
    return sorted(reports, key=lambda report: (report.status == "final", report.execution.status == "ok"))[:_MOST_SHOWN]


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


def _waiting(item: Item, reports: Sequence[Report]) -> Waiting:
    waiting = [
        (report.student, score.needs_review, score)
        for report in reports
        for score in report.scores
        if score.item == item.id and score.needs_review is not None
    ]
    reasons = ((reason, student, None) for student, review, score in waiting for reason in _reasons(score, review))
    return Waiting(item, len(waiting), together(reasons))


def _reasons(score: Score, otherwise: str) -> Iterator[Reason]:
    criteria: dict[str, list[str]] = {}
    for finding in score.findings:
        if finding.review is not None:
            criteria.setdefault(finding.review, []).append(finding.criterion)
    for reason, names in criteria.items():
        yield tuple(names), reason
    if not criteria:
        yield (), otherwise


def _notes(reports: Sequence[Report]) -> Iterator[tuple[Note, str, int | None]]:
    for report in reports:
        yield from ((Note("", text), report.student, None) for text in report.adrift)
        for score in report.scores:
            for finding in score.findings:
                place = f"{score.item} {finding.criterion}"
                yield from ((Note(place, text), report.student, None) for text in finding.notes)
