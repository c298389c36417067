"""Clauses of an answer: what is said together, of whom, and whether it is denied.

A `Stretch` is a part of one sentence in which one subject is spoken of: it ends where a contrast begins, or where another
of the rubric's subjects becomes the topic. A subject that is not named again is carried from before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from grader.answers.lexicon import Lexicon, Mention
from grader.answers.tokens import Sentence, Token, sentences

Role = Literal["topic", "owner", "place", "compared", "object"]

_FARTHEST_SCOPE = 16  # tokens beyond a claim that may still deny it
_MOST_CONTENT = 4  # words of content among those
_CARRIED = 5  # sentences over which a subject is remembered
_CONTRAST_KO = frozenset(("지만", "는데", "은데", "ᆫ데", "으나", "나", "는데도", "더라도", "지마는"))
_CONTRAST_WORDS = frozenset(
    ("but", "while", "wherea", "however", "although", "though", "yet", "반면", "그러나", "하지만", "반대", "대조", "그런데", "다만", "unfortun")
)
_GOES_ON_KO = frozenset(("지", "게", "도록", "기", "음", "ᆷ", "지는", "질", "ㄹ", "ᆯ", "을", "는", "은", "ᆫ", "던", "지도"))
_JOINS_EN = frozenset(("and", "or", "but", "so", "becaus", "which", "while", "wherea", "when", "if", "sinc", "as", "thus", "therefor", "henc", "where", "whose", "who"))
_STOPS_EN = frozenset((",", ":", "/", "→", "->", "that", "by", "keep"))
_STOPS_KO = frozenset(("때문", "반면", "따르", "위하", "통하"))
_NEUTRAL = frozenset(
    "문제 현상 정보 데이터 특징 값 것 일 경우 위험 정도 효과 발생 일어나 생기 나타나 걱정 우려 수 점 단점 가능 영향 상황 겪 problem issu inform featur phenomenon effect risk danger"
    " occur happen exist suffer appear caus lead from aris caus chanc worri".split()  # noqa: SIM905
)
_COMPARE_KO = frozenset(("보다", "대비", "달리", "비하", "비교", "다르", "대신", "반대", "대조"))
_COMPARE_EN = frozenset(("than", "unlik", "versus", "vs", "over"))
_PAIRS_EN = (("compar", "to"), ("compar", "with"), ("instead", "of"), ("rather", "than"), ("contrast", "to"), ("oppos", "to"), ("contrast", "with"), ("replac",))  # fmt: skip
_OF_EN = frozenset(("of", "in", "for", "with", "by", "through", "on", "from", "use", "appli", "to", "insid", "within"))
_TOPIC_PARTICLES = frozenset(("은", "는", "이", "가", "란", "이란", "도", "ᆫ", "께서", "이라는", "라는"))
_NOUN_TAILS = frozenset("함수 층 계층 레이어 연산 신경망 네트워크 구조 모델 방식 기법 활성 활성화 활성함수 layer function network activ unit operat model neuron 자체 경우 의 들 류 계열".split())  # noqa: SIM905, E501
_USES = frozenset(("사용", "쓰", "적용", "이용", "하", "활용", "넣", "추가", "거치", "통하", "취하", "도입"))
_REASONS = frozenset(("이유", "목적", "까닭", "필요성", "배경", "reason", "whi", "purpos", "motiv"))
_FORMER = ("전자", "former")
_LATTER = ("후자", "latter")


@dataclass(frozen=True, slots=True)
class Subject:
    """A mention of one of the rubric's subjects in its role.

    `absent`: without it (`패딩이 없으면`, `without padding`). `reason`: why it is used (`패딩을 쓰는 이유`).
    """

    term: str
    first: int
    last: int
    role: Role
    absent: bool = False
    reason: bool = False


@dataclass
class Stretch:
    """Tokens [start, end) of a sentence in which one subject is spoken of."""

    sentence: Sentence
    start: int
    end: int
    mentions: list[Mention]
    subjects: list[Subject]
    carried: tuple[tuple[str, bool], ...] = ()  # subjects of before and whether as a reason, the last topic first
    number: int = 0
    turning: frozenset[int] = field(default_factory=frozenset)  # where terms begin that deny what they are said of

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.sentence.tokens


def stretches(text: str, lexicon: Lexicon, subjects: frozenset[str]) -> list[Stretch]:
    """Every stretch of a page's text, in order. `subjects`: terms of whom something may be said."""
    found: list[Stretch] = []
    memory = _Memory()
    for number, sentence in enumerate(sentences(text, lexicon.analyser_for(text))):
        mentions = lexicon.mentions(sentence.tokens, text)
        named = _with_pronouns(_roles(sentence.tokens, mentions, subjects), sentence.tokens, memory)
        turning = frozenset(m.first for m in mentions if lexicon.terms[m.term].turns)
        for start, end in _cuts(sentence.tokens, named):
            named += _unnamed_absence(sentence.tokens, start, memory.recalled(number))
            inside = [m for m in mentions if start <= m.first and m.last < end]
            here = [s for s in named if start <= s.first < end]
            carried = memory.recalled(number)
            found.append(Stretch(sentence, start, end, inside, here, carried, number, turning))
            memory.keep(here, number, sentence, start, end)
    return found


