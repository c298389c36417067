"""Folders of ours in the temporary directory: each is removed by its owner, or by a later run if the owner was killed.

The owner holds a lock on a file in the folder for as long as it lives, so a folder whose lock is free is nobody's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from grader import files

_PREFIXES = tuple(f"grader-{what}-" for what in ("intake", "job", "parcel", "rubric", "server"))
_OWNER = ".owner"
_OLD_SECONDS = 24 * 3600  # without a lock, a folder may be one that is being made


class OwnedFolder:
    """A new folder in the temporary directory, its path beginning with `prefix`, until `remove`."""

    def __init__(self, prefix: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self._lock = None
        unlocked = self.path / f"{_OWNER}.new"
        with contextlib.suppress(OSError):  # no locks here: the folder's age has to tell
            self._lock = files.lock(unlocked)
            unlocked.rename(self.path / _OWNER)  # the name that `sweep` looks at is locked from the start

    def remove(self) -> None:
        if self._lock is not None:
            self._lock.close()
        try:
            shutil.rmtree(self.path, ignore_errors=True)
        except RecursionError:  # folders nested by the thousand; rm walks them without calling itself
            subprocess.run(["rm", "-rf", str(self.path)], check=False, capture_output=True)


def sweep() -> list[Path]:
    """Remove the folders of owners that were killed; returns them. Never raises, and touches nobody else's."""
    return [folder for folder in _candidates(Path(tempfile.gettempdir())) if _removed(folder)]


def _candidates(parent: Path) -> Iterator[Path]:
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIXES) and _is_ours(Path(entry.path)):
                yield Path(entry.path)


def _is_ours(folder: Path) -> bool:
    """A real folder of this user: the temporary directory is everybody's, and a link may lead anywhere."""
    with contextlib.suppress(OSError):
        found = folder.lstat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return False


def _removed(folder: Path) -> bool:
    owner = folder / _OWNER
    with contextlib.suppress(OSError, RecursionError):
        if not owner.exists():
            if time.time() - folder.stat().st_mtime < _OLD_SECONDS:
                return False
            shutil.rmtree(folder, ignore_errors=True)
            return not folder.exists()
        lock = files.lock(owner)
        if lock is None:
            return False
        with lock:  # held meanwhile: no other sweep works on this folder
            shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()
    return False
