"""One written answer against one item of a rubric: points by criterion, the words that earned them, and the doubt.

The score is a pure function of rubric and text. What earns points is a claim that holds (claims.py) or a phrase that
stands undenied; what could not be decided lowers the confidence, and below the item's bar a person reads the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

from pydantic import Field

from grader.answers import guards, phrases
from grader.answers.claims import Hit, Near, hits, nearest
from grader.answers.clauses import Stretch, denials, stretches
from grader.answers.lexicon import Lexicon
from grader.answers.reading import Page, read
from grader.model import Assignment, Concept, Criterion, Item, Noun, Term, Text

Stand = Literal["holds", "contradicts", "asks"]
Grounds = Literal["claim", "vague", "guess", "slip", "hedged", "mostly", "both", "contradicted", "near", "unread", "absent", "asked"]

# How often a decision on such grounds is a person's too; measured by `grader answers tune` on graded answers of others.
CONFIDENCE: dict[Grounds, float] = {
    "claim": 0.97,
    "guess": 0.96,  # who is meant was not said here
    "vague": 0.94,
    "slip": 0.60,  # a word was misspelt
    "hedged": 0.50,  # said as one of several things
    "mostly": 0.92,  # said, and once its opposite too
    "both": 0.55,  # said, and its opposite as often
    "contradicted": 0.60,
    "asked": 0.60,
    "near": 0.90,  # some of its terms stand together
    "unread": 0.94,  # parts of the answer say something that no criterion knows
    "absent": 0.98,
}
BAR = 0.93  # of confidence, where an item sets none
_GUARDED = 0.30  # where a guard was raised
_NEAR = 0.5  # of a claim's terms


class Said(Noun):
    """Words of an answer that bear on a criterion. Offsets are into the answer as it was written."""

    criterion: str
    claim: str = Field(description="of the rubric: what was said, or the phrase")
    stand: Stand
    start: int
    end: int
    how: str
    subject: str = Field(description="of whom it was taken to be said; empty where nobody was named")
    share: float = Field(description="of the criterion's points that it earns")


class CriterionScore(Noun):
    """`share`: of the criterion's points, 0 to 1."""

    criterion: str
    share: float
    confidence: float
    grounds: Grounds
    missed: str = Field("", description="what the nearest claim lacks")
    near: tuple[int, int] | None = Field(None, description="where its other terms stand")


class AnswerScore(Noun):
    """What an answer earns. `total` is the sum of `points`, at most the item's."""

    item: str
    points: dict[str, float]
    total: float
    max_points: float
    needs_review: bool
    confidence: float
    criteria: tuple[CriterionScore, ...]
    evidence: tuple[Said, ...]
    reasons: tuple[Text, ...] = Field((), description="why a person should look")
    guards: tuple[str, ...] = ()
    hidden: tuple[str, ...] = Field((), description="text that is not shown, the beginning of each")


def score(assignment: Assignment, item_id: str, text: str) -> AnswerScore:
    """Score the words written for one item. Raises StopIteration for an item that the rubric does not have."""
    item = assignment.item(item_id)
    asked = written_criteria(item)
    page = read(text)
    found = stretches(page.text, lexicon_of(assignment), subjects_of(assignment, item))
    raised = guards.raised(page, found, item, lexicon_of(assignment).analyser_for(page.text))
    said = {c.id: _said(page, found, assignment.concepts[c.params["concept"]]) for c in asked}
    every = [hit for listed in said.values() for hit in listed]
    unread = _unread(found, every)
    unexplained = [stretch for stretch in found if not any(_covers(stretch, hit.start) for hit in every)]
    judged = [_judged(c, assignment, page, said[c.id], found, unexplained, unread, raised) for c in asked]
    points = {c.id: round(c.points * j.share, 6) for c, j in zip(asked, judged, strict=True)}
    confidence = min((j.confidence for j in judged), default=1.0)
    bar = BAR if item.review_below is None else item.review_below
    return AnswerScore(
        item=item_id,
        points=points,
        total=round(min(item.points, sum(points.values())), 6),
        max_points=item.points,
        needs_review=confidence < bar,
        confidence=round(confidence, 4),
        criteria=tuple(judged),
        evidence=tuple(
            _evidence(page, c, assignment, hit, j) for c, j in zip(asked, judged, strict=True) for hit in said[c.id]
        ),
        reasons=tuple(_reasons(judged, raised, bar)),
        guards=tuple(flag.name for flag in raised),
        hidden=page.hidden,
    )


