"""What `grader answers tune` shows on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from grader.model import Language
from grader.names import printable
from grader.terminal import console

if TYPE_CHECKING:
    from grader.exporters.tuning import Section

_MOST_ROWS = 36  # of one table
_MOST_LETTERS = 160


def print_sections(sections: Sequence[Section], language: Language) -> None:
    """Tables of what `grader answers tune` found, the beginning of each."""
    from grader.exporters.tuning_words import phrase

    screen = console()
    for section in sections:
        table = Table(header_style="bold", title=section.title, title_justify="left", title_style="bold")
        for name, cell in zip(section.columns, section.rows[0], strict=True):
            table.add_column(name, justify="right" if cell.number else "left", overflow="fold")
        for row in section.rows[:_MOST_ROWS]:
            table.add_row(*(escape(_shortened(printable(" ".join(str(cell).split())))) for cell in row))
        screen.print(table)
        if len(section.rows) > _MOST_ROWS:
            screen.print(phrase("shown_more", language, n=len(section.rows) - _MOST_ROWS), style="dim")


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"
