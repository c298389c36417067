"""A source notebook -> the notebook with the solutions, and the one that students are given."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from grader.importing.otter.names import id_of
from grader.importing.otter.parts import Asked, Cell, Placed, Source
from grader.importing.otter.solutions import without_ignored, without_solution

ANSWER_HERE = "_Type your answer here, replacing this text._"
_SOLUTION = "otter_assign_solution_cell"  # tag of a solution in the notebook that otter makes for its autograder
_INCLUDED = "otter_include"  # tag of Markdown in a solution that students see too


def questions(source: Source) -> list[tuple[Asked, list[Placed]]]:
    """Each question with its test cells, in order."""
    groups = groupby((one for one in source.cells if one.asked is not None), key=lambda one: one.asked)
    return [(asked, [one for one in own if one.part == "tests"]) for asked, own in groups if asked is not None]


def solved(source: Source, where: str) -> list[Cell]:
    """The cells of the reference: solutions as they stand, each cell named and tagged by its question."""
    answered = {one.asked.name for one in source.cells if one.asked is not None and one.part == "solution"}
    kept = (
        one
        for one in source.cells
        if one.part != "tests" and not (one.part == "prompt" and one.asked is not None and one.asked.name in answered)
    )
    cells = [(_cleaned(one, where), one.asked) for one in kept if one.cell["source"].strip()]
    return _named(cells)


def handed_out(source: Source, where: str) -> list[Cell]:
    """The cells of the handout: without solutions and tests, with a place for each written answer."""
    cells: list[tuple[Cell, Asked | None]] = []
    for asked, own in groupby(source.cells, key=lambda one: one.asked):
        cells += [(cell, asked) for cell in _given(asked, list(own), where, strip_all=source.old)]
    return _named(cells)


def _given(asked: Asked | None, own: Sequence[Placed], where: str, *, strip_all: bool) -> Iterator[Cell]:
    prompted = any(one.part == "prompt" for one in own)
    place_needed = asked is not None and bool(asked.config.get("manual")) and not prompted
    for one in own:
        if one.part == "tests" or not one.cell["source"].strip():
            continue
        if one.part != "solution":
            cell = _stripped(one, where) if strip_all else _cleaned(one, where)
            yield _locked(cell) if one.part == "question" else cell
        elif one.cell["cell_type"] == "code":
            stripped = _stripped(one, where)
            if stripped["source"].strip() or not prompted:
                yield stripped
        elif _INCLUDED in one.cell["metadata"].get("tags", ()):
            yield _cleaned(one, where)
        elif place_needed:
            place_needed = False
            yield {**one.cell, "source": ANSWER_HERE}


def _locked(cell: Cell) -> Cell:
    """What is asked is no answer."""
    return {**cell, "metadata": {**cell["metadata"], "editable": False}}


def is_solution(cell: Cell) -> bool:
    """Whether otter marked a cell of its autograder's notebook as a solution."""
    return _SOLUTION in cell["metadata"].get("tags", ())


def without_solutions(cells: Sequence[Cell], where: str) -> Iterator[Cell]:
    """The autograder's notebook as students get it; any other as it is."""
    for number, cell in enumerate(cells, start=1):
        if not is_solution(cell):
            yield cell
        elif cell["cell_type"] == "code":
            yield {**cell, "source": without_solution(cell["source"], f"{where}, cell {number}")}


def _stripped(one: Placed, where: str) -> Cell:
    cell = _cleaned(one, where)
    if cell["cell_type"] != "code":
        return cell
    return {**cell, "source": without_solution(cell["source"], f"{where}, cell {one.number}")}


def _cleaned(one: Placed, where: str) -> Cell:
    cell = {**one.cell, "source": without_ignored(one.cell["source"], f"{where}, cell {one.number}")}
    return cell | {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell


def _named(cells: Sequence[tuple[Cell, Asked | None]]) -> list[Cell]:
    """With a name for each cell of a question, by which it is known again, and a tag."""
    named: list[Cell] = []
    count: Counter[str] = Counter()
    for cell, asked in cells:
        if asked is None:
            named.append(cell)
            continue
        own = id_of(asked.name)
        count[own] += 1
        tags = [*cell["metadata"].get("tags", ()), own]
        metadata = {**cell["metadata"], "tags": list(dict.fromkeys(tags)), "name": f"{own}-cell-{count[own]}"}
        named.append({**cell, "metadata": metadata})
    return named


def names(cells: Sequence[Cell], question: str) -> tuple[str, ...]:
    """Of the cells that belong to a question."""
    return tuple(cell["metadata"]["name"] for cell in cells if question in cell["metadata"].get("tags", ()))


def points_of_manual(asked: Asked) -> float:
    """What a question for a person is worth: 1 where otter, which never counts it, is not told."""
    said = asked.config.get("points")
    return float(said) if isinstance(said, int | float) and not isinstance(said, bool) and said > 0 else 1.0


def notes(source: Source) -> Iterator[str]:
    """What of the questions could not be taken over."""
    for asked, tests in questions(source):
        name, points = asked.name, asked.config.get("points")
        if asked.config.get("manual") and tests:
            yield f"{name}: its tests have its points; write a criterion `check: manual` for what a person marks"
        elif asked.config.get("manual") and not points:
            yield f"{name}: a person marks it, and otter was not told for how many points: it got 1"
        elif not asked.config.get("manual") and not tests:
            yield f"{name}: left out, as it has no tests and no person marks it"
    silent = [p.number for p in source.cells if p.part == "tests" and never_run(p.cell)]
    if silent:
        cells = ", ".join(map(str, silent))
        yield f"never run, so nobody knows what they should print: test cells {cells}; run and save the notebook"
    if any("# BEGIN PLUGIN" in placed.cell["source"] for placed in source.cells):
        yield "otter's plugins are not run"


def never_run(cell: Cell) -> bool:
    """Whether a test cell ends in a value that was not saved."""
    if cell.get("execution_count") is not None or cell.get("outputs"):
        return False
    try:
        body = ast.parse(cell["source"]).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    return bool(body) and isinstance(body[-1], ast.Expr)
