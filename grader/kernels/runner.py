"""The runner: one method from a submission to what happened, whatever the notebook does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError

from grader import probes
from grader.errors import RunnerError
from grader.kernels.client import CappedClient, Stopped, kill_tree
from grader.kernels.questions import questions
from grader.kernels.warm import KernelServer, available
from grader.kernels.workplace import Workplace
from grader.model import Assignment, CellError, Execution, ExecutionStatus, Submission

_STARTUP_SECONDS = 120
_MEMORY_MESSAGES = ("MemoryError", "can't allocate memory", "Unable to allocate", "Cannot allocate memory")
logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # nbclient tells us by exception what it also logs


class Runner(Protocol):
    """The seam: the next runner replaces what is behind this method."""

    def run(self, submission: Submission, assignment: Assignment) -> Execution: ...


class KernelRunner:
    """A kernel per submission, in a process group, folder and environment of its own.

    With a kernel server it is forked, ready to run at once; without one it is a stock ipykernel, started afresh.
    """

    def __init__(self, server: KernelServer | None = None) -> None:
        self.server = server
        self._running: set[int] = set()
        self._stopping = False
        self._again = threading.Lock()
        self.note = "" if server is not None else "kernels are started afresh for every notebook, which takes seconds"

    def run(self, submission: Submission, assignment: Assignment) -> Execution:
        """Execute and question one notebook. Never raises for what a notebook does."""
        if submission.notebook is None:
            reason = submission.warnings[-1] if submission.warnings else "the notebook cannot be read"
            unreadable = CellError(cell=None, name="Unreadable", message=reason)
            return Execution(status="unreadable", submission_sha256=submission.sha256, errors=(unreadable,))
        socket = self._socket()
        execution = self._attempt(submission, assignment, socket)
        if socket is not None and execution.status in ("killed", "infrastructure") and not self._alive(socket):
            # The server died under this kernel, perhaps by a neighbour's hand: once more, one such notebook at a time.
            with self._again:
                execution = self._attempt(submission, assignment, self._socket())
        return execution

    def _attempt(self, submission: Submission, assignment: Assignment, socket: Path | None) -> Execution:
        started = time.monotonic()
        try:
            with Workplace(submission, assignment) as place:
                try:
                    return asyncio.run(_Run(submission, assignment, place, socket).execution(self._running))
                except Exception as error:
                    error.add_note(place.end_of_log())
                    raise
        except Exception as error:  # noqa: BLE001  # our fault, whatever it was: reported, and the others go on
            name, seconds = type(error).__name__, time.monotonic() - started
            message = "\n".join([str(error), *getattr(error, "__notes__", ())]).strip()
            return Execution(
                status="infrastructure",
                submission_sha256=submission.sha256,
                seconds=seconds,
                errors=(CellError(cell=None, name=name, message=message[:2000]),),
            )

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
def kernel_runner() -> Iterator[KernelRunner]:
    """The fastest runner that this system offers, for as long as the context lasts."""
    if not available():
        yield KernelRunner()
        return
    with KernelServer() as server:
        yield KernelRunner(server)


class _Run:
    """One notebook on its way through one kernel."""

    def __init__(self, submission: Submission, assignment: Assignment, place: Workplace, server: Path | None) -> None:
        self.submission, self.assignment, self.place = submission, assignment, place
        self.limits = assignment.limits
        notebook: Any = nbformat.from_dict(submission.notebook)  # type: ignore[no-untyped-call]
        self.notebook = notebook
        self.client = CappedClient(
            notebook,
            output_bytes=self.limits.output_mb * 1e6,
            km=_kernel_manager(self.limits.memory_mb, place, server),
            resources={"metadata": {"path": str(place.work)}},
            startup_timeout=_STARTUP_SECONDS,
            shutdown_kernel="immediate",
        )
        self.evidence: dict[str, Any] = {}
        self.stopped: CellError | None = None
        self.status: ExecutionStatus | None = None

    async def execution(self, running: set[int]) -> Execution:
        """Run and question the notebook; its kernel's process number stands in `running` meanwhile."""
        with self.place.log.open("wb") as log:
            await self.client.async_start_new_kernel(env=self.place.environment(), stdout=log, stderr=log)
        manager: Any = self.client.km
        pid = manager.provisioner.process.pid
        running.add(pid)
        memory = asyncio.ensure_future(self.client.watch_memory(pid, self.limits.memory_mb * 1_000_000))
        try:
            await self.client.async_start_new_kernel_client()
            await self._install_probes()
            started = time.monotonic()
            await self._cells(started)
            seconds = time.monotonic() - started
            if self.stopped is None:
                await self._question()
        finally:
            memory.cancel()
            running.discard(pid)
            kill_tree(pid)
            with contextlib.suppress(RuntimeError):
                await self.client._async_cleanup_kernel()
        return self._told(seconds)

    async def _install_probes(self) -> None:
        reply = await self.client.ask(probes.installation(), _STARTUP_SECONDS)
        if "found" not in reply:
            raise RunnerError(f"the probes could not be installed: {reply}")

    async def _cells(self, started: float) -> None:
        for index in range(len(self.notebook.cells)):
            left = self.limits.seconds - (time.monotonic() - started)
            if left <= 0:
                message = f"the notebook used up its {self.limits.seconds:.0f} s; the cells from here on were not run"
                self._stop("timeout", CellError(cell=index + 1, name="Timeout", message=message))
                return
            try:
                await self.client.run_cell(index, min(left, self.limits.cell_seconds))
            except Stopped as stop:
                self._stop(
                    cast(ExecutionStatus, stop.status), CellError(cell=index + 1, name="Stopped", message=str(stop))
                )
                return
            except DeadKernelError:
                self._stop(*await self._cause_of_death(index + 1))
                return

    def _stop(self, status: ExecutionStatus, error: CellError) -> None:
        self.status, self.stopped = status, error

    async def _cause_of_death(self, cell: int | None) -> tuple[ExecutionStatus, CellError]:
        manager: Any = self.client.km
        code = await manager.provisioner.poll()
        if self.client.out_of_memory and cell is not None and cell - 1 in self.client.cut_cells:
            # output waits in the kernel's memory when it comes faster than it can be read
            message = f"output faster than it could be read, until {self.limits.memory_mb} MB of memory were full"
            return "output_limit", CellError(cell=cell, name="Stopped", message=message)
        if self.client.out_of_memory:
            message = f"used more than {self.limits.memory_mb} MB of memory"
            return "out_of_memory", CellError(cell=cell, name="OutOfMemory", message=message)
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return "killed", CellError(cell=cell, name="KernelDied", message=f"the kernel ended with {how}")

    async def _question(self) -> None:
        for key, request in questions(self.submission, self.assignment):
            try:
                self.evidence[key] = await self.client.ask(probes.question(request), self.limits.cell_seconds)
            except DeadKernelError:
                status, error = await self._cause_of_death(None)
                self.evidence[key] = {"fault": "raised", "message": f"the kernel died when asked ({error.message})"}
                self._stop(status, error)
                return

    def _told(self, seconds: float) -> Execution:
        evidence, notebook = encodable(self.evidence), nbformat.from_dict(encodable(self.notebook))  # type: ignore[no-untyped-call]
        errors = _errors(notebook, self.client, self.limits.cell_seconds)
        if self.stopped is not None:
            errors = [*(e for e in errors if e.cell != self.stopped.cell), self.stopped]
        found = evidence.get("observed:", {}).get("found", {})
        versions = found.get("versions", {}) if isinstance(found, dict) else {}
        return Execution(
            status=self.status or _status(errors),
            submission_sha256=self.submission.sha256,
            evidence=evidence,
            errors=tuple(errors),
            seconds=round(seconds, 3),
            peak_memory_mb=round(self.client.peak_memory / 1e6, 1),
            notebook=notebook,
            environment={str(k): str(v) for k, v in versions.items()} if isinstance(versions, dict) else {},
        )


