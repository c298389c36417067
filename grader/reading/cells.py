"""Cells as a file holds them, each of them anything -> cells as nbformat 4 has them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from grader.repairs.order import SAVED

MAX_CHARACTERS = 2_000_000  # of all cells' sources together, pictures not counted; homework has some 20,000
MAX_LINES = 100_000
_LONGEST_NAME = 200
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_PICTURE = re.compile(r"data:(image/[\w.+-]{1,40});base64,([A-Za-z0-9+/=]{100,})")
_KINDS = {"code": "code", "markdown": "markdown", "heading": "markdown", "html": "markdown", "text": "markdown"}
_SOURCES = ("source", "input", "code", "text")  # as formats 4, 3 and 2, and 1 call it


class Numeral(str):
    """A number of JSON as it is written, which is no text that anybody typed into a cell."""


class Plain(NamedTuple):
    """Cells that can be run and read, and numbers (from 1): of those whose source is left out, as it was too long, and
    of those that are no cells, or whose source is no text, so that what the student wrote there is lost."""

    cells: list[dict[str, Any]]
    too_long: tuple[int, ...]
    odd: tuple[int, ...]


def plain(cells: Iterable[Any]) -> Plain:
    """The cells with all that nbclient and nbconvert rely on and nothing else; their ids are `cell-` and a number.

    Validation would refuse much that can be run, so nothing is validated: what has no use here is left out.
    """
    made: list[dict[str, Any]] = []
    too_long: list[int] = []
    odd: list[int] = []
    characters, lines = MAX_CHARACTERS, MAX_LINES
    for number, raw in enumerate(cells, start=1):
        cell = _plain_cell(number, raw if isinstance(raw, dict) else {"source": raw})
        odd += [] if isinstance(raw, dict) and _is_text(_held(raw)) else [number]
        long, tall = len(cell["source"]), sum(map(cell["source"].count, _LINE_ENDS))
        if long > characters or tall > lines:
            too_long.append(number)
            cell["source"] = ""
        else:
            characters, lines = characters - long, lines - tall
        made.append(cell)
    return Plain(made, tuple(too_long), tuple(odd))


def _plain_cell(number: int, cell: dict[str, Any]) -> dict[str, Any]:
    said = cell.get("cell_type")
    kind = _KINDS.get(said, "raw") if isinstance(said, str) else "raw"
    metadata: dict[str, Any] = {"tags": tags} if (tags := strings_in(cell.get("metadata"), "tags")) else {}
    metadata |= _named(cell.get("metadata"))
    source, attachments = source_of(cell), _attachments(cell.get("attachments"))
    if kind == "markdown":
        source = _without_pictures(source, attachments)
    plain_cell = {"id": f"cell-{number}", "cell_type": kind, "metadata": metadata, "source": source}
    if kind == "code":
        metadata |= _saved_count(cell.get("execution_count", cell.get("prompt_number")))
        return plain_cell | {"outputs": [], "execution_count": None}
    return plain_cell | {"attachments": attachments} if attachments else plain_cell


def _named(metadata: Any) -> dict[str, Any]:
    """The name that a cell has in its assignment, and that it is not to be edited, as nbformat or nbgrader say it."""
    held = metadata if isinstance(metadata, dict) else {}
    told = held["nbgrader"] if isinstance(held.get("nbgrader"), dict) else {}
    name = told.get("grade_id", held.get("name"))
    if not isinstance(name, str) or isinstance(name, Numeral) or not name.strip():
        return {}
    graded = told.get("solution") is not True and (told.get("grade") is True or told.get("locked") is True)
    locked = graded or held.get("editable") is False
    return {"name": _whole_characters(name.strip()[:_LONGEST_NAME]), **({"editable": False} if locked else {})}


def _saved_count(count: Any) -> dict[str, int]:
    """In which place the cell was run last, as the file says; nbclient counts anew. Numbers in files are text here."""
    written = count if isinstance(count, str) else str(count) if isinstance(count, int) else ""
    return {SAVED: int(written[:9])} if written.isascii() and written.isdigit() else {}


def _without_pictures(source: str, attachments: dict[str, dict[str, str]]) -> str:
    """Colab writes a pasted picture into the text, megabytes of it: it becomes an attachment, as in Jupyter."""

    def attached(picture: re.Match[str]) -> str:
        name = f"picture-{len(attachments) + 1}"
        attachments[name] = {picture[1]: picture[2]}
        return f"attachment:{name}"

    return _PICTURE.sub(attached, source)


def looks_like_cell(value: Any) -> bool:
    """Whether any reader of notebooks would take it for a cell."""
    return isinstance(value, dict) and "cell_type" in value


def source_of(cell: dict[str, Any]) -> str:
    """The text of a cell as a file holds it, numbers in it as strings; what is no text is left out."""
    held = _held(cell)
    parts = list(held.values()) if isinstance(held, dict) else held if isinstance(held, list) else [held]
    source = "".join(part for part in parts if isinstance(part, str))
    if cell.get("cell_type") == "heading":
        level = cell.get("level")
        source = f"{'#' * (int(level) if level in tuple('123456') else 1)} {source}"
    return _whole_characters(source)


def _held(cell: dict[str, Any]) -> Any:
    return next((cell[key] for key in _SOURCES if cell.get(key) is not None), "")


def _is_text(held: Any) -> bool:
    """Whether a source is text, or lines of it as any tool writes them."""
    parts = list(held.values()) if isinstance(held, dict) else held if isinstance(held, list) else [held]
    return all(isinstance(part, str) and not isinstance(part, Numeral) for part in parts)


def strings_in(holder: Any, key: str) -> list[str]:
    values = holder.get(key) if isinstance(holder, dict) else None
    return [_whole_characters(v) for v in values if isinstance(v, str)] if isinstance(values, list) else []


def _whole_characters(text: str) -> str:
    """JSON can hold halves of surrogate pairs: two that meet become one character, a lone one becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _attachments(raw: Any) -> dict[str, dict[str, str]]:
    """Pictures pasted into Markdown: name -> MIME type -> base64."""
    found = {}
    for name, bundle in raw.items() if isinstance(raw, dict) else ():
        texts = {k: v for k, v in bundle.items() if isinstance(v, str)} if isinstance(bundle, dict) else {}
        if texts:
            found[_whole_characters(name)] = {_whole_characters(k): _whole_characters(v) for k, v in texts.items()}
    return found
