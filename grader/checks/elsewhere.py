"""Words that may answer an item and stand in another place: under no heading, under another's, in code, in outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from grader import reading
from grader.checks import outputs
from grader.checks.decision import Evidence, say
from grader.items import passages, topics
from grader.items.outline import Outline
from grader.model import Text

AN_ANSWER = 60  # characters; shorter remarks answer none of the questions

_MENTION = 30  # characters of a passage that says what is asked
_REMARK = 15  # characters; a shorter one under no heading is a title
_MOST_PASSAGES = 1_000  # of one notebook; homework has dozens
_MOST_CHARACTERS = 200_000  # of them all
_MOST_OF_AN_OUTPUT = 5_000  # characters at its end; before them stand logs
_MOST_SENTENCES = 100  # of one passage
_SHOWN = 200  # characters of a quotation
_SENTENCE = re.compile(r"\n|(?<=[.!?])\s+")


class Found(NamedTuple):
    """A passage and where it stands. `own`: in the item's code; `loose`: under no item's heading."""

    text: str
    place: Text
    own: bool = False
    loose: bool = False
    of_another: bool = False  # in the answer to another item, or under another's name
    named: bool = False  # begins with the item's name, as `P2: ...` does

    def quoted(self) -> str:
        text = " ".join(self.text.split())
        return f"“{text[:_SHOWN]}…”" if len(text) > _SHOWN else f"“{text}”"


class Seen(NamedTuple):
    """Passages outside an item's answer; `whole` if there are no more."""

    passages: tuple[Found, ...]
    whole: bool


def likeliest_answer(evidence: Evidence, seen: Seen) -> Found | None:
    """The passage outside the item's answer that reads most like one, or None.

    Words under another item's heading must clearly be about this one. Others need only say one thing that is asked,
    or be long and lean to it. In the item's own code, and more so under no heading, words need not even do that: that
    no phrase stands in them shows little.
    """
    known = topics.of(evidence.assignment)
    ranked = [(*_likeliest(known, evidence.item.id, found), -place) for place, found in enumerate(seen.passages)]
    rank, found, _ = max(ranked, key=lambda one: (one[0], one[2]), default=(0, None, 0))
    return found if rank else None


def _likeliest(known: topics.Topics, item: str, found: Found) -> tuple[int, Found]:
    """How like an answer a passage is, from 0, nothing, to 4; of one that answers several items the best sentence."""
    whole = _likeness(known, item, found)
    if whole or not any(standing.item == item for standing in known.standings(found.text)):
        return whole, found
    sentences = [found._replace(text=text.strip()) for text in _SENTENCE.split(found.text)[:_MOST_SENTENCES]]
    return max(((_likeness(known, item, one), one) for one in sentences), key=lambda one: one[0])


def _likeness(known: topics.Topics, item: str, found: Found) -> int:
    """From 0, nothing, to 3, clearly an answer to the item, and 4, words under its name."""
    if found.named:
        return 4
    about, size = known.of_passage(found.text), len(found.text)
    if about == item or found.of_another:
        return 3 if about == item else 0
    standing = known.standings(found.text)
    own = next((s for s in standing if s.item == item), None)
    if own and own.concepts and 2 * own.weight >= standing[0].weight and size >= _MENTION:
        return 2
    if found.loose:
        return int(_may_answer(own is not None, about, bool(standing), size))
    leans = bool(standing) and standing[0].item == item
    return int(size >= AN_ANSWER and (leans or (found.own and (own is not None or about is None))))


def _may_answer(has_of_item: bool, about: str | None, has_of_any: bool, size: int) -> bool:
    """Whether words under no heading may be an answer: else only a name, a title or a greeting stands there."""
    if about is not None:
        return has_of_item and size >= _MENTION
    return size >= AN_ANSWER or (has_of_any and size >= _REMARK)


def passages_of(evidence: Evidence) -> Seen:
    """Paragraphs under no heading and under other items' headings; comments, strings and outputs; each cut if long."""
    room = _MOST_CHARACTERS
    seen = []
    for found in islice(_passages(evidence), _MOST_PASSAGES):
        seen.append(found._replace(text=found.text[: topics.MOST_READ]))
        room -= len(seen[-1].text)
        if room < 0:
            break
    return Seen(tuple(seen), whole=room >= 0 and len(seen) < _MOST_PASSAGES)


