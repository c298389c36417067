"""The line: files -> Submission -> Execution -> Report. Whatever happens to one notebook, the others finish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from grader.model import Assignment, Execution, Language, Report, Submission
from grader.scoring import score

if TYPE_CHECKING:
    from grader.kernels.runner import Runner


_AHEAD = 64


@dataclass(frozen=True)
class Graded:
    """One submission with all that became of it."""

    submission: Submission
    execution: Execution
    report: Report


def grade(
    submissions: Iterable[Submission],
    assignment: Assignment,
    runner: Runner,
    executor: Executor,
    language: Language,
    on_start: Callable[[str], None] = lambda student: None,
    only: Collection[str] | None = None,
    ahead: Callable[[], int] = lambda: _AHEAD,
) -> Iterator[Graded]:
    """Run and score every submission; yields each as it is done, in no particular order.

    `on_start` is called from a worker's thread with the student whose notebook begins. `only`: ids of the items to
    score. `ahead`: how many submissions may be under way, which are all that is held of the class.
    """

    def one(submission: Submission) -> Graded:
        on_start(submission.student)
        execution = runner.run(submission, assignment)
        return Graded(submission, execution, score(submission, execution, assignment, language, _now(), only=only))

    left = iter(submissions)
    running: set[Future[Graded]] = set()
    done: set[Future[Graded]] = set()
    while True:
        free = max(0, max(1, ahead()) - len(running))
        running |= {executor.submit(one, submission) for submission in islice(left, free)}
        yield from (future.result() for future in done)
        if not running:
            return
        done, running = wait(running, return_when=FIRST_COMPLETED)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
