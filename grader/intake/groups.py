"""Students who hand in together: what one of a group handed in is every member's, under the member's own name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from grader.intake.handin import HandIn, sha256_of
from grader.intake.roster import Roster
from grader.intake.stamps import NAME as STAMP
from grader.intake.stamps import handed_in_at
from grader.model import Deadline, Identity, Text
from grader.names import printable

_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def shared(hand_ins: Sequence[HandIn], roster: Roster, deadline: Deadline | None = None) -> list[HandIn]:
    """The hand-ins with those of each group of the roster made one for each of its members.

    Of several the newest counts. All members have the extensions of each. Hand-ins of nobody in a group stay.
    """
    groups: dict[str, list[HandIn]] = {}
    found = []
    for hand_in in hand_ins:
        members = roster.group(hand_in.identity.group) if hand_in.identity.enrolled and hand_in.identity.group else {}
        if hand_in.student in members:
            groups.setdefault(hand_in.identity.group, []).append(hand_in)
        else:
            found.append(hand_in)
    together = (one for name, theirs in groups.items() for one in _of_group(name, theirs, roster.group(name), deadline))
    return [*found, *together]


def _of_group(
    name: str, hand_ins: Sequence[HandIn], members: Mapping[str, Identity], deadline: Deadline | None
) -> Iterable[HandIn]:
    """One for each member, whose own hand-in tells who that is in the learning system, even where it does not count."""
    newest, sure = _newest(hand_ins, deadline)
    said = tuple(_notes(name, newest, hand_ins, members, sure=sure))
    extensions = tuple(dict.fromkeys(one for member in members.values() for one in member.extensions))
    own = {hand_in.student: hand_in for hand_in in hand_ins}
    for called, member in members.items():
        theirs = own.get(called) or replace(newest, identity=member, exported={})
        of_it = theirs if theirs.place == newest.place else newest
        yield replace(
            newest,
            student=called,
            identity=theirs.identity.model_copy(update={"extensions": extensions}),
            exported=theirs.exported,
            notes=of_it.notes,
            said=(*of_it.said, *said),
            unsure=None if sure else _unsure(newest, hand_ins),
        )


def _newest(hand_ins: Sequence[HandIn], deadline: Deadline | None) -> tuple[HandIn, bool]:
    """That which was handed in last, and whether that is known; of the same work it does not matter.

    By times where all are known, else by the numbers that the export gave the uploads where it numbered all.
    """
    times = [handed_in_at(hand_in, deadline)[0] for hand_in in hand_ins]
    numbers = [max(hand_in.order.values(), default=0) for hand_in in hand_ins]
    moments = _comparable(times)
    sure = None not in moments or all(numbers)
    if None in moments and all(numbers):
        moments = [None] * len(times)
    ages = [(at or _NEVER, number) for at, number in zip(moments, numbers, strict=True)]
    newest = hand_ins[ages.index(max(ages))]
    as_new = {hand_in.place for age, hand_in in zip(ages, hand_ins, strict=True) if age == max(ages)}
    alone = len({hand_in.place for hand_in in hand_ins}) == 1
    return newest, alone or (sure and len(as_new) == 1) or _are_the_same(hand_ins)


def _comparable(times: Sequence[dt.datetime | None]) -> list[dt.datetime | None]:
    """All by the same clocks, wherever those are; else only those of which the zone is known."""
    if all(at is not None and at.tzinfo is None for at in times):
        return [at.replace(tzinfo=dt.UTC) for at in times if at is not None]
    return [at if at is not None and at.tzinfo is not None else None for at in times]


def _are_the_same(hand_ins: Sequence[HandIn]) -> bool:
    """Whether the same work was handed in, whatever the files are called."""
    works = [{n: f for n, f in hand_in.files.items() if PurePosixPath(n).name != STAMP} for hand_in in hand_ins]
    read = all(works) and not any(hand_in.closed for hand_in in hand_ins)
    return read and len({frozenset(map(sha256_of, files.values())) for files in works}) == 1


def _others(newest: HandIn, hand_ins: Sequence[HandIn]) -> str:
    return ", ".join(_name(one.student, one.identity) for one in hand_ins if one.place != newest.place)


def _notes(
    name: str, newest: HandIn, hand_ins: Sequence[HandIn], members: Mapping[str, Identity], *, sure: bool
) -> Iterable[Text]:
    """For students: names, but no numbers and paths."""
    by = _name(newest.student, newest.identity)
    if len(members) > 1:
        yield _TOGETHER.filled(by, printable(name), ", ".join(_name(*member) for member in members.items()))
    if others := _others(newest, hand_ins):
        yield (_NEWEST if sure else _PERHAPS).filled(by, others)


def _unsure(newest: HandIn, hand_ins: Sequence[HandIn]) -> Text:
    return _UNSURE.filled(_name(newest.student, newest.identity), _others(newest, hand_ins))


def _name(called: str, identity: Identity) -> str:
    return printable(identity.name or called)


_TOGETHER = Text(
    ko="조({1})가 함께 낸 제출물입니다. 올린 사람: {0}. 조원: {2}.",
    en="handed in by {0} for the group {1}: {2}",
)
_NEWEST = Text(
    ko="조에서 여러 번 제출했습니다. {0}의 제출물이 반영되고, {1}의 제출물은 반영되지 않습니다.",
    en="the group handed in more than once: that of {0} counts, not that of {1}",
)
_PERHAPS = Text(
    ko="조에서 여러 번 제출했는데 어느 것이 나중인지 알 수 없습니다. {1}의 제출물이 아니라 {0}의 제출물을"
    " 채점했습니다.",
    en="the group handed in more than once, and which is newer is not known: that of {0} was graded, not that of {1}",
)
_UNSURE = Text(
    ko="조에서 여러 번 제출했는데 어느 것이 나중인지 알 수 없습니다. {0}의 제출물을 채점했습니다({1}의 제출물은 아님)."
    " 명단에 모두의 `제출시각`을 적어 다시 채점하거나, `grader review`에서 이것이 맞다고 확인해 주세요.",
    en="the group handed in more than once, and which is newer is not known: that of {0} was graded, not that of {1}."
    " Give everybody's `submitted_at` in the roster and grade again, or say in `grader review` that it is the one",
)
