"""A notebook is looked at before it is handed in."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.arguments import Lang, path, rubric_of
from grader.cli.classes import Walls

if TYPE_CHECKING:
    from grader.walls.plan import Tier


def check(
    notebook: Annotated[
        Path, typer.Argument(parser=path, metavar="notebook", help="The notebook, or the folder with it and its files.")
    ],
    assignment: Annotated[
        Path | None,
        typer.Option(
            "-a",
            "--assignment",
            parser=path,
            metavar="<path>",
            envvar="GRADER_ASSIGNMENT",
            help="A bundle for students, or a rubric."
            " [default: the only *.grader.zip beside the notebook or here, else rubrics/hw1.yaml]",
        ),
    ] = None,
    item: Annotated[
        list[str] | None, typer.Option("--item", metavar="<id>", help="Tell of this item only; may be repeated.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Again on every save, until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document; with --watch one a line.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Without colours and wrapped lines. [default: where no terminal is]")
    ] = False,
    lang: Annotated[Lang, typer.Option(help="Language of what is said.")] = Lang.en,
    walls: Annotated[
        Walls | None, typer.Option(help="Around the kernel. [default: the best that `grader doctor` finds]")
    ] = None,
) -> None:
    """Show how your notebook stands, before you hand it in.

    It is run here and graded by what students may see: hidden criteria are told as such, and practice rows stand in for
    those that nobody has. Exit code 0: all that can be seen has its full points; 1: not so, or a person decides;
    2: bad input, in one sentence; 3: notebooks cannot be run here; 130: interrupted.
    """
    began = time.monotonic()
    from grader.checking.command import Wish, assignment_for, check_notebook

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: no kernel is left
    tier: Tier | None = None if walls is None else walls.value
    rubric = assignment if assignment is not None else assignment_for(notebook, rubric_of(None))
    wish = Wish(tuple(item or ()), watch, plain, as_json, lang.value, tier, began)
    raise typer.Exit(check_notebook(notebook, rubric, wish))
