"""Namespaces: a process tree, a network, a file tree of the kernel's own, in which nothing else exists."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
from pathlib import Path

from grader.walls import syscalls, system
from grader.walls.plan import Plan

_SKELETON_BYTES, _MOST_FILES = 4_000_000, 50_000
_DEVICES = ("null", "zero", "full", "random", "urandom")
_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2", "ptmx": "pts/ptmx"}
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1


def namespaces(plan: Plan) -> int:
    """Those that the room has of its own, as flags."""
    flags = system.CLONE_NEWNS | system.CLONE_NEWUTS
    for wall, flag in (("pids", system.CLONE_NEWPID), ("network", system.CLONE_NEWNET), ("ipc", system.CLONE_NEWIPC)):
        flags |= flag if plan.has(wall) else 0
    return flags if os.getuid() == 0 else flags | system.CLONE_NEWUSER


def leave(plan: Plan) -> None:
    """Leave the namespaces of the system; what is forked from here on is the first process of its own tree."""
    uid, gid = os.getuid(), os.getgid()
    system.unshare(namespaces(plan))
    if uid == 0:
        return
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def furnish(plan: Plan) -> None:
    """As the first process of the new tree: make its file tree and step into it. All else ceases to exist."""
    if plan.has("network"):
        _loopback_up()
    system.mount(None, Path("/"), None, system.MS_REC | system.MS_PRIVATE)
    if not plan.has("files"):
        if plan.has("pids"):
            system.mount("proc", Path("/proc"), "proc", system.MS_NOSUID | system.MS_NODEV | system.MS_NOEXEC)
        return
    root = Path(plan.root, "root")
    root.mkdir(exist_ok=True)
    _tmpfs(root, f"size={_SKELETON_BYTES},mode=755")
    _own_folders(root, plan)  # before what is readable: Python may lie below /tmp
    for path in plan.readable:
        _show(root, Path(path))
    _devices(root)
    _accounts(root, plan)
    (root / "proc").mkdir()
    system.mount("proc", root / "proc", "proc", system.MS_NOSUID | system.MS_NODEV | system.MS_NOEXEC)
    os.chdir(root)
    system.syscall(syscalls.number("pivot_root"), b".", b".", tried="pivot_root")
    system.detach(".")
    os.chdir("/")
    system.make_read_only(Path("/"))


def _tmpfs(target: Path, options: str) -> None:
    system.mount("tmpfs", target, "tmpfs", system.MS_NOSUID | system.MS_NODEV, options)


def _show(root: Path, path: Path) -> None:
    """`path` at the same place below `root`, for reading; a link as a link."""
    target = root / path.relative_to("/")
    if path.is_symlink() and len(path.parts) == 2:  # /lib -> usr/lib
        target.symlink_to(os.readlink(path))
    elif path.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        system.bind(path, target, read_only=True)
    elif path.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
        system.bind(path, target, read_only=True)


def _devices(root: Path) -> None:
    devices = root / "dev"
    for name in _DEVICES:
        (devices / name).touch()
        system.bind(Path("/dev", name), devices / name, read_only=False)
    for name, target in _LINKS.items():
        (devices / name).symlink_to(target)
    (devices / "pts").mkdir()
    terminals = "newinstance,ptmxmode=0666,mode=620"
    system.mount("devpts", devices / "pts", "devpts", system.MS_NOSUID | system.MS_NOEXEC, terminals)


def _own_folders(root: Path, plan: Plan) -> None:
    """One file system with one quota for all that the kernel can fill: work, home, /tmp and /dev/shm."""
    store = root / "store"
    store.mkdir()
    size = plan.disk_bytes if plan.has("quota") else 64_000_000_000
    _tmpfs(store, f"size={size},nr_inodes={_MOST_FILES},mode=755")
    for place in (Path("/tmp"), Path("/dev/shm"), *plan.own):  # /tmp first: the others may lie below it
        kept = store / str(place).replace("/", ".")
        if place in plan.own:
            shutil.copytree(place, kept, symlinks=True)
            give(kept, plan.uid)
        else:
            kept.mkdir()
            kept.chmod(0o1777)
        _bind_at(kept, root / place.relative_to("/"))
    _bind_at(plan.sockets, root / plan.sockets_inside.relative_to("/"))
    system.detach(str(store))  # what is shown elsewhere stays
    store.rmdir()


def _bind_at(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    system.bind(source, target, read_only=False)


def _accounts(root: Path, plan: Plan) -> None:
    """A password file with one account and a hosts file with one host, for libraries that ask."""
    uid, gid = plan.uid or os.getuid(), plan.uid or os.getgid()
    etc = root / "etc"
    etc.mkdir(exist_ok=True)
    (etc / "passwd").write_text(f"student:x:{uid}:{gid}:student:{plan.own[1]}:/bin/sh\n")
    (etc / "group").write_text(f"student:x:{gid}:\n")
    (etc / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")


def give_folders(plan: Plan) -> None:
    """Let the user that the kernel becomes reach its folders."""
    if plan.uid is None or not plan.has("user"):
        return
    os.chmod(plan.root, 0o711)
    for folder in (plan.sockets, *(plan.own if plan.tier == "reduced" else ())):
        give(folder, plan.uid)


def give(folder: Path, uid: int | None) -> None:
    """Make `folder` and all that is in it the user's."""
    if uid is None:
        return
    for place, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(os.path.join(place, name), uid, uid, follow_symlinks=False)


def _loopback_up() -> None:
    """A new network has a loopback device that is down; multiprocessing's and IPython's own traffic needs it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))
