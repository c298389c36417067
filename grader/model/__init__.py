"""The nouns of the straight line: frozen, JSON in and out, ``None`` for unknown and never NaN.

``files -> Submission -> Execution -> Report``; an ``Assignment`` says what to ask of each.
This module imports nothing of ours but the base of the nouns.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from grader.model.beside import Look as Look
from grader.model.beside import SecondMark as SecondMark
from grader.model.concept import Claim as Claim
from grader.model.concept import Concept as Concept
from grader.model.concept import Term as Term
from grader.model.deadline import LATE as LATE
from grader.model.deadline import Charge as Charge
from grader.model.deadline import Deadline as Deadline
from grader.model.deadline import Lateness as Lateness
from grader.model.nouns import Document as Document
from grader.model.nouns import Duration as Duration
from grader.model.nouns import Extension as Extension
from grader.model.nouns import Identity as Identity
from grader.model.nouns import Language as Language
from grader.model.nouns import Noun as Noun
from grader.model.nouns import Text as Text
from grader.model.override import Override as Override

Outcome = Literal["passed", "partial", "failed", "skipped", "error"]
ExecutionStatus = Literal[
    "ok",
    "student_error",
    "timeout",
    "out_of_memory",
    "output_limit",
    "disk_limit",
    "killed",
    "unreadable",
    "infrastructure",
]
Walls = Literal["none", "reduced", "full"]
Visibility = Literal["visible", "hidden", "after_due", "after_published"]

_ROUNDING = 1e-9  # points are sums of decimals written by people; this absorbs binary rounding


# ---------------------------------------------------------------- what is asked


class Limits(Noun):
    """What one submission may use."""

    seconds: float = Field(300, gt=0, description="whole notebook, wall time")
    cell_seconds: float = Field(90, gt=0, description="one cell, wall time")
    memory_mb: int = Field(3000, ge=256, description="resident memory of the kernel and its children")
    output_mb: float = Field(8, gt=0, description="kept of one cell; ten times as much in all ends the run")
    disk_mb: int = Field(500, ge=16, description="files in the working directory, home and temporary folders")
    processes: int = Field(256, ge=32, description="processes and threads at a time")


class DataFile(Noun):
    """A table that notebooks find in their working directory."""

    file: Path = Field(description="where the grader reads it, absolute")
    shown_as: str = Field(description="path inside the working directory, as on Colab")
    also: tuple[str, ...] = Field((), description="file names under which notebooks ask for it; `*` is any text")


class StandIn(Noun):
    """One of the tables in another form, for notebooks that ask for that form where it cannot be had."""

    of: str = Field(description="name of the table in `data` whose rows it holds")
    also: tuple[str, ...] = Field((), description="file names under which notebooks ask for it; `*` is any text")
    beside: Path | None = Field(None, description="CSV with further columns, row for row, absolute")
    columns: dict[str, str] = Field(
        default_factory=dict, description="column -> `a`, `a / b`, `a * 2` or `a / 100`; empty keeps the table's own"
    )
    loader: str | None = Field(None, description="function of sklearn.datasets that gives this form")
    target: str | None = Field(None, description="column that the loader gives as the target")


class Heldout(Noun):
    """Rows that no student has; only their features ever enter a kernel."""

    file: Path = Field(description="where the grader reads it, absolute")
    target: str = Field(description="name of the target column, in dollars for homework 1")


class Criterion(Noun):
    """One thing that earns points, decided by the check it names."""

    id: str
    points: float = Field(gt=0)
    check: str
    params: dict[str, Any] = Field(default_factory=dict, description="keyword arguments of the check")
    feedback: Text | None = Field(None, description="said instead of the check's own sentence")
    requires: tuple[str, ...] = Field((), description="criteria of the same item that must pass first")
    bonus: bool = Field(False, description="earns points, but is not needed for the item's full points")


class Item(Noun):
    """A part of the homework with its own points, such as P3.1."""

    id: str
    title: Text
    points: float = Field(gt=0, description="cap of what its criteria earn")
    criteria: tuple[Criterion, ...]
    review_below: float | None = Field(
        None,
        ge=0,
        le=1,
        description="confidence in a written answer under which a person reads it; None: whatever is missing is read",
    )
    visibility: Visibility = "visible"


class Assignment(Noun):
    """A rubric as loaded: every path absolute, every default filled in."""

    id: str
    title: Text
    total: float
    items: tuple[Item, ...]
    concepts: dict[str, Concept] = Field(default_factory=dict)
    terms: dict[str, Term] = Field(default_factory=dict, description="what the claims of concepts are made of")
    limits: Limits = Limits()
    deadline: Deadline | None = None
    data: dict[str, DataFile] = Field(default_factory=dict)
    stand_ins: dict[str, StandIn] = Field(default_factory=dict)
    heldout: Heldout | None = None
    handout: Path | None = None
    reference: tuple[Path, ...] = ()
    mutants: Path | None = None
    sha256: str = Field(description="of the rubric file's bytes, and of its lexicons'")

    def item(self, item_id: str) -> Item:
        return next(item for item in self.items if item.id == item_id)


# ---------------------------------------------------------------- what was handed in


class Answer(Noun):
    """The words a student wrote for one item."""

    text: str = Field(description="NFC; the handout's own lines taken out")
    cells: tuple[int, ...] = Field((), description="numbers (from 1) of the cells it came from")


class Submission(Noun):
    """One student's hand-in, read but not run."""

    student: str
    identity: Identity = Identity()
    path: Path
    sha256: str = Field(description="of the notebook file's bytes, or of the document's that stands in its place")
    notebook: dict[str, Any] | None = Field(None, description="nbformat 4 JSON; None if unreadable")
    items_of_cells: tuple[str | None, ...] = Field((), description="for each cell the item it belongs to")
    headed: tuple[str, ...] = Field((), description="items that a heading or a tag names or is about")
    answers: dict[str, Answer] = Field(default_factory=dict, description="by item id")
    elsewhere: str = Field("", description="the student's own words under no item's heading")
    files: dict[str, Path] = Field(default_factory=dict, description="companions: path in the working directory")
    handed_in: dict[str, Path] = Field(default_factory=dict, description="all files of the hand-in: path in it")
    lost: str | None = Field(
        None, description="what could not be read, or not run as it is no Python: what it may hold is for a person"
    )
    work_beside: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="by item that the notebook does not answer by name: notebooks that may"
    )
    documents: tuple[Document, ...] = ()
    only_documents: bool = Field(False, description="no notebook file, so the cells are the documents' words")
    submitted_at: dt.datetime | None = None
    late: bool | None = None
    uploaded_as: str = Field("", description="its name in a Canvas or Moodle export, under which feedback goes back")
    warnings: tuple[str, ...] = ()


