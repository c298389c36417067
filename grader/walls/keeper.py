"""Makes and holds rooms (see room.py) for kernels that are forked from a process with much memory.

A room needs two trusted processes that live as long as it does: the holder, which left the system's namespaces, and the
first process of the new tree, which furnishes it and then only buries the dead; with it all in the room ends. Forked
from where the kernels are forked from, they would cost half as much as the kernel's own start: the system copies what
says where each page is. The keeper is forked before there is much, and they from it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from dataclasses import dataclass
from typing import Any, NoReturn

from grader.walls import room, supervisor, system
from grader.walls.plan import Plan

_MESSAGE_BYTES = 1 << 18


@dataclass(frozen=True)
class Room:
    """Its two trusted processes by number, and a descriptor of the first: in the room the number means nothing."""

    holder: int
    first: int
    door: int

    @property
    def supervisors(self) -> int:
        """How many trusted processes stand above a kernel in it: none but for who has to fork twice (see `fork`)."""
        return 0 if os.getuid() == 0 else 1

    def fork(self, plan: Plan) -> int:
        """As os.fork. Root's child is born in the room's process tree; anybody else's has to fork once more for it."""
        if os.getuid() != 0 or not plan.has("pids"):
            return os.fork()
        pid, own = -1, os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        try:
            system.setns(self.door, system.CLONE_NEWPID)
            try:
                pid = os.fork()
            finally:
                if pid:
                    system.setns(own, system.CLONE_NEWPID)
        finally:
            os.close(own)
        return pid

    def enter(self, plan: Plan) -> None:
        """In the child: step into the room, and close its door. Raises OSError."""
        flags = room.namespaces(plan)
        if self.supervisors == 0:
            flags &= ~system.CLONE_NEWPID
        system.setns(self.door, flags)
        os.close(self.door)
        if self.supervisors:
            supervisor.fork_and_follow()


class Keeper:
    """The process, and our end of the line to it: one request, one answer."""

    def __init__(self) -> None:
        """Forks: to be called while there is little memory and one thread."""
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self._line, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MESSAGE_BYTES)
        self.pid = os.fork()
        if self.pid == 0:
            self._line.close()
            _keep(theirs)
        theirs.close()

    def open(self, plan: Plan) -> Room:
        """Raises OSError if a wall cannot be built, EOFError if the keeper is gone."""
        answer = self._asked({"open": plan.plain()})
        if "error" in answer:
            raise OSError(*answer["error"])
        return Room(answer["holder"], answer["first"], os.pidfd_open(answer["first"]))

    def close(self, left: Room) -> float:
        """End all that is in the room. Returns the processor time of what was not the kernel's own to wait for."""
        os.close(left.door)
        return float(self._asked({"close": left.holder, "first": left.first})["cpu"])

    def _asked(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            self._line.send(json.dumps(request).encode())
            answer = self._line.recv(_MESSAGE_BYTES)
        except ConnectionError:
            answer = b""
        if not answer:
            raise EOFError("the keeper of the rooms is gone")
        return dict(json.loads(answer))


def _keep(line: socket.socket) -> NoReturn:
    """The keeper's own life: it ends with the process that asks."""
    try:
        supervisor.die_with_parent()
        os.setsid()
        while data := line.recv(_MESSAGE_BYTES):
            line.send(json.dumps(_answer(json.loads(data), line)).encode())
    finally:
        os._exit(0)


def _answer(request: dict[str, Any], line: socket.socket) -> dict[str, Any]:
    try:
        return _opened(Plan.of(request["open"]), line) if "open" in request else _closed(request)
    except OSError as error:
        return {"error": [error.errno, error.strerror]}


def _opened(plan: Plan, line: socket.socket) -> dict[str, Any]:
    heard, told = os.pipe()
    holder = os.fork()
    if holder == 0:
        line.close()
        os.close(heard)
        _hold(plan, told)
    os.close(told)
    with os.fdopen(heard, "rb") as answers:
        said: dict[str, Any] = {}
        for answer in answers:  # until the holder and the first process both closed their end
            said |= json.loads(answer)
    if "first" in said and "error" not in said and said.get("furnished"):
        return {"holder": holder, "first": said["first"]}
    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    raise OSError(*said.get("error", [0, "the room could not be made"]))


def _closed(request: dict[str, int]) -> dict[str, Any]:
    with contextlib.suppress(ProcessLookupError):
        os.kill(request["first"], signal.SIGKILL)  # and the system kills all others in there
    used = os.wait4(request["close"], 0)[2]
    return {"cpu": used.ru_utime + used.ru_stime}


def _hold(plan: Plan, told: int) -> NoReturn:
    """Make the room and wait for its end."""
    try:
        supervisor.die_with_parent()
        os.umask(0o022)
        room.give_folders(plan)
        room.leave(plan)
        first = os.fork()
        if first == 0:
            supervisor.die_with_parent()
            room.furnish(plan)
            _say(told, {"furnished": True})
            os.close(told)
            supervisor.bury_the_dead()
        _say(told, {"first": first})
        os.close(told)
        os.waitpid(first, 0)
    except OSError as error:
        _say(told, {"error": [error.errno, error.strerror]})
    finally:
        os._exit(0)


def _say(descriptor: int, what: dict[str, Any]) -> None:
    os.write(descriptor, json.dumps(what).encode() + b"\n")
