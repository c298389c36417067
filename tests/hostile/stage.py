"""What surrounds a hostile notebook: a course and hand-ins with secrets in them, a home, a decoy, and who watches."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import pwd
import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from build import course, notebook

from grader.model import Assignment

CRITERIA = ("{check: runs, points: 1}", "{check: r2, points: 3, predict: predict, at_least: 0.5}")
# as small as honest work leaves them; every case may say otherwise
LIMITS: dict[str, float] = {"seconds": 12, "cell_seconds": 4, "memory_mb": 1500, "output_mb": 0.2}
_MORE_LIMITS = {"disk_mb": 150, "processes": 64}
_IPC_CREAT, _IPC_RMID, _SHM_BYTES = 0o1000, 0, 4096
_libc = ctypes.CDLL(None, use_errno=True)
_libc.shmat.restype = ctypes.c_void_p
_libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]

_DECOY = """
import ctypes, os, sys, tempfile, time
secret = ctypes.create_string_buffer(os.environ["DECOY_MEMORY"].encode())
file = tempfile.TemporaryFile()
file.write(os.environ["DECOY_FILE"].encode()); file.flush()
print(ctypes.addressof(secret), file.fileno(), flush=True)
while True: time.sleep(600)
"""


MARK = re.compile("mk[0-9a-f]{8}")  # the names of all that a case makes outside


class Secrets:
    """A token for each place, so that a leak names the place it came from."""

    def __init__(self, of_environment: str) -> None:
        kinds = ("reference", "rubric", "other", "home", "history", "shm", "sysv", "neighbour", "descriptor")
        decoys = ("argv", "environ", "memory", "file")
        self.tokens = {kind: f"canary-{kind}-{secrets.token_hex(8)}" for kind in (*kinds, *decoys)}
        self.tokens["environment"] = of_environment
        # every held-out target ends in these nine digits, in the file and as it is printed
        self.tokens["heldout"] = str(secrets.randbelow(8 * 10**8) + 10**8)

    def __getitem__(self, kind: str) -> str:
        return self.tokens[kind]

    def found_in(self, text: str) -> list[str]:
        return [f"the secret of {kind} is in the output" for kind, token in self.tokens.items() if token in text]


class Stage:
    """Everything planted below `root`, a decoy process and two shared memories, until the context ends."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.secrets = Secrets(os.environ["GRADER_SECRET_TOKEN"])
        self.reference, self.others, self.outside = (root / name for name in ("course", "class", "outside"))
        self.home = Path(os.environ["HOME"])
        self.tmp = Path(tempfile.gettempdir())
        self.shm = Path("/dev/shm") / f"kept-{secrets.token_hex(4)}"
        self.sysv_key = secrets.randbelow(2**30) + 1
        self._open = tempfile.TemporaryFile()  # noqa: SIM115  # it stays open: an unlinked file is what a kernel might inherit

    def __enter__(self) -> Stage:
        self.assignment = self._plant_course()
        self._plant_files()
        self._plant_memory()
        self.decoy, self.decoy_address, self.decoy_file = self._start_decoy()
        self._before = self._state()
        return self

    def __exit__(self, *_: object) -> None:
        self.decoy.kill()
        self.decoy.communicate()
        self._open.close()
        self.shm.unlink(missing_ok=True)
        if self._segment >= 0:
            _libc.shmctl(self._segment, _IPC_RMID, None)

    # ------------------------------------------------------------ planting

    def _plant_course(self) -> Assignment:
        from grader.model import Limits

        known = Limits.model_fields
        self.limits = LIMITS | {name: value for name, value in _MORE_LIMITS.items() if name in known}
        written = "{" + ", ".join(f"{name}: {value:g}" for name, value in self.limits.items()) + "}"
        assignment = course(self.reference, *CRITERIA, limits=written)
        (self.reference / "reference").mkdir()
        notebook(self.reference / "reference" / "solution.ipynb", f"answer = '{self.secrets['reference']}'")
        rubric = self.reference / "rubric.yaml"
        rubric.write_text(f"{rubric.read_text()}# {self.secrets['rubric']}\n")
        heldout = self.reference / "heldout.csv"
        head, *rows = heldout.read_text().splitlines()
        marked = [f"{row[: row.rindex('.') + 5]}{self.secrets['heldout']}" for row in rows]
        heldout.write_text("\n".join([head, *marked]) + "\n")
        return assignment

    def _plant_files(self) -> None:
        """Everything but the course and the memory; again, where a case got at it."""
        for folder in (self.others, self.home, self.outside):
            remove(folder)
        self.home.mkdir()
        notebook(self.others / "rival" / "rival.ipynb", f"mine = '{self.secrets['other']}'")
        (self.home / ".ssh").mkdir()
        (self.home / ".ssh" / "id_rsa").write_text(self.secrets["home"])
        (self.home / ".netrc").write_text(f"machine canvas login ta password {self.secrets['home']}\n")
        (self.home / ".bashrc").write_text("# kept\n")
        profile = self.home / ".ipython" / "profile_default"
        profile.mkdir(parents=True)
        with contextlib.closing(sqlite3.connect(profile / "history.sqlite")) as history, history:
            history.execute("create table history (session integer, line integer, source text, source_raw text)")
            history.execute("insert into history values (1, 1, ?, ?)", [self.secrets["history"]] * 2)
        self.outside.mkdir()
        for name in ("writable.txt", "removable.txt"):
            (self.outside / name).write_text("kept\n")
            (self.outside / name).chmod(0o666)
        self.outside.chmod(0o777)  # the modes of files must not be what protects them

    def _plant_memory(self) -> None:
        self._open.write(self.secrets["descriptor"].encode())
        self._open.flush()
        os.set_inheritable(self._open.fileno(), True)
        self.shm.write_text(self.secrets["shm"])
        self.shm.chmod(0o666)
        self._segment = _libc.shmget(self.sysv_key, _SHM_BYTES, _IPC_CREAT | 0o666)
        address = _libc.shmat(self._segment, None, 0) if self._segment >= 0 else None
        if address:
            ctypes.memmove(address, self.secrets["sysv"].encode(), len(self.secrets["sysv"]))
            _libc.shmdt(ctypes.c_void_p(address))

    def _start_decoy(self) -> tuple[subprocess.Popen[str], int, int]:
        told = {name: self.secrets[name.lower()] for name in ("ENVIRON", "MEMORY", "FILE")}
        environment = {f"DECOY_{name}": value for name, value in told.items()}
        command = [sys.executable, "-S", "-c", _DECOY, self.secrets["argv"]]
        decoy = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert decoy.stdout is not None
        address, file = decoy.stdout.readline().split()
        return decoy, int(address), int(file)

    # ------------------------------------------------------------ looking

    def changes(self, mark: str) -> list[str]:
        """What is other than before, in the planted places and by the name `mark` anywhere; then all is as before."""
        after = self._state()
        told = [f"{name} {what}" for name, what in _differences(self._before, after)]
        for path in _marked(mark, self.tmp):
            told.append(f"{path} was left")
            remove(path)
        for segment in _segments(mark):
            told.append(f"shared memory {segment} was left")
            _libc.shmctl(segment, _IPC_RMID, None)
        if told:
            self._plant_files()
        self._before = self._state()
        return told

    def settle(self) -> None:
        """What there is from now on is what a case finds."""
        self._before = self._state()

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = {str(self.shm): _fingerprint(self.shm)}
        for top in (self.reference, self.others, self.home, self.outside):
            for path in (top, *sorted(top.rglob("*"))):
                state[str(path)] = _fingerprint(path)
        for entry in self.tmp.iterdir():
            state[str(entry)] = "exists"
        return state | self._decoy_state()

    def _decoy_state(self) -> dict[str, Any]:
        with contextlib.suppress(psutil.Error):
            decoy = psutil.Process(self.decoy.pid)
            status = "alive" if decoy.status() in ("sleeping", "running") else decoy.status()
            limits = [decoy.rlimit(kind) for kind in (psutil.RLIMIT_CPU, psutil.RLIMIT_NOFILE)]
            return {"the decoy": (status, decoy.nice(), len(decoy.cpu_affinity()), limits, tuple(decoy.ionice()))}
        return {"the decoy": "gone"}


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in sorted(before | after):
        if name not in after:
            yield name, "is gone"
        elif name not in before:
            yield name, "is new"
        elif before[name] != after[name]:
            yield name, f"changed from {before[name]} to {after[name]}"


