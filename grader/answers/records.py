"""Answers in a file of JSON lines: what each line has to hold, and what a person gave for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from grader.answers.scoring import written_criteria
from grader.errors import Complaint, GraderError
from grader.model import Assignment, Item

_MOST_COMPLAINTS = 10
_HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -_."


class AnswersError(GraderError):
    """A file of answers that cannot be used; the message names line and mend of the first complaints."""

    def __init__(self, complaints: list[Complaint]) -> None:
        told = [str(complaint) for complaint in complaints[:_MOST_COMPLAINTS]]
        if len(complaints) > _MOST_COMPLAINTS:
            told.append(f"and {len(complaints) - _MOST_COMPLAINTS} more lines like these")
        super().__init__("\n".join(told))
        self.complaints = complaints


@dataclass(frozen=True)
class Record:
    """One answer. `shares`: of each criterion's points, as a person gave them; `mark`: a person's points in all."""

    id: str | int
    item: str
    text: str
    line: int
    shares: Mapping[str, float] = field(default_factory=dict)
    mark: float | None = None


def read_answers(file: Path, assignment: Assignment) -> list[Record]:
    """The answers in the order of the file. Raises AnswersError with every line that is wrong."""
    reader = Reader(file, assignment)
    records = [reader.record(line, raw) for line, raw in reader.lines()]
    reader.finish()
    return [record for record in records if record is not None]


class Reader:
    """Reads line after line and keeps what is wrong with them."""

    def __init__(self, file: Path, assignment: Assignment) -> None:
        self.file = file
        self.items: dict[str, Item] = {item.id: item for item in assignment.items if written_criteria(item)}
        self.complaints: list[Complaint] = []
        self._lines_of: dict[str, int] = {}
        if not self.items:
            raise GraderError("the rubric asks for no written answers: give an item a criterion with `check: mentions`")

    def complain(self, line: int, problem: str, mend: str) -> None:
        self.complaints.append(Complaint(self.file, line, problem, mend))

    def finish(self) -> None:
        """Raise what was complained of, or that there is no answer at all."""
        if not self.complaints and not self._lines_of:
            self.complain(
                1, "the file holds no answers", 'write one JSON object a line: {"id": …, "item": …, "text": …}'
            )
        if self.complaints:
            raise AnswersError(self.complaints)

    def lines(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects of the file with the numbers of their lines; blank lines are left out."""
        for number, raw in enumerate(_bytes(self.file).splitlines(), 1):
            if not raw.strip():
                continue
            try:
                value = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
            except UnicodeDecodeError:
                self.complain(number, "the line is not UTF-8", "save the file as UTF-8")
            except (ValueError, RecursionError) as error:
                told = f": {error.msg} at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
                self.complain(number, f"the line is no JSON{told}", "write one whole JSON object on each line")
            else:
                if isinstance(value, dict):
                    yield number, value
                else:
                    mend = 'write {"id": …, "item": …, "text": …}'
                    self.complain(number, "the line is JSON, but no object", mend)

    def record(self, line: int, raw: dict[str, Any]) -> Record | None:
        """What a line says, or None where it is wrong."""
        before = len(self.complaints)
        name, item, text = self._name(line, raw), self._item(line, raw), raw.get("text")
        if not isinstance(text, str):
            told = "`text` is missing" if "text" not in raw else "`text` is not text"
            self.complain(line, told, 'write the answer\'s words as `"text": "…"`, `""` for a blank one')
        if len(self.complaints) > before or not isinstance(text, str):
            return None
        return Record(name, item, _HALF_OF_A_PAIR.sub("\ufffd", text), line)

    def _name(self, line: int, raw: dict[str, Any]) -> str | int:
        name = raw.get("id")
        if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
            told = "`id` is missing" if "id" not in raw else "`id` is neither text nor a whole number"
            self.complain(line, told, 'give each answer a name of its own: `"id": "a1"`')
            return ""
        if (earlier := self._lines_of.setdefault(str(name), line)) != line:
            self.complain(line, f"the id `{name}` is that of line {earlier}", "give each answer a name of its own")
        return name

    def _item(self, line: int, raw: dict[str, Any]) -> str:
        """The item's id as the rubric writes it; `question_id` is as good a key, and `3` as good as `Q3`."""
        key = "item" if "item" in raw or "question_id" not in raw else "question_id"
        named = raw.get(key)
        listed = ", ".join(self.items)
        if isinstance(named, bool) or not isinstance(named, str | int):
            told = "`item` is missing" if named is None else f"`{key}` is no item's id"
            self.complain(line, told, f"name the item that is answered: {listed}")
            return ""
        alike = [item for item in self.items if str(named) in (item, item.lstrip(_LETTERS))]
        if str(named) in self.items or len(alike) == 1:
            return str(named) if str(named) in self.items else alike[0]
        near = get_close_matches(str(named), self.items, n=1)
        told = f"the rubric has no written item `{str(named)[:60]}`"
        self.complain(line, told, f"write `{near[0]}`" if near else f"name one of {listed}")
        return ""


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise GraderError(f"{file} does not exist: give a file with one JSON object a line") from None
    except OSError as error:
        raise GraderError(f"{file} cannot be read: {error.strerror}; give a file with one JSON object a line") from None


def written(records: Iterable[Mapping[str, Any]]) -> str:
    """JSON lines of which two runs are equal to the byte."""
    return "".join(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n" for record in records)
