"""The folders a kernel works in, and the environment it is given: nothing of the grader's, nothing of the TA's."""

from __future__ import annotations

import math
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from grader.checks import passing
from grader.errors import RunnerError
from grader.kernels.leftovers import OwnedFolder
from grader.model import Assignment, Limits, Submission
from grader.walls.doctor import unused_uid
from grader.walls.plan import Plan, Tier, readable

_KEPT = ("LANG", "LC_ALL", "TZ", "SYSTEMROOT")  # all else (tokens, PYTHONPATH, proxies) stays outside
_SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
_QUESTIONS_SECONDS = 120  # processor time allowed on top of the notebook's, for the answers to the probes
# A kernel that is refused memory may go on without being able to answer: what grows past the limit is killed by who
# watches it, and only what would grow too fast for that, or too far at once, meets the limit of the system.
_MEMORY_SLACK = 1.25
_PROGRAMS = str(Path(sys.executable).parent)
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class Workplace:
    """`work/` (the notebook's working directory), `home/` and `ipc/` (its sockets), removed at the end."""

    def __init__(self, submission: Submission, assignment: Assignment) -> None:
        self._folder = OwnedFolder("grader-job-")
        self._tests = len(passing.keys(assignment))  # each may take as long as a cell
        self.root = self._folder.path
        self.work = self.root / "work"
        self.home = self.root / "home"
        self.sockets = self.root / "ipc"
        self.log = self.root / "kernel.log"  # what C code and the kernel itself print
        for folder in (self.work, self.home, self.sockets):
            folder.mkdir()
        for name, file in submission.files.items():
            _copy(file, self.work / name)
        for data in assignment.data.values():
            _copy(data.file, self.work / data.shown_as)  # after the student's files: the course's data win
        copy_fonts(self.home)

    def __enter__(self) -> Workplace:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.remove()

    def plan(self, limits: Limits, tier: Tier, *, own_user: bool, without: tuple[str, ...] = ()) -> Plan:
        """The walls around this place; with `own_user` (the grader is root) the kernel becomes a user of its own."""
        return Plan(
            tier=tier,
            root=str(self.root),
            readable=readable() if tier != "none" else (),
            uid=unused_uid() if own_user else None,
            memory_bytes=int(limits.memory_mb * 1_000_000 * _MEMORY_SLACK),
            disk_bytes=limits.disk_mb * 1_000_000,
            processes=limits.processes,
            cpu_seconds=math.ceil(limits.seconds + _QUESTIONS_SECONDS + self._tests * limits.cell_seconds),
            without=without,
        )

    def end_of_log(self) -> str:
        """The last lines that the kernel's process wrote itself."""
        try:
            return self.log.read_bytes()[-1000:].decode("utf-8", errors="replace")
        except OSError:
            return ""

    def environment(self) -> dict[str, str]:
        return environment(self.home)


def environment(home: Path) -> dict[str, str]:
    """All that a kernel, or the server that forks it, is told; `home` holds a copy of matplotlib's font cache."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    threads = dict.fromkeys(_THREADS, "1")
    return {
        "PATH": os.environ["PATH"] if sys.platform == "win32" else os.pathsep.join((_PROGRAMS, *_SYSTEM_PATH)),
        "LANG": "C.UTF-8",
        **kept,
        **threads,
        "HOME": str(home),
        "TMPDIR": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "TORCHDYNAMO_DISABLE": "1",  # torch.compile then runs eagerly; it cannot trace through hooks that watch modules
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def copy_fonts(home: Path) -> None:
    """Put matplotlib's list of fonts where `environment(home)` says that it is."""
    shutil.copytree(_font_cache(), home / "matplotlib", symlinks=True)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


@lru_cache(maxsize=1)
def _font_cache() -> Path:
    """matplotlib's list of fonts, made once: every fresh home would spend seconds on making it."""
    folder = Path(tempfile.gettempdir()) / f"grader-fonts-{os.getuid() if hasattr(os, 'getuid') else 0}"
    if (folder / "ready").exists() and _is_ours(folder):
        return folder
    making = Path(tempfile.mkdtemp(prefix="grader-fonts-"))
    command = [sys.executable, "-c", "import matplotlib.font_manager"]
    try:
        environment = {**os.environ, "MPLCONFIGDIR": str(making)}
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as error:
        raise RunnerError(f"matplotlib does not work in {sys.executable}: {error}") from None
    (making / "ready").touch()
    if not os.path.lexists(folder):
        making.rename(folder)
    return folder if _is_ours(folder) else making


def _is_ours(folder: Path) -> bool:
    """The temporary directory is everybody's: what another user put there under our name is not taken."""
    if not hasattr(os, "getuid"):
        return folder.is_dir()
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022
