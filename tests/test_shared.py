"""Other tools get warm kernels by one environment variable, with the results of stock ones and nothing left behind."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from build import notebook, table
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from test_fidelity import CELLS, comparable

from grader.errors import RunnerError
from grader.kernels import shared
from grader.kernels.provisioner import WarmProvisioner

pytestmark = [pytest.mark.long, pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")]
DIFFERENT_EACH_TIME = ("random numbers", "training")
OWN = {
    "a package is installed by": "!pip --version",
    "an extension": "%load_ext autoreload\n%autoreload 2",
    "its folder": "import os, stat\nopen('made', 'w').close(); oct(os.stat('made').st_mode), os.getcwd()",
    "its environment": "os.environ.get('CANVAS_TOKEN'), os.environ.get('OMP_NUM_THREADS'), sys.flags, sys.path",
    "its command": "sys.argv[0]",
    "the grader": "import grader; grader.__name__",
    "history": "%history -l 1",
    "a long print": "print('x' * 1_000_000)",
}
LIVES = "import os, atexit\nprint(os.getppid())\natexit.register(lambda: open('left', 'w').write('in order'))"
Kernel = Callable[..., KernelManager]


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user without a server, in a folder with data; fails if a process of theirs is left at the end."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    (tmp_path / "sample_data").mkdir()
    table(tmp_path / "sample_data" / "train.csv", 300, seed=1)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("GRADER_KERNEL_SERVER_IDLE", "3")
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "warm")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("CANVAS_TOKEN", "my own")
    for name in ("PYTEST_CURRENT_TEST", "GRADER_KERNEL_SERVER", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path
    deadline = time.monotonic() + 90
    while left := processes(runtime):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)
    assert list(runtime.glob("grader/*.sock")) == []


@pytest.fixture
def kernel(alone: Path) -> Iterator[Kernel]:
    started = []
    KernelProvisionerFactory.clear_instance()  # it asked for the environment variable when it was made

    def start(spec: KernelSpec | None = None, **traits: Any) -> KernelManager:
        manager = KernelManager(**traits)
        if spec is not None:
            manager._kernel_spec = spec
        manager.start_kernel(cwd=str(alone), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started.append(manager)
        assert isinstance(manager.provisioner, WarmProvisioner)
        return manager

    yield start
    for manager in started:
        manager.shutdown_kernel(now=True)
    KernelProvisionerFactory.clear_instance()


def processes(runtime: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        command = " ".join(process.info["cmdline"] or [])
        if str(runtime) in command and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(f"{process.pid} {command}")
    return found


def said(manager: KernelManager, code: str) -> str:
    """What a cell prints, with the name of its error if it has one."""
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        outputs: list[Any] = []
        client.execute_interactive(code, timeout=60, output_hook=outputs.append)
    finally:
        client.stop_channels()
    return "".join(o["content"].get("text", o["content"].get("ename", "")) for o in outputs)


def execute(folder: Path, *command: object) -> str:
    """Run a tool; returns its log."""
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def nbconvert(folder: Path, source: Path, name: str) -> list[Any]:
    log = execute(
        folder, "-m", "nbconvert", "--execute", "--allow-errors", "--to", "notebook", source, "--output", folder / name
    )
    assert "afresh" not in log
    return cells_of(folder / f"{name}.ipynb")


def cells_of(file: Path) -> list[Any]:
    """Outputs by cell, with contiguous pieces of a stream as one."""
    told = []
    for cell in nbformat.read(file, 4).cells:  # type: ignore[no-untyped-call]
        outputs: list[Any] = []
        for output in cell.get("outputs", []):
            if outputs and output.get("name") == outputs[-1].get("name") is not None:
                outputs[-1]["text"] += output.text
            else:
                outputs.append(dict(output))
        told.append(comparable(outputs))
    return told


def test_nbconvert_shows_what_it_shows_with_stock_kernels(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = {name: code for name, code in (CELLS | OWN).items() if name not in DIFFERENT_EACH_TIME}
    source = notebook(alone / "source.ipynb", *cells.values(), heading=False)
    first = nbconvert(alone, source, "first")
    second = nbconvert(alone, source, "second")
    monkeypatch.delenv("JUPYTER_DEFAULT_PROVISIONER_NAME")
    stock = nbconvert(alone, source, "stock")
    for name, *outputs in zip(cells, first, second, stock, strict=True):
        assert outputs[0] == outputs[1] == outputs[2], name


def test_papermill_takes_warm_kernels(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = notebook(alone / "source.ipynb", "print(6 * 7)", "import torch\ntorch.arange(3)", "'text'", heading=False)
    papermill = ("-m", "papermill", "--kernel", "python3", source)
    assert "afresh" not in execute(alone, *papermill, alone / "warm.ipynb")
    monkeypatch.delenv("JUPYTER_DEFAULT_PROVISIONER_NAME")
    execute(alone, *papermill, alone / "stock.ipynb")
    assert cells_of(alone / "warm.ipynb") == cells_of(alone / "stock.ipynb")


def test_calls_share_a_server_and_kernels_end_in_order(alone: Path) -> None:
    source = notebook(alone / "source.ipynb", LIVES, heading=False)
    first = nbconvert(alone, source, "first")
    assert (alone / "left").read_text() == "in order"
    assert nbconvert(alone, source, "second") == first
    assert str(os.getpid()) not in first[0]


def test_calls_at_once_start_one_server(alone: Path) -> None:
    source = notebook(alone / "source.ipynb", LIVES, heading=False)
    command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", source, "--output"]
    running = [subprocess.Popen([*command, alone / name], cwd=alone, stderr=subprocess.PIPE) for name in "ab"]
    for call in running:
        _, log = call.communicate(timeout=300)
        assert call.returncode == 0, log
        assert b"afresh" not in log
    assert cells_of(alone / "a.ipynb") == cells_of(alone / "b.ipynb")


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_a_kernel_is_interrupted_and_started_again(kernel: Kernel, alone: Path, transport: str) -> None:
    where = {"ip": str(alone / "k")} if transport == "ipc" else {}
    manager = kernel(transport=transport, **where)
    parent = said(manager, "import os; x = 1; print(os.getppid())")
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    client.execute("import time; time.sleep(100)")
    time.sleep(1)
    manager.interrupt_kernel()
    assert client.get_shell_msg(timeout=60)["content"]["ename"] == "KeyboardInterrupt"
    client.stop_channels()
    assert said(manager, "print(x)") == "1\n"
    manager.restart_kernel(now=True)
    assert said(manager, "print(os.getppid())") == "NameError"
    assert said(manager, "import os; print(os.getppid())") == parent


def test_kernels_draw_different_numbers(kernel: Kernel) -> None:
    draw = "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1).item())"
    numbers = [said(kernel(), draw).split() for _ in range(2)]
    assert all(first != second for first, second in zip(*numbers, strict=True))


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the provisioner warned of."""
    caplog.set_level(logging.WARNING, logger="traitlets")
    return lambda: [record.message for record in caplog.records if "afresh" in record.message]


