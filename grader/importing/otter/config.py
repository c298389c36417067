"""What an otter assignment is set to, and what becomes of each setting here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.errors import GraderError
from grader.model import Seed

# setting -> why nothing becomes of it; what changes no points and no page is not named at all
_NOT_HERE = {
    "score_threshold": "points are not turned into pass or fail",
    "grade_from_log": "notebooks are run, the log is not read",
    "serialized_variables": "the log is not read",
    "save_environment": "the log is not read",
    "plugins": "otter's plugins are not run",
    "token": "nothing is uploaded to Gradescope; the token was not copied",
    "course_id": "nothing is uploaded to Gradescope",
    "assignment_id": "nothing is uploaded to Gradescope",
    "pdf": "no PDF is made; feedback pages print from a browser",
    "assignment_name": "a notebook of another assignment is graded as it is, not refused",
    "show_hidden": "hidden tests stay hidden; `visibility: after_published` in place of `hidden` opens them later",
    "autograder_files": "they are among `data`, which students get too: take out what they must not see",
    "debug": "an error in a cell never ends the run",
    "environment": "packages are those of the grader's own environment",
    "requirements": "packages are those of the grader's own environment: install what is missing there",
    "python_version": "notebooks run on the grader's own Python",
}


def not_taken(settings: Mapping[str, Any]) -> list[str]:
    """A sentence for each setting that does something in otter and nothing here."""
    return [f"`{key}`: {why}" for key, why in _NOT_HERE.items() if settings.get(key) not in (None, False, [], {}, "")]


def grading(config: Mapping[str, Any]) -> dict[str, Any]:
    """Of an assignment's configuration what otter would write into `otter_config.json`, and what it knows besides."""
    generate = config.get("generate")
    settings = dict(generate) if isinstance(generate, Mapping) else {}
    keys = ("autograder_files", "requirements", "environment", "python_version", "plugins", "save_environment")
    settings |= {key: config[key] for key in keys if key in config}
    if config.get("name"):
        settings["assignment_name"] = config["name"]
    seed = config.get("seed")
    if isinstance(seed, Mapping):
        settings |= {"seed": seed.get("autograder_value"), "seed_variable": seed.get("variable")}
    elif seed is not None:
        settings["seed"] = seed
    return settings


def seed(settings: Mapping[str, Any]) -> Seed | None:
    """What cells are seeded with."""
    value, variable = settings.get("seed"), settings.get("seed_variable")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**32:
        return None
    return Seed(value=value, variable=str(variable) if variable else None)


def factor(settings: Mapping[str, Any], points: float) -> float:
    """What points are multiplied by, so that they add up to what the assignment is set to be worth."""
    wanted = settings.get("points_possible", settings.get("points"))
    if isinstance(wanted, bool) or not isinstance(wanted, int | float) or wanted <= 0 or points <= 0:
        return 1.0
    return wanted / points


def require_python(settings: Mapping[str, Any], language: str | None, path: Path) -> None:
    """Raises GraderError for an assignment in R."""
    told = str(settings.get("lang") or language or "python").casefold()
    if told not in ("python", "ipython", "python3"):
        raise GraderError(f"{path} is an assignment in {told.upper()}: only Python can be taken over")
