"""Exports, read back field by field as each reader would: spreadsheets, Canvas, Moodle, Gradescope, nbgrader."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import Command
from exports import notebook, packed
from test_results import HOMEWORK, report

from grader.class_file import write_class
from grader.errors import GraderError
from grader.exporters.exported import Wish
from grader.exporters.grades import grades_in
from grader.exporters.sheet import read
from grader.exporting import FORMATS, export
from grader.intake.handin import HandIn
from grader.intake.layouts import Layouts
from grader.intake.listing import of_folder
from grader.model import Assignment, ExecutionSummary, Identity, Repair, Report
from grader.names import file_name
from grader.submissions import Class, collect

KIM = Identity(name="김서연", number="20231001", lms_id="41000", email="kim@univ.example")
LEE = Identity(name='Lee, "Doyun"', number="20231002", lms_id="41007", login="doyun")
EVIL = Identity(name="=cmd|' /C calc'!A0", number="20231003", lms_id="41014")
NOBODY = Identity(name="박하준", number="20231009")

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notes,HW1: regression (555),HW2 (556),Final Score\r\n"
    ",,,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,,30.00,10.00,(read only)\r\n"
    '"서연, 김",41000,20231001,kim@univ.example,"A, B","두 줄\n메모 ""x""",,9.50,88.1\r\n'
    '"Lee, ""Doyun""",41007,20231002,doyun,A,=cmd,12.00,,77\r\n'
    "'=cmd|' /C calc'!A0,41014,20231003,evil,A,,,EX,\r\n"
    '"Student, Test",99,,,A,,,,\r\n'
    "Someone Else,98,20239999,else,A,,3,4,5"
)
MOODLE_KO = (
    "\ufeff식별번호,전체 이름,이메일 주소,상태,성적,최고 성적,성적을 변경할 수 있음,최종 수정 (제출),온라인 글,"
    "최종 수정 (성적),피드백 의견\r\n"
    '참가자 900100,김서연,kim@univ.example,"제출됨, 채점 안 됨",,30.00,예,"2025년 3월 1일, 10:00","a\r\nb ""c""",-,\r\n'
    '참가자 900101,"Lee, ""Doyun""",lee@univ.example,제출됨,5.00,30.00,예,-,,-,손으로 쓴 글\r\n'
    "참가자 900102,=cmd|' /C calc'!A0,evil@univ.example,제출됨,,30.00,아니오,-,,-,\r\n"
    "참가자 900109,박하준,park@univ.example,미제출,,30.00,예,-,,-,\r\n"
)
MOODLE_EN = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 900100,"김서연","kim@univ.example",Submitted,,30.00,Yes,-,-,""\n'
    'Participant 900101,"Lee, ""Doyun""",x@univ.example,Submitted,,30.00,Yes,-,-,P1.1 3/20<br>• runs\n'
)


def student(identity: Identity, first: float | None = 20, second: float | None = 10, **others: Any) -> Report:
    known = {"identity": identity, **others}
    return report(f"{identity.number} {identity.name}", first, second).model_copy(update=known)


