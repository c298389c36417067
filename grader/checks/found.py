"""What the decision which model is meant says to a judge: its evidence, and its doubts."""

from __future__ import annotations

from typing import Any

from grader.checks.decision import Evidence, Unsure, say
from grader.model import Text


def described(found: dict[str, Any] | None) -> dict[str, Any]:
    """For a finding's evidence: which model was chosen, why, and how its rows were carried through."""
    if found is None:
        return {}
    told = {name: found.get(name) for name in ("level", "chosen", "why", "scale", "inputs", "losses")}
    return {name: value for name, value in {**told, "remarks": found.get("notes")}.items() if value}


def require_no_doubt(found: dict[str, Any], score: float, seen: dict[str, Any]) -> None:
    """Raises Unsure where another model may be meant."""
    if doubt := found.get("doubt"):
        raise Unsure(_WHICH.filled(found.get("chosen")), _WHICH_REVIEW.filled(doubt, f"{score:.4f}"), **seen)


def require_no_better_before(
    evidence: Evidence, predict: str, score: float, at_least: float, seen: dict[str, Any]
) -> None:
    """Raises Unsure where the notebook evaluated the same model well before its weights became others.

    A layer that is trained again, or made part of another model, leaves weights that its results never came from.
    """
    before = [e for e in evidence.evaluated(predict) if e.get("changed") and e.get("r2", score) >= at_least]
    if score < at_least and before:
        best = max(before, key=lambda e: float(e["r2"]))
        chosen = (evidence.found(predict) or {}).get("chosen", predict)
        values = (chosen, f"{score:.3f}", f"{best['r2']:.3f}")
        where = (best.get("rows"), best.get("table"), best.get("cell"))
        seen["r2_when_evaluated"] = best["r2"]
        raise Unsure(_CHANGED.filled(*values), _CHANGED_REVIEW.filled(*values, *where), **seen)


def remarks(found: dict[str, Any] | None) -> tuple[Text, ...]:
    """What is odd about the rows that the model was trained on, for the TA."""
    return tuple(_ODD.filled(found.get("chosen"), note) for note in found.get("notes", [])) if found else ()


_WHICH = say("`{0}`이(가) 답으로 낸 모델인지 사람이 확인합니다.", "a person will look whether `{0}` is the model meant")
_WHICH_REVIEW = say(
    "어느 모델이 답인지 분명하지 않습니다(R² {1}): {0}", "it is not clear which model is meant (R² {1}): {0}"
)
_CHANGED = say(
    "`{0}`의 마지막 가중치로는 처음 보는 행에서 R²가 {1}이지만 노트북이 평가할 때는 {2}였습니다."
    " 그 뒤에 가중치가 바뀌어 사람이 확인합니다.",
    "with its last weights `{0}` has R² {1} on unseen rows, but it had {2} when the notebook evaluated it;"
    " its weights changed afterwards, so a person will look",
)
_CHANGED_REVIEW = say(
    "`{0}`은(는) {5}번 셀에서 `{4}`의 {3}행으로 평가할 때 R²가 {2}였고, 그 뒤 다시 학습되거나 다른 모델에 쓰여 지금은"
    " {1}입니다. 어느 쪽이 답인지 보세요.",
    "`{0}` had R² {2} over {3} rows of `{4}` when cell {5} evaluated it; it was trained again or used in another model"
    " since and has {1} now: look which is meant",
)
_ODD = say("`{0}`: {1}", "`{0}`: {1}")
