"""Test files, as otter and OK have them, read as data: nothing of them is executed here.

In the OK format a file says `test = {...}`; in the other one it holds functions with the decorator `test_case`. In a
notebook's metadata stands the same dictionary, or the text of such a file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from doctest import DocTestParser
from textwrap import dedent
from typing import Any, NamedTuple

from grader.errors import GraderError
from grader.importing.otter import points
from grader.importing.otter.cases import NOTHING, Case, Tested
from grader.importing.otter.literals import NoLiteral, assignments, constants, value

_DECORATOR = "test_case"
_ARGUMENTS = ("name", "points", "hidden", "success_message", "failure_message")


def read(text: str, name: str, where: str) -> Tested:
    """A test file's text, of the question `name`, as its file, or the metadata, is called: so notebooks call it too.

    Raises GraderError, with `where` named, for one that cannot be read as data.
    """
    tree = parsed(text, where)
    test = next((node for name, node in reversed(assignments(tree)) if name == "test"), None)
    if test is not None and constants(tree).get("OK_FORMAT", True):
        try:
            return of_dictionary(value(test, constants(tree)), name, where)
        except NoLiteral as error:
            mend = "write the value itself: test files are read, not run"
            raise GraderError(f"{where}: {error}, which only running it would tell; {mend}") from None
    if any(_decorator(node) is not None for node in tree.body):
        return _of_functions(tree, name, where)
    raise GraderError(f"{where}: neither `test = {{...}}` nor a function with `@test_case`: it is no otter test file")


def parsed(text: str, where: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise GraderError(f"{where}{line}: no Python that can be read: {error}") from None


# ---------------------------------------------------------------- the OK format


def of_dictionary(test: Any, name: str, where: str) -> Tested:
    """`{points, all_or_nothing, suites: [{cases: [{code, ...}]}]}` of the question `name`."""
    if not isinstance(test, Mapping):
        raise GraderError(f"{where}: a test is a dictionary with `suites`")
    suites = test.get("suites")
    if not isinstance(suites, list) or not all(isinstance(suite, Mapping) for suite in suites):
        raise GraderError(f"{where}: `suites` is a list of dictionaries with `cases`")
    whole = {"hidden": True} if test.get("hidden") else {}  # as otter had it before cases could be hidden
    cases = [_OkCase({**case, **whole}, suite) for suite in suites for case in _cases(suite, where)]
    worth = _worth(test.get("points"), [case.told.get("points") for case in cases], where)
    made = (_ok_case(name, n, case, pts, where) for n, (case, pts) in enumerate(zip(cases, worth, strict=True), 1))
    return Tested(name=name, cases=tuple(made), all_or_nothing=bool(test.get("all_or_nothing")))


class _OkCase(NamedTuple):
    told: Mapping[str, Any]
    suite: Mapping[str, Any]


def _cases(suite: Mapping[str, Any], where: str) -> list[Any]:
    kind, cases = suite.get("type", "doctest"), suite.get("cases")
    if kind != "doctest":
        raise GraderError(f"{where}: a suite of type `{kind}` cannot be taken over, only `doctest`")
    if not isinstance(cases, list) or not all(isinstance(c, Mapping) and isinstance(c.get("code"), str) for c in cases):
        raise GraderError(f"{where}: `cases` is a list of dictionaries with `code`")
    return cases


def _ok_case(question: str, number: int, case: _OkCase, worth: float, where: str) -> Case:
    told, suite = case
    return Case(
        name=_text(told.get("name")) or f"{question} - {number}",
        kind="doctest",
        code=without_margin(told["code"], where) or NOTHING,
        setup=without_margin(_text(suite.get("setup")) or "", where),
        teardown=without_margin(_text(suite.get("teardown")) or "", where),
        points=worth,
        hidden=bool(told.get("hidden", True)),
        success=_text(told.get("success_message")),
        failure=_text(told.get("failure_message")),
    )


def without_margin(text: str, where: str) -> str:
    """A doctest without its margin; "" where it has no example. Raises GraderError where doctest refuses it."""
    plain = dedent(text.expandtabs()).strip("\n")
    try:
        return plain if DocTestParser().get_examples(plain) else ""
    except ValueError as error:
        raise GraderError(f"{where}: a case is no doctest: {error}") from None


# ---------------------------------------------------------------- functions


def _of_functions(tree: ast.Module, name: str, where: str) -> Tested:
    known = constants(tree)
    found = [(node, _arguments(node, known, where)) for node in tree.body if _decorator(node) is not None]
    worth = _worth(known.get("points"), [arguments.get("points") for _, arguments in found], where)
    setting = _setting(tree.body)
    cases = (
        _function_case(name, number, setting, node, arguments, pts)
        for number, ((node, arguments), pts) in enumerate(zip(found, worth, strict=True), start=1)
    )
    return Tested(name=name, cases=tuple(cases), all_or_nothing=bool(known.get("all_or_nothing")))


def _function_case(
    question: str, number: int, setting: str, node: ast.stmt, arguments: Mapping[str, Any], worth: float
) -> Case:
    assert isinstance(node, ast.FunctionDef)
    return Case(
        name=_text(arguments.get("name")) or f"{question} - {number}",
        kind="function",
        code=without_decorators(node),
        setup=setting,
        points=worth,
        hidden=bool(arguments.get("hidden", False)),
        success=_text(arguments.get("success_message")),
        failure=_text(arguments.get("failure_message")),
    )


def without_decorators(node: ast.FunctionDef) -> str:
    node.decorator_list = []
    return ast.unparse(node)


def _decorator(node: ast.stmt) -> ast.expr | None:
    """The decorator that makes a function a test, if it is one."""
    if not isinstance(node, ast.FunctionDef):
        return None
    for one in node.decorator_list:
        called = one.func if isinstance(one, ast.Call) else one
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
        if name == _DECORATOR:
            return one
    return None


def _arguments(node: ast.stmt, known: Mapping[str, Any], where: str) -> dict[str, Any]:
    made = _decorator(node)
    if not isinstance(made, ast.Call):
        return {}
    named = [*zip(_ARGUMENTS, made.args, strict=False), *((key.arg, key.value) for key in made.keywords)]
    try:
        return {str(name): value(expression, known) for name, expression in named}
    except NoLiteral as error:
        raise GraderError(f"{where}: {error}, which only running it would tell; write the value itself") from None


def _setting(body: Iterable[ast.stmt]) -> str:
    """What stands beside the tests, imports, helpers and values, without otter's own."""
    kept = [node for node in body if _decorator(node) is None and not _is_otters(node)]
    return ast.unparse(ast.Module(kept, []))


def _is_otters(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] == "otter"
    return isinstance(node, ast.Import) and all(alias.name.partition(".")[0] == "otter" for alias in node.names)


# ---------------------------------------------------------------- both


def _worth(question: Any, cases: list[Any], where: str) -> list[float]:
    try:
        return points.of_cases(question, cases)
    except GraderError as error:
        raise GraderError(f"{where}: {error}") from None


def _text(said: Any) -> str | None:
    return said if isinstance(said, str) and said.strip() else None
