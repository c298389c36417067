"""What one kernel may have, said by the grader before the kernel exists. Holds paths and numbers, no secret."""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Tier = Literal["none", "reduced", "full"]
TIERS: tuple[Tier, ...] = ("full", "reduced", "none")  # best first
# trusted processes above a kernel, and below who asked for it, where no room stands ready
SUPERVISORS: dict[Tier, int] = {"full": 2, "reduced": 1, "none": 1}

# every wall by its name, as tests switch them off one at a time
WALLS = (
    *("user", "files", "pids", "network", "ipc", "landlock", "seccomp", "quota"),
    *("data", "processes", "cpu", "descriptors", "file_size"),
)
_SYSTEM = ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share")
_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
_ETC = ("alternatives", "fonts", "ld.so.cache", "localtime", "timezone", "mime.types", "nsswitch.conf", "ssl/certs")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Walls for one kernel."""

    tier: Tier
    root: str  # the job's folder: work/, home/ and ipc/ below it are the kernel's
    readable: tuple[str, ...] = ()  # Python and what it needs of the system, for reading only
    uid: int | None = None  # the user to become; None stays
    memory_bytes: int = 3_000_000_000
    disk_bytes: int = 500_000_000
    processes: int = 128
    cpu_seconds: int = 3600
    without: tuple[str, ...] = ()  # walls left out, for the tests that prove the others

    def has(self, wall: str) -> bool:
        return wall not in self.without

    @property
    def own(self) -> tuple[Path, Path]:
        """The folders that the kernel may fill."""
        return Path(self.root, "work"), Path(self.root, "home")

    @property
    def common(self) -> tuple[Path, ...]:
        """Folders of the system's that the kernel may write in beside others, as a user of its own."""
        alone = self.tier == "reduced" and self.uid is not None and self.has("user")
        return (Path("/dev/shm"), Path("/dev/pts")) if alone else ()

    @property
    def sockets(self) -> Path:
        """Where the kernel's sockets are made, and nothing else; holds its connection file."""
        return Path(self.root, "ipc")

    @property
    def sockets_inside(self) -> Path:
        """The same folder as the kernel sees it: not below /tmp, which it may fill."""
        return Path("/run/kernel") if self.tier == "full" and self.has("files") else self.sockets

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Plan:
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in plain.items()}
        return cls(**values)


@lru_cache(maxsize=1)
def readable() -> tuple[str, ...]:
    """This Python with its packages, and the system's programs, libraries, fonts and certificates.

    Not /usr as a whole, /etc or the folder of an editable install: what lies there is nobody's business.
    """
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix} - {"/usr", "/"}
    packages = {entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")}
    library = {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib")}
    files = {sys.executable, os.path.realpath(sys.executable)}
    wanted = [*_SYSTEM, *(f"/etc/{name}" for name in _ETC), *prefixes, *packages, *library, *files]
    return (*_LINKS, *_outermost({real for path in wanted for real in (path, os.path.realpath(path))}))


def _outermost(paths: set[str]) -> list[str]:
    """Those that exist and lie below no other of them."""
    kept: list[str] = []
    for path in sorted(path for path in paths if os.path.exists(path)):
        if not any(path.startswith(f"{above}/") for above in kept):
            kept.append(path)
    return kept
