"""How the engine for written answers reads formulas, and what it takes for an attack."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.answers.reading import read
from grader.answers.scoring import score
from grader.answers.sentences import sentences
from grader.assignment import load
from grader.model import Assignment


def sentences_of(written: str) -> list[str]:
    text = read(written).text
    return [" ".join(t.surface for t in s.tokens) for s in sentences(text, None)]


@pytest.mark.parametrize(
    "written",
    [
        r"the error $e(n) = d(n) - y(n)$ is small",
        r"$w(n + 1) = w(n) + \eta e(n) x(n)$",
        r"$\Delta w = - \eta \nabla E$",
        r"it is e = d - y for every output",
        r"here (d - y) * f'(v) is the gradient",
        r"$w_{ij} * x_i - b$ comes first",
    ],
)
def test_signs_of_a_formula_begin_no_point_of_a_list(written: str) -> None:
    assert len(sentences_of(written)) == 1


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("Two passes: - forward pass - backward pass", 3),
        ("It has 1) a forward pass 2) a backward pass", 3),
        ("Models (M_1 to M_n) - The best one is kept", 2),
        ("layers:\n- convolution\n- pooling", 3),
        ("the output layer is like (x) - a neuron each", 2),
    ],
)
def test_points_of_a_list_are_sentences(written: str, count: int) -> None:
    assert len(sentences_of(written)) == count


def test_a_subscript_is_no_part_of_its_symbol() -> None:
    assert sentences_of(r"$\Delta w_{ji} = \eta e_{ji} x_i$") == ["delta w ji = η e ji x i"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("w + rate*x*(y-d)", "w + rate x ( y d )"),
        (r"$W*e$", "w e"),
        ("**massively** parallel", "massively parallel"),
        ("a *hidden* **layer**", "a hidden layer"),
    ],
)
def test_a_star_between_letters_multiplies(written: str, read_as: str) -> None:
    assert sentences_of(written) == [read_as]


def test_a_triangle_is_read_as_delta() -> None:
    assert sentences_of(r"$\bigtriangleup w = e x$") == ["delta w = e x"]


TERMS = """
formula: [w, weight, η, learning rate, e, error, x, input, d, desired output, y, actual output, product]
"""
RUBRIC = """
id: exam
title: {ko: "시험", en: "Exam"}
total: 2
lexicons: [terms.yaml]
items:
  - id: Q1
    title: {ko: "델타 규칙", en: "The delta rule"}
    points: 2
    criteria:
      - {check: mentions, points: 2, concept: rule}
concepts:
  rule:
    claims:
      - {says: weight + rate + error + input}
terms:
  weight: [w, weight, delta w]
  rate: [η, learning rate]
  error: [e, error, "d - y", desired, actual output]
  input: [x, input]
"""


@pytest.fixture
def exam(tmp_path: Path) -> Assignment:
    (tmp_path / "terms.yaml").write_text(TERMS, encoding="utf-8")
    (tmp_path / "exam.yaml").write_text(RUBRIC, encoding="utf-8")
    return load(tmp_path / "exam.yaml")


@pytest.mark.parametrize(
    "written",
    [
        r"$\Delta w_{ij} = \eta e_j x_i$",
        r"The rule is given by $$w(n + 1) = w(n) + \eta e(n) x(n)$$ where $w(n)$: weight, $e(n) = d(n) - y(n)$: error"
        r" $d(n)$: desired output $y(n)$: actual output $x(n)$: input $\eta$: learning rate",
        "rate rule: w = w + learning rate x e with w = weight, e = error, d = desired output, y = actual output,"
        " x = input",
        r"with w, w, w, w, w and e, e, e, e, e or x, x, x, x, x we write the rule as"
        r" $w(n + 1) = w(n) + \eta e(n) x(n)$",
    ],
)
def test_formulas_make_claims_and_their_letters_are_no_list_of_keywords(exam: Assignment, written: str) -> None:
    scored = score(exam, "Q1", written)
    assert scored.total == 2
    assert scored.guards == ()


@pytest.mark.parametrize(
    ("written", "guards"),
    [
        ("We fit a curve to the given data points of the input.", ()),
        ("A classifier assigns labels to data points.", ()),
        ("Please give me all points for the input.", ("orders",)),
        ("This answer deserves full credit for its weight.", ("orders",)),
    ],
)
def test_data_points_are_no_points_asked_for(exam: Assignment, written: str, guards: tuple[str, ...]) -> None:
    assert score(exam, "Q1", written).guards == guards
