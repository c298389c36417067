"""Rubric YAML -> Assignment. Every complaint names file, line and mend; nothing is guessed."""

from __future__ import annotations

import hashlib
import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from grader.answers.phrases import PhraseError, pattern, phrase_key
from grader.bundles import opening
from grader.checks import CHECKS, parameters
from grader.errors import GraderError, RubricError
from grader.model import Assignment, Criterion, DataFile, Heldout, Item, Limits, Seed, StandIn, Text
from grader.rubric import claims, deadlines, sources, stored, yaml
from grader.rubric.keys import known
from grader.rubric.rules import check_files, check_rules
from grader.rubric.stand_ins import check_stand_ins
from grader.rubric.types import check_type, validated
from grader.rubric.yaml import Document, Location

_CRITERION_KEYS = set(Criterion.model_fields) - {"params", "code"}
_TOP_KEYS = set(Assignment.model_fields) - {"sha256", "kept_back"} | {"lexicons"}


def load(file: Path) -> Assignment:
    """Read and check a rubric. Raises RubricError with every complaint found, in the order of their lines.

    A JSON file is one that was loaded before, and stored; a zip is a student bundle.
    """
    if file.suffix == stored.SUFFIX:
        return stored.load(file)
    if opening.is_bundle(file):
        return opening.load(file)
    document = yaml.read(file)
    plain = known(document, (), document.values, _TOP_KEYS)
    plain["items"] = [_item(document, i, item) for i, item in enumerate(_list(document, ("items",), plain))]
    plain["terms"], words = claims.terms(document, plain, file.parent)
    plain.pop("lexicons", None)
    plain["concepts"] = _concepts(document, plain.get("concepts", {}), plain["terms"])
    tests = "".join(sources.read(document, plain["items"]))
    plain["sha256"] = hashlib.sha256(file.read_bytes() + words.encode() + tests.encode()).hexdigest()
    for key, model in (("title", Text), ("limits", Limits), ("heldout", Heldout), ("seed", Seed)):
        if key in plain:
            plain[key] = known(document, (key,), plain[key], model.model_fields)
    for key, names in (("data", DataFile.model_fields), ("stand_ins", StandIn.model_fields)):
        if isinstance(plain.get(key), dict):
            plain[key] = {name: known(document, (key, name), t, names) for name, t in plain[key].items()}
    plain["deadline"] = deadlines.read(document, plain.get("deadline"))
    _resolve_paths(plain, file.parent)
    assignment = validated(document, plain)
    if assignment is not None:
        check_rules(document, assignment)
        check_files(document, assignment)
        check_stand_ins(document, assignment)
    if document.complaints or assignment is None:
        raise RubricError(document.complaints)
    return assignment


def load_whole(file: Path) -> Assignment:
    """As `load`, for those who grade by it. Raises GraderError for what students have: rows that they know stand in it
    for the held-out ones, and hidden criteria are left out, even where nothing tells that there are any."""
    assignment = load(file)
    if assignment.kept_back or opening.is_bundle(file):
        raise GraderError(f"{file} is what students have to check their work: give the rubric itself")
    return assignment


def _list(document: Document, location: Location, values: dict[str, Any]) -> list[Any]:
    name = location[-1]
    found = values.get(str(name))
    if isinstance(found, list) and found:
        return found
    document.complain(location, f"`{name}` should be a list with an entry", f"write `{name}:` and below it `- ...`")
    return []


def _item(document: Document, index: int, raw: Any) -> dict[str, Any]:
    location: Location = ("items", index)
    if not isinstance(raw, dict):
        document.complain(location, "an item is a mapping", "write `- id: P1`, `points:` and `criteria:`")
        return {}
    item: dict[str, Any] = known(document, location, raw, Item.model_fields)
    listed = _list(document, (*location, "criteria"), item)
    item["criteria"] = [_criterion(document, (*location, "criteria", i), entry) for i, entry in enumerate(listed)]
    if "title" in item:
        item["title"] = known(document, (*location, "title"), item["title"], Text.model_fields)
    return item


