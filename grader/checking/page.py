"""A look at a notebook as a piece of a page, below the cell that asked for it. Escaped; no script, no link."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from types import MappingProxyType

from grader.checking import lines
from grader.checking.checked import Checked
from grader.checking.lines import SIGNS, Line

# that can be read on white and on black
_COLOURS = MappingProxyType(
    {
        "passed": "#2e9e5b",
        "partial": "#c98a1b",
        "failed": "#d9534f",
        "skipped": "inherit",
        "undecided": "#3b8fc4",
        "kept_back": "inherit",
    }
)
_QUIET = "opacity:.7"


def page(checked: Checked, source: str) -> str:
    """`source`: what was looked at, in a sentence."""
    top = lines.head(checked)
    parts = [
        _paragraph(top.title, "font-weight:600"),
        _paragraph(f"{source} {top.took}", _QUIET),
        *(_paragraph(trouble, f"color:{_COLOURS['partial']}") for trouble in top.trouble),
        *(_paragraph(remark, _QUIET) for remark in top.remarks),
        _paragraph(top.total, "font-weight:600"),
    ]
    for block in lines.blocks(checked):
        title = f'<th colspan="2" style="{_CELL}">{escape(block.title)}</th>'
        earned = f'<th style="{_CELL};{_RIGHT}">{escape(block.points)}</th>'
        rows = "".join(f"<tr>{''.join(_cells(line))}</tr>" for line in block.lines)
        parts.append(f'<table style="{_TABLE}"><tr>{title}{earned}</tr>{rows}</table>')
    if told := lines.waits(checked):
        parts.append(_paragraph(f"? {told}", _QUIET))
    return f'<div style="max-width:60em;line-height:1.4">{"".join(parts)}</div>'


_TABLE = "width:100%;border-collapse:collapse;margin:.6em 0;background:none"
_CELL = "text-align:left;vertical-align:top;padding:.15em .5em;background:none;border:0"
_RIGHT = "text-align:right;white-space:nowrap"


def _cells(line: Line) -> Iterator[str]:
    colour = f"color:{_COLOURS[line.state]}"
    says = "".join(f"<div>{escape(words)}</div>" for words in line.says)
    aside = "".join(f'<div style="{_QUIET}">{escape(words)}</div>' for words in line.aside)
    quiet = f";{_QUIET}" if line.state == "kept_back" else ""
    yield f'<td style="{_CELL};width:1.2em;{colour}">{SIGNS[line.state][0]}</td>'
    yield f'<td style="{_CELL}{quiet}">{escape(line.text)}{says}{aside}</td>'
    yield f'<td style="{_CELL};{_RIGHT};{colour}">{escape(line.points)}</td>'


def _paragraph(text: str, style: str) -> str:
    return f'<p style="margin:.2em 0;{style}">{escape(text)}</p>'
