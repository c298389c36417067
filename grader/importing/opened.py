"""Files beside a notebook that its code opens or imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.checks.passing import python_of

_MOST_BYTES = 100_000_000  # of one file
_MOST_FILES = 200
_STRING = re.compile(r"""["']([^"'\n]{1,200})["']""")
_LEFT_OUT = ("__pycache__", ".ipynb_checkpoints", ".git")


def opened(sources: Iterable[str], folder: Path) -> tuple[dict[str, Path], list[str]]:
    """Path from the notebook -> file, of what code names in its strings or imports; and what is too much to take over.

    Nothing outside the folder, and no notebook.
    """
    found: dict[str, Path] = {}
    notes: list[str] = []
    root = folder.resolve()
    for name in dict.fromkeys(name for source in sources for name in _named(source)):
        for file in _files(folder, name):
            place = file.resolve()
            if not place.is_relative_to(root) or file.suffix == ".ipynb":
                continue
            shown = place.relative_to(root).as_posix()
            if file.stat().st_size > _MOST_BYTES or len(found) >= _MOST_FILES:
                notes.append(f"{shown} is too large or one of too many: put it into `data:` of the rubric")
            else:
                found[shown] = place
    return found, notes


def _named(source: str) -> Iterator[str]:
    """Strings of the code, and paths that its imports may mean."""
    yield from (match[1] for match in _STRING.finditer(source))
    try:
        statements = list(ast.walk(ast.parse(python_of(source))))
    except (SyntaxError, ValueError, RecursionError):
        return
    for statement in statements:
        if isinstance(statement, ast.Import):
            modules = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            modules = [statement.module]
        else:
            continue
        for module in modules:
            yield f"{module.replace('.', '/')}.py"
            yield module.partition(".")[0]


def _files(folder: Path, name: str) -> Iterator[Path]:
    """The file of that name, or all below a folder of that name."""
    place = folder / name
    try:
        if not name.strip("./ ") or name.startswith(("/", "~")):
            return
        if place.is_file():
            yield place
        elif place.is_dir():
            inside = sorted(place.rglob("*"))
            yield from (file for file in inside if file.is_file() and not set(file.parts) & set(_LEFT_OUT))
    except (OSError, ValueError):  # a string that is no path
        return
