"""Properties of a torch module: layers, shapes, gradients. Judged on the probe's numbers alone."""

from __future__ import annotations

import sys
from typing import Any

from grader.checks.decision import Decision, Evidence, Unmet, Unsure, passed, say
from grader.checks.layer import copies

_AFFINE = 1e-7  # deviation from an affine map, relative; float64 rounding stays below 1e-10
_AFFINE_IN_FLOAT32 = 1e-3
_NORMALISING = {"BatchNorm1d", "LayerNorm", "InstanceNorm1d"}
_TELLING = 0.001  # of the tolerance; what is less is not told closer
_FLOAT32_SLACK = 100  # a model whose forward insists on float32 is compared with as much more tolerance
_RELATIVE, _ABSOLUTE = 1e-3, 1e-5  # central differences in float64 agree with a right gradient to about 1e-7


def uses_layers(
    evidence: Evidence, *, model: str, exactly: int | None = None, at_least: int = 1, at_most: int | None = None
) -> Decision:
    """`exactly` Linear layers and nothing else trained; or `at_least` to `at_most` with a non-linearity between."""
    claim = evidence.claim("module", model)
    layers = [layer for layer in claim.get("layers", []) if isinstance(layer, dict)]
    linear = [layer for layer in layers if layer.get("linear")]
    others = [str(layer.get("type")) for layer in layers if not layer.get("linear") and layer.get("trainable")]
    bends = _part(claim, "bends", model)
    called = bends.get("linear_called", 0)  # layers in a plain list are called, though the module does not list them
    count = max(len(linear), called if isinstance(called, int) else 0)
    seen: dict[str, Any] = {"linear_layers": count, "layers": [str(layer.get("type")) for layer in layers]}
    if exactly is not None:
        if count == exactly and others and set(others) <= _NORMALISING and not bent(bends):
            raise Unsure(_SCALES.filled(model, ", ".join(others)), _SCALES.filled(model, ", ".join(others)), **seen)
        if count != exactly or others:
            raise Unmet(_ONLY.filled(model, count, exactly, ", ".join(others) or "-"), **seen)
        return passed(**seen)
    if not at_least <= count <= (at_most or count):
        raise Unmet(_COUNT.filled(model, count, at_least, at_most or "∞"), **seen)
    between = [b for b in bends.get("between", []) if isinstance(b, int | float)]
    seen |= {"bend": bends.get("whole"), "steps_that_bend": sum(b > _AFFINE for b in between)}
    if not bent(bends) or (between and max(between) <= _straight(bends)):
        raise Unmet(_STRAIGHT.filled(model, count), **seen)
    return passed(**seen)


def _straight(bends: dict[str, Any]) -> float:
    """The deviation from an affine map that is rounding."""
    return _AFFINE if bends.get("double", True) else _AFFINE_IN_FLOAT32


def bent(bends: dict[str, Any]) -> bool:
    """Whether the whole model is no affine map; False where it gives no finite numbers or could not be fed."""
    whole = bends.get("whole")
    return whole is not None and whole > _straight(bends)


def output_shape(evidence: Evidence, *, model: str) -> Decision:
    """N rows in, shape (N, 1) out, for one row too."""
    shapes = _part(evidence.claim("module", model), "shapes", model)
    seen = {f"N = {row.get('rows')}": row.get("shape") for row in shapes}
    for row in shapes:
        if row.get("shape") != [row.get("rows"), 1]:
            shape = tuple(row.get("shape") or ())
            raise Unmet(_SHAPE.filled(model, row.get("rows"), shape), **seen)
    return passed(**seen)


