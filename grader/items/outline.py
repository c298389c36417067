"""Headings and tags, met one after the other -> the items that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from grader.items import names as item_names
from grader.items.headings import BOLD_LEVEL, Heading

_NUMBER = re.compile(r"[\s*_`]*\(?\s*([^\W\d_]|\d{1,3})(?:\s*\)|[.:](?!\d)|[\s*_`]*$|번)")
_AND = re.compile(r"[\s*`_)\]]*(?:[/,&+·]|및|과|와|and\b)[\s*`_(\[]*", re.IGNORECASE)
_BEFORE_NAME = re.compile(r"[\W_]*")
_PARTICLE = re.compile(r"(?!번)[^\W\d_]")  # `P2와 같이` begins a sentence; `P2번` is a name
_NO_GROUP: Mapping[str, str] = {}


class Reading(NamedTuple):
    """What a heading says by names and numbers alone."""

    named: tuple[str, ...] | None  # items; none of them for a heading above items such as `P3`; None for any other
    numbered: str | None = None  # the item whose number the heading bears, without a word that says what is numbered


class _Above(NamedTuple):
    level: int
    group: Mapping[str, str]  # items by the number below the heading
    sure: bool


class Outline:
    """Which items the headings of a notebook name."""

    def __init__(self, item_ids: Iterable[str]) -> None:
        ids = list(item_ids)
        groups = _groups(ids)
        self.items = item_names.patterns(ids)
        self._groups = [(written, groups[common]) for common, written in item_names.patterns(groups).items()]
        self._by_number = _without_rivals((item_names.number_path(i), i) for i in ids)
        self._group_by_number = _without_rivals((item_names.number_path(c), c) for c in groups)
        self._group_items = groups
        self._above: list[_Above] = []

    def tagged(self, tags: Iterable[str]) -> tuple[str, ...]:
        """The items that tags name, each tag as a whole."""
        return tuple(
            dict.fromkeys(i for tag in tags for i, name in self.items.items() if item_names.is_whole(tag, name))
        )

    @property
    def group(self) -> Mapping[str, str]:
        """Items by their number below the heading that was entered last, if that is one above items."""
        return self._above[-1].group if self._above else _NO_GROUP

    def enter(self, heading: Heading, current: tuple[str, ...]) -> Reading:
        """What a heading names. `current` are the items of the one before: a heading above them leaves them."""
        text = item_names.plain(heading.text)
        while self._above and self._above[-1].level >= heading.level:
            self._above.pop()
        group = self._group(text)
        below, sure = self._below(text)
        named = self._named(text, heading.at_start) or (below if sure else ())
        if named or group:
            bold_above = bool(group) and heading.level == BOLD_LEVEL
            self._above.append(_Above(heading.level - bold_above, group, True))
        if named:
            return Reading(named)
        if group:
            return Reading(current if set(current) & set(group.values()) else ())
        return self._by_number_alone(text, heading.level, below)

    def _by_number_alone(self, text: str, level: int, below: tuple[str, ...]) -> Reading:
        path = item_names.bare_number(text)
        common = self._group_by_number.get(path)
        if common:
            self._above.append(_Above(level, self._group_items[common], False))
        return Reading(None, self._by_number.get(path) or next(iter(below), None))

    def label(self, text: str) -> tuple[str, int]:
        """The item whose name a line begins with as with a label (`P2: ...`), and where that ends; "" and 0 else."""
        for item_id, written in self.items.items():
            start = _BEFORE_NAME.match(text)
            found = written.match(text, start.end() if start else 0)
            if found and re.match(r"[\s*_`\])]*(?:[.:)\-–]|$)", text[found.end() :]):
                return item_id, found.end()
        return "", 0

    def item_of_number(self, path: tuple[str, ...]) -> str | None:
        """The item that has these numbers, if one alone has."""
        return self._by_number.get(path)

    def _named(self, text: str, at_start: bool) -> tuple[str, ...]:
        """The item whose name stands first, `P3.1 (see also P1.1)`, and those joined to it, `P3.1 / P3.2`."""
        found = [
            (m.start(), -m.end(), item)
            for item, written in self.items.items()
            for m in written.finditer(text)
            if not item_names.is_mention(text, m.start(), m.end())
        ]
        if not found:
            return ()
        start, end, item = min(found)
        if at_start and not _begins(text, start, -end):
            return ()
        named = [item]
        while joint := _AND.match(text, -end):
            after = [(-m.end(), i) for i, written in self.items.items() if (m := written.match(text, joint.end()))]
            if not after:
                break
            end, item = min(after)
            named.append(item)
        return tuple(dict.fromkeys(named))

    def _below(self, text: str) -> tuple[tuple[str, ...], bool]:
        """`(1)`, `1.` or `1)` below a heading `P3` is P3.1; and whether that heading was sure."""
        number = _NUMBER.match(text)
        item = self._above[-1].group.get(number[1].casefold()) if number and self._above else None
        return ((item,), self._above[-1].sure) if item else ((), True)

    def _group(self, text: str) -> Mapping[str, str]:
        for written, group in self._groups:
            found = written.search(text)
            if found and _begins(text, found.start(), found.end()):
                return group
        return _NO_GROUP


def _begins(text: str, start: int, end: int) -> bool:
    """Whether a heading begins with the name that stands there, and goes on as a title does."""
    before = _BEFORE_NAME.match(text)
    return before is not None and before.end() >= start and not _PARTICLE.match(text, end)


def _groups(item_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Items by what their ids have in common: `P3` with 1 -> P3.1 and 2 -> P3.2. A common `P` alone says nothing."""
    groups: dict[str, dict[str, str]] = {}
    for item_id in item_ids:
        *common, last = item_names.parts(item_id)
        if len(common) > 1 or (common and common[0].isdigit()):
            groups.setdefault(" ".join(common), {})[last.casefold()] = item_id
    return groups


def _without_rivals(numbers: Iterable[tuple[tuple[str, ...], str]]) -> dict[tuple[str, ...], str]:
    """Names by number, without numbers that two of them have."""
    found: dict[tuple[str, ...], str] = {}
    rivals = set()
    for path, name in numbers:
        if not path or path in found:
            rivals.add(path)
        found[path] = name
    return {path: name for path, name in found.items() if path not in rivals}
