"""A path -> the assignment for otter that it holds, in whichever of otter's formats that is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from grader.errors import GraderError
from grader.importing.imported import Imported, Question
from grader.importing.otter import config, given, parts, questions, source, test_cells, test_files
from grader.importing.otter.archive import unpacked
from grader.importing.otter.cases import Tested
from grader.importing.otter.names import id_of
from grader.importing.otter.notebooks import Notebook, written
from grader.importing.otter.notebooks import read as read_notebook

_SETTINGS = "otter_config.json"
_TITLE = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_LONGEST_TITLE = 80


def read(path: Path, room: Path) -> Imported:
    """A source notebook, one for students with its tests inside or beside it, a folder of these, or an autograder.zip,
    which is unpacked into `room`. Raises GraderError for anything else."""
    if path.is_dir():
        return _of_folder(path)
    if path.suffix == ".zip":
        return _of_folder(unpacked(path, room), zipped=path)
    if path.suffix != ".ipynb":
        mend = "give a notebook, the folder with `tests/` and a notebook, or an autograder.zip"
        raise GraderError(f"{path}: no assignment for otter: {mend}")
    notebook = read_notebook(path)
    if parts.is_source(notebook.cells):
        return _of_source(path, notebook)
    if notebook.tests:
        return _of_tests(path, notebook, _in_metadata(path, notebook), {})
    return _of_folder(path.parent, path)


# ---------------------------------------------------------------- a source notebook


def _of_source(path: Path, notebook: Notebook) -> Imported:
    taken = parts.apart(notebook.cells, str(path))
    settings = _with_file(taken.config, path)
    own = config.grading(settings)
    config.require_python(own, notebook.language, path)
    as_doctest = taken.old or (settings.get("tests") or {}).get("ok_format", True) is not False
    named = source.questions(taken)
    _require_different([asked.name for asked, _ in named], path)
    tested = {
        asked.name: test_cells.read(asked, cells, as_doctest=as_doctest, where=str(path))
        for asked, cells in named
        if cells
    }
    factor = config.factor(own, sum(case.points for one in tested.values() for case in one.cases))
    solved, handed_out = source.solved(taken, str(path)), source.handed_out(taken, str(path))
    asked = [
        _completed(
            questions.asked(tested[one.name], id_of(one.name), factor) if one.name in tested else None, one, taken
        )
        for one, _ in named
    ]
    return Imported(
        id=id_of(str(settings.get("name") or path.stem)),
        title=_title(handed_out) or path.stem,
        questions=tuple(one.model_copy(update={"cells": source.names(handed_out, one.id)}) for one in asked),
        origin=f"otter, {path.name}",
        files=_files_beside(path.parent, settings),
        handout=written(handed_out),
        reference=written(solved),
        seed=config.seed(own),
        notes=tuple([*config.not_taken(own), *_notes(tested), *source.notes(taken)]),
    )


def _completed(question: Question | None, asked: parts.Asked, taken: parts.Source) -> Question:
    """With what was asked in words, and with what a person marks."""
    own = [placed for placed in taken.cells if placed.asked == asked]
    words = "\n\n".join(p.cell["source"] for p in own if p.part == "question" and p.cell["cell_type"] == "markdown")
    manual = bool(asked.config.get("manual"))
    scheme = "\n\n".join(placed.cell["source"] for placed in own if placed.part == "solution") if manual else ""
    base = question or Question(id=id_of(asked.name))
    told = {"title": _first_line(words) or asked.name, "prompt": words if manual else "", "scheme": scheme}
    if manual and question is None:
        told |= {"manual": source.points_of_manual(asked)}
    return base.model_copy(update=told)


def _with_file(settings: dict[str, Any], path: Path) -> dict[str, Any]:
    named = settings.get("config_file")
    if not isinstance(named, str):
        return settings
    file = path.parent / named
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GraderError(f"{path}: its `config_file` {file} cannot be read: {error}") from None
    return parts.config_of(text, str(file)) | settings


def _files_beside(folder: Path, settings: Mapping[str, Any]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for key in ("files", "autograder_files"):
        for name in settings.get(key) or ():
            place = folder / str(name)
            if not place.exists():
                raise GraderError(f"{place}: `{key}` names it, but it is not there")
            found |= _files_in(place, place.relative_to(folder)) if _is_below(place, folder) else {}
    return found


# ---------------------------------------------------------------- test files, and tests in a notebook


def _of_folder(folder: Path, notebook: Path | None = None, zipped: Path | None = None) -> Imported:
    files = sorted((folder / "tests").glob("*.py")) or (sorted(folder.glob("*.py")) if folder.name == "tests" else [])
    files = [file for file in files if file.name != "__init__.py"]
    said = zipped or notebook or folder
    settings = _settings(folder, said)
    config.require_python(settings, None, said)
    if not files:
        raise GraderError(
            f"{said}: no questions of otter's in it, no tests in its metadata, and no `tests/*.py` beside it"
        )
    tests = [test_files.read(_text(file), str(file.relative_to(folder.parent))) for file in files]
    above = folder.parent if folder.name == "tests" else folder
    found = notebook or next(iter(sorted(above.glob("*.ipynb"))), None)
    if found is not None and parts.is_source(read_notebook(found).cells):
        found = None
    read = read_notebook(found) if found is not None else None
    place = folder / "files"
    beside = _files_in(place, Path()) if place.is_dir() else {}
    return _of_tests(said, read, tests, settings, beside)


def _of_tests(
    path: Path,
    notebook: Notebook | None,
    tests: Sequence[Tested],
    settings: Mapping[str, Any],
    files: Mapping[str, Path] | None = None,
) -> Imported:
    _require_different([one.name for one in tests], path)
    factor = config.factor(settings, sum(case.points for one in tests for case in one.cases))
    asked = {one.name: questions.asked(one, id_of(one.name), factor) for one in tests}
    handout, notes = None, [*config.not_taken(settings), *_notes({one.name: one for one in tests})]
    if notebook is not None:
        config.require_python(settings, notebook.language, path)
        handout, asked = _laid_out(notebook, asked)
        notes += [
            f"{one.id}: the notebook says that a person marks it; check its {one.manual:g} points and its id"
            for one in asked.values()
            if one.manual
        ]
    if not any(case.hidden for one in tests for case in one.cases):
        notes.append(
            "no test is hidden: a notebook for students holds public tests only, the autograder.zip all of them"
        )
    return Imported(
        id=id_of(str(settings.get("assignment_name") or (notebook.name if notebook else None) or path.stem)),
        title=(_title(notebook.cells) if notebook else "") or path.stem,
        questions=tuple(asked.values()),
        origin=f"otter, {path.name}",
        files=dict(files or {}),
        handout=written(handout) if handout is not None else None,
        seed=config.seed(settings),
        notes=tuple(notes),
    )


def _laid_out(notebook: Notebook, asked: Mapping[str, Question]) -> tuple[list[parts.Cell], dict[str, Question]]:
    """The notebook with names for the cells of each question, and the questions in its order with these names."""
    found = given.read(notebook.cells)
    cells = list(notebook.cells)
    placed: dict[str, Question] = {}
    for name, own in found.cells.items():
        question = asked.get(name)
        if question is None and name in found.manual:
            question = Question(id=name, manual=found.manual[name] or 1.0)
        if question is None:
            continue
        words = "\n\n".join(cells[index]["source"] for index in own if cells[index]["cell_type"] == "markdown")
        named = [(index, f"{question.id}-{number}") for number, index in enumerate(own, start=1)]
        for index, cell_name in named:
            cells[index] = {**cells[index], "metadata": {**cells[index]["metadata"], "name": cell_name}}
        told = {"title": _first_line(words) or name, "cells": tuple(cell_name for _, cell_name in named)}
        placed[name] = question.model_copy(update=told | ({"prompt": words} if question.manual else {}))
    return cells, placed | {name: one for name, one in asked.items() if name not in placed}


def _in_metadata(path: Path, notebook: Notebook) -> list[Tested]:
    found = []
    for name, told in notebook.tests.items():
        where = f"{path}, test `{name}` in its metadata"
        found.append(test_files.read(told, where) if isinstance(told, str) else test_files.of_dictionary(told, where))
    return found


def _settings(folder: Path, said: Path) -> dict[str, Any]:
    file = folder / _SETTINGS
    if not file.is_file():
        return {}
    try:
        told = json.loads(_text(file))
    except ValueError as error:
        raise GraderError(f"{said}: its {_SETTINGS} is no JSON: {error}") from None
    if not isinstance(told, dict):
        raise GraderError(f"{said}: its {_SETTINGS} should hold names and values")
    return told


# ---------------------------------------------------------------- all of them


def _require_different(names: Sequence[str], path: Path) -> None:
    twice = next((name for place, name in enumerate(names) if id_of(name) in map(id_of, names[:place])), None)
    if twice is not None:
        raise GraderError(f"{path}: question `{twice}` stands twice: give each its own name")


def _notes(tested: Mapping[str, Tested]) -> Iterator[str]:
    for name, one in tested.items():
        yield from questions.notes_on(one, name)


def _title(cells: Sequence[parts.Cell]) -> str:
    said = (_TITLE.search(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return next((found[1] for found in said if found), "")


def _first_line(words: str) -> str:
    """The beginning of a question's words, without Markdown's signs."""
    plain = re.sub(r"<!--.*?-->", "", words, flags=re.DOTALL)
    lines = (re.sub(r"^#+\s*|\*\*|__|`", "", line).strip() for line in plain.splitlines())
    first = next((line for line in lines if re.search(r"\w", line)), "")
    return first if len(first) <= _LONGEST_TITLE else f"{first[: _LONGEST_TITLE - 1].rstrip()}…"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise GraderError(f"{file} cannot be read: {error}") from None


def _files_in(place: Path, name: Path) -> dict[str, Path]:
    """Path in the working directory -> file, of a file or of all below a folder."""
    if place.is_file():
        return {PurePosixPath(name).as_posix(): place}
    below = (file for file in sorted(place.rglob("*")) if file.is_file() and "__pycache__" not in file.parts)
    return {PurePosixPath(name / file.relative_to(place)).as_posix(): file for file in below}


def _is_below(place: Path, folder: Path) -> bool:
    if not place.resolve().is_relative_to(folder.resolve()):
        raise GraderError(f"{place} is not below {folder}: lay it beside the notebook")
    return True
