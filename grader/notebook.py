"""Cells -> the item that each belongs to, and the student's words by item."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from grader import reading
from grader.cells import strings_in
from grader.headings import Outline, lines
from grader.model import Answer, Assignment


class ByItem(NamedTuple):
    """What a notebook says to which item."""

    cells: tuple[str | None, ...]
    answers: dict[str, Answer]
    headed: tuple[str, ...]  # items that a heading or a tag names
    elsewhere: str  # words under no item's heading


def by_item(notebook: dict[str, Any], assignment: Assignment) -> ByItem:
    """Sort a notebook's cells and the student's own words by item.

    A cell belongs to the item that its tags name, or else to that of the last heading or tagged cell at or before it
    (None before the first); words belong to the heading above them, also within one cell, and to each item that it
    names. The handout's lines, HTML comments and the headings that name an item are no words of the student's.
    """
    outline = Outline(item.id for item in assignment.items)
    given = _handout_lines(assignment.handout)
    current: tuple[str, ...] = ()
    headed: set[str] = set()
    cell_items: list[str | None] = []
    words: dict[str | None, dict[int, list[str]]] = {}
    for number, cell in enumerate(notebook["cells"], start=1):
        tagged = outline.tagged(strings_in(cell["metadata"], "tags"))
        current = tagged or current
        headed.update(tagged)
        for line, heading in lines(cell["source"]) if cell["cell_type"] != "code" else ():
            named = outline.enter(heading, current) if heading else None
            if named is not None:
                current = named
                headed.update(named)
            elif _key(line) not in given:
                for item in current or (None,):
                    words.setdefault(item, {}).setdefault(number, []).append(line)
        cell_items.append(next(iter(tagged or current), None))
    elsewhere = _answer(words.pop(None, {})).text
    answers = {item: answer for item, said in words.items() if item and (answer := _answer(said)).text}
    return ByItem(tuple(cell_items), answers, tuple(i.id for i in assignment.items if i.id in headed), elsewhere)


def _answer(lines_of_cells: dict[int, list[str]]) -> Answer:
    texts = {number: "\n".join(lines).strip() for number, lines in lines_of_cells.items()}
    texts = {number: text for number, text in texts.items() if re.search(r"\w", text)}  # a lone rule `---` says nothing
    return Answer(text="\n\n".join(texts.values()), cells=tuple(texts))


def _key(line: str) -> str:
    """A line without what students change when they keep it: spacing, emphasis, quotation and list marks."""
    return re.sub(r"[\s*_>#`\-]+", "", unicodedata.normalize("NFKC", line)).casefold()


@lru_cache(maxsize=8)
def _handout_lines(handout: Path | None) -> frozenset[str]:
    if handout is None:
        return frozenset()
    cells = reading.read(handout).notebook["cells"]
    given = (_key(line) for cell in cells if cell["cell_type"] != "code" for line, _ in lines(cell["source"]))
    return frozenset(line for line in given if line)
