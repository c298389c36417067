"""The runner: one method from a submission to what happened, whatever the notebook does."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from grader.checks import passing
from grader.errors import RunnerError
from grader.kernels.cores import Cores
from grader.kernels.leftovers import sweep
from grader.kernels.run import Run
from grader.kernels.warm import KernelServer, available
from grader.kernels.watch import kill_tree
from grader.kernels.workplace import Workplace
from grader.model import Assignment, CellError, Execution, Submission
from grader.repairs.order import better, saved_order
from grader.walls.doctor import examine, offer
from grader.walls.plan import Tier

_MOST_AGAIN = 8  # runs of a notebook whose tests end their kernels


class Part(NamedTuple):
    """What a run leaves out: tests whose answers are `known`, by key of the evidence, and cells, by index."""

    known: Mapping[str, Any] = MappingProxyType({})
    passed_over: frozenset[int] = frozenset()


WHOLE = Part()


class Runner(Protocol):
    """The seam: the next runner replaces what is behind this method."""

    def run(self, submission: Submission, assignment: Assignment) -> Execution: ...


class KernelRunner:
    """A kernel per submission, on a core of its own, behind walls of the given tier.

    With a kernel server it is forked, ready to run at once; without one it is a stock ipykernel, started afresh.
    `without`: names of walls (grader/walls/plan.py) to leave out, for the tests that prove each of them. Without
    `repairs` what a notebook asks for in vain fails as it would anywhere. `at_a_time`: notebooks that may run at once,
    as many as there are cores by default; others wait with their kernels ready. `on_cells` is called, from the thread
    that runs the notebook, when a kernel is ready for its first cell.
    """

    def __init__(
        self,
        server: KernelServer | None = None,
        walls: Tier = "none",
        *,
        repairs: bool = True,
        at_a_time: int | None = None,
        without: tuple[str, ...] = (),
        on_cells: Callable[[], None] = lambda: None,
    ) -> None:
        self.server, self.walls, self.repairs, self.without = server, walls, repairs, without
        self._on_cells = on_cells
        self._own_user = walls != "none" and offer(walls).own_user
        self._running: set[int] = set()
        self._cores = Cores(at_a_time)
        self._stopping = False
        self._again = threading.Lock()
        self.note = "" if server is not None else "kernels are started afresh for every notebook, which takes seconds"

    def run(self, submission: Submission, assignment: Assignment) -> Execution:
        """Execute and question one notebook. Never raises for what a notebook does."""
        if submission.notebook is None:
            reason = submission.warnings[-1] if submission.warnings else "the notebook cannot be read"
            unreadable = CellError(cell=None, name="Unreadable", message=reason)
            return Execution(
                status="unreadable",
                submission_sha256=submission.sha256,
                repairing=self.repairs,
                errors=(unreadable,),
            )
        execution = self._to_the_last_test(submission, assignment)
        order = saved_order(submission.notebook) if self.repairs else None
        if order is None or not any(error.name == "NameError" for error in execution.errors):
            return execution
        other = self._to_the_last_test(submission, assignment, order)
        return better(execution.besides(other), other.besides(execution), order)

    def _to_the_last_test(
        self, submission: Submission, assignment: Assignment, order: list[int] | None = None
    ) -> Execution:
        """Where a test ended its kernel, the notebook runs again for those after it, a few times."""
        execution, passed_over = self._past_copies_of_tests(submission, assignment, order)
        tests = passing.keys(assignment)
        for _ in range(_MOST_AGAIN):
            known = {key: execution.evidence[key] for key in tests if key in execution.evidence}
            if len(known) == len(tests) or not any(told.get("fault") == passing.ENDED for told in known.values()):
                return execution
            again = self._with_a_live_server(submission, assignment, order, Part(known, passed_over))
            execution = execution.besides(again)
            found = {key: told for key, told in again.evidence.items() if key in tests and key not in known}
            if not found:
                break
            execution = execution.model_copy(update={"evidence": execution.evidence | found})
        left = {key: {"fault": passing.NOT_REACHED} for key in tests if key not in execution.evidence}
        return execution.model_copy(update={"evidence": execution.evidence | left})

    def _past_copies_of_tests(
        self, submission: Submission, assignment: Assignment, order: list[int] | None
    ) -> tuple[Execution, frozenset[int]]:
        """Where a copy of a test in the notebook ended the kernel, it runs again without its item's copies.

        What those test is asked at the end anyway, each by itself.
        """
        copies, passed_over = passing.copies(submission, assignment), frozenset[int]()
        before: list[Execution] = []
        while True:
            execution = self._with_a_live_server(submission, assignment, order, Part(passed_over=passed_over))
            last = next(iter(execution.errors[-1:]), None)
            fatal = last.cell - 1 if last and last.cell and last.name in ("Stopped", "KernelDied") else None
            if fatal not in copies - passed_over or len(passed_over) > _MOST_AGAIN:
                return execution.besides(*before), passed_over
            before.append(execution)
            items = submission.items_of_cells
            passed_over |= {index for index in copies if items[index : index + 1] == items[fatal : fatal + 1]}

    def _with_a_live_server(
        self,
        submission: Submission,
        assignment: Assignment,
        order: list[int] | None = None,
        part: Part = WHOLE,
    ) -> Execution:
        began, socket = time.monotonic(), self._socket()
        execution = self._attempt(submission, assignment, socket, order, part, began)
        if socket is not None and execution.status in ("killed", "infrastructure") and not self._alive(socket):
            # The server died under this kernel, perhaps by a neighbour's hand: once more, one such notebook at a time.
            with self._again:
                began, socket = time.monotonic(), self._socket()
                execution = self._attempt(submission, assignment, socket, order, part, began)
            if socket is not None and execution.status == "killed" and not self._alive(socket):
                message = "the kernel server died twice under this notebook; run it again with another one at a time"
                lost = CellError(cell=None, name="ServerDied", message=message)
                execution = execution.model_copy(update={"status": "infrastructure", "errors": (lost,)})
        return execution

    def _attempt(
        self,
        submission: Submission,
        assignment: Assignment,
        socket: Path | None,
        order: list[int] | None,
        part: Part,
        began: float,
    ) -> Execution:
        started = time.monotonic()
        try:
            with Workplace(submission, assignment) as place:
                plan = place.plan(assignment.limits, self.walls, own_user=self._own_user, without=self.without)
                try:
                    run = Run(
                        *(submission, assignment, place, plan, socket),
                        repairs=self.repairs,
                        order=order,
                        known=part.known,
                        passed_over=part.passed_over,
                        began=began,
                    )
                    return asyncio.run(run.execution(self._running, self._cores, self._on_cells))
                except Exception as error:
                    error.add_note(place.end_of_log())
                    raise
        except Exception as error:  # noqa: BLE001  # our fault, whatever it was: reported, and the others go on
            name, seconds = type(error).__name__, time.monotonic() - started
            message = "\n".join([str(error), *getattr(error, "__notes__", ())]).strip()
            return Execution(
                status="infrastructure",
                submission_sha256=submission.sha256,
                walls=self.walls,
                repairing=self.repairs,
                seconds=seconds,
                errors=(CellError(cell=None, name=name, message=message[:2000]),),
            )

    def way(self, student: str) -> dict[str, Any]:
        """Nothing is between here and the kernels."""
        return {}

    def stop(self) -> None:
        """Kill every kernel that runs now, so that their threads end at once."""
        self._stopping = True
        for pid in list(self._running):
            kill_tree(pid)

    def _alive(self, socket: Path) -> bool:
        return self._stopping or (self.server is not None and self.server.alive(socket))

    def _socket(self) -> Path | None:
        """Of a live kernel server; None, with a note, where there cannot be one."""
        if self.server is None:
            return None
        try:
            return self.server.socket()
        except RunnerError as error:
            self.server, self.note = None, f"kernels are started afresh, which is slower: {error}"
            return None


@contextlib.contextmanager
def kernel_runner(
    walls: Tier | None = None,
    *,
    repairs: bool = True,
    at_a_time: int | None = None,
    server: KernelServer | None = None,
    on_cells: Callable[[], None] = lambda: None,
) -> Iterator[KernelRunner]:
    """The fastest runner that this system offers, for as long as the context lasts; behind the best walls by default.

    Raises RunnerError if the walls that were asked for cannot be built here.
    """
    tier = walls or examine().tier
    if not offer(tier).works:
        reasons = "; ".join(offer(tier).reasons)
        raise RunnerError(f"{tier} walls cannot be built here: {reasons}; `grader doctor` says what can be done")
    sweep()
    with contextlib.ExitStack() as stack:
        if server is None and available():
            server = stack.enter_context(KernelServer())
        yield KernelRunner(server, tier, repairs=repairs, at_a_time=at_a_time, on_cells=on_cells)
