"""Called in the process that is to become a student's kernel: give up everything that the plan does not name."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import socket
from pathlib import Path

from grader.walls import landlock, room, supervisor, syscalls, system
from grader.walls.keeper import Room
from grader.walls.plan import Plan

_DESCRIPTORS = 1024
_OWN_NETWORK = {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK}  # all end in the namespace
_UNTIL_THE_DOOR_CLOSES = {socket.AF_UNIX, socket.AF_NETLINK}  # ZeroMQ lists the interfaces when it makes a socket
_DEVICES = ("null", "zero", "full", "random", "urandom", "ptmx")
_PROC = ("self", "cpuinfo", "meminfo", "stat", "filesystems", "version", "uptime", "loadavg", "sys/kernel")


def enter(plan: Plan, ready: Room | None = None) -> None:
    """Returns in the only process that may run a student's code, behind its walls.

    That is a child of the caller, which waits for it, kills what it leaves behind and ends with its status; but whom
    `ready.fork` made may stay the same process. Raises OSError, in either process, if a wall cannot be built."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o022)
    if ready is not None:
        ready.enter(plan)
    elif plan.tier == "full":
        room.give_folders(plan)
        room.leave(plan)
        supervisor.first_of_its_tree(lambda: room.furnish(plan))
    else:
        room.give_folders(plan)
        supervisor.step_aside(lambda: _clear(plan))
    os.chdir(plan.own[0])
    if plan.tier != "none":
        _become_nobody(plan)
    _limit(plan)
    if plan.tier != "none" and plan.has("landlock"):
        landlock.restrict(_rights(plan))
    if plan.tier != "none" and plan.has("seccomp"):
        own_network = plan.tier == "full"
        syscalls.restrict(namespaces=own_network, families=_OWN_NETWORK if own_network else _UNTIL_THE_DOOR_CLOSES)


def close_the_door(plan: Plan) -> None:
    """Once the kernel's sockets exist: without a network of its own, it gets no more of them.

    Landlock does not hold back a connection to a socket that has a path, such as Docker's or the kernel server's.
    """
    if plan.tier == "reduced" and plan.has("seccomp"):
        syscalls.refuse_new_sockets()


def _become_nobody(plan: Plan) -> None:
    """Another user where the grader is root; no capability in any case."""
    system.lose_privileges_for_good()
    if plan.uid is not None and plan.has("user"):
        os.setgroups([])
        os.setresgid(plan.uid, plan.uid, plan.uid)
        os.setresuid(plan.uid, plan.uid, plan.uid)
        system.prctl(system.PR_SET_DUMPABLE, 1)  # or /proc/self would be root's
    if plan.has("user"):
        system.drop_capabilities()
    system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)  # setresuid cleared it


def _limit(plan: Plan) -> None:
    limits = {
        "data": (resource.RLIMIT_DATA, plan.memory_bytes),  # RLIMIT_AS would count what torch only reserves
        "file_size": (resource.RLIMIT_FSIZE, plan.disk_bytes),
        "cpu": (resource.RLIMIT_CPU, plan.cpu_seconds),
        "descriptors": (resource.RLIMIT_NOFILE, _DESCRIPTORS),
    }
    if plan.tier == "full" or plan.uid is not None:  # else it would count all processes of the TA's
        limits["processes"] = (resource.RLIMIT_NPROC, plan.processes)
    for wall, (kind, most) in limits.items():
        if plan.has(wall):
            hard = resource.getrlimit(kind)[1]
            value = most if hard == resource.RLIM_INFINITY else min(most, hard)
            with contextlib.suppress(ValueError):
                resource.setrlimit(kind, (value, value))


def _rights(plan: Plan) -> dict[Path, int]:
    rights = {plan.sockets_inside: landlock.SOCKETS} | dict.fromkeys(plan.own, landlock.OWN)
    devices = {Path("/dev", name): landlock.DEVICE for name in _DEVICES}
    if plan.tier == "full":  # the file tree itself is the wall; this keeps files out of the folder of the sockets
        places = dict.fromkeys((Path("/tmp"), Path("/dev/shm")), landlock.OWN)
        return {Path("/"): landlock.READ, Path("/dev/pts"): landlock.DEVICE} | places | devices | rights
    readable = dict.fromkeys((Path(path) for path in plan.readable), landlock.READ)
    common = dict.fromkeys(plan.common, landlock.OWN)
    return readable | {Path("/proc", name): landlock.READ for name in _PROC} | common | devices | rights


def _clear(plan: Plan) -> None:
    """Remove the kernel's files from folders that are not its own; all its processes are dead."""
    for folder in plan.common:
        for entry in list(os.scandir(folder)):
            with contextlib.suppress(OSError):
                if entry.stat(follow_symlinks=False).st_uid == plan.uid:
                    shutil.rmtree(entry) if entry.is_dir(follow_symlinks=False) else os.unlink(entry)
