"""Tables that a notebook may be given in place of what it asks for: the course's data, and the stand-ins made of them.

Only rows that students have anyway are in them: a stand-in is another form of a table in `data`, never of the held-out
rows.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from grader.arithmetic.tables import Floats
from grader.errors import GraderError
from grader.model import Assignment, DataFile, StandIn

_TABLES = ("", ".csv", ".txt", ".data")  # other files lie in the working directory and stand in for nothing
_FORMULA = re.compile(r"(?P<column>.+?)(?:\s*(?P<sign>[*/])\s*(?P<other>.+))?")


@dataclass(frozen=True)
class Form:
    """One table in one form. `text` is CSV; `shown_as` is where notebooks find it anyway, None for a stand-in."""

    name: str
    shown_as: str | None
    told: str  # what the ledger calls it
    also: tuple[str, ...]
    columns: tuple[str, ...]
    text: str
    loader: str | None = None
    target: str | None = None


def forms(assignment: Assignment) -> list[Form]:
    """The course's tables, then the stand-ins, in the rubric's order. Raises GraderError for a table that is none."""
    given = [_of_data(name, data) for name, data in assignment.data.items() if data.file.suffix.lower() in _TABLES]
    return given + [_of_stand_in(name, s, assignment.data[s.of]) for name, s in assignment.stand_ins.items()]


@lru_cache(maxsize=16)
def _of_data(name: str, data: DataFile) -> Form:
    columns, _ = _rows(data.file)
    return Form(name, data.shown_as, data.shown_as, data.also, columns, data.file.read_text(encoding="utf-8"))


def _of_stand_in(name: str, stand_in: StandIn, data: DataFile) -> Form:
    header, lines = _made(data.file, stand_in.beside, tuple(stand_in.columns.items()))
    told = f"{data.shown_as} ({name})"
    text = "\n".join([",".join(header), *lines, ""])
    return Form(name, None, told, stand_in.also, header, text, stand_in.loader, stand_in.target)


@lru_cache(maxsize=16)
def _made(file: Path, beside: Path | None, columns: tuple[tuple[str, str], ...]) -> tuple[tuple[str, ...], list[str]]:
    header, lines = _rows(file)
    if columns:
        header, lines = _derived(file, header, lines, dict(columns))
    if beside is None:
        return header, lines
    more, extra = _rows(beside)
    if len(extra) != len(lines):
        raise GraderError(f"{beside}: {len(extra)} rows beside the {len(lines)} of {file.name}")
    if twice := set(header) & set(more):
        raise GraderError(f"{beside}: column {', '.join(sorted(twice))} is in {file.name} too")
    return (*header, *more), [f"{line},{added}" for line, added in zip(lines, extra, strict=True)]


def _rows(file: Path) -> tuple[tuple[str, ...], list[str]]:
    """Names in the header, and the lines below it as they stand."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        header = tuple(next(csv.reader(lines[:1]), []))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GraderError(f"{file}: not a table with a header line ({error})") from None
    if not header:
        raise GraderError(f"{file}: not a table with a header line (it is empty)")
    return header, [line for line in lines[1:] if line.strip()]


def _derived(
    file: Path, header: tuple[str, ...], lines: list[str], formulas: dict[str, str]
) -> tuple[tuple[str, ...], list[str]]:
    try:
        values: Floats = np.loadtxt(lines, delimiter=",", ndmin=2)
    except ValueError as error:
        raise GraderError(f"{file}: not a table of numbers with a header line ({error})") from None
    known = {name: values[:, place] for place, name in enumerate(header)}
    made = np.column_stack([_value(formula, known) for formula in formulas.values()])
    return tuple(formulas), [",".join(map(repr, row)) for row in made.tolist()]


def _value(formula: str, known: dict[str, Floats]) -> Floats:
    """`a`, `a / b`, `a * b` with b a column or a number. Raises GraderError for anything else."""
    match = _FORMULA.fullmatch(formula.strip())
    column = known.get(match["column"].strip()) if match else None
    if match is None or column is None:
        raise GraderError(f"`{formula}` does not begin with a column; there are {', '.join(known)}")
    if match["sign"] is None:
        return column
    other = known.get(match["other"])
    try:
        operand = float(match["other"]) if other is None else other
    except ValueError:
        raise GraderError(f"`{match['other']}` in `{formula}` is neither a column nor a number") from None
    with np.errstate(all="ignore"):
        result: Floats = column * operand if match["sign"] == "*" else column / operand
    if not np.isfinite(result).all():
        raise GraderError(f"`{formula}` is no number in some rows")
    return result
