"""The journal of one run: whoever grades notes events, from any thread, and whoever watches is told of each."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from grader.journal.events import Noted, checked

Subscriber = Callable[[Noted], None]


class Journal:
    """Events of one run, in the order in which they were noted. Without subscribers nobody is told."""

    def __init__(self, *subscribers: Subscriber, clock: Callable[[], float] = time.monotonic) -> None:
        self.run = secrets.token_hex(4)
        self._subscribers = [*subscribers]
        self._clock = clock
        self._lock = threading.Lock()

    def note(self, event: str, /, **facts: Any) -> None:
        """Tell every subscriber, one event at a time. The events and their facts stand in grader/journal/events.py.

        Raises ValueError for any other: that is a fault of the caller's.
        """
        told = checked(event, facts)
        with self._lock:
            noted = Noted(event, self.run, dt.datetime.now(dt.UTC), self._clock(), told)
            for subscriber in self._subscribers:
                subscriber(noted)
