"""What a rubric keeps back is nowhere in what students get: each of its words, names and numbers is looked for."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Command
from graded_class import Work, graded, rubric

from grader.appeals.commands import write_appeal
from grader.assignment import load
from grader.exporters.exported import Wish
from grader.exporters.grades import grades_in
from grader.exporting import export
from grader.gradebook.commands import asked_for, override_points, rescore_stored
from grader.gradebook.publishing import publish_items
from grader.model import Assignment

# What the hidden item asks, expects and says; a student who reads any of it knows more than the points.
KEPT_BACK = {
    "criterion": "zq-criterion",
    "another criterion": "zq-phrase",
    "concept": "zq-concept",
    "phrase": "zqphrase",
    "feedback": "zqhint",
    "threshold": "0.8137",
    "evidence": "zqmodel",
    "reason": "zqreason",
}
SAID = "The slope vanishes.\n\n## P2\n\nMy gist is zqgist, and no more."
CANVAS = "Student,ID,SIS Login ID,Section,Tiny (5)\n    Points Possible,,,,20.00\nkim,1,kim,A,\n"
MOODLE = (
    "Identifier,Full name,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),"
    "Last modified (grade),Feedback comments\nParticipant 7,kim,Submitted,,20.00,Yes,-,-,\n"
)


def asked(folder: Path, visibility: str) -> Assignment:
    """P1, which students see, and P2, which they do not."""
    rubric(folder)
    file = folder / "course" / "rubric.yaml"
    text = re.sub(r"total: \S+", "total: 20", file.read_text(encoding="utf-8"))
    text = text.replace(
        "concepts: {",
        "concepts: {zq-concept: {ko: [제큐], en: [zqphrase, zqgist]}, zq-other: {ko: [제트], en: [zqphrase too]}, ",
    )
    text += f"""
  - id: P2
    title: {{ko: 둘, en: Two}}
    points: 10
    visibility: {visibility}
    criteria:
      - {{id: zq-criterion, check: mentions, points: 1.25, concept: zq-concept}}
      - {{id: zq-phrase, check: mentions, points: 3.5, concept: zq-other, feedback: {{ko: zqhint, en: zqhint}}}}
      - {{id: zq-r2, check: r2, points: 5.25, predict: predict, at_least: 0.8137, from: 0.3}}
      - {{id: zq-layers, check: uses_layers, points: 5.25, bonus: true, model: zqmodel, exactly: 1}}
