"""Which rows a model was fed, in what scale, and how unseen rows get through: whatever a student did to the columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from conftest import ROOT

from grader.arithmetic import tables
from grader.arithmetic.tables import Floats
from grader.finding.carrying import carrier, scale_of
from grader.finding.rows import pair, proof
from grader.finding.targets import places_by_target

DATA = ROOT / "reference" / "hw1" / "data"
TARGET = "median_house_value"
TRAIN = tables.read(DATA / "california_housing_train.csv", TARGET)
TEST = tables.read(DATA / "california_housing_test.csv", TARGET)
UNSEEN = tables.read(DATA / "heldout.csv", TARGET)
RAW = np.vstack([TRAIN.features, TEST.features])
ENDS = (len(TRAIN.features), len(RAW))
SHUFFLED = np.random.default_rng(0).permutation(len(TRAIN.features))
Preparing = Callable[[Floats], Floats]


def standardised(rows: Floats) -> Floats:
    return (rows - TRAIN.features.mean(0)) / TRAIN.features.std(0)


def logarithms(rows: Floats) -> Floats:
    return np.column_stack([rows[:, :3] / 10, np.log(rows[:, 3:7]), rows[:, 7]])


def as_sklearn_ships_it(rows: Floats) -> Floats:
    rooms, bedrooms, people, households = rows[:, 3:7].T
    averages = (rooms / households, bedrooms / households, people, people / households)
    return np.column_stack([rows[:, 7], rows[:, 2], *averages, rows[:, [1, 0]]])


def with_products(rows: Floats) -> Floats:
    scaled = standardised(rows)[:, [0, 1, 7]]
    return np.column_stack([scaled, scaled**2, scaled[:, 0] * scaled[:, 1], scaled[:, 1] * scaled[:, 2]])


def principal(rows: Floats) -> Floats:
    axes = np.linalg.svd(standardised(TRAIN.features), full_matrices=False)[2]
    return standardised(rows) @ axes.T[:, :6]


PREPARING: dict[str, Preparing] = {
    "raw": lambda rows: rows,
    "standardised": standardised,
    "from 0 to 1": lambda rows: (rows - TRAIN.features.min(0)) / np.ptp(TRAIN.features, axis=0),
    "other order": lambda rows: standardised(rows)[:, ::-1],
    "some columns": lambda rows: standardised(rows)[:, [7, 2, 0]],
    "logarithms": logarithms,
    "sklearn's form": as_sklearn_ships_it,
    "products": with_products,
    "constant beside": lambda rows: np.column_stack([np.ones(len(rows)), standardised(rows)]),
}
PARTS = {
    "whole": np.arange(len(TRAIN.features)),
    "first part": np.arange(12_000),
    "last part": np.arange(13_000, 17_000),
    "random part": SHUFFLED[:13_600],
    "few": SHUFFLED[:700],
}


def in_float32(rows: Floats) -> Floats:
    return rows.astype(np.float32).astype(np.float64)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("preparing", ["standardised", "logarithms"])
def test_rows_are_recognised_in_any_part(preparing: str, part: str) -> None:
    rows = PARTS[part]
    fed = in_float32(PREPARING[preparing](TRAIN.features[rows]))
    pairing = pair(fed, RAW, len(fed), 1, ENDS)
    assert pairing is not None
    assert np.mean(pairing.places[pairing.sure] == rows[pairing.looked][pairing.sure]) == 1
    assert np.mean(pairing.sure) > 0.9


@pytest.mark.parametrize("preparing", PREPARING)
def test_unseen_rows_get_through_the_same_preparation(preparing: str) -> None:
    prepare = PREPARING[preparing]
    fed = in_float32(prepare(TRAIN.features[PARTS["random part"]]))
    pairing = pair(fed, RAW, len(fed), 1, ENDS)
    assert pairing is not None
    target = TRAIN.target[PARTS["random part"]]
    scale = scale_of([target / 1e5], np.zeros(len(target)) + target.mean() / 1e5, target) or scale_of(
        [target / 1e5], target / 1e5 + 1.0, target
    )
    assert scale is not None
    carried = carrier(pairing, scale)
    assert carried is not None
    wanted = prepare(UNSEEN.features)
    apart = np.abs(carried.inputs(UNSEEN.features) - wanted).max(0) / np.maximum(wanted.std(0), 1e-9)
    assert apart.max() < 1e-3


def test_inputs_that_mix_all_columns_are_recognised_by_the_targets() -> None:
    rows = PARTS["random part"]
    fed, target = in_float32(principal(TRAIN.features[rows])), TRAIN.target[rows]
    assert pair(fed, RAW, len(fed), 1, ENDS) is None
    both = np.concatenate([TRAIN.target, TEST.target])
    scaled = in_float32((target - target.mean()) / target.std())
    places = places_by_target([scaled], np.zeros(len(fed)), both)
    assert places is not None
    assert np.all(places[places >= 0] == rows[places >= 0])
    pairing = proof(fed, RAW, places, sure=True)
    assert pairing is not None
    assert pairing.found > 0.99
    assert all(column is not None for column in pairing.columns)


def test_noise_and_other_data_are_no_rows() -> None:
    noise = np.random.default_rng(1).normal(size=(5000, 8))
    assert pair(noise, RAW, 5000, 1, ENDS) is None
    shuffled_by_column = np.column_stack([np.random.default_rng(i).permutation(RAW[:, i]) for i in range(8)])
    assert pair(shuffled_by_column, RAW, len(RAW), 1, ENDS) is None


@pytest.mark.parametrize(
    ("name", "forward"),
    [
        ("dollars", lambda y: y),
        ("hundred thousands", lambda y: y / 1e5),
        ("standardised", lambda y: (y - y.mean()) / y.std()),
        ("logarithm", np.log),
        ("log1p of thousands, standardised", lambda y: (np.log1p(y / 1e3) - 5) / 0.6),
    ],
)
@pytest.mark.parametrize("kept", ["target", "output less target", "target less output", "a tenth of the difference"])
def test_the_scale_of_the_target(name: str, forward: Preparing, kept: str) -> None:
    """From whatever a loss keeps of it; predictions come back in dollars."""
    target = TRAIN.target[SHUFFLED[:3000]]
    fed = in_float32(forward(target))
    outputs = in_float32(fed + np.random.default_rng(2).normal(size=len(fed)) * fed.std() / 2)
    vectors = {
        "target": [outputs, fed],
        "output less target": [outputs - fed],
        "target less output": [fed - outputs],
        "a tenth of the difference": [(outputs - fed) / 10],
    }
    scale = scale_of(vectors[kept], outputs, target)
    assert scale is not None
    assert np.abs(scale.back(fed) - target).max() < 1e-3 * target.max()


def test_a_vector_that_is_no_target_has_no_scale() -> None:
    target = TRAIN.target[:2000]
    noise = np.random.default_rng(3).normal(size=2000)
    assert scale_of([noise], noise * 2, target) is None
    assert scale_of([np.ones(2000)], np.ones(2000), target) is None
