"""Where the time of one notebook goes."""

from __future__ import annotations

import time


class Laps:
    """Seconds from `began` on, by time.monotonic(), each counted to the part that ended next."""

    def __init__(self, began: float) -> None:
        self._last = began
        self._seconds: dict[str, float] = {}

    def end_of(self, part: str) -> None:
        now = time.monotonic()
        self._seconds[part] = self._seconds.get(part, 0.0) + now - self._last
        self._last = now

    def seconds(self) -> dict[str, float]:
        """By part, to the millisecond."""
        return {part: round(seconds, 3) for part, seconds in self._seconds.items()}
