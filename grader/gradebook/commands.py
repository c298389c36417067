"""The commands on a graded class: decide on points, print how they came about, score again by another rubric."""

from __future__ import annotations

import difflib
import getpass
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path

from grader.assignment import load_whole
from grader.class_file import renew_items
from grader.errors import Busy, GraderError
from grader.gradebook import terminal
from grader.gradebook.book import Standing
from grader.gradebook.changes import Change, change, shift
from grader.gradebook.keeping import Keeping, Roll
from grader.gradebook.overriding import Decision, Undo, made_by
from grader.gradebook.record import book_of, rewrite, standings_of
from grader.gradebook.rescoring import Rescored, rescore_class
from grader.model import Assignment, Report
from grader.names import spelling
from grader.results import Results, results_in
from grader.terminal import print_lateness

_PATIENCE = 10.0  # seconds that a decision waits for another writer of the files; it is in the gradebook already


def override_points(out: Path, student: str, decision: Decision | Undo, url: str | None) -> int:
    """Append one decision, print it, and write the files anew. Raises GraderError for what cannot be decided so."""
    roll = Keeping(out).roll()
    with book_of(out, url) as book:
        standings = book.standings(roll.assignment)
        name = student_meant(student, standings, roll)
        override, now = book.decide(roll.assignment, name, made_by(decision))
        terminal.print_override(override, now, _others_of_group(name, standings, roll))
        assignment = Keeping(out).rubric(roll.rubric_sha256)
        if assignment is None:
            raise GraderError(f"{out} has lost its rubric, so no page was written: `grader rescore {out} -a RUBRIC`")
        with ExitStack() as stack:
            results = _results(stack, out, assignment)
            if results is None:
                terminal.print_busy(out)
            else:
                rewrite(results, book.standings(roll.assignment), roll, pages=[name])
    return 0


def print_history(out: Path, student: str | None, url: str | None) -> int:
    """Print where everybody stands and what people decided; or all that was written down of one student."""
    roll = Keeping(out).roll()
    standings = standings_of(out, url, roll.assignment)
    if not standings:
        raise GraderError(f"the gradebook of {out} is empty: grade the class into it once more; nothing is run again")
    if student is None:
        former = set(roll.renamed.values()).difference(roll.students)
        terminal.print_standings([standing for name, standing in standings.items() if name not in former])
        return 0
    name = student_meant(student, standings, roll)
    with book_of(out, url) as book:
        terminal.print_history(name, book.history(roll.assignment, name))
    return 0


def rescore_stored(out: Path, rubric: Path, url: str | None, *, dry_run: bool = False) -> int:
    """Score what is stored by `rubric`; nothing is run. 1 if some need another `grader grade`.

    A dry run prints the same and writes nothing. Raises GraderError for bad input.
    """
    assignment, roll = load_whole(rubric), Keeping(out).roll()
    if roll.assignment != assignment.id:
        raise GraderError(f"{out} holds {roll.assignment}, and {rubric} is the rubric of {assignment.id}: give its own")
    if dry_run:
        found = [*rescore_class(out, roll.students, assignment)]
        return _told(found, standings_of(out, url, assignment.id), out, dry_run=True)
    with results_in(out, assignment) as results, book_of(out, url) as book:
        found = [*rescore_class(out, roll.students, assignment)]
        before = book.standings(assignment.id)
        last = Keeping(out).rubric(roll.rubric_sha256)
        book.land([*_landing(found, before)])
        Keeping(out).begin(roll, assignment)
        renew_items(out, assignment)
        rewrite(results, book.standings(assignment.id), roll, pages=_pages(found, last, assignment))
        return _told(found, before, out, dry_run=False)


# ---------------------------------------------------------------- rescoring


def _landing(found: Iterable[Rescored], before: dict[str, Standing]) -> Iterable[Report]:
    for one in found:
        if one.report is not None:
            yield one.report
        elif one.kept is not None and one.student not in before:  # a gradebook that was lost is made again
            yield one.kept


def _pages(found: Sequence[Rescored], last: Assignment | None, assignment: Assignment) -> list[str]:
    """Students whose pages say something else though their reports need not: the rubric's words, or our own."""
    all_of_them = last is None or _shown(last) != _shown(assignment)
    return [one.student for one in found if one.report is not None and (all_of_them or not one.same_code)]


