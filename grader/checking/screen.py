"""A look at a notebook on standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from types import MappingProxyType

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.checking import lines
from grader.checking.checked import Checked
from grader.checking.lines import SIGNS, Block, Line

_STYLES = MappingProxyType(
    {
        "passed": "green",
        "partial": "yellow",
        "failed": "red",
        "skipped": "dim",
        "undecided": "cyan",
        "kept_back": "dim",
    }
)


class Screen:
    """`plain`, and wherever no terminal is: no colours, no columns, and nothing wraps."""

    def __init__(self, *, plain: bool = False) -> None:
        self.plain = plain or not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR"))
        self._console = Console(emoji=False, highlight=False, markup=False)
        self._ascii = not _writes("".join(sign for sign, _ in SIGNS.values()))

    def say(self, text: str, style: str = "") -> None:
        """A line of ours."""
        if self.plain:
            print(text, flush=True)
        else:
            self._console.print(Text(text, style=style))

    def show(self, checked: Checked, only: Collection[str] | None = None) -> None:
        """The notebook as a whole, then item by item; with `only`, those items alone."""
        if self.plain:
            for line in lines.plain(checked, only, ascii_signs=self._ascii):
                self.say(line)
            return
        self._head(checked)
        for block in lines.blocks(checked, only):
            self.say("")
            self._block(block)
        if told := lines.waits(checked):
            self.say("")
            self.say(f"? {told}", "dim")

    def _head(self, checked: Checked) -> None:
        top = lines.head(checked)
        self.say(top.title, "bold")
        self.say(top.took, "dim")
        for trouble in top.trouble:
            self.say(f"  {trouble}", "yellow")
        for remark in top.remarks:
            self.say(f"  - {remark}", "dim")
        self.say(top.total, "bold green" if checked.complete else "bold")

    def _block(self, block: Block) -> None:
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=3, justify="right")
        table.add_column(ratio=1, overflow="fold")
        table.add_column(justify="right", no_wrap=True)
        table.add_row("", Text(block.title, style="bold"), Text(block.points, style="bold"))
        for line in block.lines:
            sign = Text(SIGNS[line.state][self._ascii], style=_STYLES[line.state])
            table.add_row(sign, _body(line), Text(line.points, style=_STYLES[line.state]))
        self._console.print(table)


def _body(line: Line) -> Text:
    body = Text(line.text, style="dim" if line.state == "kept_back" else "")
    for words in line.says:
        body.append(f"\n{words}")
    for words in line.aside:
        body.append(f"\n{words}", style="dim")
    return body


def _writes(text: str) -> bool:
    """Whether standard output has these signs; a Windows console of another code page has not."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
