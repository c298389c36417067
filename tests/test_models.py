"""Models as students build them, right and wrong, in a real kernel: nothing right is refused, nothing feigned earns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from build import course, submission

from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer
from grader.model import Assignment, Finding, Report
from grader.scoring import score

pytestmark = pytest.mark.long
Grade = Callable[..., dict[str, Finding]]

CRITERIA = (
    "{check: uses_layers, points: 1, model: net, at_least: 2, at_most: 3}",
    "{check: output_shape, points: 1, model: net}",
    "{check: gradients_flow, points: 1, model: net}",
    "{check: gradient_correct, points: 1, model: net}",
    "{check: loss_falls, points: 1, losses: losses, model: net}",
    "{check: r2, points: 1, predict: predict, model: net, at_least: 0.8}",
    "{check: reports, points: 1, predict: predict}",
    "{check: plot_labelled, points: 1, losses: losses}",
)
START = """
import numpy as np, pandas as pd, torch, matplotlib.pyplot as plt
from torch import nn
train = pd.read_csv("sample_data/train.csv")
X = torch.tensor(train[["a", "b"]].values, dtype=torch.float32)
y = torch.tensor(train[["price"]].values, dtype=torch.float32)
"""
NET = "net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))"
TRAIN = """
opt = torch.optim.Adam(net.parameters(), lr=0.05)
losses = []
for _ in range(300):
    opt.zero_grad()
    loss = ((net(X) - y) ** 2).mean()
    loss.backward()
    opt.step()
    losses.append(loss.item())
"""
PREDICT = """
def predict(df):
    with torch.no_grad():
        return net(torch.tensor(df[["a", "b"]].values, dtype=torch.float32)).numpy()
"""
REPORT = """
error = predict(train)[:, 0] - train["price"].values
print("RMSE:", (error ** 2).mean() ** 0.5, "R2:", 1 - (error ** 2).mean() / train["price"].var(ddof=0))
"""
PLOT = 'plt.plot(losses); plt.xlabel("step"); plt.ylabel("loss"); plt.title("training"); plt.show()'


@pytest.fixture
def grade(server: KernelServer, tmp_path: Path) -> Grade:
    def graded(
        net: str = NET, train: str = TRAIN, predict: str = PREDICT, report: str = REPORT, plot: str = PLOT
    ) -> dict[str, Finding]:
        assignment = course(tmp_path / "course", *CRITERIA)
        handed_in = submission(tmp_path, assignment, START, net, train, predict, report, plot)
        execution = KernelRunner(server).run(handed_in, assignment)
        made: Report = score(handed_in, execution, assignment, "en", dt.datetime.now(dt.UTC))
        return {finding.criterion: finding for finding in made.scores[0].findings}

    return graded


def lost(findings: dict[str, Finding]) -> dict[str, str | None]:
    return {name: f.feedback for name, f in findings.items() if f.outcome != "passed"}


RIGHT = {
    "plain": {},
    "lazy layers": {"net": "net = nn.Sequential(nn.LazyLinear(16), nn.Tanh(), nn.LazyLinear(1))\nnet(X[:1])"},
    "a forward that insists on float32": {
        "net": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(2, 16), nn.Linear(16, 1)
    def forward(self, x):
        return self.two(torch.relu(self.one(x.float())))
net = Net()
"""
    },
    "frozen after training": {"train": TRAIN + "\nnet.requires_grad_(False)"},
    "float64": {
        "net": NET + "\nnet.double(); X, y = X.double(), y.double()",
        "predict": PREDICT.replace("float32", "float64"),
    },
    "the best state restored": {"train": TRAIN + "\nimport copy\nnet.load_state_dict(copy.deepcopy(net.state_dict()))"},
    "losses in a deque": {"train": TRAIN + "\nfrom collections import deque\nlosses = deque(losses)"},
    "losses as arrays of one": {"train": TRAIN + "\nlosses = [np.array([v]) for v in losses]"},
    "roots of the losses": {"train": TRAIN + "\nlosses = [v ** 0.5 for v in losses]"},
    "gradients by autograd.grad": {
        "train": """
losses = []
for _ in range(300):
    loss = ((net(X) - y) ** 2).mean()
    slopes = torch.autograd.grad(loss, list(net.parameters()))
    with torch.no_grad():
        for p, slope in zip(net.parameters(), slopes):
            p -= 0.02 * slope
    losses.append(loss.item())
"""
    },
    "a scatter plot": {"plot": PLOT.replace("plt.plot(losses)", "plt.scatter(range(len(losses)), losses)")},
    "a rolling mean": {"plot": PLOT.replace("plt.plot(losses)", "plt.plot(pd.Series(losses).rolling(10).mean())")},
    "a bare number for one row": {
        "predict": PREDICT.replace(".numpy()", ".squeeze().numpy()"),
        "report": REPORT.replace("[:, 0]", ""),
    },
    "a log of figures before the result": {"report": "for i in range(9): print('R2:', i / 10, 'RMSE:', i)\n" + REPORT},
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_work_loses_nothing(grade: Grade, name: str) -> None:
    assert lost(grade(**RIGHT[name])) == {}


