"""Whose a file is: exports of learning systems, teachers' folders, names; and which of several notebooks counts."""

from __future__ import annotations

import datetime as dt
import os
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from exports import Student, notebook, packed, pdf, renamed, roster, students, zipped
from test_submissions import HOMEWORK

from grader.intake.room import Room
from grader.intake.roster_file import read as read_roster
from grader.model import Assignment, Deadline, Submission
from grader.submissions import Class, collect_class

GOOD = notebook("#md # P1\n답")


def answer(text: str) -> bytes:
    return notebook(f"#md # P1\n{text}")


def collected(*paths: Path, roster: Path | None = None, assignment: Assignment = HOMEWORK) -> Class:
    with Room() as room:
        theirs = collect_class(paths, assignment, room=room, roster=read_roster(roster) if roster else None)
        return replace(theirs, submissions=tuple(theirs.submissions))


def found(*paths: Path, roster: Path | None = None) -> dict[str, Submission]:
    return {submission.student: submission for submission in collected(*paths, roster=roster).submissions}


def texts(*paths: Path, roster: Path | None = None) -> dict[str, str | None]:
    """By student the answer to P1; None without a notebook."""
    return {n: s.answers["P1"].text if "P1" in s.answers else None for n, s in found(*paths, roster=roster).items()}


# ---------------------------------------------------------------- Canvas


def canvas(one: Student, file: str, upload: int, *, late: bool = False) -> str:
    return f"{one.name}{'_LATE' if late else ''}_{one.user}_{upload}_{file}"


def test_a_canvas_zip_is_a_class(tmp_path: Path) -> None:
    kim, lee, park = students(3)
    file = packed(
        tmp_path / "submissions.zip",
        {
            canvas(kim, "hw1.ipynb", 501): answer("하나"),
            canvas(kim, "utils.py", 502): b"x = 1",
            canvas(lee, "HW1_final (2).ipynb", 503, late=True): answer("둘"),
            f"{park.name}_{park.user}_text.html": "<p>P1</p><p>온라인 답</p>".encode(),
        },
    )
    theirs = found(file)
    assert list(theirs) == sorted(one.name for one in (kim, lee, park))
    assert theirs[kim.name].answers["P1"].text == "하나"
    assert list(theirs[kim.name].files) == ["utils.py"]
    assert [theirs[one.name].late for one in (kim, lee, park)] == [False, True, False]
    assert theirs[lee.name].identity.lms_id == str(lee.user)
    assert theirs[park.name].answers["P1"].text == "온라인 답"
    assert theirs[park.name].only_documents


def test_the_newest_upload_counts_and_it_is_told(tmp_path: Path) -> None:
    kim = students(1)[0]
    for number, uploads in enumerate(({"hw1.ipynb": 9, "hw1-1.ipynb": 12}, {"hw1-2.ipynb": 7, "hw1.ipynb": 5})):
        entries = {canvas(kim, name, upload): answer(f"{upload}") for name, upload in uploads.items()}
        entries[canvas(kim, "hw1-1.ipynb", 6)] = answer("6" * 500)
        file = packed(tmp_path / f"{number}.zip", entries)
        (theirs,) = found(file).values()
        newest = max(uploads.values())
        assert theirs.answers["P1"].text == str(newest)
        assert any("handed in again: the newest, hw1-" in warning for warning in theirs.warnings)


def test_two_students_of_one_name_stay_two(tmp_path: Path) -> None:
    kim, other = students(11)[0], students(11)[10]
    assert kim.name == other.name
    file = packed(tmp_path / "s.zip", {canvas(one, "hw1.ipynb", one.user): answer(one.number) for one in (kim, other)})
    assert texts(file) == {f"{one.name} ({one.user})": one.number for one in (kim, other)}
    assert texts(file, roster=roster(tmp_path / "r.csv", students())) == {
        one.called: one.number for one in (kim, other)
    }


