"""What the grader's own arithmetic takes for a linear model's prediction, and for an input made of raw columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from build import course

from grader.arithmetic import tables
from grader.arithmetic.affine import SAME, law, rises_or_falls
from grader.arithmetic.features import origins
from grader.arithmetic.tables import Floats
from grader.checks.tampering import suspicious_lines
from grader.errors import RubricError
from grader.model import Assignment

ROWS = 500


@pytest.fixture
def output() -> Floats:
    """A layer's output for standardised inputs and targets."""
    return np.random.default_rng(0).normal(size=ROWS)


def rounded(values: Floats, mantissa: int) -> Floats:
    """As a float with so many bits of mantissa."""
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.round(fraction * 2**mantissa) / 2**mantissa, exponent)


HONEST: dict[str, Callable[[Floats], Floats]] = {
    "itself": lambda z: z,
    "dollars": lambda z: 110_000 * z + 205_000,
    "float32": lambda z: (110_000 * z + 205_000).astype("f4").astype("f8"),
    "bfloat16": lambda z: rounded(110_000 * z + 205_000, 8),
    "whole thousands": lambda z: np.round((110_000 * z + 205_000) / 1000) * 1000,
    "no negative price": lambda z: np.maximum(110_000 * z + 100_000, 0),
    "cut off at both ends": lambda z: np.clip(110_000 * z + 205_000, 15_000, 500_001),
    "logarithms": lambda z: np.exp(0.5 * z + 12),
    "log1p": lambda z: np.expm1(0.5 * z + 12),
    "log1p of hundreds of thousands": lambda z: 1e5 * np.expm1(0.3 * z + 1),
    "logarithms, cut off": lambda z: np.minimum(np.exp(0.5 * z + 12), 500_001),
    "the same for all": lambda z: 0 * z + 3,
}


@pytest.mark.parametrize("name", HONEST)
def test_ways_back_to_dollars_are_recognised(output: Floats, name: str) -> None:
    found = law(output, HONEST[name](output))
    assert found.left <= SAME
    other = -0.5 * output + 0.1
    assert found.missed(other, HONEST[name](other)) <= 10 * SAME


def test_a_curve_is_told_from_a_straight_line_and_from_other_predictions(output: Floats) -> None:
    noise = np.random.default_rng(1).normal(size=ROWS)
    squares, blend, others = (output + 5) ** 2, output + 0.1 * noise, output + noise
    assert rises_or_falls(output, squares)
    assert law(output, squares).left > SAME
    for values in (blend, others):
        assert not rises_or_falls(output, values)
    assert SAME < law(output, blend).left < 0.05 < law(output, others).left


def test_something_added_beside_the_weights_shows_when_they_change(output: Floats) -> None:
    found = law(output, 3 * output + 7)
    other = -0.5 * output + 0.01
    assert found.missed(other, 3 * other + 7) < 1e-20
    assert found.missed(other, 3 * output + 7) > 0.5
    assert found.missed(other, 3 * other + 8) > 0.1


def test_equal_rows_at_an_end_are_not_taken_for_a_cut(output: Floats) -> None:
    """The median income stands at its highest value in many rows: other weights lead beyond their price."""
    capped = np.minimum(output, 1.0)
    found = law(capped, 3 * capped + 7)
    assert found.missed(-2 * capped, 3 * -2 * capped + 7) < 1e-20


@pytest.fixture(scope="module")
def raw(homework: Assignment) -> Floats:
    assert homework.heldout is not None
    return tables.read(homework.heldout.file, homework.heldout.target).features


def standardised(column: Floats) -> Floats:
    return ((column - column.mean()) / (column.std() or 1)).astype("f4").astype("f8")


