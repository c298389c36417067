"""A small course of our own in each of otter's formats, and what students hand in for it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Cell = dict[str, Any]


def raw(text: str) -> Cell:
    return {"cell_type": "raw", "metadata": {}, "source": text}


def words(text: str, **metadata: Any) -> Cell:
    return {"cell_type": "markdown", "metadata": metadata, "source": text}


def code(text: str, output: str = "", printed: str = "", **metadata: Any) -> Cell:
    """A code cell as it was saved; `output` is its value as a notebook shows it."""
    outputs: list[dict[str, Any]] = []
    if printed:
        outputs.append({"output_type": "stream", "name": "stdout", "text": printed})
    if output:
        value = {"data": {"text/plain": output}, "metadata": {}, "execution_count": 1}
        outputs.append({"output_type": "execute_result", **value})
    saved = {"cell_type": "code", "metadata": metadata, "source": text}
    return saved | {"outputs": outputs, "execution_count": 1}


def write(file: Path, cells: list[Cell], **metadata: Any) -> Path:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel, **metadata}, "nbformat": 4, "nbformat_minor": 4}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return file


# ---------------------------------------------------------------- the source notebook

CONFIG = """# ASSIGNMENT CONFIG
name: lists
export_cell: false
generate: {show_hidden: true}
"""
_MEAN = "def mean(numbers):\n    # BEGIN SOLUTION\n    return sum(numbers) / len(numbers)\n    # END SOLUTION"
_EVENS = "evens = [n for n in range(10) if n % 2 == 0] # SOLUTION"
_BIGGEST = (
    "def biggest(numbers):\n    found = max(numbers) # SOLUTION NO PROMPT\n    return found # SOLUTION\n"
    '    """ # BEGIN PROMPT\n    # Write one line here.\n    """; # END PROMPT'
)
_TOTAL = "total = 0\nfor n in range(5):\n    total += n # SOLUTION\nprint(total)"
_SHOUT = "def shout(word):\n    return word.upper() + '!' # SOLUTION"


def question(name: str, text: str, solution: list[Cell], tests: list[Cell], **config: Any) -> list[Cell]:
    settings = "\n".join(f"{key}: {json.dumps(value)}" for key, value in config.items())
    cells = [raw(f"# BEGIN QUESTION\nname: {name}\n{settings}"), words(text)]
    cells += [raw("# BEGIN SOLUTION"), *solution, raw("# END SOLUTION")]
    if tests:
        cells += [raw("# BEGIN TESTS"), *tests, raw("# END TESTS")]
    return [*cells, raw("# END QUESTION")]


def source(*, functions: bool = False) -> list[Cell]:
    """Five questions with tests and one for a person: 2 + 3 + 2 + 2 + 1 points, and 4."""
    tests = _FUNCTIONS if functions else _DOCTESTS
    config = CONFIG + ("tests: {ok_format: false}\n" if functions else "")
    return [
        raw(config),
        words("# Lists"),
        *question("q1", "**Question 1.** Define `mean`.", [code(_MEAN)], tests["q1"], points=2),
        *question("q2", "**Question 2.** Assign `evens`.", [code(_EVENS)], tests["q2"], points=[0, 3]),
        *question(
            "q3", "**Question 3.** Define `biggest`.", [code(_BIGGEST)], tests["q3"], points=2, all_or_nothing=True
        ),
        *question(
            "q4",
            "**Question 4.** Why is the mean of no numbers undefined?",
            [words("It divides by zero.")],
            [],
            points=4,
            manual=True,
        ),
        *question("q5", "**Question 5.** Sum up.", [code(_TOTAL, printed="10\n")], tests["q5"], points={"each": 1}),
        *question("q6", "**Question 6.** Define `shout`.", [code(_SHOUT)], tests["q6"]),
    ]


