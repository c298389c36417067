"""Which item a heading or a passage is about, by the rubric's own words: titles, phrases of concepts, feedback."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from grader.answers.phrases import expressed
from grader.model import Assignment, Concept, Item

MOST_READ = 8_000  # characters of one passage; a homework answer has hundreds

_CLEARLY = 2.0  # the first item's weight over the second's
_HEADING_SHARE = 1 / 4  # of a heading's words: a heading that names a subject among much else is about something else
_TITLE, _ELSEWHERE, _CONCEPT = 1.0, 0.4, 1.5  # weight of a word of the title, of the rest of the rubric, of a concept
_ENOUGH = 0.4  # weight of a word that says something: one of a title that hardly another item uses
_LITTLE = 0.2  # will do for a heading that says nothing else
_LONGEST_WORD = 40
_WORD = re.compile(r"[a-z]+|[가-힣]+|[^\W\d_a-z가-힣]+")
_PARTICLE = re.compile(
    r"(?<=[가-힣]{2})(?:으로써|으로서|에서|에게|까지|부터|보다|처럼|이란|으로|이나|은|는|이|가|을|를|의|에|도|로|와|과|란|만)$"
)
# Words of any question in any subject; they tell no item from another.
_COMMON_WORDS = """
a an the of for to in on at by and or not no is are was were be been do does did it its this that these those there
what which why how when where who than rather instead with without from into as about between both each one two
three we you they use used uses using need needed reason reasons explain describe discuss compare comparison role
purpose advantage advantages difference differences answer answers question problem homework part
이유 무엇 어떻게 어떤 사용 사용하는 쓰는 쓰이는 쓸까 이용 이용하는 하는 하고 하면 되는 설명 설명하시오 비교 대한
위한 위해 때문 때문에 그리고 또는 또한 차이 차이점 장점 단점 문제 과제 해야 필요 필요성 역할 무엇인가요 될까요
무엇일까요 있을까요 어떨까요 있는 없는 것은 것이 것을 같은 다른 모두 각각 먼저 대신
"""
_COMMON = frozenset(_COMMON_WORDS.split())


class Standing(NamedTuple):
    """How much a text has of one item: distinct concepts, shared ones in part, and the weight of all it has."""

    item: str
    concepts: float
    weight: float


@dataclass(frozen=True)
class _Vocabulary:
    """Words, each in all its endings: `convolutional` is in one that has `convolution`, and the other way round."""

    words: frozenset[str]
    beginnings: frozenset[str]

    def __contains__(self, word: str) -> bool:
        if word in self.words or word in self.beginnings:
            return True
        return any(word[:length] in self.words for length in range(_shortest(word), min(len(word), _LONGEST_WORD)))


def _vocabulary(*texts: str) -> _Vocabulary:
    words = frozenset().union(*map(_words, texts))
    long = (word[:_LONGEST_WORD] for word in words)
    return _Vocabulary(words, frozenset(w[:length] for w in long for length in range(_shortest(w), len(w))))


def _shortest(word: str) -> int:
    """Letters that two words must share to be one; a Korean letter says more."""
    return 2 if "가" <= word[0] <= "힣" else 4


@dataclass(frozen=True)
class _Subject:
    item: str
    title: _Vocabulary
    all: _Vocabulary  # with the words of phrases and feedback
    concepts: tuple[Concept, ...]


@dataclass(frozen=True)
class Topics:
    """The subjects of a rubric's items, and how a text stands to each."""

    subjects: tuple[_Subject, ...]

    def written(self) -> tuple[str, ...]:
        """Items that ask for words."""
        return tuple(subject.item for subject in self.subjects if subject.concepts)

    def standings(self, text: str) -> tuple[Standing, ...]:
        """Items that the text has anything of, the one that it has most of first."""
        return _standings(self.subjects, text[:MOST_READ])

    def of_heading(self, text: str) -> str | None:
        """The item whose subject a heading names, where it says little else and no other comes near."""
        said = _words(text)
        known = [word for word in said if any(word in subject.title for subject in self.subjects)]
        first = self._ahead(text)
        if not said or first is None or first.concepts:
            return first.item if first else None
        titled = next(subject for subject in self.subjects if subject.item == first.item).title
        least = _HEADING_SHARE if first.weight >= _ENOUGH else 1
        names_it = first.weight >= _LITTLE and any(word in titled for word in known)
        return first.item if names_it and len(known) >= least * len(said) else None

    def of_passage(self, text: str) -> str | None:
        """The item that a passage answers: it expresses its concepts, and hardly another's."""
        first = self._ahead(text)
        if first is None or not first.concepts:
            return None
        return first.item if first.concepts >= 2 or first.weight > _CONCEPT * first.concepts + _ENOUGH else None

    def leans(self, text: str) -> str | None:
        """The item that has most of the text, be it by a word; None where two have as much."""
        first, *others = *self.standings(text), None
        if first is None or (others and others[0] is not None and others[0].weight >= first.weight):
            return None
        return first.item

    def is_only(self, text: str, item: str) -> bool:
        """Whether a text says two things or more that this item asks for, and nothing that another does."""
        concepts = {standing.item: standing.concepts for standing in self.standings(text)}
        return concepts.pop(item, 0.0) >= 2 and not any(concepts.values())

    def _ahead(self, text: str) -> Standing | None:
        first, second, *_ = *self.standings(text), None, None
        if first is None or (second is not None and first.weight < _CLEARLY * second.weight):
            return None
        return first


