"""An assignment is packed, for students or for Gradescope."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.arguments import Lang, Rubric, path, rubric_of
from grader.cli.classes import Walls

_ALLOW = "What a complaint quotes and students may have all the same: words, or an item."
_WALLS = "The least that will do in their container; the best that can be had are used. `none`: run in any case."


def student(
    assignment: Rubric = None,
    target: Annotated[
        Path | None, typer.Option("-o", "--out", parser=path, metavar="<path>", help="[default: ID.grader.zip]")
    ] = None,
    without_answers: Annotated[
        bool, typer.Option("--without-answers", help="Leave out what written answers should say.")
    ] = False,
    allow: Annotated[list[str] | None, typer.Option(metavar="<words>", help=_ALLOW)] = None,
) -> None:
    """Pack what students need to check their work: no held-out row, hidden criterion or reference is in it.

    Exit code 2, and nothing is written, where one of these is found in it.
    """
    from grader.bundles.commands import write_student

    raise typer.Exit(write_student(rubric_of(assignment), target, answers=not without_answers, allowed=allow or ()))


def gradescope(
    assignment: Rubric = None,
    target: Annotated[
        Path | None, typer.Option("-o", "--out", parser=path, metavar="<path>", help="[default: autograder.zip]")
    ] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the feedback.")] = Lang.en,
    minutes: Annotated[
        float, typer.Option(min=2, max=40, help="Gradescope's time limit, before which we end ourselves.")
    ] = 10,
    walls: Annotated[Walls, typer.Option(help=_WALLS)] = Walls.reduced,
    submissions: Annotated[
        int | None, typer.Option(min=1, metavar="<n>", help="How many of a student's are graded. [default: all]")
    ] = None,
    per_day: Annotated[bool, typer.Option("--per-day", help="That many within 24 hours, not in all.")] = False,
) -> None:
    """Pack an autograder for Gradescope. It holds the rubric and the held-out rows: for staff only."""
    from grader.bundles.commands import write_gradescope
    from grader.gradescope.settings import Settings

    if per_day and submissions is None:
        raise typer.BadParameter("--per-day says within which time; say how many with --submissions")
    chosen = Settings(
        language=lang.value, minutes=minutes, least_walls=walls.value, submissions=submissions, per_day=per_day
    )
    raise typer.Exit(write_gradescope(rubric_of(assignment), target, chosen))
