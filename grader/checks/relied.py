"""What a test uses and the notebook replaced: as its kernel saw it, and functions of the handout that it wrote anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from grader.checks.decision import Evidence
from grader.items import given

_MOST = 4
_JUDGING = "doctest."  # what compares examples with what they print stands in no test
_DEFINED = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)
_MEANT = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)


def replaced(seen: list[str], evidence: Evidence) -> str:
    """The first few names to look at. What the handout asks students to write replaces nothing."""
    code = evidence.criterion.code or ""
    handout = given.cells_of(evidence.assignment.handout)
    asked = set(_defined(cell for cell in handout if not given.is_locked(cell)))
    told = [name for name in seen if name.startswith(_JUDGING) or (name not in asked and _stands(name, code))]
    return ", ".join(dict.fromkeys([*told, *_helpers(handout, evidence, code)][:_MOST]))


def _helpers(handout: Sequence[Mapping[str, Any]], evidence: Evidence, code: str) -> list[str]:
    """Functions of the handout's locked cells that the test uses, and that another cell gives a meaning."""
    locked = [cell for cell in handout if given.is_locked(cell)]
    helpers = [name for name in _defined(locked) if _stands(name, code) and name not in _DEFINED.findall(code)]
    if not helpers:
        return []
    cells = (evidence.submission.notebook or {}).get("cells", [])
    own = [c["source"] for c in cells if c["cell_type"] == "code" and not any(given.is_as_given(c, g) for g in locked)]
    meant = {name for pair in _MEANT.findall("\n".join(own)) for name in pair}
    return [name for name in helpers if name in meant]


def _defined(cells: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for cell in cells:
        if cell["cell_type"] == "code":
            yield from _DEFINED.findall(cell["source"])


def _stands(name: str, code: str) -> bool:
    """Whether the last part of a name is a word of the test."""
    return re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", code) is not None
