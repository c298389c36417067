"""What each case of a question is worth, by otter's own rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.errors import GraderError

Points = float | None


def of_cases(question: Any, cases: Sequence[Any]) -> list[float]:
    """The points of each case. `question`: what is said of all of them, a number, a list with one for each case,
    `{"each": number}` or None; `cases`: what each says of itself, a number or None.

    What a question has beyond its cases' own points is shared among those without; a question without points of its own
    is worth 1, unless a case has some: then cases without are worth nothing. Raises GraderError for what is no points.
    """
    own = [_number(one) for one in cases]
    if isinstance(question, list):
        if len(question) != len(own):
            raise GraderError(f"`points` lists {len(question)} for {len(own)} cases: give each case its own")
        own, question = [_number(one) for one in question], None
    if isinstance(question, dict):
        question = (_number(question.get("each", 1)) or 0.0) * len(own)
    total = _number(question)
    given, open_ = sum(one for one in own if one is not None), sum(one is None for one in own)
    if total is not None and given > total + 1e-9:
        raise GraderError(f"its cases have {given:g} points, which is more than the question's {total:g}")
    if total is None:
        total = given if any(one for one in own) else 1.0
    share = (total - given) / open_ if open_ else 0.0
    return [share if one is None else one for one in own]


def _number(said: Any) -> Points:
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said < float("inf"):
        raise GraderError(f"`points: {said}` is no number of points: write a number from 0 on")
    return float(said)
