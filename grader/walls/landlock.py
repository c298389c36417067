"""Landlock: this process and its children keep only the file rights that are named (Linux 5.13 and newer).

Numbers from the kernel's `include/uapi/linux/landlock.h`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
from collections.abc import Mapping
from pathlib import Path

from grader.walls.system import PR_SET_NO_NEW_PRIVS, prctl, syscall

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION_FLAG, _PATH_BENEATH = 1, 1

_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_REMOVE_FOLDER, _REMOVE_FILE, _MAKE_CHAR, _MAKE_FOLDER, _MAKE_FILE = 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8
_MAKE_SOCKET, _MAKE_FIFO, _MAKE_BLOCK, _MAKE_LINK = 1 << 9, 1 << 10, 1 << 11, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_SINCE = {2: _REFER, 3: _TRUNCATE, 5: _IOCTL_DEVICE}  # ABI version -> right it adds
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL_DEVICE
_SCOPES = 1 | 2  # abstract unix sockets, signals: inside the domain only

READ = _EXECUTE | _READ | _LIST
OWN = 0xFFFF & ~(_MAKE_CHAR | _MAKE_BLOCK)
DEVICE = _READ | _WRITE | _IOCTL_DEVICE
SOCKETS = _READ | _LIST | _MAKE_SOCKET


def version() -> int:
    """The ABI that this kernel speaks; 0 without Landlock."""
    with contextlib.suppress(OSError):
        return syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION_FLAG), tried="landlock")
    return 0


def restrict(rights: Mapping[Path, int]) -> None:
    """Keep only `rights` beneath each path (those that do not exist are left out). Raises OSError without Landlock."""
    abi = version()
    handled = (1 << 13) - 1
    for since, right in _SINCE.items():
        handled |= right if abi >= since else 0
    attributes = struct.pack("QQQ", handled, 0, _SCOPES if abi >= 6 else 0)
    attributes = attributes[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = syscall(
        _CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0), tried="landlock_create_ruleset"
    )
    try:
        for path, wanted in rights.items():
            _allow(ruleset, path, wanted & handled)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint(0), tried="landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, wanted: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            wanted &= _OF_FILES
        rule = struct.pack("=Qi", wanted, descriptor)  # packed in the kernel's header too
        number, kind, none = ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), ctypes.c_uint(0)
        syscall(_ADD_RULE, number, kind, rule, none, tried=f"landlock_add_rule {path}")
    finally:
        os.close(descriptor)
