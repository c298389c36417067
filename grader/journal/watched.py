"""Everything that watches one run, for as long as it lasts, and what it leaves behind."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.files import write
from grader.journal import metrics as prometheus
from grader.journal.account import Account, RunReport
from grader.journal.journal import Journal
from grader.journal.log import LOG, Log
from grader.journal.progress import Standing, shown
from grader.late_words import length
from grader.model import Language

if TYPE_CHECKING:
    from grader.grading import Graded

PAGE, DATA = "run.html", "run.json"


class Watched:
    """A run that is watched: its journal, and in the end what it came to. `page`: where the report is."""

    def __init__(self, journal: Journal, account: Account, standing: Standing, page: Path) -> None:
        self.journal, self.account, self.standing, self.page = journal, account, standing, page
        self._began = time.monotonic()
        self.troubles: list[str] = []  # what could not be written, each in a sentence

    def begin(self, **facts: Any) -> None:
        """The facts are those of `run_started`."""
        self._began = time.monotonic()
        self.journal.note("run_started", **facts)

    def start(self, student: str) -> None:
        self.journal.note("started", student=student)

    def graded(self, graded: Graded, broken: str = "", *, reused: bool = False, **way: Any) -> None:
        """How one submission ended, once it is written. `broken`: why it could not be; `way`: its `worker`, and how
        long it `waited` for that, where they are known."""
        execution, student = graded.execution, graded.submission.student
        if execution.status == "infrastructure":
            broken = (execution.errors[-1].message if execution.errors else "") or execution.status
        if broken:
            self.journal.note("failed", student=student, why=broken)
            return
        ended = {"student": student, "status": execution.status, "provisional": graded.report.status == "provisional"}
        if reused:
            self.journal.note("reused", **ended)
            return
        seconds = {"seconds": execution.seconds, "cpu_seconds": execution.cpu_seconds}
        self.journal.note("finished", **ended, **seconds, phases=execution.phases or None, **way)

    def end(self) -> None:
        """Whatever ended the run."""
        told = self.account.report()
        if told is not None:
            counts = {"graded": told.ran + told.reused, "reused": told.reused, "failed": told.failures}
            self.journal.note("run_ended", **counts, seconds=time.monotonic() - self._began)

    def shown(self) -> AbstractContextManager[None]:
        """Progress on standard error for as long as this lasts; nothing else may be printed meanwhile."""
        return shown(self.standing)

    def lines(self) -> Sequence[str]:
        """What is said of the run in a terminal, when it is over."""
        report = self.account.report()
        return [*([] if report is None else _told(report, self.page)), *self.troubles]


@contextlib.contextmanager
def journal_of(out: Path, title: str, language: Language, metrics: str | None = None) -> Iterator[Watched]:
    """Log, metrics and report of the run into `out`, a folder that is there and that nobody else writes to.

    `title`: the assignment's. `metrics`: a file or an address, as the command line takes it. Raises GraderError with a
    mend where those cannot be had; whatever else cannot be written is told of in the end and stops nothing.
    """
    where = prometheus.place(metrics) if metrics is not None else None
    account, standing = Account(), Standing()
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(Log(out / LOG))
        subscribers = [log.take, account.take, standing.take]
        published = None
        if where is not None:
            families = prometheus.Metrics()
            subscribers.append(families.take)
            published = stack.enter_context(prometheus.published(families, where))
        watched = Watched(Journal(*subscribers), account, standing, out / PAGE)
        try:
            yield watched
        finally:
            watched.end()
            watched.troubles += filter(None, (log.trouble, _kept(account.report(), watched.page, title, language)))
    if published is not None and published.trouble:
        watched.troubles.append(published.trouble)


def _kept(report: RunReport | None, page: Path, title: str, language: Language) -> str:
    """Write the page and its data; returns why that could not be, or ""."""
    from grader.exporters.html import run_page  # with all that makes pages

    if report is None:
        return ""
    try:
        plain = report.model_dump(mode="json")
        write(page.with_name(DATA), json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
        write(page, run_page(report, title, language))
    except OSError as error:
        return f"{page} cannot be written: {error.strerror}"
    return ""


def _told(report: RunReport, page: Path) -> Iterator[str]:
    """Three lines: how much of what, where the time went and what it cost, and where more stands."""
    from grader.exporters.run_words import part_name

    counts = [
        (report.ran, "ran"),
        (report.reused, "reused"),
        (report.failures, "lost to a fault of the grader's"),
        (report.retried, "retries"),
        (report.set_asides, "set aside"),
    ]
    told = ", ".join(f"{n} {what}" for n, what in counts if n) or "nothing to do"
    yield f"Run: {told}, in {length(round(report.seconds)).en}."
    if report.ran:
        parts = sorted(report.parts, key=lambda part: -part.share)[:3]
        shares = ", ".join(f"{part_name(part.name, 'en')} {part.share:.0%}" for part in parts)
        cpu = report.cpu
        cost = "" if cpu.mean is None else f"; CPU {cpu.mean:.2g} s each, {length(round(cpu.sum)).en} in all"
        yield f"Where the time went: {shares}{cost}."
    yield f"Run report: {page}"
