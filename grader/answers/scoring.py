"""One written answer against one item of a rubric: points by criterion, the words that earned them, and the doubt.

The score is a pure function of rubric and text. What earns points is a claim that holds (claims.py) or a phrase that
stands undenied; what could not be decided lowers the confidence, and below the item's bar a person reads the answer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import Field

from grader.answers import guards, phrases
from grader.answers.argued import argues_for_another
from grader.answers.causes import unknown_reasons
from grader.answers.claims import Hit, Near, Stand, hits, nearest, parts_of
from grader.answers.clauses import Stretch, stretches
from grader.answers.denial import denials
from grader.answers.framing import is_unsure
from grader.answers.grounds import CONFIDENCE, Grounds, grounds_of, why
from grader.answers.lexicon import Lexicon
from grader.answers.reading import Page, read
from grader.model import Assignment, Concept, Criterion, Item, Noun, Term, Text

BAR = 0.93  # of confidence, where an item sets none
_GUARDED = 0.30  # the most confidence where a guard was raised
_SURE = frozenset(("claim", "guess", "vague", "mostly"))
_FEWEST_WORDS = 3  # of content that a stretch has which says something


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
    why: Text | None = Field(None, description="what a person should know of these grounds")
    missed: str = Field("", description="what the nearest claim lacks")
    near: tuple[int, int] | None = Field(None, description="where its other terms stand, in the page's text")


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


def bar_of(item: Item) -> float:
    """The confidence, in [0, 1], below which a person reads an answer to the item."""
    return BAR if item.review_below is None else item.review_below


def score(assignment: Assignment, item_id: str, text: str) -> AnswerScore:
    """Score the words written for one item. Raises StopIteration for an item that the rubric does not have."""
    item = assignment.item(item_id)
    page = read(text)
    lexicon = lexicon_of(assignment)
    own = subjects_of(assignment, item)
    found = stretches(page.text, lexicon, own)
    others = frozenset[str]().union(*(subjects_of(assignment, other) for other in assignment.items)) - own
    raised = guards.raised(page, found, item, lexicon.analyser_for(page.text), own, others)
    titles = (item.title.ko, item.title.en)
    question = (s for title in titles for s in stretches(read(title).text, lexicon, own))
    raised += [guards.REVERSED] if argues_for_another(found, question) else []
    asked = written_criteria(item)
    concepts = {c.id: assignment.concepts[c.params["concept"]] for c in asked}
    said = {criterion: _said(page, found, concept) for criterion, concept in concepts.items()}
    rest = _unexplained(found, [hit for listed in said.values() for hit in listed])
    known = _terms_of(concepts.values())
    doubted = unknown_reasons(found, known, own), unknown_reasons(found, known, own, loosely=True)
    named = own.intersection(mention.term for stretch in found for mention in stretch.mentions)
    unsure = frozenset(s.number for s in found if is_unsure(page.text[s.sentence.start : s.sentence.end]))
    strange = frozenset(s.number for s in found if any(lexicon.terms[term].doubts for term in s.terms))
    read_as = _Reading(page, found, rest, doubted, unsure, strange, named, bool(raised))
    judged = [_judged(read_as, c, concept, said[c]) for c, concept in concepts.items()]
    points = {c.id: round(c.points * j.share, 6) for c, j in zip(asked, judged, strict=True)}
    confidence = min((j.confidence for j in judged), default=1.0)
    bar = bar_of(item)
    return AnswerScore(
        item=item_id,
        points=points,
        total=round(min(item.points, sum(points.values())), 6),
        max_points=item.points,
        needs_review=confidence < bar,
        confidence=round(confidence, 4),
        criteria=tuple(judged),
        evidence=tuple(_evidence(page, c, concept, hit) for c, concept in concepts.items() for hit in said[c]),
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
    return frozenset(term for claim in claims for term in (*claim.of, *claim.unlike, *claim.not_of, *claim.apart_from))


def _terms_of(concepts: Iterable[Concept]) -> frozenset[str]:
    return frozenset(term for c in concepts for claim in c.claims for part in parts_of(claim) for term in part)


def lexicon_of(assignment: Assignment) -> Lexicon:
    """The rubric's terms, made ready once."""
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


def _phrased(page: Page, found: Sequence[Stretch], concept: Concept) -> Iterator[Hit]:
    """Phrases of a simple concept. One that is denied, or only asked for, earns nothing."""
    starts = [stretch.span[0] for stretch in found]
    for phrase in phrases.find(page.text, concept):
        around = bisect_right(starts, phrase.start) - 1
        stand: Stand = "holds"
        if around >= 0 and phrase.start < found[around].span[1]:
            stand = _stand(found[around], phrase.start, phrase.end)
        yield Hit(concept.id, 0, 1.0, stand, phrase.start, phrase.end, "exact", "", True)


