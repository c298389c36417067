"""The grader's end of a kernel's channels, which takes in no message that is larger than agreed.

ZeroMQ takes a message into memory whole, and all its frames before it gives out the first. Its own ZMQ_MAXMSGSIZE
looks at one frame only, and breaks the connection: what follows is lost too. Here a message that is too large is read
and thrown away piece by piece, its size is told, and the next message comes as if nothing had been.

What is spoken is ZeroMQ's protocol, ZMTP 3.0 (rfc.zeromq.org/spec/23) without encryption, as kernels speak it: a
greeting, a READY command from each side, and then messages of frames.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any, TypeGuard

_PIECE = 1 << 16
_MORE, _LONG, _COMMAND = 1, 2, 4  # flags of a frame
_GREETING = b"\xff" + bytes(8) + b"\x7f" + bytes((3, 0)) + b"NULL".ljust(20, b"\0") + bytes(32)
_READY, _SUBSCRIBE = b"\5READY", b"\1"  # the latter to all
_FRAME = 100  # bytes that Python needs for a frame with nothing in it
_HEADER_BYTES = 10_000  # of a signature, a header, the header of what is answered; a kernel's have some hundreds
_JSON_FACTOR = 6  # what a message may take once it is parsed, as a multiple of the largest message
_UNREAD = 4  # messages that wait for the grader
_RETRY_SECONDS = 0.02
_TYPES = {"shell": b"DEALER", "iopub": b"SUB"}  # others are not needed; what is not connected cannot be flooded

Endpoint = Path | tuple[str, int]
Lost = Callable[[str, int, bool], None]


class Channels:
    """Both that are needed. `lost(channel, size, begins)` is called for every piece that is thrown away."""

    def __init__(self, largest: int, lost: Lost) -> None:
        self._largest, self._lost = largest, lost
        self._open: dict[str, Channel] = {}

    async def connect(self, client: Any, alive: Callable[[], Any], seconds: float) -> None:
        """Give them to a jupyter_client's client in place of its own. Raises RuntimeError if the kernel dies or does
        not answer in time."""
        for name in _TYPES:
            endpoint = _endpoint(client.transport, client.ip, getattr(client, f"{name}_port"))
            streams = await _connected(endpoint, alive, seconds)
            self._open[name] = channel = Channel(name, client.session, streams, self._largest, self._lost)
            try:
                async with asyncio.timeout(seconds):
                    await channel.shake_hands()
            except (OSError, asyncio.IncompleteReadError):  # TimeoutError is one
                raise RuntimeError("the kernel does not speak as kernels do") from None
            setattr(client, f"_{name}_channel", channel)
        client.allow_stdin = False

    def broken(self, name: str) -> bool:
        """Whether the kernel closed this channel."""
        return name in self._open and not self._open[name].is_alive()

    def close(self) -> None:
        for channel in self._open.values():
            channel.close()


class Channel:
    """One of them, with the part of jupyter_client's channels that nbclient uses."""

    def __init__(self, name: str, session: Any, streams: Streams, largest: int, lost: Lost) -> None:
        self._name, self._session, self._largest, self._lost = name, session, largest, lost
        self._kernel, self._writer = streams
        self._messages: asyncio.Queue[list[bytes]] = asyncio.Queue(_UNREAD)
        self._reading: asyncio.Future[None] | None = None

    async def shake_hands(self) -> None:
        """Raises OSError or IncompleteReadError if nobody answers who speaks ZMTP 3."""
        kind = _TYPES[self._name]
        self._writer.write(_GREETING + _ready(kind, self._session.bsession if kind == b"DEALER" else b""))
        if not _is_greeting(await self._kernel.readexactly(len(_GREETING))):
            raise OSError("not a greeting of ZMTP 3")
        flags, length = await self._kernel.readexactly(2)
        if flags != _COMMAND or not (await self._kernel.readexactly(length)).startswith(_READY):
            raise OSError("not ready")
        if kind == b"SUB":  # not earlier: it would be refused
            self._writer.write(_frame(_SUBSCRIBE, 0))
        self._reading = asyncio.ensure_future(self._read())

    def send(self, message: dict[str, Any]) -> None:
        frames = self._session.serialize(message)
        flags = [_MORE] * (len(frames) - 1) + [0]
        self._writer.write(b"".join(map(_frame, frames, flags)))

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message. Raises queue.Empty if there is none in time, ValueError for one of a form that no kernel
        sends, and whatever else jupyter_client's session raises for one that it cannot read."""
        try:
            frames = self._messages.get_nowait()
        except asyncio.QueueEmpty:
            try:
                async with asyncio.timeout(timeout):
                    frames = await self._messages.get()
            except TimeoutError:
                raise Empty from None
        _, parts = self._session.feed_identities(frames)
        if any(len(part) > _HEADER_BYTES for part in parts[:3]):  # a session remembers signatures, false ones too
            raise ValueError("the header is too long")
        message: Any = self._session.deserialize(parts)
        if not _is_message(message):  # it turns what older kernels send into what they mean, or into anything
            raise ValueError("not a message")
        return message

    def is_alive(self) -> bool:
        return self._reading is not None and not self._reading.done()

    def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._writer.transport.abort()

    async def _read(self) -> None:
        """From the kernel, message by message, until it closes the channel or says what is no message."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                if frames := await self._message():
                    await self._messages.put(frames)
        self._writer.transport.abort()

    async def _message(self) -> list[bytes]:
        """The frames of the next message; none if it is too large, or has a command in it, which no kernel sends."""
        frames, size, flags, lost = list[bytes](), 0, _MORE, False
        while flags & _MORE:
            flags, length = await self._kernel.readexactly(2)
            if flags & _LONG:
                length = int.from_bytes(bytes([length]) + await self._kernel.readexactly(7), "big")
            size += _FRAME + length
            if size <= self._largest and not flags & _COMMAND:
                frames.append(await self._kernel.readexactly(length))
                continue
            self._lost(self._name, _FRAME + sum(map(len, frames)), not lost and not flags & _COMMAND)
            lost = lost or not flags & _COMMAND
            frames.clear()
            await self._pass_over(length)
            await asyncio.sleep(0)  # frames of nothing could be read for ever without a look at anything else
        if _parsed_size(frames) > _JSON_FACTOR * self._largest:
            self._lost(self._name, size, True)
            frames.clear()
        return frames

    async def _pass_over(self, length: int) -> None:
        while length:
            length -= (piece := len(await self._kernel.readexactly(min(length, _PIECE))))
            self._lost(self._name, piece, False)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def _frame(body: bytes, flags: int) -> bytes:
    if len(body) < 256:
        return bytes((flags, len(body))) + body
    return bytes((flags | _LONG,)) + len(body).to_bytes(8, "big") + body


def _ready(kind: bytes, identity: bytes) -> bytes:
    """The command that says what we are."""
    told = b"".join(
        bytes((len(name),)) + name + len(value).to_bytes(4, "big") + value
        for name, value in ((b"Socket-Type", kind), (b"Identity", identity))
    )
    return _frame(_READY + told, _COMMAND)


def _is_greeting(greeting: bytes) -> bool:
    return greeting[0] == 0xFF and greeting[9] == 0x7F and greeting[10] >= 3 and greeting[12:17] == b"NULL\0"


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


def _is_message(message: Any) -> TypeGuard[dict[str, Any]]:
    return (
        isinstance(message, dict)
        and isinstance(message.get("msg_type"), str)
        and all(isinstance(message.get(part), dict) for part in ("header", "parent_header", "metadata", "content"))
    )


def _parsed_size(frames: list[bytes]) -> int:
    """About what the message's JSON takes as Python objects: "[{},{},{}]" takes forty times its length."""
    return sum(len(frame) + 100 * (frame.count(b"{") + frame.count(b"[")) + 10 * frame.count(b",") for frame in frames)
