"""Guards against words that are no answer: lists of keywords, shuffled words, copied questions, orders to the grader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from grader.answers import english
from grader.answers.clauses import Stretch
from grader.answers.reading import Page
from grader.answers.tokens import Token
from grader.model import Assignment, Item, Text

_ORDERS = re.compile(
    r"(?:만점|점수|정답|합격|통과|가산점).{0,25}(?:주세요|주십시오|달라|바랍니다|처리|부탁|줘|주시|부여|인정|매겨|채점|기록|출력)"
    r"|채점\s?(?:자|기|프로그램|시스템|봇|ai|모델).{0,30}(?:무시|만점|정답|통과|처리|해라|하라|주세요|하시오|바랍니다)"
    r"|(?:이전|위의|앞의|모든|기존).{0,12}(?:지시|명령|규칙|루브릭|기준|프롬프트).{0,12}무시"
    r"|(?:ignore|disregard|forget).{0,30}(?:instructions?|rubric|rules|prompt|criteria|above|previous)"
    r"|\b(?:full|maximum|perfect|all the)\s(?:marks?|points?|scores?|credit)\b"
    r"|\b(?:award|give|grant|assign|deserve)s?\b.{0,30}(?<!data )(?<!training )(?<!sample )(?<!input )"
    r"\b(?:marks?|points?|scores?|credit|grade)\b"
    r"|\b(?:dear|attention|note to|hey|hello|hi)\s(?:the\s)?(?:grader|ta|marker|autograder|grading)"
    r"|\b(?:grader|autograder|grading (?:system|model|script|bot|ai))\b.{0,40}(?:must|should|please|mark|award|pass|accept)"
    r"|\bmark (?:this|the|it|as)\b.{0,30}(?:correct|right|full|pass)|system\s*(?:prompt|message|:)",
    re.IGNORECASE | re.DOTALL,
)
_MIN_TOKENS = 6
_COPIED = 88.0  # per cent of a sentence's letters that the question has in the same order
_LIST_DENSITY = 0.62  # of an answer's content that is terms of the rubric, with hardly any grammar
_WEAVE_KO = 0.22  # particles and endings to all tokens, of Korean prose at least
_WEAVE_EN = 0.18


class Flag(NamedTuple):
    """Why a person should look, whatever the words seem to earn."""

    name: str
    told: Text


def raised(page: Page, found: Sequence[Stretch], assignment: Assignment, item: Item) -> list[Flag]:
    """The guards that an answer raises, each once."""
    flags = [*_hidden(page), *_orders(page), *_copied(found, page, item), *_woven(found), *_ordered(found)]
    return list({flag.name: flag for flag in flags}.values())


def _hidden(page: Page) -> Iterator[Flag]:
    if page.hidden:
        yield Flag("hidden", _say("보이지 않는 글이 있습니다: {0}", "there is text that is not shown: {0}", page.hidden[0]))


def _orders(page: Page) -> Iterator[Flag]:
    if found := _ORDERS.search(page.text):
        said = " ".join(found[0].split())[:60]
        yield Flag("orders", _say("채점자에게 하는 말이 있습니다: {0}", "it speaks to the grader: {0}", said))


def _copied(found: Sequence[Stretch], page: Page, item: Item) -> Iterator[Flag]:
    """Nothing but the question's own words."""
    questions = [item.title.ko.casefold(), item.title.en.casefold()]
    sentences = {(s.sentence.start, s.sentence.end) for s in found}
    texts = [page.text[start:end].strip() for start, end in sorted(sentences)]
    if texts and all(any(fuzz.partial_ratio(text, q) >= _COPIED for q in questions) for text in texts):
        yield Flag("copied", _say("문제를 옮겨 적은 것으로 보입니다.", "it restates the question"))


