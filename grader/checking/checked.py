"""How a notebook stands before it is handed in, as its author is told: plain data, for a screen, a page, a program."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from grader.model import CellError, ExecutionStatus, Language, Noun

State = Literal["passed", "partial", "failed", "skipped", "undecided"]


class KeptBackPoints(Noun):
    """What is graded after handing in only. Nothing else is known of it here."""

    item: str
    count: int = Field(description="criteria; of an item that is kept back as a whole, 1")
    points: float = Field(description="full points, without bonus")
    whole: bool = Field(description="whether nothing of the item can be seen before")


class CheckedCriterion(Noun):
    """One thing that earns points, without a word of what a written answer should hold."""

    name: str = Field(description="what is looked at; the points of a written answer are numbered")
    state: State = Field(description="`undecided`: a person decides after handing in")
    earned: float | None = Field(description="None while undecided")
    points: float
    bonus: bool = Field(description="not needed for the item's full points")
    says: str | None = Field(description="what to think about; None where it is met")
    cells: tuple[int, ...] = Field(description="numbers, from 1, of the cells that it is about")
    quotes: tuple[str, ...] = Field(description="the author's own words that earned it")
    note: str | None = Field(description="what to know of how it was worked out")


class CheckedItem(Noun):
    item: str
    title: str
    earned: float | None = Field(description="None while a person has to decide")
    decided: float = Field(description="points that are certain")
    points: float = Field(description="full points of what can be seen")
    criteria: tuple[CheckedCriterion, ...]
    cells: tuple[int, ...] = Field(description="where the written answer stands")


class Seconds(Noun):
    """Wall time."""

    ready: float = Field(description="starting, and getting a kernel ready for the first cell")
    cells: float = Field(description="running the notebook's cells; 0 where they were not run again")
    checks: float = Field(description="everything else")


class Checked(Noun):
    """One look at a notebook."""

    format: Literal[1] = Field(1, description="changes when a field changes its meaning or goes; fields may be added")
    notebook: str = Field(description="path as it was given")
    assignment: str
    title: str
    language: Language
    complete: bool = Field(description="whether all that can be seen has its full points: exit code 0")
    earned: float | None = Field(description="in all items shown; None while a person has to decide")
    decided: float = Field(description="points that are certain")
    points: float = Field(description="full points of the items shown")
    items: tuple[CheckedItem, ...]
    kept_back: tuple[KeptBackPoints, ...] = ()
    run: ExecutionStatus
    run_says: str | None = Field(description="what that means; None where all is well")
    errors: tuple[CellError, ...] = ()
    remarks: tuple[str, ...] = Field((), description="warnings about the file, and what was repaired for the run")
    ran: bool = Field(description="false: the code is what it was, so that its cells were not run again")
    seconds: Seconds
