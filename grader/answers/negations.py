"""Words that deny, and when they do not: `not only`, `수밖에 없다`, `without padding`."""

from __future__ import annotations

from collections.abc import Iterator

from grader.answers.clauses import Stretch
from grader.answers.tokens import Token
from grader.answers.words import words

FARTHEST = 16  # tokens beyond a claim that may still deny it
MOST_CONTENT = 4  # words of content among those
_GOES_ON = words("지 게 도록 기 음 ᆷ 지는 질 ㄹ ᆯ 을 는 은 ᆫ 던 지도")  # endings after which a clause goes on
JOINS = words("""
    and bc plus or but so becaus which while wherea when if sinc as thus therefor henc where whose who
""")
# Words between a claim and its denial that claim nothing else: `문제가 생기지 않는다`, `does not cause the problem`.
NEUTRAL = words("""
    문제 현상 정보 데이터 특징 값 것 일 경우 위험 정도 효과 발생 일어나 생기 나타나 걱정 우려 수 점 단점 가능 영향
    상황 겪 관계 관련 연관 사이 상호작용 상관관계 상관성 관련성 연관성 유사성
    problem issu inform featur phenomenon effect risk danger occur happen exist suffer appear caus lead from aris chanc
    worri
""")
_KEEPS = words("keep protect save hinder hold")  # `prevent` turns by itself
RARELY = ("rarely", "seldom")
_APPLIES = words("appli ad add perform includ employ layer")
_DEGREES = words("onli just mere matter doubt")  # `not only`, `no matter`
_PAST_A_BOUND = ("more", "greater", "larger", "higher", "bigger", "above", "over", "beyond", "exceed", "surpass")


def is_least(tokens: tuple[Token, ...], i: int) -> bool:
    """`the least important features`; not `at least`."""
    return i >= 0 and tokens[i].surface == "least" and not (i and tokens[i - 1].surface == "at")


def is_kept_from(tokens: tuple[Token, ...], i: int, own: frozenset[int]) -> bool:
    """`keeps the edges from being lost`."""
    if tokens[i].surface != "from" or not any(t.surface.endswith("ing") for t in tokens[i + 1 : i + 2]):
        return False
    return any(tokens[at].form in _KEEPS and at not in own for at in range(max(0, i - 14), i))


def tells_absence(stretch: Stretch, i: int) -> bool:
    """Whether a denial says that a subject is not there: `removing pooling`, `if pooling is not used`."""
    tokens = stretch.tokens
    if tokens[i].tag != "EN":
        return False
    for subject in stretch.subjects:
        if subject.absent and i < subject.first <= i + 4:
            between = tokens[i + 1 : subject.first]
            if not any(is_content(t) and t.form not in _APPLIES for t in between):
                return True
        if subject.absent and subject.first <= i <= subject.last + 3 and tokens[i].kind == "negation":
            return True
    return False


def is_content(token: Token) -> bool:
    return token.kind in ("noun", "verb") and token.form not in NEUTRAL


def outside_brackets(tokens: tuple[Token, ...], places: range) -> Iterator[int]:
    """The places without those in brackets that open on the way; a bracket that was open before ends the way."""
    opens, closes = ("(", ")") if places.step > 0 else (")", "(")
    depth = 0
    for i in places:
        if tokens[i].form == opens:
            depth += 1
        elif tokens[i].form == closes:
            depth -= 1
            if depth < 0:
                return
        elif not depth:
            yield i


def ends_clause(token: Token) -> bool:
    return (token.tag == "EC" and token.form not in _GOES_ON) or token.tag == "EF"


def _is_bound(after: tuple[Token, ...]) -> bool:
    """`more than 0.25`, `above 1/4`, behind a negation: how large something is at most."""
    past = [at for at, token in enumerate(after[:2]) if token.surface.startswith(_PAST_A_BOUND)]
    return bool(past) and any(token.kind == "number" for token in after[past[0] + 1 :])


def is_no_denial(tokens: tuple[Token, ...], i: int) -> bool:
    """`수밖에 없다`, `뿐만 아니라`, `상관이 없다`, `not only`, `no matter`, `never more than 0.25`."""
    if tokens[i].tag == "EN":
        return any(t.form in _DEGREES for t in tokens[i + 1 : i + 2]) or _is_bound(tokens[i + 1 : i + 5])
    before = [t.form for t in tokens[max(0, i - 3) : i]]
    if tokens[i].tag == "VCN" and "만" in before[-2:]:
        return True  # `때문만은 아니다`
    return not {"밖에", "뿐", "뿐만"}.isdisjoint(before) or (tokens[i].form == "없" and "상관" in before)
