"""Reading notebooks: every format and every kind of damage; which cell and which words belong to which item."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import notebook
from grader.model import Answer, Assignment, Criterion, Item, Text

SAID = Text(ko="말", en="word")
Cell = dict[str, Any]


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


def code(source: Any, *tags: str) -> Cell:
    return {"cell_type": "code", "metadata": {"tags": list(tags)} if tags else {}, "source": source}


def markdown(source: Any, *tags: str) -> Cell:
    return code(source, *tags) | {"cell_type": "markdown"}


def document(*cells: Any, **others: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **others}


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Write something as a file and read it."""

    def read(content: Any, name: str = "hw1.ipynb") -> dict[str, Any]:
        file = tmp_path / name
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_bytes((content if isinstance(content, str) else json.dumps(content)).encode())
        return notebook.read(file)

    return read


def sorted_by_item(*cells: Any, homework: Assignment = HOMEWORK) -> tuple[tuple[str | None, ...], dict[str, Answer]]:
    file = document(*(cell | {"source": "".join(cell["source"])} for cell in cells))
    return notebook.by_item(file, homework)[:2]


def item_of_heading(heading: str, homework: Assignment = HOMEWORK) -> str | None:
    return sorted_by_item(markdown(heading), homework=homework)[0][0]


def sources(read: dict[str, Any]) -> list[str]:
    return [cell["source"] for cell in read["cells"]]


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
    blank = notebook.by_item(notebook.read(handout), homework)
    assert blank == (("P2", "P2"), {}, ("P2",), "")


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


# ---------------------------------------------------------------- formats


@pytest.mark.parametrize("minor", range(6))
def test_formats_4(reading: Callable[..., dict[str, Any]], minor: int) -> None:
    cell = code(["x = 1\n", "y"]) | {"execution_count": 3, "outputs": [{"output_type": "stream", "text": "old"}]}
    if minor == 5:
        cell["id"] = "abc"
    read = reading(document(markdown("# P1.1"), cell, nbformat_minor=minor))
    assert sources(read) == ["# P1.1", "x = 1\ny"]
    assert (read["nbformat"], read["nbformat_minor"]) == (4, 5)
    assert read["cells"][1] == {
        "id": "cell-2",
        "cell_type": "code",
        "metadata": {"saved_execution_count": 3},
        "source": "x = 1\ny",
        "outputs": [],
        "execution_count": None,
    }


def test_format_3(reading: Callable[..., dict[str, Any]]) -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["P1.1"]},
        {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python", "outputs": [], "prompt_number": 1},
        {"cell_type": "markdown", "metadata": {}, "source": ["말\n", "둘"]},
        {"cell_type": "heading", "level": "many", "source": "P1.2"},
    ]
    read = reading({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}] * 2})
    assert sources(read)[:4] == ["## P1.1", "x = 1\ny = 2", "말\n둘", "# P1.2"]
    assert notebook.by_item(read, HOMEWORK)[0] == ("P1.1", "P1.1", "P1.1", "P1.2") * 2


def test_formats_2_and_1(reading: Callable[..., dict[str, Any]]) -> None:
    cells = [
        {"cell_type": "html", "source": "# P1.1"},
        {"cell_type": "code", "input": "x", "language": "python", "outputs": [], "collapsed": False},
    ]
    assert sources(reading({"nbformat": 2, "worksheets": [{"cells": cells}]})) == ["# P1.1", "x"]
    first = {"nbformat": 1, "cells": [{"cell_type": "text", "text": "# P2"}, {"cell_type": "code", "code": "x = 1"}]}
    assert sources(reading(first)) == ["# P2", "x = 1"]


@pytest.mark.parametrize("version", [None, 5, 99, "4", 4.0, True, [4]])
def test_an_odd_format_number_hides_no_cells(reading: Callable[..., dict[str, Any]], version: Any) -> None:
    assert sources(reading(document(code("x = 1"), nbformat=version))) == ["x = 1"]


# ---------------------------------------------------------------- odd cells


