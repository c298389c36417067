"""Notebooks in another language than Python: which it is, and their code set aside."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

from grader.names import printable

_PYTHON = re.compile(r"python|\bpy(?:spark|thon)?\d?\b|\bsage", re.IGNORECASE)
_KERNELS = {"ir": "R", "julia": "Julia", "xcpp": "C++", "bash": "Bash", "octave": "Octave", "deno": "JavaScript"}
_LONGEST_NAME = 30
_OURS = frozenset(("torch", "numpy", "pandas", "matplotlib", "sklearn"))
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)


def foreign(metadata: Any) -> str | None:
    """The language that a notebook's metadata names, unless that is Python or none is named."""
    metadata = metadata if isinstance(metadata, dict) else {}
    spec, info = (_strings(metadata.get(key)) for key in ("kernelspec", "language_info"))
    named = [name for name in (spec.get("language"), info.get("name")) if name]
    if any(map(_PYTHON.search, named or (spec.get("name", ""), spec.get("display_name", "")))):
        return None
    if named:
        return printable(named[0].strip())[:_LONGEST_NAME]
    kernel = re.match(r"[a-z]*", spec.get("name", "").lower())
    return _KERNELS.get(kernel[0]) if kernel else None


def is_python(cells: list[dict[str, Any]]) -> bool:
    """Whether code is plainly Python, whatever the metadata says: it all parses, and imports what only Python has."""
    imported = False
    for cell in cells:
        if cell["cell_type"] != "code" or not cell["source"].strip():
            continue
        try:
            with warnings.catch_warnings(action="ignore"):  # of a student's odd escapes
                tree = ast.parse(_MAGIC.sub("pass", cell["source"]))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        imported = imported or any(_imports_ours(node) for node in ast.walk(tree))
    return imported


def _imports_ours(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in _OURS
    return isinstance(node, ast.Import) and any(alias.name.split(".")[0] in _OURS for alias in node.names)


def _strings(holder: Any) -> dict[str, str]:
    return {k: v for k, v in holder.items() if isinstance(v, str)} if isinstance(holder, dict) else {}


def set_aside(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same cells, each line of their code a comment: to be read, not to be run."""
    return [cell | {"source": _commented(cell["source"])} if cell["cell_type"] == "code" else cell for cell in cells]


def _commented(source: str) -> str:
    return "\n".join(f"# {line}" for line in source.splitlines())
