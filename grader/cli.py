"""Arguments in, exit code out; no logic. Everything heavy is imported inside the command that needs it.

Exit codes: 0 done, 1 done but something is wrong (an escaped mutant, a notebook lost to a fault of ours),
2 bad input, 3 kernels cannot be run here, 130 interrupted.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from grader.walls.plan import Tier

app = typer.Typer(
    name="grader",
    help="Grades deep-learning homework: runs notebooks, recomputes what earns points, scores written answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

answers = typer.Typer(
    help="Written answers alone: score a file of them, tune a rubric on graded ones.", no_args_is_help=True
)
app.add_typer(answers, name="answers")

_PATHS = (
    "Notebook, folder of notebooks or of students' folders, zip or tar of either; a Canvas or Moodle submissions zip,"
    " nbgrader's submitted/, a Gradescope export."
)
_ROSTER = (
    "The course list as CSV (columns such as 학번, 이름, name, ID, e-mail; a Canvas gradebook, a Moodle worksheet):"
    " names the hand-ins and lists who is missing. 연장 or extension gives more time (`+2d`, a date), 조 or group says"
    " who hands in together."
)
_TEMPLATE = "For canvas its gradebook export, for moodle its grading worksheet: all but grades and comments is kept."
_CORES = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class Walls(StrEnum):
    full = "full"
    reduced = "reduced"
    none = "none"


class Lang(StrEnum):
    ko = "ko"
    en = "en"


class Form(StrEnum):
    csv = "csv"
    xlsx = "xlsx"
    canvas = "canvas"
    moodle = "moodle"
    gradescope = "gradescope"
    nbgrader = "nbgrader"
    json = "json"


class Audience(StrEnum):
    staff = "staff"
    student = "student"


class Undecided(StrEnum):
    skip = "skip"
    mark = "mark"


def _path(given: str) -> Path:
    """A path of the command line; an empty one, as an unset variable gives it, would be the current folder."""
    if not given.strip():
        raise typer.BadParameter("the path is empty: is a variable not set? Give `.` for the current folder")
    return Path(given)


Rubric = Annotated[
    Path | None,
    typer.Option("-a", "--assignment", parser=_path, metavar="<path>", help="The rubric. [default: rubrics/hw1.yaml]"),
]
Gradebook = Annotated[
    str | None,
    typer.Option(
        envvar="GRADER_GRADEBOOK",
        metavar="<url>",
        help="SQLAlchemy URL of the gradebook, such as postgresql://ta@host/grades. [default: gradebook.db in OUT]",
    ),
]
Out = Annotated[Path, typer.Argument(parser=_path, metavar="out", help="Folder that `grader grade` wrote.")]
Student = Annotated[str, typer.Argument(metavar="student", help="Name, number, login or e-mail address.")]
Jobs = Annotated[int, typer.Option("-j", "--jobs", min=1, help="Notebooks at a time.")]


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from grader import __version__

        typer.echo(f"grader {__version__}")
        raise typer.Exit


@app.command()
def grade(
    paths: Annotated[list[Path], typer.Argument(parser=_path, metavar="paths", help=_PATHS)],
    out: Annotated[
        Path, typer.Option("-o", "--out", parser=_path, metavar="<path>", help="Folder for reports and pages.")
    ],
    assignment: Rubric = None,
    jobs: Jobs = _CORES,
    lang: Annotated[Lang, typer.Option(help="Language of the feedback.")] = Lang.en,
    walls: Annotated[
        Walls | None, typer.Option(help="Around each kernel. [default: the best that `grader doctor` finds]")
    ] = None,
    roster: Annotated[Path | None, typer.Option(parser=_path, metavar="<path>", help=_ROSTER)] = None,
    rerun: Annotated[bool, typer.Option("--rerun", help="Run anew what earlier runs into OUT have executed.")] = False,
    repairs: Annotated[
        bool, typer.Option("--repairs/--no-repairs", help="Repair what fails only here: paths, Colab, GPU, downloads.")
    ] = True,
    gradebook: Gradebook = None,
) -> None:
    """Run and score hand-ins; write reports, feedback pages, gradebook.csv and index.html.

    Exit code 0: all graded; 1: a notebook was lost to a fault of the grader's; 2: bad input, in one sentence;
    3: notebooks cannot be run here; 130: interrupted.
    """
    from grader.commands import Options, grade_class

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what is done is kept, no kernel is left
    tier: Tier | None = None if walls is None else walls.value
    rubric = _rubric(assignment)
    options = Options(rerun=rerun, walls=tier, roster=roster, repairs=repairs, gradebook=gradebook)
    raise typer.Exit(grade_class(paths, out, rubric, jobs, lang.value, options))


@app.command()
def override(
    out: Out,
    student: Student,
    place: Annotated[str, typer.Argument(metavar="item[/criterion]", help="Such as P2, P1.1/r2, or late.")],
    points: Annotated[str | None, typer.Argument(metavar="points", help="From 0 to the full points.")] = None,
    reason: Annotated[str, typer.Option(help="Why; the student reads it.")] = "",
    author: Annotated[
        str | None, typer.Option(envvar="GRADER_AUTHOR", help="Who decides. [default: your login]")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the last decision on this place.")] = False,
    gradebook: Gradebook = None,
) -> None:
    """Decide on points. The decision is appended to the gradebook, and survives every rescore."""
    from grader.gradebook.commands import asked_for, override_points

    raise typer.Exit(override_points(out, student, asked_for(place, points, reason, author, undo=undo), gradebook))


@app.command()
def history(
    out: Out,
    student: Annotated[str | None, typer.Argument(metavar="student", help="One student, in full.")] = None,
    gradebook: Gradebook = None,
) -> None:
    """Print where everybody stands and who changed what; or everything about one student."""
    from grader.gradebook.commands import print_history

    raise typer.Exit(print_history(out, student, gradebook))


@app.command()
def publish(
    out: Out,
    due_passed: Annotated[bool, typer.Option("--due-passed", help="Open only what waits for the deadline.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Close again what was opened.")] = False,
    gradebook: Gradebook = None,
) -> None:
    """Open items with `visibility: after_due` or `after_published` on feedback pages and in later exports."""
    from grader.gradebook.publishing import publish_items

    raise typer.Exit(publish_items(out, gradebook, due_passed=due_passed, undo=undo))


@app.command()
def appeal(
    out: Out,
    student: Student,
    target: Annotated[
        Path | None,
        typer.Option("-o", "--out", parser=_path, metavar="<path>", help="The zip. [default: in OUT/exports/]"),
    ] = None,
    audience: Annotated[
        Audience, typer.Option("--for", help="`student` leaves out rubric, held-out rows and evidence.")
    ] = Audience.staff,
    gradebook: Gradebook = None,
) -> None:
    """Pack all of one student's case: the hand-in, how it was graded, and the command that grades it again."""
    from grader.appeals.commands import write_appeal

    raise typer.Exit(write_appeal(out, student, target, audience.value, gradebook))


