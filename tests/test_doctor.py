"""The doctor says what is true here: as root, as a user without rights, and where namespaces cannot be had."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import psutil
import pytest
from build import course, notebook
from conftest import ROOT

linux = pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")
DOCTOR = [sys.executable, "-m", "grader", "doctor", "--json"]
GRADER_WITHOUT = """
    import errno, os, sys
    from grader.walls import syscalls, system
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    rules = syscalls.Filter()
    for name in {refused}:
        rules.refuse(name, {error})
    rules.load()
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
NAMESPACES = ("unshare", "setns", "mount", "pivot_root", "mount_setattr")
MARK = "987.125"
# a notebook that leaves a process without a parent, in a session of its own
ORPHAN = f"""
import subprocess
subprocess.Popen(["sh", "-c", "setsid sleep {MARK} &"]).wait()
print(1)
"""
LANDLOCK = ("landlock_create_ruleset", "landlock_restrict_self")


def without(*calls: str, error: str = "errno.EPERM") -> list[str]:
    """This Python in a process that is refused these system calls, as a container's filter does it."""
    script = textwrap.dedent(GRADER_WITHOUT).format(refused=calls, error=error)
    return [sys.executable, "-c", script]


def as_nobody() -> list[str]:
    """This Python as a user without rights; /root, where Python may lie, is opened for it in a namespace of its own."""
    if os.getuid() != 0:
        return [sys.executable]
    bare = 'exec setpriv --reuid 54321 --regid 54321 --clear-groups --inh-caps=-all --bounding-set=-all "$@"'
    opened = "mount --bind /root /mnt && mount -t tmpfs -o mode=755 tmpfs /root && cd /root"
    copied = "for name in $(ls -A /mnt); do [ -d /mnt/$name ] && mkdir $name && mount --bind /mnt/$name $name; done"
    script = f"{opened} && {copied}; cd / && {bare}"
    return ["unshare", "--mount", "--propagation", "private", "bash", "-c", script, "bash", sys.executable]


def diagnosis(command: list[str], tmp_path: Path) -> dict[str, Any]:
    environment = {**os.environ, "HOME": str(tmp_path), "TMPDIR": "/tmp"}
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@linux
def test_full_walls_are_offered_exactly_where_namespaces_can_be_had(tmp_path: Path) -> None:
    probe = ["unshare", "--mount", "--net", "--pid", "--ipc", "--fork", "--mount-proc", "true"]
    if os.getuid() != 0:
        probe[1:1] = ["--user", "--map-current-user"]
    can = subprocess.run(probe, capture_output=True, check=False).returncode == 0
    found = diagnosis(DOCTOR, tmp_path)
    assert found["tiers"]["full"] == can
    assert found["tier"] == ("full" if can else "reduced")
    assert found["own_user"]["full"] == (can and os.getuid() == 0)


@linux
def test_a_user_without_rights_gets_the_walls_that_the_system_gives_such_users(tmp_path: Path) -> None:
    probe = ["unshare", "--user", "--map-current-user", "--mount", "--pid", "--fork", "true"]
    can = subprocess.run([*as_nobody()[:-1], *probe], capture_output=True, check=False)
    found = diagnosis([*as_nobody(), *DOCTOR[1:]], tmp_path)
    assert found["tiers"]["reduced"]
    assert found["tiers"]["full"] == (can.returncode == 0), found
    assert found["own_user"] == {"full": False, "reduced": False, "none": False}
    if os.getuid() == 0:
        assert found["user"] in ("54321", "nobody")


@linux
@pytest.mark.parametrize("who", ["root", "nobody"])
def test_in_a_container_without_namespaces_the_walls_are_reduced_and_the_mend_is_told(who: str, tmp_path: Path) -> None:
    start = as_nobody()[:-1] if who == "nobody" and os.getuid() == 0 else []
    found = diagnosis([*start, *without(*NAMESPACES), *DOCTOR[1:]], tmp_path)
    assert (found["tier"], found["tiers"]) == ("reduced", {"full": False, "reduced": True, "none": True})
    assert "not permitted" in found["reasons"]["full"][0]
    assert any("Full walls need" in advice for advice in found["advice"])


