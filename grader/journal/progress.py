"""How far a run is, for whoever sits before it and for whoever reads its output in the morning; on standard error, so
that standard output holds only results."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Any, cast

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from grader.journal.counts import Counts
from grader.journal.events import Noted
from grader.late_words import length

_SECONDS = 60.0  # between two lines where nobody watches
_FEW = 4  # running ones that are named
_MOST_LETTERS = 40
_REFRESHES = 4  # a second


class Standing:
    """The counts of a run in words, whichever thread asks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._counts, self._clock = Counts(), clock
        self._lock = threading.Lock()

    def take(self, noted: Noted) -> None:
        with self._lock:
            self._counts.take(noted)

    @property
    def done(self) -> tuple[int, int]:
        """How many are done, of how many."""
        with self._lock:
            return self._counts.done, self._counts.total

    def link(self) -> str:
        """Where more is to be seen, once; "" if that is nowhere or was said."""
        with self._lock:
            found, self._counts.dashboard = self._counts.dashboard, ""
        return f"Dask's dashboard: {found}" if found else ""

    def names(self) -> str:
        """Of the students whose notebooks run, where these are few; else how many."""
        with self._lock:
            running = list(self._counts.running)
        return ", ".join(running)[:_MOST_LETTERS] if len(running) <= _FEW else f"{len(running)} running"

    def figures(self) -> str:
        """What is worth a look besides, with the rate and the time that is left."""
        with self._lock:
            counts, now = self._counts, self._clock()
            told = [f"{n} {what}" for n, what in _besides(counts) if n]
            rate, left = counts.rate(now), counts.left(now)
        told += [f"{_figure(rate * 60)} a minute"] if rate else []
        told += [f"{length(left).en} left"] if left else []
        return " · ".join(told)

    def line(self) -> str:
        """All of it in one line, for a file."""
        done, total = self.done
        with self._lock:
            running = len(self._counts.running)
        return " · ".join(filter(None, (f"{done} of {total} done", f"{running} running", self.figures())))


def _figure(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _besides(counts: Counts) -> Iterator[tuple[int, str]]:
    yield counts.reused, "reused"
    yield counts.failed, "failed"
    yield counts.retried, "retried"
    yield counts.set_aside, "set aside"
    yield len(counts.workers), "worker" if len(counts.workers) == 1 else "workers"


class _Heedless:
    """What is written to a terminal that was closed meanwhile is lost, and nothing else is."""

    def __init__(self, output: IO[str]) -> None:
        self._output = output

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._output.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._output.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._output, name)


class _Told(ProgressColumn):
    def __init__(self, told: Callable[[], str]) -> None:
        super().__init__()
        self._told = told

    def render(self, task: Task) -> Text:
        return Text(self._told(), style="progress.remaining")


@contextlib.contextmanager
def shown(standing: Standing, output: IO[str] | None = None, seconds: float = _SECONDS) -> Iterator[None]:
    """Show the standing for as long as this lasts: a bar on a terminal, elsewhere a line every so many seconds."""
    output = output or sys.stderr
    console = Console(file=cast("IO[str]", _Heedless(output)), emoji=False)
    with _bar(standing, console) if console.is_terminal else _lines(standing, output, seconds):
        yield


@contextlib.contextmanager
def _bar(standing: Standing, console: Console) -> Iterator[None]:
    figures = _Told(standing.figures)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), figures)
    with Progress(*columns, console=console, transient=True, auto_refresh=False, redirect_stdout=False) as progress:
        bar = progress.add_task("", total=None)

        def show() -> None:
            done, total = standing.done
            if link := standing.link():
                console.print(link, markup=False, soft_wrap=True)
            progress.update(bar, description=escape(standing.names()), completed=done, total=total or None)
            progress.refresh()

        with every(1 / _REFRESHES, show):
            yield


@contextlib.contextmanager
def _lines(standing: Standing, output: IO[str], seconds: float) -> Iterator[None]:
    def tell() -> None:
        with contextlib.suppress(OSError, ValueError):  # whoever read it is gone
            if link := standing.link():
                print(link, file=output)
            print(f"{time.strftime('%H:%M:%S')} {standing.line()}", file=output, flush=True)

    with every(seconds, tell):
        yield


@contextlib.contextmanager
def every(seconds: float, act: Callable[[], None]) -> Iterator[None]:
    """Call `act` from a thread of its own, the first time after so many seconds."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(seconds):
            act()

    thread = threading.Thread(target=go_on, name="watching", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
