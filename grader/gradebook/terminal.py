"""What the commands on a graded class print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.gradebook.book import Entry, Standing
from grader.gradebook.changes import Change, Shift, change
from grader.gradebook.overriding import waiting_for
from grader.model import Override, Report
from grader.model.override import where
from grader.names import printable
from grader.terminal import console

_MOST_NAMED = 50
_LONGEST_WHY = 300  # characters


def print_override(override: Override, now: Standing, others: Sequence[str] = ()) -> None:
    """What was decided, and where the student stands with it. `others`: of the student's group."""
    screen = console()
    _say(screen, f"{override.student} {_moved(override)}, by {override.author}")
    if skipped := waiting_for(now.report, override):
        _say(screen, f"Skipped until now, and not judged anew: {', '.join(skipped)}. Decide on them too if they count.")
    if override.criterion is not None and len(held := _bounds(now.report, override)) == 2:
        _say(screen, f"{override.item} has no more than {held[1]:g} points, whatever its criteria add up to.")
    _say(screen, f"Total: {_total(now.report)}")
    if others:
        _say(screen, f"The others of the group are not changed: {_named(others)}")


def print_busy(out: Path) -> None:
    told = f"The decision is in the gradebook. Another grader is writing into {out}"
    _say(console(), f"{told}; the files will show it when that one is done, or after the next `grader rescore`.")


def print_review(address: str, author: str) -> None:
    """Where the page is. It is the first line, whole, so that a terminal makes a link of it."""
    screen = console()
    _say(screen, address)
    _say(screen, f"Decisions are {author}'s. Ctrl-C ends; what is decided is in the gradebook at once.")


def print_filing() -> None:
    """What the end of `grader review` waits for."""
    _say(console(), "Ending: the files of those who were decided on last are written.")


def print_not_filed(fault: str) -> None:
    """Why files fell behind, where it is no other grader."""
    told = f"Files could not be written ({fault}). Every decision is in the gradebook"
    _say(console(), f"{told}; writing is tried again, and a `grader export` later writes them too.")


def print_not_written(students: Sequence[str]) -> None:
    """Whose files do not show the newest decisions."""
    if students:
        told = "All decisions are in the gradebook, but another grader is writing, or the folder cannot be written"
        _say(console(), f"{told}: the next `grader export` or `grader review` writes the files of {_named(students)}.")


def print_standings(standings: Sequence[Standing]) -> None:
    """Everybody's points, then what people decided, in order of time."""
    screen = console()
    table = Table(header_style="bold")
    table.add_column("student", overflow="fold")
    for name in ("total", "status", "machine", "decisions"):
        table.add_column(name, justify="right")
    for standing in standings:
        report = standing.report
        cells = (_points_of(report), report.status, _points_of(standing.machine), str(len(standing.overrides) or ""))
        table.add_row(escape(printable(report.student)), *cells)
    screen.print(table)
    decided = sorted((one for standing in standings for one in standing.overrides), key=lambda one: one.at)
    for override in decided:
        _say(screen, f"{override.at:%Y-%m-%d %H:%M} {override.student} {_moved(override)}, by {override.author}")
    for standing in standings:
        for _, told in standing.conflicts:
            _say(screen, f"for a person: {standing.report.student}: {told}")


def print_history(student: str, history: Sequence[Entry]) -> None:
    """One student's reports and decisions in order, each with where it left them."""
    screen = console()
    _say(screen, student)
    before: Standing | None = None
    for entry in history:
        now = _with(before, entry)
        if now is None:
            continue
        called = entry.report.student if entry.report is not None else student
        formerly = f", as {called}" if called != student else ""
        _say(screen, f"{entry.number:>4}  {entry.at:%Y-%m-%d %H:%M:%S}  {_written(entry, now)}{formerly}")
        if before is not None and entry.report is not None:
            _print_causes(screen, change(before.report, now.report))
        _say(screen, f"      {_total(now.report)}")
        before = now
    if before is not None:
        for _, told in before.conflicts:
            _say(screen, f"for a person: {told}")


