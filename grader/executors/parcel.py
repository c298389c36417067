"""What travels to a worker: a submission with its files, without a word of whose it is, and a rubric with its own."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from grader.files import zipped
from grader.model import Assignment, Execution, Submission
from grader.model.nouns import Noun
from grader.rubric import stored

_SUBMISSION, _FILES = "submission.json", "files/"
_RUBRIC = "rubric.json"


def packed(submission: Submission) -> bytes:
    """All of a submission that a kernel meets; names, documents and answers stay here.

    Raises OSError if one of its files cannot be read.
    """
    names = list(submission.files)
    bare = Submission(
        student="",
        path=Path("notebook.ipynb"),
        sha256=submission.sha256,
        notebook=submission.notebook,
        items_of_cells=submission.items_of_cells,
        files={name: Path(str(number)) for number, name in enumerate(names)},
    )
    entries = {_SUBMISSION: written(bare)}
    entries |= {f"{_FILES}{number}": submission.files[name].read_bytes() for number, name in enumerate(names)}
    return zipped(entries)


def unpacked(parcel: bytes, folder: Path) -> Submission:
    """The submission, its files laid into `folder`. Raises ValueError for what no `packed` has made."""
    entries = _entries(parcel)
    submission = Submission.model_validate(json.loads(entries[_SUBMISSION]))
    return submission.model_copy(
        update={"files": {name: _laid(entries, f"{_FILES}{place}", folder) for name, place in submission.files.items()}}
    )


def packed_rubric(assignment: Assignment) -> bytes:
    """The rubric with the tables that notebooks are run on and asked about.

    The targets of held-out rows go with it: which model an item is about is found out where the model is.
    """
    places = stored.places(assignment)
    entries = {place.as_posix(): file.read_bytes() for file, place in places.items()}
    written = stored.written(assignment, places.__getitem__)
    return zipped({_RUBRIC: written.encode(), **entries})


def unpacked_rubric(parcel: bytes, folder: Path) -> Assignment:
    """The rubric, its files laid into `folder`."""
    entries = _entries(parcel)
    for name in entries:
        _laid(entries, name, folder)
    return stored.read(folder / _RUBRIC)


def written(noun: Noun) -> bytes:
    """As JSON, of half a surrogate pair too. Raises ValueError for hundreds of nested lists."""
    return json.dumps(noun.model_dump(mode="json")).encode()


def execution(content: bytes) -> Execution:
    """What `written` made of an execution. Raises ValueError."""
    return Execution.model_validate(json.loads(content))


def mark(content: bytes) -> str:
    """A short name that the same content always has."""
    return hashlib.sha256(content).hexdigest()[:16]


def _entries(parcel: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def _laid(entries: Mapping[str, bytes], name: str, folder: Path) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(entries[name])
    return file
