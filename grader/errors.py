"""The exception tree, drawn once.

GraderError                 anything a user can mend; the command line prints it and exits with `exit_code`
├── RubricError             the rubric is not valid; holds every complaint with file and line
├── SubmissionError         a hand-in could not be found or read
├── Busy                    another grader is writing into the folder
├── Held                    another program holds the gradebook's file
└── RunnerError             a kernel could not be started or lost its connection: our fault, not a student's
    ├── ClusterLost         the scheduler or all workers are gone, and did not come back
    └── WorkerFault         a worker of a cluster cannot do its work; another one may

Unreadable                  a hand-in is no notebook; the batch goes on, and this one gets that status
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class GraderError(Exception):
    """Base of what this package raises on purpose."""

    exit_code = 2


@dataclass(frozen=True)
class Complaint:
    """One thing wrong with a rubric, where it stands, and how to mend it."""

    file: Path
    line: int
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}\n    mend: {self.mend}"


class RubricError(GraderError):
    """A rubric that cannot be trusted with grades."""

    def __init__(self, complaints: list[Complaint]) -> None:
        super().__init__("\n".join(str(complaint) for complaint in complaints))
        self.complaints = complaints


class SubmissionError(GraderError):
    """A path that holds no hand-in."""


class Busy(GraderError):
    """Another grader is writing into the folder of results."""


class Held(GraderError):
    """Another program holds the gradebook's database and did not let go of it."""


class RunnerError(GraderError):
    """The kernel infrastructure failed."""

    exit_code = 3


class ClusterLost(RunnerError):
    """The scheduler or all workers of a cluster are gone for too long: nothing can be run any more."""


class WorkerFault(RunnerError):
    """`worker` cannot do its work, and says `why`: a full disk, another version, kernels that do not start.

    `for_good`: nor can it do any other of this run's.
    """

    def __init__(self, worker: str, why: str, for_good: bool = False) -> None:
        super().__init__(worker, why, for_good)
        self.worker, self.why, self.for_good = worker, why, for_good

    def __str__(self) -> str:
        return f"{self.worker}: {self.why}"


class Unreadable(Exception):
    """A file that is no notebook; the message, a sentence for student and TA, says what it is and the mend."""
