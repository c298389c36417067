"""Terms and claims of a rubric: the files that hold terms, and whether every claim names terms that there are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from grader.model.concept import Claim, Term
from grader.rubric.yaml import Document, Location

_TERM_KEYS = frozenset(Term.model_fields) - {"name"}
_CLAIM_KEYS = (frozenset(Claim.model_fields) - {"denied"}) | {"not"}
_SUBJECTS = ("of", "unlike", "not_of", "apart_from", "unless", "not_where")  # keys that name terms besides `says`
_MOST_BYTES = 2_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where there is it


def terms(document: Document, plain: dict[str, Any], base: Path) -> tuple[dict[str, Any], str]:
    """The terms of the rubric's files and its own, and a hash of the files; a term's words add up over all of them."""
    found: dict[str, dict[str, Any]] = {}
    digest = hashlib.sha256()
    listed = plain.get("lexicons", ())
    if not isinstance(listed, list | tuple) or not all(isinstance(name, str) for name in listed):
        document.complain(("lexicons",), "`lexicons` is a list of files with terms", "write `lexicons: [terms.yaml]`")
        listed = ()
    for i, name in enumerate(listed):
        here: Location = ("lexicons", i)
        file = base / name
        try:
            data = file.read_bytes()[:_MOST_BYTES]
            read = yaml.load(data, Loader=_LOADER)
        except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
            told = " ".join(str(error).split())[:200]
            document.complain(here, f"{file} cannot be read: {told}", "name a YAML file that maps terms to words")
            continue
        digest.update(data)
        _add(document, here, read, found, f"{file}: ")
    _add(document, ("terms",), plain.get("terms", {}), found, "")
    return found, digest.hexdigest() if listed else ""


def _add(document: Document, here: Location, read: Any, found: dict[str, dict[str, Any]], place: str) -> None:
    if not isinstance(read, dict):
        document.complain(here, f"{place}terms are a mapping of names to words", "write `gradient: [기울기, gradient]`")
        return
    for name, value in read.items():
        term = value if isinstance(value, dict) else {"words": value}
        words = term.get("words")
        unknown = [key for key in term if key not in _TERM_KEYS]
        if unknown:
            mend = f"known keys are {', '.join(sorted(_TERM_KEYS))}"
            document.complain(here, f"{place}unknown key `{unknown[0]}` in the term `{name}`", mend)
        elif not isinstance(words, list) or not words or not all(isinstance(w, str) and w.strip() for w in words):
            mend = 'write `[기울기, gradient]`; what looks like a number needs quotes: `["1", one]`'
            document.complain(here, f"{place}the term `{name}` needs a list of words", mend)
        elif not isinstance(name, str) or set(name) & set("+|"):
            document.complain(here, f"{place}`{name}` is no name for a term", "use letters, digits and `-`")
        else:
            own = found.setdefault(name, {"name": name, "words": []})
            own["words"] = [*own["words"], *(w for w in words if w not in own["words"])]
            own |= {key: value for key, value in term.items() if key != "words"}


def claims(document: Document, concept: str, raw: Any, named: dict[str, Any]) -> list[Any]:
    """The claims of a concept in the form of the model. Every term that a claim names has to be there."""
    here: Location = ("concepts", concept, "claims")
    if not isinstance(raw, list) or not raw:
        document.complain(here, f"the claims of `{concept}` are a list", "write `- {says: gradient + vanish}`")
        return []
    return [claim for i, one in enumerate(raw) if (claim := _claim(document, (*here, i), one, named))]


def _claim(document: Document, here: Location, raw: Any, named: dict[str, Any]) -> dict[str, Any] | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("says"), str):
        document.complain(here, "a claim `says` something", "write `{says: gradient + vanish, of: sigmoid}`")
        return None
    for key in raw.keys() - _CLAIM_KEYS:
        near = get_close_matches(str(key), _CLAIM_KEYS, n=1)
        mend = f"write `{near[0]}`" if near else f"known keys are {', '.join(sorted(_CLAIM_KEYS))}"
        document.complain((*here, key), f"unknown key `{key}` in a claim", mend)
    claim = {"says": raw["says"]}
    for key in _SUBJECTS:
        value = raw.get(key, [])
        claim[key] = [value] if isinstance(value, str) else value
    claim |= {model: raw[key] for key, model in (("not", "denied"), ("half", "half")) if key in raw}
    return claim if _is_sound(document, here, raw, claim, named) else None


def _is_sound(
    document: Document, here: Location, raw: dict[str, Any], claim: dict[str, Any], named: dict[str, Any]
) -> bool:
    """Complain of the first thing in a claim that cannot be."""
    for key in ("not", "half"):
        if not isinstance(raw.get(key, True), bool):
            document.complain((*here, key), f"`{key}: {raw[key]}` should be true or false", f"write `{key}: true`")
            return False
    names = list(_names(claim))
    if "" in names:
        document.complain(
            here, f"`says: {claim['says']}` has an empty place", "write a term on each side of `+` and `|`"
        )
        return False
    for term in names:
        if term not in named and not document.blames(("lexicons",)):  # a file that cannot be read is complaint enough
            near = get_close_matches(term, named, n=1)
            mend = f"write `{near[0]}`" if near else f"add `{term}: [...]` under `terms:`"
            document.complain(here, f"the term `{term}` is not there", mend)
            return False
    return not _is_of_both(document, here, claim, named)


def _is_of_both(document: Document, here: Location, claim: dict[str, Any], named: dict[str, Any]) -> bool:
    """Whether the same is said to be true and wrong of one term, or of two that share a word."""
    for term in claim["of"]:
        for other in (*claim["unlike"], *claim["not_of"], *claim["apart_from"]):
            shared = set(named.get(term, {}).get("words", ())) & set(named.get(other, {}).get("words", ()))
            if term == other:
                document.complain(here, f"`{term}` stands under `of` and against it", "leave it in one of them")
                return True
            if shared:
                word = min(shared)
                mend = f"leave it in one of them: who says `{word}` may mean either"
                document.complain(here, f"the word `{word}` is in the term `{term}` and in `{other}`", mend)
                return True
    return False


def _names(claim: dict[str, Any]) -> Iterator[str]:
    for part in claim["says"].split("+"):
        yield from (word.strip() for word in part.split("|"))
    for key in _SUBJECTS:
        yield from (term for term in claim[key] if isinstance(term, str))
