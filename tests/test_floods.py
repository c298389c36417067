"""However much a notebook sends, the grader stays small, the cell is named and what came before it is kept."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from build import course, notebook, submission
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from grader.kernels import client
from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer
from grader.model import Assignment, Execution
from grader.walls.doctor import examine, offer

pytestmark = pytest.mark.long
Run = Callable[..., Execution]
ROOMY = "{seconds: 400, cell_seconds: 200, memory_mb: 1500, output_mb: 0.2}"  # the floods must end by size, not by time

ENDLESS = {
    "prints": "while True: print('x' * 10_000)",
    "flushed prints": "while True: print('x' * 200, flush=True)",
    "on two streams": "import sys\nwhile True: print('x' * 100); print('y' * 100, file=sys.stderr)",
    "small displays": "while True: display(1)",
    "large displays": "while True: display(HTML('x' * 150_000))",
    "metadata": "while True: display({'text/plain': ''}, raw=True, metadata={'m': 'x' * 10_000})",
    "updates": "shown = display('', display_id=True)\nwhile True: shown.update('x' * 1000)",
    "cleared outputs": "while True: print('x' * 1000); clear_output()",
    "nothing but clearing": "while True: clear_output()",
    "tracebacks": """
        while True:
            try: raise ValueError('x' * 10_000)
            except ValueError: get_ipython().showtraceback()
    """,
    "comms": "from comm import create_comm\nwhile True: create_comm(target_name='t', data={'state': 'x' * 1000})",
    "one comm": "c = __import__('comm').create_comm(target_name='t')\nwhile True: c.send({'state': 'x' * 1000})",
    "comm buffers": "c = __import__('comm').create_comm(target_name='t')\nwhile True: c.send(buffers=[b'x' * 10_000])",
    "writes to the descriptor": "import os\nwhile True: os.write(1, b'x' * 10_000)",
    "the original stream": "import sys\nwhile True: sys.__stdout__.write('x' * 10_000)",
    "a child": "import subprocess, sys\nsubprocess.run(['yes'], stdout=sys.stdout)",
    "a forked child": """
        from multiprocessing import get_context
        def flood():
            while True: print('x' * 10_000)
        child = get_context('fork').Process(target=flood)
        child.start(); child.join()
    """,
    "messages that nobody signed": """
        thread = get_ipython().kernel.iopub_thread
        while True: thread.send_multipart([b'x', b'<IDS|MSG>', b'', b'{}', b'{}', b'{}', b'x' * 10_000])
    """,
    "signed messages of no form": """
        kernel = get_ipython().kernel
        parent = kernel.get_parent()
        while True: kernel.session.send(kernel.iopub_socket, 'stream', {'text': ['x' * 10_000]}, parent=parent)
    """,
    "without holding back": """
        import zmq
        from collections import deque
        from ipykernel.iostream import IOPubThread
        thread = get_ipython().kernel.iopub_thread
        thread.socket.setsockopt(zmq.XPUB_NODROP, 0)
        thread.socket.setsockopt(zmq.SNDHWM, 0)
        IOPubThread.send_multipart = lambda self, *a, **k: self.schedule(lambda: self._really_send(*a, **k))
        while True: display('x' * 10_000)
    """,
}
FRESH = ("prints", "large displays", "writes to the descriptor")  # the rest is the same whatever a kernel comes from
IMPORTS = "from IPython.display import HTML, clear_output, display"


@pytest.fixture
def run(server: KernelServer) -> Run:
    def in_folder(folder: Path, assignment: Assignment, *cells: str) -> Execution:
        runner = KernelRunner(server, examine().tier)  # behind the walls that the command line would build here
        return runner.run(submission(folder, assignment, IMPORTS, *cells), assignment)

    return in_folder


@pytest.fixture
def tiny(tmp_path: Path) -> Assignment:
    return course(tmp_path / "course", "{check: runs, points: 1}", limits=ROOMY)


def shown(execution: Execution, cell: int) -> list[Any]:
    """Outputs of a cell; cell 1 is the first after the imports."""
    assert execution.notebook is not None, execution.errors
    return list(execution.notebook["cells"][cell + 1]["outputs"])


def printed(execution: Execution, cell: int) -> str:
    return "".join(output.get("text", "") for output in shown(execution, cell))


def blamed(execution: Execution) -> list[tuple[int | None, str]]:
    """Cells with their errors, numbered as `shown` does."""
    return [(error.cell - 2 if error.cell else None, error.name) for error in execution.errors]


def ends_as_a_flood(execution: Execution) -> None:
    assert (execution.status, blamed(execution)) == ("output_limit", [(2, "Stopped")])
    assert printed(execution, 1) == "kept\n"
    assert len(json.dumps(shown(execution, 2))) < 1_000_000
    assert shown(execution, 3) == []


@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_flood_is_killed(run: Run, tmp_path: Path, tiny: Assignment, kind: str) -> None:
    ends_as_a_flood(run(tmp_path, tiny, "print('kept')", ENDLESS[kind], "print('never')"))


@pytest.mark.parametrize("kind", FRESH)
def test_an_endless_flood_of_a_fresh_kernel_is_killed(tmp_path: Path, tiny: Assignment, kind: str) -> None:
    handed_in = submission(tmp_path, tiny, IMPORTS, "print('kept')", ENDLESS[kind], "print('never')")
    ends_as_a_flood(KernelRunner().run(handed_in, tiny))


def test_a_flood_keeps_head_and_tail_and_is_named(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    flood = "print('HEAD')\nfor i in range(20_000): print(f'{i:060d}')\nprint('TAIL')"
    execution = run(tmp_path, tiny, flood, "print('after')")
    assert (execution.status, blamed(execution)) == ("output_limit", [(1, "OutputLimit")])
    text = printed(execution, 1)
    assert text.startswith("HEAD")
    assert text.rstrip().endswith("TAIL")
    assert len(text) < 400_000
    assert printed(execution, 2) == "after\n"


LARGE = {
    "a display": "display(HTML('x' * 1_300_000))",
    "an error": "raise ValueError('x' * 700_000)",
    "a message in many frames": """
        thread = get_ipython().kernel.iopub_thread
        thread.send_multipart([b'x' * 100_000] * 15)
    """,
    "a message in many empty frames": "get_ipython().kernel.iopub_thread.send_multipart([b''] * 14_000)",
    "much structure in little text": "display({'application/json': [[] for _ in range(300_000)]}, raw=True)",
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_message_that_is_too_large_costs_only_itself(run: Run, tmp_path: Path, tiny: Assignment, kind: str) -> None:
    execution = run(
        tmp_path, tiny, "print('kept')", f"print('so far', flush=True)\n{textwrap.dedent(LARGE[kind])}", "3"
    )
    assert (execution.status, blamed(execution)) == ("output_limit", [(2, "OutputLimit")])
    assert [printed(execution, cell) for cell in (1, 2)] == ["kept\n", "so far\n"]
    assert shown(execution, 3)[0]["data"] == {"text/plain": "3"}


def test_an_error_past_the_cap_is_shortened(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    execution = run(tmp_path, tiny, "raise ValueError('x' * 250_000 + 'END')")
    assert (execution.status, [name for _, name in blamed(execution)]) == (
        "output_limit",
        ["ValueError", "OutputLimit"],
    )
    (error,) = shown(execution, 1)
    assert (error["output_type"], error["ename"]) == ("error", "ValueError")
    assert len(json.dumps(error)) < 20_000
    assert "END" in error["traceback"][-1]


def test_an_update_counts_wherever_it_is_shown(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    spread = "for _ in range(100): display('', display_id='a')\nupdate = display('x' * 100_000, display_id='a')"
    execution = run(tmp_path, tiny, spread, "print('after')")
    assert (execution.status, blamed(execution)) == ("output_limit", [(1, "OutputLimit")])
    assert len(json.dumps(shown(execution, 1))) < 200_000
    assert printed(execution, 2) == "after\n"


def test_what_is_replaced_does_not_count_as_kept(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    redrawn = "for i in range(15):\n    clear_output(wait=True)\n    display(HTML(f'{i}' + 'x' * 100_000))"
    updated = "shown = display('', display_id=True)\nfor i in range(4): shown.update(HTML(f'{i}' + 'x' * 100_000))"
    execution = run(tmp_path, tiny, redrawn, updated)
    assert (execution.status, execution.errors) == ("ok", ())
    assert [output["data"]["text/html"][:2] for output in shown(execution, 1)] == ["14"]
    assert [output["data"]["text/html"][:2] for output in shown(execution, 2)] == ["3x"]


def test_a_forked_child_that_has_no_sockets_prints(server: KernelServer, tmp_path: Path, tiny: Assignment) -> None:
    if not offer("reduced").works:
        pytest.skip("these walls cannot be built here")
    handed_in = submission(tmp_path, tiny, IMPORTS, FAITHFUL["a forked child"])
    assert printed(KernelRunner(server, "reduced").run(handed_in, tiny), 1) == "가나다\n"


def test_over_tcp_too(tmp_path: Path) -> None:
    async def outputs() -> list[Any]:
        read: Any = nbformat.read(notebook(tmp_path / "n.ipynb", "print('x' * 300_000)", "2", heading=False), 4)  # type: ignore[no-untyped-call]
        capped = client.CappedClient(read, output_bytes=200_000, km=AsyncKernelManager(), shutdown_kernel="immediate")
        await capped.async_start_new_kernel()
        try:
            await capped.async_start_new_kernel_client()
            for index in range(2):
                await capped.run_cell(index, 60)
        finally:
            await capped._async_cleanup_kernel()
        assert capped.cut_cells == {0}
        return [cell.outputs for cell in read.cells]

    first, second = asyncio.run(outputs())
    assert 200_000 < len("".join(output.text for output in first)) < 210_000
    assert second[0].data == {"text/plain": "2"}


def test_a_thread_of_an_earlier_cell_counts(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    start = "import threading, time\nthreading.Thread(target=lambda: [print('x' * 1000) for _ in iter(int, 1)]).start()"
    execution = run(tmp_path, tiny, start, "time.sleep(50)")
    assert execution.status == "output_limit"
    assert execution.errors[-1].name == "Stopped"


def test_a_thread_may_print_while_the_grader_asks(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    start = """
        import sys, threading, time
        def chatter():
            for _ in range(5): print('x' * 120_000); time.sleep(0.05)
        probes = sys.modules['_grader_probes.collect']
        probes.answer = lambda request, answer=probes.answer: (chatter(), answer(request))[1]
        threading.Thread(target=chatter).start()
    """
    execution = run(tmp_path, tiny, start)
    assert "found" in execution.evidence["observed:"]


def test_an_answer_that_is_too_large_is_unreadable(run: Run, tmp_path: Path) -> None:
    tiny = course(tmp_path / "course", "{check: r2, points: 1, predict: predict, at_least: 0.5}", limits=ROOMY)
    forge = "import sys\nsys.modules['_grader_probes.collect'].answer = lambda request: 'x' * 30_000_000"
    execution = run(tmp_path, tiny, forge)
    assert execution.status == "ok"
    assert execution.evidence
    for answer in execution.evidence.values():
        assert (answer["fault"], answer["message"]) == ("unreadable", "the answer is larger than 1.2 MB")


@pytest.mark.parametrize(
    "silence", ["thread.socket.close()", "type(thread).send_multipart = lambda *a, **k: None"], ids=["closed", "mute"]
)
def test_outputs_that_break_off_are_no_empty_success(
    run: Run, tmp_path: Path, tiny: Assignment, monkeypatch: pytest.MonkeyPatch, silence: str
) -> None:
    monkeypatch.setattr(client, "_SILENCE_SECONDS", 5.0)
    execution = run(tmp_path, tiny, f"thread = get_ipython().kernel.iopub_thread\n{silence}\nprint('lost')", "2")
    assert (execution.status, blamed(execution)) == ("output_limit", [(1, "Stopped")])


def test_a_kernel_that_dies_slowly_was_killed_and_hung_up_on_nobody(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    """Its channels close before its end is known: a busy machine takes its time."""
    die = """
        import os, signal, socket, time
        for number in map(int, os.listdir('/proc/self/fd')):
            try:
                line = socket.socket(fileno=os.dup(number))
                if line.family == socket.AF_UNIX and line.getpeername() == '': line.shutdown(socket.SHUT_RDWR)
            except OSError: pass
        time.sleep(2)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    execution = run(tmp_path, tiny, die)
    (error,) = execution.errors
    assert (execution.status, error.name, error.message) == (
        "killed",
        "KernelDied",
        "the kernel ended with signal 9",
    )


