"""A grader that lacks one wall, to prove that the cases would notice."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from grader.kernels import warm, watch, workplace
from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer
from grader.walls.plan import WALLS, Tier

# without a file tree of its own, another user may be unable to read Python, and then nothing runs at all
_TOGETHER = {"files": ("files", "user")}
_LEAKY_SERVER = """
import os
from grader.kernels import server
def keep(self, descriptors, ready):
    for target, source in zip((1, 2), descriptors): os.dup2(source, target)
    return ready
server.Server.shed = keep
server.main()
"""


@contextlib.contextmanager
def runner(tier: Tier, wall: str, server: KernelServer) -> Iterator[KernelRunner]:
    """Of that tier, without `wall` if it is not empty; the server is shared but for walls that are the server's."""
    if wall in _OF_THE_SERVER:
        with _OF_THE_SERVER[wall](), KernelServer() as other:
            yield KernelRunner(other, tier)
    elif wall in _OF_THE_GRADER:
        with _OF_THE_GRADER[wall]():
            yield KernelRunner(server, tier)
    elif wall in ("", *WALLS):
        yield KernelRunner(server, tier, without=_TOGETHER.get(wall, (wall,)) if wall else ())
    else:
        raise ValueError(f"there is no wall {wall}")


def _no_memory_watch() -> AbstractContextManager[Any]:
    return patch.object(watch.Watch, "_look_at", lambda self, pids: None)


def _no_disk_watch() -> AbstractContextManager[Any]:
    return patch.object(watch.Watch, "_look_at_disk", lambda self: None)


@contextlib.contextmanager
def _no_clean_environment() -> Iterator[None]:
    clean = workplace.environment

    def dirty(home: Path) -> dict[str, str]:
        return os.environ | clean(home)

    with patch.object(workplace, "environment", dirty), patch.object(warm, "environment", dirty):
        yield


@contextlib.contextmanager
def _no_shedding() -> Iterator[None]:
    """The server is another process: it is started with the method replaced, and with what it should never get."""
    start: Any = subprocess.Popen

    def leaky(command: list[str], **options: Any) -> Any:
        at = command.index("grader.kernels.server") if "grader.kernels.server" in command else 0
        if not at:
            return start(command, **options)
        return start([sys.executable, "-c", _LEAKY_SERVER, *command[at + 1 :]], **options)

    with patch.object(subprocess, "Popen", leaky):
        yield


_OF_THE_GRADER: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "memory_watch": _no_memory_watch,
    "disk_watch": _no_disk_watch,
}
_OF_THE_SERVER: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "environment": _no_clean_environment,
    "shed": _no_shedding,
}
NAMES = (*WALLS, *_OF_THE_GRADER, *_OF_THE_SERVER)
