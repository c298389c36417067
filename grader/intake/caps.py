"""How much an archive may unpack to, the refusal of more, and the folder that unpacked files go to."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.intake import entries
from grader.intake.listing import ENVIRONMENT, Listing, is_leftover, is_passed_over
from grader.names import file_name

_CHUNK = 1 << 20
_KEPT_FREE = 300_000_000  # bytes of the disk that stay free


class Refused(Exception):
    """The whole archive is not read; the message is a sentence with the mend."""


class EntryRefused(Exception):
    """One entry is not read; the message goes on after its name."""


@dataclass(frozen=True)
class Caps:
    """Bytes and counts; `growth` is how many times its packed size a large entry may have."""

    entries: int
    total_bytes: int
    entry_bytes: int
    directory_bytes: int
    growth: int = 250
    grown_bytes: int = 20_000_000  # below this, growth is no danger


OF_CLASS = Caps(entries=100_000, total_bytes=8_000_000_000, entry_bytes=500_000_000, directory_bytes=32_000_000)
OF_STUDENT = Caps(entries=20_000, total_bytes=500_000_000, entry_bytes=200_000_000, directory_bytes=8_000_000)


@dataclass
class Unpacking:
    """One archive being unpacked into `target`, an empty folder: each file gets a numbered folder of its own there.

    So no name of an archive decides where anything is written, and no two names can meet.
    """

    archive: str
    target: Path
    caps: Caps
    files: dict[str, Path] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    passed_over: set[str] = field(default_factory=set)
    written: int = 0

    def place(self, name: str, *, folder: bool) -> str | None:
        """The path inside the archive for an entry; None if it need not be unpacked."""
        try:
            path = entries.inside(name)
        except entries.Outside as error:
            self.refuse(name.replace("\\", "/").strip("/") or "?", f"{error} and was not unpacked")
            return None
        if any(map(is_leftover, path.split("/"))):
            self.passed_over |= {path} if is_passed_over(path) and not folder else set()
            return None
        if folder:
            self.folders.add(path)
            return None
        return path

    def refuse(self, path: str, why: str) -> None:
        """Keep the sentence under a path without `..`, so that it reaches the student whose folder the path names."""
        key = "/".join(part for part in path.split("/") if part not in ("", ".", "..")) or "?"
        self.refused.setdefault(key, f"{entries.shown(path)} in {self.archive} {why}")

    def write(self, path: str, chunks: Iterable[bytes], modified: float | None) -> None:
        """Raises EntryRefused, Refused, and what reading the chunks raises."""
        folder = self.target / f"{len(self.files) + len(self.refused):06d}"
        folder.mkdir()
        file = folder / _base_name(path)
        size = 0
        with file.open("wb") as out:
            for chunk in chunks:
                size += len(chunk)
                self.written += len(chunk)
                self._check(size)
                out.write(chunk)
        if modified is not None:
            with contextlib.suppress(OSError, OverflowError, ValueError):
                os.utime(file, (modified, modified))
        self.files[self._free(path)] = file

    def _check(self, size: int) -> None:
        if self.written > self.caps.total_bytes:
            raise too_large(self.archive, self.caps)
        if size > self.caps.entry_bytes:
            raise entry_too_large(self.caps)

    def _free(self, path: str) -> str:
        """The path, or with a number if the archive holds it already: what comes later is newer."""
        pure, number, name = PurePosixPath(path), 1, path
        while name in self.files:
            number += 1
            name = pure.with_name(f"{pure.stem} ({number}){pure.suffix}").as_posix()
        return name

    def listing(self) -> Listing:
        around = tuple(n.removesuffix(ENVIRONMENT) for n in self.files if n.endswith(f"/{ENVIRONMENT}"))
        inside = {name for name in (*self.files, *self.folders) if around and f"{name}/".startswith(around)}
        return Listing(
            {name: file for name, file in sorted(self.files.items()) if name not in inside},
            frozenset(self.folders - inside),
            dict(sorted(self.refused.items())),
            frozenset(self.passed_over | {name for name in inside if name.lower().endswith(".ipynb")}),
        )


def entry_too_large(limit: Caps) -> EntryRefused:
    return EntryRefused(f"is larger than {limit.entry_bytes / 1e6:g} MB: hand it in without large files")


def too_large(archive: str, caps: Caps) -> Refused:
    limit = f"{caps.total_bytes / 1e6:g} MB"
    return Refused(f"{archive} unpacks to more than {limit}, so nothing of it was read: pack only what is handed in")


def too_many(archive: str, caps: Caps) -> Refused:
    return Refused(
        f"{archive} has more than {caps.entries} entries, so nothing of it was read: pack only what is handed in"
    )


def check_room(archive: str, target: Path, wanted: int) -> None:
    """Raises Refused if the disk would be full."""
    if shutil.disk_usage(target).free < wanted + _KEPT_FREE:
        mend = "make room, or name another folder in TMPDIR"
        raise Refused(f"{archive} unpacks to {wanted / 1e6:.0f} MB, more than {target.parent} has free: {mend}")


def chunks_of(read: object) -> Iterator[bytes]:
    """What a file object holds, piece by piece."""
    while chunk := read.read(_CHUNK):  # type: ignore[attr-defined]  # whatever has `read`
        yield chunk


def seconds(date_time: tuple[int, ...]) -> float | None:
    """A zip's local time as seconds since 1970; None if it is no time."""
    try:
        return time.mktime((*date_time[:6], 0, 0, -1))  # type: ignore[arg-type]  # six numbers
    except (OverflowError, ValueError):
        return None


def _base_name(path: str) -> str:
    """The last part, as every file system takes it, with its suffix."""
    name = PurePosixPath(path)
    suffix = file_name(name.suffix) if 1 < len(name.suffix) <= 12 else ""
    return f"{file_name(name.stem if suffix else name.name)}.{suffix}" if suffix else file_name(name.name)
