"""The commands `grader bundle student` and `grader bundle gradescope`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

from grader.arithmetic import tables
from grader.assignment import load_whole
from grader.bundles import autograder as gradescope
from grader.bundles.contents import SUFFIX
from grader.bundles.given_away import given_away
from grader.bundles.helpers import left_without
from grader.bundles.rows import Rows
from grader.bundles.search import leaks
from grader.bundles.secrets import secrets_of
from grader.bundles.student import bundle, for_students
from grader.errors import GraderError
from grader.files import write_bytes, zipped
from grader.gradescope.container import OWN_MB
from grader.gradescope.settings import Settings
from grader.model import Assignment, KeptBack
from grader.terminal import console

_MOST_TOLD = 10


def write_student(rubric: Path, target: Path | None, *, answers: bool, allowed: Collection[str] = ()) -> int:
    """Write what students may have, once it was searched for what they may not. Raises GraderError if that is in it."""
    assignment = load_whole(rubric)
    seen = for_students(assignment, answers=answers)
    if not seen.items:
        raise GraderError(f"nothing in {rubric} may be seen before handing in: there is nothing to bundle")
    content = zipped(bundle(seen))
    _refuse(told_in(content, assignment, seen, rubric, allowed))
    place = _written(content, target or Path(f"{assignment.id}{SUFFIX}"))
    points = sum(item.points for item in seen.items)
    _say(f"{place}: for students, {len(seen.items)} items, {points:g} of {assignment.total:g} points")
    for line in (*_kept_back(seen.kept_back), *_notes(seen), *_lost(assignment, seen)):
        _say(line)
    return 0


def told_in(
    content: bytes, assignment: Assignment, seen: Assignment, rubric: Path, allowed: Collection[str] = ()
) -> list[str]:
    """A sentence for everything that a bundle gives away; the zip is read as whoever gets it may read it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    secrets = [secret for secret in secrets_of(assignment, seen, rubric) if secret.words not in allowed]
    held = assignment.heldout
    rows = Rows(tables.read(held.file, held.target)) if held is not None and not _is_shown(assignment) else None
    given = [sentence for item, sentence in given_away(assignment) if item not in allowed]
    return [*map(str, leaks(entries, secrets, rows)), *given]


def write_gradescope(rubric: Path, target: Path | None, settings: Settings) -> int:
    """Write autograder.zip and say what to choose in Gradescope. Raises GraderError for bad input."""
    assignment = load_whole(rubric)
    content = zipped(gradescope.autograder(assignment, settings), gradescope.PROGRAMS)
    place = _written(content, target or Path("autograder.zip"))
    _say(f"{place}: {assignment.id}, with the rubric and held-out rows: for staff only")
    for line in _advice(assignment, settings):
        _say(line)
    return 0


# ---------------------------------------------------------------- what is said


def _kept_back(kept: Collection[KeptBack]) -> Iterator[str]:
    told: dict[tuple[str, str], list[KeptBack]] = {}
    for one in kept:
        why = "checked after handing in" if one.visibility == "visible" else one.visibility.replace("_", " ")
        told.setdefault((one.item, why), []).append(one)
    for (item, why), ones in told.items():
        points = sum(one.points for one in ones if not one.bonus)
        yield f"  kept back: {f'{points:g} points' if points else 'a bonus'} of {item} ({why})"


def _notes(seen: Assignment) -> Iterator[str]:
    held = seen.heldout
    if held is not None and held.practice is not None:
        yield f"  R² is checked on the rows of `{held.practice}` in place of the held-out ones"
    if seen.concepts:
        yield (
            "  What written answers should say is packed so that nobody reads it by accident. It is no secret: who"
            " unpacks the file can read it. `--without-answers` leaves it out."
        )


def _lost(assignment: Assignment, seen: Assignment) -> Iterator[str]:
    for test, name in left_without(assignment, seen):
        yield (
            f"  warning: {test} uses `{name}`, which only hidden tests define: before handing in it fails, unless the"
            " notebook has such a name. Define it in lines that students see."
        )


def _advice(assignment: Assignment, settings: Settings) -> Iterator[str]:
    cores, gigabytes = gradescope.container_for(assignment.limits)
    yield (
        f"  Container: choose {cores:g} CPU, {gigabytes:g} GB RAM. The rubric gives a notebook"
        f" {assignment.limits.memory_mb} MB; one that needs more than a smaller container has is not graded, and no"
        f" zero. The default, 0.5 CPU and 0.75 GB, leaves it {800 - OWN_MB} MB and half the speed."
    )
    wanted = gradescope.minutes_for(assignment.limits)
    if settings.minutes < wanted:
        yield (
            f"  Time: the rubric gives a notebook {assignment.limits.seconds:g} s. Set Gradescope's timeout to"
            f" {wanted} minutes or more and give `--minutes` the same: what does not fit is not graded, never zero."
        )
    later = {kind for item in assignment.items for kind in item.visibilities.values()} - {"visible"}
    if later:
        yield "  Some criteria are kept back, so students see no total until Gradescope shows those to them."
    yield "  Where a person has to look, students see the points so far and no total. Publish once all is decided."


def _refuse(told: list[str]) -> None:
    if told:
        more = [f"and {len(told) - _MOST_TOLD} more like these"] if len(told) > _MOST_TOLD else []
        raise GraderError(
            "\n  ".join(["nothing was written, for students would get what they may not:", *told[:_MOST_TOLD], *more])
        )


def _say(line: str) -> None:
    console().print(line, markup=False, highlight=False, soft_wrap=True)


def _is_shown(assignment: Assignment) -> bool:
    """Whether the held-out rows are a table that students have anyway."""
    held = assignment.heldout
    return held is not None and any(data.file == held.file for data in assignment.data.values())


def _written(content: bytes, place: Path) -> Path:
    if place.is_dir():
        raise GraderError(f"{place} is a folder, and the bundle is a zip: give a name in it with -o")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(place, content)
    except OSError as error:
        raise GraderError(f"{place} cannot be written: {error.strerror}; choose another place with -o") from None
    return place
