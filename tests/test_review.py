"""The review page through its address: who is let in, what a decision does, and that none is lost or overwritten."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import hmac
import http.client
import io
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import pytest
from conftest import ROOT
from graded_class import Work
from graded_class import graded as graded_by_rubric
from graded_class import rubric as rubric_of
from review_class import graded, opened, served, written_only
from typer.testing import CliRunner

from grader.cli import app
from grader.errors import GraderError
from grader.exporters.grades import grades_in
from grader.gradebook.book import FILE, Gradebook
from grader.gradebook.overriding import Decision, made_by
from grader.gradebook.record import book_of
from grader.model import Assignment, Report, Text
from grader.names import file_name
from grader.review.server import review

HALF = "Deep sigmoid networks suffer from vanishing gradients, and the sigmoid saturates: its slope is near zero there."
HOSTILE = (
    "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\"> "
    "[a](javascript:alert(1)) \x1b[31mred\x1b[0m \u202eevil \" ' </blockquote></textarea> ReLU is nice"
)
CLASS = {
    "kim": {"P2": HALF},
    "lee": {"P2": HALF.upper().replace(" ", "  ")},
    "박하준": {"P2": "ReLU는 기울기 소실이 덜하다."},
    "evil <b>": {"P2": HOSTILE},
    "long": {"P2": "The sigmoid is an s-shaped curve and I like it. " * 3000},
}


class Answer(NamedTuple):
    status: int
    headers: Message
    text: str


class Browser:
    """What a browser on this machine does: keeps the cookie, sends forms as they stand in the page."""

    def __init__(self, address: str) -> None:
        self.host = address.split("/")[2]
        self.token = address.partition("token=")[2]
        self.below, self.headers = "", {}
        let_in = self.ask("GET", f"/?token={self.token}")
        assert (let_in.status, "HttpOnly" in let_in.headers["set-cookie"]) == (200, True)
        self.headers = {"Cookie": let_in.headers["set-cookie"].partition(";")[0]}
        self.below = let_in.text.partition("url=")[2].partition('"')[0].rstrip("/")

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        with contextlib.closing(http.client.HTTPConnection(self.host, timeout=60)) as connection:
            connection.request(
                method,
                self.below + path.removeprefix("."),
                body,
                self.headers | {k.replace("_", "-"): v for k, v in headers.items()},
            )
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())

    def get(self, path: str) -> str:
        answer = self.ask("GET", path)
        assert answer.status == 200, (path, answer.status)
        return answer.text

    def case(self, student: str, at: str = "P2") -> str:
        return self.get(f"/case?{urlencode({'student': student, 'at': at})}")

    def post(self, path: str, fields: dict[str, str] | list[tuple[str, str]]) -> str:
        """The page that a form leads to."""
        form = {"Content_Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.host}"}
        answer = self.ask("POST", path, urlencode(fields), **form)
        assert answer.status == 303, answer.text
        return self.get(answer.headers["location"])


def hidden(page: str, form: str = "decide") -> dict[str, str]:
    """The fields that the page's form sends unseen."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', of_form(page, form))
    return {name: unescape(value) for name, value in found}


def of_form(page: str, form: str) -> str:
    return page[page.index(f'id="{form}"') :].partition("</form>")[0]


