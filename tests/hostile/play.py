"""A grader process of its own: grades hostile cases one after another and writes down what was seen.

`python -m hostile.play TIER OUT CASE...`, with HOME, TMPDIR, HOSTILE_ROOT and a secret token in its environment; a case
is written `name`, or `name/wall` to play it without that wall. One process, because a case that gets through may take
it along; whoever started it goes on with the next case.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import json
import os
import secrets
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil
from build import notebook
from pydantic_core import PydanticSerializationError

from grader.grading import Graded
from grader.kernels import client
from grader.kernels.warm import KernelServer
from grader.model import Assignment, Execution, Submission
from grader.results import Results
from grader.scoring import score
from grader.submissions import collect
from grader.walls.plan import Tier
from hostile import measure, pages, switches
from hostile.case import Case, Seen
from hostile.families import CASES
from hostile.listeners import Listeners
from hostile.promises import LONGEST
from hostile.stage import Stage, key_of

_SUBREAPER = 36  # prctl: whatever loses its parent becomes this process's child, so nothing gets out of sight
_DIE_WITH_PARENT = 1  # prctl: an interrupted test leaves no hostile process
_PATIENCE = 3.0  # seconds until a killed process is gone
_PRELUDE = Path(__file__).with_name("prelude.py").read_text(encoding="utf-8")

HONEST = (
    """
    import time
    import numpy as np, pandas as pd, torch
    table = pd.read_csv('sample_data/train.csv')
    x = torch.tensor(np.c_[table[['a', 'b']], np.ones(len(table))])
    weights = torch.linalg.lstsq(x, torch.tensor(table[['price']].to_numpy())).solution
    """,
    "time.sleep(1)  # long enough to be met by whatever happens beside it",
    "print(open('notes.txt').read() != '', torch.randn(2).shape)",
    "def predict(df): return (np.c_[df[['a', 'b']], np.ones(len(df))] @ weights.numpy()).ravel()",
)


def main() -> None:
    tier: Any = sys.argv[1]
    out, *names = sys.argv[2:]
    for option, value in ((_SUBREAPER, 1), (_DIE_WITH_PARENT, signal.SIGKILL)):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    client._GRACE_SECONDS = 1.0  # nothing here reacts to an interrupt late; five seconds would be waited for in vain
    by_name = {case.name: case for case in CASES}
    root = Path(os.environ["HOSTILE_ROOT"])
    (root / "ears").mkdir()
    with Stage(root) as stage, Listeners(root / "ears") as listeners, KernelServer() as server:
        player = _Player(tier, stage, listeners, server)
        with open(out, "a", encoding="utf-8") as written:
            for name in names:
                print(json.dumps({"begins": name}), file=written, flush=True)
                seen = player.play(by_name[name.partition("/")[0]], name.partition("/")[2])
                print(json.dumps({"seen": asdict(seen)}), file=written, flush=True)
                if "did not end" in seen.fault:
                    player.stop_everything()
                    os._exit(1)


class _Player:
    """Plays cases in one tier, on one stage."""

    def __init__(self, tier: Tier, stage: Stage, listeners: Listeners, server: KernelServer) -> None:
        self.tier, self.stage, self.listeners, self.server = tier, stage, listeners, server
        self.threads = ThreadPoolExecutor(2)
        with switches.runner(tier, "", server) as self.runner:
            self.solo = self._judged(*self._run_honest())
        assert self.solo["outcomes"] == {"runs": "passed", "r2": "passed"}, self.solo
        self._leftovers(0)
        stage.settle()  # what a first run leaves, such as the server's folder, is no trace of a case
        listeners.contacts()

    def play(self, case: Case, without: str) -> Seen:
        with switches.runner(self.tier, without, self.server) as self.runner:
            if without and self.runner.server is not None:
                self.runner.server.socket()
                self.stage.settle()  # a server of its own has a folder of its own
            seen = self._played(case)
        if without:
            self.stage.settle()
        return replace(seen, case=f"{case.name}/{without}") if without else seen

    def _played(self, case: Case) -> Seen:
        mark = f"mk{secrets.token_hex(4)}"
        submission, assignment = self._handed_in(case, mark)
        measure.forget_peak()
        before, begun = measure.memory_mb("VmRSS"), time.monotonic()
        beside = self.threads.submit(self._run_honest) if case.neighbour else None
        running = self.threads.submit(self.runner.run, submission, assignment)
        try:
            execution = running.result(LONGEST)
            took = time.monotonic() - begun
            neighbour = self._differences(beside)
        except TimeoutError:
            return Seen(case.name, fault=f"the run did not end within {LONGEST:.0f} s", left=self._leftovers(0))
        except Exception as error:  # noqa: BLE001  # the promise is that there is none
            return Seen(case.name, fault=f"the runner raised {type(error).__name__}: {error}")
        judged = self._judged(submission, assignment, execution)
        try:
            kept = execution.model_dump_json()
        except PydanticSerializationError:  # nested too deeply: it is not kept, and the class goes on
            kept = repr(execution)
        with self._written(case, submission, execution, judged["report"], assignment) as (text, wrong):
            return Seen(
                case.name,
                status=execution.status,
                walls=execution.walls,
                errors=[error.model_dump() for error in execution.errors],
                seconds=took,
                grown_mb=measure.memory_mb("VmHWM") - before,
                result=measure.told(execution),
                total=judged["total"],
                outcomes=judged["outcomes"],
                neighbour=neighbour,
                left=self._leftovers(_PATIENCE),
                outside=self.stage.changes(mark),
                contacts=self.listeners.contacts(),
                canaries=self.stage.secrets.found_in(kept + text),
                pages=wrong,
            )

    def stop_everything(self) -> None:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                process.kill()

    # ------------------------------------------------------------ running

    def _handed_in(self, case: Case, mark: str) -> tuple[Submission, Assignment]:
        folder = self.stage.root / "handed" / mark
        file = folder / case.student / f"{case.student}.ipynb"
        place = f"PLACE = {self._place(mark)!r}\n"
        notebook(file, place + _PRELUDE, *case.cells)
        if case.metadata:
            content = json.loads(file.read_text(encoding="utf-8"))
            for noun in (content, *content["cells"]):
                noun["metadata"] = dict(case.metadata)
            file.write_text(json.dumps(content), encoding="utf-8")
        for name, text in case.files.items():
            file.with_name(name).write_text(text, encoding="utf-8")
        limits = self.stage.assignment.limits.model_copy(
            update=({"cell_seconds": 1} if case.slow else {}) | dict(case.limits)
        )
        assignment = self.stage.assignment.model_copy(update={"limits": limits})
        return collect([folder], assignment)[0], assignment

    def _place(self, mark: str) -> dict[str, Any]:
        """All that an attacker could find out about this machine."""
        stage, ears = self.stage, self.listeners
        paths = {
            name: str(getattr(stage, name)) for name in ("root", "reference", "others", "home", "outside", "tmp", "shm")
        }
        ports = {name: getattr(ears, name) for name in ("tcp", "tcp6", "udp", "udp6", "abstract", "door")}
        server = self.runner.server
        return {
            **paths,
            **ports,
            "unix": str(ears.path),
            "mark": mark,
            "key": key_of(mark),
            "sysv_key": stage.sysv_key,
            "decoy_pid": stage.decoy.pid,
            "decoy_address": stage.decoy_address,
            "decoy_file": stage.decoy_file,
            "grader_pid": os.getpid(),
            "server_pid": _pid(server),
            "keeper_pid": _keeper(server),
            "server_socket": str(server.socket()) if server is not None else "",
            "repository": str(Path(__file__).parents[2]),
            "tier": self.tier,
        }

    def _run_honest(self) -> tuple[Submission, Assignment, Execution]:
        folder = self.stage.root / "handed" / f"honest-{threading.get_ident()}"
        file = notebook(folder / "honest" / "honest.ipynb", *HONEST)
        file.with_name("notes.txt").write_text(self.stage.secrets["neighbour"])
        limits = self.stage.assignment.limits.model_copy(update={"seconds": 60, "cell_seconds": 30})
        assignment = self.stage.assignment.model_copy(update={"limits": limits})
        submission = collect([folder], assignment)[0]
        return submission, assignment, self.runner.run(submission, assignment)

    def _differences(self, beside: Future[tuple[Submission, Assignment, Execution]] | None) -> list[str]:
        if beside is None:
            return []
        now = self._judged(*beside.result(LONGEST))
        return [
            f"its {name} is {str(now[name])[:300]}, alone {str(self.solo[name])[:300]}"
            for name in ("status", "outcomes", "total", "evidence", "scores", "errors")
            if now[name] != self.solo[name]
        ]

    def _judged(self, submission: Submission, assignment: Assignment, execution: Execution) -> dict[str, Any]:
        report = score(submission, execution, assignment, "en", dt.datetime.now(dt.UTC))
        checks = {criterion.id: criterion.check for item in assignment.items for criterion in item.criteria}
        findings = [finding for found in report.scores for finding in found.findings]
        return {
            "status": execution.status,
            "errors": execution.errors,
            "evidence": execution.evidence,
            "total": report.total,
            "outcomes": {checks[finding.criterion]: finding.outcome for finding in findings},
            "scores": [found.model_dump() for found in report.scores],
            "report": report,
        }

    @contextlib.contextmanager
    def _written(
        self, case: Case, submission: Submission, execution: Execution, report: Any, assignment: Assignment
    ) -> Iterator[tuple[str, list[str]]]:
        """All that a class of this one hand-in would leave for people: as one text, and what is wrong with it."""
        out = self.stage.root / "out"
        shutil.rmtree(out, ignore_errors=True)
        if not case.pages:
            yield "", []
            return
        results = Results(out, assignment)
        try:
            results.add(Graded(submission, execution, report))
            results.finish()
            wrong = pages.problems(out)
        except Exception as error:  # noqa: BLE001  # a page that cannot be made is what a case may be about
            wrong = [f"they could not be written: {type(error).__name__}: {error}"]
        yield "".join(file.read_text("utf-8", "replace") for file in out.rglob("*") if file.is_file()), wrong

    # ------------------------------------------------------------ looking

    def _leftovers(self, patience: float) -> list[str]:
        """Processes of a case that outlive it by more than `patience` seconds; they are ended."""
        end = time.monotonic() + patience
        while True:
            left = self._strangers()
            if not left or time.monotonic() > end:
                break
            time.sleep(0.03)
        told = []
        for process in left:
            with contextlib.suppress(psutil.Error):
                told.append(f"process {process.pid} {process.name()} {' '.join(process.cmdline())[:100]}")
                process.kill()
                process.wait(1)
        return told

    def _strangers(self) -> list[psutil.Process]:
        ours = {self.stage.decoy.pid}
        for server in (self.server, self.runner.server):
            ours |= {_pid(server), _keeper(server)}
        strangers = []
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error, ChildProcessError):
                if process.pid in ours:
                    continue
                if process.status() == psutil.STATUS_ZOMBIE and process.ppid() == os.getpid():
                    os.waitpid(process.pid, os.WNOHANG)
                elif process.status() != psutil.STATUS_ZOMBIE:
                    strangers.append(process)
        return strangers


def _pid(server: KernelServer | None) -> int:
    return server._process.pid if server is not None and server._process is not None else 0


def _keeper(server: KernelServer | None) -> int:
    """The first that a server forks; without it the server ends."""
    with contextlib.suppress(psutil.Error, ValueError):
        if pid := _pid(server):
            return min(psutil.Process(pid).children(), key=lambda child: (child.create_time(), child.pid)).pid
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
