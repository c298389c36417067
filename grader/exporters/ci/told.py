"""One checked notebook as CI is told of it: a case for every criterion that its author may see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from grader.checking.visible import visible
from grader.class_file import WRITTEN
from grader.exporters.ci.words import word
from grader.exporters.feedback import row_names
from grader.exporters.values import one_line, points
from grader.grading import Graded
from grader.model import Assignment, CellError, Finding, Item, KeptBack, Language, Score
from grader.model.report import total_of
from grader.reading.lines import CellLines, lines_in
from grader.scoring import capped

State = Literal["passed", "partial", "failed", "skipped", "undecided", "error"]

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_IN_CELL = re.compile(r"In ?\[\d+\], (?:in <cell )?line:? (\d+)")  # as IPython heads the frame of a cell


@dataclass(frozen=True)
class Case:
    """One criterion. `id` is the same in every language; `earned` is None while a person has to decide."""

    item: str
    id: str
    name: str
    state: State
    earned: float | None
    points: float
    bonus: bool
    said: str  # one line, which says so where a person has to decide; "" exactly when passed
    line: int  # of the notebook's file, from 1

    @property
    def lacking(self) -> bool:
        """Whether points are missing or open for it. A bonus is no one's to miss."""
        return self.state != "passed" and not self.bonus

    @property
    def shown(self) -> str:
        """Points as people read them: `3.5/4`, `?/4`."""
        return f"{'?' if self.earned is None else points(self.earned)}/{points(self.points)}"


@dataclass(frozen=True)
class Trouble:
    """An exception, a deadline or a death in a cell, and the line of the file that it happened on."""

    cell: int | None
    name: str
    message: str
    line: int


@dataclass(frozen=True)
class Told:
    """`path` is the notebook's in its repository; `scores` are of what its author may see."""

    path: str
    language: Language
    assignment: str = "grader"
    title: str = "grader check"
    titles: Mapping[str, str] = field(default_factory=dict)  # of items
    scores: tuple[Score, ...] = ()
    cases: tuple[Case, ...] = ()  # none where nothing could be looked at: then `troubles` say why
    troubles: tuple[Trouble, ...] = ()
    kept_back: tuple[KeptBack, ...] = ()
    seconds: float = 0.0
    doubtful: bool = False  # whether a person has to look though all points are certain

    @property
    def total(self) -> float | None:
        """Points earned; None while any are undecided, and where nothing was looked at."""
        return total_of(self.scores) if self.scores else None

    @property
    def complete(self) -> bool:
        """Whether every item has its full points and nothing waits for a person: exit code 0 of `grader check`."""
        full = (score.points is not None and score.points >= score.max_points for score in self.scores)
        return bool(self.scores) and all(full) and not self.doubtful

    @property
    def decided(self) -> float:
        """Points that are certain."""
        return round(sum(score.decided for score in self.scores), 6)

    @property
    def max_points(self) -> float:
        return round(sum(score.max_points for score in self.scores), 6)

    def of_item(self, item: str) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if case.item == item)


def told_of(graded: Graded, assignment: Assignment, path: str) -> Told:
    """What CI is told of `graded`, which was graded by `assignment` or by the part of it that students see."""
    seen, language = visible(assignment), graded.report.language
    cells = graded.submission.notebook["cells"] if graded.submission.notebook else []
    lines = lines_in(graded.submission.path, cells)
    scores = tuple(_scores(graded, seen))
    asked = {item.id: item for item in seen.items}
    cases = [case for score in scores for case in _cases(score, asked[score.item], graded, lines)]
    return Told(
        path=path,
        assignment=seen.id,
        title=seen.title.in_language(language),
        language=language,
        titles={item.id: item.title.in_language(language) for item in seen.items},
        scores=scores,
        cases=tuple(cases),
        troubles=tuple(_trouble(error, graded, lines) for error in graded.execution.errors),
        kept_back=seen.kept_back,
        seconds=graded.execution.seconds,
        doubtful=graded.report.doubtful,
    )


def _scores(graded: Graded, seen: Assignment) -> Iterator[Score]:
    """The report's scores without what is hidden, capped anew where something was."""
    asked = {item.id: item for item in seen.items}
    for score in graded.report.scores:
        item = asked.get(score.item)
        if item is not None:
            shown = {criterion.id for criterion in item.criteria}
            findings = tuple(finding for finding in score.findings if finding.criterion in shown)
            yield score if findings == score.findings else capped(item.id, item.points, findings)


def _cases(score: Score, item: Item, graded: Graded, lines: CellLines) -> Iterator[Case]:
    asked = {criterion.id: criterion for criterion in item.criteria}
    names = row_names(score.findings, asked, graded.report.language)
    numbers = count(1)
    for finding, name in zip(score.findings, names, strict=True):
        written = asked[finding.criterion].check == WRITTEN  # whose id says what the answer lacks
        yield Case(
            item=item.id,
            id=f"point-{next(numbers)}" if written else finding.criterion,
            name=name,
            state=_state(finding),
            earned=finding.earned,
            points=finding.points,
            bonus=finding.bonus,
            said=_said(finding, graded.report.language),
            line=lines.line(_cell(finding, item, graded, written=written)),
        )


def _state(finding: Finding) -> State:
    if finding.earned is None and finding.outcome != "error":
        return "undecided"
    return finding.outcome


def _said(finding: Finding, language: Language) -> str:
    said = one_line(finding.feedback or "")
    return word("person_decides_on", language, said=said) if _state(finding) == "undecided" else said


def _cell(finding: Finding, item: Item, graded: Graded, *, written: bool) -> int | None:
    """The number of the cell that a finding is about: the check's, the answer's, or the first of the item's code."""
    named = finding.evidence.get("cell")
    if isinstance(named, int) and not isinstance(named, bool):
        return named
    answer = graded.submission.answers.get(item.id)
    if written and answer is not None and answer.cells:
        return answer.cells[0]
    cells = graded.submission.notebook["cells"] if graded.submission.notebook else []
    both = zip(cells, graded.submission.items_of_cells, strict=False)
    own = [(number, cell["cell_type"]) for number, (cell, of) in enumerate(both, 1) if of == item.id]
    return next((number for number, kind in own if kind == "code"), own[0][0] if own else None)


def _trouble(error: CellError, graded: Graded, lines: CellLines) -> Trouble:
    within = _line_in_cell(graded, error.cell) if error.cell is not None else 1
    return Trouble(error.cell, error.name, one_line(error.message), lines.line(error.cell, within))


def _line_in_cell(graded: Graded, cell: int) -> int:
    """The line of the cell that its traceback names; 1 where it names none."""
    executed = graded.execution.notebook["cells"] if graded.execution.notebook else []
    outputs = executed[cell - 1].get("outputs", []) if cell <= len(executed) else []
    for output in outputs:
        frames = "\n".join(map(str, output.get("traceback", []))) if output.get("output_type") == "error" else ""
        if named := _IN_CELL.search(_ANSI.sub("", frames)):
            return int(named[1][:9])
    return 1
