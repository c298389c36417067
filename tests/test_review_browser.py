"""A TA's evening in a real browser: twenty answers by keyboard, an undo, a cluster, the second marker, the export."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from review_class import Answers, graded, opened, own_answers, written_only
from test_review import HOSTILE, said

from grader.gradebook.book import Gradebook
from grader.model import Assignment

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [pytest.mark.long, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]
Given = dict[tuple[str, str], float]  # points by student and criterion


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, homework: Assignment) -> Path:
    """Fifty students, five of whom wrote nearly the same; one attacks."""
    answers: dict[str, Answers] = {}
    for language, count in (("en", 22), ("ko", 22)):
        for name, said_by in own_answers(language, count).items():
            answers[f"{language}-{name}"] = {"P2": said_by["P2"]}
    for number in range(5):
        answers[f"alike-{number}"] = {
            "P2": "The sigmoid saturates and ReLU is quick, that is all I know." + " !" * number
        }
    answers["alike-4"] = {"P2": "The sigmoid saturates and ReLU is quick, that is nearly all I know."}
    answers["attacker"] = {"P2": HOSTILE}
    return graded(tmp_path_factory.mktemp("class"), written_only(homework, "P2"), answers)


def press(page: Page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


def waiting(page: Page) -> int:
    return int(page.locator(".progress b").inner_text().split()[0])


def read_evening(page: Page, wanted: int) -> Given:
    """Decide on `wanted` answers in the order of the queue, criterion by criterion: digits, fractions, suggestions."""
    given: Given = {}
    while len({student for student, _ in given}) < wanted or page.locator("h1").inner_text() == [*given][-1][0]:
        row = page.locator(".row.current input.points")
        student, criterion = page.locator("h1").inner_text(), str(row.get_attribute("name")).removeprefix("p.")
        typed = ("1", "2.5", "", "0,5", "")[len(given) % 5]
        points = typed or row.get_attribute("data-suggestion")
        assert points is not None
        page.keyboard.type(typed)
        press(page, "a" if len(given) % 5 == 4 else "Enter")
        given[student, criterion] = float(points.replace(",", "."))
    return given


def test_an_evening(out: Path, browser: Browser, tmp_path: Path) -> None:
    with opened(out, "Park") as address:
        page = browser.new_page()
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
        page.goto(address)
        page.wait_for_selector("#start")
        alike = page.locator(".cluster.several").first
        assert alike.locator("li").count() == 5
        before = waiting(page)
        with page.expect_navigation():
            page.locator(".cluster:not(.several) a").first.click()
        given = read_evening(page, 20)
        assert waiting(page) <= before - 20
        _an_undo(page, given)
        _a_cluster_and_the_rest(page)
        assert failures == []
        page.close()
    _second_marker(out, browser)
    _exported(out, tmp_path, given)


def _an_undo(page: Page, given: Given) -> None:
    """The last decision is taken back, and taken anew with a reason of its own."""
    last = [*given][-1]
    press(page, "u")
    assert f"Taken back: {last[0]} P2" in page.locator(".told").inner_text()
    assert (page.locator("h1").inner_text(), page.locator(".row.current label b").inner_text()) == last
    page.keyboard.type("3")
    page.keyboard.press("r")
    page.keyboard.type("a second look")
    press(page, "Enter")
    given[last] = 3.0


def _a_cluster_and_the_rest(page: Page) -> None:
    press(page, "g")
    with page.expect_navigation():
        page.locator(".cluster.several .head a").first.click()
    assert page.locator("input[name=case]:checked").count() == 5
    press(page, "Enter")
    assert "Suggestions of 5 students approved" in page.locator(".told").inner_text()
    press(page, "b")
    for box in page.locator("input[name=case]").all():
        box.check()  # what looks like an attack is not ticked by itself
    press(page, "Enter")
    assert waiting(page) == 0


def _second_marker(out: Path, browser: Browser) -> None:
    with opened(out, "Lee") as address:
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("main")
        page.goto(f"{page.url}second")
        for _ in range(3):
            rows = page.locator("input.points").count()
            for _ in range(rows - 1):
                page.keyboard.type("1")
                page.keyboard.press("Enter")
            page.keyboard.type("2")
            press(page, "Enter")
        assert int(page.locator("#pairs").inner_text()) >= 3
        assert -1 <= float(page.locator("#kappa").inner_text()) <= 1
        assert page.locator("h3", has_text="Disagreements").count() == 1
        page.close()


def _exported(out: Path, folder: Path, given: Given) -> None:
    """Canvas's column has everybody's points: those that were typed, and with them the sum."""
    with Gradebook.in_folder(out) as book:
        reports = {name: standing.report for name, standing in book.standings("hw1").items()}
    template = folder / "canvas.csv"
    lines = ["Student,ID,SIS Login ID,Section,HW1 (7)", "Points Possible,,,,20"]
    lines += [f"{name},{number},{name},1," for number, name in enumerate(reports, 1)]
    template.write_text("\n".join(lines) + "\n")
    said("export", out, "--to", "canvas", "--template", template, "--column", "7", "-o", folder / "grades.csv")
    exported = {
        row["Student"]: row["HW1 (7)"] for row in csv.DictReader((folder / "grades.csv").read_text().splitlines())
    }
    assert len(reports) == 50
    for name, report in reports.items():
        earned = {finding.criterion: finding.earned for finding in report.scores[0].findings}
        assert all(earned[criterion] == points for (student, criterion), points in given.items() if student == name)
        assert float(exported[name]) == min(20.0, sum(points or 0.0 for points in earned.values())) == report.total


@pytest.fixture
def alike(tmp_path: Path, homework: Assignment) -> Path:
    """Two who wrote the same, and a third."""
    text = "The sigmoid saturates and ReLU is quick, that is all I know."
    answers: dict[str, Answers] = {name: {"P2": text} for name in ("kim", "lee")}
    return graded(tmp_path, written_only(homework, "P2"), answers | {"min": {"P2": "I do not know about ReLU."}})


@pytest.fixture
def page(alike: Path, browser: Browser) -> Iterator[Page]:
    """Kim's answer."""
    with opened(alike) as address:
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("main")
        page.wait_for_load_state("load")
        to_case(page, "kim")
        yield page
        page.close()


