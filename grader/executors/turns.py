"""Who may be under way: many together, or one alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Turns:
    """One alone waits until nobody is under way; those that come meanwhile wait for its end."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._together = 0
        self._one_alone = False

    @contextlib.asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: not self._one_alone)
            self._together += 1
        try:
            yield
        finally:
            async with self._changed:
                self._together -= 1
                self._changed.notify_all()

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: not self._one_alone and self._together == 0)
            self._one_alone = True
        try:
            yield
        finally:
            async with self._changed:
                self._one_alone = False
                self._changed.notify_all()
