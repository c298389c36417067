"""A run that is watched: on a terminal, in a file, by Prometheus, and its report in the end."""

from __future__ import annotations

import contextlib
import io
import json
import re
import socket
import stat
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from build import course, notebook, submission
from conftest import Command
from graded_class import NOON
from prometheus_client.parser import text_string_to_metric_families
from test_journal import Clock, begun, finished
from test_results import HOMEWORK

from grader.errors import GraderError
from grader.executors.engine import DaskEngine
from grader.exporters.html import run_page
from grader.grading import Graded
from grader.journal.account import Account, RunReport
from grader.journal.events import EVENTS, Noted
from grader.journal.journal import Journal
from grader.journal.metrics import Metrics, place, published
from grader.journal.progress import Standing, shown
from grader.journal.watched import Watched, journal_of
from grader.model import CellError, Execution, ExecutionStatus
from grader.scoring import score


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def until(true: Callable[[], bool]) -> None:
    """Another thread does it soon; a test fails where it never does."""
    for _ in range(1000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


# ---------------------------------------------------------------- progress


def test_the_bar_names_who_runs_and_tells_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "xterm")
    clock, screen = Clock(), Terminal()
    standing = Standing(clock)
    journal = begun(Journal(standing.take, clock=clock), submissions=8)
    with shown(standing, screen):
        journal.note("started", student="[bold]Kim")
        clock.now += 60
        journal.note("finished", **finished("[bold]Kim"))
        journal.note("failed", student="Park", why="a fault")
        journal.note("started", student="[bold]Lee")
        until(lambda: "[bold]Lee" in screen.getvalue() and "3 min left" in screen.getvalue())
    assert "2/8" in screen.getvalue()
    assert "1 failed · 2 a minute" in screen.getvalue()


def test_where_nobody_watches_a_line_is_written_now_and_then() -> None:
    clock, output = Clock(), io.StringIO()
    standing = Standing(clock)
    journal = Journal(standing.take, clock=clock)
    journal.note("run_started", submissions=5, engine="dask", jobs=1, dashboard="http://there:8787/status")
    journal.note("worker_joined", worker="one")
    journal.note("reused", student="Choi")
    for student in "ab":
        journal.note("started", student=student)
    clock.now += 7200
    journal.note("finished", **finished("a"))
    with shown(standing, output, seconds=0.01):
        until(lambda: output.getvalue().count("\n") > 1)
    link, line = output.getvalue().splitlines()[:2]
    assert link == "Dask's dashboard: http://there:8787/status"
    told = "2 of 5 done · 1 running · 1 reused · 1 worker · 0.00833 a minute · 6 h left"
    assert re.fullmatch(rf"\d\d:\d\d:\d\d {re.escape(told)}", line), line


def test_thousands_a_minute_are_told_in_digits() -> None:
    clock = Clock()
    standing = Standing(clock)
    journal = begun(Journal(standing.take, clock=clock), submissions=9000)
    journal.note("started", student="0")
    for number in range(1234):
        journal.note("finished", **finished(str(number)))
    clock.now += 60
    assert "1234 a minute" in standing.figures()


def test_a_terminal_that_is_closed_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    with shown(Standing(), screen):

        def closed(text: str) -> int:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(screen, "write", closed)


def test_a_short_run_says_nothing_where_nobody_watches() -> None:
    output = io.StringIO()
    with shown(Standing(), output):
        pass
    assert output.getvalue() == ""


# ---------------------------------------------------------------- metrics


