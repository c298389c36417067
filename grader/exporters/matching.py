"""Which line of a learning system's table is whose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.exporters.grades import Grades
from grader.intake import labels
from grader.intake.roster import spellings
from grader.model import Identity


@dataclass(frozen=True)
class Matched:
    """Grades by line; `nobodys` are those of no line, with the reason where there is more than its absence."""

    lines: Mapping[int, Grades]
    nobodys: tuple[str, ...]


def matched(several: Sequence[Grades], lines: Mapping[int, Identity], system: str) -> Matched:
    """By id, student number, login or e-mail, and name: the first that finds anybody decides.

    A number of another learning system is no id here. What fits two lines, or two students for one line, is nobody's.
    """
    found: dict[int, list[Grades]] = {}
    nobodys: list[str] = []
    for grades in several:
        places, kind = _places(grades, lines, system)
        if len(places) == 1:
            found.setdefault(places[0], []).append(grades)
        else:
            nobodys.append(grades.student + (f" ({len(places)} lines have this {kind})" if places else ""))
    for place, theirs in found.items():
        if len(theirs) > 1:
            nobodys += [f"{one.student} (line {place + 1} fits {len(theirs)} hand-ins)" for one in theirs]
    return Matched({place: several[0] for place, several in found.items() if len(several) == 1}, tuple(nobodys))


def _places(grades: Grades, lines: Mapping[int, Identity], system: str) -> tuple[list[int], str]:
    one = grades.identity
    there = {place: line for place, line in lines.items() if not _another_number(one.number, line.number)}
    known_here = _system(grades) in ("", system)
    searches: tuple[tuple[str, Iterable[int]], ...] = (
        ("id", (p for p, line in there.items() if known_here and one.lms_id and one.lms_id == line.lms_id)),
        ("number", (p for p, line in lines.items() if one.number and _plain(one.number) == _plain(line.number))),
        ("login", (p for p, line in lines.items() if _logins(one) & _logins(line))),
        ("name", (p for p, line in there.items() if _names(grades) & spellings(line.name))),
    )
    for kind, search in searches:
        if places := list(search):
            return places, kind
    return [], ""


def _another_number(one: str, other: str) -> bool:
    """Whether two numbers are of one kind and differ; a system's own numbers may look different."""
    first, second = _plain(one), _plain(other)
    return first.isdigit() and second.isdigit() and len(first) == len(second) and first != second


def _system(grades: Grades) -> str:
    """The learning system from whose export the hand-in came, if it did."""
    name = grades.uploaded_as.partition("/")[0]
    if labels.moodle(name) is not None:
        return "moodle"
    return "canvas" if name and labels.canvas(name) is not None else ""


def _logins(one: Identity) -> set[str]:
    return {told.casefold() for told in _told(one) if told}


def _told(one: Identity) -> Iterator[str]:
    yield from (one.login, one.email)
    yield from (one.number.replace("-", ""),)  # many universities' logins are the student numbers


def _names(grades: Grades) -> frozenset[str]:
    return spellings(grades.identity.name or grades.student)


def _plain(number: str) -> str:
    return number.replace("-", "").strip()
