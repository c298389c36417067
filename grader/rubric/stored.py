"""A rubric as it was loaded, in one JSON file: what judged, to the letter, wherever the rubric's own file has gone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from grader.errors import Complaint, RubricError
from grader.model import Assignment
from grader.names import file_name

SUFFIX = ".json"


def load(file: Path) -> Assignment:
    """As `read`, with all that it needs there. Raises RubricError if it is not."""
    mend = "give the rubric's YAML, or a file from `rubrics/` in a folder of results"
    try:
        assignment = read(file)
    except OSError as error:
        raise RubricError([Complaint(file, 1, f"cannot be read: {error.strerror}", "check the path")]) from None
    except ValueError:
        raise RubricError([Complaint(file, 1, "is not a rubric as the grader stores it", mend)]) from None
    gone = [path for path in files(assignment) if not path.is_file()]
    if gone:
        raise RubricError([Complaint(file, 1, f"needs {gone[0]}, which is not there", "put it there")])
    return assignment


def read(file: Path) -> Assignment:
    """The rubric; paths that are not absolute lead on from the file's folder. Raises OSError or ValueError."""
    return parsed(file.read_bytes(), file.parent)


def parsed(content: bytes, base: Path) -> Assignment:
    """As `read`, of a file's content; `base` is the folder from which paths lead on. Raises ValueError."""
    return _moved(Assignment.model_validate_json(content), lambda path: Path(os.path.realpath(base / path)))


def written(assignment: Assignment, place: Callable[[Path], Path]) -> str:
    """The rubric as JSON, each file at `place(file)`; without reference and mutants, which only prove it."""
    bare = assignment.model_copy(update={"reference": (), "mutants": None})
    return _moved(bare, place).model_dump_json(indent=1) + "\n"


def files(assignment: Assignment) -> list[Path]:
    """All that has to be read to run and score by the rubric."""
    found = [table.file for table in assignment.data.values()]
    found += [stand_in.beside for stand_in in assignment.stand_ins.values() if stand_in.beside is not None]
    found += [assignment.heldout.file] if assignment.heldout is not None else []
    return [*found, *([assignment.handout] if assignment.handout is not None else [])]


def places(assignment: Assignment) -> dict[Path, Path]:
    """Where a copy of each of `files` lies beside the stored rubric: by content, so that what is the same is shared."""
    found = {}
    for file in files(assignment):
        mark = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "gone"
        found[file] = Path("files") / f"{mark}-{file_name(file.name)}"
    return found


def _moved(assignment: Assignment, to: Callable[[Path], Path]) -> Assignment:
    def moved(path: Path | None) -> Path | None:
        return None if path is None else to(path)

    held = assignment.heldout
    return assignment.model_copy(
        update={
            "data": {n: table.model_copy(update={"file": to(table.file)}) for n, table in assignment.data.items()},
            "stand_ins": {
                n: stand_in.model_copy(update={"beside": moved(stand_in.beside)})
                for n, stand_in in assignment.stand_ins.items()
            },
            "heldout": None if held is None else held.model_copy(update={"file": to(held.file)}),
            "handout": moved(assignment.handout),
            "mutants": moved(assignment.mutants),
            "reference": tuple(map(to, assignment.reference)),
        }
    )
