"""Deadlines: when something is late, what that costs, and that it never touches what was earned."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from build import course
from graded_class import FALLS, R2, RUNS, SAYS, Work, graded, rubric
from test_html import Page

from grader.commands import export_grades, lint_rubrics
from grader.errors import GraderError
from grader.exporters.exported import Wish
from grader.gradebook.commands import asked_for, override_points, print_history, rescore_stored
from grader.model import Duration, Extension, Identity, Report

SEOUL = "at: 2026-04-03 23:59, timezone: Asia/Seoul"
DAILY = f"{{{SEOUL}, grace: 15 min, penalty: {{percent: 10, per: day, at_most: 50}}, closes: 7 days}}"
DUE = dt.datetime(2026, 4, 3, 14, 59, tzinfo=dt.UTC)
TEN = Work(0.9)  # of ten points
HALF = Work(0.2, last=2.0)  # five of ten
STEPS = "penalty: {steps: [{until: 1 day, percent: 10}, {until: 3 days, percent: 30}]}"
OPEN_STEPS = "penalty: {steps: [{until: 1 day, percent: 10}, {percent: 30}]}"


def after(**later: float) -> dict[str, Any]:
    return {"submitted_at": DUE + dt.timedelta(**later)}


def reports(out: Path) -> dict[str, Report]:
    files = (out / "reports").glob("*.json")
    return {file.stem: Report.model_validate_json(file.read_bytes()) for file in files}


def penalties(folder: Path, deadline: str, known: dict[str, dict[str, Any]], work: Work = TEN) -> dict[str, Any]:
    """(state, taken, counts) by student."""
    out = graded(folder, dict.fromkeys(known, work), deadline=deadline, known=known)
    found = {}
    for name, report in reports(out).items():
        assert report.lateness is not None
        found[name] = (report.lateness.state, report.penalty, report.grade)
    return found


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def decide(out: Path, student: str, points: str | None, place: str = "late", *, undo: bool = False) -> None:
    override_points(out, student, asked_for(place, points, "ill", "ta", undo=undo), None)


def page(out: Path, student: str) -> str:
    return (out / "feedback" / f"{student}.html").read_text(encoding="utf-8")


# ---------------------------------------------------------------- what is late, and what it costs


def test_in_time_in_grace_late_capped_and_closed(tmp_path: Path) -> None:
    known = {
        "a-early": after(days=-3),
        "b-exactly": after(),
        "c-grace": after(minutes=15),
        "d-past-grace": after(minutes=15, seconds=1),
        "e-one-day": after(days=1),
        "f-second-day": after(days=1, seconds=1),
        "g-capped": after(days=6),
        "h-last-moment": after(days=7),
        "i-closed": after(days=7, seconds=1),
    }
    assert penalties(tmp_path, DAILY, known) == {
        "a-early": ("in_time", 0, 10),
        "b-exactly": ("in_time", 0, 10),
        "c-grace": ("grace", 0, 10),
        "d-past-grace": ("late", 1, 9),
        "e-one-day": ("late", 1, 9),
        "f-second-day": ("late", 2, 8),
        "g-capped": ("late", 5, 5),
        "h-last-moment": ("late", 5, 5),
        "i-closed": ("closed", None, None),
    }


@pytest.mark.parametrize(
    ("penalty", "taken"),
    [
        ("penalty: {percent: 10, per: day}", 2),
        ("penalty: {percent: 10, per: day, of: earned}", 1),
        ("penalty: {percent: 33.33, of: earned}", 1.67),
        ("penalty: {points: 0.05, per: hour}", 1.35),
        ("penalty: {points: 0.5, per: hour, at_most: 3}", 3),
        ("penalty: {percent: 30}", 3),
        ("penalty: {percent: 80}", 5),
        ("penalty: {points: 2}", 2),
        ("penalty: {steps: [{until: 1 day, percent: 10}, {until: 3 days, percent: 30}]}, closes: 3 days", 3),
        ("penalty: {steps: [{until: 12 h, points: 1}, {points: 4}]}", 4),
        ("penalty: {percent: 10}, closes: 1 day, closed: zero", 5),
        ("closes: 1 day, closed: zero", 5),
        ("grace: 2 days, penalty: {percent: 10}", 0),
        ("grace: 10 min", 0),
    ],
)
def test_penalties(tmp_path: Path, penalty: str, taken: float) -> None:
    """Five of ten points, 27 hours late: never more is taken than was earned."""
    found = penalties(tmp_path, f"{{{SEOUL}, {penalty}}}", {"kim": after(hours=26, minutes=30)}, HALF)
    assert found["kim"][1:] == (taken, 5 - taken)


def test_days_are_counted_by_the_clock_when_summer_time_changes(tmp_path: Path) -> None:
    """Autumn's day has 25 hours, spring's 23; the deadline's time of day ends both."""
    autumn = "{at: 2026-10-31 23:59, timezone: America/New_York, penalty: {percent: 10, per: day}}"
    spring = "{at: 2026-03-07 23:59, timezone: America/New_York, penalty: {percent: 10, per: day}}"
    hours = {f"{n}h": dt.timedelta(hours=n) for n in (23, 24, 25, 26)}

    def taken(folder: Path, deadline: str, due: dt.datetime) -> dict[str, float | None]:
        known = {name: {"submitted_at": due + late} for name, late in hours.items()}
        return {name: found[1] for name, found in penalties(folder, deadline, known).items()}

    in_autumn = taken(tmp_path / "autumn", autumn, dt.datetime(2026, 11, 1, 3, 59, tzinfo=dt.UTC))
    in_spring = taken(tmp_path / "spring", spring, dt.datetime(2026, 3, 8, 4, 59, tzinfo=dt.UTC))
    assert in_autumn == {"23h": 1, "24h": 1, "25h": 1, "26h": 2}
    assert in_spring == {"23h": 1, "24h": 2, "25h": 2, "26h": 2}


