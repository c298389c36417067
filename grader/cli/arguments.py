"""Arguments that several commands take."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

PATHS = (
    "Notebook, folder of notebooks or of students' folders, zip or tar of either; a Canvas or Moodle submissions zip,"
    " nbgrader's submitted/, a Gradescope export."
)
CORES = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class Lang(StrEnum):
    ko = "ko"
    en = "en"


def path(given: str) -> Path:
    """A path of the command line; an empty one, as an unset variable gives it, would be the current folder."""
    if not given.strip():
        raise typer.BadParameter("the path is empty: is a variable not set? Give `.` for the current folder")
    return Path(given)


Rubric = Annotated[
    Path | None,
    typer.Option("-a", "--assignment", parser=path, metavar="<path>", help="The rubric. [default: rubrics/hw1.yaml]"),
]
Gradebook = Annotated[
    str | None,
    typer.Option(
        envvar="GRADER_GRADEBOOK",
        metavar="<url>",
        help="SQLAlchemy URL of the gradebook, such as postgresql://ta@host/grades. [default: gradebook.db in OUT]",
    ),
]
Out = Annotated[Path, typer.Argument(parser=path, metavar="out", help="Folder that `grader grade` wrote.")]
Student = Annotated[str, typer.Argument(metavar="student", help="Name, number, login or e-mail address.")]
Jobs = Annotated[int, typer.Option("-j", "--jobs", min=1, help="Notebooks at a time.")]


def rubric_of(given: Path | None) -> Path:
    """The rubric asked for, or homework 1 here or beside the package."""
    if given is not None:
        return given
    default = Path("rubrics") / "hw1.yaml"
    return default if default.exists() else Path(__file__).parents[2] / default