def written_criteria(item: Item) -> tuple[Criterion, ...]:
    """Criteria that the words of an answer decide."""
    return tuple(c for c in item.criteria if c.check == "mentions")


def subjects_of(assignment: Assignment, item: Item) -> frozenset[str]:
    """Terms of whom the item's claims say something."""
    concepts = [assignment.concepts[c.params["concept"]] for c in written_criteria(item)]
    claims = [claim for concept in concepts for claim in concept.claims]
    return frozenset(term for claim in claims for term in (*claim.of, *claim.unlike, *claim.not_of))


def lexicon_of(assignment: Assignment) -> Lexicon:
    return _lexicon(tuple(assignment.terms.values()))


@lru_cache(maxsize=4)
def _lexicon(terms: tuple[Term, ...]) -> Lexicon:
    return Lexicon(terms)


# ---------------------------------------------------------------- one criterion


def _said(page: Page, found: Sequence[Stretch], concept: Concept) -> list[Hit]:
    """What the answer says to a concept; of several hits at one place the one that earns most."""
    listed = hits(concept, found) if concept.claims else _phrased(page, found, concept)
    best: dict[tuple[int, int, str], Hit] = {}
    for hit in listed:
        key = (hit.start, hit.end, hit.stand)
        if key not in best or hit.worth > best[key].worth:
            best[key] = hit
    return sorted(best.values(), key=lambda hit: (hit.start, hit.end, hit.claim))


def _phrased(page: Page, found: Sequence[Stretch], concept: Concept) -> list[Hit]:
    """Phrases of a simple concept. One that is denied, or only asked for, earns nothing."""
    listed = []
    for span in phrases.find(page.text, concept):
        stand: Stand = "holds"
        stretch = next((s for s in found if _covers(s, span.start)), None)
        if stretch is not None:
            inside = [i for i, t in enumerate(stretch.tokens) if span.start <= t.start < span.end]
            if stretch.sentence.question:
                stand = "asks"
            elif inside and denials(stretch, inside[0], inside[-1], frozenset(inside)) % 2:
                stand = "contradicts"
        listed.append(Hit(concept.id, 0, 1.0, stand, span.start, span.end, "exact", "", True))
    return listed


def _covers(stretch: Stretch, place: int) -> bool:
    return stretch.tokens[stretch.start].start <= place < stretch.tokens[stretch.end - 1].end


def _judged(
    criterion: Criterion,
    assignment: Assignment,
    page: Page,
    said: list[Hit],
    found: Sequence[Stretch],
    unexplained: Sequence[Stretch],
    unread: int,
    raised: Sequence[guards.Flag],
) -> CriterionScore:
    concept = assignment.concepts[criterion.params["concept"]]
    holding = [hit for hit in said if hit.stand == "holds"]
    against = [
        hit for hit in said if hit.stand == "contradicts" and hit.worth == 1 and not _is_within(hit, holding)
    ]
    share = max((hit.worth for hit in holding), default=0.0)
    near = None if holding else nearest(concept, found)
    doubtful = None if holding else nearest(concept, unexplained)
    grounds = _grounds(holding, against, said, share, doubtful, unread)
    confidence = min(CONFIDENCE[grounds], _GUARDED if raised else 1.0)
    return CriterionScore(
        criterion=criterion.id,
        share=share,
        confidence=round(confidence, 4),
        grounds=grounds,
        missed=", ".join(near.missing) if near else "",
        near=page.span(near.start, near.end) if near else None,
    )