"""
    file.write_text(text, encoding="utf-8")
    return load(file)


def asked_in_part(folder: Path, visibility: str) -> Assignment:
    """P2 as students see it, but for its criteria that are not `runs`."""
    asked(folder, "visible")
    file = folder / "course" / "rubric.yaml"
    text = file.read_text(encoding="utf-8").replace("{id: zq-", f"{{visibility: {visibility}, id: zq-")
    text = text.replace("points: 5.25, predict", "points: 3.25, predict")
    text = text.replace("      - {visibility", "      - {check: runs, points: 2}\n      - {visibility", 1)
    file.write_text(text, encoding="utf-8")
    return load(file)


def given_to_students(out: Path, student: str = "kim") -> dict[str, str]:
    """Every file, comment and field that reaches a student, with its text."""
    return dict(_given(out, student))


def _given(out: Path, student: str) -> Iterator[tuple[str, str]]:
    for folder in ("feedback", "executed"):
        for file in (out / folder).glob(f"{student}.*"):
            yield f"{folder}/{file.name}", file.read_text(encoding="utf-8")
    for to, template in (("canvas", CANVAS), ("moodle", MOODLE), ("nbgrader", None), ("gradescope", None)):
        place = out.parent / f"{to}.csv"
        place.write_text(template or "", encoding="utf-8")
        shutil.rmtree(out.parent / "sent", ignore_errors=True)
        told = Wish(out, place if template else None, feedback=to != "gradescope")
        for file in export(to, told, out.parent / "sent" / to).files:
            yield from _opened(file)
    write_appeal(out, student, out.parent / "appeal.zip", "student", None)
    yield from _opened(out.parent / "appeal.zip")


def _opened(place: Path) -> Iterator[tuple[str, str]]:
    """The files of a zip; of a `results.json` what Gradescope shows to students."""
    if place.is_dir():
        for file in place.glob("*/results.json"):
            told = json.loads(file.read_bytes())
            seen = [test for test in told.pop("tests") if test["visibility"] == "visible"]
            yield f"{place.name}/{file.name}", json.dumps([told, seen], ensure_ascii=False)
    elif place.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(place.read_bytes())) as archive:
            for name in archive.namelist():
                yield f"{place.name}/{name}", archive.read(name).decode(errors="replace")
    else:
        yield place.name, place.read_text(encoding="utf-8")


@pytest.mark.parametrize("visibility", ["hidden", "after_due", "after_published"])
def test_nothing_of_a_hidden_item_reaches_a_student_but_its_points(tmp_path: Path, visibility: str) -> None:
    out = graded(tmp_path, {"kim": Work(0.6, SAID)}, of=asked(tmp_path, visibility))
    decide(out, "P2/zq-layers", 1)
    settle(out)
    told = given_to_students(out)
    assert len(told) > 12
    for name, text in told.items():
        leaked = {kind for kind, word in KEPT_BACK.items() if word in text}
        assert not leaked, (name, leaked)
    page = told["feedback/kim.html"]
    assert "Only the points of this item are shown." in page
    assert "zqgist" not in page.partition("<main>")[2]


@pytest.mark.parametrize("visibility", ["hidden", "after_due", "after_published"])
def test_nothing_of_hidden_criteria_reaches_a_student_but_points(tmp_path: Path, visibility: str) -> None:
    out = graded(tmp_path, {"kim": Work(0.6, SAID)}, of=asked_in_part(tmp_path, visibility))
    before = (out / "feedback" / "kim.html").read_text(encoding="utf-8").partition("</style>")[2]
    assert "Hidden criteria (3)" in before
    assert not [number for number in ("1.25", "3.5", "3.25") if f">{number} " in before]
    decide(out, "P2/zq-phrase", 3.5)
    decide(out, "P2/zq-r2", 3.25)
    decide(out, "P2/zq-layers", 1)
    settle(out)
    told = given_to_students(out)
    for name, text in told.items():
        leaked = {kind for kind, word in KEPT_BACK.items() if word in text and kind != "reason"}
        assert not leaked, (name, leaked)
    assert "Hidden criteria (3)" in told["feedback/kim.html"]
    assert "Hidden criteria (3) 8/8: passed" in told["moodle"]
    assert "runs" in told["moodle"]


def test_hidden_criteria_open_when_they_are_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = graded(tmp_path, {"kim": Work(0.6, SAID)}, of=asked_in_part(tmp_path, "after_due"))
    settle(out)
    assert "zqhint" not in given_to_students(out)["moodle"]
    publish_items(out, None, due_passed=True, undo=False)
    assert capsys.readouterr().out.endswith("Students see all items.\n")
    assert "zqhint" in given_to_students(out)["feedback/kim.html"]
    publish_items(out, None, due_passed=False, undo=True)
    assert capsys.readouterr().out.endswith("all items but P2/zq-criterion, P2/zq-phrase, P2/zq-r2, P2/zq-layers.\n")
    assert not any("zqhint" in text for text in given_to_students(out).values())


def decide(out: Path, place: str, points: float) -> None:
    override_points(out, "kim", asked_for(place, f"{points:g}", "zqreason", "ta", undo=False), None)


def settle(out: Path) -> None:
    """A person decides what is open."""
    override_points(out, "kim", asked_for("P1", "7", "as it stands", "ta", undo=False), None)
    decide(out, "P2", 7)


def test_points_that_are_not_settled_yet_tell_nothing_of_hidden_criteria(tmp_path: Path) -> None:
    out = graded(tmp_path, {"kim": Work(0.6, SAID)}, of=asked(tmp_path, "hidden"))
    score = json.loads((out / "reports" / "kim.json").read_bytes())["scores"][1]
    assert score["points"] is None
    earned = {finding["earned"] for finding in score["findings"]}
    assert 1.25 in earned
    decide(out, "P1", 7)
    page = (out / "feedback" / "kim.html").read_text(encoding="utf-8")
    assert "7 points so far" in page
    for number in ("1.25", "8.25", "3.5", "5.25"):
        assert number not in page.partition("</style>")[2]


def test_items_open_when_they_are_published_and_close_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = graded(tmp_path, {"kim": Work(0.6, SAID)}, of=asked(tmp_path, "after_published"))
    settle(out)
    capsys.readouterr()
    publish_items(out, None, due_passed=True, undo=False)
    assert "all items but P2" in capsys.readouterr().out
    assert not any("zqhint" in text for text in given_to_students(out).values())
    publish_items(out, None, due_passed=False, undo=False)
    told = given_to_students(out)
    assert "zqhint" in told["feedback/kim.html"]
    assert "Point 2 ?/3.5" in told["moodle"]
    assert "zqhint" in told["appeal.zip/appeal-tiny-kim-for-student/graded/feedback/kim.html"]
    graded(tmp_path, {"kim": Work(0.6, SAID)}, of=load(tmp_path / "course" / "rubric.yaml"))
    assert "zqhint" in given_to_students(out)["feedback/kim.html"]
    publish_items(out, None, due_passed=False, undo=True)
    assert not any("zqhint" in text for text in given_to_students(out).values())


def test_what_is_published_is_visible_in_later_results_for_gradescope(tmp_path: Path) -> None:
    def seen(place: Path) -> list[str]:
        export("gradescope", Wish(out), place)
        tests = json.loads((place / "kim" / "results.json").read_bytes())["tests"]
        return [test["visibility"] for test in tests]

    out = graded(tmp_path, {"kim": Work(0.6, SAID)}, of=asked(tmp_path, "after_published"))
    settle(out)
    assert seen(tmp_path / "before") == ["visible", "after_published"]
    publish_items(out, None, due_passed=False, undo=False)
    assert seen(tmp_path / "after") == ["visible", "visible"]


def test_what_is_open_stays_open_until_all_is_closed(
    tmp_path: Path, grader: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    out = graded(tmp_path, {"kim": Work(0.6, SAID)}, of=asked(tmp_path, "after_published"))
    publish_items(out, None, due_passed=False, undo=False)
    publish_items(out, None, due_passed=True, undo=False)
    assert capsys.readouterr().out.endswith("Students see all items.\n")
    assert "zqhint" in given_to_students(out)["feedback/kim.html"]
    done = grader("publish", out, "--due-passed", "--undo")
    assert (done.returncode, "--undo closes all that was opened" in done.stderr) == (2, True)
    assert "zqhint" in given_to_students(out)["feedback/kim.html"]
    publish_items(out, None, due_passed=False, undo=True)
    assert not any("zqhint" in text for text in given_to_students(out).values())


def test_the_reason_of_every_decision_reaches_the_student(tmp_path: Path) -> None:
    """Of a criterion raised to full points, and of an item as a whole: on the page and in every comment."""
    out = graded(tmp_path, {"kim": Work(0.6, SAID)}, of=asked(tmp_path, "visible"))
    override_points(out, "kim", asked_for("P1/r2", "4", "zq scaled by hand", "ta", undo=False), None)
    override_points(out, "kim", asked_for("P1", "7", "zq as it stands", "ta", undo=False), None)
    decide(out, "P2", 7)
    told = given_to_students(out)
    comments = ("moodle", "gradescope/results.json", "appeal.zip/appeal-tiny-kim-for-student/graded/feedback/kim.html")
    for place in ("feedback/kim.html", *comments):
        for said in ("4 points. zq scaled by hand", "7 points. zq as it stands", "7 points. zqreason"):
            assert f"A person decided on {said}" in told[place], (place, said)
    words = grades_in(out)[0].words
    assert "P1 7/10\n• A person decided on 7 points. zq as it stands\n• runs 2/2: passed" in words
    assert "\n• r2 4/4: A person decided on 4 points. zq scaled by hand\n" in words


def test_what_a_changed_rubric_keeps_back_is_in_no_export_after_a_rescore(tmp_path: Path) -> None:
    out = graded(tmp_path, {"kim": Work(0.6, SAID)}, of=asked(tmp_path, "visible"))
    settle(out)
    assert "Point 2" in given_to_students(out)["moodle"]
    file = tmp_path / "course" / "rubric.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("visibility: visible", "visibility: hidden"), encoding="utf-8"
    )
    assert rescore_stored(out, file, None) == 0
    told = given_to_students(out)
    assert "P2 7/10" in told["moodle"]
    assert "Point 2" not in told["moodle"]
    assert not any("zqhint" in text for text in told.values())


def test_a_written_criterion_s_name_is_in_no_comment(tmp_path: Path) -> None:
    out = graded(tmp_path, {"kim": Work(0.6, SAID)}, of=asked(tmp_path, "visible"))
    settle(out)
    told = given_to_students(out)
    for name, text in told.items():
        assert "zq-phrase" not in text, name
    assert "Point 2 ?/3.5: still being graded" in told["moodle"]
