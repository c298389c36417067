"""The course list: read from what universities and learning systems give, held against the hand-ins."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from exports import notebook, roster, students
from test_intake import answer, canvas, collected, packed, texts

from grader.errors import GraderError
from grader.intake.roster_file import read

CLASS = students()


def listed(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "roster.csv"
    file.write_bytes(text.encode(encoding))
    return file


def called(file: Path) -> list[str]:
    found = read(file)
    return [found.called(student) for student in found.students]


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    file = roster(tmp_path / "r.csv", CLASS, encoding, delimiter)
    assert called(file) == [one.called for one in CLASS]
    assert read(file).students[1].lms_id == str(CLASS[1].user)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Student ID,Full name,Email address\n20231001,Kim Seoyeon,k@x\n", ["20231001 Kim Seoyeon"]),
        ("First name,Last name,ID number\nSeoyeon,Kim,20231001\n", ["20231001 Seoyeon Kim"]),
        ("성,이름,학번\n김,서연,20231001\n", ["20231001 김서연"]),
        ("이름\n김서연\n\n이도윤\n", ["김서연", "이도윤"]),
        ("성 명,학 번\n김서연,20231001\n", ["20231001 김서연"]),
        ('학번,이름\n="20231001",김서연\n', ["20231001 김서연"]),
        ("학번,이름\n'20231001,김서연\n20231002.0,이도윤\n", ["20231001 김서연", "20231002 이도윤"]),
        ("2024년 1학기 딥러닝\n\n학번,이름\n20231001,김서연\n", ["20231001 김서연"]),
        ("username,email\nseoyeon,k@x.kr\n", ["seoyeon"]),
        ("이름,아이디\n김서연,a\n김서연,b\n", ["김서연 (a)", "김서연 (b)"]),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,HW1 (77)\n"
            "    Points Possible,,,,,100\n"
            '"Kim, Seoyeon",41000,20231001,sy.kim,A,\n'
            '"Student, Test",41999,,abc,A,\n',
            ["20231001 Kim, Seoyeon"],
        ),
        ("Identifier,Full name,Status,Grade\nParticipant 900101,김서연,,\n", ["김서연"]),
        ("식별자,전체 이름,이메일 주소\n참가자 900101,김서연,k@x.kr\n", ["김서연"]),
        ("이메일 주소,성명,ID 번호\nk@x.kr,김서연,20231001\n", ["20231001 김서연"]),
        ("사용자 전체 이름,학번,이메일 주소\n김서연,20231001,k@x.kr\n", ["20231001 김서연"]),
        ("User full name,Username,ID number\nKim Seoyeon,k@x.kr,20231001\n", ["20231001 Kim Seoyeon"]),
        ("성 / 이름,ID 번호\n김서연,20231001\n", ["20231001 김서연"]),
        ("이름,한글 이름,학번\nk@x.kr,김서연,20231001\n", ["20231001 김서연"]),
        ("이름,학번\nk@x.kr,20231001\n이도윤,20231002\n", ["20231001", "20231002 이도윤"]),
        ("식별 번호,성명,상태\n참가자 900101,김서연,\n", ["김서연"]),
        ("Kennung,Name,Status\nTeilnehmer 900101,김서연,\n", ["김서연"]),
    ],
)
def test_headers_of_universities_and_learning_systems(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert called(listed(tmp_path, text)) == expected


def test_a_moodle_worksheet_gives_its_numbers(tmp_path: Path) -> None:
    for header in ("Identifier,Full name", "식별자,이름", "Kennung,Name"):
        (student,) = read(listed(tmp_path, f"{header}\nParticipant 900101,김서연\n")).students
        assert student.lms_id == "900101"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no column of a roster is recognised: give a CSV with a header line"),
        (b"a,b\n1,2\n", "no column of a roster is recognised"),
        ("학번,이름\n".encode(), "no student below the header line"),
        ("학번,이름\n1,김\n1,이\n".encode(), "lines 2 and 3 have one number, 1: correct one of them"),
        (b"PK\x03\x04", "is a spreadsheet: save it as CSV"),
        (b"\xff\x00\x81\xfe\xff\xff", "is neither UTF-8 nor CP949"),
    ],
)
def test_what_is_no_roster_is_one_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(data)
    with pytest.raises(GraderError) as refusal:
        read(file)
    assert str(refusal.value).startswith(str(file))
    assert said in str(refusal.value)
    with pytest.raises(GraderError, match=r"none\.csv cannot be opened: No such file"):
        read(tmp_path / "none.csv")


# ---------------------------------------------------------------- whose hand-in it is


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("20231001_누구_hw1", "20231001 김서연"),
        ("김서연", "20231001 김서연"),
        (unicodedata.normalize("NFD", "hw1_김서연"), "20231001 김서연"),
        ("과제1김서연최종", "20231001 김서연"),
        ("hw1-sy.kim", "20231001 김서연"),
        ("Alex Kim hw1", "20231003 Kim, Alex"),
        ("kimalex", "20231003 Kim, Alex"),
        ("hw1_alex_kim", "20231003 Kim, Alex"),
        ("허준", "20231004 허준"),
    ],
)
def test_a_hand_in_gets_the_rosters_name(tmp_path: Path, name: str, student: str) -> None:
    file = listed(
        tmp_path,
        '학번,이름,아이디\n20231001,김서연,sy.kim\n20231002,이도윤,doyun\n20231003,"Kim, Alex",alex\n20231004,허준,\n',
    )
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / f"{name}.ipynb").write_bytes(answer("답"))
    found = collected(tmp_path / "class", roster=file)
    assert [submission.student for submission in found.submissions] == [student]
    assert found.strangers == ()
    assert len(found.missing) == 3
    assert student not in found.missing


def test_a_number_with_another_ones_name_is_told(tmp_path: Path) -> None:
    file = listed(tmp_path, "학번,이름\n20231001,김서연\n20231002,이도윤\n")
    (tmp_path / "20231001_이도윤.ipynb").write_bytes(answer("답"))
    (submission,) = collected(tmp_path / "20231001_이도윤.ipynb", roster=file).submissions
    assert submission.student == "20231001 김서연"
    assert submission.warnings == ("the number is that of 김서연, but the name says 이도윤",)


def test_a_romanised_name_beside_a_known_number_is_no_news(tmp_path: Path) -> None:
    file = listed(tmp_path, "Student,ID,SIS User ID\n김서연,41001,20231001\n이도윤,41002,20231002\n")
    export = packed(
        tmp_path / "submissions.zip",
        {"kimseoyeon_41001_501_hw1.ipynb": answer("답"), "이영희_41002_502_hw1.ipynb": answer("답")},
    )
    first, second = collected(export, roster=file).submissions
    assert (first.student, first.warnings) == ("20231001 김서연", ())
    assert second.warnings == ("the id is that of 이도윤, but the name says 이영희",)


def test_a_name_that_two_have_is_nobodys(tmp_path: Path) -> None:
    file = listed(tmp_path, "학번,이름\n20231001,김서연\n20231002,김서연\n20231003,이도윤\n")
    (tmp_path / "김서연.ipynb").write_bytes(answer("답"))
    found = collected(tmp_path / "김서연.ipynb", roster=file)
    assert found.strangers == ("김서연",)
    assert found.missing == ("20231001 김서연", "20231002 김서연", "20231003 이도윤")
    said = "the roster has 2 students of this name (20231001 김서연, 20231002 김서연), so it is nobody's"
    assert found.submissions[0].warnings == (said,)
    assert found.submissions[0].identity.enrolled is False


def test_a_stranger_of_an_enrolled_ones_name_does_not_take_it(tmp_path: Path) -> None:
    file = listed(tmp_path, "이름,ID\n김서연,41000\n")
    entries = {f"김서연_{user}_{upload}_hw1.ipynb": answer(user) for user, upload in (("41001", 1), ("41000", 2))}
    found = collected(packed(tmp_path / "s.zip", entries), roster=file)
    assert found.missing == ()
    assert "김서연" in {s.student for s in found.submissions}


def test_two_hand_ins_of_one_student_are_put_together(tmp_path: Path) -> None:
    file = listed(tmp_path, "학번,이름\n20231001,김서연\n")
    for folder, name in (("a", "김서연_hw1.ipynb"), ("b", "20231001.ipynb")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(answer(folder))
    (submission,) = collected(tmp_path / "a", tmp_path / "b", roster=file).submissions
    assert submission.student == "20231001 김서연"
    assert "handed in more than once" in submission.warnings[0]
    assert "several notebooks" in submission.warnings[1]


def test_a_loose_document_counts_if_the_roster_knows_its_owner(tmp_path: Path) -> None:
    file = listed(tmp_path, "학번,이름\n20231001,김서연\n20231002,이도윤\n")
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "김서연 P1.md").write_text("답입니다", encoding="utf-8")
    (tmp_path / "class" / "syllabus.pdf").write_bytes(b"x")
    (tmp_path / "class" / "이도윤.ipynb").write_bytes(answer("답"))
    found = collected(tmp_path / "class", roster=file)
    assert [s.student for s in found.submissions] == ["20231001 김서연", "20231002 이도윤"]
    assert found.submissions[0].answers["P1"].text == "답입니다"
    assert (found.missing, found.strangers, found.unused) == ((), (), ("syllabus.pdf",))


def test_a_class_with_missing_students_and_a_stranger(tmp_path: Path) -> None:
    handed_in, away = CLASS[:27], CLASS[27:]
    entries = {canvas(one, "hw1.ipynb", 5): answer(one.number) for one in handed_in}
    entries["강나그네_99999_5_hw1.ipynb"] = notebook("#md # P1\n나그네")
    file = packed(tmp_path / "submissions.zip", entries)
    listed_in = roster(tmp_path / "roster.csv", CLASS, "cp949", ";")
    found = collected(file, roster=listed_in)
    assert found.missing == tuple(one.called for one in away)
    assert found.strangers == ("강나그네",)
    expected = {one.called: one.number for one in handed_in} | {"강나그네": "나그네"}
    assert texts(file, roster=listed_in) == expected


def test_a_canvas_gradebook_and_a_moodle_worksheet_as_rosters(tmp_path: Path) -> None:
    entries = {canvas(one, "hw1.ipynb", 5): answer(one.number) for one in CLASS}
    gradebook = "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n" + "".join(
        f"{one.name},{one.user},{one.number},s{one.number},A\n" for one in CLASS
    )
    found = texts(packed(tmp_path / "c.zip", entries), roster=listed(tmp_path, gradebook, "utf-8-sig"))
    assert found == {one.called: one.number for one in CLASS}
    blind = {f"참가자_{one.participant}_assignsubmission_file_/hw1.ipynb": answer(one.number) for one in CLASS}
    sheet = "식별자,성명,상태,성적\n" + "".join(f"참가자 {one.participant},{one.name},,\n" for one in CLASS)
    found = texts(packed(tmp_path / "m.zip", blind), roster=listed(tmp_path, sheet))
    names = [one.name for one in CLASS]
    assert found == {
        f"{one.name} ({one.participant})" if names.count(one.name) > 1 else one.name: one.number for one in CLASS
    }
