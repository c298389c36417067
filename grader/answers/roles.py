"""Roles of a rubric's subjects in a sentence, Korean and English: what it is about, or only compares with.

A subject's words are followed (Korean) or preceded (English) by the grammar that tells its role.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from grader.answers.lexicon import Mention
from grader.answers.tokens import PLAIN, Token
from grader.answers.words import words

Role = Literal["topic", "owner", "place", "compared", "object"]
Told = tuple[Role, bool]  # a role, and whether the subject is absent

_COMPARED = words("보다 대비 달리 비 비하 비교 다르 대신 반대 대조")
_COMPARING = words("than unlik versus vs over")
_COMPARING_PAIRS = (
    ("compar", "to"), ("compar", "with"), ("instead", "of"), ("rather", "than"), ("contrast", "to"),
    ("oppos", "to"), ("contrast", "with"),
)  # fmt: skip
_COMPARING_VERBS = words("replac")
_MOVES = words("slide move scan")  # `slides over` compares nothing
_OF = words("of in for with by through on from use appli to insid within after per")
_TOPIC_PARTICLES = words("은 는 이 가 란 이란 도 ᆫ 께서 이라는 라는")
# What may stand between a subject's name and its particle: `시그모이드 함수의`, `sigmoid function's`.
_NOUN_TAILS = words("""
  함수 층 계층 레이어 연산 신경망 네트워크 구조 모델 방식 기법 활성 활성화 활성함수 자체 경우 들 류 계열 망 쪽 둘
  layer function network activ unit operat model neuron net
