"""Rows of a table, found again in any text: in another order of columns, with other digits, numbered or in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.arithmetic.tables import Table

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")
_IN_A_ROW = 5  # targets that follow each other as in the table are no chance if
_DIFFERENT = 4  # so many of them differ
_FEWEST_DIGITS = 6  # of a row that is no chance: rows of zeros and ones stand anywhere
_FEWEST_FEATURES, _FEWEST_DIGITS_OF_THEM = 3, 10  # and of one without its target

Row = tuple[float, ...]


class Rows:
    """The rows of one table, with their targets, without them, and the targets alone."""

    def __init__(self, table: Table) -> None:
        bare, targets = table.features.tolist(), table.target.tolist()
        features = table.features.shape[1]
        self.whole = _known([(*row, target) for row, target in zip(bare, targets, strict=True)], _FEWEST_DIGITS)
        self.bare = _known(bare, _FEWEST_DIGITS_OF_THEM) if features >= _FEWEST_FEATURES else set()
        self.targets = {run for run in _windows(targets, _IN_A_ROW) if len(set(run)) >= _DIFFERENT}
        self._lengths = (features + 1, features)

    def in_text(self, text: str) -> int:
        """How many lines of the text hold one of the rows, or how many runs of targets it has."""
        found = 0
        numbers: list[float] = []
        for line in text.splitlines():
            values = [float(number) for number in _NUMBER.findall(line)]
            numbers += values
            found += self._is_row(values)
        return found or sum(run in self.targets for run in _windows(numbers, _IN_A_ROW))

    def _is_row(self, values: Sequence[float]) -> bool:
        whole, bare = self._lengths
        return any(tuple(sorted(w)) in self.whole for w in _windows(values, whole)) or (
            bool(self.bare) and any(tuple(sorted(w)) in self.bare for w in _windows(values, bare))
        )


def _known(rows: Sequence[Sequence[float]], digits: int) -> set[Row]:
    """Those that cannot be mistaken for other numbers, in whatever order their values stand."""
    return {tuple(sorted(row)) for row in rows if sum(len(f"{abs(value):g}") for value in row) >= digits}


def _windows(values: Sequence[float], length: int) -> Iterator[Row]:
    return (tuple(values[i : i + length]) for i in range(len(values) - length + 1))
