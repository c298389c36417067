"""Numbers of threads: one in the server, so that it can fork; in a kernel as many as a fresh process would use."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Mapping
from pathlib import Path

ONE = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
_OPENBLAS = ("scipy_openblas_set_num_threads64_", "scipy_openblas_set_num_threads", "openblas_set_num_threads")
_SETTERS = {"openblas": _OPENBLAS, "libgomp": ("omp_set_num_threads",), "libiomp": ("omp_set_num_threads",)}


def restore(environment: Mapping[str, str], torch_threads: int | None) -> None:
    """Undo ONE in libraries that are loaded already. `torch_threads`: what torch chose in a fresh process."""
    openmp = _number(environment, "OMP_NUM_THREADS") or len(os.sched_getaffinity(0))
    counts = {"openblas": _number(environment, "OPENBLAS_NUM_THREADS") or openmp}
    for path in _loaded_libraries():
        for part, names in _SETTERS.items():
            if part in path.name:
                _call(path, names, counts.get(part, openmp))
    if torch_threads is not None and "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(torch_threads)


def _number(environment: Mapping[str, str], name: str) -> int | None:
    first = environment.get(name, "").split(",")[0]
    return int(first) if first.isdigit() and int(first) > 0 else None


def _loaded_libraries() -> list[Path]:
    maps = Path("/proc/self/maps").read_text().splitlines()
    return [Path(path) for path in sorted({line[line.index("/") :] for line in maps if ".so" in line and "/" in line})]


def _call(library: Path, names: tuple[str, ...], count: int) -> None:
    with contextlib.suppress(OSError):
        loaded = ctypes.CDLL(str(library))
        for name in names:
            if hasattr(loaded, name):
                getattr(loaded, name)(count)
                return
