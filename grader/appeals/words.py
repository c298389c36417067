"""What a bundle says of itself: README.txt and log.txt, in the report's language."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from grader.appeals.case import Case
from grader.appeals.roster import ROSTER
from grader.exporters.labels import label, status_name
from grader.exporters.values import one_line
from grader.model import Assignment, Text
from grader.model.nouns import texts
from grader.names import printable
from grader.repairs.ledger import sentence

_WIDTH = 10


def rubric_path(rubric: Assignment) -> str:
    """In the folder of results that a bundle holds."""
    return f"rubrics/{rubric.sha256}.json"


def for_staff(case: Case) -> str:
    """How to grade the case again, what to compare, and what is what."""
    return _joined(_head(case, "staff"), _notes(case), _again(case), _compare(case), _contents(case, _STAFF))


def for_student(case: Case) -> str:
    """What is what; what is not shown yet is not in there."""
    return _joined(_head(case, "student"), _notes(case), _contents(case, _STUDENT))


def log(case: Case) -> str:
    """How the notebook ran: its end, what was repaired, what failed where, what was remarked."""
    report = case.standing.machine
    run, language = report.execution, report.language
    head = [
        f"{label('run', language)}: {status_name(run.status, language)}",
        label("seconds", language, n=f"{run.seconds:.1f}"),
        *([f"{run.peak_memory_mb:.0f} MB"] if run.peak_memory_mb is not None else []),
        f"{_say('walls', case)}: {run.walls}",
    ]
    repairs = [f"{_cell(repair.cell, case)}{sentence(repair, language)}" for repair in run.repairs]
    errors = [f"{_cell(error.cell, case)}{error.name}: {one_line(error.message)}" for error in run.errors]
    parts = [(_say("repairs", case), repairs), (_say("errors", case), errors), (_say("remarks", case), report.warnings)]
    told = ["\n".join([f"{name}: {'' if found else '-'}".rstrip(), *map(_line, found)]) for name, found in parts]
    return "\n\n".join([" · ".join(head), *told]) + "\n"


def _line(said: str) -> str:
    return f"  - {printable(said)}"


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(case: Case, audience: str) -> str:
    title = case.rubric.title.in_language(case.standing.report.language)
    return f"{printable(case.student)}\n{title}\n\n{_say(audience, case)}"


def _notes(case: Case) -> str:
    language = case.standing.report.language
    said = "\n".join(f"  - {note.in_language(language)}" for note in case.notes)
    return f"{_say('notes', case)}\n{said}" if said else ""


def _again(case: Case) -> str:
    run = case.standing.machine.execution
    ran = run.status not in ("unreadable", "infrastructure")
    rubric = f"graded/{rubric_path(case.rubric)}"
    options = [
        *(["--roster", ROSTER] if case.standing.machine.lateness is not None else []),
        *(["--walls", run.walls] if ran else []),
        *([] if run.repairing else ["--no-repairs"]),
        *("--lang", case.standing.report.language),
    ]
    name = shlex.quote(printable(case.student))
    commands = [
        ("grade", f"grader grade handed-in -a {rubric} -o again {' '.join(options)}"),
        *([("rescore", f"grader rescore graded -a {rubric} --dry-run")] if case.execution is not None else []),
        ("history", f"grader history graded {name}"),
    ]
    return "\n\n".join(f"{_say(said, case)}\n\n    {command}" for said, command in commands)


def _compare(case: Case) -> str:
    """A table of points: the machine's, those that count, the full ones; with a deadline down to the grade."""
    machine, counts = case.standing.machine, case.standing.report
    rows = [[_say(word, case) for word in ("item", "machine", "counts", "of")]]
    now = {score.item: score.points for score in counts.scores}
    for score in machine.scores:
        rows.append([score.item, _shown(score.points), _shown(now.get(score.item)), f"{score.max_points:g}"])
    full = f"{machine.max_points:g}"
    rows.append([_say("total", case), _shown(machine.total), _shown(counts.total), full])
    if machine.lateness is not None:
        rows.append([_say("penalty", case), _shown(machine.penalty), _shown(counts.penalty)])
        rows.append([_say("grade_row", case), _shown(machine.grade), _shown(counts.grade), full])
    table = "\n".join("    " + "".join(cell.ljust(_WIDTH) for cell in row).rstrip() for row in rows)
    return f"{_say('compare', case)}\n\n{table}\n\n{_say('how', case)}"


