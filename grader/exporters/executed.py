"""An executed notebook as safe markup: nbconvert lays it out, bleach decides what of a student's HTML remains.

Everything is made plain before nbconvert sees it. Metadata, which templates put into attributes, is dropped; each
output keeps one representation; HTML passes `clean`; pictures are decoded, checked and encoded anew.
"""

from __future__ import annotations

import html as entities
import logging
import re
from collections.abc import Callable, Mapping, Set
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import bleach  # type: ignore[import-untyped]  # ships no types
import jinja2
import nbformat
from bleach.css_sanitizer import CSSSanitizer  # type: ignore[import-untyped]
from markupsafe import Markup, escape
from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.utils.exceptions import ConversionException

from grader.exporters.figures import picture_src

# What parsers and templates raise on input that nobody foresaw; our own mistakes (NameError, ImportError) are not here.
CONVERSION_ERRORS = (
    ConversionException,
    jinja2.TemplateError,
    nbformat.ValidationError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

_CLOSE_THEMSELVES = frozenset(("br", "dd", "dt", "hr", "img", "li", "p", "tbody", "td", "tfoot", "th", "thead", "tr"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_INLINE = frozenset(
    ("a", "abbr", "b", "code", "del", "em", "i", "kbd", "s", "small", "span", "strong", "sub", "sup", "u")
)
_BLOCKS = frozenset(("blockquote", "caption", "details", "div", "dl", "ol", "pre", "summary", "table", "ul"))
_TAGS = _CLOSE_THEMSELVES | _HEADINGS | _INLINE | _BLOCKS
_PICTURES = ("image/png", "image/jpeg")
_STYLES = ("color", "background-color", "text-align", "font-weight")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_UNSEEN = re.compile(r"<(script|style|template|noscript)\b", re.IGNORECASE)
_CLASS = re.compile(r"(highlight|dataframe|[a-z]{1,2}\d?)")
_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_HALF_PAIRS = re.compile("[\ud800-\udfff]")
_SMALL = re.compile(r"\d{1,4}")
_ATTACHMENT = re.compile(r"\(attachment:([^)\s]+)[^)]*\)")
_MAX_MARKUP = 100_000  # characters of HTML or Markdown in one place; parsing more costs seconds
_MAX_OPEN = 60  # elements left open at once; parsing time grows with its square
_MAX_TEXT = 40_000  # characters of one output
_MAX_CODE = 60_000  # characters of one cell that are coloured
_MAX_PICTURE = 4_000_000  # bytes
_COLOURED = 256  # cells whose colours are kept


Cell = dict[str, Any]  # of nbformat 4, with its number as the only metadata


class CellsExporter(HTMLExporter):
    """nbconvert's HTML of tidied cells, without a second parse of what was just sanitised."""

    def from_notebook_node(self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any) -> Any:
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


def prepare() -> None:
    """Compile the templates, which takes longer than a page."""
    render_cells([], frozenset())


def render_cells(cells: list[Cell], failed: Set[int]) -> Markup:
    """The cells as markup, with an anchor ``cell-N`` each. Raises one of ``CONVERSION_ERRORS``."""
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    as_node: Any = nbformat.from_dict
    body, _ = _exporter().from_notebook_node(as_node(notebook), {"failed": failed})
    return Markup(body)  # escaped or cleaned piece by piece, see templates/notebook


def tidy_cells(notebook: Mapping[str, Any] | None) -> list[Cell]:
    """The notebook's cells with only what may be shown; a cell of any odd shape becomes a plain one."""
    cells = notebook.get("cells") if notebook else None
    return [_tidy_cell(cell, number) for number, cell in enumerate(cells if isinstance(cells, list) else [], 1)]


def clean(markup: str) -> str:
    """A student's HTML without anything that runs, loads, overlays or imitates us; text if it is too much to parse."""
    if len(markup) > _MAX_MARKUP or _left_open(markup) > _MAX_OPEN:
        return f"<pre>{escape(shorten(markup))}</pre>"
    return str(
        bleach.clean(
            _without_unseen(markup),
            tags=_TAGS,
            attributes=_allowed,
            protocols=("http", "https", "mailto", "data"),
            css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES),
            strip=True,
        )
    )


def shorten(text: str, most: int = _MAX_TEXT) -> str:
    """``text``, or its beginning and end with a count of what lies between."""
    if len(text) <= most:
        return text
    head, tail = text[: most * 3 // 4], text[-(most // 4) :]
    return f"{head}\n[… {len(text) - len(head) - len(tail):,} …]\n{tail}"


@cache
def _exporter() -> Any:
    silent = logging.getLogger(f"{__name__}.nbconvert")
    silent.addHandler(logging.NullHandler())
    silent.propagate = False  # nbconvert warns of a student's missing picture titles, which is no news to a TA
    build: Any = CellsExporter  # nbconvert's constructors and filters have no types
    exporter = build(
        template_name="notebook",
        extra_template_basedirs=[str(Path(__file__).parent.parent / "templates")],
        default_preprocessors=[],  # nothing is left for them to do, and the notebook is validated before each
        sanitize_html=True,
        exclude_anchor_links=True,
        mathjax_url="",
        require_js_url="",
        jquery_url="",
        jupyter_widgets_base_url="",
        log=silent,
    )
    build = Highlight2HTML
    # a class hands in the handout's cells many times, and colouring is a tenth of what a notebook costs
    colour = lru_cache(maxsize=_COLOURED)(build(pygments_lexer="ipython3"))
    render = exporter.markdown2html  # a jinja filter: its first argument is the template's context
    exporter.register_filter("shown_code", lambda source: _code(source, colour))
    exporter.register_filter("shown_markdown", lambda source, attachments: _markdown(source, attachments, render))
    exporter.register_filter("highlight_code", colour)
    exporter.register_filter("filter_data_type", lambda data: list(data)[:1])
    return exporter


def _code(source: str, colour: Callable[[str], object]) -> str:
    return f"<pre>{escape(shorten(source))}</pre>" if len(source) > _MAX_CODE else str(colour(source))


def _markdown(source: str, attachments: Mapping[str, Any], render: Callable[..., str]) -> str:
    """One cell that cannot be laid out does not cost the others their layout."""
    if len(source) > _MAX_MARKUP:
        return f"<pre>{escape(shorten(source))}</pre>"
    try:
        return clean(render({"cell": {"attachments": attachments}}, source))
    except CONVERSION_ERRORS:
        return f"<pre>{escape(source)}</pre>"


def _tidy_cell(cell: object, number: int) -> Cell:
    known = cell if isinstance(cell, Mapping) else {"source": cell}
    kind = known.get("cell_type")
    tidy: Cell = {"id": f"cell-{number}", "metadata": {"number": number}, "source": _text(known.get("source"))}
    if kind == "code":
        outputs = known.get("outputs")
        shown = [_tidy_output(output) for output in (outputs if isinstance(outputs, list) else [])]
        return tidy | {"cell_type": "code", "execution_count": None, "outputs": [one for one in shown if one]}
    if kind == "markdown":
        attachments = _tidy_attachments(known.get("attachments"))
        source = _ATTACHMENT.sub(lambda match: match[0] if match[1] in attachments else "()", tidy["source"])
        return tidy | {"cell_type": "markdown", "attachments": attachments, "source": source}
    return tidy | {"cell_type": "raw"}


def _tidy_output(output: object) -> dict[str, Any] | None:
    if not isinstance(output, Mapping):
        return None
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": shorten(_as_printed(_text(output.get("text"))))}
    if kind == "error":
        lines = output.get("traceback")
        text = "\n".join(_text(line) for line in lines) if isinstance(lines, list) else ""
        text = text or f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
        return {"output_type": "error", "ename": "", "evalue": "", "traceback": [shorten(text)]}
    data = output.get("data")
    mime, value = _best(data if isinstance(data, Mapping) else {})
    return {"output_type": "display_data", "data": {mime: value}, "metadata": {}}


def _best(data: Mapping[str, Any]) -> tuple[str, str]:
    """The richest representation that may be shown."""
    if "text/html" in data:
        cleaned = clean(_text(data["text/html"]))
        if _says_something(cleaned):
            return "text/html", cleaned
    for mime in _PICTURES:
        src = picture_src(mime, data.get(mime), _MAX_PICTURE)
        if src is not None:
            return mime, src
    if "text/markdown" in data:
        return "text/markdown", _text(data["text/markdown"])
    for mime in ("text/plain", "text/latex"):
        if mime in data:
            return "text/plain", shorten(_text(data[mime]))
    return "text/plain", f"[{', '.join(shorten(str(mime), 80) for mime in data)}]"


def _tidy_attachments(attachments: object) -> dict[str, dict[str, str]]:
    tidy: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items() if isinstance(attachments, Mapping) else ():
        for mime in _PICTURES if isinstance(bundle, Mapping) else ():
            src = picture_src(mime, bundle.get(mime), _MAX_PICTURE)
            if src is not None:
                tidy[str(name)] = {mime: src.partition(",")[2]}
                break
    return tidy


def _text(value: object) -> str:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if isinstance(value, str):
        return _HALF_PAIRS.sub("\ufffd", value)
    return "" if value is None else f"[{type(value).__name__}]"


def _as_printed(text: str) -> str:
    """A progress bar as a terminal leaves it: of each line, what follows the last carriage return."""
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return all(_CLASS.fullmatch(part) for part in value.split())
    if name in ("style", "title", "alt"):
        return True
    if name in ("colspan", "rowspan", "start", "width", "height"):
        return bool(_SMALL.fullmatch(value))
    if tag == "a" and name == "href":
        return bool(_LINK.match(value))
    return tag == "img" and name == "src" and bool(_IMAGE.fullmatch(value))


def _without_unseen(markup: str) -> str:
    """Scripts and style sheets cut out whole, lest their source be left as text; safety is the sanitiser's work."""
    kept, position = [], 0
    while (opening := _UNSEEN.search(markup, position)) is not None:
        kept.append(markup[position : opening.start()])
        closing = re.compile(rf"</{opening[1]}[^>]*>?", re.IGNORECASE).search(markup, opening.end())
        position = closing.end() if closing else len(markup)
    return "".join([*kept, markup[position:]])


def _left_open(markup: str) -> int:
    """The most elements that are open at once, reckoned for each name apart so that wrong closings hide nothing."""
    open_now: dict[str, int] = {}
    deepest: dict[str, int] = {}
    for match in _TAG.finditer(markup):
        name = match[2].lower()
        if name in _CLOSE_THEMSELVES or name not in _TAGS:
            continue
        open_now[name] = max(0, open_now.get(name, 0) + (-1 if match[1] else 1))
        deepest[name] = max(deepest.get(name, 0), open_now[name])
    return sum(deepest.values())


def _says_something(markup: str) -> bool:
    return "<img src" in markup or bool(entities.unescape(re.sub(r"<[^>]*>", "", markup)).strip())
