"""Files of hand-ins -> notebooks: every format and encoding, whole or damaged, or one sentence that says why not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from grader.errors import Unreadable
from grader.reading import conflicts, disguises, languages, recovery, scripts
from grader.reading.cells import MAX_CHARACTERS, MAX_LINES, plain
from grader.reading.decoding import decode
from grader.reading.recovery import Found

__all__ = ["MAX_BYTES", "MAX_CELLS", "MAX_SCRIPT_BYTES", "Read", "Unreadable", "has_cells", "read", "stem", "suffix"]

MAX_BYTES = 50_000_000  # a larger file is not parsed at all; homework with its pictures has a few MB
MAX_SCRIPT_BYTES = 5_000_000  # a script holds no pictures but those that Colab writes into the text
MAX_CELLS = 2_000  # homework has dozens

_SUFFIX = re.compile(r"(?:\.ipynb(?:\.txt|\.json|\s?\(\d+\))?|\.py)\Z", re.IGNORECASE)  # as browsers save an .ipynb
_JSON = re.compile(r'\s*(?:[{\[]|"\{|<{7})')


@dataclass(frozen=True)
class Read:
    """A notebook, and what reading it took. Each sentence names the file and says the mend."""

    notebook: dict[str, Any]  # nbformat 4 JSON
    warnings: tuple[str, ...] = ()
    lost: str | None = None  # the one of the warnings that says what of the student's work is not in `notebook`


def suffix(name: str) -> str:
    """The end of a file's name that makes it a hand-in, as it is written; nothing if it is none."""
    end = _SUFFIX.search(name)
    return end[0] if end else ""


def stem(name: str) -> str:
    """The last part of a file's path without the suffix of a hand-in, or of any other file."""
    last = PurePosixPath(name).name
    return last.removesuffix(suffix(last)) if suffix(last) else PurePosixPath(last).stem


def read(file: Path) -> Read:
    """Read an .ipynb of any format version, or a script with cells, damaged or not. Raises Unreadable."""
    try:
        return _told_of(file, _read(file))
    except Unreadable as error:
        raise Unreadable(f"{file.name} {error}") from None


def has_cells(file: Path) -> bool:
    """Whether a file looks like a hand-in rather than a module that one imports: an .ipynb, or a script with cells."""
    if not _is_script(file):
        return True
    try:
        text = decode(_bytes(file, MAX_SCRIPT_BYTES)).text
    except Unreadable:
        return False
    return scripts.looks_like_cells(text) or _is_notebook(text)


def _told_of(file: Path, found: Read) -> Read:
    lost = found.lost and f"{file.name} {found.lost}"
    return Read(found.notebook, tuple(f"{file.name} {said}" for said in found.warnings), lost)


def _read(file: Path) -> Read:
    """Sentences in what this returns and raises begin with the verb that follows the file's name."""
    data = _bytes(file, MAX_SCRIPT_BYTES if _is_script(file) else MAX_BYTES)
    disguises.refuse_binary(data)
    text, said = decode(data)
    disguises.refuse_page(text)
    found = _found(text, _is_script(file))
    _refuse_too_many(len(found.cells))
    cells, too_long, odd = plain(found.cells)
    if odd:
        found = found.losing(
            f"holds no text in cell {', '.join(map(str, odd[:5]))}{', …' if odd[5:] else ''}, but a number, null or"
            " the like: what was written there is lost; download the notebook again and hand in that file"
        )
    if too_long:
        found = found.losing(
            f"has more than {MAX_CHARACTERS:,} characters or {MAX_LINES:,} lines in its cells;"
            f" left out: cell {', '.join(map(str, too_long[:5]))}; keep data in a file of its own"
        )
    language = languages.foreign(found.metadata)
    if language and languages.is_python(cells):
        said = (*said, f"says that it is written in {language}, but its code is Python and was run as such")
    elif language and any(cell["source"].strip() for cell in cells if cell["cell_type"] == "code"):
        cells = languages.set_aside(cells)
        found = found.losing(
            f"is written in {language}: its text was read, but its code was not run; hand in a notebook in Python"
        )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    return Read(notebook, (*said, *found.said), found.lost)


def _is_script(file: Path) -> bool:
    return suffix(file.name).lower() == ".py"


def _bytes(file: Path, most: int) -> bytes:
    try:
        size = file.stat().st_size
        if size > most:
            raise Unreadable(f"has {size / 1e6:.1f} MB; more than {most / 1e6:g} MB is not read")
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be opened: {error.strerror}") from None


def _found(text: str, is_script: bool) -> Found:
    """The cells, by what the text is rather than by the file's name."""
    if is_script and _is_notebook(text):
        return recovery.cells_of(text).saying("is a notebook with a script's name and was read as a notebook")
    if is_script:
        return _of_script(text)
    if len(text) <= MAX_SCRIPT_BYTES and not _JSON.match(text) and scripts.looks_like_cells(text):
        return _of_script(text).saying("is a script with a notebook's name and was read as a script")
    return recovery.cells_of(text)


def _is_notebook(script: str) -> bool:
    return script.lstrip().startswith("{") and '"cells"' in script


def _of_script(text: str) -> Found:
    if sides := conflicts.sides(text):
        chosen, other = sorted(sides, key=lambda side: -len(side.text))
        return _of_script(chosen.text).saying(conflicts.told(chosen, other))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_too_many(scripts.count_marks(text))  # beforehand: jupytext would take minutes for them
    try:
        return Found(scripts.cells(text))
    except (AttributeError, LookupError, RecursionError, SyntaxError, TypeError, ValueError) as error:
        raise Unreadable(f"is not a percent-format script: {error}") from None


def _refuse_too_many(cells: int) -> None:
    if cells > MAX_CELLS:
        raise Unreadable(f"has {cells} cells; more than {MAX_CELLS} are not read")
