"""What a prediction function answered: raw float32 of the right length, the same when asked again."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np

from grader.arithmetic import tables
from grader.arithmetic.regression import HELDOUT, order_of_rows
from grader.arithmetic.tables import Floats
from grader.checks.claims import words
from grader.checks.decision import Evidence, Unmet, Unsure, say
from grader.model import Text

PERTURBED_ROWS = 64  # as many as grader/probes/predictions.py asks
_UNMOVED = 0.1  # of the predictions' spread: parameters turned to minus a half move a model's by at least half of it


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
    try:
        return target, predicted_rows(answer, len(target), predict)
    except Unmet as unmet:
        raise evidence.blaming(unmet) from None


def predicted_rows(answer: Any, rows: int, name: str) -> Floats:
    """Decode one table's predictions, shape (rows,), in the target's unit. Raises Unmet for anything else."""
    answer = answer if isinstance(answer, dict) else {}
    if "values" not in answer:
        raise Unmet(_no_predictions(answer, name))
    values = numbers(answer["values"])
    if values is None:
        raise Unmet(_NO_PREDICTIONS.filled(name, "not numbers"))
    if len(values) != rows:
        raise Unmet(_NO_PREDICTIONS.filled(name, f"{len(values)} predictions for {rows} rows"))
    bad = int(np.count_nonzero(~np.isfinite(values)))
    if bad:
        raise Unmet(_NOT_FINITE.filled(name, bad, rows), not_finite=bad)
    return values


def numbers(text: Any) -> Floats | None:
    """base64 text of little-endian float32 -> float64, shape (numbers,); None if it is anything else."""
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4").astype(np.float64)
    except (binascii.Error, ValueError, TypeError):
        return None


def matrix(block: Any, rows: int) -> Floats | None:
    """A probe's `{"shape", "values"}` -> finite numbers of shape (rows, columns); None if it is anything else."""
    block = block if isinstance(block, dict) else {}
    shape, values = block.get("shape"), numbers(block.get("values"))
    if values is None or not isinstance(shape, list) or len(shape) != 2 or not rows:
        return None
    columns = len(values) // rows
    fits = columns > 0 and shape == [rows, columns] and columns * rows == len(values)
    return values.reshape(rows, columns) if fits and bool(np.isfinite(values).all()) else None


def require_same_answers(
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


def unmoved(claim: dict[str, Any], first: Floats) -> bool:
    """Whether predictions stay (nearly) the same while the model's parameters are changed.

    An error while they are changed is a change too.
    """
    try:
        perturbed = predicted_rows(claim.get("perturbed"), min(PERTURBED_ROWS, len(first)), "")
    except Unmet:
        return False
    moved = float(np.sqrt(np.mean((perturbed - first[: len(perturbed)]) ** 2)))
    return moved <= _UNMOVED * float(first[: len(perturbed)].std())


def require_use_of(model: str, claim: dict[str, Any], first: Floats, name: str, seen: dict[str, Any]) -> None:
    """Predictions must change with the model's parameters."""
    if unmoved(claim, first):
        raise Unsure(_UNUSED.filled(name, model), _UNUSED_REVIEW.filled(name, model), **seen)


def _no_predictions(answer: dict[str, Any], name: str) -> Text:
    kind, message = answer.get("fault"), words(answer.get("message", ""))
    if kind == "nothing":
        return _NOTHING.filled(name)
    if kind == "wrong_type":
        return _WRONG_TYPE.filled(name, message)
    return _NO_PREDICTIONS.filled(name, message)


_NO_PREDICTIONS = say(
    "`{0}`이(가) 행마다 예측 하나를 돌려주지 않습니다: {1}", "`{0}` does not return one prediction for each row: {1}"
)
_NOTHING = say(
    "`{0}`이(가) 아무것도 돌려주지 않습니다(None). return 문이 있나요?",
    "`{0}` returns nothing (None); is there a return statement?",
)
_WRONG_TYPE = say(
    "`{0}`이(가) 행마다 예측 하나를 돌려주지 않습니다: 숫자로 된 배열이나 텐서가 아니라 {1}입니다.",
    "`{0}` does not return one prediction for each row: not an array or tensor of numbers, but {1}",
)
_NOT_FINITE = say(
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
