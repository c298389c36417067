"""What was read of another system -> a folder with a rubric that a person would have written, and what it needs."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from grader.assignment import load
from grader.errors import GraderError
from grader.files import write as write_file
from grader.importing.imported import Imported, NothingGraded, Question, Test
from grader.model import Assignment, Limits
from grader.names import file_name

_PLAIN = re.compile(r"[A-Za-z][\w.\-/]*(?: [\w.\-]+)*")  # a scalar that YAML takes for text without quotes
_WORDS_OF_YAML = re.compile(r"(?:true|false|null|yes|no|on|off|y|n|~)", re.IGNORECASE)
_UNREADABLE = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_WIDTH = 116


def write(imported: Imported, folder: Path) -> Assignment:
    """Write `rubric.yaml`, `tests/`, `data/`, the handout and the reference; returns the rubric as it loads.

    Raises GraderError if the folder holds something, or nothing in the assignment earns points.
    """
    asked = [question for question in imported.questions if question.points > 0]
    if not asked:
        raise NothingGraded(f"nothing in {imported.origin or imported.id} has points, so there is nothing to grade")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GraderError(f"{folder} is not empty: give a folder that is not there yet with -o")
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    places = _write_tests(asked, folder)
    data = _copy_data(imported, folder)
    for name, notebook in (("handout", imported.handout), ("reference", imported.reference)):
        if notebook is not None:
            write_file(folder / f"{name}.ipynb", json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")
    rubric = folder / "rubric.yaml"
    write_file(rubric, "\n".join(_rubric(imported, asked, places, data)) + "\n")
    if not any((folder / "tests").iterdir()):
        (folder / "tests").rmdir()
    return load(rubric)


# ---------------------------------------------------------------- files


def _write_tests(questions: list[Question], folder: Path) -> dict[tuple[str, str], str]:
    """By question and test: the path of its file."""
    places: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for question in questions:
        for test in question.tests:
            name = _test_name(question, test, taken)
            taken.add(name.casefold())
            parts = [part.strip("\n") for part in (test.setup, test.source) if part.strip()]
            write_file(folder / "tests" / f"{name}.py", "\n\n".join(parts) + "\n")
            places[question.id, test.id] = f"tests/{name}.py"
    return places


def _test_name(question: Question, test: Test, taken: set[str]) -> str:
    """The test's id, if that is a name of its own, else with the question's."""
    plain = [re.sub(r"[^\w\-]+", "_", file_name(one)).strip("_") or "test" for one in (test.id, question.id)]
    wanted = plain[0] if plain[0].casefold() not in taken else f"{plain[1]}-{plain[0]}"
    number = 2
    name = wanted
    while name.casefold() in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def _copy_data(imported: Imported, folder: Path) -> list[tuple[str, str, str]]:
    """(name, file, path in the working directory) of each file that notebooks open."""
    rows, names = [], set[str]()
    for shown_as, source in imported.files.items():
        place = PurePosixPath("data") / shown_as
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        stem = re.sub(r"\W+", "-", PurePosixPath(shown_as).stem).strip("-") or "file"
        name = stem if stem not in names else re.sub(r"\W+", "-", shown_as).strip("-")
        names.add(name)
        rows.append((name, str(place), shown_as))
    return rows


# ---------------------------------------------------------------- YAML


def _rubric(
    imported: Imported, questions: list[Question], places: dict[tuple[str, str], str], data: list[tuple[str, str, str]]
) -> Iterator[str]:
    yield from _comment(f"Imported from {imported.origin}." if imported.origin else "Imported.")
    for note in imported.notes:
        yield from _comment(f"- {note}")
    yield f"id: {scalar(imported.id)}"
    yield f"title: {both(imported.title or imported.id)}"
    yield f"total: {number(sum(question.points for question in questions))}"
    if imported.reference is not None:
        yield "reference: [reference.ipynb]"
    if imported.handout is not None:
        yield "handout: handout.ipynb"
    if data:
        yield "\ndata:"
        yield from (f"  {scalar(n)}: {{file: {scalar(f)}, shown_as: {scalar(s)}}}" for n, f, s in data)
    if imported.seed is not None:
        variable = f", variable: {scalar(imported.seed.variable)}" if imported.seed.variable else ""
        yield f"\nseed: {{value: {imported.seed.value}{variable}}}"
    if imported.cell_seconds is not None:
        whole = f"seconds: {number(imported.cell_seconds)}, " if imported.cell_seconds > Limits().seconds else ""
        yield f"\nlimits: {{{whole}cell_seconds: {number(imported.cell_seconds)}}}"
    yield "\nitems:"
    for question in questions:
        yield from _item(question, places)


def _item(question: Question, places: dict[tuple[str, str], str]) -> Iterator[str]:
    yield f"  - id: {scalar(question.id)}"
    yield f"    title: {both(question.title or question.id)}"
    yield f"    points: {number(question.points)}"
    if question.cells:
        yield f"    cells: [{', '.join(map(scalar, question.cells))}]"
    yield "    criteria:"
    for test in question.tests:
        yield f"      - {_test(test, places[question.id, test.id])}"
    if question.manual:
        yield from _manual(question)
    yield ""


def _test(test: Test, source: str) -> str:
    keys = [f"id: {scalar(test.id)}", "check: passes", f"points: {number(test.points)}", f"source: {scalar(source)}"]
    keys += [f"kind: {test.kind}"] if test.kind != "cell" else []
    keys += ["visibility: hidden"] if test.hidden else []
    keys += [f"feedback: {both(test.failed_says)}"] if test.failed_says.strip() else []
    return f"{{{', '.join(keys)}}}"


def _manual(question: Question) -> Iterator[str]:
    texts = {"prompt": question.prompt, "scheme": question.scheme}
    if not any(text.strip() for text in texts.values()):
        yield f"      - {{check: manual, points: {number(question.manual)}}}"
        return
    yield "      - check: manual"
    yield f"        points: {number(question.manual)}"
    for key, text in texts.items():
        if text.strip():
            yield from (f"        {line}".rstrip() for line in _block(key, text))


def _block(key: str, text: str) -> Iterator[str]:
    """A text as it stands, on lines of its own."""
    lines = [line.rstrip() for line in _readable(text.expandtabs(4)).strip("\n").splitlines()]
    yield f"{key}: |-2" if lines[0].startswith(" ") else f"{key}: |-"
    yield from (f"  {line}" for line in lines)


def _comment(text: str) -> Iterator[str]:
    plain = " ".join(text.split())
    yield from textwrap.wrap(plain, _WIDTH, initial_indent="# ", subsequent_indent="#   " if plain[:1] == "-" else "# ")


def both(text: str) -> str:
    """One sentence for both languages: nobody translated it."""
    said = scalar(" ".join(text.split()))
    return f"{{ko: {said}, en: {said}}}"


def scalar(text: str) -> str:
    """Text as a YAML scalar that stands within a flow mapping; quoted only where it must be."""
    if _PLAIN.fullmatch(text) and not _WORDS_OF_YAML.fullmatch(text):
        return text
    return json.dumps(_readable(text), ensure_ascii=False)


def _readable(text: str) -> str:
    """Without the characters that cannot stand in YAML."""
    return _UNREADABLE.sub(" ", text)


def number(value: float) -> str:
    plain: Any = round(value, 6)
    return f"{plain:.6f}".rstrip("0").rstrip(".")
