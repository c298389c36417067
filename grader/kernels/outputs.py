"""What is kept of a notebook's outputs: nbclient's bookkeeping with a cap per cell and one for all that a kernel sends.

A cell keeps its outputs up to the cap; of what is past it, the end of its text and one error. All messages count
towards the larger cap, seen or not: cleared outputs, updates, widgets, threads of earlier cells.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode

KILL_FACTOR = 10  # all outputs together may be this many times the cap of one cell; past that the kernel is killed
_TAIL = 2_000  # characters kept of the end of an output that was cut
_CUT = "\n[... outputs past the limit are left out; the end of this cell's output: ...]\n"
_ERROR_CHARACTERS = 10_000  # kept of a traceback that is past the cap
_DISPLAYS = ("display_data", "execute_result", "update_display_data")
_STREAMS = ("stdout", "stderr")
_OUTPUTS = ("stream", "error", "display_data", "execute_result")
_PER_MESSAGE = 500  # what an empty output costs in memory and on a page
_PER_OBJECT, _PER_VALUE = 300, 16


class CappedOutputs(NotebookClient):
    """Of each cell keeps at most `output_bytes` of output, head and tail, and remembers the cut ones."""

    def __init__(self, nb: NotebookNode, *, output_bytes: float, **traits: Any) -> None:
        super().__init__(nb, **traits)
        self.output_bytes = output_bytes
        self.cut_cells: set[int] = set()  # by index
        self.kept: Counter[int] = Counter()  # bytes that a cell shows, by its index
        self.sent = 0  # bytes of all that came
        self._with_error: set[int] = set()  # cells that have their one error past the cap

    @property
    def most_sent(self) -> float:
        return KILL_FACTOR * self.output_bytes

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        kind = msg["msg_type"]
        if self.clear_before_next_output and kind in _OUTPUTS:
            self._clear(cell, cell_index)
        if kind == "clear_output" and not msg["content"].get("wait"):
            self.kept[cell_index] = 0
        if kind == "stream" and not _is_text(msg):
            return None  # forged
        if kind not in (*_OUTPUTS, *_DISPLAYS):
            return super().process_message(msg, cell, cell_index)
        cost = self._cost(cell, msg)
        room = int(self.output_bytes - self.kept[cell_index])
        if cost <= room:
            self.kept[cell_index] += cost
            return None if _continued(cell, msg) else super().process_message(msg, cell, cell_index)
        self.cut_cells.add(cell_index)
        return self._cut(msg, cell, cell_index, max(room, 0))

    def _cut(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int, room: int) -> NotebookNode | None:
        content = msg["content"]
        if msg["msg_type"] == "error" and cell_index not in self._with_error:  # the student needs it
            self._with_error.add(cell_index)
            return super().process_message({**msg, "content": _shortened(content)}, cell, cell_index)
        if msg["msg_type"] == "stream":
            if room:
                head = {**msg, "content": {**content, "text": content["text"][:room]}}
                self.kept[cell_index] += room
                if not _continued(cell, head):
                    super().process_message(head, cell, cell_index)
            _keep_tail(cell, content["text"][room:])
        return None

    def _clear(self, cell: NotebookNode, cell_index: int) -> None:
        """What nbclient does before the first output after clear_output(wait=True)."""
        cell.outputs[:] = []
        self.clear_display_id_mapping(cell_index)
        self.clear_before_next_output = False
        self.kept[cell_index] = 0

    def _cost(self, cell: NotebookNode, msg: dict[str, Any]) -> int:
        """What the message adds to the notebook. An update counts once for every place that shows it."""
        size = size_of(msg)
        if msg["msg_type"] == "stream":
            return size if _continues(cell, msg) else size + _PER_MESSAGE
        display_id = (msg["content"].get("transient") or {}).get("display_id")
        if msg["msg_type"] not in _DISPLAYS or not display_id:
            return size
        shown = [
            self.nb.cells[index].outputs[place]
            for index, places in self._display_id_map.get(display_id, {}).items()
            for place in places
        ]
        replaced = sum(_size(output["data"]) + _size(output["metadata"]) for output in shown)
        new = 0 if msg["msg_type"] == "update_display_data" else 1
        return max(0, size * (len(shown) + new) - replaced)

    def handle_comm_msg(self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int) -> None:
        """Widgets are not shown, and nbclient's stand-in for one of them would answer every output with all of them."""


def size_of(msg: dict[str, Any]) -> int:
    """What a message costs; the text of a stream counts as it is, for it is joined with what stands before it."""
    content = msg["content"]
    if _is_text(msg):
        return len(content["text"])
    return _PER_MESSAGE + _size([content, msg.get("metadata"), msg.get("buffers")])


def _is_text(msg: dict[str, Any]) -> bool:
    """Whether it is what a kernel sends as text: on one of two streams, and with nothing beside it."""
    if msg["msg_type"] != "stream":
        return False
    content = msg["content"]
    return content.keys() == {"name", "text"} and content["name"] in _STREAMS and isinstance(content["text"], str)


def _size(value: Any) -> int:
    size, rest = 0, [value]
    while rest:
        value = rest.pop()
        if isinstance(value, (str, bytes, memoryview)):
            size += len(value)
        elif isinstance(value, dict):
            size += _PER_OBJECT
            rest.extend(value)
            rest.extend(value.values())
        elif isinstance(value, list):
            size += _PER_VALUE * (len(value) + 1)
            rest.extend(value)
    return size


def _continues(cell: NotebookNode, msg: dict[str, Any]) -> bool:
    """Whether the message goes on with the stream that the cell's last output is, as notebooks show it."""
    last = cell.outputs[-1] if cell.outputs else {}
    if msg["msg_type"] != "stream" or last.get("output_type") != "stream":
        return False
    return bool(last["name"] == msg["content"]["name"] and not last["text"].startswith(_CUT))


def _continued(cell: NotebookNode, msg: dict[str, Any]) -> bool:
    """Join the message with the cell's last output if it continues it; whether it did."""
    continues = _continues(cell, msg)
    if continues:
        cell.outputs[-1]["text"] += msg["content"]["text"]
    return continues


def _shortened(error: dict[str, Any]) -> dict[str, Any]:
    traceback = "\n".join(map(str, error["traceback"]))[-_ERROR_CHARACTERS:]
    named = {key: str(error[key])[:_TAIL] for key in ("ename", "evalue")}
    return {**named, "traceback": traceback.split("\n")}


def _keep_tail(cell: NotebookNode, text: str) -> None:
    """Keep the last characters of what is cut in one output that says so."""
    last = cell.outputs[-1] if cell.outputs else None
    if last is None or last.get("output_type") != "stream" or not last["text"].startswith(_CUT):
        last = NotebookNode(output_type="stream", name="stdout", text=_CUT)  # type: ignore[no-untyped-call]
        cell.outputs.append(last)
    last["text"] = _CUT + (last["text"][len(_CUT) :] + text)[-_TAIL:]
