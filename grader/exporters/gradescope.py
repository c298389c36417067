"""Gradescope: a results.json per student, and one table in the manner of its own export of grades."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from grader.exporters.cells import number, table
from grader.exporters.exported import Exported, Wish
from grader.exporters.grades import Grades
from grader.exporters.lateness import without_points
from grader.exporters.lists import items_of
from grader.exporters.values import one_line, points, printable
from grader.model import Finding, Language, Visibility
from grader.model.nouns import texts
from grader.names import file_name

_VISIBILITY: Mapping[str, str] = MappingProxyType({"after_due": "after_due_date"})  # the others have the same words
_STATUS = MappingProxyType({"final": "Graded", "provisional": "Ungraded", "missing": "Missing"})


def export(everybody: Sequence[Grades], wish: Wish) -> Exported:
    """`<student>/results.json` for whoever has a grade, and `grades.csv` for all."""
    files = {f"{file_name(s.student)}/results.json": _as_json(results(s)) for s in everybody if s.final}
    return Exported({**files, "grades.csv": _grades(everybody)}, written=len(files))


def results(grades: Grades) -> dict[str, Any]:
    """What an autograder leaves in /autograder/results/results.json.

    While a person has to look, what is open has no score, and the total, which is what is certain, is kept from
    students: a test that only staff see does that.
    """
    tests = [test for place, item in enumerate(grades.points, 1) for test in _tests(grades, item, str(place))]
    return {
        "score": grades.grade if grades.final else decided(grades),
        "output": _late(grades) if grades.final else _so_far(grades),
        "output_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests if grades.final else [*tests, _for_staff(grades.language)],
    }


def _late(grades: Grades) -> str:
    """What lateness costs; in points only where all of them may be seen, for they are of what is kept back too."""
    if grades.lateness is None or not grades.late_words or not (grades.kept_back or grades.withheld):
        return grades.late_words
    return printable(one_line(without_points(grades.lateness, grades.language)))


def decided(grades: Grades) -> float:
    """The points that are certain whatever a person decides on the rest; what lateness costs is not taken yet."""
    return round(sum(_earned(grades, item) for item in grades.points), 6)


def _earned(grades: Grades, item: str, but: Collection[str] = ()) -> float:
    """The certain points of an item, without those of some of its criteria."""
    known = grades.points[item]
    if known is not None and not but:
        return known
    certain = [f.earned or 0.0 for f in grades.findings.get(item, ()) if f.criterion not in but]
    return round(min(grades.maximum[item] - _worth(grades, item, but), sum(certain)), 6)


def _worth(grades: Grades, item: str, criteria: Collection[str]) -> float:
    """The points, without bonus, of some of an item's criteria."""
    return sum(f.points for f in grades.findings.get(item, ()) if f.criterion in criteria and not f.bonus)


# ---------------------------------------------------------------- tests


def _tests(grades: Grades, item: str, number: str) -> Iterator[dict[str, Any]]:
    """One for the item, and one for its criteria that open later: so its own points tell nothing of theirs."""
    later = grades.kept_back.get(item, {})
    seen = [f for f in grades.findings.get(item, ()) if f.criterion not in later]
    earned = _earned(grades, item, later) if _is_known(grades, item, seen, later) else None
    most = round(grades.maximum[item] - _worth(grades, item, later), 6)
    said = (grades.openly if later else grades.feedback).get(item) or grades.withheld.get(item, "")
    kind = grades.visibility.get(item, "visible") if item in grades.withheld else "visible"
    yield _test(item, number, (earned, most), said, kind, grades.language)
    for kind in sorted(set(later.values())):
        names = [name for name, opens in later.items() if opens == kind]
        yield _later(grades, item, number, names, earned, kind)


def _is_known(grades: Grades, item: str, seen: Sequence[Finding], later: Collection[str]) -> bool:
    if not later:
        return grades.points[item] is not None
    return all(finding.earned is not None for finding in seen)


