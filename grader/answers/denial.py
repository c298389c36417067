"""Denial: how often what a claim's words say is denied by the words around and between them.

Korean denies after what it denies, English before it; English adjectives and passive verbs also after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from grader.answers.clauses import Stretch
from grader.answers.tokens import PLAIN, Token
from grader.answers.words import words

_FARTHEST = 16  # tokens beyond a claim that may still deny it
_MOST_CONTENT = 4  # words of content among those
_GOES_ON = words("지 게 도록 기 음 ᆷ 지는 질 ㄹ ᆯ 을 는 은 ᆫ 던 지도")  # endings after which a clause goes on
_QUOTES, _SAYING = words("다고 ᆫ다고 는다고 라고 이라고"), words("보 하 말하 할 말 생각 믿 여기 주장")
_JOINS = words("""
    and bc plus or but so becaus which while wherea when if sinc as thus therefor henc where whose who
""")
_STOPS_EN = words(", : / → -> that by")
_STOPS_KO = words("때문 반면 따르 위하 통하")
_ENDS_IN_VIEW = words("때문 위하 려고 으려고 어서 아서 라서 이라서")  # of a reason or a purpose
_ACTS = words("활용 고려 반영 파악 이용 유지 보존 추출 인식 포착 방지 전달 처리")  # may be done to what is claimed
_IN_VIEW = words("쓰 사용 하 이용 적용 활용 필요 목적 이유")  # what may stand between a purpose and its denial
_ARROWS = words(", → -> ⇒ / + ·")
# Words between a claim and its denial that claim nothing else: `문제가 생기지 않는다`, `does not cause the problem`.
_NEUTRAL = words("""
    문제 현상 정보 데이터 특징 값 것 일 경우 위험 정도 효과 발생 일어나 생기 나타나 걱정 우려 수 점 단점 가능 영향
    상황 겪 관계 관련 연관 사이 상호작용 상관관계 상관성 관련성 연관성 유사성
    problem issu inform featur phenomenon effect risk danger occur happen exist suffer appear caus lead from aris chanc
    worri
""")
_IS_NOT = ("isn", "aren", "wasn", "weren")
_ARE = words("is are was were")
_PRONOUNS = words("it they this these he she")
_THAT = words("that which what how where")
_KEEPS = words("keep protect save hinder hold")  # `prevent` turns by itself
# Verbs that say what somebody has, needs, sees or keeps: not to do so denies it of the object.
_TAKES = words("""
    consid need requir exploit involv contain includ see look know understand respect comput calcul captur
    account employ possess learn rely depend offer provid produc show exhibit reus share perform evalu
    keep preserv retain maintain conserv hold save protect detect extract find recogn recognis identifi discov notic
    model encod repres leverag handl process treat combin connect relat weigh cover reach touch examin exhibit achiev
    get obtain gain receiv experienc face encount undergo enjoy support enabl care regard pass carri transmit propag
    select pick choos highlight emphas emphasis return output yield guarante ensur remain stay becom equal
    work deal cope run accept oper appli fit function toler withstand
""")
# Verbs after which somebody or something does what the claim says: not to do so denies that it is done.
_MAKES = words("make let allow permit caus lead get give bring render forc driv produc creat induc trigger help enabl")
_NOTIONS = words("idea notion clue sens concept way fact")
_RARELY = ("rarely", "seldom")
_AFTER_LESS = words("than often frequently strongly severely with in for when if on at and but by under to")
_PRONE = words("affect prone like suscept vulner subject expos")
_APPLIES = words("appli ad add perform includ employ layer")
_RATHER = (("rather", "than"), ("instead", "of"))
_DEGREES = words("onli just mere matter doubt")  # `not only`, `no matter`
_UNRELATED = words("상관없이 관계없이 상관없 관계없 무관하 상관")
_RELATIONS, _EFFECTS = words("관계 관련 연관 상관 중요 의미") | _UNRELATED, words("영향 효과 도움")
_PAST = words("크 커지 이상 초과 넘 높 멀 멀어지 거리")
_PAST_A_BOUND = ("more", "greater", "larger", "higher", "bigger", "above", "over", "beyond", "exceed", "surpass")


def denials(stretch: Stretch, first: int, last: int, own: frozenset[int]) -> int:
    """How often a claim made by the tokens [first, last] is denied. `own`: tokens that are the claim's words."""
    around = _after(stretch, last, own) + _before(stretch, first, own)
    return _inside(stretch, first, last, own) + around + _is_past_bound(stretch.tokens, first, last)


