"""nbclient with the limits that it lacks: on a kernel that floods its reader, ignores its interrupt, or eats memory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from queue import Empty
from time import monotonic
from typing import Any, NoReturn

from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode, ValidationError

from grader.kernels.channels import Channels
from grader.kernels.outputs import CappedOutputs, size_of
from grader.kernels.watch import kill_tree

_GRACE_SECONDS = 5.0  # for the reaction to an interrupt; a cell stuck in C code never reacts
_SILENCE_SECONDS = 20.0  # between a cell's reply and the end of its outputs
_DYING_SECONDS = 5.0  # between the end of a kernel's channels and its own, on a machine that is busy
_NUDGE_SECONDS = 0.1  # for an output, before the kernel is asked for another one: the first may come too early
_LOOK_SECONDS = 0.5  # how often one who waits for a reply looks whether the kernel lives
_ENVELOPE_BYTES = 1_000_000  # that a message may have past the cap of a cell's outputs
_FORGED_BYTES = 500  # what a message that cannot be read counts
_REPLY_BYTES = 100_000_000  # thrown away of what answers one cell or question; only that reply is lost up to here
_CRUMB_BYTES = 1_000  # smaller pieces take time, not memory
_CRUMBS = 2_000  # of them, thrown away where replies are awaited, in all; a reply has ten
_MALFORMED = (ValidationError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
_PING = "'{\"found\": {}}'"


class Stopped(Exception):
    """The notebook cannot go on. `status` is the execution's."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


class _ReplyLost(Exception):
    """The reply was larger than a message may be."""


