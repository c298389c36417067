"""Cells -> sections: a heading or a tag, the words below it, and the items that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from grader.items.headings import BOLD_LEVEL, Heading, lines
from grader.items.outline import Outline, Reading
from grader.items.topics import Topics

Words = list[tuple[int, str]]  # the number of a cell, and a line in it

_LOWEST = 6  # level of a heading with as many signs as there can be
_CONTENTS = 3  # headings in one cell, with nothing below them, that are a table of contents
_MOST_HEADINGS = 1_000  # whose topic is looked at; homework has dozens
_LONGEST_QUOTE = 60


class Line(NamedTuple):
    text: str
    heading: Heading | None
    given: bool  # stands in the handout


@dataclass
class Section:
    """What stands from a heading, a tagged cell or the beginning to the next heading or tagged cell."""

    cell: int
    line: Line | None = None  # the heading
    tags: tuple[str, ...] = ()  # the items that the cell's tags name
    words: Words = field(default_factory=list)  # the student's, without the heading
    items: tuple[str, ...] = ()
    group: Mapping[str, str] = field(default_factory=dict)  # items by number, below a heading such as `P3`

    @property
    def heading(self) -> Heading | None:
        return self.line.heading if self.line else None

    def text(self) -> str:
        return "\n".join(line for _, line in self.words)


class Cut(NamedTuple):
    """A notebook as sections, and for each cell the number of the section that it ends in."""

    sections: list[Section]
    ends: list[int]


def cut(cells: Sequence[Mapping[str, Any]], outline: Outline, given: Callable[[str], bool]) -> Cut:
    """Cut a notebook's cells at headings and tags. `given` tells the handout's lines from the student's."""
    sections, ends = [Section(1)], []
    for number, cell in enumerate(cells, start=1):
        if tagged := outline.tagged(cell["metadata"].get("tags", ())):
            sections.append(Section(number, tags=tagged))
        for text, heading in lines(cell["source"]) if cell["cell_type"] != "code" else ():
            line = Line(text, heading, given(text))
            if heading:
                sections.append(Section(number, line))
            elif not line.given:
                sections[-1].words.append((number, text))
        ends.append(len(sections) - 1)
    return Cut(sections, ends)


class Placed(NamedTuple):
    """Items that a heading or a tag names, those known by a topic only, and how, in sentences."""

    named: frozenset[str]
    by_topic: frozenset[str]
    notes: tuple[str, ...]


def place(sections: Sequence[Section], outline: Outline, topics: Topics) -> Placed:
    """Give each section its items, and its own heading back as words where that names none.

    Names decide; a number alone or a topic counts only for items that are named nowhere, and only for headings that
    do not stand below a named one: there they are part of its answer.
    """
    readings = _without_contents(sections, list(_read(sections, outline)))
    named = frozenset(item for reading in readings for item in reading.named or ())
    current: tuple[str, ...] = ()
    level = BOLD_LEVEL
    notes: dict[str, str] = {}
    for count, (section, reading) in enumerate(zip(sections, readings, strict=True)):
        heading = section.heading
        recognised = None
        if reading.named is not None:
            current = reading.named
            level = heading.level if heading and current else BOLD_LEVEL
        elif heading and (not current or heading.level <= level) and count < _MOST_HEADINGS:
            recognised = _recognised(section, reading, topics, named)
        if heading and recognised:
            current, level = (recognised.item,), max(_LOWEST, heading.level)
            notes.setdefault(recognised.item, recognised.how)
        section.items = current
        if _is_answer(section, reading, recognised, topics):
            section.words.insert(0, (section.cell, section.line.text if section.line else ""))
    return Placed(named, frozenset(notes), tuple(notes.values()))


def _is_answer(section: Section, reading: Reading, recognised: _Recognised | None, topics: Topics) -> bool:
    """Whether a heading is among the student's words. One that is known by its topic may itself say what is asked."""
    if section.line is None or section.line.given or reading.named is not None:
        return False
    heading = section.line.heading
    return not recognised or bool(heading and any(s.concepts for s in topics.standings(heading.text)))


def _read(sections: Sequence[Section], outline: Outline) -> Iterator[Reading]:
    """What names alone say of each section."""
    current: tuple[str, ...] = ()
    for section in sections:
        if section.tags:
            reading = Reading(section.tags)
        elif section.heading:
            reading = outline.enter(section.heading, current)
            section.group = outline.group if reading.named == () else {}
        else:
            reading = Reading(None)
        current = current if reading.named is None else reading.named
        yield reading


def _without_contents(sections: Sequence[Section], readings: list[Reading]) -> list[Reading]:
    """The readings, where headings that only list what comes name nothing: a cell of no words, each named again."""
    both = list(zip(sections, readings, strict=True))
    last = {item: section.cell for section, reading in both for item in reading.named or ()}
    result: list[Reading] = []
    for cell, group in groupby(both, key=lambda pair: pair[0].cell):
        here = list(group)
        named = [item for section, reading in here if section.heading for item in reading.named or ()]
        silent = not any(section.words for section, _ in here if section.heading)
        contents = silent and len(named) >= _CONTENTS and all(last[item] > cell for item in named)
        result += [Reading(()) if contents and section.heading else reading for section, reading in here]
    return result


class _Recognised(NamedTuple):
    item: str
    how: str


def _recognised(section: Section, reading: Reading, topics: Topics, named: Collection[str]) -> _Recognised | None:
    """The item that a heading without a name is about, if it is named nowhere; with a sentence that says why."""
    line = section.line
    if line is None or line.heading is None or line.given:
        return None
    heading, words = line.heading, section.text()
    item, why = reading.numbered, "the number and the topic of the heading"
    if not item or topics.leans(f"{heading.text}\n{words}") != item:
        item, why = topics.of_heading(heading.text), "the topic of the heading"
    if not item and heading.level < BOLD_LEVEL:
        item, why = topics.of_passage(words), "the topic of the words below the heading"
    if not item or item in named:
        return None
    shown = heading.text[:_LONGEST_QUOTE].replace("`", "")
    return _Recognised(item, f"{item} was recognised by {why} `{shown}` (cell {section.cell})")
