"""Answers under each other's headings."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from grader.items.topics import Topics
from grader.model import Answer


def in_their_places(
    answers: Mapping[str, Answer], named: Collection[str], topics: Topics
) -> tuple[dict[str, Answer], tuple[str, ...]]:
    """The answers, those exchanged that stand under each other's headings, and a sentence for each exchange.

    Only where nothing speaks against it: every text of a ring says two things or more that the next heading's item
    asks for, and none that any other does. Left in place, each would wait for a person who could but do the same, and
    the phrases that convince here are those that earn the points. Anything weaker is left to a person.
    """
    belongs = {}
    for item, answer in answers.items():
        others = [other for other in topics.written() if other != item and topics.is_only(answer.text, other)]
        if item in named and len(others) == 1 and others[0] in named and others[0] in answers:
            belongs[item] = others[0]
    moved = dict(answers)
    notes = []
    for ring in _rings(belongs):
        for item in ring:
            moved[belongs[item]] = answers[item]
        names = ", ".join(ring)
        notes.append(
            f"the answers to {names} stand under each other's headings and were exchanged: read whether rightly"
        )
    return moved, tuple(notes)


def _rings(leads: Mapping[str, str]) -> list[list[str]]:
    """Closed ways through `leads`, each once: P2 -> P3.1 -> P2."""
    rings: list[list[str]] = []
    for start in leads:
        way = [start]
        while (following := leads.get(way[-1])) is not None and following not in way:
            way.append(following)
        if following == start and not any(start in ring for ring in rings):
            rings.append(way)
    return rings
