"""Students who hand in together: what one of a group handed in is every member's, under the member's own name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from grader.intake.handin import HandIn
from grader.intake.roster import Roster
from grader.intake.stamps import handed_in_at
from grader.model import Identity
from grader.names import printable

_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def shared(hand_ins: Sequence[HandIn], roster: Roster) -> list[HandIn]:
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
    return [*found, *(one for name, theirs in groups.items() for one in _of_group(name, theirs, roster.group(name)))]


def _of_group(name: str, hand_ins: Sequence[HandIn], members: Mapping[str, Identity]) -> Iterable[HandIn]:
    """One for each member, whose own hand-in tells who that is in the learning system, even where it does not count."""
    newest = max(hand_ins, key=_age)
    said = tuple(_notes(name, newest, hand_ins, members))
    extensions = tuple(dict.fromkeys(one for member in members.values() for one in member.extensions))
    own = {hand_in.student: hand_in for hand_in in hand_ins}
    for called, member in members.items():
        theirs = own.get(called) or replace(newest, identity=member, exported={})
        notes = theirs.notes if theirs.place == newest.place else newest.notes
        yield replace(
            newest,
            student=called,
            identity=theirs.identity.model_copy(update={"extensions": extensions}),
            exported=theirs.exported,
            notes=(*notes, *said),
        )


def _age(hand_in: HandIn) -> tuple[dt.datetime, int]:
    """By the time, or by the number that the export gave the upload."""
    return handed_in_at(hand_in, None)[0] or _NEVER, max(hand_in.order.values(), default=0)


def _notes(name: str, newest: HandIn, hand_ins: Sequence[HandIn], members: Mapping[str, Identity]) -> Iterable[str]:
    if len(members) > 1:
        yield f"handed in by {newest.student} for the group {printable(name)}: {', '.join(members)}"
    others = [hand_in for hand_in in hand_ins if hand_in is not newest and hand_in.place != newest.place]
    if not others:
        return
    shown = ", ".join(f"{hand_in.shown} of {hand_in.student}" for hand_in in others)
    if any(_age(hand_in) == _age(newest) for hand_in in others):
        yield f"the group handed in more than once, which is newer is not known: {newest.shown} counts, not {shown}"
    else:
        yield f"the group handed in more than once: the newest, {newest.shown}, counts, not {shown}"