def figures(text: str) -> dict[str, float]:
    """Name with labels -> value, as Prometheus' own parser reads them."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {f"{one.name}{dict(sorted(one.labels.items())) or ''}": one.value for one in samples}


def told(journal: Journal) -> None:
    journal.note("run_started", submissions=9, engine="dask", jobs=2)
    journal.note("worker_joined", worker="one")
    for student, more in (("a", {"status": '"'}), ("b", {"seconds": 42.0, "waited": 2.5})):
        journal.note("started", student=student)
        journal.note("finished", **finished(student, **more, phases={"cells": 1.0, "questions": 0.25}))
    for student in "cd":
        journal.note("started", student=student)
    journal.note("retried", student="c", why="gone")
    journal.note("set_aside", student="c", why="gone again")
    journal.note("reused", student="e")
    journal.note("failed", student="f", why="a fault")


def test_the_metrics_file_is_what_prometheus_reads(tmp_path: Path) -> None:
    metrics, file = Metrics(), tmp_path / "grader.prom"
    journal = Journal(metrics.take)
    with published(metrics, place(str(file))):
        assert figures(file.read_text())["grader_run_going"] == 0
        told(journal)
    read = figures(file.read_text(encoding="utf-8"))
    assert read["grader_submissions_expected"] == 9
    assert read["grader_submissions_total{'status': 'ok'}"] == 1
    assert read[f"grader_submissions_total{ {'status': chr(34)} }"] == 1
    assert [read[f"grader_{n}_total"] for n in ("reused", "failed", "retried", "set_aside")] == [1, 1, 1, 1]
    assert [read[f"grader_{name}"] for name in ("running", "waiting", "workers", "run_going")] == [2, 3, 1, 1]
    assert read["grader_submission_seconds_bucket{'le': '1.0'}"] == 1
    assert read["grader_submission_seconds_bucket{'le': '+Inf'}"] == read["grader_submission_seconds_count"] == 2
    assert read["grader_submission_seconds_sum"] == 43
    assert (read["grader_cpu_seconds_total"], read["grader_waited_seconds_total"]) == (1.0, 2.5)
    assert read["grader_phase_seconds_total{'phase': 'questions'}"] == 0.5
    assert [name for name in read if name.startswith("grader_run_info") and journal.run in name]
    assert list(tmp_path.iterdir()) == [file]
    assert stat.S_IMODE(file.stat().st_mode) & 0o444 == 0o444 & ~_umask(tmp_path)


def _umask(folder: Path) -> int:
    (folder / "new").touch()
    return ~stat.S_IMODE((folder / "new").stat().st_mode) & 0o777


def test_metrics_are_served_for_as_long_as_the_run_lasts() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    metrics = Metrics()
    with published(metrics, place(f":{port}")):
        told(Journal(metrics.take))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert figures(answer.read().decode())["grader_running"] == 2
        with pytest.raises(GraderError, match=rf"127.0.0.1:{port} cannot be served .* choose another port"):
            published(Metrics(), place(f":{port}")).__enter__()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10)


@pytest.mark.parametrize(
    "wrong", ["metrics.txt", "9100", ":0", ":65536", "nowhere/metrics.prom", "host:port", "[x]:9", "a..b:9"]
)
def test_a_place_that_metrics_cannot_have_is_one_sentence(wrong: str, tmp_path: Path) -> None:
    there = str(tmp_path / wrong) if wrong.endswith(".prom") else wrong
    with pytest.raises(GraderError, match=r"^--metrics ?") as complaint, published(Metrics(), place(there)):
        pass
    assert there in str(complaint.value)
    assert "\n" not in str(complaint.value)


@pytest.mark.parametrize(
    ("given", "host", "port"), [(":9100", "127.0.0.1", 9100), ("0.0.0.0:80", "0.0.0.0", 80), ("[::1]:9", "::1", 9)]
)
def test_an_address_is_told_from_a_file(given: str, host: str, port: int) -> None:
    assert place(given) == (None, host, port)
    assert place(f"./{given}.prom").file == Path(f"{given}.prom")


# ---------------------------------------------------------------- how one submission ended


def test_a_fault_without_a_word_is_a_fault(tmp_path: Path) -> None:
    noted: list[Noted] = []
    assignment = course(tmp_path / "course", "{check: runs, points: 1}")
    handed_in = submission(tmp_path, assignment, "x = 1")
    lost = (CellError(cell=None, name="TimeoutError", message=""),)
    execution = Execution(status="infrastructure", submission_sha256=handed_in.sha256, errors=lost)
    graded = Graded(handed_in, execution, score(handed_in, execution, assignment, "en", NOON))
    Watched(Journal(noted.append), Account(), Standing(), tmp_path).graded(graded)
    assert [(one.event, one.facts["why"]) for one in noted] == [("failed", "infrastructure")]


@pytest.mark.parametrize(
    ("status", "reused", "event", "facts"),
    [
        ("timeout", False, "finished", {"seconds": 2.0, "cpu_seconds": 1.5, "phases": {"cells": 2.0}, "worker": "one"}),
        ("ok", True, "reused", {}),
        ("infrastructure", False, "failed", {"why": "no kernel | at all"}),
    ],
)
def test_a_graded_submission_is_noted_once(
    tmp_path: Path, status: ExecutionStatus, reused: bool, event: str, facts: dict[str, Any]
) -> None:
    noted: list[Noted] = []
    assignment = course(tmp_path / "course", "{check: runs, points: 1}")
    handed_in = submission(tmp_path, assignment, "x = 1")
    lost = (CellError(cell=None, name="RunnerError", message="no kernel\nat all"),)
    execution = Execution(
        status=status,
        submission_sha256=handed_in.sha256,
        errors=lost if status == "infrastructure" else (),
        seconds=2.0,
        cpu_seconds=1.5,
        phases={"cells": 2.0},
    )
    graded = Graded(handed_in, execution, score(handed_in, execution, assignment, "en", NOON))
    Watched(Journal(noted.append), Account(), Standing(), tmp_path).graded(graded, reused=reused, worker="one")
    known = {"student": handed_in.student}
    ended = known if event == "failed" else known | {"status": status, "provisional": False}
    assert [(one.event, dict(one.facts)) for one in noted] == [(event, ended | facts)]


# ---------------------------------------------------------------- the report


def account() -> RunReport:
    clock, whole = Clock(), Account()
    journal = Journal(whole.take, clock=clock)
    journal.note("run_started", submissions=24, engine="dask", jobs=2, scheduler="tcp://there:8786")
    journal.note("worker_joined", worker="one")
    for number in range(20):
        student = f"student {number}"
        journal.note("started", student=student, worker="one")
        clock.now += 2.0
        phases = {"start_up": 0.25, "waiting": 0.0, "cells": number / 10, "questions": 0.05}
        more = {"phases": phases, "waited": 0.1, "worker": "one", "cpu_seconds": number / 10 + 0.5}
        journal.note("finished", **finished(student, seconds=number / 10, status="ok" if number else "timeout", **more))
    journal.note("worker_left", worker="one")
    journal.note("started", student="lost")
    clock.now += 5.0
    journal.note("retried", student="lost", why="the worker one is gone")
    journal.note("set_aside", student="lost", why="it took two workers with it")
    journal.note("failed", student="<b>lost</b>", why="no worker is left")
    journal.note("reused", student="same", status="ok", provisional=True)
    journal.note("run_ended", graded=21, reused=1, failed=1, seconds=45.0)
    found = whole.report()
    assert found is not None
    return found


def test_the_report_tells_where_time_went_and_what_a_submission_cost() -> None:
    report = account()
    assert (report.submissions, report.ran, report.reused, report.failures, report.seconds) == (24, 20, 1, 1, 45.0)
    assert (report.whole, report.provisional, report.statuses) == (False, 1, {"ok": 19, "timeout": 1})
    assert (report.retried, report.retries) == (1, {"the worker one is gone": 1})
    assert [one.student for one in report.set_aside] == ["lost"]
    assert (report.cpu.n, report.cpu.sum, report.cpu.mean) == (20, 29.0, 1.45)
    assert (report.cells.median, report.cells.p90, report.cells.max) == (0.95, 1.7, 1.9)
    assert [one.student for one in report.slowest] == [f"student {n}" for n in range(19, 9, -1)]
    seconds = {part.name: part.seconds for part in report.parts}
    rest = sum(max(0.0, 2.0 - 0.4 - n / 10) for n in range(20))
    assert seconds == pytest.approx(
        {"waited": 2.0, "start_up": 5.0, "cells": 19.0, "questions": 1.0, "lost": 5.0, "rest": rest}
    )
    assert sum(part.share for part in report.parts) == pytest.approx(1, abs=0.001)
    (worker,) = report.workers
    assert (worker.name, worker.ran, worker.busy_seconds) == ("one", 20, 25.0)
    assert worker.at_a_time == pytest.approx(25 / 40, abs=0.01)
    assert RunReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Where the time went", "waiting for a worker", "This run did not come to its end: 2 of 24", "1.4 s")),
        ("ko", ("시간이 간 곳", "작업자를 기다림", "제출물 24개 가운데 2개가 남았습니다", "1.4초")),
    ],
)
def test_the_page_says_it_in_both_languages(language: Any, words: tuple[str, ...]) -> None:
    page = run_page(account(), "Homework <1>", language)
    for word in (*words, "Homework &lt;1&gt;", "&lt;b&gt;lost&lt;/b&gt;", "student 19"):
        assert word in page
    assert "<b>lost" not in page


def test_all_that_were_set_aside_are_counted_though_not_all_are_named() -> None:
    whole = Account()
    journal = begun(Journal(whole.take), submissions=150)
    for number in range(150):
        journal.note("set_aside", student=f"poison {number}", why="its workers died")
    report = whole.report()
    assert report is not None
    assert (report.set_asides, len(report.set_aside)) == (150, 100)
    page = run_page(report, "Homework", "en")
    assert "<dd>150</dd>" in page
    assert "50 more" in page


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_run_of_nothing_has_a_page(language: Any) -> None:
    whole = Account()
    begun(Journal(whole.take), submissions=0)
    report = whole.report()
    assert report is not None
    assert "–" in run_page(report, "Homework", language)


def test_whatever_ends_a_run_its_report_stays(tmp_path: Path) -> None:
    with (
        contextlib.suppress(KeyboardInterrupt),
        journal_of(tmp_path, "Homework", "en", f"{tmp_path}/x.prom") as watched,
    ):
        with watched.shown():
            begun(watched.journal).note("started", student="anna")
        watched.journal.note("finished", **finished("anna"))
        raise KeyboardInterrupt
    first, second, third = watched.lines()
    assert (first, third) == ("Run: 1 ran, in 0 s.", f"Run report: {tmp_path}/run.html")
    assert second == "Where the time went: running cells 100%; CPU 0.5 s each, 0 s in all."
    report = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert (report["ran"], report["whole"]) == (1, False)
    assert report["run"] in (tmp_path / "run.html").read_text(encoding="utf-8")
    assert [json.loads(line)["event"] for line in (tmp_path / "run.jsonl").read_text().splitlines()][-1] == "run_ended"
    assert figures((tmp_path / "x.prom").read_text())["grader_submissions_total{'status': 'ok'}"] == 1


def test_what_cannot_be_written_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    for name in ("run.jsonl", "run.html"):
        (tmp_path / name).mkdir()
    with journal_of(tmp_path, "Homework", "en") as watched:
        for student in ("anna", "ben"):
            begun(watched.journal).note("finished", **finished(student))
    assert [line.partition(" ")[0] for line in watched.lines()[3:]] == [
        f"{tmp_path}/{n}" for n in ("run.jsonl", "run.html")
    ]


def test_how_many_a_cluster_has_under_way_is_said_by_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    remote = SimpleNamespace(at_a_time=lambda: 450, place=None, dashboard="")
    module = SimpleNamespace(Cluster=lambda *_: None, remote_runner=lambda *_, **__: contextlib.nullcontext(remote))
    monkeypatch.setitem(sys.modules, "grader.executors.remote", module)
    for scheduler, jobs in (("tcp://10.0.0.5:8786", 450), (None, 1)):
        engine = DaskEngine(scheduler, 1)
        with engine.opened(HOMEWORK, None, lambda *_, **__: None, repairs=True) as opened:
            assert (engine.jobs, opened.ahead()) == (jobs, 450)


# ---------------------------------------------------------------- from the command line


@pytest.mark.long
def test_a_class_is_watched_while_it_is_graded(tmp_path: Path, grader: Command) -> None:
    course(tmp_path / "course", "{check: runs, points: 1}")
    for student, cell in (("anna", "x = 1"), ("ben", "x = 1"), ("carl", "1 / 0")):
        notebook(tmp_path / "class" / f"{student}.ipynb", cell)
    command = ("grade", tmp_path / "class", "-o", tmp_path / "out", "-a", tmp_path / "course" / "rubric.yaml")
    refused = grader(*command, "--metrics", "figures.txt")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "a file whose name ends in .prom" in refused.stderr
    for ran, reused in ((2, 1), (0, 3)):
        graded = grader(*command, "--metrics", tmp_path / "figures.prom")
        assert graded.returncode == 0, graded.stderr
        report = RunReport.model_validate_json((tmp_path / "out" / "run.json").read_bytes())
        assert (report.submissions, report.ran, report.reused, report.whole) == (3, ran, reused, True)
        assert figures((tmp_path / "figures.prom").read_text())["grader_reused_total"] == reused
        events = [json.loads(line) for line in (tmp_path / "out" / "run.jsonl").read_text().splitlines()]
        assert [one["event"] for one in events if one["run"] == report.run][-1] == "run_ended"
        assert f"Run report: {tmp_path / 'out' / 'run.html'}" in graded.stdout
        if ran:
            assert report.statuses == {"ok": 1, "student_error": 1}
            assert {"start_up", "cells", "end"} <= {part.name for part in report.parts}
            assert report.cpu.n == 2
            assert report.cpu.sum > 0


# ---------------------------------------------------------------- the page about it


def test_every_event_and_figure_is_on_the_page() -> None:
    page = (Path(__file__).parents[1] / "docs" / "watching.md").read_text(encoding="utf-8")
    for name, event in EVENTS.items():
        assert f"| `{name}` | {event.told} |" in page
        assert all(f"| `{fact}` | " in page for fact in event.facts)
    for family in Metrics().collect():
        assert re.search(
            rf"^\| `{family.name}\S*` \| {family.type} \| {re.escape(family.documentation)} \|$", page, re.M
        )