def test_a_deadline_in_the_hour_that_clocks_show_twice_is_told_by_its_offset(tmp_path: Path) -> None:
    deadline = "{{at: 2026-11-01T01:30:00-{}:00, timezone: America/New_York, penalty: {{percent: 10}}}}"
    known = {"kim": {"submitted_at": dt.datetime(2026, 11, 1, 6, 30, tzinfo=dt.UTC)}}
    states = [penalties(tmp_path / hour, deadline.format(hour), known)["kim"][0] for hour in ("04", "05")]
    assert states == ["late", "in_time"]


def test_extensions_move_the_deadline_and_what_is_counted_from_it(tmp_path: Path) -> None:
    def extended(*extensions: Extension, **later: float) -> dict[str, Any]:
        return after(**later) | {"identity": Identity(extensions=extensions)}

    two_days = Extension(by=Duration(days=2))
    until = Extension(until=dt.datetime(2026, 4, 10, 18, 0))  # clocks in Seoul
    known = {
        "a": extended(two_days, days=2),
        "b": extended(two_days, days=2, hours=1),
        "c": extended(until, days=6, hours=18),
        "d": extended(two_days, until, days=6, hours=19),
        "e": extended(Extension(until=dt.datetime(2026, 4, 1)), hours=-1),
        "f": extended(two_days, days=9),
    }
    assert {name: found[:2] for name, found in penalties(tmp_path, DAILY, known).items()} == {
        "a": ("in_time", 0),
        "b": ("late", 1),
        "c": ("in_time", 0),
        "d": ("late", 1),
        "e": ("in_time", 0),
        "f": ("late", 5),
    }
    assert "extended" in page(tmp_path / "out", "b")


def test_nobody_is_punished_for_a_time_that_nobody_knows(tmp_path: Path) -> None:
    known = {"a": {}, "b": {"late": True}, "c": {"late": False}, "d": {"late": True, **after(hours=-1)}}
    assert penalties(tmp_path, DAILY, known) == {
        "a": ("unknown", 0, 10),
        "b": ("late", None, None),
        "c": ("in_time", 0, 10),
        "d": ("in_time", 0, 10),
    }
    out = tmp_path / "out"
    assert reports(out)["b"].status == "provisional"
    index = (out / "index.html").read_text(encoding="utf-8")
    assert "Not known when it was handed in, so nothing is taken" in index
    assert "Handed in in time · though the export says late" in index
    assert "the export says late, but not when" in index.partition('id="students"')[0]
    assert "A person decides what is taken for lateness." in page(out, "b")


def test_without_a_price_lateness_is_told_and_waits_for_nobody(tmp_path: Path) -> None:
    out = graded(tmp_path, {"kim": TEN}, deadline=f"{{{SEOUL}}}", known={"kim": {"late": True}})
    assert (rows(out)["kim"]["late"], rows(out)["kim"]["grade"], rows(out)["kim"]["status"]) == ("yes", "10", "final")


