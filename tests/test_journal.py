"""What a run tells of itself while it goes on, and in the end."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.journal.counts import Counts
from grader.journal.journal import Journal
from grader.journal.log import Log


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def finished(student: str, **facts: Any) -> dict[str, Any]:
    told = {"status": "ok", "seconds": 1.0, "cpu_seconds": 0.5, "provisional": False}
    return {"student": student, **told, **facts}


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def begun(journal: Journal, submissions: int = 2) -> Journal:
    journal.note("run_started", submissions=submissions, engine="local", jobs=2)
    return journal


def test_each_line_of_the_log_tells_when_what_and_of_which_run(tmp_path: Path) -> None:
    with Log(tmp_path / "run.jsonl") as log:
        journal = begun(Journal(log.take))
        journal.note("started", student="김하나")
        journal.note("finished", **finished("김하나", waited=None))
    first, second, third = lines(tmp_path / "run.jsonl")
    assert list(first) == ["time", "event", "run", "submissions", "engine", "jobs"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["time"])
    assert (second["event"], second["student"]) == ("started", "김하나")
    assert {one["run"] for one in (first, second, third)} == {journal.run}
    assert third.keys().isdisjoint({"waited", "worker", "phases"})


def test_a_name_cannot_forge_a_line_or_steer_a_terminal(tmp_path: Path) -> None:
    with Log(tmp_path / "run.jsonl") as log:
        Journal(log.take).note("started", student='a\u2028b\n{"event": "run_ended"}\x1b[2J\udcff')
    (only,) = lines(tmp_path / "run.jsonl")
    assert only["student"] == 'a | b | {"event": "run_ended"}?[2J?'


@pytest.mark.parametrize("torn", ['{"time": "2026-', "", '{"whole": 1}\n'])
def test_a_later_run_is_appended_and_not_spoilt_by_a_torn_line(tmp_path: Path, torn: str) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text(torn)
    for _ in range(2):
        with Log(file) as log:
            begun(Journal(log.take))
    told = file.read_text().splitlines()
    assert [json.loads(line)["event"] for line in told[-2:]] == ["run_started"] * 2
    assert len(told) == 2 + bool(torn)


def test_threads_write_whole_lines_and_what_is_written_stays(tmp_path: Path) -> None:
    """Without closing: whatever ends the process, the lines are there."""
    log = Log(tmp_path / "run.jsonl")
    journal = Journal(log.take)

    def note(thread: int) -> None:
        for number in range(100):
            journal.note("failed", student=f"{thread}-{number}", why="x" * thread * 300)

    threads = [threading.Thread(target=note, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one["student"] for one in lines(log.file)}) == 800
    with log:
        pass


@pytest.mark.parametrize(
    "full",
    [
        lambda folder: Path("/dev/full"),
        lambda folder: folder / "not there" / "run.jsonl",
        lambda folder: folder,
    ],
)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk is a device of Linux")
def test_a_log_that_cannot_be_written_stops_nothing_and_is_told_of(
    tmp_path: Path, full: Callable[[Path], Path]
) -> None:
    counts = Counts()
    with Log(full(tmp_path)) as log:
        journal = begun(Journal(log.take, counts.take))
        journal.note("finished", **finished("anna"))
    assert counts.done == 1
    assert log.trouble.startswith(f"{full(tmp_path)} is not whole: ")


@pytest.mark.parametrize(
    ("event", "facts", "problem"),
    [
        ("begun", {}, "no such event: begun"),
        ("started", {"student": "anna", "age": 3}, "no such fact: age"),
        ("started", {}, "lacks: student"),
        ("started", {"student": None}, "lacks: student"),
        ("started", {"student": b"anna"}, "student is bytes"),
        ("finished", finished("anna", seconds=float("nan")), "JSON"),
        ("finished", finished("anna", phases={"cells": object()}), "JSON"),
    ],
)
def test_an_event_that_is_not_in_the_table_is_refused(event: str, facts: dict[str, Any], problem: str) -> None:
    with pytest.raises((ValueError, TypeError), match=problem):
        Journal().note(event, **facts)


def test_counts_follow_the_events_and_forget_who_is_done() -> None:
    counts, clock = Counts(), Clock()
    journal = begun(Journal(counts.take, clock=clock), submissions=10)
    journal.note("worker_joined", worker="one")
    for student in "abcd":
        journal.note("started", student=student)
    assert (counts.left(clock.now), set(counts.running)) == (None, set("abcd"))
    clock.now += 10
    journal.note("finished", **finished("a", status="timeout", seconds=9.0))
    journal.note("reused", student="z")
    journal.note("retried", student="b", why="its worker is gone")
    journal.note("worker_left", worker="one")
    clock.now += 10
    journal.note("set_aside", student="b", why="it took two workers with it")
    journal.note("failed", student="c", why="the kernel server died twice")
    assert set(counts.running) == {"b", "d"}
    assert (counts.done, counts.ran, counts.reused, counts.failed) == (3, 1, 1, 1)
    assert (counts.retried, counts.set_aside, counts.workers) == (1, 1, set())
    assert (counts.cpu_seconds, counts.seconds["timeout"], counts.statuses["timeout"]) == (0.5, 9.0, 1)
    assert counts.rate(clock.now) == pytest.approx(2 / 20)
    assert counts.left(clock.now) == pytest.approx(7 / (2 / 20))


def test_the_time_of_what_was_stored_already_is_not_that_of_what_runs() -> None:
    counts, clock = Counts(), Clock()
    journal = begun(Journal(counts.take, clock=clock), submissions=1000)
    for number in range(900):
        journal.note("started", student=str(number))
        clock.now += 0.1
        journal.note("reused", student=str(number))
    for number in range(900, 905):
        journal.note("started", student=str(number))
        clock.now += 1
        journal.note("finished", **finished(str(number)))
    assert counts.rate(clock.now) == pytest.approx(1)
    assert counts.left(clock.now) == pytest.approx(95)


def test_when_a_run_is_over_nothing_is_in_hand() -> None:
    counts = Counts()
    journal = begun(Journal(counts.take))
    journal.note("started", student="interrupted")
    journal.note("run_ended", graded=0, reused=0, failed=0, seconds=1.0)
    assert not counts.running


def test_the_rate_is_that_of_the_last_ten_minutes_however_many_there_were() -> None:
    counts, clock = Counts(), Clock()
    journal = begun(Journal(counts.take, clock=clock), submissions=30_000)
    for number in range(3000):  # ten a second, then one in ten seconds
        journal.note("started", student=str(number))
        clock.now += 0.1
        journal.note("finished", **finished(str(number)))
    assert counts.rate(clock.now) == pytest.approx(10, rel=0.01)
    for number in range(100):
        clock.now += 10
        journal.note("finished", **finished(str(number)))
    assert counts.rate(clock.now) == pytest.approx(0.1, rel=0.05)
    assert not counts.running