def test_an_anonymous_canvas_zip(tmp_path: Path) -> None:
    entries = {"anon_Ab1c9_501_hw1.ipynb": answer("하나"), "anon_Zx8yw_LATE_502_hw1.ipynb": answer("둘")}
    theirs = found(packed(tmp_path / "s.zip", entries))
    assert {name: (s.answers["P1"].text, s.late) for name, s in theirs.items()} == {
        "anon Ab1c9": ("하나", False),
        "anon Zx8yw": ("둘", True),
    }


def test_an_unpacked_canvas_zip_and_one_in_a_folder(tmp_path: Path) -> None:
    kim, lee = students(2)
    for one in (kim, lee):
        file = tmp_path / "unpacked" / canvas(one, "hw1.ipynb", 5)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(answer(one.number))
    inner = zipped({canvas(one, "hw1.ipynb", 5): answer(one.number) for one in (kim, lee)})
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "submissions.zip").write_bytes(inner)
    for path in (tmp_path / "unpacked", tmp_path / "downloads", packed(tmp_path / "x.zip", {"submissions.zip": inner})):
        assert texts(path) == {kim.name: kim.number, lee.name: lee.number}


def test_a_teachers_own_names_are_not_taken_for_canvas(tmp_path: Path) -> None:
    for number, name in (("20231111", "김서연"), ("20231112", "이도윤")):
        (tmp_path / f"hw1_{number}_1_{name}.ipynb").write_bytes(answer(name))
    assert texts(tmp_path) == {"20231111 김서연": "김서연", "20231112 이도윤": "이도윤"}


# ---------------------------------------------------------------- Moodle


def test_a_moodle_zip_with_folders_and_online_text(tmp_path: Path) -> None:
    entries = {
        "김서연_900101_assignsubmission_file_/hw1.ipynb": answer("하나"),
        "김서연_900101_assignsubmission_file_/model.py": b"x = 1",
        "김서연_900101_assignsubmission_onlinetext/onlinetext.html": "<h2>P1</h2><p>온라인</p>".encode(),
        "Alex Kim_900102_assignsubmission_file/sub/hw1.ipynb": answer("둘"),
    }
    theirs = found(packed(tmp_path / "m.zip", entries))
    assert {name: s.answers["P1"].text for name, s in theirs.items()} == {"김서연": "하나\n\n온라인", "Alex Kim": "둘"}
    assert list(theirs["김서연"].files) == ["model.py", "onlinetext.html"]
    assert theirs["김서연"].identity.lms_id == "900101"


def test_a_flat_moodle_zip_and_a_blind_one(tmp_path: Path) -> None:
    flat = {
        "김서연_900101_assignsubmission_file_hw1.ipynb": answer("하나"),
        "이도윤_900102_assignsubmission_file_hw1.ipynb": answer("둘"),
    }
    assert texts(packed(tmp_path / "flat.zip", flat)) == {"김서연": "하나", "이도윤": "둘"}
    for word in ("Participant", "참가자"):
        blind = {f"{word}_{n}_assignsubmission_file/hw1.ipynb": answer(str(n)) for n in (123, 124)}
        assert texts(packed(tmp_path / f"{word}.zip", blind)) == {f"{word} 123": "123", f"{word} 124": "124"}
    one = {"Participant_7_assignsubmission_file/hw1.ipynb": answer("7")}
    assert texts(packed(tmp_path / "one.zip", one)) == {"Participant 7": "7"}


# ---------------------------------------------------------------- nbgrader, Gradescope, git


