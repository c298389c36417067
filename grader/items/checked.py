"""Cells in which a notebook for otter has a question checked: its answer stands above."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

_CHECKED = re.compile(
    r"^[ \t]*(?:\w+[ \t]*=[ \t]*)?\w+\.check\(\s*(?:question\s*=\s*)?(['\"])([^'\"\n]+)\1", re.MULTILINE
)


def names_of_checks(source: str) -> list[str]:
    """The questions that a cell has checked: `grader.check("q1")` -> q1."""
    return list(dict.fromkeys(found[2].strip() for found in _CHECKED.finditer(source)))


def checked_cells(cells: Sequence[Mapping[str, Any]], items: Collection[str]) -> dict[int, str]:
    """By index of a cell: the item, of those given, that is checked next below it."""
    found: dict[int, str] = {}
    since: list[int] = []
    for index, cell in enumerate(cells):
        since.append(index)
        checked = names_of_checks(cell["source"]) if cell["cell_type"] == "code" else []
        if checked:
            found |= {one: checked[-1] for one in since if checked[-1] in items}
            since = []
    return found
