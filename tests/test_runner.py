"""One notebook in one kernel: whatever it does, the run ends with a status, the outputs so far and the cell named."""

from __future__ import annotations

import datetime as dt
import json
import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from build import course, submission

from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer
from grader.model import Assignment, Execution
from grader.scoring import score
from grader.walls.doctor import examine, offer

pytestmark = pytest.mark.long
Run = Callable[..., Execution]
QUICK = "{seconds: 30, cell_seconds: 2, memory_mb: 1500, output_mb: 0.2}"
ROOMY = "{seconds: 60, cell_seconds: 30, memory_mb: 1500, output_mb: 0.2}"  # for what must end by another limit


# how a kernel starts and what stands around it are two things: fresh ones are tried behind the best walls only
@pytest.fixture(params=["fresh, best", "warm, none", "warm, reduced", "warm, full"])
def runner(request: pytest.FixtureRequest) -> KernelRunner:
    """Every implementation of the seam keeps every promise of this file, behind whatever walls can be built here."""
    start, _, walls = request.param.partition(", ")
    tier = examine().tier if walls == "best" else walls
    if not offer(tier).works:
        tier = "none"  # what test_doctor.py says about this system is true; nothing is left out silently
    return KernelRunner(request.getfixturevalue("server") if start == "warm" else None, tier)


@pytest.fixture
def run(runner: KernelRunner) -> Run:
    def in_folder(folder: Path, assignment: Assignment, *cells: str) -> Execution:
        return runner.run(submission(folder, assignment, *cells), assignment)

    return in_folder


@pytest.fixture
def tiny(tmp_path: Path) -> Assignment:
    return course(tmp_path / "course", "{check: runs, points: 1}", limits=QUICK)


def printed(execution: Execution, cell: int) -> str:
    assert execution.notebook is not None
    outputs = execution.notebook["cells"][cell - 1]["outputs"]
    return "".join(output.get("text", "") for output in outputs)


