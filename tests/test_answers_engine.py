"""How the engine for written answers reads formulas."""

from __future__ import annotations

import pytest

from grader.answers.reading import read
from grader.answers.tokens import sentences


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


def test_a_triangle_is_read_as_delta() -> None:
    assert sentences_of(r"$\bigtriangleup w = e x$") == ["delta w = e x"]
