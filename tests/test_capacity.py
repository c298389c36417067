"""The capacity model against cases that can be reckoned by hand, and classes of which every total is known."""

from __future__ import annotations

import importlib
import math
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Command

sys.path.insert(0, str(ROOT))  # the benchmark is no package that is installed
capacity, classes, costs, memory, simulated, table, tiny = (
    importlib.import_module(f"benchmarks.{name}")
    for name in ("capacity", "classes", "costs", "memory", "simulated", "table", "tiny")
)
Cluster, Costs, simulate, at_once = simulated.Cluster, simulated.Costs, simulated.simulate, simulated.at_once


def cluster(machines: int, cores: int, **others: float):
    """With a network that takes no time."""
    return Cluster(machines, cores, **{"bits": math.inf, "latency": 0.0, **others})


# ---------------------------------------------------------------- by hand


@pytest.mark.parametrize(("machines", "cores"), [(1, 1), (1, 4), (3, 4), (20, 8)])
def test_equal_notebooks_take_as_many_rounds_as_cores_need(machines: int, cores: int) -> None:
    found = simulate(Costs(run=2.0), cluster(machines, cores), at_once(50))
    assert found.seconds == pytest.approx(math.ceil(50 / (machines * cores)) * 2.0)
    assert found.worked == pytest.approx(50 * 2.0)


def test_more_cores_than_the_client_feeds_do_not_help() -> None:
    each = Costs(run=1.0, send=0.1, receive=0.2)
    enough, many = (simulate(each, cluster(1, cores), at_once(400)) for cores in (10, 200))
    assert 400 * 0.3 <= many.seconds <= 400 * 0.3 + 1.0
    assert enough.seconds == pytest.approx(many.seconds, rel=0.02)
    assert many.client_busy > 0.99


def test_a_client_that_shares_the_cores_takes_its_time_from_them() -> None:
    each = Costs(run=0.5, send=0.05, receive=0.05)
    found = simulate(each, cluster(1, 2, apart=False), at_once(300))
    assert found.seconds == pytest.approx(300 * 0.6 / 2, rel=0.02)


def test_a_slow_network_carries_one_parcel_after_another() -> None:
    each = Costs(run=0.001, parcel=1_000_000, result=10)
    found = simulate(each, cluster(4, 4, bits=8e6), at_once(30))
    assert found.seconds == pytest.approx(30.0, abs=0.1)


def test_starting_takes_the_longer_of_client_and_worker_and_the_end_comes_after() -> None:
    found = simulate(Costs(run=2.0, start=3.0, worker_start=5.0, end=1.0), cluster(1, 4), at_once(4))
    assert found.seconds == pytest.approx(5.0 + 2.0 + 1.0)


def test_one_core_under_random_arrivals_queues_as_theory_has_it() -> None:
    """M/D/1 (Pollaczek and Khinchine): the mean wait for service is load / (2 (1 - load)) services."""
    draw, load, at, arrivals = random.Random(3), 0.6, 0.0, []
    for _ in range(40_000):
        at += draw.expovariate(load)
        arrivals.append(at)
    waits = simulate(Costs(run=1.0), cluster(1, 1), arrivals).waits
    assert sum(waits) / len(waits) - 1.0 == pytest.approx(load / (2 * (1 - load)), rel=0.06)


def test_what_a_lost_machine_ran_is_run_again() -> None:
    quiet = simulate(Costs(run=10.0), cluster(1, 1), at_once(100))
    lossy = cluster(1, 1, losses=18.0, notice=5.0, back=60.0)
    found = simulate(Costs(run=10.0), lossy, at_once(100), seed=1)
    assert len(found.waits) == 100
    assert found.again > 0
    assert quiet.worked == pytest.approx(1000.0)
    assert 1000.0 < found.worked < 1000.0 + found.again * 10.0
    assert found.seconds >= found.worked + found.again * 60.0 - 1e-6


def test_losses_of_idle_machines_lose_no_submission() -> None:
    lossy = cluster(3, 2, losses=20.0, notice=1.0, back=30.0)
    arrivals = [60.0 * number for number in range(200)]
    assert len(simulate(Costs(run=5.0), lossy, arrivals, seed=2).waits) == 200


def test_nothing_handed_in_takes_no_time() -> None:
    assert simulate(Costs(run=1.0), cluster(1, 1), []).seconds == 0.0


def test_notebooks_of_unequal_length_take_the_mean() -> None:
    found = simulate(Costs(run=2.0, shape=(0.5, 1.5)), cluster(1, 1), at_once(2000))
    assert found.seconds == pytest.approx(4000.0, rel=0.03)


# ---------------------------------------------------------------- the rush


