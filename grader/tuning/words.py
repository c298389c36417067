"""Words that would help or hurt: each is tried by scoring again with the word added, or taken away, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from grader.answers.claims import parts_of
from grader.answers.reading import read
from grader.answers.scoring import lexicon_of
from grader.answers.tokens import Token
from grader.model import Assignment
from grader.tuning.firing import words_in
from grader.tuning.trials import Decision, Trial
from grader.tuning.variants import Effect, effect, with_phrase, with_word, without_word
from grader.tuning.why import concepts_of, nearest

_TERMS = 2  # that each word is tried for
_SHORTEST = {"ko": 2, "en": 3}
_FEW = 3  # missed answers among which one that says a word is enough


@dataclass(frozen=True)
class Word:
    """`into`: the term, or the concept of phrases, that the word was added to or taken from.

    `missed`, `denied`: share of the answers that say it among those that were missed, and those that a person denied.
    """

    item: str
    label: str
    word: str
    into: str
    added: bool
    missed: float
    denied: float
    effect: Effect


def tried(assignment: Assignment, trials: Sequence[Trial], most: int) -> list[Word]:
    """For every criterion `most` words of the answers that were missed, and the words that earned what was wrong."""
    found: list[Word] = []
    for item, label in dict.fromkeys((d.item, d.label) for trial in trials for d in trial.decisions):
        judged = [(t, d) for t in trials for d in t.decisions if (d.item, d.label) == (item, label)]
        found += _added(assignment, trials, judged, most)
        found += _taken(assignment, trials, judged, most)
    return sorted(
        found, key=lambda one: (-one.effect.gain, -one.effect.elsewhere, one.item, one.label, one.word, one.into)
    )


def _added(
    assignment: Assignment, trials: Sequence[Trial], judged: Sequence[tuple[Trial, Decision]], most: int
) -> Iterator[Word]:
    missed = [(t, d) for t, d in judged if d.missed]
    denied = [t for t, d in judged if d.denied]
    places = _places(assignment, missed)
    for word in _candidates(assignment, [t for t, _ in missed], denied, most) if places else ():
        saying = frozenset(t.record.id for t, _ in judged if word in _words(assignment, t))
        for into in places:
            result = _effect(_with(assignment, into, word), trials, judged[0][1], saying)
            among = (_share([t for t, _ in missed], saying), _share(denied, saying))
            yield Word(judged[0][1].item, judged[0][1].label, word, into, True, *among, effect=result)


def _share(group: Sequence[Trial], saying: frozenset[str | int]) -> float:
    return sum(trial.record.id in saying for trial in group) / max(1, len(group))


def _effect(changed: Assignment, trials: Sequence[Trial], of: Decision, saying: frozenset[str | int]) -> Effect:
    """Answers to the same item that say the word are scored again."""
    return effect(
        changed, trials, of.item, of.label, lambda trial: trial.item.id == of.item and trial.record.id in saying
    )


def _with(assignment: Assignment, into: str, word: str) -> Assignment:
    if into in assignment.terms:
        return with_word(assignment, into, word)
    return with_phrase(assignment, into, word)


def _places(assignment: Assignment, missed: Sequence[tuple[Trial, Decision]]) -> list[str]:
    """The terms that lacked most often in the nearest claims; of a concept of phrases itself."""
    counted: Counter[str] = Counter()
    for trial, decision in missed:
        found = nearest(assignment, trial, decision)
        counted.update(part.split(" | ")[0] for part in (found.missing if found else ()))
        for concept in concepts_of(trial, decision):
            claims = assignment.concepts[concept].claims
            if not claims:
                counted[concept] += 1
            elif found is None:
                counted[parts_of(claims[0])[-1][0]] += 1
    return [term for term, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:_TERMS]]


def _candidates(assignment: Assignment, missed: Sequence[Trial], denied: Sequence[Trial], most: int) -> list[str]:
    """Words and pairs of words that are frequent where the point was missed and rare where it was denied."""
    inside = Counter(word for trial in missed for word in _words(assignment, trial))
    outside = Counter(word for trial in denied for word in _words(assignment, trial))
    least = 1 if len(missed) <= _FEW else 2
    ranked = [
        (inside[word] / len(missed) - outside[word] / max(1, len(denied)), word)
        for word in inside
        if inside[word] >= least
    ]
    return [word for gain, word in sorted(ranked, key=lambda pair: (-pair[0], pair[1])) if gain > 0][:most]


def _words(assignment: Assignment, trial: Trial) -> frozenset[str]:
    """Words of content that no term of the rubric says yet, in the form in which a term would list them."""
    lexicon = lexicon_of(assignment)
    text = read(trial.record.text).text
    found: set[str] = set()
    for tokens in lexicon.sentences(text):
        known = {i for mention in lexicon.mentions(tokens, text) for i in range(mention.first, mention.last + 1)}
        content = [(i, t) for i, t in enumerate(tokens) if t.kind in ("noun", "verb") and _long_enough(t)]
        found.update(_listed(t) for i, t in content if i not in known)
        found.update(
            f"{a.surface} {_listed(b)}" for (i, a), (j, b) in pairwise(content) if j - i <= 2 and not {i, j} <= known
        )
    return frozenset(found)


def _long_enough(token: Token) -> bool:
    return len(token.surface) >= (
        _SHORTEST["en"] if token.tag == "EN" else 1 if token.kind == "verb" else _SHORTEST["ko"]
    )


def _listed(token: Token) -> str:
    return f"{token.form}다" if token.kind == "verb" and token.tag != "EN" else token.surface


def _taken(
    assignment: Assignment, trials: Sequence[Trial], judged: Sequence[tuple[Trial, Decision]], most: int
) -> Iterator[Word]:
    """Words of the rubric that stand in the claims of wrongly granted points."""
    wrong = [(t, d) for t, d in judged if d.overpaid]
    counted: Counter[tuple[str, str]] = Counter()
    for trial, decision in wrong:
        for said in trial.result.evidence:
            if said.share and said.criterion in decision.criteria:
                terms = {term.strip() for part in said.claim.split("+") for term in part.split("|")}
                inside = words_in(assignment, trial.record.text[said.start : said.end])
                counted.update(pair for pair in inside if pair[0] in terms)
    for pair, n in sorted(counted.items(), key=lambda counted: (-counted[1], counted[0]))[:most]:
        if len(assignment.terms[pair[0]].words) > 1:
            saying = frozenset(t.record.id for t, _ in judged if pair in words_in(assignment, t.record.text))
            result = _effect(without_word(assignment, *pair), trials, judged[0][1], saying)
            denied = _share([t for t, d in judged if d.denied], saying)
            yield Word(judged[0][1].item, judged[0][1].label, pair[1], pair[0], False, n / len(wrong), denied, result)
