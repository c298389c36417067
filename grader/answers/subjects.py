"""Of whom a claim is said: one of the subjects that its stretch names, or one carried from before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from grader.answers.clauses import Stretch
from grader.answers.roles import USES, Subject
from grader.answers.tokens import PLAIN, Token
from grader.answers.words import words
from grader.model import Claim

BOTH = ""  # stands for subjects that are spoken of together
_JOINING = words("와 과 and , / 나 이나")
_BREAKS = words(", → and but so that which")
_TWO, _ALL = words("둘 두 양쪽"), words("다 모두 전부")
_WANTING = words("위하 려면 으려면 려고 으려고")  # endings of what is wanted
_CAUSES, _ABLE = words("때문 덕분"), words("수")
_GIVEN = words("면 으면 때문 덕분")
_CONDITIONAL = words("면 으면 지 게 어 아 어도 아도 더라도 ᆯ수록 을수록")
_LONGEST_DESCRIPTION = 7  # tokens of grammar and verbs: `을 고려하지 않는`
_NEAR = 6  # tokens after a subject that may make a condition of it


class Holder(NamedTuple):
    """Who is meant.

    `term`: None where nobody is named, or only given a reason (`패딩을 쓰는 이유`): what follows may be what it mends.
    `absent`: it is said of the subject's absence. `plain`: it is named here. `owns`: `A의 기울기`.
    """

    term: str | None
    absent: bool = False
    plain: bool = True
    owns: bool = False


def holder(claim: Claim, stretch: Stretch, first: int, last: int) -> Holder:
    """Of whom the claim is said whose words are among the tokens [first, last]."""
    asked = {*claim.of, *claim.unlike, *claim.not_of, *claim.apart_from}
    named = [s for s in stretch.subjects if s.term in asked and not (first <= s.first <= last and s.role == "object")]
    direct = [s for s in named if s.role != "compared"]
    if attached := _attached(claim, stretch, named, first, last):
        return attached
    before = [s for s in direct if s.role == "topic" and s.first <= first]
    joined = len(before) > 1 and _are_joined(stretch, *before[-2:]) and not _agree(claim, before[-2:])
    if joined or _is_of_both(claim, stretch, before, first):
        return Holder(BOTH)
    if chosen := _chosen(stretch, direct, before, first, last):
        mended = chosen.reason and not (_is_wanted(stretch, last) or _is_set_against(stretch, chosen, first))
        return Holder(None) if mended else Holder(chosen.term, chosen.absent)
    if compared := [s for s in named if s.role == "compared"]:
        other = _other(claim, compared[0].term)
        return Holder(other, plain=bool(other))
    for term, reason in stretch.carried:
        if term in asked:
            return Holder(None if reason else term, plain=False)
    return Holder(None, plain=False)


def _attached(claim: Claim, stretch: Stretch, named: Sequence[Subject], first: int, last: int) -> Holder | None:
    """A subject that the claim's words belong to by grammar."""
    mended = not stretch.turning.isdisjoint(range(last + 1, min(stretch.end, last + 8)))
    if not mended and (given := _given(claim, stretch, named, first)):
        return Holder(given.term)
    for subject in named:
        if _owns(stretch, subject, first):
            if another := _undergoes(stretch, named, last):
                return Holder(another.term, another.absent)
            return Holder(subject.term, subject.absent, owns=True)
    for subject in named:
        if _is_wanted_of(stretch, subject, last):
            return Holder(subject.term, subject.absent)
    for subject in named:
        if _is_described(stretch, subject, last):
            return Holder(subject.term, subject.absent)
    return None


def _is_of_both(claim: Claim, stretch: Stretch, topics: Sequence[Subject], first: int) -> bool:
    """`둘 다`, `두 함수 모두`, unless the claim is as true of each that is meant."""
    tokens = stretch.tokens[stretch.start : first]
    if not any(t.form in _TWO and _ALL & {u.form for u in tokens[i + 1 : i + 4]} for i, t in enumerate(tokens)):
        return False
    asked = {*claim.of, *claim.unlike, *claim.not_of}
    meant = {s.term for s in topics} or {term for term, _ in stretch.carried if term in asked}
    return not meant or not (meant <= set(claim.of) or meant <= {*claim.unlike, *claim.not_of})


def _undergoes(stretch: Stretch, named: Sequence[Subject], last: int) -> Subject | None:
    """`A의 기울기 소실 문제를 B는 겪지 않는다`: it is B who does not."""
    for subject in named:
        between = stretch.tokens[last + 1 : subject.first]
        if subject.role == "topic" and 0 < len(between) <= 3 and between[-1].tag == "JKO":
            return subject
    return None


def _given(claim: Claim, stretch: Stretch, named: Sequence[Subject], first: int) -> Subject | None:
    """`패딩을 하면 합성곱 후 크기가 줄어든다`: with what it is wrong of, it is said of that, whoever does it."""
    for subject in named:
        asked = (*claim.not_of, *claim.of) if subject is named[0] else claim.not_of
        if subject.term in asked and subject.role == "topic" and not subject.absent and subject.last < first:
            between = stretch.tokens[subject.last + 1 : first]
            ended = any(t.tag == "EC" and t.form not in _CONDITIONAL for t in between)
            if not ended and _is_condition(between[:_NEAR]):
                return subject
    return None


def _is_condition(after: Sequence[Token]) -> bool:
    """`X를 하면`, `X가 있으면`, `X 때문에`: of the tokens after X."""
    for token in after:
        if token.form in _GIVEN:
            return True
        if token.kind == "negation" or (token.kind in ("noun", "verb") and token.form not in USES):
            return False
    return False


