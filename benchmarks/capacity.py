"""How many machines a course needs, and for how long: measured costs put into a simulation of every submission.

    python -m benchmarks.capacity                                  the tables of docs/capacity.md
    python -m benchmarks.capacity --submissions 400 --workload full --within 2     the fewest machines for it
    python -m benchmarks.capacity --measure                        this machine's costs into benchmarks/costs.json
    python -m benchmarks.capacity --check [--engine dask]          costs measured, classes predicted, then graded

With `--write` what is printed takes its place in docs/capacity.md, too.

A submission costs its client some milliseconds (to read, send, score and record it) and a worker's core some seconds.
The client does one at a time, so beyond some number of cores more of them wait for it. The costs are of the machine
on which they were measured; a machine of the table is `--cores` cores of that kind.

Two ways to grade are told of: all at once, when the deadline has passed; and each as it arrives, in front of workers
that stand by, with hand-ins the denser the less time is left: as 1 / (hours left + `--last-hours`). That law was found
for how people meet deadlines (Alfi, Parisi, Pietronero, "Conference registration: how people react to a deadline",
Nature Physics 3, 746, 2007; Durakiewicz, "A universal law of procrastination", Physics Today 69(2), 11, 2016); that the
last hour is the unit is an assumption. With seven days and one hour, 63 % come on the last day and 14 % in its last
hour. (In 2.5 million assignments of American colleges, 42 % were begun and handed in on the day that they were due.)
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import costs, predictions, table
from benchmarks.classes import CORES, WORKLOADS
from benchmarks.costs import Known
from benchmarks.environments import ROOT
from benchmarks.simulated import Cluster, Outcome, at_once, in_a_rush, simulate

PAGE = ROOT / "docs" / "capacity.md"
SUBMISSIONS = {100: (1, 4), 10_000: (1, 4, 16), 1_000_000: (4, 16, 64)}  # with so many machines
_TOLD = ("light", "full")
_MOST_MACHINES = 4096
_HOUR = 3600.0


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    submissions: int
    workload: str
    machines: int
    at_once: Outcome
    rush: Outcome


def main() -> int:
    asked = _arguments()
    if asked.measure:
        sizes = {name: costs.SIZES[name] for name in asked.workloads.split(",")}
        costs.write(costs.measure(sizes), asked.costs)
        print(f"written to {asked.costs}")
        return 0
    if asked.check:
        lines, missed = predictions.check(asked.engine, asked.quick)
        name = f"check-{asked.engine}"
    else:
        known, cluster = costs.read(asked.costs), Cluster(1, asked.cores, losses=asked.losses)
        if asked.within is not None:
            return _fewest(known, cluster, asked)
        lines, missed, name = _tables(known, cluster, asked.last_hours), 0, "capacity"
    if asked.write:
        table.put("\n".join(lines), PAGE, name)
    return int(missed > 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--costs", type=Path, default=costs.FILE, help="measured ones [%(default)s]")
    parser.add_argument("--cores", type=int, default=8, help="of each machine of the table [%(default)s]")
    parser.add_argument("--losses", type=float, default=0.0, help="of each machine in an hour [%(default)s]")
    parser.add_argument("--last-hours", type=float, default=1.0, help="the rush's unit [%(default)s]")
    parser.add_argument("--submissions", type=int, default=400, help="with --within [%(default)s]")
    parser.add_argument("--workload", choices=WORKLOADS, default="full", help="with --within [%(default)s]")
    parser.add_argument("--within", type=float, help="hours in which all have to be done")
    parser.add_argument("--measure", action="store_true", help="takes three minutes on a quiet machine")
    parser.add_argument("--workloads", default=",".join(costs.SIZES), help="to measure [%(default)s]")
    parser.add_argument("--check", action="store_true", help="takes eight minutes on a quiet machine")
    parser.add_argument("--engine", choices=("local", "dask"), default="local", help="to check [%(default)s]")
    parser.add_argument("--write", action="store_true", help="into docs/capacity.md")
    parser.add_argument("--quick", action="store_true", help="check with tiny classes, which shows little")
    return parser.parse_args()


# ---------------------------------------------------------------- the table


def _tables(known: Known, cluster: Cluster, last_hours: float) -> list[str]:
    """Prints them line by line, as the larger ones take a minute."""
    lines = [_assumptions(known, cluster, last_hours), "", *limits(known, cluster.cores), "", *_HEAD]
    print(*lines, sep="\n", flush=True)
    cases = [
        (known, submissions, workload, replace(cluster, machines=machines), last_hours)
        for submissions, counts in SUBMISSIONS.items()
        for workload, machines in itertools.product(_TOLD, counts)
    ]
    with ProcessPoolExecutor(CORES) as pool:
        for row in pool.map(_row, *zip(*cases, strict=True)):
            lines.append(line(row))
            print(lines[-1], flush=True)
    return lines


def _row(known: Known, submissions: int, workload: str, cluster: Cluster, last_hours: float) -> Row:
    each = known.costs(workload, submissions)
    waits = simulate(replace(each, start=0.0, worker_start=0.0), cluster, in_a_rush(submissions, last_hours=last_hours))
    return Row(submissions, workload, cluster.machines, simulate(each, cluster, at_once(submissions)), waits)


_HEAD = (
    "| submissions | notebook | machines | all at once | client busy | CPU-hours | longest wait, as they arrive |",
    "| --: | --- | --: | --: | --: | --: | --: |",
)


def line(row: Row) -> str:
    """Of the table, in Markdown."""
    all_at_once, rush = row.at_once, row.rush
    hours = (all_at_once.worked + all_at_once.client) / _HOUR
    cells = (
        f"{row.submissions:,}",
        row.workload,
        f"{row.machines}",
        told(all_at_once.seconds),
        f"{min(1.0, all_at_once.client_busy):.0%}",
        f"{hours:,.1f}" if hours < 100 else f"{hours:,.0f}",
        told(max(rush.waits, default=0.0)),
    )
    return f"| {' | '.join(cells)} |"


def limits(known: Known, cores: int) -> list[str]:
    """By workload: what the client can hand out, and from how many machines on more of them help no more."""
    lines = [
        "| notebook | core, s | client, ms | most an hour | machines that keep the client busy |",
        "| --- | --: | --: | --: | --: |",
    ]
    for workload in known.workloads:
        each = known.costs(workload, 1)
        client = each.send + each.receive
        machines = math.ceil((each.run / client + 1) / cores)
        lines.append(f"| {workload} | {each.run:.2f} | {client * 1000:.1f} | {_HOUR / client:,.0f} | {machines} |")
    return lines


def told(seconds: float) -> str:
    """A duration as people say it."""
    for unit, size in (("d", 24 * _HOUR), ("h", _HOUR), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def _assumptions(known: Known, cluster: Cluster, last_hours: float) -> str:
    return (
        f"Costs of {known.date}, measured on {known.cores} cores of {known.machine['architecture']}. Machines of"
        f" {cluster.cores} such cores, the"
        f" client on one of its own; {cluster.bits / 1e9:g} Gbit/s; {cluster.losses:g} losses of a machine an hour;"
        f" the rush: seven days, as 1 / (hours left + {last_hours:g})."
    )


# ---------------------------------------------------------------- the fewest machines


def _fewest(known: Known, cluster: Cluster, asked: argparse.Namespace) -> int:
    """Prints them with what they need; 1 if no number of machines is enough."""
    each, seconds = known.costs(asked.workload, asked.submissions), asked.within * _HOUR

    def outcome(machines: int) -> Outcome:
        return simulate(each, replace(cluster, machines=machines), at_once(asked.submissions))

    what = f"{asked.submissions:,} {asked.workload} submissions within {told(seconds)}"
    client = each.start + asked.submissions * (each.send + each.receive) + each.end
    least = max(1, math.ceil(asked.submissions * each.run / (cluster.cores * seconds)))  # if no core were ever idle
    machines = fewest(lambda count: outcome(count).seconds <= seconds, least) if client < seconds else None
    if machines is None:
        print(f"{what}: no number of machines is enough, since the client alone needs {told(client)}")
        return 1
    found = outcome(machines)
    work = (found.worked + found.client) / _HOUR
    print(f"{what}: {machines} of {cluster.cores} cores, in {told(found.seconds)}, with {work:.1f} CPU-hours")
    return 0


def fewest(enough: Callable[[int], bool], least: int = 1) -> int | None:
    """The smallest count from `least` on for which it holds, as it does for all greater ones; None if for none."""
    few, many = least - 1, least
    while not enough(many):
        few, many = many, many * 2
        if many > _MOST_MACHINES:
            return None
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return many


if __name__ == "__main__":
    raise SystemExit(main())
