"""Anytime's reports as CSV files: UTF-8 with a byte order mark, as Excel needs it, and no cell that a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.core.errors import Conflict, Invalid
from chalicelib.dialects.anytime import realtime_reports, reports
from chalicelib.dialects.anytime.report_requests import Asked, AskedOfSla, Offset, quarters_east
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Name
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import BYTE_ORDER_MARK, Answer, Shows

#: The largest file in bytes: API Gateway's answers have 6 MB at most, in which it is a JSON text.
LARGEST = 4_000_000
_CSV = Annotated[Answer, Shows(media_type="text/csv", headers=("Content-Disposition",))]
#: What a date's format is made of, and what stands for it in Python.
_PARTS = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_PART = re.compile("|".join(_PARTS))
_FORMAT = re.compile(rf"(?:{_PART.pattern}|[-/. :,T])*", re.ASCII)
#: Where a spreadsheet takes a text for a formula: at the beginning, behind spaces too, and where it takes a semicolon or a tab
#: for the end of a cell. Some read the wide signs of East Asian keyboards as well.
_FORMULA = re.compile("(?:^|(?<=[;\t]))(?=[\t\r\n]|\\s*[=+@\uff1d\uff0b\uff0d\uff20-])")


class Export(Asked, kw_only=True):
    """A report as a file. `timeOffset` is `timeZoneOffset`; times are as `dateFormat` says, such as MM/dd/yyyy HH:mm."""

    time_offset: Offset | UnsetType = UNSET
    date_format: Name = "yyyy-MM-dd HH:mm"


class ExportOfSla(AskedOfSla, kw_only=True):
    """The same, also by policy."""

    time_offset: Offset | UnsetType = UNSET
    date_format: Name = "yyyy-MM-dd HH:mm"


class ExportOfNow(Wire, kw_only=True):
    """`GET /reports/rightNow/export`: nothing of it depends on a time."""

    time_zone_offset: Offset = 0
    time_offset: Offset | UnsetType = UNSET
    date_format: Name = "yyyy-MM-dd HH:mm"


def right_now(ctx: Context, request: ExportOfNow) -> _CSV:
    """`GET /reports/rightNow/export`: what is open now, as CSV."""
    _times(request)  # which it has none of
    names, lines = _table([realtime_reports.get(ctx, request)], None)  # type: ignore[arg-type]
    return _file("rightNow", names, lines)


def volume(ctx: Context, request: Export) -> _CSV:
    """`GET /reports/volume/export`: the same as CSV."""
    return _export("volume", reports.volume, ctx, request)


def channel(ctx: Context, request: Export) -> _CSV:
    """`GET /reports/channel/export`: the same as CSV, a column for each channel's messages and share."""
    return _export("channel", reports.channel, ctx, request)


def efficiency(ctx: Context, request: Export) -> _CSV:
    """`GET /reports/efficiency/export`: the same as CSV."""
    return _export("efficiency", reports.efficiency, ctx, request)


def sla(ctx: Context, request: ExportOfSla) -> _CSV:
    """`GET /reports/sla/export`: the same as CSV."""
    return _export("sla", reports.sla, ctx, request)


def _export(name: str, make: Callable[[Context, Any], Any], ctx: Context, request: Export | ExportOfSla) -> Answer:
    """Returns a report as a file, with a last line of all. Raises Invalid."""
    times = _times(request)
    if not isinstance(request.time_offset, UnsetType):
        request = msgspec.structs.replace(request, time_zone_offset=request.time_offset)
    found = make(ctx, request)
    names, lines = _table([*found.data_list, msgspec.structs.replace(found.total, name="total")], times)
    return _file(name, names, lines)


def _times(request: "Export | ExportOfSla | ExportOfNow") -> "_Times":
    """Returns how times are to be shown. Raises Invalid."""
    offset = quarters_east(request.time_zone_offset)
    if not isinstance(request.time_offset, UnsetType):
        offset = quarters_east(request.time_offset, "timeOffset")
    return _Times(request.date_format, offset)


class _Times:
    """Times as the caller wants to read them."""

    def __init__(self, text: str, offset: int) -> None:
        if not (len(text) <= 32 and _PART.search(text) and _FORMAT.fullmatch(text)):
            raise Invalid("dateFormat", "must be made of yyyy, MM, dd, HH, mm, ss and - / . : , such as MM/dd/yyyy HH:mm")
        self._format, self._offset = _PART.sub(lambda part: _PARTS[part[0]], text), timedelta(minutes=15 * offset)

    def show(self, moment: str) -> str:
        """Returns a time of an answer."""
        return (datetime.fromisoformat(moment).astimezone(UTC) + self._offset).strftime(self._format)


def _table(rows: Sequence[Wire], times: _Times | None) -> tuple[list[str], Iterator[list[object]]]:
    """Returns the names of columns, and a list of cells for each row, made when its turn comes."""
    first = _cells(rows[0], times)
    return list(first), ([*_cells(row, times).values()] for row in rows)


def _cells(row: Wire, times: _Times | None) -> dict[str, object]:
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(type(row)):
        value, name = getattr(row, field.name), field.encode_name
        if isinstance(value, list):
            for one in value:
                found |= {f"{one.channel_name} messages": one.channel_message_number}
                found |= {f"{one.channel_name} percentage": one.channel_percentage}
        elif not name.endswith("ConversationsPercentage"):  # the second spelling of a share
            found[name] = times.show(value) if times and name in ("startTime", "endTime") else value
    return found


def _file(name: str, names: list[str], lines: Iterable[Sequence[object]]) -> Answer:
    """Returns a CSV file. Raises Invalid for one that is too large; no more is kept of it than fits."""
    text = io.StringIO(newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    for line in chain([names], lines):
        writer.writerow([harmless(cell) for cell in line])
        if text.tell() > LARGEST // 4:  # characters, of four bytes at most
            raise Invalid("endTime", "makes too large a file: ask for a shorter span")
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Answer(text.getvalue(), headers={**headers, "Cache-Control": "private"})


def harmless(cell: object) -> object:
    """Returns a cell that no spreadsheet takes for a formula: where a text begins like one it gets an apostrophe."""
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell


_PATH = f"{BASE}/reports"
ROWS = [
    Endpoint("GET", f"{_PATH}/rightNow/export", right_now, AGENT, raises=(Conflict,)),
    Endpoint("GET", f"{_PATH}/realtime/now/export", right_now, AGENT, raises=(Conflict,)),
    Endpoint("GET", f"{_PATH}/volume/export", volume, ADMIN, raises=(Conflict,)),
    Endpoint("GET", f"{_PATH}/channel/export", channel, ADMIN, raises=(Conflict,)),
    Endpoint("GET", f"{_PATH}/efficiency/export", efficiency, ADMIN, raises=(Conflict,)),
    Endpoint("GET", f"{_PATH}/sla/export", sla, ADMIN, raises=(Conflict,)),
]
