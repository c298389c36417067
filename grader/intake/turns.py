"""Hand-ins that were found, each read when it is its turn: a class of any size takes the memory of a few."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import overload

from grader.intake.handin import HandIn
from grader.model import Submission

_AHEAD = 4  # hand-ins that are read, or being read, before they are asked for; reading takes a millisecond or two


class HandIns(Sequence[Submission]):
    """Submissions in the order of their hand-ins. Each walk through them reads them anew, and keeps none."""

    def __init__(self, found: Sequence[HandIn], read: Callable[[HandIn], Submission]) -> None:
        """`read` raises nothing for any hand-in, and may be called from several threads."""
        self._found = found
        self._read = read

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, place: int) -> Submission: ...
    @overload
    def __getitem__(self, place: slice) -> HandIns: ...
    def __getitem__(self, place: int | slice) -> Submission | HandIns:
        if isinstance(place, slice):
            return HandIns(self._found[place], self._read)
        return self._read(self._found[place])

    def __iter__(self) -> Iterator[Submission]:
        with ThreadPoolExecutor(min(os.cpu_count() or 1, _AHEAD)) as executor:
            left = iter(self._found)
            waiting = deque[Future[Submission]](executor.submit(self._read, one) for one in islice(left, _AHEAD))
            try:
                while waiting:
                    yield waiting.popleft().result()
                    waiting.extend(executor.submit(self._read, one) for one in islice(left, 1))
            finally:
                executor.shutdown(cancel_futures=True)
