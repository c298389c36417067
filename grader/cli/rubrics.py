"""A rubric and this machine are checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.arguments import CORES, Jobs, Rubric, path, rubric_of


def lint(
    rubrics: Annotated[
        list[Path] | None,
        typer.Argument(parser=path, metavar="rubrics", help="Rubrics to check. [default: rubrics/hw1.yaml]"),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 where there are warnings.")] = False,
) -> None:
    """Check rubrics; every complaint names file, line and mend.

    Below a good one stand warnings: claims denied or given to the wrong subject, and answers that are none, which would
    earn points without review.
    """
    from grader.commands import lint_rubrics

    raise typer.Exit(lint_rubrics(rubrics or [rubric_of(None)], strict=strict))


def selftest(assignment: Rubric = None, jobs: Jobs = CORES) -> None:
    """Grade the reference, a blank notebook and every mutant of the reference."""
    from grader.commands import selftest_rubric

    raise typer.Exit(selftest_rubric(rubric_of(assignment), jobs))


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Try which walls around students' kernels can be built here, and say how to get better ones."""
    from grader.commands import diagnose

    raise typer.Exit(diagnose(as_json=as_json))
