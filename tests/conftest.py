from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forked import Forks

from grader.assignment import load
from grader.kernels.warm import KernelServer
from grader.model import Assignment

ROOT = Path(__file__).parents[1]
_RUNNING = ("grade", "check", "selftest")  # commands that run notebooks
Command = Callable[..., subprocess.CompletedProcess[str]]


# Files with the longest tests, by seconds. With several workers they come first, so that none is left at the end with
# one of them while the others idle; the sample class a little later, when `make demo` beside the tests is done.
_LONGEST = (
    *("test_selftest.py", "test_runner.py", "test_docs.py", "test_free_form.py", "test_cluster.py"),
    *("test_sample_class.py", "test_warm.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {ROOT / "tests" / name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def homework() -> Assignment:
    return load(ROOT / "rubrics" / "hw1.yaml")


@pytest.fixture(scope="session")
def server() -> Iterator[KernelServer]:
    """For all tests that run notebooks in this process: each kernel is forked from it as it stood at first."""
    with KernelServer() as started:
        yield started


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks | None]:
    """None where forks are not safe."""
    if sys.platform != "linux":
        yield None
        return
    with Forks() as made:
        yield made


@pytest.fixture(scope="session")
def grader(forks: Forks | None, server: KernelServer) -> Command:
    """Run the command line as a user would, in the repository, and return what it printed.

    In a process of its own, for which nothing need be imported anew, not even what notebooks import: its kernels come
    from the server that all tests have. tests/test_cli.py and others start the command as a shell does.
    """

    def run(*arguments: object, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        words, environment = [*map(str, arguments)], {**os.environ, "PYTHONUTF8": "1"}
        if forks is not None:
            return forks.run(words, ROOT, environment, timeout, server.socket() if words[0] in _RUNNING else None)
        command = [sys.executable, "-m", "grader", *words]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout, check=False
        )

    return run
