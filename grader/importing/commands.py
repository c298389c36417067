"""`grader import`: read, write, and say what was and what was not taken over."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from grader import terminal
from grader.errors import GraderError
from grader.importing.imported import Imported, NothingGraded
from grader.importing.nbgrader import read
from grader.importing.nbgrader_source import sources
from grader.importing.otter import reader as otter
from grader.importing.written import write


def import_nbgrader(path: Path, folder: Path, assignment: str | None, notebook: str | None) -> int:
    """Write a rubric into `folder`, or one for each notebook into a folder below it. Raises GraderError."""
    found = sources(path, assignment, notebook)
    several = len(found) > 1
    read_all: list[tuple[Imported, Path]] = []
    for source in found:
        try:
            read_all.append((read(source), folder / source.notebook.stem if several else folder))
        except NothingGraded as error:
            if not several:
                raise
            terminal.console().print(f"left out: {error}", markup=False, highlight=False, soft_wrap=True)
    if not read_all:
        raise GraderError(f"{path} has nothing that nbgrader grades: give the source version")
    return written(read_all)


def import_otter(path: Path, folder: Path) -> int:
    """Write a rubric into `folder`. Raises GraderError."""
    with tempfile.TemporaryDirectory(prefix="grader-otter-") as room:
        return written([(otter.read(path, Path(room)), folder)])


def written(assignments: Sequence[tuple[Imported, Path]]) -> int:
    """Write each into its folder, and print what came of it."""
    screen = terminal.console()
    for imported, folder in assignments:
        assignment = write(imported, folder)
        criteria = sum(len(item.criteria) for item in assignment.items)
        told = f"{len(assignment.items)} items, {criteria} criteria, {assignment.total:g} points"
        screen.print(f"{folder / 'rubric.yaml'}: {told}", markup=False, highlight=False, soft_wrap=True)
        for note in imported.notes:
            screen.print(f"  - {note}", markup=False, highlight=False, soft_wrap=True)
    last = assignments[-1][1] / "rubric.yaml"
    screen.print(f"Next: grader lint {last}; grader selftest -a {last}", markup=False, highlight=False, soft_wrap=True)
    return 0
