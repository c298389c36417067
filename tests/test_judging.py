"""Predictions that come from the linear model and predictions that do not, in a real kernel; and what returns them.

Nothing feigned earns points, nothing honest loses them, and whatever a notebook hands back or replaces ends as a
sentence, never as a fault of the grader's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from build import course, submission

from grader.assignment import load
from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer
from grader.model import Execution, Finding
from grader.scoring import score

pytestmark = pytest.mark.long
Grade = Callable[..., Finding]
Ask = Callable[..., tuple[Execution, dict[str, Finding]]]

R2 = "{check: r2, points: 1, predict: predict, model: linear, affine: true, at_least: 0.5}"
START = """
import copy, time, numpy as np, pandas as pd, torch
from torch import nn
train = pd.read_csv("sample_data/train.csv")
RAW = train[["a", "b"]].values
X, Y = torch.tensor(RAW, dtype=torch.float32), torch.tensor(train[["price"]].values, dtype=torch.float32)
def tensor(df): return torch.tensor(np.asarray(df[["a", "b"]]), dtype=torch.float32)
def fit(model, inputs=X, target=Y, steps=200):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(inputs), target).backward()
        optimizer.step()
    return model
def least_squares(df):
    weights = np.linalg.lstsq(np.c_[RAW, np.ones(len(RAW))], train["price"].values, rcond=None)[0]
    return np.c_[df[["a", "b"]].values, np.ones(len(df))] @ weights
def nearest(df):
    apart = ((df[["a", "b"]].values[:, None] - RAW[None]) ** 2).sum(-1)
    return train["price"].values[apart.argmin(1)]
