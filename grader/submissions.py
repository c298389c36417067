"""Paths -> submissions: a notebook, a folder of notebooks, or a folder with one folder per student."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from grader import notebook, reading
from grader.errors import SubmissionError
from grader.model import Assignment, Submission
from grader.names import printable, spelling

_IGNORED = {"__pycache__", "__MACOSX", ".ipynb_checkpoints", "sample_data"}
_TOOLS = re.compile(
    r"\.(?:git|github|hg|svn|ipynb_checkpoints|virtual_documents|ipython|jupyter|vscode|idea|v?env|local|config|conda|npm"
    r"|AppleDouble|DocumentRevisions-V100|Spotlight-V100|TemporaryItems|fseventsd|Trash(?:es|-\d+)?|.*cache)"
)
LOCK = ".grader.lock"  # in a folder of results from the first moment of a run
_MAX_COMPANION_BYTES = 50_000_000  # all files beside one notebook together
_MAX_COMPANIONS = 1_000


@dataclass(frozen=True)
class _HandIn:
    """Files of one student, before they are read. `folder` is None for a notebook that lies among others'."""

    student: str
    folder: Path | None
    path: Path
    candidates: tuple[Path, ...]
    closed: tuple[str, ...] = ()  # what could not be opened, in sentences
    warnings: tuple[str, ...] = ()


def collect(paths: Iterable[Path], assignment: Assignment) -> list[Submission]:
    """Read every hand-in below `paths`, sorted by student.

    Raises SubmissionError for a path that does not exist or holds no hand-in at all. A file that cannot be read
    becomes a Submission without a notebook: it is reported, never left out.
    """
    given = list(paths)
    classes = {path.resolve().parent for path in given if len(given) > 1 and _is_students_own(path)}
    found = {_place(hand_in.path): hand_in for path in given for hand_in in _hand_ins(path, classes)}
    hand_ins = _with_names_of_their_own([h for h in found.values() if h.folder or _place(h.path.parent) not in found])
    submissions = [_submission(hand_in, assignment) for hand_in in hand_ins]
    return sorted(submissions, key=lambda submission: submission.student)


def _with_names_of_their_own(hand_ins: list[_HandIn]) -> list[_HandIn]:
    """The first of several hand-ins with one name keeps it; the others get a number that no other name has."""
    taken = {spelling(hand_in.student) for hand_in in hand_ins}
    seen: set[str] = set()
    named = []
    for hand_in in hand_ins:
        if spelling(hand_in.student) not in seen:
            seen.add(spelling(hand_in.student))
            named.append(hand_in)
            continue
        student = next(name for n in count(2) if spelling(name := f"{hand_in.student}-{n}") not in taken)
        taken.add(spelling(student))
        said = f"another hand-in has the name {hand_in.student}; this one is called {student}"
        named.append(replace(hand_in, student=student, warnings=(said,)))
    return named


def _place(path: Path) -> Path:
    """Where a path leads, but for a link as the last of its names: that is a hand-in of its own."""
    return path.parent.resolve() / path.name if path.is_symlink() else path.resolve()


def _is_students_own(path: Path) -> bool:
    """Whether a folder directly holds notebooks: one of several paths that does, as in `class/*`, is a student's."""
    try:
        return path.is_dir() and any(map(reading.has_cells, _notebooks_in(path)))
    except OSError:
        return False


def _hand_ins(path: Path, classes: set[Path]) -> list[_HandIn]:
    """Everything below one path of the command line; a folder in one of `classes` is a student's."""
    try:
        if path.is_dir():
            if _is_outcome(path):
                mend = "give the folder of the hand-ins instead"
                raise SubmissionError(f"{path} holds the reports of an earlier run, not hand-ins: {mend}")
            found = [_of_folder(path)] if path.resolve().parent in classes else _in_class(path)
        elif path.is_file():
            found = [_loose(path)]
        else:
            found = _odd(path)
            if not found:
                mend = "give a notebook, a folder of notebooks, or a class's folder"
                raise SubmissionError(f"{path} does not exist: {mend}")
    except OSError as error:
        raise SubmissionError(f"{path} cannot be opened: {error.strerror}") from None
    if path.is_file() and not reading.suffix(path.name):
        raise SubmissionError(f"{path} is not a notebook: give an .ipynb, a percent-format .py, or a folder")
    if not found:
        raise SubmissionError(f"{path} holds no notebook and no student's folder: is it the right folder?")
    return found