class _Memory:
    """The subjects spoken of so far."""

    def __init__(self) -> None:
        self.topics: list[tuple[str, bool, int]] = []
        self.order: list[str] = []  # in which subjects were first named lately

    def keep(self, named: Iterable[Subject], number: int, sentence: Sentence, start: int, end: int) -> None:
        listed = [s for s in named if s.role in ("topic", "object", "place")]
        owners = [s for s in named if s.role == "owner"]
        for subject in listed[-1:] or owners[-1:]:
            self.topics.append((subject.term, subject.reason, number))
        for subject in named:
            if subject.term in self.order:
                self.order.remove(subject.term)
            self.order.append(subject.term)

    def recalled(self, number: int) -> tuple[tuple[str, bool], ...]:
        return tuple(dict.fromkeys((term, why) for term, why, at in reversed(self.topics) if number - at <= _CARRIED))


def _with_pronouns(named: list[Subject], tokens: tuple[Token, ...], memory: _Memory) -> list[Subject]:
    """`전자`, `후자`, `the former`, `the latter` as the subjects that they stand for."""
    stand_ins = []
    for i, token in enumerate(tokens):
        if token.surface in (*_FORMER, *_LATTER):
            order = [term for term in memory.order if term not in {s.term for s in named if s.first < i}]
            order += dict.fromkeys(s.term for s in named if s.first < i)
            if len(order) > 1:
                stand_ins.append(Subject(order[-2 if token.surface in _FORMER else -1], i, i, "topic"))
    return sorted([*named, *stand_ins], key=lambda s: s.first)


# ---------------------------------------------------------------- roles


def _roles(tokens: tuple[Token, ...], mentions: list[Mention], subjects: frozenset[str]) -> list[Subject]:
    found = []
    taken: set[int] = set()
    for mention in sorted((m for m in mentions if m.term in subjects), key=lambda m: (m.first, -m.last)):
        if mention.first in taken:
            continue
        taken.update(range(mention.first, mention.last + 1))
        korean = _is_korean_around(tokens, mention)
        role, absent = (_role_ko if korean else _role_en)(tokens, mention)
        reason = _is_reason(tokens, mention)
        found.append(Subject(mention.term, mention.first, mention.last, role, absent, reason))
    return found


def _is_reason(tokens: tuple[Token, ...], mention: Mention) -> bool:
    """`X를 쓰는 이유`, `X의 목적`, `why use X`, `the reason for X`."""
    after = tokens[mention.last + 1 : mention.last + 7]
    before = tokens[max(0, mention.first - 5) : mention.first]
    return any(t.form in _REASONS for t in after if t.tag != "EN") or any(t.form in _REASONS for t in before if t.tag == "EN")


