"""Ears on this machine that no kernel may reach: TCP and UDP on loopback, unix sockets by path and by abstract name."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
from pathlib import Path

_PULSE_SECONDS = 0.1


class Listeners:
    """Notes whoever speaks to it, and whether the notebook opens the port `door` to others."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "listener.sock"
        self.abstract = f"hostile-{os.getpid()}"
        self._heard: list[str] = []
        self._selector = selectors.DefaultSelector()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Listeners:
        stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
        self.tcp = self._add("TCP", socket.AF_INET, stream, ("127.0.0.1", 0))
        self.udp = self._add("UDP", socket.AF_INET, datagram, ("127.0.0.1", 0))
        self.tcp6, self.udp6 = 0, 0
        with contextlib.suppress(OSError):  # a machine without IPv6
            self.tcp6 = self._add("TCP over IPv6", socket.AF_INET6, stream, ("::1", 0))
            self.udp6 = self._add("UDP over IPv6", socket.AF_INET6, datagram, ("::1", 0))
        self._add("an abstract unix socket", socket.AF_UNIX, stream, f"\0{self.abstract}")
        self._add("a unix socket", socket.AF_UNIX, stream, str(self.path))
        self.path.chmod(0o777)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.door = free.getsockname()[1]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def contacts(self) -> list[str]:
        """Since the last call."""
        heard, self._heard = self._heard, []
        return sorted(set(heard))

    def _add(self, name: str, family: int, kind: int, address: object) -> int:
        ear = socket.socket(family, kind)
        ear.bind(address)  # type: ignore[arg-type]
        if kind == socket.SOCK_STREAM:
            ear.listen(64)
        ear.setblocking(False)
        self._selector.register(ear, selectors.EVENT_READ, name)
        bound = ear.getsockname()
        return int(bound[1]) if isinstance(bound, tuple) else 0

    def _listen(self) -> None:
        while not self._stopping.is_set():
            for key, _ in self._selector.select(_PULSE_SECONDS):
                self._hear(key.fileobj, str(key.data))  # type: ignore[arg-type]
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.door), timeout=0.05):
                self._heard.append("a port that the notebook opened can be reached")

    def _hear(self, ear: socket.socket, name: str) -> None:
        with contextlib.suppress(OSError):
            if ear.type == socket.SOCK_STREAM:
                ear.accept()[0].close()
            else:
                ear.recv(4096)
            self._heard.append(f"{name} was reached")