def _contents(case: Case, told: Mapping[str, Text]) -> str:
    language = case.standing.report.language
    width = max(map(len, told)) + 2
    return "\n".join(f"{name.ljust(width)}{text.in_language(language)}" for name, text in told.items())


def _cell(number: int | None, case: Case) -> str:
    return "" if number is None else label("error_in_cell", case.standing.report.language, cell=number) + ": "


def _shown(points: float | None) -> str:
    return "?" if points is None else f"{points:g}"


def _say(word: str, case: Case) -> str:
    return _WORDS[word].in_language(case.standing.report.language)


_WORDS = texts(
    staff=(
        "조교와 교수만 볼 수 있습니다. 학생에게 주지 않은 채점용 행과 채점 기준 전체가 들어 있습니다.\n"
        "학생에게는 `grader appeal OUT STUDENT --for student`로 만든 것을 주세요.",
        "FOR STAFF ONLY: this holds the rows that no student has, and the whole rubric.\n"
        "What the student may have is made by `grader appeal OUT STUDENT --for student`.",
    ),
    student=(
        "제출물과 그것이 어떻게 채점되었는지입니다. 채점 기준의 비공개 부분과 채점용 행은 들어 있지 않습니다.",
        "What was handed in and how it was graded, without held-out rows and what is not shown of the rubric.",
    ),
    notes=("채점할 때와 다른 것:", "Not as it was when it was graded:"),
    grade=(
        "다시 실행해서 채점하기 (이 폴더에서; 같은 채점기와 requirements.txt의 패키지가 있어야 합니다):",
        "Run and grade it again (in this folder; with the same grader and the packages of requirements.txt):",
    ),
    rescore=(
        "실행하지 않고 저장된 실행 결과를 다시 채점하기 (`0 of 1 change`라고 나와야 합니다):",
        "Score the stored execution again, without running anything (it must say `0 of 1 change`):",
    ),
    history=("누가 언제 무엇을 결정했는지 보기:", "Read who decided what and when:"),
    compare=("점수:", "Points:"),
    how=(
        "again/gradebook.csv의 점수가 '기계' 열과 같아야 합니다. 다른 프로세서나 다른 버전의 패키지에서는\n"
        "마지막 자리가 다를 수 있습니다. 그 때문에 점수가 바뀐 기준은 경계에 있는 것이니 사람이 살펴보세요.",
        "again/gradebook.csv must hold the points under `machine`. On another processor, or with other versions, the\n"
        "last digits of a number may differ; a criterion whose points change for that is on its threshold: look at it.",
    ),
    item=("항목", "item"),
    machine=("기계", "machine"),
    counts=("현재", "counts"),
    of=("만점", "of"),
    total=("합계", "total"),
    penalty=("지각 감점", "penalty"),
    grade_row=("반영 점수", "grade"),
    walls=("격리", "Walls"),
    repairs=("고친 곳", "Repairs"),
    errors=("오류", "Errors"),
    remarks=("알림", "Remarks"),
)
_COMMON = {
    "handed-in/": (
        "제출한 파일 (timestamp.txt는 LMS의 제출 시각)",
        "the files as handed in (timestamp.txt: the LMS's time)",
    ),
    "graded/feedback/": ("학생이 읽는 피드백", "what the student reads"),
    "graded/executed/": ("실행된 노트북", "the notebook as it ran"),
    "log.txt": ("실행 상태, 고친 곳, 오류", "how it ran: state, repairs, errors"),
    "environment.json": ("채점기, Python, 운영체제, 격리 수준", "grader, Python, system, walls"),
    "requirements.txt": ("설치되어 있던 패키지", "the packages that were installed"),
    "checksums.txt": ("SHA-256; `sha256sum -c checksums.txt`", "SHA-256; `sha256sum -c checksums.txt`"),
}
_ADDED = {
    "graded/reports/": ("결정된 모든 것과 근거", "everything decided, with the evidence"),
    "graded/executions/": ("커널에서 나온 것", "what came out of the kernel"),
    "graded/rubrics/": ("채점 기준과 그 데이터", "the rubric and its data"),
    ROSTER: ("이름, 마감 연장, 제출 시각 (마감이 있을 때)", "name, extension and time (where there is a deadline)"),
    "history.json": ("모든 채점과 결정, 때와 사람", "every report and decision, with time and author"),
}
_STUDENT = texts(**_COMMON)
_STAFF = texts(**_COMMON, **_ADDED)
