"""Moments and lengths of time as people write them in rubrics and course lists, in Korean and English."""

from __future__ import annotations

import datetime as dt
import re
from types import MappingProxyType

from grader.model import Duration

_UNITS = MappingProxyType(
    {
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "초"), dt.timedelta(seconds=1)),
        **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "분"), dt.timedelta(minutes=1)),
        **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "시간"), dt.timedelta(hours=1)),
        **dict.fromkeys(("d", "day", "days", "일"), dt.timedelta(days=1)),
        **dict.fromkeys(("w", "week", "weeks", "주", "주일"), dt.timedelta(weeks=1)),
    }
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z가-힣]+)")
_MOMENT = re.compile(
    r"(?P<year>\d{4})\s*[-./년]\s*(?P<month>\d{1,2})\s*[-./월]\s*(?P<day>\d{1,2})\s*[.일]?"
    r"(?:(?:\s+|T)(?P<half>오전|오후)?\s*(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?|시(?:\s*(?P<min>\d{1,2})분)?)"
    r"\s*(?P<english>[AP]M)?"
    r"\s*(?P<offset>Z|UTC|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_BARE = re.compile(r"^(\d{4})(\d{2})(\d{2})(?!\d)")
_MOST = dt.timedelta(days=3660)
YEARS = range(1970, 2200)  # far from where arithmetic with moments ends


def duration(text: str) -> Duration | None:
    """`15 min`, `7 days`, `1 day 12 h`, `2일`, `3시간`; None for anything else, such as a number without a unit."""
    plain = text.strip().casefold().removeprefix("+").strip()
    parts = _PART.findall(plain)
    if not parts or re.sub(r"[\s,]+", "", _PART.sub("", plain)):
        return None
    if any(unit not in _UNITS for _, unit in parts):
        return None
    try:
        length = sum((float(number) * _UNITS[unit] for number, unit in parts), dt.timedelta())
    except OverflowError:
        return None
    return Duration(days=length.days, seconds=length.seconds) if length <= _MOST else None


def moment(text: str) -> tuple[dt.datetime, bool] | None:
    """A moment, and whether a time of day was written; a date alone is the end of that day.

    `2026-04-03 23:59`, `2026. 4. 3. 오후 11:59`, `2026년 4월 3일 24시`, `20260403`, `2026-04-03T14:59:00Z`. Without an
    offset the moment has no zone. None for anything else, such as `4/3` or `04/05/2026`, where day and month may be
    either, and for years before 1970 or after 2199.
    """
    found = _MOMENT.fullmatch(_BARE.sub(r"\1-\2-\3", text.strip()))
    if found is None or int(found["year"]) not in YEARS:
        return None
    told = found.groupdict()
    timed = told["hour"] is not None
    minute, second = int(told["minute"] or told["min"] or 0), int(told["second"] or 0)
    try:
        hour = _hour(int(told["hour"] or 24), told["half"] or told["english"])
        day = dt.datetime(int(told["year"]), int(told["month"]), int(told["day"]))
        if hour == 24 and not minute and not second:
            return _with_offset(day + dt.timedelta(days=1), told["offset"]), timed
        return _with_offset(day.replace(hour=hour, minute=minute, second=second), told["offset"]), timed
    except (ValueError, OverflowError):
        return None


def _hour(shown: int, half: str | None) -> int:
    """Of 24, by what a clock of twelve hours shows. Raises ValueError for an hour that it does not have."""
    if half is None:
        return shown
    if not 1 <= shown <= 12:
        raise ValueError(f"{half} {shown}")
    return shown % 12 + (12 if half.upper() in ("오후", "PM") else 0)


def _with_offset(local: dt.datetime, offset: str | None) -> dt.datetime:
    if not offset:
        return local
    plain = "+00:00" if offset.upper() in ("Z", "UTC") else offset
    return dt.datetime.fromisoformat(f"{local.isoformat()}{plain}")
