"""Jupyter's seam for where a kernel comes from: here, a fork of the kernel server (registered as `warm`)."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Integer, Unicode

from grader.errors import RunnerError

SOCKET_VARIABLE = "GRADER_KERNEL_SERVER"


class ForkedKernel:
    """A kernel of the server's, with the part of subprocess.Popen's surface that LocalProvisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, path: str, request: dict[str, Any], descriptors: list[int]) -> None:
        """Raises RunnerError if there is no server at `path` or it gives no kernel."""
        self.returncode: int | None = None
        self._received = b""
        self._connection = socket.socket(socket.AF_UNIX)
        try:
            self._connection.connect(path)
            data = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(self._connection, [data], descriptors)
            self._connection.sendall(data[sent:])
            self.pid = int(self._line()["pid"])
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
                self.returncode = int(self._line()["exit"])
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
    """Everything as LocalProvisioner does it, but the process is forked, not started."""

    socket_path = Unicode("", config=True, help="the kernel server's socket; else $GRADER_KERNEL_SERVER")
    memory_bytes = Integer(1 << 40, config=True, help="RLIMIT_DATA of the kernel")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        path = self.socket_path or os.environ.get(SOCKET_VARIABLE, "")
        arguments = cmd[cmd.index("-f") :] if "-f" in cmd else []
        if not any(argument.startswith("--HistoryManager.enabled") for argument in arguments):
            arguments.append("--HistoryManager.enabled=False")  # or all kernels would write to one database
        environment = dict(kwargs.get("env") or os.environ)
        environment.pop("JPY_PARENT_PID", None)  # the server watches over its kernels
        request = {
            "argv": [cmd[0], *arguments],
            "cwd": str(kwargs.get("cwd") or os.getcwd()),
            "env": environment,
            "memory_bytes": self.memory_bytes,
        }
        descriptors = [_descriptor(kwargs.get(name), default) for name, default in (("stdout", 1), ("stderr", 2))]
        kernel: Any = ForkedKernel(path, request, descriptors)
        self.process, self.pid, self.pgid = kernel, kernel.pid, kernel.pid
        return self.connection_info


def _descriptor(stream: Any, default: int) -> int:
    if isinstance(stream, int) and stream >= 0:
        return stream
    return int(stream.fileno()) if hasattr(stream, "fileno") else default
