"""The files of one student, found but not read, and those of a class put together by who handed them in."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from grader.model import Identity, Text
from grader.names import spelling

_NOBODY = Identity()


@dataclass(frozen=True)
class HandIn:
    """`files` by their path in the hand-in; `own_folder` says that what lies beside the notebook is the student's."""

    student: str
    place: Path
    shown: str  # what sentences call the whole of it: `kim/`, `kim.zip`
    files: Mapping[str, Path] = field(default_factory=dict)
    own_folder: bool = False
    identity: Identity = _NOBODY
    raw: str = ""  # all that its name says, for a roster to look for names and numbers in
    closed: tuple[str, ...] = ()  # what could not be opened, in sentences
    notes: tuple[str, ...] = ()
    said: tuple[Text, ...] = ()  # notes that the student reads in their language
    unsure: Text | None = None  # why a person has to say whether this is the hand-in that counts
    late: bool | None = None
    submitted_at: dt.datetime | None = None
    order: Mapping[str, int] = field(default_factory=dict)  # of uploads, where the export numbers them
    exported: Mapping[str, str] = field(default_factory=dict)  # the names that uploads have in an LMS's export
    doubtful: bool = False  # counts only if the roster knows whose it is: a loose text among a class's notebooks

    def uploaded_as(self, name: str | None) -> str:
        """The name in the export of the upload that is or holds the file `name`; of the last where that is unknown."""
        return self.exported.get(name or "") or next(iter(list(self.exported.values())[-1:]), "")


def together(hand_ins: Iterable[HandIn]) -> list[HandIn]:
    """One hand-in for each student: what has one number, or one place in the roster, is put together.

    Two names under one number are two students, as a number is sooner mistyped than a name.
    """
    given = list(hand_ins)
    names: dict[str, set[str]] = {}
    for hand_in in given:
        if hand_in.identity.name:
            names.setdefault(_number(hand_in), set()).add(hand_in.identity.name)
    found: dict[tuple[str, ...], HandIn] = {}
    for n, hand_in in enumerate(given):
        key = _person(hand_in, names.get(_number(hand_in), set())) or ("alone", str(n))
        found[key] = _joined(found[key], hand_in) if key in found else hand_in
    return list(found.values())


def _person(hand_in: HandIn, names: set[str]) -> tuple[str, ...] | None:
    """`names` are those that stand beside its number anywhere."""
    if hand_in.identity.enrolled:
        return "enrolled", hand_in.student
    number = _number(hand_in)
    if not number:
        return None
    return ("number", number, hand_in.identity.name) if len(names) > 1 else ("number", number)


def _number(hand_in: HandIn) -> str:
    return hand_in.identity.number.replace("-", "")


def _joined(first: HandIn, second: HandIn) -> HandIn:
    prefix = next(p for n in count(1) for p in [f"{n}/" if n > 1 else ""] if not _meets(first, second, p))
    said = f"handed in more than once: {first.shown} and {second.shown} were put together"
    both = {first.submitted_at, second.submitted_at} - {None}
    named = max(first, second, key=lambda hand_in: len(hand_in.identity.name))
    return replace(
        first,
        student=named.student,
        identity=named.identity,
        files={**first.files, **{prefix + name: file for name, file in second.files.items()}},
        order={**first.order, **{prefix + name: place for name, place in second.order.items()}},
        exported={**first.exported, **{prefix + name: entry for name, entry in second.exported.items()}},
        own_folder=first.own_folder or second.own_folder,
        closed=(*first.closed, *second.closed),
        notes=(*first.notes, *second.notes, said),
        said=(*first.said, *second.said),
        late=first.late if second.late is None else bool(first.late) or second.late,
        submitted_at=max(moment for moment in both if moment is not None) if both else None,
        doubtful=first.doubtful and second.doubtful,
    )


def _meets(first: HandIn, second: HandIn, prefix: str) -> bool:
    return any(prefix + name in first.files for name in second.files)


def sha256_of(file: Path | None) -> str:
    """Of the file's bytes; of nothing where there is no file or it cannot be opened."""
    if file is None:
        return hashlib.sha256(b"").hexdigest()
    try:
        with file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError:
        return hashlib.sha256(b"").hexdigest()


def with_names_of_their_own(hand_ins: list[HandIn]) -> list[HandIn]:
    """No two hand-ins of one name: what is known of both tells them apart, else a number that no other name has.

    The names of a roster stay as they are.
    """
    hand_ins = sorted(hand_ins, key=lambda hand_in: not hand_in.identity.enrolled)
    alike: dict[str, list[HandIn]] = {}
    for hand_in in hand_ins:
        alike.setdefault(spelling(hand_in.student), []).append(hand_in)
    told = {id(h): _told_apart(h) for same in alike.values() if _differ(same) for h in same if not h.identity.enrolled}
    return _numbered([replace(h, student=told.get(id(h), h.student)) for h in hand_ins])


def _distinction(hand_in: HandIn) -> str:
    known = hand_in.identity
    return known.number or known.lms_id or known.login or known.email


def _differ(same: list[HandIn]) -> bool:
    marks = {_distinction(hand_in) for hand_in in same}
    return len(same) > 1 and len(marks) == len(same) and "" not in marks


def _told_apart(hand_in: HandIn) -> str:
    mark = _distinction(hand_in)
    return hand_in.student if mark in hand_in.student else f"{hand_in.student} ({mark})"


def _numbered(hand_ins: list[HandIn]) -> list[HandIn]:
    """The first of several hand-ins with one name keeps it."""
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
        named.append(replace(hand_in, student=student, notes=(said, *hand_in.notes)))
    return named
