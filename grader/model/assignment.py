"""What is asked: a rubric as loaded."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from grader.model.concept import Concept, Term
from grader.model.deadline import Deadline
from grader.model.nouns import Noun, Text

Visibility = Literal["visible", "hidden", "after_due", "after_published"]
_STRICTER: tuple[Visibility, ...] = ("visible", "after_due", "after_published", "hidden")  # from left to right


class Limits(Noun):
    """What one submission may use."""

    seconds: float = Field(300, gt=0, description="whole notebook, wall time")
    cell_seconds: float = Field(90, gt=0, description="one cell, wall time")
    memory_mb: int = Field(3000, ge=256, description="resident memory of the kernel and its children")
    output_mb: float = Field(8, gt=0, description="kept of one cell; ten times as much in all ends the run")
    disk_mb: int = Field(500, ge=16, description="files in the working directory, home and temporary folders")
    processes: int = Field(256, ge=32, description="processes and threads at a time")


class Seed(Noun):
    """What random numbers are drawn from, anew before every cell and every test."""

    value: int = Field(ge=0, lt=2**32)
    variable: str | None = Field(
        None, description="name that gets the value; None: the generators of `random` and numpy are seeded with it"
    )


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
    practice: str | None = Field(
        None,
        description="table of `data` whose rows stand in for these before handing in; None: the last but the first",
    )


class Criterion(Noun):
    """One thing that earns points, decided by the check it names."""

    id: str
    points: float = Field(gt=0)
    check: str
    params: dict[str, Any] = Field(default_factory=dict, description="keyword arguments of the check")
    feedback: Text | None = Field(None, description="said instead of the check's own sentence")
    requires: tuple[str, ...] = Field((), description="criteria of the same item that must pass first")
    bonus: bool = Field(False, description="earns points, but is not needed for the item's full points")
    visibility: Visibility | None = Field(None, description="None: the item's; never less strict than that")
    code: str | None = Field(None, description="text of the file that `source` names; no key of a rubric")


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
    cells: tuple[str, ...] = Field(
        (), description="names that cells of the handout have in their metadata, such as nbgrader's `grade_id`"
    )

    @property
    def visibilities(self) -> dict[str, Visibility]:
        """By criterion: the strictest of its own, the item's, and those of what it requires, which it tells of."""
        found: dict[str, Visibility] = {}
        for one in self.criteria:
            required = (found[name] for name in one.requires if name in found)
            found[one.id] = max((self.visibility, one.visibility or "visible", *required), key=_STRICTER.index)
        return found

    def closed(self, opened: Collection[Visibility] = ()) -> frozenset[str]:
        """Criteria that students do not see while, besides what is visible, these kinds are open to them."""
        return frozenset(name for name, kind in self.visibilities.items() if kind not in ("visible", *opened))


class KeptBack(Noun):
    """What is graded after handing in and cannot be seen before: an item, or one of its criteria. No word of it."""

    item: str
    points: float = Field(gt=0)
    visibility: Visibility = Field(description="once it is graded")
    bonus: bool = False


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
    seed: Seed | None = None
    data: dict[str, DataFile] = Field(default_factory=dict)
    stand_ins: dict[str, StandIn] = Field(default_factory=dict)
    heldout: Heldout | None = None
    handout: Path | None = None
    reference: tuple[Path, ...] = ()
    mutants: Path | None = None
    kept_back: tuple[KeptBack, ...] = Field((), description="what the part for students leaves out; no key of a rubric")
    sha256: str = Field(description="of the rubric file's bytes, of its lexicons' and of its tests'")

    def item(self, item_id: str) -> Item:
        return next(item for item in self.items if item.id == item_id)

    @property
    def has_secret_rows(self) -> bool:
        """Whether there are rows that no student has; those that stand in for them before handing in are none."""
        return self.heldout is not None and all(data.file != self.heldout.file for data in self.data.values())

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Of all items that a notebook may have a heading of, those that are kept back too."""
        return tuple(dict.fromkeys([*(item.id for item in self.items), *(one.item for one in self.kept_back)]))
