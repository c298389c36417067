"""Keywords each made a sentence: `포화다. 소실이다.`, `Sigmoid is saturation. Gradient is vanishing.`

Such a sentence has two or three words and says no more of them than that they are, are there or matter. One is a
short answer; several in a row, with no word that joins them, are a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from grader.answers.clauses import Stretch
from grader.answers.sentences import Sentence
from grader.answers.tokens import Token
from grader.answers.words import words

_MANY = 3  # in a row
_MOST_WORDS = 3  # of content in such a sentence
_BE = words("be is are was were been there exist occur happen appear matter import relev")
_IS_THERE = words("있 존재 중요 중요하 필요 발생 생기 나타나 일어나")
_JOINS = words("""
    그래서 따라서 그러므로 때문 반면 하지만 그러나 또한 또 왜냐하면 즉
    so thus therefor henc becaus but while wherea also than unlik
""")


def is_bare(found: Sequence[Stretch]) -> bool:
    """Whether most of an answer is such sentences, several in a row."""
    listed = [next(stretches).sentence for _, stretches in groupby(found, key=lambda stretch: stretch.number)]
    bare = [_is_bare(sentence) for sentence in listed]
    longest = max((len(list(run)) for is_so, run in groupby(bare) if is_so), default=0)
    return longest >= _MANY and 2 * sum(bare) > len(bare)


def _is_bare(sentence: Sentence) -> bool:
    tokens = [t for t in sentence.tokens if t.tag != "SP"]
    content = sum(t.kind in ("noun", "number") and t.form not in _IS_THERE and t.form not in _BE for t in tokens)
    return 0 < content <= _MOST_WORDS and _only_is(tokens) and not any(_says_more(t) for t in tokens)


def _only_is(tokens: Sequence[Token]) -> bool:
    """Whether the sentence ends in `이다` or `있다`, or is English and says `is`."""
    if any(t.tag == "VCP" or t.form in _IS_THERE for t in tokens[-4:]):
        return True
    return all(t.tag in ("EN", "SN") for t in tokens) and sum(t.form in _BE for t in tokens) > 0


def _says_more(token: Token) -> bool:
    """A verb of its own, a clause that goes on, a denial, a sign, or a word that joins sentences."""
    if token.form in _JOINS or token.kind in ("negation", "sign") or token.tag in ("EC", "ETM", "JKB"):
        return True
    if token.kind == "verb":
        return token.form not in _IS_THERE
    return token.kind == "light" and token.tag == "EN" and token.form not in _BE
