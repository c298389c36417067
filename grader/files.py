"""Files that are there whole or not at all, and a lock that the system takes back when its process ends."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import sys
import threading
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say
_UNIX = 3


class NoLocks(OSError):
    """This file system has no locks."""


def write(file: Path, text: str) -> None:
    """Write UTF-8 so that `file` holds the old or the new text, never half of it. Lone surrogates become `?`."""
    write_bytes(file, text.encode("utf-8", errors="replace"))


def write_bytes(file: Path, content: bytes) -> None:
    """As `write`, of any content."""
    beside = file.with_name(f".{file.name}.{threading.get_native_id()}.part")  # no two threads write to one name
    try:
        beside.write_bytes(content)
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)


def file_sha256(file: Path) -> str:
    """Of its bytes, in hexadecimal digits."""
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def zipped(entries: Mapping[str, bytes], programs: Collection[str] = ()) -> bytes:
    """A zip that is the same bytes for the same entries; names with other letters than ASCII are marked as UTF-8.

    `programs` are the entries that may be executed once they are unpacked.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, entry in entries.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = _UNIX  # whatever system this is: that decides what the rights mean
            info.external_attr = (stat.S_IFREG | (0o755 if name in programs else 0o644)) << 16
            archive.writestr(info, entry, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def remove_torn(folder: Path) -> None:
    """Remove what a process killed in the middle of `write` left in `folder` and the folders in it.

    Nobody may be writing there.
    """
    for pattern in (".*.part", "*/.*.part"):
        for file in folder.glob(pattern):
            file.unlink(missing_ok=True)


def lock(file: Path) -> IO[bytes] | None:
    """Open `file`, made if it is not there; nobody else gets it until it is closed. None if somebody has it.

    However the process ends, the lock ends with it. Raises NoLocks where the file system has none, OSError if the
    file cannot be opened.
    """
    opened = file.open("ab")
    try:
        _lock(opened)
    except (BlockingIOError, PermissionError):
        opened.close()
        return None
    except OSError as error:
        opened.close()
        raise NoLocks(error.errno, error.strerror, str(file)) from None
    return opened
