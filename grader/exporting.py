"""`grader export`: the grades in OUT as the file that somebody else wants, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from grader.errors import GraderError
from grader.exporters import canvas, gradescope, lists, moodle
from grader.exporters.exported import Exported, Wish
from grader.exporters.grades import Grades, earlier, grades_in
from grader.files import write_bytes

Provisional = Literal["skip", "mark"]

EXPORTS = "exports"  # folder in OUT


@dataclass(frozen=True)
class Format:
    """`suffix` is "" where the format is a folder."""

    export: Callable[[Sequence[Grades], Wish], Exported]
    suffix: str
    template: bool = False


def _workbook(everybody: Sequence[Grades], wish: Wish) -> Exported:
    from grader.exporters import workbook  # openpyxl takes longer to import than most commands take in all

    return workbook.export(everybody, wish)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "csv": Format(lists.csv, ".csv"),
        "xlsx": Format(_workbook, ".xlsx"),
        "canvas": Format(canvas.export, ".csv", template=True),
        "moodle": Format(moodle.export, ".csv", template=True),
        "gradescope": Format(gradescope.export, ""),
        "nbgrader": Format(lists.nbgrader, ".csv"),
        "json": Format(lists.everything, ".json"),
    }
)


@dataclass(frozen=True)
class Done:
    """What was written, and what people have to know about it."""

    files: tuple[Path, ...]
    written: int
    column: str
    notes: tuple[tuple[str, tuple[str, ...]], ...]


def export(to: str, wish: Wish, target: Path | None = None, provisional: Provisional = "skip") -> Done:
    """Write one export. Raises GraderError for bad input, before anything is written."""
    form = FORMATS[to]
    if wish.template is not None and not form.template:
        raise GraderError(f"{to} takes no template: leave --template out, or choose --to canvas or --to moodle")
    everybody = grades_in(wish.out)
    place = target or wish.out / EXPORTS / f"{to}{form.suffix}"
    _check(place, form, wish)
    kept = [grades for grades in everybody if provisional == "mark" or grades.status != "provisional"]
    if not kept:
        raise GraderError(f"all of {wish.out} is provisional: decide what waits, or give --provisional mark")
    exported = form.export(kept, wish)
    files = {place / name if form.suffix == "" else place: content for name, content in exported.files.items()}
    beside = {place.with_name(place.stem + suffix): content for suffix, content in exported.beside.items()}
    _write({**files, **beside})
    return Done(
        (place, *beside),
        exported.written,
        exported.column,
        tuple((said, tuple(names)) for said, names in (*exported.notes, *_notes(everybody, wish.out, provisional))),
    )


def _check(place: Path, form: Format, wish: Wish) -> None:
    if wish.template is not None and place.resolve() == wish.template.resolve():
        raise GraderError(f"{place} is the template, which would be lost: choose another file with -o")
    if form.suffix == "" and place.is_dir() and any(place.iterdir()):
        raise GraderError(f"{place} is not empty, and what it holds may be of another export: choose a new folder")
    if form.suffix == "" and place.exists() and not place.is_dir():
        raise GraderError(f"{place} is a file, and this export is a folder: choose another name with -o")
    if form.suffix and place.is_dir():
        raise GraderError(f"{place} is a folder, and this export is a file: give a name in it with -o")
    if is_a_result(place, wish.out):
        raise GraderError(
            f"{place} is among the results, which would be lost: choose a place outside {wish.out} with -o"
        )


def is_a_result(place: Path, out: Path) -> bool:
    """Whether an export would stand where `grade` keeps its own; only `exports/` in OUT is for exports."""
    inside, results = place.resolve(), out.resolve()
    return inside.is_relative_to(results) and not inside.is_relative_to(results / EXPORTS)


def _notes(everybody: Sequence[Grades], out: Path, provisional: Provisional) -> list[tuple[str, list[str]]]:
    waiting = [grades.student for grades in everybody if grades.status == "provisional"]
    how = "marked" if provisional == "mark" else "left out"
    return [
        (f"provisional, so {how}", waiting),
        ("handed in nothing, so without a grade", [s.student for s in everybody if s.status == "missing"]),
        ("of an earlier run, so left out", earlier(out)),
    ]


def _write(files: Mapping[Path, bytes]) -> None:
    """Each file appears whole; everything was made before the first is written."""
    for file, content in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(file, content)
        except OSError as error:
            raise GraderError(f"{file} cannot be written: {error.strerror}; choose another place with -o") from None
