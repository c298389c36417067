"""`grader appeal`: one student's case, nobody else's, which an empty folder is enough to grade again."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from build import course, notebook
from conftest import Command
from exports import packed
from graded_class import Work, graded
from test_rescore import decide

from grader.appeals.commands import write_appeal
from grader.assignment import load
from grader.errors import GraderError
from grader.gradebook.book import Gradebook
from grader.intake.roster_file import read
from grader.model import Identity
from grader.review import second
from grader.submissions import collect_class

NEIGHBOUR = "zqneighbour"
CLASS = {
    "kim": Work(0.7, "ReLU prevents the vanishing gradient."),
    NEIGHBOUR: Work(0.9, "My own words are zqcanary and the vanishing gradient."),
}


def bundle(out: Path, student: str = "kim", audience: str = "staff") -> dict[str, bytes]:
    """The files in the zip without the folder around them."""
    place = out.parent / "appeal.zip"
    write_appeal(out, student, place, audience, None)  # type: ignore[arg-type]
    with zipfile.ZipFile(place) as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
        assert len({name.partition("/")[0] for name in archive.namelist()}) == 1
    return files


@pytest.fixture
def out(tmp_path: Path) -> Path:
    found = graded(tmp_path, CLASS)
    decide(found, "kim", "P1/runs", 1.5)
    decide(found, NEIGHBOUR, "P1/runs", 0.5)
    return found


def test_a_bundle_holds_the_whole_case(tmp_path: Path, out: Path) -> None:
    files = bundle(out)
    assert files["handed-in/kim/kim.ipynb"] == (tmp_path / "class" / "kim.ipynb").read_bytes()
    for path in ("feedback/kim.html", "executed/kim.html", "executed/kim.ipynb", "executions/key-kim.json"):
        assert files[f"graded/{path}"] == (out / path).read_bytes()
    held = (tmp_path / "course" / "heldout.csv").read_bytes()
    assert held in files.values()
    history = json.loads(files["history.json"])
    assert [entry["number"] for entry in history] == [1, 2]
    decision = history[1]["override"]
    assert (decision["author"], decision["reason"], decision["after"]) == ("ta", "read it again", 1.5)
    told = json.loads(files["environment.json"])
    assert told["python"] == ".".join(map(str, sys.version_info[:3]))
    assert re.search(r"(?m)^pydantic==\d", files["requirements.txt"].decode())
    readme = files["README.txt"].decode()
    assert "FOR STAFF ONLY" in readme
    assert "grader grade handed-in " in readme
    assert "\nRun: ok" in f"\n{files['log.txt'].decode()}"


def test_the_history_tells_of_a_second_marker(out: Path) -> None:
    with Gradebook.in_folder(out) as book:
        (first,) = (entry.override for entry in book.history("tiny", "kim") if entry.override is not None)
        second.mark(book, first, 1.0, "lee")
    told = json.loads(bundle(out)["history.json"])[-1]["second_mark"]
    assert (told["author"], told["first"], told["points"]) == ("lee", 1.5, 1.0)


def test_checksums_are_of_all_files(out: Path) -> None:
    files = bundle(out)
    sums = dict(reversed(line.split("  ", 1)) for line in files.pop("checksums.txt").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def test_the_same_case_is_the_same_bytes(out: Path) -> None:
    bundle(out)
    first = (out.parent / "appeal.zip").read_bytes()
    bundle(out)
    assert (out.parent / "appeal.zip").read_bytes() == first


@pytest.mark.parametrize("audience", ["staff", "student"])
def test_nothing_in_it_is_another_student_s(out: Path, audience: str) -> None:
    for name, content in bundle(out, audience=audience).items():
        for word in (NEIGHBOUR, "zqcanary", "absent", str(out.parent / "class")):
            assert word.encode() not in content, (name, word)
            assert word not in name


def test_a_student_s_bundle_has_no_rubric_and_no_held_out_row(tmp_path: Path, out: Path) -> None:
    files = bundle(out, audience="student")
    assert set(files) == {
        *("README.txt", "checksums.txt", "environment.json", "log.txt", "requirements.txt"),
        *("handed-in/kim/kim.ipynb", "graded/feedback/kim.html", "graded/executed/kim.html"),
        "graded/executed/kim.ipynb",
    }
    rows = (tmp_path / "course" / "heldout.csv").read_text().splitlines()[1:]
    everything = b"".join(files.values()).decode()
    assert not any(row in everything for row in rows)
    assert "at_most" not in everything
    assert "STAFF" not in everything


def test_what_is_stored_is_scored_again_to_the_same_points(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from grader.gradebook.commands import print_history, rescore_stored

    place = unpacked(out, tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "course")
    (rubric,) = (place / "graded" / "rubrics").glob("*.json")
    capsys.readouterr()
    assert rescore_stored(place / "graded", rubric, None, dry_run=True) == 0
    assert "0 of 1 change" in capsys.readouterr().out
    print_history(place / "graded", "kim", None)
    assert "P1/runs: 2 → 1.5 of 2: read it again, by ta" in capsys.readouterr().out


def unpacked(out: Path, folder: Path, student: str = "kim") -> Path:
    bundle(out, student)
    with zipfile.ZipFile(out.parent / "appeal.zip") as archive:
        archive.extractall(folder)
    (place,) = folder.iterdir()
    return place


def test_a_hand_in_that_is_gone_is_told(tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(out / "handed-in")
    assert bundle(out)["handed-in/kim/kim.ipynb"] == (tmp_path / "class" / "kim.ipynb").read_bytes()
    notebook(tmp_path / "class" / "kim.ipynb", "x = 2")
    files = bundle(out)
    told = "The files of the hand-in are gone: here is the notebook that was stored"
    assert told in files["README.txt"].decode()
    assert told in " ".join(capsys.readouterr().out.split())
    cells = json.loads(files["handed-in/kim/notebook.ipynb"])["cells"]
    assert CLASS["kim"].says in [cell["source"] for cell in cells]


def test_a_hand_in_that_could_not_be_read_is_in_there_as_it_is(tmp_path: Path, grader: Command) -> None:
    (tmp_path / "class" / "lee").mkdir(parents=True)
    (tmp_path / "class" / "kim.ipynb").write_bytes(b"%PDF-1.4 zq")
    (tmp_path / "class" / "lee" / "hw1.tar.xz").write_bytes(b"zq")
    course(tmp_path / "course", "{check: runs, points: 2}")
    out = tmp_path / "out"
    rubric = tmp_path / "course" / "rubric.yaml"
    assert grader("grade", tmp_path / "class", "-a", rubric, "-o", out, "--walls", "none").returncode == 0
    shutil.rmtree(tmp_path / "class")
    kim, lee = bundle(out, "kim"), bundle(out, "lee")
    assert kim["handed-in/kim/kim.ipynb"] == b"%PDF-1.4 zq"
    assert lee["handed-in/lee/hw1.tar.xz"] == b"zq"
    for files in (kim, lee):
        assert "Not as it was" not in files["README.txt"].decode()
        assert "Unreadable: " in files["log.txt"].decode()


def test_the_time_of_a_learning_system_goes_with_the_files(out: Path) -> None:
    file = out / "submissions" / "kim.json"
    kept = json.loads(file.read_bytes())
    kept["submission"]["submitted_at"] = "2026-03-02T15:58:23+09:00"
    file.write_text(json.dumps(kept), encoding="utf-8")
    assert bundle(out)["handed-in/kim/timestamp.txt"] == b"2026-03-02 06:58:23 UTC\n"


def test_files_that_were_too_large_to_keep_are_told(out: Path) -> None:
    file = out / "submissions" / "kim.json"
    kept = json.loads(file.read_bytes())
    kept["submission"]["handed_in"]["weights.bin"] = "/nowhere/weights.bin"
    file.write_text(json.dumps(kept), encoding="utf-8")
    told = "these files were not kept, as they are too large or cannot be read: weights.bin"
    assert told in bundle(out)["README.txt"].decode()


def test_files_of_the_rubric_that_changed_are_told(tmp_path: Path, out: Path) -> None:
    file = tmp_path / "course" / "train.csv"
    file.write_text(file.read_text().replace("1", "2", 1))
    assert "Tables, held-out rows or the handout have changed since" in bundle(out)["README.txt"].decode()
    file.unlink()
    with pytest.raises(GraderError, match=r"train\.csv, which the rubric needs, is gone: put it back"):
        bundle(out)


def test_what_a_ta_cannot_mean(tmp_path: Path, out: Path) -> None:
    with pytest.raises(GraderError, match="the gradebook has no student kin: kim"):
        write_appeal(out, "kin", None, "staff", None)
    with pytest.raises(GraderError, match="is a folder, and the bundle is a zip"):
        write_appeal(out, "kim", tmp_path, "staff", None)
    with pytest.raises(GraderError, match="is among the results"):
        write_appeal(out, "kim", out / "gradebook.csv", "staff", None)
    (out / "submissions" / "kim.json").unlink()
    with pytest.raises(GraderError, match="kept nothing of kim: grade the class into it once more"):
        write_appeal(out, "kim", None, "staff", None)


# ---------------------------------------------------------------- the whole way


@pytest.mark.long
def test_an_appeal_is_graded_again_by_its_one_command(tmp_path: Path, grader: Command) -> None:
    """A class in an archive that is gone afterwards; companions, a document, the learning system's time."""
    work = ["from helper import slope", "x = slope + 1", "#md ReLU prevents the vanishing gradient."]
    file = notebook(tmp_path / "made" / "hw1.ipynb", *work)
    hand_in = {"hw1.ipynb": file.read_bytes(), "helper.py": b"slope = 2\n", "notes.txt": b"nothing more\n"}
    (tmp_path / "made" / "hw1.ipynb").unlink()
    entries = {
        f"class/{student}/{name}": content for student in ("김 서연", NEIGHBOUR) for name, content in hand_in.items()
    }
    entries["class/김 서연/timestamp.txt"] = b"2026-03-02 15:58:23 Asia/Seoul"
    archive = packed(tmp_path / "class.zip", entries)
    criteria = ("{check: runs, points: 2}", "{check: mentions, points: 3, concept: why}")
    course(tmp_path / "course", *criteria, concepts="{why: {ko: [기울기 소실], en: [vanishing gradient]}}")
    out = tmp_path / "out"
    rubric = tmp_path / "course" / "rubric.yaml"
    done = grader("grade", archive, "-a", rubric, "-o", out, "--walls", "none", "--lang", "ko")
    assert done.returncode == 0, done.stderr
    archive.unlink()
    assert grader("override", out, "김 서연", "P1/runs", 1, "--reason", "r", "--author", "a").returncode == 0
    assert grader("appeal", out, "김 서연", "-o", tmp_path / "case.zip").returncode == 0
    shutil.rmtree(tmp_path / "course")
    with zipfile.ZipFile(tmp_path / "case.zip") as case:
        case.extractall(tmp_path / "empty")
    (place,) = (tmp_path / "empty").iterdir()
    commands = [*_commands((place / "README.txt").read_text(encoding="utf-8"))]
    assert [command[1] for command in commands] == ["grade", "rescore", "history"]
    printed = [_run(command, place) for command in commands]
    assert "0 of 1 change" in printed[1]
    assert "P1/runs: 2 → 1" in printed[2]
    (again,) = csv.DictReader(io.StringIO((place / "again" / "gradebook.csv").read_text(encoding="utf-8")))
    assert (again["student"], again["P1"], again["status"]) == ("김 서연", "5", "final")


