"""An assignment of another system, read: what it asks, what decides it, and what could not be taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from grader.errors import GraderError
from grader.model import Noun, Seed


class NothingGraded(GraderError):
    """A notebook in which nothing earns points."""


class Test(Noun):
    """What a machine decides. It becomes a criterion with the check `passes`."""

    __test__ = False  # no test of ours, whatever pytest makes of the name

    id: str = Field(description="of the criterion; unique within its question")
    points: float = Field(gt=0)
    source: str = Field(description="Python, or for a doctest its examples; lines that are hidden stand between marks")
    kind: Literal["cell", "doctest", "function"] = "cell"
    hidden: bool = Field(False, description="as a whole: students see its points only")
    setup: str = Field("", description="of the same kind as the source, and run before it each time")
    passed_says: str = Field("", description="to the student; there is no place for it yet")
    failed_says: str = Field("", description="to the student, in place of what the test says itself")


class Question(Noun):
    """A part of the assignment with its own points. It becomes an item."""

    id: str = Field(description="as a rubric's item may be called; unique")
    title: str = ""
    tests: tuple[Test, ...] = ()
    manual: float = Field(0, ge=0, description="points that a person gives")
    prompt: str = Field("", description="what was asked; shown to that person")
    scheme: str = Field("", description="how to mark it; shown to that person alone")
    cells: tuple[str, ...] = Field((), description="names in the metadata of the cells that belong to it")

    @property
    def points(self) -> float:
        return round(sum(test.points for test in self.tests) + self.manual, 6)


class Imported(Noun):
    """The whole. Questions without points are left out, which is said."""

    id: str
    title: str
    questions: tuple[Question, ...]
    origin: str = Field("", description="where it comes from, such as `nbgrader, source/ps1/problem1.ipynb`")
    files: dict[str, Path] = Field(default_factory=dict, description="what notebooks open: path there -> file here")
    handout: dict[str, Any] | None = Field(None, description="nbformat 4 JSON that students are given")
    reference: dict[str, Any] | None = Field(None, description="the same with its solutions")
    seed: Seed | None = Field(None, description="that random numbers are drawn from, anew before every cell and test")
    cell_seconds: float | None = Field(None, description="that one cell, or test, may take; None: the usual limit")
    notes: tuple[str, ...] = Field((), description="what was not taken over, a sentence each")