"""
MLP = """
torch.manual_seed(0)
mlp = fit(nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1)), target=Y + 3 * torch.sin(2 * X[:, :1]))
def by_mlp(df): return mlp(tensor(df)).detach().numpy()[:, 0]
"""
FITTED = "linear = fit(nn.Linear(2, 1))"
UNTRAINED = "linear = nn.Linear(2, 1)"
PREDICT = "def predict(df): return linear(tensor(df)).detach().numpy()"


@pytest.fixture
def ask(server: KernelServer, tmp_path: Path) -> Ask:
    """Grade cells by criteria; the findings by criterion."""

    def asked(*cells: str, criteria: tuple[str, ...] = (R2,)) -> tuple[Execution, dict[str, Finding]]:
        assignment = course(tmp_path / "course", *criteria, limits="{seconds: 60, cell_seconds: 5}")
        handed_in = submission(tmp_path, assignment, START, *cells)
        execution = KernelRunner(server).run(handed_in, assignment)
        report = score(handed_in, execution, assignment, "en", dt.datetime.now(dt.UTC))
        return execution, {finding.criterion: finding for finding in report.scores[0].findings}

    return asked


@pytest.fixture
def grade(ask: Ask) -> Grade:
    return lambda *cells: ask(*cells)[1]["r2"]


HONEST = {
    "plain": (FITTED, PREDICT),
    "no bias, in a module of its own": (
        """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.out = nn.Linear(2, 1, bias=False)
            def forward(self, x):
                return self.out(x)
        linear = fit(Net(), target=Y - 10)
        """,
        "def predict(df): return linear(tensor(df)).detach().numpy() + 10",
    ),
    "standardised both ways": (
        "linear = fit(nn.Linear(2, 1), (X - X.mean(0)) / X.std(0), (Y - Y.mean()) / Y.std())",
        """
        def predict(df):
            z = linear(input=(tensor(df) - X.mean(0)) / X.std(0))
            return (z * Y.std() + Y.mean()).squeeze().tolist() if len(df) > 1 else float(z * Y.std() + Y.mean())
        """,
    ),
    "double": (
        "linear = fit(nn.Linear(2, 1).double(), X.double(), Y.double())",
        "def predict(df): return linear(tensor(df).double())",
    ),
    "bfloat16, as a tensor with its gradient": (
        FITTED + ".bfloat16()",
        "def predict(df): return linear(tensor(df).bfloat16())",
    ),
    "row by row": (
        FITTED,
        "def predict(df): return [linear(torch.tensor([r.a, r.b]).float()).item() for r in df.itertuples()]",
    ),
    "in batches, after a call to look at the shape": (
        FITTED,
        """
        def predict(df):
            print(linear(tensor(df)).shape)
            return torch.cat([linear(part) for part in tensor(df).split(64)])
        """,
    ),
    "no price below five": (FITTED, "def predict(df): return linear(tensor(df)).clamp(min=5)"),
    "logarithm of the price": (
        "linear = fit(nn.Linear(2, 1), target=torch.log(Y.clamp(min=1)))",
        "def predict(df): return torch.exp(linear(tensor(df)))",
    ),
    "log1p of the price": (
        "linear = fit(nn.Linear(2, 1), target=torch.log1p(Y.clamp(min=0)))",
        "def predict(df): return np.expm1(linear(tensor(df)).detach().numpy())",
    ),
    "features of its own": (
        """
        def made(df):
            a, b = df["a"].values, df["b"].values
            return torch.tensor(np.c_[a, b, a * b, a ** 2, np.abs(b), np.sin(a), a > 0], dtype=torch.float32)
        linear = fit(nn.Linear(7, 1), made(train))
        """,
        "def predict(df): return linear(made(df))",
    ),
    "one column": ("linear = fit(nn.Linear(1, 1), X[:, :1])", "def predict(df): return linear(tensor(df)[:, :1])"),
    "an activation that is none": (
        "linear = fit(nn.Sequential(nn.Flatten(), nn.Linear(2, 1), nn.Identity()))",
        "def predict(df): return pd.Series(linear(tensor(df)).detach().numpy().ravel(), index=df.index)",
    ),
}


@pytest.mark.parametrize("name", HONEST)
def test_a_linear_model_keeps_its_points(grade: Grade, name: str) -> None:
    finding = grade(*HONEST[name])
    assert (finding.outcome, finding.review, finding.feedback) == ("passed", None, None)
    assert finding.evidence["explained_by_weights"] == 1.0


def test_cut_off_predictions_may_exceed_least_squares(server: KernelServer, tmp_path: Path) -> None:
    """Prices end at a bound, so predictions that do are better than any straight line; engineered inputs are not."""
    limited = R2.replace("affine", "at_most: least_squares, affine")
    course(tmp_path, limited)
    for name in ("train", "heldout"):
        table = np.loadtxt(tmp_path / f"{name}.csv", delimiter=",", skiprows=1)
        table[:, 2] = np.clip(table[:, 2], 8, 12)
        np.savetxt(tmp_path / f"{name}-cut.csv", table, delimiter=",", header="a,b,price", comments="")
    rubric = tmp_path / "rubric.yaml"
    text = rubric.read_text(encoding="utf-8")
    text = text.replace("file: train.csv", "file: train-cut.csv").replace("heldout.csv", "heldout-cut.csv")
    rubric.write_text(text, encoding="utf-8")
    assignment = load(rubric)
    cut = "def predict(df): return linear(made(df)).clamp(8, 12)"
    bent = "torch.cat([tensor(df), tensor(df).tanh()], 1)"
    findings = []
    for number, inputs in enumerate(("tensor(df)", bent)):
        fitted = (
            f"def made(df): return {inputs}\nlinear = fit(nn.Linear(made(train).shape[1], 1), made(train), steps=1500)"
        )
        handed_in = submission(tmp_path / str(number), assignment, START, fitted, cut)
        execution = KernelRunner(server).run(handed_in, assignment)
        findings += score(handed_in, execution, assignment, "en", dt.datetime.now(dt.UTC)).scores[0].findings
    assert [finding.outcome for finding in findings] == ["passed", "partial"]
    assert findings[0].evidence["r2"] > findings[1].evidence["ceiling"]
    assert "exceeds least squares" in str(findings[1].review)


EARNS_NOTHING = {
    "least squares instead of an untrained layer": (UNTRAINED, "predict = least_squares", "has the weights it began"),
    "a table of the training rows instead of one": (UNTRAINED, "predict = nearest", "has the weights it began"),
    "a table beside an untrained layer that is called": (
        UNTRAINED,
        "def predict(df): return nearest(df) + 0 * linear(tensor(df)).detach().numpy()[:, 0]",
        "are not what the weights of `linear` make",
    ),
    "least squares beside an untrained layer that is called": (
        UNTRAINED,
        "def predict(df):\n    linear(tensor(df))\n    return least_squares(df)",
        "are not what the weights of `linear` make",
    ),
    "least squares typed into the weights": (
        UNTRAINED,
        "linear.weight.data[:] = torch.tensor([3.0, -2.0])\nlinear.bias.data[:] = 10\n" + PREDICT,
        "has the weights it began",
    ),
    "one untrained weight that any line fits": (
        "linear = nn.Linear(1, 1)",
        "def predict(df): return (linear(tensor(df)[:, :1]) - linear.bias) / linear.weight * 3 + 10",
        "has the weights it began",
    ),
    "another model's predictions beside a trained layer": (
        FITTED,
        MLP + "def predict(df):\n    linear(tensor(df))\n    return by_mlp(df)",
        "are not what the weights of `linear` make",
    ),
}


@pytest.mark.parametrize("name", EARNS_NOTHING)
def test_predictions_without_the_layers_weights_earn_nothing(grade: Grade, name: str) -> None:
    *cells, said = EARNS_NOTHING[name]
    finding = grade(*cells)
    assert (finding.outcome, finding.earned) == ("failed", 0)
    assert said in str(finding.feedback)
    assert finding.evidence["r2"] > 0.5


FOR_A_PERSON = {
    "least squares instead of a trained layer": (FITTED, "predict = least_squares", "stay the same when the weights"),
    "least squares beside a trained layer that is called": (
        "linear = fit(nn.Linear(2, 1), steps=600)",
        "def predict(df):\n    linear(tensor(df))\n    return least_squares(df)",
        "stay the same when the weights",
    ),
    "a little of another model": (
        FITTED,
        MLP + "def predict(df): return 0.9 * linear(tensor(df)).detach().numpy()[:, 0] + 0.1 * by_mlp(df)",
        "read what else goes in",
    ),
    "least squares as the only input": (
        "linear = fit(nn.Linear(1, 1), torch.tensor(least_squares(train)).float()[:, None])",
        "def predict(df): return linear(torch.tensor(least_squares(df)).float()[:, None])",
        "mixes raw columns and is nearly the prediction by itself",
    ),
    "another model's prediction as input": (
        MLP + "linear = fit(nn.Linear(1, 1), torch.tensor(by_mlp(train))[:, None])",
        "def predict(df): return linear(torch.tensor(by_mlp(df))[:, None])",
        "made of more than two raw columns",
    ),
    "a table's answer in two halves": (
        """
        def halves(df):
            noise = np.sin(1000 * df["a"].values)
            return torch.tensor(np.c_[nearest(df) - 9 * noise, 9 * noise], dtype=torch.float32)
        linear = fit(nn.Linear(2, 1), halves(train), steps=800)
        """,
        "def predict(df): return linear(halves(df))",
        "made of more than two raw columns",
    ),
    "a forward of its own": (
        """
        class Better(nn.Linear):
            def forward(self, x):
                return super().forward(x) + torch.sin(2 * x[:, :1])
        linear = fit(Better(2, 1))
        """,
        PREDICT,
        "is not its weights times its inputs",
    ),
    "a hook on the layer": (
        FITTED,
        "linear.register_forward_hook(lambda m, x, out: out + torch.sin(2 * x[0][:, :1]))\n" + PREDICT,
        "is not its weights times its inputs",
    ),
    "Linear.forward replaced": (
        FITTED,
        "old = nn.Linear.forward\nnn.Linear.forward = lambda self, x: old(self, x).round()\n" + PREDICT,
        "is not its weights times its inputs",
    ),
    "products by hand": (
        FITTED,
        "def predict(df): return tensor(df) @ linear.weight.T + linear.bias",
        "uses the weights of `linear` without calling it",
    ),
    "weights trained by hand before the first call": (
        """
        linear = nn.Linear(2, 1)
        optimizer = torch.optim.Adam(linear.parameters(), lr=0.1)
        for _ in range(200):
            optimizer.zero_grad()
            ((X @ linear.weight.T + linear.bias - Y) ** 2).mean().backward()
            optimizer.step()
        """,
        PREDICT,
        "trained without being called",
    ),
    "a curve on top": (
        FITTED,
        "def predict(df): return (linear(tensor(df)) + 9) ** 2 / 40",
        "neither straight nor exp",
    ),
    "other weights, other company": (
        FITTED,
        "def predict(df): return linear(tensor(df)) + 1e-2 * (linear.weight.sum() > 0) * tensor(df)[:, :1] ** 4",
        "read what else goes in",
    ),
}


@pytest.mark.parametrize("name", FOR_A_PERSON)
def test_what_may_come_from_elsewhere_is_for_a_person(grade: Grade, name: str) -> None:
    *cells, said = FOR_A_PERSON[name]
    finding = grade(*cells)
    assert finding.earned is None
    assert said in str(finding.review)


DEPENDS = {
    "the order of rows": "def predict(df): return PLAIN(df) + np.linspace(0, 1, len(df))",
    "the company": "def predict(df): return PLAIN(df) - PLAIN(df).mean() + 10",
    "the number of rows": "def predict(df): return PLAIN(df) + len(df) / 100",
    "the number of calls": "calls = []\ndef predict(df):\n    calls.append(1)\n    return PLAIN(df) + len(calls)",
    "the time": "def predict(df): return PLAIN(df) + time.perf_counter() % 1 * 5",
    "chance": "def predict(df): return PLAIN(df) + np.random.rand(len(df))",
    "what was asked before": """
        seen = {}
        def predict(df):
            return np.array([p + seen.setdefault(k, len(seen)) % 7 if k not in seen else p
                             for k, p in zip(map(tuple, df.values), PLAIN(df))])
    """,
}


@pytest.mark.parametrize("name", DEPENDS)
def test_predictions_are_a_function_of_their_row(grade: Grade, name: str) -> None:
    plain = "def PLAIN(df): return linear(tensor(df)).detach().numpy()[:, 0]"
    finding = grade(FITTED, plain, DEPENDS[name])
    assert not finding.earned
    assert "is not a function of its rows" in str(finding.review)


HANDED_BACK = {
    # what is handed back for the honest prediction p (a tensor of shape (rows, 1)): what is said, None if it is read
    "p": None,
    "p.half()": None,
    "p.squeeze(1).to_sparse()": None,
    "nn.Parameter(p)": None,
    "p.as_subclass(Boasts)": None,
    "list(p)": None,
    "[[float(v)] for v in p]": None,
    "[p.ravel().tolist()]": None,
    "np.matrix(p.detach().numpy())": None,
    "p.detach().numpy().view(Lies)": None,
    "pd.Series(p.detach().numpy()[:, 0], dtype='Float64')": None,
    "pd.DataFrame({'price': p.detach().numpy()[:, 0]})": None,
    "None": "returns nothing (None)",
    "(v for v in p)": "but generator",
    "{'price': p}": "but dict",
    "Proxy()": "but Proxy",
    "str(p)": "but str",
    "[str(float(v)) for v in p]": "but list of str",
    "p.detach().numpy().astype(str)": "but ndarray of",
    "p.to(torch.complex64)": "but Tensor of torch.complex64",
    "p.detach().numpy() + 1j": "but ndarray of complex",
    "p > 3": "but Tensor of torch.bool",
    "[[v, v] for v in p.ravel().tolist()]": "but list of list",
    "p[:-1]": "shape [",
    "p.repeat(1, 2)": ", 2] for",
    "p.detach().numpy()[:, :, None]": ", 1, 1] for",
    "p.mean()": "shape [] for",
    "p.to('meta')": "NotImplementedError",
    "p / 0": "are not finite numbers",
    "p.detach().numpy() * np.float64(1e300)": "are not finite numbers",
    "np.ma.masked_less(p.detach().numpy(), 1e9)": "are not finite numbers",
    "pd.Series([None] * len(p), dtype='Float64')": "are not finite numbers",
    "exit(0)": "returns nothing (None)",
    "sys.exit(0)": "SystemExit: 0",
    "loud()": "(its message cannot be printed)",
    "endless": "but list of list",
}
ODD = """
import sys
class Boasts(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function in (torch.Tensor.detach, torch.Tensor.numpy, torch.Tensor.cpu, torch.Tensor.__array__):
            return torch.tensor(train["price"].values)
        return super().__torch_function__(function, types, args, kwargs or {})
class Lies(np.ndarray):
    size, shape = 7, (7,)
    def __array__(self, *args, **kwargs): return np.zeros(200)
class Proxy:
    __class__ = torch.Tensor
    shape, size = (200,), 200
    def __len__(self): return 200
    def __array__(self, *args, **kwargs): return np.zeros(200)
    def detach(self): return self
    cpu = numpy = tolist = detach
class Loud(BaseException):
    def __str__(self): raise SystemExit
def loud(): raise Loud
endless = []
endless.append(endless)
endless = [endless] * 2
"""


@pytest.fixture(scope="module")
def handed_back(server: KernelServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    """One notebook with a function for each of them; the finding by what it hands back."""
    functions, criteria = [ODD, FITTED], []
    for number, code in enumerate(HANDED_BACK):
        functions.append(f"def predict_{number}(df):\n    p = linear(tensor(df))\n    return {code}")
        criteria.append(f"{{id: c{number}, check: r2, points: 1, predict: predict_{number}, at_least: 0.5}}")
    folder = tmp_path_factory.mktemp("handed-back")
    assignment = course(folder / "course", *criteria, limits="{seconds: 60, cell_seconds: 20}")
    handed_in = submission(folder, assignment, START, *functions)
    execution = KernelRunner(server).run(handed_in, assignment)
    report = score(handed_in, execution, assignment, "en", dt.datetime.now(dt.UTC))
    return dict(zip(HANDED_BACK, report.scores[0].findings, strict=True))


@pytest.mark.parametrize("code", HANDED_BACK)
def test_what_a_function_hands_back_is_read_or_named(handed_back: dict[str, Finding], code: str) -> None:
    finding, said = handed_back[code], HANDED_BACK[code]
    if said is None:
        assert (finding.outcome, finding.feedback) == ("passed", None)
    else:
        assert (finding.outcome, finding.earned) == ("failed", 0)
        assert said in str(finding.feedback)


# Python and libraries changed by the notebook: what the sentence names, None where the honest numbers come through.
REPLACED = {
    "import json; json.dumps = json.loads = json.JSONEncoder = None": "json",
    "import json; json.loads = None": "json.loads",
    "import base64, struct, binascii; base64.b64encode = struct.pack = binascii.b2a_base64 = None": None,
    "pd.DataFrame = None": None,
    "import sys; [sys.modules.pop(name) for name in list(sys.modules) if name.startswith('_grader')]": None,
    "__import__ = eval = get_ipython = None": None,
    "np.asarray = lambda *a, **k: 1 / 0": "numpy.asarray",
    "torch.Tensor.detach = lambda self: torch.zeros(3)": "torch.Tensor.detach",
    "torch.Tensor.numpy = None": "torch.Tensor.numpy",
    "nn.Module.__call__ = lambda self, x: nearest": "torch.nn.Module.__call__",
    "import builtins; builtins.len = lambda x: 3": "cell",
    "import builtins; builtins.isinstance = lambda *a: True": "cell",
    "import sys; sys.modules.clear()": "cell",
    "get_ipython().user_expressions = lambda asked: {'answer': {'status': 'ok', 'data': {}}}": "user_expressions",
    "get_ipython().user_expressions = lambda asked: 1 / 0": "user_expressions",
}


@pytest.mark.parametrize("sabotage", REPLACED)
def test_replaced_libraries_end_as_a_finding_that_names_them(ask: Ask, sabotage: str) -> None:
    execution, findings = ask(FITTED, PREDICT, sabotage)
    finding, said = findings["r2"], REPLACED[sabotage]
    assert execution.status != "infrastructure"
    assert finding.outcome != "error"
    if said is None:
        assert finding.outcome == "passed"
    else:
        assert not finding.earned
        assert said in f"{finding.feedback} {finding.review}"


def test_true_numbers_from_a_changed_library_come_with_a_note(ask: Ask) -> None:
    finding = ask(FITTED, PREDICT, "old = np.mean\nnp.sum = lambda *a, **k: old(*a, **k)")[1]["r2"]
    assert finding.outcome == "passed"
    assert "the notebook replaced numpy.sum" in finding.notes[0]


FORGE = """
import json
weights = least_squares(pd.DataFrame(np.eye(2), columns=["a", "b"]))
def forged(asked):
    return {"answer": {"status": "ok", "data": {"text/plain": repr(json.dumps(CLAIM))}, "metadata": {}}}
get_ipython().user_expressions = forged
"""


@pytest.mark.parametrize(
    "claim",
    [
        "{'found': {}}",
        "{'found': {'r2': 1.0, 'tables': {}}}",
        "{'found': {'tables': {'heldout': {'values': 'AAAA' * 67}}, 'again': [], 'layer': {'first': 7}}}",
        "{'found': {'tables': [1, 2, 3]}}",
        "{'found': {'layer': {'moved': ['yes']}, 'tables': {}}}",
        "{'found': float('nan')}",
        "{'fault': ['no'], 'message': {'a': 1}}",
        "{'fault': 'invented'}",
        "7",
    ],
)
def test_a_forged_answer_earns_nothing(ask: Ask, claim: str) -> None:
    execution, findings = ask(FITTED, PREDICT, FORGE.replace("CLAIM", claim))
    assert execution.status != "infrastructure"
    assert findings["r2"].outcome != "error"
    assert not findings["r2"].earned


def test_a_neighbour_keeps_its_points(ask: Ask) -> None:
    ask(FITTED, PREDICT, "import json; json.loads = None; np.asarray = None")
    assert ask(FITTED, PREDICT)[1]["r2"].outcome == "passed"


def test_a_layer_applied_by_hand_is_not_called_untrained(ask: Ask) -> None:
    by_hand = """
        class ByHand(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 1)
            def forward(self, x): return nn.functional.linear(x, self.fc.weight, self.fc.bias)
        linear = fit(ByHand())
    """
    flows = "{check: gradients_flow, points: 1, model: linear}"
    _, findings = ask(by_hand, PREDICT, criteria=(R2, flows))
    assert findings["gradients_flow"].outcome == "passed"
    assert findings["r2"].earned is None
    assert "began" not in (findings["r2"].review or "")
