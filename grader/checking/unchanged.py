"""A notebook of which only words changed is not run again: what came out of its code is looked up."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from grader.executions import Executions, StoringRunner
from grader.model import Assignment, Execution, Submission
from grader.repairs.order import SAVED, saved_order

if TYPE_CHECKING:
    from grader.kernels.runner import Runner

Notebook = dict[str, Any]

_AS_ANYWHERE = ("ok", "student_error")  # what a busy machine brought about, such as a timeout, is tried again
_MOST_KEPT = 40


class CodeRunner:
    """A runner before another one that runs code cells and what they stand under, without the words around them.

    What it returns has the words of the submission at hand. Its `submission_sha256` is of the code alone: in the order
    that follows from it rows were asked.
    """

    def __init__(self, runner: Runner, executions: Executions, *, walls: str) -> None:
        self._runner, self._stored = runner, StoringRunner(runner, executions, walls=walls)

    def run(self, submission: Submission, assignment: Assignment) -> Execution:
        if submission.notebook is None:
            return self._runner.run(submission, assignment)
        code = _code(submission.notebook)
        decisive = json.dumps([code, submission.items_of_cells], sort_keys=True)
        sha256 = hashlib.sha256(decisive.encode(errors="surrogatepass")).hexdigest()
        bare = submission.model_copy(update={"notebook": code, "sha256": sha256})
        execution = self._stored.run(bare, assignment)
        return execution.model_copy(update={"notebook": _with_words(execution.notebook, submission.notebook)})


class Recent(Executions):
    """The last executions that would come out alike anywhere."""

    def put(self, key: str, execution: Execution) -> None:
        if execution.status not in _AS_ANYWHERE:
            return
        super().put(key, execution)
        kept = sorted(self.folder.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in kept[_MOST_KEPT:]:
            file.unlink(missing_ok=True)


def _code(notebook: Notebook) -> Notebook:
    """The notebook with its code cells in their places, and nothing in the others.

    In which order they were run last counts only where that is another one than they stand in.
    """
    in_order = saved_order(notebook) is None
    return {**notebook, "cells": [_bare(cell, in_order) for cell in notebook["cells"]]}


def _bare(cell: dict[str, Any], in_order: bool) -> dict[str, Any]:
    if cell["cell_type"] != "code":
        return {"id": cell["id"], "cell_type": "raw", "metadata": {}, "source": ""}
    metadata = {key: value for key, value in cell["metadata"].items() if key != SAVED or not in_order}
    return {**cell, "metadata": metadata}


def _with_words(executed: Notebook | None, notebook: Notebook) -> Notebook | None:
    """What came out of the code cells, among the other cells of the notebook as it is now."""
    if executed is None:
        return None
    both = zip(executed["cells"], notebook["cells"], strict=True)
    return {**executed, "cells": [ran if now["cell_type"] == "code" else now for ran, now in both]}
