"""Looking again whenever a file is saved."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.checking.checked import Checked, CheckedItem
from grader.exporters.values import points
from grader.files import file_sha256

_EVERY = 0.1  # seconds between two looks at the file

Stamp = tuple[int, ...]
_GONE: Stamp = ()


def saves(file: Path, every: float = _EVERY) -> Iterator[None]:
    """Yields at once, and then each time that the file holds something else and has stayed so for a moment.

    A file that is gone for a while, as some editors save, is waited for.
    """
    content: str | None = None
    seen = read = _GONE
    while True:
        stamp = _stamp(file)
        if stamp != _GONE and stamp == seen != read:
            read = stamp
            if (now := _hash(file)) != content:
                content = now
                yield
        seen = stamp
        time.sleep(every)


def _stamp(file: Path) -> Stamp:
    """What changes with each write, even one that keeps time and size; on Windows only where one of these changes."""
    try:
        found = file.stat()
    except OSError:
        return _GONE
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _hash(file: Path) -> str:
    try:
        return file_sha256(file)
    except OSError:
        return ""


@dataclass(frozen=True)
class Change:
    """Points of an item, or of a criterion of it, before and now."""

    item: str
    criterion: str
    before: str
    now: str

    def __str__(self) -> str:
        return f"{' '.join(filter(None, (self.item, self.criterion)))}: {self.before} → {self.now}"


def changes(before: Checked, now: Checked) -> Iterator[Change]:
    """What stands otherwise than before."""
    earlier = {item.item: item for item in before.items}
    for item in now.items:
        was = earlier.get(item.item)
        if was is not None and was != item:
            yield from _changes(was, item)


def _changes(was: CheckedItem, item: CheckedItem) -> Iterator[Change]:
    if (was.earned, was.decided) != (item.earned, item.decided):
        yield Change(item.item, "", _points(was), _points(item))
    for before, now in zip(was.criteria, item.criteria, strict=False):
        if (before.state, before.earned) != (now.state, now.earned):
            yield Change(item.item, now.name, _earned(before.earned), _earned(now.earned))


def _points(item: CheckedItem) -> str:
    return f"{points(item.decided)}+" if item.earned is None else points(item.earned)


def _earned(value: float | None) -> str:
    return "?" if value is None else points(value)
