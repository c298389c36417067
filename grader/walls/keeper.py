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
import shutil
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


@dataclass(frozen=True)
class Opened:
    """The room that was asked for by this number, or why there is none."""

    number: int
    room: Room | None = None
    error: OSError | None = None


@dataclass(frozen=True)
class Closed:
    """`cpu`: seconds of processor time of all in the room but the kernel itself."""

    holder: int
    cpu: float


class Keeper:
    """The process, and our end of the line to it. Whoever asks goes on, and hears later."""

    def __init__(self) -> None:
        """Forks: to be called while there is little memory and one thread."""
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self.line, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MESSAGE_BYTES)
        self._asked = 0
        self._told: dict[int, dict[str, Any]] = {}  # of rooms that are not ready yet
        self.pid = supervisor.fork_trusted()
        if self.pid == 0:
            self.line.close()
            _keep(theirs)
        theirs.close()

    def ask(self, plan: Plan) -> int:
        """For a room. Returns the number by which `hear` tells of it. Raises EOFError if the keeper is gone."""
        self._asked += 1
        self._told[self._asked] = {}
        self._say({"open": self._asked, "plan": plan.plain()})
        return self._asked

    def end(self, left: Room) -> None:
        """End all that is in the room; `hear` tells when that is done. Raises EOFError."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(left.door, signal.SIGKILL)  # and the system kills all others in there
        os.close(left.door)
        self._say({"close": left.holder})

    def hear(self) -> Opened | Closed | None:
        """What the next message on the line completes, if anything. Raises EOFError."""
        try:
            answer = self.line.recv(_MESSAGE_BYTES)
        except ConnectionError:
            answer = b""
        if not answer:
            raise EOFError("the keeper of the rooms is gone")
        told = json.loads(answer)
        if "close" in told:
            return Closed(told["close"], told["cpu"])
        number = told.pop("open")
        known = self._told.get(number)
        if known is None:  # it has failed before
            return None
        known |= told
        if "error" in known:
            del self._told[number]
            number_of_error, text = known["error"]
            return Opened(number, error=OSError(number_of_error, text) if number_of_error else OSError(text))
        if {"holder", "first", "furnished"} <= known.keys():
            del self._told[number]
            return Opened(number, Room(known["holder"], known["first"], os.pidfd_open(known["first"])))
        return None

    def _say(self, request: dict[str, Any]) -> None:
        try:
            self.line.send(json.dumps(request).encode())
        except ConnectionError:
            raise EOFError("the keeper of the rooms is gone") from None


def _keep(line: socket.socket) -> NoReturn:
    """The keeper's own life: it ends with the process that asks."""
    ended: dict[int, float] = {}  # holders whose rooms came to nothing, and the time that they took
    try:
        os.setsid()
        while data := line.recv(_MESSAGE_BYTES):
            request = json.loads(data)
            if "open" in request:
                if supervisor.fork_trusted() == 0:
                    _hold(Plan.of(request["plan"]), request["open"], line)
                continue
            holder = request["close"]
            while holder not in ended:
                pid, _, used = os.wait4(-1, 0)
                ended[pid] = used.ru_utime + used.ru_stime
            line.send(json.dumps({"close": holder, "cpu": ended.pop(holder)}).encode())
    finally:
        os._exit(0)


def _hold(plan: Plan, number: int, line: socket.socket) -> NoReturn:
    """Make the room and wait for its end. Holder and first process each tell what they know."""

    def say(**told: Any) -> None:
        line.send(json.dumps({"open": number, **told}).encode())

    try:
        os.umask(0o022)
        room.give_folders(plan)
        room.leave(plan)
        first = supervisor.fork_trusted()
        if first == 0:
            room.furnish(plan)
            say(furnished=True)
            line.close()
            supervisor.bury_the_dead()
        say(holder=os.getpid(), first=first)
        line.close()
        os.waitpid(first, 0)
    except (OSError, RecursionError) as error:
        say(error=_words(error))
    finally:
        os._exit(0)


def _words(error: Exception) -> tuple[int, str]:
    """Number and text; of the many errors of a copy, the first."""
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        _, _, why = error.args[0][0]
        return 0, f"{len(error.args[0])} files of the hand-in cannot be copied to where it works: {why}"[:500]
    if isinstance(error, RecursionError):
        return 0, "the folders of the hand-in are nested too deeply"
    number = error.errno if isinstance(error, OSError) else None
    return number or 0, str(getattr(error, "strerror", None) or error)[:500]
