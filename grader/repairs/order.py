"""The order in which the student ran the cells, as the file remembers it."""

from __future__ import annotations

from typing import Any

from grader.model import Execution, Repair

SAVED = "saved_execution_count"  # in a cell's metadata: the count that the file had


def saved_order(notebook: dict[str, Any]) -> list[int] | None:
    """Indices of all cells in the order of their saved counts; None where that is the order in which they stand.

    A cell without a count goes with the counted cell before it; of cells with one count the later one ran last.
    """
    cells = notebook.get("cells", [])
    counts: list[int] = []
    last = 0
    for cell in cells:
        count = cell.get("metadata", {}).get(SAVED)
        last = count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else last
        counts.append(last)
    order = sorted(range(len(cells)), key=lambda index: counts[index])
    return None if order == list(range(len(cells))) else order


def told(order: list[int], notebook: dict[str, Any], most: int = 20) -> str:
    """`3 → 1 → 2`: the numbers of the code cells, from 1, in that order."""
    cells = notebook["cells"]
    numbers = [str(index + 1) for index in order if index < len(cells) and cells[index].get("cell_type") == "code"]
    return " → ".join(numbers[:most]) + (" → …" if len(numbers) > most else "")


def better(as_it_stands: Execution, as_saved: Execution, order: list[int]) -> Execution:
    """The run in the saved order, with that in its ledger, if it met fewer errors; else the run from top to bottom."""
    if as_saved.status not in ("ok", "student_error") or len(as_saved.errors) >= len(as_it_stands.errors):
        return as_it_stands
    first = next(error for error in as_it_stands.errors if error.name == "NameError")
    entry = Repair(
        kind="order",
        cell=first.cell,
        what=f"{first.name}: {first.message}"[:200],
        instead=told(order, as_saved.notebook or {"cells": []}),
    )
    return as_saved.model_copy(update={"repairs": (entry, *as_saved.repairs)})
