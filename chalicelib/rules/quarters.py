"""Quarters of an hour, in which things are counted: days and hours of every time zone are made of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_QUARTER = 900_000


def quarter(at: int) -> int:
    """Returns the quarter since the epoch that a time (epoch milliseconds) is in."""
    return at // _QUARTER


def utc_day(at: int) -> int:
    """Returns the UTC day since the epoch that a time (epoch milliseconds) is in."""
    return at // 86_400_000


def today(now: int, zone: str) -> date:
    """Returns the date at a time (epoch milliseconds) in a time zone (IANA name)."""
    return datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date()


def quarters(first: date, last: date, zone: str) -> range:
    """Returns the quarters of the days first…last in a time zone."""
    return range(_begin(first, zone), _begin(last + timedelta(days=1), zone))


def _begin(day: date, zone: str) -> int:
    return quarter(int(datetime.combine(day, time.min, ZoneInfo(zone)).timestamp() * 1000))


def local_hour(of: int, zone: str) -> tuple[date, int]:
    """Returns the date and hour (0 to 23) of a quarter in a time zone. The hour that comes twice in autumn counts as one."""
    local = datetime.fromtimestamp(of * _QUARTER / 1000, UTC).astimezone(ZoneInfo(zone))
    return local.date(), local.hour


def days(first: date, last: date) -> Iterator[date]:
    """Returns every day from the first to the last, both included."""
    return (first + timedelta(days=at) for at in range((last - first).days + 1))