def _woven(found: Sequence[Stretch]) -> Iterator[Flag]:
    """Terms without the grammar that makes sentences of them. A short note is none: it says one thing or two."""
    tokens = [t for s in found for t in s.tokens[s.start : s.end]]
    content = [t for t in tokens if _is_word(t)]
    if len(content) < _MIN_TOKENS:
        return
    in_terms = {
        (id(s.sentence), i)
        for s in found
        for m in s.mentions
        for i in range(m.first, m.last + 1)
        if _is_word(s.tokens[i])
    }
    verbs = [t for t in tokens if t.kind == "verb" or t.form == "=" or t.tag in ("XSV", "XSA", "EF", "EC", "ETN", "VCP")]
    grammar = [t for t in tokens if t.kind in ("particle", "ending", "function", "light", "negation") and t.tag != "SP"]
    share = len(grammar) / max(1, len([t for t in tokens if t.tag != "SP" and not _is_formula(t)]))
    korean = any(t.tag not in ("EN", "SN", "SW", "SP") for t in tokens)
    dense = len(in_terms) / len(content) >= _LIST_DENSITY
    if dense and share < (_WEAVE_KO if korean else _WEAVE_EN) and len(verbs) <= 1:
        yield Flag("list", _say("문장이 아니라 낱말을 늘어놓은 것으로 보입니다.", "it lists words rather than say something"))


def _is_word(token: Token) -> bool:
    """Whether it carries content; the letters of a formula do not."""
    return token.kind in ("noun", "verb") and not _is_formula(token)


def _is_formula(token: Token) -> bool:
    return token.kind in ("sign", "number") or (token.kind == "noun" and token.tag == "EN" and len(token.surface) == 1)


def _ordered(found: Sequence[Stretch]) -> Iterator[Flag]:
    """Words in an order in which nobody writes."""
    seen = {id(s.sentence): s.sentence.tokens for s in found}
    slips = places = 0
    for tokens in seen.values():
        here, of = _slips_of_order(tokens)
        slips, places = slips + here, places + of
    if places >= _MIN_TOKENS and slips >= 2 and slips / places >= 0.12:
        yield Flag("order", _say("낱말의 차례가 뒤섞인 것으로 보입니다.", "its words are in no order"))


def _slips_of_order(tokens: tuple[Token, ...]) -> tuple[int, int]:
    """Neighbours that grammar does not allow, and how many neighbours were looked at."""
    slips = places = 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.tag == "EN":
            slip = _slip_en(token, following)
        else:
            slip = _slip_ko(token, following)
        if slip is not None:
            slips, places = slips + slip, places + 1
    return slips, places


def _slip_en(token: Token, following: Token | None) -> bool | None:
    word = token.surface
    after = following.surface if following is not None and following.tag == "EN" else ""
    ends = following is None or following.tag == "SP"
    if word in english.DETERMINERS and word not in ("this", "that", "these", "those", "each"):
        return ends or after in english.PREPOSITIONS or after in english.AUXILIARIES or after in ("and", "or", "but", "which", "that", "the", "a", "an")
    if word in english.PREPOSITIONS and word not in ("in", "on", "to", "by", "over", "with", "for"):
        return ends or after in english.AUXILIARIES or after in ("and", "or", "but", "of", "because")
    if word in ("is", "are", "was", "were"):
        return after in english.AUXILIARIES - {"been", "being"} or ends and following is None
    if word in ("and", "or", "because", "which", "but"):
        return ends and following is None or after in ("of", "and", "or")
    return None if not word else False


def _slip_ko(token: Token, following: Token | None) -> bool | None:
    tag = following.tag if following is not None else ""
    if token.tag == "EF":
        return bool(tag) and not tag.startswith(("S", "J", "E")) and tag != "EN"
    if token.tag == "ETM" or token.form == "의" and token.tag == "JKG":
        return following is None or tag.startswith(("J", "E", "SF"))
    if token.tag in ("JKO", "JKS"):
        return following is None
    if token.tag == "EC":
        return False
    return None if token.tag.startswith("S") else False


def _say(ko: str, en: str, value: str = "") -> Text:
    return Text(ko=ko.format(value), en=en.format(value))
