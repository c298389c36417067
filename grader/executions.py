"""Executions by the hash of all that they follow from, so that what has been run is not run again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from grader import __version__
from grader.arithmetic import tables
from grader.checks import needed_probes, passing
from grader.errors import GraderError, RunnerError
from grader.files import file_sha256, write
from grader.model import Assignment, Execution, Submission

if TYPE_CHECKING:
    from grader.kernels.runner import Runner  # with all that talks to kernels, which is not needed to look one up

_NO_RESULT = ("infrastructure", "unreadable")  # our fault, or nothing ran: tried again by the next run
_RUNNING_CODE = ("finding", "kernels", "probes", "repairs", "walls")  # packages that decide what comes out of a kernel


class Place(NamedTuple):
    """A machine and what is on it that a notebook may do otherwise with."""

    system: str  # as `platform` calls it
    installed: tuple[str, ...]  # Python, the machine, then packages as `name-version`


class Executions:
    """A folder with one JSON file for each execution, named by its key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> Execution | None:
        """What was put under this key; None if there is nothing, or nothing that can be read."""
        try:
            return Execution.model_validate_json((self.folder / f"{key}.json").read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, key: str, execution: Execution) -> None:
        """Raises OSError if it cannot be written, ValueError if it is no JSON, as only a forged claim can be."""
        write(self.folder / f"{key}.json", execution.model_dump_json())


class StoringRunner:
    """A runner before another one: it stores what that returns, at once, and runs nothing that is stored already.

    With `rerun`, only what this very run has stored counts. `walls` is the tier that the other runner works behind,
    `repairs` whether it repairs, `place` where notebooks run.
    """

    def __init__(
        self,
        runner: Runner,
        executions: Executions,
        *,
        walls: str,
        repairs: bool = True,
        rerun: bool = False,
        place: Place | None = None,
    ) -> None:
        self._runner, self._executions, self._rerun = runner, executions, rerun
        self._walls, self._repairs, self._place = walls, repairs, place
        self._stored_now: set[bytes] = set()
        self._stopping = False
        self._guard, self._running = Lock(), dict[str, tuple[Lock, int]]()  # with how many have or want it
        self._keys: dict[str, str] = {}  # of stored executions, by student, until they are asked for
        self.used = 0  # students whose execution is an earlier run's
        self._not_run: set[str] = set()
        self.not_stored: list[str] = []  # students whose execution could not be stored, with the cause

    def run(self, submission: Submission, assignment: Assignment) -> Execution:
        try:
            key = key_of(submission, assignment, self._walls, repairs=self._repairs, place=self._place)
        except (OSError, RecursionError, GraderError):  # a file has gone: the runner finds the words for it
            return self._runner.run(submission, assignment)
        stopped_before = self._stopping
        with self._one_at_a_time(key):
            now = bytes.fromhex(key) in self._stored_now
            stored = self._executions.get(key) if now or not self._rerun else None
            if stored is None:
                if self._stopping and not stopped_before:
                    raise RunnerError("interrupted while another run of the same notebook was waited for")
                return self._stored(key, submission.student, self._runner.run(submission, assignment))
        self._keys[submission.student] = key
        self._not_run.add(submission.student)
        if not now:
            with self._guard:
                self.used += 1
        return stored

    def key(self, student: str) -> str | None:
        """Of the stored execution, where it could be stored; asked once."""
        return self._keys.pop(student, None)

    def reused(self, student: str) -> bool:
        """Whether this run did not run it; asked once."""
        try:
            self._not_run.remove(student)
        except KeyError:
            return False
        return True

    @contextlib.contextmanager
    def _one_at_a_time(self, key: str) -> Iterator[None]:
        """What several students handed in alike, as groups do, is run once: the others wait for it."""
        with self._guard:
            lock, waiting = self._running.get(key, (Lock(), 0))
            self._running[key] = lock, waiting + 1
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, waiting = self._running.pop(key)
                if waiting > 1:
                    self._running[key] = lock, waiting - 1

    def stop(self) -> None:
        """From here on nothing is stored: kernels are being killed, which is not the notebooks' doing."""
        self._stopping = True

    def _stored(self, key: str, student: str, execution: Execution) -> Execution:
        """The execution as a later run will read it, so that both come to the same report."""
        if self._stopping or execution.status in _NO_RESULT:
            return execution
        try:
            self._executions.put(key, execution)
        except (OSError, ValueError) as error:
            self.not_stored.append(f"{student}: {error}")
            return execution
        self._stored_now.add(bytes.fromhex(key))
        self._keys[student] = key
        return self._executions.get(key) or execution


