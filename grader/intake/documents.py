"""Answers that are no notebook: Markdown, text and PDF become cells, scans and pictures go to a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from grader.checks.decision import say
from grader.intake import markup, pdf
from grader.intake.labels import nfc
from grader.items import notebook
from grader.items.headings import Heading
from grader.items.notebook import ByItem
from grader.items.outline import Outline
from grader.model import Assignment, Document, Text
from grader.names import printable

_MARKDOWN, _TEXT, _HTML, _PDF = (".md", ".markdown"), (".txt",), (".html", ".htm"), (".pdf",)
_PICTURES = (".png", ".jpg", ".jpeg", ".heic", ".heif", ".webp", ".gif", ".bmp", ".tif", ".tiff")
_OFFICE = {
    ".docx": "Word",
    ".doc": "Word",
    ".hwp": "Hangul",
    ".hwpx": "Hangul",
    ".pages": "Pages",
    ".odt": "OpenDocument",
    ".rtf": "RTF",
}
SHOWN_AS_THEY_ARE = (*_PDF, *_PICTURES, *_OFFICE)  # suffixes of files that no browser runs
_READ = (*_MARKDOWN, *_TEXT, *_HTML, *_PDF)
_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
EMPTY: dict[str, Any] = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": _KERNEL}, "cells": []}

_OF_A_PROJECT = ("readme", "license", "requirements", "changelog", "contributing", "environment", "log")
_MAX_BYTES = 200_000  # of a text; more is data
_ADDRESS = re.compile(r"https?://[^\s\"'<>)\]]+", re.IGNORECASE)
_MOST_BESIDE_LINK = 60  # characters; more may be an answer
_CELL = 60_000  # characters; longer text is cut into several cells
_MOST = 20  # documents of one student


@dataclass(frozen=True)
class Words:
    """What the documents of one student say: cells to go after the notebook's, and which item each word is about."""

    cells: tuple[dict[str, Any], ...] = ()
    said: tuple[ByItem, ...] = ()
    documents: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()


def is_document(name: str) -> bool:
    """Whether a file may hold answers, by its name."""
    return PurePosixPath(name).suffix.lower() in (*_READ, *_PICTURES, *_OFFICE)


def is_read(name: str) -> bool:
    """Whether a document of this name is taken in place of a notebook."""
    return PurePosixPath(name).suffix.lower() in (*_READ, *_PICTURES)


def read(files: Mapping[str, Path], given: dict[str, Any] | None, assignment: Assignment) -> Words:
    """The answers in a student's files. `given` is the notebook, None where there is no notebook file.

    Beside a notebook a text counts if a heading or its name names an item, and a picture if its name does or if the
    notebook answers nothing in words: notes and plots lie there too. Raises nothing for any file.
    """
    answered = given is not None and bool(notebook.by_item(given, assignment).answers)
    source = "\n".join(cell["source"] for cell in given["cells"]) if given else ""
    found = [name for name in files if is_document(name) and not _of_a_project(name)]
    cells: list[dict[str, Any]] = []
    said: list[ByItem] = []
    documents: list[Document] = []
    notes: list[str] = []
    for name in found[:_MOST]:
        pure = PurePosixPath(nfc(name))
        if pure.suffix.lower() in _PICTURES and given is not None and _is_plot(pure, source, answered, assignment):
            continue
        document, text = _document(name, files[name], assignment)
        if given is None and (link := _only_link(text, files[name], assignment)) is not None:
            document, text = document.model_copy(update={"unread": _ONLY_A_LINK.filled(link)}), ""
        added = _cells(text, document.items, assignment) if text.strip() else []
        words = notebook.by_item({"cells": _numbered(added, 1)}, assignment)
        if added and not words.headed and pure.suffix.lower() in _MARKDOWN:  # `P2: ...`, as people write plain text
            named = markup.with_headings(text, list(assignment.item_ids))
            added = _cells(named, document.items, assignment)
            words = notebook.by_item({"cells": _numbered(added, 1)}, assignment)
        if given is not None and not words.headed and not document.unread and pure.suffix.lower() not in _PDF:
            continue
        if not added and not document.unread:
            notes.append(f"{document.name} is empty")
            continue
        documents.append(document)
        notes.append(_note(document, words, given is not None))
        cells += added
        said += [words] if added else []
    if len(found) > _MOST:
        notes.append(f"of {len(found)} documents only {_MOST} were read: hand in one")
    start = len(given["cells"]) + 1 if given else 1
    return Words(tuple(_numbered(cells, start)), tuple(said), tuple(documents), tuple(filter(None, notes)))