def gradients_flow(evidence: Evidence, *, model: str) -> Decision:
    """A fresh batch gives every parameter a finite gradient that is not zero, and training moved every parameter."""
    claim = evidence.claim("module", model)
    rows = _part(claim, "gradients", model)
    norms = {str(row.get("name")): row.get("norm") for row in rows}
    seen: dict[str, Any] = {"gradient_norms": norms}
    stuck = [name for name, norm in norms.items() if not norm]
    if stuck or not norms:
        raise Unmet(_STUCK.filled(model, ", ".join(stuck) or "-"), **seen)
    moved = {str(row.get("name")): row.get("moved") for row in claim.get("parameters", [])}
    still = [name for name, did in moved.items() if not did]
    if not still:
        return passed(**seen)
    seen["not_moved"] = still
    if all(moved[name] is None for name in still):
        raise Unsure(_START_UNKNOWN.filled(model), _NEVER_CALLED.filled(model), **seen)
    if copies(evidence):
        raise Unsure(_MAY_BE_COPY.filled(model), _COPIED.filled(model), **seen)
    raise Unmet(_STILL.filled(model, ", ".join(still)), **seen)


def gradient_correct(evidence: Evidence, *, model: str) -> Decision:
    """Autograd agrees with central differences of the same loss in float64, entry by entry.

    Central differences err by O(width²); two widths are compared and the nearer one counts, because a step may
    straddle a kink of ReLU.
    """
    rows = _part(evidence.claim("module", model), "checked", model)
    compared, worst = 0, 0.0
    for row in rows:
        autograd, differences = row.get("autograd", []), row.get("differences", [])
        scale = max((abs(a) for a in autograd if a is not None), default=0.0)
        for a, candidates in zip(autograd, differences, strict=False):
            apart = _apart(a, candidates, scale) / (1 if row.get("double", True) else _FLOAT32_SLACK)
            compared, worst = compared + 1, max(worst, apart)
            if apart > 1:
                seen = {"parameter": row.get("name"), "autograd": a, "differences": candidates}
                raise Unmet(_WRONG.filled(model, row.get("name"), a, candidates), **seen)
    if not compared:
        raise Unmet(_STUCK.filled(model, "-"), compared=0)
    return passed(entries=compared, worst=f"{worst:.3f}" if worst >= _TELLING else f"< {_TELLING}")


def _apart(autograd: float | None, differences: list[float | None], scale: float) -> float:
    """Distance of the nearest difference quotient in units of the tolerance; infinite for what is not finite."""
    if autograd is None:
        return float("inf")
    tolerance = _RELATIVE * abs(autograd) + _ABSOLUTE * scale + 1e-12
    return min((abs(autograd - d) / tolerance for d in differences if d is not None), default=float("inf"))


def gradient_vanishes(evidence: Evidence, *, model: str, below: float) -> Decision:
    """The first layer's gradient norm is below a share of the last one's, for every batch."""
    shares = _first_to_last(evidence, model)
    for rows, share in shares.items():
        if share >= below:
            raise Unmet(_REMAINS.filled(model, f"{share:.2g}", rows, below), shares=shares, below=below)
    return passed(shares=shares, below=below)


def gradient_survives(evidence: Evidence, *, model: str, above: float) -> Decision:
    """The first layer's gradient norm stays above a share of the last one's, for every batch."""
    shares = _first_to_last(evidence, model)
    for rows, share in shares.items():
        if share <= above:
            raise Unmet(_FADES.filled(model, f"{share:.2g}", rows, above), shares=shares, above=above)
    return passed(shares=shares, above=above)


def _first_to_last(evidence: Evidence, model: str) -> dict[str, float]:
    """Rows of the batch -> norm of the first layer's weight gradient as a share of the last one's."""
    shares: dict[str, float] = {}
    for batch in evidence.claim("layer_gradients", model).get("batches", []):
        norms = batch.get("norms", [])
        if len(norms) < 3:
            raise Unmet(_SHALLOW.filled(model, len(norms)), layers=len(norms))
        first, last = norms[0], norms[-1]
        if first is None or not last:
            raise Unmet(_STUCK.filled(model, "first or last layer"), norms=norms)
        shares[f"{batch.get('rows')} rows"] = min(first / last, sys.float_info.max)
    return shares