def test_without_a_deadline_all_is_as_it_was(tmp_path: Path) -> None:
    out = graded(tmp_path, {"kim": TEN}, known={"kim": {"late": True, **after(days=3)}})
    assert "penalty" not in rows(out)["kim"]
    assert (rows(out)["kim"]["late"], reports(out)["kim"].grade) == ("yes", 10)
    with pytest.raises(GraderError, match="the rubric has no `deadline`"):
        decide(out, "kim", "1")


# ---------------------------------------------------------------- where it is shown


def test_what_was_earned_what_is_taken_and_what_counts_stand_apart(tmp_path: Path) -> None:
    known = {"kim": after(days=1, hours=3), "lee": after(), "park": after(days=8)}
    out = graded(tmp_path, dict.fromkeys(known, TEN), deadline=DAILY, known=known)
    kim, absent, park = (rows(out)[name] for name in ("kim", "absent", "park"))
    assert (kim["total"], kim["penalty"], kim["grade"], kim["late"]) == ("10", "2", "8", "yes")
    assert (park["total"], park["penalty"], park["grade"], park["status"]) == ("10", "", "", "provisional")
    assert (absent["total"], absent["penalty"], absent["grade"], absent["status"]) == ("", "", "", "missing")
    told = page(out, "kim")
    for words in (
        *(
            "Handed in 1 day 3 h late",
            "Due 2026-04-03 23:59 KST",
            "10 % of the full points for each day begun (2), at most 50 %",
        ),
        *("<b>8 points</b> <small>of 10 points</small>", "<dd>10</dd>", "<dd>−2</dd>"),
    ):
        assert words in told
    assert "late" not in page(out, "lee").partition("<main>")[0].partition("<header")[2]
    index = (out / "index.html").read_text(encoding="utf-8")
    assert "1 day 3 h late · 10 % of the full points for each day begun (2), at most 50 %" in index


def test_the_headline_is_what_counts_and_says_where_all_was_taken(tmp_path: Path) -> None:
    known = {"kim": after(days=1, hours=3)}
    out = graded(tmp_path, {"kim": HALF}, deadline=f"{{{SEOUL}, penalty: {{percent: 80}}}}", known=known)
    told = page(out, "kim").partition("<main>")[0]
    assert "<b>0 points</b> <small>of 10 points</small>" in told
    assert 'style="width:0.0%"' in told.partition("<nav")[0]
    assert ("<dd>5</dd>" in told, "<dd>−5</dd>" in told) == (True, True)
    assert "80 % of the full points; all that was earned" in told
    everything = "Earned 5, for lateness −5 (handed in 1 day 3 h late; 80 % of the full points; all that was earned)"
    export_grades("gradescope", Wish(out), None, "skip")
    result = json.loads((out / "exports" / "gradescope" / "kim" / "results.json").read_text(encoding="utf-8"))
    assert result["output"] == f"{everything}, counts 0"


def test_a_moment_past_the_grace_is_told_from_the_grace(tmp_path: Path) -> None:
    moments = {"a": after(minutes=15), "b": after(minutes=15, milliseconds=1), "c": after(minutes=17)}
    out = graded(tmp_path, dict.fromkeys(moments, TEN), deadline=DAILY, known=moments)
    assert "Handed in 15 min after the deadline, within the time of grace" in page(out, "a")
    assert "Handed in 15 min 1 s late" in page(out, "b")
    assert "the grace of 15 min had passed; 10 % of the full points" in page(out, "b")
    assert "Handed in 17 min late" in page(out, "c")
    assert "the grace" not in page(out, "c")


def test_all_times_of_a_page_are_by_the_deadline_s_clocks(tmp_path: Path) -> None:
    known = {"kim": after(days=1, hours=3)}
    heads = [page(graded(tmp_path / at, {"kim": TEN}, deadline=at and DAILY, known=known), "kim") for at in ("", "due")]
    assert "Graded 2026-01-01 12:00 UTC" in heads[0]
    assert "Graded 2026-01-01 21:00 KST" in heads[1]


