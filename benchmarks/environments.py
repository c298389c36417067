"""An environment of its own for each peer, made when it is missing or its requirements changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
_FOLDER = HERE / ".envs"
_CONSTRAINTS = ROOT / "constraints.txt"
_TORCH = "torch==2.13.0"  # alone and first, as in the Makefile: a range among other packages may bring the CUDA build
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Environment:
    """Where a peer's Python is, and the variables that it runs with: the same for all but for PATH and HOME."""

    python: Path
    home: Path

    def script(self, name: str) -> str:
        """A command that a package installed."""
        return str(self.python.with_name(name))

    def variables(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.python.parent), os.defpath])
        return {"PATH": path, "HOME": str(self.home), "LANG": "C.UTF-8", "PYTHONUTF8": "1", **_ONE_THREAD}


def environment(name: str) -> Environment:
    """The environment made from `requirements/NAME.txt`; for `grader` the one that runs this."""
    home = _FOLDER / "homes" / name  # kept, so that caches of fonts and the like are warm for every peer
    home.mkdir(parents=True, exist_ok=True)
    if name == "grader":
        return Environment(Path(sys.executable), home)
    folder = _FOLDER / name
    requirements = HERE / "requirements" / f"{name}.txt"
    wanted = "\n".join([sys.version, _TORCH, requirements.read_text(), _CONSTRAINTS.read_text()])
    stamp = folder / "made-from"
    if not stamp.exists() or stamp.read_text() != wanted:
        _make(folder, requirements)
        stamp.write_text(wanted)
    return Environment(folder / "bin" / "python", home)


def _make(folder: Path, requirements: Path) -> None:
    print(f"making the environment of {folder.name}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, _TORCH], check=True)
    subprocess.run([*pip, "--constraint", str(_CONSTRAINTS), "--requirement", str(requirements)], check=True)
