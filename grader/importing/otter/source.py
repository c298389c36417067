"""A source notebook -> the notebook with the solutions, and the one that students are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from grader.importing.otter.parts import Asked, Cell, Placed, Source
from grader.importing.otter.solutions import without_ignored, without_solution

ANSWER_HERE = "_Type your answer here, replacing this text._"
_INCLUDED = "otter_include"  # tag of Markdown in a solution that students see too


def questions(source: Source) -> list[tuple[Asked, list[Placed]]]:
    """Each question with its test cells, in order."""
    groups = groupby((one for one in source.cells if one.asked is not None), key=lambda one: one.asked)
    return [(asked, [one for one in own if one.part == "tests"]) for asked, own in groups if asked is not None]


def solved(source: Source, where: str) -> list[Cell]:
    """The cells of the reference: solutions as they stand, each cell tagged with its question."""
    answered = {one.asked.name for one in source.cells if one.asked is not None and one.part == "solution"}
    kept = (
        one
        for one in source.cells
        if one.part != "tests" and not (one.part == "prompt" and one.asked is not None and one.asked.name in answered)
    )
    return [_tagged(_cleaned(one, where), one.asked) for one in kept if one.cell["source"].strip()]


def handed_out(source: Source, where: str) -> list[Cell]:
    """The cells of the handout: without solutions and tests, with a place for each written answer."""
    cells: list[Cell] = []
    for asked, own in groupby(source.cells, key=lambda one: one.asked):
        cells += [_tagged(cell, asked) for cell in _given(asked, list(own), where, strip_all=source.old)]
    return cells


def _given(asked: Asked | None, own: Sequence[Placed], where: str, *, strip_all: bool) -> Iterator[Cell]:
    prompted = any(one.part == "prompt" for one in own)
    place_needed = asked is not None and bool(asked.config.get("manual")) and not prompted
    for one in own:
        if one.part == "tests" or not one.cell["source"].strip():
            continue
        if one.part != "solution":
            yield _stripped(one, where) if strip_all else _cleaned(one, where)
        elif one.cell["cell_type"] == "code":
            stripped = _stripped(one, where)
            if stripped["source"].strip() or not prompted:
                yield stripped
        elif _INCLUDED in one.cell["metadata"].get("tags", ()):
            yield _cleaned(one, where)
        elif place_needed:
            place_needed = False
            yield {**one.cell, "source": ANSWER_HERE}


def _stripped(one: Placed, where: str) -> Cell:
    cell = _cleaned(one, where)
    if cell["cell_type"] != "code":
        return cell
    return {**cell, "source": without_solution(cell["source"], f"{where}, cell {one.number}")}


def _cleaned(one: Placed, where: str) -> Cell:
    cell = {**one.cell, "source": without_ignored(one.cell["source"], f"{where}, cell {one.number}")}
    return cell | {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell


def _tagged(cell: Cell, asked: Asked | None) -> Cell:
    if asked is None:
        return cell
    tags = [*cell["metadata"].get("tags", ()), asked.name]
    return {**cell, "metadata": {**cell["metadata"], "tags": list(dict.fromkeys(tags))}}
