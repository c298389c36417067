"""Arguments in, exit code out; no logic. Everything heavy is imported inside the command that needs it.

Exit codes: 0 done, 1 done but something is wrong (an escaped mutant, a notebook lost to a fault of ours),
2 bad input, 3 kernels cannot be run here, 130 interrupted.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Annotated

import typer

from grader.cli import answers, bundles, classes, cluster, importing, rubrics, student, term

_ROOM = "make room there, or write to another place"

app = typer.Typer(
    name="grader",
    help="Grades deep-learning homework: runs notebooks, recomputes what earns points, scores written answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


for _command in (
    classes.grade,
    student.check,
    term.override,
    term.history,
    term.publish,
    term.appeal,
    term.review,
    term.rescore,
    classes.similar,
    term.export,
    rubrics.lint,
    rubrics.selftest,
    rubrics.doctor,
    cluster.scheduler,
    cluster.worker,
):
    app.command()(_command)

_answers = typer.Typer(
    help="Written answers alone: score a file of them, tune a rubric on graded ones.", no_args_is_help=True
)
_answers.command("score")(answers.score)
_answers.command("tune")(answers.tune)
app.add_typer(_answers, name="answers")

_import = typer.Typer(help="Assignments of other systems become rubrics here.", no_args_is_help=True)
_import.command("nbgrader")(importing.nbgrader)
_import.command("otter")(importing.otter)
app.add_typer(_import, name="import")

_bundle = typer.Typer(help="Pack an assignment for students, or for Gradescope.", no_args_is_help=True)
_bundle.command("student")(bundles.student)
_bundle.command("gradescope")(bundles.gradescope)
app.add_typer(_bundle, name="bundle")


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from grader import __version__

        typer.echo(f"grader {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line. Bad input and a file system's refusal are a sentence, anything else the bug that it is."""
    from grader.errors import GraderError
    from grader.exporters.ci.commands import no_commands

    # Judges solve many small systems, for which waking a thread for each core takes ten times as long as the work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.stdout is None:  # closed by who called
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without Korean must not end the command
    try:
        app()
    except GraderError as error:
        with no_commands(sys.stderr, os.environ):  # names of files are other people's words
            typer.echo(f"grader: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is None and error.errno != errno.ENOSPC:
            raise
        told = f"{error.filename}: {error.strerror}" if error.filename is not None else f"{error.strerror}: {_ROOM}"
        typer.echo(f"grader: {told}", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left to be printed would fail again at the end
        sys.exit(GraderError.exit_code)
