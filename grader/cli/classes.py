"""A class is run, and compared."""

from __future__ import annotations

import signal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.arguments import CORES, PATHS, Gradebook, Jobs, Lang, Rubric, path, rubric_of

if TYPE_CHECKING:
    from grader.walls.plan import Tier


_ROSTER = (
    "The course list as CSV (columns such as 학번, 이름, name, ID, e-mail; a Canvas gradebook, a Moodle worksheet):"
    " names the hand-ins and lists who is missing. 연장 or extension gives more time (`+2d`, a date), 조 or group says"
    " who hands in together."
)
_SCHEDULER = (
    "Of a Dask cluster, as tcp://host:8786, with --engine dask. [default: workers on this machine, one for each job]"
)
_METRICS = "The run's figures for Prometheus: a file whose name ends in .prom, or HOST:PORT or :PORT to serve them."


class Engines(StrEnum):
    local = "local"
    dask = "dask"


class Walls(StrEnum):
    full = "full"
    reduced = "reduced"
    none = "none"


def grade(
    paths: Annotated[list[Path], typer.Argument(parser=path, metavar="paths", help=PATHS)],
    out: Annotated[
        Path, typer.Option("-o", "--out", parser=path, metavar="<path>", help="Folder for reports and pages.")
    ],
    assignment: Rubric = None,
    jobs: Jobs = CORES,
    lang: Annotated[Lang, typer.Option(help="Language of the feedback.")] = Lang.en,
    walls: Annotated[
        Walls | None, typer.Option(help="Around each kernel. [default: the best that `grader doctor` finds]")
    ] = None,
    roster: Annotated[Path | None, typer.Option(parser=path, metavar="<path>", help=_ROSTER)] = None,
    no_roster: Annotated[
        bool, typer.Option("--no-roster", help="Go without the roster that the last run into OUT had.")
    ] = False,
    rerun: Annotated[bool, typer.Option("--rerun", help="Run anew what earlier runs into OUT have executed.")] = False,
    repairs: Annotated[
        bool, typer.Option("--repairs/--no-repairs", help="Repair what fails only here: paths, Colab, GPU, downloads.")
    ] = True,
    gradebook: Gradebook = None,
    engine: Annotated[
        Engines, typer.Option(help="Where notebooks run: on this machine, or on the workers of a Dask cluster.")
    ] = Engines.local,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="<address>", help=_SCHEDULER),
    ] = None,
    metrics: Annotated[str | None, typer.Option(metavar="<place>", help=_METRICS)] = None,
) -> None:
    """Run and score hand-ins; write reports, feedback pages, gradebook.csv and index.html.

    Exit code 0: all graded; 1: a notebook was lost to a fault of the grader's; 2: bad input, in one sentence;
    3: notebooks cannot be run here; 130: interrupted.
    """
    from grader.commands import Options, grade_class
    from grader.executors.engine import DaskEngine, LocalEngine

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what is done is kept, no kernel is left
    tier: Tier | None = None if walls is None else walls.value
    rubric = rubric_of(assignment)
    if roster is not None and no_roster:
        raise typer.BadParameter("--roster and --no-roster say the opposite: give one of them")
    if scheduler is not None and engine is not Engines.dask:
        raise typer.BadParameter("--scheduler names a Dask cluster: add --engine dask, or leave it out")
    options = Options(rerun, tier, roster, repairs, gradebook, no_roster, metrics)
    again = (out / "executions").is_dir() and not rerun
    where = LocalEngine(jobs, again=again) if engine is Engines.local else DaskEngine(scheduler, jobs)
    raise typer.Exit(grade_class(paths, out, rubric, where, lang.value, options))


def similar(
    paths: Annotated[list[Path], typer.Argument(parser=path, metavar="paths", help="As for `grade`.")],
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", parser=path, metavar="<path>", help="Folder for similarity.html and similarity.json."
        ),
    ],
    assignment: Rubric = None,
    lang: Annotated[Lang, typer.Option(help="Language of the page.")] = Lang.en,
    roster: Annotated[Path | None, typer.Option(parser=path, metavar="<path>", help=_ROSTER)] = None,
) -> None:
    """Show hand-ins that are alike, without running any. `grade` does this too."""
    from grader.commands import compare_class

    raise typer.Exit(compare_class(paths, out, rubric_of(assignment), lang.value, roster))
