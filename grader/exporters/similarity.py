"""What the page of similar hand-ins says, as plain data for its template, and its words in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.model import Language
from grader.model.nouns import texts
from grader.similarity.pairs import Extent, Pair, groups
from grader.similarity.parts import CODE, ELSEWHERE, REMARKS, HandIn

_MOST_VIEWS = 40  # pairs that are shown side by side
_OPEN = 5  # of them unfolded at first
_KEPT_LINES = 3  # beside a mark, where much unmarked text lies between
_KEPT = 240  # characters of those lines
_LONGEST_MARK = 8_000


@dataclass(frozen=True)
class Piece:
    """A stretch of text: of passage `number`, of no passage, or left out. `begins`: here the passage is named."""

    text: str
    number: int | None = None
    begins: bool = False
    left_out: bool = False


@dataclass(frozen=True)
class Block:
    """One cell or answer with its marks."""

    cell: int | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Row:
    """One part, the blocks of both sides that hold a passage."""

    part: str
    first: tuple[Block, ...]
    second: tuple[Block, ...]

    @property
    def prose(self) -> bool:
        return self.part != CODE


@dataclass(frozen=True)
class View:
    """A pair side by side; `rows` is empty where there are more pairs than a page holds."""

    number: int
    pair: Pair
    rows: tuple[Row, ...]
    open: bool


@dataclass(frozen=True)
class Report:
    """Everything on the page but its words."""

    views: tuple[View, ...]
    groups: tuple[tuple[str, ...], ...]
    compared: int
    not_compared: tuple[str, ...]
    cut: tuple[str, ...]


def of(pairs: Sequence[Pair], compared: Sequence[HandIn]) -> Report:
    """The pairs in their order, with the texts of both sides taken from what was compared."""
    hand_ins = {one.student: one for one in compared}
    shown = set(_most_telling(pairs)[:_MOST_VIEWS])
    opened = sorted(shown)[:_OPEN]
    views = (
        View(number, pair, _rows(pair, hand_ins) if number in shown else (), number in opened)
        for number, pair in enumerate(pairs, 1)
    )
    return Report(
        views=tuple(views),
        groups=tuple(groups(pairs)),
        compared=sum(bool(one.parts) for one in hand_ins.values()),
        not_compared=tuple(student for student, one in sorted(hand_ins.items()) if not one.parts),
        cut=tuple(student for student, one in sorted(hand_ins.items()) if one.cut),
    )


def _most_telling(pairs: Sequence[Pair]) -> list[int]:
    """Numbers of the pairs, those first that join students whom no pair before joined: a group needs no more."""
    of_group: dict[str, frozenset[str]] = {}
    joining: list[int] = []
    others: list[int] = []
    for number, pair in enumerate(pairs, 1):
        first, second = (of_group.get(one, frozenset((one,))) for one in (pair.first, pair.second))
        (others if first == second else joining).append(number)
        of_group.update(dict.fromkeys(first | second, first | second))
    return joining + others


# ---------------------------------------------------------------- side by side


def _rows(pair: Pair, hand_ins: dict[str, HandIn]) -> tuple[Row, ...]:
    first = _blocks(hand_ins[pair.first], [passage.first for passage in pair.passages])
    second = _blocks(hand_ins[pair.second], [passage.second for passage in pair.passages])
    parts = [likeness.part for likeness in pair.alike]
    parts += [part for part in (*first, *second) if part not in parts]
    names = [part for part in dict.fromkeys(parts) if part in first or part in second]
    return tuple(Row(part, first.get(part, ()), second.get(part, ())) for part in names)


def _blocks(one: HandIn, passages: Sequence[Sequence[Extent]]) -> dict[str, tuple[Block, ...]]:
    """By part, the cells and answers that hold a passage."""
    found: dict[str, tuple[Block, ...]] = {}
    for part in one.parts:
        texts = {run.cell: run.text for run in part.runs}
        marked = ((cell, text, list(_marks_in(part.name, cell, passages))) for cell, text in texts.items())
        blocks = tuple(Block(cell, tuple(_pieces(text, marks))) for cell, text, marks in marked if marks)
        if blocks:
            found[part.name] = blocks
    return found


Mark = tuple[int, int, int, bool]  # start, end, number of the passage, whether it begins here


def _marks_in(part: str, cell: int | None, passages: Sequence[Sequence[Extent]]) -> Iterator[Mark]:
    for number, extents in enumerate(passages, 1):
        for place, extent in enumerate(extents):
            if (extent.part, extent.cell) == (part, cell):
                yield extent.start, extent.end, number, not place


def _pieces(text: str, marks: Iterable[Mark]) -> Iterator[Piece]:
    """The text cut at its marks; where two overlap, the later one has what is left of it."""
    reached = 0
    for start, end, number, begins in sorted(marks):
        if start > reached:
            yield from _unmarked(text[reached:start], at_start=reached == 0, at_end=False)
        yield Piece(_without_middle(text[max(start, reached) : end]), number, begins)
        reached = max(reached, end)
    yield from _unmarked(text[reached:], at_start=False, at_end=True)


def _unmarked(text: str, *, at_start: bool, at_end: bool) -> Iterator[Piece]:
    """What lies between two marks, or before the first or after the last: only the lines beside them if it is long."""
    lines = text.split("\n")
    if len(lines) <= 3 * _KEPT_LINES and len(text) <= 3 * _KEPT:
        yield from [Piece(text)] * bool(text)
        return
    head = "" if at_start else "\n".join(lines[:_KEPT_LINES])[:_KEPT]
    tail = "" if at_end else "\n".join(lines[-_KEPT_LINES:])[-_KEPT:]
    yield Piece(head)
    yield Piece("", left_out=True)
    yield Piece(tail)


def _without_middle(text: str) -> str:
    half = _LONGEST_MARK // 2
    return text if len(text) <= _LONGEST_MARK else f"{text[:half]}\n[…]\n{text[-half:]}"


# ---------------------------------------------------------------- words


def word(name: str, language: Language, **values: object) -> str:
    """The phrase called `name` with `values` put in. Raises KeyError for an unknown name or a missing value."""
    return _WORDS[name].in_language(language).format(**values)


def part_name(part: str, language: Language) -> str:
    """What people call a part; an item is called by its id."""
    return _PARTS[part].in_language(language) if part in _PARTS else part


_PARTS = texts(
    **{
        CODE: ("코드", "code"),
        REMARKS: ("코드 안의 글", "remarks in code"),
        ELSEWHERE: ("제목 밖의 글", "words under no heading"),
    }
)

_WORDS = texts(
    title=("비슷한 제출물", "Similar hand-ins"),
    caution=(
        "비슷하다는 것이 베꼈다는 뜻은 아닙니다. 이 보고서는 점수를 바꾸지 않습니다. 같은 자료를 보았거나 함께 "
        "공부했을 수도 있으니, 두 글을 나란히 읽고 사람이 판단해 주세요.",
        "Alike does not mean copied, and nothing here changes any points. Two students may have used the same source "
        "or learned together: read both sides and judge for yourself.",
    ),
    how=(
        "이름, 숫자, 문자열, 주석, 줄바꿈, 셀 순서가 달라도 같은 코드를, 조사와 낱말이 조금 달라도 같은 글을 찾습니다. "
        "과제 노트북과 모범 답안에 있는 것은 빼고, 반에서 드문 것일수록 크게 셉니다. 실행 결과는 비교하지 않습니다. "
        "모두 같은 시드로 실행하므로 같은 값이 나와도 아무것도 뜻하지 않습니다.",
        "Code is found again under other names, numbers, strings, comments, layout and order of cells, prose with "
        "small edits. What the handout and the reference hold is taken out; what few in the class have counts most. "
        "Outputs are not compared: all notebooks run with the same seeds, so equal numbers mean nothing.",
    ),
    compared=("비교한 제출물 {n}개", "{n} hand-ins compared"),
    pairs=("비슷한 쌍", "Pairs"),
    no_pairs=(
        "이 반에서 여느 쌍보다 눈에 띄게 비슷한 쌍이 없습니다.",
        "No pair is noticeably more alike than is usual in this class.",
    ),
    groups=("여럿이 나눈 글", "Groups"),
    groups_help=(
        "세 명 이상이 서로 이어지는 경우입니다. 가장 비슷한 쌍부터 나란히 보여 줍니다.",
        "Three or more students whose pairs connect. The pairs that join them are shown side by side.",
    ),
    students=("학생", "Students"),
    score=("비슷함", "Likeness"),
    score_help=(
        "0: 이 반에서 보통만큼 비슷함 · 100: 같음",
        "0: as alike as is usual in this class · 100: the same",
    ),
    alike=("비슷한 곳", "What is alike"),
    usual=("보통 {share}% 이하", "usually at most {share} %"),
    share=("{share}%", "{share} %"),
    see=("나란히 보기", "see both"),
    cell=("셀 {n}", "cell {n}"),
    left_out=("줄임", "left out"),
    not_here=("이 부분에는 표시된 곳이 없습니다.", "Nothing marked here; follow the numbers."),
    passage_help=(
        "같은 번호가 서로 맞는 곳이고, 번호를 누르면 상대 쪽으로 갑니다. 표시된 곳이 없는 셀은 줄였습니다.",
        "Equal numbers belong together; a number leads to the other side. Cells without a mark are left out.",
    ),
    not_compared=("비교할 것이 없던 제출물", "Nothing to compare in"),
    cut=("너무 길어 앞부분만 비교한 제출물", "Too long, so only their beginnings were compared"),
)
