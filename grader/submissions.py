"""Paths -> submissions: in notebooks, folders, archives and exports each student's work is found and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader import reading
from grader.errors import SubmissionError
from grader.intake import beside, contents, documents, labels, listing, stamps
from grader.intake.caps import Refused
from grader.intake.contents import Choice
from grader.intake.groups import shared
from grader.intake.handin import HandIn, sha256_of, together, with_names_of_their_own
from grader.intake.layouts import Found, Layouts
from grader.intake.listing import Listing
from grader.intake.recognise import looks_like_class, notebooks_directly
from grader.intake.room import Room
from grader.intake.roster import Roster
from grader.intake.suffixes import is_archive
from grader.intake.turns import HandIns
from grader.items import notebook
from grader.items.given import of_another, restored
from grader.model import Assignment, Identity, Submission
from grader.names import printable

LOCK = listing.LOCK


@dataclass(frozen=True)
class Class:
    """What was found below the paths: the hand-ins by student, and what is missing or left over.

    `submissions` are read when it is their turn, in the order of `students`, who handed in. `missing` are enrolled and
    handed in nothing; `strangers` are hand-ins of nobody in the roster; `unused` are names of files that are nobody's
    hand-in.
    """

    submissions: Sequence[Submission]
    students: Mapping[str, Identity]
    missing: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    identities: Mapping[str, Identity] = field(default_factory=dict)  # of the missing


def collect(
    paths: Iterable[Path], assignment: Assignment, *, room: Room | None = None, roster: Roster | None = None
) -> list[Submission]:
    """Read every hand-in below `paths`, sorted by student; `collect_class` says what is missing too."""
    return list(collect_class(paths, assignment, room=room, roster=roster).submissions)


def collect_alone(path: Path, assignment: Assignment, *, room: Room | None = None) -> Submission:
    """One student's hand-in: a notebook, or a folder or an archive that holds it with what lies beside it.

    Raises SubmissionError for a path that does not exist, or holds none or several.
    """
    own = {path.resolve().parent} if path.is_dir() else set()
    found = _once(_found(path, own, Layouts(room), alone=False).hand_ins)
    if len(found) != 1:
        names = ", ".join(hand_in.shown for hand_in in found[:5])
        raise SubmissionError(f"{path} holds {len(found)} hand-ins ({names}): give one notebook")
    return _submission(found[0], assignment)


def collect_class(
    paths: Iterable[Path], assignment: Assignment, *, room: Room | None = None, roster: Roster | None = None
) -> Class:
    """Find every hand-in below `paths`, and hold them against the roster if there is one; read none of them yet.

    Archives are unpacked into `room`, whose files the submissions refer to: grade them before it is closed. Raises
    SubmissionError for a path that does not exist, holds no hand-in at all, or is an archive that cannot be read. A
    file of a student's that cannot be read, or not any more when it is its turn, becomes a Submission without a
    notebook: it is reported, never left out.
    """
    given = list(paths)
    classes = {path.resolve().parent for path in given if len(given) > 1 and _is_students_own(path)}
    found = [_found(path, classes, Layouts(room), alone=len(given) == 1) for path in given]
    hand_ins = _once(hand_in for one in found for hand_in in one.hand_ins)
    if roster is not None:
        hand_ins = roster.named(hand_ins)
    left = [hand_in.shown for hand_in in hand_ins if hand_in.doubtful]
    theirs = together(hand_in for hand_in in hand_ins if not hand_in.doubtful)
    named = with_names_of_their_own(shared(theirs, roster, assignment.deadline) if roster is not None else theirs)
    named.sort(key=lambda hand_in: hand_in.student)
    missing = roster.missing(h.student for h in named if h.identity.enrolled) if roster else []
    return Class(
        HandIns(named, lambda hand_in: _submission(hand_in, assignment)),
        {hand_in.student: hand_in.identity for hand_in in named},
        tuple(missing),
        tuple(hand_in.student for hand_in in named if hand_in.identity.enrolled is False),
        tuple(sorted({*left, *(name for one in found for name in one.unused)})),
        roster.identities(missing) if roster else {},
    )


def collect_one(folder: Path, assignment: Assignment, room: Room) -> Submission:
    """Read a folder that is one student's hand-in. Raises SubmissionError if it cannot be opened."""
    try:
        files = listing.of_folder(folder, of_class=False)
    except OSError as error:
        raise SubmissionError(f"{folder} cannot be opened: {error.strerror}") from None
    return _submission(Layouts(room).of_student(folder.name, files, folder), assignment)


