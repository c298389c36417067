"""Cells -> the item that each belongs to, and the student's words by item."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from grader import reading
from grader.items import topics
from grader.items.headings import lines
from grader.items.named import named_cells
from grader.items.outline import Outline
from grader.items.pieces import deal
from grader.items.sections import Words, cut, place
from grader.items.swaps import in_their_places
from grader.model import Answer, Assignment


class ByItem(NamedTuple):
    """What a notebook says to which item."""

    cells: tuple[str | None, ...]
    answers: dict[str, Answer]
    headed: tuple[str, ...]  # items that a heading or a tag names, or whose topic a heading has
    elsewhere: str  # words under no item's heading
    notes: tuple[str, ...] = ()  # what was decided by more than names, and why
    named: frozenset[str] = frozenset()  # items that a heading or a tag names


def by_item(notebook: dict[str, Any], assignment: Assignment) -> ByItem:
    """Sort a notebook's cells and the student's own words by item.

    A cell whose name in the metadata an item lists belongs to that, and so do cells that were added below it. Any other
    belongs to the item that its tags name, or else to that of the last heading or tagged cell at or before it
    (None before the first); words belong to the heading above them, also within one cell, and to each item that it
    names. Items that are named nowhere are known by the topic of a heading or, for words, of a passage; what remains
    in doubt stays `elsewhere`. The handout's lines, HTML comments and the headings that name an item are no words of
    the student's.
    """
    known = topics.of(assignment)
    outline = Outline(assignment.item_ids)
    given = _handout_lines(assignment.handout)
    sections, ends = cut(notebook["cells"], outline, lambda line: _key(line) in given)
    placed = place(sections, outline, known)
    headed = placed.named | placed.by_topic
    dealt = deal(sections, outline, known, [item for item in known.written() if item not in headed])
    said = dict(dealt.answers)
    for section in sections:
        for item in section.items:
            said.setdefault(item, []).extend(section.words)
    answers = {item: answer for item, words in said.items() if (answer := _answer(words)).text}
    answers, exchanged = in_their_places(answers, placed.named, known)
    tags = [outline.tagged(cell["metadata"].get("tags", ())) for cell in notebook["cells"]]
    cells = tuple(next(iter(t or sections[end].items), None) for t, end in zip(tags, ends, strict=True))
    own = named_cells(notebook["cells"], assignment)
    cells = tuple(own.items.get(index, item) for index, item in enumerate(cells))
    answers = {item: answer for item, answer in answers.items() if item not in own.answers} | own.answers
    answers = {item: answer for item, answer in answers.items() if answer.text}
    in_order = tuple(item for item in outline.items if item in headed or item in own.answers)
    notes = (*placed.notes, *dealt.notes, *exchanged)
    rest = [(number, line) for number, line in dealt.rest if number - 1 not in own.items]
    return ByItem(cells, answers, in_order, _answer(rest).text, notes, placed.named | own.answers.keys())


def _answer(words: Words) -> Answer:
    texts = {n: "\n".join(line for _, line in lines).strip() for n, lines in groupby(words, key=lambda word: word[0])}
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
