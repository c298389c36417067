"""nbclient with three caps that it lacks: on outputs, on a kernel that ignores its interrupt, on memory."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import json
import math
from collections import Counter
from typing import Any

import psutil
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

KILL_FACTOR = 10  # all outputs together may be this many times the cap of one cell; past that the kernel is killed
_TAIL = 2_000  # characters kept of the end of an output that was cut
_CUT = "\n[... outputs past the limit are left out; the end of this cell's output: ...]\n"
_WATCH_SECONDS = 0.05
_GRACE_SECONDS = 5.0  # for the reaction to an interrupt; a cell stuck in C code never reacts
_PING = "'{\"found\": {}}'"


class Stopped(Exception):
    """The notebook cannot go on. `status` is the execution's."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


class CappedClient(NotebookClient):
    """Executes cells; of each keeps at most `output_bytes` of output, head and tail, and remembers the cut ones."""

    def __init__(self, nb: NotebookNode, *, output_bytes: float, **traits: Any) -> None:
        super().__init__(nb, allow_errors=True, interrupt_on_timeout=True, store_widget_state=False, **traits)
        self.error_on_timeout = {"ename": "Timeout", "evalue": "the cell ran out of time", "traceback": []}
        self.output_bytes = output_bytes
        self.seen_bytes: Counter[int] = Counter()  # by index of the cell
        self.cut_cells: set[int] = set()
        self.timed_out_cells: set[int] = set()
        self.failed_cells: dict[int, tuple[str, str]] = {}  # index -> name and message of the exception
        self.on_cell_executed = self._note_failure
        self.out_of_memory = False
        self.peak_memory = 0

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        size = _size_of_output(msg)
        room = int(self.output_bytes - self.seen_bytes[cell_index])
        self.seen_bytes[cell_index] += size
        if size <= max(room, 0):
            return super().process_message(msg, cell, cell_index)
        self.cut_cells.add(cell_index)
        if self.seen_bytes.total() > KILL_FACTOR * self.output_bytes:
            raise Stopped("output_limit", f"more than {KILL_FACTOR * self.output_bytes / 1e6:g} MB of output")
        if msg["msg_type"] == "error":  # small, and the student needs it
            return super().process_message(msg, cell, cell_index)
        if msg["msg_type"] == "stream":
            content = msg["content"]
            if room > 0:
                head = {**content, "text": content["text"][:room]}
                super().process_message({**msg, "content": head}, cell, cell_index)
            _keep_tail(cell, content["text"][max(room, 0) :])
        return None

    def _note_failure(self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any] | None) -> None:
        """An error shows in the reply even where its message cannot be sent as an output."""
        content = (execute_reply or {}).get("content", {})
        if content.get("status", "ok") != "ok":
            self.failed_cells[cell_index] = (str(content.get("ename", "Error")), str(content.get("evalue", "")))

    async def run_cell(self, index: int, seconds: float) -> None:
        """Run one cell; past `seconds` it is interrupted. Raises Stopped if the kernel does not react to that,
        DeadKernelError if it died."""
        self.timeout = math.ceil(seconds)
        task = asyncio.ensure_future(self.async_execute_cell(self.nb.cells[index], index))
        done, _ = await asyncio.wait({task}, timeout=self.timeout + _GRACE_SECONDS)
        if not done:
            self.timed_out_cells.add(index)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, DeadKernelError):
                await task
        else:
            await task
        if index in self.timed_out_cells and "found" not in await self.ask(_PING, _GRACE_SECONDS):
            raise Stopped("timeout", f"the cell went on after an interrupt at {seconds:.0f} s; the kernel was killed")

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        if cell is not None:
            self.timed_out_cells.add(next(i for i, other in enumerate(self.nb.cells) if other is cell))
        return await super()._async_handle_timeout(timeout, cell)

    async def ask(self, expression: str, seconds: float) -> dict[str, Any]:
        """Evaluate an expression that returns JSON text. Answers `{"fault": ...}` when there is none in time."""
        channels: Any = self.kc
        message_id = channels.execute("None", silent=True, store_history=False, user_expressions={"answer": expression})
        try:
            reply = await asyncio.wait_for(self._reply(message_id), seconds)
        except TimeoutError:
            manager: Any = self.km
            await manager.interrupt_kernel()
            return {"fault": "too_slow", "message": f"no answer within {seconds:.0f} s"}
        return _answer_in(reply)

    async def _reply(self, message_id: str) -> dict[str, Any]:
        channels: Any = self.kc
        while True:
            try:
                message: dict[str, Any] = await asyncio.wait_for(channels.get_shell_msg(), 1.0)
            except TimeoutError:
                await self._async_check_alive()
                continue
            if message["parent_header"].get("msg_id") == message_id:
                return message

    async def watch_memory(self, pid: int, limit_bytes: int) -> None:
        """Kill the kernel's process tree when its resident memory passes the limit."""
        while True:
            used = 0
            with contextlib.suppress(psutil.Error):
                root = psutil.Process(pid)
                for process in (root, *root.children(recursive=True)):
                    with contextlib.suppress(psutil.Error):
                        used += process.memory_info().rss
            self.peak_memory = max(self.peak_memory, used)
            if used > limit_bytes:
                self.out_of_memory = True
                kill_tree(pid)
                return
            await asyncio.sleep(_WATCH_SECONDS)


def kill_tree(pid: int) -> None:
    """SIGKILL a process and all its descendants; those that are gone already do not matter."""
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (*root.children(recursive=True), root):
            with contextlib.suppress(psutil.Error):
                process.kill()


def _size_of_output(msg: dict[str, Any]) -> int:
    content = msg["content"]
    if msg["msg_type"] == "stream":
        return len(content.get("text", ""))
    if msg["msg_type"] == "error":
        return sum(len(line) for line in content.get("traceback", ()))
    if msg["msg_type"] in ("display_data", "execute_result", "update_display_data"):
        return sum(len(value if isinstance(value, str) else str(value)) for value in content.get("data", {}).values())
    return 0


def _keep_tail(cell: NotebookNode, text: str) -> None:
    """Keep the last characters of what is cut in one output that says so."""
    last = cell.outputs[-1] if cell.outputs else None
    if last is None or last.get("output_type") != "stream" or not last["text"].startswith(_CUT):
        last = NotebookNode(output_type="stream", name="stdout", text=_CUT)  # type: ignore[no-untyped-call]
        cell.outputs.append(last)
    last["text"] = _CUT + (last["text"][len(_CUT) :] + text)[-_TAIL:]


def _answer_in(reply: dict[str, Any]) -> dict[str, Any]:
    """The JSON inside an execute_reply's user expression; whatever else came is a fault."""
    expression = reply["content"].get("user_expressions", {}).get("answer", {})
    if expression.get("status") != "ok":
        message = f"{expression.get('ename', 'no answer')}: {expression.get('evalue', '')}"
        return {"fault": "unreadable", "message": message[:500]}
    try:
        answer = json.loads(ast.literal_eval(expression["data"]["text/plain"]))
    except (KeyError, ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
        return {"fault": "unreadable", "message": f"the kernel's answer cannot be read ({type(error).__name__})"}
    if not isinstance(answer, dict) or not ({"found", "fault"} & answer.keys()):
        return {"fault": "unreadable", "message": "the kernel's answer is of another form"}
    return answer
