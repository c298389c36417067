"""The system calls that Python's library does not offer, each raising OSError with what was tried."""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from pathlib import Path

CLONE_PARENT = 0x0000_8000
CLONE_NEWNS = 0x0002_0000
CLONE_NEWCGROUP = 0x0200_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000
CLONE_NEWTIME = 0x0000_0080

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 1 << 12, 1 << 14, 1 << 18
_MNT_DETACH = 2
_SYS_MOUNT_SETATTR = 442  # the same number on every architecture, as all since Linux 5.1
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_CAPABILITY_VERSION_3 = 0x2008_0522

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def _checked(result: int, tried: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{tried}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: object, tried: str) -> int:
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments), tried)


def prctl(option: int, value: int) -> None:
    words = (ctypes.c_ulong(word) for word in (value, 0, 0, 0))
    _checked(_libc.prctl(ctypes.c_int(option), *words), f"prctl {option}")


def keep_freed_memory(most_bytes: int) -> None:
    """Memory that is freed stays with the process, up to so much at the heap's end, for what is allocated next. Where
    the C library is not glibc nothing changes."""
    with contextlib.suppress(AttributeError):
        for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
            _libc.mallopt(ctypes.c_int(option), ctypes.c_int(most_bytes))


def unshare(flags: int) -> None:
    _checked(_libc.unshare(ctypes.c_int(flags)), f"unshare {flags:#x}")


def setns(descriptor: int, flags: int) -> None:
    """Join namespaces of the process that the descriptor is of; its process tree only for what is forked later."""
    _checked(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(flags)), f"setns {flags:#x}")


def mount(source: str | None, target: Path, kind: str | None, flags: int, options: str | None = None) -> None:
    texts = [None if text is None else os.fsencode(text) for text in (source, kind, options)]
    done = _libc.mount(texts[0], os.fsencode(target), texts[1], ctypes.c_ulong(flags), texts[2])
    _checked(done, f"mount {kind or source} on {target}")


def bind(source: Path, target: Path, *, read_only: bool) -> None:
    """Show `source`, with what is mounted below it, at `target`, which exists; no set-user-id programs."""
    mount(str(source), target, None, MS_BIND | MS_REC)
    set_attributes(target, _ATTR_NOSUID | ((_ATTR_RDONLY | _ATTR_NODEV) if read_only else 0), recursive=True)


def make_read_only(target: Path) -> None:
    set_attributes(target, _ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV, recursive=False)


def set_attributes(target: Path, attributes: int, *, recursive: bool) -> None:
    wanted = struct.pack("QQQQ", attributes, 0, 0, 0)
    syscall(
        _SYS_MOUNT_SETATTR,
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(target),
        ctypes.c_uint(_AT_RECURSIVE if recursive else 0),
        wanted,
        ctypes.c_size_t(len(wanted)),
        tried=f"mount_setattr {target}",
    )


def detach(target: str) -> None:
    _checked(_libc.umount2(os.fsencode(target), _MNT_DETACH), f"umount {target}")


def lose_privileges_for_good() -> None:
    """No program that is started from here on, set-user-id or not, has more rights than its starter."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    with contextlib.suppress(OSError):  # EINVAL after the last one this system knows; EPERM for who has none anyway
        for capability in range(64):
            prctl(PR_CAPBSET_DROP, capability)


def drop_capabilities() -> None:
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _checked(_libc.capset(header, bytes(24)), "capset")
