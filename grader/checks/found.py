"""What the decision which model is meant says to a judge: its evidence, and its doubts."""

from __future__ import annotations

from typing import Any

from grader.checks.decision import Unsure, say
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


def remarks(found: dict[str, Any] | None) -> tuple[Text, ...]:
    """What is odd about the rows that the model was trained on, for the TA."""
    return tuple(_ODD.filled(found.get("chosen"), note) for note in found.get("notes", [])) if found else ()


_WHICH = say("`{0}`이(가) 답으로 낸 모델인지 사람이 확인합니다.", "a person will look whether `{0}` is the model meant")
_WHICH_REVIEW = say(
    "어느 모델이 답인지 분명하지 않습니다(R² {1}): {0}", "it is not clear which model is meant (R² {1}): {0}"
)
_ODD = say("`{0}`: {1}", "`{0}`: {1}")