_DOCTESTS: Mapping[str, list[Cell]] = {
    "q1": [code("mean([1, 2, 3])", "2.0"), code("mean([4])\n", "4.0")],
    "q2": [code("len(evens)", "5"), code("# HIDDEN\nevens", "[0, 2, 4, 6, 8]")],
    "q3": [
        code("biggest([1, 3, 2])", "3"),
        code('""" # BEGIN TEST CONFIG\nhidden: true\n""" # END TEST CONFIG\nbiggest([-2, -1])', "-1"),
        code("biggest([7])", "7"),
    ],
    "q5": [code("total", "10"), code("print(total)\n", printed="10\n")],
    "q6": [
        code(
            '""" # BEGIN TEST CONFIG\nfailure_message: Add the exclamation mark.\n""" # END TEST CONFIG\nshout("a")',
            "'A!'",
        ),
        code("# HIDDEN\nfor word in ['x', 'y']:\n    print(shout(word))", printed="X!\nY!\n"),
    ],
}
_FUNCTIONS: Mapping[str, list[Cell]] = {
    "q1": [
        code("def test_three(mean):\n    assert mean([1, 2, 3]) == 2\n\ntest_three(mean) # IGNORE"),
        code("def test_one(env):\n    assert env['mean']([4]) == 4\n\ntest_one(globals()) # IGNORE"),
    ],
    "q2": [
        code("def test_length(evens):\n    assert len(evens) == 5"),
        code("# HIDDEN\ndef test_values(evens):\n    assert evens == [0, 2, 4, 6, 8]"),
    ],
    "q3": [
        code("def test_some(biggest):\n    assert biggest([1, 3, 2]) == 3"),
        code(
            '""" # BEGIN TEST CONFIG\nhidden: true\n""" # END TEST CONFIG\n'
            "def test_negative(biggest):\n    assert biggest([-2, -1]) == -1"
        ),
        code("def test_single(biggest):\n    assert biggest([7]) == 7"),
    ],
    "q5": [
        code("def test_total(total):\n    assert total == 10"),
        code("def test_kind(total):\n    assert isinstance(total, int)"),
    ],
    "q6": [
        code(
            '""" # BEGIN TEST CONFIG\nfailure_message: Add the exclamation mark.\n""" # END TEST CONFIG\n'
            "def test_shout(shout):\n    assert shout('a') == 'A!'"
        ),
        code("# HIDDEN\ndef test_more(shout):\n    assert [shout(w) for w in ['x', 'y']] == ['X!', 'Y!']"),
    ],
}


# ---------------------------------------------------------------- the other formats


def ok_file(name: str, points: str, *cases: tuple[str, bool], more: str = "") -> str:
    told = ", ".join(f'{{"code": r"""\n{text}\n""", "hidden": {hidden}, "locked": False}}' for text, hidden in cases)
    return (
        f'OK_FORMAT = True\n\ntest = {{"name": "{name}", "points": {points}, {more}"suites": [{{"cases": [{told}],'
        ' "scored": True, "setup": "", "teardown": "", "type": "doctest"}]}\n'
    )


OK_FILES = {
    "q1": ok_file("q1", "2", (">>> mean([1, 2, 3])\n2.0", False), (">>> mean([4])\n4.0", False)),
    "q2": ok_file("q2", "[0, 3]", (">>> len(evens)\n5", False), (">>> evens\n[0, 2, 4, 6, 8]", True)),
    "q3": ok_file(
        "q3",
        "2",
        (">>> biggest([1, 3, 2])\n3", False),
        (">>> biggest([-2, -1])\n-1", True),
        (">>> biggest([7])\n7", False),
        more='"all_or_nothing": True, ',
    ),
    "q5": ok_file("q5", "2", (">>> total\n10", False), (">>> print(total)\n10", False)),
    "q6": ok_file(
        "q6",
        "None",
        (">>> shout('a')\n'A!'", False),
        (">>> for word in ['x', 'y']:\n...     print(shout(word))\nX!\nY!", True),
    ),
}
_HEAD = "from otter.test_files import test_case\n\nOK_FORMAT = False\n\n"
FUNCTION_FILES = {
    "q1": _HEAD
    + 'name = "q1"\npoints = 2\n\n'
    + "@test_case()\ndef test_three(mean):\n    assert mean([1, 2, 3]) == 2\n\n"
    + "@test_case()\ndef test_one(env):\n    assert env['mean']([4]) == 4\n",
    "q2": _HEAD
    + 'name = "q2"\n\n'
    + "@test_case(points=0, hidden=False)\ndef test_length(evens):\n    assert len(evens) == 5\n\n"
    + "EXPECTED = [0, 2, 4, 6, 8]\n\n"
    + "@test_case(points=3, hidden=True)\ndef test_values(evens):\n    assert evens == EXPECTED\n",
    "q3": _HEAD
    + 'name = "q3"\npoints = 2\nall_or_nothing = True\n\n'
    + "@test_case()\ndef test_some(biggest):\n    assert biggest([1, 3, 2]) == 3\n\n"
    + "@test_case(hidden=True)\ndef test_negative(biggest):\n    assert biggest([-2, -1]) == -1\n\n"
    + "@test_case()\ndef test_single(biggest):\n    assert biggest([7]) == 7\n",
    "q5": _HEAD
    + 'name = "q5"\npoints = 2\n\n'
    + "@test_case()\ndef test_total(total):\n    assert total == 10\n\n"
    + "@test_case()\ndef test_kind(total):\n    assert isinstance(total, int)\n",
    "q6": _HEAD
    + 'name = "q6"\n\n'
    + '@test_case(failure_message="Add the exclamation mark.")\n'
    + "def test_shout(shout):\n    assert shout('a') == 'A!'\n\n"
    + "@test_case(hidden=True)\ndef test_more(shout):\n    assert [shout(w) for w in ['x', 'y']] == ['X!', 'Y!']\n",
}


