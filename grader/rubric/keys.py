"""Keys that a rubric may have, and what was meant by a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from grader.rubric.yaml import Document, Location


def known(document: Document, location: Location, values: Any, names: Iterable[str]) -> Any:
    """`values` with known keys only; a misspelt key is a complaint and goes on under the name that was meant."""
    if not isinstance(values, dict):
        return values
    names = set(names)
    kept = {key: value for key, value in values.items() if key in names}
    for key, value in values.items():
        if key in names:
            continue
        here = (*location, key)
        near = get_close_matches(key, names - set(kept), n=1)
        mend = f"write `{near[0]}`" if near else f"remove it; known keys are {', '.join(sorted(names))}"
        document.complain(here, f"unknown key `{key}`", mend)
        if near:
            kept[near[0]] = value
            document.rename(here, near[0])
    return kept
