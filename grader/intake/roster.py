"""A course list: who is enrolled, which hand-in is whose, and who handed in nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from types import MappingProxyType

from grader.intake.handin import HandIn
from grader.intake.labels import nfc
from grader.model import Identity
from grader.names import printable, spelling

_NONE: Mapping[Identity, dt.datetime | bool] = MappingProxyType({})
_WORD = re.compile(r"[^\W_]+")
_KOREAN = re.compile("[가-힣]")
_HANGUL = re.compile(r"[가-힣]{3,}")


@dataclass(frozen=True)
class Match:
    """Whom a hand-in was found to belong to; nobody, with a note, where several could be meant."""

    enrolled: Identity | None = None
    note: str = ""


class Roster:
    """The enrolled students in the order of the list, each under a name of their own: number and name if known.

    `times`: when they handed in, where the list tells that, or only whether they were late.
    """

    def __init__(self, students: Sequence[Identity], times: Mapping[Identity, dt.datetime | bool] = _NONE) -> None:
        self.students = [student.model_copy(update={"enrolled": True}) for student in students]
        self._times = [times.get(student) for student in students]
        self._called = _called_apart(self.students)

    def called(self, student: Identity) -> str:
        """What everything shows for an enrolled student."""
        return self._called[self.students.index(student)]

    def named(self, hand_ins: Iterable[HandIn]) -> list[HandIn]:
        """The hand-ins under the names of the roster; those of nobody in it keep their own."""
        return [self._named(hand_in) for hand_in in hand_ins]

    def _named(self, hand_in: HandIn) -> HandIn:
        match = self.find(hand_in)
        notes = (*hand_in.notes, *([match.note] if match.note else []))
        if match.enrolled is None:
            identity = hand_in.identity.model_copy(update={"enrolled": False})
            return replace(hand_in, identity=identity, notes=notes)
        told = hand_in.identity
        known = {"lms_id": told.lms_id or match.enrolled.lms_id, "group": match.enrolled.group or told.group}
        identity = match.enrolled.model_copy(update=known)
        place = self.students.index(match.enrolled)
        when = self._times[place]
        return replace(
            hand_in,
            student=self._called[place],
            identity=identity,
            notes=notes,
            doubtful=False,
            submitted_at=when if isinstance(when, dt.datetime) else hand_in.submitted_at,
            late=when if isinstance(when, bool) else hand_in.late,
        )

    def missing(self, students: Iterable[str]) -> list[str]:
        """Who is enrolled and none of `students`, in the order of the list."""
        there = {spelling(student) for student in students}
        return [name for name in self._called if spelling(name) not in there]

    def identities(self, names: Iterable[str]) -> dict[str, Identity]:
        """What the list tells of students by what they are called."""
        wanted = set(names)
        return {name: one for name, one in zip(self._called, self.students, strict=True) if name in wanted}

    def group(self, name: str) -> dict[str, Identity]:
        """The members of a group by what they are called, in the order of the list."""
        return {called: one for called, one in zip(self._called, self.students, strict=True) if one.group == name}

    def find(self, hand_in: HandIn) -> Match:
        """By student number, LMS id, login or e-mail, and name, in that order; the first that finds anybody decides.

        Where a folder's name finds nobody, the names of the notebooks in it are asked.
        """
        match = self._by_name(hand_in, hand_in.raw)
        if match.enrolled is not None or match.note or not hand_in.own_folder:
            return match
        inside = [PurePosixPath(name).stem for name in hand_in.files if name.lower().endswith(".ipynb")]
        return self._by_name(hand_in, " ".join(inside)) if inside else match

    def _by_name(self, hand_in: HandIn, name: str) -> Match:
        raw = nfc(f"{name} {hand_in.student}")
        told = hand_in.identity
        searches = (
            ("number", lambda s: bool(s.number) and _has_number(s.number, told.number, raw)),
            ("id", lambda s: bool(s.lms_id) and s.lms_id == told.lms_id),
            ("login", lambda s: _has_login(s, told, name)),
            ("name", lambda s: bool(s.name) and _has_name(s.name, told.name, raw)),
        )
        for kind, is_theirs in searches:
            found = [student for student in self.students if is_theirs(student)]
            if len(found) == 1:
                return Match(found[0], _doubt(kind, found[0], told))
            if found:
                names = ", ".join(self.called(student) for student in found[:4])
                return Match(None, f"the roster has {len(found)} students of this {kind} ({names}), so it is nobody's")
        return Match()


def _called_apart(students: Sequence[Identity]) -> list[str]:
    plain = [f"{s.number} {s.name}".strip() or s.login or s.email or s.lms_id for s in students]
    count: dict[str, int] = {}
    for name in plain:
        count[spelling(name)] = count.get(spelling(name), 0) + 1
    called = []
    for student, name in zip(students, plain, strict=True):
        mark = student.login or student.lms_id or student.email
        called.append(printable(f"{name} ({mark})" if count[spelling(name)] > 1 and mark else name))
    return called


def _doubt(kind: str, enrolled: Identity, told: Identity) -> str:
    """A remark where the name beside the number is another one's; a romanised name tells neither way."""
    if kind not in ("number", "id") or not told.name or not enrolled.name:
        return ""
    if bool(_KOREAN.search(told.name)) != bool(_KOREAN.search(enrolled.name)):
        return ""
    if spellings(told.name) & spellings(enrolled.name):
        return ""
    return f"the {kind} is that of {enrolled.name}, but the name says {printable(told.name)}"


def _has_number(number: str, told: str, raw: str) -> bool:
    plain = number.replace("-", "")
    if told:
        return told.replace("-", "") == plain
    return re.search(rf"(?<!\d){re.escape(plain)}(?!\d)", raw.replace("-", "")) is not None


def _has_login(student: Identity, told: Identity, raw: str) -> bool:
    known = {known.casefold() for known in (student.login, student.email, student.email.partition("@")[0]) if known}
    given = {given.casefold() for given in (told.login, told.email, raw) if given}
    return bool(known & given) or any(g.endswith((f"-{k}", f"_{k}")) for g in given for k in known if len(k) > 2)


def _has_name(name: str, told: str, raw: str) -> bool:
    known = spellings(name)
    words = {word.casefold() for word in _WORD.findall(raw)}
    if known & (spellings(told) | words):
        return True
    parts = [word.casefold() for word in _WORD.findall(name)]
    if len(parts) > 1 and all(part in words for part in parts):
        return True
    return _HANGUL.fullmatch(name) is not None and name in raw


@lru_cache(maxsize=10_000)
def spellings(name: str) -> frozenset[str]:
    """A name without spaces and signs, given and family name either way round: `Kim, Seoyeon`, `kimseoyeon`."""
    words = [word.casefold() for word in _WORD.findall(nfc(name))]
    joined = {"".join(words), "".join(words[1:] + words[:1]), "".join(words[-1:] + words[:-1])}
    return frozenset(joined - {""})
