"""How values are written for people: points, numbers, evidence, and text that nobody has checked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from grader.exporters.labels import evidence_level, evidence_name, label
from grader.model import Language

_MAX_CHIPS = 12
_MAX_LIST = 6
_MAX_WORDS = 120  # characters of one value
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TICKED = re.compile(r"`([^`]{1,80})`")
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class Chip:
    """One thing that a check saw; ``cell`` is set where the value is the number of a cell."""

    key: str
    value: str
    cell: int | None = None


def css_string(text: str) -> str:
    """For between the quotes of a style sheet: whatever is no letter or digit becomes its code."""
    return "".join(sign if sign.isalnum() else f"\\{ord(sign):x} " for sign in printable(text))


def printable(text: str) -> str:
    """``text`` of the same length that any file and browser takes: no control characters, no half of a pair."""
    return _UNPRINTABLE.sub("\ufffd", text)


def one_line(text: str, most: int = 400) -> str:
    """A message without terminal colours and line breaks, shortened."""
    words = " ".join(_ANSI.sub("", text).split())
    return words if len(words) <= most else words[: most - 1] + "…"


def points(value: float) -> str:
    """Points with two decimals at most and none that say nothing: 12, 7.5, 0.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if round(value, 2) else "0"


def moment(value: dt.datetime) -> str:
    """Date and minute, with the name of the time zone where it is known."""
    return value.strftime("%Y-%m-%d %H:%M %Z").strip()


def number(value: float) -> str:
    """Four significant digits; thousands are grouped and never written as a power of ten."""
    size = abs(value)
    if 1000 <= size < 1e12:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def chips(evidence: Mapping[str, Any], language: Language) -> list[Chip]:
    """The first pieces of evidence as short readable pairs."""
    return [
        Chip(
            one_line(evidence_name(key, language), 40),
            evidence_level(value, language) if key == "level" and isinstance(value, str) else written(value, language),
            value if key == "cell" and isinstance(value, int) and not isinstance(value, bool) else None,
        )
        for key, value in list(evidence.items())[:_MAX_CHIPS]
    ]


def written(value: object, language: Language, depth: int = 0) -> str:
    """Any JSON value in few words."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return label("yes" if value else "no", language)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Mapping | list | tuple):
        return one_line(_several(value, language, depth), _MAX_WORDS)
    return one_line(str(value), _MAX_WORDS) or label("none", language)


def with_code(text: str) -> Markup:
    """A sentence, escaped, in which `names between backticks` are set as code."""
    parts = _TICKED.split(one_line(text))
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def href(link: str) -> str:
    """A relative link in ASCII that cannot name a scheme; one that is percent-encoded already stays as it is."""
    return quote(printable(link), safe="/%#?=&;+,@!$'()*~")


def _several(value: Mapping[Any, Any] | list[Any] | tuple[Any, ...], language: Language, depth: int) -> str:
    if depth > 2:
        return "…"
    if isinstance(value, Mapping):
        parts = [f"{key} {written(inner, language, depth + 1)}" for key, inner in list(value.items())[:_MAX_LIST]]
    else:
        parts = [written(inner, language, depth + 1) for inner in list(value)[:_MAX_LIST]]
    if len(value) > _MAX_LIST:
        parts.append(label("more", language, n=len(value) - _MAX_LIST))
    return (" · " if depth == 0 else ", ").join(parts) if parts else label("none", language)
