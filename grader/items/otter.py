"""What otter puts into students' notebooks: cells that have a question checked, cells of its own, and marks in text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

Cell = Mapping[str, Any]

_CHECKED = re.compile(
    r"^[ \t]*(?:\w+[ \t]*=[ \t]*)?\w+\.check\(\s*(?:question\s*=\s*)?(['\"])([^'\"\n]+)\1", re.MULTILINE
)
_CALL = re.compile(r"\w+\.(?:check|check_all|export|to_pdf)\(.*\)|(?:import|from) otter\b.*")
_OWN_LINE = re.compile(r"#.*|[%!]pip install\b.*|\w+ *= *(?:otter\.)?Notebook\(.*|")
_OWN_WORDS = ("## Submission\n\nMake sure you have run all cells", "---\n\nTo double-check your work, the cell below")
_MARKS = re.compile(r"<!--\s*(?:BEGIN|END) QUESTION\s*-->|^_Points:_ [\d.]+[ \t]*$", re.MULTILINE)


def names_of_checks(source: str) -> list[str]:
    """The questions that a cell has checked: `grader.check("q1")` -> q1."""
    return list(dict.fromkeys(found[2].strip() for found in _CHECKED.finditer(source)))


def checked_cells(cells: Sequence[Cell], items: Collection[str]) -> dict[int, str]:
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


def is_own(cell: Cell) -> bool:
    """Whether a cell holds nothing but calls of otter, or its words on handing in."""
    source = str(cell["source"])
    if cell["cell_type"] != "code":
        return source.startswith(_OWN_WORDS)
    others = [line for line in map(str.strip, source.splitlines()) if not _OWN_LINE.fullmatch(line)]
    return bool(others) and all(map(_CALL.fullmatch, others))


def without_marks(text: str) -> str:
    return _MARKS.sub("", text)
