"""The two workloads as notebooks, one per student, and the proof that a notebook really ran."""

from __future__ import annotations

import copy
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode

HERE = Path(__file__).parent
DATA = HERE.parent / "reference" / "hw1" / "data"
TRAIN = DATA / "california_housing_train.csv"
HELDOUT = DATA / "heldout.csv"
ITERATIONS = 200
FIGURES = 2
_FIRST_CELL_OF_FULL = "## P1.2"
_MARKER = re.compile(r"^ran (\S+) (linear|mlp) (\d+) ([\d.]+)$", re.MULTILINE)  # what the notebook prints, per model
_PLAUSIBLE = {"linear": (0.35, 0.38), "mlp": (0.15, 0.24)}  # the last loss: standardised, so 1 is a model that is none


class DidNotRun(Exception):
    """The outputs do not show that every cell ran."""


@dataclass(frozen=True)
class Workload:
    """What a student hands in and what a tool that grades checks of it: R² on held-out rows, per model."""

    name: str
    thresholds: dict[str, float]

    @property
    def rubric(self) -> Path:
        return HERE / "workloads" / f"{self.name}.yaml"

    def notebook(self, student: str) -> NotebookNode:
        """This student's hand-in: the others' differ in the name, and no two copies are the same, or one might be
        taken for the other."""
        text = (HERE / "workloads" / "notebook.py").read_text(encoding="utf-8")
        notebook = jupytext.reads(text.replace("STUDENT_NAME", student), fmt="py:percent")
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        if "mlp" not in self.thresholds:
            end = next(i for i, cell in enumerate(notebook.cells) if cell.source.startswith(_FIRST_CELL_OF_FULL))
            notebook.cells = notebook.cells[:end]
        notebook.cells[-1].source += f"  # copy {secrets.token_hex(8)}"
        return notebook

    def tests(self) -> dict[str, str]:
        """What nbgrader and otter check, by model: source that fails if the predictions are not good enough."""
        return {
            model: (
                'held = pd.read_csv("sample_data/heldout.csv")\n'
                'value = held.pop("median_house_value")\n'
                f"error = value - predict_{model}(held)\n"
                f"assert 1 - (error**2).mean() / value.var(ddof=0) >= {threshold}\n"
            )
            for model, threshold in self.thresholds.items()
        }


WORKLOADS = {
    "light": Workload("light", {"linear": 0.5}),
    "full": Workload("full", {"linear": 0.5, "mlp": 0.6}),
}


def students(count: int) -> list[str]:
    return [f"student-{number:03}" for number in range(1, count + 1)]


def write(notebook: NotebookNode, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    jupytext.write(copy.deepcopy(notebook), file)
    return file


def prove_ran(file: Path, workload: Workload, student: str) -> None:
    """Raises DidNotRun unless the executed notebook in `file` shows each model's marker, the figures and no error."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    outputs: list[dict[str, Any]] = [output for cell in code for output in cell["outputs"]]
    errors = [f"{output['ename']}: {output['evalue']}" for output in outputs if output["output_type"] == "error"]
    if errors or not all(cell["execution_count"] for cell in code):
        raise DidNotRun(f"{file}: a cell did not run, or failed: {errors}")
    figures = sum("image/png" in output.get("data", {}) for output in outputs)
    if figures != FIGURES:
        raise DidNotRun(f"{file}: {figures} figures instead of {FIGURES}")
    prove_printed("".join(_text(output) for output in outputs), workload, student)


def prove_printed(text: str, workload: Workload, student: str) -> None:
    """Raises DidNotRun unless each model's marker is there, with the student's name and a loss that training gives."""
    found = {model: (name, int(count), float(loss)) for name, model, count, loss in _MARKER.findall(text)}
    for model in workload.thresholds:
        name, count, loss = found.get(model, ("nobody", 0, 0.0))
        low, high = _PLAUSIBLE[model]
        if name != student or count != ITERATIONS or not low < loss < high:
            raise DidNotRun(f"{student}, {workload.name}, {model}: {found}")


def _text(output: dict[str, Any]) -> str:
    text: str | Sequence[str] = output.get("text", "")
    return text if isinstance(text, str) else "".join(text)
