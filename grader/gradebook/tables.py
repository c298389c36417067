"""The gradebook's tables and how a database is opened: nothing in them is ever changed or taken away."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    create_engine,
    event,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from grader.errors import GraderError

PATIENCE = 30.0  # seconds that a writer waits for another one's transaction, which takes milliseconds
_PLACE = ("assignment", "student", "number")

metadata = MetaData()


def _place_columns() -> tuple[Column[Any], ...]:
    return (
        Column("assignment", String(200), primary_key=True),
        Column("student", String(1000), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
    )


# The order of all that is known about a student, from 1 without gaps: of two writers who want the same number the
# database refuses one, on every engine and at every level of isolation, and that one looks again and takes the next.
entries = Table(
    "entries",
    metadata,
    *_place_columns(),
    Column("at", DateTime(timezone=True), nullable=False),
)

reports = Table(
    "reports",
    metadata,
    *_place_columns(),
    Column("submission_sha256", String(64), nullable=False),
    Column("rubric_sha256", String(64), nullable=False),
    Column("grader_version", String(100), nullable=False),
    Column("content_sha256", String(64), nullable=False),  # of the report without its date
    Column("report", Text, nullable=False),  # JSON
    ForeignKeyConstraint(_PLACE, [f"entries.{name}" for name in _PLACE]),
)

overrides = Table(
    "overrides",
    metadata,
    *_place_columns(),
    Column("report_number", Integer, nullable=False),  # the report that the author saw
    Column("item", String(200), nullable=False),
    Column("criterion", String(200)),
    Column("action", String(10), CheckConstraint("action IN ('set', 'undo')"), nullable=False),
    Column("before", Float),
    Column("after", Float),
    Column("machine", Float),
    Column("max_points", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", String(1000), nullable=False),
    ForeignKeyConstraint(_PLACE, [f"entries.{name}" for name in _PLACE]),
    ForeignKeyConstraint(
        ("assignment", "student", "report_number"), ("reports.assignment", "reports.student", "reports.number")
    ),
)

# Tables that came later: a database of an earlier version gets them when it is opened.
second_marks = Table(
    "second_marks",
    metadata,
    *_place_columns(),
    Column("of_number", Integer, nullable=False),
    Column("points", Float, nullable=False),
    Column("author", String(1000), nullable=False),
    ForeignKeyConstraint(_PLACE, [f"entries.{name}" for name in _PLACE]),
    ForeignKeyConstraint(
        ("assignment", "student", "of_number"), ("overrides.assignment", "overrides.student", "overrides.number")
    ),
)

looks = Table(
    "looks",
    metadata,
    *_place_columns(),
    Column("action", String(10), CheckConstraint("action IN ('set', 'undo')"), nullable=False),
    Column("repairs_sha256", String(64), nullable=False),
    Column("submission_sha256", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", String(1000), nullable=False),
    ForeignKeyConstraint(_PLACE, [f"entries.{name}" for name in _PLACE]),
)

_REFUSE_POSTGRESQL = """
CREATE OR REPLACE FUNCTION grader_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the gradebook is append-only'; END $$
"""


def _on(dialect: str, statement: str) -> Any:
    """The statement, for databases of this kind only."""
    return DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]


event.listen(entries, "before_create", _on("postgresql", _REFUSE_POSTGRESQL))
for _table in metadata.sorted_tables:
    _to_postgresql = (
        f"CREATE TRIGGER {_table.name}_append_only BEFORE UPDATE OR DELETE ON {_table.name}"
        " FOR EACH STATEMENT EXECUTE FUNCTION grader_append_only()"
    )
    event.listen(_table, "after_create", _on("postgresql", _to_postgresql))
    for _change in ("UPDATE", "DELETE"):
        _to_sqlite = (
            f"CREATE TRIGGER {_table.name}_no_{_change.lower()} BEFORE {_change} ON {_table.name}"
            " BEGIN SELECT RAISE(ABORT, 'the gradebook is append-only'); END"
        )
        event.listen(_table, "after_create", _on("sqlite", _to_sqlite))


def engine_of(url: str, patience: float = PATIENCE) -> Engine:
    """The database behind an SQLAlchemy URL. Raises GraderError for one that cannot be understood or has no driver.

    `patience`: seconds that each statement waits for a lock on an SQLite file.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed)
    except (ArgumentError, NoSuchModuleError) as error:
        raise GraderError(f"--gradebook is no database's URL ({error}): postgresql://user@host/name, say") from None
    except ModuleNotFoundError as error:
        mend = "pip install 'grader[postgres]'" if parsed.get_backend_name() == "postgresql" else "install it"
        raise GraderError(f"the gradebook's database needs the package {error.name}: {mend}") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_prepare_sqlite, patience))
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def rows_of(connection: Connection, assignment: str, student: str) -> list[tuple[Table, dict[str, Any]]]:
    """All rows of a student, those that others refer to first."""
    found = []
    for table in (entries, reports, overrides, second_marks, looks):
        theirs = and_(table.c.assignment == assignment, table.c.student == student)
        for row in connection.execute(select(table).where(theirs).order_by(table.c.number)):
            found.append((table, {k: aware(v) if k == "at" else v for k, v in row._mapping.items()}))
    return found


def aware(moment: dt.datetime) -> dt.datetime:
    """In UTC, as it was written; SQLite keeps no zones."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def file_url(file: Path) -> str:
    """The URL of an SQLite file."""
    return URL.create("sqlite", database=str(file)).render_as_string()


def address(url: str | None) -> str:
    """An SQLAlchemy URL without its password; empty for None. Raises GraderError if it cannot be understood."""
    if url is None:
        return ""
    try:
        return make_url(url).difference_update_query(["password"]).render_as_string(hide_password=True)
    except ArgumentError as error:
        raise GraderError(f"--gradebook is no database's URL ({error}): postgresql://user@host/name, say") from None


def shown(engine: Engine) -> str:
    """The database as people may read it: no password."""
    return str(engine.url.database if engine.dialect.name == "sqlite" else address(str(engine.url)))


def _prepare_sqlite(patience: float, connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transactions by itself: `_begin_sqlite` does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {patience * 1000:.0f}")
    cursor.execute("PRAGMA journal_mode = WAL")  # readers do not wait for a writer, nor it for them
    cursor.execute("PRAGMA synchronous = FULL")  # what was acknowledged is on the disk
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Who is going to write takes the lock at once: a transaction that began as a reader's could not wait for it."""
    reading = connection.get_execution_options().get("grader_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
