"""What kind of place a listing is: a learning system's export, a class's folder, or one student's."""

from __future__ import annotations

from pathlib import PurePosixPath

from grader import reading
from grader.intake import labels
from grader.intake.documents import is_document
from grader.intake.gradescope import METADATA
from grader.intake.labels import Label
from grader.intake.listing import Listing
from grader.intake.suffixes import is_archive


def looks_like_export(listing: Listing) -> bool:
    """Whether a learning system wrote these names; nobody else does."""
    listing = unwrapped(listing)
    return METADATA in listing.files or bool(labelled(listing))


def looks_like_class(listing: Listing) -> bool:
    """Whether a listing holds several students' work rather than one's."""
    return looks_like_export(listing) or _has_students(unwrapped(listing, packed=True))


def notebooks_directly(listing: Listing) -> list[str]:
    """Names of notebooks that lie in no folder."""
    return [name for name in listing.directly() if PurePosixPath(name).suffix.lower() == ".ipynb"]


def unwrapped(listing: Listing, *, packed: bool = False) -> Listing:
    """Without folders around a whole class: an export's own, nbgrader's `submitted/` in a course.

    `packed`: the class was packed with its folder, so a folder that stands alone and holds several is around them.
    """
    for _ in range(3):
        parts = listing.by_folder()
        plain = not any(map(is_handed_in, listing.directly())) and not listing.refused_directly()
        inner = parts.get("submitted") if plain else None
        if inner is None and plain and len(parts) == 1:
            (alone,) = parts.values()
            course = "submitted" in alone.by_folder()
            inner = alone if course or METADATA in alone.files or labelled(alone) else None
            inner = alone if packed and _has_students(alone) else inner
        if inner is None:
            return listing
        listing = inner
    return listing


def labelled(listing: Listing) -> dict[str, Label]:
    """The names of a Canvas or Moodle export, directly in a listing, with what they tell."""
    moodle = {name: label for name in by_top(listing) if (label := labels.moodle(name)) is not None}
    if moodle:
        return _named(moodle)
    flat = [name for name in {*listing.directly(), *listing.refused_directly()} if is_handed_in(name)]
    canvas = {name: label for name in sorted(flat) if (label := labels.canvas(name)) is not None}
    if not canvas or len(canvas) < len(flat) / 2:
        return {}
    theirs = _alike(canvas) and all(labels.is_of_the_homework(label.identity.name) for label in canvas.values())
    return {} if theirs else canvas  # `hw1_2023_1_kim.ipynb` is somebody's own way to name files


def by_top(listing: Listing) -> dict[str, Listing]:
    """For each first name a listing: of a folder's contents, or of one file under its own name."""
    direct = {name: Listing({name: file}) for name, file in listing.directly().items()}
    refused = {name: Listing(refused={name: said}) for name, said in listing.refused_directly().items()}
    return dict(sorted({**refused, **direct, **listing.by_folder()}.items()))


def is_notebook(name: str) -> bool:
    return bool(reading.suffix(name))


def is_handed_in(name: str) -> bool:
    """Whether a file of this name may be a hand-in or a part of one."""
    return is_notebook(name) or is_archive(name) or is_document(name)


def _has_students(listing: Listing) -> bool:
    direct = [name for name in listing.directly() if is_handed_in(name)]
    parts = listing.by_folder()
    numbers = {labels.of_name(name)[1].number for name in [*map(_stem, direct), *parts]} - {""}
    return len(numbers) > 1 or (not direct and sum(map(_holds_work, parts.values())) > 1)


def _holds_work(listing: Listing) -> bool:
    named = (*listing.files, *listing.passed_over)
    return any(PurePosixPath(name).suffix.lower() == ".ipynb" or is_archive(name) for name in named)


def _named(told: dict[str, Label]) -> dict[str, Label]:
    """In a blind export all have the same word for a name."""
    blind = _alike(told)
    return {n: labels.without_name(t) if blind or t.shown == "Participant" else t for n, t in told.items()}


def _alike(told: dict[str, Label]) -> bool:
    """Whether several students have one name, which is not theirs then."""
    people = {label.key: label.identity.name for label in told.values()}
    return len(people) > 1 and len(set(people.values())) == 1 and "" not in people.values()


def _stem(name: str) -> str:
    return reading.stem(name)
