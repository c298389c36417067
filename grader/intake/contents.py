"""The notebook among a student's files that is graded, and the files that lie beside it when it runs."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from grader import reading
from grader.intake.handin import HandIn
from grader.intake.labels import nfc, version
from grader.intake.listing import is_leftover
from grader.items import notebook
from grader.items.notebook import ByItem
from grader.model import Assignment
from grader.names import printable

_MAX_COMPANION_BYTES = 50_000_000  # all files beside one notebook together
_MAX_COMPANIONS = 1_000
_MOST_READ = 24  # notebooks of one student that are looked into for the choice
_BLANK, _UNREADABLE, _WORK = range(3)  # what cannot be read counts for more than a handout without an answer


@dataclass(frozen=True)
class Content:
    """A notebook file as read: `cells` is nbformat 4 JSON, or None with the reason."""

    notebook: dict[str, Any] | None
    unreadable: str = ""
    warnings: tuple[str, ...] = ()
    lost: str | None = None  # what could not be read of it


@dataclass(frozen=True)
class Choice:
    """The file that counts, by its path in the hand-in; None if there is no notebook."""

    name: str | None
    content: Content | None = None
    notes: tuple[str, ...] = ()
    others: tuple[tuple[str, Content], ...] = ()  # notebooks that were not chosen, by the names that people are shown


_NOT_READ = Content(None, "not read: there are too many")


def read(file: Path) -> Content:
    """The only place that reads a student's notebook. Raises nothing for any file."""
    try:
        found = reading.read(file)
    except reading.Unreadable as error:
        return Content(None, printable(str(error)))
    lost = printable(found.lost) if found.lost else None
    return Content(found.notebook, "", tuple(map(printable, found.warnings)), lost)


def choose(hand_in: HandIn, assignment: Assignment) -> Choice:
    """The newest upload of each notebook; of several notebooks that which holds most of the assignment's work.

    More cells that an item lists by name; more items with own code, for only one notebook is run; then more items with
    any own work under their heading, the nearer file, more own work. Scripts count where there is no notebook, those
    without cells (modules, rather) where there is no other. The choice is told.
    """
    rivals, notes = _newest(_notebooks(hand_in.files), hand_in)
    if not rivals:
        return Choice(None)
    names = sorted(rivals, key=lambda name: (_depth(name), -_size(rivals[name]), name))[:_MOST_READ]
    contents = {name: read(rivals[name]) for name in names}
    chosen = max(names, key=lambda name: _weight(name, rivals[name], contents[name], assignment))
    if len(rivals) > 1:
        others = ", ".join(printable(nfc(name)) for name in sorted(rivals) if name != chosen)
        notes += [f"several notebooks: {printable(nfc(chosen))} was graded, not {others}"]
        notes += [contents[name].unreadable for name in names if name != chosen and contents[name].notebook is None]
    left = {name: contents.get(name, _NOT_READ) for name in sorted(rivals) if name != chosen}
    left |= {name: read(hand_in.files[name]) for name in _scripts_apart(hand_in.files, contents) if name not in rivals}
    return Choice(chosen, contents[chosen], tuple(notes), tuple((printable(nfc(n)), c) for n, c in left.items()))


def _notebooks(files: Mapping[str, Path]) -> dict[str, Path]:
    found = {n: f for n, f in files.items() if reading.suffix(n)}
    notebooks = {n: f for n, f in found.items() if reading.suffix(n).lower() != ".py"}
    return notebooks or {n: f for n, f in found.items() if reading.has_cells(f)} or found


def _scripts_apart(files: Mapping[str, Path], read_before: Mapping[str, Content]) -> list[str]:
    """Scripts that no notebook names, as it would name a module that it imports: work of their own, perhaps."""
    cells = [cell for c in read_before.values() if c.notebook for cell in c.notebook["cells"]]
    source = "\n".join(cell["source"] for cell in cells)
    scripts = [n for n in files if reading.suffix(n).lower() == ".py" and not any(map(is_leftover, n.split("/")))]
    return sorted(n for n in scripts if not re.search(rf"\b{re.escape(reading.stem(n))}\b", source))[:_MOST_READ]


