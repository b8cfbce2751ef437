"""Working time is what counting it minute by minute comes to."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.rules.calendars import DAY_MINUTES, Calendar, due, worked

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Sydney", "America/Sao_Paulo", "Asia/Kolkata"]
#: Half an hour of summer time, a gap at midnight, a fold over midnight, a day that there was not.
ODD = ["Australia/Lord_Howe", "Asia/Beirut", "America/Havana", "Pacific/Apia", "Africa/Casablanca"]
OFFICE = tuple([((9 * 60, 12 * 60), (13 * 60, 17 * 60 + 30))] * 5 + [()] * 2)
ALWAYS = (((0, DAY_MINUTES),),) * 7


def ms(text: str, zone: str = "UTC", *, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


def is_working(calendar: Calendar, at: int) -> bool:
    """Whether the minute that begins then is working time."""
    local = datetime.fromtimestamp(at / 1000, ZoneInfo(calendar.zone))
    minute = local.hour * 60 + local.minute
    is_holiday = (local.date() - date(1970, 1, 1)).days in calendar.holidays
    return not is_holiday and any(begin <= minute < end for begin, end in calendar.week[local.weekday()])


def minutes(calendar: Calendar, start: int, end: int) -> list[int]:
    """The minutes of working time, each by its beginning."""
    return [at for at in range(start, end, MINUTE) if is_working(calendar, at)]


def holiday(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


@st.composite
def weeks(draw: st.DrawFn) -> tuple[tuple[tuple[int, int], ...], ...]:
    def day() -> tuple[tuple[int, int], ...]:
        edges = sorted(draw(st.sets(st.integers(0, 48), max_size=6)))
        return tuple((begin * 30, end * 30) for begin, end in list(pairwise(edges))[::2])

    return tuple(day() for _ in range(7))


_DAYS = st.integers(holiday("2017-06-01"), holiday("2019-06-01"))


@settings(max_examples=40, deadline=None)
@given(
    week=weeks(),
    zone=st.sampled_from(ZONES + ODD),
    day=_DAYS,
    holidays=st.frozensets(st.integers(0, 9), max_size=3),
    minute=st.integers(0, 1439),
    span=st.integers(1, 3000),
)
@example(week=ALWAYS, zone="America/Sao_Paulo", day=holiday("2018-02-17"), holidays=frozenset({1}), minute=600, span=2000)
@example(week=ALWAYS, zone="America/Sao_Paulo", day=holiday("2018-11-03"), holidays=frozenset({1}), minute=600, span=2000)
@example(week=ALWAYS, zone="Pacific/Apia", day=holiday("2011-12-27"), holidays=frozenset(), minute=30, span=5000)
@example(week=OFFICE, zone="Australia/Lord_Howe", day=holiday("2018-04-01"), holidays=frozenset(), minute=0, span=900)
def test_a_week_of_working_time_is_what_its_minutes_are(
    week: tuple[tuple[tuple[int, int], ...], ...], zone: str, day: int, holidays: frozenset[int], minute: int, span: int
) -> None:
    calendar = Calendar(week, frozenset(day + at for at in holidays), zone)
    start = day * DAY + minute * MINUTE
    end = start + 8 * DAY
    counted = minutes(calendar, start, end)
    assert worked(calendar, start, end) == len(counted) * MINUTE
    found = due(calendar, start, span * MINUTE)
    if span <= len(counted):
        assert found == counted[span - 1] + MINUTE
        assert worked(calendar, start, found) == span * MINUTE
    else:
        assert found is None or found > end


def test_a_year_of_working_time_is_what_its_minutes_are() -> None:
    """A year with both changes of the clock, in both hemispheres."""
    for zone in ("America/New_York", "Australia/Sydney"):
        calendar = Calendar(OFFICE, frozenset({holiday("2025-12-25"), holiday("2026-01-01")}), zone)
        start, end = ms("2025-03-01T00:00"), ms("2026-03-01T00:00")
        counted = minutes(calendar, start, end)
        assert worked(calendar, start, end) == len(counted) * MINUTE
        for span in range(1, len(counted), 1777):
            assert due(calendar, start, span * MINUTE) == counted[span - 1] + MINUTE


@given(
    start=st.integers(ms("2026-01-01T00:00"), ms("2027-01-01T00:00")), span=st.integers(1, 10 * DAY), zone=st.sampled_from(ZONES)
)
@settings(max_examples=30, deadline=None)
def test_what_is_due_is_to_the_millisecond_when_so_much_has_passed(start: int, span: int, zone: str) -> None:
    calendar = Calendar(OFFICE, zone=zone)
    found = due(calendar, start, span)
    assert found is not None
    assert worked(calendar, start, found) == span
    assert worked(calendar, start, found - 1) == span - 1


@pytest.mark.parametrize(
    ("zone", "start", "span", "expected"),
    [
        ("Europe/Berlin", "2026-11-27T16:30", 2 * HOUR, "2026-11-30T10:00"),  # over a weekend
        ("Europe/Berlin", "2026-11-30T11:30", 1 * HOUR, "2026-11-30T13:30"),  # over lunch
        ("Europe/Berlin", "2026-11-30T16:30", 1 * HOUR, "2026-11-30T17:30"),  # until the end of the day
        ("Asia/Kolkata", "2026-11-30T06:00", 1 * HOUR, "2026-11-30T10:00"),  # begun before work
    ],
)
def test_working_time_runs_within_periods_alone(zone: str, start: str, span: int, expected: str) -> None:
    assert due(Calendar(OFFICE, zone=zone), ms(start, zone), span) == ms(expected, zone)


def test_a_holiday_has_none() -> None:
    calendar = Calendar(OFFICE, frozenset({holiday("2026-12-25")}), "Europe/Berlin")
    assert due(calendar, ms("2026-12-24T17:00", calendar.zone), HOUR) == ms("2026-12-28T09:30", calendar.zone)


def test_an_hour_that_is_skipped_does_not_count_and_one_that_is_repeated_counts_twice() -> None:
    """Berlin skips 2:00 to 3:00 on 2026-03-29 and has it twice on 2026-10-25."""
    night = Calendar((((60, 240),),) * 7, zone="Europe/Berlin")
    assert worked(night, ms("2026-03-29T00:00", night.zone), ms("2026-03-29T12:00", night.zone)) == 2 * HOUR
    assert worked(night, ms("2026-10-25T00:00", night.zone), ms("2026-10-25T12:00", night.zone)) == 4 * HOUR
    half = Calendar((((60, 150),),) * 7, zone="Europe/Berlin")  # until half past two, which comes twice
    assert worked(half, ms("2026-10-25T00:00", half.zone), ms("2026-10-25T12:00", half.zone)) == 2 * HOUR
    assert due(half, ms("2026-10-25T00:00", half.zone), 105 * MINUTE) == ms("2026-10-25T02:15", half.zone, fold=1)


def test_what_has_no_working_time_is_never_due_and_takes_no_time() -> None:
    assert due(Calendar(((),) * 7), 0, 1) is None
    every = frozenset(range(holiday("2026-01-01"), holiday("2040-01-01")))
    assert due(Calendar(ALWAYS, every), ms("2026-06-01T00:00"), 1) is None
    year = frozenset(range(holiday("2026-01-01"), holiday("2027-01-01")))
    assert due(Calendar(ALWAYS, year), ms("2026-01-01T12:00"), HOUR) == ms("2027-01-01T01:00")
    assert due(Calendar((((0, 1),), *((),) * 6)), 0, 100 * HOUR) is None  # a minute a week


def test_without_a_calendar_all_time_is_working_time() -> None:
    assert (due(None, 5, 10), worked(None, 5, 15), worked(None, 15, 5)) == (15, 10, 0)


def test_times_before_a_start_have_none() -> None:
    now = int(datetime.now(UTC).timestamp() * 1000)
    assert worked(Calendar(ALWAYS), now, now - int(timedelta(days=1).total_seconds() * 1000)) == 0
