"""A dry run, `python -m grader.walls.trial PLAN`: enter the walls for real, then try what should work and what not.

Prints one JSON object: `{"broken": [...]}`, empty where all holds. The process is thrown away afterwards.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from grader.walls.enter import close_the_door, enter
from grader.walls.keeper import Keeper, Opened
from grader.walls.plan import Plan


def main() -> None:
    request = json.loads(sys.argv[1])
    plan = Plan.of(request["plan"])
    try:
        _enter(plan)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(plan.sockets_inside / "trial"))
        close_the_door(plan)
    except OSError as error:
        print(json.dumps({"broken": [str(error)]}), flush=True)
        os._exit(0)
    broken = [told for told, holds in (*_works(plan), *_stops(plan, request)) if not _true(holds)]
    _writes(Path(request["outside"]))  # whoever asked looks whether it changed
    print(json.dumps({"broken": broken}), flush=True)
    os._exit(0)


def _enter(plan: Plan) -> None:
    """As the kernel server does it for its kernels."""
    if plan.tier != "full":
        enter(plan)
        return
    keeper = Keeper()
    keeper.ask(plan)
    while not isinstance(heard := keeper.hear(), Opened):
        pass
    if heard.room is None:
        raise heard.error or OSError("there is no room")
    if child := heard.room.fork(plan):
        status = os.waitpid(child, 0)[1]
        keeper.end(heard.room)
        os._exit(abs(os.waitstatus_to_exitcode(status)))
    enter(plan, heard.room)


def _works(plan: Plan) -> list[tuple[str, Callable[[], bool]]]:
    """What a notebook needs."""
    return [
        (
            "Python's library cannot be read from inside",
            lambda: _reads(Path(sysconfig.get_paths()["stdlib"], "wave.py")),
        ),
        ("its packages cannot be read from inside", lambda: _reads(Path(__file__).parents[2]) or _imports("numpy")),
        ("the kernel cannot write its own folder", lambda: _writes(plan.own[0] / "trial")),
        ("the kernel cannot write its home", lambda: _writes(plan.own[1] / "trial")),
        ("/dev/null cannot be written", lambda: _writes(Path("/dev/null"))),
        ("no program can be started", lambda: subprocess.run(["/bin/sh", "-c", "true"], check=False).returncode == 0),
    ]


def _stops(plan: Plan, request: dict[str, str]) -> list[tuple[str, Callable[[], bool]]]:
    """What a notebook must not be able to do."""
    outside = Path(request["outside"])
    tests = [
        ("files outside can be read", lambda: not _reads(outside)),
        ("files can be put beside the sockets", lambda: not _writes(plan.sockets_inside / "file")),
        ("another process can be traced", lambda: ctypes.CDLL(None).ptrace(0, 0, 0, 0) < 0),
        ("the network can be reached", lambda: not _connects(int(request["port"]))),
    ]
    if plan.tier == "full":
        tests += [
            ("processes outside can be seen", lambda: os.getppid() == 0),
            ("files outside exist", lambda: not Path(request["beside"]).exists()),
            ("the quota does not hold", lambda: _fills(plan.own[0] / "big", plan.disk_bytes) == errno.ENOSPC),
        ]
    return tests


def _true(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except (OSError, ImportError, LookupError):  # Python itself lacks a file
        return False


def _imports(name: str) -> bool:
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def _reads(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return len(file.read(1)) == 1
    return False


def _writes(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("ab") as file:
        return file.write(b"x") == 1
    return False


def _connects(port: int) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET) as trial:
        trial.settimeout(1)
        trial.connect(("127.0.0.1", port))
        return True
    return False


def _fills(path: Path, size: int) -> int | None:
    """Write more than `size` bytes in pieces; the error's number that ended it."""
    try:
        for part in range(4):
            with path.with_suffix(f".{part}").open("wb") as file:
                for _ in range(size // 2 >> 20):
                    file.write(bytes(1 << 20))
    except OSError as error:
        return error.errno
    finally:
        for part in range(4):
            path.with_suffix(f".{part}").unlink(missing_ok=True)
    return None


if __name__ == "__main__":
    main()
