"""Words in code: comments and strings of a cell's source, read and never run."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Literal, NamedTuple

Kind = Literal["comment", "string"]

MOST_READ = 100_000  # characters of one cell's source; homework cells have hundreds

_TOO_ODD = (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError)
_MAGIC = re.compile(r"[ \t]*[%!?]")
_TEXT_MAGIC = re.compile(r"\s*%%(?:markdown|html|latex|svg)\b[^\n]*\n", re.IGNORECASE)
_QUOTED = re.compile(r"[a-z]{0,2}(\"{3}|'{3}|\"|')(.*)\1", re.IGNORECASE | re.DOTALL)
_ESCAPE = re.compile(r"\\(n|t|[\\'\"])")
_LAYOUT = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
_STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
_LONGEST_DRAWN = 100  # characters; a longer text in a figure may be an answer that stands there
_DRAWING = {
    *("title", "suptitle", "xlabel", "ylabel", "zlabel", "label", "supxlabel", "supylabel", "legend", "colorbar"),
    *("text", "annotate", "figtext", "xticks", "yticks", "xticklabels", "yticklabels"),
}
_DRAWN_AS = {"label", "labels", "title", "xlabel", "ylabel", "suptitle"}  # keywords of whatever draws
_WORDS = re.compile(r"[^\W\d_]{2,}")
_LONGEST_LINE_OF_CODE = 300


class Passage(NamedTuple):
    """A stretch of words in a cell's source."""

    kind: Kind
    text: str


@lru_cache(maxsize=256)
def in_source(source: str) -> tuple[Passage, ...]:
    """Comments that follow each other are one passage, without lines that are code; strings of a cell too."""
    source = source[:MOST_READ]
    if text := _TEXT_MAGIC.match(source):
        return (Passage("string", source[text.end() :]),)
    plain = "\n".join("" if _MAGIC.match(line) else line for line in source.split("\n"))
    comments: list[list[str]] = [[]]
    strings: list[str] = []
    for token in _tokens(_without_drawn(plain)):
        if token.type == tokenize.COMMENT:
            comments[-1].append(token.string.lstrip("#!").strip())
        elif token.type not in _LAYOUT:
            comments.append([])
        if token.type in _STRINGS:
            strings.append(_unquoted(token.string))
    found = [Passage("comment", "\n".join(_without_code(block))) for block in comments]
    found.append(Passage("string", "\n".join(text for text in strings if _is_prose(text))))
    if not _parses(plain):  # an answer that was typed into a code cell
        found.append(Passage("string", "\n".join(line for line in plain.split("\n") if _is_words(line.strip()))))
    return tuple(passage for passage in found if _is_prose(passage.text))


def _without_drawn(source: str) -> str:
    """The source with `0` in place of the texts that it draws into figures: titles, labels, legends."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except _TOO_ODD:
        return source
    starts = list(accumulate((len(line.encode()) + 1 for line in source.split("\n")), initial=0))
    raw = bytearray(source.encode())
    spans = {span for call in calls for node in _drawn(call) if (span := _span(node, starts))}
    reached = len(raw)
    for start, end in sorted(spans, reverse=True):
        if end <= reached and len(raw[start:end].decode("utf-8", "replace")) <= _LONGEST_DRAWN:
            raw[start:end], reached = b"0", start
    return raw.decode("utf-8", "replace")


def _drawn(call: ast.Call) -> Iterator[ast.expr]:
    """Arguments of a call that are text in a figure."""
    named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    draws = named.removeprefix("set_") in _DRAWING
    values = [*(call.args if draws else ()), *(k.value for k in call.keywords if draws or k.arg in _DRAWN_AS)]
    yield from (text for value in values for text in _texts(value))


def _texts(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str)):
        yield value
    elif isinstance(value, ast.List | ast.Tuple | ast.BinOp):
        inner = [value.left, value.right] if isinstance(value, ast.BinOp) else value.elts
        yield from (text for one in inner for text in _texts(one))


def _span(node: ast.expr, starts: list[int]) -> tuple[int, int] | None:
    """The bytes of a node."""
    if node.end_lineno is None or node.end_col_offset is None:
        return None
    return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset


def _parses(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except _TOO_ODD:
        return False
    return True


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """Tokens up to what cannot be read, and the comments after it."""
    reached = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            reached = token.end[0]
            if token.type != tokenize.ERRORTOKEN:
                yield token
    except _TOO_ODD:
        yield from _rough(source.split("\n")[reached:], reached)


def _rough(lines: list[str], reached: int) -> Iterator[tokenize.TokenInfo]:
    """Whole lines as comments or, where quotation marks stand in them, as strings: better than nothing."""
    for number, line in enumerate(lines, start=reached + 1):
        text = line.strip()
        kind = tokenize.COMMENT if text.startswith("#") else tokenize.STRING if _is_words(text) else tokenize.NL
        yield tokenize.TokenInfo(kind, text, (number, 0), (number, len(text)), line)


def _is_words(text: str) -> bool:
    return _is_prose(text) and not _is_code(text)


def _is_prose(text: str) -> bool:
    """Whether there are two words, as there are not in `sample_data/train.csv`."""
    return " " in text.strip() and len(_WORDS.findall(text)) > 1


def _unquoted(written: str) -> str:
    quoted = _QUOTED.fullmatch(written)
    inner = quoted[2] if quoted else written
    return _ESCAPE.sub(lambda sign: {"n": "\n", "t": " "}.get(sign[1], sign[1]), inner)


def _without_code(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if not _is_code(line))


def _is_code(line: str) -> bool:
    """Whether a line is Python that does something, as commented-out code is; one word, or words, are not."""
    if not line.isascii() or len(line) > _LONGEST_LINE_OF_CODE:
        return False  # prose in Korean, or too long to be worth it
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a student's escapes is nobody's business here
            tree = ast.parse(line + (" pass" if line.endswith(":") else ""))
    except _TOO_ODD:
        return False
    plain = (ast.Name, ast.Constant, ast.Tuple, ast.BinOp, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.AnnAssign)
    return not all(isinstance(node.value if isinstance(node, ast.Expr) else node, plain) for node in tree.body)
