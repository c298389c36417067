"""The trusted process that outlives a kernel by a moment: it kills what is left behind and passes the status on."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from grader.walls import system


def first_of_its_tree(prepare: Callable[[], None]) -> None:
    """After the process namespace was left: fork its first process, which prepares it and forks the kernel.

    Returns in the kernel. When the first process ends, the system kills all others of its tree.
    """
    status_read, status_write = os.pipe()
    first = _fork()
    if first:
        os.close(status_write)
        own = os.waitpid(first, 0)[1]
        told = os.read(status_read, 16)
        _end_as(int(told) if told else own)
    os.close(status_read)
    prepare()
    kernel = _fork()
    if kernel:
        status = _wait_for(kernel)
        os.write(status_write, str(status).encode())  # the first of a tree cannot end by a signal of its own
        os._exit(0)
    os.close(status_write)


def step_aside(clear: Callable[[], None]) -> None:
    """Without a process namespace: fork the kernel, adopt every orphan of its, end them all after it, then clear up."""
    system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)
    kernel = _fork()
    if kernel:
        status = _wait_for(kernel)
        kill_children()
        clear()
        _end_as(status)


def fork_and_follow() -> None:
    """Fork the kernel, wait for it and end as it did. Returns in the kernel."""
    kernel = _fork()
    if kernel:
        _end_as(_wait_for(kernel))


def fork_trusted() -> int:
    """As os.fork, for a process that ends when we do and ignores what is meant for a kernel."""
    pid = _fork_to_end_with_us()
    if pid == 0:
        _ignore_interrupts()
    return pid


def bury_the_dead() -> NoReturn:
    """As the first process of a tree that is to last: wait for every orphan, until killed."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # an end that is not waited for yet is not missed
    while True:
        with contextlib.suppress(ChildProcessError):
            while os.wait():
                pass
        signal.sigwait({signal.SIGCHLD})


def kill_children(but: frozenset[int] = frozenset()) -> None:
    """Kill this process's children, and theirs when they become its own, until none is left but those named."""
    while orphans := [pid for pid in _children() if pid not in but]:
        for pid in orphans:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for pid in orphans:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _fork() -> int:
    """0 in the child, which dies with its parent; a parent ignores what is meant for the kernel."""
    pid = _fork_to_end_with_us()
    if pid:
        _ignore_interrupts()
    else:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return pid


def _fork_to_end_with_us() -> int:
    try:
        parent = os.pidfd_open(os.getpid())
    except OSError:  # Linux before 5.3, or a container that refuses it: then a parent that is quicker is not noticed
        parent = None
    pid = os.fork()
    if pid == 0:
        system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent is not None and select.select([parent], [], [], 0)[0]:
            os._exit(0)  # it was gone before that could be said
    if parent is not None:
        os.close(parent)
    return pid


def _ignore_interrupts() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _wait_for(kernel: int) -> int:
    """Its status; orphans that end meanwhile are reaped."""
    while True:
        pid, status = os.wait()
        if pid == kernel:
            return status


def _children() -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:  # a kernel built without it
        return []


def _end_as(status: int) -> NoReturn:
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        with contextlib.suppress(OSError):  # SIGKILL and SIGSTOP have no handler to reset
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(max(code, 0))