def graded(out: Path, *reports: Report, missing: tuple[Identity, ...] = (NOBODY,), of: Assignment = HOMEWORK) -> Path:
    """A folder as `grader grade` leaves it."""
    (out / "reports").mkdir(parents=True)
    (out / "feedback").mkdir()
    (out / "executed").mkdir()
    for one in reports:
        name = file_name(one.student)
        (out / "reports" / f"{name}.json").write_text(one.model_dump_json(), encoding="utf-8")
        (out / "feedback" / f"{name}.html").write_text(f"<p>{one.total}", encoding="utf-8")
        (out / "executed" / f"{name}.ipynb").write_bytes(notebook("print(1)"))
    names = {f"{one.number} {one.name}": one for one in missing}
    write_class(out, Class((), {one.student: one.identity for one in reports}, tuple(names), identities=names), of)
    return out


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Three with a grade, one who waits for a person, one who handed in nothing."""
    waiting = Identity(name="정예은", number="20231005", lms_id="41028")
    return graded(
        tmp_path / "out",
        student(KIM, late=True),
        student(LEE, 7.25, 0, late=False),
        student(EVIL, 0, 3.5),
        student(waiting, None, 10),
    )


def wish(out: Path, template: str | bytes | None = None, **others: Any) -> Wish:
    if template is None:
        return Wish(out, **others)
    file = out.parent / "template.csv"
    file.write_bytes(template.encode() if isinstance(template, str) else template)
    return Wish(out, file, **others)


def rows(content: bytes, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


def by_name(file: Path, key: str = "student") -> dict[str, dict[str, str]]:
    header, *body = rows(file.read_bytes())
    return {row[header.index(key)]: dict(zip(header, row, strict=True)) for row in body}


def told(done: Any) -> dict[str, tuple[str, ...]]:
    return {said: names for said, names in done.notes if names}


# ---------------------------------------------------------------- tables


def test_csv_has_a_row_per_student_and_a_column_per_item(out: Path) -> None:
    done = export("csv", wish(out))
    (file,) = done.files
    assert file == out / "exports" / "csv.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    found = by_name(file)
    assert list(found) == ["20231001 김서연", '20231002 Lee, "Doyun"', f"20231003 {EVIL.name}", "20231009 박하준"]
    assert found["20231001 김서연"] == {
        **{"student": "20231001 김서연", "name": "김서연", "number": "20231001", "lms_id": "41000", "login": ""},
        **{"email": "kim@univ.example", "P1.1": "20", "P2": "10", "total": "30", "max_points": "30"},
        **{"status": "final", "late": "yes", "submitted_at": ""},
    }
    assert found['20231002 Lee, "Doyun"']["late"] == "no"
    assert found[f"20231003 {EVIL.name}"]["name"] == f"'{EVIL.name}"
    missing = found["20231009 박하준"]
    assert (missing["P1.1"], missing["total"], missing["max_points"], missing["status"]) == ("", "", "30", "missing")


def test_csv_with_feedback_and_marks(out: Path) -> None:
    (file,) = export("csv", wish(out, feedback=True), provisional="mark").files
    found = by_name(file)
    waiting = found["20231005 정예은"]
    assert (waiting["P1.1"], waiting["P2"], waiting["total"], waiting["status"]) == ("", "10", "", "provisional")
    assert waiting["P1.1 feedback"] == "• runs ?/20: 아직 채점 중입니다"
    assert found['20231002 Lee, "Doyun"']["P1.1 feedback"] == "• runs 7.25/20: ?"


@pytest.mark.parametrize("to", ["csv", "xlsx", "nbgrader", "json", "gradescope"])
def test_who_waits_is_left_out_and_named(out: Path, to: str) -> None:
    done = export(to, wish(out))
    assert told(done)["provisional, so left out"] == ("20231005 정예은",)
    assert told(done)["handed in nothing, so without a grade"] == ("20231009 박하준",)
    (place,) = done.files
    files = [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]
    content = b"".join(file.read_bytes() for file in files if to != "xlsx") or repr(sheets(place)).encode()
    assert ("김,서연" if to == "nbgrader" else "김서연").encode() in content
    assert "정예은".encode() not in content


def sheets(file: Path) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(file)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_xlsx_has_three_sheets_of_typed_cells(out: Path) -> None:
    (file,) = export("xlsx", wish(out), provisional="mark").files
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["totals", "items", "criteria"]
    totals, items, criteria = (sheets(file)[name] for name in book.sheetnames)
    assert totals[0][6:] == ["total", "max_points", "status", "late", "submitted_at"]
    assert [row[6] for row in totals[1:]] == [30, 7.25, 3.5, None, None]
    assert [row[8] for row in totals[1:]] == ["final", "final", "final", "provisional", "missing"]
    assert items[0] == ["student", "P1.1", "P2", "total", "status"]
    assert items[2] == ['20231002 Lee, "Doyun"', 7.25, 0, 7.25, "final"]
    assert items[4][1:4] == [None, 10, None]
    assert criteria[1] == ["20231001 김서연", "P1.1", "runs", "passed", 20, 20, None]
    assert criteria[3][3:] == ["partial", 7.25, 20, "?"]
    types = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert types <= {"s", "n"}


def test_no_text_of_an_xlsx_is_a_formula_in_the_file_itself(tmp_path: Path) -> None:
    evil = Identity(name="=1+1", number="=2", login="@x", email="-3")
    (file,) = export("xlsx", wish(graded(tmp_path / "o", student(evil), missing=()))).files
    with zipfile.ZipFile(file) as archive:
        written = {name: archive.read(name).decode() for name in archive.namelist() if "worksheets/" in name}
    assert len(written) == 3
    assert not any("<f>" in text or 't="f"' in text for text in written.values())
    assert sheets(file)["totals"][1][1:6] == ["'=1+1", "'=2", None, "'@x", "'-3"]


FORMULAS = (
    *("=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\t=1+1", "\r=1+1", " =1+1", "＝1+1", "\u3000＋1"),
    *("a;=1+1;b", "a\t=1+1\tb", "x\n=1+1\ny", 'x\n"=1+1', "x; \u3000＝1+1", "x;;@SUM(A1)"),
)


@pytest.mark.parametrize("to", ["csv", "nbgrader", "gradescope", "moodle"])
def test_no_cell_is_a_formula_wherever_a_spreadsheet_parts_cells(tmp_path: Path, to: str) -> None:
    folder = graded(tmp_path / "o", *(says(place, said) for place, said in enumerate(FORMULAS)), missing=())
    header, first, _ = MOODLE_EN.splitlines()
    lines = [header, *(first.replace("900100", str(900100 + place)) for place in range(len(FORMULAS)))]
    template = "\n".join(lines) if to == "moodle" else None
    (place,) = export(to, wish(folder, template, feedback=to == "csv")).files
    text = (place / "grades.csv" if place.is_dir() else place).read_bytes().decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert {"7.25", "17.25"}.intersection(cells)
    cells += re.split(r"[;\t\r\n]", text)  # where semicolons and tabs part cells, commas and their quotes are text
    starts = [unicodedata.normalize("NFKC", cell).strip('" \t\r\n')[:2] for cell in cells if cell != "-"]
    assert not [start for start in starts if start.startswith(("=", "+", "-", "@"))]


def says(place: int, said: str) -> Report:
    """A student who is called `said` and gets it as feedback."""
    identity = Identity(name=said, number=f"2023{place:04}", lms_id=str(900100 + place), login=said)
    one = student(identity, 7.25)
    finding = one.scores[0].findings[0].model_copy(update={"feedback": said})
    first = one.scores[0].model_copy(update={"findings": (finding,)})
    return one.model_copy(update={"scores": (first, *one.scores[1:])})


def test_control_characters_do_not_break_a_workbook(tmp_path: Path) -> None:
    (file,) = export("xlsx", wish(graded(tmp_path / "o", student(Identity(name="a\x01b", number="1"))))).files
    assert sheets(file)["totals"][1][1] == "a\ufffdb"


def test_json_holds_everything(out: Path) -> None:
    (file,) = export("json", wish(out), provisional="mark").files
    plain = json.loads(file.read_bytes())
    assert plain["assignment"] == "hw"
    assert [one["status"] for one in plain["students"]] == ["final", "final", "final", "provisional", "missing"]
    lee = plain["students"][1]
    assert (lee["points"], lee["total"], lee["identity"]["login"]) == ({"P1.1": 7.25, "P2": 0}, 7.25, "doyun")
    assert plain["students"][3]["reasons"] == {"P1.1": "a person should look"}
    assert plain["students"][3]["total"] is None


def test_nbgrader_has_its_columns_and_real_quoting(out: Path) -> None:
    done = export("nbgrader", wish(out, feedback=True))
    file, archive = done.files
    header, *body = rows(file.read_bytes(), "utf-8")
    assert ",".join(header) == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,"
        "max_score"
    )
    assert body[0] == ["hw", "", "", "20231001", "김", "서연", "kim@univ.example", "30", "0", "30", "30"]
    assert body[1][3:6] == ["20231002", "Lee", '"Doyun"']
    assert body[3][3:] == ["20231009", "박", "하준", "", "", "", "", "30"]
    with zipfile.ZipFile(archive) as zipped:
        assert zipped.namelist()[0] == "feedback/20231001/hw/feedback.html"


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        *(
            ("남궁민", "남궁", "민"),
            ("제갈공명", "제갈", "공명"),
            ("황보관", "황보", "관"),
            ("선우은숙", "선우", "은숙"),
        ),
        *(("서문재", "서", "문재"), ("선우진", "선", "우진"), ("남궁", "남", "궁"), ("김서연", "김", "서연")),
    ],
)
def test_korean_names_end_their_family_s_where_people_do(tmp_path: Path, name: str, family: str, given: str) -> None:
    folder = graded(tmp_path / "o", student(Identity(name=name, number="1")))
    _, row = rows(export("nbgrader", wish(folder)).files[0].read_bytes(), "utf-8")[:2]
    assert row[4:6] == [family, given]


def test_gradescope_has_results_for_who_has_a_grade(out: Path) -> None:
    done = export("gradescope", wish(out), out.parent / "scope", "mark")
    folder = done.files[0]
    results = {file.parent.name: json.loads(file.read_bytes()) for file in folder.glob("*/results.json")}
    assert sorted(results) == sorted(map(file_name, ["20231001 김서연", LEE_CALLED, f"20231003 {EVIL.name}"]))
    lee = results[file_name(LEE_CALLED)]
    assert (lee["score"], lee["visibility"]) == (7.25, "visible")
    assert lee["tests"][0] == {
        **{"score": 7.25, "max_score": 20, "status": "failed", "name": "P1.1", "number": "1"},
        **{"output": "• runs 7.25/20: ?", "output_format": "text", "visibility": "visible"},
    }
    found = by_name(folder / "grades.csv", "SID")
    assert found["20231001"]["Total Score"] == "30"
    assert (found["20231005"]["Total Score"], found["20231005"]["Status"]) == ("", "Ungraded")
    assert (found["20231009"]["Total Score"], found["20231009"]["Status"]) == ("", "Missing")
    assert found["20231002"]["P1.1 (20.0 pts)"] == "7.25"


LEE_CALLED = f"{LEE.number} {LEE.name}"


def test_what_students_may_not_see_is_not_in_their_feedback(tmp_path: Path) -> None:
    hidden = HOMEWORK.items[0].model_copy(update={"visibility": "after_due"})
    of = HOMEWORK.model_copy(update={"items": (hidden, HOMEWORK.items[1])})
    folder = graded(tmp_path / "o", student(LEE, 7.25, 3), of=of)
    assert grades_in(folder)[0].words == "P1.1 7.25/20\n\nP2 3/10\n• runs 3/10: ?"
    file = export("gradescope", wish(folder)).files[0] / file_name(LEE_CALLED) / "results.json"
    assert json.loads(file.read_bytes())["tests"][0]["visibility"] == "after_due_date"


# ---------------------------------------------------------------- Canvas


def test_canvas_changes_the_grades_and_no_other_byte(out: Path) -> None:
    done = export("canvas", wish(out, CANVAS, column="555"))
    expected = CANVAS.replace('""x""",,9.50', '""x""",30.00,9.50').replace("=cmd,12.00", "=cmd,7.25")
    expected = expected.replace("evil,A,,,EX", "evil,A,,3.50,EX")
    assert done.files[0].read_bytes() == expected.encode()
    assert (done.written, done.column) == (3, "HW1: regression (555)")
    assert told(done)["in the template, left as they were"] == ("Someone Else",)


def test_canvas_reads_back_field_by_field(out: Path) -> None:
    (file,) = export("canvas", wish(out, CANVAS, column="HW1: regression")).files
    before, after = rows(CANVAS.encode()), rows(file.read_bytes())
    changed = {(n, m) for n, row in enumerate(before) for m, cell in enumerate(row) if after[n][m] != cell}
    assert changed == {(3, 6), (4, 6), (5, 6)}
    assert [after[n][6] for n in (3, 4, 5)] == ["30.00", "7.25", "3.50"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("x,41000,,,A,,,,", "ID"),
        ("x,7,20231001,,A,,,,", "SIS User ID"),
        ("x,7,,KIM@univ.example,A,,,,", "SIS Login ID"),
        ("김서연,7,,,A,,,,", "name"),
        ('"서연, 김",7,,,A,,,,', "sortable name"),
    ],
)
def test_canvas_finds_students_by_whatever_it_has(tmp_path: Path, line: str, why: str) -> None:
    folder = graded(tmp_path / "o", student(KIM))
    head = "".join(CANVAS.split("\r\n")[n] + "\r\n" for n in (0, 2))
    (file,) = export("canvas", wish(folder, head + line, column="555")).files
    assert rows(file.read_bytes())[2][6] == "30.00", why


def test_canvas_gives_a_grade_to_nobody_rather_than_to_the_wrong_one(tmp_path: Path) -> None:
    twins = [Identity(name="김서연", number="20231001"), Identity(name="김서연", number="20231002")]
    folder = graded(tmp_path / "o", *map(student, twins), student(Identity(name="A B")), student(Identity(name="B A")))
    head = "".join(CANVAS.split("\r\n")[n] + "\r\n" for n in (0, 2))
    lines = "김서연,1,20239998,,A,,,,\r\n김서연,2,20231002,,A,,,,\r\nA B,3,,,A,,,,\r\n"
    done = export("canvas", wish(folder, head + lines, column="555"))
    assert [row[6] for row in rows(done.files[0].read_bytes())[2:]] == ["", "30.00", ""]
    assert told(done)["not in the template, so not exported"] == (
        "20231001 김서연",
        " A B (line 5 fits 2 hand-ins)",
        " B A (line 5 fits 2 hand-ins)",
    )


def test_a_moodle_number_is_no_canvas_id(tmp_path: Path) -> None:
    moodle = Identity(name="Other", lms_id="41000")
    folder = graded(tmp_path / "o", student(moodle, uploaded_as="Other_41000_assignsubmission_file_"))
    done = export("canvas", wish(folder, CANVAS, column="555"))
    assert done.files[0].read_bytes() == CANVAS.encode()


def test_the_column_is_found_by_the_assignment_s_name(tmp_path: Path) -> None:
    named = student(KIM, assignment="hw2", max_points=10, scores=(report("x").scores[1],), total=10)
    of = HOMEWORK.model_copy(update={"id": "hw2"})
    done = export("canvas", wish(graded(tmp_path / "o", named, of=of), CANVAS))
    assert done.column == "HW2 (556)"


def test_a_maximum_of_its_own_is_refused_or_converted(out: Path) -> None:
    with pytest.raises(GraderError, match=r"out of 10 points, this assignment out of 30.*--scale"):
        export("canvas", wish(out, CANVAS, column="556"))
    done = export("canvas", wish(out, CANVAS, column="556", scale=True))
    found = rows(done.files[0].read_bytes())
    assert [found[n][7] for n in (3, 4, 5)] == ["10.00", "2.42", "EX"]
    assert told(done)["excused or not assigned in Canvas, so left as they were"] == (f"20231003 {EVIL.name}",)


def test_semicolons_commas_and_cp949_are_kept(out: Path) -> None:
    text = 'Student;ID;Section;HW1 (5)\n    Points Possible;;;30,00\n김서연;41000;가;\n"Lee";"41007";"A";""\n'
    done = export("canvas", wish(out, text.encode("cp949")))
    expected = text.replace("가;\n", "가;30,00\n").replace('"A";""', '"A";"7,25"')
    assert done.files[0].read_bytes() == expected.encode("cp949")


@pytest.mark.parametrize(
    ("template", "options", "said"),
    [
        (None, {}, "--template"),
        (
            CANVAS,
            {"column": "HW9"},
            r"no column for HW9: choose one with --column by title or number: HW1: regression \(555\), HW2",
        ),
        (CANVAS, {}, "which column is hw: .*--column"),
        (CANVAS, {"column": "Final Score"}, "no column for Final Score"),
        ("a,b\n1,2\n", {}, "no gradebook of Canvas.*Grades > Export"),
        ("", {}, "no gradebook of Canvas"),
        ('Student,ID,Section,"HW1 (5)\nx', {}, "line 1: a quote does not end"),
        (b"PK\x03\x04", {}, "spreadsheet: download the template as CSV"),
        (b"Student,ID\xff\xff\x80", {}, "neither UTF-8 nor CP949"),
        ("Student,ID,Section,HW1 (5)\nKim,41000\n", {}, "line 2 has fewer cells"),
    ],
)
def test_a_bad_template_is_one_sentence_and_nothing_is_written(
    out: Path, template: str | bytes | None, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(GraderError, match=said):
        export("canvas", wish(out, template, **options))
    assert not (out / "exports").exists()


# ---------------------------------------------------------------- Moodle


def test_moodle_in_korean_changes_grades_and_comments_only(out: Path) -> None:
    done = export("moodle", wish(out, MOODLE_KO))
    before, after = rows(MOODLE_KO.encode()), rows(done.files[0].read_bytes())
    changed = {(n, m): after[n][m] for n, row in enumerate(before) for m, cell in enumerate(row) if after[n][m] != cell}
    assert changed == {
        (1, 4): "30.00",
        (1, 10): "P1.1 20/20<br>• runs 20/20: 통과<br><br>P2 10/10<br>• runs 10/10: 통과",
        (2, 4): "7.25",
        (3, 4): "3.50",
        (3, 10): "P1.1 0/20<br>• runs 0/20: ?<br><br>P2 3.5/10<br>• runs 3.5/10: ?",
    }
    undone = read(done.files[0]).with_cells({(n, m): before[n][m] for n, m in changed})
    assert undone.encoded() == MOODLE_KO.encode()
    assert told(done)["a person's comment is there already, so it was left"] == (LEE_CALLED,)
    assert told(done)["in the template, left as they were"] == ("박하준",)


def test_moodle_in_english_without_mark_and_with_quotes_kept(out: Path) -> None:
    (file,) = export("moodle", wish(out, MOODLE_EN)).files
    content = file.read_bytes().decode()
    assert 'Submitted,30.00,30.00,Yes,-,-,"P1.1 20/20<br>' in content
    assert rows(content.encode())[2][9].startswith("P1.1 7.25/20<br>")  # our own of an earlier export


def test_moodle_columns_are_found_in_a_language_that_is_not_known(out: Path) -> None:
    text = (
        "Tunniste,Nimi,Tila,Arvio,Enintään,Muutettavissa,Muokattu (palautus),Muokattu (arvio),Sanottua\n"
        "Osallistuja 900100,김서연,ok,,30.00,k,-,-,\n"
        "Osallistuja 900101,Doyun Lee,ok,1,30.00,k,-,-,\n"
    )
    done = export("moodle", wish(out, text))
    assert done.column == "Arvio"
    found = rows(done.files[0].read_bytes())
    assert told(done)["not in the template, so not exported"] == (f"20231003 {EVIL.name}",)
    assert [row[3] for row in found] == ["Arvio", "30.00", "7.25"]
    assert found[1][8].startswith("P1.1 20/20")


def test_a_comment_has_no_sign_that_php_reads_otherwise(tmp_path: Path) -> None:
    said = report("x", 5).scores[0]
    spoken = said.findings[0].model_copy(update={"feedback": 'a "b" \\'})
    one = student(KIM, 5, scores=(said.model_copy(update={"findings": (spoken,)}), report("x").scores[1]), total=15)
    (file,) = export("moodle", wish(graded(tmp_path / "o", one), MOODLE_EN)).files
    assert "a &quot;b&quot; &#92;" in rows(file.read_bytes())[1][9]


def test_moodle_marks_who_waits_without_a_grade(tmp_path: Path) -> None:
    folder = graded(tmp_path / "o", student(KIM, None), student(LEE))
    (file,) = export("moodle", wish(folder, MOODLE_EN), provisional="mark").files
    row = rows(file.read_bytes())[1]
    assert (row[4], row[9][:10]) == ("", "P1.1 ?/20<")


def test_a_doubtful_repair_is_no_grade_yet(tmp_path: Path) -> None:
    repair = Repair(kind="path", cell=1, what="a", instead="b", review=True)
    run = ExecutionSummary(status="ok", seconds=1, repairs=(repair,))
    folder = graded(tmp_path / "o", student(KIM, execution=run, status="provisional"), student(LEE, 7.25, 0))
    for to, template in (("moodle", MOODLE_EN), ("canvas", CANVAS)):
        (file,) = export(to, wish(folder, template, column="555" if to == "canvas" else None), provisional="mark").files
        assert "30.00,30.00" not in file.read_text(encoding="utf-8")
        assert ",30.00,9.50" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("a,b\nx,y\n", "no worksheet of Moodle"),
        (MOODLE_EN.replace(",30.00", ",100.00"), "line 2 is out of 100 points, this assignment out of 30"),
        (MOODLE_EN.replace("Maximum Grade", "Scale").replace(",30.00", ",Good"), "graded by a scale"),
        (MOODLE_EN + "Participant 900102,=cmd|' /C calc'!A0\n", "line 4 has fewer cells"),
    ],
)
def test_a_bad_worksheet_is_one_sentence(out: Path, template: str, said: str) -> None:
    with pytest.raises(GraderError, match=said):
        export("moodle", wish(out, template))


# ---------------------------------------------------------------- feedback files


def test_canvas_takes_feedback_back_under_the_upload_s_own_name(tmp_path: Path) -> None:
    uploads = ("김서연_LATE_41000_8001_hw1-1.ipynb", "lee_41007_8002_보고서.pdf", "evil_41014_text.html")
    people = (KIM, LEE, EVIL)
    folder = graded(tmp_path / "o", *(student(p, uploaded_as=u) for p, u in zip(people, uploads, strict=True)))
    done = export("canvas", wish(folder, CANVAS, column="555", feedback=True))
    with zipfile.ZipFile(done.files[1]) as archive:
        assert archive.namelist() == [uploads[0], "lee_41007_8002_보고서.html"]
        back = json.loads(archive.read(uploads[0]))
    for name, student_id, upload in (("김서연_LATE_41000_8001_hw1-1.ipynb", "41000", "8001"),):
        assert [part for part in name.split("_") if part.isdigit()][:2] == [student_id, upload]
    assert "30/30" in back["cells"][0]["source"]
    assert "**P2 10/10**\n\n- runs 10/10" in back["cells"][0]["source"]
    assert back["cells"][1]["source"] == "print(1)"
    assert (f"20231003 {EVIL.name}",) in told(done).values()


def moodle_takes(path: str) -> tuple[int, str]:
    """Whose a file is and what it is called, as Moodle's importer of feedback files reads its path."""
    parts = path.split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) >= 4 and info[1].isdigit() and info[2:4] == ["assignsubmission", "file"]:
            return int(info[1]), "/".join([*info[4:], *parts])
    raise AssertionError(path)