def test_an_nbgrader_tree_with_its_timestamps(tmp_path: Path) -> None:
    for student, hour in (("kim", "15"), ("lee", "16")):
        folder = tmp_path / "course" / "submitted" / student / "hw1"
        folder.mkdir(parents=True)
        (folder / "homework.ipynb").write_bytes(answer(student))
        (folder / "timestamp.txt").write_text(f"2024-03-02 {hour}:58:23.948203 Asia/Seoul")
    (tmp_path / "course" / "submitted" / "lee" / "hw1" / "timestamp.txt").write_text("yesterday")
    release = tmp_path / "course" / "release" / "hw1" / "homework.ipynb"
    release.parent.mkdir(parents=True)
    release.write_bytes(GOOD)
    for path in (tmp_path / "course", tmp_path / "course" / "submitted"):
        theirs = found(path)
        assert {name: s.answers["P1"].text for name, s in theirs.items()} == {"kim": "kim", "lee": "lee"}
        assert theirs["kim"].submitted_at == dt.datetime(2024, 3, 2, 6, 58, 23, 948203, dt.UTC)
        assert theirs["lee"].submitted_at is None
        assert "timestamp.txt cannot be read: `yesterday` is no moment" in theirs["lee"].warnings


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-04-03 20:58:23.948203 KST", "2026-04-03 11:58:23.948203"),
        ("2026-04-03 20:58:00 EDT", "2026-04-04 00:58:00"),
        ("2026-01-03 20:58:00.000000 PST", "`PST` is the time of several countries: `2026-01-03 20:58:00.000000 PST`"),
        ("2026-04-03 20:58:00 IST", "`IST` is the time of several countries"),
        ("2026-04-03 20:58:00 +03", "2026-04-03 17:58:00"),
        ("2026-04-03 20:58:00 UTC+05:30", "2026-04-03 15:28:00"),
        ("2026-04-03 20:58:00 Asia/Seoul", "2026-04-03 11:58:00"),
        ("2026-04-03 20:58:00 Korea Standard Time", "there is no time zone `Korea Standard Time`"),
        ("2026-04-03 20:58:00", "2026-04-03 20:58:00"),
        ("0001-01-01 00:00:00 KST", "`0001-01-01 00:00:00 KST` is no moment"),
    ],
)
def test_zones_as_nbgrader_writes_them(tmp_path: Path, stamp: str, expected: str) -> None:
    assert told_by(stamp, tmp_path, HOMEWORK).startswith(expected)


def test_an_abbreviation_of_several_zones_is_that_of_the_deadline(tmp_path: Path) -> None:
    for zone, stamp, expected in (
        ("Asia/Kolkata", "2026-04-03 20:58:00 IST", "2026-04-03 15:28:00"),
        ("Asia/Shanghai", "2026-04-03 20:58:00 CST", "2026-04-03 12:58:00"),
        ("America/Chicago", "2026-11-01 01:30:00 CDT", "2026-11-01 06:30:00"),
        ("America/Chicago", "2026-11-01 01:30:00 CST", "2026-11-01 07:30:00"),  # an hour that clocks show twice
    ):
        there = Deadline(at=dt.datetime(2026, 4, 3, tzinfo=dt.UTC), timezone=zone)
        assert told_by(stamp, tmp_path, HOMEWORK.model_copy(update={"deadline": there})) == expected


def told_by(stamp: str, folder: Path, assignment: Assignment) -> str:
    """The moment in UTC that nbgrader's file tells, or why it tells none."""
    own = folder / "submitted" / "kim" / "hw1"
    own.mkdir(parents=True, exist_ok=True)
    (own / "hw1.ipynb").write_bytes(answer("하나"))
    (own / "timestamp.txt").write_text(stamp, encoding="utf-8")
    (one,) = collected(folder / "submitted", assignment=assignment).submissions
    if one.submitted_at is not None:
        return str(one.submitted_at.replace(tzinfo=None))
    return next(told for told in one.warnings if "timestamp" in told).removeprefix("timestamp.txt cannot be read: ")


