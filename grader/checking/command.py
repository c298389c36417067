"""`grader check`: one look at a notebook, or one after each save."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from platformdirs import user_cache_path

from grader.assignment import load
from grader.bundles import opening
from grader.checking.checked import Checked
from grader.checking.checker import Checker
from grader.checking.ci import Ci
from grader.checking.screen import Screen
from grader.checking.telling import items_asked, told
from grader.checking.visible import visible
from grader.checking.watching import changes, saves
from grader.checking.words import word
from grader.errors import GraderError, RunnerError
from grader.exporters.ci.commands import json_without_commands
from grader.model import Language
from grader.walls.plan import Tier

BUNDLES = "*.grader.zip"
_INTERRUPTED = 130


@dataclass(frozen=True)
class Wish:
    """What to tell, and how. Without `items`, all of them; `plain` and `as_json` are forms of the output."""

    items: tuple[str, ...] = ()
    watch: bool = False
    plain: bool = False
    as_json: bool = False
    language: Language = "en"
    walls: Tier | None = None
    began: float | None = None  # by time.monotonic(), where something was done before
    reports: Path | None = None  # folder for what CI reads


def check_notebook(notebook: Path, rubric: Path, wish: Wish) -> int:
    """Print how the notebook stands by what students may see of the rubric; returns the exit code.

    0: all that can be seen has its full points; 1: not so, or a person decides; 130: interrupted. Raises GraderError
    for bad input and RunnerError where no notebook can be run.
    """
    ci = Ci(notebook, wish.language, wish.reports, os.environ, as_json=wish.as_json)
    with ci.listening():
        return _check(notebook, rubric, wish, ci)


def _check(notebook: Path, rubric: Path, wish: Wish, ci: Ci) -> int:
    if not notebook.exists():
        raise GraderError(f"{notebook} does not exist: give the notebook that you mean to hand in")
    if wish.watch and not notebook.is_file():
        raise GraderError(f"{notebook} is a folder: --watch takes the notebook itself")
    try:
        assignment = visible(load(rubric))
        asked = items_asked(assignment, wish.items)
        with Checker(assignment, wish.language, walls=wish.walls, store=_store()) as checker:
            eye = _Eye(checker, notebook, asked, ci, wish.began)
            return _watch(eye, wish) if wish.watch else _once(eye, wish)
    except KeyboardInterrupt:
        return _INTERRUPTED


def assignment_for(notebook: Path, default: Path) -> Path:
    """The only bundle beside the notebook or here, else `default`. Raises GraderError if there are several, or none."""
    folders = dict.fromkeys(folder.resolve() for folder in (notebook.parent, Path()))
    found = opening.bundles(folders)
    if len(found) > 1:
        names = ", ".join(file.name for file in found[:5])
        raise GraderError(f"there are several assignments ({names}): name the one that is meant with -a")
    rubric = found[0] if found else default
    if not rubric.exists():
        mend = f"name it with -a, or put the {BUNDLES} that your course gave you beside the notebook"
        raise GraderError(f"no assignment was found to hold {notebook} against: {mend}")
    return rubric


class _Eye:
    """Looks at one notebook, again and again."""

    def __init__(self, checker: Checker, notebook: Path, asked: Sequence[str], ci: Ci, began: float | None) -> None:
        self.notebook, self._checker, self._asked, self._ci = notebook, checker, asked, ci
        self._began = began

    def look(self) -> Checked:
        """Raises GraderError for a file that is no notebook, RunnerError if it could not be run."""
        started, self._began = 0.0 if self._began is None else time.monotonic() - self._began, None
        seen = self._checker.look(self.notebook, self._asked)
        seconds = seen.seconds.model_copy(update={"ready": seen.seconds.ready + started})
        name, assignment = str(self.notebook), self._checker.assignment
        checked = told(seen.graded, assignment, name, self._asked, seconds, ran=seen.ran)
        self._ci.looked(checked, seen.graded, assignment)
        execution = seen.graded.execution
        message = "; ".join(error.message for error in execution.errors)
        if execution.status == "unreadable":
            raise GraderError(message)
        if execution.status == "infrastructure":
            raise RunnerError(f"the notebook could not be run: {message}")
        return checked


def _once(eye: _Eye, wish: Wish) -> int:
    checked = eye.look()
    if wish.as_json:
        print(json_without_commands(checked.model_dump_json(indent=1)), flush=True)
    else:
        Screen(plain=wish.plain).show(checked)
    return 0 if checked.complete else 1


def _watch(eye: _Eye, wish: Wish) -> NoReturn:
    """Until it is interrupted. As JSON, one document a line."""
    screen = Screen(plain=wish.plain)
    before: Checked | None = None
    if not wish.as_json:
        screen.say(word("watching", wish.language, notebook=eye.notebook), "dim")
    for _ in saves(eye.notebook):
        try:
            checked = eye.look()
        except RunnerError:
            raise
        except GraderError as error:  # half of a file, perhaps: the next save mends it
            print(str(error), file=sys.stderr, flush=True)
            continue
        if wish.as_json:
            print(checked.model_dump_json(), flush=True)
        else:
            _show_changes(screen, before, checked)
        before = checked
    raise AssertionError("a file is watched until somebody interrupts")


def _show_changes(screen: Screen, before: Checked | None, now: Checked) -> None:
    """All at first; then the items that stand otherwise than before."""
    if before is None:
        screen.show(now)
        return
    found = list(changes(before, now))
    screen.say("")
    screen.show(now, {change.item for change in found})
    for change in found:
        screen.say(str(change), "bold")
    if not found:
        screen.say(word("no_change", now.language), "dim")


def _store() -> Path:
    """Where what came out of kernels is kept between two looks."""
    return user_cache_path("grader", appauthor=False) / "checks"
