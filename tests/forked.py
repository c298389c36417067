"""The command line in a process of its own that was forked, not started: what takes a second to import is there.

`forked.py DESCRIPTOR` imports all of the grader's and then forks for each command that is asked for; `Forks` asks.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# neither run in the grader's process, nor meant to be imported; and Dask, which is told how much to say before that
_ELSEWHERE = (
    *("grader.probes", "grader.kernels.server", "grader.pytest_plugin", "grader.gradescope", "grader.__main__"),
    "grader.executors",
)
_MOST_BYTES = 1_000_000  # of a command with its environment


def main() -> None:
    """Serve until the other end of standard input is gone."""
    sys.path[0] = str(Path(__file__).parents[1])  # as `python -m grader` has it there
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        import grader

        for module in pkgutil.walk_packages(grader.__path__, "grader."):
            if not module.name.startswith(_ELSEWHERE):
                importlib.import_module(module.name)
        while True:
            told, descriptors, _, _ = socket.recv_fds(asked, _MOST_BYTES, 2)
            if not told:
                return
            pid = os.fork()
            if pid == 0:
                asked.close()
                break
            for descriptor in descriptors:
                os.close(descriptor)
            asked.sendall(f"{pid}\n".encode())
            _, status = os.waitpid(pid, 0)
            asked.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    _become(json.loads(told), descriptors)


def _become(command: dict[str, object], descriptors: Sequence[int]) -> None:
    """`python -m grader`, as if it had been started in that folder, with that environment."""
    for place, descriptor in enumerate(descriptors, start=1):
        os.dup2(descriptor, place)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(command["environment"])  # type: ignore[call-overload]
    os.chdir(str(command["folder"]))
    tempfile.tempdir = None  # of that environment
    time.tzset()
    if command["server"]:
        _lend(Path(str(command["server"])))
    sys.argv = ["grader", *command["arguments"]]  # type: ignore[misc]
    runpy.run_module("grader", run_name="__main__", alter_sys=True)


def _lend(listening: Path) -> None:
    """Kernels come from a server that lives already: to start one costs more than most commands here."""
    from grader.kernels.warm import KernelServer

    KernelServer.begin = lambda _: None  # type: ignore[method-assign]
    KernelServer.socket = lambda _: listening  # type: ignore[method-assign]
    KernelServer.alive = lambda _, socket: True  # type: ignore[method-assign]


class Forks:
    """Runs commands one after the other. Use as a context manager."""

    def __init__(self) -> None:
        self._asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with asked:
            environment = {**os.environ, "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__)), str(asked.fileno())],
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[asked.fileno()],
            )

    def __enter__(self) -> Forks:
        return self

    def __exit__(self, *_: object) -> None:
        self._asking.close()
        self._process.wait()

    def run(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        timeout: float,
        server: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """`server`: where the kernel server listens that lends kernels to this command."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            command = {
                "arguments": arguments,
                "folder": str(folder),
                "environment": dict(environment),
                "server": server and str(server),
            }
            self._asking.settimeout(None)
            socket.send_fds(self._asking, [json.dumps(command).encode()], [out.fileno(), err.fileno()])
            pid = self._told()
            self._asking.settimeout(timeout)
            try:
                code = self._told()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                self._asking.settimeout(None)
                self._told()
                raise subprocess.TimeoutExpired(list(arguments), timeout) from None
            printed = [_all(file.fileno()).decode("utf-8") for file in (out, err)]
        return subprocess.CompletedProcess(list(arguments), code, *printed)

    def _told(self) -> int:
        told = self._asking.recv(100)
        assert told, "the process that forks has ended"
        return int(told)


def _all(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", closefd=False) as file:
        return file.read()


if __name__ == "__main__":
    main()