def test_a_gradescope_export(tmp_path: Path) -> None:
    def person(name: str, sid: str) -> dict[str, str]:
        return {":name": name, ":sid": sid, ":email": f"{sid}@univ.example"}

    told = {
        "submission_11": {
            ":submitters": [person("김서연", "20231001"), person("이도윤", "20231002")],
            ":created_at": dt.datetime(2024, 3, 2, 6, 0, tzinfo=dt.UTC),
            ":score": 0.0,
        },
        "submission_12": {":submitters": [person("박하준", "20231003")], ":created_at": "2024-03-02 07:00:00 UTC"},
    }
    root = "assignment_99_export"
    entries = {
        f"{root}/submission_metadata.yml": yaml.safe_dump(told, allow_unicode=True).encode(),
        f"{root}/submission_11/hw1.ipynb": answer("둘이서"),
        f"{root}/submission_12/hw1.ipynb": answer("혼자"),
        f"{root}/submission_13/hw1.ipynb": answer("누구"),
    }
    theirs = found(packed(tmp_path / "g.zip", entries))
    assert {name: s.answers["P1"].text for name, s in theirs.items()} == {
        "20231001 김서연": "둘이서",
        "20231002 이도윤": "둘이서",
        "20231003 박하준": "혼자",
        "submission_13": "누구",
    }
    assert [said.en for said in theirs["20231001 김서연"].said] == ["handed in together with 이도윤"]
    assert theirs["20231001 김서연"].submitted_at == dt.datetime(2024, 3, 2, 6, 0, tzinfo=dt.UTC)
    assert theirs["20231003 박하준"].submitted_at == dt.datetime(2024, 3, 2, 7, 0, tzinfo=dt.UTC)


def test_broken_gradescope_metadata_is_one_sentence(tmp_path: Path) -> None:
    from grader.errors import SubmissionError

    entries = {"submission_metadata.yml": b"a: [", "submission_1/hw1.ipynb": GOOD}
    with pytest.raises(
        SubmissionError, match=r"submission_metadata\.yml cannot be read .*export the submissions again"
    ):
        collected(packed(tmp_path / "g.zip", entries))


def test_a_folder_of_git_clones(tmp_path: Path) -> None:
    for login in ("seoyeon-kim", "doyun"):
        clone = tmp_path / f"hw1-{login}"
        (clone / ".git" / "objects").mkdir(parents=True)
        (clone / ".git" / "old.ipynb").write_bytes(answer("옛"))
        (clone / "README.md").write_text("# P1\n과제 설명")
        (clone / "notebook.ipynb").write_bytes(answer(login))
    assert texts(tmp_path) == {"hw1-doyun": "doyun", "hw1-seoyeon-kim": "seoyeon-kim"}
    listed = tmp_path / "roster.csv"
    listed.write_text("학번,이름,github\n20231001,김서연,seoyeon-kim\n20231002,이도윤,doyun\n", encoding="utf-8")
    assert texts(tmp_path, roster=listed) == {"20231001 김서연": "seoyeon-kim", "20231002 이도윤": "doyun"}


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("20231234_김서연_hw1", "20231234 김서연"),
        ("김서연_20231234", "20231234 김서연"),
        ("hw1_2023-12345_김서연_최종", "2023-12345 김서연"),
        ("[과제1] 김서연(20231234)", "20231234 김서연"),
        ("20231234 Kim Seoyeon HW1", "20231234 Kim Seoyeon"),
        ("20231234", "20231234"),
        ("20231005_김서연", "20231005 김서연"),
        ("20240315_hw1", "20240315_hw1"),
        ("hw1 (1)", "hw1 (1)"),
        ("student-1", "student-1"),
    ],
)
def test_number_and_name_from_a_files_name(tmp_path: Path, name: str, student: str) -> None:
    for form in ("NFC", "NFD"):
        file = tmp_path / form / f"{unicodedata.normalize(form, name)}.ipynb"
        file.parent.mkdir()
        file.write_bytes(GOOD)
        assert list(found(file.parent)) == [student]
        assert list(found(file)) == [student]


def test_what_one_student_handed_in_under_one_number_is_put_together(tmp_path: Path) -> None:
    (tmp_path / "20231234_김서연_hw1.ipynb").write_bytes(answer("코드"))
    (tmp_path / "20231234_김서연_hw1 (1).ipynb").write_bytes(answer("다시"))
    (tmp_path / "20231234_P1.md").write_text("말로 쓴 답", encoding="utf-8")
    (theirs,) = found(tmp_path).values()
    assert theirs.student == "20231234 김서연"
    assert theirs.answers["P1"].text == "다시\n\n말로 쓴 답"
    assert any("the newest, 20231234_김서연_hw1 (1).ipynb, counts" in warning for warning in theirs.warnings)