def key_of(
    submission: Submission,
    assignment: Assignment,
    walls: str,
    *,
    repairs: bool = True,
    place: Place | None = None,
) -> str:
    """The hash of what decides an execution: the notebook and what it finds, meets and is asked; no points.

    `place`: where it runs; None: here. Raises OSError or GraderError if one of the files cannot be read.
    """
    decisive = {
        "sha256": submission.sha256,
        "notebook": submission.notebook,
        "files": [[name, file_sha256(file)] for name, file in submission.files.items()],
        "data": [
            [data.shown_as, _sha256_of_data(data.file, data.file.stat().st_mtime_ns)]
            for data in assignment.data.values()
        ],
        "limits": assignment.limits.model_dump(),
        "questions": questions(assignment),
        "seed": assignment.seed.model_dump() if assignment.seed is not None else None,
        "tests": [passing.keys(assignment), passing.keeping(submission, assignment)],
        "rows": asked_rows(assignment),
        "walls": walls,
        "repairs": _stand_ins(assignment) if repairs else None,
        "environment": list(place.installed) if place is not None else environment(),
        "grader": [__version__, _running_code()],
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def questions(assignment: Assignment) -> list[tuple[str, str, str | None]]:
    """(probe, name, the model it should belong to) of all that a kernel is asked, sorted."""
    return sorted((*asked, model) for asked, model in needed_probes(assignment).items())


def asked_rows(assignment: Assignment) -> str | None:
    """Of the held-out features; their targets never enter a kernel."""
    if assignment.heldout is None:
        return None
    rows = tables.read(assignment.heldout.file, assignment.heldout.target)
    return hashlib.sha256(repr(rows.columns).encode() + rows.features.tobytes()).hexdigest()


def _stand_ins(assignment: Assignment) -> list[object]:
    """What a kernel may be given in place of what it asks for in vain."""
    named: list[object] = [[data.shown_as, data.also] for data in assignment.data.values()]
    for stand_in in assignment.stand_ins.values():
        beside = file_sha256(stand_in.beside) if stand_in.beside else None
        named.append([stand_in.model_dump(mode="json", exclude={"beside"}), beside])
    return named


@lru_cache(maxsize=64)
def _sha256_of_data(file: Path, _changed: int) -> str:
    """The same for every student, as long as the file is as it was."""
    return file_sha256(file)


def here() -> Place:
    """Of this process."""
    return Place(platform.platform(), tuple(environment()))


@lru_cache(maxsize=1)
def environment() -> list[str]:
    """Python and all that is installed: a package that was missing changes what a notebook does."""
    installed = {found.name for place in sys.path if place for found in Path(place).glob("*.dist-info")}
    return [platform.python_version(), platform.machine(), *sorted(installed)]


@lru_cache(maxsize=1)
def whole_code() -> str:
    """A hash of all of our own source: how a hand-in crosses a network, and which tests run, is decided elsewhere."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    return hashlib.sha256(json.dumps([__version__, _hashes(sources)]).encode()).hexdigest()


@lru_cache(maxsize=1)
def _running_code() -> list[list[str]]:
    """Hashes of our own source, which changes between two versions where the grader is being worked on."""
    package = Path(__file__).parent
    return _hashes(sorted(file for name in _RUNNING_CODE for file in (package / name).rglob("*.py")))


def _hashes(sources: list[Path]) -> list[list[str]]:
    package = Path(__file__).parent
    return [[file.relative_to(package).as_posix(), file_sha256(file)] for file in sources]
