"""Notebooks of a student's beside the one that is graded: homework is often handed in in parts.

Answers under an item's heading are read from them, as from any document; what else they may answer waits for a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.checks.documents import WRITTEN
from grader.intake.contents import Content, own_code
from grader.items import notebook, passages, topics
from grader.items.notebook import ByItem
from grader.model import Answer, Assignment

_MOST_WORDS = 20_000  # characters of loose words that are taken from one notebook


@dataclass(frozen=True)
class Beside:
    """`said` and `cells` go after the graded notebook's; `work`: by item the notebooks that may answer it."""

    cells: tuple[dict[str, Any], ...] = ()
    said: tuple[ByItem, ...] = ()
    work: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read(others: Sequence[tuple[str, Content]], graded: dict[str, Any], assignment: Assignment) -> Beside:
    """What the other notebooks add to items that the graded one does not answer. `others`: shown names and contents."""
    ours = notebook.by_item(graded, assignment)
    lacking, answered = _lacking(graded, ours, assignment), set(ours.answers)
    cells: list[dict[str, Any]] = []
    said: list[ByItem] = []
    notes: list[str] = []
    work: dict[str, list[str]] = {}
    start = len(graded["cells"]) + 1
    for name, content in others:
        if content.notebook is None:
            may_answer: Collection[str] = lacking
        else:
            theirs = notebook.by_item(content.notebook, assignment)
            may_answer = [item for item in _may_answer(content.notebook, theirs, assignment) if item in lacking]
            taken = {i: theirs.answers[i] for i in may_answer if i in theirs.named & theirs.answers.keys() - answered}
            added = [_cell(item, answer, name) for item, answer in taken.items()]
            if added or may_answer:
                loose = theirs.elsewhere[:_MOST_WORDS]
                said.append(_said(taken, loose))
            if taken:
                notes.append(f"{name} was read besides the notebook: words for {', '.join(taken)}")
                answered |= taken.keys()
                lacking = [item for item in lacking if item not in taken or _asks_for_code(item, assignment)]
            cells += added
        for item in may_answer:
            if item in lacking:
                work.setdefault(item, []).append(name)
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, start)]
    return Beside(tuple(numbered), tuple(said), {item: tuple(names) for item, names in work.items()}, tuple(notes))


def _lacking(graded: dict[str, Any], said: ByItem, assignment: Assignment) -> list[str]:
    """Items that ask for code and have none under their name, and items that ask for words and have no answer."""
    coded = {item for item, _ in own_code(graded, said, assignment)}
    return [
        item.id
        for item in assignment.items
        if (_asks_for_code(item.id, assignment) and item.id not in coded)
        or (_asks_for_words(item.id, assignment) and item.id not in said.answers)
    ]


def _may_answer(content: dict[str, Any], said: ByItem, assignment: Assignment) -> Iterator[str]:
    """Items that a notebook has work for: by name, by topic, or code that stands under no name and may be any's."""
    coded = {item for item, _ in own_code(content, said, assignment)}
    known = topics.of(assignment)
    in_code = {known.of_passage(text) for text in _words_in_code(content)} if known.written() else set()
    for item in assignment.items:
        code = item.id in coded or None in coded
        if (code and _asks_for_code(item.id, assignment)) or item.id in said.answers or item.id in in_code:
            yield item.id


def _words_in_code(content: dict[str, Any]) -> Iterator[str]:
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            yield from (line for passage in passages.in_source(cell["source"]) for line in passage.text.splitlines())


def _asks_for_code(item: str, assignment: Assignment) -> bool:
    return any(c.check not in WRITTEN and not c.bonus for c in assignment.item(item).criteria)


def _asks_for_words(item: str, assignment: Assignment) -> bool:
    return any(c.check in WRITTEN and not c.bonus for c in assignment.item(item).criteria)


def _cell(item: str, answer: Answer, name: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": f"# {item} ({name})\n\n{answer.text}"}


def _said(taken: Mapping[str, Answer], loose: str) -> ByItem:
    answers = {item: Answer(text=answer.text, cells=(place,)) for place, (item, answer) in enumerate(taken.items(), 1)}
    return ByItem(tuple(taken), answers, tuple(taken), loose, named=frozenset(taken))
