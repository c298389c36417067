"""What part of speech a term's words are, so that sentences can be made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from grader.answers.korean import HANGUL
from grader.answers.lexicon import Lexicon
from grader.model import Term

Kind = Literal["noun", "verb", "adjective"]

_SAYABLE = re.compile(r"[a-z0-9][a-z0-9. -]*")
_NOUN_TAIL = re.compile(r"(?:[sti]on|ity|ance|ence|ment)$")
_VERB = re.compile(r"[가-힣]다$")
_ADJECTIVE_TAGS = frozenset(("VA", "XSA", "VCN"))
_TRANSITIVE = ("하다", "시키다", "이다", "리다", "히다", "막다", "키다", "꾸다", "잃다", "쓰다", "보다", "치다")
_INTRANSITIVE = ("되다", "지다", "어들다", "아지다", "수렴하다", "감소하다", "증가하다", "쓰이다", "움직이다")
_ADJECTIVES = re.compile(
    r"(?:small|low|high|less|few|fewer|many|more|flat|cheap|simple|fast|weak|tiny|large|big|same|equal|zero|near|close"
    r"|far|sparse|inactive|constant|expensive|costly|slow|short|deep|quick|light|hard|free|regardless|independent"
    r"|robust|great|greater|lower|higher|smaller|larger|cheaper|faster|simpler)\b.*"
    r"|[a-z]+(?:al|ive|ous|ant|ent|ful|less|able|ible|ed)|\d.*|[<>≈~→].*"
)


@dataclass(frozen=True)
class Part:
    """A term as it would be said; empty where the term has no word of the language. `takes`: an object."""

    ko: str
    en: str
    kind: Kind
    takes: bool


def part_of(term: Term, lexicon: Lexicon) -> Part:
    """The term's first word in each language; of a Korean noun that has a verb beside it, the verb."""
    return _part(term, lexicon)


@lru_cache(maxsize=2048)
def _part(term: Term, lexicon: Lexicon) -> Part:
    korean = [word for word in term.words if HANGUL.search(word)]
    english = [word for word in term.words if _SAYABLE.fullmatch(word)] or [w for w in term.words if w.isascii()]
    ko = korean[0] if korean else next((word for word in term.words if word[0].isdigit()), "")
    ko = next((word for word in korean if word in (f"{ko}하다", f"{ko}되다")), ko)
    en = english[0] if english else ""
    kind: Kind = "noun"
    if _VERB.search(ko):
        kind = "adjective" if _is_adjective(ko, lexicon) else "verb"
        en = next((word for word in english if not _NOUN_TAIL.search(word)), en)
    elif not korean and _ADJECTIVES.fullmatch(en):
        kind = "adjective"
    takes = kind == "verb" and ko.endswith(_TRANSITIVE) and not ko.endswith(_INTRANSITIVE)
    return Part(ko, en, kind, takes)


def in_english(part: Part) -> Part:
    """The English word may be an adjective where the Korean one is a verb, and a noun stays one."""
    if part.kind == "noun":
        return part
    acts = part.takes or (part.kind == "verb" and not _ADJECTIVES.fullmatch(part.en))
    return Part(part.ko, part.en, "verb" if acts else "adjective", part.takes)


def _is_adjective(word: str, lexicon: Lexicon) -> bool:
    if word.endswith(("되다", "지다")):
        return False
    tokens = next(iter(lexicon.sentences(word)), ())
    tags = [token.tag for token in tokens if token.tag in ("VV", "VA", "XSV", "XSA", "VCN", "VX")]
    return bool(tags) and tags[-1] in _ADJECTIVE_TAGS
