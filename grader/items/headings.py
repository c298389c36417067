"""Markdown -> its lines, with the headings among them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
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
_TAG = re.compile(r"</?(?:[a-z]+|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BOLD = re.compile(
    rf"{_WRAPPERS}(\d{{1,2}}\\?[.)]\s+)?(?:(\*\*\*?|___?)(?![\s*_])(.+?)\2|<(b|strong)>(.+?)</\4>)\s*[.:]?\s*(?:</[a-z]+>\s*)*$",
    re.IGNORECASE,
)
_LONGEST_BOLD = 300
BOLD_LEVEL = 8  # below every heading


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
        text = _TAG.sub("", (bold[1] or "").replace("\\", "") + (bold[3] or bold[5]))
        yield Line(line, Heading(text.strip(), BOLD_LEVEL, at_start=True))
    else:
        yield Line(line, None)
