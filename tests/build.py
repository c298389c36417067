"""Small courses and notebooks for tests: a table with a known linear law, a rubric beside it, a notebook from cells."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from grader.assignment import load
from grader.model import Assignment, Submission
from grader.submissions import collect

COLUMNS = ("a", "b", "price")


def table(file: Path, rows: int, seed: int) -> None:
    """price = 3 a - 2 b + 10 + noise, so that least squares reaches R² 0.98 or so; features are standard normal."""
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(rows, 2))
    price = features @ np.array([3.0, -2.0]) + 10 + generator.normal(scale=0.5, size=rows)
    values = np.column_stack([features, price])
    np.savetxt(file, values, delimiter=",", header=",".join(COLUMNS), comments="", fmt="%.6f")


def course(
    folder: Path, *criteria: str, limits: str = "{}", concepts: str = "{}", points: float = 1, deadline: str = ""
) -> Assignment:
    """A rubric of one item P1 whose criteria are given as YAML flow mappings, with tables beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    table(folder / "train.csv", 300, seed=1)
    table(folder / "heldout.csv", 200, seed=2)
    needed = sum(c.get("points", 0) for c in map(yaml.safe_load, criteria) if not c.get("bonus"))
    lines = [
        "id: tiny",
        "title: {ko: 작은 과제, en: Tiny}",
        f"total: {needed or points}",
        "data: {train: {file: train.csv, shown_as: sample_data/train.csv}}",
        "heldout: {file: heldout.csv, target: price}",
        f"limits: {limits}",
        f"concepts: {concepts}",
        *([f"deadline: {deadline}"] if deadline else []),
        "items:",
        f"  - id: P1\n    title: {{ko: 하나, en: One}}\n    points: {needed or points}\n    criteria:",
        *(f"      - {criterion}" for criterion in criteria),
    ]
    rubric = folder / "rubric.yaml"
    rubric.write_text("\n".join(lines), encoding="utf-8")
    return load(rubric)


def notebook(file: Path, *cells: str, heading: bool = True) -> Path:
    """Write cells as a notebook under the heading P1; a cell that starts with `#md ` is Markdown."""
    sources = ["#md ## P1"] * heading + [textwrap.dedent(cell).strip("\n") for cell in cells]
    made = []
    for number, source in enumerate(sources):
        if source.startswith("#md "):
            made.append({"cell_type": "markdown", "id": f"m{number}", "metadata": {}, "source": source[4:]})
        else:
            code = {"cell_type": "code", "id": f"c{number}", "metadata": {}, "source": source}
            made.append(code | {"outputs": [], "execution_count": None})
    content = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return file


def submission(folder: Path, assignment: Assignment, *cells: str, heading: bool = True) -> Submission:
    return collect([notebook(folder / "student.ipynb", *cells, heading=heading)], assignment)[0]


# ---------------------------------------------------------------- cells as files hold them

Cell = dict[str, Any]


def code(source: Any, *tags: str) -> Cell:
    return {"cell_type": "code", "metadata": {"tags": list(tags)} if tags else {}, "source": source}


def markdown(source: Any, *tags: str) -> Cell:
    return code(source, *tags) | {"cell_type": "markdown"}


def document(*cells: Any, **others: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **others}
