"""Notebook files -> cells, each with the item it belongs to, and the student's words by item."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from grader import scripts
from grader.headings import Outline, lines
from grader.model import Answer, Assignment
from grader.repairs.order import SAVED

MAX_BYTES = 50_000_000  # a larger file is not parsed at all; homework with its pictures has a few MB
MAX_SCRIPT_BYTES = 2_000_000  # a script holds no pictures
MAX_CELLS = 2_000  # homework has dozens
SUFFIXES = (".ipynb", ".py")

_KINDS = {"code": "code", "markdown": "markdown", "heading": "markdown", "html": "markdown", "text": "markdown"}
_SOURCES = ("source", "input", "code", "text")  # as formats 4, 3 and 2, and 1 call it


class Unreadable(Exception):
    """The file is no notebook; the message is a sentence for student and TA."""


def read(file: Path) -> dict[str, Any]:
    """Read an .ipynb of any format version, or a script with cells, as nbformat 4 JSON. Raises Unreadable."""
    cells = _script_cells(file) if file.suffix.lower() == ".py" else _json_cells(file)
    _refuse_too_many(file, len(cells))
    plain = [_plain_cell(number, cell) for number, cell in enumerate(cells, start=1)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": plain}


def has_cells(file: Path) -> bool:
    """Whether a file looks like a hand-in rather than a module that one imports: an .ipynb, or a script with cells."""
    if file.suffix.lower() == ".ipynb":
        return True
    try:
        return scripts.looks_like_cells(_text(file, MAX_SCRIPT_BYTES))
    except Unreadable:
        return False


def _text(file: Path, most_bytes: int) -> str:
    try:
        size = file.stat().st_size
        if size > most_bytes:
            raise Unreadable(f"{file.name} has {size / 1e6:.1f} MB; more than {most_bytes / 1e6:g} MB is not read")
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(f"{file.name} cannot be opened: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{file.name} is not UTF-8 text; save it again from Jupyter or Colab") from None
    if not text.strip():
        raise Unreadable(f"{file.name} is an empty file; download the notebook again and hand in that file")
    return text


def _refuse_too_many(file: Path, cells: int) -> None:
    if cells > MAX_CELLS:
        raise Unreadable(f"{file.name} has {cells} cells; more than {MAX_CELLS} are not read")


def _script_cells(file: Path) -> list[Any]:
    text = _text(file, MAX_SCRIPT_BYTES).replace("\r\n", "\n").replace("\r", "\n")
    _refuse_too_many(file, scripts.count_marks(text))  # beforehand: jupytext would take minutes for them
    try:
        return scripts.cells(text)
    except (AttributeError, LookupError, RecursionError, SyntaxError, TypeError, ValueError) as error:
        raise Unreadable(f"{file.name} is not a percent-format script: {error}") from None


def _json_cells(file: Path) -> list[Any]:
    """The list of cells in the file's JSON, each of them anything. Numbers stay text: none of them is needed."""
    text = _text(file, MAX_BYTES)
    try:
        content = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        detail = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise Unreadable(f"{file.name} is not a whole notebook file ({detail}); download it again") from None
    known = content if isinstance(content, dict) else {}
    sheets = known.get("worksheets")
    if isinstance(known.get("cells"), list):
        return list(known["cells"])
    if isinstance(sheets, list):  # formats 2 and 3
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for cells in lists if isinstance(cells, list) for cell in cells]
    raise Unreadable(f"{file.name} is JSON, but not a notebook: it has no list of cells")


def _plain_cell(number: int, cell: Any) -> dict[str, Any]:
    """The cell with all that nbclient and nbconvert rely on and nothing else; its id is `cell-` and its number.

    Validation would refuse much that can be run, so nothing is validated: what has no use here is left out.
    """
    cell = cell if isinstance(cell, dict) else {}
    kind = _KINDS.get(str(cell.get("cell_type")), "raw")
    metadata: dict[str, Any] = {"tags": tags} if (tags := _strings_in(cell.get("metadata"), "tags")) else {}
    plain = {"id": f"cell-{number}", "cell_type": kind, "metadata": metadata, "source": _source(cell)}
    if kind == "code":
        if (count := str(cell.get("execution_count", cell.get("prompt_number")))).isascii() and count.isdigit():
            metadata[SAVED] = int(count[:9])  # nbclient counts anew
        return plain | {"outputs": [], "execution_count": None}
    attachments = _attachments(cell.get("attachments"))
    return plain | {"attachments": attachments} if attachments else plain


