"""Evidence is a student's claim: whatever it holds, scoring ends with a finding for every criterion, never a fault."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from build import course, submission

from grader.checks import claims
from grader.kernels.runner import kernel_runner
from grader.kernels.warm import KernelServer
from grader.model import Assignment, Execution, Report, Submission
from grader.scoring import score

pytestmark = pytest.mark.long
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
CRITERIA = (
    "{check: uses_layers, points: 1, model: linear, exactly: 1}",
    "{id: layers, check: uses_layers, points: 1, model: deep, at_least: 4, at_most: 9}",
    "{check: output_shape, points: 1, model: linear}",
    "{check: gradients_flow, points: 1, model: linear}",
    "{check: gradient_correct, points: 1, model: linear}",
    "{check: loss_falls, points: 1, losses: losses, model: linear}",
    "{check: r2, points: 1, predict: predict, model: linear, affine: true, at_least: 0.8, at_most: least_squares}",
    "{check: reports, points: 1, predict: predict}",
    "{check: plot_labelled, points: 1, losses: losses}",
    "{check: gradient_vanishes, points: 1, model: deep, below: 0.1}",
    "{check: gradient_survives, points: 1, model: straight, above: 0.01}",
    "{check: any_input_size, points: 1, model: conv_block}",
    "{check: keeps_size, points: 1, model: conv_block}",
    "{check: halves_size, points: 1, model: conv_block}",
    "{check: parameters_fixed, points: 1, model: conv_block}",
    "{check: shift_equivariant, points: 1, model: conv_block}",
)
NOTEBOOK = """
import numpy as np, pandas as pd, torch, matplotlib.pyplot as plt
from torch import nn
train = pd.read_csv("sample_data/train.csv")
def tensor(df): return torch.tensor(df[["a", "b"]].values, dtype=torch.float32)
linear = nn.Linear(2, 1)
optimizer = torch.optim.Adam(linear.parameters(), lr=0.1)
losses = []
for _ in range(300):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(linear(tensor(train)), torch.tensor(train[["price"]].values, dtype=torch.float32))
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
def predict(df): return linear(tensor(df)).detach().numpy()[:, 0]
error = predict(train) - train["price"].values
print("RMSE:", (error ** 2).mean() ** 0.5, "R2:", 1 - (error ** 2).mean() / train["price"].var(ddof=0))
plt.plot(losses); plt.xlabel("step"); plt.ylabel("loss"); plt.title("training"); plt.show()
deep = nn.Sequential(*[layer for _ in range(8) for layer in (nn.Linear(16, 16), nn.Sigmoid())][:-1])
straight = nn.Sequential(*[nn.Linear(16, 16) for _ in range(3)])
conv_block = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
"""


@dataclass(frozen=True)
class Honest:
    """A notebook that earns everything, and what its kernel answered."""

    assignment: Assignment
    submission: Submission
    execution: Execution

    def judged(self, evidence: dict[str, Any]) -> Report:
        execution = self.execution.model_copy(update={"evidence": evidence})
        return score(self.submission, execution, self.assignment, "en", NOON)


@pytest.fixture(scope="module")
def honest(server: KernelServer, tmp_path_factory: pytest.TempPathFactory) -> Honest:
    folder = tmp_path_factory.mktemp("honest")
    assignment = course(folder / "course", *CRITERIA)
    handed_in = submission(folder, assignment, NOTEBOOK)
    with kernel_runner(server=server) as runner:
        execution = runner.run(handed_in, assignment)
    made = Honest(assignment, handed_in, execution)
    report = made.judged(execution.evidence)
    assert {f.criterion: f.feedback for f in report.scores[0].findings if f.outcome != "passed"} == {}
    return made


def test_how_far_gradients_are_off_is_told_without_powers_of_ten(honest: Honest) -> None:
    findings = honest.judged(honest.execution.evidence).scores[0].findings
    assert {str(f.evidence["worst"]) for f in findings if f.criterion == "gradient_correct"} == {"< 0.001"}


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def floats32(values: Any) -> str:
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()


JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    3,
    10**30,
    10**400,
    0.5,
    -1e308,
    1e308,
    math.nan,
    math.inf,
    -math.inf,
    "",
    "x",
    "가" * 20_000,
    "\ud800",
    "{0} {1} %s",
    "AAAA",
    "not base64!",
    floats32([math.nan] * 200),
    floats32([3e38] * 200),
    floats32(range(64)),
    [],
    [None],
    [[]],
    [1, "a", None],
    [math.nan] * 200,
    [0] * 5000,
    {},
    {"found": {}},
    {"fault": "raised"},
    {"fault": 3, "message": [1]},
    {"shape": [200, 1], "values": floats32([1e30] * 200)},
    {"shape": [-1, 1], "values": "AAAA"},
    {1: 2},
    deep(400),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        if not isinstance(key, int) or key < 3 or key == len(value) - 1:  # the ends of long lists
            yield from places(entry, (*path, key))


def put(evidence: dict[str, Any], path: tuple[Any, ...], change: Callable[[Any], Any]) -> dict[str, Any]:
    """A copy of the evidence with one value changed."""
    changed = copy.deepcopy(evidence)
    owner: Any = changed
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = change(owner[path[-1]])
    return changed


CHANGES: list[Callable[[Any], Any]] = [
    *(lambda _, junk=junk: junk for junk in JUNK),
    lambda value: [value, value],
    lambda value: value * 3 if isinstance(value, str | list) else -value if isinstance(value, float) else value,
    lambda value: value[:-1] if isinstance(value, str | list) else value,
    lambda value: {**value, "extra": 1} if isinstance(value, dict) else str(value),
    lambda value: dict(list(value.items())[1:]) if isinstance(value, dict) else value,
]


def require_findings(report: Report) -> None:
    assert Report.model_validate_json(report.model_dump_json()) == report
    for finding in report.scores[0].findings:
        assert finding.outcome != "error", (finding.criterion, finding.review)
        assert len(finding.model_dump_json()) < 200_000


def test_every_place_of_the_evidence_may_hold_anything(honest: Honest) -> None:
    """Each place gets several kinds of junk, drawn with a fixed seed."""
    generator = random.Random(0)
    evidence = honest.execution.evidence
    for path in list(places(evidence))[1:]:
        for change in generator.sample(CHANGES, 4):
            require_findings(honest.judged(put(evidence, path, change)))


def test_junk_in_many_places_at_once(honest: Honest) -> None:
    generator = random.Random(1)
    for _ in range(150):
        evidence = honest.execution.evidence
        for _ in range(generator.randint(2, 6)):
            path = generator.choice([path for path in places(evidence) if path])
            evidence = put(evidence, path, generator.choice(CHANGES))
        require_findings(honest.judged(evidence))


@pytest.mark.parametrize("junk", range(len(JUNK)))
def test_a_whole_answer_may_be_anything(honest: Honest, junk: int) -> None:
    for key in honest.execution.evidence:
        for reply in (JUNK[junk], {"found": JUNK[junk]}, {"fault": JUNK[junk], "message": JUNK[junk]}):
            report = honest.judged({**honest.execution.evidence, key: reply})
            require_findings(report)
            if key.startswith("predictions"):
                assert not next(f for f in report.scores[0].findings if f.criterion == "r2").earned


def test_the_layers_numbers_must_agree_with_the_predictions(honest: Honest) -> None:
    """Predictions, weights, inputs and outputs: whichever is made up alone, the points are gone."""
    layer = ("predictions:predict", "found", "layer", "first")
    for name in ("inputs", "outputs", "weight", "bias"):
        shape = honest.execution.evidence[layer[0]]["found"]["layer"]["first"][name]["shape"]
        invented = {"shape": shape, "values": floats32(np.random.default_rng(0).normal(size=shape))}
        report = honest.judged(put(honest.execution.evidence, (*layer, name), lambda _, invented=invented: invented))
        finding = next(f for f in report.scores[0].findings if f.criterion == "r2")
        assert not finding.earned


def test_what_no_probe_sends_is_malformed(honest: Honest) -> None:
    for key, reply in honest.execution.evidence.items():
        probe = key.partition(":")[0]
        if probe == "found":
            continue  # decided by the grader
        assert claims.read(probe, reply["found"])
        with pytest.raises(claims.Malformed):
            claims.read(probe, 3)
    with pytest.raises(claims.Malformed, match=r"layers\.0\.trainable: input should be a valid integer"):
        claims.read("module", {"layers": [{"type": "Linear", "linear": True, "trainable": "all"}]})
