"""How an item's id may be written: `P3.1` as `p3-1`, `문제 3.(1)`, `3번 (1)`, `Question III-1`; and bare numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

_CIRCLED = re.compile("[\u2460-\u2473\u24ea-\u24ff\u2776-\u2793\u3251-\u325f\u32b1-\u32bf]")
_KEYCAP = re.compile("(\\d)\ufe0f?\u20e3")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_LETTERS = frozenset("pq")
_EXERCISES = frozenset(("ex", "exercise", "연습", "연습문제"))
_ASKED = ("문제", "문항", "question", "problem")  # before a number, in any course
_SEP = r"[\s.\-_·\u2010-\u2015]"
_NUMBERED = rf"(?:{_SEP}*(?:no\.?\s*|\#\s*)?)"
_MOST_ROMAN = 39
_ALONE = r"(?=\s*(?:$|[.:)\],/(\-]|문제|문항|과제|답|정답|풀이))"  # what may follow `2번`, which else may be a count
_REFERS_BEFORE = re.compile(
    r"(?:^|[\s(\[])(?:see|cf\.?|like|unlike|vs\.?|versus|than|as\s+in|same\s+as|(?:similar|compar\w{0,6})\s+(?:to|with)"
    r"|difference\s+(?:from|to|with)|앞의|위의|앞서|이전)\s*$",
    re.IGNORECASE,
)
_REFERS_AFTER = re.compile(
    r"번?(?:의\s*(?:답|결과|내용|모델))?\s*(?:(?:와|과|랑|이랑)는?\s*(?:같|달리|다르|다른|마찬가지|비교|비슷)"
    r"|(?:을|를)?\s*(?:참고|참조)|(?:에서|처럼|보다)(?![가-힣]))"
)
_REACH = 60  # characters before and after a name that can make it a mention
_BARE = re.compile(
    r"[\s*_`\[]*(?P<open>\(\s*)?(?P<first>\d{1,2}(?!\d)|[ivx]{1,6}(?![a-z]))(?P<counted>\s*번(?!째))?"
    rf"(?:{_SEP}{{0,3}}\(\s*(?P<round>\d{{1,2}}|[a-z])\s*\)|\s?[.\-_]\s?(?P<second>\d{{1,2}})(?!\d)"
    r"|(?P<letter>[a-z])(?![a-z]))?(?P<close>\s*\))?(?P<end>[\s*_`\]]*(?:[.:](?!\d)|$))?",
    re.IGNORECASE,
)
_ENDS = ("close", "counted", "round", "second")  # any of these shows that the number is no count, as `2 layers` is


def plain(text: str) -> str:
    """NFKC, with a circled number as `(3)`: bare it would melt into the digits beside it."""
    circled = _CIRCLED.sub(lambda sign: f"({unicodedata.numeric(sign[0]):g})", _KEYCAP.sub(r"(\1)", text))
    return unicodedata.normalize("NFKC", circled)


def parts(item_id: str) -> list[str]:
    """`P3.1` -> P, 3, 1."""
    return _PARTS.findall(unicodedata.normalize("NFKC", item_id)) or [item_id]


def number_path(item_id: str) -> tuple[str, ...]:
    """The id without the letters before its first number: `P3.1` -> 3, 1; `Ex-2` -> 2; `서술` -> nothing."""
    found = [part.casefold() for part in parts(item_id)]
    while found and not found[0].isdigit():
        found = found[1:]
    return tuple(found)


def patterns(item_ids: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """A pattern per id. A word such as `문제` stands for the letters of an id where no other id has its numbers."""
    ids = list(dict.fromkeys(item_ids))
    count = Counter(map(number_path, ids))
    return {item_id: _pattern(item_id, count[number_path(item_id)] == 1) for item_id in ids}


def is_name(text: str, item_id: str) -> bool:
    """Whether the whole text names the item, were it the only one."""
    return is_whole(text, _pattern(item_id, True))


def is_whole(text: str, written: re.Pattern[str]) -> bool:
    """Whether the whole text is a name."""
    return written.fullmatch(plain(text).strip()) is not None


def is_mention(text: str, start: int, end: int) -> bool:
    """Whether a name in a heading only refers to its item, as in `P2와 달리` or `see P2`."""
    before = _REFERS_BEFORE.search(text[max(0, start - _REACH) : start])
    return before is not None or _REFERS_AFTER.match(text[end : end + _REACH]) is not None


def bare_number(text: str) -> tuple[str, ...]:
    """The number that a heading begins with: `3.1 Why`, `3-(1)`, `III. CNN`, `③` -> its parts; nothing otherwise."""
    found = _BARE.match(text)
    if not found or (found["open"] and not found["close"]):
        return ()
    if found["end"] is None and not any(found[name] for name in _ENDS):
        return ()
    first = found["first"] if found["first"].isdigit() else str(_roman_number(found["first"]))
    rest = found["round"] or found["second"] or found["letter"]
    return (first, rest.casefold()) if rest else (first,)


@lru_cache(maxsize=256)
def _pattern(item_id: str, unique: bool) -> re.Pattern[str]:
    first, *others = parts(item_id)
    path = number_path(item_id)
    if not path:
        return _worded([first, *others])
    words = _words_before(first, unique) if first.casefold() not in path[:1] else sorted(_ASKED) if unique else []
    begins = [rf"(?<![^\W_])(?:{'|'.join(words)}){_NUMBERED}{_either(path[0])}"] if words else []
    if romans := [word for word in words if len(word) > 1 and path[0].isdigit()]:
        begins.append(rf"(?<![^\W_])(?:{'|'.join(romans)}){_SEP}+{_roman(path[0])}(?![a-z])")
    names = [f"(?:{'|'.join(begins)}){_after(path)}"] if begins else []
    names += _without_letters(path, own=first.casefold() == path[0])
    return re.compile("|".join(names), re.IGNORECASE)


def _worded(words: list[str]) -> re.Pattern[str]:
    """An id without numbers. One of a letter or two is a word of its own only where a heading begins with it."""
    written = rf"{_SEP}*".join(map(re.escape, words))
    if not (written.isascii() and len("".join(words)) <= 2):
        return re.compile(rf"(?<![^\W_]){written}(?![a-z\d])", re.IGNORECASE)
    return re.compile(
        rf"(?:^[\W_]*|(?<=[\s/&]))(?:(?:{'|'.join(_ASKED)})\s*)?{written}(?=\s*(?:$|[^\w\s]))", re.IGNORECASE
    )


def _words_before(first: str, unique: bool) -> list[str]:
    """What may stand before an id's numbers in place of its letters, longest first."""
    own = first.casefold()
    words = {re.escape(own)}
    if unique:
        words.update(_ASKED)
        words.update(_LETTERS if own in (*_LETTERS, *_ASKED) else ())
        words.update(map(re.escape, _EXERCISES) if own in _EXERCISES else ())
    return sorted(words, key=len, reverse=True)