def _passages(evidence: Evidence) -> Iterator[Found]:
    submission = evidence.submission
    for text in topics.paragraphs(submission.elsewhere):
        yield Found(text, _place_of(evidence, text), loose=True)
    for item, answer in submission.answers.items():
        if item != evidence.item.id:
            cells = ", ".join(map(str, answer.cells))
            yield from (
                Found(text, _ANSWER.filled(item, cells), of_another=True) for text in topics.paragraphs(answer.text)
            )
    own = set(evidence.own_cells()) if submission.headed else set()
    yield from _in_code(evidence, own)
    for number, cell in enumerate(evidence.cells, start=1):
        printed = outputs.words_of(cell)[-_MOST_OF_AN_OUTPUT:]
        found = _by_name(printed, _OUTPUT.filled(number), evidence)
        yield from (one for one in found if one.named or len(one.text) >= _MENTION)


def _in_code(evidence: Evidence, own: set[int]) -> Iterator[Found]:
    """Comments and strings that the handout does not hold already."""
    given = _lines_given(evidence.assignment.handout)
    for number, cell in enumerate(_cells(evidence), start=1):
        if cell.get("cell_type") != "code":
            continue
        for kind, text in passages.in_source(cell.get("source", "")):
            said = "\n".join(line for line in text.splitlines() if line.strip() not in given)
            place, here = _IN_CODE[kind].filled(number), number - 1 in own
            yield from (found._replace(own=here) for found in _by_name(said, place, evidence))


def _by_name(text: str, place: Text, evidence: Evidence) -> Iterator[Found]:
    """Paragraphs, and what follows an item's name at the beginning of a line (`P2: ...`) up to the next name."""
    outline = Outline(evidence.assignment.item_ids)
    pieces: list[tuple[str | None, list[str]]] = [(None, [])]
    for line in text.splitlines():
        label, end = outline.label(line)
        if label:
            pieces.append((label, []))
        pieces[-1][1].append(line[end:] if label else line)
    for item, lines in pieces:
        named, said = item == evidence.item.id, "\n".join(lines)
        if named and len(said.strip()) >= _REMARK:
            yield Found(f"{item}{said}", place, named=True)
        else:
            yield from (Found(part, place, of_another=item is not None) for part in topics.paragraphs(said))


def _cells(evidence: Evidence) -> list[dict[str, Any]]:
    """As handed in: a run that was cut short leaves no notebook."""
    return list((evidence.submission.notebook or {}).get("cells", []))


def _place_of(evidence: Evidence, text: str) -> Text:
    """The cell that a paragraph under no heading stands in; it may come from a file beside the notebook."""
    first = text.strip().splitlines()[0]
    for number, cell in enumerate(_cells(evidence), start=1):
        if cell.get("cell_type") != "code" and first in cell.get("source", ""):
            return _LOOSE.filled(number)
    return _NOWHERE


@lru_cache(maxsize=8)
def _lines_given(handout: Path | None) -> frozenset[str]:
    cells = reading.read(handout).notebook["cells"] if handout is not None else []
    words = (passage.text for cell in cells for passage in passages.in_source(cell["source"]))
    lines = (line for cell in cells for line in cell["source"].splitlines())
    return frozenset(line.strip() for line in (*lines, *(line for text in words for line in text.splitlines())))


_LOOSE = say("{0}번 셀의 글", "the words of cell {0}")
_NOWHERE = say("문항 제목이 없는 글", "words under no item's heading")
_ANSWER = say("{0}의 답({1}번 셀)", "the answer to {0} (cell {1})")
_OUTPUT = say("{0}번 셀의 출력", "the output of cell {0}")
_IN_CODE = {
    "comment": say("{0}번 셀의 주석", "a comment in cell {0}"),
    "string": say("{0}번 셀의 문자열", "a string in cell {0}"),
}
