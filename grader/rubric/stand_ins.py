"""Stand-ins of a rubric: made of a table that students have, each asked for by names of its own."""

from __future__ import annotations

from difflib import get_close_matches

from grader.errors import GraderError
from grader.model import Assignment
from grader.repairs.forms import Form, forms
from grader.repairs.ledger import KINDS
from grader.rubric.yaml import Document, Location


def check_stand_ins(document: Document, assignment: Assignment) -> None:
    """Each is of a table in `data` and can be made; patterns stand once; kinds that a criterion allows exist."""
    _check_allowed(document, assignment)
    _check_patterns(document, assignment)
    sound = True
    for name, stand_in in assignment.stand_ins.items():
        here: Location = ("stand_ins", name)
        if stand_in.of not in assignment.data:
            near = get_close_matches(stand_in.of, assignment.data, n=1)
            mend = f"write `of: {near[0]}`" if near else f"name one of {', '.join(assignment.data) or 'the tables'}"
            document.complain((*here, "of"), f"there is no table `{stand_in.of}` in `data`", mend)
            sound = False
        if (stand_in.loader is None) != (stand_in.target is None):
            lacking, given = ("target", "loader") if stand_in.target is None else ("loader", "target")
            document.complain((*here, given), f"`{given}` means nothing without `{lacking}`", f"add `{lacking}:`")
        if stand_in.loader is None and not stand_in.also:
            mend = "add `also: [name, ...]`, or `loader:` and `target:`"
            document.complain(here, f"nothing asks for the stand-in `{name}`", mend)
    if sound and assignment.stand_ins and not document.blames(("data",)):
        for name in assignment.stand_ins:
            _check_made(document, assignment, name)


def _check_made(document: Document, assignment: Assignment, name: str) -> None:
    here: Location = ("stand_ins", name)
    if document.blames(here):
        return
    alone = assignment.model_copy(update={"stand_ins": {name: assignment.stand_ins[name]}})
    try:
        made: Form = forms(alone)[-1]
    except GraderError as error:
        document.complain(here, f"the stand-in `{name}` cannot be made: {error}", "mend `beside` or `columns`")
        return
    if made.target is not None and made.target not in made.columns:
        mend = f"name one of {', '.join(made.columns)}"
        document.complain((*here, "target"), f"it has no column `{made.target}`", mend)


def _check_patterns(document: Document, assignment: Assignment) -> None:
    claimed: dict[str, str] = {}
    tables: list[tuple[Location, tuple[str, ...]]] = [(("data", n), d.also) for n, d in assignment.data.items()]
    tables += [(("stand_ins", n), s.also) for n, s in assignment.stand_ins.items()]
    for location, patterns in tables:
        for i, written in enumerate(patterns):
            here: Location = (*location, "also", i)
            if not any(character.isalnum() for character in written):
                mend = "write a part of the name that tells the table, such as `*housing*`"
                document.complain(here, f"`{written}` fits any file", mend)
            owner = claimed.setdefault(written.casefold(), str(location[1]))
            if owner != location[1]:
                said = f"`{written}` is a name of `{owner}` too"
                document.complain(here, said, "keep it at one of them: it can mean one table only")


def _check_allowed(document: Document, assignment: Assignment) -> None:
    for i, item in enumerate(assignment.items):
        for j, criterion in enumerate(item.criteria):
            listed = criterion.params.get("allow") if criterion.check == "unrepaired" else None
            for k, kind in enumerate(listed if isinstance(listed, list) else ()):
                if kind not in KINDS:
                    near = get_close_matches(str(kind), KINDS, n=1)
                    mend = f"write `{near[0]}`" if near else f"use {', '.join(KINDS)}"
                    here: Location = ("items", i, "criteria", j, "allow", k)
                    document.complain(here, f"there is no kind of repair `{kind}`", mend)
