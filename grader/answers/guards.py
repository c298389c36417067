"""Guards against words that are no answer: lists of keywords, shuffled words, copied questions, orders to the grader.

A guard takes no points away; it makes a person look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rapidfuzz import fuzz

from grader.answers.bare import is_bare
from grader.answers.clauses import Stretch
from grader.answers.framing import cue
from grader.answers.korean import Analyser
from grader.answers.order import is_shuffled
from grader.answers.reading import MAX_CHARACTERS, Page
from grader.answers.roles import Subject
from grader.answers.sentences import Sentence
from grader.answers.tokens import PLAIN, Kind, Token
from grader.answers.words import words
from grader.model import Item, Text

_ORDERS = re.compile(
    r"(?:만점|점수|정답|합격|통과|가산점).{0,25}"
    r"(?:주세요|주십시오|달라|바랍니다|처리|부탁|줘|주시|부여|인정|매겨|채점|기록|출력)"
    r"|채점\s?(?:자|기|프로그램|시스템|봇|ai|모델).{0,30}"
    r"(?:무시|만점|정답|통과|처리|해라|하라|주세요|하시오|바랍니다)"
    r"|(?:이전|위의|앞의|모든|기존).{0,12}(?:지시|명령|규칙|루브릭|기준|프롬프트).{0,12}무시"
    r"|(?:ignore|disregard|forget).{0,30}(?:instructions?|rubric|rules|prompt|criteria|above|previous)"
    r"|\b(?:full|maximum|perfect|all the)\s(?:marks?|points?|scores?|credit)\b"
    r"|\b(?:award|give|grant|assign|deserve)s?\b.{0,30}(?<!data )(?<!training )(?<!sample )(?<!input )"
    r"\b(?:marks?|points?|scores?|credit|grade)\b"
    r"|\b(?:dear|attention|note to|hey|hello|hi)\s(?:the\s)?(?:grader|ta|marker|autograder|grading)"
    r"|\b(?:grader|autograder|grading (?:system|model|script|bot|ai))\b.{0,40}"
    r"(?:must|should|please|mark|award|pass|accept)"
    r"|\b(?:score|rate|treat|count|consider)\s(?:it|this|me|my)\b.{0,40}(?:100|full|correct|equivalent|perfect|reference)"
    r"|\bmark (?:this|the|it|as)\b.{0,30}(?:correct|right|full|pass)|system\s*(?:prompt|message|:)",
    re.IGNORECASE | re.DOTALL,
)
_MORE = "적|많|늘|줄|빠르|느리|좋|나쁘"  # as `적거나 많다` says nothing
_HEDGES = re.compile(
    r"수도(?: 있고)?.{0,40}수도 (?:있|모)|[는은]지.{0,20}[는은]지.{0,12}(?:확실|분명|모르|알 수)"
    r"|(?:적|많|크|작)든.{0,8}(?:적|많|크|작)든|(?:이?거나|든지?)\s?(?:아니거나|아니든|반대)"
    rf"|(?:{_MORE})\S{{0,3}}거나\s\S{{0,8}}(?:적|많|늘|줄|빠르|느리|나쁘)"
    r"|\b(?:may|might|can|could)\b[^.]{0,60}\bor\b[^.]{0,20}"
    r"(?:may not|might not|not|decrease|lost|lose|increase|slower|opposite)"
    r"|\b(?:may|might)\b[^.]{0,60}\bor (?:more|fewer|less|larger|smaller|bigger|lower|higher)\b"
    r"|\bwhether\b[^.]{0,60}\bor not\b|\b(?:unclear|not clear|uncertain|not certain) (?:whether|if)\b"
    r"|in some cases[^.]{0,80}in others|either way|both (?:larger|smaller|faster|slower|more|less|yes) and"
    r"|or (?:maybe|perhaps) (?:not|the)",
)
_SEPARATORS = words(", 와 과 및 and 나 이나 / ·")
# Words of sentences that only say what an answer is about: `A, B and C are the relevant concepts`.
_EMPTY_WORDS = words("""
    설명 관련 관점 논의 언급 측면 주제 키워드 개념 등장 배우 고려 따지 종합 선행
    related relat topic concern discuss mention involv explain matter term concept keyword aspect relev role
    consid regard account
