"""Cells that have kept the names of an assignment of nbgrader's kind -> the items that list these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from grader.items import given, otter
from grader.model import Answer, Assignment


class Named(NamedTuple):
    """Items by the index of a cell, and what was written there, with empty answers to items that were found."""

    items: dict[int, str]
    answers: dict[str, Answer]


def named_cells(cells: Sequence[Mapping[str, Any]], assignment: Assignment) -> Named:
    """The cells of items that list names. What students added below such a cell belongs to it.

    An answer is what was written in cells that may be edited; of code only where a person marks the item.
    """
    items = {name: item.id for item in assignment.items for name in item.cells}
    if not items:
        return Named(otter.checked_cells(cells, [item.id for item in assignment.items]), {})
    handout = {name: cell for cell in given.cells_of(assignment.handout) if (name := given.name_of(cell))}
    given_elsewhere = [cell for cell in given.cells_of(assignment.handout) if not given.name_of(cell)]
    manual = {item.id for item in assignment.items if any(one.check == "manual" for one in item.criteria)}
    found: dict[int, str] = {}
    said: dict[str, list[tuple[int, str]]] = {}
    current: str | None = None
    for index, name in enumerate(given.names(cells, assignment.handout)):
        cell, own = cells[index], handout.get(name or "")
        if name is not None:
            current = items.get(name)
        elif otter.is_own(cell) or any(given.is_as_given(cell, one) for one in given_elsewhere):
            continue
        if current is None:
            continue
        found[index] = current
        said.setdefault(current, [])
        if cell["cell_type"] != "code" or current in manual:
            text = "" if own is not None and given.is_locked(own) else _written(cell, own)
            said[current] += [(index + 1, text)] if text else []
    return Named(found, {item: _answer(texts) for item, texts in said.items()})


def _written(cell: Mapping[str, Any], own: Mapping[str, Any] | None) -> str:
    """A cell's text; nothing where it is as it was handed out. Of text the handout's lines are left out."""
    if own is None:
        return str(cell["source"]).strip()
    if given.is_as_given(cell, own):
        return ""
    if cell["cell_type"] == "code":
        return str(cell["source"]).strip("\n")
    lines = {line.strip() for line in own["source"].splitlines()}
    return "\n".join(
        line for line in cell["source"].splitlines() if not line.strip() or line.strip() not in lines
    ).strip()


def _answer(texts: list[tuple[int, str]]) -> Answer:
    return Answer(text="\n\n".join(text for _, text in texts), cells=tuple(number for number, _ in texts))
