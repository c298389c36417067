"""The kernel server: imports what notebooks import, once, and forks a kernel for each that is asked for.

`python -m grader.kernels.server SOCKET`, a process of its own that holds no secret: every kernel inherits its memory.
One connection to the socket is one kernel, in JSON lines:

    client: {"argv": [...], "cwd": "...", "env": {...}, "plan": {...}}   with two descriptors, stdout and stderr
    server: {"pid": n, "supervisors": n, "first": n}, and when the kernel has ended {"exit": code as subprocess gives
            it, "cpu": s}; or {"error": "..."} if it cannot be had

"supervisors": how many trusted processes, of which "pid" is the topmost, stand above the kernel; "first": the trusted
process that is the first of the kernel's own process tree, where that is ready before the kernel (see keeper.py).
"cpu" is the processor time of the kernel and of all below it that somebody waited for, as the system accounts it.

A closed connection kills the kernel and its process group, so no kernel outlives who asked for it. The server has one
thread when it forks: a lock that another thread holds would be held for ever in the child.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import warnings
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from grader.kernels import launch, preloading
from grader.walls import supervisor, system
from grader.walls.keeper import Closed, Keeper, Opened, Room
from grader.walls.plan import SUPERVISORS, Plan


@dataclass(eq=False)
class Order:
    """A request for a kernel, with its standard output and error. `plan`: its walls, where it has any."""

    connection: socket.socket
    request: dict[str, Any]
    plan: Plan | None
    descriptors: list[int]

    @property
    def dropped(self) -> bool:
        """Whether whoever asked is gone."""
        return self.connection.fileno() < 0

    def close_descriptors(self) -> None:
        while self.descriptors:
            os.close(self.descriptors.pop())


class Server:
    """Accepts, forks, reaps; one selector loop. `held_open`: it ends when its standard input does."""

    patience: float | None = None  # seconds between two calls of look_around() at most

    def __init__(self, path: str, *, held_open: bool = True, keeper: Keeper | None = None) -> None:
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o600)
        self.listener.listen(64)
        self.wake_read, self.wake_write = socket.socketpair()
        for end in (self.wake_read, self.wake_write):
            end.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.selector.register(self.wake_read, selectors.EVENT_READ)
        if held_open:
            self.selector.register(0, selectors.EVENT_READ)  # its other end is with whoever started the server
        self.waiting: dict[socket.socket, tuple[bytes, list[int]]] = {}  # requests that are not whole yet
        self.kernels: dict[int, socket.socket] = {}
        self.keeper = keeper
        if keeper is not None:
            self.selector.register(keeper.line, selectors.EVENT_READ)
        self.orders: dict[int, Order] = {}  # that wait for a room, by its number
        self.rooms: dict[int, Room] = {}  # by number of the process that was forked for them
        self.ended: dict[int, tuple[socket.socket | None, dict[str, Any]]] = {}  # by holder of the room that still ends
        self.later = list(preloading.LATER)
        self.asked_for = 0  # kernels
        signal.set_wakeup_fd(self.wake_write.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> NoReturn:
        while True:
            self.look_around()
            more = bool(self.later) and self.asked_for > 1  # one notebook alone would not have anything of it
            events = self.selector.select(0 if more else self.patience)
            if more and not events:
                preloading.preload_more(self.later.pop(0))
            for key, _ in events:
                if key.fileobj is self.listener:
                    connection, _ = self.listener.accept()
                    self.waiting[connection] = (b"", [])
                    self.selector.register(connection, selectors.EVENT_READ)
                elif key.fileobj == 0:
                    os._exit(0)  # they are gone; the kernels die with their parent
                elif key.fileobj is self.wake_read:
                    with contextlib.suppress(BlockingIOError):
                        self.wake_read.recv(4096)
                    self.reap()
                elif self.keeper is not None and key.fileobj is self.keeper.line:
                    self.hear_keeper(self.keeper)
                elif isinstance(key.fileobj, socket.socket):
                    self.hear(key.fileobj)

    def look_around(self) -> None:
        """Called whenever something happened, or nothing for a while."""

    def hear(self, connection: socket.socket) -> None:
        """More of a request, or the end of whoever asked for this kernel."""
        try:
            data, descriptors, *_ = socket.recv_fds(connection, 1 << 16, 2)
        except OSError:
            data, descriptors = b"", []
        if not data:
            self.drop(connection)
            return
        if connection not in self.waiting:
            return
        text, earlier = self.waiting[connection]
        text, descriptors = text + data, [*earlier, *descriptors]
        self.waiting[connection] = (text, descriptors)
        if text.endswith(b"\n"):
            del self.waiting[connection]
            request = json.loads(text)
            plan = Plan.of(request["plan"]) if "plan" in request else None
            self.asked(Order(connection, request, plan, descriptors))

    def asked(self, order: Order) -> None:
        """For a kernel: behind full walls it has to wait for its room."""
        self.asked_for += 1
        if self.keeper is not None and order.plan is not None and order.plan.tier == "full":
            self.orders[self.keeper.ask(order.plan)] = order
        else:
            self.fork(order, None)

    def hear_keeper(self, keeper: Keeper) -> None:
        heard = keeper.hear()
        if isinstance(heard, Closed) and heard.holder in self.ended:
            connection, told = self.ended.pop(heard.holder)
            self.tell_end(connection, told | {"cpu": told["cpu"] + heard.cpu})
        elif isinstance(heard, Opened):
            order = self.orders.pop(heard.number)
            if heard.room is None:
                self.refuse(order, heard.error)
            elif order.dropped:
                order.close_descriptors()
                keeper.end(heard.room)
            else:
                self.fork(order, heard.room)

    def fork(self, order: Order, ready: Room | None) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # about threads; preload() made sure there is one
                pid = os.fork() if ready is None or order.plan is None else ready.fork(order.plan)
        except OSError as error:
            if self.keeper is not None and ready is not None:
                self.keeper.end(ready)
            self.refuse(order, error)
            return
        if pid == 0:
            self.become_kernel(order, ready)
        self.kernels[pid] = order.connection
        told = {"pid": pid, "supervisors": SUPERVISORS[order.plan.tier] if order.plan else 0}
        if ready is not None:
            self.rooms[pid] = ready
            told |= {"supervisors": ready.supervisors, "first": ready.first}
        order.close_descriptors()
        with contextlib.suppress(OSError):
            order.connection.sendall(json.dumps(told).encode() + b"\n")

    def refuse(self, order: Order, error: OSError | None) -> None:
        order.close_descriptors()
        with contextlib.suppress(OSError):
            order.connection.sendall(json.dumps({"error": str(error)}).encode() + b"\n")
        self.close(order.connection)

    def reap(self) -> None:
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if self.keeper is not None and pid == self.keeper.pid:
                raise EOFError("the keeper of the rooms is gone")
            kill_group(pid)
            told = {"exit": os.waitstatus_to_exitcode(status), "cpu": used.ru_utime + used.ru_stime}
            connection, ready = self.kernels.pop(pid, None), self.rooms.pop(pid, None)
            if self.keeper is not None and ready is not None:
                self.keeper.end(ready)
                self.ended[ready.holder] = connection, told  # it has not ended before all in its room has
            else:
                self.tell_end(connection, told)
            ours = {*self.kernels, *([] if self.keeper is None else [self.keeper.pid])}
            supervisor.kill_children(but=frozenset(ours))  # what a notebook left behind came to us

    def tell_end(self, connection: socket.socket | None, told: dict[str, Any]) -> None:
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.sendall(json.dumps(told).encode() + b"\n")
            self.close(connection)

    def drop(self, connection: socket.socket) -> None:
        for descriptor in self.waiting.pop(connection, (b"", []))[1]:
            os.close(descriptor)
        for pid in [pid for pid, owner in self.kernels.items() if owner is connection]:
            kill_group(pid)
        self.close(connection)

    def close(self, connection: socket.socket) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(connection)
        connection.close()

    def become_kernel(self, order: Order, ready: Room | None) -> NoReturn:
        """In the child: shed the server, then be a kernel. Never returns."""
        code = 1
        try:
            os.setsid()
            system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            ready = self.shed(order.descriptors, ready)
            os.environ.clear()
            os.environ.update(order.request["env"])
            os.chdir(order.request["cwd"])
            tempfile.tempdir = None  # or the server's would be remembered
            self.start(order, ready)
            code = 0
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
        except BaseException:  # noqa: BLE001  # the process ends here, and its log should say why
            sys.excepthook(*sys.exc_info())
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)  # no teardown of the interpreter: it costs seconds and saves nothing

    def start(self, order: Order, ready: Room | None) -> None:
        """Be the kernel until it ends."""
        assert order.plan is not None
        launch.start(order.request["argv"], order.plan, ready)

    def shed(self, descriptors: list[int], ready: Room | None) -> Room | None:
        """Standard streams as asked for, and the room's door; everything else of the server's is closed."""
        self.selector.close()
        null = os.open(os.devnull, os.O_RDONLY)
        kept = [null, *descriptors, *([] if ready is None else [ready.door])]
        for target, source in enumerate(kept):
            os.dup2(source, target)
        os.closerange(len(kept), min(os.sysconf("SC_OPEN_MAX"), 65536))
        return None if ready is None else replace(ready, door=len(kept) - 1)


def kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def main() -> None:
    path = sys.argv[1]
    keeper = Keeper()  # now, while there is little memory
    preloading.preload()
    sys.modules["grader.kernels.streams"].PatientApp.prepare()
    system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)
    try:
        Server(path, keeper=keeper).serve()
    except EOFError:  # without its keeper it is of no use, and whoever asks for a kernel starts another one
        os._exit(1)


if __name__ == "__main__":
    main()