# ---------------------------------------------------------------- finding


def _once(hand_ins: Iterable[HandIn]) -> list[HandIn]:
    """Each place once, and no notebook again that lies in a student's own folder."""
    found = {(_place(hand_in.place), hand_in.identity): hand_in for hand_in in hand_ins}
    places = {place for place, _ in found}
    return [h for (place, _), h in found.items() if h.own_folder or place.parent not in places]


def _place(path: Path) -> Path:
    """Where a path leads, but for a link as the last of its names: that is a hand-in of its own."""
    return path.parent.resolve() / path.name if path.is_symlink() else path.resolve()


def _is_students_own(path: Path) -> bool:
    """Whether a folder directly holds one student's notebooks: then those beside it are students' too: `class/*`."""
    try:
        if not path.is_dir() or listing.is_outcome(path):
            return False
        files = {child.name: child for child in path.iterdir() if child.is_file() and not child.is_symlink()}
    except OSError:
        return False
    work = [f for n, f in files.items() if reading.suffix(n) and not listing.is_leftover(n)]
    return any(map(reading.has_cells, work)) and not looks_like_class(Listing(files))


def _found(path: Path, classes: set[Path], layouts: Layouts, *, alone: bool) -> Found:
    """Everything below one path of the command line; a folder in one of `classes` is a student's."""
    try:
        if path.is_dir():
            found = _of_folder(path, path.resolve().parent in classes, layouts)
        elif path.is_file() and is_archive(path.name):
            found = _of_archive(path, layouts, alone=alone)
        else:
            found = _of_file(path)
    except OSError as error:
        raise SubmissionError(f"{path} cannot be opened: {error.strerror}") from None
    if not any(not hand_in.doubtful for hand_in in found.hand_ins) and not path.is_file():
        raise SubmissionError(f"{path} holds no notebook and no student's folder: is it the right folder?")
    return found


def _of_folder(path: Path, own: bool, layouts: Layouts) -> Found:
    if listing.is_outcome(path):
        mend = "give the folder of the hand-ins instead"
        raise SubmissionError(f"{path} holds the reports of an earlier run, not hand-ins: {mend}")
    if not own:
        return layouts.of_class(listing.of_folder(path, of_class=True), path)
    return Found((layouts.of_student(path.name, listing.of_folder(path, of_class=False), path),))


def _of_archive(path: Path, layouts: Layouts, *, alone: bool) -> Found:
    """A class's archive, or one of a student's: that holds one notebook, or is one of several given."""
    if layouts.room is None:
        raise SubmissionError(f"{path} is an archive, which is not opened here: give the folder that it holds")
    try:
        unpacked = layouts.room.unpack(path, printable(path.name), of_class=True)
    except Refused as error:
        raise SubmissionError(_at(path, error)) from None
    direct = notebooks_directly(unpacked)
    if not looks_like_class(unpacked) and (len(direct) == 1 or not alone):
        return Found((layouts.of_student(path.name, unpacked, path, depth=1),))
    found = layouts.of_class(unpacked, path, depth=1, packed=True)
    if not found.hand_ins:
        raise SubmissionError(f"{path} holds no notebook and no student's folder: is it the right archive?")
    return found


def _at(path: Path, error: Refused) -> str:
    """The sentence with the whole path in place of the name that it begins with."""
    said, name = str(error), printable(path.name)
    return f"{path}{said.removeprefix(name)}" if said.startswith(name) else said


