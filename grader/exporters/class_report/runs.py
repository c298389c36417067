"""How the class's notebooks ran: how it ended, how long it took, how much memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from grader.exporters.figures import Bin
from grader.model import Assignment, ExecutionStatus, Report

NEVER_RAN: tuple[ExecutionStatus, ...] = ("unreadable", "infrastructure")
_SLOWEST = 5
_SHOWN = 6  # kinds of error, and of repair


@dataclass(frozen=True)
class Runs:
    """Wall times in seconds, in bins each twice as wide as the one before; memory in MB, None where not measured.

    ``errors``: names of each report's first exception with how many reports have it, the commonest first; ``repairs``:
    kinds of repair likewise, each once for a report.
    """

    statuses: tuple[tuple[ExecutionStatus, int, float], ...]
    n: int
    bins: tuple[Bin, ...]
    median: float | None
    total: float
    slowest: tuple[Report, ...]
    errors: tuple[tuple[str, int], ...]
    repairs: tuple[tuple[str, int], ...]
    memory_median: float | None
    memory_peak: float | None
    limit_seconds: float
    limit_memory: int


def of(reports: Sequence[Report], assignment: Assignment) -> Runs:
    """Reports that never ran count among the statuses only."""
    ran = [report for report in reports if report.execution.status not in NEVER_RAN]
    seconds = [report.execution.seconds for report in ran]
    memory = [report.execution.peak_memory_mb for report in ran if report.execution.peak_memory_mb is not None]
    statuses = Counter(report.execution.status for report in reports)
    first = Counter(report.execution.errors[0].name for report in ran if report.execution.errors)
    repairs = Counter(kind for report in reports for kind in sorted({one.kind for one in report.execution.repairs}))
    return Runs(
        statuses=tuple((status, n, round(100 * n / len(reports), 2)) for status, n in statuses.most_common()),
        n=len(ran),
        bins=tuple(_doubling(seconds)),
        median=median(seconds) if seconds else None,
        total=sum(seconds),
        slowest=tuple(sorted(ran, key=lambda report: -report.execution.seconds)[:_SLOWEST]),
        errors=tuple(first.most_common(_SHOWN)),
        repairs=tuple(repairs.most_common(_SHOWN)),
        memory_median=median(memory) if memory else None,
        memory_peak=max(memory, default=None),
        limit_seconds=assignment.limits.seconds,
        limit_memory=assignment.limits.memory_mb,
    )


def _doubling(values: Sequence[float]) -> list[Bin]:
    """Bins from 0 to 1, 1 to 2, 2 to 4 and so on as far as there are values; none where there is none."""
    counts = Counter(max(0, int(value)).bit_length() for value in values)
    fullest = max(counts.values(), default=1)
    last = max(counts, default=-1)
    edges = [0, *(2**n for n in range(last + 1))]
    return [Bin(edges[n], edges[n + 1], counts[n], counts[n] / fullest) for n in range(last + 1)]
