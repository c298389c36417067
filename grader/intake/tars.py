"""Tar archives, plain or packed with gzip or bzip2, read as a stream whose length is bounded."""

from __future__ import annotations

import bz2
import gzip
import io
import tarfile
import zlib
from pathlib import Path
from typing import IO, Any

from grader.intake import caps, entries
from grader.intake.caps import EntryRefused, Refused, Unpacking

_BROKEN = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError, RecursionError)
_LONGEST_READ = 8_000_000  # bytes at once: a header that claims to be longer is a trick


class _Bounded(io.RawIOBase):
    """A packed stream that refuses to grow past a number of bytes."""

    def __init__(self, packed: IO[bytes], most: int, refusal: Refused) -> None:
        self._packed, self._most, self._refusal = packed, most, refusal

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0 and (offset > self._most or offset < 0):
            raise self._refusal
        return self._packed.seek(offset, whence)

    def tell(self) -> int:
        return self._packed.tell()

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LONGEST_READ or self._packed.tell() + size > self._most + _LONGEST_READ:
            raise self._refusal
        return self._packed.read(size)


def unpack(file: Path, work: Unpacking) -> None:
    """Unpack what may be; the rest is in `work.refused`. Raises Refused for an archive that is not read at all."""
    most = 2 * work.caps.total_bytes
    try:
        with _opened(file) as packed:
            stream: Any = _Bounded(packed, most, caps.too_large(work.archive, work.caps))
            with tarfile.open(fileobj=stream, mode="r:") as archive:
                _members(archive, work)
    except _BROKEN as error:
        if not work.files:
            detail = str(error) or type(error).__name__
            raise Refused(f"{work.archive} is not a whole tar archive ({detail}): download or pack it again") from None
        work.refuse("?", "is cut off or damaged from here on: pack it again")


def _opened(file: Path) -> Any:
    with file.open("rb") as data:
        magic = data.read(3)
    if magic[:2] == b"\x1f\x8b":
        return gzip.open(file, "rb")
    if magic == b"BZh":
        return bz2.open(file, "rb")
    return file.open("rb")


def _members(archive: tarfile.TarFile, work: Unpacking) -> None:
    count, before = 0, -1
    while (member := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # tarfile keeps all that it has read
        count += 1
        if count > work.caps.entries:
            raise caps.too_many(work.archive, work.caps)
        if member.offset <= before or member.size < 0:
            raise Refused(f"{work.archive} runs in a circle, as bombs do: pack it again")
        before = member.offset
        _member(archive, member, work)


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo, work: Unpacking) -> None:
    path = work.place(entries.of_tar(member.name), folder=member.isdir())
    if path is None:
        return
    try:
        if member.issym() or member.islnk():
            raise EntryRefused("is a link, and links are not followed: put the file itself in its place")
        if not member.isreg() or member.issparse():
            raise EntryRefused("is a pipe, a device or has holes: hand in a plain file")
        if member.size > work.caps.entry_bytes:
            raise caps.entry_too_large(work.caps)
        data = archive.extractfile(member)
        if data is not None:
            work.write(path, caps.chunks_of(data), float(member.mtime))
    except EntryRefused as error:
        work.refuse(path, str(error))
