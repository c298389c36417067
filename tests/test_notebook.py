"""Which cell and which words belong to which item."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from build import Cell, code, document, markdown

from grader import reading
from grader.items import notebook
from grader.model import Answer, Assignment, Criterion, Item, Text

SAID = Text(ko="말", en="word")


def assignment(*items: str, handout: Path | None = None) -> Assignment:
    criteria = (Criterion(id="runs", check="runs", points=1),)
    return Assignment(
        id="hw",
        title=SAID,
        total=len(items),
        items=tuple(Item(id=item, title=SAID, points=1, criteria=criteria) for item in items),
        handout=handout,
        sha256="0" * 64,
    )


HOMEWORK = assignment("P1.1", "P1.2", "P1.10", "P2", "P3.1", "P3.2")


def sorted_by_item(*cells: Cell, homework: Assignment = HOMEWORK) -> tuple[tuple[str | None, ...], dict[str, Answer]]:
    file = document(*(cell | {"source": "".join(cell["source"])} for cell in cells))
    return notebook.by_item(file, homework)[:2]


def item_of_heading(heading: str, homework: Assignment = HOMEWORK) -> str | None:
    return sorted_by_item(markdown(heading), homework=homework)[0][0]


# ---------------------------------------------------------------- headings and tags


@pytest.mark.parametrize(
    "heading",
    [
        *("# P3.1", "## P3-1", "### p3_1", "# P 3.1", "# P3. 1", "#P3.1", "   # P3.1", "# P3.1 #", "###### P3.1"),
        *("# 문제 3.1", "## 문제3-1", "# 문항 3.1 합성곱", "# Problem 3.1", "## Question 3.1:", "# Q3.1", "# q3-1."),
        *(
            "# P3.1 제목",
            "# P3.1: 왜 합성곱인가",
            "# **P3.1** 합성곱",
            "# `P3.1`",
            "# [P3.1]",
            "# <P3.1>",
            "# 과제1 P3.1",
        ),
        *("# P3 (1)", "## P3.(1)", "# 문제 3 ( 1 ) 합성곱", "# HW1_P3.1", "# Ｐ３．１", "# P3.1번", "# P3.1과 그 답"),
        *("# P3.1 (P1.1 참고)", "# P3.1, unlike P2", "# P3.1 → P3.2"),
    ],
)
def test_heading_names_item(heading: str) -> None:
    assert item_of_heading(heading) == "P3.1"


@pytest.mark.parametrize(
    "line",
    [
        *("P3.1", "P3.1 제목", "####### P3.1", "> # P3.1", "- # P3.1", "    # P3.1", r"\# P3.1"),
        *(
            "# P3.12",
            "# P3.1.2",
            "# P31",
            "# MP3.1",
            "# XP3.1",
            "# P3",
            "# P13.1",
            "# 3.1",
            "# P3.01",
            "# P1 (2점)",
            "#",
            "# ",
        ),
    ],
)
def test_line_that_names_no_item(line: str) -> None:
    assert item_of_heading(line) is None


@pytest.mark.parametrize(
    "heading",
    [
        *("P3.1\n===", "P3-1 합성곱\n---", "과제 1 P3.1\n=====", "  P3.1\n  -", "**P3.1**\n---"),
        *(
            "<h2>P3.1</h2>",
            '<H3 align="center"><b>P3.1</b> 합성곱</H3>',
            "<center><h1>문제 3.1</h1></center>",
            "<h2>P3.1",
        ),
        *("<h2>\n  P3.1\n</h2>", "<div>\n<h2>P3-1</h2>\n</div>"),
        *(
            "**P3.1**",
            "**P3-1.**",
            "**P3.1. 시그모이드와 ReLU**",
            "__문제 3.1__",
            "***P3.1***",
            "**[P3.1] 합성곱**:",
            "**P3.1번**",
        ),
        *("<b>P3.1</b>", "<strong>P3 (1)</strong>"),
        *(
            "## P3\n### (1)",
            "# P3 합성곱\n## 1.",
            "## 문제 3\n### 1) 이유",
            "## P3\n\n**(1)**",
            "**P3**\n\n**1.**",
            "P3\n==\n\n(1)\n--",
        ),
        *("## P3\n### (2)\n### (1)", "## P3\n### 개요\n### (1)", "# P1\n## (2)\n# P3\n## 1번"),
    ],
)
def test_other_forms_of_heading_name_an_item(heading: str) -> None:
    assert sorted_by_item(markdown(heading), code("x"))[0][1] == "P3.1"


@pytest.mark.parametrize(
    "lines",
    [
        *(
            "P2의 답과\nP3.1의 답\n---",
            "앞의 P3.1과 같다.\n---",
            "- P3.1\n---",
            "P3.1\n\n---",
            "    P3.1\n---",
            "> P3.1\n===",
        ),
        *(
            "**P3.1** 이유는",
            "앞 **P3.1**",
            "**답: P3.1**",
            "**P3.1과 같은 이유다.**",
            "- **P3.1**",
            "**P3.12**",
            "** P3.1 **",
        ),
        *("```\n<h2>P3.1</h2>\n**P3.1**\nP3.1\n===\n```", "`<h2>P3.1</h2>`", "<p>P3.1</p>"),
        *("## (1)", "## P3\n## (1)", "## P3\n### (3)", "## P3\n### 1차 함수", "## P3\n### 1.5배", "## P3\n### 1 layer"),
        *("## P3\n## 그림\n### (1)", "## P2\n### (1)", "## P3\n(1)", "# 문제\n## 2."),
    ],
)
def test_what_looks_like_a_heading_names_no_item(lines: str) -> None:
    assert sorted_by_item(markdown(lines), code("x"))[0][1] in (None, "P2")


def test_numbers_below_an_item_are_its_own_and_a_heading_above_items_ends_the_one_before() -> None:
    items, answers = sorted_by_item(
        markdown("## P2\n답"),
        markdown("## P3\n서문\n### (1)\n#### 1. 지역성\n주변\n#### 2. 공유\n### (2)\n패딩\n## P3 정리\n풀링"),
    )
    assert items == ("P2", "P3.2")
    assert {item: answer.text for item, answer in answers.items()} == {
        "P2": "답",
        "P3.1": "#### 1. 지역성\n주변\n#### 2. 공유",
        "P3.2": "패딩\n풀링",
    }


@pytest.mark.parametrize(
    "heading",
    ["## P3.1 / P3.2", "## P3.1, P3.2", "# P3.1과 P3.2", "P3.1 & P3.2\n---", "**P3.1, P3.2**", "# P3-1/P3-2 답"],
)
def test_a_joint_heading_gives_its_words_to_both_items(heading: str) -> None:
    items, answers = sorted_by_item(markdown(heading), markdown("주변 픽셀"), markdown("# P2\n포화"))
    assert items == ("P3.1", "P3.1", "P2")
    assert {item: answer.text for item, answer in answers.items()} == {
        "P3.1": "주변 픽셀",
        "P3.2": "주변 픽셀",
        "P2": "포화",
    }


def test_headings_of_other_forms_are_no_words_and_other_lines_stay_as_they_are() -> None:
    source = "P2\n--\n답\n**굵게**\n제목\n---\n<h3>그림</h3> 설명\n<h2>P3.1</h2> 합성곱"
    _, answers = sorted_by_item(markdown(source))
    assert answers["P2"].text == "답\n**굵게**\n제목\n---\n<h3>그림</h3>\n 설명"
    assert answers["P3.1"].text == "합성곱"


def test_what_is_headed_and_what_stands_elsewhere(tmp_path: Path) -> None:
    handout = tmp_path / "handout.ipynb"
    handout.write_text(json.dumps(document(markdown("# 과제\n안내")), ensure_ascii=False), encoding="utf-8")
    cells = (
        markdown("# 과제\n안내\n이름: 김서연"),
        code("# 말"),
        markdown("## P3\n서문"),
        code("x", "P1.2"),
        markdown("# P2"),
    )
    found = notebook.by_item(document(*cells), assignment("P1.2", "P2", "P3.1", "P3.2", handout=handout))
    assert found.headed == ("P1.2", "P2")
    assert found.elsewhere == "이름: 김서연\n\n서문"
    assert found.answers == {}


@pytest.mark.parametrize(
    "line",
    [
        "**a" * 50_000,
        "<h2" * 50_000,
        "<h2>\n" + "\n" * 50_000,
        "**" + " " * 100_000 + "x",
        "a\n-" + "-" * 100_000 + "x",
        "## P3\n### " + "( " * 50_000,
    ],
)
def test_odd_lines_are_read_at_once(line: str) -> None:
    assert sorted_by_item(markdown(line + "\n# P2"))[0] == ("P2",)


def test_an_item_never_matches_one_whose_number_begins_alike() -> None:
    assert item_of_heading("# P1.1") == "P1.1"
    assert item_of_heading("# P1.10") == "P1.10"
    assert item_of_heading("# P1 (10)") == "P1.10"
    assert item_of_heading("# P2") == "P2"
    assert item_of_heading("# P2.3") is None
    assert item_of_heading("# P1.10", assignment("P1.1")) is None
    assert item_of_heading("# P1 (1)", assignment("P1", "P1.1")) == "P1.1"
    assert item_of_heading("# P1", assignment("P1", "P1.1")) == "P1"


def test_items_may_have_other_names() -> None:
    homework = assignment("A", "Part 2a", "서술")
    headings = {
        "# A": "A",
        "# part-2-A": "Part 2a",
        "# 서술 답": "서술",
        "# Answer": None,
        "# Part 2": None,
        "# 서술2": None,
    }
    assert {heading: item_of_heading(heading, homework) for heading in headings} == headings


@pytest.mark.parametrize("tag", ["P3.1", "p3.1", "P3-1", "p3_1", " P3.1 ", "문제 3.1", "Ｐ３．１"])
def test_tag_names_item(tag: str) -> None:
    assert sorted_by_item(code("x = 1", "other", tag))[0] == ("P3.1",)


@pytest.mark.parametrize("tag", ["P3.1 extra", "see P3.1", "P3.10", "solution", ""])
def test_tag_must_be_the_whole_name(tag: str) -> None:
    assert sorted_by_item(code("x = 1", tag))[0] == (None,)


def test_cells_belong_to_the_heading_before_them() -> None:
    items, answers = sorted_by_item(
        code("import torch"),
        markdown("# 과제 1\n이름: 김서연"),
        markdown("## P1.1"),
        code("linear = 1"),
        markdown("GPU가 빨랐다."),
        markdown("## 그림"),
        code("plt.plot()"),
        markdown("## P1.2"),
        code("mlp = 1"),
    )
    assert items == (None, None, *["P1.1"] * 5, "P1.2", "P1.2")
    assert answers == {"P1.1": Answer(text="GPU가 빨랐다.\n\n## 그림", cells=(5, 6))}


def test_a_tag_wins_over_a_heading_and_holds_until_the_next() -> None:
    items, _ = sorted_by_item(
        markdown("# P1.1"),
        code("a"),
        code("b", "P1.2"),
        code("c"),
        markdown("# P2", "P3.1"),
        code("d"),
        markdown("# P3.2"),
    )
    assert items == ("P1.1", "P1.1", "P1.2", "P1.2", "P3.1", "P2", "P3.2")


def test_several_headings_in_one_cell() -> None:
    items, answers = sorted_by_item(
        markdown("서문\n# P2\n시그모이드는\n포화된다.\n# P3.1\n주변 픽셀\n## 메모\n공유"), code("x"), markdown("더")
    )
    assert items == ("P3.1", "P3.1", "P3.1")
    assert answers["P2"] == Answer(text="시그모이드는\n포화된다.", cells=(1,))
    assert answers["P3.1"] == Answer(text="주변 픽셀\n## 메모\n공유\n\n더", cells=(1, 3))


def test_text_before_the_first_heading_belongs_to_no_item() -> None:
    items, answers = sorted_by_item(markdown("P2에 대한 생각"), code("x"), markdown("서문\n# P2"))
    assert items == (None, None, "P2")
    assert answers == {}


@pytest.mark.parametrize(
    "block",
    [
        *("```\n# P3.1\n```", "```python\n# P3.1 comment\n```", "~~~\n# P3.1\n~~~", "````\n```\n# P3.1\n````"),
        *("~~~\n```\n# P3.1\n~~~", "```\n# P3.1\n``` python\n# P3.1\n```", "- code:\n  ```\n  # P3.1\n  ```"),
    ],
)
def test_headings_inside_fences_are_code(block: str) -> None:
    items, answers = sorted_by_item(markdown(f"# P2\n앞\n{block}\n뒤\n# P3.2\n끝"))
    assert items == ("P3.2",)
    assert answers["P2"].text == f"앞\n{block}\n뒤"
    assert answers["P3.2"].text == "끝"


def test_code_within_a_line_opens_no_fence() -> None:
    _, answers = sorted_by_item(markdown("# P2\n```relu(x)``` 는 간단하다.\n# P3.1\n합성곱"))
    assert answers == {
        "P2": Answer(text="```relu(x)``` 는 간단하다.", cells=(1,)),
        "P3.1": Answer(text="합성곱", cells=(1,)),
    }


def test_an_open_fence_ends_with_its_cell() -> None:
    assert sorted_by_item(markdown("# P2\n```\n# P3.1"), markdown("# P3.2"))[0] == ("P2", "P3.2")


# ---------------------------------------------------------------- answers


def test_answers_leave_out_handout_comments_and_item_headings(tmp_path: Path) -> None:
    handout = tmp_path / "handout.ipynb"
    given = ["# P2\n\n왜 ReLU를 쓰나요?\n\n---\n*여기에 답을 쓰세요*", "<!--\nReLU\n-->\n힌트: 두 함수를 그려 보세요."]
    handout.write_text(json.dumps(document(*map(markdown, given))), encoding="utf-8")
    homework = assignment("P2", "P3.1", handout=handout)
    _, answers = sorted_by_item(
        markdown(
            "# P2 퍼셉트론\n\n왜 ReLU를  쓰나요?\n\n여기에 답을 쓰세요\n<!-- 비밀 -->기울기 <!-- 여러\n줄 --> 소실\n"
        ),
        markdown("> 힌트: 두 함수를 그려 보세요.\nReLU"),
        code("# 왜 ReLU를 쓰나요? 코드의 말은 답이 아니다"),
        markdown("# P3.1\n\n---\n<!-- 답 -->\n<!-- 끝나지 않은 # P2\n지역성"),
        homework=homework,
    )
    assert answers == {"P2": Answer(text="기울기  소실\n\nReLU", cells=(1, 2))}
    blank = notebook.by_item(reading.read(handout).notebook, homework)
    assert blank == (("P2", "P2"), {}, ("P2",), "", (), {"P2"})


@pytest.mark.parametrize("nothing", ["", "\n \n", "---", "***", "# P2", "<!-- 답 -->", "<!-- 답", "…", "> ", "- \n- "])
def test_no_words_are_no_answer(nothing: str) -> None:
    assert sorted_by_item(markdown("# P2"), markdown(nothing))[1] == {}


@pytest.mark.parametrize("words", ["네", "0", "![그림](attachment:a.png)", "$\\nabla = 0$", "<b>x</b>", "`max`"])
def test_anything_said_is_an_answer(words: str) -> None:
    assert sorted_by_item(markdown("# P2"), markdown(words))[1]["P2"] == Answer(text=words, cells=(2,))


def test_answers_are_nfc() -> None:
    decomposed = unicodedata.normalize("NFD", "# 문제 2\n기울기 소실, café")
    items, answers = sorted_by_item(markdown(decomposed))
    assert items == ("P2",)
    assert answers["P2"].text == "기울기 소실, café"


def test_raw_cells_are_words_and_line_ends_do_not_matter() -> None:
    raw = {"cell_type": "raw", "metadata": {}, "source": "# P2\r\n하나\r\n둘"}
    assert sorted_by_item(raw)[1]["P2"].text == "하나\n둘"


def test_a_heading_of_many_spaces_is_read_at_once() -> None:
    assert item_of_heading("# a" + " " * 50_000 + "b" + " #" * 50_000 + "x P2") == "P2"
