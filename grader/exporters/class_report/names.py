"""What people of a class are called -> patterns that find them in an answer, where that names somebody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.model import Identity

_PARTS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HANGUL = re.compile(r"[가-힣]+")
_PARTICLE = (
    "에게서|한테서|에게|한테|께서|께|은|는|이|가|을|를|의|와|과|도|만|랑|이랑|하고|처럼|보다|네|로|으로|아|야"
    "|입니다|이라고|라고|이라|이고|이며|이다|예요|이에요"
)
_HONORIFIC = "씨|님|학생|학우"
_BEFORE = r"(?<![^\W_])"  # no letter or digit
_AFTER = r"(?![^\W_])"
_ENDS = rf"(?=(?:{_HONORIFIC})?(?:{_PARTICLE}){{0,2}}{_AFTER})"
_CALLED = rf"(?=\s?(?:{_HONORIFIC})(?:{_PARTICLE}){{0,2}}{_AFTER})"
_AFTER_NAME = (
    "이가|이는|이를|이랑|이와|이의|이도|이한테|이에게|이네"  # of a name that ends in a consonant, of no other noun
)
_INTRODUCED = r"(?:저는|나는|제 이름은|이름은|친구|짝꿍|조원|팀원|학우|동기)\s+"
_CUE = r"(?i:name is|i am|i['’]m|classmate|partner|teammate|friend|thanks to|thank you,?|together with)\s+"
_CLAUSE_ENDS = r"(?=\s*(?:[.,;:!?)\n]|$|and\b|who\b|for\b))"
_EASILY_A_PARTICLE = "은는이가도의만로와과을를"
_LOGIN = 6  # letters from which a login without digits and signs is taken for one in any case


@dataclass(frozen=True)
class Name:
    """One way to name somebody. ``word``: what must be no everyday word, or ``pattern`` names nobody; "" for sure.

    ``letters``: as `letters_of` leaves them; neither pattern is found in a text without them. ``surely`` finds it where
    the words around it say that it is a name; its group is the name. ``rare``: what many say is no name.
    """

    word: str
    pattern: str
    letters: str
    surely: str = ""
    rare: bool = False


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def letters_of(text: str) -> str:
    """Letters and digits alone, in one case and without accents: a text that may hold a name holds its letters."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))  # which `re` takes for one in any case
    return "".join(sign for sign in plain if sign.isalnum())


def is_hangul(text: str) -> bool:
    return _HANGUL.fullmatch(text) is not None


def of_student(called: str, one: Identity) -> Iterator[Name]:
    """All that may name a student of the class to a reader: names in either order, given names, logins."""
    yield from of_name(composed(one.name) or composed(called))
    if composed(called) != composed(one.name):
        yield from (name for name in of_name(composed(called)) if not name.word or is_hangul(name.word))
    yield from logins(one)


def of_name(name: str) -> Iterator[Name]:
    """`name` as one writes it: `김서연`, `김 서연`, `Noor Haddad`, `Haddad, Noor`; numbers are passed over."""
    parts = _PARTS.findall(name)
    for whole in wholes_of(name):
        yield from _korean(whole)
    yield from _latin([part for part in parts if not is_hangul(part)])


def wholes_of(name: str) -> set[str]:
    """Korean names in it, without spaces, the family name first."""
    parts = [part for part in _PARTS.findall(name) if is_hangul(part)]
    whole = "".join(sorted(parts, key=len) if len(parts) == 2 else parts)
    long = {part for part in parts if len(part) >= 2}
    if len(parts) < 2 or len(whole) > 4 or len(parts) not in (2, len(whole)):
        return long
    return {whole} | (long if len(long) == len(parts) else set())  # `서연 김`, `김 서 연`; `남궁 하늘` may be two names


def _korean(whole: str) -> Iterator[Name]:
    if len(whole) >= 3:
        family = 2 if len(whole) >= 4 else 1
        word = whole[:-1] if whole[-1] in _EASILY_A_PARTICLE else whole  # 이상은: somebody, or 이상 and its particle
        pattern = rf"{_BEFORE}{whole[:family]}\s?{whole[family:]}"
        yield Name(word, pattern, letters_of(whole), _surely(whole))
    short = whole if len(whole) == 2 else whole[-2:]
    pattern = f"{_BEFORE}{short}(?:{_ENDS}|(?={_AFTER_NAME}))"
    yield Name(short, pattern, letters_of(short), _surely(short), rare=True)


def _surely(word: str) -> str:
    closed = (ord(word[-1]) - 0xAC00) % 28 > 0
    ends = f"{_CALLED}|(?=(?:{_AFTER_NAME}){_AFTER})" if closed else _CALLED
    return f"(?:{_INTRODUCED})({word}){_ENDS}|{_BEFORE}({word})(?:{ends})"


def _latin(parts: Sequence[str]) -> Iterator[Name]:
    """Whole names in either order in any case, parts of three letters or more with a capital."""
    if len(parts) > 1:
        orders = (parts, [parts[-1], *parts[:-1]], [parts[0], parts[-1]], [parts[-1], parts[0]], [*parts[1:], parts[0]])
        for order in orders:
            pattern = rf"{_BEFORE}(?i:{',?[ ]+'.join(map(_spelt, order))}){_AFTER}"
            yield Name("", pattern, letters_of("".join(order)))
    for part in parts:
        if len(part) >= (3 if part.lower() != part.upper() else 2):
            capital = {part[:1].upper() + part[1:], part.upper(), part.capitalize(), part.title()}
            any_of = "|".join(sorted(map(_spelt, capital)))
            surely = rf"{_BEFORE}{_CUE}({any_of}){_CLAUSE_ENDS}"
            yield Name(part.casefold(), f"{_BEFORE}(?:{any_of}){_AFTER}", letters_of(part), surely, rare=True)


def _spelt(part: str) -> str:
    """With or without its hyphen."""
    return re.escape(part).replace(r"\-", r"[-\s]?")


def logins(one: Identity) -> Iterator[Name]:
    """Logins, what stands before the @ of an address, and student numbers with letters, as whole words."""
    for text in {composed(one.login), composed(one.email).partition("@")[0], composed(one.number)}:
        plain = text.isalpha()
        if not text.isdigit() and len(text) >= (_LOGIN if plain else 3):
            word = text.casefold() if plain else ""
            yield Name(word, rf"{_BEFORE}(?i:{re.escape(text)}){_AFTER}", letters_of(text), rare=plain)


def joined(names: Iterable[Name]) -> list[Name]:
    """Each once, the longest first."""
    return sorted(set(names), key=lambda name: (-len(name.pattern), name.pattern))
