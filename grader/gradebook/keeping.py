"""What a rescore needs of each student, kept beside the executions: the hand-in as read, and what became of it."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field

from grader import executions
from grader.errors import GraderError
from grader.executions import Executions
from grader.files import file_sha256, write
from grader.gradebook import handed_in
from grader.grading import Graded
from grader.items.notebook import by_item
from grader.model import Assignment, Execution, Language, Noun, Report, Submission
from grader.names import file_name
from grader.rubric import stored

_NOT_LOOKED_AT = ("outputs", "attachments")  # of a notebook as handed in: no judge reads them, and they are its bulk


class Kept(Noun):
    """One student's hand-in without its files, and how it was graded."""

    submission: Submission = Field(description="its notebook without outputs; its paths need not lead anywhere now")
    language: Language
    key: str | None = Field(description="of the execution in executions/")
    execution: Execution | None = Field(None, description="in place of a key where nothing ran, or nothing was stored")
    asked: Asked
    read_anew: bool = Field(description="whether `by_item` alone reads the answers out of the notebook kept here")
    report: Report = Field(description="the machine's")
    code_sha256: str = Field(description="of the grader that judged, and of what is installed")
    system: str = Field("", description="where the notebook ran, as `platform` calls it")
    installed: tuple[str, ...] = Field((), description="there: Python, the machine, then packages as `name-version`")


class Asked(Noun):
    """What the execution was asked and given, so that one can tell whether another rubric asks more."""

    questions: tuple[tuple[str, str, str | None], ...] = Field(description="probe, name, the model it belongs to")
    rows_sha256: str | None = Field(description="of the held-out features")
    data_sha256: str = Field(description="of the tables in the working directory")
    limits: dict[str, float]
    files_sha256: str = Field(description="of what judges read: held-out targets, the handout")


class Roll(Noun):
    """Who is in the class that was graded last."""

    assignment: str = ""
    rubric_sha256: str = Field("", description="of the rubric by which the folder's reports were scored last")
    students: tuple[str, ...]
    missing: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    gradebook: str = Field("", description="its URL without the password; empty for the file in the folder")
    roster: str = Field("", description="the file as it was given; empty where there was none")
    renamed: dict[str, str] = Field(default_factory=dict, description="by name that under which decisions came along")

    @property
    def listed(self) -> bool:
        """Whether there was a roster, which earlier versions did not write down."""
        return bool(self.roster or self.missing or self.strangers)


class Keeping:
    """The parts of a results folder for scoring and grading again: submissions/, handed-in/, rubrics/, roll.json."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, roll: Roll, assignment: Assignment) -> None:
        """Before anything is scored by `assignment`: write down that it is, and who is in the class."""
        for name in ("submissions", "rubrics"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        write(self.folder / "rubrics" / f"{assignment.sha256}.json", assignment.model_dump_json())
        by = {"assignment": assignment.id, "rubric_sha256": assignment.sha256}
        written = json.dumps(roll.model_copy(update=by).model_dump(mode="json"), ensure_ascii=False, indent=1)
        write(self.folder / "roll.json", written + "\n")

    def keep(
        self, graded: Graded, key: str | None, assignment: Assignment, asked: Asked, place: executions.Place
    ) -> None:
        """Write down one student. `key`: of the stored execution, None if it was not stored; `place`: where it ran."""
        submission = graded.submission
        kept = Kept(
            submission=submission.model_copy(update={"notebook": _lean(submission.notebook)}),
            language=graded.report.language,
            key=key,
            execution=graded.execution if key is None else None,
            asked=asked,
            read_anew=_is_read_by_cells_alone(submission, assignment),
            report=graded.report,
            code_sha256=judging_code(),
            system=place.system,
            installed=place.installed,
        )
        file = self.folder / "submissions" / f"{file_name(submission.student)}.json"
        write(file, json.dumps(kept.model_dump(mode="json"), ensure_ascii=False))
        handed_in.keep(self.folder, submission)

    def roll(self) -> Roll:
        """Raises GraderError if nothing was kept in the folder."""
        try:
            return Roll.model_validate_json((self.folder / "roll.json").read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            mend = "grade the class into it once more; what was executed is not run again"
            if not (self.folder / "reports").is_dir():
                raise GraderError(
                    f"{self.folder} holds no results: give the folder that `grader grade` wrote"
                ) from None
            raise GraderError(f"{self.folder} was written by a grader that kept no hand-ins: {mend}") from None
        except (OSError, ValueError):
            raise GraderError(f"{self.folder / 'roll.json'} is damaged: grade the class into it once more") from None

    def get(self, student: str) -> Kept | None:
        """None if nothing readable was kept of this student."""
        try:
            return Kept.model_validate_json((self.folder / "submissions" / f"{file_name(student)}.json").read_bytes())
        except (OSError, ValueError):
            return None

    def execution(self, kept: Kept) -> Execution | None:
        """None if it was deleted."""
        if kept.key is None:
            return kept.execution
        return Executions(self.folder / "executions").get(kept.key)

    def rubric(self, sha256: str) -> Assignment | None:
        """A rubric by which something here was scored."""
        return _rubric(self.folder / "rubrics" / f"{sha256}.json")


@lru_cache(maxsize=8)
def _rubric(file: Path) -> Assignment | None:
    try:
        return stored.read(file)
    except (OSError, ValueError):
        return None


def asked_by(assignment: Assignment) -> Asked:
    """What every notebook is asked and given under this rubric. Raises OSError if one of its files cannot be read."""
    read = [assignment.heldout.file if assignment.heldout else None, assignment.handout]
    return Asked(
        questions=tuple(executions.questions(assignment)),
        rows_sha256=executions.asked_rows(assignment),
        data_sha256=_hash([[data.shown_as, file_sha256(data.file)] for data in assignment.data.values()]),
        limits=assignment.limits.model_dump(),
        files_sha256=_hash([file_sha256(file) if file else None for file in read]),
    )


@lru_cache(maxsize=1)
def judging_code() -> str:
    """A hash of the package's sources and data, and of all that is installed."""
    package = Path(__file__).parents[1]
    files = sorted(file for file in package.rglob("*") if file.suffix in (".py", ".json", ".yaml", ".j2", ".css"))
    named = [[file.relative_to(package).as_posix(), file_sha256(file)] for file in files]
    return _hash([named, executions.environment()])


def _lean(notebook: dict[str, Any] | None) -> dict[str, Any] | None:
    if notebook is None:
        return None
    cells = [{k: v for k, v in cell.items() if k not in _NOT_LOOKED_AT} for cell in notebook["cells"]]
    return {**notebook, "cells": cells}


def _is_read_by_cells_alone(submission: Submission, assignment: Assignment) -> bool:
    """Not so where answers came from other files too; those are gone when another rubric wants them read."""
    if submission.notebook is None:
        return True
    said = by_item(submission.notebook, assignment)
    found = (said.cells, said.answers, said.headed, said.elsewhere)
    return found == (submission.items_of_cells, submission.answers, submission.headed, submission.elsewhere)


def _hash(plain: object) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


Kept.model_rebuild()