@pytest.mark.parametrize(
    ("cell", "kind", "source"),
    [
        ({"cell_type": "code"}, "code", ""),
        ({"cell_type": "code", "source": None}, "code", ""),
        ({"cell_type": "code", "source": []}, "code", ""),
        ({"cell_type": "code", "source": 12.5}, "code", "12.5"),
        ({"cell_type": "code", "source": ["a\n", None, "b", ["c"]]}, "code", "a\nb"),
        ({"cell_type": "code", "source": "x", "metadata": None}, "code", "x"),
        ({"cell_type": "code", "source": "x", "metadata": [1]}, "code", "x"),
        ({"cell_type": "code", "source": "x", "metadata": {"tags": "P2"}}, "code", "x"),
        ({"cell_type": "code", "source": "x", "outputs": None, "execution_count": "?"}, "code", "x"),
        ({"cell_type": "sql", "source": "x"}, "raw", "x"),
        ({"cell_type": ["code"], "source": "x"}, "raw", "x"),
        ({"source": "x"}, "raw", "x"),
        ({"cell_type": "markdown", "source": "x", "attachments": {"a": None, "b": {"c": [1]}}}, "markdown", "x"),
        (None, "raw", ""),
        ("x = 1", "raw", ""),
        (7, "raw", ""),
        ([], "raw", ""),
    ],
)
def test_odd_cells_keep_their_place(reading: Callable[..., dict[str, Any]], cell: Any, kind: str, source: str) -> None:
    read = reading(document(markdown("# P2"), cell, code("y")))
    assert [c["cell_type"] for c in read["cells"]] == ["markdown", kind, "code"]
    assert sources(read) == ["# P2", source, "y"]
    assert [c["id"] for c in read["cells"]] == ["cell-1", "cell-2", "cell-3"]
    assert read["cells"][1]["metadata"] == {}
    assert notebook.by_item(read, HOMEWORK)[0] == ("P2", "P2", "P2")


@pytest.mark.parametrize("metadata", [None, [], {"kernelspec": None}, {"kernelspec": {"language": None}}, 3])
def test_odd_metadata_of_the_notebook(reading: Callable[..., dict[str, Any]], metadata: Any) -> None:
    assert sources(reading(document(code("x"), metadata=metadata))) == ["x"]


def test_tags_and_pictures_are_kept_and_nothing_else(reading: Callable[..., dict[str, Any]]) -> None:
    picture = {"a.png": {"image/png": "aGk="}}
    cell = markdown("# P2", "P2") | {"attachments": picture}
    cell["metadata"] |= {"tags": ["P2", ["P3.1"], None], "execution": "hostile", "collapsed": True}
    read = reading(document(cell))
    assert read["cells"] == [
        {
            "id": "cell-1",
            "cell_type": "markdown",
            "metadata": {"tags": ["P2"]},
            "source": "# P2",
            "attachments": picture,
        }
    ]


def test_no_worksheets_and_no_cells_are_an_empty_notebook(reading: Callable[..., dict[str, Any]]) -> None:
    for content in ({"cells": []}, {"worksheets": []}, {"worksheets": [None, {}, {"cells": 3}]}):
        assert reading(content)["cells"] == []


@pytest.mark.parametrize(
    ("literal", "source"),
    [
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("9" * 5000, "9" * 5000),
        ("1e999", "1e999"),
        ('"\\ud800x"', "\ufffdx"),
        ('["\\ud83d", "\\ude00"]', "😀"),
        ('"a\\u0000b"', "a\0b"),
        ('"first", "source": "last"', "last"),
    ],
)
def test_odd_json(reading: Callable[..., dict[str, Any]], literal: str, source: str) -> None:
    metadata = '{"a": NaN, "b": ' + "9" * 5000 + ', "tags": ["\\ud800"]}'
    read = reading(
        f'{{"cells": [{{"cell_type": "code", "metadata": {metadata}, "source": {literal}}}], "n": {"9" * 5000}}}'
    )
    assert sources(read) == [source]
    assert read["cells"][0]["metadata"] == {"tags": ["\ufffd"]}
    json.dumps(read, allow_nan=False).encode()