def _source(cell: dict[str, Any]) -> str:
    source = next((cell[key] for key in _SOURCES if cell.get(key) is not None), "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if cell.get("cell_type") == "heading":
        level = str(cell.get("level", 1))
        source = f"{'#' * (int(level) if level in set('123456') else 1)} {source}"
    return _whole_characters(str(source))


def _whole_characters(text: str) -> str:
    """JSON can hold halves of surrogate pairs: two that meet become one character, a lone one becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _strings_in(holder: Any, key: str) -> list[str]:
    values = holder.get(key) if isinstance(holder, dict) else None
    return [_whole_characters(v) for v in values if isinstance(v, str)] if isinstance(values, list) else []


def _attachments(raw: Any) -> dict[str, dict[str, str]]:
    """Pictures pasted into Markdown: name -> MIME type -> base64."""
    found = {}
    for name, bundle in raw.items() if isinstance(raw, dict) else ():
        texts = {k: v for k, v in bundle.items() if isinstance(v, str)} if isinstance(bundle, dict) else {}
        if texts:
            found[_whole_characters(name)] = {_whole_characters(k): _whole_characters(v) for k, v in texts.items()}
    return found


class ByItem(NamedTuple):
    """What a notebook says to which item."""

    cells: tuple[str | None, ...]
    answers: dict[str, Answer]
    headed: tuple[str, ...]  # items that a heading or a tag names
    elsewhere: str  # words under no item's heading


def by_item(notebook: dict[str, Any], assignment: Assignment) -> ByItem:
    """Sort a notebook's cells and the student's own words by item.

    A cell belongs to the item that its tags name, or else to that of the last heading or tagged cell at or before it
    (None before the first); words belong to the heading above them, also within one cell, and to each item that it
    names. The handout's lines, HTML comments and the headings that name an item are no words of the student's.
    """
    outline = Outline(item.id for item in assignment.items)
    given = _handout_lines(assignment.handout)
    current: tuple[str, ...] = ()
    headed: set[str] = set()
    cell_items: list[str | None] = []
    words: dict[str | None, dict[int, list[str]]] = {}
    for number, cell in enumerate(notebook["cells"], start=1):
        tagged = outline.tagged(_strings_in(cell["metadata"], "tags"))
        current = tagged or current
        headed.update(tagged)
        for line, heading in lines(cell["source"]) if cell["cell_type"] != "code" else ():
            named = outline.enter(heading, current) if heading else None
            if named is not None:
                current = named
                headed.update(named)
            elif _key(line) not in given:
                for item in current or (None,):
                    words.setdefault(item, {}).setdefault(number, []).append(line)
        cell_items.append(next(iter(tagged or current), None))
    elsewhere = _answer(words.pop(None, {})).text
    answers = {item: answer for item, said in words.items() if item and (answer := _answer(said)).text}
    return ByItem(tuple(cell_items), answers, tuple(i.id for i in assignment.items if i.id in headed), elsewhere)


def _answer(lines_of_cells: dict[int, list[str]]) -> Answer:
    texts = {number: "\n".join(lines).strip() for number, lines in lines_of_cells.items()}
    texts = {number: text for number, text in texts.items() if re.search(r"\w", text)}  # a lone rule `---` says nothing
    return Answer(text="\n\n".join(texts.values()), cells=tuple(texts))


def _key(line: str) -> str:
    """A line without what students change when they keep it: spacing, emphasis, quotation and list marks."""
    return re.sub(r"[\s*_>#`\-]+", "", unicodedata.normalize("NFKC", line)).casefold()


@lru_cache(maxsize=8)
def _handout_lines(handout: Path | None) -> frozenset[str]:
    if handout is None:
        return frozenset()
    cells = read(handout)["cells"]
    given = (_key(line) for cell in cells if cell["cell_type"] != "code" for line, _ in lines(cell["source"]))
    return frozenset(line for line in given if line)