def _fingerprint(path: Path) -> Any:
    try:
        found = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""
        names = os.listxattr(path, follow_symlinks=False)
    except OSError as error:
        return error.strerror
    return f"{found.st_mode:o}", found.st_uid, found.st_gid, found.st_nlink, found.st_mtime_ns, content, names


def _marked(mark: str, tmp: Path) -> list[Path]:
    """Files of that name in the places where one would hide something."""
    assert MARK.fullmatch(mark), mark  # what is found is removed
    python = {Path(path) for path in sysconfig.get_paths().values()}
    homes = [Path(account.pw_dir) for account in pwd.getpwall() if account.pw_uid == os.getuid()]
    shared = ("/", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock", "/etc/cron.d", "/sys/fs/cgroup")
    places = [
        *map(Path, shared),
        Path("/var/spool/cron/crontabs"),
        *python,
        *homes,
        tmp,
        Path.cwd(),
    ]
    found = []
    for place in places:
        with contextlib.suppress(OSError):
            found += [entry for entry in place.iterdir() if mark in entry.name]
    return found


def key_of(mark: str) -> int:
    """The key under which the case of that mark would make shared memory."""
    return int.from_bytes(hashlib.sha256(mark.encode()).digest()[:3])


def _segments(mark: str) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
            key, segment, *_ = line.split()
            if int(key) == key_of(mark):
                yield int(segment)


def remove(path: Path) -> None:
    """Whatever it takes; a cgroup is a folder whose files cannot be deleted."""
    if shutil.which("chattr"):
        subprocess.run(["chattr", "-R", "-f", "-i", "-a", str(path)], capture_output=True, check=False)
    with contextlib.suppress(OSError):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    subprocess.run(["rm", "-rf", "--one-file-system", str(path)], capture_output=True, check=False)
