"""A run's figures as Prometheus reads them: in a file for node_exporter's textfile collector, or served over HTTP.

No figure names a student.
"""

from __future__ import annotations

import contextlib
import re
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, start_http_server, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from grader import __version__
from grader.errors import GraderError
from grader.journal.counts import Counts
from grader.journal.events import Noted
from grader.journal.progress import every

_WRITE_SECONDS = 5.0
_BOUNDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
_ADDRESS = re.compile(r"(?:\[[^\]]+\]|[^:/\\\[\]]*):\d+")
_LOOPBACK = "127.0.0.1"
Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily | InfoMetricFamily


class Place(NamedTuple):
    """Where metrics go: into a file, or to whoever asks at an address."""

    file: Path | None = None
    host: str = _LOOPBACK
    port: int = 0


def place(told: str) -> Place:
    """What `--metrics` says. Raises GraderError with a mend for anything else than the forms that it has."""
    if _ADDRESS.fullmatch(told):
        with contextlib.suppress(ValueError):  # a port beyond 65535, brackets around what is no IPv6 address
            parts = urlsplit(f"//{told}")
            if parts.port:
                return Place(host=parts.hostname or _LOOPBACK, port=parts.port)
        raise GraderError(f"--metrics {told}: no such address; give HOST:PORT with a port from 1 to 65535, or :9100")
    if not told.endswith(".prom"):
        raise GraderError(
            f"--metrics {told}: give a file whose name ends in .prom, or HOST:PORT or :PORT to serve them"
        )
    return Place(file=Path(told))


class Metrics(Collector):
    """The families of one run, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)
        self._counts, self._lock = Counts(), threading.Lock()
        self._bounds, self._sum = [0] * (len(_BOUNDS) + 1), 0.0
        self._phases: Counter[str] = Counter()
        self._waited, self._last, self._started, self._going = 0.0, 0.0, 0.0, 0
        self._info = {"version": __version__}

    def take(self, noted: Noted) -> None:
        """Count one event."""
        facts = noted.facts
        with self._lock:
            self._counts.take(noted)
            self._last = noted.at.timestamp()
            if noted.event == "run_started":
                self._started, self._going = self._last, 1
                self._info |= {"run": noted.run, "engine": facts["engine"]}
            elif noted.event == "run_ended":
                self._going = 0
            elif noted.event == "finished":
                self._bounds[bisect_left(_BOUNDS, facts["seconds"])] += 1
                self._sum += facts["seconds"]
                self._waited += facts.get("waited", 0.0)
                for phase, seconds in facts.get("phases", {}).items():
                    self._phases[phase] += seconds

    def collect(self) -> Iterator[Family]:
        with self._lock:
            families = [*self._of_submissions(), *self._of_time(), *self._of_the_run()]
        yield from families

    def _of_submissions(self) -> Iterator[Family]:
        counts = self._counts
        yield GaugeMetricFamily("grader_submissions_expected", "Submissions of this run", value=counts.total)
        ran = CounterMetricFamily("grader_submissions", "Submissions that ran and are graded", labels=["status"])
        for status, n in sorted(counts.statuses.items()):
            ran.add_metric([status], n)
        yield ran
        for name, told in _COUNTED.items():
            yield CounterMetricFamily(f"grader_{name}", told, value=counts.events[name])
        yield GaugeMetricFamily("grader_running", "Submissions that are in hand now", value=len(counts.running))
        left = max(0, counts.total - counts.done - len(counts.running))
        yield GaugeMetricFamily("grader_waiting", "Submissions that nobody has in hand yet", value=left)

    def _of_time(self) -> Iterator[Family]:
        told = "Wall time of a submission's cells"
        filled, buckets = 0, []
        for bound, n in zip((*map(str, _BOUNDS), "+Inf"), self._bounds, strict=True):
            filled += n
            buckets.append((bound, float(filled)))
        yield HistogramMetricFamily("grader_submission_seconds", told, buckets=buckets, sum_value=self._sum)
        told = "Processor time of kernels and all that they started"
        yield CounterMetricFamily("grader_cpu_seconds", told, value=self._counts.cpu_seconds)
        told = "Time that submissions waited for a worker"
        yield CounterMetricFamily("grader_waited_seconds", told, value=self._waited)
        phases = CounterMetricFamily("grader_phase_seconds", "Wall time of submissions by part", labels=["phase"])
        for phase, seconds in sorted(self._phases.items()):
            phases.add_metric([phase], seconds)
        yield phases

    def _of_the_run(self) -> Iterator[Family]:
        told = "Workers of the cluster; 0 where the grader runs notebooks itself"
        yield GaugeMetricFamily("grader_workers", told, value=len(self._counts.workers))
        yield InfoMetricFamily("grader_run", "The run, its engine and the grader's version", value=self._info)
        yield GaugeMetricFamily("grader_run_going", "1 until the run is over", value=self._going)
        told = "When the run began, in seconds since 1970"
        yield GaugeMetricFamily("grader_run_start_timestamp_seconds", told, value=self._started)
        told = "When something last happened, in seconds since 1970"
        yield GaugeMetricFamily("grader_last_event_timestamp_seconds", told, value=self._last)


_COUNTED = {
    "reused": "Submissions graded without a run, by a stored execution or an identical hand-in",
    "failed": "Submissions lost to a fault of the grader's",
    "retried": "Times that a submission was sent again: its worker was lost, or it was overdue",
    "set_aside": "Submissions that lost their worker too often and are tried again at the end",
    "scheduler_lost": "Times that the scheduler did not answer",
}


class Published:
    """`trouble`: why the file is not what it should be; "" while it is."""

    trouble = ""


@contextlib.contextmanager
def published(metrics: Metrics, where: Place) -> Iterator[Published]:
    """Written into the file every few seconds and in the end, or served, for as long as this lasts.

    Raises GraderError with a mend where that cannot be, before anything runs.
    """
    with _served(metrics, where) if where.file is None else _written(metrics, where.file) as told:
        yield told


@contextlib.contextmanager
def _served(metrics: Metrics, where: Place) -> Iterator[Published]:
    try:
        server, thread = start_http_server(where.port, where.host, metrics.registry)
    except (OSError, UnicodeError) as error:  # the latter for a name that no host can have
        reason = getattr(error, "strerror", None) or str(error)
        mend = "choose another port, or a file whose name ends in .prom"
        raise GraderError(f"--metrics: {where.host}:{where.port} cannot be served ({reason}): {mend}") from None
    try:
        yield Published()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def _written(metrics: Metrics, file: Path) -> Iterator[Published]:
    told = Published()

    def write() -> None:
        try:
            write_to_textfile(str(file), metrics.registry)
            told.trouble = ""
        except OSError as error:
            told.trouble = f"{file} cannot be written: {error.strerror}"

    write()
    if told.trouble:
        raise GraderError(f"--metrics: {told.trouble}; choose another file, or :PORT to serve them")
    try:
        with every(_WRITE_SECONDS, write):
            yield told
    finally:
        write()
