"""What is wrong with the files that a run left for people: anything active, anything loaded from elsewhere."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_ACTIVE = {"script", "iframe", "object", "embed", "form", "base", "link", "video", "audio", "frame", "applet"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LOADS = ("src", "srcset", "srcdoc", "action", "formaction", "background", "poster", "xlink:href", "data")
_SCHEME = re.compile(r"\s*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
_REMOTE = re.compile(r"url\s*\(|@import|position\s*:\s*fixed", re.IGNORECASE)


def problems(folder: Path) -> list[str]:
    found = []
    for page in sorted(folder.rglob("*.html")):
        found += [f"{page.name}: {told}" for told in _in_page(page.read_text(encoding="utf-8"))]
    for plain in (*folder.rglob("*.json"), *folder.rglob("*.ipynb")):
        odd: list[str] = []
        json.loads(plain.read_text(encoding="utf-8"), parse_constant=odd.append)
        found += [f"{plain.name}: {name} is no JSON" for name in odd]
    for table in folder.rglob("*.csv"):
        for row in csv.reader(table.read_text(encoding="utf-8").splitlines()):
            found += [f"{table.name}: a spreadsheet would run {cell[:40]}" for cell in row if _is_formula(cell)]
    return found


def _is_formula(cell: str) -> bool:
    return cell.lstrip().startswith(("=", "+", "-", "@")) or cell.startswith(("\t", "\r"))


class _Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))


def _in_page(page: str) -> Iterator[str]:
    if _CONTROL.search(page):
        yield "a control character"
    elements = _Page(page).elements
    policy = [
        attrs.get("content", "") for tag, attrs in elements if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    if len(policy) != 1 or "default-src 'none'" not in policy[0] or "script-src" in policy[0]:
        yield f"its policy is {policy}"
    for tag, attrs in elements:
        if tag in _ACTIVE or attrs.get("http-equiv", "").lower() == "refresh":
            yield f"<{tag} {attrs}>"
        for name, value in attrs.items():
            loads = name in _LOADS and not value.startswith("data:image/")
            leads = name == "href" and _SCHEME.match(value)
            if name.startswith("on") or loads or leads or (name == "style" and _REMOTE.search(value)):
                yield f"<{tag} {name}={value[:60]}>"
