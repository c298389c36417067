"""What no student may get with an assignment, as words that can be looked for. Rows are looked for by rows.py."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from grader import reading
from grader.checks import passing
from grader.model import Assignment, Concept, Criterion

_FEWEST_LETTERS = 25  # of a line of the reference that nobody writes by chance
_FEWEST_LETTERS_OF_CODE = 12  # of a line of a test
_FEWEST_IN_PATH = 3  # parts of a folder's path that is somebody's


@dataclass(frozen=True)
class Secret:
    """Words, and what they are. Looked for as words of any text, as one whole value of the rubric that is packed, or as
    words of its sentences alone: a number stands in any table."""

    what: str
    words: str
    how: Literal["text", "value", "sentence"] = "text"
    mend: str = "take it out there"


def secrets_of(assignment: Assignment, seen: Assignment, rubric: Path | None = None) -> tuple[Secret, ...]:
    """Everything of `assignment` that is not for those who get `seen`; `rubric` is the file that it was written in."""
    plain = _open_part(assignment, seen)
    told, said = set(map(str, values(plain))), "\n".join(sentences(plain))
    hidden = (secret for secret in _hidden(assignment) if secret.words not in told)
    comments = (secret for secret in _comments(rubric) if secret.words not in said)  # `#` may stand in a sentence
    tests = _tests(assignment)
    return tuple(dict.fromkeys([*hidden, *tests, *_reference(assignment), *_folders(assignment, rubric), *comments]))


def _open_part(assignment: Assignment, seen: Assignment) -> list[Any]:
    """Plain data of what nobody hides, told by the rubric's own words and not by what was left in `seen`."""
    closed = {item.id: item.closed() for item in assignment.items}
    criteria = [one for item in assignment.items for one in item.criteria if one.id not in closed[item.id]]
    asked = {str(value) for one in criteria for value in values(one.params)}
    of_all = {"id", "title", "limits", "deadline", "data", "stand_ins"}
    points = [[seen.total, item.points] for item in seen.items]
    items = [{"id": item.id, "title": item.title.model_dump()} for item in assignment.items]
    concepts = [concept for name, concept in assignment.concepts.items() if name in asked]
    nouns = [*criteria, *concepts, *seen.terms.values(), *seen.kept_back]
    return [assignment.model_dump(mode="json", include=of_all), points, items, *(noun.model_dump() for noun in nouns)]


def values(plain: Any) -> Iterator[str | float]:
    """All names, words and numbers in plain data."""
    if isinstance(plain, Mapping):
        for key, value in plain.items():
            yield key
            yield from values(value)
    elif isinstance(plain, list | tuple):
        for value in plain:
            yield from values(value)
    elif isinstance(plain, str | float | int) and not isinstance(plain, bool):
        yield plain


def sentences(plain: Any) -> Iterator[str]:
    """What is written for people in a rubric's plain data: titles and feedback."""
    return written(plain, ("title", "feedback"))


def written(plain: Any, keys: tuple[str, ...], *, among: bool = False) -> Iterator[str]:
    """Texts under one of the keys, in either language where they are in both."""
    if isinstance(plain, Mapping):
        for key, value in plain.items():
            yield from written(value, keys, among=(among and key in ("ko", "en")) or key in keys)
    elif isinstance(plain, list | tuple):
        for value in plain:
            yield from written(value, keys)
    elif isinstance(plain, str) and among:
        yield plain


# ---------------------------------------------------------------- what is hidden


def _hidden(assignment: Assignment) -> Iterator[Secret]:
    open_to_all: set[str] = set()
    closed: dict[str, str] = {}  # concepts, and the criterion that asks for each
    for item in assignment.items:
        hidden = item.closed()
        for one in item.criteria:
            asked = {value for value in values(one.params) if value in assignment.concepts}
            if one.id in hidden:
                yield from _of_criterion(one, f"{item.id}/{one.id}")
                closed |= {str(name): f"{item.id}/{one.id}" for name in asked}
            else:
                open_to_all |= set(map(str, asked))
    for name, place in closed.items():
        if name not in open_to_all:
            yield from _of_concept(assignment.concepts[name], place)


