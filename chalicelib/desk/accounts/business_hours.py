"""Business hours: the periods of each weekday in which an account works, and its holidays, in the account's time zone."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import access, documents
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.documents import Document, Partition
from chalicelib.desk.core.errors import Invalid
from chalicelib.rules.calendars import DAY_MINUTES, Calendar, Period

#: Holidays of an account, periods of a day.
MOST_HOLIDAYS, MOST_PERIODS = 500, 10
#: Weekdays, from Monday on.
DAYS = 7
_PARTITION = "business_hours"
_EPOCH = date(1970, 1, 1)
#: Monday to Friday from 9 to 17, where an account has set nothing.
_OFFICE: tuple[tuple[Period, ...], ...] = (((540, 1020),),) * 5 + ((),) * 2


class Hours(msgspec.Struct, frozen=True):
    """Periods of each weekday from Monday on, in order and apart: minutes of the day at which they begin and end."""

    week: tuple[tuple[Period, ...], ...] = _OFFICE


class Holiday(Entry, frozen=True, kw_only=True):
    """A day without working time. `date` is ISO 8601."""

    title: str
    date: str


class Change(msgspec.Struct, frozen=True):
    """What to set of a holiday; UNSET leaves it as it is."""

    title: str | UnsetType = UNSET
    date: str | UnsetType = UNSET


class WorkingTime(msgspec.Struct, frozen=True):
    """An account's hours, and the IANA name of its time zone."""

    week: Sequence[Sequence[Period]]
    zone: str


def _check(found: Holiday) -> None:
    try:
        is_date = date.fromisoformat(found.date).isoformat() == found.date
    except ValueError:
        is_date = False
    if not is_date:
        raise Invalid("date", "must be a date, as 2027-01-01")


_HOURS = Document("business_hours", Hours, partition=_PARTITION)
HOLIDAYS = Collection("holiday", Holiday, most=MOST_HOLIDAYS, longest={"title": 256}, partition=_PARTITION, check=_check)


def calendar(ctx: Context) -> Calendar:
    """Returns the account's working time, a minute old at most. No request where a warm process has it, else one."""
    zone = accounts.load(ctx).time_zone
    return documents.load(ctx, _PARTITION).value(f"calendar {zone}", lambda partition: _calendar(partition, zone))


def _calendar(partition: Partition, zone: str) -> Calendar:
    days = [date.fromisoformat(holiday.date) for holiday in HOLIDAYS.of(partition).values()]
    return Calendar(_HOURS.of(partition).week, frozenset((day - _EPOCH).days for day in days), zone)


@access.allow(AGENT)
def load(ctx: Context) -> WorkingTime:
    """Returns the working time as it is stored now. One request, two where no warm process has the account."""
    return WorkingTime(_HOURS.load_fresh(ctx).week, accounts.load(ctx).time_zone)


@access.allow(ADMIN)
def change(ctx: Context, days: Mapping[int, Sequence[Period]], zone: str | None = None) -> WorkingTime:
    """Sets the periods of some weekdays (0 is Monday), and the account's time zone unless None. Two requests for each.

    Raises Invalid for a day that there is not, periods that overlap or are more than MOST_PERIODS, and an unknown zone.
    """
    checked = {day: _checked(day, periods) for day, periods in days.items()}
    if zone is not None:
        accounts.change(ctx, accounts.Change(time_zone=zone))
    if checked:
        _HOURS.change(ctx, lambda before: Hours(tuple(checked.get(day, before.week[day]) for day in range(DAYS))))
    return load(ctx)


def _checked(day: int, periods: Sequence[Period]) -> tuple[Period, ...]:
    """Returns the periods of a day in order."""
    ordered = sorted(periods)
    if day not in range(DAYS):
        raise Invalid("day_of_week", "is not a day of the week")
    if len(ordered) > MOST_PERIODS:
        raise Invalid("periods", f"of a day are {MOST_PERIODS} at most")
    if not all(0 <= begin < end <= DAY_MINUTES for begin, end in ordered):
        raise Invalid("periods", "must begin before they end, within the day")
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        raise Invalid("periods", "of a day must not overlap")
    return tuple(ordered)


@access.allow(AGENT)
def list_holidays(ctx: Context) -> list[Holiday]:
    """Returns the account's holidays by date. One request."""
    return sorted(HOLIDAYS.load_fresh(ctx).values(), key=lambda one: (one.date, one.number))


@access.allow(AGENT)
def get_holiday(ctx: Context, number: int) -> Holiday:
    """Returns a holiday by its number. One request where the process is warm. Raises NotFound."""
    return HOLIDAYS.get_by_number(ctx, number)


@access.allow(ADMIN)
def create_holiday(ctx: Context, title: str, day: str) -> Holiday:
    """Creates a holiday: two requests. Raises Invalid."""
    return HOLIDAYS.create(ctx, {"title": title, "date": day})


@access.allow(ADMIN)
def change_holiday(ctx: Context, number: int, wanted: Change) -> Holiday:
    """Sets the given fields: three requests. Raises NotFound, Invalid."""
    return HOLIDAYS.change(ctx, HOLIDAYS.get_by_number(ctx, number).id, wanted)[1]


@access.allow(ADMIN)
def remove_holiday(ctx: Context, number: int) -> None:
    """Removes a holiday: three requests. Raises NotFound."""
    HOLIDAYS.remove(ctx, HOLIDAYS.get_by_number(ctx, number).id)
