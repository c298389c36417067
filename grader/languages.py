"""Notebooks in another language than Python: which it is, and their code set aside."""

from __future__ import annotations

import re
from typing import Any

from grader.names import printable

_PYTHON = re.compile(r"python|\bpy(?:spark|thon)?\d?\b|\bsage", re.IGNORECASE)
_KERNELS = {"ir": "R", "julia": "Julia", "xcpp": "C++", "bash": "Bash", "octave": "Octave", "deno": "JavaScript"}
_LONGEST_NAME = 30


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


def _strings(holder: Any) -> dict[str, str]:
    return {k: v for k, v in holder.items() if isinstance(v, str)} if isinstance(holder, dict) else {}


def set_aside(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same cells, each line of their code a comment: to be read, not to be run."""
    return [cell | {"source": _commented(cell["source"])} if cell["cell_type"] == "code" else cell for cell in cells]


def _commented(source: str) -> str:
    return "\n".join(f"# {line}" for line in source.splitlines())