@app.command()
def review(
    out: Out,
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 is any that is free.")] = 8765,
    lang: Annotated[Lang, typer.Option(help="Language of the page.")] = Lang.en,
    author: Annotated[
        str | None, typer.Option(envvar="GRADER_AUTHOR", help="Who decides. [default: your login]")
    ] = None,
    gradebook: Gradebook = None,
) -> None:
    """Serve a page on this machine where a person decides what waits. Its address is printed; Ctrl-C ends it."""
    from grader.gradebook.commands import author_of
    from grader.review.server import review as serve

    raise typer.Exit(serve(out, port, lang.value, author_of(author), gradebook))


@app.command()
def rescore(
    out: Out,
    assignment: Rubric = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change; write nothing.")] = False,
    gradebook: Gradebook = None,
) -> None:
    """Score what is stored by a rubric that has changed; nothing is run.

    Exit code 0: done; 1: some hand-ins need another `grader grade`, and are named; 2: bad input, in one sentence.
    """
    from grader.gradebook.commands import rescore_stored

    raise typer.Exit(rescore_stored(out, _rubric(assignment), gradebook, dry_run=dry_run))


@app.command()
def similar(
    paths: Annotated[list[Path], typer.Argument(parser=_path, metavar="paths", help="As for `grade`.")],
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", parser=_path, metavar="<path>", help="Folder for similarity.html and similarity.json."
        ),
    ],
    assignment: Rubric = None,
    lang: Annotated[Lang, typer.Option(help="Language of the page.")] = Lang.en,
    roster: Annotated[Path | None, typer.Option(parser=_path, metavar="<path>", help=_ROSTER)] = None,
) -> None:
    """Show hand-ins that are alike, without running any. `grade` does this too."""
    from grader.commands import compare_class

    raise typer.Exit(compare_class(paths, out, _rubric(assignment), lang.value, roster))