def test_two_names_under_one_number_are_two_students(tmp_path: Path) -> None:
    for name in ("김서연", "이도윤"):
        (tmp_path / f"20231234_{name}.ipynb").write_bytes(answer(name))
    assert texts(tmp_path) == {"20231234 김서연": "김서연", "20231234 이도윤": "이도윤"}


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_korean_names_in_zips_without_a_flag(tmp_path: Path, encoding: str) -> None:
    """Windows writes CP949, macOS UTF-8 (decomposed), and neither says so."""
    name = "김서연/과제.ipynb" if encoding == "cp949" else unicodedata.normalize("NFD", "김서연/과제.ipynb")
    raw = name.encode(encoding)
    stand_in = b"a" * (len(raw) - 6) + b".ipynb"
    data = renamed(zipped({stand_in.decode(): answer("답")}), stand_in, raw, utf8=False)
    (tmp_path / "class.zip").write_bytes(data)
    assert texts(tmp_path / "class.zip") == {"김서연": "답"}


def test_companions_of_decomposed_names_are_found_by_composed_ones(tmp_path: Path) -> None:
    entries = {unicodedata.normalize("NFD", "데이터.csv"): b"1", "hw1.ipynb": GOOD}
    (theirs,) = found(packed(tmp_path / "김서연.zip", entries)).values()
    assert list(theirs.files) == ["데이터.csv"]


# ---------------------------------------------------------------- archives of classes and students


def test_a_class_packed_with_its_folder(tmp_path: Path) -> None:
    entries = {f"2024-hw1/{name}/hw1.ipynb": answer(name) for name in ("김서연", "이도윤")}
    assert texts(packed(tmp_path / "class.zip", entries)) == {"김서연": "김서연", "이도윤": "이도윤"}
    loose = {f"hw1/2023100{n}_{name}.ipynb": answer(name) for n, name in enumerate(("김서연", "이도윤"))}
    assert texts(packed(tmp_path / "loose.zip", loose)) == {"20231000 김서연": "김서연", "20231001 이도윤": "이도윤"}


def test_a_students_archive_is_named_after_it(tmp_path: Path) -> None:
    for name in ("김서연", "이도윤"):
        packed(tmp_path / f"{name}.zip", {"hw1.ipynb": answer(name), "utils.py": b"x = 1"})
    for paths in ([tmp_path], sorted(tmp_path.iterdir())):
        theirs = found(*paths)
        assert {n: s.answers["P1"].text for n, s in theirs.items()} == {"김서연": "김서연", "이도윤": "이도윤"}
        assert list(theirs["김서연"].files) == ["utils.py"]
    assert texts(tmp_path / "김서연.zip") == {"김서연": "김서연"}


def test_paths_of_the_temporary_folder_are_told_nowhere(tmp_path: Path) -> None:
    entries = {"김서연/a.ipynb": b"{", "김서연/b.ipynb": b"", "이도윤/hw1.ipynb": GOOD, "이도윤/hw2.zip": b""}
    for submission in collected(packed(tmp_path / "class.zip", entries)).submissions:
        assert not any("grader-intake" in warning or "00000" in warning for warning in submission.warnings)
        assert not any("grader-intake" in name for name in submission.files)


def test_an_archive_beside_a_notebook_is_told(tmp_path: Path) -> None:
    (tmp_path / "kim").mkdir()
    (tmp_path / "kim" / "hw1.ipynb").write_bytes(GOOD)
    (tmp_path / "kim" / "old.zip").write_bytes(zipped({"hw1.ipynb": answer("옛것")}))
    (theirs,) = found(tmp_path).values()
    assert theirs.answers["P1"].text == "답"
    assert theirs.warnings == ("not opened, as a notebook lies beside it: old.zip",)


def test_files_that_are_nobodys_are_listed(tmp_path: Path) -> None:
    for name in ("kim.ipynb", "scores.csv", "note.txt", "syllabus.pdf"):
        (tmp_path / name).write_bytes(GOOD)
    assert collected(tmp_path).unused == ("note.txt", "scores.csv", "syllabus.pdf")


# ---------------------------------------------------------------- the choice among several