def test_layers_kept_in_a_plain_list_are_counted(grade: Grade) -> None:
    net = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(2, 16), nn.Linear(16, 1)
        self.hidden = [nn.Linear(16, 16) for _ in range(6)]
    def forward(self, x):
        x = torch.tanh(self.one(x))
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return self.two(x)
net = Net()
"""
    assert grade(net=net)["uses_layers"].evidence["linear_layers"] == 8


def test_predictions_of_another_model_are_for_a_person(grade: Grade) -> None:
    other = """
weights = np.linalg.lstsq(np.c_[X.numpy(), np.ones(len(X))], y.numpy(), rcond=None)[0]
def predict(df):
    return np.c_[df[["a", "b"]].values, np.ones(len(df))] @ weights
"""
    finding = grade(predict=other)["r2"]
    assert finding.earned is None
    assert "stay the same when the parameters of `net` are changed" in str(finding.review)


@pytest.mark.parametrize(
    "invented",
    [
        TRAIN + "\nlosses = [9 * 0.97 ** i for i in range(300)]",
        "losses = [9 * 0.97 ** i for i in range(300)]\nfor v in losses: torch.tensor(v, requires_grad=True).backward()",
        "other = nn.Linear(2, 1)\n" + TRAIN.replace("net(", "other(").replace("net.", "other."),
    ],
    ids=["beside the real ones", "sent backward by themselves", "of another model"],
)
def test_invented_losses_do_not_earn(grade: Grade, invented: str) -> None:
    assert not grade(train=invented)["loss_falls"].earned


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ("losses = []\nlosses.append(losses)", "is a list: keep the loss"),
        ("losses = (v for v in losses)", "is a generator: keep the loss"),
        ("losses = {'loss': losses}", "is a dict: keep the loss"),
        ("losses = ['high', 'low']", "is a list of str: keep the loss"),
        ("losses = [1j] * 9", "is a list of complex: keep the loss"),
        ("losses = [float('nan')] * 300", "are not finite numbers"),
    ],
)
def test_losses_that_are_no_list_of_numbers_are_named(grade: Grade, losses: str, said: str) -> None:
    finding = grade(train=f"{TRAIN}\n{losses}", plot="")["loss_falls"]
    assert (finding.outcome, finding.earned) == ("failed", 0)
    assert said in str(finding.feedback)


def test_a_trace_of_the_model_beside_a_table_is_for_a_person(grade: Grade) -> None:
    """Predictions that hardly move with the parameters are another model's."""
    table = """
def predict(df):
    apart = ((df[["a", "b"]].values[:, None] - X.numpy()[None]) ** 2).sum(-1)
    out = net(torch.tensor(df[["a", "b"]].values, dtype=torch.float32)).detach().numpy()
    return y.numpy()[apart.argmin(1)] + 0.01 * out
"""
    finding = grade(predict=table)["r2"]
    assert finding.earned is None
    assert "stay the same when the parameters of `net` are changed" in str(finding.review)


def test_a_spray_of_figures_does_not_earn(grade: Grade) -> None:
    spray = "for i in range(101): print('R2 =', i / 100)\nfor i in range(100): print('RMSE =', i / 10)"
    assert not grade(report=spray)["reports"].earned


def test_held_out_rows_that_fare_too_well_are_for_a_person(grade: Grade) -> None:
    """A model that is poor on its own training rows and perfect on the rest has seen the rest."""
    leak = """
seen = {tuple(row) for row in train[["a", "b"]].values}
def predict(df):
    with torch.no_grad():
        out = net(torch.tensor(df[["a", "b"]].values, dtype=torch.float32)).numpy()
    noise = np.array([3 * np.sin(1e4 * row[0]) if tuple(row) in seen else 0 for row in df[["a", "b"]].values])
    return out + noise[:, None]
"""
    finding = grade(predict=leak)["r2"]
    assert finding.earned is None
    assert "have the held-out rows leaked" in str(finding.review)


OTHER_NAMES = """
import pandas as pd, torch
from torch import nn
table = pd.read_csv("sample_data/california_housing_train.csv")
X = torch.tensor(table.drop(columns="median_house_value").values, dtype=torch.float32)
X, y = (X - X.mean(0)) / X.std(0), torch.tensor(table[["median_house_value"]].values, dtype=torch.float32) / 1e5
def train(model, steps):
    opt = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        opt.zero_grad(); loss = ((model(X) - y) ** 2).mean(); loss.backward(); opt.step()
    with torch.no_grad(): model(X)
"""


def test_a_model_whose_name_answers_another_item_is_not_offered(
    server: KernelServer, homework: Assignment, tmp_path: Path
) -> None:
    """Without headings, `deep_sigmoid` is trained on the same rows, and later, as what answers P1.2."""
    handed_in = submission(
        tmp_path,
        homework,
        OTHER_NAMES,
        "net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1)); train(net, 150)",
        "deep_sigmoid = nn.Sequential(nn.Linear(8, 9), nn.Sigmoid(), nn.Linear(9, 9), nn.Sigmoid(), nn.Linear(9, 1))",
        "train(deep_sigmoid, 3)",
        heading=False,
    )
    execution = KernelRunner(server).run(handed_in, homework)
    assert execution.errors == ()
    report = score(handed_in, execution, homework, "en", dt.datetime.now(dt.UTC))
    findings = {(s.item, f.criterion): f for s in report.scores for f in s.findings}
    assert findings["P1.2", "r2"].evidence["chosen"].startswith("net ")
    assert not any("deep_sigmoid" in str(f.review) for (item, _), f in findings.items() if item != "P2")
