"""Dask's settings for grading, in one place: for a cluster on this machine, for `grader scheduler` and `grader worker`.

Dask is made for many short tasks on data in memory. Here a task takes seconds, its data are kilobytes, and what is
heavy is not in the worker but in the kernels that it starts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from grader.errors import GraderError

CORES = "cores"  # the resource by which a worker says how many notebooks may run at a time

SETTINGS: Mapping[str, Any] = MappingProxyType(
    {
        # A worker's death is told at once: who sent the work decides what is tried again, and what alone.
        "distributed.scheduler.allowed-failures": 0,
        # A worker has what its threads can begin and no more; the rest waits where every other worker can have it.
        "distributed.scheduler.worker-saturation": 1.0,
        "distributed.scheduler.work-stealing": True,
        # A machine that is silent for longer is gone, and its work goes to others. Shorter cuts mend themselves.
        "distributed.scheduler.worker-ttl": "60 s",
        "distributed.comm.timeouts.connect": "10 s",
        "distributed.comm.timeouts.tcp": "30 s",
        # Results are fetched once and let go: there are no copies to look for.
        "distributed.scheduler.active-memory-manager.start": False,
        "distributed.scheduler.events-cleanup-delay": "10 minutes",
        # What asks a hundred times a second what each thread does would only see it wait for a kernel.
        "distributed.worker.profile.enabled": False,
        "distributed.admin.system-monitor.gil.enabled": False,
        "distributed.admin.system-monitor.log-length": 720,
        # Logs kept in memory: a run of days must not make them grow.
        "distributed.admin.log-length": 1000,
        "distributed.admin.low-level-log-length": 100,
        "distributed.diagnostics.nvml": False,
        # A hand-in with pictures in it has more than Dask expects, and its warning would stand in the progress shown.
        "distributed.admin.large-graph-warning-threshold": "1 TB",
    }
)
_ADDRESS = re.compile(r"(?:(tcp|tls)://)?([^\s/:]+|\[[0-9a-fA-F:]+\]):(\d{1,5})/?")


def address_of(given: str) -> str:
    """A scheduler's address as Dask wants it. Raises GraderError for what is none."""
    found = _ADDRESS.fullmatch(given.strip())
    if found is None or int(found[3]) > 65535:
        raise GraderError(f"{given!r} is no scheduler's address: it looks like tcp://10.0.0.5:8786, or tls:// with TLS")
    return f"{found[1] or 'tcp'}://{found[2]}:{found[3]}"


def nanny_options(cores: int) -> dict[str, Any]:
    """Keywords of `distributed.Nanny` for a worker on which `cores` notebooks run at a time.

    One thread more, so that the next kernel gets ready while the others run. No limit on the worker's memory: Dask
    would look at the worker's own process, which holds no more than hand-ins of a few seconds, and never at its
    kernels, which have limits of their own; it would spill, pause or end the worker for nothing that these could mend.
    """
    return {"nthreads": cores + 1, "resources": {CORES: cores}, "memory_limit": 0}


def need_dask() -> None:
    """Call before Dask is imported: it reads then how much it is to say, which is nothing unless its own variable asks
    for more. Raises GraderError where grader[cluster] is not installed.
    """
    if find_spec("distributed") is None or find_spec("cryptography") is None:
        raise GraderError("Dask is not installed, which clusters are made with: pip install 'grader[cluster]'")
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")