def test_moodle_takes_feedback_back_by_the_worksheet_s_number(tmp_path: Path) -> None:
    folder = graded(tmp_path / "o", student(KIM, uploaded_as="김서연_900100_assignsubmission_file_"), student(LEE))
    done = export("moodle", wish(folder, MOODLE_EN, feedback=True), tmp_path / "back.csv")
    assert done.files == (tmp_path / "back.csv", tmp_path / "back-feedback.zip")
    with zipfile.ZipFile(done.files[1]) as archive:
        names = archive.namelist()
        assert archive.read(names[0]) == b"<p>30.0"
    assert list(map(moodle_takes, names)) == [(900100, "feedback.html"), (900101, "feedback.html")]
    assert names[0] == "김서연_900100_assignsubmission_file_feedback.html"


def test_names_of_exports_are_kept_from_zip_to_report(tmp_path: Path, homework: Assignment) -> None:
    entries = {
        "kim_41000_8001_hw1.ipynb": notebook("x = 1"),
        "kim_41000_8002_hw1-1.ipynb": notebook("x = 2"),
        "lee_LATE_41007_8003_hw1.ipynb": notebook("x = 3"),
    }
    packed(tmp_path / "zip" / "submissions.zip", entries)
    with zipfile.ZipFile(tmp_path / "zip" / "submissions.zip") as archive:
        archive.extractall(tmp_path / "class")
    found = {one.student: one.uploaded_as for one in collect([tmp_path / "class"], homework)}
    assert found == {"kim": "kim_41000_8002_hw1-1.ipynb", "lee": "lee_LATE_41007_8003_hw1.ipynb"}


