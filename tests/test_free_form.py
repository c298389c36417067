"""Notebooks that follow none of the rubric's names: what earns, what waits for a person, and what students are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from build import Cell, code, markdown
from free_form import (
    CONVOLUTION,
    NETWORK,
    POOLING,
    SINGLE,
    START,
    Command,
    Report,
    evaluation,
    finding,
    graded,
    item,
    said,
    training,
    write,
)

pytestmark = pytest.mark.long

BARE = code(
    """
w, b = torch.zeros(8, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
for i in range(100):
    l = ((X @ w + b - y) ** 2).mean()
    l.backward()
    with torch.no_grad():
        w -= 0.05 * w.grad; b -= 0.05 * b.grad
    w.grad = b.grad = None
"""
)
PREDICT = code(
    """
def predict_linear(df):
    with torch.no_grad():
        return linear(torch.tensor(((df[f] - m) / s).values, dtype=torch.float32)).numpy() * 1e5
"""
)
TWO_INPUTS = code(
    """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(2, 1), nn.Linear(6, 1)
    def forward(self, place, rest):
        return self.one(place) + self.two(rest)
two = Net()
opt = torch.optim.Adam(two.parameters(), lr=0.05)
for i in range(50):
    opt.zero_grad(); l = ((two(X[:, :2], X[:, 2:]) - y) ** 2).mean(); l.backward(); opt.step()
"""
)
LEAKED = code(
    """
torch.manual_seed(1)
X = torch.cat([X, y + 0.3 * torch.randn_like(y)], 1)
Xt = torch.cat([Xt, yt + 0.3 * torch.randn_like(yt)], 1)
"""
)
WITHOUT_LIST = code(
    """
opt = torch.optim.Adam(model.parameters(), lr=0.05)
rates = [0.05 * 0.97 ** i for i in range(200)]
for i in range(200):
    opt.zero_grad(); l = nn.functional.mse_loss(model(X), y); l.backward(); opt.step()
"""
)
EPOCHS = """for epoch in range(8):
    l = ((model(X) - y) ** 2).mean()
    l.backward()
    model(Xt).detach()"""
AGREED = (code("linear = nn.Linear(8, 1)"), training("linear", "losses_linear"), PREDICT, evaluation("linear"))
HEAD = code("net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), model)")

CLASS: dict[str, tuple[Cell, ...]] = {
    "layer-in-a-network": (START, *SINGLE, HEAD, *NETWORK[1:]),
    "agreed-layer-in-a-network": (
        markdown("# P1.1"),
        START,
        *AGREED,
        markdown("# P1.2"),
        code(HEAD["source"].replace("model", "linear")),
        *NETWORK[1:],
    ),
    "trained-again": (START, *SINGLE, code("model.reset_parameters()"), training("model", "short", 3)),
    "bad-from-the-start": (START, SINGLE[0], training("model", steps=3), evaluation("model")),
    "evaluated-every-epoch": (
        START,
        *SINGLE,
        code("model.reset_parameters()\n" + EPOCHS),
        code("with torch.no_grad():\n    for p in model.parameters(): p -= 0.01 * p.grad"),
    ),
    "never-called": (START, code("layer = nn.Linear(8, 1)"), *NETWORK),
    "never-called-beside": (START, code("linear = nn.Linear(3, 1)"), *SINGLE, *NETWORK),
    "shown-and-bare": (START, code("demo = nn.Linear(8, 1)\ndemo(X[:3])"), BARE, *NETWORK),
    "network-only": (START, *NETWORK),
    "two-inputs": (START, TWO_INPUTS, *NETWORK),
    "compiled": (
        START,
        *SINGLE,
        code("net = torch.compile(nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1)))"),
        *NETWORK[1:],
    ),
    "leak": (START, LEAKED, code("model = nn.Linear(9, 1)"), *SINGLE[1:]),
    "no-list": (START, SINGLE[0], WITHOUT_LIST, evaluation("model"), *NETWORK),
    "one-heading": (
        markdown("# P1.1, P1.2"),
        START,
        *SINGLE,
        *NETWORK,
        markdown(f"# P3.1 / P3.2\n{CONVOLUTION}\n\n{POOLING}"),
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("free") / "class"
    for name, cells in CLASS.items():
        write(made / f"{name}.ipynb", *cells)
    return made


@pytest.fixture(scope="module")
def reports(grader: Command, folder: Path) -> dict[str, Report]:
    return graded(grader, folder, folder.parent / "out")


@pytest.fixture(scope="module")
def korean(reports: dict[str, Report], grader: Command, folder: Path) -> dict[str, Report]:
    """The same executions, told in Korean."""
    assert reports
    return graded(grader, folder, folder.parent / "out", "ko")


# ---------------------------------------------------------------- weights that changed after the evaluation


@pytest.mark.parametrize(
    "name", ["layer-in-a-network", "agreed-layer-in-a-network", "trained-again", "evaluated-every-epoch"]
)
def test_a_model_that_was_good_when_it_was_evaluated_is_no_zero(name: str, reports: dict[str, Report]) -> None:
    found = finding(reports[name], "P1.1", "r2")
    assert (found["earned"], found["evidence"]["r2"] < 0.5) == (None, True)
    assert found["evidence"]["r2_when_evaluated"] > 0.5
    assert "look which is meant" in found["review"]
    assert finding(reports[name], "P1.1", "reports")["outcome"] == "passed"


def test_a_model_that_never_was_good_earns_nothing(reports: dict[str, Report]) -> None:
    assert finding(reports["bad-from-the-start"], "P1.1", "r2")["earned"] == 0


# ---------------------------------------------------------------- layers that nobody trained


def test_a_layer_that_was_never_called_waits_for_a_person(reports: dict[str, Report]) -> None:
    found = item(reports["never-called"], "P1.1")
    assert found["points"] is None
    assert "layer (Linear, 1 nn.Linear), which was never called" in found["needs_review"]
    assert item(reports["never-called"], "P1.2")["points"] == 20


def test_it_is_ignored_where_another_model_is_the_answer(reports: dict[str, Report]) -> None:
    assert item(reports["never-called-beside"], "P1.1")["points"] == 19


def test_a_layer_that_was_only_shown_hides_no_training_of_bare_tensors(reports: dict[str, Report]) -> None:
    found = item(reports["shown-and-bare"], "P1.1")
    assert "a training without a module" in found["needs_review"]
    assert finding(reports["shown-and-bare"], "P1.1", "runs")["earned"] is None


def test_a_model_with_several_inputs_is_for_a_person(reports: dict[str, Report]) -> None:
    assert "a model that takes several inputs" in item(reports["two-inputs"], "P1.1")["needs_review"]


# ---------------------------------------------------------------- words


def test_students_without_the_rubrics_names_are_not_told_to_define_them(reports: dict[str, Report]) -> None:
    for name in CLASS:
        if name != "agreed-layer-in-a-network":
            assert "define `" not in said(reports[name])
            assert "uses_layers" not in said(reports[name])


def test_they_are_told_what_was_looked_for_and_what_was_found(
    reports: dict[str, Report], korean: dict[str, Report]
) -> None:
    told = finding(reports["network-only"], "P1.1", "uses_layers")["feedback"]
    assert "looked for a trained model of a single nn.Linear" in told
    assert "models found in the notebook: net (8-32-1)" in told
    assert told in finding(reports["network-only"], "P1.1", "r2")["feedback"]
    told = finding(korean["network-only"], "P1.1", "uses_layers")["feedback"]
    assert "nn.Linear 하나로 된 학습된 모델" in told
    assert "노트북에서 찾은 모델: net (8-32-1)" in told
    assert "모델의 층 구성" in finding(korean["network-only"], "P1.1", "r2")["feedback"]


def test_an_item_without_a_model_has_no_code_that_ran(reports: dict[str, Report]) -> None:
    found = finding(reports["network-only"], "P1.1", "runs")
    assert (found["earned"], "no code for P1.1 was found" in found["feedback"]) == (0, True)
    assert finding(reports["network-only"], "P1.2", "runs")["outcome"] == "passed"


# ---------------------------------------------------------------- what earns, and what does not


def test_a_compiled_model_is_graded_like_any(reports: dict[str, Report]) -> None:
    assert (item(reports["compiled"], "P1.1")["points"], item(reports["compiled"], "P1.2")["points"]) == (19, 20)


def test_a_leak_that_only_the_own_rows_show_does_not_pass(reports: dict[str, Report]) -> None:
    found = finding(reports["leak"], "P1.1", "r2")
    assert (found["evidence"]["level"], found["earned"]) == ("recomputed", None)
    assert "inputs 9 are of unknown making" in found["review"]


def test_a_list_that_is_no_loss_of_the_model_is_not_taken_for_one(reports: dict[str, Report]) -> None:
    found = finding(reports["no-list"], "P1.1", "loss_falls")
    assert found["outcome"] != "passed"
    assert "rates" not in str(found)
    assert "`hist`" not in str(found)
    assert finding(reports["no-list"], "P1.2", "loss_falls")["outcome"] == "passed"


def test_one_heading_for_two_items_heads_both(reports: dict[str, Report]) -> None:
    report = reports["one-heading"]
    assert [item(report, name)["points"] for name in ("P1.1", "P1.2", "P3.1", "P3.2")] == [19, 20, 20, 20]
