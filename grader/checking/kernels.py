"""Kernels for a checker, had when the first notebook is to be run: most looks find what came out of the same code."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from grader.answers.scoring import score, written_criteria
from grader.model import Assignment, Execution, Submission
from grader.walls.plan import Tier

if TYPE_CHECKING:
    from grader.kernels.runner import KernelRunner


class Kernels:
    """A runner; use as a context manager. `walls`: the best that can be had by default.

    `runs`: notebooks that were run so far; `waited`: seconds that they waited for a kernel to be ready for them.
    """

    def __init__(self, walls: Tier | None) -> None:
        self._walls = walls
        self._runner: KernelRunner | None = None
        self.runs, self.waited = 0, 0.0
        self._asked: float | None = None

    def __enter__(self) -> Self:
        self._held = contextlib.ExitStack()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def run(self, submission: Submission, assignment: Assignment) -> Execution:
        """Raises RunnerError if the walls that were asked for cannot be built here."""
        if submission.notebook is None:
            from grader.kernels.runner import KernelRunner

            return KernelRunner().run(submission, assignment)  # which says why there is none
        self._asked = time.monotonic()
        if self._runner is None:
            self._runner = self._begun(submission, assignment)
        self.runs += 1
        return self._runner.run(submission, assignment)

    def _on_cells(self) -> None:
        if self._asked is not None:
            self.waited += time.monotonic() - self._asked
        self._asked = None

    def stop(self) -> None:
        """Kill the kernel that runs now."""
        if self._runner is not None:
            self._runner.stop()

    def _begun(self, submission: Submission, assignment: Assignment) -> KernelRunner:
        """While the server starts and the walls are tried, what reads answers is loaded, which takes a second too."""
        from grader.kernels.warm import kernel_server
        from grader.walls.doctor import examine

        server = self._held.enter_context(kernel_server())
        with ThreadPoolExecutor(1) as beside:
            tier = beside.submit(lambda: self._walls or examine().tier)
            from grader.kernels.runner import kernel_runner

            _read_once(submission, assignment)
        return self._held.enter_context(kernel_runner(tier.result(), server=server, on_cells=self._on_cells))


def _read_once(submission: Submission, assignment: Assignment) -> None:
    for item in assignment.items:
        answer = submission.answers.get(item.id)
        if answer is not None and written_criteria(item):
            score(assignment, item.id, answer.text)
