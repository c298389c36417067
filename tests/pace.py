"""Bounds on what a piece of work may cost, in units of another piece that is done beside it.

So they hold on a slow machine and on a busy one, and still tell a cost that explodes from one that does not.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

_WORDS = [{"word": f"기울기 {n}", "place": [n, n + 1]} for n in range(6_000)]


@contextmanager
def costing_less_than(units: float, what: str = "it") -> Iterator[None]:
    """Fails if the block takes this process more processor time than `units` times a unit, which is measured before
    and after it: the slower one counts. A unit is a tenth of a second where this was written."""
    before = _unit()
    started = time.process_time()
    yield
    spent = time.process_time() - started
    unit = max(before, _unit())
    assert spent < units * unit, f"{what} took {spent:.2f} s, which is {spent / unit:.0f} units of {unit:.3f} s"


def _unit() -> float:
    started = time.process_time()
    for _ in range(6):
        text = json.dumps(_WORDS, ensure_ascii=False)
        found = re.findall(r"\w+ \d+", text)
        assert len({word: len(word) for word in sorted(found, reverse=True)}) == len(json.loads(text))
    return time.process_time() - started