""")
_EMPTY_SAYING = re.compile(
    r"(?:이|가|은|는)\s?(?:중요|핵심)(?:\s?\S{1,3}){0,2}$|\bimportant (?:here|are|is)\b"
    r"|\b(?:are|is) (?:important|key)\b"
)
_MOST_NAMED = 2  # terms in a row that a sentence may name and say nothing of
_MANY_PARTS, _BARE = 5, 0.7  # parts between commas that are bare terms, and their share
_FEWEST_WORDS = 6  # of content that an answer has which may be a list
_COPIED = 88.0  # per cent of a sentence's letters that the question has in the same order
_LONGER = 1.3  # times the question that a sentence may be which restates it
_LIST_DENSITY = 0.62  # of an answer's content that is terms of the rubric, with hardly any grammar
# Of Korean and of English prose at least so much of all tokens is grammar.
_WEAVE_KO = 0.22
_WEAVE_EN = 0.18
_GRAMMAR: frozenset[Kind] = frozenset(("particle", "ending", "function", "light", "negation"))
_SAYS: frozenset[Kind] = frozenset(("noun", "verb", "ending", "light", "negation"))
_VERBAL = words("XSV XSA EF EC ETN VCP")  # tags of what makes a verb of a noun, or ends one


class Flag(NamedTuple):
    """Why a person should look, whatever the words seem to earn."""

    name: str
    told: Text


_LIST = Flag(
    "list",
    Text(ko="문장이 아니라 낱말을 늘어놓은 것으로 보입니다.", en="it lists words rather than say something"),
)
REVERSED = Flag(
    "reversed",
    Text(ko="물은 것이 아닌 쪽을 쓰는 이유로 보입니다.", en="it gives reasons for another than was asked of"),
)


def raised(
    page: Page,
    found: Sequence[Stretch],
    item: Item,
    analyser: Analyser | None,
    own: frozenset[str],
    others: frozenset[str],
) -> list[Flag]:
    """The guards that an answer raises, each at most once. The analyser is needed for Korean only.

    `own`, `others`: terms of whom this item, and only the rubric's other items, ask for something.
    """
    return [
        *_truncated(page),
        *_hidden(page),
        *_orders(page),
        *_copied(found, page, item),
        *(list(_unwoven(found)) or list(_counted_up(found)) or _one_by_one(found)),
        *_of_another(found, own, others),
        *_listed(found),
        *_ordered(page, analyser),
        *_hedged(page),
        *_framed(page),
    ]


def _truncated(page: Page) -> Iterator[Flag]:
    if page.truncated:
        yield Flag(
            "truncated",
            _say(
                "너무 길어 앞의 {0}자만 읽었습니다.",
                "too long: only its first {0} characters were read",
                MAX_CHARACTERS,
            ),
        )


def _hidden(page: Page) -> Iterator[Flag]:
    if page.hidden:
        yield Flag(
            "hidden", _say("보이지 않는 글이 있습니다: {0}", "there is text that is not shown: {0}", page.hidden[0])
        )


def _orders(page: Page) -> Iterator[Flag]:
    if found := _ORDERS.search(page.text):
        said = " ".join(found[0].split())[:60]
        yield Flag("orders", _say("채점자에게 하는 말이 있습니다: {0}", "it speaks to the grader: {0}", said))


def _copied(found: Sequence[Stretch], page: Page, item: Item) -> Iterator[Flag]:
    """Nothing but the question's own words."""
    questions = [item.title.ko.casefold(), item.title.en.casefold()]
    sentences = {(s.sentence.start, s.sentence.end) for s in found}
    texts = [page.text[start:end].strip() for start, end in sorted(sentences)]
    if texts and all(any(_is_of(text, question) for question in questions) for text in texts):
        yield Flag("copied", _say("문제를 옮겨 적은 것으로 보입니다.", "it restates the question"))


def _is_of(text: str, question: str) -> bool:
    """Whether a sentence is hardly more than a part of the question; an answer may well name what was asked."""
    return len(text) <= _LONGER * len(question) and fuzz.partial_ratio(text, question) >= _COPIED


def _unwoven(found: Sequence[Stretch]) -> Iterator[Flag]:
    """Terms without the grammar that makes sentences of them. A short note is none: it says one thing or two."""
    tokens = [t for s in found for t in s.tokens[s.start : s.end]]
    content = sum(map(_is_word, tokens))
    if content < _FEWEST_WORDS or sum(map(_makes_sentences, tokens)) > 1 or _has_labels(found):
        return
    named = sum(_is_word(sentence.tokens[i]) for sentence, places in _named(found) for i in places)
    grammar = sum(t.kind in _GRAMMAR and t.tag != "SP" for t in tokens)
    prose = sum(t.tag != "SP" and not _is_formula(t) for t in tokens)
    weave = _WEAVE_EN if all(t.tag in PLAIN for t in tokens) else _WEAVE_KO
    if named / content >= _LIST_DENSITY and grammar / max(1, prose) < weave:
        yield _LIST


def _counted_up(found: Sequence[Stretch]) -> Iterator[Flag]:
    """Most of what stands between commas is the bare name of a term."""
    bare = parts = 0
    for sentence, named in _named(found):
        for part in _between_commas(sentence.tokens):
            content = [i for i in part if _is_word(sentence.tokens[i])]
            parts += bool(content)
            grammar = any(_is_grammar(sentence.tokens[i]) for i in part)
            bare += bool(content) and not grammar and all(i in named for i in content)
    if bare >= _MANY_PARTS and bare >= _BARE * parts and not _has_labels(found):
        yield _LIST


