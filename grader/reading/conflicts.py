"""Text in which git left its conflict markers -> the text of either side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from grader.names import printable

MAX_MARKERS = 5_000  # a real conflict has a handful
_SIGNS = ("\n<<<<<<<", "\n|||||||", "\n=======", "\n>>>>>>>")
_MARKER = re.compile(r"\n(?:(<{7}|>{7}|\|{7})([^\n]*)|(={7})[ \t\r]*(?=\n|\Z))")
_PLACES = {"<": "above", "|": "ancestor", "=": "below", ">": "both"}  # where the text after a marker belongs


class Side(NamedTuple):
    """One version of a file that two people, or two computers, changed at once."""

    name: str
    text: str


def sides(text: str) -> tuple[Side, Side] | None:
    """What stands above and below the `=======` of every conflict, each with all that is common; None without conflict.

    The common ancestor that git can show between them is on neither side. None too for more markers than people make.
    """
    text = f"\n{text}"
    if _SIGNS[0] not in text or sum(map(text.count, _SIGNS)) > MAX_MARKERS:
        return None
    above, below = [], []
    names = {"<": "", ">": ""}
    where, reached = "both", 0
    for marker in (*_markers(text), None):
        if marker and marker[3] and where not in ("above", "ancestor"):
            continue  # a rule under a heading
        kept = text[reached : marker.start() if marker else len(text)]
        above += [kept] if where in ("both", "above") else []
        below += [kept] if where in ("both", "below") else []
        if marker:
            sign = (marker[1] or marker[3])[0]
            names[sign] = names.get(sign) or (marker[2] or "").strip()
            where, reached = _PLACES[sign], marker.end()
    return (
        Side(names["<"] or "the upper one", "".join(above)[1:]),
        Side(names[">"] or "the lower one", "".join(below)[1:]),
    )


def _markers(text: str) -> Iterator[re.Match[str]]:
    """In order. Looked for one sign at a time, which passes over millions of lines at once."""
    places = []
    for sign in _SIGNS:
        at = text.find(sign)
        while at >= 0:
            places.append(at)
            at = text.find(sign, at + 1)
    return (marker for at in sorted(places) if (marker := _MARKER.match(text, at)))


def told(chosen: Side, other: Side) -> str:
    """What is said of a file of which one side was read."""
    names = [printable(side.name)[:60] for side in (chosen, other)]
    return (
        f"holds git's conflict markers: the side `{names[0]}` was read, not `{names[1]}`;"
        " resolve the conflict and hand it in again"
    )
