"""The notebook among a student's files that is graded, and the files that lie beside it when it runs."""

from __future__ import annotations

import datetime as dt
import os
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from grader import notebook, reading
from grader.intake.handin import HandIn
from grader.intake.labels import nfc, version
from grader.intake.listing import is_leftover
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

    More items with own work under their heading, then the nearer file, then more own work. Scripts count where there
    is no notebook, those without cells (modules, rather) where there is no other. The choice is told.
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
    return Choice(chosen, contents[chosen], tuple(notes))


def _notebooks(files: Mapping[str, Path]) -> dict[str, Path]:
    found = {n: f for n, f in files.items() if reading.suffix(n)}
    notebooks = {n: f for n, f in found.items() if reading.suffix(n).lower() != ".py"}
    return notebooks or {n: f for n, f in found.items() if reading.has_cells(f)} or found


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


def _weight(name: str, file: Path, content: Content, assignment: Assignment) -> tuple[int, int, int, int, int, str]:
    if content.notebook is None:
        return (_UNREADABLE, 0, -_depth(name), 0, _size(file), name)
    covered, own = _own_work(content.notebook, assignment)
    return (_WORK if own else _BLANK, covered, -_depth(name), own, _size(file), name)


def _own_work(content: dict[str, Any], assignment: Assignment) -> tuple[int, int]:
    """Items with own work, and characters of code and words that the handout does not hold."""
    said = notebook.by_item(content, assignment)
    given = _code_given(assignment.handout)
    covered, characters = set(said.answers), sum(len(answer.text) for answer in said.answers.values())
    for cell, item in zip(content["cells"], said.cells, strict=False):
        if cell["cell_type"] != "code":
            continue
        own = sum(len(line) for line in map(str.strip, cell["source"].splitlines()) if line not in given)
        characters += own
        covered |= {item} if own and item else set()
    return len(covered), characters + len(said.elsewhere)


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


def timestamp(chosen: str, files: Mapping[str, Path]) -> dt.datetime | None:
    """What nbgrader's `timestamp.txt` beside the notebook says: `2024-03-02 15:58:23.9 Asia/Seoul`."""
    file = files.get(f"{chosen.rpartition('/')[0]}/timestamp.txt".lstrip("/"))
    try:
        text = file.read_bytes()[:100].decode() if file is not None else ""
        day, time, *zone = text.split()
        moment = dt.datetime.fromisoformat(f"{day} {time}")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zoneinfo.ZoneInfo(zone[0]) if zone else dt.UTC)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        return None
    return moment.astimezone(dt.UTC)


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
