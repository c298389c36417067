"""Folders in the temporary directory: swept when their owner was killed, and never while it lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from grader.kernels.leftovers import OwnedFolder, sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are swept on POSIX systems only")
YESTERDAY = time.time() - 25 * 3600


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def folder_of_another_process(temporary: Path, what: str) -> tuple[subprocess.Popen[str], Path]:
    program = (
        f"import time; from grader.kernels.leftovers import OwnedFolder; f = OwnedFolder('grader-{what}-');"
        "(f.path / 'work').mkdir(); (f.path / 'work' / 'a.csv').touch(); print(f.path, flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


@pytest.mark.parametrize("what", ["job", "parcel", "rubric"])
def test_a_folder_is_swept_once_its_owner_is_killed(temporary: Path, what: str) -> None:
    process, folder = folder_of_another_process(temporary, what)
    with process:
        assert (folder.parent, sweep()) == (temporary, [])
        assert (folder / "work" / "a.csv").exists()
        process.send_signal(signal.SIGKILL)
    assert sweep() == [folder]
    assert list(temporary.iterdir()) == []
    assert sweep() == []


def test_a_living_owner_s_folder_stays_however_old(temporary: Path) -> None:
    owned = OwnedFolder("grader-server-")
    os.utime(owned.path, (YESTERDAY, YESTERDAY))
    assert sweep() == []
    owned.remove()
    assert list(temporary.iterdir()) == []


def test_a_folder_without_an_owner_is_swept_after_a_day(temporary: Path) -> None:
    young, old = temporary / "grader-job-young", temporary / "grader-job-old"
    for folder in (young, old):
        folder.mkdir()
    os.utime(old, (YESTERDAY, YESTERDAY))
    assert sweep() == [old]
    assert young.exists()


def test_other_folders_files_and_links_stay(temporary: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").touch()
    (temporary / "grader-job-link").symlink_to(mine)
    (temporary / "grader-job-file").touch()
    (temporary / "grader-fonts-0").mkdir()
    (temporary / "other").mkdir()
    for entry in temporary.iterdir():
        os.utime(entry, (YESTERDAY, YESTERDAY), follow_symlinks=False)
    assert sweep() == []
    assert (mine / "thesis.tex").exists()
    assert len(list(temporary.iterdir())) == 4


def test_what_a_link_inside_leads_to_stays(temporary: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").touch()
    left = temporary / "grader-job-left"
    left.mkdir()
    (left / ".owner").touch()
    (left / "work").symlink_to(mine)
    assert sweep() == [left]
    assert (mine / "thesis.tex").exists()


def test_no_temporary_directory_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    assert sweep() == []


def test_an_owned_folder_can_be_emptied_by_its_notebook() -> None:
    owned = OwnedFolder("grader-job-")
    for file in owned.path.iterdir():
        file.unlink()
    owned.path.rmdir()
    owned.remove()
