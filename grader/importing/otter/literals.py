"""Values that a Python file gives to names, read off its text: nothing of the file is executed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

_LARGEST = 10_000_000  # of a text that is made by repeating another
_OPERATIONS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
    }
)


class NoLiteral(Exception):
    """An expression whose value only running it would tell."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__(f"line {getattr(node, 'lineno', '?')} holds `{ast.unparse(node)[:60]}`")
        self.line = getattr(node, "lineno", 0)


def constants(tree: ast.Module) -> dict[str, Any]:
    """Names at the top of a module -> their values, for those that are literals or sums and products of such."""
    known: dict[str, Any] = {}
    for name, node in assignments(tree):
        try:
            known[name] = value(node, known)
        except NoLiteral:
            known.pop(name, None)
    return known


def assignments(tree: ast.Module) -> list[tuple[str, ast.expr]]:
    """`name = expression` at the top of a module, in order."""
    found: list[tuple[str, ast.expr]] = []
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found += [(target.id, node.value) for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found.append((node.target.id, node.value))
    return found


def value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """What an expression is worth, with names as `known` has them. Raises NoLiteral."""
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        return [value(entry, known) for entry in node.elts]
    if isinstance(node, ast.Dict):
        return _mapping(node, known)
    if isinstance(node, ast.BinOp):
        return _worked_out(node, known)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        return {key.arg: value(key.value, known) for key in node.keywords if key.arg is not None}
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise NoLiteral(node) from None


def _mapping(node: ast.Dict, known: Mapping[str, Any]) -> dict[Any, Any]:
    if any(key is None for key in node.keys):  # {**others}
        raise NoLiteral(node)
    try:
        return {value(k, known): value(v, known) for k, v in zip(node.keys, node.values, strict=True) if k is not None}
    except TypeError:
        raise NoLiteral(node) from None


def _worked_out(node: ast.BinOp, known: Mapping[str, Any]) -> Any:
    left, right = value(node.left, known), value(node.right, known)
    operation = _OPERATIONS.get(type(node.op))
    numbers = all(isinstance(one, int | float) for one in (left, right))
    joined = isinstance(node.op, ast.Add) and type(left) is type(right) and isinstance(left, str | list)
    if operation is None or not (numbers or joined) or (len(left) + len(right) if joined else 0) > _LARGEST:
        raise NoLiteral(node)
    try:
        return operation(left, right)
    except (ArithmeticError, TypeError):
        raise NoLiteral(node) from None