SEOUL = "{at: 2026-04-03 23:59, timezone: Asia/Seoul, grace: 15 min, penalty: {percent: 10, per: day}}"


@pytest.mark.long
def test_an_appeal_about_lateness_comes_to_the_same_grade(tmp_path: Path, grader: Command) -> None:
    """Of a group with another member's extension, by a time to the millisecond."""
    course(tmp_path / "course", "{check: runs, points: 10}", deadline=SEOUL)
    listed = "학번,이름,조,연장\n20231001,김서연,1,\n20231002,이도윤,1,2일\n"
    (tmp_path / "list.csv").write_text(listed, encoding="utf-8")
    file = notebook(tmp_path / "class" / "김서연" / "hw1.ipynb", "x = 1")
    (file.parent / "timestamp.txt").write_text("2026-04-05 15:14:00.001 UTC", encoding="utf-8")
    out, rubric = tmp_path / "out", tmp_path / "course" / "rubric.yaml"
    options = ("--roster", tmp_path / "list.csv", "--walls", "none")
    done = grader("grade", tmp_path / "class", "-a", rubric, "-o", out, *options)
    assert done.returncode == 0, done.stderr
    decide(out, "20231002", "late", 4)
    place = unpacked(out, tmp_path / "empty", "20231002")
    readme = (place / "README.txt").read_text(encoding="utf-8")
    rows = {line.split()[0]: line.split()[1:] for line in readme.splitlines() if line.startswith("    ")}
    assert (rows["total"], rows["penalty"], rows["grade"]) == (["10", "10", "10"], ["1", "4"], ["9", "6", "10"])
    _run(next(_commands(readme)), place)
    (again,) = csv.DictReader(io.StringIO((place / "again" / "gradebook.csv").read_text(encoding="utf-8")))
    assert [again[name] for name in ("student", "total", "penalty", "grade")] == ["20231002 이도윤", "10", "1", "9"]


