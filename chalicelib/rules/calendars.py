"""Calendars: working time, which has weekly periods, holidays and a zone. Times and spans are milliseconds.

A moment is working time if its local day is not a holiday and its local time is in a period of that weekday. So an hour that a
zone skips has no working time, and one that it repeats has twice as much.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

_SECOND, _MINUTE, _DAY = 1_000, 60_000, 86_400_000
#: Minutes of a day; a period may end there.
DAY_MINUTES = 1_440
#: How many days a due time may be away: a clock that is not due within ten years is never due.
_MOST_DAYS = 3_653
_MS = timedelta(milliseconds=1)

#: A period of a day: the minutes of local time at which it begins and ends.
Period = tuple[int, int]


class Calendar(msgspec.Struct, frozen=True):
    """Periods of each weekday from Monday on, in order and apart; days since 1970-01-01 that are holidays; a zone's IANA name."""

    week: tuple[tuple[Period, ...], ...]
    holidays: frozenset[int] = frozenset()
    zone: str = "UTC"


def due(calendar: Calendar | None, start: int, span: int) -> int | None:
    """Returns the moment when so much working time has passed since `start`; None if that is never, or not within ten years.

    Without a calendar all time is working time.
    """
    if calendar is None:
        return start + span
    for begin, end in _working(calendar, start, start + _MOST_DAYS * _DAY):
        if end - begin >= span:
            return begin + span
        span -= end - begin
    return None


def worked(calendar: Calendar | None, start: int, end: int) -> int:
    """Returns the working time between two moments, of ten years at most; without a calendar all of it."""
    if calendar is None:
        return max(0, end - start)
    return sum(last - first for first, last in _working(calendar, start, min(end, start + _MOST_DAYS * _DAY)))


def _working(calendar: Calendar, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yields the spans of working time between two moments, in order."""
    if not any(calendar.week):
        return
    for first, last, offset in _spans(ZoneInfo(calendar.zone), start, end):
        for day in range((first + offset) // _DAY, (last + offset - 1) // _DAY + 1):
            for begin, finish in () if day in calendar.holidays else calendar.week[(day + 3) % 7]:
                low = max(first, day * _DAY + begin * _MINUTE - offset)
                high = min(last, day * _DAY + finish * _MINUTE - offset)
                if low < high:
                    yield low, high


def _spans(zone: tzinfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yields the time between two moments in spans of a day at most, in each of which a zone has one offset from UTC."""
    while start < end:
        until = min(end, start + _DAY)
        offset = _offset(zone, start)
        if _offset(zone, until) != offset:
            until = min(until, _change(zone, start, until))
        yield start, until, offset
        start = until


def _offset(zone: tzinfo, at: int) -> int:
    """Returns how far east of UTC a zone is at a moment."""
    return (datetime.fromtimestamp(at // _SECOND, zone).utcoffset() or timedelta()) // _MS


@lru_cache(1024)
def _change(zone: tzinfo, start: int, end: int) -> int:
    """Returns the first moment after `start` at which a zone has not its offset any more; it has another one at `end`."""
    before, low, high = _offset(zone, start), start // _SECOND, -(-end // _SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle * _SECOND) == before else (low, middle)
    return high * _SECOND
