"""A notebook as students are given it -> which of its cells belong to which question.

A question ends in the cell that has it checked. One between `<!-- BEGIN QUESTION -->` and `<!-- END QUESTION -->` that
nothing checks is for a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from grader.importing.imported import Question
from grader.importing.otter.names import first_line
from grader.importing.otter.parts import Cell
from grader.items.otter import names_of_checks

_BEGIN, _END = re.compile(r"<!--\s*BEGIN QUESTION\s*-->"), re.compile(r"<!--\s*END QUESTION\s*-->")
_POINTS = re.compile(r"^_Points:_\s*(\d+(?:\.\d+)?)\s*$", re.MULTILINE)


def laid_out(cells: Sequence[Cell], asked: Mapping[str, Question]) -> tuple[list[Cell], dict[str, Question]]:
    """The cells with a name for each that belongs to a question, and the questions in their order with these names."""
    found = _read(cells)
    named = list(cells)
    placed: dict[str, Question] = {}
    for name, own in found.cells.items():
        manual = Question(id=name, manual=found.manual[name] or 1.0) if name in found.manual else None
        question = asked.get(name, manual)
        if question is None:
            continue
        words = "\n\n".join(cells[index]["source"] for index in own if cells[index]["cell_type"] == "markdown")
        names = tuple(f"{question.id}-cell-{number}" for number in range(1, len(own) + 1))
        for index, cell_name in zip(own, names, strict=True):
            named[index] = {**cells[index], "metadata": {**cells[index]["metadata"], "name": cell_name}}
        told = {"title": first_line(words) or name, "cells": names, "prompt": words if question.manual else ""}
        placed[name] = question.model_copy(update=told)
    return named, placed | {name: one for name, one in asked.items() if name not in placed}


def checks(cells: Sequence[Cell]) -> int:
    """How many questions a notebook has checked."""
    return sum(len(_checked(cell)) for cell in cells)


class Given(NamedTuple):
    """By question: indices of its cells. `manual`: questions for a person, with points if the notebook tells them."""

    cells: dict[str, list[int]]
    manual: dict[str, float | None]


class _Reading:
    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cells = cells
        self.own: dict[str, list[int]] = {}
        self.manual: dict[str, float | None] = {}
        self.stretch: list[int] = []
        self.begun = False

    def close(self) -> None:
        """The stretch is over: a question for a person, if it was begun as a question."""
        if self.begun and self.stretch:
            name = f"manual-{len(self.manual) + 1}"
            said = "\n".join(self.cells[index]["source"] for index in self.stretch)
            self.own[name] = self.stretch
            self.manual[name] = float(found[1]) if (found := _POINTS.search(said)) else None
        self.stretch, self.begun = [], False

    def check(self, names: Sequence[str]) -> None:
        first, *others = names
        self.own[first] = self.stretch if self.begun else self._nearest()
        for name in others:
            self.own.setdefault(name, [])
        self.stretch, self.begun = [], False

    def _nearest(self) -> list[int]:
        """From the words right above the code that is checked."""
        kinds = [self.cells[index]["cell_type"] == "code" for index in self.stretch]
        start = len(kinds)
        while start and kinds[start - 1]:
            start -= 1
        while start and not kinds[start - 1]:
            start -= 1
        return self.stretch[start:]


def _read(cells: Sequence[Cell]) -> Given:
    reading = _Reading(cells)
    for index, cell in enumerate(cells):
        text = cell["source"]
        if cell["cell_type"] == "markdown" and _END.search(text):
            reading.close()
        if cell["cell_type"] == "markdown" and _BEGIN.search(text):
            reading.close()
            reading.begun = True
        reading.stretch.append(index)
        if names := _checked(cell):
            reading.check(names)
    reading.close()
    return Given(reading.own, reading.manual)


def _checked(cell: Cell) -> list[str]:
    told: Any = cell["metadata"].get("otter")
    listed = told.get("tests") if isinstance(told, dict) else None
    by_name = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    return [*by_name, *(names_of_checks(cell["source"]) if cell["cell_type"] == "code" else ())]
