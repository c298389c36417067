"""Tricks inside the kernel: replaced libraries, probes, handlers and messages. They may cost evidence, never give it."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import Case, cells, earns, tells

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
