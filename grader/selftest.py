"""Proof of a rubric: its reference earns everything, a blank notebook nothing, a mutant loses what it breaks."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from grader.errors import GraderError
from grader.grading import grade
from grader.kernels.runner import kernel_runner
from grader.model import Assignment, Execution, Report, Submission
from grader.scoring import score
from grader.submissions import collect

Lost = dict[str, list[str]]
_ROUNDING = 1e-6  # points are sums of decimals


class Replacement(BaseModel):
    """An exact piece of the reference's text, found `count` times, and what stands there instead."""

    model_config = ConfigDict(extra="forbid")
    old: str
    new: str
    count: int = 1


class Mutant(BaseModel):
    """A mistake planted in the reference, and every criterion that must no longer pass, by item."""

    model_config = ConfigDict(extra="forbid")
    name: str
    replace: list[Replacement]
    breaks: Lost


@dataclass(frozen=True)
class Trial:
    """One notebook of the self-test and how it fared."""

    told: str
    as_expected: bool


def selftest(assignment: Assignment, jobs: int) -> Iterator[Trial]:
    """Grade reference, blanks and mutants. Raises GraderError if the rubric names no reference or a mutant is stale."""
    if not assignment.reference:
        raise GraderError(f"the rubric {assignment.id} names no `reference:`, so there is nothing to test it on")
    mutants = _mutants(assignment)
    with contextlib.ExitStack() as held:
        folder = held.enter_context(tempfile.TemporaryDirectory(prefix="grader-selftest-"))
        runner = held.enter_context(kernel_runner())
        executor = held.enter_context(ThreadPoolExecutor(jobs))
        written = _write(Path(folder), assignment, mutants)
        submissions = {name: collect([file], assignment)[0] for name, file in written.items()}
        reference = submissions.pop("reference")
        whole = next(grade([reference], assignment, runner, executor, "en"))
        proof = _full_marks("reference", whole.report, assignment)
        yield proof
        if not proof.as_expected:
            yield Trial("the mutants mean nothing until the reference passes", False)
            return
        yield from _other_references(assignment, reference, whole.execution)
        same_code = {name: s for name, s in submissions.items() if _code(s) == _code(reference)}
        for name, submission in same_code.items():
            report = score(submission, whole.execution, assignment, "en", whole.report.graded_at)
            yield _trial(name, report, mutants.get(name), assignment)
        others = [s.model_copy(update={"student": name}) for name, s in submissions.items() if name not in same_code]
        for graded in grade(others, assignment, runner, executor, "en"):
            yield _trial(graded.report.student, graded.report, mutants.get(graded.report.student), assignment)


def _mutants(assignment: Assignment) -> dict[str, Mutant]:
    if assignment.mutants is None:
        return {}
    try:
        planted = yaml.safe_load(assignment.mutants.read_text(encoding="utf-8"))
        mutants = TypeAdapter(list[Mutant]).validate_python(planted)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise GraderError(f"{assignment.mutants}: not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        form = "a list of {name, replace: [{old, new}], breaks: {item: [criterion]}}"
        raise GraderError(f"{assignment.mutants}: {place}: {first['msg'].lower()}; write {form}") from None
    return {mutant.name: mutant for mutant in mutants}


def _write(folder: Path, assignment: Assignment, mutants: dict[str, Mutant]) -> dict[str, Path]:
    """The files to grade, by name of the trial."""
    source = assignment.reference[0]
    text = source.read_text(encoding="utf-8")
    files = {"reference": source}
    if assignment.handout is not None:
        files["blank: the handout"] = assignment.handout
    empty = folder / "empty.ipynb"
    empty.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8")
    files["blank: no cells"] = empty
    for number, mutant in enumerate(mutants.values(), start=1):
        files[mutant.name] = folder / f"mutant-{number}{source.suffix}"
        files[mutant.name].write_text(_mutated(text, mutant), encoding="utf-8")
    return files


def _mutated(text: str, mutant: Mutant) -> str:
    for replacement in mutant.replace:
        found = text.count(replacement.old)
        if found != replacement.count:
            said = f"its text to replace stands {found} times in the reference, not {replacement.count}"
            raise GraderError(f"mutant `{mutant.name}`: {said}: {replacement.old[:80]!r}")
        text = text.replace(replacement.old, replacement.new)
    return text


def _code(submission: Submission) -> list[str]:
    """Code cells and where they stand: what an execution depends on."""
    cells = submission.notebook["cells"] if submission.notebook else []
    return [cell["source"] if cell["cell_type"] == "code" else "" for cell in cells]


def _other_references(assignment: Assignment, reference: Submission, execution: Execution) -> Iterator[Trial]:
    """Further reference files hold answers in another language: each must earn full marks in place of the first's."""
    for file in assignment.reference[1:]:
        answers = collect([file], assignment)[0].answers
        swapped = reference.model_copy(update={"answers": {**reference.answers, **answers}})
        moment = _epoch()
        yield _full_marks(
            f"reference with the answers of {file.name}",
            score(swapped, execution, assignment, "en", moment),
            assignment,
        )


def _epoch() -> dt.datetime:
    return dt.datetime.fromtimestamp(0, dt.UTC)


def lost_by(report: Report, assignment: Assignment) -> Lost:
    """Criteria that did not pass, by item; items that lost nothing, and what only a person decides, are left out."""
    left = _for_a_person(assignment)
    lost = {
        s.item: sorted(f.criterion for f in s.findings if f.outcome != "passed" and (s.item, f.criterion) not in left)
        for s in report.scores
    }
    return {item: criteria for item, criteria in lost.items() if criteria}


def _for_a_person(assignment: Assignment) -> dict[tuple[str, str], float]:
    """Points of what only a person decides, by item and criterion."""
    both = ((item, one) for item in assignment.items for one in item.criteria)
    return {(item.id, one.id): one.points for item, one in both if one.check == "manual" and not one.bonus}


def _full_marks(name: str, report: Report, assignment: Assignment) -> Trial:
    left = sum(_for_a_person(assignment).values())
    told = f"{name}: {report.decided:g}/{report.max_points:g}" + (f", {left:g} left to a person" if left else "")
    lost = lost_by(report, assignment)
    whole = abs(report.decided + left - report.max_points) < _ROUNDING
    return Trial(told + (f", not passed: {_listed(lost)}" if lost else ""), whole and not lost)


def _trial(name: str, report: Report, mutant: Mutant | None, assignment: Assignment) -> Trial:
    if mutant is None:
        return Trial(f"{name}: {report.decided:g}/{report.max_points:g}", report.total == 0)
    lost = lost_by(report, assignment)
    expected = {item: sorted(criteria) for item, criteria in mutant.breaks.items() if criteria}
    if lost == expected:
        return Trial(f"mutant {name}: caught, lost {_listed(lost)}", bool(lost))
    return Trial(f"mutant {name}: lost {_listed(lost)}; expected {_listed(expected)}", False)


def _listed(lost: Lost) -> str:
    return ", ".join(f"{item}/{criterion}" for item, criteria in lost.items() for criterion in criteria) or "nothing"
