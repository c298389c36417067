"""One student's item as it lies before a person: what is open, what the machine suggests, what was decided."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Literal

from grader.gradebook.book import Standing
from grader.gradebook.standing import look_in_force
from grader.model import LATE, Answer, Assignment, Criterion, Finding, Item, Override, Score, Submission
from grader.model.override import in_force

REPAIRS = "~repairs"  # stands in an item's place where the repairs of a notebook are to be looked at
WRITTEN, MANUAL = "mentions", "manual"
NO_ITEMS = (REPAIRS, LATE)

Flag = Literal["suggested", "unsuggested", "doubtful", "document", "run", "fault", "moved", "late", "repairs"]
FLAGS: tuple[Flag, ...] = (
    *("suggested", "unsuggested", "doubtful", "document", "run", "fault", "moved", "late", "repairs"),
)
_DOUBTFUL = 0.3  # confidence in an answer at which a guard was raised, or hardly anything is sure


@dataclass(frozen=True)
class Case:
    """What a person has to decide, or decided, in one student's item.

    `item` None: in what is no item, the notebook's repairs or what is taken for lateness; `place` says which.
    """

    student: str
    place: str
    item: Item | None
    standing: Standing = field(repr=False)
    submission: Submission | None = field(repr=False)

    @property
    def key(self) -> str:
        """Of this student, unlike the place, which others have too."""
        return json.dumps([self.place, self.student], ensure_ascii=False)

    @property
    def score(self) -> Score | None:
        """As it counts."""
        return next((score for score in self.standing.report.scores if score.item == self.place), None)

    @property
    def machine(self) -> Score | None:
        return next((score for score in self.standing.machine.scores if score.item == self.place), None)

    @property
    def waiting(self) -> bool:
        if self.place == REPAIRS:
            return self.standing.report.doubtful
        if self.place == LATE:
            return self.standing.report.lateness is not None and self.standing.report.lateness.review is not None
        return self.score is not None and self.score.points is None

    @property
    def answer(self) -> Answer:
        none = Answer(text="")
        return self.submission.answers.get(self.place, none) if self.submission is not None else none

    @property
    def decisions(self) -> list[Override]:
        """People's, that hold on the item and its criteria."""
        return [one for one in in_force(list(self.standing.overrides)).values() if one.item == self.place]

    @property
    def open(self) -> tuple[Finding, ...]:
        """What nobody has decided; nothing where the item was decided as a whole."""
        asked = self.score.findings if self.score is not None and self.waiting else ()
        return tuple(finding for finding in asked if finding.earned is None)

    @property
    def ground(self) -> str:
        """A hash of all that a decision here is about; another one's decision changes it."""
        machine, late = self.machine, self.standing.machine.lateness
        told = [
            self.standing.machine.submission_sha256,
            machine.model_dump(mode="json") if machine is not None else None,
            late.model_dump(mode="json") if late is not None and self.place == LATE else None,
            [one.number for one in self.standing.overrides if one.item == self.place],
            [one.number for one in self.standing.looks] if self.place == REPAIRS else [],
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]

    def criterion(self, name: str) -> Criterion | None:
        asked = self.item.criteria if self.item is not None else ()
        return next((criterion for criterion in asked if criterion.id == name), None)

    def is_written(self, name: str) -> bool:
        """Whether the words of the answer decide the criterion."""
        criterion = self.criterion(name)
        return criterion is not None and criterion.check == WRITTEN

    def is_by_words(self, name: str) -> bool:
        """Whether a person decides the criterion by the words of the answer, or by its code."""
        criterion = self.criterion(name)
        return criterion is not None and criterion.check in (WRITTEN, MANUAL)

    @property
    def has_words(self) -> bool:
        """Whether words, or code, are asked for that a person may have to read."""
        return self.item is not None and any(self.is_by_words(criterion.id) for criterion in self.item.criteria)

    @property
    def is_code(self) -> bool:
        """Whether code is a part of the answer: what it comes to depends on the cells before it, which nobody sees."""
        cells = (self.submission.notebook or {}).get("cells", []) if self.submission is not None else []
        return any(cells[n - 1]["cell_type"] == "code" for n in self.answer.cells if 0 < n <= len(cells))

    def suggestion(self, finding: Finding) -> float | None:
        """Points that the machine would give where it leaves the decision to a person; None where it cannot tell."""
        submission = self.submission
        if finding.earned is not None or finding.outcome in ("error", "skipped") or submission is None:
            return None
        share = finding.evidence.get("share")
        if isinstance(share, int | float) and 0 <= share <= 1:
            return round(share * finding.points, 2)
        read = self.is_written(finding.criterion) and finding.evidence.get("grounds") and self.answer.text.strip()
        elsewhere = submission.lost or submission.work_beside.get(self.place)
        return 0.0 if read and not elsewhere else None

    @property
    def suggestions(self) -> dict[str, float]:
        """By open criterion, where there is one."""
        found = {finding.criterion: self.suggestion(finding) for finding in self.open}
        return {name: points for name, points in found.items() if points is not None}

    @property
    def flags(self) -> frozenset[Flag]:
        report = self.standing.report
        unread = self.submission is not None and any(document.unread for document in self.submission.documents)
        moved = any(override.item == self.place for override, _ in self.standing.conflicts)
        suggested = bool(self.open) and len(self.suggestions) == len(self.open)
        sure = [finding.evidence.get("confidence") for finding in self.open]
        told: dict[Flag, bool] = {
            "suggested": suggested,
            "unsuggested": bool(self.open) and not suggested,
            "doubtful": any(isinstance(one, float) and one <= _DOUBTFUL for one in sure),
            "document": unread,
            "run": report.execution.status != "ok",
            "fault": any(finding.outcome == "error" for finding in self.open),
            "moved": moved,
            "late": bool(report.late),
            "repairs": report.execution.doubtful,
        }
        return frozenset(flag for flag, holds in told.items() if holds)


def cases_of(standing: Standing, submission: Submission | None, assignment: Assignment) -> list[Case]:
    """All of a student's that want a person, or had one."""
    asked = {item.id: item for item in assignment.items}
    decided = {override.item for override in in_force(list(standing.overrides)).values()}
    student = standing.machine.student
    found = [
        Case(student, score.item, asked[score.item], standing, submission)
        for score in standing.machine.scores
        if score.item in asked and (score.points is None or score.item in decided)
    ]
    if standing.report.doubtful or look_in_force(standing.machine, standing.looks) is not None:
        found.append(Case(student, REPAIRS, None, standing, submission))
    late = Case(student, LATE, None, standing, submission)
    if late.waiting or LATE in decided:
        found.append(late)
    return found