def _inside(stretch: Stretch, first: int, last: int, own: frozenset[int]) -> int:
    tokens = stretch.tokens
    count = 0
    for i in range(first + 1, last):
        if i in own:
            continue
        if tokens[i].kind == "negation" and tokens[i].form != "없이" and not _is_no_denial(tokens, i):
            count += _reaches(tokens, i, last)
        elif i in stretch.turning and tokens[i].tag == "EN":
            count += not any(t.form in _JOINS or t.form == "," for t in tokens[i + 1 : last])
        elif (
            tokens[i].form == "덜"
            or (tokens[i].form == "대신" and i - 1 in own)
            or _is_least(tokens, i)
            or _is_kept_from(tokens, i, own)
        ):
            count += 1
    return count


def _is_past_bound(tokens: tuple[Token, ...], first: int, last: int) -> bool:
    """`0.25보다 크다`, `1을 넘는다`, `최소 0.25`, `아무리 작아도 0.25`, `1에서 멀어진다`: not that number."""
    return any(_is_passed(tokens, i) for i in range(first, last + 1) if tokens[i].kind == "number")


def _is_passed(tokens: tuple[Token, ...], i: int) -> bool:
    before = [t.form for t in tokens[max(0, i - 2) : i]]
    if before[-1:] == ["최소"] or before[-1:] == ["적어도"] or before in (["작", "아도"], ["작", "어도"]):
        return True
    after = (t.form for t in tokens[i + 1 : i + 6] if t.kind not in ("particle", "adverb"))
    return next(after, "") in _PAST and any(t.tag not in PLAIN for t in tokens)


def is_split(stretch: Stretch, first: int, last: int, own: frozenset[int]) -> bool:
    """`ignores the neighbours and sees each pixel in isolation`: English denies only the first of a claim's words."""
    tokens = stretch.tokens
    joins = [i for i in range(first + 1, last) if tokens[i].surface in ("and", "but") and i not in own]
    goes_on = any(tokens[i + 1].kind != "function" for i in joins)
    return goes_on and _before(stretch, first, own) % 2 == 1


def _is_least(tokens: tuple[Token, ...], i: int) -> bool:
    """`the least important features`; not `at least`."""
    return i >= 0 and tokens[i].surface == "least" and not (i and tokens[i - 1].surface == "at")


def _is_kept_from(tokens: tuple[Token, ...], i: int, own: frozenset[int]) -> bool:
    """`keeps the edges from being lost`."""
    if tokens[i].surface != "from" or not any(t.surface.endswith("ing") for t in tokens[i + 1 : i + 2]):
        return False
    return any(tokens[at].form in _KEEPS and at not in own for at in range(max(0, i - 14), i))


def _reaches(tokens: tuple[Token, ...], i: int, last: int) -> bool:
    """Whether a negation among a claim's words denies those after it, up to the last."""
    rest = tokens[i + 1 : last + 1]
    if any(a.form == "," and b.form in _PRONOUNS for a, b in pairwise(rest)):
        return False  # `is not less than 1, it is 1`
    if not any(_ends_clause(t) for t in rest[:-1]):
        return True
    return tokens[i].tag == "EN" and not any(t.form in _JOINS for t in rest)


