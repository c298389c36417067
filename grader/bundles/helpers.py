"""Tests that students have and that use what only hidden lines define: they would fail for everybody who checks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader import reading
from grader.checks import passing
from grader.model import Assignment, Criterion


def left_without(assignment: Assignment, seen: Assignment) -> Iterator[tuple[str, str]]:
    """(test, name) for every name that a test in `seen` uses and that a hidden test, or hidden lines, would define."""
    left = {(item.id, one.id): one for item in seen.items for one in item.criteria}
    given = _given(assignment)
    shown, gone = set[str](), set[str]()
    for item in assignment.items:
        for one in item.criteria:
            whole, open_part = _names(one), _names(left.get((item.id, one.id)))
            shown |= open_part[0]
            lost = sorted((open_part[1] & (gone | whole[0])) - shown)
            yield from ((f"{item.id}/{one.id}", name) for name in lost if not re.search(rf"\b{name}\b", given))
            gone |= whole[0]


def _names(criterion: Criterion | None) -> tuple[set[str], set[str]]:
    """Those that a test defines, which it leaves to the next, and those that it uses."""
    if criterion is None or criterion.code is None or criterion.params.get("kind", "cell") != "cell":
        return set(), set()
    try:
        tree = ast.parse(passing.python_of(criterion.code))
    except (SyntaxError, ValueError, RecursionError):
        return set(), set()
    found = [*ast.walk(tree)]
    names = [node for node in found if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    stored |= {node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    stored |= {(node.asname or node.name).partition(".")[0] for node in found if isinstance(node, ast.alias)}
    return stored, {node.id for node in names} - stored


def _given(assignment: Assignment) -> str:
    """The code that students are given to begin with."""
    if assignment.handout is None:
        return ""
    cells = reading.read(assignment.handout).notebook["cells"]
    return "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
