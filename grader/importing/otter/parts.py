"""A source notebook's cells -> the questions that they belong to, and what each is there for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import yaml

from grader.errors import GraderError

Cell = dict[str, Any]
Part = Literal["question", "prompt", "solution", "tests"]
_PARTS: tuple[Part, ...] = ("question", "prompt", "solution", "tests")
_BOUNDARY = re.compile(r"#\s*(begin|end)\s+(question|prompt|solution|tests)\b", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"#\s*assignment\s+config\b", re.IGNORECASE)
_IGNORED = re.compile(r"##\s*ignore\s*##|#\s*ignore\b", re.IGNORECASE)
_QUOTED = re.compile(r"BEGIN (QUESTION|ASSIGNMENT)\s*$")
_OLD_TEST = re.compile(r"##?\s*(?:hidden\s*)?test\b|\"\"\"\s*#\s*BEGIN\s*TEST\s*CONFIG", re.IGNORECASE)
_OLD_SOLUTION = re.compile(r"(?:<strong>|\*{2})solution:?(?:</strong>|\*{2})", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Asked:
    """A question as its first cell declares it; another one of the same words is another question."""

    name: str
    config: dict[str, Any]


class Placed(NamedTuple):
    """A cell with its number from 1, the question that it belongs to, and what it is there for."""

    number: int
    cell: Cell
    asked: Asked | None = None
    part: Part | None = None


class Source(NamedTuple):
    """A source notebook, taken apart. `old`: of the form before raw cells."""

    cells: list[Placed]
    config: dict[str, Any]
    old: bool = False


def is_source(cells: Sequence[Cell]) -> bool:
    """Whether a notebook says where questions begin, in either form."""
    unfenced = list(_unfenced(cells))
    return any(_boundary(c) == ("begin", "question") or _quoted(c, "QUESTION") is not None for c in unfenced)


def apart(cells: Sequence[Cell], where: str) -> Source:
    """Raises GraderError for what has no end, or ends before it begins."""
    unfenced = [cell for cell in _unfenced(cells) if not _IGNORED.match(cell["source"])]
    if any(_boundary(cell) for cell in unfenced):
        return _of_boundaries(unfenced, where)
    return _of_quotes(unfenced, where)


def config_of(text: str, where: str) -> dict[str, Any]:
    """YAML with names and values. Raises GraderError for any other."""
    try:
        said = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise GraderError(f"{where}: its YAML cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(said, dict | None):
        raise GraderError(f"{where}: write `name: value` lines in it")
    return {str(key): entry for key, entry in (said or {}).items()}


# ---------------------------------------------------------------- raw cells as boundaries


def _of_boundaries(cells: Sequence[Cell], where: str) -> Source:
    config: dict[str, Any] = {}
    placed: list[Placed] = []
    asked: Asked | None = None
    part: Part | None = None
    for number, cell in enumerate(cells, start=1):
        here = f"{where}, cell {number}"
        if cell["cell_type"] == "raw" and _ASSIGNMENT.match(cell["source"]):
            config |= config_of(cell["source"], here)
        elif boundary := _boundary(cell):
            asked, part = _after(boundary, asked, part, cell, here)
        else:
            placed.append(Placed(number, cell, asked, part))
    if asked is not None:
        raise GraderError(f"{where}: question `{asked.name}` has no `# END QUESTION`")
    return Source(placed, config)


def _after(
    boundary: tuple[str, Part], asked: Asked | None, part: Part | None, cell: Cell, here: str
) -> tuple[Asked | None, Part | None]:
    """The question and the part that are open after a boundary."""
    how, what = boundary
    inside: Part | None = part if part != "question" else None
    if how == "begin" and what == "question" and asked is None:
        return asked_in(config_of(cell["source"], here), here), "question"
    if how == "begin" and what != "question" and asked is not None and inside is None:
        return asked, what
    if how == "end" and what == "question" and asked is not None and inside is None:
        return None, None
    if how == "end" and what == inside:
        return asked, "question"
    opened = f"`{inside or 'question'}` of `{asked.name}`" if asked else "no question"
    raise GraderError(f"{here}: `{how.upper()} {what.upper()}` stands where {opened} is open")


def asked_in(config: dict[str, Any], here: str) -> Asked:
    name = config.get("name")
    if name is None or not str(name).strip():
        raise GraderError(f"{here}: the question has no `name`")
    return Asked(str(name).strip(), config)


def _boundary(cell: Cell) -> tuple[str, Part] | None:
    found = _BOUNDARY.match(cell["source"]) if cell["cell_type"] == "raw" else None
    if found is None:
        return None
    return found[1].casefold(), next(part for part in _PARTS if part == found[2].casefold())


def _unfenced(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Cells, where a fence ```` ```otter ```` in Markdown becomes a raw cell of its own."""
    for cell in cells:
        if cell["cell_type"] != "markdown" or "```otter" not in cell["source"]:
            yield cell
            continue
        for place, text in enumerate(re.split(r"^```otter[ \t]*\n(.*?)^```[ \t]*$", cell["source"], flags=re.M | re.S)):
            if text.strip():
                yield {**cell, "cell_type": "raw" if place % 2 else "markdown", "source": text.strip("\n")}


# ---------------------------------------------------------------- the form before: YAML quoted in Markdown


def _of_quotes(cells: Sequence[Cell], where: str) -> Source:
    config: dict[str, Any] = {}
    placed: list[Placed] = []
    asked: Asked | None = None
    solved = False
    for number, cell in enumerate(cells, start=1):
        here = f"{where}, cell {number}"
        if (quoted := _quoted(cell, "ASSIGNMENT")) is not None:
            config |= config_of(quoted, here)
        elif (quoted := _quoted(cell, "QUESTION")) is not None:
            asked, solved = asked_in(config_of(quoted, here), here), False
            placed.append(Placed(number, _without_quote(cell), asked, "question"))
        else:
            part = _old_part(cell, asked, solved)
            asked = asked if part else None
            solved = solved or part in ("solution", "tests")
            placed.append(Placed(number, cell, asked, part))
    return Source(placed, config, old=True)


def _old_part(cell: Cell, asked: Asked | None, solved: bool) -> Part | None:
    """None where the question is over."""
    if asked is None:
        return None
    if cell["cell_type"] == "code" and _OLD_TEST.match(cell["source"]):
        return "tests"
    if solved:
        return None
    markdown = cell["cell_type"] == "markdown"
    if markdown and asked.config.get("manual") and not any(map(_OLD_SOLUTION.match, cell["source"].splitlines())):
        return "prompt"
    return "solution"


def _quote(cell: Cell, what: str) -> tuple[int, int] | None:
    """First and last line of the quote in which a question, or the assignment, is declared."""
    if cell["cell_type"] != "markdown":
        return None
    lines = cell["source"].splitlines()
    fences = [number for number, line in enumerate(lines) if line.startswith("```")]
    for begin, end in zip(fences[::2], fences[1::2], strict=False):
        found = _QUOTED.match(lines[begin + 1].strip()) if end > begin + 1 else None
        if found is not None and found[1] == what:
            return begin, end
    return None


def _quoted(cell: Cell, what: str) -> str | None:
    place = _quote(cell, what)
    return "\n".join(cell["source"].splitlines()[place[0] + 2 : place[1]]) if place else None


def _without_quote(cell: Cell) -> Cell:
    begin, end = _quote(cell, "QUESTION") or (0, -1)
    lines = cell["source"].splitlines()
    return {**cell, "source": "\n".join([*lines[:begin], *lines[end + 1 :]]).strip("\n")}
