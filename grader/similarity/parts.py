"""A hand-in as what is compared: its code, its remarks in the code, its answer to each item."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from grader import reading
from grader.model import Assignment, Submission
from grader.similarity.fingerprints import hashes, winnow
from grader.similarity.tokens import Token, code_tokens, letters, lex, names_in, remarks

Medium = Literal["code", "words"]
MEDIA: tuple[Medium, ...] = ("code", "words")
Hashes = NDArray[np.uint64]

CODE, REMARKS, ELSEWHERE = "code", "remarks", "elsewhere"  # parts that are no item's answer
LONGEST_RUN = 20_000  # characters of one cell or answer that are compared
LONGEST_CODE = 200_000  # characters of code of one hand-in

# A hash covers 12 tokens, one of 4 is kept: a shared run of 15 is found wherever it stands. That is a statement or two
# of code, two or three words of prose, six Korean syllables.
_SIZE: Mapping[Medium, int] = {"code": 12, "words": 12}
_WINDOW = 4
_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True)
class Run:
    """Tokens in a row: of a cell's code, of a paragraph. Runs may change their places."""

    medium: Medium
    text: str = field(repr=False)  # the whole cell or answer, which the tokens' places are in
    cell: int | None
    tokens: tuple[Token, ...]

    @cached_property
    def hashes(self) -> tuple[int, ...]:
        return hashes(self.tokens, _SIZE[self.medium])

    @cached_property
    def fingerprints(self) -> frozenset[int]:
        return frozenset(self.hashes[place] for place in winnow(self.hashes, _WINDOW))

    def characters(self, first: int, last: int) -> tuple[int, int]:
        """Start and end in the text of the hashes from `first` to `last`."""
        return self.tokens[first].start, self.tokens[last + _SIZE[self.medium] - 1].end


@dataclass(frozen=True)
class Part:
    """Runs that are told of under one name: `code`, `remarks`, an item's id, or `elsewhere`."""

    name: str
    medium: Medium
    runs: tuple[Run, ...]

    def fingerprints(self, given: frozenset[int]) -> frozenset[int]:
        return frozenset().union(*(run.fingerprints for run in self.runs)) - given


@dataclass(frozen=True)
class HandIn:
    """One student's parts. `cut`: it is too long to be compared whole."""

    student: str
    parts: tuple[Part, ...]
    cut: bool = False
    group: str = ""  # whose members hand in together

    @property
    def outline(self) -> HandIn:
        """The names of its parts without what is in them."""
        return replace(self, parts=tuple(replace(part, runs=()) for part in self.parts))

    def runs(self, medium: Medium) -> list[tuple[Part, Run]]:
        return [(part, run) for part in self.parts if part.medium == medium for run in part.runs]


@dataclass(frozen=True)
class PartPrints:
    """The fingerprints of one part, those of the handout and the reference left out."""

    medium: Medium
    hashes: Hashes


@dataclass(frozen=True)
class Prints:
    """What of a hand-in is held while it is compared with all others."""

    student: str
    group: str
    parts: Mapping[str, PartPrints]

    def hashes_of(self, part: str) -> Hashes:
        return self.parts[part].hashes if part in self.parts else np.empty(0, np.uint64)


def prints(one: HandIn, known: Mapping[Medium, frozenset[int]]) -> Prints:
    """The hand-in without its words. `known`: what the handout and the reference hold."""
    found: dict[str, PartPrints] = {}
    for name in dict.fromkeys(part.name for part in one.parts):
        parts = [part for part in one.parts if part.name == name]
        hashes = frozenset[int]().union(*(part.fingerprints(known[part.medium]) for part in parts))
        found[name] = PartPrints(parts[0].medium, np.fromiter(hashes, np.uint64, len(hashes)))
    return Prints(one.student, one.group, found)


def hand_in(submission: Submission) -> HandIn:
    """What is compared of a submission; nothing of one that could not be read."""
    code, comments = _code(_sources(submission.notebook, "code"))
    written = [(item, answer.text) for item, answer in submission.answers.items()]
    written.append((ELSEWHERE, submission.elsewhere))
    answers = [Part(name, "words", tuple(_words(text))) for name, text in written]
    sizes = [len(source) for _, source in _sources(submission.notebook, "code")]
    cut = sum(sizes) > LONGEST_CODE or max([*sizes, *(len(text) for _, text in written)]) > LONGEST_RUN
    parts = (code, *answers, comments)
    return HandIn(submission.student, tuple(part for part in parts if part.runs), cut, submission.identity.group)


def given(assignment: Assignment) -> dict[Medium, frozenset[int]]:
    """Hashes of all that the handout and the reference hold: to have it too says nothing."""
    files = [file for file in (assignment.handout, *assignment.reference) if file is not None]
    known: dict[Medium, set[int]] = {"code": set(), "words": set()}
    for content in (reading.read(file).notebook for file in files):
        code, comments = _code(_sources(content, "code"))
        prose = [run for _, source in _sources(content, "markdown") for run in _words(source)]
        for run in (*code.runs, *comments.runs, *prose):
            known[run.medium].update(run.hashes)
    return {"code": frozenset(known["code"]), "words": frozenset(known["words"])}


def _sources(content: Mapping[str, Any] | None, kind: str) -> list[tuple[int, str]]:
    cells = content["cells"] if content else []
    return [(number, cell["source"]) for number, cell in enumerate(cells, 1) if cell["cell_type"] == kind]


def _code(sources: Sequence[tuple[int, str]]) -> tuple[Part, Part]:
    """The code, and what is said in it."""
    cells = [(number, text, lex(text)) for number, text in _within(sources, LONGEST_CODE)]
    names = names_in(lexemes for _, _, lexemes in cells)
    code = (Run("code", text, number, code_tokens(lexemes, names)) for number, text, lexemes in cells)
    said = (run for number, _, lexemes in cells for run in _words(remarks(lexemes), number))
    return Part(CODE, "code", tuple(run for run in code if run.tokens)), Part(REMARKS, "words", tuple(said))


def _within(sources: Iterable[tuple[int, str]], most: int) -> Iterator[tuple[int, str]]:
    for number, source in sources:
        text = source[: min(most, LONGEST_RUN)]
        most -= len(text)
        yield number, text


def _words(text: str, cell: int | None = None) -> Iterator[Run]:
    """One run for each paragraph."""
    text = text[:LONGEST_RUN]
    tokens = letters(text)
    ends = [*(gap.start() for gap in _BETWEEN_PARAGRAPHS.finditer(text)), len(text)]
    first = 0
    for end in ends:
        last = bisect_left(tokens, end, lo=first, key=lambda token: token.start)
        if last > first:
            yield Run("words", text, cell, tokens[first:last])
        first = last
