"""Starts grader processes that play cases, goes on after one that a case took along, and gathers what was seen."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import psutil

from grader.kernels.workplace import copy_fonts
from hostile.case import TIERS, Case, Seen
from hostile.families import CASES
from hostile.promises import LONGEST
from hostile.stage import remove

TESTS = Path(__file__).parents[1]
_STARTUP_SECONDS = 60


@lru_cache(maxsize=1)
def tiers() -> tuple[str, ...]:
    """What this machine offers, best first."""
    asked = subprocess.run(
        [sys.executable, "-m", "grader", "doctor", "--json"],
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        offered = json.loads(asked.stdout)["tiers"]
    except ValueError:
        return ("none",)
    return tuple(tier for tier in TIERS if offered[tier])


def playable(tier: str) -> list[Case]:
    return [case for case in CASES if tier not in case.never_in]


def perform(tier: str, cases: Sequence[Case]) -> dict[str, Seen]:
    """Play cases in one tier, several lanes at a time: most of what hangs, hangs idly."""
    crowded = [case.name for case in cases if case.crowded]
    slow = [case.name for case in cases if case.slow and not case.crowded]
    quick = [case.name for case in cases if not case.slow and not case.crowded]
    seen = together([(tier, lane) for lane in (slow[::2], quick[::2], slow[1::2], quick[1::2])])
    return seen | together([(tier, crowded)])


def together(lanes: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Seen]:
    """Play several lanes (a tier and names of cases, see `play`) at once."""
    seen: dict[str, Seen] = {}
    with ThreadPoolExecutor(max(len(lanes), 1)) as threads:
        playing = [threads.submit(play, tier, names) for tier, names in lanes]
        for played in playing:
            seen |= played.result()
    return seen


def play(tier: str, names: Sequence[str]) -> dict[str, Seen]:
    """Play cases one after another in a grader process, and in a new one whenever that process ends before its time.

    `name/wall` plays the case without that wall.
    """
    seen: dict[str, Seen] = {}
    waiting = list(names)
    while waiting:
        begun, ended, told = _play_once(tier, waiting)
        seen |= ended
        lost = [name for name in begun if name not in ended]
        seen |= {name: Seen(name, fault=f"the grader's process ended: {told}") for name in lost}
        if not begun:
            raise RuntimeError(f"no case was played in tier {tier}: {told}")
        waiting = [name for name in waiting if name not in seen]
    return seen


def _play_once(tier: str, names: Sequence[str]) -> tuple[list[str], dict[str, Seen], str]:
    with _surroundings() as (root, environment):
        out = root / "seen.jsonl"
        out.touch()
        command = [sys.executable, "-m", "hostile.play", tier, str(out), *names]
        process = subprocess.Popen(
            command,
            cwd=TESTS,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            printed, _ = process.communicate(timeout=_STARTUP_SECONDS + LONGEST * len(names))
        except subprocess.TimeoutExpired:
            process.kill()
            printed, _ = process.communicate()
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        begun = [line["begins"] for line in lines if "begins" in line]
        ended = {line["seen"]["case"]: Seen(**line["seen"]) for line in lines if "seen" in line}
        return begun, ended, f"exit code {process.returncode}, {printed[-350:].decode(errors='replace')}"


@contextlib.contextmanager
def _surroundings() -> Iterator[tuple[Path, dict[str, str]]]:
    """A root that every user may look into, and the environment of a grader that works there."""
    root = Path(tempfile.mkdtemp(prefix="hostile-", dir="/tmp"))
    root.chmod(0o755)
    temporary = root / "tmp"
    temporary.mkdir()
    temporary.chmod(0o1777)
    _lend_fonts(temporary)
    _share_cores(temporary)
    (root / "home").mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {
        "HOME": str(root / "home"),
        "TMPDIR": str(temporary),
        "HOSTILE_ROOT": str(root),
        "GRADER_SECRET_TOKEN": f"canary-environment-{secrets.token_hex(8)}",
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)]),
    }
    try:
        yield root, environment
    finally:
        _end_all_of(root)
        remove(root)


def _end_all_of(root: Path) -> None:
    """What a killed grader process could not look for any more: the forks of its kernels carry its folder's name."""
    for process in psutil.process_iter(["cmdline"]):
        if any(str(root) in word for word in process.info["cmdline"] or ()):
            with contextlib.suppress(psutil.Error):
                process.kill()


def _lend_fonts(temporary: Path) -> None:
    """matplotlib's list of fonts, which takes seconds to make, from this process's temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        copy_fonts(Path(folder))
    for made in Path(tempfile.gettempdir()).glob("grader-fonts-*"):
        with contextlib.suppress(OSError):
            shutil.copytree(made, temporary / made.name)


def _share_cores(temporary: Path) -> None:
    """The locks by which graders of one user tell each other which cores are taken."""
    name = f"grader-cores-{os.getuid()}"
    shared = Path(tempfile.gettempdir(), name)
    shared.mkdir(mode=0o700, exist_ok=True)
    (temporary / name).symlink_to(shared)
