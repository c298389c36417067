"""What a run of `grader grade` leaves in its folder: one file per student and kind, then the class's two."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import quote

from pydantic_core import PydanticSerializationError

from grader.class_file import absent_in, opened_in
from grader.errors import Busy, GraderError
from grader.exporters.cells import harmless, yes_no
from grader.exporters.class_report.anonymous import Answers
from grader.exporters.class_report.ideas import none_kept
from grader.exporters.html import class_page, executed_page, feedback_page, similarity_page
from grader.files import NoLocks, lock, remove_torn, write
from grader.grading import Graded
from grader.held import HeldReports
from grader.intake.documents import SHOWN_AS_THEY_ARE
from grader.model import Assignment, Language, Report, Submission
from grader.names import file_name, spelling
from grader.similarity import HandIn, Pair, groups, hand_in, similar
from grader.submissions import LOCK

SIMILARITY = "similarity.html"
MOST_COMPARED = 2000  # by `grade`: each with each other takes half a minute and half a gigabyte
_MADE_BY = ("graded_at", "rubric_sha256", "grader_version")


class Results:
    """The folder OUT. Each student's files appear whole or not at all, as soon as that student is graded."""

    def __init__(self, folder: Path, assignment: Assignment) -> None:
        self.folder = folder
        self.assignment = assignment
        self.reports = HeldReports()
        self._similar: tuple[str | None, int | None] = (None, None)
        for name in ("reports", "executed", "feedback"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def index(self) -> Path:
        return self.folder / "index.html"

    def add(self, graded: Graded) -> None:
        """Write one student's report, then the executed notebook and the pages."""
        execution, name = graded.execution, file_name(graded.report.student)
        file = self.folder / "reports" / f"{name}.json"
        report = _since(file, graded.report)
        self.reports.put(report)
        write(file, _plain(report))
        if execution.notebook is not None:
            notebook = json.dumps(execution.notebook, ensure_ascii=False, indent=1)
            write(self.folder / "executed" / f"{name}.ipynb", notebook)
            title = f"{self.assignment.title.in_language(report.language)} · {report.student}"
            write(self.folder / "executed" / f"{name}.html", executed_page(execution, title, report.language))
        self._copy_documents(graded.submission, name)
        self._write_page(report, graded, name)

    def renew(self, report: Report, stored: Callable[[], Graded | None], *, page: bool = False) -> None:
        """Write a report that was come to without running anything; the page only if it says something else now.

        `stored` gives the page what it shows besides; `page`: write it whatever it says. The report is written last:
        while it is an earlier one, the page is known to be so too.
        """
        name = file_name(report.student)
        file = self.folder / "reports" / f"{name}.json"
        report = _since(file, report)
        self.reports.put(report)
        shown = self.folder / "feedback" / f"{name}.html"
        if page or not shown.exists() or not _says_the_same(file, report):
            graded = stored()
            if graded is not None:
                self._write_page(report, graded, name)
        write(file, _plain(report))

    def _write_page(self, report: Report, graded: Graded, name: str) -> None:
        link = f"../executed/{quote(name)}.html" if graded.execution.notebook is not None else None
        links = [target and f"../{quote(target)}" for target in _documents(graded.submission, name)]
        shown = (report, graded.submission, graded.execution, self.assignment)
        page = feedback_page(*shown, link, links, opened_in(self.folder))
        write(self.folder / "feedback" / f"{name}.html", page)

    def _copy_documents(self, submission: Submission, name: str) -> None:
        """Copy the documents that a person has to read."""
        for document, target in zip(submission.documents, _documents(submission, name), strict=True):
            if target is not None:
                (self.folder / target).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(document.path, self.folder / target)

    def of_others(self, students: Iterable[str]) -> list[str]:
        """Names of the reports in the folder that are an earlier run's and about none of these students."""
        theirs = set(map(spelling, students))
        found = (file.stem for file in (self.folder / "reports").glob("*.json"))
        return sorted(name for name in found if spelling(name) not in theirs)

    def compare(self, submissions: Sequence[Submission]) -> str:
        """Write similarity.json and similarity.html, which `finish` leads to, if there are two hand-ins or more.

        Returns why it was not done for a class so large that it would take long; empty otherwise.
        """
        if len(submissions) > MOST_COMPARED:
            mend = f"`grader similar PATHS -o {self.folder} -a RUBRIC` does it"
            return f"{len(submissions)} hand-ins were not compared, as more than {MOST_COMPARED} take long: {mend}"
        if len(submissions) > 1:
            language = self.reports.language
            pairs = write_similarity(self.folder, submissions, self.assignment, language, self._links())
            self._similar = (SIMILARITY, len(pairs))
        return ""

    def compared_before(self) -> None:
        """`finish` leads to the page of similar hand-ins that is there."""
        if (self.folder / SIMILARITY).exists():
            self._similar = (SIMILARITY, _pairs(self.folder))

    def finish(
        self, missing: Sequence[str] = (), strangers: Sequence[str] = (), answers: Answers = none_kept
    ) -> list[Report]:
        """Write gradebook.csv and index.html; returns the reports sorted by student, as far as those show them.

        `missing` are students who handed in nothing, `strangers` those of the reports who are not in the roster.
        `answers` fetches what a student wrote for an item.
        """
        reports = self.reports.by_name()
        write(self.folder / "gradebook.csv", gradebook(reports, self.assignment, missing))
        similar, pairs = self._similar
        links = self._links()
        page = class_page(
            reports, self.assignment, links, missing, strangers, similar, pairs, answers, absent_in(self.folder)
        )
        write(self.index, page)
        return reports

    def _links(self) -> dict[str, str]:
        return {student: f"feedback/{quote(file_name(student))}.html" for student in self.reports.students}


@contextlib.contextmanager
def results_in(folder: Path, assignment: Assignment) -> Iterator[Results]:
    """The results of one run. Raises GraderError if `folder` cannot be written or another grader is writing there."""
    try:
        results = Results(folder, assignment)
        held = _lock(folder)
    except OSError as error:
        raise GraderError(f"{folder} cannot be written: {error.strerror}; choose another folder with -o") from None
    if held is None:
        mend = "wait until it is done, or choose another folder with -o"
        raise Busy(f"another grader is writing into {folder}: {mend}")
    with held:
        remove_torn(folder)
        yield results


def _lock(folder: Path) -> contextlib.AbstractContextManager[object] | None:
    try:
        return lock(folder / LOCK)
    except NoLocks:
        return contextlib.nullcontext()  # then two graders overwrite each other's files, but whole ones with whole ones


def write_similarity(
    folder: Path,
    submissions: Sequence[Submission],
    assignment: Assignment,
    language: Language,
    links: Mapping[str, str],
) -> list[Pair]:
    """Write similarity.json and similarity.html into `folder`; returns the pairs, the most alike first.

    `links` leads from students to their pages.
    """
    outlines: dict[str, HandIn] = {}
    places: dict[str, int] = {}

    def compared() -> Iterator[HandIn]:
        for place, submission in enumerate(submissions):
            one = hand_in(submission)
            outlines[one.student], places[one.student] = one.outline, place
            yield one

    again = cache(lambda student: hand_in(submissions[places[student]]))
    pairs = similar(compared(), assignment, again)
    in_pairs = {student: again(student) for pair in pairs for student in (pair.first, pair.second)}
    hand_ins = list((outlines | in_pairs).values())
    plain = {
        "assignment": assignment.id,
        "hand_ins": list(outlines),
        "groups": groups(pairs),
        "pairs": [pair.model_dump(mode="json") for pair in pairs],
    }
    write(folder / "similarity.json", json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
    write(folder / SIMILARITY, similarity_page(pairs, hand_ins, assignment, links, language))
    return pairs


def _pairs(folder: Path) -> int | None:
    """How many pairs the last comparison found; None where its file is gone or damaged."""
    try:
        return len(json.loads((folder / "similarity.json").read_text(encoding="utf-8"))["pairs"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _since(file: Path, report: Report) -> Report:
    """The report, dated as the one in `file` if it says the same: what did not change was not graded again."""
    try:
        earlier = file.read_text(encoding="utf-8")
        same = report.model_copy(update={"graded_at": Report.model_validate_json(earlier).graded_at})
    except (OSError, ValueError):
        return report
    return same if _plain(same) == earlier else report


def _says_the_same(file: Path, report: Report) -> bool:
    """Whether the report in `file` differs from this one at most in when and by what it was made."""
    try:
        earlier = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    now = json.loads(_plain(report))
    return all(earlier.get(key) == value for key, value in now.items() if key not in _MADE_BY)


def _documents(submission: Submission, name: str) -> list[str | None]:
    """For each document its place in the folder; None for one that nobody has to read."""
    places: list[str | None] = []
    for number, document in enumerate(submission.documents, start=1):
        suffix = document.path.suffix.lower()
        suffix = suffix if suffix in SHOWN_AS_THEY_ARE else ".txt"  # a page of a student's would run in a browser
        places.append(f"documents/{name}/{number}{suffix}" if document.unread else None)
    return places


def _plain(report: Report) -> str:
    try:
        return report.model_dump_json(indent=1) + "\n"
    except PydanticSerializationError:  # half of a surrogate pair in the evidence, which the slow way passes over
        return json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def gradebook(reports: Sequence[Report], assignment: Assignment, missing: Sequence[str] = ()) -> str:
    """One row per student, one column per item. Undecided points are empty, never 0; so are those of the missing.

    Where the rubric has a deadline, two columns more: what is taken for lateness, and what counts.
    """
    table = io.StringIO()
    writer = csv.writer(table)
    items = [item.id for item in assignment.items]
    due = ["penalty", "grade"] if assignment.deadline is not None else []
    writer.writerow(["student", *items, "total", "max_points", "status", "execution", "late", *due])
    for report in reports:
        points = {score.item: score.points for score in report.scores}
        cells = [_number(points.get(item)) for item in items]
        end = [_number(report.total), _number(report.max_points), report.status, report.execution.status]
        counts = [_number(report.penalty), _number(report.grade)] if due else []
        writer.writerow([harmless(report.student), *cells, *end, yes_no(report.is_late), *counts])
    for student in missing:
        end = ["", _number(assignment.total), "missing", "", "", *("" for _ in due)]
        writer.writerow([harmless(student), *("" for _ in items), *end])
    return table.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
