"""The first cell of every hostile notebook: tools of an attacker. Sent as text, after a line that sets `PLACE`."""

# mypy: ignore-errors

import contextlib  # noqa: F401  # the cells that follow use these
import ctypes
import errno
import glob  # noqa: F401
import json
import os
import platform
import re  # noqa: F401
import signal
import socket  # noqa: F401
import subprocess  # noqa: F401
import sys  # noqa: F401
import threading  # noqa: F401
import time
import types

place = types.SimpleNamespace(**PLACE)  # noqa: F821
FOUND = {}
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
ARM = platform.machine() in ("aarch64", "arm64")
# name -> number on x86-64 and on 64-bit ARM
NUMBERS = {
    "add_key": (248, 217), "bpf": (321, 280), "capset": (126, 91), "chroot": (161, 51), "clone": (56, 220),
    "clone3": (435, 435), "delete_module": (176, 106), "fsopen": (430, 430), "init_module": (175, 105),
    "inotify_init1": (294, 26), "io_uring_setup": (425, 425), "kexec_load": (246, 104), "keyctl": (250, 219),
    "memfd_create": (319, 279), "mount": (165, 40), "msgget": (68, 186), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "open_tree": (428, 428), "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pivot_root": (155, 41),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "ptrace": (101, 117), "reboot": (169, 142),
    "request_key": (249, 218), "semget": (64, 190), "setdomainname": (171, 162), "sethostname": (170, 161),
    "setns": (308, 268), "shmat": (30, 196), "shmctl": (31, 195), "shmget": (29, 194), "socket": (41, 198),
    "swapon": (167, 224), "syslog": (103, 116), "umount2": (166, 39), "unshare": (272, 97),
    "userfaultfd": (323, 282), "settimeofday": (164, 170), "fanotify_init": (300, 262), "kcmp": (312, 272),
    "ioprio_set": (251, 30), "migrate_pages": (256, 238), "process_madvise": (440, 440),
}  # fmt: skip


def attempt(name, action):
    """Note what an attempt gave, or how it was denied."""
    try:
        FOUND[name] = ["got", repr(action())[:3000]]
    except BaseException as error:  # noqa: BLE001
        FOUND[name] = ["denied", f"{type(error).__name__}: {error}"[:200]]


def syscall(name, *arguments):
    result = LIBC.syscall(ctypes.c_long(NUMBERS[name][ARM]), *arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def privileged(name, *arguments):
    """Call with arguments that nothing can come of; refused for their sake means that the right was there."""
    try:
        return syscall(name, *arguments)
    except OSError as error:
        if error.errno in (errno.EPERM, errno.EACCES, errno.ENOSYS):
            raise
        return error.strerror


def read(path, size=3000):
    with open(path, "rb") as file:
        return file.read(size)


def in_child(action, seconds=5):
    """Run in a fork of this process; how it ended as subprocess tells it (a signal is negative)."""
    child = os.fork()
    if child == 0:
        try:
            action()
            os._exit(0)
        except BaseException:  # noqa: BLE001
            os._exit(1)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        gone, status = os.waitpid(child, os.WNOHANG)
        if gone:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def tell(**more):
    print("\nRESULT " + json.dumps(FOUND | more), flush=True)


def out_of_sight():
    """Whether the grader's process cannot be named from here; only then may signals be broadcast."""
    try:
        os.kill(place.grader_pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


def strangers():
    """Processes worth an attack: the test's own, and those of its own tree where it has one. Never anybody else's."""
    own_tree = [int(name) for name in os.listdir("/proc") if name.isdigit()] if out_of_sight() else []
    own = {os.getpid(), *([] if os.getppid() == place.server_pid else [os.getppid()])}
    return [
        pid
        for pid in (place.decoy_pid, place.grader_pid, place.server_pid, place.keeper_pid, *own_tree)
        if pid not in own
    ]
