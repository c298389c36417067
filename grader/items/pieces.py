"""One block for all: words under no item's heading, cut into pieces and dealt to the items that they answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from grader.items import names as item_names
from grader.items.outline import Outline
from grader.items.sections import Section, Words
from grader.items.topics import Topics

_MOST_LINES = 1_000  # that are dealt; homework has dozens under no heading
_LONGEST_LABEL = 80
_MARGIN = re.compile(r" {0,3}(?:[*_]{1,3}(?=\S))?")
_ESCAPED = re.compile(r"(?<=\d)\\(?=[.)])")


class Piece(NamedTuple):
    """A paragraph, or a numbered piece of several. `item` is the one that its label names or its number may mean."""

    words: Words
    item: str | None = None
    by_name: bool = False

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.words)


class Dealt(NamedTuple):
    """Words by item, and those that are no item's for sure."""

    answers: dict[str, Words]
    rest: Words
    notes: tuple[str, ...]


def deal(sections: Sequence[Section], outline: Outline, topics: Topics, wanted: Collection[str]) -> Dealt:
    """Deal the words of sections without an item to `wanted` items, by label, topic or number; in doubt to none."""
    answers: dict[str, Words] = {}
    rest: Words = []
    lines = 0
    for section in sections:
        if section.items:
            continue
        lines += len(section.words)
        if lines > _MOST_LINES:
            rest.extend(section.words)
            continue
        pieces = [piece for piece in _pieces(section, outline) if piece.words]
        counts = _numbers_agree(pieces, topics)
        before: str | None = None
        for piece in _finer(pieces, topics):
            before = _item(piece, topics, counts, before)
            if before is not None and before in wanted:
                answers.setdefault(before, []).extend(piece.words)
            else:
                rest.extend(piece.words)
    return Dealt(answers, rest, tuple(_note(item, words) for item, words in answers.items()))


def _note(item: str, words: Words) -> str:
    cells = ", ".join(str(number) for number in dict.fromkeys(number for number, _ in words))
    return f"{item} has no heading; its answer was recognised by number or topic (cell {cells})"


def _item(piece: Piece, topics: Topics, counts: bool, before: str | None) -> str | None:
    """The item of one piece; `before` is that of the piece above, which a paragraph may go on with."""
    about = topics.of_passage(piece.text)
    if piece.item and (piece.by_name or counts) and about in (None, piece.item):
        return piece.item
    if about or piece.item:
        return about
    return before if before and topics.leans(piece.text) == before else None


def _numbers_agree(pieces: Sequence[Piece], topics: Topics) -> bool:
    """Whether numbers are those of items, not of steps: no piece contradicts its number, and half bear theirs out."""
    numbered = [piece for piece in pieces if piece.item and not piece.by_name]
    if any(topics.of_passage(piece.text) not in (None, piece.item) for piece in numbered):
        return False
    agreeing = sum(topics.leans(piece.text) == piece.item for piece in numbered)
    return len(numbered) > 1 and 2 * agreeing >= len(numbered) and len({p.item for p in numbered}) == len(numbered)


def _finer(pieces: Sequence[Piece], topics: Topics) -> Iterator[Piece]:
    """Pieces, where a paragraph without label that is about no single item comes line by line."""
    for piece in pieces:
        if piece.item or len(piece.words) == 1 or topics.of_passage(piece.text):
            yield piece
        else:
            yield from (Piece([line]) for line in piece.words)


def _pieces(section: Section, outline: Outline) -> Iterator[Piece]:
    """Paragraphs and labelled pieces, in order. A label begins a piece that goes on to the next label."""
    labels = _Labels(outline, section.group)
    piece, labelled = Piece([]), False
    for cell, lines in groupby(section.words, key=lambda word: word[0]):
        for _, line in lines:
            label = labels.read(line)
            if label or not (line.strip() or labelled):
                yield piece
                piece, labelled = Piece([], label.item, label.by_name) if label else Piece([]), label is not None
            piece.words.append((cell, line))
        if not labelled:
            yield piece
            piece = Piece([])
    yield piece


class _Label(NamedTuple):
    """A number or a name at the beginning of a line, and the item that it names or may mean."""

    item: str | None
    by_name: bool = False


class _Labels:
    """Numbers at the beginning of lines: `2.`, and `(1)` below `3.`."""

    def __init__(self, outline: Outline, group: Mapping[str, str]) -> None:
        self._outline = outline
        self._group = group
        self._outer: tuple[str, bool] | None = None  # the last number of the outer list, and whether in brackets

    def read(self, line: str) -> _Label | None:
        """The label of a line. A number within a numbered piece is one only if it leads to an item."""
        if not line.strip():
            return None
        margin = _MARGIN.match(line)
        start = margin.end() if margin else 0
        text = item_names.plain(_ESCAPED.sub("", line[start : start + _LONGEST_LABEL]))
        item, _ = self._outline.label(text)
        if item:
            return _Label(item, by_name=True)
        path = item_names.bare_number(text)
        if len(path) != 1:
            return _Label(found) if (found := self._outline.item_of_number(path)) else None
        bracketed = text.startswith("(")
        if self._outer and self._outer[1] != bracketed:
            within = self._outline.item_of_number((self._outer[0], *path))
            return _Label(within) if within else None
        self._outer = (path[0], bracketed)
        return _Label(self._group.get(path[0]) or self._outline.item_of_number(path))
