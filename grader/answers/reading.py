"""The text of an answer that a person would read, each character with its place in what was written.

Marks of Markdown, HTML and LaTeX become what they show. Text that is not shown (comments, hidden spans, invisible
signs) is left out and reported. Compatibility forms (NFKC), accents apart from their letters (NFD) and letters of
another script that look Latin become the plain ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARACTERS = 20_000  # of an answer, which have hundreds: as much Korean as the analyser reads in a second

_TAGS = (
    "a abbr b big blockquote br center code dd del details div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li"
    " mark ol p pre q s script small span strike strong style sub summary sup table tbody td template textarea th thead"
    " tr u ul"
)
_MARKUP = re.compile(
    rf"(?P<comment><!--.*?(?:-->|\Z))|\[(?://|comment)\]: ?# ?(?P<note>[^\n]*)|~~(?P<struck>[^~\n]{{1,2000}})~~"
    rf"|<(?P<close>/?)(?P<tag>{'|'.join(_TAGS.split())})(?P<inside>(?:\s[^<>]{{0,500}})?)/?>"
    r"|(?P<phantom>\\[hv]?phantom\s*\{(?:[^{}]|\{[^{}]*\}){0,2000}\}?)|!\[(?P<alt>[^\]\n]{0,300})\]\([^)\n]{0,500}\)|\]\((?P<link>[^)\s]{0,500})\)",
    re.IGNORECASE | re.DOTALL,
)
_OF_BLOCKS = "blockquote br center dd details div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table td th tr ul"
_BLOCKS = frozenset(_OF_BLOCKS.split())
_VOID = frozenset(("br", "hr", "img"))
_NEVER_SHOWN = frozenset(("script", "style", "template"))
_HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?(?![\d.])|font-size\s*:\s*0(?![\d.])"
    r"|(?<![-\w])color\s*[:=]\s*[\"']?\s*(?:white|transparent|#f{3}(?:f{3})?\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}|\shidden(?=[\s=/]|$)|(?:width|height)\s*:\s*0(?![\d.])"
    r"|\bsize\s*=\s*[\"']?0",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"\\(?:d|t)?frac\s*(?:\{(?P<over>[^{}]{1,80})\}\s*\{(?P<under>[^{}]{1,80})\}|(?P<a>\d)\s*(?P<b>\d))"
    r"|e\s*\^\s*\{?\s*(?P<power>[-−]?\s*[a-z])\s*\}?(?![a-z])"
    r"|\\(?P<name>[A-Za-z]+)|\\(?P<sign>[,;!:{}\\ ()\[\]%&_#$*])|(?P<plain>[_^]?\{|\}|\$)",
    re.IGNORECASE,
)
# what a command shows, where its name does not say it
_SHOWN = {
    "sigma": "σ", "partial": "∂", "nabla": "∇", "delta": "δ", "eta": "η", "phi": "φ", "mu": "μ", "sum": "sum",
    "times": "×", "cdot": "·", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "approx": "≈", "simeq": "≈", "sim": "~",
    "to": "→", "rightarrow": "→", "Rightarrow": "→", "longrightarrow": "→", "infty": "∞", "neq": "≠", "ne": "≠",
    "triangle": "delta", "bigtriangleup": "delta", "vartriangle": "delta",
    "lt": "<", "gt": ">", "ll": "<", "gg": ">", "prime": "'", "pm": "±",
}  # fmt: skip
_LAYOUT = (
    "left right big bigl bigr Big quad qquad text textbf textit mathrm mathbf mathcal mathbb mathit operatorname"
    " displaystyle begin end boldsymbol bm limits nolimits"
)
_SHOWS_NOTHING = frozenset(_LAYOUT.split())
_BULLET = re.compile(r"^[ \t>]*([*+•·∙●○▪■◦‣–—-])(?=[ \t])", re.MULTILINE)
_STRUCK = re.compile(r"~~")
_TIMES = re.compile(r"(?<=[A-Za-z0-9)])\*(?=[A-Za-z0-9(\0])")  # `x*e`, which is no emphasis
_HEADING = re.compile(r"^[ \t]*(#{1,6})(?=[ \t])", re.MULTILINE)
_DROPPED_MARKS = frozenset("*`")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏԛԝАВЕКМНОРСТУХЅІЈοαεικνρτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxijsdhlqwABEKMHOPCTYXSIJoaeiknptuxABEZHIKMNOPTYX"
)
_WORD = re.compile(r"[a-zA-ZͰ-ϿЀ-ӿ]+")
_LATIN, _OTHER_SCRIPT = re.compile(r"[a-zA-Z]"), re.compile(r"[Ͱ-ϿЀ-ӿ]")
_BULLET_SIGN = "•"


@dataclass(frozen=True)
class Page:
    """What is shown. `places[i]` is where the i-th character of `text` stands in what was written: [start, end)."""

    text: str
    places: tuple[tuple[int, int], ...]
    hidden: tuple[str, ...]  # what was not shown, the beginning of each
    truncated: bool = False  # whether more was written than is read

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the original behind `text[start:end]`."""
        return self.places[start][0], self.places[end - 1][1]


def read(written: str) -> Page:
    """Read at most MAX_CHARACTERS of an answer. Linear in its length."""
    return _page(written[:MAX_CHARACTERS], bool(written[MAX_CHARACTERS:].strip()))


