"""Which cell of the handout each cell of a hand-in was: by the name in its metadata, or by what stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader import reading
from grader.items import otter
from grader.model import Assignment, Text

Cell = Mapping[str, Any]

_MOST_COMPARED = 20  # cells on either side of a stretch in which cells are compared one by one
_MOSTLY_KEPT = 0.6  # of a locked cell's text, to be that cell
_SAME_KIND = 0.2  # worth of two cells being code, or none, beside how alike their text is
_LONGEST = 1_000  # characters of a cell that are compared


def names(cells: Sequence[Cell], handout: Path | None) -> tuple[str | None, ...]:
    """For each cell the name of the handout's cell that it was; None for what students added, and for nameless cells.

    A notebook that has lost its metadata is laid beside the handout: what stands in both is the same cell, and between
    two such cells the others follow each other as they do there.
    """
    given = cells_of(handout)
    known = {name for cell in given if (name := name_of(cell))}
    own = tuple(name_of(cell) for cell in cells)
    if not known or any(name in known for name in own):
        return own
    found: list[str | None] = [None] * len(cells)
    for place, other in _pairs(given, cells):
        found[other] = name_of(given[place])
    return tuple(found)


def restored(notebook: dict[str, Any], assignment: Assignment) -> tuple[dict[str, Any], tuple[Text, ...]]:
    """The notebook with the handout's text in code cells that students were not to edit, and a sentence on each."""
    locked = {name: cell for cell in cells_of(assignment.handout) if (name := name_of(cell)) and is_locked(cell)}
    if not locked:
        return notebook, ()
    cells, said = list(notebook["cells"]), []
    for index, cell in enumerate(notebook["cells"]):  # by its own name alone: a likeness could cost an answer
        name = name_of(cell)
        given = locked.get(name or "")
        if given is None or given["cell_type"] != "code" or cells[index]["cell_type"] != "code":
            continue
        if _key(cells[index]) != _key(given):
            cells[index] = {**cells[index], "source": given["source"]}
            said.append(_RESTORED.filled(index + 1, name))
    return {**notebook, "cells": cells}, tuple(said)


def of_another(notebook: dict[str, Any], assignment: Assignment) -> Text | None:
    """Why this may be no hand-in of the assignment: its cells have names, and none that an item lists."""
    listed = {name for item in assignment.items for name in item.cells}
    own = [name for cell in notebook["cells"] if (name := name_of(cell))]
    if not listed or not own or listed.intersection(own):
        return None
    return _ANOTHER.filled(", ".join(f"`{name}`" for name in own[:3]))


@lru_cache(maxsize=8)
def cells_of(handout: Path | None) -> tuple[Cell, ...]:
    return tuple(reading.read(handout).notebook["cells"]) if handout is not None else ()


def name_of(cell: Cell) -> str | None:
    name: str | None = cell["metadata"].get("name")
    return name


def is_locked(cell: Cell) -> bool:
    return cell["metadata"].get("editable") is False


def is_as_given(cell: Cell, given: Cell) -> bool:
    """Whether a student left the cell as it was."""
    return _key(cell) == _key(given)


def _key(cell: Cell) -> tuple[bool, str]:
    """What is the same in a cell that was only opened and saved."""
    text = cell["source"] if _is_code(cell) else otter.without_marks(cell["source"])
    return _is_code(cell), "\n".join(line.rstrip() for line in text.strip().splitlines())


def _is_code(cell: Cell) -> bool:
    return bool(cell["cell_type"] == "code")


def _pairs(given: Sequence[Cell], cells: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Places of the same cell in both, in order."""
    matcher = SequenceMatcher(None, [_key(cell) for cell in given], [_key(cell) for cell in cells], autojunk=False)
    for kind, first, after, start, end in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(range(first, after), range(start, end), strict=True)
        elif kind == "replace":
            for place, other in _likeliest(given[first:after], cells[start:end]):
                yield first + place, start + other


def _likeliest(given: Sequence[Cell], cells: Sequence[Cell]) -> list[tuple[int, int]]:
    """Pairs in order, of cells of one kind, whose likenesses add up to most."""
    if max(len(given), len(cells)) > _MOST_COMPARED:
        return [(n, n) for n, (one, other) in enumerate(zip(given, cells, strict=False)) if _likeness(one, other)]
    best: list[list[tuple[float, list[tuple[int, int]]]]] = [
        [(0.0, [])] * (len(cells) + 1) for _ in range(len(given) + 1)
    ]
    for i, one in enumerate(given):
        for j, other in enumerate(cells):
            like = _likeness(one, other)
            worth, pairs = best[i][j]
            paired = [(worth + like, [*pairs, (i, j)])] if like else []
            best[i + 1][j + 1] = max([best[i][j + 1], best[i + 1][j], *paired], key=lambda told: told[0])
    return best[-1][-1][1]


def _likeness(given: Cell, cell: Cell) -> float:
    """0 for code beside text, and for hardly anything of a cell that nobody edits; else more than that."""
    if _is_code(given) != _is_code(cell):
        return 0.0
    matcher = SequenceMatcher(None, given["source"][:_LONGEST], cell["source"][:_LONGEST], autojunk=False)
    ratio = matcher.ratio()
    return 0.0 if is_locked(given) and ratio < _MOSTLY_KEPT else _SAME_KIND + ratio


_ANOTHER = Text(
    ko="다른 과제의 노트북일 수 있습니다. 이 과제의 셀은 없고 {0} 같은 셀이 있습니다.",
    en="this may be a notebook of another assignment: it has none of this one's cells, but such as {0}",
)
_RESTORED = Text(
    ko="{0}번 셀(`{1}`)은 고치지 않는 셀이어서, 배포한 내용으로 실행했습니다.",
    en="cell {0} (`{1}`) was not to be edited: it was run as it was handed out",
)
