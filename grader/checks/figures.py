"""Figures as they were drawn: axes, labels and lines, observed while the notebook ran."""

from __future__ import annotations

import math
import re
from typing import Any

from grader.checks.decision import Decision, Evidence, Unmet, Unsure, partial, passed, say
from grader.model import Text

_LOSS_WORDS = re.compile(r"loss|cost|error|mse|손실|오차|비용", re.IGNORECASE)
_NEAR = 1e-4  # relative difference of two numbers that are the same but for float32
_FEWEST_POINTS = 5


def plot_labelled(evidence: Evidence, *, losses: str) -> Decision:
    """A figure whose line is the list `losses` (or its logarithm), or that names a falling loss; with three labels."""
    drawn = evidence.claim("observed", "").get("figures", [])
    cell_of = {cell.get("execution_count"): number for number, cell in enumerate(evidence.cells, start=1)}
    axes = [{**ax, "cell": cell_of.get(figure.get("execution"))} for figure in drawn for ax in figure.get("axes", [])]
    if not axes:
        raise Unmet(_NO_FIGURE)
    series = _series(evidence, losses)
    curves = [ax for ax in axes if any(_is_series(line, series) for line in ax["lines"])]
    if not curves:
        curves = [ax for ax in axes if ax["cell"] in _own(evidence) and _names_a_falling_loss(ax)]
    if not curves:
        no_curve = _NO_CURVE.filled(evidence.called(losses).ko, evidence.called(losses).en)
        drawn_otherwise = [ax for ax in axes if ax["cell"] in _own(evidence) and _LOSS_WORDS.search(_words(ax))]
        if drawn_otherwise:
            raise Unsure(no_curve, _OTHERWISE.filled(drawn_otherwise[0]["cell"]), figures=len(drawn))
        raise Unmet(no_curve, figures=len(drawn))
    best = min(curves, key=lambda ax: len(_missing(ax)))
    seen = {name: best[name] for name in ("title", "xlabel", "ylabel", "cell")}
    missing = _missing(best)
    if missing:
        return partial(0.5, _UNLABELLED.filled(", ".join(missing)), **seen)
    return passed(**seen)


def _series(evidence: Evidence, losses: str) -> dict[str, Any] | None:
    """What the list holds; None where there is none, so that only the figure's own words count."""
    try:
        return evidence.claim("series", losses)
    except (Unmet, Unsure):
        return None


def _missing(ax: dict[str, Any]) -> list[str]:
    return [name for name in ("title", "xlabel", "ylabel") if not ax[name].strip()]


def _is_series(line: dict[str, Any], series: Any) -> bool:
    if not isinstance(series, dict) or not series.get("length") or line["length"] != series["length"]:
        return False
    plain = (line["sample"], series["sample"])
    return _alike(*plain) or any(
        _alike(line["sample"], [_log(v, base) for v in series["sample"]]) for base in (math.e, 10)
    )


def _alike(drawn: list[float | None], kept: list[float | None]) -> bool:
    """Same curve, also in another unit: equal, or proportional (dollars beside scaled prices)."""
    if len(drawn) != len(kept) or len(kept) < _FEWEST_POINTS:
        return False
    if any((d is None) != (k is None) for d, k in zip(drawn, kept, strict=True)):
        return False
    pairs = [(d, k) for d, k in zip(drawn, kept, strict=True) if d is not None and k is not None]
    factor = pairs[0][0] / pairs[0][1] if pairs and pairs[0][1] else 1.0
    return all(abs(d - factor * k) <= _NEAR * (abs(d) + abs(factor * k)) + 1e-12 for d, k in pairs)


def _log(value: float | None, base: float) -> float | None:
    return math.log(value, base) if value is not None and value > 0 else None


def _names_a_falling_loss(ax: dict[str, Any]) -> bool:
    return bool(_LOSS_WORDS.search(_words(ax))) and any(_falls(line) for line in ax["lines"])


def _words(ax: dict[str, Any]) -> str:
    return " ".join([ax["title"], ax["ylabel"], *(line["label"] for line in ax["lines"])])


def _own(evidence: Evidence) -> set[int]:
    """Numbers of the item's cells."""
    return {index + 1 for index in evidence.own_cells()}


def _falls(line: dict[str, Any]) -> bool:
    head, tail = line["head_mean"], line["tail_mean"]
    return bool(line["length"] >= _FEWEST_POINTS and head is not None and tail is not None and tail < head)


_NO_FIGURE: Text = say(
    "그림이 없습니다. 손실 곡선을 matplotlib으로 그려 보세요.",
    "no figure was drawn; plot the loss curve with matplotlib",
)
_NO_CURVE = say(
    "그림 가운데 {0}의 곡선이 없습니다. 매 반복의 손실을 그렸나요?",
    "none of the figures shows the curve of {1}; did you plot the loss of every iteration?",
)
_OTHERWISE = say(
    "{0}번 셀의 그림은 손실을 말하지만 줄어드는 곡선으로 보이지 않습니다.",
    "the figure of cell {0} speaks of a loss, but no falling curve was recognised in it",
)
_UNLABELLED = say("손실 곡선에 {0}이(가) 없습니다.", "the loss curve has no {0}")
