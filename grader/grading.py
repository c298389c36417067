"""The line: files -> Submission -> Execution -> Report. Whatever happens to one notebook, the others finish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.model import Assignment, Execution, Language, Report, Submission
from grader.scoring import score

if TYPE_CHECKING:
    from grader.kernels.runner import Runner


@dataclass(frozen=True)
class Graded:
    """One submission with all that became of it."""

    submission: Submission
    execution: Execution
    report: Report


def grade(
    submissions: Sequence[Submission],
    assignment: Assignment,
    runner: Runner,
    executor: Executor,
    language: Language,
    on_start: Callable[[str], None] = lambda student: None,
    only: Collection[str] | None = None,
) -> Iterator[Graded]:
    """Run and score every submission; yields each as it is done, in no particular order.

    `on_start` is called from a worker's thread with the student whose notebook begins. `only`: ids of the items to
    score.
    """

    def one(submission: Submission) -> Graded:
        on_start(submission.student)
        execution = runner.run(submission, assignment)
        return Graded(submission, execution, score(submission, execution, assignment, language, _now(), only=only))

    for future in as_completed([executor.submit(one, submission) for submission in submissions]):
        yield future.result()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
