"""An nbgrader notebook -> what it asks, its tests, and the versions that students and the self-test get."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from grader.checks.passing import python_of
from grader.errors import GraderError
from grader.importing import nbgrader_config, regions
from grader.importing.imported import Imported, NothingGraded, Question, Test
from grader.importing.nbgrader_cells import Cell, cell_of, for_students
from grader.importing.nbgrader_config import Config
from grader.importing.nbgrader_source import Source
from grader.importing.opened import opened
from grader.items.names import is_name

_AUTOTEST = re.compile(r"^\s*#+\s*(?:HASHED\s+)?AUTOTEST\b", re.MULTILINE)
_GIVEN_ID = re.compile(r"cell-[0-9a-f]{8,}|jupyter-cell.*|.{41,}")  # no name that a person chose, or a title
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_TITLE = re.compile(r"^#\s+(.+?)\s*#*$", re.MULTILINE)
_USABLE = re.compile(r"[\w.\-]*[^\W_][\w.\-]*")


@dataclass
class _Draft:
    """A question while its cells are met."""

    id: str
    title: str
    prompt: str = ""
    scheme: str = ""
    manual: float = 0.0
    tests: list[Test] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)

    def made(self) -> Question:
        texts = {"prompt": self.prompt, "scheme": self.scheme} if self.manual else {}
        parts = {"tests": tuple(self.tests), "manual": self.manual, "cells": tuple(self.cells)}
        return Question(id=self.id, title=self.title, **parts, **texts)


def read(source: Source) -> Imported:
    """Raises GraderError for what is no notebook of nbgrader's, in Python. The settings file is read, never run."""
    notebook = _notebook(source.notebook)
    config, notes = nbgrader_config.read(source.config)
    cells = [cell_of(raw) for raw in notebook["cells"]]
    if not any(cell.kind in ("test", "manual", "task") for cell in cells):
        mend = "give the source notebook, whose cells nbgrader marked as tests and answers"
        raise NothingGraded(f"{source.notebook} has no cell that nbgrader grades: {mend}")
    released = _is_released(cells, source.notebook)
    if released:
        notes.append(
            f"{source.notebook.name} is the release version: it holds neither solutions nor hidden tests, so there is"
            " no reference, and only what students see is tested; import the source version if you have it"
        )
    try:
        reader = _Reader(cells, config)
        named = list(zip(cells, reader.names, strict=True))
        handout = _with_cells(notebook, [_for_students(*both, config, released) for both in named])
        reference = _with_cells(notebook, [_solved(*both, config) for both in named])
    except GraderError as error:
        raise GraderError(f"{source.notebook}: {error}") from None
    files, too_much = opened((cell.source for cell in cells if cell.is_code), source.notebook.parent)
    return Imported(
        id=_usable(source.id),
        title=_first_title(cells) or source.id,
        questions=tuple(draft.made() for draft in reader.drafts),
        origin=f"nbgrader: {source.assignment}/{source.notebook.name}",
        files=files,
        handout=handout,
        reference=None if released else reference,
        notes=(*notes, *reader.notes, *too_much),
        cell_seconds=config.cell_seconds,
    )


def _is_released(cells: Sequence[Cell], file: Path) -> bool:
    """Whether nbgrader made this version for students. Raises GraderError for one in which a student has worked."""
    answered = [cell for cell in cells if cell.kind in ("answer", "manual")]
    graded = [cell for cell in cells if cell.kind in ("answer", "manual", "test")]
    released = bool(graded) and all(cell.is_generated for cell in graded)
    if released and any(not cell.is_unchanged for cell in answered):
        raise GraderError(f"{file} is a student's notebook: give the source version, or else the release version")
    return released