def zipped(file: Path, tests: Mapping[str, str], **settings: Any) -> Path:
    """An autograder.zip as otter generates it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"lang": "python", **settings}))
        archive.writestr("setup.sh", "#!/usr/bin/env bash\n")
        archive.writestr("run_autograder", "#!/usr/bin/env bash\n")
        archive.writestr("environment.yml", "name: otter-env\n")
        for name, text in tests.items():
            archive.writestr(f"tests/{name}.py", text)
    return file


# ---------------------------------------------------------------- what students hand in

RIGHT = {
    "q1": "def mean(numbers):\n    return sum(numbers) / len(numbers)",
    "q2": "evens = list(range(0, 10, 2))",
    "q3": "def biggest(numbers):\n    return sorted(numbers)[-1]",
    "q4": "There is nothing to divide by, so the result has no value.",
    "q5": "total = 0\nfor n in range(5):\n    total += n\nprint(total)",
    "q6": "def shout(word):\n    return word.upper() + '!'",
}
STUDENTS: Mapping[str, Mapping[str, str]] = {
    "right": RIGHT,
    "half": RIGHT
    | {"q1": "def mean(numbers):\n    return 2.0", "q5": "total = 10.0", "q6": "def shout(word):\n    return 'A!'"},
    "raising": RIGHT | {"q2": "evens = nothing_of_that_name", "q5": "total = 1 / 0"},
    "hidden": RIGHT | {"q2": "evens = [1, 2, 3, 4, 5]", "q3": "def biggest(numbers):\n    return max([0, *numbers])"},
    "warning": RIGHT
    | {
        "q1": "import warnings\n\ndef mean(numbers):\n    warnings.warn('slow')\n    return sum(numbers) / len(numbers)"
    },
    "endless": RIGHT | {"q1": "def mean(numbers):\n    while True:\n        pass"},
}


def handed_in(answers: Mapping[str, str], **metadata: Any) -> list[Cell]:
    """A student's notebook as otter's own notebook for students becomes: its cells for otter stand in it."""
    given = {"deletable": False, "editable": False}
    cells = [
        code('# Initialize Otter\nimport otter\ngrader = otter.Notebook("lists.ipynb")', **given),
        words("# Lists"),
    ]
    texts = {one["source"].split()[1].strip("*."): one["source"] for one in source() if "**Question" in one["source"]}
    for number, (name, answer) in enumerate(answers.items(), start=1):
        text = texts[str(number)]
        answered = {"tags": ["otter_answer_cell"]}
        if name == "q4":
            cells += [words(f"<!-- BEGIN QUESTION -->\n\n{text}", **given), words(answer, **answered)]
            continue
        closing = "<!-- END QUESTION -->\n\n" if name == "q5" else ""
        cells += [words(closing + text, **given), code(answer, **answered), code(f'grader.check("{name}")', **given)]
    return [*cells, code("grader.check_all()"), code("grader.export(run_tests=True)", **given)]