def test_a_folder_of_moodle_is_kept_too(tmp_path: Path) -> None:
    folder = tmp_path / "김서연_900100_assignsubmission_file_"
    folder.mkdir()
    (folder / "hw1.ipynb").write_bytes(notebook("x = 1"))
    (hand_in,) = Layouts().of_class(of_folder(tmp_path, of_class=True), tmp_path).hand_ins
    assert hand_in.uploaded_as("hw1.ipynb") == folder.name
    joined = replace(hand_in, files={"a": folder}, exported={})
    assert (joined.uploaded_as("a"), HandIn("x", folder, "x").uploaded_as(None)) == ("", "")


# ---------------------------------------------------------------- the folder, the command


def test_a_sheet_that_is_read_and_written_is_the_same_bytes(tmp_path: Path) -> None:
    for n, content in enumerate(
        (
            CANVAS.encode(),
            MOODLE_KO.encode(),
            b"",
            b"\n",
            b"a,b,\r\n,\r\n\r\n",
            b'"a" x,"b""",c\rd',
            "a\t가\r\n".encode("utf-16"),
            "성적;가\n".encode("cp949"),
        )
    ):
        file = tmp_path / f"{n}.csv"
        file.write_bytes(content)
        assert read(file).encoded() == content


def test_reports_of_an_earlier_class_are_named_and_left_out(out: Path) -> None:
    old = student(Identity(name="Old", number="20220001"))
    (out / "reports" / "old.json").write_text(old.model_dump_json(), encoding="utf-8")
    done = export("csv", wish(out))
    assert told(done)["of an earlier run, so left out"] == ("20220001 Old",)
    (out / "class.json").unlink()  # of a version that did not write it
    assert "20220001 Old" in by_name(export("csv", wish(out)).files[0])


