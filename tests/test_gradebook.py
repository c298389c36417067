"""The gradebook: nothing is lost, changed or out of order, whoever writes and however they end."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres
import pytest
from conftest import ROOT, Command
from graded_class import Work, graded, rubric
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from test_results import report

from grader.cli import app
from grader.errors import GraderError
from grader.gradebook.book import FILE, Gradebook
from grader.gradebook.overriding import Decision, Undo, made_by
from grader.gradebook.record import book_of
from grader.gradebook.renamed import Decided, renamed
from grader.gradebook.standing import standing
from grader.gradebook.tables import address, file_url
from grader.model import Identity, Override, Report
from grader.review.cases import REPAIRS, Case
from grader.review.deciding import look
from grader.review.second import mark

WRITER = Path(__file__).with_name("writers.py")
CLASS = {"kim": Work(0.9), "lee": Work(0.2), "이도윤": Work(0.7)}


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty gradebook, on each kind of database that is promised."""
    if request.param == "sqlite":
        return file_url(tmp_path / FILE)
    postgresql: str = request.getfixturevalue("postgresql")
    name = f"db{abs(hash(request.node.nodeid))}"
    driver = postgresql.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(driver, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return postgresql.replace("/postgres?", f"/{name}?")


def decide(book: Gradebook, student: str, place: str, points: float, author: str = "ta") -> Override:
    return book.decide("hw", student, made_by(Decision(place, points, "because", author)))[0]


def undo(book: Gradebook, student: str, place: str) -> Override:
    return book.decide("hw", student, made_by(Undo(place, "taken back", "ta")))[0]


# ---------------------------------------------------------------- reports


def test_a_report_lands_once_and_the_newest_counts(url: str) -> None:
    with Gradebook(url) as book:
        first, second = report("kim"), report("kim", 7)
        landed = [book.land([one]) for one in (first, first, second, second, first)]
        history = book.history("hw", "kim")
        assert landed == [1, 0, 1, 0, 1]
        assert [(entry.number, entry.report) for entry in history] == [(1, first), (2, second), (3, first)]
        assert book.standings("hw")["kim"].report == first
        assert book.standings("another") == {}


def test_a_date_alone_is_no_other_report(url: str) -> None:
    with Gradebook(url) as book:
        later = report("kim").model_copy(update={"graded_at": report("kim").graded_at.replace(year=2030)})
        assert (book.land([report("kim")]), book.land([later])) == (1, 0)


def test_whatever_a_student_is_called_or_writes(url: str) -> None:
    names = ["김서연", "x" * 900, "a'); DROP TABLE reports; --", "e\u0301", " kim "]
    with Gradebook(url) as book:
        book.land([report(name, said="\x00 \ud800", r2=float("nan")) for name in names])
        assert set(book.standings("hw")) == set(names)


def test_many_at_once(url: str) -> None:
    with Gradebook(url) as book:
        assert book.land([report(f"s{number}") for number in range(130)]) == 130
        assert book.land([report(f"s{number}", 1 if number == 7 else 20) for number in range(130)]) == 1


# ---------------------------------------------------------------- decisions


def test_a_decision_counts_and_is_taken_back_in_order(url: str) -> None:
    with Gradebook(url) as book:
        book.land([report("kim", 4, None)])
        made = [
            decide(book, "kim", "P1.1/runs", 6),
            decide(book, "kim", "P1.1/runs", 7),
            decide(book, "kim", "P2", 9.5),
            undo(book, "kim", "P1.1/runs"),
            undo(book, "kim", "P1.1/runs"),
        ]
        assert [(one.number, one.before, one.after) for one in made] == [
            *((2, 4, 6), (3, 6, 7), (4, None, 9.5), (5, 7, 6), (6, 6, 4))
        ]
        now = book.standings("hw")["kim"]
        assert (now.report.total, now.report.status) == (13.5, "final")
        assert [one.place for one in now.report.overrides] == [("P2", None)]
        assert now.overrides == tuple(made)
        with pytest.raises(GraderError, match=r"no decision on P1\.1/runs of kim to take back"):
            undo(book, "kim", "P1.1/runs")
        history = book.history("hw", "kim")
        assert [entry.number for entry in history] == [1, 2, 3, 4, 5, 6]
        assert [entry.override for entry in history[1:]] == made
        assert [entry.at for entry in history] == sorted(entry.at for entry in history)


@pytest.mark.parametrize(
    ("place", "points", "said"),
    [
        ("P9", 1, "there is no item P9: P1.1, P2"),
        ("P2/r2", 1, "P2 has no criterion r2: runs"),
        ("P2", 10.5, "P2 has 0 to 10 points: 10.5 cannot be given"),
        ("P1.1/runs", -1, "P1.1/runs has 0 to 20 points: -1 cannot be given"),
    ],
)
def test_what_cannot_be_decided(tmp_path: Path, place: str, points: float, said: str) -> None:
    with Gradebook.in_folder(tmp_path) as book:
        book.land([report("kim")])
        with pytest.raises(GraderError, match=said):
            decide(book, "kim", place, points)
        with pytest.raises(GraderError, match="lee has no report in the gradebook"):
            decide(book, "lee", "P2", 1)
        assert len(book.history("hw", "kim")) == 1


def test_a_criterion_of_an_item_that_was_decided_as_a_whole(tmp_path: Path) -> None:
    with Gradebook.in_folder(tmp_path) as book:
        book.land([report("kim")])
        decide(book, "kim", "P2", 3, author="park")
        with pytest.raises(GraderError, match="park decided on P2 of kim as a whole: decide on P2 again, or take that"):
            decide(book, "kim", "P2/runs", 4)


def test_another_hand_in_takes_the_ground_away(tmp_path: Path) -> None:
    with Gradebook.in_folder(tmp_path) as book:
        book.land([report("kim", 4)])
        decide(book, "kim", "P1.1", 6)
        other = report("kim", 4).model_copy(update={"submission_sha256": "2" * 64})
        book.land([other])
        now = book.standings("hw")["kim"]
        assert (now.report.total, now.report.status) == (None, "provisional")
        assert "다른 제출물" in (now.report.scores[0].needs_review or "")
        book.land([report("kim", 4)])
        assert book.standings("hw")["kim"].report.total == 16


def test_what_comes_along_under_another_name_undoes_nothing_that_was_decided_since(url: str) -> None:
    """Of one place the later decision counts, and all of the other places come along, once."""
    with Gradebook(url) as book:
        book.land([report("kim", 4), report("1 kim", 4)])
        decide(book, "kim", "P1.1", 6)
        decide(book, "kim", "P2", 3)
        decide(book, "1 kim", "P1.1", 7, author="park")
        for _ in range(2):
            book.land([report("1 kim", 4)], {"1 kim": "kim"})
            held = book.standings("hw")["1 kim"].report.overrides
            assert {(one.item, one.after, one.author) for one in held} == {("P1.1", 7, "park"), ("P2", 3, "ta")}
            assert book.numbers("hw")["1 kim"] == 5


def test_a_large_class_that_is_called_otherwise_is_not_looked_through_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand students with a roster for the first time would take a quarter of an hour."""
    looked = []

    def are_one(*_: Identity | str, in_class: bool) -> bool:
        looked.append(in_class)
        return True

    monkeypatch.setattr("grader.gradebook.renamed._are_one", are_one)
    found = {f"Student {n}": Identity(number=f"2026-{n:05}", email=f"s{n}@example.org") for n in range(300)}
    decided = {f"2026{n:05}": Decided(Identity(), (), ()) for n in range(300)} | {"-": Decided(Identity(), (), ())}
    assert renamed(found, decided, ()) == {f"Student {n}": f"2026{n:05}" for n in range(300)}
    assert len(looked) == 300


def test_a_report_with_decisions_is_the_same_after_json(tmp_path: Path) -> None:
    with Gradebook.in_folder(tmp_path) as book:
        book.land([report("kim", 4, None)])
        decide(book, "kim", "P2/runs", 0)
        now = book.standings("hw")["kim"]
        assert Report.model_validate_json(now.report.model_dump_json()) == now.report
        assert standing(now.machine, now.overrides) == now.report
        finding = now.report.scores[1].findings[0]
        assert (finding.outcome, finding.earned, finding.feedback) == ("failed", 0, "because")
        assert finding.notes == ("ta의 결정: ? → 0점. because",)


# ---------------------------------------------------------------- the database


def case(book: Gradebook, student: str) -> Case:
    return Case(student, REPAIRS, None, book.standings("hw")[student], None)


def test_nothing_can_be_changed_or_deleted(url: str) -> None:
    with Gradebook(url) as book:
        book.land([report("kim")])
        first = decide(book, "kim", "P2", 3)
        mark(book, first, 2.0, "another")
        look(book, case(book, "kim"), case(book, "kim").ground, "looked", "ta")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    for table in ("entries", "reports", "overrides", "second_marks", "looks"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET student = 'lee'"):
            with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
                connection.execute(text(statement))
    engine.dispose()
    with Gradebook(url) as book:
        assert len(book.history("hw", "kim")) == 4
        assert [(one.first, one.points, one.author) for one in book.marks("hw")] == [(3, 2, "another")]
        assert [one.reason for one in book.standings("hw")["kim"].looks] == ["looked"]
        assert book.standings("hw")["kim"].report.total == 23


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("grades", "--gradebook is no database's URL"),
        ("oracle9://x", "--gradebook is no database's URL"),
        ("sqlite:////proc/no/such.db", "cannot be used: unable to open database file"),
        ("postgresql://ta@/x?host=/nowhere", "cannot be used: connection"),
    ],
)
def test_databases_that_cannot_be_used(url: str, said: str) -> None:
    with pytest.raises(GraderError, match=said):
        Gradebook(url)


def test_a_password_is_written_nowhere(tmp_path: Path) -> None:
    assert address("postgresql://ta:secret@host/grades") == "postgresql://ta:***@host/grades"
    assert address("postgresql://host/grades?password=secret&user=ta") == "postgresql://host/grades?user=ta"
    with pytest.raises(GraderError) as refused:
        Gradebook("postgresql://ta:secret@/x?host=/nowhere")
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("not one, and long enough to be looked at" * 50)
    with pytest.raises(GraderError, match=r"gradebook\.db cannot be used: file is not a database"):
        Gradebook.in_folder(tmp_path)


def test_a_class_has_one_gradebook(tmp_path: Path) -> None:
    out = graded(tmp_path, {"kim": Work(0.9)})
    elsewhere = file_url(tmp_path / "other.db")
    with pytest.raises(GraderError, match="leave out --gradebook, or choose another folder"), book_of(out, elsewhere):
        pass
    second = tmp_path / "second"
    out = graded(second, {"kim": Work(0.9)}, url=elsewhere)
    assert not (out / FILE).exists()
    with pytest.raises(GraderError, match=f"give --gradebook {elsewhere}"), book_of(out, None):
        pass
    with book_of(out, elsewhere) as book:
        assert set(book.standings("tiny")) == {"kim"}


# ---------------------------------------------------------------- several writers, and their deaths


def writer(url: str, author: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WRITER), url, author, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def acknowledged(process: subprocess.Popen[str], author: str) -> dict[tuple[str, int], str]:
    """(student, number) -> reason, of each decision that the writer said was kept."""
    told, _ = process.communicate()
    lines = (line.split() for line in told.splitlines() if line.endswith(tuple("0123456789")))
    return {(student, int(number)): f"{author} {turn}" for student, number, turn in lines}


def kept(book: Gradebook) -> dict[tuple[str, int], str]:
    """The same of all that is in the gradebook, whose order and completeness are checked on the way."""
    found = {}
    for student in ("kim", "이도윤"):
        history = book.history("hw", student)
        assert [entry.number for entry in history] == list(range(1, len(history) + 1))
        points: dict[str, float | None] = {}
        turns: dict[str, int] = {}
        for entry in history[1:]:
            override = entry.override
            assert override is not None
            assert override.before == points.get(override.where, override.machine)
            points[override.where] = override.after
            turn = int(override.reason.rpartition(" ")[2])
            assert turn > turns.get(override.author, -1)
            turns[override.author] = turn
            found[student, entry.number] = override.reason
    return found


@pytest.mark.parametrize("count", [50, pytest.param(1000, marks=pytest.mark.stress)])
def test_two_writers_at_once_lose_nothing(url: str, count: int) -> None:
    with Gradebook(url) as book:
        book.land([report("kim"), report("이도윤", 3)])
        told: dict[tuple[str, int], str] = {}
        writers = {author: writer(url, author, count) for author in ("park", "lee")}
        for author, process in writers.items():
            told |= acknowledged(process, author)
            assert process.returncode == 0
        assert len(told) == 2 * count
        assert kept(book) == told


@pytest.mark.parametrize("after", [1, 7, 23])
def test_what_was_acknowledged_survives_kill_9(url: str, after: int) -> None:
    with Gradebook(url) as book:
        book.land([report("kim"), report("이도윤", 3)])
        process = writer(url, "park", 100_000)
        assert process.stdout is not None
        first = [process.stdout.readline().split() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        told = acknowledged(process, "park")
        told |= {(student, int(number)): f"park {turn}" for student, number, turn in first}
        assert process.returncode == -signal.SIGKILL
        now = kept(book)
        assert told.items() <= now.items()
        assert len(now) <= len(told) + 1  # of the last one the writer could not tell any more
        decide(book, "kim", "P2/runs", 1)


def test_one_student_s_entries_are_copied_with_numbers_dates_and_authors(url: str, tmp_path: Path) -> None:
    with Gradebook(url) as book, Gradebook(file_url(tmp_path / "copy.db")) as copy:
        book.land([report("kim"), report("이도윤", 3)])
        decide(book, "이도윤", "P2/runs", 1, "park")
        decide(book, "kim", "P2/runs", 2, "park")
        undo(book, "kim", "P2/runs")
        copy.copy("hw", "kim", book)
        assert copy.history("hw", "kim") == book.history("hw", "kim")
        assert list(copy.standings("hw")) == ["kim"]
        decide(copy, "kim", "P2/runs", 1)  # it goes on from there


# ---------------------------------------------------------------- commands


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_override_and_history_as_a_ta_types_them(tmp_path: Path, grader: Command) -> None:
    out = graded(tmp_path, CLASS)
    done = grader("override", out, "lee", "P1/r2", "2.5", "--reason", "scaled by hand", "--author", "Park")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "lee P1/r2: 0 → 2.5 of 4: scaled by hand, by Park\nTotal: 8.5 final\n"
    assert rows(out)["lee"]["total"] == "8.5"
    assert rows(out)["absent"]["status"] == "missing"
    assert "scaled by hand" in (out / "feedback" / "lee.html").read_text(encoding="utf-8")
    assert json.loads((out / "reports" / "lee.json").read_bytes())["overrides"][0]["author"] == "Park"

    whole = grader("override", out, "이도윤", "P1", "10", "--reason", "an oral exam", "--author", "Lee")
    assert whole.stdout.endswith("Total: 10 final\n")
    assert "an oral exam" in (out / "feedback" / "이도윤.html").read_text(encoding="utf-8")

    taken_back = grader("override", out, "lee", "P1/r2", "--undo", "--author", "Lee")
    assert taken_back.stdout == "lee P1/r2: 2.5 → 0 of 4 (taken back): taken back, by Lee\nTotal: 6 final\n"
    assert rows(out)["lee"]["total"] == "6"

    everybody = grader("history", out)
    lines = [line.split(" ", 2)[2] for line in everybody.stdout.splitlines() if line.startswith("20")]
    assert lines == [
        "lee P1/r2: 0 → 2.5 of 4: scaled by hand, by Park",
        "이도윤 P1: 9 → 10 of 10: an oral exam, by Lee",
        "lee P1/r2: 2.5 → 0 of 4 (taken back): taken back, by Lee",
    ]
    told = grader("history", out, "lee").stdout.splitlines()
    assert told[0] == "lee"
    assert [line.strip() for line in told[2::2]] == ["6 final", "8.5 final", "6 final"]
    assert [line.split()[0] for line in told[1::2]] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["kin", "P1", "1", "--reason", "x"], "the gradebook has no student kin: kim?"),
        (["kim", "P7", "1", "--reason", "x"], "there is no item P7: P1"),
        (["kim", "P1", "11", "--reason", "x"], "P1 has 0 to 10 points: 11 cannot be given"),
        (["kim", "P1", "ten", "--reason", "x"], "ten is no number of points"),
        (["kim", "P1", "nan", "--reason", "x"], "nan is no number of points"),
        (["kim", "P1", "1"], "a decision has a reason, which the student reads: give --reason"),
        (["kim", "P1", "1", "--reason", " "], "a decision has a reason"),
        (["kim", "P1", "1", "--reason", "x", "--author", " "], "a decision has an author: give --author"),
        (["kim", "P1", "--reason", "x"], "how many points for P1? Give them after it, or --undo"),
        (["kim", "P1", "1", "--undo"], "--undo takes the last decision back: give no points with it"),
        (["kim", "P1", "--undo"], "there is no decision on P1 of kim to take back"),
    ],
)
def test_what_a_ta_cannot_mean(shared: Path, words: list[str], said: str) -> None:
    with pytest.raises(GraderError) as refused:
        app(["override", str(shared), *words], standalone_mode=False)
    assert str(refused.value).startswith(said)
    assert rows(shared)["kim"]["total"] == "10"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graded(tmp_path_factory.mktemp("class"), CLASS)


def test_a_decision_waits_for_no_grader(tmp_path: Path, grader: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.gradebook import commands
    from grader.results import results_in

    out = graded(tmp_path, CLASS)
    monkeypatch.setattr(commands, "_PATIENCE", 0.0)
    with results_in(out, rubric(tmp_path)):
        asked = commands.asked_for("P1", "3", "asked in class", "ta", undo=False)
        assert commands.override_points(out, "lee", asked, None) == 0
        assert rows(out)["lee"]["total"] == "6"
        with book_of(out, None) as book:
            assert book.standings("tiny")["lee"].report.total == 3


@pytest.mark.long
def test_the_whole_way_on_postgresql(tmp_path: Path, postgresql: str, grader: Command) -> None:
    from test_again import arguments, class_of

    folder, out = class_of(tmp_path, "kim", "lee"), tmp_path / "out"
    assert grader(*arguments(folder, "--gradebook", postgresql)).returncode == 0
    refused = grader("override", out, "kim", "P1", "0", "--reason", "x")
    assert (refused.returncode, "the gradebook of" in refused.stderr) == (2, True)
    there: dict[str, Any] = {"--gradebook": postgresql}
    given = [word for pair in there.items() for word in pair]
    assert grader("override", out, "kim", "P1", "0", "--reason", "copied", *given).returncode == 0
    assert "1 → 0 of 1: copied" in grader("history", out, "kim", *given).stdout
    again = grader(*arguments(folder, "--gradebook", postgresql))
    assert (again.returncode, rows(out)["kim"]["total"]) == (0, "0")
    rescored = grader("rescore", out, "-a", folder / "course" / "rubric.yaml", *given)
    assert (rescored.returncode, rows(out)["kim"]["total"]) == (0, "0")
    assert not (out / FILE).exists()
    assert os.environ.get("GRADER_GRADEBOOK") is None
