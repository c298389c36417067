"""On what a decision about a criterion rests, how sure that is, and what a person is told who looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from grader.answers.claims import Hit, Near
from grader.model import Text

Grounds = Literal[
    "claim", "guess", "vague", "slip", "hedged", "mostly", "both", "contradicted", "asked", "reason", "whose", "unsure",
    "near", "unread", "absent",
]  # fmt: skip

# How often a decision on such grounds is a person's too: measured on graded answers of others.
CONFIDENCE: dict[Grounds, float] = {
    "claim": 0.97,
    "guess": 0.96,  # who is meant was not said here
    "vague": 0.94,
    "slip": 0.60,  # a word was misspelt
    "hedged": 0.50,  # said as one of several things
    "mostly": 0.94,  # said, and once its opposite too
    "both": 0.55,  # said, and its opposite as often
    "contradicted": 0.60,
    "asked": 0.60,
    "reason": 0.85,  # said, with a reason that the rubric does not know
    "whose": 0.60,  # said of nobody, in an answer that names only those of whom it is wrong
    "unsure": 0.50,  # the writer says not to know
    "near": 0.80,  # some of its terms stand together, and of whom it is true
    "unread": 0.94,  # parts of the answer say something that no criterion knows
    "absent": 0.98,
}
_NEAR = 0.5  # of a claim's terms

# Of one criterion, whose nearest claim lacks the terms {0}; grounds that are sure enough need no words.
_WHY: dict[Grounds, Text] = {
    "vague": Text(ko="막연하게만 쓰였습니다.", en="said only in a vague form"),
    "guess": Text(ko="무엇에 대한 말인지 분명하지 않습니다.", en="it is not plain of what it is said"),
    "slip": Text(ko="맞춤법이 다른 말로만 찾았습니다.", en="found only in a misspelt word"),
    "mostly": Text(ko="반대로 읽히는 말도 있습니다.", en="something reads like the opposite, too"),
    "hedged": Text(ko="여러 가능성 가운데 하나로만 썼습니다.", en="said as one of several things"),
    "both": Text(ko="맞는 말과 그 반대가 함께 있습니다.", en="said, and so is its opposite"),
    "contradicted": Text(ko="반대로 쓴 것으로 읽힙니다.", en="it reads like the opposite"),
    "asked": Text(ko="묻기만 하고 답하지 않았습니다.", en="asked, not answered"),
    "reason": Text(ko="루브릭이 모르는 이유를 댔습니다.", en="said with a reason that the rubric does not know"),
    "whose": Text(ko="맞지 않는 쪽에 대한 말일 수 있습니다.", en="it may be said of the wrong one"),
    "unsure": Text(ko="모른다고 하면서 쓴 말입니다.", en="the writer says not to know about it"),
    "near": Text(ko="가까운 말이 있습니다. 빠진 것: {0}", en="something near was said; missing: {0}"),
    "unread": Text(
        ko="루브릭이 모르는 말이 답에 있습니다.",
        en="the answer says things that the rubric does not know",
    ),
}
_APART = Text(
    ko="가까운 말이 있지만 서로 떨어져 있거나 다른 것에 대한 말입니다.",
    en="its words were said, but apart or of something else",
)


def why(grounds: Grounds, missed: str) -> Text | None:
    """What a person is told who looks at the criterion; `missed`: terms that the nearest claim lacks, "" for none."""
    if grounds == "near" and not missed:
        return _APART
    return _WHY[grounds].filled(missed) if grounds in _WHY else None


def grounds_of(said: Sequence[Hit], against: Sequence[Hit], near: Near | None, is_unread: bool) -> Grounds:
    """The grounds of a decision.

    `said`: everything that bears on the criterion; `against`: contradictions that count. `near`: the nearest claim in
    words that bear on nothing else; `is_unread`: whether there are such words at all.
    """
    holding = [hit for hit in said if hit.stand == "holds"]
    if holding:
        return _against(holding, against) if against else _for(holding)
    if said:
        return "asked" if all(hit.stand == "asks" for hit in said) else "contradicted"
    if near is not None and (near.share == 1 or (near.share >= _NEAR and near.told)):
        return "near"
    return "unread" if is_unread else "absent"


def _against(holding: Sequence[Hit], against: Sequence[Hit]) -> Grounds:
    """Whether as many sentences say the opposite as say what holds; of one that says both, plainly the opposite."""
    pro, contra = ({hit.stretch for hit in listed} for listed in (holding, against))
    plainly = {hit.stretch for hit in against if hit.certain}
    return "both" if len(contra - pro) + len(plainly & pro) >= len(pro) else "mostly"


def _for(holding: Sequence[Hit]) -> Grounds:
    share = max(hit.worth for hit in holding)
    best = [hit for hit in holding if hit.worth == share]
    if all(hit.how != "exact" for hit in best):
        return "hedged" if any(hit.how == "hedged" for hit in best) else "slip"
    if share < 1:
        return "vague"
    return "claim" if any(hit.certain for hit in best) else "guess"
