"""`python -m grader.kernels.launch PLAN_FILE -f CONNECTION_FILE ...`: becomes a student's kernel, behind its walls.

Never imported by the grader; the kernel server calls `start` in a fork of itself.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.walls.plan import Plan

if TYPE_CHECKING:
    from grader.walls.keeper import Room

_SOCKET_SECONDS = 10
# glibc's own bounds move while a program runs, and where they end is chance: a training whose tensors of some megabytes
# go back to the system after each iteration spends a fifth of its time on getting them again, page by page
_KEPT_BYTES = 1 << 25


@dataclass
class _Loaded:
    """Names of the modules that were loaded before a fork; which are ours, and which came last."""

    names: set[str] = field(default_factory=set)
    ours: list[str] = field(default_factory=list)
    last: str = ""


_loaded = _Loaded()


def main() -> None:
    if sys.platform == "linux":
        from grader.walls import system

        system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
    plan = Plan.of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    start([sys.argv[0], *sys.argv[2:]], plan)


def start(argv: list[str], plan: Plan, ready: Room | None = None) -> None:
    """Be a kernel until told to stop. `argv`: of a script, with ipykernel's; `ready`: a Room that stands already."""
    from grader.kernels.streams import PatientApp

    if sys.platform == "linux":
        from grader.walls import system

        system.keep_freed_memory(_KEPT_BYTES)
    argv = _seen_from_inside(argv, plan)
    close_the_door = _shut_in(plan, ready)
    if plan.tier == "reduced":
        _without_terminals()
    hide_the_grader()
    _import_from_here()
    sys.argv = argv
    # parent_handle 1: no thread that polls for a dead parent; the system kills the kernel when its parent dies
    app: Any = PatientApp.instance(**({"parent_handle": 1} if sys.platform == "linux" else {}))
    with _no_list_of_modules():
        app.initialize(argv[1:])
    _loaded.names.update(_newer_modules())
    app.shell._sys_modules_keys = _loaded.names
    if close_the_door is not None:
        _wait_for_sockets(app)
        close_the_door()
    app.start()


@contextlib.contextmanager
def _no_list_of_modules() -> Iterator[None]:
    """ipykernel notes the file of every loaded module for its debugger, which nobody attaches here, and IPython the
    names, for `%reset`. Looking at each of thousands of modules makes a fork copy their memory: a third of what it
    costs to start a kernel."""
    lookers: list[Any] = [sys.modules["ipykernel.ipkernel"], sys.modules["IPython.core.shellapp"]]
    blind = types.ModuleType("sys")
    vars(blind).update(vars(sys), modules={})
    for looker in lookers:
        looker.sys = blind
    try:
        yield
    finally:
        for looker in lookers:
            looker.sys = sys


def _seen_from_inside(argv: list[str], plan: Plan) -> list[str]:
    """The same arguments with a connection file that names its sockets by their place behind the walls."""
    if plan.sockets_inside == plan.sockets:
        return argv
    at = argv.index("-f") + 1
    connection = json.loads(Path(argv[at]).read_text(encoding="utf-8"))
    connection["ip"] = connection["ip"].replace(str(plan.sockets), str(plan.sockets_inside))
    (plan.sockets / "inside.json").write_text(json.dumps(connection), encoding="utf-8")
    return [*argv[:at], str(plan.sockets_inside / "inside.json"), *argv[at + 1 :]]


def _shut_in(plan: Plan, ready: Room | None) -> Callable[[], None] | None:
    """Build the walls; what is returned is to be called once the kernel has its sockets."""
    if sys.platform == "linux":
        from grader.walls.enter import close_the_door, enter

        enter(plan, ready)
        return lambda: close_the_door(plan)
    with contextlib.suppress(ImportError, ValueError, OSError):  # what other systems have of it
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (plan.memory_bytes, plan.memory_bytes))
        resource.setrlimit(resource.RLIMIT_FSIZE, (plan.disk_bytes, plan.disk_bytes))
    return None


def _without_terminals() -> None:
    """Shell commands of a notebook run over a pipe: a terminal cannot be had without access to everybody's."""
    shell: Any = sys.modules["ipykernel.zmqshell"]

    def system(command: str) -> int:
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        with subprocess.Popen(command, shell=True, text=True, errors="replace", **streams) as running:
            for line in running.stdout or ():
                sys.stdout.write(line)
            return running.wait()

    shell.system = system


def _wait_for_sockets(app: Any) -> None:
    """The heartbeat's thread makes the last one."""
    last = Path(f"{app.ip}-{app.hb_port}")
    deadline = time.monotonic() + _SOCKET_SECONDS
    while app.transport == "ipc" and not last.exists() and time.monotonic() < deadline:
        time.sleep(0.002)


def _import_from_here() -> None:
    """The working directory is searched before installed packages, where IPython puts it. Until now it was not: what
    a student calls random.py must not be imported on this side of the walls."""
    installed = (at for at, path in enumerate(sys.path) if Path(path).name in ("site-packages", "dist-packages"))
    sys.path.insert(next(installed, 0), "")


def hide_the_grader() -> None:
    """Drop an editable install's finders and paths, and refuse the name itself."""
    sys.meta_path[:] = [
        f for f in sys.meta_path if "editable" not in getattr(f, "__module__", getattr(f, "__name__", ""))
    ]
    sys.path_hooks[:] = [hook for hook in sys.path_hooks if "editable" not in getattr(hook, "__module__", "")]
    sys.path[:] = [p for p in sys.path if p and "editable" not in p]
    for name in our_modules():
        del sys.modules[name]
    sys.modules["grader"] = None  # type: ignore[assignment]  # import grader -> ModuleNotFoundError


def our_modules() -> list[str]:
    """Names of those that are loaded."""
    return [name for name in (*_loaded.ours, *filter(_is_ours, _newer_modules())) if name in sys.modules]


def _newer_modules() -> Iterator[str]:
    """Names of those that were loaded since the fork, or of all."""
    return takewhile(lambda name: name != _loaded.last, reversed(sys.modules))


def note_modules() -> None:
    """Before forking. To look at the names of thousands of modules makes a fork copy the memory in which they lie."""
    _loaded.names, _loaded.last = set(sys.modules), next(reversed(sys.modules))
    _loaded.ours = [*filter(_is_ours, sys.modules)]


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "grader"


if __name__ == "__main__":
    main()
