"""A path -> the assignment for otter that it holds, in whichever of otter's formats that is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from grader.errors import GraderError
from grader.importing.imported import Imported, Question
from grader.importing.opened import opened
from grader.importing.otter import config, given, parts, questions, source, test_cells, test_files
from grader.importing.otter.archive import unpacked
from grader.importing.otter.cases import Tested
from grader.importing.otter.names import first_line, id_of
from grader.importing.otter.notebooks import Notebook, written
from grader.importing.otter.notebooks import read as read_notebook

_SETTINGS = "otter_config.json"
_TITLE = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


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
        tests = _in_metadata(path, notebook)
        return _of_tests(path, notebook, tests, {}, _opened(notebook, tests, path.parent))
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
    files, too_much = opened((c["source"] for c in notebook.cells if c["cell_type"] == "code"), path.parent)
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
        files=files | _files_beside(path.parent, settings),
        handout=written(handed_out),
        reference=written(solved),
        seed=config.seed(own),
        notes=(*config.not_taken(own), *_notes(tested.values()), *source.notes(taken), *too_much),
    )


def _completed(question: Question | None, asked: parts.Asked, taken: parts.Source) -> Question:
    """With what was asked in words, and with what a person marks."""
    own = [placed for placed in taken.cells if placed.asked == asked]
    words = "\n\n".join(p.cell["source"] for p in own if p.part == "question" and p.cell["cell_type"] == "markdown")
    manual = bool(asked.config.get("manual"))
    scheme = "\n\n".join(placed.cell["source"] for placed in own if placed.part == "solution") if manual else ""
    base = question or Question(id=id_of(asked.name))
    told: dict[str, Any] = {
        "title": first_line(words) or asked.name,
        "prompt": words if manual else "",
        "scheme": scheme,
    }
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
    said = zipped or notebook or folder
    settings = _settings(folder, said)
    config.require_python(settings, None, said)
    files = sorted((folder / "tests").glob("*.py")) or (sorted(folder.glob("*.py")) if folder.name == "tests" else [])
    files = [file for file in files if file.name != "__init__.py"]
    above = folder.parent if folder.name == "tests" else folder
    notebooks = {file: read_notebook(file) for file in ([notebook] if notebook else sorted(above.glob("*.ipynb")))}
    if not files:
        return _of_notebook_alone(said, [] if notebook else notebooks)
    tests = [test_files.read(_text(file), file.stem, f"{said}: tests/{file.name}") for file in files]
    given_out = {file: read for file, read in notebooks.items() if not parts.is_source(read.cells)}
    found = max(given_out, key=lambda file: given.checks(given_out[file].cells), default=None)
    beside = _opened(given_out[found], tests, found.parent) if found is not None else {}
    place = folder / "files"
    beside |= _files_in(place, Path()) if place.is_dir() else {}
    return _of_tests(said, given_out[found] if found is not None else None, tests, settings, beside)


def _of_notebook_alone(said: Path, notebooks: Iterable[Path]) -> Imported:
    """A folder without test files: its one notebook may hold all."""
    only = list(notebooks)
    if len(only) != 1:
        raise GraderError(f"{said}: no questions of otter's in it, no tests in its metadata, no `tests/*.py` beside it")
    return read(only[0], said)


def _opened(notebook: Notebook, tests: Iterable[Tested], folder: Path) -> dict[str, Path]:
    """Files beside the notebook that it, or a test, opens."""
    code = [cell["source"] for cell in notebook.cells if cell["cell_type"] == "code"]
    cases = [case for one in tests for case in one.cases]
    return opened([*code, *(case.setup for case in cases), *(case.code for case in cases)], folder)[0]


def _of_tests(
    path: Path,
    notebook: Notebook | None,
    tests: Sequence[Tested],
    settings: Mapping[str, Any],
    files: Mapping[str, Path],
) -> Imported:
    _require_different([one.name for one in tests], path)
    config.require_python(settings, notebook.language if notebook is not None else None, path)
    factor = config.factor(settings, sum(case.points for one in tests for case in one.cases))
    asked = {one.name: questions.asked(one, id_of(one.name), factor) for one in tests}
    cells: list[parts.Cell] = []
    if notebook is not None:
        cells, asked = given.laid_out(notebook.cells, asked)
    is_solved = any(map(source.is_solution, cells))
    return Imported(
        id=id_of(str(settings.get("assignment_name") or (notebook.name if notebook else None) or path.stem)),
        title=_title(cells) or path.stem,
        questions=tuple(asked.values()),
        origin=f"otter, {path.name}",
        files=dict(files),
        handout=written(list(source.without_solutions(cells, str(path)))) if cells else None,
        reference=written(cells) if is_solved else None,
        seed=config.seed(settings),
        notes=(*config.not_taken(settings), *_notes(tests), *_doubts(asked.values())),
    )


def _doubts(asked: Iterable[Question]) -> Iterator[str]:
    for one in asked:
        if one.manual:
            yield f"{one.id}: the notebook says that a person marks it; check its {one.manual:g} points and its id"
    if not any(test.hidden for one in asked for test in one.tests):
        yield "no test is hidden: what students are given holds public tests only, an autograder.zip all of them"


def _in_metadata(path: Path, notebook: Notebook) -> list[Tested]:
    found = []
    for name, told in notebook.tests.items():
        where = f"{path}, test `{name}` in its metadata"
        reading = test_files.read if isinstance(told, str) else test_files.of_dictionary
        found.append(reading(told, name, where))
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


def _notes(tested: Iterable[Tested]) -> Iterator[str]:
    for one in tested:
        yield from questions.notes_on(one)


def _title(cells: Sequence[parts.Cell]) -> str:
    said = (_TITLE.search(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return next((found[1] for found in said if found), "")


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
