"""What denies the words after it: English negations and verbs, `안`, `못` and `덜` in Korean."""

from __future__ import annotations

from grader.answers.clauses import Stretch
from grader.answers.negations import (
    FARTHEST,
    JOINS,
    MOST_CONTENT,
    NEUTRAL,
    RARELY,
    is_kept_from,
    is_least,
    is_no_denial,
    outside_brackets,
    tells_absence,
)
from grader.answers.tokens import PLAIN, Token
from grader.answers.words import words

_STOPS_EN = words(", : / → that by")
_ARE = words("is are was were")
_THAT = words("that which what how where")
# Verbs that say what somebody has, needs, sees or keeps: not to do so denies it of the object.
_TAKES = words("""
    consid need requir exploit involv contain includ see look know understand respect comput calcul captur
    account employ possess learn rely depend offer provid produc show exhibit reus share perform evalu
    keep preserv retain maintain conserv hold save protect detect extract find recogn recognis identifi discov notic
    model encod repres leverag handl process treat combin connect relat weigh cover reach touch examin achiev
    get obtain gain receiv experienc face encount undergo enjoy support enabl care regard pass carri transmit propag
    select pick choos highlight emphas emphasis return output yield guarante ensur remain stay becom equal
    work deal cope run accept oper appli fit function toler withstand
""")
# Verbs after which somebody or something does what the claim says: not to do so denies that it is done.
_MAKES = words("make let allow permit caus lead get give bring render forc driv produc creat induc trigger help enabl")
_NOTIONS = words("idea notion clue sens concept way fact")
_PRONE = words("affect prone like suscept vulner subject expos")
_RATHER = (("rather", "than"), ("instead", "of"))


def before(stretch: Stretch, first: int, own: frozenset[int]) -> int:
    """How often a claim that begins with the token `first` is denied before it; `own`: tokens that are its words."""
    tokens = stretch.tokens
    content = 0
    another = False  # whether a verb came that has a subject of its own
    count = int(_is_denied_at_once(tokens, first))
    for i in outside_brackets(tokens, range(first - 1, max(stretch.start, first - FARTHEST) - 1, -1)):
        token = tokens[i]
        count += is_kept_from(tokens, i, own)
        rather = _is_rather(stretch, i, first)
        if rather or _stops(stretch, i):
            # `false that ...`, `ignores which ...`, `throws away which ...`
            return count + (rather or (token.form in _THAT and _is_kept_out(stretch, i)))
        if token.kind == "negation":
            count += _denies(stretch, i, first, own)
            if token.surface == "nor":  # what its `neither` denies is said before it
                break
        elif _turns(stretch, i):
            count += 1
        elif token.surface in _ARE:
            another = True
        elif token.kind == "noun" and (another or token.form not in NEUTRAL):
            content += 1
            of_its_own = another and tokens[i - 1].form not in _THAT
            if of_its_own or content > MOST_CONTENT:
                break
    return count


def _is_denied_at_once(tokens: tuple[Token, ...], first: int) -> bool:
    """`안 줄어든다`, `the least important features`."""
    korean = first > 0 and tokens[first - 1].form in ("안", "못", "덜") and tokens[first].kind in ("verb", "noun")
    return korean or is_least(tokens, first - 1)


def _stops(stretch: Stretch, i: int) -> bool:
    """Whether what stands before the token says nothing of what stands after it; not so `affected by`."""
    token = stretch.tokens[i]
    if token.surface == "by" and i and stretch.tokens[i - 1].form in _PRONE:
        return False
    if token.surface == "as" and any(t.kind == "negation" for t in stretch.tokens[max(0, i - 2) : i]):
        return False  # `not as expensive as`
    return token.tag not in PLAIN or token.form in JOINS or token.form in _STOPS_EN or _is_purpose(stretch, i)


def _turns(stretch: Stretch, i: int) -> bool:
    """Whether a word that is no negation denies what stands after it."""
    tokens = stretch.tokens
    if i in stretch.turning or tokens[i].surface in RARELY or _is_fewer(tokens, i):
        return not tells_absence(stretch, i)
    return False


def _is_fewer(tokens: tuple[Token, ...], i: int) -> bool:
    """`fewer problems with`, `less affected by`."""
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    return (
        tokens[i].surface in ("less", "fewer", "little")
        and following is not None
        and (following.form in NEUTRAL or following.form in _PRONE)
    )


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
        if token.kind not in ("light", "function") and token.form not in NEUTRAL and token.form not in _NOTIONS:
            return False
    return False


def _is_purpose(stretch: Stretch, i: int) -> bool:
    """`drops the maximum to remove noise`: what is done to that end is said of something else."""
    before = [t.surface for t in stretch.tokens[max(0, i - 3) : i]]
    is_to = stretch.tokens[i].surface == "to" and i + 1 in stretch.turning
    return is_to and not {"the", "a", "its", "their"}.isdisjoint(before)


def _denies(stretch: Stretch, i: int, first: int, own: frozenset[int]) -> bool:
    """Whether an English negation before a claim denies it, rather than tell of a subject's absence."""
    if tells_absence(stretch, i):
        return False
    return not is_no_denial(stretch.tokens, i) and _governs(stretch, i, first, own)


def _governs(stretch: Stretch, i: int, first: int, own: frozenset[int]) -> bool:
    """Whether an English negation denies the claim, and not a verb before it that is not the claim's."""
    for at in range(i + 1, first):
        token = stretch.tokens[at]
        if at in stretch.turning or token.form in NEUTRAL or token.form in _MAKES:
            return True
        if at in own or _is_of_object(stretch.tokens, at) or token.form in _TAKES:
            continue
        if token.kind in ("noun", "verb"):
            return stretch.tokens[i].surface in ("no", "without", "neither", "nor") and first - i <= 4
    return True
