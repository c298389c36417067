"""One function per command: it ties the nouns together and returns the exit code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader import terminal
from grader.assignment import load
from grader.errors import RubricError, SubmissionError
from grader.grading import grade
from grader.kernels.runner import kernel_runner
from grader.model import Language
from grader.results import Results
from grader.selftest import selftest
from grader.submissions import collect


def grade_class(paths: Sequence[Path], out: Path, rubric: Path, jobs: int, language: Language) -> int:
    """Grade everything below `paths` into `out`. Raises GraderError for bad input before anything runs."""
    assignment = load(rubric)
    submissions = collect(paths, assignment)
    try:
        results = Results(out, assignment)
    except OSError as error:
        raise SubmissionError(f"{out} cannot be written: {error.strerror}; choose another folder with -o") from None
    cores = os.cpu_count() or 1
    if jobs > cores:
        terminal.console().print(
            f"{cores} notebooks at a time: with more than cores, honest ones would run out of time"
        )
    broken_pages = []
    with kernel_runner() as runner, ThreadPoolExecutor(min(jobs, cores)) as executor:
        try:
            with terminal.bar(len(submissions)) as bar:
                for graded in grade(submissions, assignment, runner, executor, language, bar.start):
                    try:
                        results.add(graded)
                    except Exception as error:  # noqa: BLE001  # one page that cannot be made must not cost the class
                        broken_pages.append(f"{graded.submission.student}: {type(error).__name__}: {error}")
                    bar.done(graded.submission.student)
        except KeyboardInterrupt:
            executor.shutdown(wait=False, cancel_futures=True)
            runner.stop()
            terminal.print_class(results.finish(), assignment, results.index)
            terminal.console().print(
                f"Interrupted: {len(results.reports)} of {len(submissions)} are graded and written."
            )
            return 130
    if runner.note:
        terminal.console().print(runner.note, markup=False)
    reports = results.finish()
    terminal.print_class(reports, assignment, results.index)
    terminal.print_broken(broken_pages)
    return 1 if broken_pages or any(report.execution.status == "infrastructure" for report in reports) else 0


def lint_rubrics(rubrics: Sequence[Path]) -> int:
    """Print every complaint about every rubric; 0 if there is none."""
    refused = 0
    screen = terminal.console()
    for rubric in rubrics:
        try:
            assignment = load(rubric)
        except RubricError as error:
            refused += 1
            screen.print(str(error), markup=False, highlight=False, soft_wrap=True)
            screen.print(f"{rubric}: refused, {len(error.complaints)} complaint(s)", markup=False, soft_wrap=True)
        else:
            criteria = sum(len(item.criteria) for item in assignment.items)
            told = f"{len(assignment.items)} items, {criteria} criteria, {assignment.total:g} points"
            screen.print(f"{rubric}: good, {told}", markup=False, soft_wrap=True)
    return 2 if refused else 0


def selftest_rubric(rubric: Path, jobs: int) -> int:
    """Prove the rubric on its reference; 1 if anything is graded other than it should be."""
    screen = terminal.console()
    wrong = done = 0
    for trial in selftest(load(rubric), jobs):
        done += 1
        wrong += not trial.as_expected
        mark = "ok  " if trial.as_expected else "FAIL"
        screen.print(f"{mark} {trial.told}", markup=False, highlight=False, soft_wrap=True)
    screen.print(f"{done} trials, {wrong} not as expected", markup=False)
    return 1 if wrong else 0