def test_duplicate_keys_mean_the_last(reading: Callable[..., dict[str, Any]]) -> None:
    assert sources(reading('{"cells": 3, "cells": [{"cell_type": "code", "source": "x"}]}')) == ["x"]


def test_byte_order_mark(reading: Callable[..., dict[str, Any]]) -> None:
    content = json.dumps(document(code("x")))
    assert sources(reading(b"\xef\xbb\xbf" + content.encode())) == ["x"]
    assert sources(reading(b"\xef\xbb\xbf# %%\nx = 1\n", "hw1.py")) == ["x = 1"]


# ---------------------------------------------------------------- unreadable


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (json.dumps(document(code("x"))).encode("utf-16"), "not UTF-8"),
        ('{"cells": ["가"]}'.encode("cp949"), "not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\xff", "not UTF-8"),
        ("hello", "not a whole notebook"),
        ("<html><body>sign in</body></html>", "not a whole notebook"),
        (json.dumps(document(code("x")))[:-10], "line 1"),
        ('{"cells": [],}', "not a whole notebook"),
        ("", "empty file"),
        (" \n\t", "empty file"),
        (b"\xef\xbb\xbf", "empty file"),
        ("[]", "no list of cells"),
        ("null", "no list of cells"),
        ("3", "no list of cells"),
        ('"cells"', "no list of cells"),
        ("{}", "no list of cells"),
        ('{"cells": null}', "no list of cells"),
        ('{"cells": {"a": 1}}', "no list of cells"),
        ('{"worksheets": {}}', "no list of cells"),
        ("[" * 100_000, "not a whole notebook"),
        ('{"cells": ' + "[" * 50_000 + "]" * 50_000 + "}", "not a whole notebook"),
        ({"cells": [code("x")] * 2_001}, "2001 cells"),
    ],
)
def test_unreadable_files_say_why(reading: Callable[..., dict[str, Any]], content: Any, reason: str) -> None:
    with pytest.raises(notebook.Unreadable) as refusal:
        reading(content, "김서연.ipynb")
    assert str(refusal.value).startswith("김서연.ipynb ")
    assert reason in str(refusal.value)
    assert len(str(refusal.value)) < 250


def test_nesting_that_json_takes_is_no_harm(reading: Callable[..., dict[str, Any]]) -> None:
    deep = '{"a": ' * 900 + "1" + "}" * 900
    cells = f'[{{"cell_type": "markdown", "source": "x", "metadata": {deep}, "attachments": {deep}, "id": {deep}}}]'
    read = reading(f'{{"nbformat": 4, "cells": {cells}}}')
    assert read["cells"] == [{"id": "cell-1", "cell_type": "markdown", "metadata": {}, "source": "x"}]


@pytest.mark.parametrize("name", ["x.ipynb", "x.py"])
def test_a_directory_or_nothing_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(notebook.Unreadable, match=rf"^{name} cannot be opened: No such file"):
        notebook.read(tmp_path / name)
    (tmp_path / name).mkdir()
    with pytest.raises(notebook.Unreadable, match=rf"^{name} cannot be opened: Is a directory"):
        notebook.read(tmp_path / name)
    assert notebook.has_cells(tmp_path / "x.py") is False


@pytest.mark.parametrize(("cap", "name"), [("MAX_BYTES", "hw1.ipynb"), ("MAX_SCRIPT_BYTES", "hw1.py")])
def test_a_huge_file_is_not_parsed(
    reading: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, cap: str, name: str
) -> None:
    monkeypatch.setattr(notebook, cap, 1_500_000)
    with pytest.raises(notebook.Unreadable, match=rf"^{name} has 1.6 MB; more than 1.5 MB is not read$"):
        reading(b"[" * 1_600_000, name)


# ---------------------------------------------------------------- scripts


