"""A PostgreSQL server of the tests' own: Debian's, in a temporary folder, reachable by its socket only."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

USER = "nobody"  # the server refuses to run as root


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The URL of an empty database, for as long as the context lasts. Fails where Debian's package is not installed."""
    tools = _tools()
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:  # a socket's path is short
        place = Path(folder)
        demote = {"user": USER} if os.getuid() == 0 else {}
        if demote:
            shutil.chown(place, USER)
        data = place / "data"
        made = [tools / "initdb", "-D", data, "-U", "ta", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"]
        subprocess.run(made, check=True, capture_output=True, cwd=place, **demote)
        options = f"-c listen_addresses= -c unix_socket_directories={place}"
        control = [tools / "pg_ctl", "-D", data, "-w", "-l", place / "log"]
        subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd=place, **demote)
        try:
            yield f"postgresql://ta@/postgres?host={place}"
        finally:
            stop = [*control, "-m", "immediate", "stop"]
            subprocess.run(stop, check=True, stdout=subprocess.DEVNULL, cwd=place, **demote)


def _tools() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        sys.exit("these tests start PostgreSQL: apt-get install postgresql (or see .ci/run)")
    return found[-1].parent
