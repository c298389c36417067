"""What a notebook said, and what the grader's own process took."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from grader.model import Execution


def told(execution: Execution) -> dict[str, Any]:
    """What the notebook's RESULT lines say, later ones over earlier ones."""
    result: dict[str, Any] = {}
    for cell in (execution.notebook or {}).get("cells", ()):
        for output in cell.get("outputs", ()):
            for line in str(output.get("text", "")).splitlines():
                if line.startswith("RESULT "):
                    with contextlib.suppress(ValueError):
                        result |= json.loads(line[len("RESULT ") :])
    return result


def memory_mb(field: str) -> float:
    with contextlib.suppress(OSError), open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1e3 for line in status if line.startswith(field))
    return 0.0


def forget_peak() -> None:
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as peak:
        peak.write("5")