def test_a_kernel_whose_server_is_killed_is_dead_and_the_next_one_lives(
    kernel: Kernel, alone: Path, warnings: Callable[[], list[str]]
) -> None:
    first = kernel()
    server = psutil.Process(int(said(first, "import os; print(os.getppid())")))
    assert (warnings(), server.pid != os.getpid()) == ([], True)
    server.kill()
    deadline = time.monotonic() + 30
    while first.is_alive():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert said(kernel(), "print(2)") == "2\n"
    assert warnings() == []


def test_another_environment_gets_a_stock_kernel(
    kernel: Kernel, alone: Path, warnings: Callable[[], list[str]]
) -> None:
    other = alone / "other"
    packages = other / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    packages.mkdir(parents=True)
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "ours.pth").write_text(ours)
    (other / "bin").mkdir()
    python = other / "bin" / "python"
    python.symlink_to(Path(sys.executable).resolve())
    (other / "pyvenv.cfg").write_text(f"home = {python.resolve().parent}\n")
    spec = KernelSpec(argv=[str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], language="python")
    manager = kernel(spec)
    assert said(manager, "import sys; print(sys.prefix)") == f"{other}\n"
    assert len(warnings()) == 1
    assert processes(alone / "run") == []


def test_where_there_can_be_no_server_a_stock_kernel_starts(
    kernel: Kernel, alone: Path, warnings: Callable[[], list[str]]
) -> None:
    (alone / "run" / "grader").mkdir()
    (alone / "run" / "grader").chmod(0o777)
    assert said(kernel(), "print(1)") == "1\n"
    (warning,) = warnings()
    assert "not a folder of this user's alone" in warning


def test_a_server_that_does_not_start_is_told_with_its_log(alone: Path) -> None:
    with pytest.raises(RunnerError, match=r"did not start; .*\.log says why"):
        shared.address({**os.environ, "PYTHONHOME": "/nowhere"})
    assert "nowhere" in next((alone / "run" / "grader").glob("*.log")).read_text()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "file"], ""),
        ([sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "file"], ""),
        ([sys.executable, "-I", "-m", "ipykernel_launcher", "-f", "file"], "usual form"),
        (["R", "--slave", "-e", "IRkernel::main()"], "usual form"),
        (["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "file"], "not of the environment"),
    ],
)
def test_what_the_server_can_stand_in_for(tmp_path: Path, command: list[str], reason: str) -> None:
    told = shared.unsuited(command, str(tmp_path))
    assert reason in told
    assert bool(told) == bool(reason)
