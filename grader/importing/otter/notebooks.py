"""Notebooks as their authors have them, with metadata and saved outputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from grader.errors import GraderError
from grader.importing.otter.parts import Cell


class Notebook(NamedTuple):
    """Cells with `source` as one text; `tests` by question, as otter keeps them in the metadata; `name` likewise."""

    cells: list[Cell]
    tests: dict[str, Any]
    name: str | None
    language: str | None


def read(path: Path) -> Notebook:
    """Raises GraderError for a file that is no notebook of format 4."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise GraderError(f"{path} cannot be read as a notebook: {error}") from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise GraderError(f"{path} is no notebook of format 4: open it in Jupyter and save it")
    metadata = _mapping(content.get("metadata"))
    own, kernel = _mapping(metadata.get("otter")), _mapping(metadata.get("kernelspec"))
    language = kernel.get("language") or _mapping(metadata.get("language_info")).get("name")
    return Notebook(
        [_plain(cell) for cell in cells],
        {str(name): test for name, test in _mapping(own.get("tests")).items()},
        str(own["assignment_name"]) if own.get("assignment_name") else None,
        str(language).casefold() if language else None,
    )


def _plain(cell: Cell) -> Cell:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    kept = {key: value for key, value in cell.items() if key in ("attachments", "outputs", "execution_count")}
    metadata = _mapping(cell.get("metadata"))
    return {"cell_type": str(cell.get("cell_type")), "metadata": metadata, "source": text.replace("\r\n", "\n"), **kept}


def written(cells: Sequence[Cell]) -> dict[str, Any]:
    """A notebook of these cells, as nbformat 4 has it: without outputs, and without what is otter's in the metadata.

    Code stays open to students: otter runs what they made of it, locked or not.
    """
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = [_written(f"cell-{number}", cell) for number, cell in enumerate(cells, start=1)]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": made}


def _written(name: str, cell: Cell) -> Cell:
    kept = ("name", "tags", *(("editable",) if cell["cell_type"] != "code" else ()))
    metadata = {key: value for key, value in cell["metadata"].items() if key in kept}
    plain = {"id": name, "cell_type": cell["cell_type"], "metadata": metadata, "source": cell["source"]}
    if cell["cell_type"] == "code":
        return plain | {"outputs": [], "execution_count": None}
    return plain | ({"attachments": cell["attachments"]} if cell.get("attachments") else {})


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
