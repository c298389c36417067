"""What a student handed in, as it was: `handed-in/<student>.zip`. A class's archive is unpacked only for a run."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from grader.files import write_bytes, zipped
from grader.model import Submission
from grader.names import file_name, printable

FOLDER = "handed-in"
_MOST_BYTES = 50_000_000  # of one student; the smallest files come first, for a data set must not keep a notebook out


def keep(folder: Path, submission: Submission) -> None:
    """Write the files of the hand-in down, unless they are there already. Raises OSError if that cannot be done."""
    entries = _read(submission)
    place = _place(folder, submission.student)
    if not entries:
        place.unlink(missing_ok=True)
    elif _sums(place) != {name: zlib.crc32(content) for name, content in entries.items()}:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(place, zipped(entries))


def kept(folder: Path, student: str) -> dict[str, bytes]:
    """The files by their path in the hand-in; empty where none were kept."""
    try:
        with zipfile.ZipFile(_place(folder, student)) as archive:
            return {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except (OSError, zipfile.BadZipFile):
        return {}


def named(submission: Submission) -> dict[str, Path]:
    """The files by the names under which they are kept."""
    return {printable(name): file for name, file in submission.handed_in.items()}


def _place(folder: Path, student: str) -> Path:
    return folder / FOLDER / f"{file_name(student)}.zip"


def _read(submission: Submission) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    room = _MOST_BYTES
    for size, name, file in sorted((_size(file), name, file) for name, file in named(submission).items()):
        if size > room:
            break
        try:
            found[name] = file.read_bytes()
        except OSError:
            continue  # what cannot be read here could not be graded either, and the report says so
        room -= size
    return dict(sorted(found.items()))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _sums(place: Path) -> dict[str, int]:
    try:
        with zipfile.ZipFile(place) as archive:
            return {entry.filename: entry.CRC for entry in archive.infolist()}
    except (OSError, zipfile.BadZipFile):
        return {}