def _grounds(
    holding: list[Hit], against: list[Hit], said: list[Hit], share: float, near: Near | None, unread: int
) -> Grounds:
    if holding and against:
        pro, contra = ({hit.stretch for hit in listed} for listed in (holding, against))
        if len(contra - pro) >= len(pro):
            return "both"
        return "mostly"
    if holding:
        best = [hit for hit in holding if hit.worth == share]
        if all(hit.how != "exact" for hit in best):
            return "hedged" if any(hit.how == "hedged" for hit in best) else "slip"
        if share < 1:
            return "vague"
        return "claim" if any(hit.certain for hit in best) else "guess"
    if against:
        return "contradicted"
    if said:
        return "asked"
    if near is not None and near.share >= _NEAR:
        return "near"
    return "unread" if unread else "absent"


def _is_within(hit: Hit, others: list[Hit]) -> bool:
    """A contradiction read into words that also make a claim which holds is a misreading of them."""
    return any(other.start < hit.end and hit.start < other.end for other in others)


def _unread(found: Sequence[Stretch], said: Iterable[Hit]) -> int:
    """How many stretches with something to say bear on no criterion."""
    places = [hit.start for hit in said]
    count = 0
    for stretch in found:
        content = sum(t.kind in ("noun", "verb") for t in stretch.tokens[stretch.start : stretch.end])
        count += content >= 3 and not any(_covers(stretch, place) for place in places)
    return count


def _evidence(page: Page, criterion: Criterion, assignment: Assignment, hit: Hit, judged: CriterionScore) -> Said:
    concept = assignment.concepts[criterion.params["concept"]]
    start, end = page.span(hit.start, hit.end)
    return Said(
        criterion=criterion.id,
        claim=concept.claims[hit.claim].says if concept.claims else page.text[hit.start : hit.end],
        stand=hit.stand,
        start=start,
        end=end,
        how=hit.how,
        subject=hit.subject,
        share=hit.worth if hit.stand == "holds" and judged.share else 0.0,
    )


def _reasons(judged: Sequence[CriterionScore], raised: Sequence[guards.Flag], bar: float) -> Iterable[Text]:
    yield from (flag.told for flag in raised)
    for one in judged:
        if one.confidence < bar and one.grounds in _WHY:
            yield Text(
                ko=_WHY[one.grounds].ko.format(one.criterion, one.missed),
                en=_WHY[one.grounds].en.format(one.criterion, one.missed),
            )


_WHY: dict[str, Text] = {
    "vague": Text(ko="`{0}`: 막연하게만 쓰였습니다.", en="`{0}`: said only in a vague form"),
    "guess": Text(ko="`{0}`: 무엇에 대한 말인지 분명하지 않습니다.", en="`{0}`: it is not plain of what it is said"),
    "slip": Text(ko="`{0}`: 맞춤법이 다른 말로만 찾았습니다.", en="`{0}`: found only in a misspelt word"),
    "mostly": Text(ko="`{0}`: 반대로 읽히는 말도 있습니다.", en="`{0}`: something reads like the opposite, too"),
    "hedged": Text(ko="`{0}`: 여러 가능성 가운데 하나로만 썼습니다.", en="`{0}`: said as one of several things"),
    "both": Text(ko="`{0}`: 맞는 말과 그 반대가 함께 있습니다.", en="`{0}`: said, and so is its opposite"),
    "contradicted": Text(ko="`{0}`: 반대로 쓴 것으로 읽힙니다.", en="`{0}`: it reads like the opposite"),
    "asked": Text(ko="`{0}`: 묻기만 하고 답하지 않았습니다.", en="`{0}`: asked, not answered"),
    "near": Text(ko="`{0}`: 가까운 말이 있습니다. 없는 것: {1}", en="`{0}`: something near was said; missing: {1}"),
    "unread": Text(
        ko="`{0}`: 루브릭이 모르는 말이 답에 있습니다.", en="`{0}`: the answer says things that the rubric does not know"
    ),
}