def print_rescore(
    changes: Sequence[Change],
    shift: Shift,
    conflicts: Sequence[str],
    left: Sequence[tuple[str, str]],
    asked: Sequence[tuple[str, tuple[str, ...]]],
) -> None:
    """Who changed, by how much and why; the class; and what only a person or another run can tell.

    `left` are students with the reason why they were not scored again, `asked` with the questions that are new.
    """
    screen = console()
    for one in changes:
        sign = f"{one.difference:+g}" if one.difference else "±0"
        _say(screen, f"{one.student}  {_total(one.before)} → {_total(one.after)}  ({sign})")
        _print_causes(screen, one)
    _say(screen, f"{len(changes)} of {shift.students} change: {shift.up} up, {shift.down} down.")
    if shift.mean is not None and shift.median is not None:
        means, medians = (f"{old:.2f} → {new:.2f}" for old, new in (shift.mean, shift.median))
        _say(screen, f"Mean {means}, median {medians} (the {shift.decided} whose totals are decided before and after)")
    for told in conflicts:
        _say(screen, f"for a person: {told}")
    for reason, group in groupby(sorted(left, key=lambda pair: pair[1]), key=lambda pair: pair[1]):
        _say(screen, f"Not scored again, as {reason}; `grader grade` does it: {_named([name for name, _ in group])}")
    for questions, those in groupby(sorted(asked, key=lambda pair: pair[1]), key=lambda pair: pair[1]):
        needed = ", ".join(f"`{question}`" for question in questions)
        names = _named([name for name, _ in those])
        _say(screen, f"Needs a rerun, as the notebooks were not asked {needed}; `grader grade` does it: {names}")


def print_end(out: Path, *, dry_run: bool) -> None:
    end = "Nothing was run and nothing was written." if dry_run else f"Nothing was run. Report: {out / 'index.html'}"
    _say(console(), end)


def _print_causes(screen: Console, found: Change | None) -> None:
    for cause in found.causes if found else ():
        why = " ".join(cause.why.split())
        why = f"{why[:_LONGEST_WHY]}…" if len(why) > _LONGEST_WHY else why
        _say(screen, f"      {cause.where}: {_shown(cause.before)} → {_shown(cause.after)}  {why}")


def _with(before: Standing | None, entry: Entry) -> Standing | None:
    """Where the student stands after the entry; None before the first report."""
    if entry.report is not None:
        return replace(before, machine=entry.report) if before is not None else Standing(entry.report)
    if before is None:
        return None
    overrides = (*before.overrides, *([entry.override] if entry.override else []))
    return replace(before, overrides=overrides, looks=(*before.looks, *([entry.look] if entry.look else [])))


def _written(entry: Entry, now: Standing) -> str:
    """One entry in words."""
    if entry.override is not None:
        return f"{_moved(entry.override)}, by {entry.override.author}"
    if entry.look is not None:
        told = "taken back that the repairs were looked at" if entry.look.action == "undo" else "repairs looked at"
        return f"{told}: {entry.look.reason}, by {entry.look.author}"
    if entry.mark is not None:
        mark, place = entry.mark, where(entry.mark.item, entry.mark.criterion)
        points = f"{mark.points:g} of {mark.max_points:g} where {mark.first_author} gave {mark.first:g}"
        return f"second mark for {place}: {points}; changes no points, by {mark.author}"
    return _graded(now.machine)


def _moved(override: Override) -> str:
    taken = " (taken back)" if override.action == "undo" else ""
    points = f"{_shown(override.before)} → {_shown(override.after)} of {override.max_points:g}"
    return f"{override.where}: {points}{taken}: {override.reason}"


def _graded(report: Report) -> str:
    return f"graded by rubric {report.rubric_sha256[:8]}, grader {report.grader_version}"


def _bounds(report: Report, override: Override) -> tuple[float, ...]:
    """(points, full points) of an item whose criteria earn more than it has; empty for others."""
    score = next((score for score in report.scores if score.item == override.item), None)
    if score is None or sum(finding.earned or 0.0 for finding in score.findings) <= score.max_points:
        return ()
    return score.decided, score.max_points


def _total(report: Report) -> str:
    return f"{_points_of(report)} {report.status}"


def _points_of(report: Report) -> str:
    """Points earned, and what counts of them where something is taken, or a person has to say what."""
    earned = f"{report.total:g}" if report.total is not None else f"{report.decided:g}+"
    if report.penalty == 0 or (report.penalty is None and report.total is None):
        return earned
    return f"{earned} − {_shown(report.penalty)} late = {_shown(report.grade)}"


def _shown(points: float | None) -> str:
    return "?" if points is None else f"{points:g}"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"


def _say(screen: Console, told: str) -> None:
    """On one line: a student's or an author's words could begin with an order to a CI runner, or to a terminal."""
    screen.print(printable(" ".join(told.splitlines())), markup=False, highlight=False, soft_wrap=True)