def _shown(assignment: Assignment) -> list[object]:
    """What pages show of a rubric besides what stands in reports."""
    items = [
        (i.id, i.title, i.visibility, [(c.id, c.check) for c in i.criteria], i.visibilities) for i in assignment.items
    ]
    return [assignment.title, items]


def _told(found: Sequence[Rescored], before: dict[str, Standing], out: Path, *, dry_run: bool) -> int:
    """Print who changed and why, and what a rescore could not tell."""
    changes: list[Change] = []
    pairs: list[tuple[Report, Report]] = []
    conflicts: list[str] = []
    for one in found:
        earlier = before.get(one.student)
        was = earlier.report if earlier is not None else one.kept
        if was is None:
            continue
        now = was
        if one.report is not None:
            standing = replace(earlier, machine=one.report) if earlier is not None else Standing(one.report)
            now = standing.report
            conflicts += [f"{one.student}: {told}" for _, told in standing.conflicts]
        pairs.append((was, now))
        if (found_change := change(was, now)) is not None:
            changes.append(found_change)
    left = [(one.student, one.reason) for one in found if one.reason]
    asked = [(one.student, one.unasked) for one in found if one.unasked]
    terminal.print_rescore(changes, shift(pairs), conflicts, left, asked)
    print_lateness([now for _, now in pairs])
    terminal.print_end(out, dry_run=dry_run)
    return 1 if left or asked else 0


# ---------------------------------------------------------------- finding and waiting


def student_meant(given: str, standings: Mapping[str, Standing], roll: Roll) -> str:
    """The student's name in the gradebook; `given` may be a number, login or e-mail address that only one has.

    One of the class goes before others in the gradebook, such as the same person under a former name.
    """
    of_class = {name: standing for name, standing in standings.items() if name in roll.students}
    meant = _meant(given, of_class) or _meant(given, standings)
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise GraderError(f"{given} may be {', '.join(meant)}: give the name as the gradebook has it")
    close = difflib.get_close_matches(given, standings, n=3, cutoff=0.5)
    raise GraderError(f"the gradebook has no student {given}" + (f": {', '.join(close)}?" if close else ""))


def _others_of_group(student: str, standings: Mapping[str, Standing], roll: Roll) -> list[str]:
    group = standings[student].machine.identity.group
    of_class = [name for name in roll.students if name in standings and name != student]
    return [name for name in of_class if group and standings[name].machine.identity.group == group]


def _meant(given: str, standings: Mapping[str, Standing]) -> list[str]:
    if called := [name for name in standings if spelling(name) == spelling(given)]:
        return called[:1]
    identities = [(name, standing.machine.identity) for name, standing in standings.items()]
    return [n for n, i in identities if given and given in (i.name, i.number, i.lms_id, i.login, i.email)]


def _results(stack: ExitStack, out: Path, assignment: Assignment) -> Results | None:
    """The folder's files for writing; None if another grader has them for long: it takes the decision up itself."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        opened: AbstractContextManager[Results] = results_in(out, assignment)
        try:
            return stack.enter_context(opened)
        except Busy:
            if time.monotonic() > deadline:
                return None
            time.sleep(0.05)


def asked_for(place: str, points: str | None, reason: str, author: str | None, *, undo: bool) -> Decision | Undo:
    """What the command line asks for. Raises GraderError for what is missing, too much, or no number."""
    by = author_of(author)
    if undo:
        if points is not None:
            raise GraderError("--undo takes the last decision back: give no points with it")
        return Undo(place, reason.strip() or "taken back", by)
    if points is None:
        raise GraderError(f"how many points for {place}? Give them after it, or --undo")
    if not reason.strip():
        raise GraderError("a decision has a reason, which the student reads: give --reason")
    return Decision(place, _points(points), reason.strip(), by)


def author_of(given: str | None) -> str:
    """Who decides: as given, or the login. Raises GraderError if that is nobody."""
    by = (given if given is not None else getpass.getuser()).strip()
    if not by:
        raise GraderError("a decision has an author: give --author")
    return by


def _points(given: str) -> float:
    try:
        points = float(given)
    except ValueError:
        points = math.nan
    if not math.isfinite(points):
        raise GraderError(f"{given} is no number of points")
    return points
