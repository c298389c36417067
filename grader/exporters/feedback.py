"""What a feedback page says of each item, as plain data for its template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from grader.class_file import WRITTEN
from grader.exporters.decisions import decisions
from grader.exporters.figures import MAX_PICTURES, Picture, picture_src, pictures, small_pictures
from grader.exporters.labels import check_name, label
from grader.exporters.shown import shown
from grader.exporters.values import Chip, chips, href
from grader.model import (
    Assignment,
    Criterion,
    Execution,
    Finding,
    Item,
    Language,
    Report,
    Score,
    Submission,
    Visibility,
)

_GIVES_AWAY = frozenset(("concept", "concepts", "phrase", "phrases", "nearest", "lacks"))
# of a written answer, which stands below with its cells; how sure the grader is says nothing to who wrote it
_SAID_ALREADY = frozenset(("cells", "characters", "confidence", "grounds", "share"))

Mark = tuple[int, int, str, bool]  # start, end, name, whether it earned points


@dataclass(frozen=True)
class Bar:
    """Shares of the full points in percent: certain, and still open."""

    decided: float
    open: float


@dataclass(frozen=True)
class Row:
    """One criterion. ``state`` is its outcome, or ``undecided``; ``feedback`` may be a person's decision and why."""

    state: str
    name: str
    code: str | None
    feedback: str | None
    earned: float | None
    points: float
    bonus: bool
    chips: tuple[Chip, ...]


@dataclass(frozen=True)
class Segment:
    """A stretch of an answer under the same marks; ``ending`` are the marks whose last stretch this is."""

    text: str
    marks: tuple[str, ...]
    ending: tuple[str, ...]
    earning: bool


@dataclass(frozen=True)
class ItemView:
    """One item as the student sees it."""

    score: Score
    title: str
    open: bool
    bar: Bar
    decided: str | None = None  # by a person, on the item as a whole: to how many points and why
    rows: tuple[Row, ...] = ()
    written: bool = False
    answer: tuple[Segment, ...] = ()
    cells: tuple[int, ...] = ()
    pictures: tuple[Picture, ...] = ()


def items(
    report: Report,
    submission: Submission,
    execution: Execution,
    assignment: Assignment,
    opened: Sequence[Visibility] = (),
) -> list[ItemView]:
    """One view per score, in the report's order.

    An item that the assignment does not know, or that is neither visible nor `opened`, shows its points only, and none
    while they are open: what is decided of them would tell of its criteria. So do criteria that are kept back.
    """
    asked = {item.id: item for item in assignment.items}
    plots = pictures(execution.notebook, submission.items_of_cells)
    views = []
    for score in report.scores:
        item = asked.get(score.item)
        if item is None or item.visibility not in ("visible", *opened):
            views.append(_closed_item(score, item.title.in_language(report.language) if item else ""))
        else:
            seen = shown(score, item.closed(opened), report.language)
            views.append(_open_item(seen, item, submission, report, plots))
    return views


@dataclass(frozen=True)
class DocumentView:
    """A document handed in beside the notebook or in its place; ``reason`` says why a person has to read it."""

    name: str
    reason: str | None
    link: str | None
    pictures: tuple[str, ...]


def documents(submission: Submission, links: Sequence[str | None], language: Language) -> list[DocumentView]:
    """One view per document, with its pictures where they are small and really are what they claim."""
    views = []
    for document, link in zip_longest(submission.documents, links[: len(submission.documents)]):
        reason = document.unread.in_language(language) if document.unread else None
        mime = "image/png" if document.path.suffix.lower() == ".png" else "image/jpeg"
        found = [picture_src(mime, data) for data in small_pictures(document)] if reason else []
        shown = tuple(src for src in found if src is not None)[:MAX_PICTURES]
        views.append(DocumentView(document.name, reason, href(link) if link else None, shown))
    return views


def decided(views: Sequence[ItemView]) -> float:
    """Points that are certain, as far as they are shown."""
    return sum(view.score.decided for view in views)


def total_bar(views: Sequence[ItemView], max_points: float, counts: float | None = None) -> Bar:
    """The whole report's points as shares; `counts` where a penalty leaves less than was earned."""
    if counts is not None:
        return Bar(*_shares(counts, 0, max_points))
    undecided = sum(_waiting(view.score) for view in views)
    return Bar(*_shares(decided(views), undecided, max_points))


