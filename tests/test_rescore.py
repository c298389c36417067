"""Another rubric on what is stored: exactly what the change changes, people's decisions on top, and nothing is run."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from graded_class import CONCEPTS, FALLS, R2, RUNS, SAYS, Work, graded, rubric, tree

from grader.gradebook.book import Gradebook
from grader.gradebook.commands import asked_for, override_points, rescore_stored
from grader.gradebook.keeping import Keeping, asked_by, judging_code
from grader.gradebook.rescoring import Target, rescore, untouched_by
from grader.model import Report

CLASS = {
    "kim": Work(0.9),
    "lee": Work(0.7),
    "park": Work(0.2),
    "이도윤": Work(0.9, "기울기 소실을 막는다고 한다.", last=2.0),
}
RAISED = R2.replace("at_least: 0.8, from: 0.4", "at_least: 0.95, from: 0.8")


def reports(out: Path) -> dict[str, Report]:
    files = (out / "reports").glob("*.json")
    return {file.stem: Report.model_validate_json(file.read_bytes()) for file in files}


def earned(report: Report) -> dict[str, float | None]:
    return {finding.criterion: finding.earned for score in report.scores for finding in score.findings}


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def decide(out: Path, student: str, place: str, points: float | None, *, undo: bool = False) -> None:
    given = None if points is None else f"{points:g}"
    override_points(out, student, asked_for(place, given, "read it again", "ta", undo=undo), None)


def rescored(out: Path, capsys: pytest.CaptureFixture[str], **kw: Any) -> tuple[int, str]:
    capsys.readouterr()
    return rescore_stored(out, out.parent / "course" / "rubric.yaml", None, **kw), capsys.readouterr().out


def test_a_changed_threshold_changes_exactly_what_it_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = graded(tmp_path, CLASS)
    before = reports(out)
    assert {name: earned(report)["r2"] for name, report in before.items()} == {
        "kim": 4, "lee": pytest.approx(3, abs=0.02), "park": 0, "이도윤": 4
    }  # fmt: skip
    rubric(tmp_path, RUNS, RAISED, FALLS, SAYS)
    code, said = rescored(out, capsys)
    after = reports(out)
    assert code == 0
    for name, report in after.items():
        changed = {c for c, points in earned(report).items() if points != earned(before[name])[c]}
        assert changed == (set() if name == "park" else {"r2"})
    assert earned(after["kim"])["r2"] == pytest.approx(4 * (0.9 - 0.8) / 0.15, abs=0.02)
    assert re.search(r"^kim  10 final → 8\.6\d final  \(-1\.3\d\)\n      P1/r2: 4 → 2\.6\d  partial: R²", said, re.M)
    assert re.search(r"^lee  8\.9\d final → 6 final  \(-[\d.]+\)$|^lee  9 final → 6 final  \(-3\)$", said, re.M)
    assert "park" not in said
    assert "3 of 4 change: 0 up, 3 down." in said
    assert re.search(r"^Mean [\d.]+ → [\d.]+, median [\d.]+ → [\d.]+ \(the \d whose totals", said, re.M)
    assert rows(out)["lee"]["total"] == "6"
    assert rows(out)["absent"]["status"] == "missing"
    assert {report.rubric_sha256 for report in after.values()} != {report.rubric_sha256 for report in before.values()}


def test_pages_that_say_the_same_are_not_written_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = graded(tmp_path, CLASS)
    pages = {file.stem: file.stat().st_ino for file in (out / "feedback").iterdir()}
    rubric(tmp_path, RUNS, R2, FALLS.replace("0.9", "0.3"), SAYS)
    rescored(out, capsys)
    assert {f.stem for f in (out / "feedback").iterdir() if f.stat().st_ino == pages[f.stem]} == {"이도윤"}
    assert reports(out)["이도윤"].rubric_sha256 == reports(out)["kim"].rubric_sha256


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = graded(tmp_path, CLASS)
    decide(out, "kim", "P1/r2", 1)
    rubric(tmp_path, RUNS, RAISED, FALLS, SAYS)
    before = tree(tmp_path)
    code, dry = rescored(out, capsys, dry_run=True)
    assert tree(tmp_path) == before
    code_of_real, real = rescored(out, capsys)
    assert code == code_of_real == 0
    assert dry.splitlines()[:-1] == real.splitlines()[:-1]
    assert dry.endswith("Nothing was run and nothing was written.\n")


def test_old_results_stay_in_the_gradebook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = graded(tmp_path, CLASS)
    for criteria in ((RUNS, RAISED, FALLS, SAYS), (RUNS, RAISED, FALLS, SAYS), (RUNS, R2, FALLS, SAYS)):
        rubric(tmp_path, *criteria)
        rescored(out, capsys)
    with Gradebook.in_folder(out) as book:
        landed = [entry.report for entry in book.history("tiny", "kim")]
    assert [report.total for report in landed if report] == [10, pytest.approx(8.67, abs=0.02), 10]
    assert rows(out)["kim"]["total"] == "10"


def test_decisions_survive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = graded(tmp_path, CLASS)
    decide(out, "park", "P1/r2", 2.5)
    decide(out, "lee", "P1/loss_falls", 0)
    rubric(tmp_path, RUNS, RAISED, FALLS, SAYS)
    code, said = rescored(out, capsys)
    after = reports(out)
    assert (code, earned(after["park"])["r2"], earned(after["lee"])["loss_falls"]) == (0, 2.5, 0)
    assert (after["park"].status, after["park"].total) == ("final", 8.5)
    assert "for a person" not in said


def test_a_decision_whose_ground_has_moved_waits_for_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = graded(tmp_path, CLASS)
    decide(out, "kim", "P1/r2", 3)
    rubric(tmp_path, RUNS, RAISED, FALLS, SAYS)
    _, said = rescored(out, capsys)
    kim = reports(out)["kim"]
    assert (kim.status, kim.total, earned(kim)["r2"], kim.overrides) == ("provisional", None, None, ())
    assert re.search(
        r"^for a person: kim: ta decided on P1/r2 \(4 → 3: read it again\) when the machine gave 4; it gives 2\.6\d",
        said,
        re.M,
    )
    assert rows(out)["kim"]["total"] == ""
    decide(out, "kim", "P1/r2", 3)
    assert (reports(out)["kim"].total, rows(out)["kim"]["total"]) == (9, "9")


def test_a_decision_that_the_machine_comes_to_itself_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = graded(tmp_path, CLASS)
    decide(out, "park", "P1/r2", 4)
    rubric(tmp_path, RUNS, R2.replace("at_least: 0.8, from: 0.4", "at_least: 0.15"), FALLS, SAYS)
    rescored(out, capsys)
    park = reports(out)["park"]
    assert (park.status, park.total, len(park.overrides)) == ("final", 10, 1)


def test_a_decision_on_a_place_that_has_gone_waits_for_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = graded(tmp_path, CLASS)
    decide(out, "kim", "P1/loss_falls", 0)
    decide(out, "lee", "P1", 9.5)
    rubric(tmp_path, RUNS, R2, SAYS)
    _, said = rescored(out, capsys)
    after = reports(out)
    assert {name: report.status for name, report in after.items()} == {
        "kim": "provisional", "lee": "provisional", "park": "final", "이도윤": "final"
    }  # fmt: skip
    assert (
        "for a person: kim: ta decided on P1/loss_falls (1 → 0: read it again), which the rubric no longer has" in said
    )
    assert "for a person: lee: ta decided on P1 (" in said
    decide(out, "kim", "P1/loss_falls", None, undo=True)
    assert reports(out)["kim"].status == "final"


def test_what_was_never_asked_needs_a_rerun_and_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = graded(tmp_path, CLASS)
    rubric(tmp_path, RUNS, RAISED, FALLS, SAYS, "{check: output_shape, points: 1, model: net}")
    code, said = rescored(out, capsys)
    kim = reports(out)["kim"]
    assert code == 1
    assert earned(kim)["output_shape"] is None
    assert earned(kim)["r2"] == pytest.approx(2.67, abs=0.02)
    assert kim.status == "provisional"
    told = "Needs a rerun, as the notebooks were not asked `module:net`; `grader grade` does it: kim, lee, park, 이도윤"
    assert told in said


def test_other_rows_need_a_rerun_and_change_nothing(tmp_path: Path, grader: Command) -> None:
    out = graded(tmp_path, CLASS)
    before = reports(out)
    rubric(tmp_path, RUNS, RAISED, FALLS, SAYS)
    table = tmp_path / "course" / "heldout.csv"
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:-1]))
    done = grader("rescore", out, "-a", tmp_path / "course" / "rubric.yaml")
    assert (done.returncode, reports(out)) == (1, before)
    told = "Not scored again, as the held-out rows are others than the notebook was asked about; `grader grade`"
    assert told in done.stdout


def test_a_new_phrase_and_a_new_item_are_read_out_of_what_was_handed_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unsaid = Work(0.9, "Dying slopes are what it avoids, and so deep networks can be trained at all with it.")
    out = graded(tmp_path, {**CLASS, "noor": unsaid})
    assert earned(reports(out)["noor"])["mentions"] is None
    rubric(tmp_path, RUNS, R2, FALLS, SAYS, concepts=CONCEPTS.replace("[vanishing", "[dying slopes, vanishing"))
    _, said = rescored(out, capsys)
    assert earned(reports(out)["noor"])["mentions"] == 3
    assert "1 of 5 change: 1 up, 0 down." in said
    assert "      P1/mentions: ? → 3  passed now; it was failed: " in said


@pytest.mark.parametrize(
    "criteria",
    [
        (RUNS, RAISED, FALLS, SAYS),
        (RUNS, R2, FALLS.replace("0.9", "0.3"), SAYS),
        (RUNS.replace("2", "5"), R2, FALLS, SAYS),
        (RUNS, R2.replace("from", "requires: [runs], from"), FALLS, SAYS),
        (RUNS, R2, FALLS.replace("losses: losses", "losses: losses, requires: [r2]"), SAYS),
        (SAYS, R2, RUNS),
    ],
)
def test_what_is_not_worked_out_again_is_what_would_come_out(tmp_path: Path, criteria: tuple[str, ...]) -> None:
    out = graded(tmp_path, CLASS)
    keeping = Keeping(out)
    old, new = keeping.rubric(keeping.roll().rubric_sha256), rubric(tmp_path, *criteria)
    assert old is not None
    at = reports(out)["kim"].graded_at
    for student in CLASS:
        kept = keeping.get(student)
        assert kept is not None
        quick = rescore(kept, keeping.execution(kept), old, Target(new, asked_by(new), judging_code(), at))
        whole = rescore(kept, keeping.execution(kept), old, Target(new, asked_by(new), "another grader's", at))
        assert (quick.same_code, whole.same_code) == (True, False)
        assert quick.report == whole.report


def test_a_threshold_touches_its_criterion_and_those_that_require_it(tmp_path: Path) -> None:
    requiring = FALLS.replace("losses: losses", "losses: losses, requires: [r2]")
    old, new = rubric(tmp_path, RUNS, R2, requiring, SAYS), rubric(tmp_path, RUNS, RAISED, requiring, SAYS)
    assert untouched_by(old, new) == {"P1": {"runs", "mentions"}}
    renamed = rubric(tmp_path, RUNS, R2.replace("predict: predict", "predict: forecast"), requiring, SAYS)
    assert untouched_by(old, renamed) == {}


def test_300_students(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"s{number:03}" for number in range(300)]
    out = graded(tmp_path, {name: Work(0.41 + number / 600) for number, name in enumerate(names)})
    before = reports(out)
    rubric(tmp_path, RUNS, R2.replace("0.8", "0.7"), FALLS, SAYS)
    _, said = rescored(out, capsys)
    after = reports(out)
    gained = {name for name in names if after[name].total != before[name].total}
    assert gained == {name for number, name in enumerate(names) if earned(before[name])["r2"] != 4}
    told = dict(re.findall(r"^(s\d+)  .*\(\+([\d.]+)\)$", said, re.M))
    assert told.keys() == gained
    for name in gained:
        assert float(told[name]) == pytest.approx((after[name].total or 0) - (before[name].total or 0), abs=1e-6)
    assert f"{len(gained)} of 300 change: {len(gained)} up, 0 down." in said


def test_folders_of_earlier_versions_and_of_others(tmp_path: Path, grader: Command) -> None:
    out = graded(tmp_path, {"kim": Work(0.9)})
    course = tmp_path / "course" / "rubric.yaml"
    for name in ("submissions", "roll.json"):
        moved = out / name
        moved.rename(tmp_path / name)
    refused = grader("rescore", out, "-a", course)
    assert refused.returncode == 2
    said = "was written by a grader that kept no hand-ins: grade the class into it once more; what was executed"
    assert said in refused.stderr
    (tmp_path / "roll.json").rename(out / "roll.json")
    lost = grader("rescore", out, "-a", course)
    assert (lost.returncode, "nothing was kept of this hand-in" in lost.stdout) == (1, True)
    course.write_text(course.read_text(encoding="utf-8").replace("id: tiny", "id: other"), encoding="utf-8")
    other = grader("rescore", out, "-a", course)
    assert (other.returncode, "holds tiny, and" in other.stderr) == (2, True)
    empty = grader("rescore", tmp_path / "class", "-a", course)
    assert (empty.returncode, "holds no results" in empty.stderr) == (2, True)


def test_what_is_kept_holds_no_outputs_and_is_json(tmp_path: Path) -> None:
    out = graded(tmp_path, {"kim": Work(0.9)})
    kept = json.loads((out / "submissions" / "kim.json").read_text(encoding="utf-8"))
    assert all("outputs" not in cell for cell in kept["submission"]["notebook"]["cells"])
    assert (kept["execution"], kept["key"]) == (None, "key-kim")


@pytest.mark.long
def test_grade_then_rescore_runs_nothing(tmp_path: Path, grader: Command) -> None:
    from test_again import arguments, class_of, printed_by

    folder = class_of(tmp_path, "kim", "lee")
    assert grader(*arguments(folder)).returncode == 0
    before = printed_by(folder)
    course = folder / "course" / "rubric.yaml"
    text = course.read_text(encoding="utf-8")
    course.write_text(text.replace("points: 1", "points: 3").replace("total: 1", "total: 3"), encoding="utf-8")
    done = grader("rescore", folder / "out", "-a", course)
    assert (done.returncode, "2 of 2 change: 2 up, 0 down." in done.stdout) == (0, True)
    assert printed_by(folder) == before
    assert [row["total"] for row in rows(folder / "out").values()] == ["3", "3"]
    again = grader(*arguments(folder))
    assert "2 of 2 were graded before" in again.stdout
    with Gradebook.in_folder(folder / "out") as book:
        assert len(book.history("tiny", "kim")) == 2
