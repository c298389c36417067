"""The reference's files agree with each other and give nothing away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from grader import reading
from grader.answers.phrases import find
from grader.arithmetic import tables
from grader.arithmetic.regression import least_squares_r2, r2_score
from grader.model import Assignment
from grader.submissions import collect

HW1 = ROOT / "reference" / "hw1"
TARGET = "median_house_value"


@pytest.mark.parametrize("script", ["make_data.py", "make_handout.py"])
def test_generated_files_are_what_their_script_makes(script: str) -> None:
    done = subprocess.run([sys.executable, HW1 / script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tables_have_colabs_form_and_share_no_row() -> None:
    sizes = {"california_housing_train": 17_000, "california_housing_test": 1_000, "heldout": 2_433}
    seen: set[bytes] = set()
    for name, rows in sizes.items():
        file = HW1 / "data" / f"{name}.csv"
        table = tables.read(file, TARGET)
        assert table.features.shape == (rows, 8)
        assert file.read_text().startswith('"longitude","latitude","housing_median_age"')
        found = {row.tobytes() for row in table.features}
        assert not found & seen
        seen |= found
    train = tables.read(HW1 / "data" / "california_housing_train.csv", TARGET)
    assert (train.features[:-1, 0] >= train.features[1:, 0]).all()


def test_least_squares_is_near_what_is_known_of_this_census() -> None:
    train = tables.read(HW1 / "data" / "california_housing_train.csv", TARGET)
    assert least_squares_r2(train.features, train.target) == pytest.approx(0.64, abs=0.01)
    assert r2_score(train.target, train.target) == 1.0


def test_the_handout_gives_no_phrase_away(homework: Assignment) -> None:
    text = "\n".join(cell["source"] for cell in reading.read(HW1 / "handout.ipynb").notebook["cells"])
    for concept in homework.concepts.values():
        assert find(text, concept) == ()


def test_both_languages_answer_every_written_item(homework: Assignment) -> None:
    for file in homework.reference:
        answers = collect([Path(file)], homework)[0].answers
        assert {"P2", "P3.1", "P3.2"} <= answers.keys()
