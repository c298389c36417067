"""A rubric's values against the types of the model, in the words of someone who writes rubrics."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from grader.model import Assignment
from grader.rubric.yaml import Document, Location

_TEXT = {"ko": "?", "en": "?"}
_STAND_INS: dict[str, Any] = {
    "id": "?",
    "title": _TEXT,
    "total": 1,
    "points": 1,
    "check": "?",
    "items": [],
    "criteria": [],
}

# What a value should be, and the mend, by pydantic's name of the problem; `{0}` is the key.
_WORDS = ("should be text", "write text; what looks like a number, yes or no needs quotes")
_NUMBER = ("should be a number", "write a number, without quotes")
_MAPPING = ("should be a mapping", "write `{0}: {{...}}` with its keys")
_SENTENCES = {
    "string_type": _WORDS,
    "path_type": _WORDS,
    "float_type": _NUMBER,
    "int_type": ("should be a whole number", "write a whole number, without quotes"),
    "int_from_float": ("should be a whole number", "write a whole number"),
    "bool_type": ("should be true or false", "write true or false, without quotes"),
    "tuple_type": ("should be a list", "write `{0}: [...]`"),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
}


def validated(document: Document, plain: dict[str, Any]) -> Assignment | None:
    """The assignment. Every value of a wrong type is a complaint, and a stand-in takes its place.

    So the rules can look at the rest. None where too little is left.
    """
    try:
        return _assignment(plain)
    except ValidationError as error:
        problems = error.errors()
    for problem in problems:
        location = tuple(part for part in problem["loc"] if part != "params")
        _complain(document, location, [problem])
    for problem in problems:
        _put_stand_in(plain, problem["loc"])
    try:
        return _assignment(plain)
    except ValidationError:
        return None


def check_type(document: Document, location: Location, value: Any, kind: Any) -> None:
    """Complain if `value` is not of the type that a check's parameter has."""
    try:
        TypeAdapter(kind, config=ConfigDict(allow_inf_nan=False)).validate_python(value, strict=True)
    except ValidationError as error:
        _complain(document, location, error.errors())


def _assignment(plain: dict[str, Any]) -> Assignment:
    """Strict, so that neither "20" nor true is a number; through JSON, where a list may be a tuple."""
    return Assignment.model_validate_json(json.dumps(plain), strict=True)


def _complain(document: Document, location: Location, problems: Sequence[Any]) -> None:
    """`problems` hold one for each type that the value might have had."""
    last = location[-1]
    key = next((part for part in reversed(location) if isinstance(part, str)), "")
    if problems[0]["type"] == "missing":
        owner = f" in `{location[-2]}`" if len(location) > 1 and isinstance(location[-2], str) else ""
        document.complain(location, f"`{last}` is missing{owner}", f"add `{last}:`")
        return
    sentences = [_SENTENCES.get(p["type"], (p["msg"].removeprefix("Input "), "change `{0}`")) for p in problems]
    shown = json.dumps(problems[0]["input"], ensure_ascii=False)
    shown = shown if len(shown) <= 60 else f"{shown[:60]}..."
    value = f"`{key}: {shown}`" if last == key else f"`{shown}` in `{key}`"
    said = " or ".join(dict.fromkeys(should for should, _ in sentences))
    document.complain(location, f"{value} {said}", sentences[-1][1].format(key))


def _put_stand_in(plain: dict[str, Any], location: Location) -> None:
    """Replace the key that `location` is about, or leave it out where it has a default."""
    owner: Any = plain
    while len(location) > 2 and location[0] in ("items", "criteria") and isinstance(owner[location[0]], list):
        owner, location = owner[location[0]][location[1]], location[2:]
    if len(location) > 1 and location[0] in ("data", "stand_ins", "concepts") and isinstance(owner[location[0]], dict):
        owner, location = owner[location[0]], location[1:]
    if location[0] in _STAND_INS and owner not in (plain.get("data"), plain.get("stand_ins")):
        owner[location[0]] = _STAND_INS[str(location[0])]
    else:
        owner.pop(location[0], None)