@linux
def test_where_namespaces_can_be_made_but_not_joined_the_walls_are_reduced() -> None:
    found = diagnosis([*without("setns"), *DOCTOR[1:]], Path("/tmp"))
    assert found["tier"] == "reduced"
    assert any("setns" in reason for reason in found["reasons"]["full"])


@linux
def test_without_landlock_no_walls_are_claimed(tmp_path: Path) -> None:
    found = diagnosis([*without(*LANDLOCK, error="errno.ENOSYS"), *DOCTOR[1:]], tmp_path)
    assert found["tier"] == "none"
    assert any("Landlock" in reason for reason in found["reasons"]["reduced"])
    assert any("lsm=" in advice for advice in found["advice"])


@linux
def test_the_doctor_of_people_says_the_same(tmp_path: Path) -> None:
    told = subprocess.run(DOCTOR[:-1], capture_output=True, text=True, check=True).stdout
    assert f"Walls around each kernel here: {diagnosis(DOCTOR, tmp_path)['tier']}" in told


@pytest.mark.long
@linux
@pytest.mark.parametrize("who", ["root", "nobody"])
def test_the_walls_of_the_run_stand_in_every_report(who: str) -> None:
    start = as_nobody() if who == "nobody" else [sys.executable]
    with tempfile.TemporaryDirectory(prefix="walls-") as name:  # pytest's folders are closed to other users
        folder = Path(name)
        folder.chmod(0o777)
        course(folder / "course", "{check: runs, points: 1}")
        notebook(folder / "student.ipynb", ORPHAN)
        offered = [tier for tier, works in diagnosis([*start, *DOCTOR[1:]], folder)["tiers"].items() if works]
        for tier in offered:
            out = folder / tier
            arguments = ["-m", "grader", "grade", folder / "student.ipynb", "-o", out, "--walls", tier]
            command = [*start, *arguments, "-a", folder / "course" / "rubric.yaml"]
            environment = {**os.environ, "HOME": name, "TMPDIR": "/tmp"}
            subprocess.run(command, cwd="/", check=True, capture_output=True, env=environment)
            report = json.loads((out / "reports" / "student.json").read_text())
            assert (report["execution"]["walls"], report["total"]) == (tier, 1), report["execution"]
            assert not [p for p in psutil.process_iter(["cmdline"]) if MARK in (p.info["cmdline"] or ())]


@pytest.mark.long
@linux
def test_walls_that_cannot_be_built_are_not_replaced_by_worse_ones(tmp_path: Path) -> None:
    course(tmp_path / "course", "{check: runs, points: 1}")
    notebook(tmp_path / "student.ipynb", "print(1)")
    arguments = ["-m", "grader", "grade", str(tmp_path / "student.ipynb"), "-o", str(tmp_path / "out")]
    rubric = ["-a", str(tmp_path / "course" / "rubric.yaml"), "--walls", "full"]
    command = [*without(*NAMESPACES), *arguments, *rubric]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "full walls cannot be built here" in done.stderr
    assert not (tmp_path / "out" / "reports" / "student.json").exists()


@pytest.mark.long
@linux
def test_where_nothing_protects_the_heldout_rows_the_grader_asks_first(tmp_path: Path) -> None:
    notebook(tmp_path / "student.ipynb", "print(1)")
    arguments = ["grade", tmp_path / "student.ipynb", "-o", tmp_path / "out", "-a", ROOT / "rubrics" / "hw1.yaml"]
    blind = [*without(*LANDLOCK, error="errno.ENOSYS"), "-m", "grader", *map(str, arguments)]
    refused = subprocess.run(blind, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 3
    assert "--walls none" in refused.stderr
    done = subprocess.run([*blind, "--walls", "none"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_setpriv_and_unshare_are_there() -> None:
    """The tests above would be worth nothing without util-linux."""
    if sys.platform == "linux":
        assert shutil.which("setpriv")
        assert shutil.which("unshare")


@linux
def test_nothing_in_the_current_folder_is_run(tmp_path: Path) -> None:
    """A student's repository may hold modules of any name."""
    (tmp_path / "grader").mkdir()
    for name in ("grader/__init__.py", "json.py"):
        (tmp_path / name).write_text(f"open({str(tmp_path / 'owned')!r}, 'w')", encoding="utf-8")
    command = [Path(sys.executable).with_name("grader"), "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "owned").exists()
