"""The folder a kernel works in, and the environment it is given: nothing of the grader's, nothing of the TA's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from grader.errors import RunnerError
from grader.model import Assignment, Submission

_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")  # all else (tokens, PYTHONPATH, proxies) stays outside
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class Workplace:
    """`work/` (the notebook's working directory) and `home/`, removed at the end."""

    def __init__(self, submission: Submission, assignment: Assignment) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="grader-job-"))
        self.work = self.root / "work"
        self.home = self.root / "home"
        self.log = self.root / "kernel.log"  # what C code and the kernel itself print
        self.work.mkdir()
        self.home.mkdir()
        for name, file in submission.files.items():
            _copy(file, self.work / name)
        for data in assignment.data.values():
            _copy(data.file, self.work / data.shown_as)  # after the student's files: the course's data win
        copy_fonts(self.home)

    def __enter__(self) -> Workplace:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

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
        "LANG": "C.UTF-8",
        **kept,
        **threads,
        "HOME": str(home),
        "TMPDIR": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",  # the folder of launch.py stays off sys.path; IPython adds the working directory
    }


def copy_fonts(home: Path) -> None:
    """Put matplotlib's list of fonts where `environment(home)` says that it is."""
    shutil.copytree(_font_cache(), home / "matplotlib")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


@lru_cache(maxsize=1)
def _font_cache() -> Path:
    """matplotlib's list of fonts, made once: every fresh home would spend seconds on making it."""
    folder = Path(tempfile.gettempdir()) / f"grader-fonts-{os.getuid() if hasattr(os, 'getuid') else 0}"
    ready = folder / "ready"
    if not ready.exists():
        making = Path(tempfile.mkdtemp(prefix="grader-fonts-"))
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        try:
            environment = {**os.environ, "MPLCONFIGDIR": str(making)}
            subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
        except (OSError, subprocess.SubprocessError) as error:
            raise RunnerError(f"matplotlib does not work in {sys.executable}: {error}") from None
        (making / "ready").touch()
        if not folder.exists():
            making.rename(folder)
        return folder if ready.exists() else making
    return folder
