"""The commands under `grader answers`: written answers without notebooks. Each returns the exit code."""

from __future__ import annotations

import sys
from pathlib import Path

from grader import files, terminal
from grader.answers.batch import scored
from grader.answers.records import read_answers, written
from grader.assignment import load_whole
from grader.errors import GraderError
from grader.model import Language


def score_answers(rubric: Path, answers: Path, out: Path | None) -> int:
    """Score a file of answers; without `out` to standard output. Raises GraderError before anything is written."""
    if out is not None:
        check_target(out, answers)
    assignment = load_whole(rubric)
    lines = written(scored(assignment, read_answers(answers, assignment)))
    if out is None:
        sys.stdout.write(lines)
    else:
        write(out, lines)
    return 0


def tune_rubric(
    rubric: Path, answers: Path, out: Path | None, language: Language, words: int, out_of: float | None
) -> int:
    """Print, and write as a page, how far the rubric agrees with a person. Raises GraderError for bad input."""
    from grader.exporters.html import tune_page
    from grader.exporters.tuning import sections
    from grader.tuning.graded import read_graded
    from grader.tuning.terminal import print_sections
    from grader.tuning.workbench import tune

    if out is not None:
        check_target(out, answers)
    assignment = load_whole(rubric)
    tuning = tune(assignment, read_graded(answers, assignment, out_of), words)
    for note in tuning.notes:
        terminal.console().print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)
    print_sections(sections(tuning, language), language)
    if out is not None:
        write(out, tune_page(tuning, assignment, language))
        terminal.console().print(f"Report: {out}", markup=False, soft_wrap=True)
    return 0


def check_target(out: Path, answers: Path) -> None:
    """Refuse, before the work, a file that cannot be written or that holds what is to be read."""
    if out.is_dir():
        raise GraderError(f"{out} is a folder: name a file with -o")
    if not out.parent.is_dir():
        raise GraderError(f"{out.parent} does not exist: make it, or choose another file with -o")
    if out.exists() and answers.exists() and out.samefile(answers):
        raise GraderError(f"{out} holds the answers: choose another file with -o")


def write(out: Path, text: str) -> None:
    """Write the whole file or none."""
    try:
        files.write(out, text)
    except OSError as error:
        raise GraderError(f"{out} cannot be written: {error.strerror}; choose another file with -o") from None
