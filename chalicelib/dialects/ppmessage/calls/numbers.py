"""Calls for the console's numbers."""

from collections.abc import Callable

from chalicelib.context import Context
from chalicelib.desk.reports import statistics
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.mapping import numbers as mapping
from chalicelib.dialects.ppmessage.wire import numbers as wire
from chalicelib.dialects.ppmessage.wire.apps import AppRequest

_PPCONSOLE = ("PPCONSOLE",)


def overview(ctx: Context, request: AppRequest) -> wire.OverviewShown:
    """PPCONSOLE_GET_OVERVIEW_NUMBER."""
    return mapping.overview(statistics.last_days(ctx, 2), statistics.totals(ctx))


def _by_hour(which: mapping.Which) -> Callable[[Context, AppRequest], wire.ByHour]:
    def by_hour(ctx: Context, request: AppRequest) -> wire.ByHour:
        return mapping.by_hour(statistics.by_hour(ctx), which)

    # The document names each operation.
    by_hour.__name__, by_hour.__doc__ = f"{which.__name__}_by_hour", f"{which.__doc__} By hour, today."
    return by_hour


def _by_day(which: mapping.Which) -> Callable[[Context, wire.Range], wire.ByDay]:
    def by_day(ctx: Context, request: wire.Range) -> wire.ByDay:
        first, last = mapping.day("begin_date", request.begin_date), mapping.day("end_date", request.end_date)
        return mapping.by_day(statistics.by_day(ctx, first, last), which)

    by_day.__name__, by_day.__doc__ = f"{which.__name__}_by_day", f"{which.__doc__} By day."
    return by_day


ROWS = [
    Endpoint("POST", "/api/PPCONSOLE_GET_OVERVIEW_NUMBER", overview, _PPCONSOLE),
    Endpoint("POST", "/api/PPCONSOLE_GET_REAL_TIME_CUSTOMER_NUMBER", _by_hour(mapping.customers), _PPCONSOLE),
    Endpoint("POST", "/api/PPCONSOLE_GET_REAL_TIME_SERVICE_NUMBER", _by_hour(mapping.services), _PPCONSOLE),
    Endpoint("POST", "/api/PPCONSOLE_GET_REAL_TIME_MESSAGE_NUMBER", _by_hour(mapping.messages), _PPCONSOLE),
    Endpoint("POST", "/api/PPCONSOLE_GET_CUSTOMER_NUMBER_BY_RANGE", _by_day(mapping.customers), _PPCONSOLE),
    Endpoint("POST", "/api/PPCONSOLE_GET_SERVICE_NUMBER_BY_RANGE", _by_day(mapping.services), _PPCONSOLE),
    Endpoint("POST", "/api/PPCONSOLE_GET_MESSAGE_NUMBER_BY_RANGE", _by_day(mapping.messages), _PPCONSOLE),
]
