"""The line, kept ready for one notebook after another: the same notebook after each change, or those of a test run."""

from __future__ import annotations

import contextlib
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from grader.checking.unchanged import CodeRunner, Recent
from grader.errors import GraderError
from grader.grading import Graded, grade
from grader.intake.room import Room
from grader.kernels.runner import kernel_runner, kernel_server
from grader.model import Assignment, Language, Submission
from grader.submissions import collect
from grader.walls.plan import Tier


class Checker:
    """Grades by `assignment`, exactly as `grader grade` does. Use as a context manager.

    `store` keeps what came out of kernels for later checkers; without it nothing outlives this one. `walls`: the best
    that can be had here by default.
    """

    def __init__(
        self, assignment: Assignment, language: Language, *, walls: Tier | None = None, store: Path | None = None
    ) -> None:
        self.assignment, self.language = assignment, language
        self._walls, self._store = walls, store

    def __enter__(self) -> Self:
        """Raises RunnerError if the walls that were asked for cannot be built here."""
        with contextlib.ExitStack() as held:
            server = held.enter_context(kernel_server())  # gets ready while the caller, and we, go on
            self._room = held.enter_context(Room())
            self._executor = held.enter_context(ThreadPoolExecutor(1))
            self._kernels = held.enter_context(kernel_runner(self._walls, server=server))
            self._runner = CodeRunner(self._kernels, Recent(self._folder(held)))
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    @property
    def runs(self) -> int:
        """How often cells were run so far; what was looked up is not counted."""
        return self._runner.runs

    def check(self, notebook: Path) -> Graded:
        """Read, run where its code is not known yet, and score. Raises GraderError for what is no notebook."""
        submission = self._submission(notebook)
        try:
            return next(grade([submission], self.assignment, self._runner, self._executor, self.language))
        except KeyboardInterrupt:
            self._kernels.stop()
            raise

    def _submission(self, notebook: Path) -> Submission:
        found = collect([notebook], self.assignment, room=self._room)
        if len(found) != 1:
            names = ", ".join(submission.student for submission in found[:5])
            raise GraderError(f"{notebook} holds {len(found)} hand-ins ({names}): give one notebook")
        return found[0]

    def _folder(self, held: contextlib.ExitStack) -> Path:
        if self._store is not None:
            with contextlib.suppress(OSError):  # a place that cannot be written must not keep anybody from a check
                self._store.mkdir(parents=True, exist_ok=True)
                return self._store
        return Path(held.enter_context(tempfile.TemporaryDirectory(prefix="grader-check-")))
