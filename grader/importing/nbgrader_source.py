"""A path -> the nbgrader notebooks that are meant: of a course's folder, an assignment's, or one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError
from grader.importing import nbgrader_config

_LEFT_OUT = (".ipynb_checkpoints", "autograded", "submitted", "feedback")


@dataclass(frozen=True)
class Source:
    """One notebook of an assignment, and the course's settings file, which need not be there."""

    notebook: Path
    assignment: str
    config: Path
    alone: bool = True  # whether the assignment has no other notebook

    @property
    def id(self) -> str:
        return self.assignment if self.alone else f"{self.assignment}-{self.notebook.stem}"


def sources(path: Path, assignment: str | None, notebook: str | None) -> list[Source]:
    """Every notebook of the assignment; only the one called `notebook`, if given. Raises GraderError."""
    if not path.exists():
        raise GraderError(f"{path} does not exist: give a course's folder, an assignment's, or a source notebook")
    if path.is_file():
        if path.suffix != ".ipynb":
            raise GraderError(f"{path} is no notebook: give an .ipynb")
        return [Source(path, path.stem, _config(path.parent))]
    folder = _assignment(path, assignment)
    found = sorted(file for file in folder.glob("*.ipynb") if file.is_file())
    if not found:
        raise GraderError(f"{folder} holds no notebook: give a course's folder, an assignment's, or a source notebook")
    alone = len(found) == 1
    if notebook is not None:
        found = [_one(found, notebook, "notebook", folder)]
    return [Source(file, folder.name, _config(folder), alone) for file in found]


def _assignment(path: Path, wanted: str | None) -> Path:
    """The folder of the assignment: `path` itself, or one below its `source/`, else `release/`."""
    inside = next((path / name for name in ("source", "release") if (path / name).is_dir()), None)
    if inside is None and path.name in ("source", "release"):
        inside = path
    if inside is None:
        if wanted is not None and wanted != path.name:
            raise GraderError(f"{path} has no source/ with assignments in it: leave out --assignment")
        return path
    folders = sorted(one for one in inside.iterdir() if one.is_dir() and one.name not in _LEFT_OUT)
    folders = [one for one in folders if any(one.glob("*.ipynb"))]
    if wanted is not None:
        return _one(folders, wanted, "assignment", inside)
    if len(folders) == 1:
        return folders[0]
    names = ", ".join(one.name for one in folders)
    raise GraderError(
        f"{inside} holds several assignments: name one with --assignment ({names})"
        if folders
        else f"{inside} holds no assignment: each is a folder with a notebook"
    )


def _one(places: Iterable[Path], wanted: str, what: str, folder: Path) -> Path:
    found = {place.name: place for place in places} | {place.stem: place for place in places}
    if wanted not in found:
        names = ", ".join(sorted({place.stem if what == "notebook" else place.name for place in places}))
        raise GraderError(f"{folder} has no {what} `{wanted}`: there is {names or 'none'}")
    return found[wanted]


def _config(folder: Path) -> Path:
    """The nearest settings file at or above the assignment, three folders up at most."""
    places = [folder, *folder.resolve().parents[:3]]
    return next(
        (p / nbgrader_config.FILE for p in places if (p / nbgrader_config.FILE).is_file()),
        folder / nbgrader_config.FILE,
    )