@pytest.mark.parametrize("name", ["kim", "Kim Seoyeon", "20231001 김서연", "Lee-Park_2"])
@pytest.mark.parametrize("known", [{"late": True}, {"late": False}, {}], ids=["late", "in time", "not known"])
def test_what_an_export_says_without_a_time_goes_with_the_case(
    tmp_path: Path, name: str, known: dict[str, bool]
) -> None:
    theirs = {"identity": Identity(number="20231001", name="김서연")} if name[0] == "2" else {}
    out = graded(tmp_path, {name: Work(0.7)}, deadline=SEOUL, known={name: {**theirs, **known}})
    place = unpacked(out, tmp_path / "empty", name)
    assignment = load(tmp_path / "course" / "rubric.yaml")
    listed = read(place / "roster.csv", assignment.deadline)
    (again,) = collect_class([place / "handed-in"], assignment, roster=listed).submissions
    assert (again.student, again.late, again.submitted_at) == (name, known.get("late"), None)


def test_a_bundle_for_a_student_or_without_a_deadline_needs_no_list(out: Path) -> None:
    for audience in ("staff", "student"):
        files = bundle(out, audience=audience)
        assert "roster.csv" not in files
        assert "--roster" not in files["README.txt"].decode()


def _commands(readme: str) -> Iterator[list[str]]:
    for line in readme.splitlines():
        if line.startswith("    grader "):
            yield shlex.split(line)


def _run(command: list[str], place: Path) -> str:
    python = [sys.executable, "-m", *command]
    done = subprocess.run(python, cwd=place, capture_output=True, text=True, encoding="utf-8", timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