def _stand(stretch: Stretch, start: int, end: int) -> Stand:
    """How a phrase at [start, end) of the page's text stands in its stretch."""
    inside = [i for i, t in enumerate(stretch.tokens) if start <= t.start < end]
    if stretch.sentence.question:
        return "asks"
    if inside and denials(stretch, inside[0], inside[-1], frozenset(inside)) % 2:
        return "contradicts"
    return "holds"


def _unexplained(found: Sequence[Stretch], said: Iterable[Hit]) -> list[Stretch]:
    """The stretches that bear on no criterion."""
    places = sorted(hit.start for hit in said)
    return [s for s in found if bisect_left(places, s.span[0]) == bisect_left(places, s.span[1])]


@dataclass(frozen=True)
class _Reading:
    """What was read in an answer, for all its criteria."""

    page: Page
    found: Sequence[Stretch]
    unexplained: Sequence[Stretch]  # bear on no criterion
    doubted: tuple[frozenset[int], frozenset[int]]  # sentences whose reason the rubric does not know, and loosely so
    unsure: frozenset[int]  # sentences whose writer says not to know
    strange: frozenset[int]  # sentences that name what the rubric does not ask about
    named: frozenset[str]  # terms of whom something may be said
    guarded: bool


def _judged(answer: _Reading, criterion: str, concept: Concept, said: Sequence[Hit]) -> CriterionScore:
    holding = [hit for hit in said if hit.stand == "holds"]
    against = [hit for hit in said if hit.stand == "contradicts" and hit.worth == 1 and not _is_within(hit, holding)]
    near = None if holding else nearest(concept, answer.found)
    grounds = _grounds(concept, said, against, answer.unexplained)
    share = max((hit.worth for hit in holding), default=0.0)
    if grounds in _SURE and answer.unsure.issuperset(hit.stretch for hit in holding):
        grounds = "unsure"
    elif _may_doubt(concept, grounds) and answer.doubted[grounds == "guess"].issuperset(hit.stretch for hit in holding):
        grounds = "reason"
    elif grounds in _SURE and all(_is_of_another(answer, concept, hit) for hit in holding):
        grounds = "whose"
    missed = ", ".join(near.missing) if near else ""
    return CriterionScore(
        criterion=criterion,
        share=share,
        confidence=min(CONFIDENCE[grounds], _GUARDED if answer.guarded else 1.0),
        grounds=grounds,
        why=why(grounds, missed),
        missed=missed,
        near=answer.page.span(near.start, near.end) if near else None,
    )


def _may_doubt(concept: Concept, grounds: str) -> bool:
    """Whether the rubric knows words of right reasons: a list of phrases does not."""
    return grounds in _SURE and bool(concept.claims)


def _is_of_another(answer: _Reading, concept: Concept, hit: Hit) -> bool:
    return hit.stretch in answer.strange or _is_of_wrong_one(concept, hit, answer.named)


def _is_of_wrong_one(concept: Concept, hit: Hit, named: frozenset[str]) -> bool:
    """Whether what is said of nobody stands in an answer that names only those of whom it is not true."""
    if hit.subject or not concept.claims:
        return False
    claim = concept.claims[hit.claim]
    return bool(claim.of and named) and named.isdisjoint(claim.of)


def _grounds(concept: Concept, said: Sequence[Hit], against: Sequence[Hit], unexplained: Sequence[Stretch]) -> Grounds:
    doubtful: Near | None = None if said else nearest(concept, unexplained)
    return grounds_of(said, against, doubtful, any(map(_says_something, unexplained)))


def _is_within(hit: Hit, others: Iterable[Hit]) -> bool:
    """A contradiction read into words that also make a claim which holds is a misreading of them."""
    return any(other.start < hit.end and hit.start < other.end for other in others)


def _says_something(stretch: Stretch) -> bool:
    content = sum(t.kind in ("noun", "verb") for t in stretch.tokens[stretch.start : stretch.end])
    return content >= _FEWEST_WORDS


def _evidence(page: Page, criterion: str, concept: Concept, hit: Hit) -> Said:
    start, end = page.span(hit.start, hit.end)
    return Said(
        criterion=criterion,
        claim=concept.claims[hit.claim].says if concept.claims else page.text[hit.start : hit.end],
        stand=hit.stand,
        start=start,
        end=end,
        how=hit.how,
        subject=hit.subject,
        share=hit.worth if hit.stand == "holds" else 0.0,
    )


def _reasons(judged: Sequence[CriterionScore], raised: Sequence[guards.Flag], bar: float) -> Iterator[Text]:
    yield from (flag.told for flag in raised)
    for one in judged:
        if one.confidence < bar and one.why is not None:
            yield Text(ko=f"`{one.criterion}`: {one.why.ko}", en=f"`{one.criterion}`: {one.why.en}")
