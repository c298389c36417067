"""What a run leaves in its folder: whole files under safe names, and a gradebook that a spreadsheet can open."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import gc
import io
import json
import random
import re
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from grader import results
from grader.errors import GraderError
from grader.exporters.cells import harmless
from grader.exporters.html import class_page
from grader.grading import Graded
from grader.held import HeldReports
from grader.model import (
    Assignment,
    Criterion,
    Execution,
    ExecutionSummary,
    Finding,
    Item,
    Report,
    Score,
    Submission,
    Text,
)
from grader.results import LOCK, Results, gradebook, results_in
from grader.terminal import print_class

SAID = Text(ko="말", en="word")
HOMEWORK = Assignment(
    id="hw",
    title=SAID,
    total=30,
    items=tuple(
        Item(id=item, title=SAID, points=points, criteria=(Criterion(id="runs", check="runs", points=points),))
        for item, points in (("P1.1", 20), ("P2", 10))
    ),
    sha256="0" * 64,
)
CHECKS = {
    "P1.1": Criterion(id="runs", check="r2", points=20, params={"at_least": 0.6}),
    "P2": Criterion(id="runs", check="mentions", points=10),
}
CELLS = [{"id": "cell-1", "cell_type": "code", "metadata": {}, "source": "x", "outputs": [], "execution_count": 1}]
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": CELLS}


def score(item: str, earned: float | None, of: float, evidence: dict[str, Any] | None = None) -> Score:
    finding = Finding(
        criterion="runs",
        outcome="error" if earned is None else "passed" if earned == of else "partial",
        earned=earned,
        points=of,
        feedback=None if earned == of else "?",
        review="a person should look" if earned is None else None,
        evidence=evidence or {},
    )
    review = "a person should look" if earned is None else None
    return Score(item=item, points=earned, max_points=of, findings=(finding,), needs_review=review)


def report(student: str, first: float | None = 20, second: float | None = 10, **evidence: Any) -> Report:
    total = None if first is None or second is None else first + second
    return Report(
        student=student,
        assignment="hw",
        status="provisional" if total is None else "final",
        total=total,
        max_points=30,
        scores=(score("P1.1", first, 20, evidence), score("P2", second, 10)),
        execution=ExecutionSummary(status="ok", seconds=1.5),
        language="ko",
        submission_sha256="1" * 64,
        rubric_sha256="0" * 64,
        grader_version="0",
        graded_at=dt.datetime(2025, 3, 1, tzinfo=dt.UTC),
    )


def graded(of: Report, notebook: dict[str, Any] | None = NOTEBOOK) -> Graded:
    submission = Submission(student=of.student, path=Path("hw1.ipynb"), sha256="1" * 64, notebook=notebook)
    return Graded(submission, Execution(status="ok", submission_sha256="1" * 64, notebook=notebook), of)


def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table, newline="")))


def files_in(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


# ---------------------------------------------------------------- gradebook.csv


def test_one_row_per_student_and_one_column_per_item() -> None:
    table = gradebook([report("김서연"), report("Alex Kim", 7.25, 0)], HOMEWORK)
    assert table.split("\r\n")[0] == "student,P1.1,P2,total,max_points,status,execution,late"
    assert rows(table) == [
        dict(zip(table.split("\r\n")[0].split(","), cells, strict=True))
        for cells in (
            ["김서연", "20", "10", "30", "30", "final", "ok", ""],
            ["Alex Kim", "7.25", "0", "7.25", "30", "final", "ok", ""],
        )
    ]


def test_undecided_points_are_empty_and_never_zero() -> None:
    (row,) = rows(gradebook([report("kim", None, 4)], HOMEWORK))
    assert (row["P1.1"], row["P2"], row["total"], row["status"]) == ("", "4", "", "provisional")


def test_who_handed_in_nothing_has_a_row_without_points() -> None:
    late = report("kim").model_copy(update={"late": True})
    found = rows(gradebook([late, report("lee").model_copy(update={"late": False})], HOMEWORK, ["박하준", "=x"]))
    assert [(row["student"], row["late"], row["status"]) for row in found] == [
        ("kim", "yes", "final"),
        ("lee", "no", "final"),
        ("박하준", "", "missing"),
        ("'=x", "", "missing"),
    ]
    assert {found[2][column] for column in ("P1.1", "P2", "total", "execution")} == {""}


def test_an_item_that_a_report_does_not_know_is_empty() -> None:
    homework = HOMEWORK.model_copy(
        update={"items": (*HOMEWORK.items, HOMEWORK.items[0].model_copy(update={"id": "P9"}))}
    )
    (row,) = rows(gradebook([report("kim")], homework))
    assert (row["P9"], row["P2"]) == ("", "10")


def test_points_are_written_without_binary_dust() -> None:
    (row,) = rows(gradebook([report("kim", 0.1 + 0.2, 3.3)], HOMEWORK))
    assert (row["P1.1"], row["total"]) == ("0.3", "3.6")


@pytest.mark.parametrize(
    "name", ["Kim, Seoyeon", 'Kim "Sam"', "two\nlines", "two\r\nlines", "a;b", " kim ", "김\t서연", "''", ""]
)
def test_any_name_is_one_cell(name: str) -> None:
    table = gradebook([report(name), report("after")], HOMEWORK)
    assert [row["student"] for row in rows(table)] == [name, "after"]


@pytest.mark.parametrize(
    "name",
    [
        *("=1+2", "+82 10", "-kim", "@kim", '=HYPERLINK("http://x","y")', " =1+2", "\tkim"),
        *("＝1+2", "＋1", "－1", "＠kim", "\u00a0=1", "=", "-"),
    ],
)
def test_formulas_in_names_are_text(name: str) -> None:
    assert harmless(name) == f"'{name}"
    assert [row["student"] for row in rows(gradebook([report(name)], HOMEWORK))] == [f"'{name}"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *(("\t=1", "'\t'=1"), ("\r=1", "'\r'=1"), ("\n=1", "'\n'=1"), ("a;=1", "a;'=1"), ("a; ＝1", "a;' ＝1")),
        *(('a\n"=1', "a\n'\"=1"), ("=1;-2", "'=1;'-2"), ("a; b-c", "a; b-c")),
    ],
)
def test_what_other_separators_would_make_a_cell_is_text_too(name: str, told: str) -> None:
    assert harmless(name) == told


@pytest.mark.parametrize("name", ["김서연", "Kim-Lee", "a=b", "1+1", "x@y", "'=1", "", " kim", "#kim"])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert harmless(name) == name


# ---------------------------------------------------------------- the folder


def test_files_of_a_class(tmp_path: Path) -> None:
    out = Results(tmp_path / "out", HOMEWORK)
    for name in ("이도윤", "Alex Kim"):
        out.add(graded(report(name)))
    out.add(graded(report("empty", None, None), notebook=None))
    assert [r.student for r in out.finish()] == ["Alex Kim", "empty", "이도윤"]
    pages = {f"{folder}/{name}" for name in ("이도윤", "Alex Kim") for folder in ("reports", "executed", "feedback")}
    expected = {f"{page}.{'json' if page.startswith('reports') else 'html'}" for page in pages}
    expected |= {"executed/이도윤.ipynb", "executed/Alex Kim.ipynb", "reports/empty.json", "feedback/empty.html"}
    assert files_in(tmp_path / "out") == expected | {"gradebook.csv", "index.html"}
    assert [row["student"] for row in rows((tmp_path / "out/gradebook.csv").read_text())] == [
        "Alex Kim",
        "empty",
        "이도윤",
    ]
    assert json.loads((tmp_path / "out/executed/이도윤.ipynb").read_text()) == NOTEBOOK
    assert "feedback/Alex%20Kim.html" in out.index.read_text(encoding="utf-8")
    assert out.index == tmp_path / "out" / "index.html"


def test_a_report_on_disk_is_the_report(tmp_path: Path) -> None:
    out = Results(tmp_path, HOMEWORK)
    original = report("김서연", 3.5, None, r2=0.62)
    out.add(graded(original))
    text = (tmp_path / "reports" / "김서연.json").read_text(encoding="utf-8")
    assert Report.model_validate_json(text) == original
    assert "김서연" in text
    assert json.loads(text)["total"] is None


def test_evidence_of_any_kind_makes_valid_json(tmp_path: Path) -> None:
    out = Results(tmp_path, HOMEWORK)
    out.add(graded(report("kim", 20, 10, r2=float("nan"), said="lone \ud800", **{"\udcff": [float("inf"), (1, 2)]})))
    raw = (tmp_path / "reports" / "kim.json").read_bytes()
    loaded = json.loads(raw.decode(), parse_constant=pytest.fail)
    evidence = loaded["scores"][0]["findings"][0]["evidence"]
    assert evidence["r2"] is None
    assert evidence["said"] == "lone ?"


@pytest.mark.parametrize("student", ["../../evil", "a/b", "con", "김" * 200, "a\nb", ".hidden", "..", "", "=1+2"])
def test_no_name_leaves_the_folder(tmp_path: Path, student: str) -> None:
    out = Results(tmp_path / "deep" / "out", HOMEWORK)
    out.add(graded(report(student)))
    out.finish()
    assert len(files_in(tmp_path)) == 6
    assert all(name.startswith("deep/out/") for name in files_in(tmp_path))
    for folder in ("reports", "executed", "feedback"):
        assert all(not file.name.startswith(".") for file in (tmp_path / "deep/out" / folder).iterdir())
    (name,) = (file.name for file in (tmp_path / "deep/out/reports").iterdir())
    assert results.file_name(student) + ".json" == name


def test_a_page_that_cannot_be_made_costs_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise ValueError("no page")

    out = Results(tmp_path, HOMEWORK)
    with monkeypatch.context() as patched:
        patched.setattr(results, "feedback_page", fail)
        with pytest.raises(ValueError, match="no page"):
            out.add(graded(report("kim")))
    out.add(graded(report("lee")))
    out.finish()
    assert [row["student"] for row in rows((tmp_path / "gradebook.csv").read_text())] == ["kim", "lee"]
    assert not [name for name in files_in(tmp_path) if name.endswith(".part")]


def test_a_second_run_into_the_same_folder_replaces_what_it_grades(tmp_path: Path) -> None:
    for points in (1, 2):
        out = Results(tmp_path, HOMEWORK)
        out.add(graded(report("kim", points, 10)))
        out.finish()
    assert [row["P1.1"] for row in rows((tmp_path / "gradebook.csv").read_text())] == ["2"]
    assert len(files_in(tmp_path)) == 6


# ---------------------------------------------------------------- large classes


def test_the_class_page_of_what_a_run_holds_is_that_of_the_reports() -> None:
    seen = ({"r2": 0.62}, {"characters": 40, "nearest": [0, 9], "lacks": "why"}, {"characters": 0}, {"confidence": 0.0})
    asked = HOMEWORK.model_copy(
        update={"items": tuple(item.model_copy(update={"criteria": (CHECKS[item.id],)}) for item in HOMEWORK.items)}
    )
    full = []
    for number, (evidence, earned) in enumerate((said, points) for said in seen for points in (0, 5, None)):
        first, second = (score(item, earned, of, evidence) for item, of in (("P1.1", 20), ("P2", 10)))
        given = report(f"s{number:02}", earned, earned, said="x" * 9).model_copy(update={"scores": (first, second)})
        full.append(given)
    held = HeldReports()
    for one in reversed(full):
        held.put(one)
    said = {one.student: f"{one.student} says that this is why it is so" for one in full}

    def answer(student: str, item: str) -> str:
        return said[student]

    assert class_page(held.by_name(), asked, {}, answers=answer) == class_page(full, asked, {}, answers=answer)
    assert "this is" in class_page(full, asked, {}, answers=answer)


@pytest.mark.parametrize("level", ["\ud800", ["\ud800", 1], {"\ud800": ("\udcff",)}])
def test_half_a_character_anywhere_in_evidence_costs_nobody_their_row(level: object) -> None:
    held = HeldReports()
    held.put(report("kim", level=level))
    assert [one.student for one in held.by_name()] == ["kim"]


def test_reports_of_a_run_are_not_held_in_memory() -> None:
    each, held = 200, HeldReports()

    def put(number: int) -> None:
        said = random.Random(number).randbytes(1000).hex()  # which nothing makes shorter than 1000 bytes
        held.put(report(f"s{number}", nearest=[said]))

    put(0)  # what the first needs is there for all
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(1, each + 1):
        put(number)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (after - before) / each < 400
    assert len(held.by_name()) == each + 1


def test_a_full_disk_for_what_is_put_aside_costs_nobody_their_row(monkeypatch: pytest.MonkeyPatch) -> None:
    class Disk(io.BytesIO):
        room = 1

        def write(self, content: Any) -> int:
            if not self.room:
                raise OSError(errno.ENOSPC, "No space left on device")
            self.room -= 1
            return super().write(content)

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Disk())
    held = HeldReports()
    for student in ("lee", "kim", "han"):
        held.put(report(student))
    assert [one.student for one in held.by_name()] == ["han", "kim", "lee"]


def test_of_a_large_class_the_screen_shows_who_needs_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    everybody = [report(f"s{n:03}", None if n % 5 == 0 else 20) for n in range(501)]
    print_class(everybody, HOMEWORK, Path("out/index.html"))
    told = capsys.readouterr().out
    rows = [line for line in told.splitlines() if line.startswith("│ s")]
    assert len(rows) == 50
    assert all("provisional" in row for row in rows)
    assert "Shown: 50 of 101 who need a person. All 501: out/gradebook.csv" in told
    assert "501 graded, 400 final, 101 provisional." in told
    print_class(everybody[1:], HOMEWORK, Path("out/index.html"))
    assert capsys.readouterr().out.count("│ s") == 500


def test_of_a_very_large_class_the_page_shows_first_who_needs_a_person() -> None:
    everybody = [report(f"s{n:04}", None if n == 2050 else 20) for n in range(2100)]
    page = class_page(everybody, HOMEWORK, {}, missing=[f"m{n:03}" for n in range(600)])
    shown = re.findall(r'<th scope="row">\s*(s\d{4})', page.partition('id="students"')[2])
    assert (len(shown), shown[0], shown[1], shown[-1]) == (2000, "s2050", "s0000", "s1998")
    assert "2000명만 보입니다. 2100명 모두" in page
    assert (page.count("<li>m"), "외 100개" in page) == (500, True)


# ---------------------------------------------------------------- earlier runs


def test_reasons_of_their_own_of_a_large_class_are_not_all_on_the_page() -> None:
    graded = [report(f"s{number:03}", None, 10) for number in range(503)]
    for number, one in enumerate(graded):
        (mine, other), why = one.scores, f"R² is 0.4{number:03}"
        finding = mine.findings[0].model_copy(update={"review": why})
        scores = (mine.model_copy(update={"findings": (finding,), "needs_review": why}), other)
        graded[number] = one.model_copy(update={"scores": scores})
    page = class_page(graded, HOMEWORK, {})
    assert "0.4499</p>" in page
    assert "0.4500</p>" not in page
    assert "<li>외 3개</li>" in page


def test_a_report_that_says_the_same_keeps_its_date(tmp_path: Path) -> None:
    later = dt.datetime(2025, 3, 2, tzinfo=dt.UTC)
    for first, dated in ((7.25, 1), (7.25, 1), (8, 2)):
        out = Results(tmp_path, HOMEWORK)
        now = report("kim", first, r2=float("nan"))
        out.add(graded(now if not out.of_others([]) else now.model_copy(update={"graded_at": later})))
        (kept,) = out.finish()
        on_disk = Report.model_validate_json((tmp_path / "reports" / "kim.json").read_text(encoding="utf-8"))
        assert (kept.graded_at.day, on_disk.graded_at.day) == (dated, dated)


@pytest.mark.parametrize("damaged", ["", "{", "[]", "\x00"])
def test_a_damaged_report_is_replaced(tmp_path: Path, damaged: str) -> None:
    out = Results(tmp_path, HOMEWORK)
    (tmp_path / "reports" / "kim.json").write_text(damaged)
    out.add(graded(report("kim")))
    assert json.loads((tmp_path / "reports" / "kim.json").read_text())["student"] == "kim"


def test_reports_about_others_are_named_and_stay(tmp_path: Path) -> None:
    students = ["kim", "이도윤", "a/b", "x" * 300]
    earlier = Results(tmp_path, HOMEWORK)
    for student in students:
        earlier.add(graded(report(student)))
    now = Results(tmp_path, HOMEWORK)
    assert now.of_others(students) == []
    assert now.of_others(["a/b", "x" * 300, "Kim"]) == ["이도윤"]
    now.add(graded(report("kim")))
    now.finish()
    assert len(list((tmp_path / "reports").iterdir())) == 4
    assert [row["student"] for row in rows((tmp_path / "gradebook.csv").read_text())] == ["kim"]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with results_in(tmp_path / "out", HOMEWORK):
        second = results_in(tmp_path / "out", HOMEWORK)
        with pytest.raises(GraderError, match=r"another grader is writing into .*/out: wait until it is done, or"):
            second.__enter__()
    with results_in(tmp_path / "out", HOMEWORK) as out:
        assert out.folder == tmp_path / "out"


def test_what_a_killed_run_was_writing_is_removed(tmp_path: Path) -> None:
    torn = tmp_path / "reports" / ".kim.json.4711.part"
    Results(tmp_path, HOMEWORK)
    torn.write_text("{")
    with results_in(tmp_path, HOMEWORK):
        assert files_in(tmp_path) == {LOCK}


def test_a_file_system_without_locks_is_written_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise results.NoLocks(95, "Operation not supported")

    monkeypatch.setattr(results, "lock", none)
    with results_in(tmp_path, HOMEWORK) as out:
        out.add(graded(report("kim")))
    assert (tmp_path / "reports" / "kim.json").exists()
