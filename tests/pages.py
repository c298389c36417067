"""The project's pages as tests read them: blocks of code, the files that they name, headings and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from conftest import ROOT

_FENCE = re.compile(r"```(\w*)$")
_NAMES_A_FILE = re.compile(r"`([\w./-]+\.\w+)`:$")  # the sentence before a block of which that file is made
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")


class Command(NamedTuple):
    """A line after `$ `, and what the page shows of its output."""

    line: int
    text: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """Fenced code. `file`: what the reader saves it as; `adds`: at the end of what that file holds already."""

    line: int
    kind: str
    text: str
    file: str | None = None
    adds: bool = False

    def commands(self) -> Iterator[Command]:
        lines = list(enumerate(self.text.splitlines(), start=self.line + 1)) if self.kind == "console" else []
        starts = [place for place, (_, line) in enumerate(lines) if line.startswith("$ ")]
        for start, end in pairwise([*starts, len(lines)]):
            number, line = lines[start]
            yield Command(number, line[2:], tuple(shown for _, shown in lines[start + 1 : end]))


@dataclass(frozen=True)
class Page:
    file: Path

    @property
    def name(self) -> str:
        return self.file.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(_blocks(self.text.splitlines()))

    @cached_property
    def words(self) -> list[str]:
        """Lines outside of blocks."""
        inside = {n for b in self.blocks for n in range(b.line, b.line + b.text.count("\n") + 2)}
        return [line for n, line in enumerate(self.text.splitlines(), start=1) if n not in inside]

    @property
    def headings(self) -> list[str]:
        return [line.lstrip("# ") for line in self.words if re.match(r"#+ ", line)]

    @property
    def anchors(self) -> set[str]:
        """As code hosts make them of headings."""
        return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in self.headings}

    @property
    def links(self) -> list[str]:
        """Targets of links and pictures."""
        return [match[1] or match[2] for match in _LINK.finditer("\n".join(self.words))]


def _blocks(lines: list[str]) -> Iterator[Block]:
    start, kind = 0, ""
    for number, line in enumerate(lines, start=1):
        if start and line == "```":
            text = "\n".join(lines[start : number - 1]) + "\n"
            before = _sentence_before(lines, start)
            named = _NAMES_A_FILE.search(before)
            yield Block(start, kind, text, named[1] if named else None, "at the end of" in before.lower())
            start = 0
        elif not start and (match := _FENCE.match(line)):
            start, kind = number, match[1]


def _sentence_before(lines: list[str], fence: int) -> str:
    """The paragraph above line `fence`."""
    above = lines[: fence - 1]
    while above and not above[-1].strip():
        above.pop()
    start = max((n for n, line in enumerate(above) if not line.strip()), default=-1)
    return " ".join(above[start + 1 :]).strip()


PAGES = tuple(Page(file) for file in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))))
