"""What is written into the gradebook's tables and read from them, in one transaction that is not begun here."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, and_, func, insert, select

from grader.gradebook.tables import aware, entries, looks, overrides, reports, rows_of, second_marks
from grader.model import Look, Override, Report, SecondMark
from grader.model.override import is_decided_anew


def land(connection: Connection, landing: Sequence[Report], renamed: Mapping[str, str]) -> int:
    appended = 0
    for report in landing:
        if report.student in renamed:
            carry(connection, report.assignment, renamed[report.student], report.student)
    for assignment in {report.assignment for report in landing}:
        names = [report.student for report in landing if report.assignment == assignment]
        taken = numbers(connection, assignment, *names)
        last = newest(connection, assignment, *names)
        for report in (report for report in landing if report.assignment == assignment):
            said, (body, content) = report.student, _written(report)
            if said in last and last[said][1] == content:
                continue
            taken[said] = taken.get(said, 0) + 1
            last[said] = (taken[said], content, "")
            place = {"assignment": assignment, "student": said, "number": taken[said]}
            connection.execute(insert(entries).values(**place, at=now()))
            connection.execute(
                insert(reports).values(
                    **place,
                    submission_sha256=report.submission_sha256,
                    rubric_sha256=report.rubric_sha256,
                    grader_version=report.grader_version,
                    content_sha256=content,
                    report=body,
                )
            )
            appended += 1
    return appended


def carry(connection: Connection, assignment: str, old: str, new: str) -> None:
    """Append to what is known of `new` what was written down of `old`, with its dates and authors.

    What came along before is known by its date. Left are second marks, as each is counted once, and what was decided
    anew since.
    """
    there = {at: number for number, at in dates(connection, assignment, new).items()}
    last = numbers(connection, assignment, new).get(new, 0)
    written = rows_of(connection, assignment, old)
    anew = overrides_of(connection, assignment, new)[new]
    left = {row["number"] for table, row in written if table is second_marks}
    left |= {one.number for one in overrides_of(connection, assignment, old)[old] if is_decided_anew(one, anew)}
    places: dict[int, int] = {}
    taken: set[int] = set()
    for table, row in written:
        number = row["number"]
        if number in left:
            continue
        if table is entries:
            if row["at"] not in there:
                last += 1
                taken.add(number)
            places[number] = there.get(row["at"], last)
        if number in taken:
            moved = {"student": new, "number": places[number]}
            if table is overrides:
                moved["report_number"] = places[row["report_number"]]
            connection.execute(insert(table).values(row | moved))


def append_override(connection: Connection, made: Override, report_number: int) -> None:
    place = _entered(connection, made)
    told = made.model_dump(exclude={*place, "at", "submission_sha256"})
    connection.execute(insert(overrides).values(**place, report_number=report_number, **told))


def append_mark(connection: Connection, made: SecondMark) -> None:
    place = _entered(connection, made)
    connection.execute(
        insert(second_marks).values(**place, of_number=made.of_number, points=made.points, author=made.author)
    )


def append_look(connection: Connection, made: Look) -> None:
    place = _entered(connection, made)
    connection.execute(insert(looks).values(**place, **made.model_dump(exclude={*place, "at"})))


def _entered(connection: Connection, made: Override | SecondMark | Look) -> dict[str, Any]:
    place = {"assignment": made.assignment, "student": made.student, "number": made.number}
    connection.execute(insert(entries).values(**place, at=made.at))
    return place


def numbers(connection: Connection, assignment: str, *students: str) -> dict[str, int]:
    """The last number of each student, of those of whom something is written down.

    It is read before all else: what another writer adds after that, seen or not, has the number that is taken next.
    """
    last = select(entries.c.student, func.max(entries.c.number)).group_by(entries.c.student)
    return {name: number for name, number in connection.execute(_theirs(last, entries, assignment, *students))}


def newest(
    connection: Connection, assignment: str, *students: str, bodies: bool = False
) -> dict[str, tuple[int, str, str]]:
    """(number, hash of the content, JSON or "") of each student's newest report."""
    last = _theirs(
        select(reports.c.student, func.max(reports.c.number).label("number")).group_by(reports.c.student),
        reports,
        assignment,
        *students,
    ).subquery()
    chosen = and_(reports.c.student == last.c.student, reports.c.number == last.c.number)
    columns = [reports.c.student, reports.c.number, reports.c.content_sha256, *([reports.c.report] if bodies else [])]
    rows = connection.execute(select(*columns).join(last, chosen).where(reports.c.assignment == assignment))
    return {row[0]: (row[1], row[2], row[3] if bodies else "") for row in rows}