def segments(text: str, marks: Sequence[Mark]) -> list[Segment]:
    """``text`` cut where a mark (start, end, name, earning) begins or ends; marks may overlap and reach too far."""
    inside = _merged([(max(0, start), min(end, len(text)), name, earning) for start, end, name, earning in marks])
    cuts = sorted({0, len(text), *(mark[0] for mark in inside), *(mark[1] for mark in inside)})
    result = []
    for start, end in pairwise(cuts):
        here = [mark for mark in inside if mark[0] <= start and end <= mark[1]]
        result.append(
            Segment(
                text[start:end],
                _names(here),
                _names([mark for mark in here if mark[1] == end]),
                any(mark[3] for mark in here),
            )
        )
    return result


def _closed_item(score: Score, title: str) -> ItemView:
    closed = score.model_copy(update={"findings": ()})
    return ItemView(closed, title, False, _bar(closed))


def _open_item(
    score: Score, item: Item, submission: Submission, report: Report, plots: Mapping[str, Sequence[Picture]]
) -> ItemView:
    language, by_person = report.language, decisions(report, item.id)
    asked = {criterion.id: criterion for criterion in item.criteria}
    names = _row_names(score.findings, asked, language)
    said = [by_person.get(finding.criterion, finding.feedback) for finding in score.findings]
    rows = tuple(_row(finding, asked, names[n], said[n], language) for n, finding in enumerate(score.findings))
    answer = submission.answers.get(item.id)
    marks = [
        (span.start, span.end, row.code or row.name, row.state in ("passed", "partial", "undecided"))
        for row, finding in zip(rows, score.findings, strict=True)
        for span in finding.spans
    ]
    return ItemView(
        score=score,
        title=item.title.in_language(language),
        open=True,
        bar=_bar(score),
        decided=by_person.get(None),
        rows=rows,
        written=any(one.check == WRITTEN or (one.check == "manual" and answer) for one in item.criteria),
        answer=tuple(segments(answer.text, marks)) if answer else (),
        cells=answer.cells if answer else (),
        pictures=tuple(plots.get(item.id, ())),
    )


def _row(finding: Finding, asked: Mapping[str, Criterion], name: str, said: str | None, language: Language) -> Row:
    state = "undecided" if finding.earned is None else finding.outcome
    written = _is_written(finding, asked)
    told = written and state in ("passed", "partial")
    unsaid = _GIVES_AWAY | _SAID_ALREADY if written else _GIVES_AWAY
    evidence = {key: value for key, value in finding.evidence.items() if key not in unsaid}
    return Row(
        state=state,
        name=name,
        code=finding.criterion if told else None,
        feedback=said,
        earned=finding.earned,
        points=finding.points,
        bonus=finding.bonus,
        chips=tuple(chips(evidence, language)) if told or not written else (),
    )


def _row_names(findings: Sequence[Finding], asked: Mapping[str, Criterion], language: Language) -> list[str]:
    """Written criteria are numbered: their ids say what the answer lacks, which the feedback only asks about."""
    names, count = [], 0
    for finding in findings:
        criterion = asked.get(finding.criterion)
        if _is_written(finding, asked):
            count += 1
            names.append(label("point_of_answer", language, n=count))
        else:
            named = check_name(criterion.check, language) if criterion else None
            own = finding.criterion if criterion is None or criterion.id != criterion.check else ""
            names.append(f"{named} ({own})" if named and own else named or finding.criterion)
    return names


def _is_written(finding: Finding, asked: Mapping[str, Criterion]) -> bool:
    criterion = asked.get(finding.criterion)
    return criterion.check == WRITTEN if criterion else bool(finding.spans)


def _merged(marks: Sequence[Mark]) -> list[Mark]:
    """Marks that are not empty; those of one name that overlap or touch become one."""
    merged: dict[str, list[Mark]] = {}
    for start, end, name, earning in sorted(mark for mark in marks if mark[0] < mark[1]):
        same = merged.setdefault(name, [])
        if same and start <= same[-1][1]:
            same[-1] = (same[-1][0], max(end, same[-1][1]), name, same[-1][3] or earning)
        else:
            same.append((start, end, name, earning))
    return [mark for same in merged.values() for mark in same]


def _names(marks: Sequence[Mark]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mark[2] for mark in marks))


def _bar(score: Score) -> Bar:
    certain = score.decided if score.points is None else score.points
    return Bar(*_shares(certain, _waiting(score), score.max_points))


def _waiting(score: Score) -> float:
    """Points that a person's decision could still add."""
    if score.points is not None:
        return 0.0
    pending = sum(finding.points for finding in score.findings if finding.earned is None)
    pending = pending if score.findings else score.max_points
    return min(score.max_points - score.decided, pending)


def _shares(decided: float, waiting: float, maximum: float) -> tuple[float, float]:
    if maximum <= 0:
        return 0.0, 0.0
    first = min(100.0, 100 * decided / maximum)
    return round(first, 2), round(min(100 - first, 100 * waiting / maximum), 2)
