"""Plain tables of the class: CSV, nbgrader's CSV, and everything as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence

from grader.exporters.cells import number, table, yes_no
from grader.exporters.exported import Exported, Wish
from grader.exporters.grades import Grades
from grader.exporters.returned import nbgrader_zip

WHO = ("student", "name", "number", "lms_id", "login", "email")
COUNTS = ("penalty", "grade")
# Korean family names of two letters. In three letters the others are rather 서 + 문재 or 선 + 우진: one of the common
# family names of one letter, and a given name of two.
_COMPOUND_IN_THREE = frozenset(("남궁", "독고", "사공", "제갈", "황보"))
_COMPOUND = _COMPOUND_IN_THREE | {"강전", "동방", "망절", "서문", "선우", "소봉", "어금", "을지", "장곡"}
_NBGRADER = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def items_of(everybody: Sequence[Grades]) -> list[str]:
    """All items, in the rubric's order."""
    return list(dict.fromkeys(item for grades in everybody for item in grades.maximum))


def who(grades: Grades) -> list[str]:
    """The cells under WHO."""
    one = grades.identity
    return [grades.student, one.name, one.number, one.lms_id, one.login, one.email]


def csv(everybody: Sequence[Grades], wish: Wish) -> Exported:
    """One row per student: who, points by item, total, status; with feedback a column of it per item."""
    items = items_of(everybody)
    said = [f"{item} feedback" for item in items] if wish.feedback else []
    counts = COUNTS if has_deadline(everybody) else ()
    header = [*WHO, *items, "total", *counts, "max_points", "status", "late", "submitted_at", *said]
    rows = (_row(grades, items, counts=bool(counts), feedback=wish.feedback) for grades in everybody)
    return Exported({"": table([header, *rows], mark=True)}, written=len(everybody))


def has_deadline(everybody: Sequence[Grades]) -> bool:
    """Whether the columns COUNTS say anything."""
    return any(grades.lateness is not None for grades in everybody)


def _row(grades: Grades, items: Sequence[str], *, counts: bool, feedback: bool) -> list[str]:
    points = [number(value) for value in (*map(grades.points.get, items), grades.total)]
    points += [number(grades.penalty), number(grades.grade)] if counts else []
    at = grades.submitted_at.isoformat() if grades.submitted_at else ""
    end = [number(grades.max_points), grades.status, yes_no(grades.late), at]
    return [*who(grades), *points, *end, *(grades.feedback.get(item, "") for item in items if feedback)]


def nbgrader(everybody: Sequence[Grades], wish: Wish) -> Exported:
    """The columns of `nbgrader export`, with real quoting; who has no grade has no score, where nbgrader writes 0."""
    called = {grades.student: _nbgrader_id(grades) for grades in everybody}
    rows = [[*_NBGRADER], *(_nbgrader_row(grades, called[grades.student]) for grades in everybody)]
    final = [grades for grades in everybody if grades.final]
    beside = {"-feedback.zip": nbgrader_zip(final, wish.out, called)} if wish.feedback else {}
    return Exported({"": table(rows, mark=False)}, beside, len(everybody))


def _nbgrader_id(grades: Grades) -> str:
    return grades.identity.number or grades.identity.login or grades.student


def _nbgrader_row(grades: Grades, student: str) -> list[str]:
    last, first = _names(grades.identity.name)
    due = _in_utc(grades.lateness.due if grades.lateness else None)
    told = [grades.assignment, due, _in_utc(grades.submitted_at), student, last, first, grades.identity.email]
    points = (grades.total, grades.penalty, grades.grade) if grades.final else (None, None, None)
    return [*told, *map(number, points), number(grades.max_points)]


def _in_utc(moment: dt.datetime | None) -> str:
    """As nbgrader writes its times; one without an offset as it is known."""
    if moment is not None and moment.tzinfo is None:
        return moment.strftime("%Y-%m-%d %H:%M:%S")
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _names(name: str) -> tuple[str, str]:
    """Family and given name: `Kim, Seoyeon`, `Seoyeon Kim`; a Korean one of two to four letters begins with it."""
    if "," in name:
        last, _, first = name.partition(",")
        return last.strip(), first.strip()
    first, _, last = name.rpartition(" ")
    if not first and 2 <= len(name) <= 4 and all("가" <= sign <= "힣" for sign in name):
        cut = _family_letters(name)
        return name[:cut], name[cut:]
    return last, first


def _family_letters(name: str) -> int:
    """How many letters of a Korean name are the family's: two only where no other reading is as likely."""
    compound = _COMPOUND if len(name) == 4 else _COMPOUND_IN_THREE
    return 2 if len(name) > 2 and name[:2] in compound else 1


def everything(everybody: Sequence[Grades], wish: Wish) -> Exported:
    """All that is known, findings and feedback too."""
    plain = {
        "assignment": everybody[0].assignment,
        "students": [grades.model_dump(mode="json") for grades in everybody],
    }
    text = json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
    return Exported({"": text.encode(errors="replace")}, written=len(everybody))


def findings(everybody: Sequence[Grades]) -> Iterator[tuple[str, str, str, str, float | None, float, str]]:
    """Student, item, criterion, outcome, earned, points and feedback, one line per criterion."""
    for grades in everybody:
        for item, several in grades.findings.items():
            for one in several:
                said = one.feedback or ""
                yield grades.student, item, one.criterion, one.outcome, one.earned, one.points, said