@pytest.mark.parametrize("to", FORMATS)
def test_a_folder_without_reports_is_one_sentence(tmp_path: Path, to: str) -> None:
    with pytest.raises(GraderError, match="holds no reports"):
        export(to, wish(tmp_path))


def test_damaged_and_mixed_reports_are_named(out: Path, tmp_path: Path) -> None:
    file = out / "reports" / "x.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(GraderError, match=r"x\.json is not a report"):
        export("csv", wish(out))
    file.unlink()
    (out / "class.json").write_text("[]", encoding="utf-8")
    with pytest.raises(GraderError, match=r"class\.json cannot be read"):
        export("csv", wish(out))
    mixed = graded(tmp_path / "mixed", student(KIM), student(LEE, assignment="hw2"))
    with pytest.raises(GraderError, match="several assignments"):
        export("csv", wish(mixed))


def test_places_that_would_lose_something_are_refused(out: Path) -> None:
    asked = wish(out, CANVAS, column="555")
    with pytest.raises(GraderError, match="the template, which would be lost"):
        export("canvas", asked, asked.template)
    with pytest.raises(GraderError, match="is a folder"):
        export("csv", wish(out), out)
    with pytest.raises(GraderError, match="not empty"):
        export("gradescope", wish(out), out)
    with pytest.raises(GraderError, match="takes no template"):
        export("csv", asked)