def test_percent_script(reading: Callable[..., dict[str, Any]]) -> None:
    script = (
        "# ---\n# jupyter:\n#   kernelspec: 3\n# ---\n\n# %% [markdown]\n# # P1.1\n# 답\n\n# %%\nx = 1\n\n"
        '# %% [markdown]\n"""\n# P2\n둘째 답\n"""\n\n# %% tags=["P3.1"]\n# %matplotlib inline\ny = 2\n'
    )
    for text in (script, script.replace("\n", "\r\n")):
        read = reading(text, "hw1.py")
        assert sources(read) == ["# P1.1\n답", "x = 1", "# P2\n둘째 답", "%matplotlib inline\ny = 2"]
        items, answers, *_ = notebook.by_item(read, HOMEWORK)
        assert items == ("P1.1", "P1.1", "P2", "P3.1")
        assert {item: answer.text for item, answer in answers.items()} == {"P1.1": "답", "P2": "둘째 답"}


def test_script_by_nbconvert(reading: Callable[..., dict[str, Any]]) -> None:
    exported = (
        "#!/usr/bin/env python\n# coding: utf-8\n\n# # 과제\n\n# ## P1.1\n# \n# 답\n\n# In[1]:\n\n\nimport os\n\n"
        "# 둘\n\n\ndef f():\n    pass\n\n\n# ## P2\n# 둘째\n\n# 셋째\n\n# In[ ]:\n\n\nx = 1\n\n\n# x = 2\n\n\n"
        "# In[ ]:\n\n\n\n\n\n# ## P3.1\n\n# In[*]:\n\n\n# 끝\n\n\n"
    )
    read = reading(exported, "hw1.py")
    assert sources(read) == [
        *("# 과제", "## P1.1\n\n답", "import os\n\n# 둘\n\n\ndef f():\n    pass", "## P2\n둘째", "셋째"),
        *("x = 1\n\n\n# x = 2", "", "## P3.1", "# 끝"),
    ]
    items, answers, *_ = notebook.by_item(read, HOMEWORK)
    assert items == (None, "P1.1", "P1.1", "P2", "P2", "P2", "P2", "P3.1", "P3.1")
    assert answers["P2"].text == "둘째\n\n셋째"


def test_script_by_nbconvert_with_code_before_the_first_prompt(reading: Callable[..., dict[str, Any]]) -> None:
    assert sources(reading("# 말\nimport os\n\n# In[1]:\nx = 1\n", "hw1.py")) == ["# 말\nimport os", "x = 1"]


COLAB = """\
# -*- coding: utf-8 -*-
\"\"\"HW1 P2.ipynb

Automatically generated by Colab.

Original file is located at
    https://colab.research.google.com/drive/1x
\"\"\"

# Commented out IPython magic to ensure Python compatibility.
# %matplotlib inline
# !pip list
import torch  # %d
text = \"\"\"
## P3.1
\"\"\"

\"\"\"## P2

$\\\\frac{1}{2}$ 기울기 \\"소실\\"
\"\"\"

def f():
    \"\"\"## P3.2\"\"\"

f(
\"\"\"## P3.2\"\"\")

\"\"\"## P3.1\"\"\"

\"\"\"주변\"\"\"

# Commented out IPython magic to ensure Python compatibility.
# %%time
# for i in range(2):
#     pass

# 끝
"""


def test_script_by_colab(reading: Callable[..., dict[str, Any]]) -> None:
    read = reading(COLAB, "hw1.py")
    assert sources(read) == [
        '%matplotlib inline\n!pip list\nimport torch  # %d\ntext = """\n## P3.1\n"""',
        '## P2\n\n$\\frac{1}{2}$ 기울기 "소실"',
        'def f():\n    """## P3.2"""\n\nf(\n"""## P3.2""")',
        "## P3.1",
        "주변",
        "for i in range(2):\n    pass\n\n# 끝",
    ]
    found = notebook.by_item(read, HOMEWORK)
    assert found.cells == (None, "P2", "P2", "P3.1", "P3.1", "P3.1")
    assert found.headed == ("P2", "P3.1")
    assert found.elsewhere == ""


def test_a_syntax_error_hides_no_text_of_colabs_script(reading: Callable[..., dict[str, Any]]) -> None:
    read = reading('"""## P2"""\n\ndef f(:\n\n"""## P3.1"""\n\nx = = 1\n\n"""## P3.2"""\n', "hw1.py")
    assert [source for source in sources(read) if source.startswith("#")] == ["## P2", "## P3.1", "## P3.2"]