def test_the_class_page_shows_what_was_earned_and_what_counts(tmp_path: Path) -> None:
    known = {"kim": after(days=1, hours=3), "lee": after(), "park": after(days=2, hours=3)}
    graded(tmp_path, dict.fromkeys(known, TEN), deadline=DAILY, known=known)
    source = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    shown = Page(source).text
    assert "Mean 10 / 10 Counts 8.3" in shown
    assert "Median 10 / 10 Counts 8" in shown
    spreads = [attrs["aria-label"] for attrs in Page(source).all("div") if attrs.get("class") == "bins"][:2]
    assert ["9–10 points: 3" in spreads[0], "7–8 points: 1, 8–9 points: 1, 9–10 points: 1" in spreads[1]] == [
        True,
        True,
    ]
    assert "Earned" in shown.partition("Distribution Earned")[1]
    graded(tmp_path / "plain", {"kim": TEN})
    assert "Counts" not in Page((tmp_path / "plain" / "out" / "index.html").read_text(encoding="utf-8")).text


def test_every_export_takes_what_counts(tmp_path: Path) -> None:
    known = {"kim": after(days=1, hours=3), "lee": after()}
    out = graded(tmp_path, dict.fromkeys(known, TEN), deadline=DAILY, known=known)
    canvas = tmp_path / "canvas.csv"
    canvas.write_text("Student,ID,SIS User ID,SIS Login ID,Section,tiny (5)\n    Points Possible,,,,,10\nkim,1,,,A,\n")
    moodle = tmp_path / "moodle.csv"
    moodle.write_text(
        "Identifier,Full name,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),"
        "Last modified (grade),Feedback comments\nParticipant 9,kim,Submitted,,10.00,Yes,-,-,\n"
    )
    templates = {"canvas": canvas, "moodle": moodle}
    for to in ("csv", "xlsx", "json", "gradescope", "nbgrader", *templates):
        export_grades(to, Wish(out, templates.get(to)), None, "skip")
    made = out / "exports"
    with (made / "csv.csv").open(encoding="utf-8-sig", newline="") as file:
        kim = next(csv.DictReader(file))
    assert (kim["total"], kim["penalty"], kim["grade"]) == ("10", "2", "8")
    with (made / "nbgrader.csv").open(encoding="utf-8", newline="") as file:
        kim = {row["student_id"]: row for row in csv.DictReader(file)}["kim"]
    assert (kim["raw_score"], kim["late_submission_penalty"], kim["score"]) == ("10", "2", "8")
    assert kim["duedate"] == "2026-04-03 14:59:00"
    totals = openpyxl.load_workbook(made / "xlsx.xlsx")["totals"]
    header, first, *_ = ([cell.value for cell in row] for row in totals.iter_rows())
    kim = dict(zip(header, first, strict=True))
    assert (kim["total"], kim["penalty"], kim["grade"]) == (10, 2, 8)
    assert "kim,1,,,A,8.00" in (made / "canvas.csv").read_text()
    told = "Earned 10, for lateness −2 (handed in 1 day 3 h late; 10 % of the full points for each day begun (2)"
    assert ",8.00,10.00," in (made / "moodle.csv").read_text()
    assert told in (made / "moodle.csv").read_text()
    result = json.loads((made / "gradescope" / "kim" / "results.json").read_text())
    assert result["score"] == 8
    assert told in result["output"]
    everything = json.loads((made / "json.json").read_text(encoding="utf-8"))["students"]
    assert [(one["total"], one["penalty"], one["grade"]) for one in everything[:2]] == [(10, 2, 8), (10, 0, 10)]


# ---------------------------------------------------------------- people's decisions


def test_a_person_waives_it_and_takes_that_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = graded(tmp_path, {"kim": TEN}, deadline=DAILY, known={"kim": after(days=1, hours=3)})
    decide(out, "kim", "0")
    assert "kim late: 2 → 0 of 10: ill, by ta\nTotal: 10 final" in capsys.readouterr().out
    assert (rows(out)["kim"]["penalty"], rows(out)["kim"]["grade"]) == ("0", "10")
    assert "a person decided: ill" in page(out, "kim")
    decide(out, "kim", None, undo=True)
    assert "kim late: 0 → 2 of 10 (taken back)" in capsys.readouterr().out
    assert (rows(out)["kim"]["penalty"], rows(out)["kim"]["grade"]) == ("2", "8")
    print_history(out, "kim", None)
    said = capsys.readouterr().out
    assert [said.count(words) for words in ("10 − 2 late = 8 final", "      10 final")] == [2, 1]
    with pytest.raises(GraderError, match="late has 0 to 10 points: 11 cannot be given"):
        decide(out, "kim", "11")