class CappedClient(CappedOutputs):
    """Executes cells and asks questions; kills the kernel when it sends or uses more than it may."""

    def __init__(self, nb: NotebookNode, *, output_bytes: float, **traits: Any) -> None:
        fixed: dict[str, Any] = {"allow_errors": True, "interrupt_on_timeout": True, "store_widget_state": False}
        fixed["skip_cells_with_tag"] = ""  # no tag of a student's keeps a cell from being run
        super().__init__(nb, output_bytes=output_bytes, **fixed, **traits)
        self.error_on_timeout = {"ename": "Timeout", "evalue": "the cell ran out of time", "traceback": []}
        self.timed_out_cells: set[int] = set()  # by index
        self.failed_cells: dict[int, tuple[str, str]] = {}  # index -> name and message of the exception
        self.on_cell_executed = self._note_failure
        self.flood = ""  # how the kernel sent more than it may and was killed for it
        self.flooding_cell: int | None = None
        self.deaf = False  # it closed the channel on which it is asked, and was killed for it
        self._logged = 0
        self._running: int | None = None  # index of the cell
        self._replied = self._reply_lost = False
        self._reply_bytes = 0  # that were thrown away since the last request
        self._crumbs = 0  # since the start
        self._channels = Channels(self._largest_message, self._lost)

    async def async_start_new_kernel_client(self) -> Any:
        """As nbclient's, but with channels that take in no large message, and those that nobody needs stay closed."""
        manager: Any = self.km
        self.kc = client = manager.client()
        await self._channels.connect(client, manager.is_alive, self.startup_timeout)
        await self._ready(monotonic() + self.startup_timeout)
        return client

    async def _ready(self, deadline: float) -> None:
        """Returns once the kernel answers and its outputs arrive. jupyter_client's own way to find that out lets a
        fifth of a second pass without an output, for every kernel. Raises RuntimeError past the deadline."""
        channels: Any = self.kc
        while monotonic() < deadline:
            try:
                await self._reply(channels.kernel_info(), _LOOK_SECONDS)
                await channels.get_iopub_msg(timeout=_NUDGE_SECONDS)
            except (TimeoutError, Empty, *_MALFORMED):
                continue
            except DeadKernelError as error:
                raise RuntimeError(str(error)) from None
            return
        raise RuntimeError(f"the kernel did not answer in {self.startup_timeout} s")

    async def _async_cleanup_kernel(self) -> None:
        self._channels.close()
        self.kc = None  # it would open the other channels, to close them
        await super()._async_cleanup_kernel()

    @property
    def _largest_message(self) -> int:
        return int(self.output_bytes) + _ENVELOPE_BYTES

    def count(self, size: int) -> None:
        """Note that the kernel sent something; too much in all ends it."""
        self.sent += size
        if self.sent > self.most_sent:
            self._end_flood(f"more than {self.most_sent / 1e6:g} MB of output")

    def count_log(self, size: int) -> None:
        """The same for what its processes write to their standard streams past the kernel."""
        self._logged += size
        if self._logged > self.most_sent:
            self._end_flood(f"more than {self.most_sent / 1e6:g} MB written to the standard streams")

    def _end_flood(self, message: str) -> None:
        if not self.flood:
            self.flood, self.flooding_cell = message, self._running
            self.kill()

    def kill(self) -> None:
        """The kernel, with all below it."""
        manager: Any = self.km
        kill_tree(manager.provisioner.process.pid)

    def _lost(self, channel: str, size: int, begins: bool) -> None:
        """A piece of a message that is too large was thrown away; `begins` at the first one."""
        if self._running is not None:
            self.cut_cells.add(self._running)
        if channel == "iopub":
            self.count(size)
            return
        self._reply_lost = self._reply_lost or begins
        self._reply_bytes += size
        if self._reply_bytes > _REPLY_BYTES:
            self._end_flood(f"more than {_REPLY_BYTES / 1e6:g} MB in one reply")
        if size < _CRUMB_BYTES:
            self._count_crumb()

    def _count_crumb(self) -> None:
        self._crumbs += 1
        if self._crumbs > _CRUMBS:
            self._end_flood(f"more than {_CRUMBS} frames that belong to no reply")

    def _note_failure(self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any] | None) -> None:
        """An error shows in the reply even where its message cannot be sent as an output."""
        content = (execute_reply or {}).get("content", {})
        if content.get("status", "ok") != "ok":
            name, message = content.get("ename", "Error"), content.get("evalue", "")
            self.failed_cells[cell_index] = (str(name)[:200], str(message)[:2000])

    async def run_cell(self, index: int, seconds: float) -> None:
        """Run one cell; past `seconds` it is interrupted. Raises Stopped if the kernel does not react to that or its
        outputs break off, DeadKernelError if it died."""
        self.timeout = math.ceil(seconds)
        self._running, self._replied, self._reply_lost, self._reply_bytes = index, False, False, 0
        task = asyncio.ensure_future(self.async_execute_cell(self.nb.cells[index], index))
        done, _ = await asyncio.wait({task}, timeout=self.timeout + _GRACE_SECONDS)
        if not done and self._replied:
            done, _ = await asyncio.wait({task}, timeout=_SILENCE_SECONDS + _GRACE_SECONDS)
        if not done:
            self.timed_out_cells.add(index)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, DeadKernelError):
                await task
        else:
            await task
        if index in self.timed_out_cells and not await self.answers():
            raise Stopped("timeout", f"the cell went on after an interrupt at {seconds:.0f} s; the kernel was killed")

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        if cell is not None:
            self.timed_out_cells.add(next(i for i, other in enumerate(self.nb.cells) if other is cell))
        return await super()._async_handle_timeout(timeout, cell)

    async def _async_poll_for_reply(
        self,
        msg_id: str,
        cell: NotebookNode,
        timeout: int | None,
        task_poll_output_msg: asyncio.Future[Any],
        task_poll_kernel_alive: asyncio.Future[Any],
    ) -> Any:
        """As nbclient's, but a reply may be lost, and outputs that break off are not taken for outputs that end."""
        try:
            reply = await self._reply(msg_id, timeout or math.inf)
            reply["content"].setdefault("status", "ok")  # nbclient counts on it
            self._replied = True
        except _ReplyLost:
            self._replied, reply = True, {"content": {"status": "ok"}}
        except TimeoutError:
            reply = await self._async_handle_timeout(timeout or 0, cell)
        finally:
            task_poll_kernel_alive.cancel()
        await self._end_of_outputs(task_poll_output_msg)
        return reply

    async def _end_of_outputs(self, outputs: asyncio.Future[Any]) -> None:
        deadline = monotonic() + _SILENCE_SECONDS
        while not outputs.done():
            await asyncio.wait({outputs}, timeout=_LOOK_SECONDS)
            await self._async_check_alive()
            if self._channels.broken("iopub"):
                deadline = min(deadline, monotonic() + _DYING_SECONDS)
            if monotonic() > deadline and not outputs.done():
                raise Stopped("output_limit", "the cell's outputs broke off; the kernel was killed")
        await outputs

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: NotebookNode, cell_index: int) -> None:
        while True:
            message = await self._next_output()
            if _answers(message, parent_msg_id):
                try:
                    self.process_message(message, cell, cell_index)
                except CellExecutionComplete:
                    return
                except _MALFORMED:
                    continue  # of a form that no kernel sends

    async def _next_output(self) -> dict[str, Any]:
        channels: Any = self.kc
        while True:
            try:
                message: dict[str, Any] = await channels.get_iopub_msg()
                self.count(size_of(message))
            except _MALFORMED:
                self.count(_FORGED_BYTES)
                continue
            return message

    async def _pass_over_outputs(self) -> None:
        while True:
            await self._next_output()

    async def ask(self, expression: str, seconds: float) -> dict[str, Any]:
        """Evaluate an expression that returns JSON text. Answers `{"fault": ...}` when there is none in time. Outputs
        are read meanwhile, or a thread that prints would block the kernel."""
        channels: Any = self.kc
        self._running, self._reply_lost, self._reply_bytes = None, False, 0
        message_id = channels.execute("None", silent=True, store_history=False, user_expressions={"answer": expression})
        outputs = asyncio.ensure_future(self._pass_over_outputs())
        try:
            return _answer_in(await self._reply(message_id, seconds))
        except _ReplyLost:
            return {"fault": "unreadable", "message": f"the answer is larger than {self._largest_message / 1e6:g} MB"}
        except TimeoutError:
            manager: Any = self.km
            await manager.interrupt_kernel()
            return {"fault": "too_slow", "message": f"no answer within {seconds:.0f} s"}
        finally:
            outputs.cancel()

    async def answers(self) -> bool:
        """Whether the kernel answers at all, as it does soon after an interrupt. Raises DeadKernelError."""
        return "found" in await self.ask(_PING, _GRACE_SECONDS)

    async def _reply(self, message_id: str, seconds: float) -> dict[str, Any]:
        """Raises TimeoutError, _ReplyLost, DeadKernelError."""
        channels: Any = self.kc
        deadline = monotonic() + seconds
        while (left := deadline - monotonic()) > 0:
            try:
                message: dict[str, Any] = await channels.get_shell_msg(timeout=min(left, _LOOK_SECONDS))
            except Empty:
                await self._async_check_alive()
                if self._channels.broken("shell"):
                    await self._end_of_the_deaf()
                if self._reply_lost:
                    self._reply_lost = False
                    raise _ReplyLost from None
            except _MALFORMED:
                self._count_crumb()
            else:
                if _answers(message, message_id):
                    return message
                self._count_crumb()
        raise TimeoutError

    async def _end_of_the_deaf(self) -> NoReturn:
        """The kernel closed the channel on which it is asked: it dies, or else it hung up, and is killed for that.
        Raises DeadKernelError."""
        until = monotonic() + _DYING_SECONDS
        while monotonic() < until:
            await self._async_check_alive()
            await asyncio.sleep(_NUDGE_SECONDS)
        self.deaf = True
        self.kill()
        raise DeadKernelError("the kernel closed its channel")


