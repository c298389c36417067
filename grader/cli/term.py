"""What follows when a class is graded: decisions, other rubrics, exports, appeals."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.arguments import Gradebook, Lang, Out, Rubric, Student, path, rubric_of

_TEMPLATE = "For canvas its gradebook export, for moodle its grading worksheet: all but grades and comments is kept."


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


def history(
    out: Out,
    student: Annotated[str | None, typer.Argument(metavar="student", help="One student, in full.")] = None,
    gradebook: Gradebook = None,
) -> None:
    """Print where everybody stands and who changed what; or everything about one student."""
    from grader.gradebook.commands import print_history

    raise typer.Exit(print_history(out, student, gradebook))


def publish(
    out: Out,
    due_passed: Annotated[bool, typer.Option("--due-passed", help="Open only what waits for the deadline.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Close again what was opened.")] = False,
    gradebook: Gradebook = None,
) -> None:
    """Open what has `visibility: after_due` or `after_published` on feedback pages and in later exports."""
    from grader.gradebook.publishing import publish_items

    raise typer.Exit(publish_items(out, gradebook, due_passed=due_passed, undo=undo))


def appeal(
    out: Out,
    student: Student,
    target: Annotated[
        Path | None,
        typer.Option("-o", "--out", parser=path, metavar="<path>", help="The zip. [default: in OUT/exports/]"),
    ] = None,
    audience: Annotated[
        Audience, typer.Option("--for", help="`student` leaves out rubric, held-out rows and evidence.")
    ] = Audience.staff,
    gradebook: Gradebook = None,
) -> None:
    """Pack all of one student's case: the hand-in, how it was graded, and the command that grades it again."""
    from grader.appeals.commands import write_appeal

    raise typer.Exit(write_appeal(out, student, target, audience.value, gradebook))


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

    raise typer.Exit(rescore_stored(out, rubric_of(assignment), gradebook, dry_run=dry_run))


def export(
    out: Annotated[Path, typer.Argument(parser=path, metavar="OUT", help="The folder that `grade` wrote with -o.")],
    to: Annotated[Form, typer.Option(help="Who is to read it.")],
    template: Annotated[Path | None, typer.Option(parser=path, metavar="<path>", help=_TEMPLATE)] = None,
    target: Annotated[
        Path | None, typer.Option("-o", "--out", parser=path, metavar="<path>", help="[default: OUT/exports/...]")
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
