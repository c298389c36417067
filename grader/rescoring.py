"""Stored execution + another rubric -> report, without running anything. Pure but for what it reads."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from grader.checks.decision import NOT_ASKED
from grader.keeping import Asked, Keeping, Kept, asked_by, judging_code
from grader.model import Assignment, Execution, Noun, Report, Score, Submission
from grader.notebook import by_item
from grader.scoring import score

_FEW = 40  # hand-ins that one process scores sooner than others are started
_CHUNKS = 6  # for each process, so that one with long answers keeps no other waiting
_NOTHING_RAN = ("infrastructure", "unreadable")


class Rescored(Noun):
    """One student's report under another rubric; none, and why, where only another `grader grade` can tell."""

    student: str
    report: Report | None = None
    kept: Report | None = None
    reason: str = ""
    unasked: tuple[str, ...] = ()
    same_code: bool = False


def rescore_class(folder: Path, students: Sequence[str], assignment: Assignment) -> Iterator[Rescored]:
    """Each of the students of a results folder under `assignment`, in their order.

    Raises OSError if one of the rubric's files cannot be read.
    """
    asked, now = asked_by(assignment), dt.datetime.now(dt.UTC).replace(microsecond=0)
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    given = (str(folder), assignment.model_dump_json(), asked.model_dump_json(), judging_code(), now.isoformat())
    if len(students) < _FEW or cores == 1:
        yield from map(Rescored.model_validate_json, _several(given, students))
        return
    size = -(-len(students) // (cores * _CHUNKS))
    chunks = [students[start : start + size] for start in range(0, len(students), size)]
    method = "fork" if sys.platform == "linux" else None  # what is imported here is there at once
    with ProcessPoolExecutor(cores, mp_context=get_context(method)) as executor:
        for found in executor.map(_several, [given] * len(chunks), chunks):
            yield from map(Rescored.model_validate_json, found)


def rescore(
    kept: Kept,
    execution: Execution | None,
    assignment: Assignment,
    old: Assignment | None,
    asked: Asked,
    code_sha256: str,
    graded_at: dt.datetime,
) -> Rescored:
    """One student's report under `assignment`, which asks `asked`; `old` is the rubric of `kept.report`, if known.

    What was not asked when the notebook ran waits for a rerun; an item that the change does not touch keeps its score.
    """
    student = kept.submission.student
    if reason := _cannot(kept, execution, assignment, old, asked):
        return Rescored(student=student, kept=kept.report, reason=reason)
    assert execution is not None  # `_cannot` has a reason for that
    unasked = _unasked(kept, asked) if execution.status not in _NOTHING_RAN else ()
    same_code = kept.code_sha256 == code_sha256
    known: dict[str, Score] = {}
    if old is not None and same_code and not unasked and kept.asked.files_sha256 == asked.files_sha256:
        untouched = untouched_items(old, assignment)
        known = {one.item: one for one in kept.report.scores if one.item in untouched}
    evidence = execution.evidence | {question: {"fault": NOT_ASKED, "message": ""} for question in unasked}
    report = score(
        _read_anew(kept, assignment, old, asked),
        execution.model_copy(update={"evidence": evidence}),
        assignment,
        kept.language,
        graded_at,
        known,
    )
    return Rescored(student=student, report=report, kept=kept.report, unasked=unasked, same_code=same_code)


def untouched_items(old: Assignment, new: Assignment) -> frozenset[str]:
    """Items that two rubrics ask for alike, among others whose numbers alone differ.

    What judges may ask about other items are names and words: what they call models, concepts and items, which layers
    they want. Their points, thresholds and bars mean nothing to an item.
    """
    if _surroundings(old) != _surroundings(new):
        return frozenset()
    before = {item.id: item.model_dump_json() for item in old.items}
    return frozenset(item.id for item in new.items if before.get(item.id) == item.model_dump_json())


def _surroundings(assignment: Assignment) -> str:
    plain = assignment.model_dump(mode="json", exclude={"sha256", "total", "limits", "title", "reference", "mutants"})
    for item in plain["items"]:
        for key in ("points", "review_below", "visibility"):
            del item[key]
        for criterion in item["criteria"]:
            for key in ("id", "points", "bonus", "requires"):
                del criterion[key]
            if criterion["check"] != "uses_layers":
                criterion["params"] = {k: v for k, v in criterion["params"].items() if isinstance(v, str)}
    return json.dumps(plain, sort_keys=True)


# ---------------------------------------------------------------- what a rescore cannot tell


def _cannot(
    kept: Kept, execution: Execution | None, assignment: Assignment, old: Assignment | None, asked: Asked
) -> str:
    """Why stored evidence does not answer this rubric; empty where it does."""
    if execution is None:
        return "the execution is no longer stored"
    if execution.status not in _NOTHING_RAN:
        if kept.asked.rows_sha256 != asked.rows_sha256:
            return "the held-out rows are others than the notebook was asked about"
        if kept.asked.data_sha256 != asked.data_sha256:
            return "the data are others than the notebook ran on"
    if not kept.read_anew and (old is None or not _reads_alike(kept, assignment, old, asked)):
        return "the answers came from several files, which have to be read again under this rubric"
    return ""


def _unasked(kept: Kept, asked: Asked) -> tuple[str, ...]:
    """`probe:name` of the questions that the notebook was not asked when it ran."""
    before = set(kept.asked.questions)
    return tuple(f"{probe}:{name}" for probe, name, model in asked.questions if (probe, name, model) not in before)


def _reads_alike(kept: Kept, assignment: Assignment, old: Assignment, asked: Asked) -> bool:
    """Whether both rubrics sort a hand-in's words by item in the same way: by names, titles, topics and the handout."""
    return kept.asked.files_sha256 == asked.files_sha256 and _words(assignment) == _words(old)


def _words(assignment: Assignment) -> list[Any]:
    items = [
        (item.id, item.title, [(c.check, c.params.get("concept"), c.feedback) for c in item.criteria])
        for item in assignment.items
    ]
    return [items, {name: (concept.ko, concept.en) for name, concept in assignment.concepts.items()}]


def _read_anew(kept: Kept, assignment: Assignment, old: Assignment | None, asked: Asked) -> Submission:
    """The hand-in, its words sorted by the items of this rubric."""
    submission = kept.submission
    if submission.notebook is None or (old is not None and _reads_alike(kept, assignment, old, asked)):
        return submission
    if not kept.read_anew:
        return submission
    said = by_item(submission.notebook, assignment)
    stale = by_item(submission.notebook, old).notes if old is not None else ()
    warnings = (*(told for told in submission.warnings if told not in stale), *said.notes)
    return submission.model_copy(
        update={
            "items_of_cells": said.cells,
            "answers": said.answers,
            "headed": said.headed,
            "elsewhere": said.elsewhere,
            "warnings": tuple(dict.fromkeys(warnings)),
        }
    )


# ---------------------------------------------------------------- in a process of its own


def _several(given: tuple[str, str, str, str, str], students: Sequence[str]) -> list[str]:
    """Text in, text out: what goes between processes is JSON."""
    folder, rubric, asked, code_sha256, now = given
    keeping = Keeping(Path(folder))
    assignment, wanted = Assignment.model_validate_json(rubric), Asked.model_validate_json(asked)
    at = dt.datetime.fromisoformat(now)
    return [_plain(_one(keeping, student, assignment, wanted, code_sha256, at)) for student in students]


def _one(
    keeping: Keeping, student: str, assignment: Assignment, asked: Asked, code_sha256: str, at: dt.datetime
) -> Rescored:
    kept = keeping.get(student)
    if kept is None:
        return Rescored(student=student, reason="nothing was kept of this hand-in, or it was not graded yet")
    old = keeping.rubric(kept.report.rubric_sha256)
    return rescore(kept, keeping.execution(kept), assignment, old, asked, code_sha256, at)


def _plain(rescored: Rescored) -> str:
    return json.dumps(rescored.model_dump(mode="json"))