def joined(first: ByItem, others: Iterable[ByItem]) -> ByItem:
    """One after the other: each item's words of all, with the cells counted on."""
    for other in others:
        before = len(first.cells)
        answers = dict(first.answers)
        for item, answer in other.answers.items():
            moved = answer.model_copy(update={"cells": tuple(number + before for number in answer.cells)})
            own = answers.get(item)
            if own is not None and _squeezed(moved.text) in _squeezed(own.text):
                continue  # the notebook printed as a PDF
            if own is not None:
                text = f"{own.text}\n\n{moved.text}"
                moved = moved.model_copy(update={"text": text, "cells": (*own.cells, *moved.cells)})
            answers[item] = moved
        first = first._replace(
            cells=(*first.cells, *other.cells),
            answers=answers,
            headed=tuple(dict.fromkeys((*first.headed, *other.headed))),
            elsewhere="\n\n".join(filter(None, (first.elsewhere, other.elsewhere))),
            notes=(*first.notes, *other.notes),
            named=first.named | other.named,
        )
    return first


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _document(name: str, file: Path, assignment: Assignment) -> tuple[Document, str]:
    """The document, and its words as Markdown."""
    suffix = PurePosixPath(name).suffix.lower()
    shown = printable(nfc(name))
    items = _items_of(PurePosixPath(shown).stem, assignment)
    unread: Text | None = None
    pictures: tuple[str, ...] = ()
    text = ""
    ids = list(assignment.item_ids)
    if suffix in _PDF:
        found = pdf.read(file)
        text, unread, pictures = markup.with_headings("\n".join(found.pages), ids), found.unread, found.pictures
    elif suffix in _OFFICE:
        unread = _OFFICE_FILE.filled(_OFFICE[suffix])
    elif suffix in _PICTURES:
        unread = _PICTURE
    else:
        text, unread = _text(file)
        text = markup.of_html(text) if suffix in _HTML else text
        text = text if suffix in _MARKDOWN else markup.with_headings(text, ids)
    return Document(name=shown, path=file, items=items, unread=unread, pictures=pictures), text


def _only_link(text: str, file: Path, assignment: Assignment) -> str | None:
    """The first address in a text that says hardly anything besides, such as an online entry with a shared notebook."""
    words = _ADDRESS.sub("", text)
    if len(_squeezed(words)) >= _MOST_BESIDE_LINK:
        return None
    said = notebook.by_item({"cells": _numbered(_cells(text, (), assignment), 1)}, assignment) if text.strip() else None
    if said is not None and (said.headed or said.answers):
        return None
    try:
        with file.open("rb") as data:
            raw = data.read(_MAX_BYTES).decode("utf-8", "replace") if file.suffix.lower() in _HTML else text
    except OSError:
        return None
    found = _ADDRESS.search(text) or _ADDRESS.search(raw)
    return printable(found[0])[:200] if found else None


def _text(file: Path) -> tuple[str, Text | None]:
    try:
        with file.open("rb") as data:
            raw = data.read(_MAX_BYTES + 1)
    except OSError as error:
        return "", _CLOSED.filled(error.strerror)
    if len(raw) > _MAX_BYTES:
        return "", _TOO_LONG.filled(f"{_MAX_BYTES / 1e3:.0f}")
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            return raw.decode(encoding), None
        except UnicodeDecodeError:
            continue
    return "", _NO_TEXT


def _cells(text: str, items: tuple[str, ...], assignment: Assignment) -> list[dict[str, Any]]:
    """Markdown cells; under a heading for the items that the file's name names, if no heading of its own does."""
    parts = [text[at : at + _CELL] for at in range(0, len(text), _CELL)]
    cells = [{"cell_type": "markdown", "metadata": {}, "source": part} for part in parts]
    if items and not notebook.by_item({"cells": cells}, assignment).headed:
        cells[0]["source"] = f"# {' / '.join(items)}\n\n{parts[0]}"
    return cells


def _numbered(cells: Iterable[dict[str, Any]], start: int) -> list[dict[str, Any]]:
    return [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, start)]


def _items_of(stem: str, assignment: Assignment) -> tuple[str, ...]:
    """Items that a file's name names: `P2`, `hw1_P3-1`; all those of a group, `P3`."""
    ids = list(assignment.item_ids)
    outline = Outline(ids)
    words = stem.replace("_", " ")
    named = outline.enter(Heading(words, 1), ()).named
    if named:
        return named
    groups = [outline.enter(Heading(word, 1), ()).named for word in words.split()]
    inside = [word for word, found in zip(words.split(), groups, strict=True) if found == ()]
    return tuple(item for item in ids for word in inside if item.casefold().startswith(f"{word.casefold()}."))


def _of_a_project(name: str) -> bool:
    return PurePosixPath(name).stem.casefold().startswith(_OF_A_PROJECT)


def _is_plot(name: PurePosixPath, source: str, answered: bool, assignment: Assignment) -> bool:
    """Whether a picture beside a notebook is rather one that it draws or shows."""
    return name.name in source or (answered and not _items_of(name.stem, assignment))


def _note(document: Document, words: ByItem, beside: bool) -> str:
    if document.unread is not None:
        return f"{document.name} is for a person to read: {document.unread.en}"
    items = ", ".join(words.answers) or "no item that a heading names"
    return f"{document.name} was read{' besides the notebook' if beside else ''}: words for {items}"


_OFFICE_FILE = say(
    "{0} 문서는 읽지 않습니다. PDF나 Markdown으로 저장해 제출해 주세요.",
    "a {0} document is not read: save it as PDF or Markdown",
)
_ONLY_A_LINK = say(
    "링크({0})만 들어 있습니다. 링크는 열지 않으니 노트북 파일을 제출해 주세요.",
    "it only holds a link, {0}, which is not followed: hand in the notebook itself",
)
_PICTURE = say("그림이라서 사람이 읽습니다.", "it is a picture")
_CLOSED = say("파일을 열 수 없습니다({0}).", "the file cannot be opened ({0})")
_TOO_LONG = say("{0} kB보다 긴 글은 읽지 않습니다.", "a text of more than {0} kB is not read")
_NO_TEXT = say(
    "글자를 알아볼 수 없는 파일입니다. UTF-8로 저장해 주세요.",
    "the file is no text in UTF-8 or CP949: save it as UTF-8",
)
