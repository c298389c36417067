"""Stored execution + another rubric -> report, without running anything. Pure but for what it reads."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.checks.decision import NOT_ASKED
from grader.gradebook.keeping import Asked, Keeping, Kept, asked_by, judging_code
from grader.gradebook.processes import in_processes
from grader.items.notebook import by_item
from grader.model import Assignment, Execution, Finding, Item, Noun, Report, Submission
from grader.scoring import Known, score

_NOTHING_RAN = ("infrastructure", "unreadable")


@dataclass(frozen=True)
class Target:
    """The rubric by which stored executions are scored, and what it asks; compared with each former rubric once."""

    assignment: Assignment
    asked: Asked
    code_sha256: str
    graded_at: dt.datetime
    _compared: dict[str, tuple[dict[str, frozenset[str]], bool]] = field(default_factory=dict)

    def untouched_by(self, old: Assignment) -> dict[str, frozenset[str]]:
        """Criteria, by item, that both rubrics decide alike."""
        return self._with(old)[0]

    def reads_words_as(self, old: Assignment) -> bool:
        """Whether both sort a hand-in's words by item in the same way, but for the handout."""
        return self._with(old)[1]

    def _with(self, old: Assignment) -> tuple[dict[str, frozenset[str]], bool]:
        if old.sha256 not in self._compared:
            alike = untouched_by(old, self.assignment), _words(old) == _words(self.assignment)
            self._compared[old.sha256] = alike
        return self._compared[old.sha256]


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
    given = (str(folder), assignment.model_dump_json(), asked.model_dump_json(), judging_code(), now.isoformat())
    for found in in_processes(_several, given, students):
        yield from map(Rescored.model_validate_json, found)


def rescore(kept: Kept, execution: Execution | None, old: Assignment | None, target: Target) -> Rescored:
    """One student's report by the target's rubric; `old` is the rubric of `kept.report`, if known.

    What was not asked when the notebook ran waits for a rerun; a criterion that the change does not touch keeps its
    finding.
    """
    student = kept.submission.student
    if reason := _cannot(kept, execution, old, target):
        return Rescored(student=student, kept=kept.report, reason=reason)
    assert execution is not None  # `_cannot` has a reason for that
    unasked = _unasked(kept, target.asked) if execution.status not in _NOTHING_RAN else ()
    same_code = kept.code_sha256 == target.code_sha256
    known: Known = {}
    if old is not None and same_code and not unasked and kept.asked.files_sha256 == target.asked.files_sha256:
        known = _known(kept, target.untouched_by(old))
    evidence = execution.evidence | {question: {"fault": NOT_ASKED, "message": ""} for question in unasked}
    report = score(
        _read_anew(kept, old, target),
        execution.model_copy(update={"evidence": evidence}),
        target.assignment,
        kept.language,
        target.graded_at,
        known,
    )
    return Rescored(student=student, report=report, kept=kept.report, unasked=unasked, same_code=same_code)


def untouched_by(old: Assignment, new: Assignment) -> dict[str, frozenset[str]]:
    """Criteria, by item, that two rubrics decide alike, among others whose numbers alone differ.

    What judges ask about other criteria are names and words: what they call models, concepts and items, which layers
    they want. Others' points, thresholds and bars mean nothing to a criterion unless it requires them.
    """
    if _surroundings(old) != _surroundings(new):
        return {}
    before = {item.id: item for item in old.items}
    return {item.id: _alike(before[item.id], item) for item in new.items}


def _alike(old: Item, new: Item) -> frozenset[str]:
    if old.review_below != new.review_below:
        return frozenset()
    was = {criterion.id: criterion for criterion in old.criteria}
    same: set[str] = set()
    for criterion in new.criteria:  # what one requires stands before it
        if was.get(criterion.id) == criterion and same.issuperset(criterion.requires):
            same.add(criterion.id)
    return frozenset(same)


def _known(kept: Kept, untouched: Mapping[str, Set[str]]) -> Known:
    """The findings on untouched criteria. Where another notebook may hold an item, one finding depends on all."""
    known: dict[str, dict[str, Finding]] = {}
    for one in kept.report.scores:
        named = untouched.get(one.item, frozenset())
        whole = all(finding.criterion in named for finding in one.findings)
        if whole or not kept.submission.work_beside.get(one.item):
            known[one.item] = {f.criterion: f for f in one.findings if f.criterion in named}
    return known


def _surroundings(assignment: Assignment) -> str:
    apart = {"sha256", "total", "limits", "deadline", "title", "reference", "mutants"}
    plain = assignment.model_dump(mode="json", exclude=apart)
    for item in plain["items"]:
        for key in ("points", "review_below", "visibility"):
            del item[key]
        for criterion in item["criteria"]:
            for key in ("id", "points", "bonus", "requires", "visibility"):
                del criterion[key]
            if criterion["check"] != "uses_layers":
                criterion["params"] = {k: v for k, v in criterion["params"].items() if isinstance(v, str)}
    return json.dumps(plain, sort_keys=True)


# ---------------------------------------------------------------- what a rescore cannot tell


def _cannot(kept: Kept, execution: Execution | None, old: Assignment | None, target: Target) -> str:
    """Why stored evidence does not answer this rubric; empty where it does."""
    if execution is None:
        return "the execution is no longer stored"
    if execution.status not in _NOTHING_RAN:
        if kept.asked.rows_sha256 != target.asked.rows_sha256:
            return "the held-out rows are others than the notebook was asked about"
        if kept.asked.data_sha256 != target.asked.data_sha256:
            return "the data are others than the notebook ran on"
    if not kept.read_anew and not _reads_alike(kept, old, target):
        return "the answers came from several files, which have to be read again under this rubric"
    return ""


def _unasked(kept: Kept, asked: Asked) -> tuple[str, ...]:
    """`probe:name` of the questions that the notebook was not asked when it ran."""
    before = set(kept.asked.questions)
    return tuple(f"{probe}:{name}" for probe, name, model in asked.questions if (probe, name, model) not in before)


def _reads_alike(kept: Kept, old: Assignment | None, target: Target) -> bool:
    """Whether the words of this hand-in belong to the same items still."""
    return old is not None and kept.asked.files_sha256 == target.asked.files_sha256 and target.reads_words_as(old)


def _words(assignment: Assignment) -> list[Any]:
    items = [
        (item.id, item.title, [(c.check, c.params.get("concept"), c.feedback) for c in item.criteria])
        for item in assignment.items
    ]
    return [items, {name: (concept.ko, concept.en) for name, concept in assignment.concepts.items()}]


def _read_anew(kept: Kept, old: Assignment | None, target: Target) -> Submission:
    """The hand-in, its words sorted by the items of this rubric."""
    submission = kept.submission
    if submission.notebook is None or not kept.read_anew or _reads_alike(kept, old, target):
        return submission
    said = by_item(submission.notebook, target.assignment)
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
    assignment = Assignment.model_validate_json(rubric)
    target = Target(assignment, Asked.model_validate_json(asked), code_sha256, dt.datetime.fromisoformat(now))
    return [_plain(_one(keeping, student, target)) for student in students]


def _one(keeping: Keeping, student: str, target: Target) -> Rescored:
    kept = keeping.get(student)
    if kept is None:
        return Rescored(student=student, reason="nothing was kept of this hand-in, or it was not graded yet")
    return rescore(kept, keeping.execution(kept), keeping.rubric(kept.report.rubric_sha256), target)


def _plain(rescored: Rescored) -> str:
    return json.dumps(rescored.model_dump(mode="json"))