def test_the_rush_has_the_share_of_the_last_day_that_its_law_says() -> None:
    week = 7 * 86_400.0
    arrivals = simulated.in_a_rush(20_000, days=7.0, last_hours=1.0)
    assert arrivals == sorted(arrivals)
    assert arrivals[0] >= 0.0
    assert arrivals[-1] <= week
    for hours in (1, 24):
        late = sum(at > week - hours * 3600.0 for at in arrivals) / len(arrivals)
        assert late == pytest.approx(math.log(hours + 1) / math.log(169), abs=0.01)


def test_graded_as_they_arrive_nobody_waits_unless_the_rush_is_too_much() -> None:
    arrivals = simulated.in_a_rush(5000)
    few, many = (max(simulate(Costs(run=20.0), cluster(count, 2), arrivals).waits) for count in (1, 32))
    assert many == pytest.approx(20.0, abs=1.0)
    assert few > 600.0


def test_the_fewest_machines_are_found() -> None:
    assert [capacity.fewest(lambda count, least=least: count >= least) for least in (1, 2, 7, 64)] == [1, 2, 7, 64]
    assert capacity.fewest(lambda count: count >= 9, 5) == 9
    assert capacity.fewest(lambda count: False) is None


# ---------------------------------------------------------------- costs that were measured


def test_measured_costs_come_back_as_they_were_written(tmp_path: Path) -> None:
    known = costs.read()
    costs.write(known, tmp_path / "costs.json")
    assert costs.read(tmp_path / "costs.json") == known
    with pytest.raises(SystemExit, match=r"--measure writes it"):
        costs.read(tmp_path / "none.json")


def test_the_command_of_the_page_says_how_many_machines() -> None:
    told = ["--submissions", "2000", "--workload", "full", "--within", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.capacity", *told], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2,000 full submissions within 60.0 min: ")
    assert "of 8 cores" in done.stdout


def test_a_pace_is_read_off_when_reports_were_written(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    files = [tmp_path / "reports" / f"{number}.json" for number in range(20)]
    for number, file in enumerate(files):
        file.write_text("{}")
        os.utime(file, (0, 1000.0 + 0.5 * number))
    (tmp_path / "index.html").write_text("")
    os.utime(tmp_path / "index.html", (0, 1011.0))
    found = classes.pace(tmp_path, wall=15.0)
    assert (found.start, found.each, found.end) == pytest.approx((3.5, 0.5, 1.5))


def test_growth_is_that_of_the_second_half_while_there_is_something_to_grade() -> None:
    samples = [
        memory.Sample(float(at), at * 10, client=100.0 + max(0, at * 10 - 500) * 0.002, workers=50.0, kernels=0.0)
        for at in range(101)
    ]
    samples += [memory.Sample(200.0, 1000, client=900.0, workers=50.0, kernels=0.0)]  # the class's pages
    assert memory.growth(samples, "client", 1000) == pytest.approx(2.0)
    assert memory.growth(samples, "workers", 1000) == pytest.approx(0.0)
    assert memory.peak(samples, "client") == 900.0


# ---------------------------------------------------------------- tiny notebooks


def test_no_two_tiny_notebooks_are_alike(tmp_path: Path) -> None:
    totals = tiny.lay_out(tmp_path, 600)
    contents = {file.read_bytes() for file in (tmp_path / "class").glob("*.ipynb")}
    assert len(totals) == len(contents) == 600
    assert min(totals.values()) == tiny.RUNS
    assert max(totals.values()) == tiny.RUNS + tiny.R2
    assert len({round(total, 2) for total in totals.values()}) > 50  # so that a mix-up would show


@pytest.mark.long
def test_tiny_notebooks_come_to_the_totals_that_were_reckoned(tmp_path: Path, grader: Command) -> None:
    totals = tiny.lay_out(tmp_path, 6)
    rubric, out = tmp_path / "course" / "rubric.yaml", tmp_path / "out"
    done = grader("grade", tmp_path / "class", "-a", rubric, "-o", out)
    assert done.returncode == 0, done.stdout
    assert tiny.differences(out, totals) == []
    first = min(totals)
    assert any(first in told for told in tiny.differences(out, {**totals, first: 1.0}))
    assert any("instead of 3.000" in told for told in tiny.differences(out, {**totals, "absent": 3.0}))
    table = out / "gradebook.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    shutil.copy(out / "reports" / f"{first}.json", out / "reports" / "again.json")
    twice = [told.partition(":")[0] for told in tiny.differences(out, totals)]
    assert sorted(twice) == ["gradebook.csv", "reports/"]


def test_the_page_has_a_place_for_whatever_is_measured(tmp_path: Path) -> None:
    page = tmp_path / "capacity.md"
    shutil.copy(capacity.PAGE, page)
    for name in ("capacity", "check-local", "check-dask", "ten-thousand"):
        table.put(f"figures of {name}", page, name)
        table.put(f"newer figures of {name}", page, name)
    text = page.read_text(encoding="utf-8")
    assert text.count("figures of") == text.count("newer figures of") == 4