def test_nobody_answers_a_prompt(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    execution = run(tmp_path, tiny, "input('?')", "print('after')")
    assert (execution.status, blamed(execution)) == ("ok", [])
    assert [(repair.cell, repair.what) for repair in execution.repairs] == [(3, "input('?')")]
    assert printed(execution, 2) == "after\n"


def test_a_flood_of_the_log_takes_no_disk(run: Run, tmp_path: Path, tiny: Assignment) -> None:
    flood = "import os\nfor _ in range(100): os.write(sys.stdout.fileno(), b'x' * 10_000)"
    look = "import glob\nprint(sum(os.path.getsize(f) for f in glob.glob('../*') if os.path.isfile(f)) < 100_000)"
    execution = run(tmp_path, tiny, f"import sys\n{flood}", look)
    assert (execution.status, printed(execution, 2)) == ("ok", "True\n")


MEASURE = """
import json, sys
from pathlib import Path

folder, cells = Path(sys.argv[1]), json.loads(sys.argv[2])
sys.path.insert(0, sys.argv[3])
from build import course, submission
from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer


def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1000


assignment = course(folder / "course", "{check: runs, points: 1}", limits="{cell_seconds: 200}")
with KernelServer() as server:
    runner = KernelRunner(server)
    assert runner.run(submission(folder, assignment, "print(1)", "1 / 0"), assignment).status == "student_error"
    before, results = peak(), {}
    for name, cell in cells.items():
        execution = runner.run(submission(folder, assignment, cell), assignment)
        results[name] = (execution.status, peak() - before)
print(json.dumps(results))
"""
HUGE = {
    "a display": "display(HTML('x' * 200_000_000))",
    "one print": "print('x' * 200_000_000)",
    "a print through another stream": """
        kernel = get_ipython().kernel
        class Stream:
            def write(self, text):
                content = {'name': 'stdout', 'text': text}
                kernel.session.send(kernel.iopub_socket, 'stream', content, parent=kernel.get_parent())
            def flush(self): pass
        import sys
        sys.stdout = Stream()
        sys.stdout.write('x' * 200_000_000)
    """,
    "an error": "raise ValueError('x' * 60_000_000)",
    "a message of many frames": "get_ipython().kernel.iopub_thread.send_multipart([b'x' * 4_000_000] * 50)",
    "many messages just below the limit": "for _ in range(25): display(HTML('x' * 8_500_000))",
    "a reply in many frames": """
        kernel = get_ipython().kernel
        kernel.session.serialize = lambda *a, **k: [b'x' * 4_000_000] * 50
    """,
    "much structure": "display({'application/json': [{} for _ in range(2_500_000)]}, raw=True)",
    "nearly too much structure": "display({'application/json': [{} for _ in range(350_000)]}, raw=True)",
    "a million displays": "for i in range(1_000_000): display('x' * 1000)",
}


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_huge_messages_cost_the_grader_little_memory(tmp_path: Path) -> None:
    cells = json.dumps({name: f"{IMPORTS}\n{textwrap.dedent(cell)}" for name, cell in HUGE.items()})
    command = [sys.executable, "-c", MEASURE, str(tmp_path), cells, str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    for name, (status, grown) in json.loads(done.stdout).items():
        print(f"{name}: the grader's peak grew by {grown:.0f} MB")
        assert (status, grown < 100) == ("output_limit", True), name


FAITHFUL = {
    "a megabyte in one print": "print('가나다' * 100_000 + 'x' * 700_000)",
    "a megabyte in many": "for i in range(20_000): print(f'{i:050d}')",
    "two streams": "import sys\nfor i in range(3): print(i, flush=True); print(i, file=sys.stderr, flush=True)",
    "many displays": "for i in range(300): display(i)",
    "a stream among displays": "print(1); display(2); print(3); print(4, flush=True); print(5); display(6)",
    "redrawn": "for i in range(5):\n    clear_output(wait=True)\n    print(i); display(HTML(str(i)))",
    "cleared and printed": "print(1); clear_output(); print(2)",
    "updated": "a = display(1, display_id='a'); b = display(2, display_id='a'); a.update(3)\nprint(4)",
    "updated from another cell": "a.update(5); print(6)",
    "an error after output": "print('before'); display(1); 1 / 0",
    "a large display": "HTML('y' * 3_000_000)",
    "a thread": "import threading\nt = threading.Thread(target=print, args=('x' * 300_000,)); t.start(); t.join()",
    "a forked child": (
        "import multiprocessing as m, time\nchild = m.get_context('fork').Process(target=print, args=('가나다',))\n"
        "child.start(); child.join(); time.sleep(0.5)"
    ),
    "the descriptor": "import os, time; os.write(1, b'x' * 300_000); time.sleep(0.5)",
    "a shell": "!seq 1000",
}


def test_what_is_below_the_cap_is_as_a_stock_kernel_shows_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # or a stock kernel would not watch its descriptors
    assignment = course(tmp_path / "course", "{check: runs, points: 1}")
    execution = run(tmp_path, assignment, *FAITHFUL.values())
    stock: Any = nbformat.read(notebook(tmp_path / "stock.ipynb", IMPORTS, *FAITHFUL.values()), 4)  # type: ignore[no-untyped-call]
    NotebookClient(stock, allow_errors=True, kernel_name="python3", store_widget_state=False).execute()
    for index, name in enumerate(FAITHFUL, 1):
        assert shown(execution, index) == joined(stock.cells[index + 1].outputs), name


def joined(outputs: list[Any]) -> list[Any]:
    """With contiguous pieces of a stream as one, as notebooks show them."""
    whole: list[Any] = []
    for output in outputs:
        if whole and output.output_type == "stream" == whole[-1].output_type and whole[-1].name == output.name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole
