"""Written answers alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.arguments import Lang, path


def score(
    rubric: Annotated[Path, typer.Argument(parser=path, metavar="rubric", help="The rubric.")],
    file: Annotated[
        Path,
        typer.Argument(
            parser=path, metavar="file", help="Answers: a JSON object a line, with `id`, `item` and `text`."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", parser=path, metavar="<path>", help="File for the scores. [default: standard output]"
        ),
    ] = None,
) -> None:
    """Score answers, one JSON object a line: points by criterion, confidence, and the words that earned them."""
    from grader.answer_commands import score_answers

    raise typer.Exit(score_answers(rubric, file, None if out == Path("-") else out))


def tune(
    rubric: Annotated[Path, typer.Argument(parser=path, metavar="rubric", help="The rubric.")],
    file: Annotated[
        Path,
        typer.Argument(
            parser=path,
            metavar="file",
            help="Graded answers: as for `score`, with `points` by criterion or one `score`.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", parser=path, metavar="<path>", help="File for the report as an HTML page."),
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
