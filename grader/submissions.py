"""Paths -> submissions: a notebook, a folder of notebooks, or a folder with one folder per student."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader import notebook
from grader.errors import SubmissionError
from grader.model import Assignment, Submission

_IGNORED = {"__pycache__", "__MACOSX", ".ipynb_checkpoints", "sample_data"}
_MAX_COMPANION_BYTES = 50_000_000  # all files beside one notebook together


@dataclass(frozen=True)
class _HandIn:
    """Files of one student, before they are read. `folder` is None for a notebook that lies among others'."""

    student: str
    folder: Path | None
    path: Path
    candidates: tuple[Path, ...]


def collect(paths: Iterable[Path], assignment: Assignment) -> list[Submission]:
    """Read every hand-in below `paths`, sorted by student.

    Raises SubmissionError for a path that does not exist or holds no hand-in at all. A file that cannot be read
    becomes a Submission without a notebook: it is reported, never left out.
    """
    found: dict[str, Submission] = {}
    for path in paths:
        for hand_in in _hand_ins(path):
            submission = _submission(_unused(hand_in.student, found), hand_in, assignment)
            found[_spelling(submission.student)] = submission
    return sorted(found.values(), key=lambda submission: submission.student)


def file_name(student: str) -> str:
    """A name for this student's files that every file system takes: no separators, controls or leading dot."""
    safe = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", unicodedata.normalize("NFC", student)).strip(" .")
    return safe[:120] or "unnamed"


def _spelling(student: str) -> str:
    """Two names that a file system may take for one have the same spelling."""
    return unicodedata.normalize("NFC", file_name(student)).casefold()


def _unused(student: str, found: dict[str, Submission]) -> str:
    name, number = student, 2
    while _spelling(name) in found:
        name, number = f"{student}-{number}", number + 1
    return name


def _hand_ins(path: Path) -> list[_HandIn]:
    """Everything below one path of the command line."""
    if path.is_file():
        if path.suffix not in notebook.SUFFIXES:
            raise SubmissionError(f"{path} is not a notebook: give an .ipynb, a percent-format .py, or a folder")
        return [_HandIn(path.stem, None, path, (path,))]
    if not path.is_dir():
        raise SubmissionError(f"{path} does not exist: give a notebook, a folder of notebooks, or a class's folder")
    loose = [_HandIn(file.stem, None, file, (file,)) for file in _notebooks_in(path)]
    folders = [_HandIn(child.name, child, child, tuple(_notebooks_below(child))) for child in _folders_in(path)]
    if not loose and not folders:
        raise SubmissionError(f"{path} holds no notebook and no student's folder: is it the right folder?")
    return loose + folders


def _folders_in(path: Path) -> list[Path]:
    folders = (child for child in path.iterdir() if child.is_dir() and not child.is_symlink())
    return sorted(child for child in folders if child.name not in _IGNORED and not child.name.startswith("."))


def _notebooks_in(folder: Path) -> list[Path]:
    files = (child for child in folder.iterdir() if child.suffix in notebook.SUFFIXES and child.is_file())
    return sorted(file for file in files if not file.is_symlink() and not file.name.startswith("."))


def _notebooks_below(folder: Path) -> list[Path]:
    """Notebooks of one student, the nearest first; scripts only where there is no notebook."""
    found = _notebooks_in(folder)
    for child in _folders_in(folder):
        found += _notebooks_below(child)
    return [file for file in found if file.suffix == ".ipynb"] or found


def _submission(student: str, hand_in: _HandIn, assignment: Assignment) -> Submission:
    if not hand_in.candidates:
        reason = f"no notebook in {hand_in.path.name}/: hand in an .ipynb or a percent-format .py"
        return Submission(student=student, path=hand_in.path, sha256=_sha256(None), warnings=(reason,))
    chosen = _choose(hand_in.candidates)
    others = ", ".join(file.name for file in hand_in.candidates if file != chosen)
    warnings = (f"several notebooks: {chosen.name} was graded, not {others}",) if others else ()
    try:
        content = notebook.read(chosen)
    except notebook.Unreadable as reason:
        return Submission(student=student, path=chosen, sha256=_sha256(chosen), warnings=(*warnings, str(reason)))
    cell_items, answers = notebook.by_item(content, assignment)
    return Submission(
        student=student,
        path=chosen,
        sha256=_sha256(chosen),
        notebook=content,
        items_of_cells=cell_items,
        answers=answers,
        files=_companions(chosen) if hand_in.folder else {},
        warnings=warnings,
    )


def _choose(candidates: tuple[Path, ...]) -> Path:
    """The nearest file, and among equals the largest: a copy that was begun is smaller than the finished work."""
    depth = min(len(file.parts) for file in candidates)
    return max((f for f in candidates if len(f.parts) == depth), key=lambda file: (file.stat().st_size, file.name))


def _companions(chosen: Path) -> dict[str, Path]:
    """Files beside the notebook in a student's own folder, such as a module it imports."""
    files: dict[str, Path] = {}
    size = 0
    for file in sorted(chosen.parent.rglob("*")):
        parts = file.relative_to(chosen.parent).parts
        ignored = any(part in _IGNORED or part.startswith(".") for part in parts)
        if ignored or file == chosen or file.is_symlink() or not file.is_file():
            continue
        size += file.stat().st_size
        if size > _MAX_COMPANION_BYTES:
            break
        files["/".join(parts)] = file
    return files


def _sha256(file: Path | None) -> str:
    """Of the file's bytes; of nothing where there is no file or it cannot be opened."""
    if file is None:
        return hashlib.sha256(b"").hexdigest()
    try:
        with file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError:
        return hashlib.sha256(b"").hexdigest()