@app.command()
def export(
    out: Annotated[Path, typer.Argument(parser=_path, metavar="OUT", help="The folder that `grade` wrote with -o.")],
    to: Annotated[Form, typer.Option(help="Who is to read it.")],
    template: Annotated[Path | None, typer.Option(parser=_path, metavar="<path>", help=_TEMPLATE)] = None,
    target: Annotated[
        Path | None, typer.Option("-o", "--out", parser=_path, metavar="<path>", help="[default: OUT/exports/...]")
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="The template's column for the grades, by title or number.")
    ] = None,
    feedback: Annotated[bool, typer.Option("--feedback", help="Feedback too, as the system takes it back.")] = False,
    scale: Annotated[
        bool, typer.Option("--scale", help="Convert points where the template's maximum differs.")
    ] = False,
    provisional: Annotated[
        Undecided, typer.Option(help="Who waits for a person: left out, or listed without a grade.")
    ] = Undecided.skip,
    gradebook: Gradebook = None,
) -> None:
    """Write the grades for a spreadsheet or a learning system. What nobody has decided is never written as 0."""
    from grader.commands import export_grades
    from grader.exporters.exported import Wish

    wish = Wish(out, template, column, feedback, scale)
    raise typer.Exit(export_grades(to.value, wish, target, provisional.value, gradebook))


@app.command()
def lint(
    rubrics: Annotated[
        list[Path] | None,
        typer.Argument(parser=_path, metavar="rubrics", help="Rubrics to check. [default: rubrics/hw1.yaml]"),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 where there are warnings.")] = False,
) -> None:
    """Check rubrics; every complaint names file, line and mend.

    Below a good one stand warnings: claims denied or given to the wrong subject, and answers that are none, which would
    earn points without review.
    """
    from grader.commands import lint_rubrics

    raise typer.Exit(lint_rubrics(rubrics or [_rubric(None)], strict=strict))


@app.command()
def selftest(assignment: Rubric = None, jobs: Jobs = _CORES) -> None:
    """Grade the reference, a blank notebook and every mutant of the reference."""
    from grader.commands import selftest_rubric

    raise typer.Exit(selftest_rubric(_rubric(assignment), jobs))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Try which walls around students' kernels can be built here, and say how to get better ones."""
    from grader.commands import diagnose

    raise typer.Exit(diagnose(as_json=as_json))


@answers.command("score")
def answers_score(
    rubric: Annotated[Path, typer.Argument(parser=_path, metavar="rubric", help="The rubric.")],
    file: Annotated[
        Path,
        typer.Argument(
            parser=_path, metavar="file", help="Answers: a JSON object a line, with `id`, `item` and `text`."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", parser=_path, metavar="<path>", help="File for the scores. [default: standard output]"
        ),
    ] = None,
) -> None:
    """Score answers, one JSON object a line: points by criterion, confidence, and the words that earned them."""
    from grader.answer_commands import score_answers

    raise typer.Exit(score_answers(rubric, file, None if out == Path("-") else out))


@answers.command("tune")
def answers_tune(
    rubric: Annotated[Path, typer.Argument(parser=_path, metavar="rubric", help="The rubric.")],
    file: Annotated[
        Path,
        typer.Argument(
            parser=_path,
            metavar="file",
            help="Graded answers: as for `score`, with `points` by criterion or one `score`.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", parser=_path, metavar="<path>", help="File for the report as an HTML page."),
    ] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the report.")] = Lang.en,
    words: Annotated[int, typer.Option("--words", min=0, help="Words to try for each criterion.")] = 5,
    out_of: Annotated[
        float | None, typer.Option("--out-of", help="What a `score` is out of. [default: the item's points]")
    ] = None,
) -> None:
    """Hold a rubric against answers that a person has graded: agreement, what it misses and why, what would help."""
    from grader.answer_commands import tune_rubric

    raise typer.Exit(tune_rubric(rubric, file, out, lang.value, words, out_of))


def _rubric(given: Path | None) -> Path:
    """The rubric asked for, or homework 1 here or beside the package."""
    if given is not None:
        return given
    default = Path("rubrics") / "hw1.yaml"
    return default if default.exists() else Path(__file__).parents[1] / default


def main() -> None:
    """Run the command line. Bad input and a file system's refusal are a sentence, anything else the bug that it is."""
    from grader.errors import GraderError

    # Judges solve many small systems, for which waking a thread for each core takes ten times as long as the work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without Korean must not end the command
    try:
        app()
    except GraderError as error:
        typer.echo(f"grader: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        typer.echo(f"grader: {error.filename}: {error.strerror}", err=True)
        sys.exit(GraderError.exit_code)
