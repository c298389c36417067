"""Rubric YAML -> Assignment. Every complaint names file, line and mend; nothing is guessed."""

from __future__ import annotations

import hashlib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from grader import rubric_yaml
from grader.answers.phrases import PhraseError, pattern, phrase_key
from grader.checks import CHECKS, parameters
from grader.errors import RubricError
from grader.model import Assignment, Concept, Criterion, DataFile, Heldout, Item, Limits, Noun
from grader.rubric_rules import check_files, check_rules
from grader.rubric_yaml import Document, Location

_CRITERION_KEYS = set(Criterion.model_fields) - {"params"}
_TOP_KEYS = set(Assignment.model_fields) - {"sha256"}


def load(file: Path) -> Assignment:
    """Read and check a rubric. Raises RubricError with every complaint found, in the order of their lines."""
    document = rubric_yaml.read(file)
    values = document.values
    _check_keys(document, (), values, _TOP_KEYS)
    plain = {key: values[key] for key in values if key in _TOP_KEYS}
    plain["items"] = [_item(document, i, item) for i, item in enumerate(_list(document, ("items",), values))]
    plain["concepts"] = _concepts(document, values)
    plain["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    _resolve_paths(document, plain, file.parent)
    assignment = _validated(document, plain)
    if assignment is not None:
        check_rules(document, assignment)
        check_files(document, assignment)
    if document.complaints or assignment is None:
        raise RubricError(document.complaints)
    return assignment


def _list(document: Document, location: Location, values: Any) -> list[Any]:
    found = values.get(location[-1])
    if isinstance(found, list) and found:
        return found
    document.complain(location, f"`{location[-1]}` is missing or empty", f"add a list `{location[-1]}:`")
    return []


def _check_keys(document: Document, location: Location, values: Any, known: set[str]) -> None:
    for key in values if isinstance(values, dict) else ():
        if key not in known:
            near = get_close_matches(key, known, n=1)
            mend = f"write `{near[0]}`" if near else f"remove it; known keys are {', '.join(sorted(known))}"
            document.complain((*location, key), f"unknown key `{key}`", mend)


def _item(document: Document, index: int, raw: Any) -> dict[str, Any]:
    location: Location = ("items", index)
    if not isinstance(raw, dict):
        document.complain(location, "an item is a mapping", "write `- id: P1`, `points:` and `criteria:`")
        return {}
    _check_keys(document, location, raw, set(Item.model_fields))
    criteria = [
        _criterion(document, (*location, "criteria", i), criterion)
        for i, criterion in enumerate(_list(document, (*location, "criteria"), raw))
    ]
    return {key: raw[key] for key in raw if key in Item.model_fields} | {"criteria": criteria}


def _criterion(document: Document, location: Location, raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict) or not isinstance(raw.get("check"), str):
        document.complain(location, "a criterion names its `check`", "write `- {check: runs, points: 2}`")
        return {}
    check = raw["check"]
    if check not in CHECKS:
        near = get_close_matches(check, CHECKS, n=1)
        mend = f"write `{near[0]}`" if near else f"use one of {', '.join(sorted(CHECKS))}"
        document.complain((*location, "check"), f"unknown check `{check}`", mend)
        return {}
    params = {key: value for key, value in raw.items() if key not in _CRITERION_KEYS}
    _check_params(document, location, check, params)
    own = {key: value for key, value in raw.items() if key in _CRITERION_KEYS}
    return {"id": check, **own, "params": params}


def _check_params(document: Document, location: Location, check: str, params: dict[str, Any]) -> None:
    known = parameters(check)
    _check_keys(document, location, params, set(known))
    for name, (kind, required) in known.items():
        if name not in params:
            if required:
                document.complain(location, f"`{check}` needs `{name}`", f"add `{name}: ...` to this criterion")
            continue
        try:
            TypeAdapter(kind).validate_python(params[name], strict=not isinstance(params[name], int))
        except ValidationError as error:
            reason = error.errors()[0]["msg"].lower()
            document.complain(
                (*location, name), f"`{name}: {params[name]}`: {reason}", f"give `{check}` a fitting `{name}`"
            )


def _concepts(document: Document, values: dict[str, Any]) -> dict[str, Any]:
    raw = values.get("concepts", {})
    if not isinstance(raw, dict):
        document.complain(("concepts",), "`concepts` maps names to phrases", "write `name: {ko: [...], en: [...]}`")
        return {}
    claimed: dict[str, str] = {}
    concepts = {}
    for name, phrases in raw.items():
        if not isinstance(phrases, dict):
            mend = "write `{ko: [...], en: [...]}`"
            document.complain(("concepts", name), f"concept `{name}` needs its phrases by language", mend)
            continue
        _check_keys(document, ("concepts", name), phrases, {"ko", "en"})
        _check_phrases(document, name, phrases, claimed)
        concepts[name] = {"id": name, **{key: phrases[key] for key in phrases if key in Concept.model_fields}}
    return concepts


def _check_phrases(document: Document, name: str, phrases: dict[str, Any], claimed: dict[str, str]) -> None:
    if not any(phrases.get(language) for language in ("ko", "en")):
        document.complain(
            ("concepts", name), f"concept `{name}` has no phrase", "add at least one under `ko:` or `en:`"
        )
    for language in ("ko", "en"):
        listed = phrases.get(language) or []
        for i, phrase in enumerate(listed if isinstance(listed, list) else ()):
            location: Location = ("concepts", name, language, i)
            try:
                pattern(str(phrase))
            except PhraseError as error:
                document.complain(
                    location, f"phrase `{phrase}`: {error}", "write words, ` ~ ` between two of them at most"
                )
            owner = claimed.setdefault(phrase_key(str(phrase)), name)
            if owner != name:
                mend = f"keep it in `{owner}` or in `{name}`: one phrase would earn points twice"
                document.complain(location, f"phrase `{phrase}` is claimed twice, by `{owner}` and `{name}`", mend)


def _resolve_paths(document: Document, plain: dict[str, Any], base: Path) -> None:
    """Make every path absolute; the rubric may be read from anywhere."""

    def absolute(value: Any) -> Any:
        return str((base / value).resolve()) if isinstance(value, str) else value

    for key in ("handout", "mutants"):
        if key in plain:
            plain[key] = absolute(plain[key])
    if isinstance(plain.get("reference"), list):
        plain["reference"] = [absolute(path) for path in plain["reference"]]
    data = plain.get("data") if isinstance(plain.get("data"), dict) else {}
    tables = [plain.get("heldout"), *(data or {}).values()]
    for table in tables:
        if isinstance(table, dict) and "file" in table:
            table["file"] = absolute(table["file"])


def _validated(document: Document, plain: dict[str, Any]) -> Assignment | None:
    if document.complaints and (not plain["items"] or any(not item.get("criteria") for item in plain["items"])):
        return None  # what is missing is already named; types of what is left would only repeat it
    try:
        return Assignment.model_validate(plain)
    except ValidationError as error:
        for problem in error.errors():
            location = tuple(part for part in problem["loc"] if part != "params")
            name = ".".join(str(part) for part in location)
            missing = problem["type"] == "missing"
            said = f"`{location[-1]}` is missing" if missing else f"`{name}`: {problem['msg'].lower()}"
            mend = f"add `{location[-1]}:`" if missing else _mend(problem, location)
            document.complain(location, said, mend)
        return None


def _mend(problem: Any, location: Location) -> str:
    if problem["type"] == "extra_forbidden":
        models: dict[str, type[Noun]] = {"limits": Limits, "heldout": Heldout, "data": DataFile}
        model = models.get(str(location[0]))
        names = sorted(model.model_fields) if model else []
        near = get_close_matches(str(location[-1]), names, n=1)
        return f"write `{near[0]}`" if near else f"remove `{location[-1]}`"
    return f"change the value of `{location[-1]}`, now {problem['input']!r:.60}"