# ---------------------------------------------------------------- what happened


class CellError(Noun):
    """An exception, a deadline or a death, and the cell it happened in."""

    cell: int | None = Field(description="number in the notebook, from 1; None if in no cell")
    name: str
    message: str


class Repair(Noun):
    """What would have failed here through no fault of the work, and what was done instead."""

    kind: str = Field(description="one of grader/repairs/ledger.py's KINDS")
    cell: int | None = Field(description="number in the notebook, from 1; None if in no cell")
    what: str = Field(description="as the notebook has it: a path, a command, a name")
    instead: str = Field("", description="what stood in for it; empty if nothing did")
    review: bool = Field(False, description="whether a person should look at the choice")


class Execution(Noun):
    """What came out of one kernel. Everything in ``evidence`` is the student's claim."""

    status: ExecutionStatus
    submission_sha256: str = Field(description="of the notebook that ran; decides the order in which rows were asked")
    evidence: dict[str, Any] = Field(default_factory=dict, description="by probe and name, see grader/probes")
    errors: tuple[CellError, ...] = ()
    seconds: float = Field(0.0, ge=0, description="wall time, measured by the grader")
    peak_memory_mb: float | None = None
    notebook: dict[str, Any] | None = Field(None, description="executed, nbformat 4 JSON")
    walls: Walls = "none"
    repairing: bool = Field(True, description="whether what can be repaired was")
    repairs: tuple[Repair, ...] = Field((), description="the kernel's claim, but for those of kind `order`")
    environment: dict[str, str] = Field(default_factory=dict, description="versions in the kernel")


# ---------------------------------------------------------------- what is decided


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


class Report(Noun):
    """Everything decided about one submission."""

    student: str
    identity: Identity = Identity()
    assignment: str
    status: Literal["final", "provisional"]
    total: float | None = Field(description="points earned, whenever it was handed in")
    max_points: float
    lateness: Lateness | None = Field(None, description="None where the rubric has no deadline")
    scores: tuple[Score, ...]
    overrides: tuple[Override, ...] = Field((), description="people's decisions that are in the scores")
    adrift: tuple[str, ...] = Field((), description="decisions on items that are gone, each in a sentence to look at")
    execution: ExecutionSummary
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
        undecided = any(score.points is None for score in self.scores)
        if (self.total is None) != undecided:
            raise ValueError("the total is None exactly when any score is")
        lateness_waits = self.lateness is not None and self.lateness.review is not None
        waits = undecided or lateness_waits or bool(self.adrift) or self.execution.doubtful
        if (self.status == "provisional") != waits:
            raise ValueError("a report is provisional exactly when a score, an override or a repair waits for a person")
        return self

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
