"""All that a results folder holds of one student."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError
from grader.gradebook import handed_in
from grader.gradebook.book import Entry, Gradebook, Standing
from grader.gradebook.commands import student_meant
from grader.gradebook.keeping import Keeping, Kept, Roll, asked_by
from grader.gradebook.record import book_of
from grader.model import Assignment, Execution, Submission, Text
from grader.names import file_name
from grader.rubric import stored


@dataclass(frozen=True)
class Case:
    """One student's hand-in with all that became of it. ``notes`` say what could not be had as it was."""

    out: Path
    roll: Roll
    kept: Kept
    execution: Execution | None
    standing: Standing
    history: tuple[Entry, ...]
    rubrics: tuple[Assignment, ...]  # that by which the report stands, then that by which the hand-in was read
    files: dict[str, bytes]  # as handed in
    notes: tuple[Text, ...]

    @property
    def student(self) -> str:
        return self.kept.submission.student

    @property
    def name(self) -> str:
        """What the student's files are called."""
        return file_name(self.student)

    @property
    def rubric(self) -> Assignment:
        return self.rubrics[0]


def case_of(out: Path, given: str, url: str | None) -> Case:
    """Raises GraderError if there is no such student, or too little was kept of them."""
    keeping = Keeping(out)
    roll = keeping.roll()
    with book_of(out, url) as book:
        standings = book.standings(roll.assignment)
        student = student_meant(given, standings, roll)
        history = tuple(book.history(roll.assignment, student))
    kept = keeping.get(student)
    if kept is None:
        raise GraderError(f"{out} kept nothing of {student}: grade the class into it once more; nothing is run again")
    execution = keeping.execution(kept)
    standing = standings[student]
    rubrics = _rubrics(keeping, (standing.machine.rubric_sha256, kept.report.rubric_sha256))
    files, changed = _handed_in(out, kept, execution)
    notes = (*changed, *(() if execution is not None else (_NO_EXECUTION,)), *_other_tables(kept, rubrics[0]))
    return Case(out, roll, kept, execution, standing, history, rubrics, files, notes)


def copy_of_gradebook(case: Case, url: str | None, file: Path) -> None:
    """Write a gradebook with this student's entries only."""
    with book_of(case.out, url) as book, Gradebook.in_folder(file.parent) as copy:
        copy.copy(case.roll.assignment, case.student, book)


def _rubrics(keeping: Keeping, wanted: tuple[str, ...]) -> tuple[Assignment, ...]:
    found = [keeping.rubric(sha256) for sha256 in dict.fromkeys(wanted)]
    if found[0] is None:
        mend = f"`grader rescore {keeping.folder} -a RUBRIC` puts it back"
        raise GraderError(f"{keeping.folder} has lost the rubric by which the report was made: {mend}")
    gone = [file for file in stored.files(found[0]) if not file.is_file()]
    if gone:
        raise GraderError(f"{gone[0]}, which the rubric needs, is gone: put it back")
    return tuple(rubric for rubric in found if rubric is not None)


def _handed_in(out: Path, kept: Kept, execution: Execution | None) -> tuple[dict[str, bytes], list[Text]]:
    """The files of the hand-in, and what is to be said of them."""
    submission = kept.submission
    files = handed_in.kept(out, submission.student)
    if not files:
        files = {name: file.read_bytes() for name, file in _places(submission).items() if file.is_file()}
    graded = (b"", *files.values()) if files else ()  # of an archive that was not opened nothing was graded
    if submission.sha256 in (hashlib.sha256(content).hexdigest() for content in graded):
        left = sorted(handed_in.named(submission).keys() - files.keys())
        return files, [_LEFT_OUT.filled(", ".join(left))] if left else []
    notebook = (execution.notebook if execution is not None else None) or submission.notebook
    if notebook is None:
        return files, [_CHANGED] if files else [_GONE]
    content = json.dumps(notebook, ensure_ascii=False, indent=1).encode(errors="replace")
    return {"notebook.ipynb": content}, [_REBUILT]


def _places(submission: Submission) -> dict[str, Path]:
    """Where the hand-in lay when it was read."""
    documents = {document.name: document.path for document in submission.documents}
    named = handed_in.named(submission)
    return named or {submission.path.name: submission.path, **submission.files, **documents}


def _other_tables(kept: Kept, rubric: Assignment) -> list[Text]:
    asked = asked_by(rubric)
    same = (asked.rows_sha256, asked.data_sha256) == (kept.asked.rows_sha256, kept.asked.data_sha256)
    same_rubric = rubric.sha256 == kept.report.rubric_sha256
    return [] if same and (asked.files_sha256 == kept.asked.files_sha256 or not same_rubric) else [_OTHER_TABLES]


_NO_EXECUTION = Text(
    ko="저장된 실행 결과가 지워져서, 실행 없이 다시 채점할 수는 없습니다.",
    en="The stored execution was deleted, so nothing can be scored again without running.",
)
_CHANGED = Text(
    ko="제출물이 채점할 때와 다릅니다. 채점할 때의 파일은 남아 있지 않습니다.",
    en="The hand-in is not the file that was graded; that one was not kept.",
)
_LEFT_OUT = Text(
    ko="제출물 가운데 너무 크거나 읽을 수 없어 보관하지 않은 파일: {0}",
    en="Of the hand-in these files were not kept, as they are too large or cannot be read: {0}",
)
_GONE = Text(
    ko="제출한 파일이 남아 있지 않습니다.",
    en="The files of the hand-in are gone and were not kept.",
)
_REBUILT = Text(
    ko="제출한 파일이 남아 있지 않아, 저장된 노트북을 대신 넣었습니다. 함께 낸 다른 파일은 없습니다.",
    en="The files of the hand-in are gone: here is the notebook that was stored, without what lay beside it.",
)
_OTHER_TABLES = Text(
    ko="채점한 뒤에 과제의 데이터나 배포한 노트북이 바뀌었습니다. 여기에는 지금 것이 들어 있습니다.",
    en="Tables, held-out rows or the handout have changed since; here they are as they are now.",
)
