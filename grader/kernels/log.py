"""What a kernel's processes write themselves: C code, children, the kernel's own complaints.

Read as it comes, so that it takes no disk; the end of it is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

_KEPT = 10_000  # bytes
_PIECE = 1 << 16


@contextlib.contextmanager
def kernel_log(file: Path, heard: Callable[[int], None]) -> Iterator[IO[Any]]:
    """What a kernel is to write to, while an event loop runs. `heard` is told the size of each piece; `file` holds the
    end of all of it afterwards."""
    if sys.platform == "win32":  # no event loop there waits for a pipe
        with file.open("wb") as log:
            yield log
        return
    source, target = os.pipe()
    os.set_blocking(source, False)
    end = b""

    def read() -> None:
        nonlocal end
        with contextlib.suppress(BlockingIOError):
            data = os.read(source, _PIECE)
            end = (end + data)[-_KEPT:]
            heard(len(data))

    loop = asyncio.get_running_loop()
    loop.add_reader(source, read)
    try:
        with os.fdopen(target, "wb") as log:
            yield log
    finally:
        loop.remove_reader(source)
        read()
        os.close(source)
        file.write_bytes(end)
