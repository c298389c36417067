"""The same thing told of several students, told once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Told = TypeVar("Told")


@dataclass(frozen=True)
class Together(Generic[Told]):
    """``whose``: students of whom it is told, each with the number of a cell where there is one."""

    told: Told
    whose: tuple[tuple[str, int | None], ...]


def together(told: Iterable[tuple[Told, str, int | None]]) -> tuple[Together[Told], ...]:
    """What is told of most students first, otherwise in the order given; of each student and cell once."""
    found: dict[Told, dict[tuple[str, int | None], None]] = {}
    for one, student, cell in told:
        found.setdefault(one, {})[student, cell] = None
    groups = (Together(one, tuple(whose)) for one, whose in found.items())
    return tuple(sorted(groups, key=lambda group: -len(group.whose)))
