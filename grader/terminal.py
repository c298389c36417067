"""What the command line shows: the class's table, what a run came to, complaints."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.exporting import Done
from grader.model import Assignment, Report, Score
from grader.names import printable
from grader.similarity import Pair
from grader.walls.doctor import Diagnosis

if TYPE_CHECKING:
    from grader.gradebook.renamed import Passing

_WHOLE_CLASS = 500  # students who are all shown
_MOST_NEEDING = 50  # students of a larger class who are shown
_NEVER_RAN = ("infrastructure", "unreadable")
_PLAIN_WIDTH = 160  # of what goes into a file or a pipe, where nothing wraps


def console() -> Console:
    """Standard output. No emoji codes: `rubric.yaml:100:` is a line number, and a student may be called `:heart:`."""
    return Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, emoji=False)


def print_class(reports: Sequence[Report], assignment: Assignment, index: Path) -> None:
    """The table at the end of `grader grade`, what needs a person, and where the report is.

    Of a class that no screen holds only those who need a person, and only so many.
    """
    screen = console()
    if len(reports) <= _WHOLE_CLASS:
        screen.print(_table(reports, assignment))
    else:
        needing = [report for report in reports if _needs_person(report)]
        screen.print(_table(needing[:_MOST_NEEDING], assignment))
        told = f"Shown: {min(len(needing), _MOST_NEEDING)} of {len(needing)} who need a person."
        whole = index.parent / "gradebook.csv"
        screen.print(f"{told} All {len(reports)}: {whole}", markup=False, highlight=False, soft_wrap=True)
    waiting = [report for report in reports if report.status == "provisional"]
    screen.print(f"{len(reports)} graded, {len(reports) - len(waiting)} final, {len(waiting)} provisional.")
    if any(report.total is None for report in waiting):
        screen.print("`12+` means 12 points so far: a person has to decide the rest; the report lists what and why.")
    _print_doubts(reports)
    print_lateness(reports)
    _print_never_ran(reports)
    screen.print(f"Report: {index}", soft_wrap=True)


def _needs_person(report: Report) -> bool:
    return report.status == "provisional" or report.execution.status in _NEVER_RAN


def _table(reports: Sequence[Report], assignment: Assignment) -> Table:
    table = Table(header_style="bold", title=assignment.title.en, title_justify="left")
    table.add_column("student", overflow="fold")
    for item in assignment.items:
        table.add_column(f"{item.id}\n/{item.points:g}", justify="right")
    table.add_column(f"total\n/{assignment.total:g}", justify="right")
    if assignment.deadline is not None:
        table.add_column("late", justify="right")
        table.add_column("grade", justify="right")
    for name in ("status", "run"):
        table.add_column(name)
    table.add_column("seconds", justify="right")
    for report in reports:
        points = [_points(score) for score in report.scores]
        total = f"{report.total:g}" if report.total is not None else f"[yellow]{report.decided:g}+[/]"
        decided = report.status if report.status == "final" else "[yellow]provisional[/]"
        counts = [_taken(report), _known(report.grade)] if assignment.deadline is not None else []
        status = f"{decided} [yellow]late[/]" if report.is_late else decided
        run = report.execution.status
        run_shown = run if run == "ok" else f"[red]{run}[/]"
        seconds = f"{report.execution.seconds:.1f}"
        table.add_row(escape(report.student), *points, total, *counts, status, run_shown, seconds)
    return table


def _print_never_ran(reports: Sequence[Report]) -> None:
    """Whose notebooks could not be run at all, each with the reason; of very many only the first."""
    never = [report for report in reports if report.execution.status in _NEVER_RAN]
    screen, shown = console(), never[: None if len(reports) <= _WHOLE_CLASS else _MOST_NEEDING]
    for report in shown:
        reason = report.execution.errors[0].message if report.execution.errors else ""
        screen.print(f"[red]{report.execution.status}[/] {foreign(report.student)}: {foreign(reason)}")
    if len(shown) < len(never):
        screen.print(f"[red]{len(never) - len(shown)} more[/] could not be run")


def _print_doubts(reports: Sequence[Report]) -> None:
    """What a person has to look at, though all points are decided."""
    for told, names in (
        ("A doubtful repair, which a person has to look at", [r.student for r in reports if r.execution.doubtful]),
        (
            "Not known whether this is the hand-in that counts, so a person has to look (the report says why)",
            [r.student for r in reports if r.unsure],
        ),
    ):
        if names:
            more = f" and {len(names) - 50} more" if len(names) > 50 else ""
            console().print(f"{told} ({len(names)}): {', '.join(map(foreign, names[:50]))}{more}", soft_wrap=True)


def print_lateness(reports: Sequence[Report]) -> None:
    """Who is late without a decision, and of whom nobody knows."""
    late = [(report, report.lateness) for report in reports if report.lateness is not None]
    for told, names in (
        ("Late, and a person has to decide what it costs", [r.student for r, found in late if found.review]),
        (
            "Handed in at a time that is not known, so nothing is taken",
            [r.student for r, found in late if found.state == "unknown" and not found.decided],
        ),
    ):
        if names:
            more = f" and {len(names) - 50} more" if len(names) > 50 else ""
            console().print(f"{told} ({len(names)}): {', '.join(map(foreign, names[:50]))}{more}", soft_wrap=True)


def _taken(report: Report) -> str:
    if report.penalty == 0:
        return ""
    return f"[yellow]−{report.penalty:g}[/]" if report.penalty is not None else _known(None)


def _known(points: float | None) -> str:
    return "[yellow]?[/]" if points is None else f"{points:g}"


def print_roll(missing: Sequence[str], strangers: Sequence[str], unused: Sequence[str]) -> None:
    """Who of the roster handed in nothing, whose hand-in stands in no roster, and which files are nobody's."""
    screen = console()
    for told, names in (
        ("[yellow]handed in nothing[/]", missing),
        ("[yellow]not in the roster[/]", strangers),
        ("not taken for hand-ins", unused),
    ):
        if names:
            more = f" and {len(names) - 50} more" if len(names) > 50 else ""
            screen.print(f"{told} ({len(names)}): {', '.join(map(foreign, names[:50]))}{more}", soft_wrap=True)


