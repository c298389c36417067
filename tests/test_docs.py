"""The README's promises: its commands exist and its files are there."""

from __future__ import annotations

import re
import shlex

import pytest
from conftest import ROOT, Command

from grader.checks import CHECKS

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line[2:] for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_readme_shows_commands() -> None:
    assert "make demo" in COMMANDS
    assert "make test" in COMMANDS


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?<![\w-])make ([a-z-]+)(?=[`;.,\n]| r)", README))))
def test_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith(".venv/bin/grader")])
def test_commands_and_their_options_exist(grader: Command, command: str) -> None:
    words = shlex.split(command)[1:]
    named = words[:2] if words[0] == "answers" else words[:1]
    shown = grader(*named, "--help")
    assert shown.returncode == 0
    for option in (word for word in words if word.startswith("-")):
        assert option in shown.stdout


def test_every_check_is_described() -> None:
    for check in CHECKS:
        assert f"`{check}`" in README


def test_named_files_exist() -> None:
    for path in re.findall(r"`((?:grader|reference|rubrics|tests|benchmarks)/[\w/.-]+)`", README):
        assert (ROOT / path).exists(), path