def _notebook(file: Path) -> dict[str, Any]:
    try:
        notebook: dict[str, Any] = json.loads(file.read_text(encoding="utf-8-sig"))
        if notebook.get("nbformat") != 4:
            notebook = dict(nbformat.convert(nbformat.from_dict(notebook), 4))  # type: ignore[no-untyped-call]
        cells = notebook["cells"]
        kernel = notebook.get("metadata", {}).get("kernelspec", {})
    except (OSError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise GraderError(f"{file} cannot be read as a notebook: {type(error).__name__}: {error}") from None
    language = kernel.get("language", "python")
    if language != "python":
        raise GraderError(f"{file} is written in {language}: only notebooks in Python can be graded here")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise GraderError(f"{file} cannot be read as a notebook: its cells are no list of cells")
    return notebook


class _Reader:
    """Cells, met one after the other -> questions."""

    def __init__(self, cells: Sequence[Cell], config: Config) -> None:
        self.config = config
        self.notes: list[str] = []
        self.drafts: list[_Draft] = []
        self.names = list(self._unique_names(cells))
        self._title, self._prompt, self._autotests = "", list[str](), list[str]()
        for cell, name in zip(cells, self.names, strict=True):
            self._meet(cell, name)
        if self._autotests:
            self.notes.append(
                f"`### AUTOTEST` lines, which nbgrader writes out when it generates the release, are not supported: a"
                f" person decides on {', '.join(self._autotests)}; or import the release version"
            )

    def _unique_names(self, cells: Sequence[Cell]) -> Iterator[str]:
        """Each cell's `grade_id`; what stands twice, or nowhere, gets one of its own, as students' copies find it."""
        taken: set[str] = set()
        for number, cell in enumerate(cells, start=1):
            if cell.kind == "other":
                yield ""
                continue
            wanted = cell.id or f"cell-{number}"
            name, count = wanted, 2
            while name in taken:
                name, count = f"{wanted}-{count}", count + 1
            if name != cell.id:
                told = f"stands twice, the second is `{name}` here" if cell.id else f"has no id and is `{name}` here"
                self.notes.append(f"cell {number}: its grade_id {f'`{cell.id}` ' if cell.id else ''}{told}")
            taken.add(name)
            yield name

    def _meet(self, cell: Cell, name: str) -> None:
        if cell.kind in ("other", "locked") and not cell.is_code:
            headings = _HEADING.findall(cell.source)
            self._title = headings[-1] if headings else self._title
            self._prompt = [cell.source] if headings else [*self._prompt, cell.source]
        elif cell.kind == "answer":
            self._answer(name)
        elif cell.kind == "test":
            self._test(cell, name)
        elif cell.kind in ("manual", "task"):
            self._manual(cell, name)

    def _begin(self, name: str, title: str = "") -> _Draft:
        draft = _Draft(self._id(name), title or self._title or name, "\n\n".join(self._prompt), cells=[name])
        self._prompt = []
        self.drafts.append(draft)
        return draft

    def _id(self, name: str) -> str:
        """The cell's name, where a person chose it and no other question's heading can be mistaken for it."""
        taken = [draft.id for draft in self.drafts]
        number = len(taken) + 1
        chosen = [] if _GIVEN_ID.fullmatch(name) else [name, f"{name}-{number}"]
        candidates = (*chosen, f"Q{number}", *(f"item-{n}-of-{number}" for n in range(1, 1000)))
        return next(one for one in candidates if _USABLE.fullmatch(one) and not _clashes(one, taken))

    def _answer(self, name: str) -> None:
        if self.drafts and not self.drafts[-1].tests and not self.drafts[-1].manual:
            self.drafts[-1].cells.append(name)
        else:
            self._begin(name)

    def _test(self, cell: Cell, name: str) -> None:
        if not self.drafts:
            self._begin(name)
        draft = self.drafts[-1]
        draft.cells += [name] if name not in draft.cells else []
        if not cell.points:
            hidden = "; its hidden lines are left out" if regions.has(cell.source, self.config.hidden) else ""
            self.notes.append(f"the test `{name}` has no points: it runs where it stands and decides nothing{hidden}")
        elif _AUTOTEST.search(cell.source):
            self._autotests.append(f"`{name}`")
            self._for_a_person(draft, cell)
        elif not _does_something(cell.source):
            self.notes.append(f"the test `{name}` does nothing, or is no Python: a person decides")
            self._for_a_person(draft, cell)
        else:
            marked = regions.with_marks(cell.source, self.config.hidden, regions.HIDDEN)
            regions.replaced(marked, regions.HIDDEN, None)  # raises where a mark has no end
            draft.tests.append(Test(id=_criterion_id(name, draft), points=cell.points, source=marked))

    def _for_a_person(self, draft: _Draft, cell: Cell) -> None:
        draft.manual = round(draft.manual + cell.points, 6)
        draft.scheme = "\n\n".join(part for part in (draft.scheme, cell.source) if part)

    def _manual(self, cell: Cell, name: str) -> None:
        asked = regions.replaced(cell.source, self.config.scheme, None).strip("\n")
        headings = _HEADING.findall(asked) if cell.kind == "task" else []
        draft = self._begin(name, headings[-1] if headings else "")
        draft.manual = cell.points
        if cell.kind == "task":
            draft.prompt, draft.scheme = asked, regions.within(cell.source, self.config.scheme)
        if not cell.points:
            self.notes.append(f"the answer `{name}` has no points: it is left out")


def _clashes(name: str, taken: Sequence[str]) -> bool:
    return any(name == other or is_name(name, other) or is_name(other, name) for other in taken)


def _criterion_id(name: str, draft: _Draft) -> str:
    taken = {test.id for test in draft.tests}
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, 1000))) if one not in taken)


def _does_something(source: str) -> bool:
    """Whether a cell has a statement beside docstrings."""
    try:
        body = ast.parse(python_of(source)).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    return any(not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)) for one in body)


def _usable(name: str) -> str:
    """As a rubric may be called."""
    return re.sub(r"[^\w.\- ]+", "-", name).strip(" -") or "assignment"


def _first_title(cells: Sequence[Cell]) -> str:
    """The first heading of the highest level; nothing where there is none, and a name says more than `Part A`."""
    found = (heading for cell in cells if not cell.is_code for heading in _TITLE.findall(cell.source))
    return next(found, "")


# ---------------------------------------------------------------- versions


def _with_cells(notebook: dict[str, Any], cells: list[dict[str, Any]]) -> dict[str, Any]:
    metadata = {key: value for key, value in notebook.get("metadata", {}).items() if key != "celltoolbar"}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": notebook.get("nbformat_minor", 5)}


def _for_students(cell: Cell, name: str, config: Config, released: bool) -> dict[str, Any]:
    """Without solutions, hidden tests and marking schemes."""
    if released:
        return for_students(cell, cell.source, name)
    stub = config.code_stub if cell.is_code else config.text_stub
    whole = cell.kind in ("answer", "manual") and not regions.has(cell.source, config.solution)
    source = stub if whole else regions.replaced(cell.source, config.solution, stub)
    source = regions.replaced(regions.replaced(source, config.hidden, None), config.scheme, None)
    return for_students(cell, source, name)


def _solved(cell: Cell, name: str, config: Config) -> dict[str, Any]:
    """With solutions; hidden tests and marking schemes are no part of what anybody hands in."""
    source = regions.without_marks(cell.source, config.solution)
    source = regions.replaced(regions.replaced(source, config.hidden, None), config.scheme, None)
    return for_students(cell, source, name)
