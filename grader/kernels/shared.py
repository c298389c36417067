"""The kernel server that a user's own notebooks share: where it is, and starting it when nobody answers.

One per user, Python environment and settings that are read only when a process starts. It ends by itself when it has
had no kernel for a while. Linux only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import select
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader import __version__, files
from grader.errors import RunnerError

_STARTUP_SECONDS = 120
_LOOK_SECONDS = 0.05
_LAUNCHER = ("-m", "ipykernel_launcher", "-f")
_AS_STARTED = ("PYTHON", "LD_", "LC_", "LANG", "HOME", "XDG_C", "MPL", "MATPLOTLIB", "CUDA", "NVIDIA", "MALLOC")
_AS_LOADED = ("OMP_", "MKL_", "OPENBLAS_", "BLIS_", "NUMEXPR_", "KMP_", "GOMP_", "GOTO_", "TORCH", "PYTORCH", "DNNL_")


def unsuited(command: list[str], folder: str) -> str:
    """Why a fork of the shared server would not be the kernel that this command starts; empty if it would."""
    if sys.platform != "linux":
        return "this system cannot fork kernels"
    if is_other_kernel(command):
        return "it is not a Python kernel in its usual form"
    if _environment_of(command[0]) != _environment_of(sys.executable):
        return f"{command[0]} is not of the environment {sys.prefix}"
    if (Path(folder) / "matplotlibrc").exists():
        return f"{folder} has settings of its own for matplotlib"
    return ""


def is_other_kernel(command: list[str]) -> bool:
    """Whether the command does more or something else than to start ipykernel."""
    return tuple(part for part in command[1:5] if part != "-Xfrozen_modules=off")[:3] != _LAUNCHER


def address(environment: Mapping[str, str]) -> Path:
    """Where the server for kernels with this environment listens; starts it if nobody does. Raises RunnerError."""
    path = _folder() / f"{_name(environment)}.sock"
    if answers(path):
        return path
    with locked(path, _STARTUP_SECONDS) as ours:
        if not ours:
            raise RunnerError(f"another process has been starting the kernel server for {_STARTUP_SECONDS} s")
        if not answers(path):
            path.unlink(missing_ok=True)
            _start(path, environment)
    return path


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as trial, contextlib.suppress(OSError):
        trial.connect(str(path))
        return True
    return False


@contextlib.contextmanager
def locked(path: Path, seconds: float) -> Iterator[bool]:
    """Hold the lock on starting and ending the server at `path`; yields False if others hold it all the time."""
    deadline = time.monotonic() + seconds
    while (held := files.lock(path.with_suffix(".lock"))) is None:
        if time.monotonic() > deadline:
            yield False
            return
        time.sleep(_LOOK_SECONDS)
    with held:
        yield True


def _start(path: Path, environment: Mapping[str, str]) -> None:
    """Start the server and wait until it says that it listens."""
    heard, said = os.pipe()
    log = path.with_suffix(".log")
    command = [sys.executable, "-m", "grader.kernels.own", str(path), str(said)]
    with log.open("wb") as written, os.fdopen(heard, "rb") as ready:
        try:
            subprocess.run(
                command,
                env=dict(environment),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                pass_fds=(said,),
                check=True,  # it leaves a process of its own behind
            )
        except subprocess.SubprocessError:
            raise RunnerError(f"the kernel server did not start; {log} says why") from None
        finally:
            os.close(said)
        answered = select.select([ready], [], [], _STARTUP_SECONDS)[0] and ready.read(1)
    if not answered:
        raise RunnerError(f"the kernel server did not start; {log} says why")


def _folder() -> Path:
    """A folder that only this user can look into."""
    parent = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isdir(parent) and os.access(parent, os.W_OK):
        folder = Path(parent) / "grader"
    else:
        folder = Path(tempfile.gettempdir()) / f"grader-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise RunnerError(f"{folder} is not a folder of this user's alone")
    return folder


def _name(environment: Mapping[str, str]) -> str:
    """Another one for whatever a process can learn only when it starts: installed packages, settings, this package."""
    settings = {key: value for key, value in environment.items() if key.startswith((*_AS_STARTED, *_AS_LOADED))}
    packages = [
        (path, os.stat(path).st_mtime_ns)
        for path in sys.path
        if path.endswith(("site-packages", "dist-packages")) and os.path.isdir(path)
    ]
    told = json.dumps([__version__, sys.prefix, sys.version, packages, settings], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _environment_of(executable: str) -> Path:
    """The virtual environment that an interpreter belongs to, or else its own real path."""
    found = Path(shutil.which(executable) or executable).absolute()
    home = found.parent.parent
    return home.resolve() if (home / "pyvenv.cfg").exists() else found.resolve()
