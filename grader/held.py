"""The reports of a run as far as the class's files look at them, on disk: memory is for what is being graded."""

from __future__ import annotations

import contextlib
import os
import tempfile
import weakref
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pydantic_core import PydanticSerializationError

from grader.model import Finding, Language, Report, Score

# What the class page shows or counts of a finding's evidence; of the first two only whether there is any.
_WHETHER = ("characters", "confidence")
_EVIDENCE = ("lacks", "level", "nearest", "r2", "share")
_FAST = 1  # of zlib's levels: a third longer than the best, at a tenth of its time
_Value = TypeVar("_Value")


class HeldReports:
    """The report that counts for each student, without evidence, spans and feedback that no class's file shows."""

    def __init__(self) -> None:
        self._shelf = _Shelf()
        self._places: dict[str, _Place] = {}
        self._languages: dict[str, Language] = {}

    def put(self, report: Report) -> None:
        """The report is the one that counts for its student."""
        self._places[report.student] = self._shelf.put(zlib.compress(_text(slim(report)), _FAST))
        self._languages[report.student] = report.language

    def __len__(self) -> int:
        return len(self._places)

    @property
    def students(self) -> Iterable[str]:
        return self._places.keys()

    @property
    def language(self) -> Language:
        return majority(self._languages.values())

    def get(self, student: str) -> Report | None:
        place = self._places.get(student)
        return Report.model_validate_json(zlib.decompress(self._shelf.get(place))) if place is not None else None

    def by_name(self) -> list[Report]:
        """All of them, sorted by student; what many of them say is there once."""
        same = _Same()
        return [same.shared(report) for student in sorted(self._places) if (report := self.get(student)) is not None]


_Place = tuple[int, int] | bytes  # begin and length in the file; the bytes themselves where it takes no more


class _Shelf:
    """Bytes that are put aside in a file without a name, which goes with the process."""

    def __init__(self) -> None:
        self._file = None
        with contextlib.suppress(OSError):
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # it lasts as long as the shelf
            weakref.finalize(self, self._file.close)

    def put(self, content: bytes) -> _Place:
        if self._file is not None:
            with contextlib.suppress(OSError):  # a full disk: what is there can be read on
                begin = self._file.seek(0, os.SEEK_END)
                if self._file.write(content) == len(content):
                    return begin, len(content)
        return content

    def get(self, place: _Place) -> bytes:
        if isinstance(place, bytes):
            return place
        assert self._file is not None
        begin, length = place
        self._file.seek(begin)
        return self._file.read(length)


def majority(languages: Iterable[Language]) -> Language:
    """The language of most; Korean when there is no majority."""
    counts = Counter(languages)
    return "en" if counts["en"] > counts["ko"] else "ko"


def slim(report: Report) -> Report:
    """The report without what the class's files do not look at."""
    scores = (score.model_copy(update={"findings": tuple(map(_slim, score.findings))}) for score in report.scores)
    run = report.execution.model_copy(update={"environment": {}, "errors": report.execution.errors[:1]})
    return report.model_copy(update={"scores": tuple(scores), "execution": run})


def _slim(finding: Finding) -> Finding:
    said = finding.evidence
    evidence = {key: bool(said[key]) for key in _WHETHER if key in said} | {k: said[k] for k in _EVIDENCE if k in said}
    return finding.model_copy(update={"feedback": finding.feedback and "…", "spans": (), "evidence": evidence})


def _text(report: Report) -> bytes:
    try:
        return report.model_dump_json().encode()
    except PydanticSerializationError:  # half of a surrogate pair in the evidence
        lossy = (score.model_copy(update={"findings": tuple(_lossy(score))}) for score in report.scores)
        return report.model_copy(update={"scores": tuple(lossy)}).model_dump_json().encode()


def _lossy(score: Score) -> Iterator[Finding]:
    for finding in score.findings:
        evidence = {key: _whole(value) for key, value in finding.evidence.items()}
        yield finding.model_copy(update={"evidence": evidence})


def _whole(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return [*map(_whole, value)] if isinstance(value, list | tuple) else value


class _Same:
    """One object for equal parts of many reports, of which a class has few: a tenth of the memory."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def shared(self, report: Report) -> Report:
        scores = tuple(map(self._score, report.scores))
        identity = self._one(report.identity, report.identity)
        return report.model_copy(update={"scores": scores, "identity": identity})

    def _score(self, score: Score) -> Score:
        findings = tuple(self._one(finding.model_dump_json(), finding) for finding in score.findings)
        key = (score.item, score.points, score.max_points, score.needs_review, *map(id, findings))
        return self._one(key, score.model_copy(update={"findings": findings}))

    def _one(self, key: Any, value: _Value) -> _Value:
        found: _Value = self._known.setdefault(key, value)
        return found