def encodable(value: Any) -> Any:
    """The same value with lone surrogates, which no UTF-8 file can hold, as U+FFFD."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {encodable(key): encodable(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [encodable(entry) for entry in value]
    return value


def _kernel_manager(memory_mb: int, place: Workplace, server: Path | None) -> AsyncKernelManager:
    """A manager for a kernel forked by the server whose socket is given, or else started afresh."""
    memory_bytes = int(memory_mb * 1e6)
    script = Path(__file__).with_name("launch.py")
    command = [sys.executable, str(script), str(memory_bytes), "-f", "{connection_file}"]
    forked = {"provisioner_name": "warm", "config": {"socket_path": str(server), "memory_bytes": memory_bytes}}
    manager = AsyncKernelManager(connection_file=str(place.root / "connection.json"))
    if sys.platform != "win32":
        # A socket of its own in its own folder: jupyter_client's default is a name relative to the working directory,
        # where two kernels would read each other's messages.
        manager.transport, manager.ip = "ipc", str(place.root / "kernel")
    manager._kernel_spec = KernelSpec(
        argv=[*command, "--HistoryManager.enabled=False"],
        display_name="Python 3",
        language="python",
        metadata={"kernel_provisioner": forked} if server is not None else {},
    )
    return manager


def _errors(notebook: nbformat.NotebookNode, client: CappedClient, cell_seconds: float) -> list[CellError]:
    """Errors, deadlines and floods by cell, in the notebook's order."""
    errors = []
    for index in range(len(notebook.cells)):
        if index in client.timed_out_cells:
            message = f"the cell was interrupted after {cell_seconds:.0f} s"
            errors.append(CellError(cell=index + 1, name="Timeout", message=message))
            continue
        if index in client.failed_cells:
            name, message = encodable(list(client.failed_cells[index]))
            errors.append(CellError(cell=index + 1, name=name[:200], message=message[:2000]))
        if index in client.cut_cells:
            message = f"the cell's output passed {client.output_bytes / 1e6:g} MB; its middle was left out"
            errors.append(CellError(cell=index + 1, name="OutputLimit", message=message))
    return errors


def _status(errors: list[CellError]) -> ExecutionStatus:
    """The gravest thing that happened in a notebook whose kernel lived to the end."""
    names = {error.name for error in errors}
    if "Timeout" in names:
        return "timeout"
    if any(word in f"{error.name}: {error.message}" for error in errors for word in _MEMORY_MESSAGES):
        return "out_of_memory"
    if "OutputLimit" in names:
        return "output_limit"
    return "student_error" if errors else "ok"
