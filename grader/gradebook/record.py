"""A results folder with its gradebook and what is kept for another scoring: one place through which all of it goes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from grader import executions
from grader.errors import Busy, GraderError
from grader.exporters.class_report.anonymous import Answers
from grader.gradebook.book import FILE, Gradebook, Standing
from grader.gradebook.keeping import Asked, Keeping, Roll, asked_by
from grader.gradebook.processes import in_processes
from grader.gradebook.tables import address
from grader.grading import Graded
from grader.model import Assignment, Report
from grader.names import file_name
from grader.results import Results, results_in


class Record:
    """What `grader grade` writes down of each student: kept, landed in the gradebook, and in files for people."""

    def __init__(
        self, results: Results, book: Gradebook, url: str | None = None, place: executions.Place | None = None
    ) -> None:
        """`place`: where notebooks run; None: here."""
        self.results, self.book, self._place = results, book, place or executions.here()
        self.keeping = Keeping(results.folder)
        self._at = address(url)
        self._asked: Asked | None = None
        self._roll = Roll(students=())
        self._seen: dict[str, int] = {}  # by student, number of the last that is in the report that was written

    def begin(self, roll: Roll) -> None:
        """Raises OSError if the folder or one of the rubric's files cannot be read or written."""
        self._asked = asked_by(self.results.assignment)
        self._roll = roll.model_copy(update={"gradebook": self._at})
        self.keeping.begin(self._roll, self.results.assignment)

    def add(self, graded: Graded, key: str | None) -> None:
        """Keep, land, and write the report that counts. `key`: of the stored execution."""
        if self._asked is not None:
            self.keeping.keep(graded, key, self.results.assignment, self._asked, self._place)
        self.book.land([graded.report], self._roll.renamed)
        now = self.book.standing(graded.report.assignment, graded.report.student)
        counts = now.report if now is not None else graded.report
        self._seen[counts.student] = now.number if now is not None else 0
        self.results.add(replace(graded, report=counts))

    def finish(self) -> list[Report]:
        """The class's files, with what people decided while notebooks ran."""
        assignment = self.results.assignment.id
        numbers = self.book.numbers(assignment)
        grown = [
            student for student in self.results.reports.students if numbers.get(student) != self._seen.get(student)
        ]
        for student, now in self.book.walk(assignment, grown):
            written = self.results.reports.get(student)
            if written is not None and _decided(now.report) != _decided(written):
                self.results.renew(now.report, lambda student=student: stored(self.keeping, student))  # type: ignore[misc]
        return self.results.finish(self._roll.missing, self._roll.strangers, answers_in(self.keeping))


def _decided(report: Report) -> tuple[object, ...]:
    """What people put into a report."""
    return report.overrides, report.execution.repairs


@contextlib.contextmanager
def book_of(folder: Path, url: str | None, patience: float | None = None) -> Iterator[Gradebook]:
    """The gradebook of a results folder. Raises GraderError if the class's is another one than `url` names."""
    _same_as_before(folder, url)
    with Gradebook.in_folder(folder, url, patience) as book:
        yield book


def standings_of(folder: Path, url: str | None, assignment: str) -> dict[str, Standing]:
    """Where everybody stands, without making a gradebook where there is none."""
    _same_as_before(folder, url)
    if url is None and not (folder / FILE).exists():
        return {}
    with Gradebook.in_folder(folder, url) as book:
        return book.standings(assignment)


def stored(keeping: Keeping, student: str) -> Graded | None:
    """What was kept of a student with the execution; None if any of it is gone."""
    kept = keeping.get(student)
    execution = keeping.execution(kept) if kept is not None else None
    return Graded(kept.submission, execution, kept.report) if kept is not None and execution is not None else None


def answers_in(keeping: Keeping) -> Answers:
    """Fetches what was kept of students' answers; a student's file once, if it is asked for all of one at a time."""
    kept = lru_cache(maxsize=4)(keeping.get)

    def answer(student: str, item: str) -> str | None:
        of_student = kept(student)
        written = of_student.submission.answers.get(item) if of_student is not None else None
        return written.text if written is not None else None

    return answer


def rewrite(
    results: Results, standings: Mapping[str, Standing], roll: Roll, *, pages: Sequence[str] = ()
) -> list[Report]:
    """The files of the whole class from where everybody stands; `pages`: students whose page is written in any case."""
    given = (str(results.folder), results.assignment.model_dump_json(), frozenset(pages))
    counts = [standings[student].report for student in roll.students if student in standings]
    for renewed in in_processes(_renew, given, [report.model_dump_json() for report in counts]):
        for text in renewed:
            results.reports.put(Report.model_validate_json(text))
    results.compared_before()
    return results.finish(roll.missing, roll.strangers, answers_in(Keeping(results.folder)))


def renew_some(
    results: Results, keeping: Keeping, reports: Mapping[str, Report], roll: Roll, students: Iterable[str]
) -> None:
    """The files of these students, and the class's. `reports`: everybody's that count, by name."""
    for student in roll.students:
        if student in reports:
            results.reports.put(reports[student])
    for student in students:
        if student in reports:
            results.renew(reports[student], lambda student=student: stored(keeping, student), page=True)  # type: ignore[misc]
    results.compared_before()
    results.finish(roll.missing, roll.strangers, answers_in(keeping))


def behind(folder: Path, reports: Mapping[str, Report]) -> list[str]:
    """Students whose report in OUT is not the one that counts, but for its date."""
    found = []
    for student, report in reports.items():
        try:
            written = Report.model_validate_json((folder / "reports" / f"{file_name(student)}.json").read_bytes())
        except (OSError, ValueError):
            found.append(student)
            continue
        if written.model_copy(update={"graded_at": report.graded_at}) != report:
            found.append(student)
    return found


def caught_up(folder: Path, url: str | None) -> str:
    """Bring OUT to where the gradebook stands, as it may not be after a crash; returns why it could not, or nothing."""
    try:
        roll = Keeping(folder).roll()
    except GraderError:
        return ""  # a folder of before there were gradebooks
    if roll.gradebook and url is None:
        return f"decisions that reached {roll.gradebook} since the files were written: give --gradebook for those"
    standings = standings_of(folder, url, roll.assignment)
    reports = {name: standings[name].report for name in roll.students if name in standings}
    late = behind(folder, reports)
    assignment = Keeping(folder).rubric(roll.rubric_sha256)
    if not late or assignment is None:
        return ""
    try:
        with results_in(folder, assignment) as results:
            renew_some(results, Keeping(folder), reports, roll, late)
    except Busy:
        return f"another grader is writing into {folder}: the newest decisions on {', '.join(late)}"
    return ""


def _renew(given: tuple[str, str, frozenset[str]], reports: Sequence[str]) -> list[str]:
    """Write the files of each report; returns what the class's files show of them, with the dates that they keep."""
    folder, rubric, pages = given
    results = Results(Path(folder), Assignment.model_validate_json(rubric))
    keeping = Keeping(results.folder)
    for text in reports:
        report = Report.model_validate_json(text)
        name = report.student
        results.renew(report, lambda name=name: stored(keeping, name), page=name in pages)  # type: ignore[misc]
    return [report.model_dump_json() for report in results.reports.by_name()]


def _same_as_before(folder: Path, url: str | None) -> None:
    """Another gradebook would not know what people decided."""
    try:
        before = Keeping(folder).roll().gradebook
    except GraderError:
        return
    if before != address(url):
        mend = f"give --gradebook {before}" if before else "leave out --gradebook"
        raise GraderError(f"the gradebook of {folder} is {before or folder / FILE}: {mend}, or choose another folder")
