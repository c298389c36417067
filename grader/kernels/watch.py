"""Looks at a kernel's processes and folders from outside, and ends them when they pass a limit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from grader.model import ExecutionStatus, Limits
from grader.walls.plan import SUPERVISORS, Plan

_SECONDS, _DISK_SECONDS = 0.05, 0.5
_MOST_FILES = 50_000
_MOST_SOCKETS = 200  # in the folder of the kernel's own five, which lies on the machine's disk
_KILL_SECONDS = 2.0
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Watch:
    """Memory, processes and disk of one kernel. `process`: as jupyter_client's provisioner has it."""

    def __init__(self, process: Any, limits: Limits, plan: Plan) -> None:
        self.pid, self.limits, self.plan = int(process.pid), limits, plan
        told, alone = getattr(process, "supervisors", None), SUPERVISORS[plan.tier] if sys.platform == "linux" else 0
        self.supervisors = int(alone if told is None else told)
        self.first: int | None = getattr(process, "first", None)
        self.peak_bytes = 0
        self.cpu_seconds = 0.0  # of all processes when they were last looked at, and of those that ended before
        self.broken: tuple[ExecutionStatus, str] | None = None  # status and what happened, once a limit is passed

    async def run(self) -> None:
        """Returns when a limit was passed and the kernel is dead; else runs until it is cancelled."""
        next_look_at_disk = 0.0
        while self.broken is None:
            self._look_at(self.processes()[self.supervisors :])
            self._look_at_sockets()
            if self.broken is None and time.monotonic() > next_look_at_disk:
                self._look_at_disk()
                self.look_at_time()
                next_look_at_disk = time.monotonic() + _DISK_SECONDS
            if self.broken is not None:
                kill_tree(self.pid)
                return
            await asyncio.sleep(_SECONDS)

    def processes(self) -> list[int]:
        """The supervisors, the kernel, and what it started; what lost its parent is below the first of the room."""
        orphans = descendants(self.first) if self.first is not None else ()
        return [self.pid, *descendants(self.pid), *orphans]

    def kill(self) -> None:
        """SIGKILL the kernel and what it started, once, but not the trusted processes above it: they end by themselves
        when it has ended."""
        for process in self.processes()[self.supervisors :]:
            _kill(process)

    def _look_at(self, pids: list[int]) -> None:
        if len(pids) > self.limits.processes:  # first: a fork bomb grows while their memory is added up
            self.broken = ("killed", f"started more than {self.limits.processes} processes")
            return
        limit = self.limits.memory_mb * 1_000_000
        used = sum(map(_resident, pids))
        if used > limit:  # pages that forks share were counted once for each of them
            used = sum(map(_proportional, pids))
        self.peak_bytes = max(self.peak_bytes, used)
        if used > limit:
            self.broken = ("out_of_memory", f"used more than {self.limits.memory_mb} MB of memory")

    def look_at_time(self) -> None:
        self.cpu_seconds = max(self.cpu_seconds, sum(map(_used, self.processes())))

    def _look_at_sockets(self) -> None:
        with contextlib.suppress(OSError):
            if self.broken is None and len(os.listdir(self.plan.sockets)) > _MOST_SOCKETS:
                self.broken = ("disk_limit", f"made more than {_MOST_SOCKETS} sockets")

    def _look_at_disk(self) -> None:
        size, count = _filled((*self.plan.own, *self.plan.common, self.plan.sockets), self.plan.uid)
        if size > self.limits.disk_mb * 1_000_000:
            self.broken = ("disk_limit", f"wrote more than {self.limits.disk_mb} MB to the disk")
        elif count > _MOST_FILES:
            self.broken = ("disk_limit", f"made more than {_MOST_FILES} files")


def descendants(pid: int) -> Iterator[int]:
    """Numbers of all processes below `pid`, parents before children."""
    found = [pid]
    for parent in found:
        children = _children(parent)
        found += children
        yield from children


def kill_tree(pid: int) -> None:
    """SIGKILL all processes below `pid` and then itself; those that are gone already do not matter.

    From the leaves up and until none is left: a supervisor that lives adopts the orphans, so that none escapes.
    """
    deadline = time.monotonic() + _KILL_SECONDS
    while (below := list(descendants(pid))) and time.monotonic() < deadline:
        for process in below:
            _kill(process)
        time.sleep(0.005)
    _kill(pid)


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)


def _children(pid: int) -> list[int]:
    """From the lists that Linux keeps, or else by looking at every process of the system."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as children:
                found += map(int, children.read().split())
    except FileNotFoundError:
        if os.path.exists(f"/proc/{pid}") or not os.path.isdir("/proc/self"):
            with contextlib.suppress(psutil.Error):
                return [child.pid for child in psutil.Process(pid).children()]
    except (OSError, ValueError):
        pass
    return found


def _resident(pid: int) -> int:
    if sys.platform == "linux":  # looked at twenty times a second
        with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/statm") as pages:
            return int(pages.read().split()[1]) * _PAGE
        return 0
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss)
    return 0


def _used(pid: int) -> float:
    """Seconds of processor time, its own and that of its children which ended."""
    with contextlib.suppress(psutil.Error):
        return float(sum(psutil.Process(pid).cpu_times()[:4]))
    return 0.0


def _proportional(pid: int) -> int:
    """Shared pages divided among those who share them, where the system tells."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return _resident(pid)


def _filled(folders: tuple[Path, ...], uid: int | None) -> tuple[int, int]:
    """Bytes and number of files in the folders, of that user if one is given; links are not followed."""
    size = count = 0
    waiting = [str(folder) for folder in folders]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if uid is not None and entry.stat(follow_symlinks=False).st_uid != uid:
                        continue
                    count += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
    return size, count
