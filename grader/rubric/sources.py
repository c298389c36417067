"""Tests of a rubric: files of Python beside it, read with it."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.checks.passing import SOURCE, python_of
from grader.rubric.yaml import Document, Location

_MAX_BYTES = 1_000_000


def read(document: Document, items: list[dict[str, Any]]) -> Iterator[str]:
    """Put the text of each test into its criterion as `code`; yields all that decides what is run."""
    for i, item in enumerate(items):
        for j, criterion in enumerate(item.get("criteria", ())):
            params, here = criterion.get("params", {}), ("items", i, "criteria", j, SOURCE)
            if criterion.get("check") == "passes" and isinstance(named := params.get(SOURCE), str):
                text = _text(document, here, document.file.parent / named)
                if text is not None:
                    criterion["code"] = text
                    _check_code(document, here, named, text, params.get("kind", "cell"))
                    yield f"\0{text}"


def _text(document: Document, here: Location, file: Path) -> str | None:
    try:
        if file.stat().st_size > _MAX_BYTES:
            document.complain(here, f"{file} has more than {_MAX_BYTES:,} bytes", "keep its data in a file of its own")
            return None
        return file.read_text(encoding="utf-8")
    except OSError as error:
        mend = "give a path relative to the rubric's folder"
        document.complain(here, f"{file} cannot be read: {error.strerror}", mend)
    except UnicodeDecodeError:
        document.complain(here, f"{file} is not UTF-8 text", "save it with the encoding UTF-8")
    return None


def _check_code(document: Document, here: Location, named: str, text: str, kind: object) -> None:
    """A test that nobody could pass, or everybody, is none."""
    try:
        if kind == "doctest":
            sensible = bool(doctest.DocTestParser().get_examples(text))
        else:
            body = ast.parse(python_of(text)).body
            wanted = ast.FunctionDef if kind == "function" else ast.stmt
            sensible = any(isinstance(statement, wanted) for statement in body)
    except (SyntaxError, ValueError, RecursionError) as error:
        document.complain(here, f"{named} is no Python: {str(error)[:200]}", "mend it, or give the `kind` that it is")
        return
    if not sensible:
        what = {"doctest": "example `>>> ...`", "function": "function"}.get(str(kind), "statement")
        document.complain(here, f"{named} has no {what}, so everybody would pass", "write one, or take the test out")
