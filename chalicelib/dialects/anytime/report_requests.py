"""Anytime's reports: what all of them can be asked, in its words."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from chalicelib.context import Context
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.reports import names, reports
from chalicelib.desk.reports.reports import Question
from chalicelib.dialects.anytime.shapes import Wire, read_moment
from chalicelib.dialects.bounds import Name

#: Hours east of UTC, in quarters.
Offset: TypeAlias = Annotated[float, Meta(ge=-14, le=14)]
ViewType = Literal["site", "agent", "department", "channel"]
TimeUnit = Literal["hour", "day", "week", "month"]
_BY = {"byTime": reports.TIME, "byAgent": names.AGENT, "byDepartment": names.DEPARTMENT, "byChannel": names.CHANNEL}
_BY |= {"bySLAPolicy": names.POLICY}
#: How long a report is that has no `startTime`, in milliseconds.
_USUAL = 30 * 86_400_000


class Asked(Wire, kw_only=True):
    """Base: a span of time, the last 30 days without one. Times without a zone are `timeZoneOffset` hours east of UTC, and so are
    days. An `endTime` that is a day includes it. `viewValue` is an id, of a channel also its name.
    """

    start_time: Name = ""
    end_time: Name = ""
    view_type: ViewType = "site"
    view_value: Name = ""
    time_unit: TimeUnit = "day"
    dimension_type: Literal["byTime", "byAgent", "byDepartment", "byChannel"] = "byTime"
    time_zone_offset: Offset = 0


class AskedOfSla(Asked, kw_only=True):
    """The same, also by policy."""

    dimension_type: Literal["byTime", "byAgent", "byDepartment", "byChannel", "bySLAPolicy"] = "byTime"  # type: ignore[assignment]


def quarters_east(hours: float, field: str = "timeZoneOffset") -> int:
    """Returns an offset in quarters of an hour. Raises Invalid for a part of one."""
    if not float(hours * 4).is_integer():
        raise Invalid(field, "must be hours in quarters, such as 5.75")
    return int(hours * 4)


def question(ctx: Context, request: Asked) -> Question:
    """Returns what is asked for. Raises Invalid."""
    offset = quarters_east(request.time_zone_offset)
    end = _end(request)
    end = ctx.now + 1 if end is None else end  # what happens this moment is in it
    start = read_moment(request.start_time, "startTime", request.time_zone_offset)
    return Question(
        end - _USUAL if start is None else start,
        end,
        request.view_type,
        _value(request),
        _BY[request.dimension_type],
        request.time_unit,
        offset,
    )


def _end(request: Asked) -> int | None:
    text = request.end_time
    with suppress(ValueError, OverflowError):  # no day: a time, or nothing that `read_moment` takes
        text = (date.fromisoformat(text) + timedelta(days=1)).isoformat()
    return read_moment(text, "endTime", request.time_zone_offset)


def _value(request: Asked) -> int | str:
    given = request.view_value.strip()
    if request.view_type == "site":
        return 0
    if request.view_type == names.CHANNEL:
        known = {str(number): name for name, number in names.CHANNELS.items()} | {name: name for name in names.CHANNELS}
        if given.lower() not in known:
            raise Invalid("viewValue", f"must be one of {', '.join(known)}")
        return known[given.lower()]
    if not (given.isascii() and given.isdecimal() and len(given) < 16 and int(given)):
        raise Invalid("viewValue", f"must be the id of one {request.view_type}")
    return int(given)
