"""Pictures that may stand in a page: a student's plots, checked, and the counts behind our own bars."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model import Document

MAX_BYTES = 1_000_000  # one picture in a feedback page
MAX_PICTURES = 4  # for one item
_MAX_PIXELS = 40_000_000  # a small file can unpack to far more than a browser should hold
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Picture:
    """A checked picture and the cell (from 1) that drew it."""

    src: str
    cell: int


@dataclass(frozen=True)
class Bin:
    """Scores from ``low`` to ``high``; ``share`` is its count as a share of the fullest bin's."""

    low: float
    high: float
    count: int
    share: float


def picture_src(mime: str, data: object, max_bytes: int = MAX_BYTES) -> str | None:
    """A ``data:`` address for base64 that really is a PNG or JPEG of that type, encoded anew; None otherwise."""
    raw = _decoded(data, max_bytes)
    if raw is None:
        return None
    if mime == "image/png" and _is_png(raw):
        return _address(mime, raw)
    if mime == "image/jpeg" and raw.startswith(_JPEG):
        return _address(mime, raw)
    return None


def pictures(notebook: Mapping[str, Any] | None, items_of_cells: Sequence[str | None]) -> dict[str, list[Picture]]:
    """The first few PNG outputs of each item's cells, in the notebook's order."""
    found: dict[str, list[Picture]] = {}
    cells = notebook.get("cells") if notebook else None
    for number, (cell, item) in enumerate(zip(_list(cells), items_of_cells, strict=False), 1):
        if item is None:
            continue
        shown = found.setdefault(item, [])
        for data in _png_outputs(cell):
            src = picture_src("image/png", data) if len(shown) < MAX_PICTURES else None
            if src is not None:
                shown.append(Picture(src, number))
    return {item: shown for item, shown in found.items() if shown}


def small_pictures(document: Document) -> list[str]:
    """Base64 of what a document shows and is small enough for a page: scanned pages, or the file itself."""
    if document.path.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        return list(document.pictures)
    try:
        small = document.path.stat().st_size <= MAX_BYTES
        return [base64.b64encode(document.path.read_bytes()).decode()] if small else []
    except OSError:
        return []


def histogram(values: Sequence[float], maximum: float, bins: int = 10) -> list[Bin]:
    """``values`` from 0 to ``maximum`` counted in equal bins; the last one includes the maximum."""
    width = maximum / bins
    counts = [0] * bins
    for value in values:
        counts[max(0, min(bins - 1, int(value / width + 1e-9)))] += 1
    fullest = max(counts, default=0) or 1
    return [Bin(n * width, (n + 1) * width, count, count / fullest) for n, count in enumerate(counts)]


def _png_outputs(cell: object) -> Iterator[object]:
    for output in _list(cell.get("outputs")) if isinstance(cell, Mapping) else ():
        data = output.get("data") if isinstance(output, Mapping) else None
        if isinstance(data, Mapping) and "image/png" in data:
            yield data["image/png"]


def _decoded(data: object, max_bytes: int) -> bytes | None:
    text = "".join(part for part in data if isinstance(part, str)) if isinstance(data, list) else data
    if not isinstance(text, str) or len(text) > max_bytes * 1.5:
        return None
    try:
        raw = base64.b64decode(_SPACES.sub("", text), validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) <= max_bytes else None


def _is_png(raw: bytes) -> bool:
    if not raw.startswith(_PNG) or len(raw) < 33 or raw[12:16] != b"IHDR":
        return False
    width, height = struct.unpack(">II", raw[16:24])
    return bool(0 < width * height <= _MAX_PIXELS)


def _address(mime: str, raw: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(raw).decode('ascii')}"


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
