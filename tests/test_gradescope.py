"""The autograder for Gradescope, in a tree laid out like theirs: every results.json is valid, and true."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest
from build import course, notebook
from conftest import ROOT, Command
from sample_class import FOLDER

from grader import __version__
from grader.assignment import load
from grader.bundles import autograder
from grader.bundles.commands import write_gradescope
from grader.class_file import asked_in
from grader.exporters.grades import grades_of
from grader.exporters.gradescope import results as as_results
from grader.gradescope import attempts, container, metadata
from grader.gradescope.run import main
from grader.gradescope.settings import Settings
from grader.kernels import runner
from grader.model import CellError, Execution, Limits, Report
from grader.walls.doctor import Diagnosis, Offer, examine
from grader.walls.plan import TIERS

SCHEMA = json.loads((Path(__file__).parent / "gradescope.schema.json").read_text(encoding="utf-8"))
NOON = dt.datetime(2026, 4, 3, 12, tzinfo=dt.UTC)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Gradescope's containers are Linux")


class Tree:
    """`/autograder` in a folder of the test's own, the image built."""

    def __init__(self, root: Path, rubric: Path, **settings: Any) -> None:
        self.root = root
        chosen = Settings(**{"least_walls": examine().tier, "minutes": 5, **settings})
        write_gradescope(rubric, root / "autograder.zip", chosen)
        with zipfile.ZipFile(root / "autograder.zip") as archive:
            archive.extractall(root / "source")
        shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
        (root / "run_autograder").chmod(0o755)
        (root / "venv").symlink_to(sys.prefix, target_is_directory=True)

    def hand_in(self, *files: Path, **told: Any) -> None:
        shutil.rmtree(self.root / "submission", ignore_errors=True)
        (self.root / "submission").mkdir()
        for file in files:
            copied = shutil.copytree if file.is_dir() else shutil.copy
            copied(file, self.root / "submission" / file.name)  # type: ignore[operator]
        (self.root / "submission_metadata.json").write_text(json.dumps(of_gradescope(**told)), encoding="utf-8")

    def start(self) -> subprocess.Popen[str]:
        command = [str(self.root / "run_autograder")]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/")

    def run(self) -> dict[str, Any]:
        running = self.start()
        self.said = running.communicate(timeout=300)[0]
        assert running.returncode == 0
        return self.results()

    def grade(self) -> dict[str, Any]:
        """As `run`, but for the script around it."""
        assert main(self.root) == 0
        return self.results()

    def results(self) -> dict[str, Any]:
        return valid(json.loads((self.root / "results" / "results.json").read_bytes()))


def valid(told: dict[str, Any]) -> dict[str, Any]:
    jsonschema.validate(told, SCHEMA)
    return told


def of_gradescope(at: dt.datetime = NOON, due: dt.datetime | None = None, **more: Any) -> dict[str, Any]:
    """submission_metadata.json as their documentation shows it."""
    return {
        "id": 123456,
        "created_at": at.isoformat(),
        "assignment": {
            "due_date": due.isoformat() if due else None,
            "group_size": None,
            "group_submission": False,
            "id": 25828,
            "course_id": 1234,
            "late_due_date": None,
            "release_date": "2026-03-01T00:00:00.000000+00:00",
            "title": "Homework 1",
            "total_points": "10.0",
        },
        "submission_method": "upload",
        "users": [{"email": "kim@example.com", "id": 1, "name": "Kim"}],
        "previous_submissions": [],
        **more,
    }


def before(at: dt.datetime, results: dict[str, Any] | None = None, *, failed: bool = False) -> dict[str, Any]:
    told = {"submission_time": at.isoformat(), "score": 1.0, "autograder_error": failed}
    return told | ({"results": results} if results is not None else {})