def _after(stretch: Stretch, last: int, own: frozenset[int]) -> int:
    tokens = stretch.tokens
    count = content = 0
    objects = False  # whether another object came, which is what the rest is said of
    if _is_replaced(tokens, last) or _is_apart(tokens, last):
        return 1
    for i in _outside_brackets(tokens, range(last + 1, min(stretch.end, last + 1 + _FARTHEST))):
        if i in own:
            continue
        if _ends_scope(tokens, i):
            count += not objects and _is_denied_purpose(tokens, i)
            break
        denies = _denies_before(stretch, last, i)
        if denies is not None:
            count += denies and not objects
        elif _is_content(tokens[i]):
            content += 1
            if content > _MOST_CONTENT:
                break
            objects = objects or (_is_object(tokens, i) and not _is_compound(tokens, last, i))
    return count


def _denies_before(stretch: Stretch, last: int, i: int) -> bool | None:
    """Whether the word at i denies what stands before it; None for a word that never does."""
    tokens = stretch.tokens
    if _is_less(tokens, i):
        return True
    if tokens[i].kind == "negation" or _is_crossed_out(tokens, i):
        return not _is_no_denial(tokens, i) and not _tells_absence(stretch, i)
    if i not in stretch.turning:
        return None
    of_claim = stretch.sentence.question or _is_said_of(tokens, i)
    return of_claim and not _is_of_another(tokens, last, i) and not _is_weak_against(tokens, i)


def _is_less(tokens: tuple[Token, ...], i: int) -> bool:
    """`saturates less than ...`, `vanishes less often`, `rarely`; not `less computation`."""
    if tokens[i].surface in _RARELY:
        return True
    following = tokens[i + 1].surface if i + 1 < len(tokens) else ""
    return tokens[i].surface == "less" and (not following.isalpha() or following in _AFTER_LESS)


def _is_fewer(tokens: tuple[Token, ...], i: int) -> bool:
    """`fewer problems with`, `less affected by`."""
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    return (
        tokens[i].surface in ("less", "fewer", "little")
        and following is not None
        and (following.form in _NEUTRAL or following.form in _PRONE)
    )


def _tells_absence(stretch: Stretch, i: int) -> bool:
    """Whether a denial says that a subject is not there: `removing pooling`, `if pooling is not used`."""
    tokens = stretch.tokens
    if tokens[i].tag != "EN":
        return False
    for subject in stretch.subjects:
        if subject.absent and i < subject.first <= i + 4:
            between = tokens[i + 1 : subject.first]
            if not any(_is_content(t) and t.form not in _APPLIES for t in between):
                return True
        if subject.absent and subject.first <= i <= subject.last + 3 and tokens[i].kind == "negation":
            return True
    return False


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
            return plainly and not _is_no_denial(tokens, at)
        if token.kind in ("noun", "verb") and token.form not in _IN_VIEW:
            return False
    return False


def is_no_reason(stretch: Stretch, last: int) -> bool:
    """`기울기 소실 때문이 아니다`, `크기를 유지하려고 쓰는 것이 아니다`."""
    tokens = stretch.tokens
    ends = (i for i in range(last + 1, min(stretch.end, last + 1 + _FARTHEST)) if _ends_scope(tokens, i))
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


def _is_content(token: Token) -> bool:
    return token.kind in ("noun", "verb") and token.form not in _NEUTRAL


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


def _is_weak_against(tokens: tuple[Token, ...], i: int) -> bool:
    """`기울기 소실에 약하다`, which is no weak one."""
    return tokens[i].form == "약하" and tokens[i - 1].form == "에"


def _is_of_another(tokens: tuple[Token, ...], last: int, i: int) -> bool:
    """`0이 되는 경사 소실`: it is another noun's, with which it makes one name."""
    before = tokens[i - 1]
    if tokens[i].tag != "EN" and _has_its_own(tokens, last, i):
        return True
    return i - 1 > last and before.kind == tokens[i].kind == "noun" and before.form not in _NEUTRAL


