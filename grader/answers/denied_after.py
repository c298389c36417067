"""What denies the words before it: Korean predicates, English adverbs, adjectives and passive verbs."""

from __future__ import annotations

from grader.answers.clauses import Stretch
from grader.answers.negations import (
    FARTHEST,
    JOINS,
    MOST_CONTENT,
    NEUTRAL,
    RARELY,
    ends_clause,
    is_content,
    is_no_denial,
    outside_brackets,
    tells_absence,
)
from grader.answers.tokens import PLAIN, Token
from grader.answers.words import words

_QUOTES, _SAYING = words("다고 ᆫ다고 는다고 라고 이라고"), words("보 하 말하 할 말 생각 믿 여기 주장")
_STOPS_KO = words("때문 반면 따르 위하 통하")
_ENDS_IN_VIEW = words("때문 위하 려고 으려고 어서 아서 라서 이라서")  # of a reason or a purpose
_ACTS = words("활용 고려 반영 파악 이용 유지 보존 추출 인식 포착 방지 전달 처리")  # may be done to what is claimed
_IN_VIEW = words("쓰 사용 하 이용 적용 활용 필요 목적 이유")  # what may stand between a purpose and its denial
_ARROWS = words(", → ⇒ / + ·")
_IS_NOT = ("isn", "aren", "wasn", "weren")
_AFTER_LESS = words("than often frequently strongly severely with in for when if on at and but by under to")
_UNRELATED = words("상관없이 관계없이 상관없 관계없 무관하 상관")
_RELATIONS, _EFFECTS = words("관계 관련 연관 상관 중요 의미") | _UNRELATED, words("영향 효과 도움")


def after(stretch: Stretch, last: int, own: frozenset[int]) -> int:
    """How often a claim that ends with the token `last` is denied after it; `own`: tokens that are its words."""
    tokens = stretch.tokens
    count = content = 0
    objects = False  # whether another object came, which is what the rest is said of
    if _is_replaced(tokens, last) or _is_apart(tokens, last):
        return 1
    for i in outside_brackets(tokens, range(last + 1, min(stretch.end, last + 1 + FARTHEST))):
        if i in own:
            continue
        if _ends_scope(tokens, i):
            count += not objects and _is_denied_purpose(tokens, i)
            break
        denies = _denies_before(stretch, last, i)
        if denies is not None:
            count += denies and not objects
        elif is_content(tokens[i]):
            content += 1
            if content > MOST_CONTENT:
                break
            objects = objects or (_is_object(tokens, i) and not _is_compound(tokens, last, i))
    return count


def _denies_before(stretch: Stretch, last: int, i: int) -> bool | None:
    """Whether the word at i denies what stands before it; None for a word that never does."""
    tokens = stretch.tokens
    if _is_less(tokens, i):
        return True
    if tokens[i].kind == "negation" or _is_crossed_out(tokens, i):
        return not is_no_denial(tokens, i) and not tells_absence(stretch, i)
    if i not in stretch.turning:
        return None
    of_claim = stretch.sentence.question or _is_said_of(tokens, i)
    return of_claim and not _is_of_another(tokens, last, i) and not _is_weak_against(tokens, i)


def _is_less(tokens: tuple[Token, ...], i: int) -> bool:
    """`saturates less than ...`, `vanishes less often`, `rarely`; not `less computation`."""
    if tokens[i].surface in RARELY:
        return True
    following = tokens[i + 1].surface if i + 1 < len(tokens) else ""
    return tokens[i].surface == "less" and (not following.isalpha() or following in _AFTER_LESS)


def _is_replaced(tokens: tuple[Token, ...], last: int) -> bool:
    """`공간 정보 대신 전체를 본다`."""
    after = next((t for t in tokens[last + 1 :] if t.kind != "noun" or t.form == "대신"), None)
    return tokens[last].kind == "noun" and after is not None and after.form == "대신"


def _is_denied_purpose(tokens: tuple[Token, ...], i: int) -> bool:
    """`크기를 유지하기 위한 것이 아니다`, `적어서가 아니다`, `유지하려고 쓰지 않는다`: it is no reason, no purpose."""
    if tokens[i].form not in _ENDS_IN_VIEW:
        return False
    for at in range(i + 1, min(len(tokens), i + 10)):
        token = tokens[at]
        if token.kind == "negation":
            plainly = token.tag == "VCN" or tokens[i].kind != "ending"
            return plainly and not is_no_denial(tokens, at)
        if token.kind in ("noun", "verb") and token.form not in _IN_VIEW:
            return False
    return False


