"""Hostile hand-ins in the middle of a class: the others get what they would have got without them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from build import course, notebook
from conftest import Command

from hostile.classroom import lay_out
from hostile.lanes import tiers
from hostile.stage import CRITERIA

pytestmark = pytest.mark.long
_HONEST, _HOSTILE = 12, 7  # benchmarks/hostile_class.py has the class of 110
_LIMITS = "{seconds: 6, cell_seconds: 3, memory_mb: 1500, output_mb: 0.2}"


@pytest.fixture(scope="module")
def alone(grader: Command, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The reports of a class without hostile hand-ins."""
    folder = tmp_path_factory.mktemp("alone")
    lay_out(folder / "class", honest=_HONEST, hostile=0)
    return _graded(grader, folder, tiers()[0])


def test_honest_scores_are_those_of_a_class_without_hostile_hand_ins(
    tmp_path: Path, grader: Command, alone: dict[str, dict[str, Any]]
) -> None:
    names = lay_out(tmp_path / "class", honest=_HONEST, hostile=_HOSTILE)
    together = _graded(grader, tmp_path, tiers()[0])
    assert sorted(together) == sorted(names)
    assert {name: together[name]["scores"] for name in alone} == {name: alone[name]["scores"] for name in alone}
    assert all(report["total"] == 4 and report["execution"]["status"] == "ok" for report in alone.values())
    hostile = {name: report["execution"] for name, report in together.items() if name not in alone}
    assert len(hostile) == _HOSTILE
    assert [name for name, execution in hostile.items() if execution["status"] in ("ok", "infrastructure")] == []
    assert all(execution["errors"] for execution in hostile.values())


def _graded(grader: Command, folder: Path, tier: str) -> dict[str, dict[str, Any]]:
    course(folder / "course", *CRITERIA, limits=_LIMITS)
    out = folder / "out"
    rubric = folder / "course" / "rubric.yaml"
    ended = grader("grade", folder / "class", "-o", out, "-a", rubric, "--walls", tier)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    reports = [json.loads(file.read_text(encoding="utf-8")) for file in (out / "reports").glob("*.json")]
    return {report["student"]: report for report in reports}


def test_the_handed_in_names_survive(tmp_path: Path, grader: Command) -> None:
    """What a terminal, a spreadsheet or a workflow would take for an order is text, on every way out."""
    course(tmp_path / "course", *CRITERIA, limits=_LIMITS)
    for number, name in enumerate(("=1+1", "\x1b[31mred", "::error::x", "-o", "@sum")):
        notebook(tmp_path / "class" / name / f"{number}.ipynb", "print('\\x1b]0;title\\x07::error::forged')")
    rubric = tmp_path / "course" / "rubric.yaml"
    ended = grader("grade", tmp_path / "class", "-o", tmp_path / "out", "-a", rubric, "--walls", tiers()[-1])
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "\x1b" not in ended.stdout + ended.stderr
    assert not [line for line in ended.stdout.splitlines() if line.startswith("::")]
    table = (tmp_path / "out" / "gradebook.csv").read_text(encoding="utf-8")
    assert not [row for row in table.splitlines() if row.startswith(("=", "+", "-", "@", "\x1b"))]
