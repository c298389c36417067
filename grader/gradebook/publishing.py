"""`grader publish`: from when on students see items that the rubric keeps back until the deadline, or until then."""

from __future__ import annotations

from pathlib import Path

from grader.class_file import open_to_students, opened_in
from grader.errors import GraderError
from grader.gradebook.keeping import Keeping
from grader.gradebook.record import book_of, rewrite
from grader.model import Item, Visibility
from grader.results import results_in
from grader.terminal import console

_KINDS: tuple[Visibility, ...] = ("after_due", "after_published")


def publish_items(out: Path, url: str | None, *, due_passed: bool, undo: bool) -> int:
    """Write every feedback page anew, with the items that are open now, and print which these are.

    What was opened before stays open; `undo` closes all of it. Raises GraderError for a folder that holds no class and
    for an `undo` of a part, Busy while another grader is writing there.
    """
    if undo and due_passed:
        raise GraderError("--undo closes all that was opened: leave out --due-passed")
    roll = Keeping(out).roll()
    assignment = Keeping(out).rubric(roll.rubric_sha256)
    if assignment is None:
        raise GraderError(f"{out} has lost its rubric: `grader rescore {out} -a RUBRIC` puts it back")
    with results_in(out, assignment) as results, book_of(out, url) as book:
        opened = _opened(out, due_passed=due_passed, undo=undo)
        open_to_students(out, opened)
        rewrite(results, book.standings(roll.assignment), roll, pages=roll.students)
    closed = [place for item in assignment.items for place in _closed(item, opened)]
    kept = f"all items but {', '.join(closed)}" if closed else "all items"
    console().print(f"Students see {kept}.", markup=False, highlight=False, soft_wrap=True)
    return 0


def _closed(item: Item, opened: tuple[Visibility, ...]) -> list[str]:
    """The item, or those of its criteria that students do not see."""
    names = item.closed(opened)
    if item.visibility not in ("visible", *opened):
        return [item.id]
    return [f"{item.id}/{criterion.id}" for criterion in item.criteria if criterion.id in names]


def _opened(out: Path, *, due_passed: bool, undo: bool) -> tuple[Visibility, ...]:
    """The kinds of items that students see from now on."""
    if undo:
        return ()
    asked = ("after_due",) if due_passed else _KINDS
    return tuple(kind for kind in _KINDS if kind in (*opened_in(out), *asked))
