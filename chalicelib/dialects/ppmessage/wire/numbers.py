"""The console's numbers."""

import msgspec

from chalicelib.dialects.bounds import Name
from chalicelib.dialects.ppmessage.wire.apps import AppRequest


class Range(AppRequest, kw_only=True):
    """*_BY_RANGE: days as `2016-05-18`, both included; without them the last thirty and today."""

    begin_date: Name | None = None
    end_date: Name | None = None


class Overview(msgspec.Struct, kw_only=True):
    """PPCONSOLE_GET_OVERVIEW_NUMBER; the documented `all_message` is a text."""

    today_customer: int
    yesterday_customer: int
    all_customer: int
    all_message: str
    agent: int


class OverviewShown(msgspec.Struct):
    """The overview under its key."""

    number: Overview


class ByHour(msgspec.Struct):
    """PPCONSOLE_GET_REAL_TIME_*: `[{"0": n}, … {"23": n}]`."""

    number: list[dict[str, int]]


class ByDay(msgspec.Struct):
    """PPCONSOLE_GET_*_BY_RANGE: `{"2016-05-18": n, …}`."""

    number: dict[str, int]