def test_a_person_decides_where_the_rubric_leaves_it_open(tmp_path: Path) -> None:
    out = graded(tmp_path, {"kim": TEN}, deadline=DAILY, known={"kim": after(days=8)})
    decide(out, "kim", "6")
    assert (rows(out)["kim"]["grade"], rows(out)["kim"]["status"]) == ("4", "final")


def test_of_odd_points_nothing_is_left_where_nothing_counts(tmp_path: Path) -> None:
    out = graded(
        tmp_path, {"kim": TEN}, deadline=f"{{{SEOUL}, closes: 1 h, closed: zero}}", known={"kim": after(hours=2)}
    )
    decide(out, "kim", "0.333", "P1/mentions")
    assert (rows(out)["kim"]["total"], rows(out)["kim"]["penalty"], rows(out)["kim"]["grade"]) == (
        "7.333",
        "7.333",
        "0",
    )


def test_it_follows_from_the_total_with_decisions_in_it(tmp_path: Path) -> None:
    earned = f"{{{SEOUL}, penalty: {{percent: 50, of: earned}}}}"
    vague = Work(0.9, "Nothing to say.")  # a person reads an answer that lacks something
    out = graded(tmp_path, {"kim": vague}, deadline=earned, known={"kim": after(hours=1)})
    assert (rows(out)["kim"]["total"], rows(out)["kim"]["penalty"], rows(out)["kim"]["grade"]) == ("", "", "")
    decide(out, "kim", "1", "P1/mentions")
    assert (rows(out)["kim"]["total"], rows(out)["kim"]["penalty"], rows(out)["kim"]["grade"]) == ("8", "4", "4")
    decide(out, "kim", "3", "P1/mentions")
    assert (rows(out)["kim"]["total"], rows(out)["kim"]["penalty"], rows(out)["kim"]["grade"]) == ("10", "5", "5")


# ---------------------------------------------------------------- another deadline


def rescored(folder: Path, capsys: pytest.CaptureFixture[str], deadline: str, *criteria: str) -> str:
    rubric(folder, *criteria, deadline=deadline)
    capsys.readouterr()
    assert rescore_stored(folder / "out", folder / "course" / "rubric.yaml", None) == 0
    return capsys.readouterr().out


def test_a_changed_deadline_is_applied_to_all_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = {"kim": after(days=1, hours=3), "lee": after(), "park": after(hours=1)}
    out = graded(tmp_path, dict.fromkeys((*known, "whenever"), TEN), known=known)  # no deadline yet
    said = rescored(tmp_path, capsys, DAILY)
    assert "Handed in at a time that is not known, so nothing is taken (1): whenever" in said
    assert "kim  10 final → 10 − 2 late = 8 final  (-2)\n      late: 0 → 2  10 % of the full points" in said
    assert "2 of 4 change: 0 up, 2 down." in said
    assert "Mean 10.00 → 9.25" in said
    assert {name: row.get("grade") for name, row in rows(out).items()} == {
        "kim": "8", "lee": "10", "park": "9", "whenever": "10", "absent": ""
    }  # fmt: skip
    said = rescored(tmp_path, capsys, DAILY.replace("2026-04-03", "2026-04-04"))
    assert "kim  10 − 2 late = 8 final → 10 − 1 late = 9 final  (+1)" in said
    assert "park  10 − 1 late = 9 final → 10 final  (+1)\n      late: 1 → 0  in time" in said
    assert "lee" not in said


def test_a_time_without_a_zone_is_by_the_clocks_of_a_deadline_that_comes_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = graded(tmp_path, {"kim": TEN}, known={"kim": {"submitted_at": dt.datetime(2026, 4, 5, 3, 0)}})
    export_grades("csv", Wish(out), None, "skip")
    assert ",2026-04-05T03:00:00\n" in (out / "exports" / "csv.csv").read_text(encoding="utf-8-sig")
    rescored(tmp_path, capsys, DAILY)
    assert (rows(out)["kim"]["penalty"], rows(out)["kim"]["late"]) == ("2", "yes")
    assert "Handed in 2026-04-05 03:00 KST" in page(out, "kim")
    export_grades("csv", Wish(out), None, "skip")
    assert "2026-04-05T03:00:00+09:00" in (out / "exports" / "csv.csv").read_text(encoding="utf-8-sig")


