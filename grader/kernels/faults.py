"""What went wrong in a notebook's cells, and the status that a run has for it."""

from __future__ import annotations

from typing import Any

import nbformat

from grader.kernels.client import CappedClient
from grader.model import CellError, ExecutionStatus

_DISK_MESSAGES = ("[Errno 28]", "[Errno 27]", "No space left on device", "File too large")
_MEMORY_MESSAGES = ("MemoryError", "can't allocate memory", "Unable to allocate", "Cannot allocate memory")


def errors_of(notebook: nbformat.NotebookNode, client: CappedClient, cell_seconds: float) -> list[CellError]:
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


def status_of(errors: list[CellError]) -> ExecutionStatus:
    """The gravest thing that happened in a notebook whose kernel lived to the end."""
    names = {error.name for error in errors}
    if "Timeout" in names:
        return "timeout"
    if any(word in f"{error.name}: {error.message}" for error in errors for word in _MEMORY_MESSAGES):
        return "out_of_memory"
    if any(word in f"{error.name}: {error.message}" for error in errors for word in _DISK_MESSAGES):
        return "disk_limit"
    if "OutputLimit" in names:
        return "output_limit"
    return "student_error" if errors else "ok"


def encodable(value: Any) -> Any:
    """The same value with lone surrogates, which no UTF-8 file can hold, as U+FFFD."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {encodable(key): encodable(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [encodable(entry) for entry in value]
    return value
