"""Jupyter's seam for where a kernel comes from: here, a fork of the kernel server (registered as `warm`)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Dict, Unicode

from grader.errors import RunnerError
from grader.kernels import shared

SOCKET_VARIABLE = "GRADER_KERNEL_SERVER"  # a shared server other than the one that is found or started
_ATTEMPTS = 2
_ANSWER_SECONDS = 60


class ForkedKernel:
    """A kernel of the server's, with the part of subprocess.Popen's surface that LocalProvisioner uses.

    `supervisors`, `first`: what the server told of the trusted processes around it (see server.py)."""

    stdin = stdout = stderr = None

    def __init__(self, path: str, request: dict[str, Any], descriptors: list[int]) -> None:
        """Raises RunnerError if there is no server at `path` or it gives no kernel."""
        self.returncode: int | None = None
        self.cpu_seconds: float | None = None  # known once it has ended
        self._received = b""
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.settimeout(_ANSWER_SECONDS)
        try:
            self._connection.connect(path)
            data = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(self._connection, [data], descriptors)
            self._connection.sendall(data[sent:])
            told = self._line()
            if "error" in told:
                raise OSError(told["error"])
            self.pid = int(told["pid"])
            self.supervisors, self.first = told.get("supervisors"), told.get("first")
            self._connection.settimeout(None)
        except (OSError, EOFError) as error:
            self._connection.close()
            raise RunnerError(f"the kernel server at {path} gives no kernel: {error}") from None

    def _line(self) -> dict[str, Any]:
        while b"\n" not in self._received:
            data = self._connection.recv(4096)
            if not data:
                raise EOFError("it closed the connection")
            self._received += data
        line, self._received = self._received.split(b"\n", 1)
        return dict(json.loads(line))

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._connection], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            try:
                told = self._line()
                self.returncode, self.cpu_seconds = int(told["exit"]), told.get("cpu")
            except (OSError, EOFError):
                self.returncode = -signal.SIGKILL  # the server died, and its kernels with it
            self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class WarmProvisioner(LocalProvisioner):
    """Everything as LocalProvisioner does it, but the process is forked, not started.

    The grader's runner names its own server and the kernel's walls. For other tools the kernels are forked from a
    server that the user's notebooks share, and are like those that the kernelspec's command would have started; where
    that cannot be, it is started after all.
    """

    socket_path = Unicode("", config=True, help="the grader's kernel server")
    plan = Dict(config=True, help="the kernel's walls, as grader.walls.plan.Plan tells them")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        environment = dict(kwargs.get("env") or os.environ)
        request = {"cwd": str(kwargs.get("cwd") or os.getcwd()), "env": environment}
        descriptors = [_descriptor(kwargs.get(name), default) for name, default in (("stdout", 1), ("stderr", 2))]
        if self.socket_path:
            environment.pop("JPY_PARENT_PID", None)  # the server watches over its kernels
            request |= {"argv": cmd[:1] + cmd[cmd.index("-f") :], "plan": dict(self.plan)}
            kernel: Any = ForkedKernel(self.socket_path, request, descriptors)
        else:
            try:
                kernel = await asyncio.to_thread(_own_kernel, cmd, request, descriptors)
            except (RunnerError, OSError) as error:
                self.log.warning("The kernel is started afresh, which is slower: %s", error)
                return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid = kernel, kernel.pid, kernel.pid
        self.cwd = request["cwd"]
        return self.connection_info


def _own_kernel(command: list[str], request: dict[str, Any], descriptors: list[int]) -> ForkedKernel:
    """Raises RunnerError or OSError where there cannot be one."""
    if reason := shared.unsuited(command, request["cwd"]):
        raise RunnerError(reason)
    request |= {"argv": command[command.index("-f") :], "umask": _umask()}
    for _ in range(_ATTEMPTS - 1):
        with contextlib.suppress(RunnerError):  # a server may end just when it is asked
            return ForkedKernel(_address(request["env"]), request, descriptors)
    return ForkedKernel(_address(request["env"]), request, descriptors)


def _address(environment: dict[str, str]) -> str:
    return os.environ.get(SOCKET_VARIABLE) or str(shared.address(environment))


def _umask() -> int:
    """Without setting it: other threads may be making files."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["Umask"], 8)


def _descriptor(stream: Any, default: int) -> int:
    if isinstance(stream, int) and stream >= 0:
        return stream
    return int(stream.fileno()) if hasattr(stream, "fileno") else default