def _is_korean_around(tokens: tuple[Token, ...], mention: Mention) -> bool:
    """Whether grammar around a mention is Korean: particles follow English words too."""
    if all(t.tag in ("EN", "SN", "SW", "SP") for t in tokens):
        return False
    around = tokens[mention.last : mention.last + 3]
    return any(t.tag not in ("EN", "SN", "SW", "SP") for t in around) or not any(t.tag == "EN" for t in around[1:])


def _role_ko(tokens: tuple[Token, ...], mention: Mention) -> tuple[Role, bool]:
    at = mention.last + 1
    depth = 0
    while at < len(tokens) and (depth or tokens[at].form in (*_NOUN_TAILS, "(", "'", '"', "”", "’")):
        depth += (tokens[at].form == "(") - (tokens[at].form == ")")
        at += 1
    after = tokens[at : at + 7]
    forms = [t.form for t in after]
    if not after:
        return ("topic" if mention.first == 0 else "object"), False
    if _is_compared_ko(after):
        return "compared", False
    if _absent_ko(after[:5]) or "이전" in forms[:2]:
        return "topic", True
    if forms[0] == "의":
        return "owner", False
    if after[0].kind == "particle" and forms[0] in _TOPIC_PARTICLES or forms[0] == ":":
        return "topic", False
    if forms[0] in ("에서", "에", "으로", "로"):
        return ("topic" if forms[1:2] in (["는"], ["은"]) else "place"), False
    if forms[0] in ("을", "를"):
        return ("topic" if _uses(after[1:]) else "object"), False
    if forms[0] in ("와", "과", ",", "나", "이나", "및", "/"):
        return "topic", False
    return ("owner" if after[0].kind in ("noun", "verb") else "topic"), False


def _is_compared_ko(after: tuple[Token, ...]) -> bool:
    """`X보다`, `X에 비해`, `X와 달리`, `X 대신`, `X를 사용할 때보다`."""
    forms = [t.form for t in after]
    if forms[0] in ("보다", "대비", "대신"):
        return True
    if forms[0] in ("와", "과", "에", "이랑", "랑", "하고") and any(form in _COMPARE_KO for form in forms[1:2]):
        return True
    than = forms.index("보다") if "보다" in forms else 0
    return bool(than) and all(t.kind not in ("noun", "verb", "number") or t.form in _USES for t in after[:than])


def _unnamed_absence(tokens: tuple[Token, ...], start: int, carried: tuple[tuple[str, bool], ...]) -> list[Subject]:
    """`안 하면`, `그렇지 않으면`, `otherwise`: without what was spoken of."""
    beginning = tokens[start : start + 5]
    if not carried:
        return []
    for i, token in enumerate(beginning):
        after = beginning[i + 1 : i + 3]
        if token.kind == "negation" and token.tag not in ("EN", "VCN") and any(t.form in ("면", "으면", "다면") for t in after):
            return [Subject(carried[0][0], start + i, start + i, "topic", absent=True)]
        if token.surface == "otherwise":
            return [Subject(carried[0][0], start + i, start + i, "topic", absent=True)]
        if token.kind in ("noun", "verb") and token.form not in ("그렇", *_USES):
            return []
    return []


def _uses(after: tuple[Token, ...]) -> bool:
    return any(t.form in _USES for t in after[:2])


def _absent_ko(after: tuple[Token, ...]) -> bool:
    """`패딩이 없으면`, `패딩 없이`, `패딩을 하지 않으면`, `안 쓰면`."""
    for i, token in enumerate(after):
        if token.kind == "negation":
            following = after[i + 1].form if i + 1 < len(after) else ""
            conditional = following in ("으면", "면", "는", "다면", "을", "ᆯ", "은", "이", "고", "어서", "아서", "어", "을수록", "ᆫ") or token.form == "없이"
            return conditional or (token.form in ("안", "못"))
        if token.kind in ("noun", "verb") and token.form not in _USES:
            return False
    return False


