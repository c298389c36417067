"""Kernels for a checker: looked for from the beginning, had when the first notebook is to be run."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from grader.answers.scoring import score, written_criteria
from grader.kernels.warm import KernelServer, kernel_server
from grader.model import Assignment, Execution, Submission
from grader.walls.doctor import examine
from grader.walls.plan import Tier

if TYPE_CHECKING:
    from grader.kernels.runner import KernelRunner


class Kernels:
    """A runner; use as a context manager. A check that runs nothing does not wait for what this gets ready.

    `walls`: the best that can be had by default. `server`: one that gets ready already. `runs`: notebooks that were run
    so far; `waited`: seconds that they waited for a kernel.
    """

    def __init__(self, walls: Tier | None, server: KernelServer | None) -> None:
        self._walls, self._server = walls, server
        self._runner: KernelRunner | None = None
        self.runs, self.waited = 0, 0.0

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as held:
            if self._server is None:
                self._server = held.enter_context(kernel_server())
            background = ThreadPoolExecutor(1)
            self._tier = background.submit(lambda: self._walls or examine().tier)
            background.shutdown(wait=False)
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def run(self, submission: Submission, assignment: Assignment) -> Execution:
        """Raises RunnerError if the walls that were asked for cannot be built here."""
        asked = time.monotonic()
        if self._runner is None:
            self._runner = self._begun()
            _read_once(submission, assignment)
        self._runner.ready()
        self.waited += time.monotonic() - asked
        self.runs += 1
        return self._runner.run(submission, assignment)

    def stop(self) -> None:
        """Kill the kernel that runs now."""
        if self._runner is not None:
            self._runner.stop()

    def _begun(self) -> KernelRunner:
        from grader.kernels.runner import kernel_runner  # with all that talks to kernels

        return self._held.enter_context(kernel_runner(self._tier.result(), server=self._server))


def _read_once(submission: Submission, assignment: Assignment) -> None:
    """What reads Korean takes a second to load: now, while kernels get ready, rather than when the cells have run."""
    for item in assignment.items:
        answer = submission.answers.get(item.id)
        if answer is not None and written_criteria(item):
            score(assignment, item.id, answer.text)
