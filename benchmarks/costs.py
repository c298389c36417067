"""What one submission costs on this machine: measured, kept as JSON, and given to the simulation.

Each workload's class is graded once, on all cores, and once more with nothing left but its executions: then a client
does all that it ever does, and no kernel runs. The first tells what is left for a core of a worker.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks import classes, noops
from benchmarks.classes import CORES, HW1, TINY, Pace, Way
from benchmarks.environments import HERE
from benchmarks.results import machine, rounded
from benchmarks.simulated import Costs

FILE = HERE / "costs.json"
SIZES = {TINY: 120, "light": 40, "full": 16, HW1: 4}  # of the classes: half a minute each
_LARGER = 4  # times as many, to tell what the class's pages cost for each student
_BUSY = 0.1  # of the machine's CPU time for others, above which seconds are not to be trusted
_NO_OPS = 1000


@dataclass(frozen=True)
class Measured:
    """One workload: how a class went with its notebooks and without, seconds of CPU for each, sizes in bytes."""

    students: int
    graded: Pace
    again: Pace
    cpu_each: float
    parcel: int
    result: int
    shape: tuple[float, ...]
    busy_elsewhere: float

    @property
    def client(self) -> float:
        """Seconds of the client's own for one submission."""
        return self.again.each


@dataclass(frozen=True)
class Known:
    """All that was measured. For each submission on a Dask cluster: `task`, seconds of CPU of client and scheduler to
    hand it out, and `worker_more`, seconds of a core beyond what the local engine takes. `cluster_start`: until a local
    cluster has its workers. `end_once`, `end_each`: of the client at a class's end."""

    date: str
    machine: dict[str, object]
    cores: int
    task: float
    worker_more: float
    cluster_start: float
    end_once: float
    end_each: float
    workloads: dict[str, Measured]

    def costs(self, workload: str, students: int, engine: str = "dask") -> Costs:
        """For the simulation."""
        of = self.workloads[workload]
        dask = engine == "dask"
        return Costs(
            run=max(0.0, of.graded.each * self.cores - of.client) + (self.worker_more if dask else 0.0),
            send=self.task if dask else 0.0,
            receive=of.client,
            parcel=of.parcel,
            result=of.result,
            start=of.again.start,
            worker_start=of.graded.start + (self.cluster_start if dask else 0.0),
            end=self.end_once + self.end_each * students,
            shape=of.shape,
        )


def read(file: Path = FILE) -> Known:
    """Raises SystemExit, with the mend, if there is none."""
    if not file.exists():
        raise SystemExit(f"{file} is missing: python -m benchmarks.capacity --measure writes it")
    found = json.loads(file.read_text(encoding="utf-8"))
    workloads = {
        name: Measured(**of | {key: Pace(**of[key]) for key in ("graded", "again")} | {"shape": tuple(of["shape"])})
        for name, of in found.pop("workloads").items()
    }
    return Known(**found, workloads=workloads)


def write(known: Known, file: Path = FILE) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rounded(asdict(known), 5), indent=1) + "\n", encoding="utf-8")


def measure(sizes: Mapping[str, int]) -> Known:
    """Every workload, with a line about each as it is done."""
    found = dict(_workloads(sizes))
    small, large = (_end(count) for count in (SIZES[TINY], _LARGER * SIZES[TINY]))
    each = max(0.0, (large - small) / ((_LARGER - 1) * SIZES[TINY]))
    one = found.get("light") or next(iter(found.values()))
    task = noops.local_cluster(_NO_OPS, one.parcel, one.result).cpu_each
    local, dask = _side_by_side()
    more = (dask.each - local.each) * CORES - task
    print(f"Dask: {task * 1000:.1f} ms of client and scheduler, {more * 1000:.1f} ms more of a worker", flush=True)
    return Known(
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        machine=machine(),
        cores=CORES,
        task=task,
        worker_more=max(0.0, more),
        cluster_start=max(0.0, dask.start - local.start),
        end_once=max(0.0, small - each * SIZES[TINY]),
        end_each=each,
        workloads=found,
    )


def anew(known: Known, workload: str) -> Known:
    """With this workload's costs as of now."""
    return replace(known, workloads=known.workloads | dict(_workloads({workload: SIZES[workload]})))


def _workloads(sizes: Mapping[str, int]) -> Iterator[tuple[str, Measured]]:
    for workload, students in sizes.items():
        with tempfile.TemporaryDirectory(prefix="costs-") as name:
            found = _measured(Path(name), workload, students)
        busy = f"; {found.busy_elsewhere:.0%} of the CPU time went elsewhere" if found.busy_elsewhere > _BUSY else ""
        print(
            f"{workload:6} {students:4} submissions: {found.graded.each:6.3f} s each on {CORES} cores,"
            f" {found.cpu_each:6.3f} s of CPU, client {found.client * 1000:5.1f} ms{busy}",
            flush=True,
        )
        yield workload, found


def _measured(folder: Path, workload: str, students: int) -> Measured:
    rubric = classes.lay_out(folder, workload, students)
    cost, graded = classes.grade(folder, rubric, Way())
    out = folder / "out"
    shape = tuple(classes.shape(out))
    parcel, result = classes.mean_size(folder / "class"), classes.mean_size(out / "executions")
    classes.forget_all_but_executions(out)
    again_cost, again = classes.grade(folder, rubric, Way())
    return Measured(
        students=students,
        graded=graded,
        again=again,
        cpu_each=(cost.cpu - again_cost.cpu) / students + again.each,
        parcel=parcel,
        result=result,
        shape=shape,
        busy_elsewhere=cost.elsewhere / (cost.elsewhere + cost.cpu),
    )


def _side_by_side() -> tuple[Pace, Pace]:
    """Of tiny notebooks on the local engine and through a local cluster, in turn; of each the least disturbed run."""
    paces: dict[str, list[Pace]] = {"local": [], "dask": []}
    for engine in ("local", "dask", "dask", "local"):
        with tempfile.TemporaryDirectory(prefix="costs-") as name:
            rubric = classes.lay_out(Path(name), TINY, SIZES[TINY])
            paces[engine].append(classes.grade(Path(name), rubric, Way(engine))[1])
    local, dask = (min(found, key=lambda pace: pace.each) for found in paces.values())
    return local, dask


def _end(students: int) -> float:
    """Seconds from the last report to the end of a class whose executions are all there.

    One notebook's execution stands for everybody's, since nothing at the end depends on what they are worth.
    """
    with tempfile.TemporaryDirectory(prefix="costs-") as name:
        folder = Path(name)
        rubric = classes.lay_out(folder, TINY, 1)
        only = next((folder / "class").iterdir())
        for number in range(1, students):
            shutil.copy(only, folder / "class" / f"s{number:07}.ipynb")
        return classes.grade(folder, rubric, Way())[1].end
