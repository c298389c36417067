"""When work is due, what lateness costs, and how late one hand-in was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from grader.model.nouns import Duration, Extension, Noun

Unit = Literal["percent", "points"]
Base = Literal["full", "earned"]
_ROUNDING = 1e-9  # half a cent is rounded up, as people do, whatever binary makes of it
LATE = "late"  # the place of a person's decision on what is taken for lateness; no item may be called so


class Step(Noun):
    """What is taken of work that is late by no more than `until`."""

    until: Duration | None = Field(description="None: however late")
    amount: float = Field(ge=0)


class Penalty(Noun):
    """What lateness costs: an amount once, one for each day or hour begun, or one by steps."""

    unit: Unit
    of: Base = Field("full", description="what percentages are of: the full points, or those earned")
    amount: float = Field(0, ge=0)
    per: Literal["day", "hour"] | None = Field(None, description="None: once")
    at_most: float | None = Field(None, ge=0, description="in the same unit as the amount")
    steps: tuple[Step, ...] = Field((), description="in place of an amount, in order of time")


class Deadline(Noun):
    """Until when work is accepted, and on which terms after that."""

    at: dt.datetime = Field(description="with its offset; a moment: handed in then is in time")
    timezone: str = Field(description="IANA name; days are counted by the clocks there")
    grace: Duration = Duration()
    penalty: Penalty | None = None
    closes: Duration | None = Field(None, description="after the deadline; later than that is not accepted")
    closed: Literal["person", "zero"] = Field("person", description="what becomes of work that is not accepted")

    def due(self, extensions: Iterable[Extension] = ()) -> dt.datetime:
        """The deadline of somebody with these extensions: the latest of all, and never earlier than the class's."""
        moments = [self.at.astimezone(self._zone), *map(self._extended, extensions)]
        return max(moments, key=_instant)

    def after(self, due: dt.datetime, by: Duration) -> dt.datetime:
        """`by` after `due`: days by the clock, so that a change to or from summer time makes nobody late."""
        day = due.astimezone(self._zone).replace(tzinfo=None) + dt.timedelta(days=by.days)
        moment = on_the_clock(day, self._zone) if by.days else due
        return (moment.astimezone(dt.UTC) + dt.timedelta(seconds=by.seconds)).astimezone(self._zone)

    def moment(self, told: dt.datetime) -> dt.datetime:
        """A moment that somebody wrote: without an offset by the clocks here."""
        return told.astimezone(self._zone) if told.tzinfo is not None else on_the_clock(told, self._zone)

    def _extended(self, extension: Extension) -> dt.datetime:
        return self.after(self.at, extension.by) if extension.until is None else self.moment(extension.until)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Charge(Noun):
    """What is taken from one student, in the deadline's own measure."""

    amount: float = Field(ge=0)
    unit: Unit
    of: Base = "full"

    def taken(self, total: float, full: float) -> float:
        """Of a total of `total` of `full` points: to two decimals, or all that was earned."""
        base = total if self.of == "earned" else full
        wanted = self.amount if self.unit == "points" else self.amount * base / 100
        return total if wanted + _ROUNDING >= total else round(wanted + _ROUNDING, 2)


class Lateness(Noun):
    """How late one hand-in was and what is taken for it, beside the total and never in it."""

    state: Literal["in_time", "grace", "late", "closed", "unknown"]
    due: dt.datetime = Field(description="this student's deadline, extensions in it, with its offset")
    timezone: str = Field(description="IANA name of the deadline's")
    extended: bool = Field(False, description="whether `due` is later than the class's deadline")
    seconds: float | None = Field(None, ge=0, description="after `due`; None where the time is not known")
    charge: Charge | None = Field(None, description="None: nothing is taken, or a person has to decide")
    rule: str = Field("", description="why that much, in words; the student reads it")
    decided: bool = Field(False, description="whether a person decided on what is taken")
    points: float | None = Field(description="taken from the total; None while that or the charge is undecided")
    review: str | None = Field(None, description="why a person has to decide on what is taken")

    def costs(self, full: float) -> float | None:
        """What it takes from the full points, whatever was earned; None while a person has to decide."""
        if self.review is not None:
            return None
        return self.charge.taken(full, full) if self.charge is not None else 0.0


def on_the_clock(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """When clocks in `zone` show this; of two such moments the later, and past the gap if there is none."""
    return max((local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)), key=_instant)


def _instant(moment: dt.datetime) -> dt.datetime:
    """Comparable: two moments of one zone would be compared by what clocks show."""
    return moment.astimezone(dt.UTC)
