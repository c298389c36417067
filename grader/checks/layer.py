"""Are a linear model's predictions what its own weights make of its inputs, and those made from the raw columns?

Inputs, weights and bias cross as raw float32; the products are formed here. What the kernel says of them is a claim,
but one that has to lead to the predictions: a forger of weights needs weights that predict as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.arithmetic import tables
from grader.arithmetic.affine import SAME, Law, law, rises_or_falls
from grader.arithmetic.features import origins
from grader.arithmetic.regression import order_of_rows
from grader.arithmetic.tables import Floats
from grader.checks.claims import words
from grader.checks.decision import Evidence, Unmet, Unsure, say
from grader.checks.predictions import PERTURBED_ROWS, matrix, predicted_rows, unmoved
from grader.model import Text

# Shares of the variance of the predictions that the layer's output does not explain. SAME is rounding; up to the
# next one a person looks; beyond, the predictions are other ones. Least squares beside a layer trained to the same
# R² differ by 0.001 to 0.03, an MLP's predictions by 0.1 and more.
_OTHER = 0.05
_ALIKE = 0.98  # correlation of one input with the output; of the raw columns of homework 1 none exceeds 0.86
_UNKNOWN = 0.01  # share of the output's variance from inputs that no one or two raw columns explain
_FOLLOWS = 1e-3  # as SAME, for the few rows asked with other weights
_COPYING = ("deepcopy", "load_state_dict", "torch.load")  # the values before training are unknown after these


@dataclass(frozen=True)
class _Layer:
    """What crossed of one asking. inputs: (rows, columns); output, said: (rows,), computed here and by the kernel."""

    inputs: Floats
    weight: Floats
    output: Floats
    said: Floats


def require_own_weights(
    evidence: Evidence, model: str, predict: str, claim: dict[str, Any], predicted: Floats, seen: dict[str, Any]
) -> bool:
    """`predicted`, for the held-out rows in the order asked, must be affine in the output of `model`'s only layer.

    Or exp or expm1 of that, or cut off at its ends. The layer must have been trained, the predictions must follow its
    weights when they are changed, and its inputs must be made from the raw columns. Raises Unmet where the predictions
    are clearly not the layer's, Unsure where nobody can tell. True if the inputs are affine in the raw columns.
    """
    names = (predict, model)
    told = claim.get("layer") or {}
    moved = told.get("moved") or [None]
    trained = any(moved) or copies(evidence)
    untrained = not trained and (None not in moved or not told.get("had_gradient"))
    unused = unmoved(claim, predicted)
    doubt = _doubt(names, seen)
    first = told.get("first")
    if isinstance(first, dict) and first.get("fault") == "not_called":
        if untrained:
            raise Unmet(_UNTRAINED.filled(*names), **seen)
        raise doubt(_WITHOUT if unused else _BY_HAND, *names)
    layer = _read(first, len(predicted))
    if layer is None:
        message = first.get("message", "") if isinstance(first, dict) else ""
        raise doubt(_UNREADABLE, model, words(message))
    found = law(layer.output, predicted)
    seen["explained_by_weights"] = round(1 - min(1.0, found.left), 4)
    _require_plain_layer(layer, told, model, doubt)
    _require_law(found, layer, predicted, names, seen)
    if untrained and (unused or not told.get("had_gradient")):
        raise Unmet(_UNTRAINED.filled(*names), **seen)
    if unused or not trained:
        raise doubt(_WITHOUT if unused else _STILL, *names)
    _require_following(claim, told, predicted, found, names, doubt)
    _require_same_inputs(evidence, told, layer, doubt, model)
    return _require_raw_columns(evidence, layer, doubt, model)


def copies(evidence: Evidence) -> bool:
    """Whether the notebook speaks of copying or loading weights, so that a model may be trained under another name."""
    return any(word in cell.get("source", "") for cell in evidence.cells for word in _COPYING)


def _doubt(names: tuple[str, str], seen: dict[str, Any]) -> Callable[..., Unsure]:
    def unsure(review: Text, *values: object) -> Unsure:
        return Unsure(_LOOK.filled(*names), review.filled(*values), **seen)

    return unsure


def _read(told: Any, rows: int) -> _Layer | None:
    """None where anything is missing, of another shape or not finite."""
    told = told if isinstance(told, dict) else {}
    inputs, said = matrix(told.get("inputs"), rows), matrix(told.get("outputs"), rows)
    weight, bias = matrix(told.get("weight"), 1), matrix(told.get("bias"), 1)
    if inputs is None or said is None or weight is None or bias is None:
        return None
    if said.shape[1] != 1 or bias.shape[1] != 1 or weight.shape[1] != inputs.shape[1]:
        return None
    return _Layer(inputs, weight[0], inputs @ weight[0] + bias[0, 0], said[:, 0])


def _require_plain_layer(layer: _Layer, told: dict[str, Any], model: str, doubt: Callable[..., Unsure]) -> None:
    """What the layer gave is its weights times its inputs, and nothing that a forward of its own made of them."""
    scale = float(np.mean(np.abs(layer.inputs) @ np.abs(layer.weight)))
    apart = float(np.sqrt(np.mean((layer.output - layer.said) ** 2)))
    if apart > 1e-2 * float(layer.said.std()) + 1e-5 * scale:
        raise doubt(_OWN_FORWARD, model, told.get("type", ""))


def _require_law(found: Law, layer: _Layer, predicted: Floats, names: tuple[str, str], seen: dict[str, Any]) -> None:
    if found.left <= SAME:
        return
    share = f"{100 * max(0.0, 1 - found.left):.1f}"
    if rises_or_falls(layer.output, predicted):
        raise Unsure(_LOOK.filled(*names), _CURVED.filled(*names), **seen)
    if found.left <= _OTHER:
        raise Unsure(_LOOK.filled(*names), _NEARLY.filled(*names, share), **seen)
    raise Unmet(_OTHERS.filled(*names, share), **seen)


def _require_following(
    claim: dict[str, Any],
    told: dict[str, Any],
    predicted: Floats,
    found: Law,
    names: tuple[str, str],
    doubt: Callable[..., Unsure],
) -> None:
    """With other weights the same law holds; else something beside the weights makes the predictions."""
    rows = min(PERTURBED_ROWS, len(predicted))
    layer = _read(told.get("perturbed"), rows)
    try:
        values = predicted_rows(claim.get("perturbed"), rows, names[0])
    except Unmet:
        if found.unit is not None:
            return  # exp may overflow while the weights are absurd
        raise doubt(_NOT_FOLLOWING, *names) from None
    if layer is None or found.missed(layer.output, values) > _FOLLOWS:
        raise doubt(_NOT_FOLLOWING, *names)


def _require_same_inputs(
    evidence: Evidence, told: dict[str, Any], layer: _Layer, doubt: Callable[..., Unsure], model: str
) -> None:
    """The same rows, asked again in other batches, gave the layer the same inputs."""
    _, again = order_of_rows(evidence.execution.submission_sha256, len(layer.inputs))
    calls = told.get("again")
    calls = calls if isinstance(calls, list) else []
    allowed = 1e-3 * layer.inputs.std(0) + 1e-5 * np.abs(layer.inputs).max(0)
    for rows, call in zip(again, [*calls, *[None] * len(again)], strict=False):
        repeated = _read(call, len(rows))
        same = repeated is not None and repeated.inputs.shape[1] == layer.inputs.shape[1]
        if repeated is None or not same or np.any(np.abs(repeated.inputs - layer.inputs[rows]) > allowed):
            raise doubt(_OTHER_INPUTS, model, len(rows))


def _require_raw_columns(evidence: Evidence, layer: _Layer, doubt: Callable[..., Unsure], model: str) -> bool:
    """No input is a prediction made elsewhere: each comes from one or two raw columns, or does not matter alone.

    True if all of them are affine in the raw columns.
    """
    heldout = evidence.assignment.heldout
    assert heldout is not None
    raw = tables.read(heldout.file, heldout.target).features
    order, _ = order_of_rows(evidence.execution.submission_sha256, len(raw))
    columns = origins(layer.inputs, raw[order])
    for place, column in enumerate(columns):
        if column.origin == "mix" and _correlation(layer.inputs[:, place], layer.output) > _ALIKE:
            raise doubt(_MIX, model, place + 1)
    known = np.column_stack([column.fitted for column in columns]) @ layer.weight
    unknown = [place + 1 for place, column in enumerate(columns) if column.origin == "unknown"]
    share = float((layer.output - known).var()) / max(float(layer.output.var()), np.finfo(float).tiny)
    if share > _UNKNOWN:
        shown = ", ".join(map(str, unknown[:10])) or "-"
        raise doubt(_UNKNOWN_INPUTS, model, shown, f"{100 * share:.0f}")
    return all(column.origin in ("constant", "column", "mix") for column in columns)


def _correlation(x: Floats, y: Floats) -> float:
    spread = float(x.std() * y.std())
    return abs(float(np.mean((x - x.mean()) * (y - y.mean())))) / spread if spread > 0 else 0.0


_LOOK = say(
    "`{0}`의 예측이 `{1}`의 가중치에서 나오는지 사람이 확인합니다.",
    "a person will look whether `{0}` predicts with the weights of `{1}`",
)
_OTHERS = say(
    "`{0}`의 예측은 `{1}`의 가중치와 입력에서 나오지 않습니다(예측의 {2}%만 설명됩니다). 무엇으로 예측하나요?",
    "the predictions of `{0}` are not what the weights of `{1}` make of its inputs"
    " (which explains {2} % of them); what does it predict with?",
)
_UNTRAINED = say(
    "`{1}`의 가중치가 처음 그대로라서 `{0}`의 예측은 학습된 선형 모델의 것이 아닙니다. 무엇이 가중치를 학습시키나요?",
    "`{1}` still has the weights it began with, so `{0}` does not predict with a trained linear model;"
    " what trains its weights?",
)
_STILL = say(
    "`{1}`의 가중치가 처음 불렸을 때 그대로입니다. 부르지 않고 학습시킨 것인지, 다른 곳에서 계산한 값인지 읽어 주세요.",
    "the weights of `{1}` are as they were when it was first called; read whether it was trained without being called,"
    " or given weights computed elsewhere",
)
_WITHOUT = say(
    "`{1}`의 가중치를 바꿔도 `{0}`의 예측이 그대로입니다. 다른 모델로 예측합니까?",
    "the predictions of `{0}` stay the same when the weights of `{1}` are changed; does something else make them?",
)
_BY_HAND = say(
    "`{0}`이(가) `{1}`을(를) 부르지 않고 그 가중치를 씁니다. 손으로 곱하는 것인지 읽어 주세요.",
    "`{0}` uses the weights of `{1}` without calling it; read whether it multiplies by hand",
)
_UNREADABLE = say(
    "예측하는 동안 `{0}`의 입력과 가중치를 기록하지 못했습니다: {1}",
    "the inputs and weights of `{0}` could not be recorded while it predicted: {1}",
)
_OWN_FORWARD = say(
    "`{0}`({1})의 출력이 가중치와 입력의 곱이 아닙니다. forward를 읽어 주세요.",
    "the output of `{0}` ({1}) is not its weights times its inputs; read its forward",
)
_CURVED = say(
    "`{0}`의 예측이 `{1}` 출력의 곡선입니다(일차식도 exp도 아님). 되돌리는 변환을 읽어 주세요.",
    "the predictions of `{0}` are a curve of the output of `{1}`, neither straight nor exp; read how it is turned back",
)
_NEARLY = say(
    "`{1}`의 가중치와 입력은 `{0}`의 예측을 {2}%만 설명합니다. 무엇을 더하는지 읽어 주세요.",
    "the weights and inputs of `{1}` explain {2} % of the predictions of `{0}`; read what else goes in",
)
_NOT_FOLLOWING = say(
    "`{1}`의 가중치를 바꾸면 `{0}`의 예측이 그만큼 따라오지 않습니다. 무엇을 더하는지 읽어 주세요.",
    "when the weights of `{1}` are changed, the predictions of `{0}` do not follow; read what else goes in",
)
_OTHER_INPUTS = say(
    "같은 {1}행을 다시 물으니 `{0}`의 입력이 다릅니다.", "the same {1} rows, asked again, gave `{0}` other inputs"
)
_MIX = say(
    "`{0}`의 {1}번째 입력은 여러 열을 섞은 값이고 그것만으로 예측이 됩니다. 다른 곳에서 계산한 예측인지 읽어 주세요.",
    "input {1} of `{0}` mixes raw columns and is nearly the prediction by itself; read where it was computed",
)
_UNKNOWN_INPUTS = say(
    "`{0}`의 입력 {1}은(는) 원래 열 한둘로 설명되지 않는데 출력의 {2}%를 만듭니다."
    " 특성인지, 다른 곳에서 계산한 예측인지 읽어 주세요.",
    "inputs {1} of `{0}` are made of more than two raw columns and carry {2} % of its output;"
    " read whether they are features or predictions made elsewhere",
)
