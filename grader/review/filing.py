"""The files in OUT follow the gradebook, while the TA goes on: pages of who was decided on, then the class's."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from grader.errors import GraderError
from grader.gradebook.book import Gradebook
from grader.gradebook.keeping import Keeping
from grader.gradebook.record import behind, renew_some
from grader.gradebook.terminal import print_filing, print_not_filed
from grader.results import results_in
from grader.review.following import Following

_IDLE = 2.0  # seconds without a decision, after which files are written
_LONGEST = 20.0  # seconds that files lag behind, whatever happens
_PATIENCE = 10.0  # seconds that the last writing waits for another grader


class Filing:
    """A thread that writes. Nothing is lost if it never comes to it: the gradebook has all, and an export looks there.

    What it writes it reads from the gradebook then, so that it undoes no other TA's decision in the files.
    """

    def __init__(self, folder: Path, book: Gradebook) -> None:
        self._keeping = Keeping(folder)
        self._following = Following(book)
        self._given: queue.SimpleQueue[Sequence[str] | None] = queue.SimpleQueue()
        self._left: set[str] = set()
        self._said: set[str] = set()
        self._faulty = False  # the last writing ended in a fault of ours, which no waiting mends
        self._thread = threading.Thread(target=self._run, name="filing", daemon=True)
        self._thread.start()

    def add(self, students: Sequence[str]) -> None:
        """These students' files are to be written."""
        self._given.put(students)

    def close(self) -> list[str]:
        """Write what is left; returns the students whose files could not be written."""
        if self._left or not self._given.empty():
            print_filing()
        self._given.put(None)
        self._thread.join()
        return sorted(self._left)

    def _run(self) -> None:
        self._left.update(self._behind())
        since = time.monotonic()
        while True:
            try:
                given = self._given.get(timeout=_IDLE if self._left else None)
            except queue.Empty:
                self._write()
                continue
            if given is None:
                break
            since = since if self._left else time.monotonic()
            self._left.update(given)
            if time.monotonic() - since > _LONGEST:
                self._write()
                since = time.monotonic()
        deadline = time.monotonic() + _PATIENCE
        while not self._write() and not self._faulty and time.monotonic() < deadline:
            time.sleep(0.1)

    def _behind(self) -> list[str]:
        """Whose files a crash, or another machine, left behind the gradebook."""
        try:
            roll = self._keeping.roll()
            self._following.refresh(roll.assignment)
            return behind(self._keeping.folder, self._following.reports(roll))
        except GraderError:
            return []

    def _say(self, fault: str) -> None:
        """Once each, as writing is tried again every few seconds."""
        if fault not in self._said:
            self._said.add(fault)
            print_not_filed(fault)

    def _write(self) -> bool:
        """Whether nothing is left to write."""
        if not self._left:
            return True
        self._faulty = False
        try:
            roll = self._keeping.roll()
            assignment = self._keeping.rubric(roll.rubric_sha256)
            if assignment is None:
                return False
            with results_in(self._keeping.folder, assignment) as results:
                self._following.refresh(roll.assignment)
                renew_some(results, self._keeping, self._following.reports(roll), roll, sorted(self._left))
        except (GraderError, OSError):  # another grader writes there, or nobody can: it is tried again
            return False
        except Exception as error:  # noqa: BLE001  # our fault: the thread goes on, and says what it could not do
            self._faulty = True
            self._say(f"{type(error).__name__}: {error}")
            return False
        self._left.clear()
        return True