@pytest.mark.parametrize("name", ["gradebook.db", "class.json", "reports/20231001.json", "grades.csv"])
def test_no_export_takes_the_place_of_a_result(out: Path, name: str) -> None:
    place = out / name
    before = place.read_bytes() if place.exists() else None
    with pytest.raises(GraderError, match="is among the results, which would be lost"):
        export("csv", wish(out), place)
    assert (place.read_bytes() if place.exists() else None) == before
    assert export("csv", wish(out), out / "exports" / "mine.csv").files


def test_everybody_provisional_is_said(tmp_path: Path) -> None:
    folder = graded(tmp_path / "o", student(KIM, None), missing=())
    with pytest.raises(GraderError, match="--provisional mark"):
        export("csv", wish(folder))


def test_the_command_writes_and_tells(grader: Command, out: Path) -> None:
    asked = wish(out, CANVAS)
    ended = grader("export", out, "--to", "canvas", "--template", asked.template, "--column", 555, "--feedback")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "3 exported into the column HW1: regression (555)." in ended.stdout
    assert "provisional, so left out (1): 20231005 정예은" in ended.stdout
    assert (out / "exports" / "canvas-feedback.zip").exists()


def test_the_command_refuses_in_one_sentence(grader: Command, out: Path) -> None:
    ended = grader("export", out, "--to", "moodle", "--template", out / "none.csv")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.strip() == f"grader: {out / 'none.csv'} cannot be opened: No such file or directory"
