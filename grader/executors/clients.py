"""What Dask says when something is gone or refused, and how its client is closed."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import CancelledError

from distributed import Client
from distributed.comm import CommClosedError

CLOSE_SECONDS = 5.0
CLOSED = ("closing", "closed")  # a client that nobody can send anything by
LOST = (CancelledError, CommClosedError, OSError, TimeoutError)  # what Dask raises when a scheduler is gone


def address(client: Client) -> str:
    """Of its scheduler."""
    return str(client.scheduler.address) if client.scheduler is not None else ""


def innermost(error: BaseException) -> BaseException:
    """The reason in Dask's exceptions, which wrap one another."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


async def closed(client: Client) -> None:
    """And its cluster, where it has one of its own."""
    cluster = client.cluster
    with contextlib.suppress(Exception):
        await asyncio.wait_for(client.close(), CLOSE_SECONDS)
    if cluster is not None:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(cluster.close(), CLOSE_SECONDS)
