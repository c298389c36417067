"""Which item a student's words belong to, however they are headed: homework 1 and two courses of other subjects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import load
from grader.items import notebook
from grader.model import Assignment

Cell = dict[str, Any]


def md(source: str, *tags: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {"tags": list(tags)}, "source": source}


def code(source: str = "x = 1") -> Cell:
    return {"cell_type": "code", "metadata": {}, "source": source}


def sort(homework: Assignment, *cells: Cell) -> notebook.ByItem:
    return notebook.by_item({"cells": list(cells)}, homework)


def item_of(homework: Assignment, heading: str, words: str = "") -> str | None:
    """The item of a code cell below a heading and words."""
    return sort(homework, md(f"{heading}\n\n{words}"), code()).cells[-1]


STATISTICS = """
id: stat
title: {ko: 통계 과제, en: Statistics}
total: 8
concepts:
  normal-limit: {ko: [정규분포 ~ 가까워*, 중심극한], en: [approach* ~ normal, central limit]}
  sample-size: {ko: [표본 크기 ~ 커*, 표본 ~ 많*], en: [sample size, large* sample*]}
  type-one: {ko: [귀무가설 ~ 기각*, 제1종], en: [reject* ~ null, type i error, false positive*]}
  level: {ko: [유의수준], en: [significance level, five percent]}
  wider: {ko: [신뢰수준 ~ 넓*, 구간 ~ 넓어*], en: [wider interval*, interval* ~ wider]}
  repeated: {ko: [반복 ~ 95], en: [repeated ~ sampl*, long run]}
items:
  - id: 1a
    title: {ko: 표본평균의 분포, en: Distribution of the sample mean}
    points: 2
    criteria:
      - {id: n, check: mentions, points: 1, concept: normal-limit}
      - {id: s, check: mentions, points: 1, concept: sample-size}
  - id: 1b
    title: {ko: 가설 검정의 오류, en: Errors of a hypothesis test}
    points: 2
    criteria:
      - {id: t, check: mentions, points: 1, concept: type-one}
      - {id: l, check: mentions, points: 1, concept: level}
  - id: Ex-2
    title: {ko: 신뢰구간, en: Confidence intervals}
    points: 2
    criteria:
      - {id: w, check: mentions, points: 1, concept: wider}
      - {id: r, check: mentions, points: 1, concept: repeated}
  - id: Ex-3
    title: {ko: 히스토그램 그리기, en: Drawing a histogram}
    points: 2
    criteria:
      - {check: runs, points: 2}
"""

DATABASES = """
id: db
title: {ko: 데이터베이스, en: Databases}
total: 6
concepts:
  redundancy: {ko: [중복 ~ 줄*, 중복 ~ 없*], en: [redundan*, duplicate data]}
  anomaly: {ko: [이상 현상, 갱신 이상], en: [anomal*]}
  lookup: {ko: [탐색 ~ 빨라*, 조회 ~ 빨라*], en: [faster lookup*, full scan]}
  write-cost: {ko: [쓰기 ~ 느려*, 삽입 ~ 느려*], en: [slower write*, slower insert*]}
  atomic: {ko: [원자성], en: [atomic*, all or nothing]}
  isolation: {ko: [격리], en: [isolat*]}
items:
  - id: Q1
    title: {ko: 정규화, en: Normalisation}
    points: 2
    criteria:
      - {id: r, check: mentions, points: 1, concept: redundancy}
      - {id: a, check: mentions, points: 1, concept: anomaly}
  - id: Q2
    title: {ko: 인덱스, en: Indexes}
    points: 2
    criteria:
      - {id: l, check: mentions, points: 1, concept: lookup}
      - {id: w, check: mentions, points: 1, concept: write-cost}
  - id: Q3
    title: {ko: 트랜잭션, en: Transactions}
    points: 2
    criteria:
      - {id: a, check: mentions, points: 1, concept: atomic}
      - {id: i, check: mentions, points: 1, concept: isolation}