def with_twins(page: str, **typed: str) -> list[tuple[str, str]]:
    """The decision with `same` ticked, as a browser sends it."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', of_form(page, "decide"))
    sent = [(name, unescape(value)) for name, value in found]
    return [*sent, *((f"p.{name}", value) for name, value in typed.items()), ("same", "1")]


def told(page: str) -> str:
    return unescape(" ".join(re.findall(r'<p class="(?:done|trouble)">(.*?)</p>', page)))


@pytest.fixture(scope="module")
def rubric(homework: Assignment) -> Assignment:
    return written_only(homework, "P2")


@pytest.fixture(scope="module")
def class_graded(tmp_path_factory: pytest.TempPathFactory, rubric: Assignment) -> Path:
    return graded(tmp_path_factory.mktemp("class"), rubric, CLASS, doubtful=("박하준",))


@pytest.fixture
def out(tmp_path: Path, class_graded: Path) -> Path:
    return shutil.copytree(class_graded, tmp_path / "out")


@pytest.fixture
def ta(out: Path) -> Iterator[Browser]:
    with opened(out) as address:
        yield Browser(address)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, class_graded: Path) -> Iterator[Browser]:
    """A page in Korean on which nothing is decided."""
    with opened(shutil.copytree(class_graded, tmp_path_factory.mktemp("shared") / "out"), language="ko") as address:
        yield Browser(address)


def said(*words: object) -> str:
    """What the command prints."""
    done = CliRunner().invoke(app, [*map(str, words)])
    assert done.exit_code == 0, done.output
    return done.output


def points(out: Path, student: str) -> dict[str, float | None]:
    """By criterion, as they count."""
    with Gradebook.in_folder(out) as book:
        standing = book.standing("hw1", student)
        assert standing is not None
        return {finding.criterion: finding.earned for finding in standing.report.scores[0].findings}


# ---------------------------------------------------------------- who is let in


def test_only_this_machine_s_browser_with_the_token_gets_a_page(ta: Browser) -> None:
    cookie, port = ta.headers, ta.host.partition(":")[2]
    ok = {"Origin": f"http://{ta.host}", "Content_Type": "application/x-www-form-urlencoded"}
    form = urlencode(hidden(ta.case("kim")) | {"p.cheap": "1"})
    assert ta.ask("GET", "/", Host=f"evil.example:{port}").status == 403
    assert ta.ask("GET", "/", Host=f"localhost:{port}").status == 200
    assert ta.ask("POST", "/decide", form, **ok | {"Origin": "http://evil.example"}).status == 403
    assert ta.ask("POST", "/decide", form, **ok | {"Origin": "null"}).status == 403
    assert ta.ask("POST", "/decide", form, Content_Type=ok["Content_Type"]).status == 403
    assert ta.ask("POST", "/decide", form, **ok, Sec_Fetch_Site="same-site").status == 403
    assert ta.ask("POST", "/decide", form.replace("form=", "form=0"), **ok).status == 403
    assert ta.ask("POST", "/decide", "x" * 5_000_000, **ok).status == 403
    assert ta.ask("GET", "/decide").status == 405
    ta.headers = {}
    paths = ("/", "/?token=x", "/case", "/static/review.js")
    assert [ta.ask("GET", path).status for path in paths] == [403] * 4, "the path alone"
    ta.headers, below, ta.below = cookie, ta.below, ""
    assert [ta.ask("GET", path).status for path in paths] == [403] * 4, "the cookie alone"
    assert ta.ask("POST", "/decide", form, **ok).status == 403
    assert ta.ask("GET", "/favicon.ico").status == 204
    ta.below = below
    assert "kim" in ta.get("/")


def test_the_cookie_that_other_ports_see_gives_nothing_away(shared: Browser) -> None:
    cookie, below = shared.headers["Cookie"].partition("=")[2], shared.below
    shared.headers, shared.below = {}, ""
    let_in = shared.ask("GET", f"/?token={shared.token}").headers["set-cookie"]
    shared.headers, shared.below = {"Cookie": let_in.partition(";")[0]}, below
    assert "SameSite=strict" in let_in
    assert f"Path={below};" in let_in
    assert cookie not in (shared.token, below.strip("/"), hidden(shared.case("kim"))["form"])
    assert shared.token not in let_in
    by_cookie = hmac.new(cookie.encode(), b"form", hashlib.sha256).hexdigest()
    assert hidden(shared.case("kim"))["form"] != by_cookie


def test_it_listens_on_one_address_only(shared: Browser) -> None:
    with socket.socket() as other:
        other.settimeout(2)
        assert other.connect_ex(("127.0.0.2", int(shared.host.partition(":")[2]))) != 0


@pytest.mark.parametrize(
    "path",
    [
        *("/static/..%2f..%2fcli.py", "/executed/..%2fgradebook.db", "/executed/%2e%2e%2fclass", "/feedback/nobody"),
        *("/documents/1/kim", "/documents/1/..%2freports", "/executed/" + "x" * 5000, "/static/review.css.j2"),
    ],
)
def test_no_path_leads_outside(shared: Browser, path: str) -> None:
    assert shared.ask("GET", path).status == 404


def test_what_students_write_is_text(shared: Browser) -> None:
    for page in (shared.get("/"), shared.case("evil <b>"), shared.get("/bulk"), shared.get("/?who=%3Cscript%3E")):
        assert "<script>document" not in page
        assert "<img src=x" not in page
        assert "evil <b>" not in page
        assert "\x1b" not in page
        assert 'href="javascript' not in page
    answer = shared.ask("GET", f"/case?{urlencode({'student': 'evil <b>', 'at': 'P2'})}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    executed = shared.ask("GET", f"/executed/{quote('evil <b>', safe='')}")
    assert executed.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "onerror" not in executed.text


def test_any_name_finds_its_pages(out: Path, ta: Browser) -> None:
    name = "a/b #?%2f"
    with book_of(out, None) as book:
        book.land([book.standings("hw1")["kim"].machine.model_copy(update={"student": name})])
    roll = json.loads((out / "roll.json").read_text())
    (out / "roll.json").write_text(json.dumps(roll | {"students": [*roll["students"], name]}))
    assert unescape(ta.case(name)).count(name) > 1
    for folder in ("executed", "feedback"):
        shutil.copy(out / folder / "kim.html", out / folder / f"{file_name(name)}.html")
        assert ta.ask("GET", f"/{folder}/{quote(name, safe='')}").status == 200


def test_a_huge_answer_is_cut(shared: Browser) -> None:
    page = shared.case("long")
    assert "20,000" in page
    assert len(page) < 200_000


def test_the_page_speaks_korean_and_english(shared: Browser) -> None:
    assert "대기열" in shared.get("/")
    answer = shared.ask("GET", "/set?lang=en&theme=dark&back=//evil.example")
    assert (answer.status, answer.headers["location"]) == (303, "./")
    shared_cookie = shared.headers["Cookie"]
    english = shared.ask("GET", "/", Cookie=f"{shared_cookie}; grader_lang=en; grader_theme=dark").text
    assert ("Queue" in english, "대기열" in english, 'data-theme="dark"' in english) == (True, False, True)


# ---------------------------------------------------------------- decisions


def test_a_decision_is_appended_as_override_does_it(out: Path, ta: Browser) -> None:
    page = ta.case("박하준")
    after = ta.post("/decide", hidden(page) | {"p.saturation": "2,5", "p.cheap": "4", "reason": "half of it"})
    assert "박하준 P2: saturation 2.5, cheap 4" in told(after)
    ta.post("/decide", hidden(ta.case("박하준")) | {"p.cheap": "2.555"})
    assert "Park: 2.555, read by a person" in ta.case("박하준")
    ta.post("/decide", hidden(ta.case("박하준")) | {"p.cheap": "4"})
    assert points(out, "박하준") | {"saturation": 2.5, "cheap": 4} == points(out, "박하준")
    history = said("history", out, "박하준")
    assert "P2/saturation: ? → 2.5 of 5: half of it, by Park" in history


@pytest.mark.parametrize("typed", ["6.5", "-1", "x", "nan", "1e9", ""])
def test_what_is_no_number_of_points_decides_nothing(shared: Browser, typed: str) -> None:
    page = shared.case("박하준")
    after = shared.post("/decide", hidden(page) | {"p.cheap": typed})
    assert "점수를 적으세요" in told(after)
    assert hidden(shared.case("박하준")) == hidden(page)


def test_identical_answers_get_the_same_decision_and_one_undo_takes_all_back(out: Path, ta: Browser) -> None:
    before = points(out, "lee")
    page = ta.case("kim")
    assert "the same for 1 identical answers" in page
    open_ones = [name for name, earned in before.items() if earned is None]
    after = ta.post("/decide", with_twins(page, **dict.fromkeys(open_ones, "1")))
    assert "kim and 1 with the same words" in told(after)
    assert [points(out, name)[open_ones[0]] for name in ("kim", "lee")] == [1, 1]
    undone = ta.post("/undo", hidden(ta.case("박하준"), "undo"))
    assert "Taken back: 2 students P2" in told(undone)
    assert points(out, "lee") == points(out, "kim") == before


@pytest.mark.parametrize(("one", "other"), [("<", ">"), ("-1", "1"), ("=", "≠"), ("+", "−")])
def test_answers_that_differ_in_a_sign_are_not_the_same(
    tmp_path: Path, rubric: Assignment, one: str, other: str
) -> None:
    said_by = {
        name: {"P2": f"At 0 the slope of ReLU is {sign} that of the sigmoid."}
        for name, sign in (("kim", one), ("lee", other), ("han", one))
    }
    with opened(graded(tmp_path, rubric, said_by)) as address:
        page = Browser(address).case("kim")
    assert "the same for 1 identical answers" in page
    assert "han" in page[page.index('class="same"') :].partition("</label>")[0]


def test_the_same_spares_what_somebody_decided_otherwise(out: Path, ta: Browser) -> None:
    ta.post("/decide", hidden(ta.case("kim")) | {"p.cheap": "1"})
    with book_of(out, None) as book:
        book.decide("hw1", "lee", made_by(Decision("P2/cheap", 3, "an exception", "Lee")))
    page = ta.case("kim")
    after = ta.post("/decide", with_twins(page, cheap="2"))
    assert "Not for lee" in told(after)
    assert [points(out, name)["cheap"] for name in ("kim", "lee")] == [2, 3]


def test_a_decision_for_all_is_put_right_for_all(out: Path, ta: Browser) -> None:
    ta.post("/decide", with_twins(ta.case("kim"), cheap="1"))
    after = ta.post("/decide", with_twins(ta.case("kim"), cheap="2"))
    assert "kim and 1 with the same words" in told(after)
    assert [points(out, name)["cheap"] for name in ("kim", "lee")] == [2, 2]


def test_a_decision_for_one_is_not_for_all_the_next_time(out: Path, ta: Browser) -> None:
    ticked = '<input type="checkbox" name="same" value="1" checked>'
    assert ticked in ta.case("kim")
    ta.post("/decide", with_twins(ta.case("kim"), cheap="1"))
    assert ticked in ta.case("kim")
    assert ticked not in ta.case("lee"), "a criterion is decided there"
    ta.post("/decide", with_twins(ta.case("kim"), cheap="2")[:-1])
    assert ticked not in ta.case("kim")


def test_the_same_is_for_those_who_were_shown_as_they_were_shown(out: Path, ta: Browser) -> None:
    page = ta.case("kim")
    with book_of(out, None) as book:
        book.decide("hw1", "lee", made_by(Decision("P2/saturation", 3, "said elsewhere", "Lee")))
    after = ta.post("/decide", with_twins(page, cheap="2"))
    assert "Not saved: Lee decided on lee P2/saturation in between" in told(after)
    assert (points(out, "kim")["cheap"], points(out, "lee")["cheap"]) == (2, None)
    shown_none = [field for field in with_twins(ta.case("kim"), vanishing="2") if field[0] != "twin"]
    ta.post("/decide", shown_none)
    assert points(out, "lee")["vanishing"] != 2


def test_who_was_quicker_is_told_and_not_overwritten(out: Path, ta: Browser) -> None:
    page = ta.case("박하준")
    with book_of(out, None) as book:
        book.decide("hw1", "박하준", made_by(Decision("P2/cheap", 3, "said elsewhere", "Lee")))
    after = ta.post("/decide", hidden(page) | {"p.cheap": "0"})
    assert "Not saved: Lee decided on 박하준 P2/cheap in between: 3 points (said elsewhere)" in told(after)
    assert points(out, "박하준")["cheap"] == 3
    ta.post("/decide", hidden(ta.case("박하준")) | {"p.cheap": "0"})
    assert points(out, "박하준")["cheap"] == 0


def test_undo_spares_what_another_decided_since(out: Path, ta: Browser) -> None:
    ta.post("/decide", hidden(ta.case("박하준")) | {"p.cheap": "1"})
    with book_of(out, None) as book:
        book.decide("hw1", "박하준", made_by(Decision("P2/cheap", 3, "no", "Lee")))
    assert "another decision came after it" in told(ta.post("/undo", hidden(ta.case("박하준"), "undo")))
    assert points(out, "박하준")["cheap"] == 3


def test_undo_takes_back_what_its_button_says_and_once(out: Path, ta: Browser) -> None:
    ta.post("/decide", hidden(ta.case("박하준")) | {"p.cheap": "1"})
    page = ta.case("박하준")
    assert "박하준 P2 cheap 1" in of_form(page, "undo")
    ta.post("/decide", hidden(ta.case("kim")) | {"p.cheap": "2"})
    assert "Not taken back" in told(ta.post("/undo", hidden(page, "undo")))
    assert (points(out, "박하준")["cheap"], points(out, "kim")["cheap"]) == (1, 2)
    last = hidden(ta.case("kim"), "undo")
    assert "Taken back: kim P2 cheap 2" in told(ta.post("/undo", last))
    assert "Not taken back" in told(ta.post("/undo", last))
    assert points(out, "박하준")["cheap"] == 1


def test_a_gradebook_that_another_holds_is_told_and_the_page_goes_on(out: Path, ta: Browser) -> None:
    form = hidden(ta.case("kim")) | {"p.cheap": "2"}
    with contextlib.closing(sqlite3.connect(out / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as pool:
            waits = pool.submit(ta.post, "/decide", form)
            assert "kim" in ta.get("/")
            assert not waits.done(), "a page is made while the decision waits"
            assert "Not saved: another program holds the gradebook" in told(waits.result())
        other.execute("ROLLBACK")
    ta.post("/decide", form)
    assert points(out, "kim")["cheap"] == 2


def test_a_reason_that_nobody_would_read_is_refused(out: Path, ta: Browser) -> None:
    after = ta.post("/decide", hidden(ta.case("kim")) | {"p.cheap": "2", "reason": "why " * 600})
    assert "the reason has 2,399 characters, and 2,000 are the most" in told(after)
    assert points(out, "kim")["cheap"] is None


def test_two_tas_at_once_leave_files_that_show_both(out: Path) -> None:
    with opened(out, "Park") as address:
        one = Browser(address)
        one.post("/decide", hidden(one.case("kim")) | {"p.vanishing": "1"})
        with opened(out, "Lee") as address_of_lee:
            other = Browser(address_of_lee)
            assert "Park: 1, read by a person" in other.case("kim")
            other.post("/decide", hidden(other.case("kim")) | {"p.cheap": "2"})
    (score,) = json.loads((out / "reports" / "kim.json").read_text())["scores"]
    earned = {finding["criterion"]: finding["earned"] for finding in score["findings"]}
    assert (earned["vanishing"], earned["cheap"]) == (1, 2)


def test_a_single_decision_is_taken_back_on_its_page(out: Path, ta: Browser) -> None:
    ta.post("/decide", hidden(ta.case("kim")) | {"p.vanishing": "1", "p.cheap": "2"})
    page = ta.case("kim")
    form = page[page.index('action="./take-back" id="back-2"') :].partition("</form>")[0]
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    assert fields["place"] == "P2/vanishing"
    ta.post("/take-back", fields)
    assert (points(out, "kim")["vanishing"], points(out, "kim")["cheap"]) != (1, 2)
    assert points(out, "kim")["cheap"] == 2


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("who=KI", {"kim"}),
        ("flag=repairs", {"박하준"}),
        ("item=~repairs", {"박하준"}),
        ("item=P9", set()),
        ("show=decided", set()),
        ("flag=nonsense&show=nonsense", set(CLASS)),
    ],
)
def test_the_queue_is_filtered(shared: Browser, query: str, listed: set[str]) -> None:
    page = shared.get(f"/?{query}")
    assert {unescape(name) for name in re.findall(r"<li><a [^>]*>\s*<b>(.*?)</b>", page)} == listed


def test_alike_answers_stand_together(shared: Browser) -> None:
    (cluster,) = re.findall(r'<div class="cluster several">.*?</ol>', shared.get("/"), re.DOTALL)
    assert re.findall(r"<b>(.*?)</b>", cluster) == ["kim", "lee"]


def test_suggestions_are_approved_as_they_were_shown(out: Path, ta: Browser) -> None:
    page = ta.get("/bulk")
    found = re.findall(r'name="case" id="c-\d+"( checked)? value="([^"]*)"', page)
    ticked = [unescape(value) for checked, value in found if checked]
    assert len(found) > len(ticked) or "doubtful words" not in page
    shown = {json.loads(value)[1]: json.loads(value)[3] for value in ticked}
    forged = json.dumps([*json.loads(ticked[0])[:3], {"cheap": 4}])
    body = [*hidden(page).items(), *(("case", value) for value in (forged, *ticked[1:]))]
    after = ta.post("/approve", body)
    left_out = json.loads(ticked[0])[1]
    assert "was graded anew in between" in told(after)
    for student, given in shown.items():
        earned = points(out, student)
        assert all((earned[name] == value) == (student != left_out) for name, value in given.items())


def test_who_decided_before_an_approval_is_named(out: Path, ta: Browser) -> None:
    page = ta.get("/bulk")
    values = [unescape(value) for value in re.findall(r'name="case" id="c-\d+"(?: checked)? value="([^"]*)"', page)]
    kim = next(value for value in values if json.loads(value)[1] == "kim")
    given = json.loads(kim)[3]
    with book_of(out, None) as book:
        for name in given:
            book.decide("hw1", "kim", made_by(Decision(f"P2/{name}", 0, "said elsewhere", "Kim")))
    after = ta.post("/approve", [*hidden(page).items(), ("case", kim)])
    assert "Not saved: Kim decided on kim P2/" in told(after)


def test_a_form_that_is_sent_twice_decides_once(out: Path, ta: Browser) -> None:
    form = hidden(ta.case("박하준")) | {"p.cheap": "1"}
    after = [told(ta.post("/decide", form)) for _ in range(2)]
    assert after == ["박하준 P2: cheap 1"] * 2
    page = ta.get("/bulk")
    kim = next(unescape(value) for value in re.findall(r'value="([^"]*&#34;kim&#34;[^"]*)"', page))
    approved = [told(ta.post("/approve", [*hidden(page).items(), ("case", kim)])) for _ in range(2)]
    assert approved == ["Suggestions of 1 students approved."] * 2
    ta.post("/undo", hidden(ta.case("kim"), "undo"))
    ta.post("/undo", hidden(ta.case("kim"), "undo"))
    assert points(out, "박하준")["cheap"] is None


@pytest.mark.parametrize("case", ["x", "[]", "1", '["P2", "kim", "0", 3]', '["P2", "kim", "0", {"cheap": []}]'])
def test_a_form_that_cannot_be_read_is_refused_with_words(shared: Browser, case: str) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded", "Origin": f"http://{shared.host}"}
    body = urlencode(hidden(shared.get("/bulk")) | {"case": case})
    answer = shared.ask("POST", "/approve", body, **form)
    assert (answer.status, "load the page again" in answer.text) == (400, True)


def test_a_doubtful_repair_is_settled_by_who_looked(out: Path, ta: Browser) -> None:
    ta.post("/decide", hidden(ta.case("박하준")) | {"p.*": "11"})
    waiting = {grades.student: grades.status for grades in grades_in(out)}
    assert waiting["박하준"] == "provisional"
    form = hidden(ta.case("박하준", "~repairs")) | {"reason": "the same table"}
    assert ["repairs looked at" in told(ta.post("/looked", form)) for _ in range(2)] == [True, True]
    said("export", out, "--to", "csv", "-o", out.parent / "g.csv")
    rows = list(csv.DictReader(io.StringIO((out.parent / "g.csv").read_text(encoding="utf-8-sig"))))
    assert [row["total"] for row in rows if row["student"] == "박하준"] == ["11"]
    assert "Park looked at what was changed" in (out / "feedback" / "박하준.html").read_text()
    assert "repairs looked at: the same table, by Park" in said("history", out, "박하준")
    ta.post("/undo", hidden(ta.case("kim"), "undo"))
    with Gradebook.in_folder(out) as book:
        assert book.standings("hw1")["박하준"].report.status == "provisional"


def test_what_is_taken_for_lateness_is_decided_too(tmp_path: Path) -> None:
    terms = "{at: 2026-04-03 23:59, timezone: Asia/Seoul, penalty: {points: 1, per: day}}"
    out = graded_by_rubric(tmp_path, {"kim": Work(0.9)}, deadline=terms, known={"kim": {"late": True}})
    with opened(out) as address:
        ta = Browser(address)
        assert "Lateness" in ta.get("/?show=waiting")
        page = ta.case("kim", "late")
        after = ta.post("/decide", hidden(page) | {"p.*": "1.5", "reason": "a day and a half"})
        assert "kim late: 1.5" in told(after)
        assert "Not saved: Park decided on kim late" in told(ta.post("/decide", hidden(page) | {"p.*": "0"}))
    report = Report.model_validate_json((out / "reports" / "kim.json").read_bytes())
    assert (report.status, report.total, report.grade) == ("final", 10, 8.5)


def test_which_hand_in_counts_is_settled_by_who_looked(tmp_path: Path) -> None:
    doubt = Text(ko="어느 것이 나중인지 알 수 없습니다.", en="which is newer is not known")
    out = graded_by_rubric(tmp_path, {"kim": Work(0.9)}, known={"kim": {"unsure": doubt}})
    assert [grades.status for grades in grades_in(out) if grades.student == "kim"] == ["provisional"]
    assert (
        "which is newer is not known" in (out / "index.html").read_text(encoding="utf-8").partition("needs-person")[2]
    )
    assert "A person will look which hand-in counts." in (out / "feedback" / "kim.html").read_text(encoding="utf-8")
    with opened(out) as address:
        ta = Browser(address)
        page = ta.case("kim", "~repairs")
        assert "which is newer is not known" in page
        ta.post("/looked", hidden(page) | {"reason": "asked them"})
    report = Report.model_validate_json((out / "reports" / "kim.json").read_bytes())
    assert (report.status, report.total) == ("final", 10)
    assert "Park looked, and this is the hand-in that counts. asked them" in report.warnings


def test_what_was_acknowledged_survives_kill_9_and_is_exported(out: Path) -> None:
    with served(out, "--author", "Park") as (address, process):
        ta = Browser(address)
        ta.post("/decide", hidden(ta.case("kim")) | {"p.*": "7.5", "reason": "read it"})
        process.send_signal(signal.SIGKILL)
        process.wait()
    file = out.parent / "grades.csv"
    said("export", out, "--to", "csv", "-o", file)
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))}
    assert rows["kim"]["total"] == "7.5"
    assert "read it" in (out / "feedback" / "kim.html").read_text()


def test_ctrl_c_leaves_files_that_show_every_decision(out: Path) -> None:
    with served(out, "--author", "Park") as (address, process):
        ta = Browser(address)
        ta.post("/decide", hidden(ta.case("kim")) | {"p.*": "7.5"})
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=30)
    assert "Ending: the files of those who were decided on last are written." in printed
    assert {grades.student: grades.total for grades in grades_in(out)}["kim"] == 7.5
    assert "7.5" in (out / "gradebook.csv").read_text()


def test_letters_that_a_terminal_lacks_stop_no_files(out: Path) -> None:
    """A student who joins the class later has a name that the process cannot give a file."""
    roll = json.loads((out / "roll.json").read_text())
    ascii_only = [name for name in roll["students"] if name.isascii()]
    (out / "roll.json").write_text(json.dumps(roll | {"students": ascii_only}))
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with served(out, "--author", "Park", **plain) as (address, process):
        ta = Browser(address)
        (out / "roll.json").write_text(json.dumps(roll))
        ta.post("/decide", hidden(ta.case("박하준")) | {"p.*": "7"})
        ta.post("/decide", hidden(ta.case("kim")) | {"p.*": "7.5"})
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=60)
    assert "Files could not be written (UnicodeEncodeError" in printed
    assert json.loads((out / "reports" / "kim.json").read_text())["total"] == 7.5
    command = [sys.executable, "-m", "grader", "review", str(out), "--port", "0"]
    refused = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **plain}, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "start it with PYTHONUTF8=1" in refused.stderr


# ---------------------------------------------------------------- the second marker


def test_second_marks_change_no_points_and_kappa_is_cohen_s(out: Path, ta: Browser) -> None:
    first = {"kim": 4.0, "lee": 0.0, "박하준": 6.0, "long": 2.0}
    for student, given in first.items():
        ta.post("/decide", hidden(ta.case(student)) | {"p.vanishing": f"{given}"})
    second = {"kim": 4.0, "lee": 1.0, "박하준": 6.0, "long": 0.0}
    with opened(out, "Lee") as address:
        other = Browser(address)
        other.post("/decide", hidden(other.case("kim")) | {"p.cheap": "1"})
        for _ in first:
            page = other.get("/second")
            assert "Park" not in page.partition('class="agreement"')[0]
            assert 'id="undo"' not in page, "no key takes a grade back here"
            fields = hidden(page)
            typed = fields | {"p.vanishing": f"{second[fields['student']]}"}
            other.post("/mark", typed)
            page = other.post("/mark", typed)  # sent twice, it counts once
        assert "The sample is marked." in page
        # observed: (0 + 1 + 0 + 4) / 4; by chance: variances 5 and 5.6875, means 3 and 2.75
        assert f'<b id="kappa">{1 - 1.25 / (5 + 5.6875 + 0.0625):.2f}</b>' in page
        assert '<b id="pairs">4</b>' in page
    assert {student: points(out, student)["vanishing"] for student in first} == first
    assert "second mark for P2/vanishing: 0 of 6 where Park gave 2; changes no points, by Lee" in (
        said("history", out, "long")
    )
    ta.post("/decide", hidden(ta.case("long")) | {"p.vanishing": "1"})
    assert points(out, "long")["vanishing"] == 1


def test_nobody_is_the_second_marker_of_their_own(out: Path, ta: Browser) -> None:
    ta.post("/decide", hidden(ta.case("kim")) | {"p.vanishing": "1"})
    with opened(out, "PARK") as address:
        assert "Nothing to mark a second time" in Browser(address).get("/second")


def test_a_gradebook_of_an_earlier_version_gets_what_it_lacks(out: Path) -> None:
    with sqlite3.connect(out / FILE) as database:
        for table in ("second_marks", "looks"):
            database.execute(f"DROP TABLE {table}")
    with opened(out) as address:
        ta = Browser(address)
        ta.post("/looked", hidden(ta.case("박하준", "~repairs")))
        assert "There are no second marks yet." in ta.get("/second")


# ---------------------------------------------------------------- the command


def test_what_the_command_cannot_serve(tmp_path: Path, out: Path, shared: Browser) -> None:
    port = int(shared.host.partition(":")[2])
    with pytest.raises(GraderError, match=f"port {port} is in use: give another with --port"):
        review(out, port, "en", "ta", None)
    with pytest.raises(GraderError, match="holds no results"):
        review(tmp_path / "nowhere", 0, "en", "ta", None)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(GraderError, match="holds no results"):
        review(tmp_path / "file", 0, "en", "ta", None)
    (out / FILE).unlink()
    with pytest.raises(GraderError, match="has lost its gradebook"):
        review(out, 0, "en", "ta", None)


def test_what_a_person_marks_stands_with_what_was_asked_and_how_to_mark_it(tmp_path: Path) -> None:
    manual = "{check: manual, points: 3, prompt: 'Why <b>so</b>?', scheme: 'One point each.'}"
    asked = rubric_of(tmp_path, manual, concepts="{}")
    out = graded_by_rubric(tmp_path, {"kim": Work(0.9, "Because it is so.")}, of=asked)
    with opened(out) as address:
        page = Browser(address).case("kim", "P1")
    for words in ("Because it is so.", "Why &lt;b&gt;so&lt;/b&gt;?", "How to mark it", "One point each."):
        assert words in page, words