def _of_criterion(criterion: Criterion, place: str) -> Iterator[Secret]:
    yield from _named(f"the name of the hidden criterion {place}", criterion.id)
    yield Secret(f"the check of the hidden criterion {place}", criterion.check, "value")
    if criterion.feedback is not None:
        for said in (criterion.feedback.ko, criterion.feedback.en):
            yield Secret(f"the feedback of the hidden criterion {place}", said)
    for value in values(list(criterion.params.values())):
        if isinstance(value, str):
            yield Secret(f"a parameter of the hidden criterion {place}", value, "value")
        elif value != int(value):  # whole numbers are everywhere
            what = f"a threshold of the hidden criterion {place}"
            yield Secret(what, str(value), "value")
            yield Secret(what, f"{value:.10g}", "sentence")


def _tests(assignment: Assignment) -> Iterator[Secret]:
    """Lines of hidden tests, hidden lines of others, and what only who marks an answer should read."""
    hidden, seen = list[tuple[str, str]](), [*_lines(assignment.handout)]
    for item in assignment.items:
        closed = item.closed()
        for one in item.criteria:
            code = one.code or ""
            shown = "" if one.id in closed or passing.is_all_hidden(one) else passing.without_hidden(code)
            seen += _in_one_line(shown)
            hidden += [(f"{item.id}/{one.id}", line) for line in _in_one_line(code)]
            if one.check == "manual" and (scheme := one.params.get("scheme")):
                yield Secret(f"the marking scheme of {item.id}/{one.id}", " ".join(str(scheme).split()))
    for place, line in hidden:
        if line not in seen and len(line) >= _FEWEST_LETTERS_OF_CODE:
            yield Secret(f"a hidden line of the test of {place}", line)


def _of_concept(concept: Concept, place: str) -> Iterator[Secret]:
    what = f"a phrase of the hidden criterion {place}"
    yield from _named(f"the concept of the hidden criterion {place}", concept.id)
    for phrase in (*concept.ko, *concept.en):
        yield Secret(what, phrase, "value")
        if "~" not in phrase and len(re.findall(r"\w", phrase)) >= (3 if phrase.isascii() else 2):
            yield Secret(what, phrase, mend=f'take it out there, or give `--allow "{phrase}"` if students may read it')
    for claim in concept.claims:
        yield Secret(f"a claim of the hidden criterion {place}", claim.says, "value")


def _named(what: str, name: str) -> Iterator[Secret]:
    yield Secret(what, name, "value")
    if re.search(r"[^\W_]", name) and re.search(r"[\W_]", name):  # `zero-padding`; `runs` is everybody's word
        yield Secret(what, name)


# ---------------------------------------------------------------- what only staff have


def _reference(assignment: Assignment) -> Iterator[Secret]:
    """Lines of the reference and of its mutants that neither the handout nor a title has."""
    titles = [assignment.title, *(item.title for item in assignment.items)]
    given = "\n".join([*_lines(assignment.handout), *(said for title in titles for said in (title.ko, title.en))])
    for file in (*assignment.reference, *([assignment.mutants] if assignment.mutants is not None else [])):
        for line in _lines(file):
            if line not in given and len(line) >= _FEWEST_LETTERS:
                yield Secret(f"a line of {file.name}", line)


def _lines(file: Path | None) -> Iterable[str]:
    """Of cells, or of any other text, without the marks of a comment around them."""
    if file is None:
        return ()
    if reading.suffix(file.name):
        try:
            text = "\n".join(cell["source"] for cell in reading.read(file).notebook["cells"])
        except reading.Unreadable:
            text = ""
    else:
        text = file.read_text(encoding="utf-8", errors="replace")
    return _in_one_line(text)


def _in_one_line(text: str) -> list[str]:
    return [" ".join(line.lstrip("# ").split()) for line in text.splitlines() if line.strip()]


def _folders(assignment: Assignment, rubric: Path | None) -> Iterator[Secret]:
    """Where the assignment lies on this machine."""
    files = [*(data.file for data in assignment.data.values()), *assignment.reference]
    files += [file for file in (assignment.handout, assignment.mutants, rubric and rubric.absolute()) if file]
    files += [assignment.heldout.file] if assignment.heldout is not None else []
    for folder in dict.fromkeys([Path.home(), *(file.parent for file in files)]):
        if len(folder.parts) >= _FEWEST_IN_PATH:
            yield Secret("a path of this machine", str(folder))


def _comments(rubric: Path | None) -> Iterator[Secret]:
    if rubric is None or rubric.suffix not in (".yaml", ".yml"):
        return
    for line in rubric.read_text(encoding="utf-8", errors="replace").splitlines():
        said = line.partition("# ")[2] if line.lstrip().startswith("#") or " # " in line else ""
        if len(said.strip()) >= _FEWEST_LETTERS:
            yield Secret("a comment of the rubric", " ".join(said.split()))
