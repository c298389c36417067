"""autograder.zip: all that Gradescope needs to grade an assignment as this machine does."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from grader.bundles.wheel import NAME, wheel
from grader.executions import environment
from grader.gradescope import results
from grader.gradescope.container import OWN_MB
from grader.gradescope.settings import ASSIGNMENT, FILE, FIRST, Settings
from grader.model import Assignment, Limits
from grader.rubric import stored

PROGRAMS = ("setup.sh", "run_autograder")
SIZES = ((0.5, 0.75), (1.0, 1.5), (2.0, 3.0), (4.0, 6.0))  # cores and gigabytes, as Gradescope offers containers

_TEMPLATES = Path(__file__).parents[1] / "templates" / "gradescope"
_INSTALLED = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)\.dist-info")
_OTHER_SECONDS = 120  # to start, to question the notebook and to score it


def autograder(assignment: Assignment, settings: Settings) -> dict[str, bytes]:
    """The files of the zip. They hold the held-out rows and the whole rubric, but no reference: that only proves it.

    Raises GraderError or OSError if something of it cannot be read.
    """
    names = {file: place.name for file, place in stored.places(assignment).items()}
    folder = Path(ASSIGNMENT).parent
    first = json.dumps(results.not_graded(settings.language), ensure_ascii=False, indent=1) + "\n"
    files = {name: _script(name) for name in PROGRAMS}
    files |= {
        NAME: wheel(),
        "constraints.txt": "".join(requirements(environment())).encode(),
        FILE: (settings.model_dump_json(indent=1) + "\n").encode(),
        FIRST: first.encode(),
        ASSIGNMENT: stored.written(assignment, lambda file: Path(names[file])).encode(),
    }
    return files | {f"{folder.as_posix()}/{name}": file.read_bytes() for file, name in names.items()}


def requirements(installed: Sequence[str]) -> Iterator[str]:
    """Lines `name==version` for pip, from the names of installed packages' folders."""
    for name in installed:
        found = _INSTALLED.fullmatch(name)
        if found and found["name"] != "grader":
            yield f"{found['name']}=={found['version'].partition('+')[0]}\n"


def container_for(limits: Limits) -> tuple[float, float]:
    """The smallest of their containers in which a notebook can have what the rubric gives it, or the largest."""
    wanted = (limits.memory_mb + OWN_MB) / 1000
    return next((size for size in SIZES if size[0] >= 1 and size[1] >= wanted), SIZES[-1])


def minutes_for(limits: Limits) -> int:
    """How long their time limit has to be for a notebook that uses up its own."""
    return int(-(-(limits.seconds + _OTHER_SECONDS) // 60))


def _script(name: str) -> bytes:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    torch = version("torch").partition("+")[0]
    text = (_TEMPLATES / name).read_text(encoding="utf-8")
    return text.replace("@PYTHON@", python).replace("@TORCH@", torch).replace("@WHEEL@", NAME).encode()