@lru_cache(maxsize=256)
def _page(written: str, truncated: bool) -> Page:
    hidden: list[str] = []
    pieces = _without_markup(written, hidden)
    signs: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end, shown in _composed(pieces, hidden):
        for sign in unicodedata.normalize("NFKC", shown).casefold().replace("\u2044", "/"):
            signs.append(" " if sign.isspace() and sign != "\n" else sign)
            places.append((start, end))
    text = "".join(signs)
    for word in _WORD.finditer(text):
        if _LATIN.search(word[0]) and _OTHER_SCRIPT.search(word[0]):
            signs[word.start() : word.end()] = word[0].translate(_LOOKALIKES)
    return Page("".join(signs), tuple(places), tuple(hidden[:20]), truncated)


def _without_markup(written: str, hidden: list[str]) -> list[tuple[int, int, str]]:
    """Characters that are shown, with their places; what a mark shows stands at the mark's place."""
    kept: list[tuple[int, int, str]] = []
    open_tags: list[str] = []
    unseen = 0  # how many of the open tags hide what they hold, from the outermost hiding one on
    done = 0
    for mark in _MARKUP.finditer(written):
        _keep(written, done, mark.start(), unseen, kept, hidden)
        done = mark.end()
        tag = (mark["tag"] or "").lower()
        if mark["comment"] and mark["comment"].strip("<!->\n "):
            hidden.append(mark["comment"][4:].removesuffix("-->").strip()[:80])
        elif mark["note"] or mark["struck"]:
            hidden.append((mark["note"] or mark["struck"])[:80])
        elif mark["phantom"]:
            hidden.append(mark["phantom"].partition("{")[2].rstrip("}")[:80])
        elif mark["alt"]:
            hidden.append(mark["alt"][:80])
        if tag and tag not in _VOID:
            unseen = _follow(open_tags, unseen, tag, bool(mark["close"]), mark["inside"])
        if tag in _BLOCKS and not unseen:
            kept.append((mark.start(), mark.end(), "\n"))
    _keep(written, done, len(written), unseen, kept, hidden)
    return kept


def _follow(open_tags: list[str], unseen: int, tag: str, closes: bool, inside: str) -> int:
    """Depth of hiding after a tag. Only tags within a hiding one are counted, so that odd nesting costs nothing."""
    if closes:
        if unseen and open_tags and open_tags[-1] == tag:
            open_tags.pop()
            return unseen - 1
        return unseen
    if unseen or tag in _NEVER_SHOWN or _HIDES.search(inside):
        open_tags.append(tag)
        return unseen + 1
    return unseen


def _keep(written: str, start: int, end: int, unseen: int, kept: list[tuple[int, int, str]], hidden: list[str]) -> None:
    if unseen:
        if part := written[start:end].strip():
            hidden.append(part[:80])
        return
    part = written[start:end]
    signs: list[tuple[int, int, str]] = []
    done = 0
    for command in _COMMAND.finditer(part) if "\\" in part or "$" in part or "^" in part else ():
        signs.extend((start + i, start + i + 1, part[i]) for i in range(done, command.start()))
        shown = _shown(command)
        if shown:
            signs.append((start + command.start(), start + command.end(), shown))
        done = command.end()
    signs.extend((start + i, start + i + 1, part[i]) for i in range(done, len(part)))
    kept.extend(signs)


def _shown(command: re.Match[str]) -> str:
    """What a LaTeX command shows, as text."""
    if command["over"] is not None:
        over, under = (_COMMAND.sub(_shown, part) for part in (command["over"], command["under"]))
        return f" {over}/{under} "
    if command["a"]:
        return f" {command['a']}/{command['b']} "
    if name := command["name"]:
        return " " if name in _SHOWS_NOTHING else f" {_SHOWN.get(name, name)}"
    if command["sign"]:
        return " " if command["sign"] in ",;!: \\" else command["sign"]
    if command["power"]:
        return " exp "
    return " " if command["plain"] == "_{" else ""  # a subscript is no part of the symbol's name


def _composed(pieces: list[tuple[int, int, str]], hidden: list[str]) -> Iterator[tuple[int, int, str]]:
    """Characters that count, each with the accents, vowels and final consonants that follow it in NFD text."""
    text = "".join(sign if len(sign) == 1 else "\0" for _, _, sign in pieces)
    replaced = {m.start(1): _BULLET_SIGN for m in _BULLET.finditer(text)}
    replaced |= {
        m.start(1) + i: _BULLET_SIGN if not i else "" for m in _HEADING.finditer(text) for i in range(len(m[1]))
    }
    replaced |= {m.start() + i: "" for m in _STRUCK.finditer(text) for i in (0, 1)}
    replaced |= {m.start(): " " for m in _TIMES.finditer(text)}
    invisible = 0
    start, end, cluster = 0, 0, ""
    for i, (from_, to, written) in enumerate(pieces):
        sign = replaced.get(i, written)
        if sign in _DROPPED_MARKS or not sign:
            continue
        if sign in _INVISIBLE or unicodedata.category(sign[0]) == "Cf":
            invisible += 1
            continue
        joins = len(sign) == 1 and (unicodedata.combining(sign) or "\u1160" <= sign <= "\u11ff")
        if cluster and not joins:
            yield start, end, cluster
            cluster = ""
        start = start if cluster else from_
        end, cluster = to, cluster + sign
    if cluster:
        yield start, end, cluster
    if invisible > 2:  # one may come with an emoji or a copied word
        hidden.append(f"{invisible} invisible characters")
