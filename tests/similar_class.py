"""A made-up class for the similarity report: honest hand-ins that chance makes, and copies made as copiers do.

Each honest one draws every step of its code and every clause of its answers on its own, from ways that many students
write them: the class is alike as classes are, more so if anything, since real students have more than six ways.
"""

from __future__ import annotations

import ast
import random
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from build import notebook

from grader.model import Assignment, Submission
from grader.submissions import collect

Cells = list[str]  # as tests/build.py takes them: Markdown begins with `#md `

_WAYS: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
_CODE: dict[str, list[str]] = _WAYS["code"]
_KEPT = {"linear", "mlp", "predict_linear", "predict_mlp", "losses_linear", "losses_mlp", "__init__", "forward", "self"}


def honest(rng: random.Random) -> Cells:
    """One student's notebook, drawn."""
    drawn = {key: rng.choice(ways) for key, ways in _WAYS["names"].items()}
    drawn |= {"h": rng.choice((16, 32, 64)), "n": rng.choice((100, 200, 300)), "lr": rng.choice((0.01, 0.02, 0.003))}
    way = {step: rng.choice(ways) for step, ways in _CODE.items()}
    cells = ["import numpy as np\nimport pandas as pd\nimport torch"]
    cells += [way[step].format(**drawn) for step in ("load", "scale", "target")]
    for item, model in (("P1.1", "linear"), ("P1.2", "mlp")):
        steps = {step: text.format(model=model, **drawn) for step, text in way.items()}
        made = "linear = nn.Linear(8, 1)" if model == "linear" else steps["mlp"]
        cells += [f"#md ## {item}", "\n".join((made, steps["optimiser"], steps["train"]))]
        cells += ["\n\n".join((steps["predict"], steps["score"])), steps["plot"]]
    said = _WAYS["said"][rng.choice(("ko", "en"))]
    return cells + answers({item: _said(rng, rng.choice(forms)) for item, forms in said.items()})


def _said(rng: random.Random, form: str) -> str:
    return re.sub(r"\[([^\[\]]*\|[^\[\]]*)\]", lambda ways: rng.choice(ways[1].split("|")), form)


def answers(said: Mapping[str, str]) -> Cells:
    return [f"#md ## {item}\n\n{text}" for item, text in said.items()]


def class_of(folder: Path, hand_ins: Mapping[str, Cells], homework: Assignment) -> list[Submission]:
    """The hand-ins as files, collected."""
    for student, cells in hand_ins.items():
        notebook(folder / student / "hw1.ipynb", *cells, heading=False)
    return collect([folder], homework)


def cells_of(submission: Submission) -> Cells:
    content: dict[str, Any] = submission.notebook or {"cells": []}
    return [("" if cell["cell_type"] == "code" else "#md ") + cell["source"] for cell in content["cells"]]


def code_of(cells: Cells) -> Cells:
    return [cell for cell in cells if not cell.startswith("#md ")]


# ---------------------------------------------------------------- what copiers do


def renamed(cells: Cells, suffix: str = "_my") -> Cells:
    """Every name that the code binds is another, but those that the handout asks for."""
    bound = {name for cell in code_of(cells) for name in _bound(cell)} - _KEPT
    longest_first = "|".join(sorted(bound, key=len, reverse=True))
    pattern = re.compile(rf"(?<![.\w'\"])({longest_first})(?!\w)")
    return [cell if cell.startswith("#md ") else pattern.sub(rf"\1{suffix}", cell) for cell in cells]


def _bound(cell: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(re.sub(r"^[%!].*$", "", cell, flags=re.MULTILINE))))
    names = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    return names | {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def commented_anew(cells: Cells, rng: random.Random) -> Cells:
    """Comments taken out, others put in; cells in another order."""
    said = ("여기서 계산", "check this", "다시 볼 것", "ok", "step", "중요!")
    changed = []
    for cell in cells:
        if cell.startswith("#md "):
            continue
        lines = [re.sub(r"\s+#.*$", "", line) for line in cell.splitlines() if not line.strip().startswith("#")]
        changed.append(
            "\n".join(f"{line}  # {rng.choice(said)} {n}" if n % 2 else line for n, line in enumerate(lines))
        )
    rng.shuffle(changed)
    return changed


def restyled(cells: Cells) -> Cells:
    """Other numbers, then formatted in short lines, with other quotes; no words."""
    return [_formatted(_other_numbers(cell)) for cell in code_of(cells)]


def _other_numbers(cell: str) -> str:
    tree = ast.parse(cell)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            node.value = node.value * 2 + 1
    return ast.unparse(tree)


def _formatted(source: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "60", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout
