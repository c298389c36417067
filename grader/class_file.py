"""`class.json` in OUT: what an export has to know and no report says, such as who handed in nothing."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError

from grader.errors import GraderError
from grader.files import write
from grader.model import Assignment, Item, Visibility
from grader.model.nouns import Identity, Noun, Text
from grader.submissions import Class

NAME = "class.json"
WRITTEN = "mentions"  # the check of written answers


class Asked(Noun):
    """An item as far as tables show it."""

    id: str
    title: Text
    points: float
    visibility: Visibility
    written: tuple[str, ...] = Field((), description="criteria on written answers: their names say what is asked for")
    kept_back: dict[str, Visibility] = Field(default_factory=dict, description="criteria that open later than the item")


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
    opened: tuple[Visibility, ...] = Field((), description="kinds of items that students see since `grader publish`")

    def shows(self, item: str) -> bool:
        """Whether students see more of an item than its points; of one that is not known they do."""
        seen = ("visible", *self.opened)
        return all(asked.visibility in seen for asked in self.items if asked.id == item)

    def closed(self, item: str) -> dict[str, Visibility]:
        """Criteria of which students see their points only, and those together; with when they open."""
        kinds = {name: kind for asked in self.items if asked.id == item for name, kind in asked.kept_back.items()}
        return {name: kind for name, kind in kinds.items() if kind not in self.opened}


def write_class(folder: Path, found: Class, assignment: Assignment) -> None:
    """Write the file, before anything runs: an interrupted run can be exported as far as it went."""
    members = {
        "students": tuple(found.students),
        "missing": tuple(Missing(student=s, identity=found.identities.get(s, Identity())) for s in found.missing),
        "opened": opened_in(folder),
    }
    told = asked_in(assignment).model_copy(update=members)
    write(folder / NAME, told.model_dump_json(indent=1) + "\n")


def asked_in(assignment: Assignment) -> ClassFile:
    """A class of nobody yet: what is asked, and from when on it is shown."""
    items = tuple(map(_asked, assignment.items))
    return ClassFile(assignment=assignment.id, title=assignment.title, items=items, students=())


def _asked(item: Item) -> Asked:
    written = tuple(criterion.id for criterion in item.criteria if criterion.check == WRITTEN)
    return Asked(
        id=item.id,
        title=item.title,
        points=item.points,
        visibility=item.visibility,
        written=written,
        kept_back={name: kind for name, kind in item.visibilities.items() if kind != item.visibility},
    )


def opened_in(folder: Path) -> tuple[Visibility, ...]:
    """What `grader publish` has opened; nothing where no class can be read."""
    try:
        told = read_class(folder)
    except GraderError:
        return ()
    return told.opened if told is not None else ()


def absent_in(folder: Path) -> dict[str, Identity]:
    """What is known of those who handed in nothing; nothing where no class can be read."""
    try:
        told = read_class(folder)
    except GraderError:
        return {}
    return {one.student: one.identity for one in told.missing} if told is not None else {}


def open_to_students(folder: Path, opened: tuple[Visibility, ...]) -> None:
    """Write down which kinds of items students see from now on. Raises GraderError where no class was graded."""
    told = read_class(folder)
    if told is None:
        raise GraderError(f"{folder} holds no class: give the folder that `grader grade` wrote")
    write(folder / NAME, told.model_copy(update={"opened": opened}).model_dump_json(indent=1) + "\n")


def renew_items(folder: Path, assignment: Assignment) -> None:
    """The class's items are those of a rubric by which it was scored again."""
    try:
        told = read_class(folder)
    except GraderError:
        return  # an export says what is wrong with the file, and the mend
    if told is not None:
        now = {"title": assignment.title, "items": tuple(map(_asked, assignment.items))}
        write(folder / NAME, told.model_copy(update=now).model_dump_json(indent=1) + "\n")


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
