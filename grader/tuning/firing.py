"""What of a rubric the answers make use of: claims with how often they were right, words that nobody says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.answers.claims import hits, parts_of
from grader.answers.clauses import stretches
from grader.answers.lexicon import Lexicon
from grader.answers.reading import read
from grader.answers.scoring import lexicon_of, subjects_of, written_criteria
from grader.model import Assignment, Claim, Term
from grader.tuning.trials import Trial
from grader.tuning.variants import Effect, again, compared, without_claims


@dataclass(frozen=True)
class ClaimUse:
    """How often a claim held where a person had granted the point, and where not. `without`: what its loss would do."""

    item: str
    label: str
    criterion: str
    concept: str
    number: int
    claim: Claim
    right: int
    wrong: int
    without: Effect | None


@dataclass(frozen=True)
class Unused:
    """`words`: by term those that no answer holds, and how many words the term has."""

    criteria: tuple[str, ...]
    terms: tuple[str, ...]
    words: tuple[tuple[str, tuple[str, ...], int], ...]


class Memory:
    """What the answers to one rubric say, and would earn without a claim, so that no fold has to ask again."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._holding: dict[tuple[str, str | int], frozenset[int]] = {}
        self._without: dict[tuple[str, int, str | int], Trial] = {}

    def holds(self, trial: Trial, concept: str) -> frozenset[int]:
        key = (concept, trial.record.id)
        if key not in self._holding:
            self._holding[key] = holds(self._assignment, trial, concept)
        return self._holding[key]

    def without(self, trial: Trial, concept: str, number: int) -> Trial:
        key = (concept, number, trial.record.id)
        if key not in self._without:
            less = without_claims(self._assignment, concept, frozenset((number,)))
            self._without[key] = again(less, trial)
        return self._without[key]


def claim_uses(assignment: Assignment, trials: Sequence[Trial], memory: Memory) -> list[ClaimUse]:
    """Every claim of the criteria that a person judged, in the rubric's order."""
    return [
        _use(assignment, trials, memory, item, label, criterion, concept, number)
        for item, label, criterion, concept in _judged(assignment, trials)
        for number in range(len(assignment.concepts[concept].claims))
    ]


def _judged(assignment: Assignment, trials: Sequence[Trial]) -> Iterator[tuple[str, str, str, str]]:
    labels = {(d.item, c): d.label for trial in trials for d in trial.decisions for c in d.criteria}
    for item in assignment.items:
        for criterion in written_criteria(item):
            if (item.id, criterion.id) in labels:
                yield item.id, labels[item.id, criterion.id], criterion.id, criterion.params["concept"]


def _use(
    assignment: Assignment,
    trials: Sequence[Trial],
    memory: Memory,
    item: str,
    label: str,
    criterion: str,
    concept: str,
    number: int,
) -> ClaimUse:
    claims = assignment.concepts[concept].claims
    holding: set[str | int] = set()
    right = wrong = 0
    for trial in trials:
        given = next((d.given for d in trial.decisions if (d.item, d.label) == (item, label)), None)
        if given is not None and number in memory.holds(trial, concept):
            holding.add(trial.record.id)
            right, wrong = right + (given > 0), wrong + (given == 0)
    without = None
    if len(claims) > 1 and holding:
        anew = [memory.without(one, concept, number) if one.record.id in holding else one for one in trials]
        without = compared(trials, anew, item, label)
    return ClaimUse(item, label, criterion, concept, number, claims[number], right, wrong, without)


def holds(assignment: Assignment, trial: Trial, concept: str) -> frozenset[int]:
    """Numbers of the concept's claims that an answer makes."""
    page = read(trial.record.text)
    found = stretches(page.text, lexicon_of(assignment), subjects_of(assignment, trial.item))
    return frozenset(hit.claim for hit in hits(assignment.concepts[concept], found) if hit.stand == "holds")


def unused(assignment: Assignment, trials: Sequence[Trial]) -> Unused:
    """What never played a part, of the items that were answered."""
    items = {trial.item.id: trial.item for trial in trials}
    granted = {(t.item.id, one.criterion) for t in trials for one in t.result.criteria if one.share}
    criteria = [(i, c.id, c.params["concept"]) for i, item in items.items() for c in written_criteria(item)]
    named = {
        term for _, _, concept in criteria for claim in assignment.concepts[concept].claims for term in _terms(claim)
    }
    said = said_words(assignment, trials)
    lists = [(term, [w for w in assignment.terms[term].words if not said[term, w]]) for term in sorted(named)]
    dumb = [(term, words, len(assignment.terms[term].words)) for term, words in lists]
    return Unused(
        criteria=tuple(f"{item} {criterion}" for item, criterion, _ in criteria if (item, criterion) not in granted),
        terms=tuple(term for term, words, n in dumb if len(words) == n),
        words=tuple((term, tuple(words), n) for term, words, n in dumb if 0 < len(words) < n),
    )


def _terms(claim: Claim) -> Iterator[str]:
    for part in parts_of(claim):
        yield from part
    yield from (*claim.of, *claim.unlike, *claim.not_of)


def said_words(assignment: Assignment, trials: Sequence[Trial]) -> Counter[tuple[str, str]]:
    """In how many answers each word of each term is said."""
    counted: Counter[tuple[str, str]] = Counter()
    for trial in trials:
        counted.update(words_in(assignment, trial.record.text))
    return counted


@lru_cache(maxsize=4096)
def _words_in(terms: tuple[Term, ...], text: str) -> frozenset[tuple[str, str]]:
    lexicon, names = _by_word(terms)
    shown = read(text).text
    return frozenset(
        names[mention.term] for tokens in lexicon.sentences(shown) for mention in lexicon.mentions(tokens, shown)
    )


def words_in(assignment: Assignment, text: str) -> frozenset[tuple[str, str]]:
    """The terms that an answer says, each with the word of the rubric that says it."""
    return _words_in(tuple(assignment.terms.values()), text)


@lru_cache(maxsize=2)
def _by_word(terms: tuple[Term, ...]) -> tuple[Lexicon, dict[str, tuple[str, str]]]:
    """A lexicon in which every word is a term of its own, so that its mentions tell which word it was."""
    names = {f"{term.name} {i}": (term.name, word) for term in terms for i, word in enumerate(term.words)}
    single = [Term(name=name, words=(word,)) for name, (_, word) in names.items()]
    return Lexicon(single), names
