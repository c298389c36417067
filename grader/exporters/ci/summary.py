"""The summary of a step in Markdown as GitHub shows it, in which no word of a student's is more than a word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from grader.exporters.ci.told import Case, Told
from grader.exporters.ci.words import state, word
from grader.exporters.values import points, printable
from grader.model import Score

MOST_BYTES = 1_000_000  # GitHub takes 1 MiB of a step, and nothing of one that writes more
_SIGNS = re.compile(r"[\\`*_{}\[\]<>#~|@&$^]|:(?=\S)|(?<=[wW])\.")
_TICKED = re.compile(r"`([^`]{1,80})`")


def summary(told: Told) -> str:
    """Points, what stopped the notebook, what is missing, and how much is graded later."""
    lines = list(_lines(told))
    room = MOST_BYTES
    for place, line in enumerate(lines):
        room -= len(line.encode(errors="replace")) + 1
        if room < 0:
            return "\n".join([*lines[:place], "", word("left_out", told.language, n=len(lines) - place), ""])
    return "\n".join([*lines, ""])


def total_words(told: Told) -> str:
    """`12 of 20 points`; those so far where a person decides the rest."""
    name = "at_least" if told.total is None else "points"
    return word(name, told.language, n=points(told.decided), max=points(told.max_points))


def _lines(told: Told) -> Iterator[str]:
    w = told.language
    yield f"### {plain(told.title)}: {total_words(told)}" if told.scores else f"### {plain(told.title)}"
    yield ""
    if told.scores:
        yield from _table([word("item", w), "", word("earned", w)], (_item(told, score) for score in told.scores))
    if told.troubles:
        yield f"#### {word('troubles', w)}"
        yield ""
        for trouble in told.troubles:
            where = word("cell", w, n=trouble.cell, name=plain(trouble.name)) if trouble.cell else plain(trouble.name)
            yield f"- {where}. {plain(trouble.message)}"
        yield ""
    lacking = [case for case in told.cases if case.lacking]
    if lacking:
        yield f"#### {word('missing', w)}"
        yield ""
        yield from _table(
            [word("item", w), word("criterion", w), word("earned", w), "", word("said", w)],
            (_case(told, case) for case in lacking),
        )
    elif told.cases:
        yield word("nothing_missing", w)
        yield ""
    if told.doubtful:
        yield word("doubtful", w)
        yield ""
    if told.kept_back:
        kept = sum(one.points for one in told.kept_back if not one.bonus)
        items = ", ".join(dict.fromkeys(plain(one.item) for one in told.kept_back))
        yield word("kept_back", w, n=points(kept), items=items)


def _item(told: Told, score: Score) -> list[str]:
    earned = f"{points(score.decided)}+" if score.points is None else points(score.points)
    return [plain(score.item), plain(told.titles.get(score.item, "")), f"{earned}/{points(score.max_points)}"]


def _case(told: Told, case: Case) -> list[str]:
    return [plain(case.item), plain(case.name), case.shown, state(case.state, told.language), marked(case.said)]


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(row)} |"
    yield ""


def plain(text: str) -> str:
    """Words on one line; signs that mean something in Markdown or HTML become references, which mean nothing else."""
    return _SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", re.sub(r"\s+", " ", printable(text)))


def marked(text: str) -> str:
    """As `plain`, with `names between backticks` as code."""
    parts = _TICKED.split(text)
    return "".join(f"<code>{plain(part)}</code>" if n % 2 else plain(part) for n, part in enumerate(parts))
