"""A case: a notebook, what a person read out of it, and the truth computed from it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
CASES = HERE / "cases"
EXPECT = HERE / "expect.yaml"
TRUTH = HERE / "truth.yaml"
ITEMS = {"linear": "P1.1", "mlp": "P1.2"}
LEVELS = ("held-out", "recomputed", "reported")  # strongest first

_MARK = re.compile(r"^# %%(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Model:
    """What a notebook has in one role: how it may be called, its layers, and how good it is."""

    names: tuple[str, ...]  # any of them leads to it when the notebook has ended; none if nothing does
    layers: str  # sizes, such as "8-64-1"
    level: tuple[str, ...]  # of evidence that can be had
    cheat: str | None = None  # why its R² must not earn points without a word
    r2: float | None = None  # on the held-out rows, in dollars
    r2_own: float | None = None  # on the rows that the student evaluated, in dollars


@dataclass(frozen=True)
class Case:
    name: str
    about: str
    models: dict[str, Model]
    may_fail: dict[str, frozenset[str]]  # by item: criteria that the work does not meet, or that can be argued about
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by item: criteria its written answers meet
    needs: str | None = None
    errors: tuple[str, ...] = ()  # names of exceptions that its cells raise
    stands_in: dict[str, Any] = field(default_factory=dict)  # what the truth uses in place of what is not there
    unread: bool = False  # no truth can be computed: the data are not to be had

    @property
    def file(self) -> Path:
        return CASES / f"{self.name}.py"


def cases() -> list[Case]:
    expected = yaml.safe_load(EXPECT.read_text(encoding="utf-8"))
    truth = yaml.safe_load(TRUTH.read_text(encoding="utf-8")) if TRUTH.exists() else {}
    return [_case(name, raw, truth.get(name) or {}) for name, raw in expected.items()]


def _case(name: str, raw: dict[str, Any], truth: dict[str, Any]) -> Case:
    models = {role: _model(raw.pop(role), truth.get(role) or {}) for role in ITEMS if raw.get(role)}
    return Case(
        name=name,
        models=models,
        may_fail={item: frozenset(ids) for item, ids in raw.pop("may_fail", {}).items()},
        answers={item: tuple(ids) for item, ids in raw.pop("answers", {}).items()},
        errors=tuple(raw.pop("errors", ())),
        **{key: value for key, value in raw.items() if key not in ITEMS},
    )


def _model(raw: dict[str, Any], truth: dict[str, Any]) -> Model:
    return Model(tuple(raw.pop("names")), level=tuple(raw.pop("level", ["held-out"])), **raw, **truth)


def code_cells(text: str) -> list[tuple[int, str]]:
    """Number of the first line, and source, of every code cell of a percent script."""
    marks = list(_MARK.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        (text.count("\n", 0, mark.end()) + 2, text[mark.end() + 1 : end])
        for mark, end in zip(marks, ends, strict=True)
        if "[markdown]" not in mark[1]
    ]
