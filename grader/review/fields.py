"""Fields of our forms that hold more than one thing."""

from __future__ import annotations

import json


class Garbled(ValueError):
    """A form of ours with a field that none of our pages sends."""


def twin_in(field: str) -> tuple[str, str]:
    """(student, ground) of one who wrote the same. Raises Garbled."""
    try:
        student, ground = json.loads(field)
    except (ValueError, TypeError, RecursionError):
        raise Garbled from None
    return str(student), str(ground)


def ticked_in(field: str) -> tuple[str, str, str, dict[str | None, float]]:
    """(place, student, ground, suggestions) of one answer in the list. Raises Garbled."""
    try:
        place, student, ground, shown = json.loads(field)
        points: dict[str | None, float] = {str(name): float(earned) for name, earned in dict(shown).items()}
    except (ValueError, TypeError, RecursionError):
        raise Garbled from None
    return str(place), str(student), str(ground), points
