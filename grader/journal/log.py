"""`run.jsonl`: every event of every run into a folder of results, a line of JSON each."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from grader.journal.events import Noted

LOG = "run.jsonl"


class Log:
    """Appends to the file; what is written is there whatever becomes of this process.

    Where the file cannot be written the run goes on, and `trouble` says so in the end.
    """

    def __init__(self, file: Path) -> None:
        self.file, self.trouble = file, ""
        self._descriptor: int | None = None
        with self._caught():
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(file, flags, 0o666)
            self._mend()

    def _mend(self) -> None:
        """Give the last line an end if a run was killed while it wrote it: the next one begins a line of its own."""
        assert self._descriptor is not None
        if os.lseek(self._descriptor, 0, os.SEEK_END) > 0:
            os.lseek(self._descriptor, -1, os.SEEK_END)
            if os.read(self._descriptor, 1) != b"\n":
                self._write(b"\n")

    def take(self, noted: Noted) -> None:
        """Append one event."""
        if self._descriptor is not None:
            with self._caught():
                if self.trouble:  # the disk was full in the middle of a line
                    self._mend()
                self._write(f"{noted.line()}\n".encode())

    def _write(self, line: bytes) -> None:
        assert self._descriptor is not None
        while line:  # once, unless the disk is full: no other thread or process gets between
            line = line[os.write(self._descriptor, line) :]

    @contextlib.contextmanager
    def _caught(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self.trouble = f"{self.file} is not whole: {reason}. The grades do not depend on it."

    def __enter__(self) -> Log:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
