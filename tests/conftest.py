from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.assignment import load
from grader.model import Assignment

ROOT = Path(__file__).parents[1]
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def homework() -> Assignment:
    return load(ROOT / "rubrics" / "hw1.yaml")


@pytest.fixture(scope="session")
def grader() -> Command:
    """Run the command line as a user would, in the repository, and return what it printed."""

    def run(*arguments: object, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "grader", *map(str, arguments)]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout, check=False
        )

    return run