LON, LAT, AGE, ROOMS, BEDROOMS, PEOPLE, HOMES, INCOME = range(8)
MADE: dict[str, tuple[str, Callable[[Floats], Floats]]] = {
    "a column": ("column", lambda f: f[:, INCOME]),
    "a column turned round": ("column", lambda f: 1 - f[:, LAT] / 10),
    "ones": ("constant", lambda f: np.ones(len(f))),
    "a mix": ("mix", lambda f: f[:, LON] + 2 * f[:, LAT] - f[:, INCOME]),
    "a logarithm": ("function", lambda f: np.log(f[:, PEOPLE])),
    "a square": ("function", lambda f: (f[:, LON] + 119) ** 2),
    "a sine": ("function", lambda f: np.sin(f[:, LAT])),
    "outliers cut off": ("function", lambda f: np.clip(f[:, ROOMS], 300, 6000)),
    "a decade": ("function", lambda f: (f[:, AGE] // 10 == 3).astype(float)),
    "a ratio": ("function", lambda f: f[:, ROOMS] / f[:, HOMES]),
    "the logarithm of a ratio": ("function", lambda f: np.log(f[:, PEOPLE] / f[:, HOMES])),
    "a product": ("function", lambda f: f[:, AGE] * f[:, INCOME]),
    "a distance": ("function", lambda f: np.hypot(f[:, LON] + 122.4, f[:, LAT] - 37.8)),
    "a place on the map": ("function", lambda f: ((f[:, LON] < -120) & (f[:, LAT] > 36)).astype(float)),
    "three columns": ("unknown", lambda f: f[:, ROOMS] * f[:, INCOME] / f[:, PEOPLE]),
    "a network's prediction": ("unknown", lambda f: np.tanh(f @ np.array([0.1, 0.2, 0.03, 0, 0, 0.0001, 0, 0.3]))),
    "a column and a little of something else": ("unknown", lambda f: f[:, LAT] + 1e-2 * np.sin(f[:, PEOPLE])),
}


@pytest.mark.parametrize("name", MADE)
def test_inputs_made_of_raw_columns_are_recognised(raw: Floats, name: str) -> None:
    origin, make = MADE[name]
    assert [column.origin for column in origins(standardised(make(raw))[:, None], raw)] == [origin]


def test_the_target_is_no_feature(homework: Assignment, raw: Floats) -> None:
    assert homework.heldout is not None
    target = tables.read(homework.heldout.file, homework.heldout.target).target
    assert origins(target[:, None], raw)[0].origin == "unknown"


def test_each_of_many_inputs_is_told_by_itself(raw: Floats) -> None:
    made = np.column_stack([standardised(make(raw)) for _, make in MADE.values()])
    assert [column.origin for column in origins(made, raw)] == [origin for origin, _ in MADE.values()]


def test_affine_needs_a_model(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="`affine: true` means nothing without `model`"):
        course(tmp_path, "{check: r2, points: 1, predict: predict, affine: true, at_least: 0.5}")


def test_the_rubric_says_which_predictions_must_be_the_layers(homework: Assignment) -> None:
    criteria = {item.id: next((c for c in item.criteria if c.check == "r2"), None) for item in homework.items}
    assert criteria["P1.1"] is not None
    assert criteria["P1.1"].params["affine"] is True


def test_numbers_past_all_bounds_are_no_law(output: Floats) -> None:
    found = law(output, np.exp(0.5 * output + 12))
    assert found.missed(1e30 * output, np.exp(0.5 * output + 12)) > 0.1
    assert law(1e70 * output, np.full(ROWS, 3e38) * np.sign(output)).left > SAME


@pytest.mark.parametrize(
    ("line", "is_suspicious"),
    [
        ("json.dumps = None", True),
        ("import builtins; builtins.len = lambda x: 3", True),
        ("setattr(np, 'mean', evil)", True),
        ("sys.modules.clear()", True),
        ("get_ipython().user_expressions = forged", True),
        ("torch.backends.cudnn.deterministic = True", False),
        ("pd.options.display.max_rows = 9", False),
        ("setattr(self, name, layer)", False),
        ("x = np.mean == torch.mean", False),
        ("# json.dumps = None", False),
    ],
)
def test_lines_that_replace_a_library_are_named(line: str, is_suspicious: bool) -> None:
    cells = [{"cell_type": "markdown", "source": line}, {"cell_type": "code", "source": f"x = 1\n{line}"}]
    assert suspicious_lines(cells) == ([f"cell 2: {line}"] if is_suspicious else [])
