"""The benchmark's arithmetic and its proofs; nothing here is timed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT))  # the benchmark is no package that is installed
measure, notebooks, results, table, timings = (
    importlib.import_module(f"benchmarks.{name}") for name in ("measure", "notebooks", "results", "table", "timings")
)


def run(peer: str, workload: str, students: int, wall: float):
    return timings.Run("timed", peer, workload, students, measure.Cost(wall, 2 * wall, 0.0))


def executed(folder: Path, workload: str = "light", student: str = "kim", figures: int = 2, said: str | None = None):
    """A notebook as a kernel leaves it."""
    notebook = notebooks.WORKLOADS[workload].notebook(student)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        cell.execution_count = number
    png = nbformat.v4.new_output("display_data", {"image/png": "AAAA"})
    code[0].outputs = [png] * figures
    text = f"ran {student} linear 200 0.36484\n" if said is None else said
    code[-1].outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    file = folder / "executed.ipynb"
    nbformat.write(notebook, file)
    return file


def test_a_notebook_that_ran_is_taken(tmp_path: Path) -> None:
    notebooks.prove_ran(executed(tmp_path), notebooks.WORKLOADS["light"], "kim")


@pytest.mark.parametrize(
    "wrong",
    [
        {"figures": 1},
        {"said": ""},
        {"said": "ran lee linear 200 0.36484\n"},  # another student's
        {"said": "ran kim linear 20 0.36484\n"},
        {"said": "ran kim linear 200 1.36484\n"},
        {"workload": "full"},  # the MLP is missing
    ],
)
def test_a_notebook_that_did_not_run_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    file = executed(tmp_path, **wrong)
    with pytest.raises(notebooks.DidNotRun):
        notebooks.prove_ran(file, notebooks.WORKLOADS[wrong.get("workload", "light")], "kim")


def test_a_cell_that_was_skipped_is_noticed(tmp_path: Path) -> None:
    notebook = nbformat.read(executed(tmp_path), as_version=4)
    notebook.cells[1].execution_count = None
    nbformat.write(notebook, tmp_path / "skipped.ipynb")
    with pytest.raises(notebooks.DidNotRun):
        notebooks.prove_ran(tmp_path / "skipped.ipynb", notebooks.WORKLOADS["light"], "kim")


def test_no_two_copies_are_the_same() -> None:
    workload = notebooks.WORKLOADS["full"]
    assert workload.notebook("kim") != workload.notebook("kim")
    assert not any("P1.2" in cell.source for cell in notebooks.WORKLOADS["light"].notebook("kim").cells)


def test_what_a_class_costs_once_is_told_from_each_notebook() -> None:
    runs = [run("grader", "light", 2, wall) for wall in (4.8, 5.0, 9.0)] + [run("grader", "light", 32, 20.0)]
    line = timings.line(runs, "grader", "light", "wall")
    assert line.each == pytest.approx(0.5)
    assert line.once == pytest.approx(4.0)
    assert line.per_notebook(32) == pytest.approx(20 / 32)
    assert timings.line([run("otter", "light", 4, 24.0)], "otter", "light", "wall") == timings.Line(0.0, 6.0)
    assert timings.line(runs, "otter", "light", "wall") is None


def test_targets_that_are_missed_are_shown_as_missed() -> None:
    found = results.Results(rounds=1)
    found.runs = [run("grader", "light", 32, 32.0), run("nbgrader", "light", 4, 36.0), run("otter", "light", 4, 44.0)]
    met = {target.text: target.met for target in found.targets() if "class" in target.text}
    assert [met[text] for text in sorted(met)] == [False, True]
    text = table.markdown(found)
    assert "| 9.00 × | **no** |" in text
    assert "| 11.00 × | yes |" in text


def test_the_table_takes_its_place_in_the_readme(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{table.START}\nold\n{table.END}\nafter\n")
    table.put("new", readme)
    table.put("newer", readme)
    assert readme.read_text() == f"before\n{table.START}\nnewer\n{table.END}\nafter\n"


def test_the_readme_has_a_place_for_the_table() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.count(table.START) == readme.count(table.END) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_cpu_of_a_killed_orphan_is_counted(tmp_path: Path) -> None:
    assert measure.calibrated(0.2, tmp_path / "log") >= 0.2


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_command_that_fails_is_told(tmp_path: Path) -> None:
    command = measure.Command([sys.executable, "-c", "print('alas'); raise SystemExit(3)"], str(tmp_path))
    with pytest.raises(measure.CommandFailed, match="alas"):
        measure.measured([command], {}, 1, tmp_path / "log")
