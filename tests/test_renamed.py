"""A roster that comes, goes or changes: what people decided stays with those whom they decided on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from build import course
from conftest import Command
from exports import notebook

pytestmark = pytest.mark.long
DEADLINE = "{at: 2026-04-03 23:59, timezone: Asia/Seoul, penalty: {percent: 10, per: day}}"
ROSTER = "학번,이름,연장\n2023-10004,윤채원,\n2023-10010,한지호,\n"


def submitted(folder: Path) -> Path:
    """nbgrader's tree of two students, of whom the second is late by a day."""
    course(folder / "course", "{check: runs, points: 10}", deadline=DEADLINE)
    for student, day in (("2023-10004", 3), ("2023-10010", 4)):
        own = folder / "submitted" / student / "hw1"
        own.mkdir(parents=True)
        (own / "hw1.ipynb").write_bytes(notebook("#md ## P1", f"x = {day}"))
        (own / "timestamp.txt").write_text(f"2026-04-{day:02} 20:00:00 Asia/Seoul", encoding="utf-8")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return folder / "out"


def counts(out: Path) -> dict[str, tuple[str, str, str]]:
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as table:
        return {row["student"]: (row["total"], row["penalty"], row["status"]) for row in csv.DictReader(table)}


def test_decisions_stay_with_the_person_when_a_roster_comes_and_goes(grader: Command, tmp_path: Path) -> None:
    out = submitted(tmp_path)
    rubric = tmp_path / "course" / "rubric.yaml"
    line = ("grade", tmp_path / "submitted", "-o", out, "-a", rubric, "--walls", "none")
    given = ("--roster", tmp_path / "roster.csv")

    def decided(student: str, place: str, *points: object) -> str:
        done = grader("override", out, student, place, *points, "--reason", "as agreed", "--author", "Park")
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert grader(*line).returncode == 0
    decided("2023-10004", "P1/runs", 7)
    decided("2023-10010", "late", 3)
    assert counts(out) == {"2023-10004": ("7", "0", "final"), "2023-10010": ("10", "3", "final")}

    done = grader(*line, *given)
    assert done.returncode == 0, done.stderr
    assert "2023-10004 → 2023-10004 윤채원, 2023-10010 → 2023-10010 한지호" in done.stdout
    now = {"2023-10004 윤채원": ("7", "0", "final"), "2023-10010 한지호": ("10", "3", "final")}
    assert counts(out) == now
    said = grader("history", out, "윤채원").stdout
    assert "P1/runs: 10 → 7 of 10: as agreed, by Park" in said
    assert said.count(", as 2023-10004\n") == 1
    everybody = grader("history", out).stdout
    assert (everybody.count("2023-10004"), everybody.count("by Park")) == (2, 2)  # in the table, and the decision

    assert "comes along" not in grader(*line, *given).stdout
    assert counts(out) == now
    assert "2023-10010 한지호 late: 3 → 1 of 10 (taken back)" in decided("2023-10010", "late", "--undo")

    refused = grader(*line)
    assert refused.returncode == 2
    assert f"was graded with a roster: give --roster {tmp_path / 'roster.csv'} again, or --no-roster" in refused.stderr
    assert counts(out)["2023-10004 윤채원"] == ("7", "0", "final")
    done = grader(*line, "--no-roster")
    assert done.returncode == 0, done.stderr
    assert counts(out) == {"2023-10004": ("7", "0", "final"), "2023-10010": ("10", "1", "final")}


def test_decisions_on_somebody_who_is_not_here_any_more_are_told(grader: Command, tmp_path: Path) -> None:
    out = submitted(tmp_path)
    rubric = tmp_path / "course" / "rubric.yaml"
    line = ("grade", tmp_path / "submitted", "-o", out, "-a", rubric, "--walls", "none")
    assert grader(*line).returncode == 0
    grader("override", out, "2023-10010", "late", 0, "--reason", "ill", "--author", "Park")
    (tmp_path / "submitted" / "2023-10010").rename(tmp_path / "submitted" / "someone")
    done = grader(*line)
    assert "which counts for nobody now: no hand-in is known to be theirs (1): 2023-10010\n" in done.stdout
    assert counts(out)["someone"] == ("10", "1", "final")
