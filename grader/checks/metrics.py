"""Numbers: the losses, R² on held-out rows, and what the notebook prints of itself."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Literal

import numpy as np

from grader import tables
from grader.checks.decision import Decision, Evidence, Unmet, Unsure, partial, passed, say
from grader.regression import HELDOUT, least_squares_r2, order_of_rows, r2_score
from grader.tables import Floats

_FEWEST_LOSSES = 5
_PERTURBED_ROWS = 64  # as many as grader/probes/predictions.py asks
_LEAK = 0.1  # held-out R² above that on the training rows; two random parts of this data differ by about 0.02


def loss_falls(evidence: Evidence, *, losses: str, model: str | None = None, to: float = 0.9) -> Decision:
    """The list holds the finite losses of a training in which the last tenth's mean is below `to` times the start's.

    They must be losses seen in training; with `model`, losses that a call of this module went into.
    """
    claim = evidence.claim("series", losses)
    length, head, tail = claim.get("length", 0), claim.get("head_mean"), claim.get("tail_mean")
    seen: dict[str, Any] = {"losses": length, "start": head, "end": tail}
    if length < _FEWEST_LOSSES:
        raise Unmet(_FEW.filled(losses, length, _FEWEST_LOSSES), **seen)
    if claim.get("not_finite") or head is None or tail is None:
        raise Unmet(_NOT_FINITE.filled(losses, claim.get("not_finite")), **seen)
    if not tail < head - (1 - to) * abs(head):
        raise Unmet(_NOT_FALLING.filled(losses, f"{head:.4g}", f"{tail:.4g}"), **seen)
    training = claim.get("seen_in_training")
    if not _was_seen(training):
        raise Unsure(_UNSEEN.filled(losses), _UNSEEN_REVIEW.filled(losses, claim.get("backward_calls")), **seen)
    return passed(**seen)


def _was_seen(training: Any) -> bool:
    """The list is what went backward, value by value, or means of it (per epoch) and so within its range."""
    return isinstance(training, dict) and (training.get("exact", 0) >= 0.5 or training.get("in_range", 0) >= 0.9)


def r2(
    evidence: Evidence,
    *,
    predict: str,
    at_least: float,
    model: str | None = None,
    from_: float | None = None,
    review_within: float = 0.0,
    at_most: Literal["least_squares"] | float | None = None,
) -> Decision:
    """R² on the held-out rows, recomputed: full at `at_least`, linear from `from`.

    A person looks within `review_within` below the threshold; above `at_most` (for a single layer: least squares
    fitted to the held-out rows); where the held-out rows fare much better than the training rows, as after a leak; and
    where predictions stay the same while the parameters of `model` are changed.
    """
    claim = evidence.claim("predictions", predict)
    target, predicted = predicted_table(evidence, predict, HELDOUT)
    score = r2_score(target, predicted)
    seen: dict[str, Any] = {"r2": round(score, 4), "at_least": at_least, "rows": len(target)}
    _, again = order_of_rows(evidence.execution.submission_sha256, len(target))
    _require_same_answers(claim, predicted, again, predict, float(target.std()), seen)
    if model is not None:
        _require_use_of(model, claim, predicted, predict, seen)
    _require_no_leak(evidence, score, predict, seen)
    ceiling = _ceiling(at_most, evidence)
    if ceiling is not None and score > ceiling:
        seen["ceiling"] = round(ceiling, 4)
        raise Unsure(_ABOVE.filled(f"{score:.3f}"), _ABOVE_REVIEW.filled(f"{score:.4f}", f"{ceiling:.4f}"), **seen)
    if score >= at_least:
        return passed(**seen)
    feedback = _BELOW.filled(f"{score:.3f}", at_least)
    if score >= at_least - review_within:
        raise Unsure(feedback, _NEAR.filled(f"{score:.4f}", at_least), **seen)
    if from_ is not None and score > from_:
        return partial((score - from_) / (at_least - from_), feedback, **seen)
    raise Unmet(feedback, **seen)


def predicted_table(evidence: Evidence, predict: str, name: str) -> tuple[Floats, Floats]:
    """Targets and predictions, both of shape (rows,), for the held-out rows or one of the assignment's tables.

    Held-out rows come in the order in which this submission was asked for them. Raises Unmet or Unsure where there
    is no usable prediction.
    """
    heldout = evidence.assignment.heldout
    assert heldout is not None
    file = heldout.file if name == HELDOUT else evidence.assignment.data[name].file
    target = tables.read(file, heldout.target).target
    if name == HELDOUT:
        target = target[order_of_rows(evidence.execution.submission_sha256, len(target))[0]]
    answer = evidence.claim("predictions", predict).get("tables", {}).get(name)
    return target, predicted_rows(answer, len(target), predict)


def predicted_rows(answer: Any, rows: int, name: str) -> Floats:
    """Decode one table's predictions, shape (rows,). Raises Unmet for what is not `rows` finite numbers."""
    if not isinstance(answer, dict) or "values" not in answer:
        answer = answer if isinstance(answer, dict) else {}
        raise Unmet(_NO_PREDICTIONS.filled(name, answer.get("message", "")))
    try:
        values = np.frombuffer(base64.b64decode(answer["values"], validate=True), dtype="<f4").astype(np.float64)
    except (binascii.Error, ValueError, TypeError):
        raise Unmet(_NO_PREDICTIONS.filled(name, "not numbers")) from None
    if len(values) != rows:
        raise Unmet(_NO_PREDICTIONS.filled(name, f"{len(values)} predictions for {rows} rows"))
    bad = int(np.count_nonzero(~np.isfinite(values)))
    if bad:
        raise Unmet(_NOT_FINITE_PREDICTIONS.filled(name, bad, rows), not_finite=bad)
    return values


