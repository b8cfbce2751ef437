"""Anytime's holidays: days without working time."""

from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import business_hours
from chalicelib.desk.accounts.business_hours import Change
from chalicelib.desk.core.errors import NotFound
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Name, Number
from chalicelib.dialects.endpoint import Endpoint, Nothing


class Holiday(Wire, kw_only=True):
    """A holiday. `date` is a day of the site's calendar, as 2027-01-01."""

    id: int
    title: str
    date: str


class HolidayList(Wire, kw_only=True):
    """Holidays under their name, by date."""

    holidays: list[Holiday]


class WrappedHoliday(Wire, kw_only=True):
    """One holiday under its name."""

    holiday: Holiday


class OneHoliday(Wire, kw_only=True):
    """A holiday by its integer id."""

    id: Number


class MakeHoliday(Wire, kw_only=True):
    """`POST /holidays`. Only the day of a time in `date` counts."""

    title: Name
    date: Name


class ChangeHoliday(Wire, kw_only=True):
    """`PUT /holidays/{id}`: what is given changes."""

    id: Number
    title: Name | UnsetType = UNSET
    date: Name | UnsetType = UNSET


def list_holidays(ctx: Context, request: Nothing) -> HolidayList:
    """`GET /holidays`: by date."""
    return HolidayList(holidays=[show(found) for found in business_hours.list_holidays(ctx)])


def get_holiday(ctx: Context, request: OneHoliday) -> WrappedHoliday:
    """`GET /holidays/{id}`: a holiday."""
    return WrappedHoliday(holiday=show(business_hours.get_holiday(ctx, request.id)))


def make_holiday(ctx: Context, request: MakeHoliday) -> WrappedHoliday:
    """`POST /holidays`: a new holiday."""
    return WrappedHoliday(holiday=show(business_hours.create_holiday(ctx, request.title, _day(request.date))))


def change_holiday(ctx: Context, request: ChangeHoliday) -> WrappedHoliday:
    """`PUT /holidays/{id}`: changes the given fields."""
    day = UNSET if isinstance(request.date, UnsetType) else _day(request.date)
    return WrappedHoliday(holiday=show(business_hours.change_holiday(ctx, request.id, Change(request.title, day))))


def remove_holiday(ctx: Context, request: OneHoliday) -> None:
    """`DELETE /holidays/{id}`, and `DELETE /holidays` with the id in the body: removes a holiday."""
    business_hours.remove_holiday(ctx, request.id)


def show(found: business_hours.Holiday) -> Holiday:
    """Returns a holiday as it is shown."""
    return Holiday(id=found.number, title=found.title, date=found.date)


def _day(text: str) -> str:
    """Returns the day of a date or a time, as it is written."""
    return text.strip().partition("T")[0].partition(" ")[0]


_PATH, _ONE = f"{BASE}/holidays", f"{BASE}/holidays/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_holidays, AGENT),
    Endpoint("POST", _PATH, make_holiday, ADMIN),
    Endpoint("DELETE", _PATH, remove_holiday, ADMIN, raises=(NotFound,)),
    Endpoint("GET", _ONE, get_holiday, AGENT),
    Endpoint("PUT", _ONE, change_holiday, ADMIN),
    Endpoint("DELETE", _ONE, remove_holiday, ADMIN),
]
