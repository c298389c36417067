"""What the container gives us, and what of it a notebook may have: the notebook, not the grader, meets its end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.model import Execution, Limits

OWN_MB = 300  # what the grader takes besides the notebook, measured
_KILLED = "signal 9"  # as grader/kernels/run.py tells of a kernel that is gone
_UNLIMITED = 1 << 50  # as version 1 of control groups writes it


@dataclass(frozen=True)
class Container:
    """`memory_mb` of all processes together, None where nothing bounds it; `cores`: a share of the machine's."""

    memory_mb: int | None = None
    cores: float | None = None


def found(root: Path = Path("/")) -> Container:
    """The tightest of the control groups that we are in."""
    memory = [value for group in _groups(root) for value in _memory(group)]
    cores = [value for group in _groups(root) for value in _cores(group)]
    return Container(min(memory, default=None), min(cores, default=None))


def given(promised: Limits, container: Container, seconds: float) -> Limits:
    """What a notebook may use here. On half a core it gets twice the time; it never gets more than `seconds` in all,
    nor memory that is not there."""
    slower = max(1.0, 1 / container.cores) if container.cores else 1.0
    memory = promised.memory_mb if container.memory_mb is None else container.memory_mb - OWN_MB
    whole = min(promised.seconds * slower, max(1.0, seconds))
    update = {
        "seconds": whole,
        "cell_seconds": min(promised.cell_seconds * slower, whole),
        "memory_mb": max(256, min(promised.memory_mb, memory)),
    }
    return promised.model_copy(update=update)


def short_of(execution: Execution, promised: Limits, limits: Limits, container: Container) -> str:
    """What the notebook ran out of here though the rubric gives it more; empty where it had all that it is due."""
    if limits.memory_mb < promised.memory_mb and _memory_ended(execution):
        return f"the notebook needs more memory than this container has: {container.memory_mb} MB"
    slower = max(1.0, 1 / container.cores) if container.cores else 1.0
    cut = limits.seconds < promised.seconds * slower or limits.cell_seconds < promised.cell_seconds * slower
    if execution.status == "timeout" and cut:
        return f"the notebook needs more than the {limits.seconds:.0f} s that were left for it"
    return ""


def _memory_ended(execution: Execution) -> bool:
    """Whether we ended the kernel for its memory, or perhaps the system did, which is sooner where memory runs out."""
    by_signal = any(_KILLED in error.message for error in execution.errors)
    return execution.status == "out_of_memory" or (execution.status == "killed" and by_signal)


def _groups(root: Path) -> Iterator[Path]:
    """Our control groups of both versions and all above them, as far as they can be seen."""
    base = root / "sys/fs/cgroup"
    yield base
    told: list[str] = []
    with contextlib.suppress(OSError):
        told = (root / "proc/self/cgroup").read_text().splitlines()
    for line in told:
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            top = base / name
            below = top / path.strip("/")
            yield from (folder for folder in (below, *below.parents) if folder == top or folder.is_relative_to(top))


def _memory(group: Path) -> Iterator[int]:
    for name in ("memory.max", "memory.limit_in_bytes"):
        value = _number(group / name)
        if value is not None and value < _UNLIMITED:
            yield int(value // 1_000_000)


def _cores(group: Path) -> Iterator[float]:
    with contextlib.suppress(OSError, ValueError):
        quota, period = (group / "cpu.max").read_text().split()
        yield int(quota) / int(period)
    quota_us, period_us = _number(group / "cpu.cfs_quota_us"), _number(group / "cpu.cfs_period_us")
    if quota_us is not None and period_us and quota_us > 0:
        yield quota_us / period_us


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None