def seen_by_students(told: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    """The tests that a student sees before anything is published, and whether the total is shown."""
    seen = [test for test in told["tests"] if test["visibility"] == "visible"]
    return seen, len(seen) == len(told["tests"])


RUNS = "{check: runs, points: 2}"
DEVICES = "{check: compares_devices, points: 1}"


@pytest.fixture(scope="module")
def rubric(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    course(folder, RUNS, DEVICES)
    return folder / "rubric.yaml"


@pytest.fixture
def tree(tmp_path: Path, rubric: Path) -> Tree:
    return Tree(tmp_path, rubric)


@pytest.fixture(scope="module")
def kernels() -> Iterator[runner.KernelRunner]:
    with runner.kernel_runner() as made:
        yield made


@pytest.fixture
def one_server(kernels: runner.KernelRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in this process share a kernel server, which takes seconds to start."""
    monkeypatch.setattr(runner, "kernel_runner", lambda *_, **__: contextlib.nullcontext(kernels))


def work(folder: Path, *cells: str) -> Path:
    return notebook(folder / "hw.ipynb", *cells)


# ---------------------------------------------------------------- the zip


def test_the_zip_is_laid_out_as_gradescope_wants_it(rubric: Path, tmp_path: Path) -> None:
    write_gradescope(rubric, tmp_path / "a.zip", Settings())
    write_gradescope(rubric, tmp_path / "b.zip", Settings())
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = set(archive.namelist())
        for program in ("setup.sh", "run_autograder"):
            assert archive.getinfo(program).external_attr >> 16 & 0o111
            assert archive.read(program).startswith(b"#!/usr/bin/env bash\n")
            subprocess.run(["bash", "-n"], input=archive.read(program), check=True)
        setup = archive.read("setup.sh").decode()
        pins = archive.read("constraints.txt").decode()
    (wheel,) = (name for name in names if name.endswith(".whl"))
    assert wheel in setup
    assert "@" not in setup.replace("$@", "").replace("] @ file://", "")
    assert "\ntorch==" in f"\n{pins}"
    assert "+" not in pins
    assert not any("solution" in name for name in names)


def test_what_is_chosen_on_the_command_line_is_in_the_zip(rubric: Path, tmp_path: Path, grader: Command) -> None:
    chosen = ("--lang", "ko", "--minutes", "20", "--walls", "none", "--submissions", "5", "--per-day")
    done = grader("bundle", "gradescope", "-a", rubric, "-o", tmp_path / "a.zip", *chosen)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        told = Settings.model_validate_json(archive.read("settings.json"))
        first = valid(json.loads(archive.read("not-graded.json")))
        (wheel,) = (archive.read(name) for name in archive.namelist() if name.endswith(".whl"))
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        (about,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA"))
    assert f"\nVersion: {__version__}\n" in about
    assert "\nRequires-Dist: torch" in about
    assert told == Settings(language="ko", minutes=20, least_walls="none", submissions=5, per_day=True)
    assert "0점이라는 뜻이 아닙니다" in first["output"]
    done = grader("bundle", "gradescope", "-a", rubric, "-o", tmp_path / "b.zip", "--per-day")
    assert (done.returncode, (tmp_path / "b.zip").exists()) == (2, False)


def test_the_packed_grader_can_be_installed(rubric: Path, tmp_path: Path) -> None:
    tree = Tree(tmp_path, rubric)
    (wheel,) = (tree.root / "source").glob("*.whl")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(tmp_path / "to"),
        str(wheel),
    ]
    subprocess.run(command, check=True, timeout=120)
    (info,) = (tmp_path / "to").glob("grader-*.dist-info")
    assert "warm = grader.kernels.provisioner:WarmProvisioner" in (info / "entry_points.txt").read_text()
    sources = sorted(file.relative_to(ROOT) for file in (ROOT / "grader").rglob("*.py"))
    assert all((tmp_path / "to" / file).read_bytes() == (ROOT / file).read_bytes() for file in sources)
    assert (tmp_path / "to" / "grader" / "templates" / "feedback.html.j2").is_file()


def test_a_python_that_lacks_a_version_of_the_bundle_s_gets_another(rubric: Path, tmp_path: Path) -> None:
    """As that of Ubuntu 22.04, which is too old for the newest of some packages."""
    tree = Tree(tmp_path, rubric)
    (tree.root / "venv").unlink()
    stubs = {
        "venv/bin/pip": 'echo "pip $*"; case "$*" in *--constraint*) exit 1;; esac',
        "venv/bin/python": "true",
        "venv/bin/grader": "true",
        "stubs/apt-get": "true",
        f"stubs/python{sys.version_info.major}.{sys.version_info.minor}": "true",
    }
    for name, script in stubs.items():
        (tree.root / name).parent.mkdir(parents=True, exist_ok=True)
        (tree.root / name).write_text(f"#!/bin/sh\n{script}\n")
        (tree.root / name).chmod(0o755)
    path = f"{tree.root / 'stubs'}:{os.environ['PATH']}"
    command = ["bash", str(tree.root / "source" / "setup.sh")]
    done = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True)
    (with_pins, without) = (line for line in done.stdout.splitlines() if "grader[notebooks]" in line)
    assert "--constraint" in with_pins
    assert "--constraint" not in without
    assert "taking the newest that are" in done.stderr


def test_what_to_choose_in_gradescope_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_gradescope(ROOT / "rubrics" / "hw1.yaml", tmp_path / "a.zip", Settings(minutes=3))
    said = capsys.readouterr().out
    assert "for staff only" in said
    assert "Container: choose 4 CPU, 6 GB RAM" in said
    assert "Set Gradescope's timeout to 7 minutes or more" in said
    assert autograder.container_for(Limits(memory_mb=700)) == (1.0, 1.5)
    assert autograder.container_for(Limits(memory_mb=60_000)) == (4.0, 6.0)


# ---------------------------------------------------------------- grading


def test_a_hand_in_of_several_files_is_graded_as_a_whole(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("VALUE = 7\n")
    tree.hand_in(work(tmp_path, "import helper\nassert helper.VALUE == 7", "import torch"), tmp_path / "helper.py")
    told = tree.run()
    assert told["score"] == 2
    assert [(test["name"], test["score"], test["max_score"]) for test in told["tests"]] == [("P1", 2, 3)]
    assert seen_by_students(told)[1]
    assert told["stdout_visibility"] == "hidden"
    assert "Kim: 2 of 3 points, final" in tree.said
    assert (tree.root / "results").stat().st_mode & 0o077 == 0
    assert (tree.root / "source").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("one_server")
def test_late_by_gradescope_s_due_date_costs_nothing_and_is_said(tree: Tree, tmp_path: Path) -> None:
    tree.hand_in(work(tmp_path, "x = 1"), due=NOON - dt.timedelta(hours=1))
    told = tree.grade()
    assert (told["score"], told["output"]) == (2, "Handed in after the due date.")
    more = {"users": [{"name": "Kim", "assignment": {"due_date": (NOON + dt.timedelta(hours=1)).isoformat()}}]}
    tree.hand_in(work(tmp_path, "x = 1"), due=NOON - dt.timedelta(hours=1), **more)
    assert tree.grade()["output"] == ""


@pytest.mark.usefixtures("one_server")
def test_late_by_the_rubric_s_deadline_costs_what_it_says(tmp_path: Path) -> None:
    due = "{at: 2026-04-03 11:00, timezone: UTC, penalty: {percent: 50}}"
    course(tmp_path / "course", RUNS, deadline=due)
    tree = Tree(tmp_path, tmp_path / "course" / "rubric.yaml", language="ko")
    tree.hand_in(work(tmp_path, "x = 1"), due=NOON + dt.timedelta(days=1))
    told = tree.grade()
    assert told["score"] == 1
    assert "지각 감점" in told["output"]


@pytest.mark.usefixtures("one_server")
def test_what_waits_for_a_person_has_no_score_and_no_total_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    says = "{check: mentions, points: 3, concept: why}"
    concepts = "{why: {ko: [기울기 소실], en: [vanishing gradient]}}"
    course(tmp_path / "course", says, concepts=concepts)
    tree = Tree(tmp_path, tmp_path / "course" / "rubric.yaml")
    tree.hand_in(work(tmp_path, "x = 1", "#md Something else altogether, in many words."))
    told = tree.grade()
    seen, total = seen_by_students(told)
    assert not total
    (waiting,) = seen
    assert waiting["name"] == "P1 — waits for a person (of 3 points)"
    assert not {"score", "max_score", "status"} & set(waiting)
    assert told["output"] == "0 points so far; a person will decide on P1 (up to 3 more). This is not a grade yet."
    assert "P1: " in capsys.readouterr().out


@pytest.mark.usefixtures("one_server")
def test_what_is_kept_back_is_in_tests_of_its_own(tmp_path: Path) -> None:
    hidden = "{check: compares_devices, points: 4, visibility: after_due}"
    course(tmp_path / "course", RUNS, hidden)
    tree = Tree(tmp_path, tmp_path / "course" / "rubric.yaml")
    tree.hand_in(work(tmp_path, "x = 1"))
    told = tree.grade()
    seen, total = seen_by_students(told)
    assert not total
    assert [(test["name"], test["score"], test["max_score"]) for test in seen] == [("P1", 2, 2)]
    assert "devices" not in json.dumps(seen)
    (later,) = (test for test in told["tests"] if test not in seen)
    assert (later["visibility"], later["score"], later["max_score"]) == ("after_due_date", 0, 4)


@pytest.mark.usefixtures("one_server")
def test_what_lateness_costs_tells_nothing_of_what_is_kept_back(tmp_path: Path) -> None:
    due = "{at: 2026-04-03 11:00, timezone: UTC, penalty: {percent: 50}}"
    course(tmp_path / "course", RUNS, "{check: compares_devices, points: 4, visibility: after_due}", deadline=due)
    tree = Tree(tmp_path, tmp_path / "course" / "rubric.yaml")
    tree.hand_in(work(tmp_path, "x = 1"))
    told = tree.grade()
    assert told["output"] == "Handed in 1 h late; 50 % of the full points"
    assert not seen_by_students(told)[1]


@pytest.mark.parametrize("name", ["hw.ipynb", "hw.csv", "hw.pdf"])
@pytest.mark.usefixtures("one_server")
def test_who_handed_in_what_cannot_be_read_is_told_so_and_may_try_again(
    tmp_path: Path, rubric: Path, name: str
) -> None:
    tree = Tree(tmp_path, rubric, submissions=1)
    (tmp_path / name).write_text("no notebook")
    tree.hand_in(tmp_path / name, at=at(0))
    first = tree.grade()
    assert re.search(r"download the notebook again|hand in an \.ipynb|save it again", first["output"]), first["output"]
    if name == "hw.pdf":  # which a person reads
        return
    assert "does not count against the limit" in first["output"]
    tree.hand_in(work(tmp_path, "x = 1"), at=at(1), previous_submissions=[before(at(0), first)])
    assert (tree.grade()["score"], tree.results()["output"]) == (2, "graded submission 1 of 1")


@pytest.mark.usefixtures("one_server")
def test_students_are_told_which_of_their_notebooks_counts(tree: Tree, tmp_path: Path) -> None:
    tree.hand_in(work(tmp_path, "x = 1"), notebook(tmp_path / "hw (1).ipynb", "1/0"))
    assert "hw (1).ipynb, counts, not hw.ipynb" in tree.grade()["output"]


@pytest.mark.usefixtures("one_server")
def test_a_name_that_cannot_be_printed_costs_nobody_a_grade(
    tree: Tree, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.hand_in(work(tmp_path, "x = 1"), users=[{"name": "Kim \ud83d\nLee"}])
    assert tree.grade()["score"] == 2
    assert capsys.readouterr().out.startswith("Kim ??Lee: 2 of 3 points, final\n")


# ---------------------------------------------------------------- whatever happens


def is_not_graded(told: dict[str, Any]) -> bool:
    """No score that a student sees, and a sentence that says so."""
    seen, total = seen_by_students(told)
    assert not any("score" in test for test in seen)
    return not total and told["output"].startswith("This submission is not graded yet. That is not zero points")


def test_a_crash_of_ours_is_no_zero(tree: Tree, tmp_path: Path) -> None:
    tree.hand_in(work(tmp_path, "x = 1"))
    (tree.root / "source" / "assignment" / "assignment.json").write_text("{}")
    assert is_not_graded(tree.run())
    assert "is not a rubric as the grader stores it" in tree.said
    (tree.root / "source" / "settings.json").unlink()
    assert is_not_graded(tree.run())
    (tree.root / "venv").unlink()
    assert is_not_graded(tree.run())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed_in_the_middle_it_is_no_zero(tree: Tree, tmp_path: Path, number: signal.Signals) -> None:
    tree.hand_in(work(tmp_path, "import time", "time.sleep(300)"))
    started = tree.start()
    below = _running_notebook(started.pid)
    if number == signal.SIGKILL:  # the grader itself, as the kernel does when memory ends
        os.kill(below, signal.SIGKILL)
    else:
        os.kill(started.pid, signal.SIGTERM)
    tree.said = started.communicate(timeout=60)[0]
    assert is_not_graded(tree.results())
    assert "ended by SIGTERM" in tree.said or number == signal.SIGKILL


def _running_notebook(pid: int) -> int:
    """The grader's process below the script, once a kernel runs below it."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with contextlib.suppress(psutil.Error):
            graders = [p for p in psutil.Process(pid).children() if "grader.gradescope" in p.cmdline()]
            below = [process for grader in graders for process in grader.children(recursive=True)]
            if len(below) > 1 and "grader.kernels.server" in below[0].cmdline():
                return int(graders[0].pid)
        time.sleep(0.05)
    raise AssertionError("no kernel came up")


def test_our_time_is_up_before_theirs(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever takes it: here the notebook is given more time than we have."""
    tree.hand_in(work(tmp_path, "import time", "time.sleep(300)"))
    monkeypatch.setattr("grader.gradescope.run._MARGIN_SECONDS", 5 * 60 - 3)
    monkeypatch.setattr(container, "given", lambda promised, *_: promised)
    assert is_not_graded(tree.grade())


def test_a_notebook_that_lacked_what_the_rubric_gives_it_is_not_graded() -> None:
    promised = Limits(seconds=300, cell_seconds=90, memory_mb=3000)
    small = container.Container(memory_mb=768, cores=0.5)
    limits = container.given(promised, small, 500)
    assert (limits.seconds, limits.cell_seconds, limits.memory_mb) == (500, 180, max(128, 768 - container.OWN_MB))
    ended = {status: Execution(status=status, submission_sha256="") for status in ("out_of_memory", "timeout", "ok")}
    assert "more memory than this container has: 768 MB" in container.short_of(
        ended["out_of_memory"], promised, limits, small
    )
    died = CellError(cell=3, name="KernelDied", message="the kernel ended with signal 9")
    by_the_system = Execution(status="killed", submission_sha256="", errors=(died,))
    assert "more memory" in container.short_of(by_the_system, promised, limits, small)
    assert "500 s" in container.short_of(ended["timeout"], promised, limits, small)
    assert not container.short_of(ended["ok"], promised, limits, small)
    large = container.Container(memory_mb=6000, cores=4)
    whole = container.given(promised, large, 500)
    assert whole == promised
    assert not any(container.short_of(one, promised, whole, large) for one in ended.values())


@pytest.mark.parametrize(
    ("files", "memory", "cores"),
    [
        ({"sys/fs/cgroup/memory.max": "805306368", "sys/fs/cgroup/cpu.max": "50000 100000"}, 805, 0.5),
        ({"sys/fs/cgroup/memory.max": "max", "sys/fs/cgroup/cpu.max": "max 100000"}, None, None),
        (
            {
                "proc/self/cgroup": "4:memory:/box\n2:cpu,cpuacct:/box",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
                "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "1610612736",
                "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us": "100000",
                "sys/fs/cgroup/cpu/box/cpu.cfs_period_us": "100000",
            },
            1610,
            1.0,
        ),
        ({}, None, None),
    ],
)
def test_the_container_s_size_is_read(
    tmp_path: Path, files: dict[str, str], memory: int | None, cores: float | None
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    assert container.found(tmp_path) == container.Container(memory, cores)


def test_without_the_walls_that_were_asked_for_nothing_runs(
    tmp_path: Path, rubric: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    offers = (*(Offer(tier, False, reasons=("no Landlock",)) for tier in TIERS[:-1]), Offer("none", True))
    monkeypatch.setattr("grader.gradescope.run.examine", lambda: Diagnosis(offers))
    tree = Tree(tmp_path, rubric, least_walls="reduced")
    tree.hand_in(work(tmp_path, "x = 1"))
    assert is_not_graded(tree.grade())
    assert (
        "reduced walls cannot be built in this container (no Landlock): give `--walls none`" in capfd.readouterr().err
    )


# ---------------------------------------------------------------- limits on submissions


def at(hours: float) -> dt.datetime:
    return NOON + dt.timedelta(hours=hours)


@pytest.mark.usefixtures("one_server")
def test_over_the_limit_nothing_runs_and_the_last_grade_stays(tmp_path: Path, rubric: Path) -> None:
    tree = Tree(tmp_path, rubric, submissions=2)
    good, bad = work(tmp_path / "a", "x = 1"), work(tmp_path / "b", "1 / 0")
    tree.hand_in(good, at=at(0))
    first = tree.grade()
    assert (first["score"], first["output"]) == (2, "graded submission 1 of 2")
    (tree.root / "venv").unlink()  # which is no fault of the student's
    tree.hand_in(bad, at=at(1), previous_submissions=[before(at(0), first)])
    lost = tree.run()
    assert is_not_graded(lost)
    tree.hand_in(good, at=at(2), previous_submissions=[before(at(0)), before(at(1), lost)])
    second = tree.grade()
    assert second["output"] == "graded submission 2 of 2"
    earlier = [before(at(0)), before(at(1)), before(at(2), second)]
    for hour in (3, 4):
        tree.hand_in(bad, at=at(hour), previous_submissions=earlier)
        over = tree.grade()
        assert over["score"] == 2
        assert over["tests"] == second["tests"]
        assert over["output"].startswith("2 submissions are graded in all. This one was not graded;")
        assert over["output"].count("This one was not graded") == 1
        earlier = [*(before(NOON + dt.timedelta(hours=h)) for h in range(hour)), before(at(hour), over)]


def test_a_day_is_counted_back_from_the_submission_s_own_time(tmp_path: Path) -> None:
    """Of what the student handed in, not of what we failed at."""
    chosen = Settings(submissions=2, per_day=True)
    earlier = [before(at(-30)), before(at(-23)), before(at(-2), failed=True), before(at(-1))]
    file = tmp_path / metadata.NAME
    file.write_text(json.dumps(of_gradescope(previous_submissions=earlier[::-1])), encoding="utf-8")
    told = metadata.read(file)
    assert attempts.attempts(told).used(told.at, chosen) == 2
    assert attempts.attempts(told).used(at(2), chosen) == 1
    assert attempts.attempts(told).used(told.at, Settings(submissions=2)) == 3


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "[]",
        "{}",
        '{"created_at": 3, "assignment": [], "users": {}, "previous_submissions": "x"}',
        '{"created_at": "yesterday", "users": [1, {"name": null}], "previous_submissions": [1, {"results": []}]}',
        '{"previous_submissions": [{"submission_time": "2026-01-01", "results": {"extra_data": {"grader": 1}}}]}',
    ],
)
def test_metadata_that_say_nothing_stop_nothing(tmp_path: Path, broken: str) -> None:
    (tmp_path / metadata.NAME).write_text(broken)
    told = metadata.read(tmp_path / metadata.NAME)
    assert (told.at, told.late) == (None, None)
    assert attempts.attempts(told).last is None


@pytest.mark.usefixtures("one_server")
def test_a_group_is_called_by_all_its_members(tree: Tree, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    users = [{"name": "Kim", "email": "kim@example.com"}, {"name": "이도윤", "email": "lee@example.com"}]
    tree.hand_in(work(tmp_path, "x = 1"), users=users)
    tree.grade()
    assert "Kim, 이도윤: 2 of 3 points" in capsys.readouterr().out


# ---------------------------------------------------------------- the same as `grader grade`


@pytest.mark.long
@pytest.mark.usefixtures("one_server")
def test_the_sample_class_gets_what_grader_grade_gives_it(tmp_path: Path, grader: Command) -> None:
    """A few that end in different ways: with a mistake, with a person to look, with no notebook."""
    names = ("broadcasting-bug", "partial-answers-english", "login-page-instead")
    for name in names:
        shutil.copytree(FOLDER / name, tmp_path / "class" / name, ignore=shutil.ignore_patterns("expect.yaml"))
    out = tmp_path / "out"
    assert grader("grade", tmp_path / "class", "-o", out, "--walls", examine().tier).returncode == 0
    homework = load(ROOT / "rubrics" / "hw1.yaml")
    tree = Tree(tmp_path, ROOT / "rubrics" / "hw1.yaml")
    for name in names:
        report = Report.model_validate_json((out / "reports" / f"{name}.json").read_bytes())
        tree.hand_in(*(tmp_path / "class" / name).iterdir())
        told = tree.grade()
        assert told["score"] == pytest.approx(report.decided), name
        assert told["tests"] == as_results(grades_of(report, asked_in(homework)))["tests"], name
