"""The command `grader appeal`."""

from __future__ import annotations

from pathlib import Path

from grader.appeals.bundle import Audience, bundle, title
from grader.appeals.case import case_of
from grader.errors import GraderError
from grader.exporting import EXPORTS, is_a_result
from grader.files import write_bytes, zipped
from grader.terminal import console


def write_appeal(out: Path, student: str, target: Path | None, audience: Audience, url: str | None) -> int:
    """Write one student's case as a zip and print where it is. Raises GraderError for bad input."""
    case = case_of(out, student, url)
    place = target or out / EXPORTS / f"{title(case, audience)}.zip"
    if place.is_dir():
        raise GraderError(f"{place} is a folder, and the bundle is a zip: give a name in it with -o")
    if is_a_result(place, out):
        raise GraderError(f"{place} is among the results: choose a place outside {out} with -o")
    content = zipped(bundle(case, audience, url))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(place, content)
    except OSError as error:
        raise GraderError(f"{place} cannot be written: {error.strerror}; choose another place with -o") from None
    screen = console()
    for note in case.notes:
        screen.print(note.en, markup=False, soft_wrap=True)
    warning = "" if audience == "student" else ", with the rubric and held-out rows: for staff only"
    screen.print(f"{place}: {case.student}{warning}", markup=False, highlight=False, soft_wrap=True)
    return 0
