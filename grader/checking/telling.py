"""A graded notebook -> what its author is told of it before handing in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from grader.checking.checked import Checked, CheckedCriterion, CheckedItem, KeptBackPoints, Seconds, State
from grader.checking.words import word
from grader.checks import needs_heldout, passing
from grader.errors import GraderError
from grader.exporters import feedback
from grader.exporters.feedback import ItemView, Row
from grader.exporters.labels import status_sentence
from grader.exporters.values import one_line, printable
from grader.grading import Graded
from grader.model import Assignment, CellError, Criterion, Finding, Item, Language, Span, Submission
from grader.repairs.ledger import sentence

_STATES: dict[str, State] = {
    "passed": "passed",
    "partial": "partial",
    "failed": "failed",
    "skipped": "skipped",
}
_MOST_QUOTES, _LONGEST_QUOTE = 4, 100
_MOST_ERRORS, _MOST_REMARKS = 8, 12


def items_asked(assignment: Assignment, names: Sequence[str]) -> tuple[str, ...]:
    """The ids of the items that are meant; all of them without names. Raises GraderError for one that there is not."""
    shown = {_bare(item.id): item.id for item in assignment.items}
    kept_back = {_bare(item_id) for item_id in assignment.item_ids} - shown.keys()
    there = ", ".join(f'"{one}"' if " " in one else one for one in shown.values())  # as it has to be written
    for name in names:
        if _bare(name) in kept_back:
            raise GraderError(f"{name} is checked after handing in only; what can be seen: {there}")
        if _bare(name) not in shown:
            raise GraderError(f"there is no item {name}; there are {there}")
    return tuple(dict.fromkeys(shown[_bare(name)] for name in names)) or tuple(shown.values())


def _bare(name: str) -> str:
    """An item's id, whatever its letters' case, spaces and form: macOS writes Korean in parts."""
    return "".join(unicodedata.normalize("NFC", name).casefold().split())


def told(
    graded: Graded, assignment: Assignment, notebook: str, asked: Sequence[str], seconds: Seconds, *, ran: bool
) -> Checked:
    """`assignment`: the part of it that students may see; `asked`: ids of the items to tell of."""
    report, execution = graded.report, graded.execution
    views = feedback.items(report, graded.submission, execution, assignment)
    items = tuple(_item(view, graded, assignment) for view in views if view.score.item in asked)
    known = [item.earned for item in items if item.earned is not None]
    complete = all(item.earned is not None and item.earned >= item.points for item in items)
    return Checked(
        notebook=printable(notebook),
        assignment=assignment.id,
        title=assignment.title.in_language(report.language),
        language=report.language,
        complete=complete and not report.doubtful,
        earned=round(sum(known), 6) if len(known) == len(items) else None,
        decided=round(sum(item.decided for item in items), 6),
        points=round(sum(item.points for item in items), 6),
        items=items,
        kept_back=tuple(_kept_back(assignment, asked)),
        run=execution.status,
        run_says=None if execution.status == "ok" else status_sentence(execution.status, report.language),
        errors=tuple(_error(error) for error in execution.errors[:_MOST_ERRORS]),
        remarks=tuple(_remarks(graded))[:_MOST_REMARKS],
        ran=ran,
        seconds=seconds,
    )


def _item(view: ItemView, graded: Graded, assignment: Assignment) -> CheckedItem:
    item, language = assignment.item(view.score.item), graded.report.language
    rows = zip(view.rows, view.score.findings, item.criteria, strict=True)
    return CheckedItem(
        item=item.id,
        title=printable(view.title),
        earned=view.score.points,
        decided=round(view.score.decided, 6),
        points=view.score.max_points,
        criteria=tuple(
            _criterion(row, finding, graded.submission, item, _practice(assignment, finding, language))
            if needs_heldout(criterion)
            else _criterion(row, finding, graded.submission, item, _more(criterion, language))
            for row, finding, criterion in rows
        ),
        cells=view.cells,
    )


def _criterion(
    row: Row, finding: Finding, submission: Submission, item: Item, note: str | None = None
) -> CheckedCriterion:
    answer = submission.answers.get(item.id)
    return CheckedCriterion(
        name=_clean(row.name),
        state=_STATES.get(row.state, "undecided"),
        earned=row.earned,
        points=row.points,
        bonus=row.bonus,
        says=_clean(row.feedback) if row.feedback else None,
        cells=() if finding.spans or "grounds" in finding.evidence else tuple(_cells(finding)),
        quotes=tuple(_quotes(answer.text, finding.spans)) if answer is not None else (),
        note=note,
    )


def _cells(finding: Finding) -> Iterator[int]:
    """Numbers of cells that a judge pointed at."""
    cell, cells = finding.evidence.get("cell"), finding.evidence.get("cells")
    for number in [cell, *(cells if isinstance(cells, list) else ())]:
        if isinstance(number, int) and not isinstance(number, bool):
            yield number


def _quotes(text: str, spans: Sequence[Span]) -> Iterator[str]:
    """The stretches of the answer that earned points, in order; those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: span.start):
        if merged and span.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], span.end))
        else:
            merged.append((span.start, span.end))
    for start, end in merged[:_MOST_QUOTES]:
        yield _clean(text[start:end], _LONGEST_QUOTE)


def _practice(assignment: Assignment, finding: Finding, language: Language) -> str | None:
    """Which rows stood in for the held-out ones, where any did."""
    counted = any(key.startswith("r2") for key in finding.evidence)
    if assignment.heldout is None or not counted or finding.evidence.get("level", "held-out") != "held-out":
        return None
    shown = (data.shown_as for data in assignment.data.values() if data.file == assignment.heldout.file)
    name = next(shown, assignment.heldout.file.name)
    return word("practice", language, table=name.rpartition("/")[2])


def _more(criterion: Criterion, language: Language) -> str | None:
    """That a test has lines which run after handing in, where it has."""
    return word("more_later", language) if passing.is_cut(criterion) else None


def _kept_back(assignment: Assignment, asked: Sequence[str]) -> Iterator[KeptBackPoints]:
    """By item; those that are kept back as a whole are told only where nothing particular was asked for."""
    shown = {item.id for item in assignment.items}
    everything = set(asked) == shown
    for item_id in assignment.item_ids:
        of_item = [one for one in assignment.kept_back if one.item == item_id]
        if of_item and (item_id in asked or (everything and item_id not in shown)):
            points = round(sum(one.points for one in of_item if not one.bonus), 6)
            yield KeptBackPoints(item=item_id, count=len(of_item), points=points, whole=item_id not in shown)


def _error(error: CellError) -> CellError:
    return CellError(cell=error.cell, name=_clean(error.name, 80), message=_clean(error.message, 300))


def _remarks(graded: Graded) -> Iterator[str]:
    yield from map(_clean, graded.report.warnings)
    for repair in graded.execution.repairs:
        place = f"{word('cell', graded.report.language, cells=repair.cell)}: " if repair.cell is not None else ""
        yield _clean(place + sentence(repair, graded.report.language))


def _clean(text: str, most: int = 400) -> str:
    """On one line, and nothing in it that a terminal would obey."""
    return printable(one_line(text, most))
