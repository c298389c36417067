"""A source notebook's test cells -> cases: the output that a cell was saved with is the one that is expected."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from grader.errors import GraderError
from grader.importing.otter import points
from grader.importing.otter.cases import NOTHING, Case, Tested
from grader.importing.otter.parts import Asked, Cell, Placed, config_of
from grader.importing.otter.solutions import without_ignored
from grader.importing.otter.test_files import parsed, without_decorators, without_margin

_CONFIG = re.compile(
    r"\s*(?:\w+\s*=\s*)?(\"\"\"|''')\s*#\s*BEGIN\s*TEST\s*CONFIG[^\n]*\n(.*?)^\s*\1;?\s*#\s*END\s*TEST\s*CONFIG[^\n]*\n?",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_OLD_MARK = re.compile(r"##?\s*(?:hidden\s*)?test\b[^\n]*\n?", re.IGNORECASE)


class _Written(NamedTuple):
    """A test cell: what it says of itself, and its code."""

    told: dict[str, Any]
    code: str
    cell: Cell


def read(asked: Asked, cells: Sequence[Placed], *, as_doctest: bool, where: str) -> Tested:
    """A question's test cells as its cases. Raises GraderError for a cell that cannot be a test."""
    here = f"{where}, question `{asked.name}`"
    written = [_written(placed.cell, f"{where}, cell {placed.number}") for placed in cells]
    try:
        worth = points.of_cases(asked.config.get("points"), [one.told.get("points") for one in written])
    except GraderError as error:
        raise GraderError(f"{here}: {error}") from None
    cases = (
        _case(f"{asked.name} - {number}", one, pts, as_doctest, f"{where}, cell {placed.number}")
        for number, (one, pts, placed) in enumerate(zip(written, worth, cells, strict=True), start=1)
    )
    return Tested(name=asked.name, cases=tuple(cases), all_or_nothing=bool(asked.config.get("all_or_nothing")))


def _written(cell: Cell, where: str) -> _Written:
    if cell["cell_type"] != "code":
        raise GraderError(f"{where}: a test is a code cell, this one is {cell['cell_type']}")
    source = cell["source"]
    first = source.lstrip().partition("\n")[0]
    hidden = first.startswith("#") and re.search(r"\bhidden\b", first, re.IGNORECASE) is not None
    source = _OLD_MARK.sub("", source, count=1) if _OLD_MARK.match(source) else source
    found = _CONFIG.match(source)
    told = config_of(found[2], where) if found else {}
    code = without_ignored(source[found.end() :] if found else source, where)
    return _Written({"hidden": hidden, **told}, code, cell)


def _case(name: str, written: _Written, worth: float, as_doctest: bool, where: str) -> Case:
    told = written.told
    setup, code = ("", _doctest(written, where)) if as_doctest else _function(written.code, where)
    return Case(
        name=str(told.get("name") or name),
        kind="doctest" if as_doctest else "function",
        code=code,
        setup=setup,
        points=worth,
        hidden=bool(told.get("hidden")),
        success=_sentence(told.get("success_message")),
        failure=_sentence(told.get("failure_message")),
    )


def _sentence(said: Any) -> str | None:
    return str(said).strip() or None if said is not None else None


def _doctest(written: _Written, where: str) -> str:
    tree = _WithoutAnnotations().visit(parsed(written.code, where))
    wants = saved_output(written.cell)
    lines = [line for node in tree.body for line in _prompted(node)]
    return without_margin("\n".join([*lines, *wants]), where) or NOTHING


class _WithoutAnnotations(ast.NodeTransformer):
    """As otter writes doctests: the names of types need not be known in a student's notebook."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)


def _prompted(node: ast.stmt) -> list[str]:
    first, *rest = ast.unparse(node).splitlines()
    return [f">>> {first}", *(f"... {line}" if line else "..." for line in rest)]


def saved_output(cell: Cell) -> list[str]:
    """Lines of what the cell printed and of its value; in a doctest an empty line has a mark."""
    text = "".join(map(_output, cell.get("outputs", [])))
    lines = text.rstrip("\n").split("\n") if text.strip("\n") else []
    return [line if line.strip() else "<BLANKLINE>" for line in lines]


def _output(output: dict[str, Any]) -> str:
    """Nothing of what went to stderr, such as warnings: a doctest does not see it."""
    if output.get("output_type") == "stream":
        return _joined(output.get("text")) if output.get("name", "stdout") == "stdout" else ""
    if output.get("output_type") in ("execute_result", "pyout"):
        return _joined((output.get("data") or {}).get("text/plain"))
    return ""


def _joined(text: Any) -> str:
    return "".join(part for part in text if isinstance(part, str)) if isinstance(text, list) else str(text or "")


def _function(code: str, where: str) -> tuple[str, str]:
    """What stands beside the test function, and the function; a call of it is the author's own trial."""
    body = parsed(code, where).body
    found = [node for node in body if isinstance(node, ast.FunctionDef)]
    if not found:
        raise GraderError(f"{where}: with `ok_format: false` a test cell defines a function")
    beside = [node for node in body if node is not found[-1] and not _calls(node, found[-1].name)]
    return ast.unparse(ast.Module(beside, [])), without_decorators(found[-1])


def _calls(node: ast.stmt, name: str) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name
