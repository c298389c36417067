"""Whole files or none, and a lock that ends with its process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.files import lock, remove_torn, write


def files_in(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_write_replaces_a_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write(file, "옛것")
    write(file, "새것\r\n")
    assert file.read_bytes() == "새것\r\n".encode()
    assert files_in(tmp_path) == {"a.json"}


def test_lone_surrogates_can_be_written(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "a\ud800b")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "a?b"


@pytest.mark.parametrize("broken", ["write", "replace"])
def test_a_write_that_fails_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    write(tmp_path / "a.json", "old")

    def write_half(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    if broken == "write":
        monkeypatch.setattr(Path, "write_bytes", write_half)
    else:
        monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match=r"No space|Input/output"):
        write(tmp_path / "a.json", "new and longer")
    assert (tmp_path / "a.json").read_text() == "old"
    assert files_in(tmp_path) == {"a.json"}


def test_threads_that_write_one_file_leave_one_of_their_texts(tmp_path: Path) -> None:
    texts = [str(number) * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as executor:
        list(executor.map(lambda text: write(tmp_path / "a.json", text), texts * 5))
    assert (tmp_path / "a.json").read_text() in texts
    assert files_in(tmp_path) == {"a.json"}


def test_only_what_a_killed_write_left_is_removed(tmp_path: Path) -> None:
    kept = {"a.json", "a.part", ".hidden", "reports/kim.json", "reports/b.part"}
    torn = {".a.json.12.part", "reports/.kim.json.12.part"}
    for name in kept | torn:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    remove_torn(tmp_path)
    assert files_in(tmp_path) == kept


def test_a_lock_is_one_holder_s(tmp_path: Path) -> None:
    held = lock(tmp_path / "l")
    assert held is not None
    assert lock(tmp_path / "l") is None
    held.close()
    again = lock(tmp_path / "l")
    assert again is not None
    again.close()


def test_a_lock_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from grader.files import lock; held = lock(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", f"{program}; print('held', flush=True); time.sleep(60)", str(tmp_path / "l")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert lock(tmp_path / "l") is None
        process.kill()
    deadline = time.monotonic() + 60
    while (held := lock(tmp_path / "l")) is None:
        assert time.monotonic() < deadline
    held.close()


def test_a_place_that_cannot_be_locked_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        lock(tmp_path / "none" / "l")
