"""What is decided, by the machine and then by people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from grader.model.deadline import Lateness
from grader.model.execution import CellError, ExecutionStatus, Repair, Walls
from grader.model.nouns import Identity, Language, Noun
from grader.model.override import Override

Outcome = Literal["passed", "partial", "failed", "skipped", "error"]
Status = Literal["final", "provisional"]

_ROUNDING = 1e-9  # points are sums of decimals written by people; this absorbs binary rounding


class Span(Noun):
    """Characters of an answer that matched a phrase."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    concept: str
    phrase: str


class Finding(Noun):
    """The decision on one criterion. ``earned`` is None where nobody can tell yet."""

    criterion: str
    outcome: Outcome
    earned: float | None
    points: float
    bonus: bool = False
    feedback: str | None = Field(None, description="what the student reads; None exactly when passed")
    review: str | None = Field(None, description="why a person should look; set whenever earned is None")
    notes: tuple[str, ...] = Field((), description="remarks for the TA that change no points")
    spans: tuple[Span, ...] = ()
    evidence: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if bool(self.feedback) == (self.outcome == "passed"):
            raise ValueError("feedback is non-empty exactly when the outcome is not 'passed'")
        if self.outcome == "error" and self.earned is not None:
            raise ValueError("an error earns None: our fault is never points and never zero")
        if (self.earned is None) != (self.review is not None):
            raise ValueError("undecided points and a reason for review come together")
        if self.earned is not None and not -_ROUNDING <= self.earned <= self.points + _ROUNDING:
            raise ValueError(f"0 <= earned <= points does not hold: {self.earned} of {self.points}")
        return self


class Score(Noun):
    """The points of one item, capped; None while a person has to look."""

    item: str
    points: float | None
    max_points: float
    findings: tuple[Finding, ...]
    needs_review: str | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.points is None) != (self.needs_review is not None):
            raise ValueError("an item without points needs a reason for review, and only such an item")
        if self.points is not None and not -_ROUNDING <= self.points <= self.max_points + _ROUNDING:
            raise ValueError("an item's points cap its criteria")
        return self

    @property
    def decided(self) -> float:
        """Points that are certain whatever a person decides on the rest."""
        if self.points is not None:
            return self.points
        return min(self.max_points, sum(f.earned or 0.0 for f in self.findings))


class ExecutionSummary(Noun):
    """What a report tells of the run."""

    status: ExecutionStatus
    seconds: float
    peak_memory_mb: float | None = None
    repairing: bool = True
    repairs: tuple[Repair, ...] = ()
    errors: tuple[CellError, ...] = ()
    walls: Walls = "none"
    environment: dict[str, str] = Field(default_factory=dict)

    @property
    def doubtful(self) -> bool:
        """Whether a repair may have changed what is graded, so that a person has to look at it."""
        return any(repair.review for repair in self.repairs)


def total_of(scores: Sequence[Score]) -> float | None:
    """Points earned in all; None while any score is undecided."""
    known = [score.points for score in scores if score.points is not None]
    return round(sum(known), 6) if len(known) == len(scores) else None


def status_of(
    scores: Sequence[Score],
    lateness: Lateness | None,
    execution: ExecutionSummary,
    unsure: str | None,
    adrift: Sequence[str] = (),
) -> Status:
    """Provisional as long as anything of these waits for a person."""
    doubts = (unsure, lateness.review if lateness is not None else None)
    waits = total_of(scores) is None or adrift or execution.doubtful or any(doubt is not None for doubt in doubts)
    return "provisional" if waits else "final"


class Report(Noun):
    """Everything decided about one submission."""

    student: str
    identity: Identity = Identity()
    assignment: str
    status: Status
    total: float | None = Field(description="points earned, whenever it was handed in")
    max_points: float
    lateness: Lateness | None = Field(None, description="None where the rubric has no deadline")
    scores: tuple[Score, ...]
    overrides: tuple[Override, ...] = Field((), description="people's decisions that are in the scores")
    adrift: tuple[str, ...] = Field((), description="decisions on items that are gone, each in a sentence to look at")
    execution: ExecutionSummary
    unsure: str | None = Field(None, description="why a person has to say whether this is the hand-in that counts")
    warnings: tuple[str, ...] = ()
    submitted_at: dt.datetime | None = None
    late: bool | None = Field(None, description="as the export says; None where it does not")
    uploaded_as: str = Field("", description="as in the submission")
    language: Language
    submission_sha256: str
    rubric_sha256: str
    grader_version: str
    graded_at: dt.datetime

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.total is None) != (total_of(self.scores) is None):
            raise ValueError("the total is None exactly when any score is")
        if self.status != status_of(self.scores, self.lateness, self.execution, self.unsure, self.adrift):
            raise ValueError("a report is provisional exactly when a score, an override or a doubt waits for a person")
        return self

    @property
    def doubtful(self) -> bool:
        """Whether a person has to look: at a repair, or whether this is the hand-in that counts."""
        return self.execution.doubtful or self.unsure is not None

    @property
    def decided(self) -> float:
        """Points that are certain; equals the total of a final report."""
        return sum(score.decided for score in self.scores)

    @property
    def penalty(self) -> float | None:
        """Points taken for lateness; None while that is undecided."""
        return self.lateness.points if self.lateness is not None else 0.0

    @property
    def grade(self) -> float | None:
        """What counts: the total less the penalty. None while either is undecided."""
        if self.total is None or self.penalty is None:
            return None
        return round(max(0.0, self.total - self.penalty), 6)

    @property
    def is_late(self) -> bool | None:
        """By the rubric's deadline; where there is none, or the time is unknown, as the export says."""
        if self.lateness is None or self.lateness.state == "unknown":
            return self.late
        return self.lateness.state in ("late", "closed")
