"""Whether the handout, which students get, holds what the reference answers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from grader import reading
from grader.answers.scoring import score, written_criteria
from grader.items.notebook import by_item
from grader.model import Assignment

_FEWEST_LETTERS = 8  # of a line that says something


def given_away(assignment: Assignment) -> Iterator[tuple[str, str]]:
    """(item, sentence) where the handout has all that the references have for an item, or words that earn points."""
    handout = assignment.handout
    if handout is None:
        return
    given = {key for cell in reading.read(handout).notebook["cells"] for key, _ in _lines(cell["source"])}
    for item, lines in _by_item(assignment).items():
        shared = [line for key, line in lines.items() if key in given]
        if shared and len(shared) == len(lines):
            mend = f"name it as students are given it, or give `--allow {item}` if it is"
            yield item, f"{handout.name} holds all that the reference has for {item}: {mend}"
        elif shared and _earns(assignment, item, "\n".join(shared)):
            said = max(shared, key=len)[:80]
            mend = f"take them out, or give `--allow {item}` if they are to be there"
            yield item, f"{handout.name} holds words of the reference that earn points in {item} (`{said}`): {mend}"


def _by_item(assignment: Assignment) -> dict[str, dict[str, str]]:
    """What all references together have for each item: lines by what they come to without spacing and marks."""
    bare = assignment.model_copy(update={"handout": None})
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for file in assignment.reference:
        notebook = reading.read(file).notebook
        for cell, item in zip(notebook["cells"], by_item(notebook, bare).cells, strict=True):
            if item is not None:
                found[item] |= dict(_lines(cell["source"]))
    return found


def _lines(source: str) -> Iterator[tuple[str, str]]:
    for line in source.splitlines():
        key = re.sub(r"[\W_]+", "", line).casefold()
        if len(key) >= _FEWEST_LETTERS and not line.lstrip().startswith("#"):
            yield key, line.strip()


def _earns(assignment: Assignment, item: str, text: str) -> bool:
    asked = assignment.item(item)
    return bool(written_criteria(asked)) and score(assignment, item, text).total > 0