def print_passing(decisions: Passing) -> None:
    """Whose decisions come along under another name, and whose count for nobody here."""
    for told, names in (
        (
            "Under another name than before; what people decided comes along",
            [f"{decisions.renamed[new]} → {new}" for new in decisions.coming],
        ),
        ("People decided on these, which counts for nobody now: no hand-in is known to be theirs", decisions.left),
    ):
        if names:
            more = f" and {len(names) - 50} more" if len(names) > 50 else ""
            console().print(f"{told} ({len(names)}): {', '.join(map(foreign, names[:50]))}{more}", soft_wrap=True)


def print_earlier(used: int, graded: int, others: Sequence[str]) -> None:
    """What this run took over from earlier ones, and whose reports they left in the folder besides."""
    screen = console()
    if used:
        again = "their executions were used again (--rerun runs them anew)"
        screen.print(f"{used} of {graded} were graded before; {again}.", soft_wrap=True)
    if others:
        named = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        told = f"Not in this class, so not in the gradebook; their reports of earlier runs stay: {named}"
        screen.print(told, markup=False, soft_wrap=True)


def print_run(lines: Sequence[str]) -> None:
    """What a run came to."""
    for line in lines:
        console().print(line, markup=False, highlight=False, soft_wrap=True)


def print_interrupted(graded: int, given: int, why: str) -> None:
    """`why`: empty where somebody wanted it."""
    told = f"Interrupted{f', as {why}' if why else ''}: {graded} of {given} are graded and written."
    console().print(f"{told} The same command again grades the others.", markup=False, soft_wrap=True)


def print_similar(pairs: Sequence[Pair], compared: int, page: Path) -> None:
    """The pairs that are most alike, and where both sides are shown."""
    screen = console()
    for pair in pairs[:10]:
        alike = ", ".join(f"{likeness.part} {likeness.share:.0%}" for likeness in pair.alike)
        told = f"{pair.score:4.0%}  {printable(pair.first)} · {printable(pair.second)}  ({alike})"
        screen.print(told, markup=False, highlight=False, soft_wrap=True)
    screen.print(f"{compared} hand-ins compared, {len(pairs)} pair(s) more alike than is usual. Nothing was graded.")
    screen.print(f"Report: {page}", markup=False, soft_wrap=True)


def print_exported(done: Done, missing: str = "") -> None:
    """Who is not in an export or without a grade in it, and where it is. `missing`: what else it does not hold."""
    screen = console()
    if missing:
        screen.print(f"not in it: {foreign(missing)}", soft_wrap=True)
    for told, names in done.notes:
        if names:
            screen.print(f"{foreign(told)} ({len(names)}): {', '.join(map(foreign, names))}", soft_wrap=True)
    into = f" into the column {printable(done.column)}" if done.column else ""
    screen.print(f"{done.written} exported{into}.", markup=False, soft_wrap=True)
    for file in done.files:
        screen.print(f"Export: {file}", markup=False, soft_wrap=True)


def print_failures(pages: Sequence[str], executions: Sequence[str]) -> None:
    """Students whose pages or executions could not be written, with the cause."""
    for page in pages:
        console().print(f"[red]page not written[/] {foreign(page)}", soft_wrap=True)
    for execution in executions:
        told = "[red]execution not stored[/], so the next run repeats it:"
        console().print(f"{told} {foreign(execution)}", soft_wrap=True)


def foreign(foreign: str) -> str:
    """A student's or a kernel's words on one line: one of their own could begin with an order to a CI runner."""
    return escape(" | ".join(map(printable, foreign.splitlines())))


def _points(score: Score) -> str:
    return f"{score.points:g}" if score.points is not None else f"[yellow]{score.decided:g}+[/]"


def print_diagnosis(diagnosis: Diagnosis) -> None:
    """The tiers with what holds each of them back, the system, and what would help."""
    screen = console()
    screen.print(f"Walls around each kernel here: [bold]{diagnosis.tier}[/]")
    for offer in diagnosis.offers:
        mark = "yes" if offer.works else "no "
        told = f"  {offer.tier:8} {mark}  {_OFFERS[offer.tier]}"
        screen.print(told, markup=False, highlight=False, soft_wrap=True)
        if offer.works and offer.own_user:
            screen.print("                each kernel is a user of its own", highlight=False)
        for reason in offer.reasons:
            wanting = "not as a user of its own" if offer.works else "not here"
            screen.print(f"                {wanting}: {reason}", markup=False, highlight=False, soft_wrap=True)
    for name, value in diagnosis.facts.items():
        known = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        screen.print(f"  {name.replace('_', ' ')}: {known}", markup=False, highlight=False, soft_wrap=True)
    for advice in diagnosis.advice:
        screen.print(f"To get better walls: {advice}", markup=False, highlight=False, soft_wrap=True)


_OFFERS = {
    "full": "a file tree, process tree and network of its own, Landlock, seccomp, limits",
    "reduced": "Landlock, seccomp, limits; no shell terminal, no shared memory without a user of its own",
    "none": "a folder, an environment and limits of its own; it can read and send what you can",
}
