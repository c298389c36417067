"""The cases, one module per family of attacks."""

from __future__ import annotations

from hostile.case import Case
from hostile.families import (
    daemons,
    death,
    disk,
    endless,
    files,
    floods,
    forged,
    kernel_server,
    memory,
    messages,
    network,
    outside,
    privileges,
    processes,
    reports,
    within,
)

CASES: tuple[Case, ...] = (
    *files.CASES,
    *processes.CASES,
    *within.CASES,
    *endless.CASES,
    *death.CASES,
    *memory.CASES,
    *disk.CASES,
    *floods.CASES,
    *daemons.CASES,
    *outside.CASES,
    *network.CASES,
    *privileges.CASES,
    *forged.CASES,
    *messages.CASES,
    *kernel_server.CASES,
    *reports.CASES,
)
assert len({case.name for case in CASES}) == len(CASES)