def _is_wanted(stretch: Stretch, last: int) -> bool:
    """`X를 쓰는 이유는 크기를 유지하기 위해서이다`, `유지할 수 있기 때문이다`, `이유: 크기 유지`: X does it.

    A bare `때문` may tell what X is to mend.
    """
    able = naming = False
    for i in range(last + 1, min(stretch.end, last + 16)):
        token = stretch.tokens[i]
        if token.tag == "VCN":
            return True  # `적어서가 아니다`
        if token.tag == "EN":
            return False
        if token.kind == "negation" or _ends_here(stretch, i):
            break
        if token.form in _WANTING:
            return True
        if token.form in _CAUSES:
            return able or any(t.tag == "VCN" for t in stretch.tokens[i + 1 : i + 4])
        able = able or token.form in _ABLE
        naming = naming or token.kind == "verb" or token.tag in ("JKS", "JX", "JKO")
    return not naming and stretch.tokens[last].kind == "noun" and any(t.tag not in PLAIN for t in stretch.tokens)


def _is_set_against(stretch: Stretch, subject: Subject, first: int) -> bool:
    """`X를 쓰는 이유는 Y보다 간단하기 때문이다`: X is."""
    others = [s for s in stretch.subjects if s.role == "compared" and subject.last < s.first <= first]
    return any(t.form == "보다" for s in others for t in stretch.tokens[s.last + 1 : s.last + 4])


def _ends_here(stretch: Stretch, i: int) -> bool:
    """Whether a clause ends with token i, and no particle takes it up again: `적어서가`."""
    token, following = stretch.tokens[i], stretch.tokens[i + 1 : i + 2]
    return token.tag == "EC" and token.form not in _WANTING and not any(t.tag.startswith("J") for t in following)


def _chosen(
    stretch: Stretch, direct: Sequence[Subject], topics: Sequence[Subject], first: int, last: int
) -> Subject | None:
    """Whose absence is told among the claim's words (`edges, which would otherwise be lost`), an owner among them, the
    topic before them, any before or among them, one soon after them."""
    owners = [s for s in direct if first <= s.first <= last and s.role == "owner"]
    before = [s for s in direct if s.first < first]
    inside = [s for s in direct if first <= s.first <= last]
    absent = [s for s in inside if s.absent]
    for choice in (absent, owners, topics, before, inside):
        if choice:
            return choice[-1]
    return next((s for s in direct if s.first > last and not _is_broken(stretch, last + 1, s.first)), None)


def _owns(stretch: Stretch, subject: Subject, first: int) -> bool:
    """`시그모이드의 (단점인) 기울기 소실`, `시그모이드에서 나타나는 기울기 소실`: whose it is stands before it."""
    if subject.last >= first:
        return False
    between = stretch.tokens[subject.last + 1 : first]
    if [t.form for t in between if t.form != ","] == ["whose"]:
        return True
    if subject.role == "place":
        return len(between) <= 6 and stretch.tokens[first - 1].tag == "ETM"
    if subject.role == "compared":
        return bool(between) and between[0].form == "의" and len(between) <= 2  # `A의 지수 함수보다`
    near = len(between) <= 3 or (len(between) <= 7 and not any(t.kind == "verb" for t in between))
    return subject.role == "owner" and near


def _is_described(stretch: Stretch, subject: Subject, last: int) -> bool:
    """`기울기 소실이 덜한 ReLU`: the words stand in a clause that describes the subject after it."""
    if not 0 < subject.first - last <= 10:
        return False
    before = stretch.tokens[last + 1 : subject.first]
    if not before:
        return stretch.tokens[last].tag == "ETM"  # `가중치가 적은`
    if before[-1].tag == "ETM":
        return len(before) <= _LONGEST_DESCRIPTION
    # `가중치가 적은 것은 합성곱이다`
    return [t.tag for t in before[-3:-1]] == ["ETM", "NNB"] and before[-1].form in ("은", "는", "이", "가")


def _is_wanted_of(stretch: Stretch, subject: Subject, last: int) -> bool:
    """`크기를 유지하려면 패딩이 필요하다`: what is wanted stands before what does it."""
    if subject.role == "compared" or not 0 < subject.first - last <= 7:
        return False
    between = stretch.tokens[last + 1 : subject.first]
    content = any(t.kind in ("noun", "verb", "negation") and t.form not in _WANTING for t in between)
    return not content and any(t.form in _WANTING for t in between)


def _is_broken(stretch: Stretch, start: int, end: int) -> bool:
    """Whether a clause ends between two places."""
    return any(t.tag in ("EC", "EF") or t.form in _BREAKS for t in stretch.tokens[start:end])


def _agree(claim: Claim, subjects: Sequence[Subject]) -> bool:
    """Whether a claim is as true of each of these."""
    terms = {subject.term for subject in subjects}
    return terms <= set(claim.of) or terms <= {*claim.unlike, *claim.not_of}


def _other(claim: Claim, term: str) -> str | None:
    """Whom a comparison with `term` is about."""
    others = (*claim.unlike, *claim.not_of)
    if term in claim.of:
        return others[0] if others else None
    return claim.of[0] if term in others and claim.of else None


def _are_joined(stretch: Stretch, a: Subject, b: Subject) -> bool:
    """`A와 B는`, `A and B`: nothing but a joining word between them."""
    between = stretch.tokens[a.last + 1 : b.first]
    return a.term != b.term and len(between) <= 2 and any(t.form in _JOINING for t in between)