def _later(
    grades: Grades, item: str, number: str, names: Sequence[str], earned: float | None, kind: Visibility
) -> dict[str, Any]:
    """What criteria that open later add to the item, up to its full points."""
    found = [f for f in grades.findings[item] if f.criterion in names]
    known = [f.earned for f in found if f.earned is not None]
    left = grades.maximum[item] - (earned or 0.0)
    adds = round(min(sum(known), left), 6) if len(known) == len(found) else None
    title = f"{item} {_word('later', grades.language)}"
    worth = _worth(grades, item, names)
    return _test(title, number, (adds, round(worth, 6)), "", kind, grades.language)


def _test(
    name: str, number: str, score: tuple[float | None, float], said: str, kind: Visibility, language: Language
) -> dict[str, Any]:
    """Without a score where there is none yet: Gradescope would show a zero, and the item as failed."""
    earned, most = score
    waits = {"name": _word("waits", language, name, points(most))}
    counts = {"score": earned, "max_score": most, "status": "passed" if earned == most else "failed", "name": name}
    told = {"number": number, "output": said, "output_format": "text", "visibility": _VISIBILITY.get(kind, kind)}
    return {**(waits if earned is None else counts), **told}


def _for_staff(language: Language) -> dict[str, Any]:
    said = _word("for_staff", language)
    return {
        "name": _word("provisional", language),
        "output": said,
        "output_format": "text",
        "visibility": "after_published",
    }


def _so_far(grades: Grades) -> str:
    """What is certain, and what waits. Points of items that students do not see are in neither."""
    later = grades.kept_back
    certain = {i: _earned(grades, i, later.get(i, ())) for i in grades.points if i not in grades.withheld}
    waiting = [item for item in certain if grades.points[item] is None]
    if not waiting:
        return _word("doubtful", grades.language)
    most = {item: grades.maximum[item] - _worth(grades, item, later.get(item, ())) for item in waiting}
    rest = sum(most[item] - certain[item] for item in waiting)
    told = (points(sum(certain.values())), ", ".join(waiting), points(rest))
    return _word("so_far", grades.language, *told)


def _word(name: str, language: Language, *values: str) -> str:
    return _WORDS[name].in_language(language).format(*values)


_WORDS = texts(
    so_far=(
        "지금까지 {0}점. {1}은(는) 사람이 확인한 뒤 점수가 정해집니다(최대 {2}점 더). 아직 최종 점수가 아닙니다.",
        "{0} points so far; a person will decide on {1} (up to {2} more). This is not a grade yet.",
    ),
    doubtful=(
        "사람이 확인한 뒤 점수가 정해집니다. 아직 최종 점수가 아닙니다.",
        "A person will look before this counts. It is not a grade yet.",
    ),
    waits=("{0} — 사람의 확인을 기다림 ({1}점 만점)", "{0} — waits for a person (of {1} points)"),
    later=("(나중에 공개되는 기준)", "(criteria that open later)"),
    provisional=("사람의 확인을 기다림", "Waits for a person"),
    for_staff=(
        "점수가 다 정해질 때까지 학생에게는 총점이 보이지 않습니다. 이유는 표준 출력에 있습니다.",
        "Until all is decided students see no total. The reasons stand in the standard output.",
    ),
)


# ---------------------------------------------------------------- the table


def _as_json(plain: object) -> bytes:
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def _grades(everybody: Sequence[Grades]) -> bytes:
    items = items_of(everybody)
    most = {item: grades.maximum[item] for grades in everybody for item in grades.maximum}
    asked = [f"{item} ({most[item]:.1f} pts)" for item in items]
    header = ["Name", "SID", "Email", "Total Score", "Max Points", "Status", "Submission Time", *asked]
    rows = [
        [
            *(s.identity.name or s.student, s.identity.number, s.identity.email),
            *(number(s.grade) if s.final else "", number(s.max_points), _STATUS[s.status]),
            s.submitted_at.isoformat(" ") if s.submitted_at else "",
            *(number(s.points.get(item)) for item in items),
        ]
        for s in everybody
    ]
    return table([header, *rows], mark=False)
