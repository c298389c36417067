"""What must hold across a whole rubric: totals, names that are used, files that exist and give nothing away."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from difflib import get_close_matches
from pathlib import Path

from grader import reading
from grader.arithmetic import tables
from grader.checks import needs_heldout
from grader.errors import GraderError
from grader.items.names import is_name
from grader.model import Assignment, Item, Limits
from grader.rubric.params import check_parameters
from grader.rubric.yaml import Document, Location

_CENT = 1e-9
_ID = re.compile(r"[\w.\-](?:[\w.\- ]*[\w.\-])?")


def check_rules(document: Document, assignment: Assignment) -> None:
    """Points, ids, requirements and concepts. What rests on something already complained of is left alone."""
    _check_total(document, assignment)
    _check_ids(document, assignment)
    for i, item in enumerate(assignment.items):
        location: Location = ("items", i)
        _check_points(document, location, item)
        _check_order(document, location, item)
        for j, criterion in enumerate(item.criteria):
            check_parameters(document, (*location, "criteria", j), criterion)
    _check_concepts(document, assignment)
    _check_limits(document, assignment.limits)


def _check_total(document: Document, assignment: Assignment) -> None:
    summands: list[Location] = [("total",), *(("items", i, "points") for i in range(len(assignment.items)))]
    total = sum(item.points for item in assignment.items)
    if assignment.items and abs(total - assignment.total) > _CENT and not any(map(document.blames, summands)):
        mend = f"write `total: {total:g}`, or mend the items' points"
        document.complain(("total",), f"the items add up to {total:g} points, not {assignment.total:g}", mend)


def _check_ids(document: Document, assignment: Assignment) -> None:
    """Ids can be part of a file's name, and the headings of a notebook tell those of the items apart."""
    named: list[tuple[Location, str]] = [(("id",), assignment.id)]
    named += [(("items", i, "id"), item.id) for i, item in enumerate(assignment.items)]
    for location, name in named:
        if not _ID.fullmatch(unicodedata.normalize("NFC", name)) or not re.search(r"[^\W_]", name):
            mend = "write letters, digits, `.`, `-`, `_`, and spaces within"
            document.complain(location, f"`{name}` cannot be an id", mend)
    before: list[str] = []
    for location, name in named[1:]:
        if name in before:
            document.complain(location, f"item `{name}` stands twice", "give each item its own id")
        elif twin := next((other for other in before if is_name(name, other) or is_name(other, name)), None):
            mend = "give one of them another number or name"
            document.complain(location, f"a heading cannot tell `{name}` from `{twin}`", mend)
        before.append(name)


def _check_limits(document: Document, limits: Limits) -> None:
    """The default of `cell_seconds` may lie above a rubric's `seconds`: whoever writes only that means the whole."""
    if "cell_seconds" in limits.model_fields_set and limits.cell_seconds > limits.seconds:
        said = (
            f"`cell_seconds: {limits.cell_seconds:g}` is more than `seconds: {limits.seconds:g}` of the whole notebook"
        )
        document.complain(("limits", "cell_seconds"), said, "make it smaller, or `seconds` larger")


def _check_points(document: Document, location: Location, item: Item) -> None:
    criteria = [(*location, "criteria", i) for i in range(len(item.criteria))]
    summands: list[Location] = [(*here, key) for here in criteria for key in ("points", "bonus")]
    needed = sum(criterion.points for criterion in item.criteria if not criterion.bonus)
    if criteria and abs(needed - item.points) > _CENT and not any(map(document.blames, summands)):
        mend = f"write `points: {needed:g}`, change a criterion's points, or mark one `bonus: true`"
        said = f"the criteria of `{item.id}` add up to {needed:g} points, not {item.points:g}"
        document.complain((*location, "points"), said, mend)


def _check_order(document: Document, location: Location, item: Item) -> None:
    """Ids stand once, and a criterion requires only what stands before it."""
    before: list[str] = []
    unnamed = False
    for i, criterion in enumerate(item.criteria):
        here: Location = (*location, "criteria", i)
        for j, required in enumerate(criterion.requires):
            if required not in before and not unnamed:
                said = f"`{criterion.id}` requires `{required}`, which does not stand before it in `{item.id}`"
                mend = f"name one of {', '.join(before)}" if before else "leave `requires` out, or move this one down"
                document.complain((*here, "requires", j), said, mend)
        named_by = "check" if criterion.id == criterion.check else "id"
        unnamed = unnamed or document.blames((*here, named_by))
        if criterion.id in before:
            mend = "add `id: another-name` to one of them"
            document.complain((*here, "id"), f"criterion `{criterion.id}` stands twice in `{item.id}`", mend)
        before.append(criterion.id)


