"""Grading in pytest: `pytest hw1.ipynb --grader-assignment rubrics/hw1.yaml`; without that option it does nothing."""

from __future__ import annotations

from collections.abc import Generator

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grader", "grading notebooks")
    group.addoption(
        "--grader-assignment", metavar="PATH", help="grade the notebooks and folders given by this rubric, and no tests"
    )
    group.addoption("--grader-lang", choices=("ko", "en"), default="en", help="language of the feedback")
    group.addoption(
        "--grader-walls",
        choices=("full", "reduced", "none"),
        help="around each kernel; the best that can be had here by default",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Before any other plugin does what settings say."""
    if early_config.known_args_namespace.grader_assignment:
        early_config.known_args_namespace.noconftest = True  # one among the hand-ins would run here, outside the walls
        _refuse_settings_of_students(early_config)
    return (yield)


def _refuse_settings_of_students(config: pytest.Config) -> None:
    """pytest looks for settings from the hand-ins upwards; they choose tests, walls, and modules that are imported."""
    if config.inipath is None:
        return
    settings, here = config.inipath.resolve(), config.invocation_params.dir
    given = [(here / argument.partition("::")[0]).resolve() for argument in config.known_args_namespace.file_or_dir]
    said = map(str, config.invocation_params.args)  # the settings' own `addopts` are not among them
    chosen = any(argument.startswith(("-c", "--config-file")) for argument in said)
    handed_on = config.option.inifilename is not None  # by the process that started this one
    ours = chosen or handed_on or here.resolve().is_relative_to(settings.parent)
    if not ours or any(settings.is_relative_to(path) for path in given):
        mend = "give settings of your own with -c, or none with -c /dev/null"
        raise pytest.UsageError(f"{settings} lies among the hand-ins, and pytest would do what it says: {mend}")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("grader_assignment"):
        from grader.as_tests.plugin import begin

        begin(config)
