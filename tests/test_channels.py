"""The grader's end of a kernel's channels, against ZeroMQ's own sockets as kernels have them, and against liars."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
import zmq
from jupyter_client.session import Session

from grader.kernels.channels import Channels

LARGEST = 100_000
KEY = b"a key"
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01NULL" + bytes(16 + 32)
READY = b"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04XPUB"


class Client:
    """As much of jupyter_client's as the channels look at."""

    transport, shell_port, iopub_port = "ipc", 1, 2

    def __init__(self, folder: Path) -> None:
        self.ip = str(folder / "k")
        self.session = Session(key=KEY)
        self._shell_channel: Any = None
        self._iopub_channel: Any = None


class Kernel:
    """A kernel's two sockets."""

    def __init__(self, folder: Path) -> None:
        self.context = zmq.Context()
        self.shell, self.iopub = self.context.socket(zmq.ROUTER), self.context.socket(zmq.XPUB)
        self.shell.bind(f"ipc://{folder}/k-1")
        self.iopub.bind(f"ipc://{folder}/k-2")
        self.session = Session(key=KEY)

    def publish(self, text: str) -> None:
        self.session.send(self.iopub, "stream", {"name": "stdout", "text": text}, ident=b"stream")


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    made = Kernel(tmp_path)
    yield made
    made.context.destroy(linger=0)


@asynccontextmanager
async def connected(
    folder: Path, lost: Callable[..., None] = lambda *_: None
) -> AsyncIterator[tuple[Client, Channels]]:
    client, channels = Client(folder), Channels(LARGEST, lost)
    try:
        await channels.connect(client, lambda: asyncio.sleep(0, True), 5)
        yield client, channels
    finally:
        channels.close()


def subscribed(kernel: Kernel) -> None:
    assert kernel.iopub.poll(5000)
    assert kernel.iopub.recv() == b"\x01"


def test_a_request_its_reply_and_an_output_arrive_as_jupyter_client_would_have_them(
    kernel: Kernel, tmp_path: Path
) -> None:
    async def talk() -> None:
        async with connected(tmp_path) as (client, _):
            await asyncio.to_thread(subscribed, kernel)
            client._shell_channel.send(client.session.msg("execute_request", {"code": "기울기 = 1"}))
            assert await asyncio.to_thread(kernel.shell.poll, 60_000)
            frames = kernel.shell.recv_multipart()
            identity, parts = kernel.session.feed_identities(frames)
            request = kernel.session.deserialize(parts)
            assert identity == [client.session.bsession]
            assert request["content"] == {"code": "기울기 = 1"}
            kernel.session.send(kernel.shell, "execute_reply", {"status": "ok"}, parent=request, ident=identity)
            reply = await client._shell_channel.get_msg(timeout=60)
            assert (reply["msg_type"], reply["content"]) == ("execute_reply", {"status": "ok"})
            assert reply["parent_header"]["msg_id"] == request["header"]["msg_id"]
            kernel.publish("x" * 300)
            assert (await client._iopub_channel.get_msg(timeout=60))["content"]["text"] == "x" * 300
            with pytest.raises(Empty):
                await client._iopub_channel.get_msg(timeout=0.05)

    asyncio.run(talk())


def test_what_is_too_large_is_told_piece_by_piece_and_the_next_message_comes(kernel: Kernel, tmp_path: Path) -> None:
    lost: list[tuple[str, int, bool]] = []

    async def talk() -> None:
        async with connected(tmp_path, lambda *told: lost.append(told)) as (client, _):
            await asyncio.to_thread(subscribed, kernel)
            for text in ("first", "y" * 10 * LARGEST, "[" * LARGEST, "last"):
                kernel.publish(text)
            texts = [(await client._iopub_channel.get_msg(timeout=60))["content"]["text"] for _ in range(2)]
            assert texts == ["first", "last"]

    asyncio.run(talk())
    assert {channel for channel, _, _ in lost} == {"iopub"}
    assert sum(begins for _, _, begins in lost) == 2
    assert sum(size for _, size, _ in lost) > 11 * LARGEST
    assert max(size for _, size, _ in lost) <= LARGEST + 1000


def test_a_kernel_that_goes_is_seen_to_have_closed_its_channels(kernel: Kernel, tmp_path: Path) -> None:
    async def talk() -> None:
        async with connected(tmp_path) as (_, channels):
            assert not channels.broken("iopub")
            kernel.context.destroy(linger=0)
            for _ in range(200):
                if channels.broken("iopub") and channels.broken("shell"):
                    return
                await asyncio.sleep(0.02)
            pytest.fail("nothing was noticed")

    asyncio.run(talk())


@asynccontextmanager
async def answering(folder: Path, answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[None]:
    """Both sockets, in the hands of somebody who answers every connection so."""

    writers = []

    async def accepted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await answer(writer)

    servers = [await asyncio.start_unix_server(accepted, folder / f"k-{port}") for port in (1, 2)]
    try:
        yield
    finally:
        for writer in writers:
            writer.close()
        for server in servers:
            server.close()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n" * 8, GREETING, GREETING + b"\x00\x05hello"])
def test_who_does_not_speak_as_kernels_do_is_no_kernel(tmp_path: Path, said: bytes) -> None:
    async def talk() -> None:
        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(said)
            writer.close()

        async with answering(tmp_path, answer):
            with pytest.raises(RuntimeError, match="does not speak as kernels do"):
                async with connected(tmp_path):
                    pass

    asyncio.run(talk())


def test_commands_are_passed_over_and_frames_without_end_are_thrown_away(tmp_path: Path) -> None:
    session, lost = Session(key=KEY), list[int]()
    frames = session.serialize(session.msg("stream", {"name": "stdout", "text": "after"}))
    message = b"".join(bytes((int(frame is not frames[-1]), len(frame))) + frame for frame in frames)

    async def talk() -> None:
        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(GREETING + READY + b"\x04\x05\x04PING" + b"\x01\x00" * 5000 + b"\x00\x00" + message)

        async with (
            answering(tmp_path, answer),
            connected(tmp_path, lambda _, size, __: lost.append(size)) as (client, _),
        ):
            assert (await client._iopub_channel.get_msg(timeout=60))["content"]["text"] == "after"

    asyncio.run(talk())
    assert sum(lost) > 400_000


def test_a_kernel_that_is_not_there_is_not_waited_for_when_it_is_dead(tmp_path: Path) -> None:
    async def talk() -> None:
        client, channels = Client(tmp_path), Channels(LARGEST, lambda *_: None)
        with pytest.raises(RuntimeError, match="ended before it could be reached"):
            await channels.connect(client, lambda: asyncio.sleep(0, False), 60)

    asyncio.run(talk())
