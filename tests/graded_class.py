"""A graded class without kernels: executions as they come out of one, stored, kept and landed as `grade` does it."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from build import course, notebook

from grader.arithmetic import tables
from grader.arithmetic.regression import order_of_rows
from grader.class_file import write_class
from grader.executions import Executions
from grader.gradebook.book import Gradebook
from grader.gradebook.keeping import Roll
from grader.gradebook.record import Record
from grader.grading import Graded
from grader.model import Assignment, Execution, Submission
from grader.results import results_in
from grader.scoring import score
from grader.submissions import Class, collect

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
RUNS = "{check: runs, points: 2}"
R2 = "{check: r2, points: 4, predict: predict, at_least: 0.8, from: 0.4, at_most: least_squares}"
FALLS = "{check: loss_falls, points: 1, losses: losses, to: 0.9}"
SAYS = "{check: mentions, points: 3, concept: why}"
CONCEPTS = "{why: {ko: [기울기 소실], en: [vanishing gradient]}}"


class Work(NamedTuple):
    """What one student's notebook comes to: R² on the held-out rows, and what is written."""

    r2: float
    says: str = "ReLU prevents the vanishing gradient in deep networks, as its slope stays the same."
    first: float = 1.0
    last: float = 0.5


def rubric(folder: Path, *criteria: str, concepts: str = CONCEPTS, deadline: str = "") -> Assignment:
    """`folder/course/rubric.yaml`, written or written anew."""
    return course(folder / "course", *(criteria or (RUNS, R2, FALLS, SAYS)), concepts=concepts, deadline=deadline)


def graded(
    folder: Path,
    works: Mapping[str, Work],
    *,
    url: str | None = None,
    of: Assignment | None = None,
    deadline: str = "",
    known: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Path:
    """The results of a class by the rubric of `folder` or `of` another one, in `folder/out`.

    `known`: fields of submissions besides, by student.
    """
    assignment, out = of or rubric(folder, deadline=deadline), folder / "out"
    for student, work in works.items():
        notebook(folder / "class" / f"{student}.ipynb", "x = 1", f"#md {work.says}")
    collected = collect([folder / "class"], assignment)
    found = {one.student: one.model_copy(update=dict(known.get(one.student, {}))) for one in collected}
    stored = Executions(out / "executions")
    with results_in(out, assignment) as results, Gradebook.in_folder(out, url) as book:
        record = Record(results, book, url)
        students = {name: one.identity for name, one in found.items()}
        everybody = Class(tuple(found.values()), students, missing=("absent",))
        write_class(out, everybody, assignment)
        record.begin(Roll(students=tuple(works), missing=("absent",)))
        for student, work in works.items():
            execution = executed(found[student], assignment, work)
            stored.put(f"key-{student}", execution)
            report = score(found[student], execution, assignment, "en", NOON)
            record.add(Graded(found[student], execution, report), f"key-{student}")
        record.finish()
    return out


def executed(submission: Submission, assignment: Assignment, work: Work) -> Execution:
    assert submission.notebook is not None
    cells = [{**cell, "execution_count": 1} for cell in submission.notebook["cells"]]
    losses = {"length": 100, "not_finite": 0, "head_mean": work.first, "tail_mean": work.last, "sample": []}
    seen = {"seen_in_training": {"exact": 1.0, "in_range": 1.0}, "backward_calls": 100}
    return Execution(
        status="ok",
        submission_sha256=submission.sha256,
        evidence=predictions(assignment, submission, work.r2) | {"series:losses": {"found": losses | seen}},
        notebook={**submission.notebook, "cells": cells},
    )


def predictions(assignment: Assignment, submission: Submission, r2: float) -> dict[str, Any]:
    """A kernel's answer whose R² on the held-out rows is `r2`: the target plus noise of the right size."""
    assert assignment.heldout is not None
    target = tables.read(assignment.heldout.file, "price").target
    order, again = order_of_rows(submission.sha256, len(target))
    noise = np.random.default_rng(0).normal(size=len(target))
    noise *= np.sqrt((1 - r2) * np.sum((target - target.mean()) ** 2) / np.sum(noise**2))
    values = (target + noise)[order].astype("<f4")
    asked_again = [{"values": _encoded(values[rows])} for rows in again]
    heldout = {"shape": [len(values)], "values": _encoded(values)}
    return {"predictions:predict": {"found": {"tables": {"heldout": heldout}, "again": asked_again}}}


def _encoded(values: Any) -> str:
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()


def tree(folder: Path) -> dict[str, bytes]:
    """Every file with its bytes."""
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