def _is_grammar(token: Token) -> bool:
    """Whether it makes more of a word than `유지하다`, which names something as `유지` does."""
    return token.kind in ("particle", "light", "function") and token.tag not in ("XSV", "XSA")


def _one_by_one(found: Sequence[Stretch]) -> Iterator[Flag]:
    if is_bare(found):
        yield _LIST


def _of_another(found: Sequence[Stretch], own: frozenset[str], others: frozenset[str]) -> Iterator[Flag]:
    """It names those of whom another item asks, and none of this item's: an answer in the wrong place."""
    named = {mention.term for stretch in found for mention in stretch.mentions}
    if own and named.isdisjoint(own) and not named.isdisjoint(others):
        yield Flag("elsewhere", _say("다른 문항의 답으로 보입니다.", "it seems to answer another item"))


def _between_commas(tokens: tuple[Token, ...]) -> Iterator[list[int]]:
    part: list[int] = []
    for i, token in enumerate(tokens):
        if token.form in (",", "/", "·"):
            yield part
            part = []
        elif token.tag != "SP":
            part.append(i)
    yield part


def _has_labels(found: Sequence[Stretch]) -> bool:
    """`패딩: ...`, `풀링: ...`: notes that say of whom each list is."""
    labels = {s.term for stretch in found for s in stretch.subjects if _is_label(stretch, s)}
    return len(labels) > 1


def _is_label(stretch: Stretch, subject: Subject) -> bool:
    return any(t.form in (":", "-", "–") for t in stretch.tokens[subject.last + 1 : subject.last + 3])


def _named(found: Sequence[Stretch]) -> Iterator[tuple[Sentence, set[int]]]:
    """The sentences, each with its tokens that are words of terms."""
    for _, stretches in groupby(found, key=lambda stretch: stretch.number):
        listed = list(stretches)
        yield listed[0].sentence, {i for s in listed for m in s.mentions for i in range(m.first, m.last + 1)}


def _makes_sentences(token: Token) -> bool:
    return token.kind == "verb" or token.form == "=" or token.tag in _VERBAL


def _is_word(token: Token) -> bool:
    """Whether it carries content; the letters of a formula do not."""
    return token.kind in ("noun", "verb") and not _is_formula(token)


def _is_formula(token: Token) -> bool:
    return token.kind in ("sign", "number") or (token.kind == "noun" and token.tag == "EN" and len(token.surface) == 1)


def _listed(found: Sequence[Stretch]) -> Iterator[Flag]:
    """A sentence that only names terms one after the other (`A, B와 C의 관점에서`), of which nothing is said."""
    for sentence, named in _named(found):
        words_only = " ".join(token.surface for token in sentence.tokens)
        empty = any(t.form in _EMPTY_WORDS for t in sentence.tokens) or _EMPTY_SAYING.search(words_only)
        if empty and not sentence.question and _in_a_row(sentence.tokens, named) > _MOST_NAMED:
            yield Flag("enumeration", _say("용어를 늘어놓기만 한 문장이 있습니다.", "a sentence only names terms"))
            return


def _in_a_row(tokens: tuple[Token, ...], named: set[int]) -> int:
    """How many terms stand one after the other; after more than a few, whatever else is said counts for nothing."""
    count, inside = 0, False
    for i, token in enumerate(tokens):
        if i in named:
            count += not inside
            inside = True
        elif inside and token.kind == "noun" and tokens[i - 1].kind == "noun":
            continue  # `neighbouring` `pixels` is one name
        elif token.form in _SEPARATORS:
            inside = False
        elif token.kind in _SAYS and count <= _MOST_NAMED:
            count, inside = 0, True
    return count


def _hedged(page: Page) -> Iterator[Flag]:
    if found := _HEDGES.search(page.text):
        said = " ".join(found[0].split())[:60]
        yield Flag("hedged", _say("이쪽도 저쪽도 말합니다: {0}", "it says both one thing and the other: {0}", said))


def _framed(page: Page) -> Iterator[Flag]:
    if said := cue(page.text):
        told = _say(
            "한 말을 거두거나 남의 말로 옮기는 글이 있습니다: {0}",
            "something takes back or only reports what is said: {0}",
            said,
        )
        yield Flag("framed", told)


def _ordered(page: Page, analyser: Analyser | None) -> Iterator[Flag]:
    if is_shuffled(page.text, analyser):
        yield Flag("order", _say("낱말의 차례가 뒤섞인 것으로 보입니다.", "its words are in no order"))


def _say(ko: str, en: str, value: object = "") -> Text:
    return Text(ko=ko, en=en).filled(value)
