"""Paths of pytest's command line -> hand-ins, each under the path that it was found by and with an id of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from grader.as_tests.nodes import Grade, Notebook
from grader.intake.room import Room
from grader.intake.suffixes import is_archive
from grader.model import Assignment, Submission
from grader.names import file_name, printable
from grader.submissions import collect


class Reading:
    """Everything below the paths, read as `grader grade` reads it. Raises SubmissionError as that does."""

    def __init__(self, paths: Sequence[Path], assignment: Assignment, room: Room) -> None:
        archives = [path for path in paths if path.is_file() and is_archive(path.name)]
        others = [path for path in paths if path not in archives]
        self._assignment = assignment
        self._found: dict[Path, list[Submission]] = {path: [] for path in paths}
        for archive in archives:
            self._found[archive] = collect([archive], assignment, room=room)
        for submission in collect(others, assignment, room=room) if others else []:
            self._found[_owner(submission, others)].append(submission)

    def notebooks(self, parent: pytest.Collector, path: Path, grade: Grade) -> Iterator[Notebook]:
        """A node for each hand-in found by `path`, as children of `parent`."""
        taken: set[str] = set()
        for submission in self._found.get(path, []):
            nodeid = _nodeid(submission, path, parent)
            nodeid = _written(f"{nodeid} ({submission.student})") if nodeid in taken else nodeid
            taken.add(nodeid)
            yield Notebook.from_parent(
                parent,
                name=nodeid.rpartition("/")[2],
                path=submission.path,
                nodeid=nodeid,
                submission=submission,
                items=self._assignment.items,
                grade=grade,
            )


def _owner(submission: Submission, paths: Sequence[Path]) -> Path:
    """The nearest path that it lies in; the first folder for what was unpacked from an archive in one."""
    near = [path for path in paths if submission.path.is_relative_to(path)]
    folders = [path for path in paths if path.is_dir()]
    return max(near, key=lambda path: len(path.parts)) if near else [*folders, *paths][0]


def _nodeid(submission: Submission, path: Path, parent: pytest.Collector) -> str:
    """The notebook's path as pytest writes paths; of an unpacked one as if it lay in a folder of the student's.

    Terminals, JUnit XML and the processes of xdist get to see it, whatever the file is called.
    """
    root = parent.config.rootpath
    base = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    if submission.path == path:
        return _written(base)
    inside = (
        submission.path.relative_to(path).as_posix()
        if submission.path.is_relative_to(path)
        else f"{file_name(submission.student)}/{submission.path.name}"
    )
    return _written(inside if base == "." else f"{base}/{inside}")


def _written(name: str) -> str:
    """Without pytest's own sign, which in a file's name would part it."""
    return printable(name).replace("::", ":?")
