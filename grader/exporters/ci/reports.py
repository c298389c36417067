"""The files that CI picks up after a check, and what a GitHub Actions step is told at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from grader.errors import GraderError
from grader.exporters.ci.annotations import annotated
from grader.exporters.ci.classroom import encoded, result
from grader.exporters.ci.code_quality import code_quality
from grader.exporters.ci.commands import on_github
from grader.exporters.ci.junit import junit
from grader.exporters.ci.summary import summary
from grader.exporters.ci.told import Told, Trouble, told_of
from grader.exporters.html import feedback_page
from grader.exporters.values import one_line, points
from grader.files import write
from grader.grading import Graded
from grader.model import Assignment, Language

_REPOSITORY = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")  # variables of GitHub and of GitLab


def told_in(graded: Graded, assignment: Assignment, environ: Mapping[str, str]) -> Told:
    """What CI is told, with the notebook's path as the repository has it."""
    return told_of(graded, assignment, _in_repository(graded.submission.path, environ))


def refused(notebook: Path, message: str, language: Language, environ: Mapping[str, str]) -> Told:
    """What CI is told where nothing could be looked at, for the reason in `message`."""
    trouble = Trouble(cell=None, name="grader check", message=one_line(message), line=1)
    return Told(path=_in_repository(notebook, environ), language=language, troubles=(trouble,))


def _in_repository(file: Path, environ: Mapping[str, str]) -> str:
    """The path in the repository that the job works on, or below the current folder; else the name alone."""
    repository = next((Path(environ[name]) for name in _REPOSITORY if environ.get(name)), Path.cwd())
    file, root = file.resolve(), repository.resolve()
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name


def files_of(told: Told) -> dict[str, str]:
    """What CI systems read, by file name."""
    return {
        "junit.xml": junit(told),
        "summary.md": summary(told),
        "classroom.json": _json(result(told)),
        "code-quality.json": _json(code_quality(told)),
    }


def files(told: Told, report: str, graded: Graded, assignment: Assignment) -> dict[str, str]:
    """The same, and what people and other programs read: `report` is JSON."""
    page = feedback_page(graded.report, graded.submission, graded.execution, assignment)
    return {**files_of(told), "report.json": report + "\n", "feedback.html": page}


def write_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Raises GraderError if `folder` cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write(folder / name, text)
    except OSError as error:
        mend = "choose another folder with --reports"
        raise GraderError(f"{folder} cannot be written: {error.strerror}; {mend}") from None


def tell_github(told: Told, environ: Mapping[str, str]) -> list[str]:
    """Append the step's summary and outputs, and return its annotations to be printed; nothing of it elsewhere."""
    if not on_github(environ):
        return []
    total = "" if told.total is None else points(told.total)
    outputs = {"result": encoded(result(told)), "total": total, "max": points(told.max_points)}
    _append(environ.get("GITHUB_STEP_SUMMARY"), summary(told))
    _append(environ.get("GITHUB_OUTPUT"), "".join(f"{name}={value}\n" for name, value in outputs.items()))
    return annotated(told)


def _append(file: str | None, text: str) -> None:
    if file:
        with Path(file).open("ab") as end:
            end.write(text.encode(errors="replace"))


def _json(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
