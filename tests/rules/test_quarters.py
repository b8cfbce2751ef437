"""Quarters of an hour make the days and hours of every time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from chalicelib.rules import quarters

ZONES = some.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Shanghai"]
)
MOMENTS = some.integers(0, 4_000_000_000_000)


@given(MOMENTS, ZONES)
def test_a_moment_is_counted_on_its_own_day_and_hour(at: int, zone: str) -> None:
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))
    assume(not local.utcoffset() % timedelta(minutes=15))  # type: ignore[operator]  # not before zones were quarters of an hour
    assert quarters.local_hour(quarters.quarter(at), zone) == (local.date(), local.hour)
    assert quarters.quarter(at) in quarters.quarters(local.date(), local.date(), zone)


@given(some.dates(date(1990, 1, 1), date(2090, 1, 1)), ZONES)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    next_day = day + timedelta(days=1)
    first, second = quarters.quarters(day, day, zone), quarters.quarters(next_day, next_day, zone)
    assert first.stop == second.start
    assert 23 * 4 <= len(first) <= 25 * 4
    assert quarters.quarters(day, next_day, zone) == range(first.start, second.stop)


@pytest.mark.parametrize(("zone", "count"), [("Europe/Berlin", 92), ("UTC", 96)])
def test_the_day_that_clocks_go_forward_is_short(zone: str, count: int) -> None:
    day = date(2026, 3, 29)
    assert len(quarters.quarters(day, day, zone)) == count


def test_every_day_of_a_range_is_there() -> None:
    days = list(quarters.days(date(2028, 2, 27), date(2028, 3, 1)))
    assert [day.day for day in days] == [27, 28, 29, 1]
    assert list(quarters.days(date(2028, 3, 1), date(2028, 3, 1))) == [date(2028, 3, 1)]
