"""The gradebook: reports and people's overrides, appended in order and never changed; any number of writers at once.

What counts for a student is the newest report with the overrides in it (`standings`); how it came to that is the
student's history.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, and_, func, insert, select
from sqlalchemy.exc import DBAPIError

from grader.errors import GraderError
from grader.gradebook.standing import conflicts, standing
from grader.gradebook.tables import aware, engine_of, entries, file_url, metadata, overrides, reports, rows_of, shown
from grader.model import Override, Report

FILE = "gradebook.db"
_ATTEMPTS = 200  # of a transaction that another writer's made void; each is milliseconds, and one writer always wins
_AT_A_TIME = 50  # reports in one transaction
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Entry:
    """One thing that was written down about a student: a report, or an override."""

    number: int
    at: dt.datetime
    report: Report | None = None
    override: Override | None = None


@dataclass(frozen=True)
class Standing:
    """Where one student stands: the machine's newest report, the decisions, and the report that counts."""

    machine: Report
    overrides: tuple[Override, ...] = ()
    report_number: int = 0
    report: Report = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "report", standing(self.machine, self.overrides) if self.overrides else self.machine)

    @property
    def conflicts(self) -> list[tuple[Override, str]]:
        return conflicts(self.machine, self.overrides)


class Gradebook:
    """A database of one or more assignments. Raises GraderError, in a sentence, where it cannot be opened or written.

    What a method returned from is on the disk.
    """

    def __init__(self, url: str) -> None:
        self._engine = engine_of(url)
        self._transaction(metadata.create_all)

    @classmethod
    def in_folder(cls, folder: Path, url: str | None = None) -> Gradebook:
        """The one of a results folder: at `url`, or else the SQLite file in it."""
        return cls(url or file_url(folder / FILE))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    # ------------------------------------------------------------ writing

    def land(self, landing: Sequence[Report]) -> int:
        """Append the machine's reports; one that says the same as its student's newest is there already.

        Returns how many were appended. A report that was superseded and is true again lands again: the newest counts.
        """
        appended = 0
        for start in range(0, len(landing), _AT_A_TIME):
            part = landing[start : start + _AT_A_TIME]
            appended += self._transaction(lambda connection, part=part: _land(connection, part))  # type: ignore[misc]
        return appended

    def decide(
        self, assignment: str, student: str, make: Callable[[Standing, int, dt.datetime], Override]
    ) -> tuple[Override, Standing]:
        """Append the override that `make(where the student stands, its number, now)` returns.

        `make` is called again where another writer was quicker, so that what it sees is what it changes. Returns the
        override and where the student stands with it. Raises GraderError for a student without a report.
        """

        def append(connection: Connection) -> tuple[Override, Standing]:
            number = _numbers(connection, assignment, student).get(student, 0) + 1
            now = self._standings(connection, assignment, student).get(student)
            if now is None:
                raise GraderError(f"{student} has no report in the gradebook")
            made = make(now, number, _now())
            _append(connection, made, now.report_number)
            return made, Standing(now.machine, (*now.overrides, made), now.report_number)

        return self._transaction(append)

    def copy(self, assignment: str, student: str, other: Gradebook) -> None:
        """Append all that `other` has of a student who is not here yet, with its numbers and dates."""

        def append(connection: Connection) -> None:
            for table, row in rows:
                connection.execute(insert(table).values(row))

        rows = other._transaction(lambda connection: rows_of(connection, assignment, student), reading=True)
        self._transaction(append)

    # ------------------------------------------------------------ reading

    def standings(self, assignment: str) -> dict[str, Standing]:
        """Where every student of the assignment stands, by name and sorted."""
        return self._transaction(lambda connection: self._standings(connection, assignment), reading=True)

    def standing(self, assignment: str, student: str) -> Standing | None:
        """Where one student stands; None without a report."""
        return self._transaction(
            lambda connection: self._standings(connection, assignment, student).get(student), reading=True
        )

    def history(self, assignment: str, student: str) -> list[Entry]:
        """All that was written down about a student, in order."""

        def read(connection: Connection) -> list[Entry]:
            at = _theirs(select(entries.c.number, entries.c.at), entries, assignment, student)
            dates = {number: aware(moment) for number, moment in connection.execute(at)}
            told = _theirs(select(reports.c.number, reports.c.report), reports, assignment, student)
            found = [
                Entry(number, dates[number], report=Report.model_validate_json(body))
                for number, body in connection.execute(told)
            ]
            decided = _overrides(connection, assignment, student)[student]
            found += [Entry(one.number, dates[one.number], override=one) for one in decided]
            return sorted(found, key=lambda entry: entry.number)

        return self._transaction(read, reading=True)

    def _standings(self, connection: Connection, assignment: str, student: str | None = None) -> dict[str, Standing]:
        decided = _overrides(connection, assignment, student)
        return {
            name: Standing(Report.model_validate_json(body), tuple(decided[name]), number)
            for name, (number, _, body) in sorted(_newest(connection, assignment, student, bodies=True).items())
        }

    # ------------------------------------------------------------ transactions

    def _transaction(self, work: Callable[[Connection], _Result], *, reading: bool = False) -> _Result:
        """What `work` returns, once its transaction is committed; begun again if another writer's came between."""
        for attempt in range(_ATTEMPTS):
            try:
                with self._engine.execution_options(grader_reading=reading).begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not _worth_another(error) or attempt == _ATTEMPTS - 1:
                    raise self._refused(error) from None
                time.sleep(random.uniform(0, 0.002 * min(attempt + 1, 25)))  # two that collided part
        raise AssertionError("the last attempt returns or raises")

    def _refused(self, error: DBAPIError) -> GraderError:
        cause = str(error.orig).strip().splitlines()
        return GraderError(f"the gradebook {shown(self._engine)} cannot be used: {cause[0] if cause else error}")


