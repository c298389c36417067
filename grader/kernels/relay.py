"""Stands between a kernel's sockets and the ZeroMQ sockets that read them, so that no message is larger than agreed.

ZeroMQ takes a message into memory whole, and all its frames before it gives out the first. Its own ZMQ_MAXMSGSIZE
looks at one frame only, and breaks the connection: what follows is lost too. Here a message that is too large is read
and thrown away piece by piece, its size is told, and the next message passes as if nothing had been.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zmq

from grader.kernels.leftovers import OwnedFolder

_PIECE = 1 << 16
_GREETING = 64  # bytes that each side of a ZMTP 3 connection begins with
_MORE, _LONG = 1, 2  # flags of a frame
_FRAME = 100  # bytes that ZeroMQ and Python need for a frame with nothing in it
_JSON_FACTOR = 6  # what a message may take once it is parsed, as a multiple of the largest message
_UNREAD = 4  # messages that wait in ZeroMQ's memory for the grader
_RETRY_SECONDS = 0.02
_CHANNELS = ("shell", "iopub")  # the others are not needed; what is not connected cannot be flooded

Endpoint = Path | tuple[str, int]
Lost = Callable[[str, int, bool], None]


class Relay:
    """One kernel's channels. `lost(channel, size, begins)` is called for every piece that is thrown away."""

    def __init__(self, largest: int, lost: Lost) -> None:
        self.largest = largest
        self.broken: set[str] = set()  # channels that the kernel closed
        self._lost = lost
        self._folder = OwnedFolder("grader-relay-")
        self._home = self._folder.path
        self._servers: list[asyncio.Server] = []
        self._pumps: set[asyncio.Future[Any]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    async def lead(self, client: Any, alive: Callable[[], Any], seconds: float) -> None:
        """Point a jupyter_client's client at the relay, and open its channels. Raises RuntimeError if the kernel dies
        or does not answer in time."""
        client.context.setsockopt(zmq.RCVHWM, _UNREAD)
        for channel in _CHANNELS:
            port = getattr(client, f"{channel}_port")
            upstream = await _connected(_endpoint(client.transport, client.ip, port), alive, seconds)
            setattr(client, f"{channel}_port", await self._listen(channel, port, client.transport, upstream))
        client.ip = str(self._home / "relay") if client.transport == "ipc" else "127.0.0.1"
        client.start_channels(stdin=False, hb=False, control=False)

    def close(self) -> None:
        for server in self._servers:
            server.close()
        for pump in self._pumps:
            pump.cancel()
        for writer in self._writers:
            writer.transport.abort()
        self._folder.remove()

    async def _listen(self, channel: str, port: int, transport: str, upstream: Streams) -> int:
        """Wait for the one connection that this channel gets. Returns the port to connect to."""

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._writers.append(writer)
            if not server.is_serving() or not _is_own(writer):
                writer.transport.abort()
                return
            server.close()
            self._start(self._inward(channel, upstream[0], writer))
            self._start(_outward(reader, upstream[1]))

        self._writers.append(upstream[1])
        if transport == "ipc":
            server = await asyncio.start_unix_server(accepted, self._home / f"relay-{port}", limit=_PIECE)
        else:
            server = await asyncio.start_server(accepted, "127.0.0.1", 0, limit=_PIECE)
            port = server.sockets[0].getsockname()[1]
        self._servers.append(server)
        return port

    def _start(self, pump: Any) -> None:
        task = asyncio.ensure_future(pump)
        self._pumps.add(task)
        task.add_done_callback(self._pumps.discard)

    async def _inward(self, channel: str, kernel: asyncio.StreamReader, grader: asyncio.StreamWriter) -> None:
        """From the kernel to the grader, message by message."""
        try:
            for _ in range(_GREETING):  # each side waits for parts of the other's greeting
                grader.write(await kernel.readexactly(1))
            while True:
                message = await self._message(channel, kernel)
                if message:
                    grader.write(message)
                    await grader.drain()
        except (OSError, asyncio.IncompleteReadError):
            self.broken.add(channel)
            grader.transport.abort()

    async def _message(self, channel: str, kernel: asyncio.StreamReader) -> bytes:
        """The frames of the next message; empty if it is too large."""
        message, size, flags, lost = bytearray(), 0, _MORE, False
        while flags & _MORE:
            head = await kernel.readexactly(1)
            flags = head[0]
            head += await kernel.readexactly(8 if flags & _LONG else 1)
            length = int.from_bytes(head[1:], "big")
            size += _FRAME + length
            if size <= self.largest:
                message += head + await kernel.readexactly(length)
                continue
            self._lost(channel, _FRAME + len(message), not lost)
            lost = True
            message.clear()
            while length:
                length -= (piece := len(await kernel.readexactly(min(length, _PIECE))))
                self._lost(channel, piece, False)
        if _parsed_size(message) > _JSON_FACTOR * self.largest:
            self._lost(channel, len(message), True)
            message.clear()
        return bytes(message)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _outward(grader: asyncio.StreamReader, kernel: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await grader.read(_PIECE):
            kernel.write(data)
            await kernel.drain()


async def _connected(endpoint: Endpoint, alive: Callable[[], Any], seconds: float) -> Streams:
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            if isinstance(endpoint, Path):
                return await asyncio.open_unix_connection(endpoint, limit=_PIECE)
            return await asyncio.open_connection(*endpoint, limit=_PIECE)
        except OSError:
            if not await alive():
                raise RuntimeError("the kernel ended before it could be reached") from None
            if asyncio.get_running_loop().time() > deadline:
                raise RuntimeError(f"the kernel could not be reached in {seconds:.0f} s") from None
            await asyncio.sleep(_RETRY_SECONDS)


def _endpoint(transport: str, ip: str, port: int) -> Endpoint:
    return Path(f"{ip}-{port}") if transport == "ipc" else (ip, port)


def _is_own(writer: asyncio.StreamWriter) -> bool:
    """Whether this very process is at the other end; said to be so where the system does not tell."""
    end: socket.socket = writer.get_extra_info("socket")
    if sys.platform != "linux" or end.family != socket.AF_UNIX:
        return True
    pid, _, _ = struct.unpack("3i", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return bool(pid == os.getpid())


def _parsed_size(message: bytearray) -> int:
    """About what the message's JSON takes as Python objects: "[{},{},{}]" takes forty times its length."""
    return len(message) + 100 * (message.count(b"{") + message.count(b"[")) + 10 * message.count(b",")
