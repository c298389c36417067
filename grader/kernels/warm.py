"""The grader's end of the kernel server: start it, start it again if it dies, stop it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from grader.errors import RunnerError
from grader.kernels.leftovers import OwnedFolder
from grader.kernels.workplace import copy_fonts, environment

_STARTUP_SECONDS = 120
_GOING_SECONDS = 0.1


def available() -> bool:
    """Whether this system forks as the server needs it; macOS and Windows do not do so safely."""
    return sys.platform == "linux"


class KernelServer:
    """A kernel server of our own. Use as a context manager; `socket()` may be called from any thread."""

    def __init__(self) -> None:
        self._folder = OwnedFolder("grader-server-")
        self._home = self._folder.path
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._log = self._home / "server.log"
        self._started = 0
        self._answers = False  # whether the one started last has answered

    def __enter__(self) -> KernelServer:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            _stop(self._process)
        self._folder.remove()

    def begin(self) -> None:
        """Start it, and do not wait until it answers. What goes wrong is said by `socket()`."""
        with self._lock, contextlib.suppress(OSError, RunnerError):
            self._start()

    def socket(self) -> Path:
        """Where a live server listens; starts one if there is none. Raises RunnerError if it cannot be started."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
                self._answers = False
            if not self._answers:
                self._wait()
            return self._path

    def alive(self, socket: Path) -> bool:
        """Whether the server that listened at `socket` still lives. The end of one that just goes is waited for."""
        with self._lock:
            if socket != self._path or self._process is None:
                return False
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GOING_SECONDS)
            return self._process.returncode is None

    @property
    def _path(self) -> Path:
        return self._home / f"{self._started}.sock"

    def _start(self) -> None:
        if self._process is not None:
            _stop(self._process)
        if not (self._home / "matplotlib").exists():
            copy_fonts(self._home)
        self._started += 1
        command = [sys.executable, "-P", "-m", "grader.kernels.server", str(self._path)]
        with self._log.open("ab") as written:
            self._process = subprocess.Popen(
                command,
                env=environment(self._home),
                cwd=self._home,
                stdin=subprocess.PIPE,
                stdout=written,
                stderr=written,
            )

    def _wait(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _STARTUP_SECONDS
        while not _answers(self._path):
            if self._process.poll() is not None or time.monotonic() > deadline:
                _stop(self._process)
                told = self._log.read_text(errors="replace")[-1000:]
                raise RunnerError(f"the kernel server did not start: {told}")
            time.sleep(0.02)
        self._answers = True


@contextlib.contextmanager
def kernel_server(*, early: bool = True) -> Iterator[KernelServer | None]:
    """A server that gets ready while the caller reads what is to be run; None where there can be none.

    Not `early`, it starts when the first kernel is asked for: perhaps none is.
    """
    if not available():
        yield None
        return
    with KernelServer() as server:
        if early:
            server.begin()
        yield server


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # its kernels die with it
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as trial, contextlib.suppress(OSError):
        trial.connect(str(path))
        return True
    return False
