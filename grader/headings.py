"""Markdown -> its lines, with the headings among them, and the items that a heading or a tag names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FENCE = re.compile(r"\s*(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?!#)(.*)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_NO_PARAGRAPH = re.compile(r"\s*$| {4}|\t|\s*(?:[-+*>|<]|\d{1,9}[.)])\s|\s*[>|<]")
_WRAPPERS = r" {0,3}(?:<(?:div|center|p|a|font|span)\b[^<>]*>\s*)*"
_HTML = re.compile(_WRAPPERS + r"<h([1-6])\b[^<>]*>(.*)", re.IGNORECASE)
_HTML_ACROSS_LINES = re.compile(r"(<h[1-6]\b[^<>]{0,300}>)[ \t]*\n(.{0,300})\n[ \t]*(?=</h[1-6])", re.IGNORECASE)
_HTML_END = re.compile(r"</h[1-6]\s*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BOLD = re.compile(r" {0,3}(?:(\*\*\*?|___?)(?![\s*_])(.+?)\1|<(b|strong)>(.+?)</\3>)\s*[.:]?\s*$", re.IGNORECASE)
_LONGEST_BOLD = 300
_BOLD_LEVEL = 8  # below every heading
_NUMBER = re.compile(r"[\s*_`]*\(?\s*([^\W\d_]|\d{1,3})(?:\s*\)|[.:](?!\d)|[\s*_`]*$|번)")
_AND = re.compile(r"[\s*`_)\]]*(?:[/,&+·]|및|과|와|and\b)[\s*`_(\[]*", re.IGNORECASE)
_BEFORE_NAME = re.compile(r"[\W_]*")
_PARTICLE = re.compile(r"(?!번)[^\W\d_]")  # `P2와 같이` begins a sentence; `P2번` is a name
_PARTS = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True)
class Heading:
    """A heading's text and level, from 1. `at_start`: it may be meant as none, so only a name it begins with counts."""

    text: str
    level: int
    at_start: bool = False


class Line(NamedTuple):
    text: str
    heading: Heading | None


def lines(source: str) -> Iterator[Line]:
    """Lines of Markdown without HTML comments; with each the heading that it is (never inside a fence).

    A heading of two lines, underlined, comes as one; so does one in HTML, without what follows it on its line.
    """
    plain = _COMMENT.sub("", unicodedata.normalize("NFC", source))
    written = _HTML_ACROSS_LINES.sub(r"\1\2", plain).splitlines()
    open_fence, above = "", ""
    skip = False
    for line, below in zip_longest(written, written[1:], fillvalue=""):
        if skip:
            skip, above = False, ""
            continue
        fence = _FENCE.match(line)
        if open_fence or fence:
            open_fence = _fence_after(open_fence, fence)
            yield Line(line, None)
        elif underlined := _underlined(above, line, below):
            skip = True
            yield Line(f"{line}\n{below}", underlined)
        else:
            yield from _single(line)
        above = line


def _fence_after(open_fence: str, fence: re.Match[str] | None) -> str:
    """The fence that is open after a line which is a fence, or stands within one."""
    if fence and open_fence:
        return "" if fence[1].startswith(open_fence) and not fence[2].strip() else open_fence
    if fence and not (fence[1][0] == "`" and "`" in fence[2]):  # else code within a line, as in ```x = 1```
        return fence[1]
    return open_fence


def _underlined(above: str, line: str, below: str) -> Heading | None:
    """A paragraph of one line over `===` or `---`. The latter is often meant as a rule: there the name comes first."""
    underline = _UNDERLINE.match(below)
    if not underline or not _NO_PARAGRAPH.match(above) or _NO_PARAGRAPH.match(line) or _ATX.match(line):
        return None
    rule = underline[1][0] == "-"
    return Heading(line.strip(), 2 if rule else 1, at_start=rule)


def _single(line: str) -> Iterator[Line]:
    if atx := _ATX.match(line):
        yield Line(line, Heading(atx[2].strip().rstrip("#").strip(), len(atx[1])))
    elif html := _HTML.match(line):
        end = _HTML_END.search(line, html.start(2))
        stop = end.start() if end else len(line)
        after = end.end() if end else len(line)
        yield Line(line[:after], Heading(_TAG.sub("", line[html.start(2) : stop]).strip(), int(html[1])))
        if _TAG.sub("", line[after:]).strip():
            yield Line(line[after:], None)
    elif len(line) <= _LONGEST_BOLD and (bold := _BOLD.match(line)):
        text = _TAG.sub("", bold[2] or bold[4])
        yield Line(line, Heading(text.strip(), _BOLD_LEVEL, at_start=True))
    else:
        yield Line(line, None)


