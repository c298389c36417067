"""`nbgrader_config.py`: what is set in it, read as text. It is a program, and is never run."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.importing import regions
from grader.importing.regions import Marks

FILE = "nbgrader_config.py"

_CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
_TEXT_STUB = "YOUR ANSWER HERE"
_UNKNOWN = "(not a plain value)"
_TIMEOUTS = ("ExecutePreprocessor.timeout", "Execute.timeout")
_SAID_ELSEWHERE = ("CourseDirectory.", "Exchange", "ClearSolutions.enforce", "IncludeHeaderFooter")
# where the course keeps its files and students: nothing that decides a grade


@dataclass(frozen=True)
class Config:
    """Settings by name, such as `ClearSolutions.text_stub`."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def _text(self, name: str, default: str) -> str:
        value = self.values.get(name, default)
        return value if isinstance(value, str) and value and value != _UNKNOWN else default

    def _marks(self, owner: str, word: str, default: Marks) -> Marks:
        begin, end = f"{owner}.begin_{word}_delimeter", f"{owner}.end_{word}_delimeter"
        return self._text(begin, default[0]), self._text(end, default[1])

    @property
    def solution(self) -> Marks:
        return self._marks("ClearSolutions", "solution", regions.SOLUTION)

    @property
    def hidden(self) -> Marks:
        return self._marks("ClearHiddenTests", "test", regions.HIDDEN)

    @property
    def scheme(self) -> Marks:
        return self._marks("ClearMarkScheme", "mark_scheme", regions.SCHEME)

    @property
    def code_stub(self) -> str:
        stubs = self.values.get("ClearSolutions.code_stub")
        stub = stubs.get("python") if isinstance(stubs, dict) else stubs
        return stub if isinstance(stub, str) and stub != _UNKNOWN else _CODE_STUB

    @property
    def text_stub(self) -> str:
        return self._text("ClearSolutions.text_stub", _TEXT_STUB)

    @property
    def cell_seconds(self) -> float | None:
        found = [self.values.get(name) for name in _TIMEOUTS]
        return next((float(one) for one in found if isinstance(one, int | float) and one > 0), None)

    @property
    def not_taken_over(self) -> list[str]:
        taken = ("ClearSolutions.", "ClearHiddenTests.", "ClearMarkScheme.", *_TIMEOUTS, *_SAID_ELSEWHERE)
        return sorted(name for name in self.values if not name.startswith(taken))


def read(file: Path) -> tuple[Config, list[str]]:
    """The settings of `c.Name.key = value` lines, and what is to be said. Nothing where there is no such file."""
    if not file.is_file():
        return Config(), []
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return Config(), [f"{file.name} could not be read: its settings were not taken over"]
    values = {name: _value(node.value) for node in ast.walk(tree) for name in _set_by(node)}  # type: ignore[attr-defined]
    config = Config(values)
    left = config.not_taken_over
    notes = [f"{file.name} sets {', '.join(left)}: not taken over"] if left else []
    if any("Late" in name for name in left):
        notes.append("a rule for late hand-ins is written as `deadline:` in the rubric")
    return config, notes


def _set_by(node: ast.AST) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [name for target in targets if (name := _name(target))]


def _name(target: ast.expr) -> str:
    """`c.ClearSolutions.text_stub` -> `ClearSolutions.text_stub`; nothing for any other target."""
    written = ast.unparse(target)
    return written.removeprefix("c.") if isinstance(target, ast.Attribute) and written.startswith("c.") else ""


def _value(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            return {keyword.arg: _value(keyword.value) for keyword in node.keywords}
        return _UNKNOWN
