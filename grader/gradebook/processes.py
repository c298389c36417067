"""The same work on many students, on all cores."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

_FEW = 40  # students with whom one process is done sooner than others are started
_CHUNKS = 4  # for each process, so that one with long answers keeps no other waiting


def in_processes(
    work: Callable[[Any, Sequence[Any]], list[str]], given: Any, students: Sequence[Any]
) -> Iterator[list[str]]:
    """What `work(given, some of the students)` returns, in their order. What goes between processes is plain text.

    `work` is a function at the top of a module; few students are done here.
    """
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    if len(students) < _FEW or cores == 1:
        yield work(given, students)
        return
    size = -(-len(students) // (cores * _CHUNKS))
    chunks = [students[start : start + size] for start in range(0, len(students), size)]
    method = "fork" if sys.platform == "linux" else None  # what is imported and compiled here is there at once
    with ProcessPoolExecutor(cores, mp_context=get_context(method)) as executor:
        yield from executor.map(work, [given] * len(chunks), chunks)
