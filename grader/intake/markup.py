"""HTML of a text box, and plain text, as Markdown whose headings name items."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from grader.items.headings import Heading
from grader.items.outline import Outline

_BLOCKS = frozenset(("address", "article", "blockquote", "br", "div", "hr", "li", "ol", "p", "pre", "section", "table"))
_ENDS = _BLOCKS | {"tr", "ul", "td", "h1", "h2", "h3", "h4", "h5", "h6"}
_UNSEEN = frozenset(("script", "style", "template", "head", "noscript"))
_MOST = 500_000  # characters of HTML
_LONGEST_HEADING = 60
_SENTENCE = re.compile(r"(?:다|요|음|함|[.!?])[.!?\s]*$")
_NUMBER = re.compile(r"\s*(\(\s*\d{1,2}\s*\)|\d{1,2}\s*[.)번])")
_NAME_ENDS = re.compile(r"\s*(?:[:：)\]–—]|[.\-](?!\d)|번|답\s*[:：])+\s*")  # not within `P3.1`, `P3-1`
_COLON = re.compile(r"[^:：]{1,20}[:：]\s*(?=\S)")


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif re.fullmatch(r"h[1-6]", tag):
            self.parts.append(f"\n{'#' * int(tag[1])} ")
        elif tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _ENDS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def of_html(markup: str) -> str:
    """The words of a page with its headings and lists; nothing of its scripts."""
    parser = _Plain()
    parser.feed(markup[:_MOST])
    parser.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.parts)).strip()


def with_headings(text: str, items: Iterable[str]) -> str:
    """Plain text in which the lines that begin with an item's name are headings, `P3` and below it `(1)` too.

    What follows the name in the same line stays in the answer if it is a sentence.
    """
    outline = Outline(items)
    current: tuple[str, ...] = ()
    style, made = "", []
    for line in text.splitlines():
        number = _NUMBER.match(line)
        of_style = re.sub(r"\d+", "0", number[1].replace(" ", "")) if number else ""
        level = 3 if number else 2
        if not line.strip() or (number and style and of_style != style):
            made.append(line)
            continue
        head, rest = _split(line.lstrip("# \t"))
        named = outline.enter(Heading(head.strip(), level, at_start=True), current).named
        if named is None:
            made.append(line)
            continue
        style = of_style if number else ""
        current = named
        made += ["", f"{'#' * level} {head.strip()}", "", *([rest] if rest else [])]
    return "\n".join(made)


def _split(line: str) -> tuple[str, str]:
    """A line as a heading, and what follows it as text where it is long or a sentence."""
    if colon := _COLON.match(line):
        return line[: colon.end()], line[colon.end() :]
    if len(line) <= _LONGEST_HEADING and not _SENTENCE.search(line):
        return line, ""
    end = _NAME_ENDS.search(line, 0, 40)
    return (line[: end.end()], line[end.end() :]) if end else (line[:40], line)
