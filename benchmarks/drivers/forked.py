"""All notebooks of a folder at once, each in a kernel forked by the grader's server, more than there are cores.

Run in the grader's environment as `forked.py RUBRIC FOLDER`; writes `FOLDER/STUDENT/executed.ipynb`. For the memory of
kernels only: `grader grade` itself runs no more notebooks at a time than there are cores.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.assignment import load
from grader.grading import grade
from grader.kernels.runner import kernel_runner
from grader.submissions import collect


def main() -> None:
    assignment, folder = load(Path(sys.argv[1])), Path(sys.argv[2])
    submissions = collect([folder], assignment)
    count = len(submissions)
    with kernel_runner(at_a_time=count) as runner, ThreadPoolExecutor(count) as executor:
        for graded in grade(submissions, assignment, runner, executor, "en"):
            executed = json.dumps(graded.execution.notebook)
            (folder / graded.submission.student / "executed.ipynb").write_text(executed, encoding="utf-8")


if __name__ == "__main__":
    main()
