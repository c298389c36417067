"""Assignments of other systems become rubrics here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.arguments import path

Into = Annotated[
    Path,
    typer.Option(
        "-o",
        "--out",
        parser=path,
        metavar="<path>",
        help="Folder for the rubric and its files; not there yet, or empty.",
    ),
]


def nbgrader(
    source: Annotated[
        Path,
        typer.Argument(
            parser=path,
            metavar="source",
            help="Course folder with source/, an assignment's folder, or one notebook; the release version will do, but"
            " holds neither solutions nor hidden tests.",
        ),
    ],
    out: Into,
    assignment: Annotated[str | None, typer.Option(help="Which assignment of a course with several.")] = None,
    notebook: Annotated[str | None, typer.Option(help="Which notebook of an assignment with several.")] = None,
) -> None:
    """Turn an nbgrader assignment into a rubric.

    Points, tests, hidden tests, manual answers, tasks and marking schemes are taken over; the reference and the handout
    are made as nbgrader would make them. Of an assignment with several notebooks each gets a rubric of its own.
    Students' notebooks are graded as they are. What was not taken over is printed, and stands at the top of the rubric.
    """
    from grader.importing.commands import import_nbgrader

    raise typer.Exit(import_nbgrader(source, out, assignment, notebook))


def otter(
    file: Annotated[
        Path,
        typer.Argument(
            parser=path,
            metavar="file",
            help="Source notebook for otter assign, notebook with tests in its metadata or in tests/ beside it, folder"
            " of these, or autograder.zip.",
        ),
    ],
    out: Into,
) -> None:
    """Turn an assignment for otter into a rubric.

    Points, test cases, hidden ones and questions for a person are taken over; of a source notebook the reference and
    the handout are made. Students' notebooks for otter are graded as they are. What was not taken over is printed, and
    stands at the top of the rubric.
    """
    from grader.importing.commands import import_otter

    raise typer.Exit(import_otter(file, out))
