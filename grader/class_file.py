"""`class.json` in OUT: what an export has to know and no report says, such as who handed in nothing."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError

from grader.errors import GraderError
from grader.files import write
from grader.model import Assignment, Visibility
from grader.model.nouns import Identity, Noun, Text
from grader.submissions import Class

NAME = "class.json"


class Asked(Noun):
    """An item as far as tables show it."""

    id: str
    title: Text
    points: float
    visibility: Visibility


class Missing(Noun):
    """A student of the roster who handed in nothing."""

    student: str
    identity: Identity = Identity()


class ClassFile(Noun):
    """The class of the last run into OUT."""

    assignment: str
    title: Text
    items: tuple[Asked, ...]
    students: tuple[str, ...] = Field(description="who handed in; other reports are an earlier run's")
    missing: tuple[Missing, ...] = ()


def write_class(folder: Path, found: Class, assignment: Assignment) -> None:
    """Write the file, before anything runs: an interrupted run can be exported as far as it went."""
    told = ClassFile(
        assignment=assignment.id,
        title=assignment.title,
        items=tuple(Asked(id=i.id, title=i.title, points=i.points, visibility=i.visibility) for i in assignment.items),
        students=tuple(submission.student for submission in found.submissions),
        missing=tuple(Missing(student=s, identity=found.identities.get(s, Identity())) for s in found.missing),
    )
    write(folder / NAME, told.model_dump_json(indent=1) + "\n")


def read_class(folder: Path) -> ClassFile | None:
    """The class of the last run; None where the run was one of a version that did not tell."""
    file = folder / NAME
    try:
        return ClassFile.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        said = error.strerror if isinstance(error, OSError) else "its content is not what `grader grade` writes"
        raise GraderError(f"{file} cannot be read ({said}): grade again, or remove it") from None
