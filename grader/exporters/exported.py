"""What an export is made of before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.exporters.grades import Grades


@dataclass(frozen=True)
class Wish:
    """What was asked for on the command line. `out` is the folder of the reports."""

    out: Path
    template: Path | None = None
    column: str | None = None
    feedback: bool = False
    scale: bool = False


@dataclass(frozen=True)
class Exported:
    """Files by their path in the target (one file: by ""), those beside it by suffix, and what people have to know."""

    files: Mapping[str, bytes]
    beside: Mapping[str, bytes] = field(default_factory=dict)
    written: int = 0
    column: str = ""  # of the template, that was filled in
    notes: Sequence[tuple[str, Sequence[str]]] = ()


@dataclass(frozen=True)
class Upload:
    """Whose feedback goes back to a learning system, and under which id it knows them there."""

    grades: Grades
    lms_id: str = ""
    name: str = ""
