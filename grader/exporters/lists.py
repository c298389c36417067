"""Plain tables of the class: CSV, nbgrader's CSV, and everything as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from grader.exporters.cells import number, table, yes_no
from grader.exporters.exported import Exported, Wish
from grader.exporters.returned import nbgrader_zip
from grader.exporters.standing import Standing

WHO = ("student", "name", "number", "lms_id", "login", "email")
_NBGRADER = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def items_of(standings: Sequence[Standing]) -> list[str]:
    """All items, in the rubric's order."""
    return list(dict.fromkeys(item for standing in standings for item in standing.maximum))


def who(standing: Standing) -> list[str]:
    """The cells under WHO."""
    one = standing.identity
    return [standing.student, one.name, one.number, one.lms_id, one.login, one.email]


def csv(standings: Sequence[Standing], wish: Wish) -> Exported:
    """One row per student: who, points by item, total, status; with feedback a column of it per item."""
    items = items_of(standings)
    said = [f"{item} feedback" for item in items] if wish.feedback else []
    header = [*WHO, *items, "total", "max_points", "status", "late", "submitted_at", *said]
    rows = (_row(standing, items, feedback=wish.feedback) for standing in standings)
    return Exported({"": table([header, *rows], mark=True)}, written=len(standings))


def _row(standing: Standing, items: Sequence[str], *, feedback: bool) -> list[str]:
    points = [number(standing.points.get(item)) for item in items]
    at = standing.submitted_at.isoformat() if standing.submitted_at else ""
    end = [number(standing.total), number(standing.max_points), standing.status, yes_no(standing.late), at]
    return [*who(standing), *points, *end, *(standing.feedback.get(item, "") for item in items if feedback)]


def nbgrader(standings: Sequence[Standing], wish: Wish) -> Exported:
    """The columns of `nbgrader export`, with real quoting; who has no grade has no score, where nbgrader writes 0."""
    called = {standing.student: _nbgrader_id(standing) for standing in standings}
    rows = [[*_NBGRADER], *(_nbgrader_row(standing, called[standing.student]) for standing in standings)]
    final = [standing for standing in standings if standing.final]
    beside = {"-feedback.zip": nbgrader_zip(final, wish.out, called)} if wish.feedback else {}
    return Exported({"": table(rows, mark=False)}, beside, len(standings))


def _nbgrader_id(standing: Standing) -> str:
    return standing.identity.number or standing.identity.login or standing.student


def _nbgrader_row(standing: Standing, student: str) -> list[str]:
    last, first = _names(standing.identity.name)
    at = standing.submitted_at.strftime("%Y-%m-%d %H:%M:%S") if standing.submitted_at else ""
    total = number(standing.total) if standing.final else ""
    penalty = "0" if total else ""
    told = [standing.assignment, "", at, student, last, first, standing.identity.email]
    return [*told, total, penalty, total, number(standing.max_points)]


def _names(name: str) -> tuple[str, str]:
    """Family and given name: `Kim, Seoyeon`, `Seoyeon Kim`; a Korean one of two to four letters begins with it."""
    if "," in name:
        last, _, first = name.partition(",")
        return last.strip(), first.strip()
    first, _, last = name.rpartition(" ")
    if not first and 2 <= len(name) <= 4 and all("가" <= sign <= "힣" for sign in name):
        return name[:1], name[1:]
    return last, first


def everything(standings: Sequence[Standing], wish: Wish) -> Exported:
    """All that is known, findings and feedback too."""
    plain = {
        "assignment": standings[0].assignment,
        "students": [standing.model_dump(mode="json") for standing in standings],
    }
    text = json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
    return Exported({"": text.encode(errors="replace")}, written=len(standings))


def findings(standings: Sequence[Standing]) -> Iterator[tuple[str, str, str, str, float | None, float, str]]:
    """Student, item, criterion, outcome, earned, points and feedback, one line per criterion."""
    for standing in standings:
        for item, several in standing.findings.items():
            for one in several:
                said = one.feedback or ""
                yield standing.student, item, one.criterion, one.outcome, one.earned, one.points, said
