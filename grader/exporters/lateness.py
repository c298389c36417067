"""What pages and exports say of a late hand-in: earned, taken, counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from grader import late_words
from grader.exporters.values import moment, points
from grader.model import Language, Lateness, Report
from grader.model.nouns import texts


@dataclass(frozen=True)
class LateView:
    """One hand-in's lateness in words for its page; `counts` is None while it is undecided."""

    how_late: str
    due: str
    taken: float | None
    counts: float | None
    rule: str
    waits: str | None


@dataclass(frozen=True)
class LateRow:
    """One line of the class's list."""

    report: Report
    told: str
    waits: bool


def view(report: Report) -> LateView | None:
    """None where there is nothing to tell: no deadline, or in time and nothing taken."""
    late, language = report.lateness, report.language
    if late is None or (late.state == "in_time" and not late.decided):
        return None
    due = word("due", language).format(moment(late.due.astimezone(ZoneInfo(late.timezone))))
    return LateView(
        how_late=_begun(how_late(late, language)),
        due=f"{due} ({word('extended', language)})" if late.extended else due,
        taken=late.points,
        counts=report.grade,
        rule=_why(late, report.total, language),
        waits=word("waits", language) if late.review else None,
    )


def rows(reports: Sequence[Report], language: Language) -> list[LateRow]:
    """Everybody whose lateness a TA should see; who waits for a person first."""
    found = []
    for report in reports:
        late = report.lateness
        if late is None or not _is_told(report, late):
            continue
        doubt = word("export_says_late", language) if late.state == "in_time" and report.late else ""
        told = " · ".join(filter(None, (how_late(late, language), doubt, late.review or late.rule)))
        found.append(LateRow(report, _begun(told), late.review is not None))
    return sorted(found, key=lambda row: not row.waits)


def _is_told(report: Report, late: Lateness) -> bool:
    """Whether a TA should see it: late, unknown, decided by a person, or other than the export says."""
    if late.state != "in_time" or late.decided:
        return True
    return bool(report.late) and report.submitted_at is not None and not late.extended


def _begun(told: str) -> str:
    return told[:1].upper() + told[1:]


def there(report: Report, at: dt.datetime | None) -> dt.datetime | None:
    """A moment by the clocks that the deadline goes by, if there is one."""
    if at is None or report.lateness is None:
        return at
    return at.astimezone(ZoneInfo(report.lateness.timezone))


def how_late(late: Lateness, language: Language) -> str:
    """`1 day 3 h late`, `in the time of grace, 5 min late`, `the time is not known`."""
    if late.state == "in_time":
        return word("in_time", language)
    if late.state == "unknown":
        return word("unknown", language)
    if late.seconds is None:
        return word("unmeasured", language)
    name = "in_grace" if late.state == "grace" else "late_by"
    return word(name, language).format(late_words.length(late.seconds).in_language(language))


def subtraction(late: Lateness, total: float, grade: float, language: Language) -> str:
    """Earned, taken, counts in one sentence."""
    why = "; ".join(filter(None, (how_late(late, language), _why(late, total, language))))
    return word("subtraction", language).format(points(total), points(late.points or 0.0), why, points(grade))


def without_points(late: Lateness, language: Language) -> str:
    """How late, and by which rule something is taken, where what is earned in all is not to be told."""
    return _begun("; ".join(filter(None, (how_late(late, language), late.rule))))


def _why(late: Lateness, total: float | None, language: Language) -> str:
    """The rule; where it takes more than there is, that it took everything."""
    everything = word("everything", language) if late.points and late.points == total else ""
    return "; ".join(filter(None, (late.rule, everything)))


def word(name: str, language: Language) -> str:
    """A phrase of this module's. Raises KeyError for an unknown name."""
    return _WORDS[name].in_language(language)


_WORDS = texts(
    earned=("받은 점수", "Earned"),
    penalty=("지각 감점", "For lateness"),
    grade=("반영 점수", "Counts"),
    everything=("받은 점수 전부", "all that was earned"),
    heading=("마감과 지각", "Late, or not known"),
    due=("마감 {0}", "Due {0}"),
    extended=("연장됨", "extended"),
    late_by=("{0} 늦게 제출", "handed in {0} late"),
    in_grace=("마감 뒤 유예 시간 안에 제출({0})", "handed in {0} after the deadline, within the time of grace"),
    in_time=("마감 전에 제출", "handed in in time"),
    export_says_late=("제출 시스템에는 지각으로 표시됨", "though the export says late"),
    unknown=(
        "제출 시각을 알 수 없어 감점하지 않음",
        "not known when it was handed in, so nothing is taken",
    ),
    unmeasured=("지각 제출, 시각은 알 수 없음", "handed in late, not known when"),
    waits=("지각 감점은 사람이 정합니다.", "A person decides what is taken for lateness."),
    subtraction=(
        "받은 점수 {0}, 지각 감점 −{1} ({2}), 반영 점수 {3}",
        "Earned {0}, for lateness −{1} ({2}), counts {3}",
    ),
)