def test_text_blocks_of_a_script_with_percent_marks_are_code(reading: Callable[..., dict[str, Any]]) -> None:
    read = reading('# %%\n"""## P2"""\nx = 1\n', "hw1.py")
    assert [cell["cell_type"] for cell in read["cells"]] == ["code"]


@pytest.mark.parametrize("mark", ["#%% md", "# %% markdown", "#%% [markdown]"])
def test_markdown_cells_of_pycharm(reading: Callable[..., dict[str, Any]], mark: str) -> None:
    read = reading(f'{mark}\n"""\n## P2\n답\n"""\n#%%\nx = 1\n{mark}\n# ## P3.1\n', "hw1.py")
    assert sources(read) == ["## P2\n답", "x = 1", "## P3.1"]
    assert notebook.by_item(read, HOMEWORK).cells == ("P2", "P2", "P3.1")


def test_percent_script_and_notebook_read_alike(reading: Callable[..., dict[str, Any]]) -> None:
    script = reading("# %% [markdown]\n# # P2\n# 답\n\n# %%\nx = 1\n", "hw1.PY")
    assert script == reading(document(markdown("# P2\n답"), code("x = 1")))


def test_plain_script_is_one_code_cell(reading: Callable[..., dict[str, Any]]) -> None:
    read = reading("import torch\n\nlinear = 1\n\n\ndef f():\n    pass\n", "hw1.py")
    assert [cell["cell_type"] for cell in read["cells"]] == ["code"]
    assert notebook.by_item(read, HOMEWORK) == ((None,), {}, (), "")


def test_script_with_syntax_errors_is_for_the_kernel_to_refuse(reading: Callable[..., dict[str, Any]]) -> None:
    read = reading("# %%\ndef f(:\n\n# %%\nif 1:\n\tx\n        y\n\n# %%\n'''never closed\n", "hw1.py")
    assert sources(read)[0] == "def f(:"
    assert {cell["cell_type"] for cell in read["cells"]} == {"code"}


@pytest.mark.parametrize(
    "header",
    [
        "# ---\n# jupyter: [\n# ---\n",
        "# ---\n# a: &a [x, x]\n# jupyter: {b: *c}\n# ---\n",
        "# ---\n# jupyter:\n#   kernelspec: 3\n# ---\n",
        "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# ---\n# - 3\n# ---\n",
    ],
)
def test_yaml_header_is_never_read(reading: Callable[..., dict[str, Any]], header: str) -> None:
    assert sources(reading(f"{header}# %%\nx = 1\n", "hw1.py"))[-1] == "x = 1"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("", "empty file"),
        ("# %% tags=" + "[" * 50_000 + "\n", "not a percent-format script"),
        ("# %% " + '{"a":' * 50_000, "not a percent-format script"),
        ("# %%\nx\n" * 2_001, "2001 cells"),
        ("x = '가'".encode("cp949"), "not UTF-8"),
    ],
)
def test_unreadable_scripts_say_why(reading: Callable[..., dict[str, Any]], script: Any, reason: str) -> None:
    with pytest.raises(notebook.Unreadable, match=rf"^hw1.py .*{reason}"):
        reading(script, "hw1.py")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.ipynb", "", True),
        ("a.IPYNB", "not json", True),
        ("a.py", "# %%\nx", True),
        ("a.py", "import os\n#%% two\n", True),
        ("a.py", "# In[1]:\nx", True),
        ("a.py", COLAB, True),
        ("a.py", 'x = 1\n\n"""## P2\n"""\n', True),
        ("a.py", '"""Helpers."""\n\ndef f():\n    pass\n', False),
        ("a.py", "x = '# %%'\nprint('%d %%' % x)", False),
        ("a.py", "", False),
    ],
)
def test_what_looks_like_a_hand_in(tmp_path: Path, name: str, content: str, expected: bool) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert notebook.has_cells(tmp_path / name) is expected
