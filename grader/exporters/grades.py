"""The grades of each student: the one place from which every export takes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field, ValidationError

from grader.class_file import ClassFile, read_class
from grader.errors import GraderError
from grader.exporters.decisions import decisions
from grader.exporters.labels import label
from grader.exporters.lateness import subtraction
from grader.exporters.shown import shown
from grader.exporters.values import one_line, points, printable
from grader.model import Finding, Identity, Language, Lateness, Noun, Report, Score, Text, Visibility
from grader.names import spelling

Status = Literal["final", "provisional", "missing"]

BULLET = "• "  # a hyphen would be taken for the start of a formula

_WAITS = Text(ko="아직 채점 중입니다", en="still being graded")
_STATES = MappingProxyType(
    {
        "passed": Text(ko="통과", en="passed"),
        "partial": Text(ko="부분 점수", en="partly"),
        "failed": Text(ko="미달", en="not met"),
        "skipped": Text(ko="건너뜀", en="skipped"),
    }
)


class Grades(Noun):
    """One student as an export sees them; points that nobody has decided are None, never 0."""

    student: str
    identity: Identity = Identity()
    uploaded_as: str = Field("", description="name of the hand-in in the learning system's export")
    assignment: str
    title: Text
    language: Language = "en"
    status: Status
    points: dict[str, float | None] = Field(description="by item, in the rubric's order")
    maximum: dict[str, float] = Field(description="by item")
    total: float | None = Field(description="earned")
    penalty: float | None = Field(None, description="taken for lateness")
    grade: float | None = Field(None, description="what counts: the total less the penalty")
    max_points: float
    lateness: Lateness | None = Field(None, description="None where the rubric has no deadline, or nothing came")
    late: bool | None = None
    submitted_at: dt.datetime | None = None
    feedback: dict[str, str] = Field(default_factory=dict, description="by item, what the student may read")
    withheld: dict[str, str] = Field(default_factory=dict, description="by item, what the student may not read yet")
    visibility: dict[str, Visibility] = Field(default_factory=dict, description="by item; visible where it is missing")
    kept_back: dict[str, dict[str, Visibility]] = Field(
        default_factory=dict, description="by item, criteria that open later than the item"
    )
    openly: dict[str, str] = Field(
        default_factory=dict, description="by such item, what may be read once the item is open"
    )
    findings: dict[str, tuple[Finding, ...]] = Field(default_factory=dict, description="by item, for the TA")
    reasons: dict[str, str] = Field(default_factory=dict, description="by undecided item, why a person has to look")

    @property
    def final(self) -> bool:
        return self.status == "final" and self.grade is not None

    @property
    def words(self) -> str:
        """All feedback that is to be seen, item by item, under the points; last what is taken for lateness."""
        said = [f"{self.head(item)}\n{said}".strip() for item, said in self.feedback.items()]
        return "\n\n".join([*said, *([self.late_words] if self.late_words else [])])

    @property
    def late_words(self) -> str:
        """What was earned, what is taken and what counts, in one line; empty where nothing is taken."""
        if self.lateness is None or not self.penalty or self.total is None or self.grade is None:
            return ""
        return printable(one_line(subtraction(self.lateness, self.total, self.grade, self.language)))

    def head(self, item: str) -> str:
        earned = self.points.get(item)
        told = "?" if earned is None else points(earned)
        return f"{item} {told}/{points(self.maximum[item])}"


def grades_in(out: Path) -> list[Grades]:
    """Everybody in OUT, sorted by student, and after them who handed in nothing. Raises GraderError if none is there.

    Reports of students who are not in the class of the last run are left out, as in gradebook.csv.
    """
    told = read_class(out)
    reports = [report for report in _reports(out) if _is_of(told, report.student)]
    assignments = sorted({report.assignment for report in reports})
    if len(assignments) > 1:
        mend = "give each its own folder with `grade -o`"
        raise GraderError(f"{out} holds reports of several assignments ({', '.join(assignments)}): {mend}")
    found = sorted((grades_of(report, told) for report in reports), key=lambda grades: grades.student)
    return [*found, *(_missing(told) if told else ())]


def earlier(out: Path) -> list[str]:
    """Students whose reports in OUT are an earlier run's, and so nobody's in the class."""
    told = read_class(out)
    return sorted(report.student for report in _reports(out) if not _is_of(told, report.student))


def _is_of(told: ClassFile | None, student: str) -> bool:
    return told is None or spelling(student) in set(map(spelling, told.students))


def _reports(out: Path) -> list[Report]:
    files = sorted((out / "reports").glob("*.json"))
    if not files:
        raise GraderError(f"{out} holds no reports: give the folder that `grader grade` wrote with -o")
    return [_report(file) for file in files]


def _report(file: Path) -> Report:
    try:
        return Report.model_validate_json(file.read_bytes())
    except OSError as error:
        raise GraderError(f"{file} cannot be opened: {error.strerror}") from None
    except ValidationError:
        raise GraderError(f"{file} is not a report that this version reads: grade again, or remove it") from None


def grades_of(report: Report, told: ClassFile | None) -> Grades:
    """One report as an export sees it."""
    asked = {item.id: item for item in told.items} if told else {}
    scores = {score.item: score for score in report.scores}
    written = {item: asked[item].written if item in asked else () for item in scores}
    kept = {item: kinds for item in scores if told is not None and (kinds := told.closed(item))}
    seen = {item: shown(score, kept.get(item, ()), report.language) for item, score in scores.items()}
    said = {item: _said(score, report, written[item]) for item, score in seen.items()}
    closed = {item for item in scores if told is not None and not told.shows(item)}
    return Grades(
        student=report.student,
        identity=report.identity,
        uploaded_as=report.uploaded_as,
        assignment=report.assignment,
        title=told.title if told else Text(ko=report.assignment, en=report.assignment),
        language=report.language,
        status=report.status,
        points={item: score.points for item, score in scores.items()},
        maximum={item: score.max_points for item, score in scores.items()},
        total=report.total,
        penalty=report.penalty,
        grade=report.grade,
        max_points=report.max_points,
        lateness=report.lateness,
        late=report.is_late,
        submitted_at=report.submitted_at,
        feedback={item: "" if item in closed else words for item, words in said.items()},
        withheld={item: said[item] for item in scores if item in closed},
        visibility={item.id: item.visibility for item in asked.values()},
        kept_back=kept,
        openly={item: _said(_without(scores[item], kept[item]), report, written[item]) for item in kept},
        findings={item: score.findings for item, score in scores.items()},
        reasons={item: score.needs_review for item, score in scores.items() if score.needs_review},
    )


def _without(score: Score, criteria: Collection[str]) -> Score:
    rest = tuple(finding for finding in score.findings if finding.criterion not in criteria)
    return score.model_copy(update={"findings": rest})


def _missing(told: ClassFile) -> Iterable[Grades]:
    for one in told.missing:
        yield Grades(
            student=one.student,
            identity=one.identity,
            assignment=told.assignment,
            title=told.title,
            status="missing",
            points={item.id: None for item in told.items},
            maximum={item.id: item.points for item in told.items},
            total=None,
            max_points=sum(item.points for item in told.items),
            visibility={item.id: item.visibility for item in told.items},
        )


def _said(score: Score, report: Report, written: Sequence[str]) -> str:
    """A line for a decision on the item, then one for each criterion.

    What an answer should say stands in the names of `written` ones: they are numbered.
    """
    named = [one.criterion for one in score.findings if one.criterion in written]
    numbers = {name: label("point_of_answer", report.language, n=place) for place, name in enumerate(named, 1)}
    by_person = decisions(report, score.item)
    lines = [printable(one_line(by_person[None]))] if None in by_person else []
    for one in score.findings:
        name, said = numbers.get(one.criterion, one.criterion), by_person.get(one.criterion, one.feedback)
        lines.append(_line(one, name, said, report.language))
    return "\n".join(f"{BULLET}{line}" for line in lines)


def _line(finding: Finding, name: str, said: str | None, language: Language) -> str:
    """One criterion on one line: name, points, what is said of it or else its outcome."""
    if finding.earned is None:
        return f"{name} ?/{points(finding.points)}: {_WAITS.in_language(language)}"
    told = printable(one_line(said or "")) or _STATES[finding.outcome].in_language(language)
    return f"{name} {points(finding.earned)}/{points(finding.points)}: {told}"