def given(folder: Path, **files: bytes) -> Submission:
    folder.mkdir()
    for name, content in files.items():
        (folder / f"{name}.ipynb").write_bytes(content)
    return found(folder.parent)[folder.name]


def test_work_counts_for_more_than_size(tmp_path: Path) -> None:
    blank = notebook("#md # P1\n", size=90_000)
    theirs = given(tmp_path / "kim", blank=blank, work=notebook("#md # P1\n", "model = 1"))
    assert theirs.warnings == ("several notebooks: work.ipynb was graded, not blank.ipynb",)


def test_another_homework_does_not_count(tmp_path: Path) -> None:
    other = notebook("#md # 과제 2", "\n".join(f"x{n} = {n}" for n in range(300)))
    theirs = given(tmp_path / "kim", hw2=other, hw1=notebook("#md # P1", "model = 1"))
    assert theirs.warnings == ("several notebooks: hw1.ipynb was graded, not hw2.ipynb",)


def test_a_broken_notebook_does_not_hide_a_whole_one(tmp_path: Path) -> None:
    theirs = given(tmp_path / "kim", broken=b'{"cells": [' + b" " * 9_000, work=GOOD)
    assert theirs.answers["P1"].text == "답"
    assert theirs.warnings[0] == "several notebooks: work.ipynb was graded, not broken.ipynb"
    assert theirs.warnings[1].startswith("broken.ipynb is not a whole notebook")


def test_parts_that_are_numbered_are_no_uploads(tmp_path: Path) -> None:
    theirs = given(tmp_path / "kim", **{"hw1-1": notebook("x = 1"), "hw1-2": notebook("#md # P1\n답", "y = 1")})
    assert theirs.warnings == ("several notebooks: hw1-2.ipynb was graded, not hw1-1.ipynb",)


def test_of_equal_numbers_the_later_file_counts(tmp_path: Path) -> None:
    folder = tmp_path / "kim"
    given(folder, **{"hw1 (1)": answer("새"), "hw1-1": answer("옛"), "hw1": answer("처음")})
    os.utime(folder / "hw1-1.ipynb", (1, 1))
    (theirs,) = found(tmp_path).values()
    assert theirs.answers["P1"].text == "새"


def test_a_loose_document_of_the_same_name_belongs_to_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "kim.ipynb").write_bytes(answer("코드"))
    (tmp_path / "kim.pdf").write_bytes(pdf("P1\n글로 쓴 답입니다. 길게 씁니다. 아주 길게 씁니다."))
    theirs = found(tmp_path)["kim"]
    assert theirs.answers["P1"].text.splitlines()[0] == "코드"
    assert "글로 쓴 답입니다" in theirs.answers["P1"].text


# ---------------------------------------------------------------- folders of tools


@pytest.mark.parametrize("packing", ["folder", "zip"])
@pytest.mark.parametrize(
    "tools",
    ["venv/lib/python3.11/site-packages/pkg", "my-env/share", "node_modules/x", ".git", "__pycache__", "venv/Lib"],
)
def test_a_notebook_in_a_folder_of_tools_is_nobodys_work_which_is_said(
    tmp_path: Path, tools: str, packing: str
) -> None:
    files = {
        "kim/hw1.ipynb": answer("하나"),
        f"kim/{tools}/demo.ipynb": answer("남의 긴 글 " * 50),
        f"lee/{tools}/demo.ipynb": answer("남의 긴 글"),
        "kim/my-env/pyvenv.cfg": b"home = /usr/bin",
        "lee/my-env/pyvenv.cfg": b"home = /usr/bin",
        "park/hw1.ipynb": answer("셋"),
    }
    place = packed(tmp_path / "class.zip", files)
    if packing == "folder":
        place = tmp_path / "class"
        for name, content in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)
    theirs = found(place)
    assert {n: s.answers["P1"].text if s.answers else None for n, s in theirs.items()} == {
        "kim": "하나",
        "lee": None,
        "park": "셋",
    }
    assert f"{tools}/demo.ipynb" in " ".join(theirs["lee"].warnings)
    assert not any("demo.ipynb was graded" in said for s in theirs.values() for said in s.warnings)