def test_a_good_notebook_is_ok_and_its_outputs_are_kept(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    execution = run(tmp_path, tiny, "x = 2", "print(x + 1)")
    assert (execution.status, execution.errors) == ("ok", ())
    assert printed(execution, 3) == "3\n"
    assert execution.environment["torch"]
    assert Execution.model_validate_json(execution.model_dump_json()) == execution


def test_cells_after_an_error_still_run_and_the_error_names_its_cell(
    run: Run, tmp_path: Path, tiny: Assignment
) -> None:
    execution = run(tmp_path, tiny, "1 / 0", "print('after')")
    assert execution.status == "student_error"
    assert [(error.cell, error.name) for error in execution.errors] == [(2, "ZeroDivisionError")]
    assert printed(execution, 3) == "after\n"


def test_an_author_s_look_at_the_work_does_nothing_here(server: KernelServer, tmp_path: Path, tiny: Assignment) -> None:
    """Without repairs too: nobody has to take these lines out before handing in."""
    looks = ("%load_ext grader\n%grader check P1 --lang ko\n%reload_ext grader", "%%grader\nx")
    execution = KernelRunner(server, repairs=False).run(submission(tmp_path, tiny, *looks), tiny)
    assert (execution.status, execution.errors) == ("ok", ())
    assert printed(execution, 2) == ""


@pytest.mark.parametrize("last", ["exit()", "quit()", "import sys; sys.exit(0)"])
def test_leaving_does_not_end_the_kernel(run: Run, tmp_path: Path, tiny: Assignment, last: str) -> None:
    execution = run(tmp_path, tiny, "print('before')", last, "print('after')")
    assert printed(execution, 4) == "after\n"
    assert execution.status == ("student_error" if "sys" in last else "ok")


def test_an_endless_cell_is_interrupted_and_the_next_one_runs(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    execution = run(tmp_path, tiny, "print('so far', flush=True)\nwhile True: pass", "print('after')")
    assert execution.status == "timeout"
    assert [(error.cell, error.name) for error in execution.errors] == [(2, "Timeout")]
    assert printed(execution, 2) == "so far\n"
    assert printed(execution, 3) == "after\n"


def test_a_cell_that_ignores_the_interrupt_is_killed(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    stubborn = """
        import signal
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True: pass
    """
    execution = run(tmp_path, tiny, "print('kept')", stubborn, "print('never')")
    assert execution.status == "timeout"
    assert execution.errors[-1].cell == 3
    assert printed(execution, 2) == "kept\n"
    assert execution.notebook is not None
    assert execution.notebook["cells"][3]["execution_count"] is None


def test_the_notebook_as_a_whole_has_a_deadline(run: Run, tmp_path: Path) -> None:
    limits = "{seconds: 4, cell_seconds: 3, memory_mb: 1500, output_mb: 1}"
    tiny = course(tmp_path / "course", "{check: runs, points: 1}", limits=limits)
    execution = run(tmp_path, tiny, *["import time; time.sleep(2)"] * 5)
    assert execution.status == "timeout"
    assert execution.seconds < 8


def test_death_of_the_kernel_is_told_apart_from_an_error(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    execution = run(tmp_path, tiny, "print('kept', flush=True)", "import os; os._exit(3)", "print('never')")
    assert execution.status == "killed"
    assert (execution.errors[-1].cell, execution.errors[-1].message) == (3, "the kernel ended with exit code 3")
    assert printed(execution, 2) == "kept\n"


def test_memory_is_limited(run: Run, tmp_path: Path) -> None:
    tiny = course(tmp_path / "course", "{check: runs, points: 1}", limits=ROOMY)
    hog = "import numpy as np\nkept = []\nwhile True: kept.append(np.ones(5_000_000))"
    execution = run(tmp_path, tiny, hog)
    assert execution.status == "out_of_memory"
    assert execution.errors[-1].cell == 2
    assert execution.peak_memory_mb is not None
    assert execution.peak_memory_mb < 2500


def test_the_kernel_sees_its_data_and_nothing_of_the_graders(
    run: Run, tmp_path: Path, tiny: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANVAS_TOKEN", "canary-in-the-environment")
    look = """
        import json, os, sys
        seen = {"env": dict(os.environ), "argv": sys.argv, "here": sorted(os.listdir()), "path": sys.path}
        seen["data"] = sorted(os.listdir("sample_data"))
        seen["names"] = [name for name in globals() if "grader" in name]
        try:
            import grader
            seen["grader"] = "importable"
        except ImportError:
            seen["grader"] = "hidden"
        print(json.dumps(seen))
    """
    execution = run(tmp_path, tiny, look)
    seen = json.loads(printed(execution, 2))
    assert seen["grader"] == "hidden"
    assert seen["data"] == ["train.csv"]
    assert seen["here"] == ["sample_data"]
    assert seen["names"] == []
    assert "canary" not in json.dumps(seen)
    assert "heldout" not in json.dumps(seen)
    assert not any(str(Path(__file__).parents[1]) in path for path in seen["path"] if ".venv" not in path)


def test_text_that_no_file_can_hold_is_replaced(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    execution = run(tmp_path, tiny, r"print('a\ud800b')", r"raise ValueError('\udfff')")
    assert Execution.model_validate_json(execution.model_dump_json()) == execution
    assert [error.cell for error in execution.errors] == [3]


def test_two_kernels_draw_the_same_numbers(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    draw = "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1).item())"
    first, second = run(tmp_path, tiny, draw), run(tmp_path, tiny, draw)
    assert printed(first, 2) == printed(second, 2) != ""


def test_no_process_is_left(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    token = f"left-{os.getpid()}-{tmp_path.name}"
    start = (
        f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '{token}'])"
    )
    execution = run(tmp_path, tiny, start)
    assert execution.status == "ok"
    left = [p for p in psutil.process_iter(["cmdline"]) if token in " ".join(p.info["cmdline"] or [])]
    assert left == []


def test_a_notebook_that_cannot_be_read_is_not_run(runner: KernelRunner, tmp_path: Path, tiny: Assignment) -> None:
    file = tmp_path / "broken.ipynb"
    file.write_text('{"cells": [', encoding="utf-8")
    from grader.submissions import collect

    execution = runner.run(collect([file], tiny)[0], tiny)
    assert execution.status == "unreadable"
    assert "broken.ipynb" in execution.errors[0].message


@pytest.mark.parametrize(
    "sabotage",
    [
        "import json; json.loads = None; json.dumps = None",
        "import builtins; builtins.isinstance = lambda *a: True",
        "import sys; sys.modules.clear()",
        "get_ipython = None; __import__ = None",
        "import sys; sys.stdout = None; sys.stderr = None",
        "import torch, numpy as np; torch.Tensor.numpy = None; np.asarray = None",
    ],
)
def test_sabotage_costs_evidence_and_no_more(runner: KernelRunner, tmp_path: Path, sabotage: str) -> None:
    tiny = course(tmp_path / "course", "{check: r2, points: 1, predict: predict, at_least: 0.5}", limits=QUICK)
    handed_in = submission(tmp_path, tiny, "predict = lambda df: 0 * df['a']", sabotage)
    execution = runner.run(handed_in, tiny)
    assert execution.status != "infrastructure"
    report = score(handed_in, execution, tiny, "en", dt.datetime.now(dt.UTC))
    assert not report.total


def test_who_answers_no_question_is_not_asked_all_of_them(server: KernelServer, tmp_path: Path) -> None:
    """Each would cost its whole time; what was not asked is not held against anybody, and goes to a person."""
    criteria = [f"{{id: r2-{n}, check: r2, points: 1, predict: p{n}, at_least: 0.5}}" for n in range(8)]
    assignment = course(tmp_path / "course", *criteria, limits="{seconds: 4, cell_seconds: 2, memory_mb: 1500}")
    cell = """
        import time
        def hang(*_):
            while get_ipython().kernel.get_parent("shell")["content"].get("silent"):
                try: time.sleep(100)
                except BaseException: pass
        get_ipython().events.register("pre_execute", hang)
        """
    handed_in = submission(tmp_path, assignment, cell)
    execution = KernelRunner(server, "none").run(handed_in, assignment)
    faults = [answer["fault"] for answer in execution.evidence.values() if "fault" in answer]
    assert (execution.status, 0 < faults.count("too_slow") < 4) == ("ok", True)
    report = score(handed_in, execution, assignment, "en", dt.datetime.now(dt.UTC))
    doubts = [finding.review for item in report.scores for finding in item.findings if finding.review]
    assert len(doubts) > 4
    assert all("not asked any more, after 4 s" in doubt for doubt in doubts)


def test_modules_beside_the_notebook_can_be_imported(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    execution = run(
        tmp_path,
        tiny,
        "%%writefile helper.py\nVALUE = 7",
        "import helper\nprint(helper.VALUE)",
        "%%writefile script.py\nimport helper\nprint(helper.VALUE + 1)",
        "import subprocess, sys\nprint(subprocess.run(['python', 'script.py'], capture_output=True, text=True).stdout)",
        "import sys\nprint(sys.path.index('') < [p.endswith('site-packages') for p in sys.path].index(True))",
    )
    assert (execution.status, execution.errors) == ("ok", ())
    assert (printed(execution, 3), printed(execution, 5), printed(execution, 6)) == ("7\n", "8\n\n", "True\n")


def test_a_closed_pipe_is_an_error_and_not_the_end(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    execution = run(tmp_path, tiny, "import os\nr, w = os.pipe()\nos.close(r)\nos.write(w, b'x')", "print('after')")
    assert [error.name for error in execution.errors] == ["BrokenPipeError"]
    assert printed(execution, 3) == "after\n"


@pytest.mark.parametrize("start", ["warm", "fresh"])
def test_processor_time_is_counted_whoever_spends_it(server: KernelServer, tmp_path: Path, start: str) -> None:
    """The kernel, a child, and an orphan that is killed with the kernel: each prints what it took. The grader's own
    share comes to it, which is much where the kernel is started afresh."""
    spend = "import time\nend = time.process_time() + 0.4\nwhile time.process_time() < end: pass\n"
    told = f"{spend}print(time.process_time())"
    child = f"import subprocess, sys\nprint(subprocess.check_output([sys.executable, '-c', {told!r}], text=True))"
    orphan = """
        import os
        read, write = os.pipe()
        if os.fork() == 0:
            if os.fork() == 0:
                exec(spend)
                os.write(write, str(time.process_time()).encode())
                time.sleep(60)
            os._exit(0)
        print(os.read(read, 99).decode())
    """
    tiny = course(tmp_path / "course", "{check: runs, points: 1}", limits=ROOMY)
    runner = KernelRunner(server if start == "warm" else None, examine().tier)
    cells = (child, f"spend = {spend!r}\n{textwrap.dedent(orphan)}", told)
    execution = runner.run(submission(tmp_path, tiny, *cells), tiny)
    spent = sum(float(printed(execution, cell)) for cell in (2, 3, 4))
    assert spent > 1.2
    assert execution.cpu_seconds is not None
    assert execution.cpu_seconds > 0.98 * spent
    if start == "warm":
        assert execution.cpu_seconds < 1.15 * spent + 0.15
    assert set(execution.phases) == {"start_up", "waiting", "cells", "questions", "end"}
