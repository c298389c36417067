"""The part of the plugin that is there only where `--grader-assignment` is given."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.as_tests.line import Line, reports_in
from grader.as_tests.nodes import MAKER, CriterionItem, HandIns, Notebook
from grader.as_tests.reading import Reading
from grader.as_tests.summary import properties, table
from grader.assignment import load
from grader.errors import GraderError, RunnerError
from grader.intake.room import Room
from grader.intake.suffixes import is_archive
from grader.model import Assignment, Report, Submission
from grader.walls.doctor import best
from grader.walls.plan import Tier

_FOLDER = "grader_folder"  # in what xdist hands to its workers


def begin(config: pytest.Config) -> None:
    """Register what grades. Raises UsageError for a rubric that is not valid."""
    try:
        assignment = load(Path(config.getoption("grader_assignment")))
    except GraderError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(Grading(config, assignment), "grader-grading")


class Grading:
    """Everything that is given on the command line is a hand-in; nothing of it is imported or run by pytest itself."""

    def __init__(self, config: pytest.Config, assignment: Assignment) -> None:
        self._held = contextlib.ExitStack()
        config.add_cleanup(self._held.close)
        shared: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._in_worker = shared is not None
        self._folder = Path(shared[_FOLDER] if shared else self._temporary())
        self._room = self._held.enter_context(Room())
        self._assignment = assignment
        self._walls: Tier | None = config.getoption("grader_walls")
        self._reading: Reading | None = None
        self._line: Line | None = None
        self._language = config.getoption("grader_lang")
        config.stash[MAKER] = self._notebooks

    def _temporary(self) -> str:
        return self._held.enter_context(tempfile.TemporaryDirectory(prefix="grader-pytest-"))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[_FOLDER] = str(self._folder)

    # ------------------------------------------------------------ collecting

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        config = session.config
        if not self._in_worker and config.args_source is not pytest.Config.ArgsSource.ARGS:
            raise pytest.UsageError("name the notebooks or folders to grade: pytest hw1.ipynb --grader-assignment …")
        if not config.option.collectonly:
            try:
                tier = best(self._walls, secrets=self._assignment.heldout is not None)
            except RunnerError as error:
                raise pytest.UsageError(str(error)) from None
            self._line = Line(self._assignment, self._language, tier, self._folder)
            self._held.callback(self._line.close)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Read what was handed in, before pytest looks at any of it."""
        given = list(dict.fromkeys(argument.partition("::")[0] for argument in session.config.args))
        paths = list(dict.fromkeys((session.config.invocation_params.dir / path).resolve() for path in given))
        _refuse(given, paths)
        try:
            self._reading = Reading(paths, self._assignment, self._room)
        except GraderError as error:
            raise pytest.UsageError(str(error)) from None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector:
        """A folder that was given is full of hand-ins; another one only leads to one. None is a Python package."""
        if parent.session.isinitpath(path):
            return HandIns.from_parent(parent, path=path)
        return pytest.Dir.from_parent(parent, path=path)

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        """In place of the collectors of other plugins, which would import a script that was handed in."""
        yield
        if not parent.session.isinitpath(file_path):
            return []
        if is_archive(file_path.name):
            return [HandIns.from_parent(parent, path=file_path)]
        return list(self._notebooks(parent, file_path))

    def _notebooks(self, parent: pytest.Collector, path: Path) -> Iterator[Notebook]:
        assert self._reading is not None
        yield from self._reading.notebooks(parent, path.resolve(), self._report)

    # ------------------------------------------------------------ running

    def _report(self, name: str, submission: Submission) -> Report:
        assert self._line is not None
        try:
            return self._line.report(name, submission)
        except RunnerError as error:
            pytest.exit(f"grader: {error}", returncode=error.exit_code)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """What is skipped is skipped in the notebook, and not in this package."""
        report = yield
        if isinstance(item, CriterionItem) and report.skipped and isinstance(report.longrepr, tuple):
            path, line, _ = item.reportinfo()
            report.longrepr = (str(path), line + 1, report.longrepr[2])
        return report

    # ------------------------------------------------------------ telling

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Totals become properties of the suite in JUnit XML, which is written after this."""
        totals = properties(reports_in(self._folder))
        for plugin in session.config.pluginmanager.get_plugins():
            if hasattr(plugin, "add_global_property"):
                for name, value in totals.items():
                    plugin.add_global_property(name, value)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        reports = reports_in(self._folder)
        if reports:
            terminalreporter.section(f"points: {self._assignment.title.in_language(self._language)}")
            for line in table(reports, self._assignment):
                terminalreporter.write_line(line)


def _refuse(given: Sequence[str], paths: Sequence[Path]) -> None:
    """What pytest would misread or pass over in silence. Raises UsageError."""
    for path in paths:
        if not path.exists():
            raise pytest.UsageError(f"{path} does not exist: give a notebook, or a folder of hand-ins")
        if around := next((other for other in paths if path != other and path.is_relative_to(other)), None):
            raise pytest.UsageError(f"{path} lies in {around}, which is given too: give one of the two")
    if bracketed := next((name for name in given if "[" in name), None):
        mend = "give the folder that it lies in, or another name"
        raise pytest.UsageError(f"pytest takes the `[` in {bracketed} for the parameters of a test: {mend}")
