"""The line, kept ready for one notebook after another: the same notebook after each change, or those of a test run."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from grader.checking.checked import Seconds
from grader.checking.kernels import Kernels
from grader.checking.unchanged import CodeRunner, Recent
from grader.errors import GraderError
from grader.grading import Graded, grade
from grader.intake.room import Room
from grader.model import Assignment, Language, Submission
from grader.submissions import collect
from grader.walls.plan import Tier


@dataclass(frozen=True)
class Look:
    """`ran`: whether cells were run for it, rather than what came out of the same code looked up."""

    graded: Graded
    seconds: Seconds
    ran: bool


class Checker:
    """Grades by `assignment`, exactly as `grader grade` does. Use as a context manager.

    `store` keeps what came out of kernels for later checkers; without it nothing outlives this one. `walls`: the best
    that can be had here by default.
    """

    def __init__(
        self,
        assignment: Assignment,
        language: Language,
        *,
        walls: Tier | None = None,
        store: Path | None = None,
    ) -> None:
        self.assignment, self.language = assignment, language
        self._walls, self._store = walls, store

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as held:
            self._kernels = held.enter_context(Kernels(self._walls))
            self._room = held.enter_context(Room())
            self._executor = held.enter_context(ThreadPoolExecutor(1))
            self._runner = CodeRunner(self._kernels, Recent(self._folder(held)), walls=self._walls or "best")
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def check(self, notebook: Path) -> Graded:
        """Read, run where its code is not known yet, and score.

        Raises GraderError for what is no notebook, and RunnerError if the walls cannot be built here.
        """
        return self.look(notebook).graded

    def look(self, notebook: Path, only: Collection[str] | None = None) -> Look:
        """As `check`, with what it took. `only`: ids of the items to score."""
        began, waited, runs = time.monotonic(), self._kernels.waited, self._kernels.runs
        submission = self._submission(notebook)
        try:
            line = grade([submission], self.assignment, self._runner, self._executor, self.language, only=only)
            graded = next(line)
        except KeyboardInterrupt:
            self._kernels.stop()
            raise
        ran, waited = self._kernels.runs > runs, self._kernels.waited - waited
        cells = graded.execution.seconds if ran else 0.0
        rest = max(0.0, time.monotonic() - began - waited - cells)
        return Look(graded, Seconds(ready=waited, cells=cells, checks=rest), ran)

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
