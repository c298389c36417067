"""Questions with their cases -> questions as they are imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from grader.importing.imported import Question, Test
from grader.importing.otter.cases import NOTHING, Case, Tested

_BEGIN, _END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


def asked(tested: Tested, name: str, factor: float = 1.0) -> Question:
    """The question under the id `name`, without cases that have no points; `factor`: what points are multiplied by."""
    worth = _rounded([case.points * factor for case in tested.cases])
    if tested.all_or_nothing and len(tested.cases) > 1 and sum(worth) > 0:
        return Question(id=name, tests=(_all_or_nothing(tested.cases, name, round(sum(worth), 6)),))
    tests = (
        _test(case, f"{name}-{number}", points)
        for number, (case, points) in enumerate(zip(tested.cases, worth, strict=True), start=1)
        if points > 0
    )
    return Question(id=name, tests=tuple(tests))


def notes_on(tested: Tested) -> list[str]:
    """What of a question's cases has no place here."""
    told, name = list[str](), tested.name
    if free := [case.name for case in tested.cases if case.points == 0 and not tested.all_or_nothing]:
        told.append(f"{name}: left out, as worth no points: {', '.join(free)}")
    if idle := [case.name for case in tested.cases if case.code == NOTHING and case.points > 0]:
        told.append(f"{name}: everybody has the points of {', '.join(idle)}, which tests nothing")
    if praised := [case.name for case in tested.cases if case.success]:
        told.append(f"{name}: `success_message` is not shown: {', '.join(praised)}")
    return told


def _rounded(points: Sequence[float]) -> list[float]:
    """To six digits, so that their sum is that of the exact ones."""
    rounded = [round(one, 6) for one in points]
    last = max((place for place, one in enumerate(rounded) if one > 0), default=None)
    if last is not None:
        rounded[last] = round(round(sum(points), 6) - sum(rounded[:last]), 6)
    return rounded


def _test(case: Case, name: str, points: float) -> Test:
    return Test(
        id=name,
        points=points,
        source=_joined(case.code, case.teardown),
        kind=case.kind,
        hidden=case.hidden,
        setup=case.setup,
        passed_says=case.success or "",
        failed_says=case.failure or "",
    )


def _all_or_nothing(cases: Sequence[Case], name: str, points: float) -> Test:
    """One test that passes where all cases pass."""
    hidden = all(case.hidden for case in cases)
    shown = [case.model_copy(update={"hidden": False}) for case in cases] if hidden else list(cases)
    compose = _functions if cases[0].kind == "function" else _examples
    return Test(id=name, points=points, source=compose(shown), kind=cases[0].kind, hidden=hidden)


def _examples(cases: Sequence[Case]) -> str:
    return _joined(*(_marked(_joined(case.setup, case.code, case.teardown), case.hidden, "\n\n") for case in cases))


def _functions(cases: Sequence[Case]) -> str:
    """Each case's function, under a name of its own, and one that calls them all."""
    settings = list(dict.fromkeys(case.setup for case in cases))
    named = [(_renamed(case.code, number), case.hidden) for number, case in enumerate(cases, start=1)]
    arguments = [[one.arg for one in (*f.args.args, *f.args.kwonlyargs)] for f, _ in named]
    calls = [
        _marked(f"    {f.name}({', '.join(f'{a}={a}' for a in given)})", hidden, "\n")
        for (f, hidden), given in zip(named, arguments, strict=True)
    ]
    together = dict.fromkeys(name for given in arguments for name in given)
    whole = "\n".join([f"def test_all({', '.join(together)}):", *calls])
    return _joined(*settings, *(_marked(ast.unparse(f), hidden, "\n\n") for f, hidden in named), whole)


def _renamed(code: str, number: int) -> ast.FunctionDef:
    function = ast.parse(code).body[-1]
    assert isinstance(function, ast.FunctionDef)
    function.name = f"{function.name}_{number}"
    return function


def _marked(text: str, hidden: bool, between: str) -> str:
    margin = re.match(r" *", text)
    indent = margin[0] if margin else ""
    return between.join([indent + _BEGIN, text, indent + _END]) if hidden else text


def _joined(*parts: str) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())
