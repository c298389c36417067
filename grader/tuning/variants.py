"""A rubric with one thing changed, in memory, and what the change would do to agreement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.answers.scoring import score
from grader.model import Assignment
from grader.model.concept import Concept
from grader.tuning.measures import kappa, rates
from grader.tuning.trials import WHOLE, Decision, Trial, decisions


@dataclass(frozen=True)
class Effect:
    """F1 of a criterion, or kappa of an item's marks, before and after.

    `elsewhere`: right decisions on other criteria that are won or lost.
    """

    before: float
    after: float
    elsewhere: int

    @property
    def gain(self) -> float:
        return self.after - self.before

    @property
    def helps(self) -> bool:
        return self.gain > 1e-9 and self.elsewhere >= 0


def effect(
    changed: Assignment, trials: Sequence[Trial], item: str, label: str, touched: Callable[[Trial], bool]
) -> Effect:
    """What changes if answers are scored by the changed rubric. Those that are not touched are not scored again."""
    anew = [again(changed, trial) if touched(trial) else trial for trial in trials]
    return compared(trials, anew, item, label)


def compared(trials: Sequence[Trial], anew: Sequence[Trial], item: str, label: str) -> Effect:
    """The same answers scored before and after a change."""
    before, after = decisions(trials), decisions(anew)
    mine = [(one.item, one.label) == (item, label) for one in before]
    elsewhere = sum(int(b.agrees) - int(a.agrees) for a, b, own in zip(before, after, mine, strict=True) if not own)
    return Effect(_measure(before, item, label), _measure(after, item, label), elsewhere)


def again(changed: Assignment, trial: Trial) -> Trial:
    item = changed.item(trial.record.item)
    return Trial(trial.record, item, score(changed, item.id, trial.record.text), trial.levels)


def _measure(listed: Sequence[Decision], item: str, label: str) -> float:
    pairs = [(one.given, one.share) for one in listed if (one.item, one.label) == (item, label)]
    return (kappa(pairs) if label == WHOLE else rates(pairs).f1) or 0.0


def with_word(assignment: Assignment, term: str, word: str) -> Assignment:
    """One more way to say a term.

    A Korean noun is given with a space at its end, which keeps it from becoming a word of the analyser's: that takes
    a second to load; it is found where the analyser cuts the text so.
    """
    old = assignment.terms[term]
    taken = f"{word} " if not word.isascii() and " " not in word else word
    return _with_words(assignment, term, (*old.words, taken))


def without_word(assignment: Assignment, term: str, word: str) -> Assignment:
    return _with_words(assignment, term, tuple(one for one in assignment.terms[term].words if one != word))


def _with_words(assignment: Assignment, term: str, words: tuple[str, ...]) -> Assignment:
    changed = assignment.terms[term].model_copy(update={"words": words})
    return assignment.model_copy(update={"terms": {**assignment.terms, term: changed}})


def with_phrase(assignment: Assignment, concept: str, phrase: str) -> Assignment:
    """One more phrase of a concept that has no claims."""
    old = assignment.concepts[concept]
    key = "en" if phrase.isascii() else "ko"
    return _with_concept(assignment, old.model_copy(update={key: (*getattr(old, key), phrase)}))


def without_claims(assignment: Assignment, concept: str, numbers: frozenset[int]) -> Assignment:
    """A concept without some of its claims; at least one has to stay."""
    old = assignment.concepts[concept]
    kept = tuple(claim for i, claim in enumerate(old.claims) if i not in numbers)
    return _with_concept(assignment, old.model_copy(update={"claims": kept}))


def _with_concept(assignment: Assignment, concept: Concept) -> Assignment:
    return assignment.model_copy(update={"concepts": {**assignment.concepts, concept.id: concept}})