def is_no_reason(stretch: Stretch, last: int) -> bool:
    """`기울기 소실 때문이 아니다`, `크기를 유지하려고 쓰는 것이 아니다`."""
    tokens = stretch.tokens
    ends = (i for i in range(last + 1, min(stretch.end, last + 1 + FARTHEST)) if _ends_scope(tokens, i))
    return _is_denied_purpose(tokens, next(ends, len(tokens) - 1))


def _is_apart(tokens: tuple[Token, ...], last: int) -> bool:
    """`이웃 픽셀과 상관없이`, `가장자리와 무관하다`."""
    noun = next((i for i in range(last, len(tokens) - 1) if tokens[i + 1].kind != "noun"), last)
    after = [t.form for t in tokens[noun + 1 : noun + 3]]
    return len(after) > 1 and after[0] in ("와", "과", "에") and after[1] in _UNRELATED


def is_unrelated(stretch: Stretch, last: int, effects: bool) -> bool:
    """`과적합과 관계가 없다`, `주변 픽셀은 중요하지 않다`: no more than that is denied. `effects`: `영향을 주지 않는다`
    too.
    """
    for token in stretch.tokens[last + 1 : min(stretch.end, last + 7)]:
        if token.kind == "negation" or token.tag == "EC":
            return False
        if token.form in _RELATIONS or (effects and token.form in _EFFECTS):
            return True
    return False


def _is_crossed_out(tokens: tuple[Token, ...], i: int) -> bool:
    """`크기 감소 X`, as Korean notes say no."""
    if tokens[i].surface != "x" or all(t.tag in PLAIN for t in tokens):
        return False
    return tokens[i - 1].kind == "noun" and all(t.tag == "SP" for t in tokens[i + 1 : i + 2])


def _is_object(tokens: tuple[Token, ...], i: int) -> bool:
    return [t.tag for t in tokens[i + 1 : i + 2]] == ["JKO"]


def _is_compound(tokens: tuple[Token, ...], last: int, i: int) -> bool:
    """`지수` `함수`, `다른 크기`의 `이미지`: nouns that go on from the claim's last word name one thing with it."""
    return all(t.kind == "noun" or t.tag == "JKG" for t in tokens[last + 1 : i])


def _is_weak_against(tokens: tuple[Token, ...], i: int) -> bool:
    """`기울기 소실에 약하다`, which is no weak one."""
    return tokens[i].form == "약하" and tokens[i - 1].form == "에"


def _is_of_another(tokens: tuple[Token, ...], last: int, i: int) -> bool:
    """`0이 되는 경사 소실`: it is another noun's, with which it makes one name."""
    before = tokens[i - 1]
    if tokens[i].tag != "EN" and _has_its_own(tokens, last, i):
        return True
    return i - 1 > last and before.kind == tokens[i].kind == "noun" and before.form not in NEUTRAL


def _has_its_own(tokens: tuple[Token, ...], last: int, i: int) -> bool:
    """`기울기 소실로 학습이 어렵다`, `공유로 적은 파라미터`: a subject of its own, which is none of the claim's."""
    between = tokens[last + 1 : i]
    if any(t.form == "대하" for t in between):
        return False  # `공간 정보에 대한 고려가 부족하다`
    if [t.tag for t in tokens[i + 1 : i + 2]] == ["ETM"] and [t.form for t in between[-1:]] in (["로"], ["으로"]):
        return True
    end = i - 1 if tokens[i - 1].tag == "JKS" else i
    start = next((at + 1 for at in range(end - 1, last, -1) if tokens[at].kind != "noun"), last + 1)
    named = [t for t in tokens[start:end] if t.form not in NEUTRAL and t.form not in _ACTS]  # `파라미터` `수`
    return bool(named) and not _is_compound(tokens, last, end - 1)


def _is_said_of(tokens: tuple[Token, ...], i: int) -> bool:
    """Korean: a verb after its object. English: only the passive says something of what stands before."""
    after = tokens[i + 1 : i + 2]
    if tokens[i].tag != "EN" or any(t.tag not in PLAIN and t.form[0] in "하해한할함되된될돼됨" for t in after):
        return True
    return any(t.kind == "light" or t.surface.startswith(_IS_NOT) for t in tokens[max(0, i - 2) : i])


def _ends_scope(tokens: tuple[Token, ...], i: int) -> bool:
    token = tokens[i]
    if token.tag == "EN":
        return token.form in JOINS or token.surface == "nor"
    if token.form in _ARROWS or token.form in _STOPS_KO:
        return True
    following = tokens[i + 1 : i + 2]
    if token.form in _QUOTES and any(t.form in _SAYING for t in following):
        return False  # `생기지 않는다고 볼 수 없다`
    return ends_clause(token) and [t.tag for t in following] != ["VX"]