def _role_en(tokens: tuple[Token, ...], mention: Mention) -> tuple[Role, bool]:
    before = [t for t in tokens[max(0, mention.first - 5) : mention.first] if t.form not in ("a", "an", "the", "'", '"', "(", "“")]
    forms = [t.form for t in before if t.kind not in ("adverb",)]
    last = forms[-1] if forms else ""
    after = tokens[mention.last + 1 : mention.last + 5]
    if before and before[-1].kind == "negation" and (before[-1].surface in ("without", "no", "lacking")):
        return "topic", True
    if any(t.kind == "negation" for t in after[:3]) and forms and forms[-1] in ("if", "when") and _unused(after):
        return "topic", True
    near = [t.form for t in before[-3:] if t.kind not in ("adverb", "light") and t.form not in ("just", "onli")]
    if near[-1:] and near[-1] in _COMPARE_EN and not any(form in ("slide", "move", "scan") for form in forms):
        return "compared", False
    for pair in _PAIRS_EN:
        if tuple(forms[-len(pair) :]) == pair:
            return "compared", False
    if after and (after[0].form == "'s" or (after[0].kind == "noun" and after[0].form not in _NOUN_TAILS and last in _OF_EN)):
        return "owner", False
    if last in _OF_EN:
        return "owner" if last == "of" else "place", False
    return "topic", False


def _unused(after: tuple[Token, ...]) -> bool:
    return any(t.form in ("use", "appli", "ad", "there", "present") or t.surface in ("used", "applied") for t in after)


# ---------------------------------------------------------------- stretches


def _cuts(tokens: tuple[Token, ...], named: list[Subject]) -> list[tuple[int, int]]:
    """Where the stretches of a sentence lie."""
    cuts = [0]
    for i, token in enumerate(tokens):
        if i and (_is_contrast(tokens, i) or _begins_another(tokens, i, named, cuts[-1])):
            cuts.append(i)
    return [(start, end) for start, end in zip(cuts, [*cuts[1:], len(tokens)], strict=True) if end > start]


def _is_contrast(tokens: tuple[Token, ...], i: int) -> bool:
    token, before = tokens[i], tokens[i - 1]
    if token.form in _CONTRAST_WORDS and token.kind != "verb":
        return not (token.form == "반면" and i + 1 < len(tokens) and tokens[i + 1].form == "에" and i == len(tokens) - 2)
    return before.tag == "EC" and before.form in _CONTRAST_KO


def _begins_another(tokens: tuple[Token, ...], i: int, named: list[Subject], since: int) -> bool:
    """A topic other than the stretch's own begins at token i, after something has been said."""
    here = next((s for s in named if s.first == i and s.role == "topic" and not s.absent), None)
    if here is None:
        return False
    earlier = [s for s in named if since <= s.first < i and s.role in ("topic", "place", "owner", "object")]
    said = any(t.kind in ("verb", "ending") or t.form in (",", "→", "->", ":") for t in tokens[since:i])
    said = said or any(t.kind == "light" and t.tag == "EN" for t in tokens[since:i])
    return bool(earlier) and said and any(s.term != here.term for s in earlier)


# ---------------------------------------------------------------- denial


def denials(stretch: Stretch, first: int, last: int, own: frozenset[int]) -> int:
    """How often a claim made by the tokens [first, last] is denied. `own`: tokens that are the claim's words."""
    return _inside(stretch, first, last, own) + _after(stretch, last, own) + _before(stretch, first, last, own)


def _inside(stretch: Stretch, first: int, last: int, own: frozenset[int]) -> int:
    tokens, count = stretch.tokens, 0
    for i in range(first + 1, last):
        if i in own:
            continue
        if tokens[i].kind == "negation" and tokens[i].form != "없이" and not _is_no_denial(tokens, i):
            rest = tokens[i + 1 : last + 1]
            if not any(_ends_clause(t) for t in rest[:-1]) or tokens[i].tag == "EN" and not any(t.form in _JOINS_EN for t in rest):
                count += 1
        elif i in stretch.turning and tokens[i].tag == "EN":
            if not any(t.form in _JOINS_EN or t.form == "," for t in tokens[i + 1 : last]):
                count += 1
    return count


