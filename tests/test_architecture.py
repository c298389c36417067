"""The page on architecture, held beside the code: its packages, and which way imports go."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import pytest
from conftest import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ALL_OURS = "any package of ours"


def test_every_package_is_on_the_page_and_no_other() -> None:
    told = set(re.findall(r"^\| `(grader/[\w/]*)` \|", PAGE, re.MULTILINE))
    there = {f"{file.parent.relative_to(ROOT).as_posix()}/" for file in (ROOT / "grader").glob("*/*.py")}
    assert told == there | {"grader/"}


def rules() -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """Rows of the page's table: from where, what is never reached, its names, and the exceptions to either."""
    found = []
    table = PAGE.partition("| from | never reaches |")[2].partition("\n\n")[0]
    for row in table.splitlines()[2:]:
        start, never, _ = (cell.strip() for cell in row.strip("|").split("|"))
        (named, apart), (names, kept) = _parted(start), _parted(never)
        found.append((named[0], never, names, (*apart, *kept)))
    return found


def _parted(cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names before and after a `but`."""
    before, _, after = cell.partition(" but ")
    return tuple(re.findall(r"`([\w.]+)`", before)), tuple(re.findall(r"`([\w.]+)`", after))


@pytest.mark.parametrize(("start", "never", "names", "kept"), rules(), ids=lambda value: str(value)[:60])
def test_imports_go_along_the_line(start: str, never: str, names: tuple[str, ...], kept: tuple[str, ...]) -> None:
    if never.startswith(ALL_OURS):
        reached = {name for name in reachable(start) if name.startswith("grader.") and not within(name, (start, *kept))}
        assert reached == set()
    elif all(name.startswith("grader.") for name in names):
        assert {name for name in reachable(start) if within(name, names)} == set()
    else:
        ours = [name for name in graph() if within(name, (start,)) and not within(name, kept)]
        assert [name for name in ours if any(within(one, names) for one in graph()[name])] == []


def test_the_page_has_rules() -> None:
    assert len(rules()) > 5


def within(name: str, packages: Iterable[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@lru_cache(maxsize=1)
def graph() -> Mapping[str, frozenset[str]]:
    """Module -> what it imports when it runs, at its top or later; names inside of modules are left out."""
    files = {module_of(file): file for file in (ROOT / "grader").rglob("*.py")}
    trees = {name: ast.parse(file.read_text(encoding="utf-8")) for name, file in files.items()}
    return MappingProxyType(
        {name: frozenset(nearest(one, files) for one in imported(tree)) for name, tree in trees.items()}
    )


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def nearest(name: str, modules: Mapping[str, Path]) -> str:
    """The module of ours that holds this name; another's as it is."""
    while name.startswith("grader.") and name not in modules:
        name = name.rpartition(".")[0]
    return name


def imported(tree: ast.AST) -> Iterator[str]:
    """Not what stands under `if TYPE_CHECKING`, which is never run."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imported(node)


def reachable(start: str) -> set[str]:
    """What running the modules below `start` can import of ours, packages above what is imported among it."""
    found: set[str] = set()
    waiting = [name for name in graph() if within(name, (start,))]
    while waiting:
        name = waiting.pop()
        if name in found or name not in graph():
            continue
        found.add(name)
        waiting += graph()[name] if name != "grader" else ()  # its one hook is called by notebooks
        waiting += [above] if (above := name.rpartition(".")[0]) else []
    return found
