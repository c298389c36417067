"""A student's words without the student: names, numbers and addresses become circles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from grader.model import Report

CIRCLE = "○"
_ADDRESSES = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*|(?:https?://|www\.)\S+|(?<!\w)@\w{2,}", re.IGNORECASE)
_NUMBERS = re.compile(r"(?<![\d.])\d(?:[ -]?\d){5,}(?!\d)")
_LABELLED = re.compile(
    r"(?<!\w)(?:이름|성명|학번|학과|작성자|제출자|name|author|student(?: (?:name|id|number|no\.?))?)\s*[:：]"
    r"([^\n]{1,40})",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[\W\d_]+")
_HANGUL = re.compile(r"[가-힣]+")


class Anonymous:
    """Knows a class's names and hides them."""

    def __init__(self, reports: Sequence[Report], others: Iterable[str] = ()) -> None:
        """`others`: students of the class of whom there is no report."""
        names = {_composed(name) for report in reports for name in (report.student, report.identity.name)}
        names |= set(map(_composed, others))
        korean = {part for name in names for part in _PARTS.split(name) if _is_hangul(part) and len(part) >= 3}
        known = korean | {name for name in names if " " in name}
        self._class = _any_of(sorted(map(_exactly, known), key=lambda pattern: (-len(pattern), pattern)))

    def hide(self, text: str, report: Report) -> str:
        """`text` (NFC) of this report's student, of the same length: names, long numbers and addresses as circles."""
        own = _any_of(map(_loosely, sorted(_own(report), key=len, reverse=True)))
        for pattern in (_ADDRESSES, own, self._class, _NUMBERS):
            text = pattern.sub(lambda match: CIRCLE * len(match[0]), text) if pattern is not None else text
        return _LABELLED.sub(lambda match: match[0][: match.start(1) - match.start()] + CIRCLE * len(match[1]), text)


def _own(report: Report) -> Iterator[str]:
    """All that names the student: whole, and the parts of it that do so alone."""
    one = report.identity
    named = (report.student, one.name, one.login, one.email.partition("@")[0])
    yield from (text for text in map(_composed, (*named, one.number, one.lms_id)) if len(text) > 1)
    for text in map(_composed, named):
        for part in _PARTS.split(text):
            yield from _parts_of_name(part)


def _parts_of_name(part: str) -> Iterator[str]:
    """A name of one word; of a Korean one also the given name, after a family name of one or two syllables."""
    if not _is_hangul(part):
        if len(part) >= 3:
            yield part
        return
    if len(part) >= 2:
        yield part
    if 3 <= len(part) <= 4:
        yield part[1:]
    if len(part) == 4:
        yield part[2:]


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _is_hangul(text: str) -> bool:
    return _HANGUL.fullmatch(text) is not None


def _exactly(name: str) -> str:
    return rf"(?<![^\W_]){re.escape(name)}" + ("" if _is_hangul(name) else r"(?![^\W_])")


def _loosely(name: str) -> str:
    """Also spaced out, as names are on cover sheets; Korean particles may follow."""
    if _is_hangul(name):
        return (r"\s?" if len(name) > 2 else "").join(name)
    return rf"(?<![a-z\d]){re.escape(name)}(?![a-z\d])"


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    listed = list(patterns)
    return re.compile("|".join(listed), re.IGNORECASE) if listed else None
