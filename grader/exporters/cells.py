"""Cells of tables that people open in spreadsheets."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@")  # a spreadsheet would run such a cell
# Many spreadsheets part cells at semicolons and tabs too, or instead of commas, and then honour no quotes.
_NEXT_CELL = re.compile(r"""([;\t\r\n])(?=[\s"]*[=+\-@＝＋－＠])""")


def harmless(cell: str) -> str:
    """Text that no spreadsheet takes for a formula, nor a part of it, whatever it thinks stands between two cells."""
    start = unicodedata.normalize("NFKC", cell[:20]).lstrip()  # full-width signs and leading white space count too
    inside = _NEXT_CELL.sub(r"\1'", cell)
    return f"'{inside}" if start.startswith(_FORMULA_STARTS) or cell.startswith(("\t", "\r", "\n")) else inside


def number(value: float | None) -> str:
    """A number as short as it is exact; empty where it is not known, never 0."""
    return "" if value is None else f"{value:.10g}"


def two_decimals(value: float, decimal: str = ".") -> str:
    """Points as the learning systems write them."""
    return f"{value:.2f}".replace(".", decimal)


def as_number(text: str) -> float | None:
    """What a cell says, with a decimal point or comma; None if it is no number."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if value - value == 0 else None  # `nan` and `inf` are words here


def yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def table(rows: Iterable[Sequence[str]], *, mark: bool) -> bytes:
    """A CSV in UTF-8; the byte order mark lets spreadsheets see that it is. Every cell is made harmless."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8", errors="replace")