def _newest(found: dict[str, Path], hand_in: HandIn) -> tuple[dict[str, Path], list[str]]:
    """Of repeated uploads (`hw1-1.ipynb`, `hw1 (1).ipynb`) the newest: by the export's number, the name's, the time."""
    uploads: dict[str, list[str]] = {}
    for name in found:
        uploads.setdefault(_base(name, found), []).append(name)
    kept, notes = {}, []
    for names in uploads.values():
        newest = max(names, key=lambda n: (hand_in.order.get(n, 0), version(n)[1], _modified(found[n]), n))
        kept[newest] = found[newest]
        if len(names) > 1:
            others = ", ".join(printable(nfc(name)) for name in sorted(names) if name != newest)
            notes.append(f"handed in again: the newest, {printable(nfc(newest))}, counts, not {others}")
    return kept, notes


def _base(name: str, found: Mapping[str, Path]) -> str:
    """The name that an upload repeats: `-1` may be a part of the homework unless the name without it is there too."""
    there = {nfc(other) for other in found}
    base, number = version(name)
    while number and (base in there or re.search(r"\(\d+\)$", PurePosixPath(name).stem)):
        name = base
        base, number = version(name)
    return nfc(name)


def _weight(
    name: str, file: Path, content: Content, assignment: Assignment
) -> tuple[int, int, int, int, int, int, int, str]:
    if content.notebook is None:
        return (0, _UNREADABLE, 0, 0, -_depth(name), 0, _size(file), name)
    listed = {cell for item in assignment.items for cell in item.cells}
    known = len(listed & {cell["metadata"].get("name") for cell in content.notebook["cells"]})
    said = notebook.by_item(content.notebook, assignment)
    code = own_code(content.notebook, said, assignment)
    coded = {item for item, _ in code}
    named = coded - {None}
    own = sum(length for _, length in code) + sum(len(a.text) for a in said.answers.values()) + len(said.elsewhere)
    covered = len(named | said.answers.keys())
    return (known, _WORK if own else _BLANK, len(named) or len(coded), covered, -_depth(name), own, _size(file), name)


def own_code(content: dict[str, Any], said: ByItem, assignment: Assignment) -> list[tuple[str | None, int]]:
    """Item (None: no item's) and length of each code cell that holds something else than the handout."""
    given = _code_given(assignment.handout)
    found = []
    for cell, item in zip(content["cells"], said.cells, strict=False):
        if cell["cell_type"] == "code":
            lines = [line for line in map(str.strip, cell["source"].splitlines()) if line not in given]
            if lines:
                found.append((item, sum(map(len, lines))))
    return found


@lru_cache(maxsize=8)
def _code_given(handout: Path | None) -> frozenset[str]:
    content = read(handout).notebook if handout is not None else None
    sources = [cell["source"] for cell in content["cells"] if cell["cell_type"] == "code"] if content else []
    return frozenset({"", *(line.strip() for source in sources for line in source.splitlines())})


def companions(chosen: str, files: Mapping[str, Path]) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Files in the notebook's folder and below, such as a module that it imports, by their path from there.

    The smallest come first: a large archive must not keep a module out. Returns a warning too if any is left out.
    """
    folder = chosen.rpartition("/")[0]
    prefix = f"{folder}/" if folder else ""
    beside = {n.removeprefix(prefix): f for n, f in files.items() if n.startswith(prefix) and n != chosen}
    kept: dict[str, Path] = {}
    left_out = []
    room = _MAX_COMPANION_BYTES
    for size, name in sorted((_size(file), name) for name, file in beside.items()):
        shown = printable(nfc(name))
        if any(map(is_leftover, name.split("/"))) or shown in kept:
            continue
        if size > room or len(kept) >= _MAX_COMPANIONS or not os.access(beside[name], os.R_OK):
            left_out.append(shown)
        else:
            kept[shown] = beside[name]
            room -= size
    if not left_out:
        return kept, ()
    more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
    limit = f"at most {_MAX_COMPANIONS} readable files of {_MAX_COMPANION_BYTES / 1e6:.0f} MB together are copied"
    return kept, (f"not beside the notebook when it runs: {', '.join(left_out[:5])}{more} ({limit})",)


def _depth(name: str) -> int:
    return name.count("/")


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _modified(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
