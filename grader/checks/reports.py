"""Does what the notebook prints of itself agree with what the grader recomputes?"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.arithmetic.regression import HELDOUT, r2_score, rmse
from grader.arithmetic.tables import Floats
from grader.checks import outputs
from grader.checks.decision import Decision, Evidence, Unmet, Unsure, partial, passed, say
from grader.checks.predictions import predicted_table

_EXACT = {"r2": 0.015, "rmse": 0.02}  # absolute for R², relative for RMSE: rounding, float32, a last training step
_BEYOND = {"r2": 0.1, "rmse": 0.15}  # as far outside the range of honest splits, a person should look; farther is wrong
_LAST = 4  # distinct values, the last printed, that are taken for the result: a log of epochs may stand before them
_NAMES = {"r2": "R²", "rmse": "RMSE"}
_PARTS = (0.1, 0.15, 0.2, 0.25, 0.3)  # shares that students split off; the file is sorted, so ends differ most


def reports(evidence: Evidence, *, predict: str) -> Decision:
    """The notebook prints an RMSE and an R², and both agree with recomputed ones on rows it can speak of.

    Those are the training, test and held-out tables, and ends of the training table split off as validation rows.
    RMSE may stand in dollars or in another linear unit of the price.
    """
    if not any(_claims(evidence, index, metric) for index in range(len(evidence.cells)) for metric in ("r2", "rmse")):
        raise Unmet(_NOTHING)
    recomputed = _recomputed(evidence, predict)
    cells = {metric: _printed(evidence, metric, recomputed) for metric in ("r2", "rmse")}
    everything = {metric: [v for values in found.values() for v in values] for metric, found in cells.items()}
    printed = {metric: list(dict.fromkeys(values))[-_LAST:] for metric, values in everything.items()}
    if not printed["r2"] and not printed["rmse"]:
        raise Unmet(_NOTHING)
    seen: dict[str, Any] = {"cells": sorted({number for found in cells.values() for number in found})}
    seen |= {f"printed_{metric}": _short(values) for metric, values in printed.items()}
    seen |= {
        f"{metric}_{name}": round(v, 4) for metric in ("r2", "rmse") for name, v in recomputed.whole[metric].items()
    }
    standing = {metric: _standing(metric, values, recomputed) for metric, values in printed.items() if values}
    wrong = [metric for metric, how in standing.items() if how == "wrong"]
    if wrong:
        raise Unmet(_WRONG.filled(*_beside(wrong[0], printed, recomputed)), **seen)
    doubtful = [metric for metric, how in standing.items() if how == "doubtful"]
    if doubtful:
        values = _beside(doubtful[0], printed, recomputed)
        raise Unsure(_WRONG.filled(*values), _DOUBTFUL.filled(*values), **seen)
    if len(standing) < 2:
        return partial(0.5, _ONE.filled("RMSE" if "r2" in standing else "R²"), **seen)
    own_split = [metric for metric, how in standing.items() if how == "own split"]
    notes = [_OWN_SPLIT.filled(*_beside(metric, printed, recomputed)) for metric in own_split]
    for metric, last in printed.items():
        strange = [v for v in last if _standing(metric, [v], recomputed) == "wrong"]
        if strange:
            notes.append(_STRANGE.filled(_NAMES[metric], _short(strange)))
    return passed(notes=tuple(notes), **seen)


class _Recomputed:
    """R² and RMSE (dollars) per whole table, over ends of the training table, and the units RMSE may stand in."""

    def __init__(self) -> None:
        self.whole: dict[str, dict[str, float]] = {"r2": {}, "rmse": {}}
        self.parts: dict[str, list[float]] = {"r2": [], "rmse": []}
        self.units: list[float] = [1.0, 1e3, 1e4, 1e5, 1e6]

    def add(self, name: str, target: Floats, predicted: Floats, with_parts: bool) -> None:
        self.whole["r2"][name] = r2_score(target, predicted)
        self.whole["rmse"][name] = rmse(target, predicted)
        for share in _PARTS if with_parts else ():
            rows = max(2, int(len(target) * share))
            for part in (slice(rows), slice(-rows, None)):
                self.parts["r2"].append(r2_score(target[part], predicted[part]))
                self.parts["rmse"].append(rmse(target[part], predicted[part]))
        if with_parts:
            self.units += [float(target.std()), float(target.max() - target.min()), float(target.max())]

    def span(self, metric: str) -> tuple[float, float]:
        values = [*self.whole[metric].values(), *self.parts[metric]]
        return min(values), max(values)


def _recomputed(evidence: Evidence, predict: str) -> _Recomputed:
    """Raises Unmet if the prediction function gives no usable prediction for the held-out rows."""
    found = _Recomputed()
    decided = evidence.found(predict)
    for number, one in enumerate(evidence.evaluated(predict), start=1):
        found.whole["r2"][f"evaluation {number}"], found.whole["rmse"][f"evaluation {number}"] = one["r2"], one["rmse"]
    if decided and decided.get("level") != "held-out":
        if not found.whole["r2"]:
            raise Unsure(_UNKNOWN.filled(decided.get("chosen")), _UNKNOWN_REVIEW.filled(decided.get("chosen")))
        return found
    found.add("held-out", *predicted_table(evidence, predict, HELDOUT), with_parts=False)
    for name in evidence.assignment.data:
        try:
            target, predicted = predicted_table(evidence, predict, name)
        except Unmet:
            continue  # the held-out rows decide; a table that cannot be predicted only narrows the comparison
        found.add(name, target, predicted, with_parts=name == "train")
    return found


def _printed(evidence: Evidence, metric: str, recomputed: _Recomputed) -> dict[int, list[float]]:
    """Cell number -> values, from the item's own cells, or else those of no item, or else from any other cell.

    In another item's cells only values that agree count: the rest is about something else.
    """
    items = evidence.submission.items_of_cells
    own = set(evidence.own_cells())
    shared = {index for index, item in enumerate(items) if item is None}
    others = set(range(len(evidence.cells))) - own - shared
    for indices in (own, shared, others):
        found = {i + 1: values for i in sorted(indices) if (values := _claims(evidence, i, metric))}
        agreeing = {n: a for n, v in found.items() if (a := [x for x in v if _agrees(metric, x, recomputed)])}
        if indices is others or (agreeing and indices is shared) or not any(items):
            found = agreeing or ({} if indices is others else found)
        if found:
            return found
    return {}


def _claims(evidence: Evidence, index: int, metric: str) -> list[float]:
    return outputs.claims(outputs.text_of(evidence.cells[index]), metric) if index < len(evidence.cells) else []


def _agrees(metric: str, value: float, recomputed: _Recomputed) -> bool:
    return _standing(metric, [value], recomputed) == "exact"


def _standing(metric: str, printed: list[float], recomputed: _Recomputed) -> str:
    """`exact` if any printed value agrees with a whole table; else how far the nearest is from honest splits."""
    low, high = recomputed.span(metric)
    values = [v * unit for v in printed for unit in (recomputed.units if metric == "rmse" else [1.0])]
    for value in values:
        for whole in recomputed.whole[metric].values():
            if abs(value - whole) <= _EXACT[metric] * (whole if metric == "rmse" else 1.0):
                return "exact"
    scale = high if metric == "rmse" else 1.0
    outside = min(float(np.maximum(low - value, value - high)) for value in values) / scale
    if outside <= _EXACT[metric]:
        return "own split"
    return "doubtful" if outside <= _BEYOND[metric] else "wrong"


def _beside(metric: str, printed: dict[str, list[float]], recomputed: _Recomputed) -> tuple[str, str, str]:
    name = _NAMES[metric]
    tables_text = ", ".join(f"{table} {value:.4g}" for table, value in recomputed.whole[metric].items())
    return name, _short(printed[metric]), tables_text


def _short(values: list[float]) -> str:
    shown = [f"{value:.6g}" for value in dict.fromkeys(values)]
    return ", ".join(shown[-4:]) if len(shown) <= 4 else "…, " + ", ".join(shown[-4:])


_UNKNOWN = say(
    "출력한 값이 `{0}`의 것인지 사람이 확인합니다.", "a person will look whether the printed values are those of `{0}`"
)
_UNKNOWN_REVIEW = say(
    "`{0}`의 RMSE와 R²를 다시 계산하지 못했습니다. 출력한 값을 읽어 주세요.",
    "RMSE and R² of `{0}` could not be recomputed; read the printed values",
)
_NOTHING = say(
    "마지막 RMSE와 R²를 출력에서 찾지 못했습니다. 어디에 출력했나요?",
    "no final RMSE or R² was found in the output; where do you print them?",
)
_ONE = say("{0}이(가) 출력에 없습니다.", "the output does not give the {0}")
_WRONG = say(
    "출력한 {0} {1}이(가) 다시 계산한 값({2})과 맞지 않습니다. 어떤 행으로 계산했나요?",
    "the printed {0} {1} does not agree with the recomputed one ({2}); which rows is it about?",
)
_DOUBTFUL = say(
    "출력한 {0} {1}이(가) 다시 계산한 값({2})과 조금 다릅니다. 학생의 분할 때문일 수 있습니다.",
    "the printed {0} {1} is a little off the recomputed one ({2}); the student's own split may explain it",
)
_STRANGE = say("출력한 {0} {1}은(는) 어디서도 나올 수 없는 값입니다.", "the printed {0} {1} agrees with nothing")
_OWN_SPLIT = say(
    "출력한 {0} {1}은(는) 학습 데이터의 일부에서 나올 수 있는 값입니다(전체: {2}).",
    "the printed {0} {1} is what a part of the training rows can give (whole tables: {2})",
)