"""


def _course(folder: Path, rubric: str) -> Assignment:
    (folder / "rubric.yaml").write_text(rubric, encoding="utf-8")
    return load(folder / "rubric.yaml")


@pytest.fixture(scope="module")
def statistics(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return _course(tmp_path_factory.mktemp("stat"), STATISTICS)


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return _course(tmp_path_factory.mktemp("db"), DATABASES)


RELU = "시그모이드를 여러 층 쌓으면 기울기 소실이 생기고, 양 끝은 포화되어 있다. ReLU는 기울기가 1이다."
RELU_EN = "Stacked sigmoids have vanishing gradients because both ends saturate; the slope of ReLU is 1."
CONV = "합성곱은 주변 픽셀을 함께 보므로 공간 정보를 쓰고, 커널을 공유해서 가중치가 훨씬 적다."
CONV_EN = "A kernel sees the neighbouring pixels, so spatial structure is used, with far fewer weights."
POOL = "패딩은 가장자리 정보를 지키고, 풀링은 연산량을 줄이며 중요한 특징만 남긴다."
POOL_EN = "Padding keeps what is at the border; pooling downsamples and keeps the strongest responses."
VAGUE = "수업에서 배운 대로 생각해 보면 그렇게 하는 편이 여러모로 낫다고 봅니다."


# ---------------------------------------------------------------- spellings


@pytest.mark.parametrize(
    "heading",
    [
        *("# P3-1", "# P3_1", "# 문제 3.1", "# 문제3-(1)", "# 3번 (1)", "# 3번. 1)", "# Q3-1", "# [P3-1]", "# 3-1번"),
        *(
            "# HW1-P3.1",
            "# 과제1 P3.1",
            "# 문제 3번 (1)",
            "# 문제 3번 1",
            "# P3–1",
            "# P.3.1",
            "# 문제 #3.1",
            "# 3번-1번",
        ),
        *("# P3 ①", "# P3①", "# 문제 ③-①", "# 문제 ③ (1)", "# 3번 ①", "# Question III-1", "# 문제 Ⅲ.1", "# P3 ⑴"),
        *(
            "# 문제 III\n## (1)",
            "# ③번\n## ①",
            "# 3번\n## 1)",
            "# Problem No. 3\n### 1.",
            "# P3\n## 1️⃣ 이유",
        ),
        *("<p><b>P3.1</b></p>", "<center><h2>[3번 (1)]</h2></center>", "문제 3-(1)\n---", "**3번 (1)**", "**<P3-1>**"),
        *(
            "# P3\n\n1. **합성곱을 쓰는 까닭**",
            "# P3.1 답 (P2에서 이어짐)",
            "# 합성곱 (P2와 달리) P3.1",
            "# Answer to P3.1",
        ),
    ],
)
def test_spellings_of_a_name(homework: Assignment, heading: str) -> None:
    assert item_of(homework, heading) == "P3.1"


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "# P3.12",
            "# P3.1.4",
            "# P31",
            "# 문제 31",
            "# 13번 (1)",
            "# 3번째 (1)",
            "# 2번째 시도",
            "# 2번 반복한 실험",
        ),
        *(
            "# 3.1",
            "# 1. 준비",
            "# (2) 준비",
            "# II. 준비",
            "# ② 준비",
            "# 2 layers",
            "# 3.1배 빠르다",
            "# i) 준비",
            "# 2) 그림",
        ),
        *(
            "# see P2",
            "# P2와 비교",
            "# P2와 달리",
            "# 앞의 P2",
            "# P2 참고",
            "# P2에서 쓴 모델",
            "# compared with P2",
            "# as in P2",
        ),
    ],
)
def test_what_is_no_name(homework: Assignment, heading: str) -> None:
    found = sort(homework, md(heading), code())
    assert (found.cells[-1], found.headed) == (None, ())


def test_a_mention_of_another_item_changes_nothing(homework: Assignment) -> None:
    found = sort(homework, md(f"## P3.1\n{CONV}\n### P2와 비교하면\n{VAGUE}\n### 참고: P3.2 참조\n끝"))
    assert found.headed == ("P3.1",)
    assert found.answers["P3.1"].text.endswith("### 참고: P3.2 참조\n끝")


@pytest.mark.parametrize(
    ("heading", "item"),
    [
        *(
            ("# 1a", "1a"),
            ("# 1-b", "1b"),
            ("# 1(b)", "1b"),
            ("# (1)(b)", "1b"),
            ("# 문제 1b", "1b"),
            ("# 1번 (b)", "1b"),
        ),
        *(
            ("# 1. (a) 분포", "1a"),
            ("# Q. 1a", "1a"),
            ("# Problem 1 (b)", "1b"),
            ("# 문제 1\n## (b)", "1b"),
            ("# 1ⓐ", "1a"),
        ),
        *(
            ("# Ex-2", "Ex-2"),
            ("# Ex 2", "Ex-2"),
            ("# Exercise 2", "Ex-2"),
            ("# 연습문제 2", "Ex-2"),
            ("# 문제 2", "Ex-2"),
        ),
        *(("# ex_3 그림", "Ex-3"), ("# 3번", "Ex-3"), ("# Ex. III", "Ex-3"), ("# Ex-3: like Ex-2", "Ex-3")),
        *(("# 1c", None), ("# 1", None), ("# 1 apple", None), ("# 11a", None), ("# Ex-21", None), ("# Text 2", None)),
        *(("# 1 and all", None), ("# 21b", None), ("# 2a", None), ("# Ex", None)),
    ],
)
def test_names_follow_the_rubrics_ids(statistics: Assignment, heading: str, item: str | None) -> None:
    assert item_of(statistics, heading) == item


def test_a_word_stands_for_the_letters_of_an_id_only_where_that_is_clear() -> None:
    from test_notebook import assignment

    mixed = assignment("A1", "B1", "B2")
    wanted = {
        "# A1": "A1",
        "# b-1": "B1",
        "# 문제 1": None,
        "# 문제 2": "B2",
        "# 2번": "B2",
        "# P2": None,
        "# C1": None,
    }
    assert {heading: item_of(mixed, heading) for heading in wanted} == wanted
    numbers = assignment("1", "2", "3.1")
    wanted = {
        "# 문제 2": "2",
        "# 2": "2",
        "# 2번": "2",
        "# 3.1": "3.1",
        "# 2. 준비": None,
        "# Python 2": None,
        "# 과제 1": None,
    }
    assert {heading: item_of(numbers, heading) for heading in wanted} == wanted


def test_a_table_of_contents_heads_nothing(homework: Assignment) -> None:
    contents = md("# 과제 1\n## P1.1\n## P1.2\n## P2\n## P3.1\n## P3.2")
    found = sort(homework, contents, code("import torch"), *(md(f"## {i.id}\n답 {i.id}") for i in homework.items))
    assert found.cells == (None, None, "P1.1", "P1.2", "P2", "P3.1", "P3.2")
    assert {item: answer.text for item, answer in found.answers.items()} == {i.id: f"답 {i.id}" for i in homework.items}
    linked = md("## 목차\n1. [P1.1](#p11)\n2. [ReLU를 쓰는 이유](#p2)\n3. [패딩과 풀링](#p32)\n- 합성곱 층을 쓰는 이유")
    alone = sort(homework, linked, code())
    assert (alone.cells, alone.answers, alone.headed) == ((None, None), {}, ())


# ---------------------------------------------------------------- topics


@pytest.mark.parametrize(
    ("heading", "item"),
    [
        *(
            ("## ReLU를 쓰는 이유", "P2"),
            ("## Why ReLU?", "P2"),
            ("# 시그모이드 vs ReLU", "P2"),
            ("Why ReLU\n---", "P2"),
        ),
        *(("## Padding & pooling", "P3.2"), ("### 풀링이 필요한 이유", "P3.2"), ("**패딩과 풀링**", "P3.2")),
        *(
            ("## 합성곱층", "P3.1"),
            ("## Convolutional layers for images", "P3.1"),
            ("<h3>이미지와 합성곱</h3>", "P3.1"),
        ),
        *(("# 단층 선형회귀", "P1.1"), ("# Linear regression", "P1.1"), ("## MLP 모델", "P1.2"), ("# 3. MLP", "P1.2")),
        *(
            ("# 데이터 불러오기", None),
            ("# 결론", None),
            ("# California housing", None),
            ("# Linear regression vs MLP", None),
        ),
        *(
            ("# ReLU를 넣은 신경망을 만들고 데이터를 나누고 그림을 그린 다음 저장하기", None),
            ("# 선형회귀, ReLU, 합성곱, 풀링", None),
        ),
    ],
)
def test_topic_of_a_heading(homework: Assignment, heading: str, item: str | None) -> None:
    found = sort(homework, md(heading), code())
    assert found.cells[-1] == item
    assert [item in note and "topic" in note for note in found.notes if item] == [True] * bool(item)


@pytest.mark.parametrize(
    ("heading", "item"),
    [
        *(
            ("# 표본평균", "1a"),
            ("# Sampling distribution of the mean", "1a"),
            ("# 가설 검정", "1b"),
            ("# 신뢰구간의 뜻", "Ex-2"),
        ),
        *(
            ("# Histograms", "Ex-3"),
            ("# 히스토그램", "Ex-3"),
            ("# 참고 문헌", None),
            ("# 3. Confidence intervals", "Ex-2"),
        ),
    ],
)
def test_topics_come_from_the_rubric(statistics: Assignment, heading: str, item: str | None) -> None:
    assert item_of(statistics, heading) == item


@pytest.mark.parametrize(
    ("heading", "words", "item"),
    [
        *(("## 2. Perceptron", RELU, "P2"), ("## II. Perceptron", RELU_EN, "P2"), ("## ② 퍼셉트론", RELU, "P2")),
        *(
            ("## 3.1", CONV, "P3.1"),
            ("## 3-2)", POOL_EN, "P3.2"),
            ("## 3. CNN\n### (2)", POOL, "P3.2"),
            ("## 1.2 MLP", "", "P1.2"),
        ),
        *(
            ("## 2. Perceptron", VAGUE, None),
            ("## 2. 데이터", "", None),
            ("## 2. CNN", CONV, "P3.1"),
            ("## 3. 답", RELU, "P2"),
        ),
    ],
)
def test_a_bare_number_counts_where_the_topic_agrees(
    homework: Assignment, heading: str, words: str, item: str | None
) -> None:
    assert item_of(homework, heading, words) == item


def test_names_come_before_topics(homework: Assignment) -> None:
    found = sort(
        homework,
        md(f"## P3.1\n### ReLU를 쓰는 이유\n{CONV}"),
        md(f"## Padding & pooling\n{POOL}"),
        md(f"## 문제 2\n{RELU}\n## ReLU 정리\n끝"),
    )
    assert found.headed == ("P2", "P3.1", "P3.2")
    assert found.answers["P3.1"].text == f"### ReLU를 쓰는 이유\n{CONV}"
    assert found.answers["P3.2"].text == POOL
    assert found.answers["P2"].text == f"{RELU}\n## ReLU 정리\n끝"
    assert len(found.notes) == 1


def test_a_section_below_a_named_heading_stays_with_it(homework: Assignment) -> None:
    found = sort(homework, md("## P1.2"), md("### ReLU를 쓴 MLP"), code(), md("**패딩과 풀링**"), code())
    assert set(found.cells) == {"P1.2"}
    assert found.headed == ("P1.2",)


def test_a_free_form_notebook_by_topics(databases: Assignment) -> None:
    found = sort(
        databases,
        md("# 데이터베이스 과제\n이름: 박하준"),
        md("## 왜 정규화하는가\n중복을 줄이고 갱신 이상을 막는다."),
        md("더 쓰면, 표를 나눈다."),
        md("## 기타 생각\n없음"),
        md("## Indexes\nfaster lookups but slower writes\n### Transactions\natomic and isolated"),
    )
    assert found.headed == ("Q1", "Q2", "Q3")
    assert (
        found.answers["Q1"].text == "중복을 줄이고 갱신 이상을 막는다.\n\n더 쓰면, 표를 나눈다.\n\n## 기타 생각\n없음"
    )
    assert found.answers["Q2"].text == "faster lookups but slower writes"
    assert found.answers["Q3"].text == "atomic and isolated"
    assert found.elsewhere == "# 데이터베이스 과제\n이름: 박하준"


def test_a_heading_known_by_its_topic_that_answers_is_part_of_the_answer(databases: Assignment) -> None:
    found = sort(databases, md("## 인덱스를 쓰면 조회가 빨라진다\n대신 쓰기는 느려진다."))
    assert found.answers["Q2"].text == "## 인덱스를 쓰면 조회가 빨라진다\n대신 쓰기는 느려진다."


def test_the_handouts_headings_have_no_topic(tmp_path: Path) -> None:
    cells = [md("# 인덱스와 정규화 안내\n## 정규화를 다시 읽으세요\n안내"), md("## Q1"), md("## Q2"), md("## Q3")]
    handout = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (tmp_path / "handout.ipynb").write_text(json.dumps(handout), encoding="utf-8")
    course = _course(tmp_path, DATABASES + "handout: handout.ipynb\n")
    assert sort(course, *cells[:1], code()) == ((None, None), {}, (), "", (), frozenset())


# ---------------------------------------------------------------- one block for all


BLOCKS = [
    f"2. {RELU}\n3-1. {CONV}\n3-2. {POOL}",
    f"1. {RELU}\n2. {CONV}\n3. {POOL}",
    f"(1) {RELU}\n\n(2) {CONV}\n\n(3) {POOL}",
    f"{RELU}\n\n{CONV}\n\n{POOL}",
    f"- {RELU}\n- {CONV}\n- {POOL}",
    f"① {RELU_EN}\n② {CONV_EN}\n③ {POOL_EN}",
    f"P2: {RELU}\nP3.1: {CONV}\nP3.2: {POOL}",
    f"2번. {RELU}\n3번\n(1) {CONV}\n(2) {POOL}",
    f"1\\. {POOL}\n\n2\\. {RELU}\n\n3\\. {CONV}",
    f"이름: 강민재\n\n{RELU_EN}\n\n{CONV_EN}\n\n{POOL_EN}\n\n감사합니다.",
]


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("heading", ["", "# 과제 1\n\n", "## 서술형 답안\n\n"])
def test_one_block_for_all(homework: Assignment, block: str, heading: str) -> None:
    found = sort(homework, code(), md(heading + block), code())
    said = {item: answer.text for item, answer in found.answers.items()}
    assert said.keys() == {"P2", "P3.1", "P3.2"}
    for item, words in (("P2", (RELU, RELU_EN)), ("P3.1", (CONV, CONV_EN)), ("P3.2", (POOL, POOL_EN))):
        assert any(text in said[item] for text in words)
        assert not any(text in said[item] for text in (RELU, CONV, POOL) if text not in words)
    assert found.cells == (None, None, None)
    assert found.headed == ()
    assert len(found.notes) == 3


def test_the_published_form_a_list_below_a_heading_above_items(homework: Assignment) -> None:
    found = sort(homework, md(f"# P2\n\n{RELU}\n\n# P3\n\n1\\. {CONV}\n\n또, 그 밖에도 있다.\n\n2\\. {POOL}"))
    assert found.answers["P3.1"].text == f"1\\. {CONV}\n\n또, 그 밖에도 있다."
    assert found.answers["P3.2"].text == f"2\\. {POOL}"


def test_several_cells_without_headings(statistics: Assignment) -> None:
    found = sort(
        statistics,
        md("With a large sample the mean approaches a normal distribution; the sample size matters."),
        md("At a significance level of 5 % we reject a true null hypothesis that often."),
        code(),
        md("신뢰수준을 높이면 구간이 넓어지고, 반복해서 뽑으면 95%가 참값을 담는다."),
    )
    assert {item: answer.cells for item, answer in found.answers.items()} == {"1a": (1,), "1b": (2,), "Ex-2": (4,)}


@pytest.mark.parametrize(
    "block",
    [
        f"1. {VAGUE}\n2. {VAGUE}\n3. {VAGUE}",
        f"2. {VAGUE}\n3-1. {VAGUE}",
        f"{VAGUE}\n\nReLU도 쓰고 합성곱도 쓴다.",
        "기울기 소실, 주변 픽셀, 가장자리, 과적합, 가중치 공유, 포화를 배웠다.",
    ],
)
def test_what_is_not_clear_stays_elsewhere(homework: Assignment, block: str) -> None:
    found = sort(homework, md(block))
    assert (found.answers, found.headed, found.elsewhere) == ({}, (), block)


def test_steps_within_an_answer_are_no_items(homework: Assignment) -> None:
    steps = f"1. {CONV}\n2. 커널을 공유한다.\n3. {VAGUE}\n\n(1) 하나\n(2) 둘"
    headed = sort(homework, md(f"## P3.1\n{steps}"), md(f"## P2\n1. {RELU}\n2. {VAGUE}"))
    assert headed.answers["P3.1"].text == steps
    assert headed.answers["P2"].text == f"1. {RELU}\n2. {VAGUE}"
    free = sort(homework, md(f"## 합성곱을 쓰는 이유\n{steps}"))
    assert free.answers["P3.1"].text == steps
    below = sort(
        homework,
        md("# P3\n1. 주변 픽셀을 보고 공간 정보를 쓴다.\n2. 가중치를 공유해서 파라미터가 적고 위치에 상관없다."),
    )
    assert set(below.answers) == {"P3.1"}


def test_items_with_a_heading_get_nothing_from_a_block(homework: Assignment) -> None:
    found = sort(homework, md(f"{RELU}\n\n{CONV}"), md("## P2"), code())
    assert found.answers.keys() == {"P3.1"}
    assert found.elsewhere == RELU


# ---------------------------------------------------------------- swapped and scattered


def test_answers_under_each_others_headings_are_exchanged_and_it_is_said(homework: Assignment) -> None:
    found = sort(homework, md(f"## P2\n{CONV}"), md(f"## P3.1\n{RELU}"), md(f"## P3.2\n{POOL}"))
    assert found.answers["P2"].text == RELU
    assert found.answers["P2"].cells == (2,)
    assert found.answers["P3.1"].text == CONV
    assert found.answers["P3.2"].text == POOL
    assert len(found.notes) == 1
    assert found.notes[0].startswith("the answers to P2, P3.1 stand under each other's headings")


def test_three_in_a_ring_are_exchanged(databases: Assignment) -> None:
    one, two, three = "redundancy and anomalies", "faster lookups, slower writes", "atomic, isolated"
    found = sort(databases, md(f"## Q1\n{two}\n## Q2\n{three}\n## Q3\n{one}"))
    assert {item: answer.text for item, answer in found.answers.items()} == {"Q1": one, "Q2": two, "Q3": three}


@pytest.mark.parametrize("second", [VAGUE, f"{RELU} {CONV}", CONV, "기울기 소실"])
def test_answers_stay_where_one_direction_is_not_beyond_doubt(homework: Assignment, second: str) -> None:
    found = sort(homework, md(f"## P2\n{CONV}"), md(f"## P3.1\n{second}"))
    assert (found.answers["P2"].text, found.answers["P3.1"].text) == (CONV, second)
    assert found.notes == ()


def test_an_answer_in_several_places_is_one(homework: Assignment) -> None:
    found = sort(
        homework,
        md("### P2\n하나"),
        md("# P3.1\n둘"),
        code(),
        md("**문제 2**\n\n셋\n\n<h4>3번 (1)</h4>\n넷\n\n2번\n===\n다섯"),
        md("여섯", "P3-1"),
    )
    assert found.answers["P2"].text == "하나\n\n셋\n\n다섯"
    assert found.answers["P3.1"].text == "둘\n\n넷\n\n여섯"
    assert found.cells == ("P2", "P3.1", "P3.1", "P2", "P3.1")


def test_without_any_heading_no_cell_is_any_items(homework: Assignment) -> None:
    found = sort(homework, code("import torch"), md("설명을 조금 적었다."), code("linear = 1"))
    assert found == ((None, None, None), {}, (), "설명을 조금 적었다.", (), frozenset())


@pytest.mark.parametrize(
    "odd", ["1. " * 30_000, "(1)" * 30_000, "P3 " * 30_000, "문제 " * 30_000, "가" * 100_000, "ⅲ." * 30_000]
)
def test_odd_words_are_sorted_at_once(homework: Assignment, odd: str) -> None:
    assert sort(homework, md(odd), md(f"# {odd}"), md("# P2"), code()).cells[-1] == "P2"
