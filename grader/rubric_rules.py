"""What must hold across a whole rubric: totals, names that are used, files that exist and give nothing away."""

from __future__ import annotations

from pathlib import Path

from grader import tables
from grader.errors import GraderError
from grader.model import Assignment, Item
from grader.rubric_yaml import Document, Location

_CENT = 1e-9


def check_rules(document: Document, assignment: Assignment) -> None:
    """Points, ids, requirements and concepts."""
    total = sum(item.points for item in assignment.items)
    if abs(total - assignment.total) > _CENT:
        mend = f"write `total: {total:g}`, or mend the items' points"
        document.complain(("total",), f"the items add up to {total:g} points, not {assignment.total:g}", mend)
    ids = [item.id for item in assignment.items]
    for i, item in enumerate(assignment.items):
        if item.id in ids[:i]:
            document.complain(("items", i, "id"), f"item `{item.id}` stands twice", "give each item its own id")
        _check_item(document, ("items", i), item)
    _check_concepts(document, assignment)


def _check_item(document: Document, location: Location, item: Item) -> None:
    needed = sum(criterion.points for criterion in item.criteria if not criterion.bonus)
    if abs(needed - item.points) > _CENT:
        mend = f"write `points: {needed:g}`, change a criterion's points, or mark one `bonus: true`"
        said = f"the criteria of `{item.id}` add up to {needed:g} points, not {item.points:g}"
        document.complain((*location, "points"), said, mend)
    before: list[str] = []
    for i, criterion in enumerate(item.criteria):
        here: Location = (*location, "criteria", i)
        if criterion.id in before:
            mend = "add `id: another-name` to one of them"
            document.complain(here, f"criterion `{criterion.id}` stands twice in `{item.id}`", mend)
        for required in criterion.requires:
            if required not in before:
                mend = f"name a criterion that stands before it in `{item.id}`: {', '.join(before) or 'there is none'}"
                document.complain((*here, "requires"), f"`{criterion.id}` requires `{required}`", mend)
        before.append(criterion.id)


def _check_concepts(document: Document, assignment: Assignment) -> None:
    used = set()
    for i, item in enumerate(assignment.items):
        for j, criterion in enumerate(item.criteria):
            concept = criterion.params.get("concept")
            if criterion.check == "mentions" and concept is not None:
                used.add(concept)
                if concept not in assignment.concepts:
                    here: Location = ("items", i, "criteria", j, "concept")
                    mend = f"add `{concept}:` under `concepts:`"
                    document.complain(here, f"`{criterion.id}` names the concept `{concept}`, which is not there", mend)
    for name in assignment.concepts:
        if name not in used:
            mend = "remove it, or let a criterion name it: `check: mentions, concept: " + name + "`"
            document.complain(("concepts", name), f"concept `{name}` is used by no criterion", mend)


def check_files(document: Document, assignment: Assignment) -> None:
    """Files exist, hold the target, and no held-out row is among those that students have."""
    named: list[tuple[Location, Path]] = [(("data", name, "file"), d.file) for name, d in assignment.data.items()]
    if assignment.heldout:
        named.append((("heldout", "file"), assignment.heldout.file))
    named += [(("reference", i), file) for i, file in enumerate(assignment.reference)]
    named += [((key,), file) for key in ("handout", "mutants") if (file := getattr(assignment, key)) is not None]
    missing = [location for location, file in named if not file.is_file()]
    for location, file in named:
        if location in missing:
            document.complain(location, f"there is no file {file}", "give a path relative to the rubric's folder")
    if not missing and assignment.heldout:
        _check_tables(document, assignment)
    _check_need_of_heldout(document, assignment)


def _check_need_of_heldout(document: Document, assignment: Assignment) -> None:
    for i, item in enumerate(assignment.items):
        for j, criterion in enumerate(item.criteria):
            if criterion.check in ("r2", "reports") and assignment.heldout is None:
                mend = "add `heldout: {file: ..., target: ...}`"
                document.complain(("items", i, "criteria", j), f"`{criterion.check}` needs held-out rows", mend)


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
                ("heldout", "file"), f"{shown} held-out rows stand in `{name}` too, where students see them", mend
            )
