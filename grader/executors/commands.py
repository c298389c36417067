"""What `grader worker` and `grader scheduler` do before Dask takes over: bad input is found while somebody looks."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import typer
from dask.system import CPU_COUNT

from grader.errors import GraderError, RunnerError
from grader.executors import machine, scheduling
from grader.executors.leaving import NEEDED_MB, free_mb, short_of_room
from grader.executors.settings import address_of
from grader.walls.doctor import best, offer
from grader.walls.plan import Tier

_PORTS = re.compile(r"\d{1,5}(:\d{1,5})?")


def serve_worker(wish: machine.Wish, walls: Tier | None) -> int:
    """Work behind walls that were tried first. The exit code."""
    address = address_of(wish.address)
    if wish.ports is not None and not _PORTS.fullmatch(wish.ports):
        raise GraderError(f"--ports {wish.ports} is no port and no range such as 40000:40100")
    if wish.host is not None and wish.interface is not None:
        raise GraderError("--host and --interface say the same: give one of them")
    if wish.interface is not None and wish.interface not in psutil.net_if_addrs():
        raise GraderError(f"--interface {wish.interface}: there are {', '.join(sorted(psutil.net_if_addrs()))} here")
    if wish.folder is not None:
        Path(wish.folder).mkdir(parents=True, exist_ok=True)
    if address.startswith("tls://") and not scheduling.encrypted("worker"):
        raise GraderError(
            f"{address} asks for certificates and Dask's configuration has none for a worker: docs/cluster.md says how"
            " to get them, and which variable says where they are"
        )
    tier = best(walls, secrets=True)
    if not offer(tier).works:
        reasons = "; ".join(offer(tier).reasons)
        raise RunnerError(f"{tier} walls cannot be built here: {reasons}; `grader doctor` says what can be done")
    if (free := free_mb()) < NEEDED_MB:
        raise RunnerError(f"{short_of_room(free)}: make room, or set TMPDIR to a folder on another disk")
    told = replace(wish, address=address, cores=wish.cores or CPU_COUNT)
    return machine.work(told, tier, _say)


def serve_scheduler(host: str, port: int, dashboard: str | None) -> int:
    """Warn of a scheduler that others may reach, and serve. The exit code."""
    warning = scheduling.warning(host)
    if warning is not None:
        print(f"grader: {warning}", file=sys.stderr, flush=True)
    return scheduling.schedule(host, port, dashboard, _say)


def _say(line: str) -> None:
    typer.echo(f"grader: {line}")
    sys.stdout.flush()