def _require_same_answers(
    claim: dict[str, Any], first: Floats, again: list[list[int]], name: str, spread: float, seen: dict[str, Any]
) -> None:
    """The same rows, asked again in other batches, must get the same predictions, or nobody can tell the R².

    spread: standard deviation of the target, in its unit.
    """
    repeated = claim.get("again")
    answers = repeated if isinstance(repeated, list) else []
    # float32 networks answer a little differently in other batch sizes: far below what could move R².
    allowed = 1e-3 * float(first.std()) + 1e-5 * float(np.abs(first).max()) + 1e-4 * spread
    for rows, answer in zip(again, [*answers, *[None] * len(again)], strict=False):
        try:
            apart = float(np.abs(predicted_rows(answer, len(rows), name) - first[rows]).max())
        except Unmet as unmet:
            feedback = unmet.decision.feedback or _UNSTABLE.filled(name)
            raise Unsure(feedback, _UNSTABLE_REVIEW.filled(name, f"{len(rows)} rows: {unmet}"), **seen) from None
        if apart > allowed:
            detail = f"{len(rows)} rows differ by up to {apart:.4g}"
            raise Unsure(_UNSTABLE.filled(name), _UNSTABLE_REVIEW.filled(name, detail), **seen)


def _require_use_of(model: str, claim: dict[str, Any], first: Floats, name: str, seen: dict[str, Any]) -> None:
    """Predictions must change with the model's parameters; an error while they are changed is a change too."""
    answer = claim.get("perturbed")
    if isinstance(answer, dict) and "values" in answer:
        perturbed = predicted_rows(answer, min(_PERTURBED_ROWS, len(first)), name)
        if np.allclose(perturbed, first[: len(perturbed)], rtol=1e-6, atol=0.0):
            raise Unsure(_UNUSED.filled(name, model), _UNUSED_REVIEW.filled(name, model), **seen)


def _require_no_leak(evidence: Evidence, score: float, predict: str, seen: dict[str, Any]) -> None:
    """Rows that nobody trained on fare about as well as the training rows, or worse; much better means they leaked."""
    if "train" not in evidence.assignment.data:
        return
    try:
        on_train = r2_score(*predicted_table(evidence, predict, "train"))
    except Unmet:
        return
    if score > on_train + _LEAK:
        seen["r2_train"] = round(on_train, 4)
        raise Unsure(_LEAKED.filled(f"{score:.3f}"), _LEAKED_REVIEW.filled(f"{score:.3f}", f"{on_train:.3f}"), **seen)


