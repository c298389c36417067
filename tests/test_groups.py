"""Students who hand in together, and the roster's columns of groups and extensions."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest
import yaml
from build import course
from conftest import Command
from exports import notebook, packed
from test_intake import HOMEWORK, answer, collected, found, texts

from grader.commands import compare_class
from grader.errors import GraderError
from grader.intake.roster_file import read
from grader.model import Duration, Extension, Submission
from grader.submissions import collect_class

ROSTER = (
    "학번,이름,조\n20231001,김서연,1조\n20231002,이도윤,1조\n"
    "20231003,박하준,2조\n20231004,최지우,\n20231005,정예은,2조\n"
)
SEOUL = "{at: 2026-04-03 23:59, timezone: Asia/Seoul, penalty: {percent: 10, per: day}}"


def roster(folder: Path, text: str = ROSTER) -> Path:
    file = folder / "roster.csv"
    file.write_text(text, encoding="utf-8")
    return file


def remarks(submission: Submission) -> list[str]:
    return [said.en for said in submission.said]


def handed_in(folder: Path, name: str, text: str, stamp: str = "") -> Path:
    """A student's folder, with nbgrader's time in it if there is one."""
    own = folder / "class" / name
    own.mkdir(parents=True)
    (own / "hw1.ipynb").write_bytes(answer(text))
    if stamp:
        (own / "timestamp.txt").write_text(f"{stamp} UTC", encoding="utf-8")
    return folder / "class"


def gradescope(file: Path, uploads: dict[str, tuple[list[tuple[str, str]], str, bytes]]) -> Path:
    """An export: by folder the people (number, name), the time in UTC ("" for none), the notebook."""
    told = {}
    entries = {}
    for name, (people, at, content) in uploads.items():
        told[name] = {":submitters": [{":name": n, ":sid": sid, ":email": f"{sid}@x.kr"} for sid, n in people]}
        told[name] |= {":created_at": f"{at} UTC"} if at else {}
        entries[f"export/{name}/hw1.ipynb"] = content
    return packed(
        file, {**entries, "export/submission_metadata.yml": yaml.safe_dump(told, allow_unicode=True).encode()}
    )


# ---------------------------------------------------------------- groups


def test_one_hand_in_is_every_members(tmp_path: Path) -> None:
    path = handed_in(tmp_path, "20231002 이도윤", "우리 조")
    handed_in(tmp_path, "20231004 최지우", "혼자")
    theirs = collected(path, roster=roster(tmp_path))
    assert {s.student: s.answers["P1"].text for s in theirs.submissions} == {
        "20231001 김서연": "우리 조",
        "20231002 이도윤": "우리 조",
        "20231004 최지우": "혼자",
    }
    assert theirs.missing == ("20231003 박하준", "20231005 정예은")
    kim = theirs.submissions[0]
    assert (kim.identity.number, kim.identity.name) == ("20231001", "김서연")
    assert remarks(kim) == ["handed in by 이도윤 for the group 1조: 김서연, 이도윤"]
    assert [said.ko for said in kim.said] == [
        "조(1조)가 함께 낸 제출물입니다. 올린 사람: 이도윤. 조원: 김서연, 이도윤."
    ]


def test_of_two_members_hand_ins_the_newest_counts_for_both(tmp_path: Path) -> None:
    path = handed_in(tmp_path, "20231001 김서연", "나중", "2026-04-02 10:00:00")
    handed_in(tmp_path, "20231002 이도윤", "먼저", "2026-04-01 10:00:00")
    theirs = found(path, roster=roster(tmp_path))
    assert {s.answers["P1"].text for s in theirs.values()} == {"나중"}
    assert list(theirs) == ["20231001 김서연", "20231002 이도윤"]
    for one in theirs.values():
        assert one.submitted_at == dt.datetime(2026, 4, 2, 10, tzinfo=dt.UTC)
        assert "the group handed in more than once: that of 김서연 counts, not that of 이도윤" in remarks(one)
        assert one.unsure is None


def test_which_is_newer_may_not_be_known(tmp_path: Path) -> None:
    path = handed_in(tmp_path, "20231001 김서연", "하나")
    handed_in(tmp_path, "20231002 이도윤", "둘")
    theirs = found(path, roster=roster(tmp_path))
    assert len({s.answers["P1"].text for s in theirs.values()}) == 1
    for one in theirs.values():
        assert any("which is newer is not known" in said for said in remarks(one))
        assert one.unsure is not None
        assert "Give everybody's `submitted_at` in the roster" in one.unsure.en


@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-04-02 10:00:00 CST"])
def test_one_time_that_is_not_known_makes_none_the_newest(tmp_path: Path, stamp: str) -> None:
    path = handed_in(tmp_path, "20231001 김서연", "하나", "2026-04-03 10:00:00")
    handed_in(tmp_path, "20231002 이도윤", "둘")
    if stamp:
        (path / "20231002 이도윤" / "timestamp.txt").write_text(stamp, encoding="utf-8")
    theirs = found(path, roster=roster(tmp_path))
    assert {s.answers["P1"].text for s in theirs.values()} == {"하나"}
    assert all(one.unsure is not None for one in theirs.values())
    told = ROSTER.replace("조\n", "조,제출시각\n").replace("이도윤,1조", "이도윤,1조,2026-04-04T10:00Z")
    theirs = found(path, roster=roster(tmp_path, told))
    assert {(s.answers["P1"].text, s.unsure) for s in theirs.values()} == {("둘", None)}


def test_the_same_work_twice_leaves_nothing_to_decide(tmp_path: Path) -> None:
    path = handed_in(tmp_path, "20231001 김서연", "하나", "2026-04-03 10:00:00")
    handed_in(tmp_path, "20231002 이도윤", "하나")
    for one in found(path, roster=roster(tmp_path)).values():
        assert one.submitted_at == dt.datetime(2026, 4, 3, 10, tzinfo=dt.UTC)
        assert one.unsure is None


def test_the_order_of_uploads_tells_where_no_time_does(tmp_path: Path) -> None:
    uploads = {"김서연_41000_502_hw1.ipynb": answer("나중"), "이도윤_41007_501_hw1.ipynb": answer("먼저")}
    file = packed(tmp_path / "submissions.zip", uploads)
    theirs = found(file, roster=roster(tmp_path))
    assert {(s.answers["P1"].text, s.unsure) for s in theirs.values()} == {("나중", None)}
    assert len(theirs) == 2


def test_members_of_a_gradescope_group_are_told_of_each_other_once(tmp_path: Path) -> None:
    file = gradescope(
        tmp_path / "g.zip",
        {"submission_1": ([("20231001", "김서연"), ("20231002", "이도윤")], "2026-04-01 10:00:00", answer("둘이서"))},
    )
    assert texts(file, roster=roster(tmp_path)) == {"20231001 김서연": "둘이서", "20231002 이도윤": "둘이서"}
    kim, lee = found(file, roster=roster(tmp_path)).values()
    assert "handed in together with 이도윤" in remarks(kim)
    assert "handed in together with 이도윤" not in remarks(lee)


def test_a_section_is_no_group(tmp_path: Path) -> None:
    lines = "".join(f"202310{n},학생{n},A\n" for n in range(10, 40))
    with pytest.raises(GraderError, match="the 30 students of A would hand in as one group: at most 12 can be one"):
        read(roster(tmp_path, f"학번,이름,Group\n{lines}"))


def test_a_spreadsheets_number_of_a_group_is_that_number(tmp_path: Path) -> None:
    text = "학번,이름,조\n20231001,김서연,1\n20231002,이도윤,1.0\n"
    path = handed_in(tmp_path, "20231002 이도윤", "우리 조")
    assert list(found(path, roster=roster(tmp_path, text))) == ["20231001 김서연", "20231002 이도윤"]


WORDS = (
    "ReLU keeps its slope where the input is positive, so that gradients pass through many layers unchanged; the"
    " sigmoid saturates on both sides, and the product of its slopes over many layers is next to nothing."
)


def test_members_of_one_group_are_no_copies_of_each_other(tmp_path: Path) -> None:
    rubric = course(tmp_path / "course", "{check: runs, points: 2}")
    own = notebook("#md ## P1", f"#md {WORDS}", "x = 1")
    for name in ("20231001 김서연", "20231004 최지우"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "hw1.ipynb").write_bytes(own)
    given = ([tmp_path / "class"], tmp_path / "out", tmp_path / "course" / "rubric.yaml", "en")
    assert rubric.total == 2
    alone = ROSTER.replace(",1조", ",")
    compare_class(*given, roster(tmp_path, alone))
    assert len(json.loads((tmp_path / "out" / "similarity.json").read_text(encoding="utf-8"))["pairs"]) == 1
    compare_class(*given, roster(tmp_path, ROSTER))
    (pair,) = json.loads((tmp_path / "out" / "similarity.json").read_text(encoding="utf-8"))["pairs"]
    assert {pair["first"], pair["second"]} == {"20231001 김서연", "20231004 최지우"}
    together = ROSTER.replace("최지우,", "최지우,1조")
    compare_class(*given, roster(tmp_path, together))
    assert json.loads((tmp_path / "out" / "similarity.json").read_text(encoding="utf-8"))["pairs"] == []


# ---------------------------------------------------------------- extensions


def test_extensions_of_the_roster_are_the_whole_groups(tmp_path: Path) -> None:
    text = "학번,이름,팀,마감 연장\n20231001,김서연,1,\n20231002,이도윤,1,+2d\n20231003,박하준,,2026-04-05 18:00\n"
    path = handed_in(tmp_path, "20231001 김서연", "함께")
    handed_in(tmp_path, "20231003 박하준", "혼자")
    theirs = found(path, roster=roster(tmp_path, text))
    two_days = Extension(by=Duration(days=2))
    until = Extension(until=dt.datetime(2026, 4, 5, 18))
    assert {name: s.identity.extensions for name, s in theirs.items()} == {
        "20231001 김서연": (two_days,),
        "20231002 이도윤": (two_days,),
        "20231003 박하준": (until,),
    }


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2일", Extension(by=Duration(days=2))),
        ("3", Extension(by=Duration(days=3))),
        ("12시간", Extension(by=Duration(seconds=43_200))),
        ("2026.04.05 18:00", Extension(until=dt.datetime(2026, 4, 5, 18))),
        ("2026년 4월 5일", Extension(until=dt.datetime(2026, 4, 6))),
        ("2.0", Extension(by=Duration(days=2))),
        ("60", Extension(by=Duration(days=60))),
        ("20260405", Extension(until=dt.datetime(2026, 4, 6))),
        ("2026. 4. 4. 오전 1:00", Extension(until=dt.datetime(2026, 4, 4, 1))),
        ("2026. 4. 4 오후 12:30:00", Extension(until=dt.datetime(2026, 4, 4, 12, 30))),
        ("2026-04-04 12:05 AM", Extension(until=dt.datetime(2026, 4, 4, 0, 5))),
        ("2026-04-05T09:00Z", Extension(until=dt.datetime(2026, 4, 5, 9, tzinfo=dt.UTC))),
    ],
)
def test_ways_to_write_an_extension(tmp_path: Path, cell: str, expected: Extension) -> None:
    (kim,) = read(roster(tmp_path, f"학번,이름,연장\n20231001,김서연,{cell}\n")).students
    assert kim.extensions == (expected,)


@pytest.mark.parametrize("cell", ["", "-", "없음", "0", "0.0"])
def test_no_extension(tmp_path: Path, cell: str) -> None:
    (kim,) = read(roster(tmp_path, f"number,name,extension\n20231001,Kim,{cell}\n")).students
    assert kim.extensions == ()


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("tomorrow", "line 3: `tomorrow` is no extension: write days"),
        ("300", "line 3: an extension by 300 days .`300`.: write fewer, or the date until when"),
        ("2026-04-05 오후 13:00", "line 3: `2026-04-05 오후 13:00` is no extension"),
        ("20261305", "line 3: `20261305` is no extension"),
        ("4/5 23:59", "line 3: `4/5 23:59` is no extension"),
        ("2025-04-05 23:59", "line 3: the extension to 2025-04-05 23:59 ends before the deadline"),
    ],
)
def test_a_bad_extension_is_told_with_its_line(tmp_path: Path, cell: str, problem: str) -> None:
    deadline = course(tmp_path / "course", "{check: runs, points: 2}", deadline=SEOUL).deadline
    with pytest.raises(GraderError, match=problem):
        read(roster(tmp_path, f"학번,이름,연장\n20231001,김서연,\n20231002,이도윤,{cell}\n"), deadline)


def test_a_column_may_repeat_the_classs_deadline(tmp_path: Path) -> None:
    deadline = course(tmp_path / "course", "{check: runs, points: 2}", deadline=SEOUL).deadline
    text = "number,name,deadline\n20231001,Kim,2026-04-03 23:59\n20231002,Lee,2026-04-03\n20231003,Park,2026-04-05\n"
    assert deadline is not None
    due = [deadline.due(one.extensions) - deadline.due() for one in read(roster(tmp_path, text), deadline).students]
    assert due == [dt.timedelta(), dt.timedelta(minutes=1), dt.timedelta(days=2, minutes=1)]


# ---------------------------------------------------------------- times that no export tells


def test_a_roster_may_tell_when_each_handed_in(tmp_path: Path) -> None:
    """By the clocks of the deadline; what it says counts, whatever else is known."""
    deadline = course(tmp_path / "course", "{check: runs, points: 2}", deadline=SEOUL).deadline
    path = handed_in(tmp_path, "20231001 김서연", "하나")
    handed_in(tmp_path, "20231002 이도윤", "둘", "2026-04-01 10:00:00")
    handed_in(tmp_path, "20231003 박하준", "셋", "2026-04-01 10:00:00")
    text = (
        "학번,이름,제출 시각\n20231001,김서연,2026-04-04 00:30\n20231002,이도윤,2026-04-03T15:00Z\n20231003,박하준,\n"
    )
    theirs = collect_class([path], HOMEWORK, roster=read(roster(tmp_path, text), deadline)).submissions
    assert [one.submitted_at for one in theirs] == [
        dt.datetime(2026, 4, 3, 15, 30, tzinfo=dt.UTC),
        dt.datetime(2026, 4, 3, 15, 0, tzinfo=dt.UTC),
        dt.datetime(2026, 4, 1, 10, 0, tzinfo=dt.UTC),
    ]
    theirs = collect_class([path], HOMEWORK, roster=read(roster(tmp_path, text))).submissions
    assert theirs[0].submitted_at == dt.datetime(2026, 4, 4, 0, 30)  # by the clocks of a deadline, once there is one
    with pytest.raises(GraderError, match="line 2: `noon` is no moment: write date and time"):
        read(roster(tmp_path, "학번,이름,제출시각\n20231001,김서연,noon\n"), deadline)


def test_a_roster_may_tell_who_was_late_without_a_time(tmp_path: Path) -> None:
    deadline = course(tmp_path / "course", "{check: runs, points: 2}", deadline=SEOUL).deadline
    for name in ("20231001 김서연", "20231002 이도윤", "20231003 박하준"):
        path = handed_in(tmp_path, name, "하나")
    text = "학번,이름,제출시각\n20231001,김서연,지각\n20231002,이도윤,in time\n20231003,박하준,\n"
    theirs = collect_class([path], HOMEWORK, roster=read(roster(tmp_path, text), deadline)).submissions
    assert [(one.late, one.submitted_at) for one in theirs] == [(True, None), (False, None), (None, None)]


# ---------------------------------------------------------------- the whole line


@pytest.mark.long
def test_a_group_is_run_once_and_each_member_has_a_report(grader: Command, tmp_path: Path) -> None:
    """The member without an extension has that of the group; who is in no group and late pays."""
    course(tmp_path / "course", "{check: runs, points: 10}", deadline=SEOUL)
    members = "20231001,김서연,1,\n20231002,이도윤,1,2일\n20231003,박하준,1,\n20231004,최지우,,\n20231005,정예은,,\n"
    text = f"학번,이름,조,연장\n{members}"
    work, other = notebook("#md ## P1", "x = 1"), notebook("#md ## P1", "x = 2")
    file = gradescope(
        tmp_path / "g.zip",
        {
            "submission_1": ([("20231001", "김서연"), ("20231002", "이도윤")], "2026-04-05 14:00:00", work),
            "submission_2": ([("20231004", "최지우")], "2026-04-05 14:00:00", other),
        },
    )
    out, rubric = tmp_path / "out", tmp_path / "course" / "rubric.yaml"
    done = grader(
        "grade", file, "-o", out, "-a", rubric, "--roster", roster(tmp_path, text), "-j", 2, "--walls", "none"
    )
    assert done.returncode == 0, done.stderr
    assert "handed in nothing (1): 20231005 정예은" in done.stdout
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as table:
        told = {row["student"]: (row["total"], row["penalty"], row["grade"]) for row in csv.DictReader(table)}
    assert told == {
        "20231001 김서연": ("10", "0", "10"),
        "20231002 이도윤": ("10", "0", "10"),
        "20231003 박하준": ("10", "0", "10"),
        "20231004 최지우": ("10", "2", "8"),
        "20231005 정예은": ("", "", ""),
    }
    assert len(list((out / "executions").glob("*.json"))) == 2
    decided = grader("override", out, "20231003", "late", 3, "--reason", "came to nothing", "--author", "Park")
    told = "The others of the group are not changed: 20231001 김서연, 20231002 이도윤"
    assert f"Total: 10 − 3 late = 7 final\n{told}\n" in decided.stdout
    assert "Total: 10 − 3" not in grader("history", out, "20231001").stdout