def _has_its_own(tokens: tuple[Token, ...], last: int, i: int) -> bool:
    """`기울기 소실로 학습이 어렵다`, `공유로 적은 파라미터`: a subject of its own, which is none of the claim's."""
    between = tokens[last + 1 : i]
    if any(t.form == "대하" for t in between):
        return False  # `공간 정보에 대한 고려가 부족하다`
    if [t.tag for t in tokens[i + 1 : i + 2]] == ["ETM"] and [t.form for t in between[-1:]] in (["로"], ["으로"]):
        return True
    end = i - 1 if tokens[i - 1].tag == "JKS" else i
    start = next((at + 1 for at in range(end - 1, last, -1) if tokens[at].kind != "noun"), last + 1)
    named = [t for t in tokens[start:end] if t.form not in _NEUTRAL and t.form not in _ACTS]  # `파라미터` `수`
    return bool(named) and not _is_compound(tokens, last, end - 1)


def _is_said_of(tokens: tuple[Token, ...], i: int) -> bool:
    """Korean: a verb after its object. English: only the passive says something of what stands before."""
    after = tokens[i + 1 : i + 2]
    if tokens[i].tag != "EN" or any(t.tag not in PLAIN and t.form[0] in "하해한할함되된될돼됨" for t in after):
        return True
    return any(t.kind == "light" or t.surface.startswith(_IS_NOT) for t in tokens[max(0, i - 2) : i])


def _before(stretch: Stretch, first: int, own: frozenset[int]) -> int:
    tokens = stretch.tokens
    content = 0
    another = False  # whether a verb came that has a subject of its own
    count = int(_is_denied_at_once(tokens, first))
    for i in _outside_brackets(tokens, range(first - 1, max(stretch.start, first - _FARTHEST) - 1, -1)):
        token = tokens[i]
        count += _is_kept_from(tokens, i, own)
        if _stops(stretch, i) or _is_rather(stretch, i, first):
            # `false that ...`, `ignores which ...`, `throws away which ...`
            tells = token.form in _THAT and _is_kept_out(stretch, i)
            return count + (tells or _is_rather(stretch, i, first))
        if token.kind == "negation":
            count += _denies(stretch, i, first, own)
            if token.surface == "nor":  # what its `neither` denies is said before it
                break
        elif _turns(stretch, i):
            count += 1
        elif token.surface in _ARE:
            another = True
        elif token.kind == "noun" and (another or token.form not in _NEUTRAL):
            content += 1
            of_its_own = another and tokens[i - 1].form not in _THAT
            if of_its_own or content > _MOST_CONTENT:
                break
    return count


def _is_denied_at_once(tokens: tuple[Token, ...], first: int) -> bool:
    """`안 줄어든다`, `the least important features`."""
    korean = first > 0 and tokens[first - 1].form in ("안", "못", "덜") and tokens[first].kind in ("verb", "noun")
    return korean or _is_least(tokens, first - 1)


def _stops(stretch: Stretch, i: int) -> bool:
    """Whether what stands before the token says nothing of what stands after it; not so `affected by`."""
    token = stretch.tokens[i]
    if token.surface == "by" and i and stretch.tokens[i - 1].form in _PRONE:
        return False
    if token.surface == "as" and any(t.kind == "negation" for t in stretch.tokens[max(0, i - 2) : i]):
        return False  # `not as expensive as`
    return token.tag not in PLAIN or token.form in _JOINS or token.form in _STOPS_EN or _is_purpose(stretch, i)


def _turns(stretch: Stretch, i: int) -> bool:
    """Whether a word that is no negation denies what stands after it."""
    tokens = stretch.tokens
    if i in stretch.turning or tokens[i].surface in _RARELY or _is_fewer(tokens, i):
        return not _tells_absence(stretch, i)
    return False


def _is_rather(stretch: Stretch, i: int, first: int) -> bool:
    """`far pixels rather than neighbouring ones`, `instead of keeping the size`: not so, of the same subject."""
    pair = tuple(t.surface for t in stretch.tokens[max(0, i - 1) : i + 1])
    return pair in _RATHER and not any(i < s.first < first for s in stretch.subjects)


