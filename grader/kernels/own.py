"""`python -m grader.kernels.own SOCKET DESCRIPTOR`: the server behind shared.py, and the kernels that it forks.

They are the user's own: as `python -m ipykernel_launcher` would start them, without walls or limits.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import random
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, cast

from grader.kernels.launch import our_modules
from grader.kernels.preloading import preload
from grader.kernels.server import Order, Server
from grader.kernels.shared import locked
from grader.kernels.threads import ONE, restore
from grader.walls.keeper import Room

_IDLE_VARIABLE = "GRADER_KERNEL_SERVER_IDLE"
_IDLE_SECONDS = 600.0
_INLINE = "module://matplotlib_inline.backend_inline"
_TORCH_THREADS = "import torch; print(torch.get_num_threads())"


def main() -> None:
    path, told = Path(sys.argv[1]), int(sys.argv[2])
    if os.fork():
        os._exit(0)  # whoever started us need not wait for our end
    os.setsid()
    if not sys.flags.safe_path:
        del sys.path[0]  # the folder we were started in
    asked = subprocess.Popen([sys.executable, "-c", _TORCH_THREADS], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    os.environ.update(ONE)
    os.environ.setdefault("MPLBACKEND", _INLINE)  # as ipykernel does before anyone can import matplotlib
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")  # the other check would spoil CUDA for the forks
    preload()
    counted = asked.communicate()[0].strip()
    server = OwnServer(path, int(counted) if counted.isdigit() else None)
    os.write(told, b"\n")
    os.close(told)
    server.serve()


def _draw_anew() -> None:
    """Or all kernels would draw the same random numbers."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()


class OwnServer(Server):
    """Ends itself when it has been without kernels for a while."""

    def __init__(self, path: Path, torch_threads: int | None) -> None:
        super().__init__(str(path), held_open=False)
        self.path, self.torch_threads = path, torch_threads
        try:
            self.idle_seconds = float(os.environ[_IDLE_VARIABLE])
        except (KeyError, ValueError):
            self.idle_seconds = _IDLE_SECONDS
        self.patience = max(0.05, min(10.0, self.idle_seconds / 4))
        self.busy_at = time.monotonic()

    def look_around(self) -> None:
        if self.kernels or self.waiting:
            self.busy_at = time.monotonic()
        elif time.monotonic() - self.busy_at > self.idle_seconds:
            self.retire()

    def retire(self) -> None:
        """Whoever connects at this very moment finds the connection closed, and starts another server."""
        with contextlib.suppress(OSError), locked(self.path, 0) as ours:
            if ours and not select.select([self.listener], [], [], 0)[0]:
                for suffix in (".sock", ".log"):  # not the lock: someone may be waiting for it
                    self.path.with_suffix(suffix).unlink(missing_ok=True)
                os._exit(0)
        if not self.path.parent.is_dir():
            os._exit(0)  # nobody can find us

    def start(self, order: Order, ready: Room | None) -> None:
        request = order.request
        os.umask(request["umask"])
        time.tzset()
        _draw_anew()
        restore(request["env"], self.torch_threads)
        for name in our_modules():
            del sys.modules[name]  # as if it had not been imported
        _be_a_kernel(request["argv"])
        cast(Any, threading)._shutdown()
        atexit._run_exitfuncs()


def _be_a_kernel(arguments: list[str]) -> None:
    from ipykernel.kernelapp import IPKernelApp

    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin if launcher else "ipykernel_launcher"), *arguments]
    # parent_handle 1: no thread that polls for a dead parent; the server kills the kernel when its user is gone
    cast(Any, IPKernelApp).launch_instance(argv=arguments, parent_handle=1)


if __name__ == "__main__":
    main()
