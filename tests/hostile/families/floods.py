"""Denial of service by output: at the grader's own memory and at whoever has to read it."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import Case, cells, grows_less_than, silent, tells, within

_LIMIT = ("output_limit",)
_ROOMY = {"cell_seconds": 10, "seconds": 15}

CASES = (
    Case(
        name="prints_without_end",
        about="an endless flood ends the run, and the grader's memory stays small",
        pages=True,
        cells=cells("while True: print('x' * 10_000)"),
        ends=_LIMIT,
        checks=(grows_less_than(300),),
        limits=_ROOMY,
    ),
    Case(
        name="prints_once_too_much",
        about="one print of 300 MB costs the grader no such memory",
        pages=True,
        cells=cells("print('x' * 300_000_000)", "tell(after=True)"),
        ends=("output_limit", "out_of_memory", "timeout"),
        checks=(grows_less_than(700),),
        limits=_ROOMY,
    ),
    Case(
        name="shows_giant_pages",
        about="HTML, images and widgets past the limit are left out",
        pages=True,
        cells=cells(
            """
            from IPython.display import display
            for kind in ("text/html", "image/svg+xml", "image/png", "application/json", "application/javascript"):
                display({kind: "<b>" * 1_000_000, "text/plain": "x"}, raw=True)
            """,
            "tell(after=True)",
        ),
        ends=_LIMIT,
        checks=(grows_less_than(300),),
        limits=_ROOMY,
    ),
    Case(
        name="shows_countless_outputs",
        about="many small outputs count too",
        pages=True,
        cells=cells(
            """
            from IPython.display import display
            end = time.monotonic() + 5
            while time.monotonic() < end: display({"text/plain": ""}, raw=True)
            """
        ),
        ends=("ok", "output_limit", "timeout"),
        checks=(grows_less_than(300), within(25)),
        limits=_ROOMY,
        slow=True,
    ),
    Case(
        name="replaces_its_output_for_ever",
        about="outputs that are cleared and updated count as those that stay",
        pages=True,
        cells=cells(
            """
            from IPython.display import clear_output, display
            shown = display({"text/plain": "0"}, raw=True, display_id="d")
            while True:
                display({"text/plain": "x" * 100_000}, raw=True, display_id="d", update=True); clear_output()
            """
        ),
        ends=_LIMIT,
        checks=(grows_less_than(300),),
        limits=_ROOMY,
    ),
    Case(
        name="raises_a_giant_error",
        about="a message of 50 MB and a traceback of a thousand lines are cut, and the error is named",
        pages=True,
        cells=cells(
            "raise ValueError('x' * 50_000_000)",
            "def down(n):\n    if n == 0: raise KeyError('y' * 10_000)\n    down(n - 1)\ndown(900)",
            "tell(after=True)",
        ),
        ends=("student_error", *_LIMIT),
        checks=(grows_less_than(400),),
        limits=_ROOMY,
    ),
    Case(
        name="answers_with_a_flood",
        about="an answer of 400 MB to a question of the grader's is not read into its memory",
        pages=True,
        cells=cells(
            """
            def predict(df): return df["a"]
            dumps = json.dumps
            json.dumps = lambda value, **kw: '{"found": "' + "x" * 400_000_000 + '"}' if "found" in str(value)[:20] else dumps(value, **kw)
            """
        ),
        ends=("ok", "output_limit", "out_of_memory", "killed", "student_error", "timeout"),
        checks=(grows_less_than(700),),
        limits=_ROOMY,
        slow=True,
    ),
    Case(
        name="sends_empty_messages",
        about="messages that hold nothing, sent as fast as can be, neither fill the grader's memory nor stop its clock",
        pages=True,
        cells=cells(
            """
            kernel, end = get_ipython().kernel, time.monotonic() + 20
            while time.monotonic() < end:
                kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "busy"}, parent={}, ident=b"")
            """
        ),
        ends=("timeout", "output_limit", "killed"),
        checks=(grows_less_than(300), within(25)),
        limits={"cell_seconds": 3, "seconds": 8},
        slow=True,
    ),
    Case(
        name="eats_behind_a_flood",
        about="memory is watched while the grader is busy with a flood of messages",
        pages=True,
        cells=cells(
            """
            kernel = get_ipython().kernel
            def flood():
                while True: kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "busy"}, parent={}, ident=b"")
            for _ in range(2): threading.Thread(target=flood, daemon=True).start()
            for _ in range(8):
                if os.fork() == 0:
                    kept = bytearray(os.urandom(1) * 300_000_000)
                    time.sleep(12); os._exit(0)
                time.sleep(0.1)
            time.sleep(8)
            tell(survived=True)
            """
        ),
        ends=("out_of_memory", "output_limit", "killed", "timeout"),
        checks=(silent("survived"), grows_less_than(300)),
        limits={"cell_seconds": 15, "seconds": 20},
        slow=True,
    ),
    Case(
        name="opens_countless_comms",
        about="widgets' messages are limited",
        pages=True,
        cells=cells(
            """
            from comm import create_comm
            end = time.monotonic() + 4
            while time.monotonic() < end: create_comm(target_name="x", data={"state": "y" * 100_000})
            """
        ),
        ends=("ok", "output_limit", "timeout", "out_of_memory"),
        checks=(grows_less_than(300),),
        limits=_ROOMY,
        slow=True,
    ),
    Case(
        name="floods_the_log_quietly",
        about="output of C code beside the notebook's does no harm to its own output",
        pages=True,
        cells=cells("os.write(1, b'\\xff\\x00' * 10_000)\nos.system('yes | head -c 100000')", "tell(after=True)"),
        ends=("ok", "output_limit"),
        checks=(tells("after", True),),
    ),
)
