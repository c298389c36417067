"""A look at a notebook as lines of words, which a screen, a page or a log shows in its own way."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import MappingProxyType

from grader.checking.checked import Checked, CheckedCriterion, CheckedItem
from grader.checking.words import word
from grader.exporters.values import points
from grader.model import Language

# state -> sign, and what stands for it where that cannot be written
SIGNS = MappingProxyType(
    {
        "passed": ("✓", "+"),
        "partial": ("◐", "~"),
        "failed": ("✗", "x"),
        "skipped": ("–", "-"),
        "undecided": ("?", "?"),
        "kept_back": ("·", "."),
    }
)
_MOST_CELLS = 6


@dataclass(frozen=True)
class Line:
    """One criterion, or what stands in the place of hidden ones. `aside` may be left unread."""

    state: str
    text: str
    points: str = ""
    says: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """One item. `points` are empty where nothing of it can be seen."""

    title: str
    points: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Head:
    """What is told of the notebook as a whole: which it is, what it took, what went wrong, and the points."""

    title: str
    took: str
    trouble: tuple[str, ...]
    remarks: tuple[str, ...]
    total: str


def head(checked: Checked) -> Head:
    language = checked.language
    times = {name: f"{value:.1f}" for name, value in checked.seconds.model_dump().items()}
    name = "total" if checked.earned is not None else "so_far"
    total = word(name, language, earned=points(checked.decided), points=points(checked.points))
    return Head(
        title=f"{checked.notebook} · {checked.title}",
        took=word("seconds" if checked.ran else "not_run", language, **times),
        trouble=tuple(_trouble(checked)),
        remarks=checked.remarks,
        total=total if checked.items else word("nothing", language),
    )


def blocks(checked: Checked, only: Collection[str] | None = None) -> Iterator[Block]:
    """Item by item; with `only`, those items alone."""
    for item in checked.items:
        if only is None or item.item in only:
            earned = _points(item.earned, item.decided, item.points)
            yield Block(f"{item.item}  {item.title}", earned, tuple(_lines(item, checked)))
    for kept in checked.kept_back if only is None else ():
        if kept.whole:
            told = word("kept_back_item", checked.language, points=points(kept.points))
            yield Block(kept.item, "", (Line("kept_back", told),))


def waits(checked: Checked) -> str:
    """What `?` means; empty where there is none."""
    open_ones = (one for item in checked.items for one in item.criteria if one.state == "undecided")
    return word("person", checked.language) if any(open_ones) else ""


def plain(checked: Checked, only: Collection[str] | None = None, *, ascii_signs: bool = False) -> Iterator[str]:
    """Each thing on a line of its own, however long. No line begins with words of the author's."""
    top = head(checked)
    yield top.title
    yield top.took
    yield from (f"  ! {trouble}" for trouble in top.trouble)
    yield from (f"  - {remark}" for remark in top.remarks)
    yield top.total
    for block in blocks(checked, only):
        yield ""
        yield f"{block.title}: {block.points}" if block.points else block.title
        for line in block.lines:
            yield f"  {SIGNS[line.state][ascii_signs]} {line.text}{f': {line.points}' if line.points else ''}"
            yield from (f"      > {words}" for words in (*line.says, *line.aside))
    if told := waits(checked):
        yield ""
        yield f"? {told}"


def _trouble(checked: Checked) -> Iterator[str]:
    if checked.run_says is not None:
        yield checked.run_says
    for error in checked.errors:
        place = f"{word('cell', checked.language, cells=error.cell)}: " if error.cell is not None else ""
        yield f"{place}{error.name}{': ' if error.message else ''}{error.message}"


def _points(earned: float | None, decided: float, most: float) -> str:
    return f"{points(decided)}+ / {points(most)}" if earned is None else f"{points(earned)} / {points(most)}"


def _lines(item: CheckedItem, checked: Checked) -> Iterator[Line]:
    for criterion in item.criteria:
        earned = "?" if criterion.earned is None else points(criterion.earned)
        bonus = f" ({word('bonus', checked.language)})" if criterion.bonus else ""
        yield Line(
            criterion.state,
            criterion.name + bonus,
            f"{earned} / {points(criterion.points)}",
            tuple(_says(criterion, checked.language)),
            tuple(_aside(criterion, item, checked.language)),
        )
    for kept in checked.kept_back:
        if kept.item == item.item:
            name = "kept_back" if kept.points else "kept_back_bonus"
            yield Line("kept_back", word(name, checked.language, n=kept.count, points=points(kept.points)))


def _says(criterion: CheckedCriterion, language: Language) -> Iterator[str]:
    if criterion.says is not None:
        yield f"{criterion.says}{_place(criterion.cells, language)}"


def _aside(criterion: CheckedCriterion, item: CheckedItem, language: Language) -> Iterator[str]:
    if criterion.quotes:
        quotes = " … ".join(f"“{quote}”" for quote in criterion.quotes)
        yield f"{word('quoted', language, quotes=quotes)}{_place(item.cells, language)}"
    if criterion.note is not None:
        yield criterion.note


def _place(cells: tuple[int, ...], language: Language) -> str:
    if not cells:
        return ""
    name = "cell" if len(cells) == 1 else "cells"
    return f" ({word(name, language, cells=', '.join(map(str, cells[:_MOST_CELLS])))})"
