"""Code and prose as tokens that survive what a copier changes: names, layout, numbers, words' endings, lookalikes.

Code is read by Pygments, which takes anything; `tokenize` stops at what does not parse, and not at the same things in
every version of Python.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Name, Number, String

OWN = "v"  # any name that a student may choose


class Token(NamedTuple):
    """What counts of a stretch of text, and where it stands."""

    sign: str
    start: int
    end: int


# ---------------------------------------------------------------- prose

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_CYRILLIC_AND_GREEK = str.maketrans("аеорсухіјѕһԁԛԝӏκνορτυχιαηωγβ", "aeopcyxijshdqwlkvoptuxianwyb")


def letters(text: str) -> tuple[Token, ...]:
    """Letters and digits without spaces, signs, tags and case; Hangul as single letters, lookalikes as Latin ones.

    A Hangul syllable says about as much as two or three Latin letters, so a run of so many letters weighs the same in
    both, and another ending of a Korean verb changes only its last letters.
    """
    plain = _TAG.sub(lambda tag: " " * len(tag[0]), text)
    return tuple(Token(sign, place, place + 1) for place, shown in enumerate(plain) for sign in _letters_of(shown))


@lru_cache(maxsize=20_000)
def _letters_of(shown: str) -> str:
    apart = unicodedata.normalize("NFKD", shown).casefold().translate(_CYRILLIC_AND_GREEK)
    return "".join(sign for sign in apart if sign.isalnum())


# ---------------------------------------------------------------- code

_LEXER = PythonLexer()
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_NO_EVIDENCE = frozenset(("import", "from", "%", "!"))  # imports and magics: everybody has the same
_A_REMARK = 40  # characters; shorter strings are labels, file names, formats
_KEPT, _SHORT = 512, 4000  # cells that stay lexed, and the longest of them: what the handout gave, all have


class Lexeme(NamedTuple):
    kind: Any  # of Pygments' token types
    text: str
    start: int


Statement = Sequence[Lexeme]


@dataclass(frozen=True)
class Names:
    """Which names in a notebook are its own, so that another may stand in their place, and which it imports."""

    own: frozenset[str]
    imported: frozenset[str]


def lex(source: str) -> tuple[Lexeme, ...]:
    """The source, lexed; raises nothing for any text."""
    return _lexed_once(source) if len(source) <= _SHORT else _lexed(source)


def _lexed(source: str) -> tuple[Lexeme, ...]:
    return tuple(Lexeme(kind, text, start) for start, kind, text in _LEXER.get_tokens_unprocessed(source))


_lexed_once = lru_cache(maxsize=_KEPT)(_lexed)


def names_in(cells: Iterable[Sequence[Lexeme]]) -> Names:
    """What the notebook calls its own functions, classes and attributes, and what it imports by name."""
    own: set[str] = set()
    imported: set[str] = set()
    for statement in (statement for cell in cells for statement in _statements(cell)):
        texts = [lexeme.text for lexeme in statement]
        if texts[0] == "from":
            imported.update(name for before, name in pairwise(texts) if before != "as")
        for first, second, third in zip(texts, texts[1:], [*texts[2:], ""], strict=False):
            if first in ("def", "class"):
                own.add(second)
            elif first == "self" and second == ".":
                own.add(third)
    return Names(frozenset(own), frozenset(imported))


def code_tokens(lexemes: Sequence[Lexeme], names: Names) -> tuple[Token, ...]:
    """Tokens of one cell. The names of libraries stay, those of the student become one; values and strings too."""
    return tuple(token for statement in _statements(lexemes) for token in _tokens(statement, names))


def remarks(lexemes: Iterable[Lexeme]) -> str:
    """What is said in comments, docstrings and long strings, one to a line."""
    said = []
    for kind, text, _ in lexemes:
        if kind in Comment or kind in String.Doc or (kind in String and len(text) >= _A_REMARK):
            said.append(text.strip("#\"' \n"))
    return "\n".join(line for line in said if line)


def _statements(lexemes: Sequence[Lexeme]) -> Iterator[Statement]:
    """Logical lines without white space and remarks; imports too, which the names are taken from."""
    statement: list[Lexeme] = []
    depth = 0
    for lexeme in lexemes:
        depth += (lexeme.text in _OPENING) - (lexeme.text in _CLOSING)
        if depth <= 0 and ("\n" in lexeme.text or lexeme.text == ";") and lexeme.kind not in String:
            if statement:
                yield statement
            depth, statement = 0, []
        elif not (lexeme.text.isspace() or lexeme.kind in Comment or lexeme.kind in String.Doc):
            statement.append(lexeme)
    if statement:
        yield statement


def _tokens(statement: Statement, names: Names) -> Iterator[Token]:
    if statement[0].text in _NO_EVIDENCE:
        return
    texts = [lexeme.text for lexeme in statement]
    left_out = _grouping(statement)
    signature = texts.index(":") if texts[0] in ("def", "class") and ":" in texts else 0
    depth, before = 0, ""
    for place, (lexeme, after) in enumerate(zip(statement, [*texts[1:], ""], strict=True)):
        depth += (lexeme.text in _OPENING) - (lexeme.text in _CLOSING)
        sign = _sign(lexeme, before, after, keyword=depth > 0 and place > signature, names=names)
        if place not in left_out and not (sign == before == '"'):
            yield Token(sign, lexeme.start, lexeme.start + len(lexeme.text))
        before = '"' if sign == '"' else lexeme.text


def _grouping(statement: Statement) -> set[int]:
    """Places of what a formatter adds or takes away: parentheses that call nothing, commas before a closing bracket."""
    found: set[int] = set()
    open_now: list[tuple[int, bool]] = []
    for place, lexeme in enumerate(statement):
        if lexeme.text == "(":
            before = statement[place - 1] if place else None
            calls = before is not None and (before.kind in Name or before.text in _CLOSING)
            open_now.append((place, calls))
        elif lexeme.text == ")" and open_now:
            opened, calls = open_now.pop()
            found.update(() if calls else (opened, place))
        if lexeme.text in _CLOSING and statement[place - 1].text == ",":
            found.add(place - 1)
    return found


def _sign(lexeme: Lexeme, before: str, after: str, *, keyword: bool, names: Names) -> str:
    kind, text, _ = lexeme
    if kind in String:
        return '"'
    if kind in Number:
        return "0"
    if kind not in Name:
        return text
    if before == ".":
        known = text not in names.own
    elif after == "=":
        known = keyword
    else:
        known = after != "." and (text in names.imported or (after == "(" and kind in Name.Builtin))
    return unicodedata.normalize("NFKC", text) if known else OWN
