"""Tricks inside the kernel: replaced libraries, probes, handlers and messages. They may cost evidence, never give it."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import Case, cells, earns, grows_less_than, tells, within

# a closed form that an honest notebook would hand in
_HONEST = """
import numpy as np, pandas as pd
table = pd.read_csv('sample_data/train.csv')
weights = np.linalg.lstsq(np.c_[table[['a', 'b']], np.ones(len(table))], table['price'], rcond=None)[0]
def predict(df): return np.c_[df[['a', 'b']], np.ones(len(df))] @ weights
"""
_CLAIMS = (
    "{'found': {'tables': {'heldout': ['AAAA']}, 'r2': 1.0, 'outcome': 'passed', 'points': 100, 'predictions': [1.0]}}"
)
_ANY = ("ok", "student_error", "timeout", "killed", "output_limit", "out_of_memory")
_NOTHING = (earns(r2="not_passed"),)

CASES = (
    Case(
        name="shadows_modules",
        about="files beside the notebook with the names of modules never run in the grader, nor cost the student anything",
        pages=True,
        cells=cells(
            _HONEST,
            "import random, json, torch, queue\ntell(shadowed=[m.__name__ for m in (random, json, torch, queue) if hasattr(m, 'EVIL')])",
        ),
        files={
            f"{name}.py": "EVIL = 1\nopen('ran.txt', 'a').write(__name__)\nraise SystemExit('shadow')\n"
            for name in (
                "random",
                "torch",
                "json",
                "sitecustomize",
                "usercustomize",
                "zmq",
                "numpy",
                "ipykernel",
                "grader",
            )
        },
        checks=(earns(runs="passed", r2="passed"), tells("shadowed", [])),
    ),
    Case(
        name="replaces_builtins",
        about="replaced builtins give nothing",
        pages=True,
        cells=cells(
            "def predict(df): return df['a'] * 0",
            f"""
            import builtins
            builtins.isinstance = lambda *a: True
            builtins.len = lambda *a: 200
            builtins.repr = builtins.str = lambda *a: "{_CLAIMS}"
            builtins.type = lambda *a: float
            builtins.float = lambda *a: 1.0
            """,
        ),
        ends=_ANY,
        checks=_NOTHING,
    ),
    Case(
        name="replaces_json",
        about="a replaced json module says what it likes and earns nothing",
        pages=True,
        cells=cells(
            "def predict(df): return df['a'] * 0",
            f"""
            json.dumps = lambda *a, **kw: "{_CLAIMS}".replace("'", '"')
            sys.modules["json"] = types.SimpleNamespace(dumps=json.dumps, loads=lambda *a: {{}}, JSONDecodeError=ValueError)
            """,
        ),
        ends=_ANY,
        checks=_NOTHING,
    ),
    Case(
        name="replaces_the_numbers",
        about="patched numpy, torch and pandas give no better predictions",
        pages=True,
        cells=cells(
            "def predict(df): return df['a'] * 0",
            """
            import numpy as np, torch, pandas as pd
            class Always:
                def __getattr__(self, name): return lambda *a, **kw: self
                def __float__(self): return 1.0
                def __iter__(self): return iter([1.0] * 200)
                def __len__(self): return 200
            for module in (np, torch, pd):
                for name in ("asarray", "array", "isfinite", "frombuffer", "tensor", "as_tensor", "allclose", "DataFrame", "Series"):
                    if hasattr(module, name): setattr(module, name, lambda *a, **kw: Always())
            torch.Tensor.numpy = torch.Tensor.detach = lambda self, *a: Always()
            """,
        ),
        ends=_ANY,
        checks=_NOTHING,
    ),
    Case(
        name="replaces_the_probes",
        about="probes found in the kernel's memory and replaced can claim nothing that is worth points",
        pages=True,
        cells=cells(
            "def predict(df): return df['a'] * 0",
            f"""
            import gc
            claim = json.dumps({_CLAIMS})
            for name, module in list(sys.modules.items()):
                if "grader" in name or "probe" in name:
                    for attribute in dir(module):
                        if callable(getattr(module, attribute)):
                            with contextlib.suppress(Exception): setattr(module, attribute, lambda *a, **kw: claim)
            for thing in gc.get_objects():
                if isinstance(thing, types.FunctionType) and thing.__code__.co_name in ("answer", "predictions", "observed"):
                    with contextlib.suppress(Exception): thing.__code__ = (lambda *a, **kw: claim).__code__
            get_ipython().user_global_ns["predictions"] = 1
            """,
        ),
        ends=_ANY,
        checks=_NOTHING,
        slow=True,
    ),
    Case(
        name="claims_by_its_metadata",
        about="edited metadata of notebook and cells (tags, other kernels, outputs of other tools) decides nothing",
        pages=True,
        cells=cells(_HONEST, "tell(python=sys.version_info[0])"),
        metadata={
            "tags": ["skip-execution", "raises-exception", "P9", "parameters"],
            "kernelspec": {"name": "evil", "language": "bash", "display_name": "<script>alert(1)</script>"},
            "language_info": {"name": "bash", "file_extension": ".sh"},
            "nbgrader": {"grade": True, "locked": True, "points": 100, "grade_id": "P1"},
            "deletable": False,
            "execution": {"timeout": 0, "iopub.status.idle": "never"},
            "grader": {"points": 100, "outcome": "passed"},
            "papermill": {"exception": False},
        },
        checks=(tells("python", 3), earns(r2="passed")),
    ),
    Case(
        name="traces_the_probes",
        about="tracing and profiling functions slow the probes down at most",
        pages=True,
        cells=cells(
            _HONEST,
            """
            def trace(frame, event, arg):
                if "predict" in frame.f_code.co_name: frame.f_trace_opcodes = True
                return trace
            sys.settrace(trace); sys.setprofile(trace); threading.settrace(trace)
            """,
        ),
        ends=_ANY,
        slow=True,
    ),
    Case(
        name="replaces_the_kernels_handlers",
        about="a kernel that answers to no request any more costs its limit",
        pages=True,
        cells=cells(
            """
            async def nothing(*a, **kw): pass
            kernel = get_ipython().kernel
            for handlers in (kernel.shell_handlers, kernel.control_handlers):
                for name in handlers: handlers[name] = nothing
            """,
            "tell(after=True)",
        ),
        ends=("timeout", "killed", "student_error"),
        checks=(within(25), *_NOTHING),
        slow=True,
    ),
    Case(
        name="closes_the_kernels_sockets",
        about="closed sockets cost the notebook's limit",
        pages=True,
        cells=cells(
            """
            import gc, zmq
            for thing in gc.get_objects():
                if isinstance(thing, zmq.Socket):
                    with contextlib.suppress(BaseException): thing.close(0)
            """,
            "tell(after=True)",
        ),
        ends=("timeout", "killed", "student_error", "output_limit"),
        checks=(within(25),),
        slow=True,
    ),
    Case(
        name="closes_every_descriptor",
        about="a kernel without any open file costs its limit",
        pages=True,
        cells=cells("os.closerange(0, 1024)", "tell(after=True)"),
        ends=("timeout", "killed", "student_error", "output_limit"),
        checks=(within(25),),
        slow=True,
    ),
    Case(
        name="removes_its_sockets",
        about="removed and replaced sockets and connection files do no harm to a run that has them open",
        pages=True,
        cells=cells(
            """
            from ipykernel.connect import get_connection_file
            sockets = os.path.dirname(get_connection_file())
            for path in glob.glob(f"{sockets}/*") + [get_connection_file()]:
                with contextlib.suppress(OSError): os.unlink(path)
                with contextlib.suppress(OSError): os.mkfifo(path)
            tell(removed=True)
            """,
            "tell(after=True)",
        ),
        ends=("ok", "timeout", "killed", "student_error"),
        slow=True,
    ),
    Case(
        name="forges_messages",
        about="messages that the notebook sends in the kernel's name are claims like any other",
        pages=True,
        cells=cells(
            """
            kernel = get_ipython().kernel
            def send(kind, content, stream=None):
                kernel.session.send(stream or kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"), ident=b"")
            for kind, content in {
                "status": {"execution_state": "idle"},
                "execute_reply": {"status": "ok", "execution_count": 1, "user_expressions": {"answer": {"status": "ok", "data": {"text/plain": "'{\\"found\\": {}}'"}}}},
                "shutdown_reply": {"restart": False},
                "error": {"ename": "x", "evalue": "y", "traceback": []},
                "stream": {"name": "stdout", "text": "forged"},
            }.items():
                send(kind, content)
            raise ValueError("after the forged end")
            """,
            "raise KeyError('second')",
        ),
        ends=("student_error", "timeout"),
        checks=(earns(runs="not_passed", r2="not_passed"),),
        slow=True,
    ),
    Case(
        name="sends_messages_of_other_forms",
        about="messages without the fields or with other types than agreed are ignored",
        pages=True,
        cells=cells(
            """
            kernel = get_ipython().kernel
            def send(kind, content): kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"), ident=b"")
            for content in ({}, {"name": 5, "text": ["x"]}, {"name": "stdout"}, {"name": "stdout", "text": None}, [], "text", None, 7):
                send("stream", content)
            for content in ({}, {"data": 5}, {"data": {"text/plain": 5, "text/html": None, "5": []}, "metadata": []}, {"data": {"image/png": {"a": 1}}, "metadata": {}}, []):
                for kind in ("display_data", "execute_result", "update_display_data"): send(kind, content)
            for content in ({}, {"ename": 1, "evalue": None, "traceback": "x"}, {"ename": [], "evalue": {}, "traceback": [1, None]}, 3):
                send("error", content)
            for content in ({}, {"execution_state": 5}, {"execution_state": None}, []): send("status", content)
            for content in ({}, {"wait": "x"}, []): send("clear_output", content)
            for content in ({}, {"execution_count": "x", "code": 5}, {"execution_count": []}, 5): send("execute_input", content)
            for content in ({}, {"comm_id": 5, "data": []}, {"comm_id": "a", "data": {"state": 5}}, 5): send("comm_open", content)
            tell(sent=True)
            """,
            "tell(after=True)",
        ),
        ends=_ANY,
        slow=True,
    ),
    Case(
        name="sends_what_is_no_json",
        about="frames that are not JSON, or JSON that no parser survives, cost the notebook and not the grader",
        pages=True,
        cells=cells(
            """
            import zmq
            kernel = get_ipython().kernel
            session, parent = kernel.session, kernel.get_parent("shell")
            class Raw(dict): pass
            pack = session.pack
            bodies = [b"[" * 200_000 + b"]" * 200_000, b"{" * 10, b"", b"\\xff\\xfe", b"NaN", b"1" * 6000, b'{"text": "\\\\ud800", "name": "stdout"}',
                      b'{"name": "stdout", "text": ' + b"9" * 5000 + b"}", b'"' + b"x" * 100]
            for body in bodies:
                session.pack = lambda value, body=body: body if isinstance(value, Raw) else pack(value)
                for kind in ("stream", "display_data", "error"):
                    session.send(kernel.iopub_socket, kind, Raw(x=1), parent=parent, ident=b"")
            session.pack = pack
            tell(sent=True)
            """,
            "tell(after=True)",
        ),
        ends=_ANY,
        slow=True,
    ),
    Case(
        name="replies_with_what_is_no_json",
        about="a reply that no parser survives costs the notebook and not the grader",
        pages=True,
        cells=cells(
            """
            session = get_ipython().kernel.session
            pack, turn = session.pack, iter(range(100))
            bodies = [b"[" * 200_000 + b"]" * 200_000, b"\\xff", b"", b"NaN", b"[]", b"5", b'{"status": 5}', b'{"status": "ok", "user_expressions": 7}']
            session.pack = lambda value: bodies[next(turn) % len(bodies)] if isinstance(value, dict) and "status" in value else pack(value)
            """,
            "1 + 1",
            "tell(after=True)",
        ),
        ends=_ANY,
        checks=(within(30),),
        slow=True,
    ),
    Case(
        name="signs_wrongly",
        about="messages with another key or replayed ones are dropped, and the run ends",
        pages=True,
        cells=cells(
            """
            session = get_ipython().kernel.session
            session.key = b"another"
            """,
            "tell(after=True)",
        ),
        ends=_ANY,
        checks=(within(25),),
        slow=True,
    ),
    Case(
        name="writes_into_its_connections",
        about="bytes that are no messages, written into the kernel's open connections, cost its limit and no memory",
        pages=True,
        cells=cells(
            """
            import stat
            garbage = b"\\x02" + (1 << 62).to_bytes(8, "big") + b"\\xff" * 200_000
            for number in range(3, 200):
                with contextlib.suppress(OSError):
                    if stat.S_ISSOCK(os.fstat(number).st_mode):
                        os.set_blocking(number, False); os.write(number, garbage)
            """,
            "tell(after=True)",
        ),
        ends=_ANY,
        checks=(within(25), grows_less_than(300)),
        slow=True,
    ),
    Case(
        name="answers_with_deep_nesting",
        about="an answer nested as deeply as a parser just survives costs its points",
        pages=True,
        cells=cells(
            """
            def predict(df): return df["a"]
            dumps, depth = json.dumps, iter([950, 400, 100_000, 900, 300] * 20)
            def nested(value, **kw):
                n = next(depth) if isinstance(value, dict) and "found" in value else 0
                return '{"found": {"tables": ' + "[" * n + "]" * n + "}}" if n else dumps(value, **kw)
            json.dumps = nested
            """
        ),
        ends=_ANY,
        checks=_NOTHING,
    ),
    Case(
        name="shows_deeply_nested_json",
        about="outputs nested as deeply as a parser just survives are an output like another",
        pages=True,
        cells=cells(
            """
            from IPython.display import display
            for depth in (100, 300, 480, 700, 900, 960):
                value = []
                for _ in range(depth): value = [value]
                with contextlib.suppress(RecursionError):
                    display({"application/json": value, "text/plain": str(depth)}, raw=True)
                with contextlib.suppress(RecursionError):
                    display({"text/plain": "x"}, metadata={"a": value}, raw=True)
            """,
            "tell(after=True)",
        ),
        ends=_ANY,
        checks=(tells("after", True),),
    ),
    Case(
        name="answers_with_odd_numbers",
        about="numbers that JSON does not know, or that no float holds, earn nothing and reach no file",
        pages=True,
        cells=cells(
            """
            def predict(df): return df["a"]
            dumps, odd = json.dumps, iter(["NaN", "1e999", "-Infinity", "1" * 4000, "1" * 5000, '"\\\\ud800"'] * 20)
            def strange(value, **kw):
                if not (isinstance(value, dict) and "found" in value): return dumps(value, **kw)
                number = next(odd)
                return '{"found": {"tables": {"heldout": {"shape": [%s], "values": %s}, "train": %s}, "versions": {"python": %s}, "figures": [%s]}}' % ((number,) * 5)
            json.dumps = strange
            """
        ),
        ends=_ANY,
        checks=_NOTHING,
    ),
    Case(
        name="predicts_with_odd_values",
        about="answers that are no table of numbers earn nothing and break nothing",
        pages=True,
        cells=cells(
            """
            calls = 0
            def predict(df):
                global calls
                calls += 1
                kinds = [float("nan"), float("inf"), 1e308, 10**400, "text", None, object(), [[1.0]] * 3, (x for x in ()), {1: 2}, b"x" * 1_000_000, -0.0, 1j]
                return [kinds[calls % len(kinds)]] * len(df)
            tell(defined=True)
            """
        ),
        ends=_ANY,
        checks=_NOTHING,
    ),
)