def _in_class(path: Path) -> list[_HandIn]:
    """Notebooks, students' folders, and what looks like either and cannot be read."""
    odd = [hand_in for child in sorted(path.iterdir()) for hand_in in _odd(child)]
    folders = [_of_folder(folder) for folder in _folders_in(path, _is_ignored_in_class)]
    return [*map(_loose, _notebooks_in(path)), *folders, *odd]


def _odd(path: Path) -> list[_HandIn]:
    """A link, or a pipe or device with a notebook's name, as a hand-in that says why it was not read."""
    named = bool(reading.suffix(path.name))
    if _is_ignored(path.name) or not (named or path.is_symlink()):
        return []
    student = _student(_stem(path))
    if path.is_symlink():
        of_a_student = named or path.is_dir() or (not path.suffix and not path.exists())
        said = f"{printable(path.name)} is a link, and links are not followed: put the files themselves in its place"
        return [_HandIn(student, None, path, (), (said,))] if of_a_student else []
    if path.is_file() or path.is_dir() or not path.exists():
        return []
    said = f"{printable(path.name)} is a pipe or a device, not a file: hand in an .ipynb or a percent-format .py"
    return [_HandIn(student, None, path, (), (said,))]


def _is_outcome(folder: Path) -> bool:
    """Whether a folder is what an earlier run wrote, be it that it was killed in the middle."""
    made = any((folder / name).is_file() for name in ("gradebook.csv", LOCK))
    return made and (folder / "reports").is_dir()


def _loose(file: Path) -> _HandIn:
    return _HandIn(_student(_stem(file)), None, file, (file,))


def _of_folder(folder: Path) -> _HandIn:
    closed: list[str] = []
    candidates = tuple(_notebooks_below(folder, closed))
    return _HandIn(_student(folder.name), folder, folder, candidates, tuple(closed))


def _stem(file: Path) -> str:
    return file.name.removesuffix(reading.suffix(file.name))


def _student(name: str) -> str:
    return unicodedata.normalize("NFC", printable(name))


def _folders_in(path: Path, ignored: Callable[[str], bool]) -> list[Path]:
    folders = (child for child in path.iterdir() if not ignored(child.name) and not child.is_symlink())
    return sorted(child for child in folders if child.is_dir() and not _is_outcome(child))


def _notebooks_in(folder: Path) -> list[Path]:
    files = (child for child in folder.iterdir() if reading.suffix(child.name) and child.is_file())
    return sorted(file for file in files if not file.is_symlink() and not _is_ignored(file.name))


def _is_ignored(name: str) -> bool:
    return name in _IGNORED or name.startswith(".")


def _is_ignored_in_class(name: str) -> bool:
    """Folders of tools. Another name that begins with a dot may be a student's."""
    return name in _IGNORED or _TOOLS.fullmatch(name) is not None


def _notebooks_below(folder: Path, closed: list[str]) -> list[Path]:
    """Notebooks of one student; what cannot be opened is told in `closed`."""
    try:
        found, folders = _notebooks_in(folder), _folders_in(folder, _is_ignored)
        closed += [said for child in sorted(folder.iterdir()) for odd in _odd(child) for said in odd.closed]
    except OSError as error:
        closed.append(f"the folder {printable(folder.name)}/ cannot be opened: {error.strerror}")
        return []
    return found + [file for child in folders for file in _notebooks_below(child, closed)]


def _submission(hand_in: _HandIn, assignment: Assignment) -> Submission:
    if not hand_in.candidates:
        reason = f"no notebook in {printable(hand_in.path.name)}/: hand in an .ipynb or a percent-format .py"
        warnings = (*hand_in.warnings, *(hand_in.closed or (reason,)))
        return Submission(student=hand_in.student, path=hand_in.path, sha256=_sha256(None), warnings=warnings)
    chosen, warnings = _choose(hand_in)
    try:
        read = reading.read(chosen)
    except reading.Unreadable as error:
        warnings = (*warnings, printable(str(error)))
        return Submission(student=hand_in.student, path=chosen, sha256=_sha256(chosen), warnings=warnings)
    said = notebook.by_item(read.notebook, assignment)
    files, left_out = _companions(chosen) if hand_in.folder else ({}, ())
    return Submission(
        student=hand_in.student,
        path=chosen,
        sha256=_sha256(chosen),
        notebook=read.notebook,
        items_of_cells=said.cells,
        headed=said.headed,
        answers=said.answers,
        elsewhere=said.elsewhere,
        files=files,
        lost=read.lost and printable(read.lost),
        warnings=(*warnings, *map(printable, read.warnings), *said.notes, *left_out),
    )


def _choose(hand_in: _HandIn) -> tuple[Path, tuple[str, ...]]:
    """The nearest file, and among equals the largest: a copy that was begun is smaller than the finished work.

    Scripts count where there is no notebook, those without cells (modules, rather) where there is no other.
    Returns the hand-in's warnings too, with the choice among them.
    """
    files = hand_in.candidates
    notebooks = [file for file in files if reading.suffix(file.name).lower() != ".py"]
    rivals = notebooks or [file for file in files if reading.has_cells(file)] or list(files)
    depth = min(len(file.parts) for file in rivals)
    nearest = [file for file in rivals if len(file.parts) == depth]
    chosen = max(nearest, key=lambda file: (file.stat().st_size, file.name))
    warnings = (*hand_in.warnings, *hand_in.closed)
    if len(rivals) == 1:
        return chosen, warnings
    told = {file: printable(file.relative_to(hand_in.path).as_posix()) for file in rivals}
    others = ", ".join(name for file, name in told.items() if file != chosen)
    return chosen, (*warnings, f"several notebooks: {told[chosen]} was graded, not {others}")


def _companions(chosen: Path) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Files beside the notebook in a student's own folder, such as a module it imports, by their path from there.

    The smallest come first: a large archive must not keep a module out. Returns a warning too if any is left out.
    """
    files: dict[str, Path] = {}
    left_out = []
    room = _MAX_COMPANION_BYTES
    for size, file in sorted((file.stat().st_size, file) for file in _files_below(chosen.parent) if file != chosen):
        name = printable(file.relative_to(chosen.parent).as_posix())
        if size > room or len(files) >= _MAX_COMPANIONS or not os.access(file, os.R_OK):
            left_out.append(name)
        else:
            files[name] = file
            room -= size
    if not left_out:
        return files, ()
    more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
    limit = f"at most {_MAX_COMPANIONS} readable files of {_MAX_COMPANION_BYTES / 1e6:.0f} MB together are copied"
    return files, (f"not beside the notebook when it runs: {', '.join(left_out[:5])}{more} ({limit})",)


def _files_below(folder: Path) -> Iterator[Path]:
    """Files in a folder and its folders, without links, hidden ones and what machines leave behind."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_ignored(name))
        for file in (Path(parent, name) for name in sorted(names) if not _is_ignored(name)):
            if file.is_file() and not file.is_symlink():
                yield file


def _sha256(file: Path | None) -> str:
    """Of the file's bytes; of nothing where there is no file or it cannot be opened."""
    if file is None:
        return hashlib.sha256(b"").hexdigest()
    try:
        with file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError:
        return hashlib.sha256(b"").hexdigest()