def _after(stretch: Stretch, last: int, own: frozenset[int]) -> int:
    tokens, count, content, object_at = stretch.tokens, 0, 0, -1
    for i in _outside_brackets(tokens, range(last + 1, min(stretch.end, last + 1 + _FARTHEST_SCOPE))):
        token = tokens[i]
        if i in own:
            continue
        if _ends_scope(tokens, i):
            break
        if token.kind == "negation":
            count += object_at < 0 and not _is_no_denial(tokens, i)
        elif i in stretch.turning:
            count += object_at < 0 and _is_said_of(tokens, i)
        elif token.kind in ("noun", "verb") and token.form not in _NEUTRAL:
            content += 1
            if content > _MOST_CONTENT:
                break
            if i + 1 < len(tokens) and tokens[i + 1].tag == "JKO":
                object_at = i
    return count


def _outside_brackets(tokens: tuple[Token, ...], places: range) -> Iterator[int]:
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


def _is_said_of(tokens: tuple[Token, ...], i: int) -> bool:
    """Korean: a verb after its object. English: only the passive says something of what stands before."""
    if tokens[i].tag != "EN":
        return True
    return any(t.kind == "light" for t in tokens[max(0, i - 2) : i])


def _before(stretch: Stretch, first: int, last: int, own: frozenset[int]) -> int:
    tokens, count, content = stretch.tokens, 0, 0
    if first and tokens[first - 1].form in ("안", "못", "덜") and tokens[first].kind in ("verb", "noun"):
        count += 1
    for i in _outside_brackets(tokens, range(first - 1, max(stretch.start, first - _FARTHEST_SCOPE) - 1, -1)):
        token = tokens[i]
        if token.tag not in ("EN", "SP", "SN", "SW") or token.form in _JOINS_EN or token.form in _STOPS_EN:
            count += token.form == "that" and i - 1 in stretch.turning  # `it is false that ...`
            break
        if token.kind == "negation":
            absent = any(s.first == i + 1 and s.absent for s in stretch.subjects)
            count += not absent and not _is_no_denial(tokens, i) and _governs(stretch, i, first)
        elif i in stretch.turning:
            count += 1
        elif token.kind == "noun" and token.form not in _NEUTRAL:
            content += 1
            if content > _MOST_CONTENT:
                break
    return count


def _governs(stretch: Stretch, i: int, first: int) -> bool:
    """Whether an English negation denies the claim, and not a verb before it that is not the claim's."""
    for at in range(i + 1, first):
        token = stretch.tokens[at]
        if at in stretch.turning or token.form in _NEUTRAL:
            return True
        if token.kind in ("noun", "verb"):
            return stretch.tokens[i].surface in ("no", "without") and first - i <= 4
    return True


def _ends_scope(tokens: tuple[Token, ...], i: int) -> bool:
    token = tokens[i]
    if token.tag == "EN":
        return token.form in _JOINS_EN
    if token.form in (",", "→", "->", "⇒", "/") or token.form in _STOPS_KO:
        return True
    return _ends_clause(token) and not (i + 1 < len(tokens) and tokens[i + 1].tag == "VX")


def _ends_clause(token: Token) -> bool:
    return (token.tag == "EC" and token.form not in _GOES_ON_KO) or token.tag == "EF"


def _is_no_denial(tokens: tuple[Token, ...], i: int) -> bool:
    """`수밖에 없다`, `뿐만 아니라`, `not only`, `no longer than`, `없이` of something else."""
    before = [t.form for t in tokens[max(0, i - 3) : i]]
    after = [t.form for t in tokens[i + 1 : i + 3]]
    if tokens[i].tag == "EN":
        return bool(after) and after[0] in ("onli", "just", "mere", "matter", "doubt") or tokens[i].surface == "free" and after[:1] != ["of"] and after[:1] != ["from"]
    return "밖에" in before or "뿐" in before or "뿐만" in before or (tokens[i].form == "없" and "상관" in before)
