"""Answers with what a person gave: by criterion, or one mark for the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.answers.records import Reader, Record
from grader.answers.scoring import written_criteria
from grader.errors import GraderError
from grader.model import Assignment, Item

EITHER = "-or-"  # between two criteria that a person judged as one


@dataclass(frozen=True)
class Graded:
    """`notes`: what of the file was left out, and how its numbers were read."""

    records: tuple[Record, ...]
    notes: tuple[str, ...]


def criteria_of(label: str, item: Item) -> tuple[str, ...]:
    """The criteria that a label of a person's stands for: `a`, or `a-or-b` for both; empty if there are none such."""
    known = {criterion.id for criterion in written_criteria(item)}
    if label in known:
        return (label,)
    places = [i for i in range(len(label)) if label.startswith(EITHER, i)]
    pairs = [(label[:i], label[i + len(EITHER) :]) for i in places]
    return next((pair for pair in pairs if known.issuperset(pair)), ())


def read_graded(file: Path, assignment: Assignment, out_of: float | None = None) -> Graded:
    """Answers with `points` by criterion or one `score`, which is out of `out_of` or the item's points.

    Raises AnswersError with every line that is wrong.
    """
    if out_of is not None and out_of <= 0:
        raise GraderError("the marks are out of more than 0: give --out-of the highest mark")
    reader = Reader(file, assignment)
    parser = _Parser(reader, out_of)
    for line, raw in reader.lines():
        record = reader.record(line, raw)
        if record is not None:
            parser.take(record, raw)
    parser.scale()
    reader.finish()
    return Graded(tuple(parser.records), tuple(dict.fromkeys(parser.notes)))


class _Parser:
    """Collects what was given; whether the numbers are shares or points shows when all have been read."""

    def __init__(self, reader: Reader, out_of: float | None) -> None:
        self.reader = reader
        self.out_of = out_of
        self.records: list[Record] = []
        self.notes: list[str] = []

    def take(self, record: Record, raw: dict[str, Any]) -> None:
        item = self.reader.items[record.item]
        points, mark = raw.get("points"), raw.get("score")
        if isinstance(points, dict):
            self.records.append(replace(record, shares=self._labels(record, item, points, raw.get("contested"))))
        elif mark is not None and _is_number(mark):
            most = self.out_of or item.points
            if 0 <= mark <= most:
                self.records.append(replace(record, mark=mark / most))
                return
            mend = "give --out-of the highest mark that there is"
            self.reader.complain(record.line, f"the score {mark:g} is not within 0 and {most:g}", mend)
        else:
            mend = 'write `"points": {criterion: 0, 0.5 or 1}`, or one mark as `"score": 2`'
            self.reader.complain(record.line, "the line does not say what a person gave", mend)

    def _labels(self, record: Record, item: Item, points: dict[str, Any], contested: Any) -> dict[str, float]:
        kept: dict[str, float] = {}
        for label, value in points.items():
            if isinstance(contested, list) and label in contested:
                continue
            if not criteria_of(label, item):
                self.notes.append(f"{item.id} has no written criterion `{label}`: what was given for it is left out")
            elif value is not None and not _is_number(value):
                mend = "write 0, 0.5 or 1, or null for what nobody judged"
                self.reader.complain(record.line, f"what was given for `{label}` is no number", mend)
            elif value is not None:
                kept[label] = float(value)
        return kept

    def scale(self) -> None:
        """Shares stay; points become shares of what the rubric gives."""
        values = [value for record in self.records for value in record.shares.values()]
        if not values or max(values) <= 1:
            most: Mapping[tuple[str, str], float] = {}
        else:
            self.notes.append("numbers above 1 were given, so all of them are read as the rubric's points")
            most = {(i.id, c.id): c.points for i in self.reader.items.values() for c in written_criteria(i)}
        self.records = [replace(record, shares=self._shares(record, most)) for record in self.records]

    def _shares(self, record: Record, most: Mapping[tuple[str, str], float]) -> dict[str, float]:
        item = self.reader.items[record.item]
        shares: dict[str, float] = {}
        for label, value in record.shares.items():
            highest = max((most.get((item.id, c), 1.0) for c in criteria_of(label, item)), default=1.0)
            if not 0 <= value <= highest:
                mend = "write shares of the criterion's points (0, 0.5, 1), or points, in the whole file"
                told = f"{value:g} for `{label}` is not within 0 and {highest:g}"
                self.reader.complain(record.line, told, mend)
            shares[label] = value / highest
        return shares


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