def _answers(message: dict[str, Any], message_id: str) -> bool:
    return bool(message["parent_header"].get("msg_id") == message_id)


def _answer_in(reply: dict[str, Any]) -> dict[str, Any]:
    """The JSON inside an execute_reply's user expression; whatever else came is a fault."""
    try:
        expression = reply["content"].get("user_expressions", {}).get("answer", {})
        if expression.get("status") != "ok":
            message = f"{expression.get('ename', 'no answer')}: {expression.get('evalue', '')}"
            return {"fault": "unreadable", "message": message[:500]}
        answer = json.loads(_text_of(expression["data"]["text/plain"]))
    except (*_MALFORMED, MemoryError, Warning) as error:
        return {"fault": "unreadable", "message": f"the kernel's answer cannot be read ({type(error).__name__})"}
    if not isinstance(answer, dict) or not ({"found", "fault"} & answer.keys()):
        return {"fault": "unreadable", "message": "the kernel's answer is of another form"}
    return answer


def _text_of(written: str) -> str:
    """The string that Python writes so. ast.literal_eval would build whatever tree a forged answer describes."""
    if written[:1] not in ("'", '"') or written[:1] != written[-1:]:
        raise ValueError("not a string")
    return written[1:-1].encode("ascii", "backslashreplace").decode("unicode_escape")