def _either(number: str) -> str:
    return rf"(?:{number}|\(\s*{number}\s*\))"


def _after(path: tuple[str, ...]) -> str:
    """The numbers after the first, and that the name ends there: `P3.1` is in neither `P31` nor `P3.12`."""
    written = ""
    for before, part in pairwise(path):
        if not part.isdigit():
            written += rf"(?:[.\-_]?{part}|(?:\s*번)?{_SEP}*\(\s*{part}\s*\)|{_SEP}{{1,2}}{part}(?=\s*(?:$|[).:])))"
        elif before.isdigit():
            written += rf"(?:\s*번)?(?:{_SEP}+{part}|{_SEP}*\(\s*{part}\s*\))"
        else:
            written += rf"{_SEP}*{_either(part)}"
    return written + (r"(?!\d|[.\-_]\d)" if path[-1].isdigit() else r"(?![a-z\d])")


def _without_letters(path: tuple[str, ...], own: bool) -> list[str]:
    """`2번`, `3번 (1)`, `3-1번`; the number itself where the id is no more than that (`own`)."""
    first, *others = path
    begins = rf"(?<![\w.\-(]){_either(first)}"
    digits = all(map(str.isdigit, path))
    found = [rf"{begins}{_after(path)}"] if own and not digits else []
    if not others:
        found.append(rf"{begins}\s*번(?!째){_ALONE}")
    elif digits and len(others) == 1:
        found.append(rf"{begins}\s*번{_SEP}*(?:\(\s*{others[0]}\s*\)|{others[0]}(?=\s*(?:번|$|[.):])))")
        found.append(rf"{begins}[.\-_]{others[0]}\s*번(?!째)")
    if own and digits:  # a heading `1. Data` may count something else
        found.append(rf"^[\W_]*{r'[.-]'.join(path)}[\W_]*$")
    return found


def _roman(number: str) -> str:
    """A number in Roman figures, or nothing that matches where nobody would write it so."""
    value = int(number)
    if not 1 <= value <= _MOST_ROMAN:
        return r"(?!)"
    ones = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    return "x" * (value // 10) + ones[value % 10]


@lru_cache(maxsize=1)
def _romans() -> Mapping[str, int]:
    return {_roman(str(value)): value for value in range(1, _MOST_ROMAN + 1)}


def _roman_number(written: str) -> int:
    return _romans().get(written.casefold(), 0)
