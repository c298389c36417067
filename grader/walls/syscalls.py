"""The system calls that no notebook needs, refused by a seccomp filter that libseccomp builds.

libseccomp knows the numbers and the calling conventions of every architecture; seccomp(2) is what it loads.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import os
import socket
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from grader.walls import landlock, system

_ALLOW = 0x7FFF_0000
_ERRNO = 0x0005_0000  # with the number in the low bits; 0: the call does nothing and says that it worked
_NE, _EQ, _GE, _MASKED_EQ = 1, 4, 5, 7
_TSYNC = 4  # enum scmp_filter_attr: every thread of the process
_ANY_FAMILY = 64  # address families end at 46 today

_NAMESPACES = (
    *(system.CLONE_NEWNS, system.CLONE_NEWCGROUP, system.CLONE_NEWUTS, system.CLONE_NEWIPC, system.CLONE_NEWUSER),
    *(system.CLONE_NEWPID, system.CLONE_NEWNET),
)
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # type into a terminal that somebody else reads

_REFUSED = (
    # other processes and their memory
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd", "pidfd_open"),
    # namespaces and mounts
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig"),
    *("fsmount", "fspick", "mount_setattr", "open_by_handle_at", "name_to_handle_at"),
    # the machine
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff"),
    *("syslog", "acct", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "quotactl", "quotactl_fd"),
    *("iopl", "ioperm", "modify_ldt", "sethostname", "setdomainname", "vhangup", "uselib", "personality"),
    # parts of the kernel that few use and many holes were found in
    *("bpf", "perf_event_open", "keyctl", "add_key", "request_key", "userfaultfd", "fanotify_init"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register"),
    # memory that no limit counts, and the one core that a kernel is given
    *("shmget", "memfd_secret", "move_pages", "migrate_pages", "sched_setaffinity", "mknod", "mknodat"),
)
# Landlock does not see these; without a mount namespace they would reach files outside.
_HARMLESS_PRETENCE = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat"),
    *("setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr"),
    "removexattrat",
)
_REFUSED_WITHOUT_NAMESPACES = ("inotify_init", "inotify_init1", "msgget", "semget", "mq_open", "ioprio_set")


Comparison = tuple[int, ...]  # argument, operator, value[, second value]
# Priorities and limits of others: without a process tree of its own, a kernel can name them. 0 is the caller itself.
_REFUSED_FOR_OTHERS: tuple[tuple[str, tuple[Comparison, ...]], ...] = (
    ("prlimit64", ((0, _NE, 0), (2, _NE, 0))),
    ("setpriority", ((0, _NE, 0),)),
    ("setpriority", ((1, _NE, 0),)),
    ("sched_setscheduler", ((0, _NE, 0), (1, _NE, 0))),  # ZeroMQ gives its threads the policy 0, which they have
    ("sched_setparam", ((0, _NE, 0),)),
    ("sched_setattr", ((0, _NE, 0),)),
)


class _Comparison(ctypes.Structure):
    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


@lru_cache(maxsize=1)
def _library() -> Any:
    """Raises OSError where libseccomp is not installed."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_void_p,
    ]
    library.seccomp_attr_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32]
    library.seccomp_load.argtypes = library.seccomp_release.argtypes = [ctypes.c_void_p]
    return library


def available() -> bool:
    try:
        _library()
    except OSError:
        return False
    return True


def number(name: str) -> int:
    """Of a system call on this machine; negative if it has none of that name."""
    return int(_library().seccomp_syscall_resolve_name(name.encode()))


class Filter:
    """Rules upon 'everything is allowed'; load() makes them hold for all threads of this process and its children."""

    def __init__(self) -> None:
        self._context = _library().seccomp_init(_ALLOW)
        if not self._context:
            raise OSError(errno.ENOMEM, "seccomp_init")

    def refuse(self, name: str, code: int, *comparisons: Comparison) -> None:
        """Answer the call with an errno where all comparisons hold; always, without any."""
        call = number(name)
        if call < 0:
            return
        count = len(comparisons)
        when = (_Comparison * count)(*(_Comparison(*comparison) for comparison in comparisons))
        done = _library().seccomp_rule_add_array(self._context, _ERRNO | code, call, count, when)
        if done < 0:
            raise OSError(-done, f"seccomp rule for {name}: {os.strerror(-done)}")

    def load(self) -> None:
        for done in (
            _library().seccomp_attr_set(self._context, _TSYNC, 1),
            _library().seccomp_load(self._context),
        ):
            if done < 0:
                raise OSError(-done, f"seccomp_load: {os.strerror(-done)}")
        _library().seccomp_release(self._context)


def restrict(*, namespaces: bool, families: Iterable[socket.AddressFamily]) -> None:
    """Refuse what no notebook needs. `namespaces`: whether mount and ipc namespaces do their part already."""
    rules = Filter()
    for name in _REFUSED:
        rules.refuse(name, errno.EPERM)
    rules.refuse("memfd_create", errno.ENOSYS)  # no limit counts its pages; libraries fall back to /dev/shm
    rules.refuse("clone3", errno.ENOSYS)  # its flags cannot be looked at; the C library falls back to clone
    for flag in (*_NAMESPACES, system.CLONE_PARENT):  # the latter makes a process of a trusted one's, not its own
        rules.refuse("clone", errno.EPERM, (0, _MASKED_EQ, flag, flag))
    for request in (_TIOCSTI, _TIOCLINUX):
        rules.refuse("ioctl", errno.EPERM, (1, _MASKED_EQ, 0xFFFF_FFFF, request))
    _only_families(rules, families)
    if not namespaces:
        for name in _HARMLESS_PRETENCE:
            rules.refuse(name, 0)
        for name in _REFUSED_WITHOUT_NAMESPACES:
            rules.refuse(name, errno.EPERM)
        for name, comparisons in _REFUSED_FOR_OTHERS:
            rules.refuse(name, errno.EPERM, *comparisons)
        if landlock.version() < 3:
            rules.refuse("truncate", errno.EPERM)
    rules.load()


def refuse_new_sockets() -> None:
    """From now on: those that exist go on working, no other can be made."""
    rules = Filter()
    rules.refuse("socket", errno.EACCES)
    rules.load()


def _only_families(rules: Filter, families: Iterable[socket.AddressFamily]) -> None:
    for family in set(range(_ANY_FAMILY)) - set(families):
        rules.refuse("socket", errno.EACCES, (0, _EQ, family))
    rules.refuse("socket", errno.EACCES, (0, _GE, _ANY_FAMILY))  # and numbers whose upper half the kernel would drop
