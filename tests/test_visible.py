"""The part of a rubric that students may see: what is kept back leaves no word in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from build import submission
from practice_course import PLAIN, R2, RUNS, SAYS, hidden, rubric

from grader.assignment import load
from grader.checking.visible import visible
from grader.errors import RubricError
from grader.model import Assignment


@pytest.mark.parametrize("kind", ["hidden", "after_due", "after_published"])
def test_of_a_hidden_criterion_only_its_points_are_left(tmp_path: Path, kind: str) -> None:
    seen = visible(rubric(tmp_path, RUNS, hidden(SAYS, kind), PLAIN))
    assert [criterion.id for criterion in seen.items[0].criteria] == ["runs", "plain"]
    assert (seen.items[0].points, seen.total) == (3, 3)
    kept = [one.model_dump() for one in seen.kept_back]
    assert kept == [{"item": "P1", "points": 3, "visibility": kind, "bonus": False}]
    told = seen.model_dump_json()
    assert not [secret for secret in ("zq", "제큐", "heldout.csv") if secret in told]
    assert "gradient" in told


def test_a_criterion_that_requires_a_hidden_one_is_hidden_with_it(tmp_path: Path) -> None:
    layers = "{check: uses_layers, points: 1, model: linear, exactly: 1}"
    requiring = R2.replace("at_least", "requires: [uses_layers], at_least")
    given = rubric(tmp_path, RUNS, hidden(layers), requiring)
    assert given.items[0].visibilities == {"runs": "visible", "uses_layers": "hidden", "r2": "hidden"}
    assert [criterion.id for criterion in visible(given).items[0].criteria] == ["runs"]


def test_an_item_is_the_least_that_its_criteria_wait_for(tmp_path: Path) -> None:
    given = rubric(tmp_path, hidden(RUNS, "after_due"), PLAIN, SAYS)
    item = given.items[0].model_copy(update={"visibility": "after_published"})
    assert set(item.visibilities.values()) == {"after_published"}


def test_a_hidden_item_is_gone_but_its_heading_still_ends_the_answer_before(tmp_path: Path) -> None:
    keys = ("- id: P2", "  title: {ko: 둘, en: Two}", "  points: 3", "  visibility: hidden", "  criteria:")
    more = "".join(f"\n  {key}" for key in (*keys, f"    - {SAYS}"))
    seen = visible(rubric(tmp_path, RUNS, PLAIN, more=more))
    assert ([item.id for item in seen.items], seen.total) == (["P1"], 3)
    assert [(one.item, one.points) for one in seen.kept_back] == [("P2", 3)]
    cells = ("#md My answer.", "#md ## P2", "#md Of something else.")
    assert submission(tmp_path, seen, *cells).answers["P1"].text == "My answer."


@pytest.mark.parametrize(
    ("practice", "tables", "name", "left"),
    [
        ("", 2, "t2", ["runs", "r2"]),
        ("", 3, "t3", ["runs", "r2"]),
        (", practice: t2", 3, "t2", ["runs", "r2"]),
        (", practice: train", 3, "train", ["runs", "r2"]),
        ("", 1, "train", ["runs"]),  # there only to find out which model is meant
    ],
)
def test_rows_that_students_have_stand_in_for_the_held_out_ones(
    tmp_path: Path, practice: str, tables: int, name: str, left: list[str]
) -> None:
    given = rubric(tmp_path, RUNS, R2, practice=practice, tables=tables)
    seen = visible(given)
    assert seen.heldout is not None
    assert seen.heldout.file == given.data[name].file
    assert [criterion.id for criterion in seen.items[0].criteria] == left
    assert [one.points for one in seen.kept_back] == ([] if "r2" in left else [4])


def test_without_any_table_what_needs_rows_waits(tmp_path: Path) -> None:
    given = rubric(tmp_path, RUNS, R2).model_copy(update={"data": {}})
    seen = visible(given)
    assert (seen.heldout, [criterion.id for criterion in seen.items[0].criteria]) == (None, ["runs"])


def test_doing_it_again_changes_nothing(tmp_path: Path, homework: Assignment) -> None:
    for given in (
        rubric(tmp_path / "a", RUNS, R2, hidden(SAYS), PLAIN, tables=1),
        rubric(tmp_path / "b", RUNS, R2),
        homework,
    ):
        seen = visible(given)
        assert visible(seen) == seen
        assert Assignment.model_validate_json(seen.model_dump_json()) == seen


def test_what_only_proves_a_rubric_is_left_out(homework: Assignment) -> None:
    seen = visible(homework)
    assert (seen.reference, seen.mutants, seen.total) == ((), None, 100)
    assert {item.id for item in seen.items} == {item.id for item in homework.items}
    assert json.loads(seen.model_dump_json())["heldout"]["file"].endswith("california_housing_test.csv")


def test_practice_rows_are_those_of_a_table(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match=r"there is no table `tets` in `data`\n    mend: name one of train, t2"):
        rubric(tmp_path, RUNS, R2, practice=", practice: tets")


def test_what_is_kept_back_is_no_key_of_a_rubric(tmp_path: Path) -> None:
    rubric(tmp_path, RUNS)
    file = tmp_path / "rubric.yaml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\nkept_back: []\n", encoding="utf-8")
    with pytest.raises(RubricError, match="unknown key `kept_back`"):
        load(file)
