"""The commands under `grader answers`: written answers without notebooks. Each returns the exit code."""

from __future__ import annotations

import sys
from pathlib import Path

from grader import files
from grader.answers.batch import scored
from grader.answers.records import read_answers, written
from grader.assignment import load
from grader.errors import GraderError


def score_answers(rubric: Path, answers: Path, out: Path | None) -> int:
    """Score a file of answers; without `out` to standard output. Raises GraderError before anything is written."""
    if out is not None:
        check_target(out, answers)
    assignment = load(rubric)
    lines = written(scored(assignment, read_answers(answers, assignment)))
    if out is None:
        sys.stdout.write(lines)
    else:
        write(out, lines)
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
