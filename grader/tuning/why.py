"""Why a decision was not the person's: what the nearest claim lacks, or the words that earned what they should not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from grader.answers.claims import parts_of
from grader.answers.clauses import Stretch, stretches
from grader.answers.reading import read
from grader.answers.scoring import lexicon_of, subjects_of
from grader.model import Assignment, Claim
from grader.tuning.trials import Decision, Trial

_AROUND = 60  # characters of an answer that are shown on either side


@dataclass(frozen=True)
class Nearest:
    """The claim of which most was said in one stretch. Offsets are into the answer as it was written."""

    concept: str
    number: int
    claim: Claim
    missing: tuple[str, ...]  # a part's alternatives each, as the rubric writes them
    start: int
    end: int

    @property
    def near(self) -> bool:
        """Whether half of it or more was said."""
        return 2 * len(self.missing) <= len(parts_of(self.claim))


@dataclass(frozen=True)
class Case:
    """A decision that was not the person's, with the words that it turned on."""

    trial: Trial
    decision: Decision
    nearest: Nearest | None
    claims: tuple[str, ...]  # that earned it
    subject: str
    stand: str
    before: str
    marked: str
    after: str

    @property
    def alone(self) -> bool:
        """Whether no person would have seen it."""
        return not self.trial.result.needs_review


@dataclass(frozen=True)
class NearMiss:
    """A claim that lacked the same part in several answers, and in how many of those a person granted the point."""

    label: str
    item: str
    claim: str
    missing: str
    n: int
    granted: int


def cases(assignment: Assignment, trials: Iterable[Trial]) -> tuple[list[Case], list[Case]]:
    """What was missed, and what was given wrongly."""
    missed, wrong = [], []
    for trial in trials:
        for decision in trial.decisions:
            if decision.agrees:
                continue
            if decision.share < decision.given:
                missed.append(_missed(assignment, trial, decision))
            else:
                wrong.append(_wrong(trial, decision))
    return missed, wrong


def near_misses(assignment: Assignment, trials: Iterable[Trial]) -> list[NearMiss]:
    """Claims of which half or more was said, where nothing was granted, by the part that lacked."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    granted: Counter[tuple[str, str, str, str]] = Counter()
    for trial in trials:
        for decision in trial.decisions:
            found = nearest(assignment, trial, decision) if decision.missed or not decision.share else None
            if found is not None and found.near and found.missing:
                key = (decision.item, decision.label, found.claim.says, " + ".join(found.missing))
                counted[key] += 1
                granted[key] += decision.missed
    listed = [NearMiss(key[1], key[0], key[2], key[3], n, granted[key]) for key, n in counted.items()]
    return sorted(listed, key=lambda one: (-one.granted, -one.n, one.item, one.label, one.claim))


def nearest(assignment: Assignment, trial: Trial, decision: Decision) -> Nearest | None:
    """None where no term of any claim was said, and for concepts of phrases."""
    page = read(trial.record.text)
    found = stretches(page.text, lexicon_of(assignment), subjects_of(assignment, trial.item))
    best: tuple[float, float] = (0.0, 0.0)
    chosen: Nearest | None = None
    for concept in concepts_of(trial, decision):
        for number, claim in enumerate(assignment.concepts[concept].claims):
            for stretch in found:
                share, lacking, start, end = _said(claim, stretch)
                if share and (share, claim.worth) > best:
                    best = (share, claim.worth)
                    chosen = Nearest(concept, number, claim, lacking, *page.span(start, end))
    return chosen


def concepts_of(trial: Trial, decision: Decision) -> list[str]:
    """The concepts that a decision asks for; of a mark, those that did not earn all of theirs."""
    asked = decision.criteria
    if decision.whole:
        asked = tuple(one.criterion for one in trial.result.criteria if one.share < 1)
    return [c.params["concept"] for c in trial.item.criteria if c.id in asked]


def _said(claim: Claim, stretch: Stretch) -> tuple[float, tuple[str, ...], int, int]:
    parts = parts_of(claim)
    said = [next((m for m in stretch.mentions if m.term in part), None) for part in parts]
    places = [stretch.tokens[i] for m in said if m is not None for i in (m.first, m.last)]
    lacking = tuple(" | ".join(part) for part, mention in zip(parts, said, strict=True) if mention is None)
    if not places:
        return 0.0, lacking, 0, 0
    start, end = min(token.start for token in places), max(token.end for token in places)
    return 1 - len(lacking) / len(parts), lacking, start, end


def _missed(assignment: Assignment, trial: Trial, decision: Decision) -> Case:
    found = nearest(assignment, trial, decision)
    said = [one for one in trial.result.evidence if one.criterion in decision.criteria]
    holding = [one for one in said if one.share]
    place = next(((one.start, one.end) for one in holding or said), (found.start, found.end) if found else (0, 0))
    claims = tuple(dict.fromkeys(one.claim for one in holding))
    stand = "" if holding or not said else said[0].stand
    subject = said[0].subject if said else ""
    return Case(trial, decision, found, claims, subject, stand, *_around(trial.record.text, *place))


def _wrong(trial: Trial, decision: Decision) -> Case:
    said = [one for one in trial.result.evidence if one.criterion in decision.criteria and one.share]
    most = max((one.share for one in said), default=0.0)
    best = [one for one in said if one.share == most]
    claims = tuple(sorted({one.claim for one in (said if decision.whole else best)}))
    place = (best[0].start, best[0].end) if best else (0, 0)
    subject = best[0].subject if best else ""
    return Case(trial, decision, None, claims, subject, "holds", *_around(trial.record.text, *place))


def _around(text: str, start: int, end: int) -> tuple[str, str, str]:
    """The marked words with what stands on either side."""
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    marked = (
        text[start:end]
        if end - start <= 4 * _AROUND
        else f"{text[start : start + 3 * _AROUND]} […] {text[end - 40 : end]}"
    )
    left_out = "…" if start > _AROUND else ""
    return left_out + before, marked, after + ("…" if end + _AROUND < len(text) else "")
