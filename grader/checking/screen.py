"""A look at a notebook, on a screen with colours or as plain lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import MappingProxyType

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.checking.checked import Checked, CheckedCriterion, CheckedItem
from grader.checking.words import word
from grader.exporters.values import points
from grader.model import Language

# state -> sign, what stands for it where that cannot be written, and its style
_SIGNS = MappingProxyType(
    {
        "passed": ("✓", "+", "green"),
        "partial": ("◐", "~", "yellow"),
        "failed": ("✗", "x", "red"),
        "skipped": ("–", "-", "dim"),
        "undecided": ("?", "?", "cyan"),
        "kept_back": ("·", ".", "dim"),
    }
)
_NO_TERMINAL = 160  # columns


@dataclass(frozen=True)
class Line:
    """One criterion, or what stands in the place of some: with details below it."""

    state: str
    text: str
    points: str = ""
    below: tuple[tuple[str, str], ...] = ()  # words, and their style


class Screen:
    """Standard output. `plain`: no colours, no lines that wrap, nothing that a screen reader or a log trips over."""

    def __init__(self, *, plain: bool = False) -> None:
        self.plain = plain or not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR"))
        width = _NO_TERMINAL if self.plain else None
        self._console = Console(width=width, emoji=False, highlight=False, markup=False, no_color=self.plain)
        self._sign = 0 if _writes("✓◐✗–·") else 1

    def say(self, text: str, style: str = "") -> None:
        self._console.print(text, style=style if not self.plain else "", soft_wrap=True)

    def show(self, checked: Checked, only: Collection[str] | None = None) -> None:
        """The notebook as a whole, then item by item; with `only`, those items alone."""
        for text, style in _head(checked):
            self.say(text, style)
        for item in checked.items:
            if only is not None and item.item not in only:
                continue
            self._console.print()
            title = f"{item.item}  {item.title}"
            self._item(title, _points(item.earned, item.decided, item.points), list(_lines(item, checked)))
        for kept in checked.kept_back if only is None else ():
            if kept.whole:
                self._console.print()
                told = word("kept_back_item", checked.language, points=points(kept.points))
                self._item(kept.item, "", [Line("kept_back", told)])
        if any(criterion.state == "undecided" for item in checked.items for criterion in item.criteria):
            self._console.print()
            self.say(f"{self._mark('undecided')} {word('person', checked.language)}", "dim")

    def _item(self, title: str, earned: str, lines: list[Line]) -> None:
        if self.plain:
            self.say(f"{title}: {earned}" if earned else title)
            for line in lines:
                self._plain(line)
            return
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=3, justify="right")
        table.add_column(ratio=1, overflow="fold")
        table.add_column(justify="right", no_wrap=True)
        self._console.print(_spread(title, earned, self._console.width), style="bold")
        for line in lines:
            style = _SIGNS[line.state][2]
            body = Text(line.text, style="dim" if line.state == "kept_back" else "")
            for words, how in line.below:
                body.append(f"\n{words}", style=how)
            table.add_row(Text(self._mark(line.state), style=style), body, Text(line.points, style=style))
        self._console.print(table)

    def _plain(self, line: Line) -> None:
        earned = f": {line.points}" if line.points else ""
        self.say(f"  {self._mark(line.state)} {line.text}{earned}")
        for words, _ in line.below:
            self.say(f"      {words}")

    def _mark(self, state: str) -> str:
        return _SIGNS[state][self._sign]


def _writes(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _spread(left: str, right: str, width: int) -> Text:
    """Left and right on one line."""
    space = width - Text(left).cell_len - Text(right).cell_len
    return Text(f"{left}{' ' * max(2, space)}{right}", overflow="fold")


def _head(checked: Checked) -> Iterator[tuple[str, str]]:
    language = checked.language
    yield f"{checked.notebook} · {checked.title}", "bold"
    times = {name: f"{value:.1f}" for name, value in checked.seconds.model_dump().items()}
    yield word("seconds" if checked.ran else "not_run", language, **times), "dim"
    if checked.run_says is not None:
        yield checked.run_says, "yellow"
    for error in checked.errors:
        place = f"{word('cell', language, cells=error.cell)}: " if error.cell is not None else ""
        yield f"  {place}{error.name}: {error.message}".rstrip(": "), "yellow"
    for remark in checked.remarks:
        yield f"  - {remark}", "dim"
    if not checked.items:
        yield word("nothing", language), ""
        return
    name = "total" if checked.earned is not None else "so_far"
    total = word(name, language, earned=points(checked.decided), points=points(checked.points))
    yield total, "bold green" if checked.complete else "bold"


def _points(earned: float | None, decided: float, most: float) -> str:
    return f"{points(decided)}+ / {points(most)}" if earned is None else f"{points(earned)} / {points(most)}"


def _lines(item: CheckedItem, checked: Checked) -> Iterator[Line]:
    for criterion in item.criteria:
        earned = "?" if criterion.earned is None else points(criterion.earned)
        bonus = f" ({word('bonus', checked.language)})" if criterion.bonus else ""
        below = tuple(_below(criterion, item, checked.language))
        yield Line(criterion.state, criterion.name + bonus, f"{earned} / {points(criterion.points)}", below)
    for kept in checked.kept_back:
        if kept.item == item.item:
            name = "kept_back" if kept.points else "kept_back_bonus"
            yield Line("kept_back", word(name, checked.language, n=kept.count, points=points(kept.points)))


def _below(criterion: CheckedCriterion, item: CheckedItem, language: Language) -> Iterator[tuple[str, str]]:
    if criterion.says is not None:
        yield f"{criterion.says}{_place(criterion.cells, language)}", ""
    if criterion.quotes:
        quotes = " … ".join(f"“{quote}”" for quote in criterion.quotes)
        yield f"{word('quoted', language, quotes=quotes)}{_place(item.cells, language)}", "dim"
    if criterion.note is not None:
        yield criterion.note, "dim"


def _place(cells: tuple[int, ...], language: Language) -> str:
    if not cells:
        return ""
    return f" ({word('cell' if len(cells) == 1 else 'cells', language, cells=', '.join(map(str, cells[:6])))})"

