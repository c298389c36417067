"""Notebook files -> cells, each with the item it belongs to, and the student's words by item."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import jupytext
import nbformat

from grader.model import Answer, Assignment

MAX_BYTES = 50_000_000  # a larger file is not parsed at all; homework with its pictures has a few MB
SUFFIXES = (".ipynb", ".py")

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s*(.+?)\s*#*\s*$")


class Unreadable(Exception):
    """The file is no notebook; the message is a sentence for student and TA."""


def read(file: Path) -> dict[str, Any]:
    """Read an .ipynb of any format version, or a percent-format .py, as nbformat 4 JSON. Raises Unreadable."""
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(f"{file.name} has {size / 1e6:.0f} MB; more than {MAX_BYTES / 1e6:.0f} MB is not read")
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(f"{file.name} cannot be opened: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{file.name} is not UTF-8 text; save it again from Jupyter or Colab") from None
    notebook = _percent_script(file, text) if file.suffix == ".py" else _json_notebook(file, text)
    return _with_own_cell_ids(notebook)


def _percent_script(file: Path, text: str) -> Any:
    try:
        return jupytext.reads(text, fmt="py:percent")
    except (ValueError, SyntaxError, KeyError) as error:
        raise Unreadable(f"{file.name} is not a percent-format script: {error}") from None


def _json_notebook(file: Path, text: str) -> Any:
    if not text.strip():
        raise Unreadable(f"{file.name} is an empty file; download the notebook again and hand in that file")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        detail = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise Unreadable(f"{file.name} is not a whole notebook file ({detail}); download it again") from None
    if not isinstance(content, dict) or not isinstance(content.get("cells", content.get("worksheets")), list):
        raise Unreadable(f"{file.name} is JSON, but not a notebook: it has no list of cells")
    if content.get("nbformat") == 4:
        return content  # used as it is: validation would refuse much that can be run
    try:
        return nbformat.convert(nbformat.from_dict(content), 4)  # type: ignore[no-untyped-call]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, nbformat.ValidationError) as error:
        raise Unreadable(f"{file.name} has notebook format {content.get('nbformat')!r}, unreadable: {error}") from None


def _with_own_cell_ids(notebook: Any) -> dict[str, Any]:
    """Plain v4.5 JSON in which every cell has what nbclient and nbconvert rely on; ids are `cell-1`, `cell-2`, ..."""
    cells = []
    for number, cell in enumerate(notebook.get("cells", []), start=1):
        source = cell.get("source", "")
        source = "".join(source) if isinstance(source, list) else str(source)
        kind = cell.get("cell_type") if cell.get("cell_type") in ("code", "markdown", "raw") else "raw"
        metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
        plain = {"id": f"cell-{number}", "cell_type": kind, "metadata": dict(metadata), "source": source}
        if kind == "code":
            plain |= {"outputs": [], "execution_count": None}
        elif isinstance(cell.get("attachments"), dict):
            plain["attachments"] = cell["attachments"]
        cells.append(plain)
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": _kernel_metadata(notebook), "cells": cells}


def _kernel_metadata(notebook: Any) -> dict[str, Any]:
    language = notebook.get("metadata", {}).get("kernelspec", {}).get("language", "python")
    return {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": str(language)}}


def by_item(notebook: dict[str, Any], assignment: Assignment) -> tuple[tuple[str | None, ...], dict[str, Answer]]:
    """Sort a notebook's cells and the student's own words by item.

    A cell belongs to the item that its tags name, or else the last heading at or before it (None before the first);
    words belong to the heading above them, also within one cell. The handout's lines, HTML comments and the
    headings that name an item are no words of the student's.
    """
    patterns = {item.id: _item_pattern(item.id) for item in assignment.items}
    given = _handout_lines(assignment.handout)
    current: str | None = None
    cell_items: list[str | None] = []
    words: dict[str, dict[int, list[str]]] = {}
    for number, cell in enumerate(notebook["cells"], start=1):
        current = _item_in(_tags(cell), patterns, whole=True) or current
        if cell["cell_type"] != "code":
            for line, heading in _lines(cell["source"]):
                named = _item_in([heading], patterns) if heading else None
                current = named or current
                if current is not None and named is None and _key(line) not in given:
                    words.setdefault(current, {}).setdefault(number, []).append(line)
        cell_items.append(current)
    return tuple(cell_items), {item_id: answer for item_id in words if (answer := _answer(words[item_id])).text}


def _answer(lines_of_cells: dict[int, list[str]]) -> Answer:
    texts = {number: "\n".join(lines).strip() for number, lines in lines_of_cells.items()}
    texts = {number: text for number, text in texts.items() if text}
    return Answer(text="\n\n".join(texts.values()), cells=tuple(texts))


def _lines(source: str) -> Iterator[tuple[str, str | None]]:
    """Lines of Markdown without HTML comments; with each the heading's text if it is one (never inside a fence)."""
    fenced = False
    for line in _COMMENT.sub("", unicodedata.normalize("NFC", source)).splitlines():
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        heading = None if fenced else _HEADING.match(line)
        yield line, heading.group(2) if heading else None


def _tags(cell: dict[str, Any]) -> list[str]:
    tags = cell["metadata"].get("tags", [])
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _item_pattern(item_id: str) -> re.Pattern[str]:
    """`P3.1` also as `p3-1`, `P3_1`, `P 3.1`, `문제 3.1`, `Problem 3.1`; never inside `P3.12` or `MP3.1`."""
    parts = [re.escape(part) for part in re.findall(r"[^\W\d_]+|\d+", item_id)]
    if parts and parts[0].casefold() in ("p", "q"):
        parts[0] = f"(?:{parts[0]}|문제|문항|problem|question|q)"
    return re.compile(r"(?<![^\W_])" + r"[\s.\-_]*".join(parts) + r"(?!\d|[.\-_]\d)", re.IGNORECASE)


def _item_in(texts: Iterable[str], patterns: dict[str, re.Pattern[str]], whole: bool = False) -> str | None:
    for text in texts:
        plain = unicodedata.normalize("NFKC", text).strip()
        for item_id, pattern in patterns.items():
            match = pattern.search(plain)
            if match and (not whole or match.group() == plain):
                return item_id
    return None


def _key(line: str) -> str:
    """A line without what students change when they keep it: spacing, emphasis, quotation and list marks."""
    return re.sub(r"[\s*_>#`\-]+", "", unicodedata.normalize("NFKC", line)).casefold()


@lru_cache(maxsize=8)
def _handout_lines(handout: Path | None) -> frozenset[str]:
    if handout is None:
        return frozenset()
    cells = read(handout)["cells"]
    lines = (_key(line) for cell in cells if cell["cell_type"] != "code" for line in cell["source"].splitlines())
    return frozenset(line for line in lines if line)
