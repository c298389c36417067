"""The line from hand-in to report, taken once for each hand-in, however many processes ask for it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.files import NoLocks, lock, write
from grader.grading import grade
from grader.kernels.runner import KernelRunner, kernel_runner
from grader.model import Assignment, Language, Report, Submission
from grader.walls.plan import Tier

_SUFFIX = ".report"
_LOOK_SECONDS = 0.05  # between two looks whether another process is done with a notebook


class Line:
    """Kernels are got ready when the first hand-in is graded. `folder` is shared by the processes of one run."""

    def __init__(self, assignment: Assignment, language: Language, walls: Tier, folder: Path) -> None:
        self._assignment, self._language, self._walls, self._folder = assignment, language, walls, folder
        self._held = contextlib.ExitStack()
        self._kernels: KernelRunner | None = None
        self._reports: dict[str, Report] = {}

    def report(self, name: str, submission: Submission) -> Report:
        """Of the hand-in called `name`. Raises RunnerError if kernels cannot be run here."""
        if name not in self._reports:
            file = self._folder / f"{hashlib.sha256(name.encode(errors='replace')).hexdigest()}{_SUFFIX}"
            with _alone(file.with_suffix(".lock")):
                if not file.exists():
                    write(file, f"{json.dumps(name)}\n{self._graded(submission).model_dump_json()}")
            self._reports[name] = _read(file)[1]
        return self._reports[name]

    def _graded(self, submission: Submission) -> Report:
        if self._kernels is None:
            self._kernels = self._held.enter_context(kernel_runner(self._walls))
        with ThreadPoolExecutor(1) as executor:
            try:
                return next(grade([submission], self._assignment, self._kernels, executor, self._language)).report
            except KeyboardInterrupt:
                self._kernels.stop()
                raise

    def close(self) -> None:
        self._held.close()


def reports_in(folder: Path) -> dict[str, Report]:
    """By the names of the hand-ins, sorted: what all processes have graded."""
    return dict(sorted(map(_read, folder.glob(f"*{_SUFFIX}"))))


def _read(file: Path) -> tuple[str, Report]:
    name, _, report = file.read_text(encoding="utf-8").partition("\n")
    return json.loads(name), Report.model_validate_json(report)


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Wait until no other process holds `file`; where there are no locks, the same notebook may run twice."""
    with contextlib.ExitStack() as held:
        with contextlib.suppress(NoLocks):
            while (mine := lock(file)) is None:
                time.sleep(_LOOK_SECONDS)
            held.enter_context(mine)
        yield
