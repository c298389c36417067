"""One hand-in from /autograder/submission to /autograder/results/results.json."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from grader.errors import GraderError
from grader.files import write
from grader.gradescope import attempts, container, metadata, results, settings
from grader.gradescope.attempts import Attempts
from grader.gradescope.metadata import HandedIn
from grader.gradescope.settings import Settings
from grader.gradescope.words import word
from grader.model import Assignment, Execution, Report, Submission
from grader.names import printable
from grader.walls.doctor import examine
from grader.walls.plan import TIERS, Tier

_MARGIN_SECONDS = 20.0  # of their time, for the end of ours
_SCORING_SECONDS = 40.0  # that the notebook does not get of what is left


class Stopped(KeyboardInterrupt):
    """Somebody ends us, or our time is up: an interruption, which asyncio hands on from wherever it comes."""


class NotGraded(Exception):
    """Why there is no grade, for staff."""


def main(root: Path) -> int:
    """Grade what lies in `root`, laid out as Gradescope does it; whatever happens, results.json is true. Always 0: any
    other number might make Gradescope discard what is written there."""
    began = time.monotonic()
    chosen = settings.read(root / "source")
    handed_in = metadata.read(root / metadata.NAME)
    before = attempts.attempts(handed_in)
    first = attempts.not_counted(results.not_graded(chosen.language), before, handed_in.at)
    _write(root, first)
    if chosen.submissions is not None and before.used(handed_in.at, chosen) >= chosen.submissions:
        repeated = results.over_the_limit(before.last, chosen)
        _write(root, attempts.not_counted(repeated, before, handed_in.at))
        return 0
    try:
        with _ended_by_signals(chosen.minutes * 60 - _MARGIN_SECONDS):
            report, assignment = _graded(root, chosen, handed_in, began)
            told = _told(report, assignment, chosen, handed_in, before)
        read = report.execution.status != "unreadable"
        _write(root, attempts.graded(told, before) if read else attempts.not_counted(told, before, handed_in.at))
    except (NotGraded, GraderError, Stopped) as error:
        print(f"not graded: {error}", file=sys.stderr, flush=True)
    except Exception:  # noqa: BLE001  # a fault of ours, for staff to read; what students read is written already
        traceback.print_exc()
    return 0


def _graded(root: Path, chosen: Settings, handed_in: HandedIn, began: float) -> tuple[Report, Assignment]:
    from grader.intake.room import Room
    from grader.kernels.runner import kernel_runner
    from grader.rubric import stored
    from grader.scoring import score
    from grader.submissions import collect_one

    assignment = stored.load(root / "source" / settings.ASSIGNMENT)
    place = container.found()
    with Room() as room, kernel_runner(_walls(chosen), at_a_time=1) as kernels:
        found = collect_one(root / "submission", assignment, room)
        submission = _handed_in(found, handed_in, assignment)
        left = chosen.minutes * 60 - _MARGIN_SECONDS - _SCORING_SECONDS - (time.monotonic() - began)
        limits = container.given(assignment.limits, place, left)
        execution = kernels.run(submission, assignment.model_copy(update={"limits": limits}))
        _check(execution, container.short_of(execution, assignment.limits, limits, place))
        now = handed_in.at or dt.datetime.now(dt.UTC).replace(microsecond=0)
        return score(submission, execution, assignment, chosen.language, now), assignment


def _walls(chosen: Settings) -> Tier:
    """The best that the container offers. Raises NotGraded where that is less than it has to be."""
    diagnosis = examine()
    if TIERS.index(diagnosis.tier) > TIERS.index(chosen.least_walls):
        reasons = "; ".join(diagnosis.offer(chosen.least_walls).reasons)
        mend = "give `--walls none` when you make the bundle if notebooks may run without"
        raise NotGraded(f"{chosen.least_walls} walls cannot be built in this container ({reasons}): {mend}")
    return diagnosis.tier


def _check(execution: Execution, short_of: str) -> None:
    """Raises NotGraded for what is no doing of the notebook's."""
    if short_of:
        raise NotGraded(f"{short_of}; choose a larger container, or more time, in the assignment's settings")
    if execution.status == "infrastructure":
        raise NotGraded("; ".join(error.message for error in execution.errors) or "the notebook could not be run")


def _handed_in(submission: Submission, handed_in: HandedIn, assignment: Assignment) -> Submission:
    """Whose it is and when it came, as Gradescope tells; it is late by the rubric's deadline where there is one."""
    names = ", ".join(one.name or one.email for one in handed_in.people)
    late = handed_in.late if assignment.deadline is None else None
    update = {"student": names or submission.student, "identity": handed_in.identity}
    return submission.model_copy(update=update | {"submitted_at": handed_in.at, "late": late})


def _told(
    report: Report, assignment: Assignment, chosen: Settings, handed_in: HandedIn, before: Attempts
) -> dict[str, Any]:
    from grader.class_file import asked_in
    from grader.exporters import gradescope
    from grader.exporters.grades import grades_of

    told = gradescope.results(grades_of(report, asked_in(assignment)))
    remarks = [printable(warning) for warning in report.warnings]
    if assignment.deadline is None and handed_in.late:
        remarks.append(word("late", chosen.language))
    if chosen.submissions is not None:
        remarks.append(_counted(report, chosen, before.used(handed_in.at, chosen) + 1))
    for said in _for_staff(report):
        print(printable(said), flush=True)
    return results.with_remarks({**told, "execution_time": round(report.execution.seconds, 1)}, *remarks)


def _counted(report: Report, chosen: Settings, number: int) -> str:
    """Which of the submissions that are graded this one is; one that cannot be read is none."""
    if report.execution.status == "unreadable":
        return word("uncounted", chosen.language)
    return word("left_per_day" if chosen.per_day else "left", chosen.language, number, chosen.submissions)


def _for_staff(report: Report) -> Iterator[str]:
    """The standard output, which students do not see."""
    yield f"{report.student}: {report.decided:g} of {report.max_points:g} points, {report.status}"
    run = report.execution
    yield f"run: {run.status}, {run.seconds:.1f} s, {run.peak_memory_mb or 0:.0f} MB, walls {run.walls}"
    yield from (f"{score.item}: {score.needs_review}" for score in report.scores if score.needs_review)
    yield from report.warnings


@contextlib.contextmanager
def _ended_by_signals(seconds: float) -> Iterator[None]:
    """Raises Stopped inside when time is up or somebody asks us to end."""

    def stop(number: int, _: FrameType | None) -> None:
        why = f"more than {seconds:.0f} s" if number == signal.SIGALRM else f"ended by {signal.Signals(number).name}"
        raise Stopped(why)

    before = {number: signal.signal(number, stop) for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT)}
    signal.setitimer(signal.ITIMER_REAL, max(1.0, seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _write(root: Path, told: Mapping[str, Any]) -> None:
    (root / "results").mkdir(exist_ok=True)
    write(root / "results" / "results.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")