def _is_of_object(tokens: tuple[Token, ...], i: int) -> bool:
    """`of the image's structure`: whose the object is, which no verb is."""
    following = tokens[i + 1].form if i + 1 < len(tokens) else ""
    return following == "'s"


def _is_kept_out(stretch: Stretch, i: int) -> bool:
    """Whether words before the `which` at token i deny what it tells of: `ignores`, `has no notion of`."""
    if not stretch.turning.isdisjoint((i - 1, i - 2)):
        return True
    for token in reversed(stretch.tokens[max(stretch.start, i - 5) : i]):
        if token.kind == "negation":
            return True
        if token.kind not in ("light", "function") and token.form not in _NEUTRAL and token.form not in _NOTIONS:
            return False
    return False


def _is_purpose(stretch: Stretch, i: int) -> bool:
    """`drops the maximum to remove noise`: what is done to that end is said of something else."""
    before = [t.surface for t in stretch.tokens[max(0, i - 3) : i]]
    is_to = stretch.tokens[i].surface == "to" and i + 1 in stretch.turning
    return is_to and not {"the", "a", "its", "their"}.isdisjoint(before)


def _denies(stretch: Stretch, i: int, first: int, own: frozenset[int]) -> bool:
    """Whether an English negation before a claim denies it, rather than tell of a subject's absence."""
    if _tells_absence(stretch, i):
        return False
    return not _is_no_denial(stretch.tokens, i) and _governs(stretch, i, first, own)


def _governs(stretch: Stretch, i: int, first: int, own: frozenset[int]) -> bool:
    """Whether an English negation denies the claim, and not a verb before it that is not the claim's."""
    for at in range(i + 1, first):
        token = stretch.tokens[at]
        if at in stretch.turning or token.form in _NEUTRAL or token.form in _MAKES:
            return True
        if at in own or _is_of_object(stretch.tokens, at) or token.form in _TAKES:
            continue
        if token.kind in ("noun", "verb"):
            return stretch.tokens[i].surface in ("no", "without", "neither", "nor") and first - i <= 4
    return True


def _ends_scope(tokens: tuple[Token, ...], i: int) -> bool:
    token = tokens[i]
    if token.tag == "EN":
        return token.form in _JOINS or token.surface == "nor"
    if token.form in _ARROWS or token.form in _STOPS_KO:
        return True
    following = tokens[i + 1 : i + 2]
    if token.form in _QUOTES and any(t.form in _SAYING for t in following):
        return False  # `생기지 않는다고 볼 수 없다`
    return _ends_clause(token) and [t.tag for t in following] != ["VX"]


def _ends_clause(token: Token) -> bool:
    return (token.tag == "EC" and token.form not in _GOES_ON) or token.tag == "EF"


def _is_bound(after: tuple[Token, ...]) -> bool:
    """`more than 0.25`, `above 1/4`, behind a negation: how large something is at most."""
    past = [at for at, token in enumerate(after[:2]) if token.surface.startswith(_PAST_A_BOUND)]
    return bool(past) and any(token.kind == "number" for token in after[past[0] + 1 :])


def _is_no_denial(tokens: tuple[Token, ...], i: int) -> bool:
    """`수밖에 없다`, `뿐만 아니라`, `상관이 없다`, `not only`, `no matter`, `never more than 0.25`."""
    if tokens[i].tag == "EN":
        return any(t.form in _DEGREES for t in tokens[i + 1 : i + 2]) or _is_bound(tokens[i + 1 : i + 5])
    before = [t.form for t in tokens[max(0, i - 3) : i]]
    if tokens[i].tag == "VCN" and "만" in before[-2:]:
        return True  # `때문만은 아니다`
    return not {"밖에", "뿐", "뿐만"}.isdisjoint(before) or (tokens[i].form == "없" and "상관" in before)
