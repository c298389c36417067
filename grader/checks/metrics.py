"""Numbers: the losses, R² on held-out rows, and what the notebook prints of itself."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from grader.arithmetic import tables
from grader.arithmetic.regression import HELDOUT, least_squares_r2, order_of_rows, r2_score
from grader.checks.decision import Decision, Evidence, Unmet, Unsure, partial, passed, say
from grader.checks.found import described, remarks, require_no_better_before, require_no_doubt
from grader.checks.layer import require_own_weights
from grader.checks.predictions import predicted_table, require_same_answers, require_use_of
from grader.model import Text

_FEWEST_LOSSES = 5
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
    affine: bool = False,
    from_: float | None = None,
    review_within: float = 0.0,
    at_most: Literal["least_squares"] | float | None = None,
) -> Decision:
    """R² on the held-out rows, recomputed: full at `at_least`, linear from `from`.

    With `affine`, predictions that are not what the weights of `model`, a single layer, make of its inputs earn
    nothing. A person looks within `review_within` below the threshold; above `at_most` (for a single layer: least
    squares fitted to the held-out rows; not where `affine` finds inputs that are affine in the raw columns); where the
    held-out rows fare much better than the training rows, as after a leak; and where predictions stay the same while
    the parameters of `model` are changed.
    """
    found = evidence.found(predict)
    seen: dict[str, Any] = {"level": "held-out", "at_least": at_least, **described(found)}
    if found is not None and found.get("level") != "held-out":
        return _without_unseen_rows(found, at_least, seen)
    claim = evidence.claim("predictions", predict)
    target, predicted = predicted_table(evidence, predict, HELDOUT)
    score = r2_score(target, predicted)
    seen |= {"r2": round(score, 4), "rows": len(target)}
    _, again = order_of_rows(evidence.execution.submission_sha256, len(target))
    require_same_answers(claim, predicted, again, predict, float(target.std()), seen)
    earns = score > (from_ if from_ is not None else at_least - review_within)
    plain = False
    if model is not None and affine and earns:
        plain = require_own_weights(evidence, model, predict, claim, predicted, seen)
    elif model is not None:
        require_use_of(model, claim, predicted, predict, seen)
    _require_no_leak(evidence, score, predict, seen)
    if found is not None:
        require_no_doubt(found, score, seen)
    if not plain:  # cut off, or as exp, a layer over the raw columns may honestly exceed least squares
        _require_possible(score, at_most, evidence, seen)
    if score >= at_least:
        return passed(notes=(*_notes(evidence), *remarks(found)), **seen)
    require_no_better_before(evidence, predict, score, at_least, seen)
    feedback = _BELOW.filled(f"{score:.3f}", at_least)
    if score >= at_least - review_within:
        raise Unsure(feedback, _NEAR.filled(f"{score:.4f}", at_least), **seen)
    if from_ is not None and score > from_:
        return partial((score - from_) / (at_least - from_), feedback, **seen)
    raise Unmet(feedback, **seen)


def _without_unseen_rows(found: dict[str, Any], at_least: float, seen: dict[str, Any]) -> Decision:
    """R² over rows that the notebook evaluated itself, against the data's targets; never by what it printed alone."""
    chosen, notes = str(found.get("chosen")), "; ".join(map(str, found.get("notes", []))) or "-"
    evaluated = [e for e in found.get("evaluated", []) if isinstance(e, dict)]
    if found.get("level") != "recomputed" or not evaluated:
        raise Unsure(_REPORTED.filled(chosen), _REPORTED_REVIEW.filled(chosen, notes), **seen)
    best = ([e for e in evaluated if not e.get("trained_on")] or evaluated)[-1]
    score = float(best["r2"])
    seen |= {"r2": round(score, 4), "rows": best["rows"], "trained_on": best["trained_on"]}
    made_elsewhere = "unknown" in found.get("inputs", [])  # of the target, perhaps, or by another model
    if score < at_least or best["trained_on"] or found.get("doubt") or made_elsewhere:
        unknown = [str(place) for place, origin in enumerate(found.get("inputs", []), 1) if origin == "unknown"]
        why = found.get("doubt") or (f"inputs {', '.join(unknown[:10])} are of unknown making" if unknown else notes)
        review = _RECOMPUTED_REVIEW.filled(chosen, f"{score:.4f}", best["rows"], best["table"], why)
        raise Unsure(_REPORTED.filled(chosen), review, **seen)
    return passed(**seen)


def _notes(evidence: Evidence) -> tuple[Text, ...]:
    replaced = evidence.replaced()
    return (_REPLACED.filled(replaced),) if replaced else ()


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


@lru_cache(maxsize=16)
def _least_squares(file: Path, target: str) -> float:
    """The same for every student."""
    heldout = tables.read(file, target)
    return least_squares_r2(heldout.features, heldout.target) + 1e-6  # predictions cross as float32


def _require_possible(
    score: float, at_most: Literal["least_squares"] | float | None, evidence: Evidence, seen: dict[str, Any]
) -> None:
    if at_most == "least_squares":
        assert evidence.assignment.heldout is not None
        at_most = _least_squares(evidence.assignment.heldout.file, evidence.assignment.heldout.target)
    if at_most is not None and score > at_most:
        seen["ceiling"] = round(at_most, 4)
        raise Unsure(_ABOVE.filled(f"{score:.3f}"), _ABOVE_REVIEW.filled(f"{score:.4f}", f"{at_most:.4f}"), **seen)


_REPORTED = say(
    "`{0}`의 R²를 처음 보는 행에서 다시 계산할 수 없어 사람이 확인합니다.",
    "R² of `{0}` cannot be recomputed on unseen rows; a person will look",
)
_REPORTED_REVIEW = say(
    "`{0}`의 예측을 다시 계산하지 못했습니다({1}). 출력된 값만으로는 점수가 되지 않으니 읽어 주세요.",
    "the predictions of `{0}` could not be recomputed ({1}); what is only printed earns nothing, so read it",
)
_RECOMPUTED_REVIEW = say(
    "`{0}`이(가) 스스로 평가한 `{3}`의 {2}행에서 R²는 {1}입니다. 처음 보는 행에는 물을 수 없었습니다: {4}",
    "R² of `{0}` over the {2} rows of `{3}` that it evaluated itself is {1}; unseen rows could not be asked: {4}",
)
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
_REPLACED = say("노트북이 바꿔 놓은 것이 있습니다: {0}", "the notebook replaced {0}")