def _part(claim: dict[str, Any], name: str, model: str) -> Any:
    """One property of the module. Raises Unmet with the error that looking at it raised."""
    part = claim.get(name)
    if isinstance(part, dict) and "fault" in part:
        raise Unmet(_RAISED.filled(model, part.get("message", "")))
    return part if part is not None else []


_RAISED = say("`{0}`에 입력을 넣어 보니 오류가 났습니다: {1}", "feeding `{0}` a batch raised {1}")
_SCALES = say(
    "`{0}`에는 nn.Linear 밖에 {1}도 있습니다. 입력의 크기를 맞추는 데만 쓰였는지 사람이 확인합니다.",
    "`{0}` has {1} beside its nn.Linear; a person will look whether it only scales the inputs",
)
_ONLY = say(
    "`{0}`에는 nn.Linear가 {1}개이고 그 밖에 학습되는 층은 {3}입니다. nn.Linear {2}개만 쓰려면 어떻게 해야 할까요?",
    "`{0}` has {1} nn.Linear layers, and other trained layers: {3}; how would it look with exactly {2} nn.Linear?",
)
_COUNT = say(
    "`{0}`의 nn.Linear는 {1}개입니다. {2}개 이상 {3}개 이하인가요?",
    "`{0}` has {1} nn.Linear layers; is that between {2} and {3}?",
)
_STRAIGHT = say(
    "`{0}`은(는) Linear {1}개를 이어도 전체가 일차식입니다. 층 사이에 무엇이 빠졌을까요?",
    "`{0}` is an affine map in spite of its {1} Linear layers; what is missing between them?",
)
_SHAPE = say(
    "`{0}`에 {1}행을 넣으면 모양이 {2}입니다. 행마다 값 하나인 (N, 1)이 되려면?",
    "`{0}` gives shape {2} for {1} rows; what would give (N, 1), one value per row?",
)
_STUCK = say(
    "`{0}`의 다음 파라미터에 유한하고 0이 아닌 기울기가 오지 않습니다: {1}",
    "these parameters of `{0}` get no finite, non-zero gradient: {1}",
)
_STILL = say(
    "학습 뒤에도 `{0}`의 파라미터가 처음 그대로입니다: {1}. 무엇이 이들을 갱신하나요?",
    "training left these parameters of `{0}` as they were: {1}; what updates them?",
)
_MAY_BE_COPY = say(
    "`{0}`은(는) 학습된 모델의 사본으로 보여 사람이 확인합니다.",
    "`{0}` seems to be a copy of a trained model; a person will look",
)
_COPIED = say(
    "`{0}`은(는) deepcopy로 만든 사본일 수 있어 학습 전 값을 알 수 없습니다.",
    "`{0}` may be a deepcopy, so its values before training are unknown",
)
_START_UNKNOWN = say("`{0}`이(가) 학습되었는지 사람이 확인합니다.", "a person will look whether `{0}` was trained")
_NEVER_CALLED = say(
    "`{0}`은(는) 노트북에서 한 번도 호출되지 않아 학습 전 값을 알 수 없습니다.",
    "`{0}` was never called in the notebook, so its values before training are unknown",
)
_WRONG = say(
    "`{0}`의 {1}에서 autograd 기울기 {2}가 수치 미분 {3}과 다릅니다.",
    "in `{0}`, {1}: autograd says {2}, central differences say {3}",
)
_SHALLOW = say("`{0}`의 층이 {1}개뿐입니다. 더 깊게 쌓아 보세요.", "`{0}` has only {1} layers; stack more of them")
_REMAINS = say(
    "`{0}`의 첫 층 기울기가 마지막 층의 {1}배입니다({2}). {3}보다 작아지려면 무엇을 바꿔야 할까요?",
    "in `{0}` the first layer's gradient is {1} of the last one's ({2}); what would bring it below {3}?",
)
_FADES = say(
    "`{0}`의 첫 층 기울기가 마지막 층의 {1}배로 줄었습니다({2}). {3}보다 크게 남으려면?",
    "in `{0}` the first layer's gradient is {1} of the last one's ({2}); what would keep it above {3}?",
)