def to_case(page: Page, student: str) -> None:
    with page.expect_navigation(wait_until="load"):  # the keys are there with all of the page
        page.locator(f'a[href*="student={student}&"]').first.click()


def test_what_is_for_one_student_stays_so(page: Page) -> None:
    assert page.locator('input[name="same"]').is_checked()
    page.keyboard.press("s")
    page.reload()
    assert not page.locator('input[name="same"]').is_checked()
    page.keyboard.type("1")
    press(page, "Enter")
    assert not page.locator('input[name="same"]').is_checked()


def test_a_narrow_window_shows_all_of_an_approval(page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    press(page, "g")
    press(page, "b")
    assert page.locator("input[name=case]").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.evaluate("getComputedStyle(document.querySelector('.answer')).unicodeBidi") == "isolate"


def typed(page: Page) -> list[str]:
    return [field.input_value() for field in page.locator("input.points").all()]


def decide_all(page: Page) -> None:
    """Kim's item as a whole, for Kim alone, and back to it."""
    page.keyboard.press("s")
    page.locator("#p-whole").fill("5")
    press(page, "Enter")
    press(page, "g")
    page.locator("select[name=show]").select_option("all")
    with page.expect_navigation():
        page.locator(".filters button").click()
    to_case(page, "kim")


def test_a_digit_changes_nothing_that_was_not_chosen(page: Page) -> None:
    decide_all(page)
    page.keyboard.type("0")
    assert not any(typed(page))
    assert "choose the criterion first" in page.locator("#notice").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("0")
    assert typed(page)[0] == "0"


def test_capslock_accepts_one_suggestion(page: Page) -> None:
    with page.expect_navigation():
        page.dispatch_event("body", "keydown", {"key": "A", "code": "KeyA", "shiftKey": False, "bubbles": True})
    assert page.locator(".decision").count() == 1


def test_points_that_are_typed_are_not_lost_without_a_word(page: Page) -> None:
    for leave in ("n", "g"):
        page.keyboard.type("1")
        page.keyboard.press(leave)
        assert "typed and not saved" in page.locator("#notice").inner_text()
        assert "1" in typed(page)
        page.keyboard.press("Backspace")
    page.keyboard.type("1")
    page.keyboard.press("n")
    press(page, "n")
    assert page.locator("h1").inner_text() != "kim"


def test_points_out_of_range_are_told(page: Page) -> None:
    page.keyboard.type("1")
    press(page, "Enter")
    assert page.locator(".told .done").is_visible()
    page.keyboard.type("99")
    page.keyboard.press("Enter")
    assert page.locator("#notice").inner_text().startswith("99: type points from 0 to ")
    assert page.locator("input[aria-invalid=true]").count() == 1
    assert not page.locator(".told .done").is_visible()
    for _ in range(2):
        page.keyboard.press("Backspace")
    assert page.locator("#notice").is_hidden()
    assert page.locator("input[aria-invalid]").count() == 0


@pytest.mark.parametrize(("language", "scheme"), [("ko", "dark"), ("en", "light")])
def test_what_a_student_writes_never_runs(out: Path, browser: Browser, language: str, scheme: str) -> None:
    """On every page that shows it, and with the keys of a Korean keyboard."""
    with opened(out, "Kim", "ko" if language == "ko" else "en") as address:
        page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
        page.goto(address)
        page.wait_for_selector("main")
        page.goto(f"{page.url}case?student=attacker&at=P2&show=all")
        page.dispatch_event("body", "keydown", {"key": "ㄷ", "code": "KeyE", "bubbles": True})
        frame = page.frame_locator("iframe")
        assert "ReLU is nice" in frame.locator("body").inner_text()
        assert "pwned" not in page.title()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(22, 24, 28)" if scheme == "dark" else "rgb(253, 252, 250)"
        )
        assert page.locator(".answer script, .answer img, .answer a").count() == 0
        page.close()
