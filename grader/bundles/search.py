"""A bundle is searched, before anybody gets it, for what must not be in it."""

from __future__ import annotations

import contextlib
import io
import json
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.bundles.rows import Rows
from grader.bundles.secrets import Secret, sentences, values, written


@dataclass(frozen=True)
class Leak:
    """Something of a secret in one of a bundle's files."""

    place: str
    secret: Secret

    def __str__(self) -> str:
        words = self.secret.words
        quoted = f" (`{words[:80]}{'…' if len(words) > 80 else ''}`)" if words else ""
        return f"{self.place} holds {self.secret.what}{quoted}: {self.secret.mend}"


@dataclass(frozen=True)
class _Readable:
    """One file as somebody reads it who unpacks all that is packed."""

    place: str
    text: str
    values: frozenset[str] = frozenset()
    raw: str = ""
    code: str = ""  # of tests


def leaks(entries: Mapping[str, bytes], secrets: Iterable[Secret], heldout: Rows | None = None) -> list[Leak]:
    """Every secret that the files hold, each once for each file; of held-out rows, how many."""
    found = []
    files = [readable for name, content in entries.items() for readable in _readable(name, content)]
    listed = list(secrets)
    for file in files:
        held = heldout.in_text(file.raw or file.text) if heldout is not None else 0
        found += [Leak(file.place, _rows(held))] if held else []
        found += [Leak(file.place, secret) for secret in listed if _is_in(secret, file)]
    return found


def _rows(count: int) -> Secret:
    return Secret(f"{count} held-out row{'s' if count > 1 else ''}", "", mend="take them out there")


def _is_in(secret: Secret, file: _Readable) -> bool:
    if secret.how == "value":
        return secret.words in file.values
    if secret.how == "sentence":
        return bool(file.values) and any(_stands(n, file.text, open_end=False) for n in _written(secret.words))
    words = _plain(secret.words)
    open_end = words.endswith("*") or not words.isascii()  # Korean particles follow without a space
    return any(_stands(words.rstrip("*"), text, open_end=open_end) for text in (file.text, file.code))


def _written(number: str) -> tuple[str, ...]:
    """As people write it: 0.85, .85, 85%."""
    percent = f"{100 * float(number):.10g}"
    return (number, number.removeprefix("0"), f"{percent}%", f"{percent} %")


def _stands(words: str, text: str, *, open_end: bool) -> bool:
    """Whether the words are there as words."""
    at = text.find(words) if words else -1
    while at >= 0:
        end = at + len(words)
        if not _goes_on(text[at - 1 : at], words[0]) and (open_end or not _goes_on(text[end : end + 1], words[-1])):
            return True
        at = text.find(words, at + 1)
    return False


def _goes_on(beside: str, edge: str) -> bool:
    """Whether a word, or a number, goes on over its edge."""
    return (beside.isalnum() or beside == "_") and (edge.isalnum() or edge == "_")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


# ---------------------------------------------------------------- files as they are read


def _readable(name: str, content: bytes) -> Iterator[_Readable]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.namelist():
                yield from _readable(f"{name}/{entry}", archive.read(entry))
        return
    with contextlib.suppress(zlib.error):
        content = zlib.decompress(content)
    raw = content.decode("utf-8", errors="replace")
    plain = _json(raw)
    if isinstance(plain, dict) and "cells" in plain:
        yield _Readable(name, _plain("\n".join(str(value) for value in values(plain))), raw=_shown(plain))
    elif isinstance(plain, dict):
        told = frozenset(str(value) for value in values(plain))
        paths = [value for value in told if "/" in value or "\\" in value]
        code = _plain("\n".join(written(plain, ("code",))))
        yield _Readable(name, _plain("\n".join([*sentences(plain), *paths])), told, raw, code)
    else:
        yield _Readable(name, _plain(raw), raw=raw)


def _shown(notebook: dict[str, Any]) -> str:
    """A notebook's text in its own lines: cells and outputs are lists of lines in the file, or one text."""
    return "\n".join(str(value) for value in values(notebook))


def _json(raw: str) -> Any:
    try:
        return json.loads(raw) if raw.lstrip().startswith(("{", "[")) else None
    except (ValueError, RecursionError):
        return None