""")
_CLOSING = words("( ' \" ” ’")
_OPENING = words("a an the each every any ' \" ( “")
USES = words("사용 쓰 적용 이용 하 활용 넣 추가 거치 통하 취하 도입")
_CHANGES = words("바꾸 교체 대체 변경 전환")  # `A에서 B로 바꾸면`
_LIKE = words("마찬가지 똑같이 똑같 비슷 동일 같이")
_NEAR = 6  # tokens between two subjects that are likened
_TIMES = words("후 뒤 다음 이후")  # `합성곱 후`
_TRAITS = words("장점 단점 특징 특성 문제 문제점 약점 강점 한계")
_USED_EN = words("use appli ad there present")
_OMITS = words("skip omit forgo remov drop disabl elimin exclud lack 빼 생략 제거")
_REASONS = words("이유 목적 까닭 필요성 배경 reason whi purpos motiv")
_CONDITIONS = words("어도 아도 더라도 어야 아야 어야만 아야만 으면 면 는 다면 을 ᆯ 은 이 고 어서 아서 어 을수록 ᆫ")


@dataclass(frozen=True, slots=True)
class Subject:
    """One of the rubric's subjects, named by the tokens [first, last], in its role.

    `absent`: without it (`패딩이 없으면`, `without padding`). `reason`: why it is used (`패딩을 쓰는 이유`).
    """

    term: str
    first: int
    last: int
    role: Role
    absent: bool = False
    reason: bool = False


def roles(tokens: tuple[Token, ...], mentions: Iterable[Mention], subjects: frozenset[str]) -> list[Subject]:
    """The subjects that a sentence names, in order; of several that begin at one token the longest."""
    found: list[Subject] = []
    taken: set[int] = set()
    english = all(t.tag in PLAIN for t in tokens)
    for mention in sorted((m for m in mentions if m.term in subjects), key=lambda m: (m.first, -m.last)):
        if mention.first in taken or (found and _is_done_by(tokens, found[-1], mention)):
            continue
        taken.update(range(mention.first, mention.last + 1))
        korean = not english and _is_korean_around(tokens, mention)
        role, absent = _korean(tokens, mention.first, mention.last) if korean else _english(tokens, mention)
        reason = _is_reason(tokens, mention)
        absent = absent or _ends_otherwise(tokens)
        found.append(Subject(mention.term, mention.first, mention.last, role, absent, reason))
    return [replace(s, role="compared") if _is_likened(tokens, s, found) else s for s in found]


def _is_likened(tokens: tuple[Token, ...], subject: Subject, named: Iterable[Subject]) -> bool:
    """`A도 B처럼`, `A는 B만큼`, `A는 B와 마찬가지로`: it is said of A, where the same clause names one."""
    after = [t.form for t in tokens[_end_of_name(tokens, subject.last + 1) :][:2]]
    if after[:1] not in (["처럼"], ["만큼"]) and not (
        after[:1] in (["와"], ["과"]) and after[1:] and after[1] in _LIKE
    ):
        return False
    others = [s for s in named if s.term != subject.term and s.role == "topic"]
    return any(_are_in_one_clause(tokens, s, subject) for s in others)


def _are_in_one_clause(tokens: tuple[Token, ...], a: Subject, b: Subject) -> bool:
    between = tokens[min(a.last, b.last) + 1 : max(a.first, b.first)]
    return len(between) <= _NEAR and not any(t.tag in ("EC", "EF") for t in between)


def _is_done_by(tokens: tuple[Token, ...], subject: Subject, mention: Mention) -> bool:
    """`A convolution flattens the image`: what a subject does is no other subject."""
    verb, between = tokens[mention.first], tokens[subject.last + 1 : mention.first]
    following = [t.surface for t in tokens[mention.last + 1 : mention.last + 2]]
    acts = verb.tag == "EN" and verb.surface.endswith("s") and following in (["the"], ["an"], ["a"], ["all"], ["its"])
    named = subject.role == "topic" and subject.term != mention.term
    return acts and named and all(t.form in _NOUN_TAILS for t in between)


def _ends_otherwise(tokens: tuple[Token, ...]) -> bool:
    """`Padding: border pixels would be lost otherwise`."""
    spoken = [t for t in tokens if t.tag != "SP"]
    return bool(spoken) and spoken[-1].surface == "otherwise"


def unnamed_absence(tokens: tuple[Token, ...], start: int, term: str) -> Subject | None:
    """`안 하면`, `그렇지 않으면`, `otherwise`: without what was spoken of, the term; None where nothing says so."""
    if _ends_otherwise(tokens):
        return Subject(term, start, start, "topic", absent=True)
    beginning = tokens[start : start + 5]
    for i, token in enumerate(beginning):
        if token.surface == "otherwise" or _is_condition_of_absence(beginning, i):
            return Subject(term, start + i, start + i, "topic", absent=True)
        if token.kind in ("noun", "verb") and token.form != "그렇" and token.form not in USES:
            return None
    return None


def otherwise(tokens: tuple[Token, ...], named: Iterable[Subject], start: int, end: int) -> Subject | None:
    """`You pad because otherwise ...`: without what was spoken of just before, within the tokens [start, end)."""
    for i in range(start + 1, end - 1):
        if tokens[i].surface == "otherwise" or tokens[i].form == "안그러":
            before = [s for s in named if start <= s.first < i and not s.absent]
            return Subject(before[-1].term, i, i, "topic", absent=True) if before else None
    return None


def _is_condition_of_absence(tokens: tuple[Token, ...], i: int) -> bool:
    if tokens[i].kind != "negation" or tokens[i].tag in ("EN", "VCN"):
        return False
    return any(t.form in ("면", "으면", "다면") for t in tokens[i + 1 : i + 3])


def _is_reason(tokens: tuple[Token, ...], mention: Mention) -> bool:
    """`X를 쓰는 이유`, `X의 목적`, `why use X`, `the reason for X`."""
    after = tokens[mention.last + 1 : mention.last + 10]
    before = tokens[max(0, mention.first - 5) : mention.first]
    return any(t.form in _REASONS and t.tag != "EN" for t in after) or any(
        t.form in _REASONS and t.tag == "EN" for t in before
    )


def _is_korean_around(tokens: tuple[Token, ...], mention: Mention) -> bool:
    """Whether grammar around a mention is Korean: particles follow English words too."""
    around = tokens[mention.last : mention.last + 3]
    return any(t.tag not in PLAIN for t in around) or not any(t.tag == "EN" for t in around[1:])


# ---------------------------------------------------------------- Korean


def _korean(tokens: tuple[Token, ...], first: int, last: int) -> Told:
    at = _end_of_name(tokens, last + 1)
    after = tokens[at : at + 7]
    if not after:
        return ("topic" if first == 0 else "object"), False
    if _is_compared(after):
        return "compared", False
    if _is_absent(after[:6]) or "이전" in [t.form for t in after[:2]]:
        return "topic", True
    return _by_particle(after), False


def _end_of_name(tokens: tuple[Token, ...], at: int) -> int:
    """The first token from `at` on that is no tail of a name (`함수`), nor in a bracket after it."""
    depth = 0
    while at < len(tokens) and (depth or tokens[at].form in _NOUN_TAILS or tokens[at].form in _CLOSING):
        depth += (tokens[at].form == "(") - (tokens[at].form == ")")
        at += 1
    return at


def _by_particle(after: tuple[Token, ...]) -> Role:
    """The role that the first of the tokens after a subject gives it."""
    form, kind = after[0].form, after[0].kind
    if form == "의":
        return "topic" if _is_said_of_it(after) else "owner"
    if form in ("로", "으로") and any(t.form in _CHANGES for t in after[1:2]):
        return "topic"
    if form in _TIMES:
        return "place"
    if form in ("에서", "에", "으로", "로"):
        return "topic" if [t.form for t in after[1:2]] in (["는"], ["은"]) else "place"
    if form in ("을", "를"):
        return "topic" if any(_is_use(t) for t in after[1:3]) else "object"
    is_topic = (kind == "particle" and form in _TOPIC_PARTICLES) or form in (
        ":",
        "와",
        "과",
        ",",
        "나",
        "이나",
        "및",
        "/",
    )
    return "owner" if not is_topic and kind in ("noun", "verb") else "topic"


def _is_said_of_it(after: tuple[Token, ...]) -> bool:
    """`X의 단점은 ...`: what follows is said of X."""
    return [t.form in group for t, group in zip(after[1:3], (_TRAITS, _TOPIC_PARTICLES), strict=False)] == [True, True]


def _is_use(token: Token) -> bool:
    """`패딩을 하다`, `패딩을 쓰다`; not `커널을 공유하다`."""
    return token.form in USES and token.tag != "XSV"


def _is_compared(after: tuple[Token, ...]) -> bool:
    """`X보다`, `X에 비해`, `X와 달리`, `X 대신`, `X를 사용할 때보다`, `X의 지수 함수보다`."""
    forms = [t.form for t in after]
    if forms[0] in ("보다", "대비", "대신"):
        return True
    if forms[0] in ("와", "과", "에", "이랑", "랑", "하고") and any(form in _COMPARED for form in forms[1:2]):
        return True
    than = forms.index("보다") if "보다" in forms else 0
    if than and forms[0] == "의" and all(t.kind == "noun" for t in after[1:than]):
        return True
    return bool(than) and all(
        t.kind not in ("noun", "verb", "number") or t.form in USES or t.form == "때" for t in after[:than]
    )


def _is_absent(after: tuple[Token, ...]) -> bool:
    """`패딩이 없으면`, `패딩 없이`, `패딩을 하지 않으면`, `안 쓰면`."""
    for i, token in enumerate(after):
        if token.kind == "negation":
            following = next((t.form for t in after[i + 1 :] if t.tag != "EP"), "")  # `않으면`, `않았다면`
            if token.form in ("안", "못"):
                return following in USES
            return following in _CONDITIONS or token.form == "없이"
        if token.form in _OMITS:
            return any(t.form in _CONDITIONS for t in after[i + 1 : i + 3])
        if token.kind in ("noun", "verb", "number") and token.form not in USES:
            return False
    return False


# ---------------------------------------------------------------- English


def _english(tokens: tuple[Token, ...], mention: Mention) -> Told:
    before = [t for t in tokens[max(0, mention.first - 5) : mention.first] if t.form not in _OPENING]
    after = tokens[mention.last + 1 : mention.last + 5]
    forms = [t.form for t in before if t.kind != "adverb"]
    if before and before[-1].kind == "negation" and before[-1].surface in ("without", "no", "lacking"):
        return "topic", True
    if _is_not_done(tokens, mention.first) or _is_left_out(forms, after) or _is_missing(tokens, mention.first):
        return "topic", True
    if forms[-1:] in (["if"], ["when"]) and any(t.kind == "negation" for t in after[:3]) and _is_unused(after):
        return "topic", True
    if _is_compared_with(before, forms) or _is_set_aside(tokens, mention):
        return "compared", False
    return _by_preposition(forms[-1] if forms else "", after), False


def _is_not_done(tokens: tuple[Token, ...], first: int) -> bool:
    """`if we do not pad`, `don't pool`, `by not pooling`: the subject as a verb that is denied."""
    before = tokens[max(0, first - 2) : first]
    if not before or before[-1].kind != "negation":
        return False
    if before[-1].surface == "not" and (len(before) == 1 or before[0].surface in ("by", "when", "if")):
        return True
    return before[-1].surface.endswith(("n't", "nt", "n’t")) or any(t.form in ("do", "doe", "did") for t in before)


def _is_left_out(forms: list[str], after: tuple[Token, ...]) -> bool:
    """`skipping the pooling`, `leave pooling out`."""
    left = forms[-1:] == ["leav"] and "out" in [t.surface for t in after[:2]]
    return left or forms[-2:] == ["leav", "out"] or (bool(forms) and forms[-1] in _OMITS)


def _is_missing(tokens: tuple[Token, ...], first: int) -> bool:
    """`not using pooling`, `if we don't use it`, `the absence of padding`, `unless padding is used`."""
    before = [t for t in tokens[max(0, first - 6) : first] if t.form not in _OPENING and t.kind != "adverb"]
    if any(t.surface == "unless" for t in before):
        return True
    if [t.form for t in before[-2:]] in (["absenc", "of"], ["lack", "of"]):
        return True
    if [t.kind == "negation" for t in before[-2:]] != [True, False] or before[-1].form not in _USED_EN:
        return False
    # `we do not use sigmoid because it saturates` tells of sigmoid
    return before[-1].surface.endswith("ing") or any(t.surface in ("if", "when") for t in before)


def _is_set_aside(tokens: tuple[Token, ...], mention: Mention) -> bool:
    """`It is A, not B, that ...`."""
    before = [t for t in tokens[max(0, mention.first - 4) : mention.first] if t.form not in _OPENING]
    after = tokens[mention.last + 1 : mention.last + 3]
    denied = [t.form for t in before[-2:]] == [",", "not"]
    return denied and any(t.form == "," for t in after)


def _is_compared_with(before: list[Token], forms: list[str]) -> bool:
    """`than X`, `unlike X`, `compared to X`, `replaces X`."""
    near = [t.form for t in before[-3:] if t.kind not in ("adverb", "light") and t.form not in ("just", "onli")]
    if near and near[-1] in _COMPARING and _MOVES.isdisjoint(forms):
        return True
    if forms[-1:] in (["with"], ["in"], ["for"]) and (
        forms[-2:-1] == ["do"] or "way" in forms or forms[-3:-1] == ["you", "see"]
    ):
        return True  # `the way they do with X`, `that you see with X`
    return tuple(forms[-2:]) in _COMPARING_PAIRS or (bool(forms) and forms[-1] in _COMPARING_VERBS)


def _by_preposition(last: str, after: tuple[Token, ...]) -> Role:
    """The role of a subject by the word before it and those after it: `X's slope`, `the sigmoid slope`, `in X`."""
    if after and after[0].form == "'s":
        return "owner"
    if last not in _OF:
        return "topic"
    owns = last != "with" and bool(after) and after[0].kind == "noun" and after[0].form not in _NOUN_TAILS
    return "owner" if owns or last == "of" else "place"


def _is_unused(after: tuple[Token, ...]) -> bool:
    return any(t.form in _USED_EN or t.surface in ("used", "applied") for t in after)
