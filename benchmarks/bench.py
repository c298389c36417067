"""What grading costs: `grader grade` beside other tools, measured side by side on this machine.

    python -m benchmarks.bench [--rounds N] [--students N] [--peers a,b] [--workloads light,full] [--quick]

Two workloads on the homework's 17,000×9 table: *light* is one `nn.Linear`, 200 full-batch iterations and two figures;
*full* is the same and an MLP 8-64-64-1, 200 iterations. The peers are `grader grade`; `nbgrader autograde`;
`otter run`; papermill; nbclient with fresh kernels on all cores; and the floor: a fork of a warm process and plain
`exec`, which is no tool but what nothing can go below.

How it is kept fair:

- All run the same cells on the same versions of torch, pandas, matplotlib and ipykernel, each peer in an environment of
  its own (`.envs/`, made from `requirements/`), with one torch thread per notebook and warm caches.
- As many notebooks at a time as there are cores, also for the tools whose command takes one notebook (their commands
  run side by side). Only nbgrader grades one after another, since it has no other way; its CPU seconds tell the rest.
- Tools that grade have to grade: the grader, nbgrader and otter compute R² on held-out rows for each model. The grader
  does more: it asks again, looks into the models, writes pages. nbclient, papermill and the floor only run cells, the
  floor without figures.
- The peers take turns, in every other round in reverse order, and medians are reported. Two sizes of class tell what a
  class costs once from what each further notebook costs; the table spreads the first over a class of 32 for all alike.
- Exit codes prove nothing. Of every notebook of every run the executed cells are looked into: no error, a line with
  the student's name, the number of iterations and the loss they end with, both figures; and the points, if it grades.
- CPU is what the system booked for all processes until the last one is reaped (`measure.py`). A process that burns a
  known amount is measured first, and `busy_elsewhere` says how much of the machine's CPU time went to anything else.
- Memory is sampled in runs of its own, which are also the warm-up.

A complete run writes `results.json`, `results.png` and the table in README.md; any other one (`--quick`, some peers or
workloads only) writes to `trial/`. `results.json` holds

    date, machine, rounds, class     the day, the machine, rounds, and the class's size that averages refer to
    busy_elsewhere.PEER              median share of the CPU time used meanwhile that was not booked for the peer's run:
                                     above 0.1 the machine was busy, or the peer has processes that are not counted
    calibration                      CPU seconds burnt, and what was measured of them
    summary.PEER.WORKLOAD            wall and cpu in seconds: `once` for a class, for `each` notebook, and per notebook
                                     of a `class`; peak_mb of all processes (PSS), kernel_mb private to one kernel (USS)
    further_kernel_mb                for each kernel more at a time: private_mb, all_mb (with shared pages, PSS)
    targets                          text, asked, measured, unit, at_least (or at most), met
    class_sizes, kernels, runs       what was measured, one by one
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import plot, table
from benchmarks.environments import HERE, ROOT, environment
from benchmarks.kernels import held
from benchmarks.measure import calibrated
from benchmarks.notebooks import WORKLOADS
from benchmarks.peers import CORES, PEERS, Peer
from benchmarks.results import Results
from benchmarks.timings import Run, busy_elsewhere, run

_TRIAL = HERE / "trial"
_BURNT = 1.0
_BUSY = 0.1


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    rounds: int
    peers: list[Peer]
    workloads: list[str]
    students: int | None  # in the larger class of each peer, instead of its own size
    quick: bool

    @property
    def complete(self) -> bool:
        everything = len(self.peers) == len(PEERS) and len(self.workloads) == len(WORKLOADS)
        return everything and self.students is None and not self.quick

    @property
    def class_sizes(self) -> tuple[int, ...]:
        return (1, 4) if self.quick else (1, 8, 32, 128)

    def kernels(self, workload: str) -> tuple[int, ...]:
        if self.quick:
            return (1, 2)
        return (1, 2, 4, 8) if workload == "light" else (1, 4)

    def sizes(self, peer: Peer, workload: str) -> tuple[int, ...]:
        *small, large = peer.sizes[workload]
        if self.quick:
            large = small[0] + peer.at_a_time if small else peer.at_a_time
        return (*small, self.students or large)


def main() -> None:
    plan = _plan()
    for peer in plan.peers:
        environment(peer.environment)
    results = Results(plan.rounds)
    try:
        _measure(plan, results)
    except BaseException:
        _TRIAL.mkdir(exist_ok=True)
        results.write(_TRIAL / "results.json")  # a fault after a quarter of an hour should not cost all that was found
        raise
    _report(plan, results)


def _measure(plan: Plan, results: Results) -> None:
    _calibrate(results)
    for step in (_memory(plan), _rounds(plan)):
        for found in step:
            results.runs.append(found)
            _tell(found)
    if PEERS["grader"] in plan.peers:
        _series(plan, results)


def _plan() -> Plan:
    parser = argparse.ArgumentParser(description="What grading costs beside other tools.")
    parser.add_argument("--rounds", type=int, help="how often everything is timed [3; with --quick 1]")
    parser.add_argument("--students", type=int, help="size of the larger class of every peer [by peer]")
    parser.add_argument("--peers", default=",".join(PEERS), help="[%(default)s]")
    parser.add_argument("--workloads", default=",".join(WORKLOADS), help="[%(default)s]")
    parser.add_argument("--quick", action="store_true", help="tiny classes: shows that all works, and little more")
    given = parser.parse_args()
    peers, workloads = given.peers.split(","), given.workloads.split(",")
    for unknown in sorted({*peers} - {*PEERS} | {*workloads} - {*WORKLOADS}):
        parser.error(f"there is no {unknown}; there are {', '.join([*PEERS, *WORKLOADS])}")
    rounds = given.rounds or (1 if given.quick else 3)
    return Plan(rounds, [PEERS[peer] for peer in peers], workloads, given.students, given.quick)


def _calibrate(results: Results) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = calibrated(_BURNT, Path(folder) / "log")
    results.calibration = {"burnt": _BURNT, "measured": found}
    if not _BURNT <= found < 1.3 * _BURNT:
        raise SystemExit(f"CPU seconds are measured wrongly here: {found:.2f} instead of {_BURNT:.2f}")


def _memory(plan: Plan) -> Iterator[Run]:
    """One class of each kind with the processes watched; it warms caches as well."""
    for workload in plan.workloads:
        for peer in plan.peers:
            yield run(peer, workload, peer.at_a_time, "memory")


def _rounds(plan: Plan) -> Iterator[Run]:
    for number in range(plan.rounds):
        for workload in plan.workloads:
            for peer in plan.peers if number % 2 == 0 else reversed(plan.peers):
                for size in plan.sizes(peer, workload):
                    yield run(peer, workload, size)


def _series(plan: Plan, results: Results) -> None:
    """The grader by size of class, and kernels by their number."""
    for size in plan.class_sizes:
        found = run(PEERS["grader"], "light", size)
        results.class_sizes.append(found)
        _tell(found)
    for workload in plan.workloads:
        for count in plan.kernels(workload):
            for kind in ("forked", "fresh"):
                results.kernels.append(held(kind, WORKLOADS[workload], count))
                print(results.kernels[-1], flush=True)


def _tell(found: Run) -> None:
    cost = found.cost
    seconds = f"{cost.wall:7.2f} s wall {cost.cpu:7.2f} s CPU"
    memory = f"{cost.peak_mb:6.0f} MB, one kernel {cost.kernel_mb:.0f} MB" if cost.peak_mb and cost.kernel_mb else ""
    print(f"{found.kind:7} {found.peer:10} {found.workload:6} {found.students:4} {memory or seconds}", flush=True)


def _report(plan: Plan, results: Results) -> None:
    folder = HERE if plan.complete else _TRIAL
    folder.mkdir(exist_ok=True)
    results.write(folder / "results.json")
    plot.draw(results, folder / "results.png")
    text = table.markdown(results)
    if plan.complete:
        table.put(f"![cost beside other tools](benchmarks/results.png)\n\n{text}", ROOT / "README.md")
    print(f"\n{text}\n\n{CORES} cores; written to {folder}")
    for peer, share in busy_elsewhere(results.runs).items():
        if share > _BUSY:
            print(f"{peer}: {share:.0%} of the CPU time went elsewhere, so its seconds are not to be trusted")


if __name__ == "__main__":
    main()
