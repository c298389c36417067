"""How lateness and its price are said, in the two languages of the course."""

from __future__ import annotations

import math

from grader.model import Duration, Text
from grader.model.deadline import Penalty, Step

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def length(seconds: float) -> Text:
    """`1 day 3 h`, `15 min 1 s`: the two largest units that are not empty. A second that has begun counts."""
    left = math.ceil(seconds)
    units = ((_DAY, "일", "day"), (_HOUR, "시간", "h"), (_MINUTE, "분", "min"), (1, "초", "s"))
    ko, en = [], []
    for size, in_korean, in_english in units:
        count, left = divmod(left, size)
        if count:
            ko.append(f"{count}{in_korean}")
            en.append(f"{count} {in_english}{'s' if in_english == 'day' and count > 1 else ''}")
    return Text(ko=" ".join(ko[:2]), en=" ".join(en[:2])) if ko else Text(ko="0초", en="0 s")


def span(duration: Duration) -> Text:
    return length(duration.days * _DAY + duration.seconds)


def once(penalty: Penalty, amount: float) -> Text:
    """`20 % of the full points`."""
    if penalty.unit == "points":
        return Text(ko=f"{amount:g}점", en=f"{amount:g} points")
    base = _BASE[penalty.of]
    return Text(ko=f"{base.ko}의 {amount:g}%", en=f"{amount:g} % of {base.en}")


def for_each(penalty: Penalty, begun: int) -> Text:
    """`10 % of the full points for each day begun (2), at most 50 %`."""
    amount = once(penalty, penalty.amount)
    of_day = penalty.per == "day"
    ko = f"늦은 {'하루' if of_day else '한 시간'}마다 {amount.ko}({begun}{'일' if of_day else '시간'}째)"
    en = f"{amount.en} for each {'day' if of_day else 'hour'} begun ({begun})"
    if penalty.at_most is None:
        return Text(ko=ko, en=en)
    sign = "%" if penalty.unit == "percent" else "점"
    english = " %" if penalty.unit == "percent" else " points"
    return Text(ko=f"{ko}, 최대 {penalty.at_most:g}{sign}", en=f"{en}, at most {penalty.at_most:g}{english}")


def of_step(penalty: Penalty, step: Step) -> Text:
    """`30 % of the full points up to 3 days late`."""
    amount = once(penalty, step.amount)
    if step.until is None:
        return amount
    until = span(step.until)
    return Text(ko=f"{until.ko}까지 늦으면 {amount.ko}", en=f"{amount.en} up to {until.en} late")


def past_grace(grace: Duration, rule: Text) -> Text:
    """`the grace of 15 min had passed; 10 % of the full points`."""
    until = span(grace)
    return Text(ko=f"유예 시간({until.ko})을 넘김; {rule.ko}", en=f"the grace of {until.en} had passed; {rule.en}")


def closed(closes: Duration) -> Text:
    until = span(closes)
    return Text(
        ko=f"마감 {until.ko} 뒤부터는 받지 않습니다",
        en=f"not accepted later than {until.en} after the deadline",
    )


def decided(reason: str) -> Text:
    return Text(ko=f"사람의 결정: {reason}", en=f"a person decided: {reason}")


NO_TIME = Text(
    ko="지각으로 표시되어 있지만 제출 시각이 없습니다. 감점을 정해 주세요(`grader override OUT 학생 late 점수`).",
    en="the export says late, but not when it was handed in: decide with `grader override OUT STUDENT late POINTS`",
)
CLOSED_REVIEW = Text(
    ko="{0}보다 더 늦어 접수가 끝난 뒤입니다. 감점을 정해 주세요(`grader override OUT 학생 late 점수`).",
    en="handed in more than {0} late, when nothing is accepted any more: decide with"
    " `grader override OUT STUDENT late POINTS`",
)
_BASE = {"full": Text(ko="만점", en="the full points"), "earned": Text(ko="받은 점수", en="the points earned")}