# ---------------------------------------------------------------- names of items


@lru_cache(maxsize=256)
def pattern(item_id: str) -> re.Pattern[str]:
    """`P3.1` also as `p3-1`, `P3_1`, `P 3.1`, `P3 (1)`, `문제 3.1`, `Problem 3.1`; never inside `P3.12` or `MP3.1`."""
    first, *others = _PARTS.findall(unicodedata.normalize("NFKC", item_id)) or [item_id]
    written = r"(?:p|q|문제|문항|problem|question)" if first.casefold() in ("p", "q") else re.escape(first)
    for before, part in zip([first, *others], others, strict=False):
        if before.isdigit() and part.isdigit():  # `P31` is another item than `P3.1`
            written += rf"(?:[\s.\-_]+{part}|[\s.\-_]*\(\s*{part}\s*\))"
        else:
            written += rf"[\s.\-_]*{re.escape(part)}"
    ends = r"(?!\d|[.\-_]\d)" if item_id[-1:].isdigit() else r"(?![a-z\d])"
    return re.compile(rf"(?<![^\W_]){written}{ends}", re.IGNORECASE)


def is_name(text: str, item_id: str) -> bool:
    """Whether the whole text names the item."""
    return pattern(item_id).fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


class Outline:
    """Which items the headings of a notebook name, met one after the other."""

    def __init__(self, item_ids: Iterable[str]) -> None:
        self._items = {item_id: pattern(item_id) for item_id in item_ids}
        self._groups = _groups(self._items)
        self._above: list[tuple[int, Mapping[str, str]]] = []  # level, and items by the number below that heading

    def tagged(self, tags: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item for tag in tags for item in self._items if is_name(tag, item)))

    def enter(self, heading: Heading, current: tuple[str, ...]) -> tuple[str, ...] | None:
        """The items that a heading names, none for one above items such as `P3`; None for any other heading.

        `current` are the items of the heading before: a heading above them too leaves them as they are.
        """
        plain = unicodedata.normalize("NFKC", heading.text)
        while self._above and self._above[-1][0] >= heading.level:
            self._above.pop()
        group = self._group(plain)
        named = self._named(plain, heading.at_start) or self._numbered(plain)
        if named or group:
            bold_above = bool(group) and heading.level == _BOLD_LEVEL
            self._above.append((heading.level - bold_above, group))
        if named or not group:
            return named or None
        return current if set(current) & set(group.values()) else ()

    def _named(self, plain: str, at_start: bool) -> tuple[str, ...]:
        """The item whose name stands first, `P3.1 (see also P1.1)`, and those joined to it, `P3.1 / P3.2`."""
        found = [(m.start(), -m.end(), item) for item, written in self._items.items() if (m := written.search(plain))]
        if not found:
            return ()
        start, end, item = min(found)
        if at_start and not _begins(plain, start, -end):
            return ()
        named = [item]
        while joint := _AND.match(plain, -end):
            after = [(-m.end(), i) for i, written in self._items.items() if (m := written.match(plain, joint.end()))]
            if not after:
                break
            end, item = min(after)
            named.append(item)
        return tuple(dict.fromkeys(named))

    def _numbered(self, plain: str) -> tuple[str, ...]:
        """`(1)`, `1.` or `1)` below a heading `P3` is P3.1."""
        number = _NUMBER.match(plain)
        item = self._above[-1][1].get(number[1].casefold()) if number and self._above else None
        return (item,) if item else ()

    def _group(self, plain: str) -> Mapping[str, str]:
        for written, group in self._groups:
            found = written.search(plain)
            if found and _begins(plain, found.start(), found.end()):
                return group
        return {}


def _begins(plain: str, start: int, end: int) -> bool:
    """Whether a heading begins with the name that stands there, and goes on as a title does."""
    before = _BEFORE_NAME.match(plain)
    return before is not None and before.end() >= start and not _PARTICLE.match(plain, end)


def _groups(item_ids: Iterable[str]) -> list[tuple[re.Pattern[str], Mapping[str, str]]]:
    """Items by what their ids have in common: `P3` with 1 -> P3.1 and 2 -> P3.2. A common `P` alone says nothing."""
    groups: dict[str, dict[str, str]] = {}
    for item_id in item_ids:
        *common, last = _PARTS.findall(unicodedata.normalize("NFKC", item_id)) or [item_id]
        if len(common) > 1:
            groups.setdefault(" ".join(common), {})[last.casefold()] = item_id
    return [(pattern(common), group) for common, group in groups.items()]
