"""A student's words without the student: names, numbers and addresses become circles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from grader.class_file import WRITTEN
from grader.exporters.class_report import everyday, names
from grader.exporters.class_report.names import Name, composed, is_hangul
from grader.model import Assignment, Identity, Report

CIRCLE = "○"
Answers = Callable[[str, str], str | None]  # student and item -> the words handed in, None if they cannot be had

_ADDRESSES = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*|(?:https?://|www\.)\S+|(?<!\w)@\w{2,}", re.IGNORECASE)
_NUMBERS = re.compile(r"(?<![\d.])\d(?:[ -]?\d){5,}(?!\d)")
_LABELLED = re.compile(
    r"(?<!\w)(?:이름|성명|학번|학과|작성자|제출자|name|author|student(?: (?:name|id|number|no\.?))?)\s*[:：]"
    r"([^\n]{1,40})",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[\W\d_]+")
_WORD = re.compile(r"[가-힣]+|[^\W\d_]+")
_READ = 1000  # students whose answers are read for that
_MANY, _SHARE = 4, 0.05  # other students, and of the class: a word that more of them use is no name


class Anonymous:
    """Knows a class's names and hides them, but for words that are names as well as words of everybody's."""

    def __init__(
        self,
        reports: Sequence[Report],
        assignment: Assignment,
        answers: Answers,
        others: Mapping[str, Identity],
    ) -> None:
        """`others`: students of the class of whom there is no report. `answers` tell which words are everybody's."""
        self._reports, self._assignment, self._answers = reports, assignment, answers
        self._bearers: dict[Name, set[str]] = {}
        for student, one in [*((report.student, report.identity) for report in reports), *others.items()]:
            for name in names.of_student(student, one):
                self._bearers.setdefault(name, set()).add(student)
        self._known = names.joined(self._bearers)
        self._common: dict[Name, bool] = {}

    def hide(self, text: str, report: Report) -> str:
        """`text` (NFC) of this report's student, of the same length: names, long numbers and addresses as circles."""
        own = [part for part in _own(report) if not self._is_everyday(part)]
        loosely = _any_of(map(_loosely, sorted(own, key=len, reverse=True)), re.IGNORECASE)
        text = _hidden(text, _ADDRESSES)
        for pattern in (loosely, *self._of_class(text), _NUMBERS):
            text = _hidden(text, pattern) if pattern is not None else text
        return _hidden(text, _LABELLED)

    def _of_class(self, text: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
        """The names of the class in this text: patterns for all that name somebody, and where the text says so.

        The class's answers are read only where one may be a word of them.
        """
        letters = names.letters_of(text)
        may_be = [name for name in self._known if name.letters in letters]
        there = [name for name in may_be if not self._is_everyday(name.word) and re.search(name.pattern, text)]
        return (
            _any_of(f"(?:{name.pattern})" for name in there if not (name.rare and self._is_common(name))),
            _any_of(name.surely for name in may_be if name.surely),
        )

    def _is_everyday(self, word: str) -> bool:
        """Whether it is a word of answers or of this rubric; Korean ones have endings."""
        plain = word.casefold()
        if plain in everyday.WORDS or (plain and plain in self._asked):
            return True
        return is_hangul(word) and any(asked.startswith(word) for asked in self._asked)

    @cached_property
    def _asked(self) -> frozenset[str]:
        """The rubric's words, in small letters."""
        asked = self._assignment.model_dump_json(include={"items", "concepts", "terms"})
        return frozenset(word.casefold() for word in _WORD.findall(composed(asked)))

    def _is_common(self, name: Name) -> bool:
        """Whether more students use the word than would name one person."""
        if name not in self._common:
            pattern = re.compile(name.pattern, re.IGNORECASE)
            using = {student for student, text in self._texts if pattern.search(text)} - self._bearers[name]
            self._common[name] = len(using) > max(_MANY, _SHARE * len(self._some))
        return self._common[name]

    @property
    def _some(self) -> Sequence[Report]:
        """All reports; of many so many, from all of them, as tell how common a word is."""
        return self._reports[:: -(-len(self._reports) // _READ) or 1]

    @cached_property
    def _texts(self) -> list[tuple[str, str]]:
        """Students with every answer of theirs."""
        written = [item.id for item in self._assignment.items if any(one.check == WRITTEN for one in item.criteria)]
        places = [(report.student, item) for report in self._some for item in written]
        return [(student, composed(self._answers(student, item) or "")) for student, item in places]


def _hidden(text: str, pattern: re.Pattern[str]) -> str:
    """With circles for every match, or for the one group of it that matched."""

    def circled(match: re.Match[str]) -> str:
        start, end = (place - match.start() for place in match.span(match.lastindex or 0))
        return match[0][:start] + CIRCLE * (end - start) + match[0][end:]

    return pattern.sub(circled, text)


def _own(report: Report) -> Iterator[str]:
    """All that names the student: whole, and the parts of it that do so alone."""
    one = report.identity
    named = (report.student, one.name, one.login, one.email.partition("@")[0])
    yield from (text for text in map(composed, (*named, one.number, one.lms_id)) if len(text) > 1)
    for text in map(composed, named):
        yield from names.wholes_of(text)
        for part in _PARTS.split(text):
            yield from _parts_of_name(part)


def _parts_of_name(part: str) -> Iterator[str]:
    """A name of one word; of a Korean one also the given name, after a family name of one or two syllables."""
    if not is_hangul(part):
        if len(part) >= 3:
            yield part
        return
    if len(part) >= 2:
        yield part
    if 3 <= len(part) <= 4:
        yield part[1:]
    if len(part) == 4:
        yield part[2:]


def _loosely(name: str) -> str:
    """Also spaced out, as names are on cover sheets; Korean particles may follow."""
    if is_hangul(name):
        return (r"\s?" if len(name) > 2 else "").join(name)
    return rf"(?<![a-z\d]){re.escape(name)}(?![a-z\d])"


def _any_of(patterns: Iterable[str], flags: int = 0) -> re.Pattern[str] | None:
    listed = list(patterns)
    return re.compile("|".join(listed), flags) if listed else None