def dates(connection: Connection, assignment: str, student: str) -> dict[int, dt.datetime]:
    """When each of a student's entries was written, by number."""
    query = _theirs(select(entries.c.number, entries.c.at), entries, assignment, student)
    return {number: aware(moment) for number, moment in connection.execute(query)}


def reports_of(connection: Connection, assignment: str, student: str) -> list[tuple[int, Report]]:
    """All reports of a student with their numbers."""
    query = _theirs(select(reports.c.number, reports.c.report), reports, assignment, student)
    return [(number, Report.model_validate_json(body)) for number, body in connection.execute(query)]


def overrides_of(connection: Connection, assignment: str, *students: str) -> dict[str, list[Override]]:
    """Each student's overrides in order of number; nobody is missing."""
    seen = and_(
        reports.c.assignment == overrides.c.assignment,
        reports.c.student == overrides.c.student,
        reports.c.number == overrides.c.report_number,
    )
    dated = and_(*(entries.c[name] == overrides.c[name] for name in ("assignment", "student", "number")))
    columns = [column for column in overrides.c if column is not overrides.c.report_number]
    query = select(*columns, entries.c.at, reports.c.submission_sha256).join(entries, dated).join(reports, seen)
    found: dict[str, list[Override]] = defaultdict(list)
    for row in connection.execute(_theirs(query, overrides, assignment, *students).order_by(overrides.c.number)):
        fields: dict[str, Any] = dict(row._mapping)
        override = Override(**(fields | {"at": aware(fields["at"])}))
        found[override.student].append(override)
    return found


def decided_on(connection: Connection, assignment: str) -> list[str]:
    """Students of whom there is an override or a look."""
    each = (_theirs(select(table.c.student).distinct(), table, assignment) for table in (overrides, looks))
    return sorted({student for query in each for (student,) in connection.execute(query)})


def marks_of(connection: Connection, assignment: str, *students: str) -> list[SecondMark]:
    """Second marks in order of time, each with the decision that it is a second look at."""
    first = and_(
        overrides.c.assignment == second_marks.c.assignment,
        overrides.c.student == second_marks.c.student,
        overrides.c.number == second_marks.c.of_number,
    )
    dated = and_(*(entries.c[name] == second_marks.c[name] for name in ("assignment", "student", "number")))
    told = (overrides.c.item, overrides.c.criterion, overrides.c.max_points)
    firsts = (overrides.c.after.label("first"), overrides.c.author.label("first_author"))
    query = select(second_marks, *told, *firsts, entries.c.at).join(entries, dated).join(overrides, first)
    told_of = connection.execute(_theirs(query, second_marks, assignment, *students))
    found = [SecondMark(**(dict(row._mapping) | {"at": aware(row.at)})) for row in told_of]
    return sorted(found, key=lambda mark: (mark.at, mark.student, mark.number))


def looks_of(connection: Connection, assignment: str, *students: str) -> dict[str, list[Look]]:
    """Each student's looks in order of number; nobody is missing."""
    dated = and_(*(entries.c[name] == looks.c[name] for name in ("assignment", "student", "number")))
    query = _theirs(select(looks, entries.c.at).join(entries, dated), looks, assignment, *students)
    found: dict[str, list[Look]] = defaultdict(list)
    for row in connection.execute(query.order_by(looks.c.number)):
        look = Look(**(dict(row._mapping) | {"at": aware(row.at)}))
        found[look.student].append(look)
    return found


def _theirs(query: Any, table: Any, assignment: str, *students: str) -> Any:
    """The query, for one assignment and, if any are named, for these students."""
    query = query.where(table.c.assignment == assignment)
    return query.where(table.c.student.in_(students)) if students else query


def _written(report: Report) -> tuple[str, str]:
    """The report as JSON, and a hash of all that it says; when it was graded is no part of that."""
    try:
        body = report.model_dump_json()
    except PydanticSerializationError:  # half a character in a student's words
        body = json.dumps(report.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
        body = body.encode("utf-8", errors="replace").decode()
    said, _, _ = body.rpartition('"graded_at":')  # the last field
    return body, hashlib.sha256(said.encode()).hexdigest()


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