def _ceiling(at_most: Literal["least_squares"] | float | None, evidence: Evidence) -> float | None:
    if at_most == "least_squares":
        assert evidence.assignment.heldout is not None
        heldout = tables.read(evidence.assignment.heldout.file, evidence.assignment.heldout.target)
        return least_squares_r2(heldout.features, heldout.target) + 1e-6  # predictions cross as float32
    return at_most


_FEW = say(
    "`{0}`에 손실이 {1}개뿐입니다. {2}번 이상 반복하고 매번 기록했나요?",
    "`{0}` holds {1} losses; did you train and record at least {2} iterations?",
)
_NOT_FINITE = say(
    "`{0}`의 {1}개가 유한한 수가 아닙니다. 학습률과 입력의 크기는 적당한가요?",
    "{1} of the losses in `{0}` are not finite numbers; are the learning rate and the scale of the inputs right?",
)
_NOT_FALLING = say(
    "`{0}`의 손실이 줄지 않습니다(처음 {1}, 끝 {2}). 매 반복에서 무엇이 갱신되나요?",
    "the losses in `{0}` do not fall (start {1}, end {2}); what does each iteration update?",
)
_UNSEEN = say(
    "`{0}`이(가) 학습 중에 계산된 손실과 맞지 않아 사람이 확인합니다.",
    "`{0}` does not match the losses seen during training; a person will look",
)
_UNSEEN_REVIEW = say(
    "`{0}`의 값이 backward()에 들어간 손실({1}회)과 맞지 않습니다.",
    "the values of `{0}` are not among the losses that went through backward() ({1} calls)",
)
_NO_PREDICTIONS = say(
    "`{0}`이(가) 행마다 예측 하나를 돌려주지 않습니다: {1}", "`{0}` does not return one prediction for each row: {1}"
)
_NOT_FINITE_PREDICTIONS = say(
    "`{0}`의 예측 {2}개 가운데 {1}개가 유한한 수가 아닙니다.", "{1} of {2} predictions of `{0}` are not finite numbers"
)
_UNSTABLE = say(
    "`{0}`에 같은 행을 다시 물으면 다른 값이 나옵니다. 예측할 때 eval()을 불렀나요?",
    "`{0}` answers differently when the same rows are asked again; do you call eval() before predicting?",
)
_UNSTABLE_REVIEW = say("`{0}`이(가) 같은 행에 다른 답을 냅니다: {1}", "`{0}` is not a function of its rows: {1}")
_UNUSED = say(
    "`{0}`의 예측이 `{1}`을(를) 쓰는지 사람이 확인합니다.", "a person will look whether `{0}` predicts with `{1}`"
)
_UNUSED_REVIEW = say(
    "`{1}`의 파라미터를 바꿔도 `{0}`의 예측이 그대로입니다. 다른 모델로 예측합니까?",
    "the predictions of `{0}` stay the same when the parameters of `{1}` are changed; does another model make them?",
)
_LEAKED = say("처음 보는 행에서 R²가 {0}입니다. 사람이 확인합니다.", "R² on unseen rows is {0}; a person will look")
_LEAKED_REVIEW = say(
    "처음 보는 행의 R² {0}이(가) 학습 행의 {1}보다 훨씬 높습니다. 채점용 행이 새어 나갔을 수 있습니다.",
    "R² {0} on unseen rows is far above {1} on the training rows; have the held-out rows leaked?",
)
_ABOVE = say(
    "처음 보는 행에서 R²가 {0}입니다. 선형 모델로는 나올 수 없는 값이라 사람이 확인합니다.",
    "R² on unseen rows is {0}, more than a linear model can reach; a person will look",
)
_ABOVE_REVIEW = say(
    "R² {0}이(가) 같은 행에 맞춘 최소제곱 {1}보다 높습니다. 목표값 누출이나 다른 특성이 의심됩니다.",
    "R² {0} exceeds least squares fitted to the same rows, {1}: a leak or other features?",
)
_BELOW = say(
    "처음 보는 행에서 R²가 {0}입니다(목표 {1}). 입력의 크기와 학습 횟수를 어떻게 정했나요?",
    "R² on unseen rows is {0} (goal {1}); how did you choose the scale of the inputs and the number of iterations?",
)
_NEAR = say("R² {0}이(가) 기준 {1}에 아주 가깝습니다.", "R² {0} is just below the threshold {1}")