def _of_file(path: Path) -> Found:
    said = listing.odd(path)
    stem = reading.stem(path.name)
    name = labels.nfc(stem if reading.suffix(path.name) else path.name)
    if said is not None:
        return Found((HandIn(printable(name), path, path.name, raw=stem, closed=(said,)),))
    if not path.is_file():
        raise SubmissionError(f"{path} does not exist: give a notebook, a folder of notebooks, or a class's folder")
    if not reading.suffix(path.name) and not documents.is_read(path.name):
        mend = "give an .ipynb, a percent-format .py, a folder, or an archive"
        raise SubmissionError(f"{path} is not a notebook: {mend}")
    student, identity = labels.of_name(stem)
    return Found((HandIn(student, path, path.name, {path.name: path}, identity=identity, raw=stem),))


# ---------------------------------------------------------------- reading


def _submission(hand_in: HandIn, assignment: Assignment) -> Submission:
    choice = contents.choose(hand_in, assignment)
    given = choice.content.notebook if choice.content is not None else None
    words = documents.read(hand_in.files, given, assignment)
    if given is None and not words.documents:
        return _unread(hand_in, choice, words.notes, assignment)
    base, mended = restored(given, assignment) if given is not None else (documents.EMPTY, ())
    whole = {**base, "cells": [*base["cells"], *words.cells]}
    more = beside.read(choice.others, whole, assignment)
    said = documents.joined(notebook.by_item(base, assignment), [*words.said, *more.said])
    chosen = choice.name if given is not None else None
    handed_in, no_time = stamps.handed_in_at(hand_in, assignment.deadline, chosen or "")
    file = hand_in.files[chosen] if chosen is not None else words.documents[0].path
    companions, left_out = contents.companions(chosen, hand_in.files) if chosen and hand_in.own_folder else ({}, ())
    return Submission(
        student=hand_in.student,
        identity=hand_in.identity,
        path=file,
        sha256=sha256_of(file),
        notebook={**whole, "cells": [*whole["cells"], *more.cells]},
        items_of_cells=said.cells,
        headed=said.headed,
        answers=said.answers,
        elsewhere=said.elsewhere,
        files=companions,
        handed_in=dict(hand_in.files),
        work_beside=more.work,
        documents=words.documents,
        only_documents=given is None,
        submitted_at=handed_in,
        lost=(choice.content.lost or choice.content.unreadable or None) if choice.content is not None else None,
        late=hand_in.late,
        said=(*hand_in.said, *mended),
        unsure=hand_in.unsure or (of_another(given, assignment) if given is not None else None),
        uploaded_as=hand_in.uploaded_as(chosen),
        warnings=(
            *hand_in.notes,
            *([no_time] if no_time else []),
            *hand_in.closed,
            *_of_choice(choice),
            *said.notes,
            *left_out,
            *words.notes,
            *more.notes,
        ),
    )


def _of_choice(choice: Choice) -> tuple[str, ...]:
    content = choice.content
    if content is None:
        return choice.notes
    return (*choice.notes, *([content.unreadable] if content.unreadable else content.warnings))


def _unread(hand_in: HandIn, choice: Choice, notes: tuple[str, ...], assignment: Assignment) -> Submission:
    """Without a notebook: the last warning says why."""
    said = (*_of_choice(choice), *hand_in.closed) if choice.name is None else (*hand_in.closed, *_of_choice(choice))
    reason = f"no notebook in {hand_in.shown}: hand in an .ipynb or a percent-format .py"
    file = hand_in.files[choice.name] if choice.name is not None else None
    handed_in, no_time = stamps.handed_in_at(hand_in, assignment.deadline, choice.name or "")
    alone = {hand_in.place.name: hand_in.place} if hand_in.place.is_file() else {}
    return Submission(
        student=hand_in.student,
        identity=hand_in.identity,
        path=file or hand_in.place,
        sha256=sha256_of(file),
        handed_in=dict(hand_in.files) or alone,
        submitted_at=handed_in,
        late=hand_in.late,
        said=hand_in.said,
        unsure=hand_in.unsure,
        uploaded_as=hand_in.uploaded_as(choice.name),
        warnings=(*hand_in.notes, *([no_time] if no_time else []), *notes, *(said or (reason,))),
    )
