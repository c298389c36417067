"""The gradebook: reports and people's overrides, appended in order and never changed; any number of writers at once.

What counts for a student is the newest report with the overrides in it (`standings`); how it came to that is the
student's history.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, insert
from sqlalchemy.exc import DBAPIError

from grader.errors import GraderError, Held
from grader.gradebook import rows
from grader.gradebook.standing import conflicts, standing
from grader.gradebook.tables import PATIENCE, engine_of, file_url, metadata, rows_of, shown
from grader.model import Look, Override, Report, SecondMark

FILE = "gradebook.db"
_ATTEMPTS = 200  # of a transaction that another writer's made void; each is milliseconds, and one writer always wins
_AT_A_TIME = 50  # reports in one transaction
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Entry:
    """One thing that was written down about a student."""

    number: int
    at: dt.datetime
    report: Report | None = None
    override: Override | None = None
    mark: SecondMark | None = None
    look: Look | None = None


@dataclass(frozen=True)
class Standing:
    """Where one student stands: the machine's newest report, the decisions, and the report that counts."""

    machine: Report
    overrides: tuple[Override, ...] = ()
    report_number: int = 0
    looks: tuple[Look, ...] = ()
    report: Report = field(init=False)

    def __post_init__(self) -> None:
        decided = self.overrides or self.looks
        counts = standing(self.machine, self.overrides, self.looks) if decided else self.machine
        object.__setattr__(self, "report", counts)

    @property
    def number(self) -> int:
        """Of the last of all this."""
        decided = [*(one.number for one in self.overrides), *(one.number for one in self.looks)]
        return max([self.report_number, *decided])

    @property
    def conflicts(self) -> list[tuple[Override, str]]:
        return conflicts(self.machine, self.overrides)


# (where the student stands, the number of what is made, now) -> what is appended; it may raise GraderError
Make = Callable[[Standing, int, dt.datetime], _Result]


class Gradebook:
    """A database of one or more assignments. Raises GraderError, in a sentence, where it cannot be opened or written.

    What a method returned from is on the disk.
    """

    def __init__(self, url: str, patience: float | None = None) -> None:
        """`patience`: seconds after which one who waits for another writer is told; None: not before every attempt."""
        self._engine = engine_of(url, PATIENCE if patience is None else patience)
        self._patience = math.inf if patience is None else patience
        self._transaction(metadata.create_all)

    @classmethod
    def in_folder(cls, folder: Path, url: str | None = None, patience: float | None = None) -> Gradebook:
        """The one of a results folder: at `url`, or else the SQLite file in it."""
        return cls(url or file_url(folder / FILE), patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    # ------------------------------------------------------------ writing

    def land(self, landing: Sequence[Report], renamed: Mapping[str, str] = MappingProxyType({})) -> int:
        """Append the machine's reports; one that says the same as its student's newest is there already.

        `renamed`: by name another one, all that was written down under which comes before the report. Returns how many
        reports were appended. A report that was superseded and is true again lands again: the newest counts.
        """
        appended = 0
        for start in range(0, len(landing), _AT_A_TIME):
            part = landing[start : start + _AT_A_TIME]
            appended += self._transaction(lambda connection, part=part: rows.land(connection, part, renamed))  # type: ignore[misc]
        return appended

    def decide(self, assignment: str, student: str, make: Make[Override]) -> tuple[Override, Standing]:
        """Append the override that `make` returns.

        `make` is called again where another writer was quicker, so that what it sees is what it changes. Returns the
        override and where the student stands with it. Raises GraderError for a student without a report.
        """
        made, now = self.decide_all(assignment, student, [make])
        return made[0], now

    def decide_all(
        self, assignment: str, student: str, makes: Sequence[Make[Override]]
    ) -> tuple[list[Override], Standing]:
        """As `decide`, of several on one student: all of them, or none if one raises. Each sees those before it."""

        def append(connection: Connection) -> tuple[list[Override], Standing]:
            number, now = _ground(connection, assignment, student)
            made = []
            for place, make in enumerate(makes, number):
                made.append(make(now, place, rows.now()))
                rows.append_override(connection, made[-1], now.report_number)
                now = replace(now, overrides=(*now.overrides, made[-1]))
            return made, now

        return self._transaction(append)

    def mark(self, assignment: str, student: str, make: Make[SecondMark]) -> SecondMark:
        """As `decide`, of a second mark, which changes no points."""
        return self._append_beside(assignment, student, make, rows.append_mark)

    def look(self, assignment: str, student: str, make: Make[Look]) -> Look:
        """As `decide`, of a look at doubtful repairs."""
        return self._append_beside(assignment, student, make, rows.append_look)

    def _append_beside(
        self, assignment: str, student: str, make: Make[_Result], append_row: Callable[[Connection, _Result], None]
    ) -> _Result:
        def append(connection: Connection) -> _Result:
            number, now = _ground(connection, assignment, student)
            made = make(now, number, rows.now())
            append_row(connection, made)
            return made

        return self._transaction(append)

    def copy(self, assignment: str, student: str, other: Gradebook) -> None:
        """Append all that `other` has of a student who is not here yet, with its numbers and dates."""

        def append(connection: Connection) -> None:
            for table, row in found:
                connection.execute(insert(table).values(row))

        found = other._transaction(lambda connection: rows_of(connection, assignment, student), reading=True)
        self._transaction(append)

    # ------------------------------------------------------------ reading

    def standings(self, assignment: str, *students: str) -> dict[str, Standing]:
        """Where every student of the assignment stands, or these, by name and sorted."""
        return self._transaction(lambda connection: _standings(connection, assignment, *students), reading=True)

    def standing(self, assignment: str, student: str) -> Standing | None:
        """Where one student stands; None without a report."""
        return self.standings(assignment, student).get(student)

    def walk(self, assignment: str, students: Iterable[str]) -> Iterator[tuple[str, Standing]]:
        """Where each of these students stands, a few of them held at a time."""
        left = iter(students)
        while part := list(islice(left, _AT_A_TIME)):
            yield from self.standings(assignment, *part).items()

    def decisions(self, assignment: str) -> Iterator[tuple[str, Standing]]:
        """Where those stand on whom a person decided something, sorted by name, a few of them held at a time."""
        named = self._transaction(lambda connection: rows.decided_on(connection, assignment), reading=True)
        return self.walk(assignment, named)

    def numbers(self, assignment: str) -> dict[str, int]:
        """By student the number of what was written down last: one that has not grown tells that nothing came."""
        return self._transaction(lambda connection: rows.numbers(connection, assignment), reading=True)

    def marks(self, assignment: str) -> list[SecondMark]:
        """All second marks, in order of time."""
        return self._transaction(lambda connection: rows.marks_of(connection, assignment), reading=True)

    def history(self, assignment: str, student: str) -> list[Entry]:
        """All that was written down about a student, in order."""

        def read(connection: Connection) -> list[Entry]:
            dates = rows.dates(connection, assignment, student)
            told = rows.reports_of(connection, assignment, student)
            found = [Entry(number, dates[number], report=report) for number, report in told]
            decided = rows.overrides_of(connection, assignment, student)[student]
            found += [Entry(one.number, one.at, override=one) for one in decided]
            found += [Entry(one.number, one.at, mark=one) for one in rows.marks_of(connection, assignment, student)]
            looked = rows.looks_of(connection, assignment, student)[student]
            found += [Entry(one.number, one.at, look=one) for one in looked]
            return sorted(found, key=lambda entry: entry.number)

        return self._transaction(read, reading=True)

    # ------------------------------------------------------------ transactions

    def _transaction(self, work: Callable[[Connection], _Result], *, reading: bool = False) -> _Result:
        """What `work` returns, once its transaction is committed; begun again if another writer's came between."""
        until = time.monotonic() + self._patience
        for attempt in range(_ATTEMPTS):
            try:
                with self._engine.execution_options(grader_reading=reading).begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not _worth_another(error) or attempt == _ATTEMPTS - 1 or time.monotonic() > until:
                    raise self._refused(error) from None
                time.sleep(random.uniform(0, 0.002 * min(attempt + 1, 25)))  # two that collided part
        raise AssertionError("the last attempt returns or raises")

    def _refused(self, error: DBAPIError) -> GraderError:
        cause = str(error.orig).strip().splitlines()
        told = f"the gradebook {shown(self._engine)} cannot be used: {cause[0] if cause else error}"
        return Held(told) if "locked" in str(error.orig).casefold() else GraderError(told)


def _ground(connection: Connection, assignment: str, student: str) -> tuple[int, Standing]:
    """The number that comes next, read before all else, and where the student stands."""
    number = rows.numbers(connection, assignment, student).get(student, 0) + 1
    now = _standings(connection, assignment, student).get(student)
    if now is None:
        raise GraderError(f"{student} has no report in the gradebook")
    return number, now


def _standings(connection: Connection, assignment: str, *students: str) -> dict[str, Standing]:
    decided = rows.overrides_of(connection, assignment, *students)
    looked = rows.looks_of(connection, assignment, *students)
    return {
        name: Standing(Report.model_validate_json(body), tuple(decided[name]), number, tuple(looked[name]))
        for name, (number, _, body) in sorted(rows.newest(connection, assignment, *students, bodies=True).items())
    }


def _worth_another(error: DBAPIError) -> bool:
    """Whether the transaction failed only because of another one that was quicker."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:  # PostgreSQL: unique_violation, serialization_failure, deadlock_detected, duplicate objects
        return state in ("23505", "40001", "40P01", "42P07", "42710", "42723", "XX000")
    told = str(error.orig).casefold()
    return any(cause in told for cause in ("unique", "duplicate", "locked", "busy", "already exists"))
