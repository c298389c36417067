"""A Canvas and a Moodle zip of 30 Korean students go from zip to gradebook with one command."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from build import course
from conftest import Command
from exports import Student, notebook, packed, pdf, picture, roster, students, zipped

pytestmark = pytest.mark.long

CLASS = students(30)
AWAY = CLASS[27:]
WORDS = "기울기 소실 때문에 ReLU를 씁니다."
CRITERIA = ("{check: runs, points: 1}", "{id: relu, check: mentions, points: 1, concept: relu}")
CONCEPTS = "{relu: {ko: [기울기 소실], en: [vanishing gradient]}}"


def work(one: Student) -> bytes:
    return notebook(f"#md # P1\n{WORDS} {one.number}", f"number = {one.number}")


def files_of(place: int, one: Student) -> dict[str, bytes]:
    """What the student at this place of the class hands in; most hand in a notebook of their own way to name it."""
    special: dict[int, dict[str, bytes]] = {
        1: {"hw1.ipynb": notebook("#md # P1\n", size=9_000), "hw1-1.ipynb": work(one)},
        2: {"제출.zip": zipped({"hw1/hw1.ipynb": work(one), "__MACOSX/._hw1.ipynb": b"x", "hw1/utils.py": b"x = 1"})},
        3: {"hw1.7z": b"7z\xbc\xaf\x27\x1c\0\4"},
        4: {"hw1.ipynb": b'{"cells": ['},
        5: {"hw1.ipynb": notebook("#md # P1", "x = 1"), "답안.pdf": pdf(f"P1\n{WORDS}")},
        6: {"hw1.ipynb": notebook("#md # P1", "x = 1"), "scan.pdf": pdf(picture())},
        7: {"과제1.ipynb": work(one), "초안.ipynb": notebook("#md # P1\n", size=9_000)},
    }
    names = ("hw1.ipynb", "HW1_final.ipynb", f"{one.number}_{one.name}_hw1.ipynb", "Untitled0.ipynb")
    return special.get(place, {names[place % 4]: work(one)})


def canvas(file: Path) -> Path:
    entries = {}
    for place, one in enumerate(CLASS[:27]):
        late = "_LATE" if place % 9 == 8 else ""
        for number, (name, content) in enumerate(files_of(place, one).items()):
            entries[f"{one.name}{late}_{one.user}_{700_000 + 10 * place + number}_{name}"] = content
    entries["강나그네_99999_799999_hw1.ipynb"] = notebook(f"#md # P1\n{WORDS}", "x = 1")
    return packed(file, entries)


def moodle(file: Path) -> Path:
    entries = {}
    for place, one in enumerate(CLASS[:27]):
        for name, content in files_of(place, one).items():
            entries[f"{one.name}_{one.participant}_assignsubmission_file_/{name}"] = content
    entries["강나그네_999999_assignsubmission_file_/hw1.ipynb"] = notebook(f"#md # P1\n{WORDS}", "x = 1")
    return packed(file, entries)


def canvas_roster(folder: Path) -> Path:
    return roster(folder / "명단.csv", CLASS, "cp949", ";")


def moodle_roster(folder: Path) -> Path:
    lines = [f"참가자 {one.participant},{one.name},{one.number},,\n" for one in CLASS]
    file = folder / "Grades-hw1.csv"
    file.write_text("식별자,성명,학번,상태,성적\n" + "".join(lines), encoding="utf-8-sig")
    return file


@pytest.fixture(scope="module", params=[(canvas, canvas_roster), (moodle, moodle_roster)], ids=["canvas", "moodle"])
def graded(
    request: pytest.FixtureRequest, grader: Command, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """The folder of results, and what the command printed."""
    make: tuple[Callable[[Path], Path], Callable[[Path], Path]] = request.param
    folder = tmp_path_factory.mktemp("class")
    course(folder / "course", *CRITERIA, concepts=CONCEPTS)
    given, listed = make[0](folder / "submissions.zip"), make[1](folder)
    before = sorted(file.name for file in folder.iterdir())
    command = ("grade", given, "-o", folder / "out", "-a", folder / "course" / "rubric.yaml", "--roster", listed)
    done = grader(*command, "--lang", "ko")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(file.name for file in folder.iterdir()) == sorted([*before, "out"])
    first = (folder / "out" / "gradebook.csv").read_bytes()
    again = grader(*command, "--lang", "ko")  # all but the two that cannot be read, though unpacked anew
    assert "26 of 28 were graded before" in again.stdout
    assert (folder / "out" / "gradebook.csv").read_bytes() == first
    return folder / "out", done.stdout


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def report(out: Path, one: Student) -> dict[str, Any]:
    return dict(json.loads((out / "reports" / f"{one.called}.json").read_text(encoding="utf-8")))


def test_the_gradebook_has_everybody_and_nobody_twice(graded: tuple[Path, str]) -> None:
    out, _ = graded
    table = rows(out)
    assert set(table) == {*(one.called for one in CLASS), "강나그네"}
    for one in AWAY:
        row = table[one.called]
        assert (row["status"], row["P1"], row["total"]) == ("missing", "", "")
    undecided = {CLASS[place].called for place in (3, 4, 6)}
    for one in CLASS[:27]:
        row = table[one.called]
        expected = ("provisional", "") if one.called in undecided else ("final", "2")
        assert (row["status"], row["total"]) == expected, report(out, one)


def test_the_missing_and_the_stranger_are_told(graded: tuple[Path, str]) -> None:
    out, printed = graded
    missing = ", ".join(one.called for one in AWAY)
    assert f"handed in nothing (3): {missing}" in printed
    assert "not in the roster (1): 강나그네" in printed
    index = (out / "index.html").read_text(encoding="utf-8")
    for one in AWAY:
        assert one.called in index
    assert "제출하지 않은 학생" in index
    assert "명단에 없는 제출" in index


def test_each_students_work_is_their_own(graded: tuple[Path, str]) -> None:
    out, _ = graded
    for place in (0, 1, 2, 7, 10, 20, 26):
        executed = (out / "executed" / f"{CLASS[place].called}.ipynb").read_text(encoding="utf-8")
        assert f"number = {CLASS[place].number}" in executed


def test_what_went_wrong_is_said_to_the_student_concerned(graded: tuple[Path, str]) -> None:
    out, _ = graded
    told = {place: " ".join(report(out, CLASS[place])["warnings"]) for place in range(8)}
    assert "the newest, hw1-1.ipynb, counts, not hw1.ipynb" in told[1]
    assert "hw1.7z is a 7z archive" in told[3]
    assert "hw1.ipynb is not a whole notebook file" in told[4]
    assert "답안.pdf was read besides the notebook" in told[5]
    assert "the PDF is scanned" in told[6]
    assert "과제1.ipynb was graded, not 초안.ipynb" in told[7]
    assert told[0] == ""
    feedback = (out / "feedback" / f"{CLASS[6].called}.html").read_text(encoding="utf-8")
    assert "글자가 없는 스캔 PDF입니다" in feedback
    assert "data:image/jpeg;base64," in feedback
    assert "grader-intake" not in "".join(told.values())


def test_late_marks_are_shown(graded: tuple[Path, str]) -> None:
    out, printed = graded
    late = {student for student, row in rows(out).items() if row["late"] == "yes"}
    expected = {CLASS[place].called for place in (8, 17, 26)} if "final late" in printed else set()
    assert late == expected
    assert {row["late"] for row in rows(out).values()} <= {"yes", "no", ""}
