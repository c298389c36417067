"""nbgrader's `timestamp.txt`: `2026-04-03 20:58:23.948203 Asia/Seoul`, and as it writes zones: `KST`, `EDT`, `+09`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo, available_timezones

from grader.intake.handin import HandIn
from grader.model import Deadline
from grader.names import printable
from grader.times import YEARS

NAME = "timestamp.txt"
_MOST_SHOWN = 60


def handed_in_at(hand_in: HandIn, deadline: Deadline | None, chosen: str = "") -> tuple[dt.datetime | None, str]:
    """When, as the export says, else as nbgrader's file beside the notebook `chosen` does; "": of any notebook.

    The second is a sentence where there is such a file and it cannot be read. Nothing else is a witness: files' own
    times are those of the last copy, and a commit has the time that its author wishes.
    """
    if hand_in.submitted_at is not None:
        return hand_in.submitted_at, ""
    beside = f"{chosen.rpartition('/')[0]}/{NAME}".lstrip("/")
    names = [beside] if chosen else [name for name in hand_in.files if PurePosixPath(name).name == NAME]
    read = [_read(hand_in.files[name], deadline) for name in names if name in hand_in.files]
    latest = max((at for at, _ in read if at is not None), default=None)
    return latest, next((problem for _, problem in read if problem), "")


def _read(file: Path, deadline: Deadline | None) -> tuple[dt.datetime | None, str]:
    try:
        text = file.read_bytes()[:200].decode("utf-8", "replace").strip()
    except OSError as error:
        return None, f"{NAME} cannot be read: {error.strerror}"
    shown = printable(text[:_MOST_SHOWN])
    try:
        day, time, *zone = text.split(maxsplit=2)
        at = dt.datetime.fromisoformat(f"{day} {time}")
        if at.year not in YEARS:
            raise ValueError(day)
        if at.tzinfo is None:
            at = at.replace(tzinfo=_offset(at, zone[0], deadline) if zone else dt.UTC)
    except ValueError:
        return None, f"{NAME} cannot be read: `{shown}` is no moment"
    except LookupError as error:
        return None, f"{NAME} cannot be read: {error}: `{shown}`"
    return at.astimezone(dt.UTC), ""


def _offset(local: dt.datetime, zone: str, deadline: Deadline | None) -> dt.tzinfo:
    """Of a zone by an abbreviation that clocks show at this moment, by its offset, or by its name.

    An abbreviation of several zones (`CST`, `IST`) is the one where the deadline is, if clocks there show it. Raises
    LookupError, in a sentence, for one that may mean several.
    """
    if zone.upper() in ("UTC", "GMT", "Z"):
        return dt.UTC
    here = set(_offsets(local, zone, deadline.timezone)) if deadline is not None else set()
    offsets = here or _everywhere(local.replace(microsecond=0), zone)
    if len(offsets) == 1:
        return dt.timezone(next(iter(offsets)))
    if offsets:
        raise LookupError(f"`{printable(zone)}` is the time of several countries")
    return _named(zone)


def _named(zone: str) -> dt.tzinfo:
    if re.fullmatch(r"(UTC)?[+-]\d{2}(:?\d{2})?", zone):
        return dt.datetime.strptime(f"{zone.removeprefix('UTC').replace(':', ''):0<5}", "%z").tzinfo or dt.UTC
    try:
        return ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise LookupError(f"there is no time zone `{printable(zone)}`") from None


@lru_cache(maxsize=1000)
def _everywhere(local: dt.datetime, abbreviation: str) -> frozenset[dt.timedelta]:
    """Offsets of all zones whose clocks show this time and this abbreviation."""
    return frozenset(offset for name in _names_of_zones() for offset in _offsets(local, abbreviation, name))


@lru_cache(maxsize=1)
def _names_of_zones() -> tuple[str, ...]:
    return tuple(available_timezones())


def _offsets(local: dt.datetime, abbreviation: str, zone: str) -> Iterator[dt.timedelta]:
    """Of one zone: in the hour that clocks show twice, that which has the abbreviation."""
    for fold in (0, 1):
        at = local.replace(tzinfo=ZoneInfo(zone), fold=fold)
        offset = at.utcoffset()
        if at.tzname() == abbreviation and offset is not None:
            yield offset
