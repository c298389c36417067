"""An autograder.zip -> a folder with what is needed of it."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from grader.errors import GraderError

_MOST_BYTES = 500_000_000
_NEEDED = ("tests", "files")
_SETTINGS = "otter_config.json"


def unpacked(path: Path, room: Path) -> Path:
    """`tests/`, `files/` and the settings, below `room`. Raises GraderError for a zip that is damaged, leads outside or
    is too large."""
    try:
        with zipfile.ZipFile(path) as archive:
            wanted = [one for one in archive.infolist() if not one.is_dir() and _is_needed(PurePosixPath(one.filename))]
            if sum(one.file_size for one in wanted) > _MOST_BYTES:
                raise GraderError(f"{path} holds more than {_MOST_BYTES / 1e6:g} MB: take the large files out of it")
            for one in wanted:
                target = room.joinpath(*_parts(path, one.filename))
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(one))
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise GraderError(f"{path} cannot be opened as a zip: {error}") from None
    return room


def _is_needed(name: PurePosixPath) -> bool:
    return name.parts[:1] == (_SETTINGS,) or (len(name.parts) > 1 and name.parts[0] in _NEEDED)


def _parts(path: Path, name: str) -> tuple[str, ...]:
    plain = PurePosixPath(name.replace("\\", "/"))
    if plain.is_absolute() or ".." in plain.parts or ":" in name:
        raise GraderError(f"{path} holds `{name}`, which leads outside")
    return plain.parts
