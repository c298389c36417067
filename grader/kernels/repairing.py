"""What one kernel is given to repair with, and what it says that it repaired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from grader.model import Assignment, CellError, Repair, Submission
from grader.repairs import ledger
from grader.repairs.forms import Form, forms
from grader.repairs.needs import fits, needed

REQUEST = {"probe": "repairs"}
_FOLDER = ".stand-ins"  # in the kernel's home


def settings(submission: Submission, assignment: Assignment, home: Path) -> dict[str, Any]:
    """The modules of grader/probes to install, and the tables that they may give, laid below `home`."""
    folder = home / _FOLDER
    folder.mkdir()
    made = forms(assignment)
    named = fits(made, submission)
    tables = [_laid(form, folder / f"{place}.csv") | {"fits": named[form.name]} for place, form in enumerate(made)]
    return {"modules": needed(submission), "tables": tables}


def _laid(form: Form, file: Path) -> dict[str, Any]:
    file.write_text(form.text, encoding="utf-8")
    also = [*([form.shown_as.rpartition("/")[2]] if form.shown_as else ()), *form.also]
    told = {"name": form.name, "file": str(file), "told": form.told, "also": also}
    return told | {"loader": form.loader, "target": form.target}


def entries(reply: Any, ran: Sequence[int], errors: Sequence[CellError]) -> tuple[Repair, ...]:
    """The ledger from the kernel's reply and from the errors of cells; `ran`: the cells that ran, in order, from 1."""
    found = reply.get("found") if isinstance(reply, dict) else None
    claimed = ledger.read(found.get("repairs") if isinstance(found, dict) else None, ran)
    return tuple(_each_once((*claimed, *ledger.missing_modules(errors))))


def _each_once(repairs: Iterable[Repair]) -> list[Repair]:
    found: dict[tuple[str, str, str], Repair] = {}
    for repair in repairs:
        found.setdefault((repair.kind, repair.what, repair.instead), repair)
    return list(found.values())