def of(assignment: Assignment) -> Topics:
    """The topics of a rubric. A word that several items use counts for each of them in part."""
    return Topics(tuple(_subject(assignment, item) for item in assignment.items))


def _subject(assignment: Assignment, item: Item) -> _Subject:
    named = [name for criterion in item.criteria for name in _concept_names(criterion.params.get("concept"))]
    concepts = tuple(assignment.concepts[name] for name in dict.fromkeys(named) if name in assignment.concepts)
    feedback = [criterion.feedback for criterion in item.criteria if criterion.feedback]
    told = [line for text in feedback for line in (text.ko, text.en)]
    phrases = [phrase for concept in concepts for phrase in (*concept.ko, *concept.en)]
    title = f"{item.title.ko} {item.title.en}"
    return _Subject(item.id, _vocabulary(title), _vocabulary(title, *told, *phrases), concepts)


def _concept_names(value: object) -> list[str]:
    return [value] if isinstance(value, str) else []


@lru_cache(maxsize=8192)
def _standings(subjects: tuple[_Subject, ...], text: str) -> tuple[Standing, ...]:
    weights = dict.fromkeys((subject.item for subject in subjects), 0.0)
    for word in _words(text):
        users = [subject for subject in subjects if word in subject.all]
        for subject in users:
            weights[subject.item] += (_TITLE if word in subject.title else _ELSEWHERE) / len(users) ** 2
    said = dict.fromkeys(weights, 0.0)
    concepts = {concept.id: concept for subject in subjects for concept in subject.concepts}
    for name in expressed(text, concepts.values()):
        askers = [subject.item for subject in subjects if concepts[name] in subject.concepts]
        for item in askers:
            said[item] += 1 / len(askers)
    found = [Standing(item, said[item], weight + _CONCEPT * said[item]) for item, weight in weights.items()]
    return tuple(sorted((standing for standing in found if standing.weight), key=lambda s: -s.weight))


def _words(text: str) -> set[str]:
    """Words that may tell a subject, without the particles of Korean ones."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    found = (_PARTICLE.sub("", word) if "가" <= word[0] <= "힣" else word for word in _WORD.findall(plain))
    return {word for word in found if len(word) > 1 and word not in _COMMON}


def paragraphs(text: str) -> Iterator[str]:
    """Stretches of a text between blank lines, without those that hold no word."""
    for part in re.split(r"\n[ \t]*\n", text):
        if re.search(r"\w", part):
            yield part.strip("\n")
