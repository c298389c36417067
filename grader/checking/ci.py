"""CI is told of a look at a notebook: files in a folder, and on GitHub Actions annotations, a summary and outputs."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.checking.checked import Checked
from grader.errors import GraderError
from grader.exporters.ci.commands import no_commands, on_github
from grader.grading import Graded
from grader.model import Assignment, Language


class Ci:
    """`reports`: the folder for files; `environ`: the variables by which a CI system makes itself known.

    With `as_json` standard output belongs to the document alone.
    """

    def __init__(
        self, notebook: Path, language: Language, reports: Path | None, environ: Mapping[str, str], *, as_json: bool
    ) -> None:
        self._notebook, self._language, self._reports, self._environ = notebook, language, reports, environ
        self._as_json = as_json
        self._listens = reports is not None or on_github(environ)
        self._annotations: list[str] | None = None

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Around the look: nothing that is printed meanwhile is a command to the runner, and a refusal is told too."""
        try:
            with contextlib.nullcontext() if self._as_json else no_commands(sys.stdout, self._environ):
                yield
        except GraderError as error:
            if self._listens and self._annotations is None:
                self._refused(str(error))
            raise
        finally:
            for line in self._annotations or ():
                print(line, file=sys.stderr if self._as_json else sys.stdout, flush=True)

    def looked(self, checked: Checked, graded: Graded, assignment: Assignment) -> None:
        """Raises GraderError if the folder of the reports cannot be written."""
        if not self._listens:
            return
        from grader.exporters.ci import reports

        told = reports.told_in(graded, assignment, self._environ)
        self._annotations = reports.tell_github(told, self._environ)
        if self._reports is not None:
            files = reports.files(told, checked.model_dump_json(indent=1), graded, assignment)
            reports.write_files(self._reports, files)

    def _refused(self, message: str) -> None:
        """Nothing was looked at: the sentence that says why, in every file that CI waits for."""
        from grader.exporters.ci import reports

        told = reports.refused(self._notebook, message, self._language, self._environ)
        self._annotations = reports.tell_github(told, self._environ)
        if self._reports is not None:
            with contextlib.suppress(GraderError):  # the first sentence is the one to read
                reports.write_files(self._reports, reports.files_of(told))