def _worth_another(error: DBAPIError) -> bool:
    """Whether the transaction failed only because of another one that was quicker."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:  # PostgreSQL: unique_violation, serialization_failure, deadlock_detected, duplicate objects
        return state in ("23505", "40001", "40P01", "42P07", "42710", "42723", "XX000")
    told = str(error.orig).casefold()
    return any(cause in told for cause in ("unique", "duplicate", "locked", "busy", "already exists"))


# ---------------------------------------------------------------- rows


def _land(connection: Connection, landing: Sequence[Report]) -> int:
    appended = 0
    for assignment in {report.assignment for report in landing}:
        names = [report.student for report in landing if report.assignment == assignment]
        numbers = _numbers(connection, assignment, *names)
        newest = _newest(connection, assignment, *names)
        for report in (report for report in landing if report.assignment == assignment):
            said, (body, content) = report.student, _written(report)
            if said in newest and newest[said][1] == content:
                continue
            numbers[said] = numbers.get(said, 0) + 1
            newest[said] = (numbers[said], content, "")
            place = {"assignment": assignment, "student": said, "number": numbers[said]}
            connection.execute(insert(entries).values(**place, at=_now()))
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


def _append(connection: Connection, made: Override, report_number: int) -> None:
    place = {"assignment": made.assignment, "student": made.student, "number": made.number}
    connection.execute(insert(entries).values(**place, at=made.at))
    told = made.model_dump(exclude={*place, "at", "submission_sha256"})
    connection.execute(insert(overrides).values(**place, report_number=report_number, **told))


def _numbers(connection: Connection, assignment: str, *students: str) -> dict[str, int]:
    """The last number of each student, of those of whom something is written down.

    It is read before all else: what another writer adds after that, seen or not, has the number that is taken next.
    """
    last = select(entries.c.student, func.max(entries.c.number)).group_by(entries.c.student)
    return {name: number for name, number in connection.execute(_theirs(last, entries, assignment, *students))}


def _newest(
    connection: Connection, assignment: str, *students: str | None, bodies: bool = False
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


def _overrides(connection: Connection, assignment: str, student: str | None = None) -> dict[str, list[Override]]:
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
    for row in connection.execute(_theirs(query, overrides, assignment, student).order_by(overrides.c.number)):
        fields: dict[str, Any] = dict(row._mapping)
        override = Override(**(fields | {"at": aware(fields["at"])}))
        found[override.student].append(override)
    return found


def _theirs(query: Any, table: Any, assignment: str, *students: str | None) -> Any:
    """The query, for one assignment and, if any are named, for these students."""
    names = [name for name in students if name is not None]
    query = query.where(table.c.assignment == assignment)
    return query.where(table.c.student.in_(names)) if names else query


def _written(report: Report) -> tuple[str, str]:
    """The report as JSON, and a hash of all that it says; when it was graded is no part of that."""
    try:
        body = report.model_dump_json()
    except PydanticSerializationError:  # half a character in a student's words
        body = json.dumps(report.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
        body = body.encode("utf-8", errors="replace").decode()
    said, _, _ = body.rpartition('"graded_at":')  # the last field
    return body, hashlib.sha256(said.encode()).hexdigest()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
