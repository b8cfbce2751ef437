"""Anytime's working time: the periods of each weekday in which the site works, and its time zone."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import business_hours
from chalicelib.desk.accounts.business_hours import MOST_PERIODS
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime.holidays import Holiday, show
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Name, one_of
from chalicelib.dialects.endpoint import Endpoint, Nothing

#: Weekdays from Monday on, as the desk counts them. In numbers Sunday is 0.
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Hour = Annotated[int, Meta(ge=0, le=24)]
Minute = Annotated[int, Meta(ge=0, le=59)]
#: A day by its English name, whatever its case, or by its number.
Day = Annotated[int, Meta(ge=0, le=6)] | Name
#: A period in minutes of the day.
_Span = tuple[int, int]


class Period(Wire, kw_only=True):
    """A period of a day. It may end at 24:00."""

    start_hour: Hour
    start_min: Minute = 0
    end_hour: Hour
    end_min: Minute = 0


class PeriodShown(Wire, kw_only=True):
    """A period as it is stored."""

    start_hour: int
    start_min: int
    end_hour: int
    end_min: int


class WorkingDay(Wire, kw_only=True):
    """A weekday's working time. `startHour` and what follows are of its first period, 0 where it has none."""

    day_of_week: Annotated[str, one_of(*DAYS)]
    is_business_day: bool
    periods: list[PeriodShown]
    start_hour: int
    start_min: int
    end_hour: int
    end_min: int


class WorkingTime(Wire, kw_only=True):
    """The week's working time from Monday on, and the site's time zone, an IANA name."""

    working_times: list[WorkingDay]
    time_zone: str


class WorkingTimeAndHolidays(WorkingTime, kw_only=True):
    """The same with the holidays."""

    holidays: list[Holiday]


class SetWorkingDay(Wire, kw_only=True):
    """A weekday to set: its periods, or one that is given without a list. No business day has none."""

    day_of_week: Day
    is_business_day: bool = True
    periods: Annotated[list[Period], Meta(max_length=MOST_PERIODS)] | None = None
    start_hour: Hour | None = None
    start_min: Minute = 0
    end_hour: Hour | None = None
    end_min: Minute = 0


class SetWorkingTime(Wire, kw_only=True):
    """`PUT /workingTime`: weekdays that are not given stay as they are. The body may be the list of days alone."""

    working_times: Annotated[list[SetWorkingDay], Meta(max_length=7)] = msgspec.field(default_factory=list)
    time_zone: Name | UnsetType = UNSET


def get_working_time(ctx: Context, request: Nothing) -> WorkingTime:
    """`GET /workingTime`: Monday to Friday from 9 to 17 where nothing is set."""
    return _shown(business_hours.load(ctx))


def set_working_time(ctx: Context, request: SetWorkingTime) -> WorkingTime:
    """`PUT /workingTime`: sets weekdays and the time zone. Clocks that run already stay as they are."""
    days: dict[int, Sequence[_Span]] = {}
    for at, given in enumerate(request.working_times):
        place = f"workingTimes[{at}]"
        day = _day(given.day_of_week, f"{place}.dayOfWeek")
        if day in days:
            raise Invalid(f"{place}.dayOfWeek", "is given twice")
        days[day] = _periods(given, place)
    zone = None if isinstance(request.time_zone, UnsetType) else request.time_zone
    return _shown(business_hours.change(ctx, days, zone))


def get_all(ctx: Context, request: Nothing) -> WorkingTimeAndHolidays:
    """`GET /workingTimeAndHolidays`: both."""
    found = _shown(business_hours.load(ctx))
    holidays = [show(one) for one in business_hours.list_holidays(ctx)]
    return WorkingTimeAndHolidays(working_times=found.working_times, time_zone=found.time_zone, holidays=holidays)


def _day(given: int | str, place: str) -> int:
    """Returns a weekday as the desk counts them. Raises Invalid."""
    if isinstance(given, str) and given.strip().lower() in DAYS:
        return DAYS.index(given.strip().lower())
    number = int(given) if isinstance(given, int) or (given.isascii() and given.isdecimal() and len(given) == 1) else -1
    if not 0 <= number < len(DAYS):
        raise Invalid(place, f"must be one of {', '.join(DAYS)}, or 0 to 6 from Sunday on")
    return (number - 1) % len(DAYS)


def _periods(given: SetWorkingDay, place: str) -> list[_Span]:
    """Returns the periods of a day in minutes. Raises Invalid for a business day without any, one that ends too early, two that
    overlap.
    """
    periods = given.periods or []
    if given.periods is None and given.start_hour is not None and given.end_hour is not None:
        flat = (given.start_hour, given.start_min, given.end_hour, given.end_min)
        periods = [Period(start_hour=flat[0], start_min=flat[1], end_hour=flat[2], end_min=flat[3])]
    if not given.is_business_day:
        return []
    if not periods:
        raise Invalid(f"{place}.periods", "are needed for a business day")
    found = [(one.start_hour * 60 + one.start_min, one.end_hour * 60 + one.end_min) for one in periods]
    if any(not begin < end <= 1440 for begin, end in found):
        raise Invalid(f"{place}.periods", "must begin before they end, within the day")
    if any(later[0] < earlier[1] for earlier, later in pairwise(sorted(found))):
        raise Invalid(f"{place}.periods", "of a day must not overlap")
    return found


def _shown(found: business_hours.WorkingTime) -> WorkingTime:
    days = [_shown_day(name, periods) for name, periods in zip(DAYS, found.week, strict=True)]
    return WorkingTime(working_times=days, time_zone=found.zone)


def _shown_day(name: str, periods: Sequence[_Span]) -> WorkingDay:
    shown = [_shown_period(begin, end) for begin, end in periods]
    first = shown[0] if shown else _shown_period(0, 0)
    flat = msgspec.structs.asdict(first)
    return WorkingDay(day_of_week=name, is_business_day=bool(shown), periods=shown, **flat)


def _shown_period(begin: int, end: int) -> PeriodShown:
    (start_hour, start_min), (end_hour, end_min) = divmod(begin, 60), divmod(end, 60)
    return PeriodShown(start_hour=start_hour, start_min=start_min, end_hour=end_hour, end_min=end_min)


_PATH = f"{BASE}/workingTime"
ROWS = [
    Endpoint("GET", _PATH, get_working_time, AGENT),
    Endpoint("PUT", _PATH, set_working_time, ADMIN, listed="workingTimes"),
    Endpoint("GET", f"{BASE}/workingTimeAndHolidays", get_all, AGENT),
]
