"""Grading in pytest: `pytest hw1.ipynb --grader-assignment rubrics/hw1.yaml`; without that option it does nothing."""

from __future__ import annotations

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


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    if early_config.known_args_namespace.grader_assignment:
        early_config.known_args_namespace.noconftest = True  # one among the hand-ins would run here, outside the walls


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("grader_assignment"):
        from grader.as_tests.plugin import begin

        begin(config)
