"""What has been run is not run again: the key, the store, and the runner before the runner."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from build import course, notebook, table

from grader import executions
from grader.arithmetic import tables
from grader.assignment import load
from grader.executions import Executions, StoringRunner, key_of
from grader.model import Assignment, CellError, Execution, ExecutionStatus, Submission
from grader.scoring import score
from grader.submissions import collect

CRITERIA = (
    "{check: runs, points: 1}",
    "{check: r2, points: 2, predict: predict, at_least: 0.9, from: 0.5, review_within: 0.01}",
)


@dataclasses.dataclass
class FakeRunner:
    """Runs nothing; every execution is of its own length."""

    status: ExecutionStatus = "ok"
    evidence: dict[str, Any] = dataclasses.field(default_factory=dict)
    students: list[str] = dataclasses.field(default_factory=list)

    def run(self, submission: Submission, assignment: Assignment) -> Execution:
        self.students.append(submission.student)
        seconds = float(len(self.students))
        errors = () if self.status == "ok" else (CellError(cell=1, name="E", message="?"),)
        return Execution(
            status=self.status,
            submission_sha256=submission.sha256,
            seconds=seconds,
            errors=errors,
            evidence=self.evidence,
            notebook=submission.notebook,
        )


def storing(runner: FakeRunner, store: Executions, *, rerun: bool = False) -> StoringRunner:
    return StoringRunner(runner, store, walls="full", rerun=rerun)


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return course(tmp_path / "course", *CRITERIA)


@pytest.fixture
def submission(tmp_path: Path, assignment: Assignment) -> Submission:
    return student(tmp_path, assignment, "kim", "print(1)")


def student(tmp_path: Path, assignment: Assignment, name: str, *cells: str) -> Submission:
    notebook(tmp_path / "class" / name / "hw.ipynb", *cells)
    (found,) = [s for s in collect([tmp_path / "class"], assignment) if s.student == name]
    return found


# ---------------------------------------------------------------- the key


def changed(tmp_path: Path, old: str, new: str) -> Assignment:
    rubric = tmp_path / "course" / "rubric.yaml"
    text = rubric.read_text(encoding="utf-8")
    assert old in text
    rubric.write_text(text.replace(old, new), encoding="utf-8")
    return load(rubric)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at_least: 0.9", "at_least: 0.8"),
        ("title: {ko: 작은 과제, en: Tiny}", "title: {ko: 큰 과제, en: Large}"),
        ("id: tiny", "id: other"),
        ("predict: predict,", "predict: predict, feedback: {ko: 더 맞추세요, en: fit better},"),
    ],
)
def test_what_only_scoring_needs_is_not_in_the_key(
    tmp_path: Path, submission: Submission, assignment: Assignment, old: str, new: str
) -> None:
    assert key_of(submission, changed(tmp_path, old, new), "full") == key_of(submission, assignment, "full")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("limits: {}", "limits: {cell_seconds: 5}"),
        ("predict: predict", "predict: forecast"),
        ("{check: runs, points: 1}", "{check: output_shape, points: 1, model: net}"),
        ("shown_as: sample_data/train.csv", "shown_as: train.csv"),
    ],
)
def test_what_a_kernel_meets_or_is_asked_is_in_the_key(
    tmp_path: Path, submission: Submission, assignment: Assignment, old: str, new: str
) -> None:
    assert key_of(submission, changed(tmp_path, old, new), "full") != key_of(submission, assignment, "full")


@pytest.mark.parametrize("name", ["train.csv", "heldout.csv"])
def test_other_rows_are_another_key(tmp_path: Path, submission: Submission, assignment: Assignment, name: str) -> None:
    before = key_of(submission, assignment, "full")
    table(tmp_path / "course" / name, 200, seed=3)
    tables.read.cache_clear()  # as a new run begins
    assert key_of(submission, assignment, "full") != before


def test_other_held_out_targets_are_for_the_judge_only(
    tmp_path: Path, submission: Submission, assignment: Assignment
) -> None:
    before = key_of(submission, assignment, "full")
    file = tmp_path / "course" / "heldout.csv"
    rows = [line.rpartition(",")[0] + ",1.5" for line in file.read_text().splitlines()[1:]]
    file.write_text("\n".join(["a,b,price", *rows]))
    tables.read.cache_clear()
    assert key_of(submission, assignment, "full") == before


def test_the_name_and_the_place_of_a_hand_in_are_not_in_the_key(tmp_path: Path, assignment: Assignment) -> None:
    kim, lee = (student(tmp_path, assignment, name, "print(1)") for name in ("kim", "lee"))
    assert key_of(kim, assignment, "full") == key_of(lee, assignment, "full")


def test_notebook_companions_and_walls_are_in_the_key(tmp_path: Path, assignment: Assignment) -> None:
    keys = [key_of(student(tmp_path, assignment, "kim", "print(1)"), assignment, "full")]
    keys.append(key_of(student(tmp_path, assignment, "kim", "print(2)"), assignment, "full"))
    for content in ("a = 1", "a = 2"):
        (tmp_path / "class" / "kim" / "mine.py").write_text(content)
        keys.append(key_of(student(tmp_path, assignment, "kim", "print(2)"), assignment, "full"))
    keys.append(key_of(student(tmp_path, assignment, "kim", "print(2)"), assignment, "none"))
    assert len(set(keys)) == 5


def test_an_installed_package_and_our_own_code_are_in_the_key(
    submission: Submission, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [key_of(submission, assignment, "full")]
    for name in ("environment", "_running_code"):
        monkeypatch.setattr(executions, name, lambda: ["seaborn-0.13.dist-info"])
        keys.append(key_of(submission, assignment, "full"))
    assert len(set(keys)) == 3


def test_every_folder_of_code_that_runs_notebooks_is_hashed() -> None:
    hashed = [name for name, _ in executions._running_code()]
    assert {"kernels/runner.py", "kernels/server.py", "probes/observer.py"} <= set(hashed)
    assert len(executions.environment()) > 20


# ---------------------------------------------------------------- once


def test_what_is_stored_is_not_run_again(tmp_path: Path, submission: Submission, assignment: Assignment) -> None:
    store, below = Executions(tmp_path / "executions"), FakeRunner()
    first = storing(below, store)
    execution = first.run(submission, assignment)
    assert first.used == 0
    second = storing(below, store)
    assert second.run(submission, assignment) == execution
    assert (second.used, below.students) == (1, ["kim"])


def test_a_changed_threshold_is_scored_from_the_stored_execution(
    tmp_path: Path, submission: Submission, assignment: Assignment
) -> None:
    below = FakeRunner()
    runner = storing(below, Executions(tmp_path / "executions"))
    strict = changed(tmp_path, "at_least: 0.9", "at_least: 0.95")
    executed = [runner.run(submission, of) for of in (assignment, strict)]
    assert executed[0] == executed[1]
    assert below.students == ["kim"]


def test_with_rerun_everything_runs_once_more(tmp_path: Path, submission: Submission, assignment: Assignment) -> None:
    store, below = Executions(tmp_path / "executions"), FakeRunner()
    storing(below, store).run(submission, assignment)
    again = storing(below, store, rerun=True)
    assert again.run(submission, assignment).seconds == 2
    assert (again.used, below.students) == (0, ["kim", "kim"])
    assert storing(below, store).run(submission, assignment).seconds == 2


@pytest.mark.parametrize("rerun", [False, True])
def test_two_students_with_the_same_bytes_share_one_execution(
    tmp_path: Path, assignment: Assignment, rerun: bool
) -> None:
    below = FakeRunner()
    runner = storing(below, Executions(tmp_path / "executions"), rerun=rerun)
    for name in ("kim", "lee"):
        runner.run(student(tmp_path, assignment, name, "print(1)"), assignment)
    assert (below.students, runner.used) == (["kim"], 0)  # and it is no earlier run's


@pytest.mark.parametrize("status", ["student_error", "timeout", "out_of_memory", "output_limit", "killed"])
def test_what_a_notebook_brings_upon_itself_is_a_result(
    tmp_path: Path, submission: Submission, assignment: Assignment, status: ExecutionStatus
) -> None:
    below = FakeRunner(status)
    for _ in range(2):
        runner = storing(below, Executions(tmp_path / "executions"))
        assert runner.run(submission, assignment).status == status
    assert below.students == ["kim"]


@pytest.mark.parametrize("status", ["infrastructure", "unreadable"])
def test_a_fault_of_ours_is_never_a_result(
    tmp_path: Path, submission: Submission, assignment: Assignment, status: ExecutionStatus
) -> None:
    store, below = Executions(tmp_path / "executions"), FakeRunner(status)
    assert storing(below, store).run(submission, assignment).status == status
    below.status = "ok"
    assert storing(below, store).run(submission, assignment).status == "ok"
    assert len(list(store.folder.iterdir())) == 1


def test_kernels_that_an_interrupt_kills_are_not_stored(
    tmp_path: Path, submission: Submission, assignment: Assignment
) -> None:
    store = Executions(tmp_path / "executions")
    below = FakeRunner("killed")
    runner = storing(below, store)
    runner.stop()
    assert runner.run(submission, assignment).status == "killed"
    assert list(store.folder.iterdir()) == []


def test_one_notebook_of_several_students_is_run_once_though_they_come_together(
    tmp_path: Path, assignment: Assignment
) -> None:
    kim, lee = (student(tmp_path, assignment, name, "print(1)") for name in ("kim", "lee"))
    another_began = Event()

    class Slow(FakeRunner):
        def run(self, submission: Submission, assignment: Assignment) -> Execution:
            if self.students:
                another_began.set()
            found = super().run(submission, assignment)
            another_began.wait(0.3)  # time enough for the other, were it let in
            return found

    below = Slow()
    runner = storing(below, Executions(tmp_path / "executions"))
    with ThreadPoolExecutor(2) as executor:
        first, second = executor.map(lambda one: runner.run(one, assignment), (kim, lee))
    assert len(below.students) == 1
    assert first == second
    assert runner.key("kim") == runner.key("lee") is not None


def _truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


@pytest.mark.parametrize(
    "corrupt",
    [
        _truncate,
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"\x00" * 4096),
        lambda file: file.write_text("[]"),
        lambda file: file.write_text('{"status": "ok"}'),
        lambda file: file.write_text(file.read_text().replace('"status"', '"verdict"')),
        lambda file: file.write_text("[" * 100_000),
    ],
    ids=["truncated", "empty", "zeros", "another type", "too little", "another version", "deep"],
)
def test_a_damaged_execution_is_run_again(
    tmp_path: Path, submission: Submission, assignment: Assignment, corrupt: Callable[[Path], object]
) -> None:
    store, below = Executions(tmp_path / "executions"), FakeRunner()
    storing(below, store).run(submission, assignment)
    (file,) = store.folder.iterdir()
    corrupt(file)
    runner = storing(below, store)
    assert runner.run(submission, assignment).seconds == 2
    assert (runner.used, runner.not_stored) == (0, [])
    assert storing(below, store).run(submission, assignment).seconds == 2


def test_a_disk_that_is_full_costs_only_the_storing(
    tmp_path: Path, submission: Submission, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(executions, "write", full)
    runner = storing(FakeRunner(), Executions(tmp_path / "executions"))
    assert runner.run(submission, assignment).status == "ok"
    assert runner.not_stored == ["kim: [Errno 28] No space left on device"]


def test_a_forged_claim_that_is_no_json_is_graded_and_not_stored(
    tmp_path: Path, submission: Submission, assignment: Assignment
) -> None:
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"a": deep}
    runner = storing(FakeRunner(evidence=deep), Executions(tmp_path / "executions"))
    assert runner.run(submission, assignment).evidence == deep
    assert len(runner.not_stored) == 1


def test_a_fresh_and_a_stored_execution_give_the_same_report(
    tmp_path: Path, submission: Submission, assignment: Assignment
) -> None:
    claims = {"predictions:predict": {"found": {"values": float("nan"), "more": (1, 2), "말": "답"}}}
    store = Executions(tmp_path / "executions")
    runs = [storing(FakeRunner(evidence=claims), store).run(submission, assignment) for _ in range(2)]
    moment = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
    reports = [score(submission, execution, assignment, "ko", moment) for execution in runs]
    assert reports[0].model_dump_json() == reports[1].model_dump_json()
    assert runs[0] == runs[1]


def test_a_companion_that_has_gone_is_left_to_the_runner(tmp_path: Path, assignment: Assignment) -> None:
    (tmp_path / "class" / "kim").mkdir(parents=True)
    (tmp_path / "class" / "kim" / "mine.py").write_text("a = 1")
    submission = student(tmp_path, assignment, "kim", "import mine")
    shutil.rmtree(tmp_path / "class")
    below = FakeRunner("infrastructure")
    assert storing(below, Executions(tmp_path / "executions")).run(submission, assignment).seconds == 1
