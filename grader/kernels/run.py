"""One notebook on its way through one kernel: its cells, then the questions, then what is told of it all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError

from grader import probes
from grader.checks import outputs, passing
from grader.errors import RunnerError
from grader.finding.conversation import Talk, conversation
from grader.kernels import faults, repairing
from grader.kernels.client import CappedClient, Stopped
from grader.kernels.cores import Cores
from grader.kernels.laps import Laps
from grader.kernels.log import kernel_log
from grader.kernels.watch import Watch, kill_tree
from grader.kernels.workplace import Workplace
from grader.model import Assignment, CellError, Execution, ExecutionStatus, Submission
from grader.walls.plan import Plan

_STARTUP_SECONDS = 120
_REAPED_SECONDS = 2.0
_OWN_END_SECONDS = 0.2  # for the supervisors, once all below them are dead: who reaps a process counts its time
logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # nbclient tells us by exception what it also logs


class Run:
    """A kernel from its start to its end. `order`: the cells by index, where they are to run in another order than they
    stand in; with `repairs`, what would fail is repaired where that can be done. `known`: tests that are not asked
    again, by key of the evidence. `passed_over`: cells that are not run, by index. `began`: when its kernel was
    asked for, by time.monotonic(), if not now."""

    def __init__(
        self,
        submission: Submission,
        assignment: Assignment,
        place: Workplace,
        plan: Plan,
        server: Path | None,
        *,
        repairs: bool = True,
        order: Sequence[int] | None = None,
        known: Mapping[str, Any] = MappingProxyType({}),
        passed_over: Collection[int] = (),
        began: float | None = None,
    ) -> None:
        self.submission, self.assignment, self.place, self.plan = submission, assignment, place, plan
        self.limits = assignment.limits
        notebook: Any = nbformat.from_dict(submission.notebook)  # type: ignore[no-untyped-call]
        self.notebook = notebook
        self.client = CappedClient(
            notebook,
            output_bytes=self.limits.output_mb * 1e6,
            km=_kernel_manager(plan, place, server),
            resources={"metadata": {"path": str(place.work)}},
            startup_timeout=_STARTUP_SECONDS,
            shutdown_kernel="immediate",
        )
        self.repairs = repairing.settings(submission, assignment, place.home) if repairs else None
        self.order = range(len(notebook.cells)) if order is None else order
        self.known, self.ended_by_test = known, False
        self.keeping = passing.keeping(submission, assignment)
        self.copies, self.passed_over = passing.copies(submission, assignment), passed_over
        self.ledger: Any = None
        self.ran: list[int] = []  # numbers of the cells, in the order in which they were run
        self.evidence: dict[str, Any] = {}
        self.stopped: CellError | None = None
        self.unanswered = 0.0  # seconds that were waited for answers which did not come
        self.status: ExecutionStatus | None = None
        self.laps = Laps(time.monotonic() if began is None else began)

    async def execution(self, running: set[int], cores: Cores, on_cells: Callable[[], None]) -> Execution:
        """Run and question the notebook; its kernel's process number stands in `running` meanwhile.

        `on_cells` is called when all is ready for the first cell.
        """
        with kernel_log(self.place.log, self.client.count_log) as log:
            await self.client.async_start_new_kernel(env=self.place.environment(), stdout=log, stderr=log)
            return await self._watched(running, cores, on_cells)

    async def _watched(self, running: set[int], cores: Cores, on_cells: Callable[[], None]) -> Execution:
        manager: Any = self.client.km
        process = manager.provisioner.process
        pid = process.pid
        running.add(pid)
        self.watch = Watch(process, self.limits, self.plan)
        watching = asyncio.ensure_future(self.watch.run())
        try:
            await self.client.async_start_new_kernel_client()
            await self._install_probes()
            self.laps.end_of("start_up")
            async with cores.one_for(pid):
                self.laps.end_of("waiting")
                on_cells()
                started = time.monotonic()
                await self._cells(started)
                seconds = time.monotonic() - started
                self.laps.end_of("cells")
                if self.stopped is None and self.repairs is not None:
                    await self._ask_ledger()
                if self.stopped is None:
                    await self._question()
                self.laps.end_of("questions")
            if self.client.flood and self.stopped is None and not self.ended_by_test:
                self._stop(*await self._cause_of_death(None))
        finally:
            watching.cancel()
            running.discard(pid)
            self.watch.look_at_time()
            self.watch.kill()
            if await self._lives(_OWN_END_SECONDS):
                kill_tree(pid)
                await self._lives(_REAPED_SECONDS)
            told = getattr(process, "cpu_seconds", None)
            self.cpu_seconds = self.watch.cpu_seconds if told is None else max(told, self.watch.cpu_seconds)
            with contextlib.suppress(RuntimeError):
                await self.client._async_cleanup_kernel()
        self.laps.end_of("end")
        return self._told(seconds)

    async def _lives(self, seconds: float) -> bool:
        """Whether a killed kernel is still there after so long; returns once it is not. jupyter_client would look only
        every tenth of a second."""
        manager: Any = self.client.km
        deadline = time.monotonic() + seconds
        while (code := await manager.provisioner.poll()) is None and time.monotonic() < deadline:
            await asyncio.sleep(0.003)
        return code is None

    async def _install_probes(self) -> None:
        tests = bool(passing.keys(self.assignment))
        reply = await self.client.ask(probes.installation(self.repairs, tests=tests), _STARTUP_SECONDS)
        if "found" not in reply:
            raise RunnerError(f"the probes could not be installed: {reply}")

    async def _cells(self, started: float) -> None:
        for index in self.order:
            left = self.limits.seconds - (time.monotonic() - started)
            if left <= 0:
                message = f"the notebook used up its {self.limits.seconds:.0f} s; the cells from here on were not run"
                self._stop("timeout", CellError(cell=index + 1, name="Timeout", message=message))
                return
            begun = time.monotonic()
            await self._cell(index, min(left, self.limits.cell_seconds))
            if self.stopped is not None:
                return
            if index in self.copies:
                started += time.monotonic() - begun  # a test's time is not the notebook's

    async def _cell(self, index: int, seconds: float) -> None:
        """Run one cell, if it is one, and note where an item ends that has tests."""
        cell = self.notebook.cells[index]
        if cell.cell_type == "code" and cell.source.strip() and index not in self.passed_over:
            self.ran.append(index + 1)
        try:
            if index not in self.passed_over:
                await self._seed(cell)
                await self.client.run_cell(index, seconds)
            for request in self.keeping.get(index, ()):
                await self.client.ask(probes.question(request), self.limits.cell_seconds)
        except Stopped as stop:
            error = CellError(cell=index + 1, name="Stopped", message=str(stop))
            self._stop(cast(ExecutionStatus, stop.status), error)
        except DeadKernelError:
            self._stop(*await self._cause_of_death(index + 1))

    async def _seed(self, cell: nbformat.NotebookNode) -> None:
        """Where the rubric has a seed, each cell draws its random numbers anew; one of another language does not."""
        seed = self.assignment.seed
        if seed is not None and cell.cell_type == "code" and not cell.source.startswith("%%"):
            await self.client.ask(probes.question({"probe": "seed", **seed.model_dump()}), self.limits.cell_seconds)

    def _stop(self, status: ExecutionStatus, error: CellError) -> None:
        self.status, self.stopped = status, error

    async def _cause_of_death(self, cell: int | None) -> tuple[ExecutionStatus, CellError]:
        manager: Any = self.client.km
        code = await manager.provisioner.poll()
        if self.client.flood:
            flooding = self.client.flooding_cell
            cell = cell if flooding is None else flooding + 1
            return "output_limit", CellError(cell=cell, name="Stopped", message=self.client.flood)
        if self.watch.broken is not None:
            status, message = self.watch.broken
            return status, CellError(cell=cell, name="Stopped", message=message)
        if self.client.deaf:
            message = "the kernel closed the channel on which it is asked; it was killed"
            return "killed", CellError(cell=cell, name="KernelDied", message=message)
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return "killed", CellError(cell=cell, name="KernelDied", message=f"the kernel ended with {how}")

    async def _ask_ledger(self) -> None:
        try:
            self.ledger = await self.client.ask(probes.question(repairing.REQUEST), self.limits.cell_seconds)
        except DeadKernelError:
            self._stop(*await self._cause_of_death(None))

    async def _question(self) -> None:
        printed = [r2 for cell in self.notebook.cells for r2 in outputs.claims(outputs.text_of(cell), "r2")]
        talk = conversation(self.submission, self.assignment, printed, self.evidence)
        answer: dict[str, Any] | None = None
        while (asked := await asyncio.to_thread(_next, talk, answer)) is not None:
            key, request = asked
            if key in self.known:
                answer = {"fault": "known"}
                continue
            try:
                answer = await self._answer(request)
            except DeadKernelError:
                await self._died_when_asked(key, request)
                return

    async def _died_when_asked(self, key: str, request: dict[str, Any]) -> None:
        """A test that ends its kernel is no fault of the run: the notebook had come to its end."""
        status, error = await self._cause_of_death(None)
        self.ended_by_test = request["probe"] == passing.PROBE
        if self.ended_by_test:
            self.evidence[key] = {"fault": passing.ENDED, "message": error.message}
            return
        self.evidence[key] = {"fault": "raised", "message": f"the kernel died when asked ({error.message})"}
        self._stop(status, error)

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """A test that goes on after an interrupt would keep the kernel from answering anything else: it is killed. Each
        test has its own time; who left other questions unanswered for a notebook's whole time is not asked the rest."""
        is_test = request["probe"] == passing.PROBE
        if not is_test and self.unanswered >= self.limits.seconds:
            gave_up = f"it was not asked any more, after {self.unanswered:.0f} s in which it gave no answer"
            return {"fault": "unreadable", "message": gave_up}
        answer = await self.client.ask(probes.question(request), self.limits.cell_seconds)
        if answer.get("fault") != "too_slow":
            return answer
        if not is_test:
            self.unanswered += self.limits.cell_seconds
        elif not await self.client.answers():
            self.watch.broken = (
                "timeout",
                f"it did not finish, and went on after an interrupt at {self.limits.cell_seconds:.0f} s",
            )
            self.client.kill()
            raise DeadKernelError("killed")
        return answer

    def _told(self, seconds: float) -> Execution:
        evidence, notebook = faults.encodable(self.evidence), nbformat.from_dict(faults.encodable(self.notebook))  # type: ignore[no-untyped-call]
        errors = faults.errors_of(notebook, self.client, self.limits.cell_seconds)
        if self.stopped is not None:
            errors = [*(e for e in errors if e.cell != self.stopped.cell), self.stopped]
        found = evidence.get("observed:", {}).get("found", {})
        versions = found.get("versions", {}) if isinstance(found, dict) else {}
        return Execution(
            status=self.status or faults.status_of(errors),
            submission_sha256=self.submission.sha256,
            evidence=evidence,
            errors=tuple(errors),
            seconds=round(seconds, 3),
            cpu_seconds=round(self.cpu_seconds, 3),
            phases=self.laps.seconds(),
            peak_memory_mb=round(self.watch.peak_bytes / 1e6, 1),
            walls=self.plan.tier,
            repairing=self.repairs is not None,
            repairs=() if self.repairs is None else repairing.entries(faults.encodable(self.ledger), self.ran, errors),
            notebook=notebook,
            environment={str(k): str(v) for k, v in versions.items()} if isinstance(versions, dict) else {},
        )


def _next(talk: Talk, answer: dict[str, Any] | None) -> tuple[str, dict[str, Any]] | None:
    """The next question; None after the last."""
    try:
        return next(talk) if answer is None else talk.send(answer)
    except StopIteration:
        return None


def _kernel_manager(plan: Plan, place: Workplace, server: Path | None) -> AsyncKernelManager:
    """A manager for a kernel forked by the server whose socket is given, or else started afresh."""
    told = place.root / "plan.json"
    told.write_text(json.dumps(plan.plain()), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "grader.kernels.launch", str(told), "-f", "{connection_file}"]
    forked = {"provisioner_name": "warm", "config": {"socket_path": str(server), "plan": plan.plain()}}
    manager = AsyncKernelManager(connection_file=str(place.sockets / "connection.json"))
    if sys.platform != "win32":
        # A socket of its own in its own folder: jupyter_client's default is a name relative to the working directory,
        # where two kernels would read each other's messages.
        manager.transport, manager.ip = "ipc", str(place.sockets / "kernel")
    manager._kernel_spec = KernelSpec(
        argv=[*command, "--HistoryManager.enabled=False"],
        display_name="Python 3",
        language="python",
        metadata={"kernel_provisioner": forked} if server is not None else {},
    )
    return manager