def _criterion(document: Document, location: Location, raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        document.complain(location, "a criterion is a mapping", "write `- {check: runs, points: 2}`")
        return {}
    key = "check" if "check" in raw else next(iter(get_close_matches("check", raw, n=1)), "check")
    check = _check_name(document, (*location, "check"), raw.get(key))
    keys = parameters(check) if check else raw
    values = known(document, location, raw, _CRITERION_KEYS.union(keys))
    params = {key: value for key, value in values.items() if key not in _CRITERION_KEYS}
    if check:
        _check_params(document, location, check, params)
    if "feedback" in values:
        values["feedback"] = known(document, (*location, "feedback"), values["feedback"], Text.model_fields)
    own = {key: value for key, value in values.items() if key in _CRITERION_KEYS}
    name = check or f"criterion {location[-1]}"
    return {"id": name, **own, "check": name, "params": params}


def _check_name(document: Document, location: Location, named: Any) -> str | None:
    """The check that is meant, or None."""
    if not isinstance(named, str):
        document.complain(location, "a criterion names its `check`", "write `- {check: runs, points: 2}`")
        return None
    if named in CHECKS:
        return named
    near = get_close_matches(named, CHECKS, n=1)
    mend = f"write `{near[0]}`" if near else f"use one of {', '.join(sorted(CHECKS))}"
    document.complain(location, f"unknown check `{named}`", mend)
    return near[0] if near else None


def _check_params(document: Document, location: Location, check: str, params: dict[str, Any]) -> None:
    for name, (kind, required) in parameters(check).items():
        here = (*location, name)
        if name in params:
            check_type(document, here, params[name], kind)
        elif required:
            document.complain(here, f"`{check}` needs `{name}`", f"add `{name}: ...` to this criterion")


def _concepts(document: Document, raw: Any, terms: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        mend = "write `name: {ko: [...], en: [...]}` below it"
        document.complain(("concepts",), "`concepts` maps names to phrases", mend)
        return {}
    claimed: dict[str, str] = {}
    concepts = {}
    for name, listed in raw.items():
        location: Location = ("concepts", name)
        if not isinstance(listed, dict):
            mend = "write `{ko: [...], en: [...]}`"
            document.complain(location, f"concept `{name}` needs its phrases by language", mend)
            continue
        phrases = known(document, location, listed, {"ko", "en", "claims"})
        stated = phrases.pop("claims", None)
        _check_phrases(document, name, phrases, claimed, needed=stated is None)
        concepts[name] = {"id": name, **phrases}
        if stated is not None:
            concepts[name]["claims"] = claims.claims(document, name, stated, terms)
    return concepts


def _check_phrases(
    document: Document, name: str, phrases: dict[str, Any], claimed: dict[str, str], *, needed: bool
) -> None:
    if needed and not any(phrases.values()):
        mend = "add at least one under `ko:` or `en:`, or claims under `claims:`"
        document.complain(("concepts", name, "ko"), f"concept `{name}` has no phrase and no claim", mend)
    for language, listed in phrases.items():
        for i, phrase in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(phrase, str):
                _check_phrase(document, ("concepts", name, language, i), phrase, claimed)


def _check_phrase(document: Document, location: Location, phrase: str, claimed: dict[str, str]) -> None:
    name = str(location[1])
    try:
        pattern(phrase)
    except PhraseError as error:
        mend = "write words, ` ~ ` between two of them at most"
        document.complain(location, f"phrase `{phrase}`: {error}", mend)
        return
    if len(re.findall(r"[^\W_]", phrase)) < 2:
        mend = "write a word of two letters or digits at least"
        document.complain(location, f"phrase `{phrase}` is so short that nearly every answer holds it", mend)
        return
    owner = claimed.setdefault(phrase_key(phrase), name)
    if owner != name:
        mend = f"keep it in `{owner}` or in `{name}`: one phrase would earn points twice"
        document.complain(location, f"phrase `{phrase}` is claimed twice, by `{owner}` and `{name}`", mend)


def _resolve_paths(plain: dict[str, Any], base: Path) -> None:
    """Make every path absolute; the rubric may be read from anywhere."""

    def absolute(value: Any) -> Any:
        return os.path.realpath(base / value) if isinstance(value, str) else value

    for key in ("handout", "mutants"):
        if key in plain:
            plain[key] = absolute(plain[key])
    if isinstance(plain.get("reference"), list):
        plain["reference"] = [absolute(path) for path in plain["reference"]]
    tables = [plain.get("heldout")]
    for key in ("data", "stand_ins"):
        tables += plain[key].values() if isinstance(plain.get(key), dict) else ()
    for table in tables:
        for key in ("file", "beside"):
            if isinstance(table, dict) and key in table:
                table[key] = absolute(table[key])