def _check_concepts(document: Document, assignment: Assignment) -> None:
    used = set()
    unnamed = not all(item.criteria for item in assignment.items) or not assignment.items
    for i, item in enumerate(assignment.items):
        for j, criterion in enumerate(item.criteria):
            here: Location = ("items", i, "criteria", j)
            concept = criterion.params.get("concept")
            if isinstance(concept, str) and not document.blames((*here, "concept")):
                used.add(_named_concept(document, (*here, "concept"), concept, assignment))
            elif document.blames((*here, "concept")) or document.blames((*here, "check")):
                unnamed = True
    for name in assignment.concepts:
        if name not in used and not unnamed:
            mend = f"remove it, or let a criterion name it: `check: mentions, concept: {name}`"
            document.complain(("concepts", name), f"concept `{name}` is used by no criterion", mend)


def _named_concept(document: Document, location: Location, concept: str, assignment: Assignment) -> str:
    """The concept that is meant: `concept`, or the nearest there is."""
    if concept in assignment.concepts or document.blames(("concepts", concept)):
        return concept
    near = get_close_matches(concept, assignment.concepts, n=1)
    mend = f"write `{near[0]}`" if near else f"add `{concept}:` under `concepts:`"
    document.complain(location, f"the concept `{concept}` is not there", mend)
    return near[0] if near else concept


def check_files(document: Document, assignment: Assignment) -> None:
    """Files exist, hold the target, and no held-out row is among those that students have."""
    _check_places(document, assignment)
    named: list[tuple[Location, Path]] = [(("data", name, "file"), d.file) for name, d in assignment.data.items()]
    if assignment.heldout:
        named.append((("heldout", "file"), assignment.heldout.file))
    named += [(("reference", i), file) for i, file in enumerate(assignment.reference)]
    named += [((key,), file) for key in ("handout", "mutants") if (file := getattr(assignment, key)) is not None]
    missing = [location for location, file in named if not os.path.isfile(file)]
    for location, file in named:
        if location in missing:
            document.complain(location, f"there is no file {file}", "give a path relative to the rubric's folder")
    if assignment.handout is not None and ("handout",) not in missing:
        _check_handout(document, assignment.handout)
    if not missing and assignment.heldout and not document.blames(("heldout",)):
        _check_tables(document, assignment)
    _check_need_of_heldout(document, assignment)
    _check_practice(document, assignment)


def _check_practice(document: Document, assignment: Assignment) -> None:
    named = assignment.heldout.practice if assignment.heldout is not None else None
    if named is not None and named not in assignment.data:
        mend = f"name one of {', '.join(assignment.data)}" if assignment.data else "add the table under `data:`"
        document.complain(("heldout", "practice"), f"there is no table `{named}` in `data`", mend)


def _check_handout(document: Document, handout: Path) -> None:
    try:
        damage = reading.read(handout).warnings
    except reading.Unreadable as error:
        mend = "name the notebook that students are given, an .ipynb or a script with cells"
        document.complain(("handout",), f"the handout is no notebook: {error}", mend)
        return
    if damage:
        document.complain(("handout",), f"the handout is damaged: {damage[0]}", "name it as students are given it")


def _check_places(document: Document, assignment: Assignment) -> None:
    """Each table has a place of its own in the working directory, and none outside it."""
    taken: set[str] = set()
    for name, data in assignment.data.items():
        here: Location = ("data", name, "shown_as")
        place = posixpath.normpath(data.shown_as)
        if place.startswith(("/", "..")) or place == "." or "\\" in place or ":" in place:
            mend = "give a path inside it, such as sample_data/train.csv"
            document.complain(here, f"`shown_as: {data.shown_as}` is no file in the working directory", mend)
        elif place in taken:
            document.complain(here, f"two tables are shown as `{place}`", "give each table its own path")
        taken.add(place)


def _check_need_of_heldout(document: Document, assignment: Assignment) -> None:
    if assignment.heldout is not None or document.blames(("heldout",)):
        return
    for i, item in enumerate(assignment.items):
        for j, criterion in enumerate(item.criteria):
            if needs_heldout(criterion):
                here: Location = ("items", i, "criteria", j, "check")
                mend = "add `heldout: {file: ..., target: ...}`"
                document.complain(here, f"`{criterion.check}` needs held-out rows", mend)


def _check_tables(document: Document, assignment: Assignment) -> None:
    assert assignment.heldout is not None
    target = assignment.heldout.target
    try:
        heldout = tables.read(assignment.heldout.file, target)
    except GraderError as error:
        document.complain(("heldout",), str(error), "name the held-out file and its target column")
        return
    secret = {row.tobytes() for row in heldout.features}
    for name, data in assignment.data.items():
        try:
            table = tables.read(data.file, target)
        except GraderError as error:
            document.complain(("data", name), str(error), "give a table with the held-out file's columns")
            continue
        if table.columns != heldout.columns:
            mend = f"give it the columns {', '.join(heldout.columns)}"
            document.complain(("data", name), f"its columns differ from the held-out file's: {table.columns}", mend)
        shown = sum(row.tobytes() in secret for row in table.features)
        if shown:
            mend = "take them out of one of the two files"
            document.complain(
                ("data", name, "file"), f"{shown} held-out rows stand in `{name}` too, where students see them", mend
            )