def test_decisions_on_lateness_and_another_deadline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who is excused stays so; an amount was meant for what it was decided on."""
    known = dict.fromkeys(("kim", "lee", "park"), after(days=1, hours=3))
    out = graded(tmp_path, dict.fromkeys(known, TEN), deadline=DAILY, known=known)
    decide(out, "kim", "0")
    decide(out, "lee", "1")
    cheaper = (RUNS, R2.replace("points: 4", "points: 3"), FALLS, SAYS.replace("points: 3", "points: 4"))
    rescored(tmp_path, capsys, DAILY, *cheaper)
    assert {name: row["grade"] for name, row in rows(out).items()} == {
        "kim": "10",
        "lee": "9",
        "park": "8",
        "absent": "",
    }
    said = rescored(tmp_path, capsys, DAILY.replace("percent: 10", "percent: 20"), *cheaper)
    assert "for a person: lee: ta decided on late (2 → 1: ill) when the machine gave 2; it gives 4 now" in said
    assert {name: row["grade"] for name, row in rows(out).items()} == {
        "kim": "10",
        "lee": "",
        "park": "6",
        "absent": "",
    }
    said = rescored(tmp_path, capsys, "", *cheaper)
    assert (
        "lee: ta decided on late (2 → 1: ill), but the rubric has no deadline now: take that back with `--undo`" in said
    )
    assert (rows(out)["kim"]["status"], rows(out)["lee"]["status"]) == ("final", "provisional")
    with pytest.raises(GraderError, match="give it one, and rescore, or take back what was decided with --undo"):
        decide(out, "lee", "0")
    decide(out, "lee", None, undo=True)
    assert rows(out)["lee"]["status"] == "final"


def test_reports_of_before_there_were_deadlines_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = graded(tmp_path, {"kim": TEN}, known={"kim": after(hours=1)})
    file = out / "reports" / "kim.json"
    plain = json.loads(file.read_text(encoding="utf-8"))
    del plain["lateness"], plain["identity"]["group"], plain["identity"]["extensions"]
    file.write_text(json.dumps(plain), encoding="utf-8")
    export_grades("csv", Wish(out), None, "skip")
    assert "kim,,,,,,10,10,10,final" in (out / "exports" / "csv.csv").read_text(encoding="utf-8-sig")


# ---------------------------------------------------------------- complaints


@pytest.mark.parametrize(
    ("deadline", "problem"),
    [
        ("{}", "a deadline needs its time zone"),
        ("2026-04-03 23:59", "`deadline` is a mapping"),
        ("{at: 2026-04-03 23:59}", "a deadline needs its time zone, whichever machine grades"),
        ("{at: 2026-04-03 23:59, timezone: Seoul}", "there is no time zone `Seoul`"),
        ("{at: 2026-04-03 23:59, timezone: ../etc}", "there is no time zone `../etc`"),
        ("{timezone: Asia/Seoul}", "a deadline needs the moment `at` which it ends"),
        ("{at: 2026-04-03, timezone: Asia/Seoul}", "has no time of day"),
        ("{at: 4/3 23:59, timezone: Asia/Seoul}", "`at: 4/3 23:59` is no moment"),
        ("{at: 2026-02-30 23:59, timezone: Asia/Seoul}", "is no moment"),
        ("{at: 2026-03-08 02:30, timezone: America/New_York}", "skip 2026-03-08 02:30: summer time begins"),
        (
            "{at: 2026-11-01 01:30, timezone: America/New_York}",
            "write `2026-11-01T01:30:00-04:00` for the first time, or `2026-11-01T01:30:00-05:00` for the second",
        ),
        (
            "{at: '2026-04-03T23:59:00+05:00', timezone: Asia/Seoul}",
            "`at` has the offset +05:00, but clocks in Asia/Seoul are at +09:00 then",
        ),
        (
            "{at: '2026-04-03T23:59:00+05:00', timezone: Asia/Seoul}",
            "write `2026-04-03 23:59` there, or `2026-04-04 03:59` if",
        ),
        ("{at: '2026-03-08T02:30:00-05:00', timezone: America/New_York}", "clocks in America/New_York are at -04:00"),
        ("{at: 9999-12-31 23:59, timezone: America/New_York}", "in a year from 1970 to 2199"),
        ("{at: '0001-01-01T00:00:00+09:00', timezone: America/New_York}", "in a year from 1970 to 2199"),
        (f"{{{SEOUL}, grace: 15}}", "`grace: 15` is no length of time"),
        (f"{{{SEOUL}, grace: 2 days, closes: 1 h}}", "`closes` ends before `grace` does"),
        (f"{{{SEOUL}, grace: 1 day, {STEPS}, closes: 3 days}}", "`grace` lasts until this step has ended"),
        (f"{{{SEOUL}, {STEPS}, closes: 2 days}}", "`closes` ends before the last step does"),
        (f"{{{SEOUL}, {OPEN_STEPS}, closes: 12 h}}", "`closes` ends before the last step does"),
        (f"{{{SEOUL}, {OPEN_STEPS}, closes: 1 day}}", "work is no longer accepted when this step begins"),
        (f"{{{SEOUL}, penalty: {{percent: 10, per: day, at_most: 5}}}}", "is less than is taken the first time"),
        (f"{{{SEOUL}, closes: 0 days}}", "`closes: 0 days` is no length of time"),
        (f"{{{SEOUL}, closed: zero}}", "`closed` means nothing without `closes`"),
        (f"{{{SEOUL}, closes: 7 days, closed: never}}", "`closed: never` means nothing"),
        (f"{{{SEOUL}, graze: 5 min}}", "unknown key `graze`"),
        (f"{{{SEOUL}, penalty: 10}}", "`penalty` is a mapping"),
        (f"{{{SEOUL}, penalty: {{per: day}}}}", "it is not said how much is taken"),
        (f"{{{SEOUL}, penalty: {{percent: 10, points: 3}}}}", "percent and points are two measures"),
        (f"{{{SEOUL}, penalty: {{percent: 110}}}}", "`percent: 110` is not what can be taken"),
        (f"{{{SEOUL}, penalty: {{percent: -5}}}}", "`percent: -5` is not what can be taken"),
        (f"{{{SEOUL}, penalty: {{percent: ten}}}}", "`percent: ten` is not what can be taken"),
        (f"{{{SEOUL}, penalty: {{percent: 10, per: week}}}}", "`per: week` means nothing"),
        (f"{{{SEOUL}, penalty: {{percent: 10, at_most: 20}}}}", "needs no `at_most`"),
        (f"{{{SEOUL}, penalty: {{points: 3, of: full}}}}", "`of` says what a percentage is of"),
        (f"{{{SEOUL}, penalty: {{steps: []}}}}", "`steps` is a list of mappings"),
        (f"{{{SEOUL}, penalty: {{steps: [{{percent: 10}}, {{percent: 20}}]}}}}", "only the last step"),
        (
            f"{{{SEOUL}, penalty: {{steps: [{{until: 2 days, percent: 10}}, {{until: 1 day, percent: 20}}]}}}}",
            "this step ends before the one above it",
        ),
        (
            f"{{{SEOUL}, penalty: {{steps: [{{until: 1 day, percent: 20}}, {{percent: 10}}]}}}}",
            "this step takes less than an earlier one",
        ),
        (
            f"{{{SEOUL}, penalty: {{steps: [{{until: 1 day, percent: 20}}]}}}}",
            "it is not said what work costs that is later than the last step",
        ),
        (f"{{{SEOUL}, penalty: {{percent: 5, steps: [{{percent: 20}}]}}}}", "`percent` means nothing beside `steps`"),
    ],
)
def test_what_is_wrong_with_a_deadline_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], deadline: str, problem: str
) -> None:
    course(tmp_path, RUNS)
    file = tmp_path / "rubric.yaml"
    text = file.read_text(encoding="utf-8")
    line = text[: text.index("items:")].count("\n") + 1
    file.write_text(text.replace("items:", f"deadline: {deadline}\nitems:"), encoding="utf-8")
    assert lint_rubrics([file]) == 2
    said = capsys.readouterr().out
    assert f"{file}:{line}: " in said
    assert problem in said
    assert "mend: " in said


def test_no_item_is_called_late_beside_a_deadline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course(tmp_path, RUNS)
    file = tmp_path / "rubric.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("id: P1", "id: late"), encoding="utf-8")
    assert lint_rubrics([file]) == 0
    file.write_text(file.read_text(encoding="utf-8") + f"\ndeadline: {DAILY}\n", encoding="utf-8")
    assert lint_rubrics([file]) == 2
    assert "`late` is where people decide on a penalty for lateness" in capsys.readouterr().out
