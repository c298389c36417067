"""What a criterion's parameters must be, beyond their types, for anyone to earn its points."""

from __future__ import annotations

import keyword
from typing import Any

from grader.model import Criterion
from grader.rubric.yaml import Document, Location

_NAMES = ("model", "predict", "losses")  # parameters that name an object of the student's


def check_parameters(document: Document, location: Location, criterion: Criterion) -> None:
    """Parameters that were complained of already are left alone."""
    good = {key: value for key, value in criterion.params.items() if not document.blames((*location, key))}
    for key in _NAMES:
        if key in good and not _is_identifier(good[key]):
            mend = "write the name of a variable or function, such as `linear`"
            document.complain((*location, key), f"`{key}: {good[key]}` is no name in Python", mend)
    if criterion.check == "r2":
        _check_r2(document, location, good)
    if criterion.check == "uses_layers":
        _check_layers(document, location, good)


def _is_identifier(value: Any) -> bool:
    return not isinstance(value, str) or (value.isidentifier() and not keyword.iskeyword(value))


def _check_r2(document: Document, location: Location, params: dict[str, Any]) -> None:
    goal = _number(params, "at_least")
    start, near, ceiling = (_number(params, key) for key in ("from", "review_within", "at_most"))
    if goal is not None and goal > 1:
        document.complain((*location, "at_least"), f"R² is never `at_least: {goal:g}`", "write a number up to 1")
    elif goal is not None and start is not None and start >= goal:
        mend = "make `from` smaller, or leave it out"
        document.complain((*location, "from"), f"`from: {start:g}` is not below `at_least: {goal:g}`", mend)
    elif goal is not None and ceiling is not None and ceiling < goal:
        said = f"`at_most: {ceiling:g}` is below `at_least: {goal:g}`, so nobody earns the points"
        document.complain((*location, "at_most"), said, "make `at_most` larger, or leave it out")
    if params.get("affine") is True and "model" not in params:
        mend = "add `model:`, the module of one nn.Linear that the predictions must come from"
        document.complain((*location, "affine"), "`affine: true` means nothing without `model`", mend)
    if near is not None and near < 0:
        mend = "write how far below `at_least` a person should look, such as 0.03"
        document.complain((*location, "review_within"), f"`review_within: {near:g}` is negative", mend)


def _check_layers(document: Document, location: Location, params: dict[str, Any]) -> None:
    fewest, most = _number(params, "at_least"), _number(params, "at_most")
    other = next((key for key in ("at_least", "at_most") if key in params), None)
    if "exactly" in params and other:
        mend = "keep `exactly`, or `at_least` and `at_most`"
        document.complain((*location, other), f"`{other}` means nothing beside `exactly`", mend)
    elif fewest is not None and most is not None and fewest > most:
        said = f"`at_least: {fewest:g}` is more than `at_most: {most:g}`"
        document.complain((*location, "at_least"), said, "make `at_least` smaller, or `at_most` larger")


def _number(params: dict[str, Any], key: str) -> float | None:
    value = params.get(key)
    return value if isinstance(value, int | float) else None
