"""Anytime's reports of a span of time: volume, channel, efficiency and SLA. docs/reports.md says what each number means."""

from collections import Counter
from collections.abc import Callable

from chalicelib.context import ADMIN, Context
from chalicelib.desk.core.errors import Conflict
from chalicelib.desk.reports import names, numbers, reports
from chalicelib.desk.reports.reports import Line, Report
from chalicelib.dialects.anytime.report_requests import Asked, AskedOfSla, question
from chalicelib.dialects.anytime.shapes import BASE, Wire, moment
from chalicelib.dialects.bounds import Moment
from chalicelib.dialects.endpoint import Endpoint


class OfLine(Wire, kw_only=True):
    """Base of a line: what it is of, `id` 0 and no name for a span of time, and the span."""

    id: int
    name: str
    start_time: Moment
    end_time: Moment


class Volume(OfLine, kw_only=True):
    """How many conversations were created, closed, replied to and reopened, and are open at the end. A percentage is the share of
    all lines; each has two spellings.
    """

    created_conversations: int
    created_percentage: float
    created_conversations_percentage: float
    closed_conversations: int
    closed_percentage: float
    closed_conversations_percentage: float
    replied_conversations: int
    replied_percentage: float
    replied_conversations_percentage: float
    reopened_conversations: int
    reopened_percentage: float
    reopened_conversations_percentage: float
    open_conversations: int
    open_percentage: float
    open_conversations_percentage: float


class ChannelEfficiency(Wire, kw_only=True):
    """How many messages people wrote through a channel, and their share."""

    channel_id: int
    channel_name: str
    channel_message_number: int
    channel_percentage: float


class Channels(OfLine, kw_only=True):
    """A line by channel."""

    channel_efficiencies: list[ChannelEfficiency]


class Efficiency(OfLine, kw_only=True):
    """Average times in seconds, null where there is nothing to average, and messages for each conversation that was created."""

    avg_first_response_time: float | None
    avg_agent_response_time: float | None
    avg_conversation_time: float | None
    avg_contact_messages: float | None
    avg_agent_messages: float | None
    total_contact_messages: int
    total_agent_messages: int
    total_conversations: int


class Sla(OfLine, kw_only=True):
    """How many percent of the clocks were in time, null where none ended; average times in seconds; conversations with a
    breach.
    """

    first_respond_time_achieved_percentage: float | None
    avg_first_respond_time: float | None
    next_respond_time_achieved_percentage: float | None
    avg_next_respond_time: float | None
    resolve_time_achieved_percentage: float | None
    avg_resolve_time: float | None
    breached_tickets: int


class VolumeReport(Wire, kw_only=True):
    """Volume by line, and of all."""

    data_list: list[Volume]
    total: Volume


class ChannelReport(Wire, kw_only=True):
    """Channels by line, and of all."""

    data_list: list[Channels]
    total: Channels


class EfficiencyReport(Wire, kw_only=True):
    """Efficiency by line, and of all."""

    data_list: list[Efficiency]
    total: Efficiency


class SlaReport(Wire, kw_only=True):
    """SLA by line, and of all."""

    data_list: list[Sla]
    total: Sla


def volume(ctx: Context, request: Asked) -> VolumeReport:
    """`GET /reports/volume`: how many conversations there were."""
    found = reports.make(ctx, question(ctx, request))
    return VolumeReport(data_list=[_volume(line, found) for line in found.lines], total=_volume(found.total, found))


def channel(ctx: Context, request: Asked) -> ChannelReport:
    """`GET /reports/channel`: how much was written through which channel."""
    found = reports.make(ctx, question(ctx, request))
    return ChannelReport(data_list=list(map(_channels, found.lines)), total=_channels(found.total))


def efficiency(ctx: Context, request: Asked) -> EfficiencyReport:
    """`GET /reports/efficiency`: how long answers and conversations took."""
    found = reports.make(ctx, question(ctx, request))
    return EfficiencyReport(data_list=list(map(_efficiency, found.lines)), total=_efficiency(found.total))


def sla(ctx: Context, request: AskedOfSla) -> SlaReport:
    """`GET /reports/sla`: how many clocks of service were in time."""
    found = reports.make(ctx, question(ctx, request))
    return SlaReport(data_list=list(map(_sla, found.lines)), total=_sla(found.total))


def _of(line: Line) -> dict[str, object]:
    return {"id": line.id, "name": line.name, "start_time": moment(line.start), "end_time": moment(line.end)}


_COUNTED: dict[str, Callable[[Line], int]] = {
    "created": lambda line: line.created,
    "closed": lambda line: line.counts[numbers.CLOSED],
    "replied": lambda line: line.counts[numbers.REPLIED],
    "reopened": lambda line: line.counts[numbers.REOPENED],
}


def _volume(line: Line, report: Report) -> Volume:
    shown: dict[str, object] = {}
    for name, count in _COUNTED.items():
        shown |= _share(name, count(line), count(report.total))
    return Volume(**_of(line), **shown, **_share("open", line.open, report.total.open))  # type: ignore[arg-type]


def _share(name: str, n: int, of: int) -> dict[str, object]:
    share = percentage(n, of) or 0.0
    return {f"{name}_conversations": n, f"{name}_percentage": share, f"{name}_conversations_percentage": share}


def _channels(line: Line) -> Channels:
    said = line.by_channel
    kinds = {**names.CHANNELS, **{name: 0 for name in said if name not in names.CHANNELS}}
    shown = [
        ChannelEfficiency(
            channel_id=number,
            channel_name=name,
            channel_message_number=said[name],
            channel_percentage=percentage(said[name], said.total()) or 0.0,
        )
        for name, number in kinds.items()
    ]
    return Channels(**_of(line), channel_efficiencies=shown)  # type: ignore[arg-type]


def _efficiency(line: Line) -> Efficiency:
    n = line.counts
    return Efficiency(
        **_of(line),  # type: ignore[arg-type]
        avg_first_response_time=_seconds(n, numbers.FIRST_WAITED, numbers.FIRST_ANSWERS),
        avg_agent_response_time=numbers.average(
            n[numbers.FIRST_WAITED] + n[numbers.NEXT_WAITED], n[numbers.FIRST_ANSWERS] + n[numbers.NEXT_ANSWERS], 1000
        ),
        avg_conversation_time=_seconds(n, numbers.LASTED, numbers.ENDS),
        avg_contact_messages=numbers.average(n[numbers.OF_CONTACTS], line.created),
        avg_agent_messages=numbers.average(n[numbers.OF_AGENTS], line.created),
        total_contact_messages=n[numbers.OF_CONTACTS],
        total_agent_messages=n[numbers.OF_AGENTS],
        total_conversations=line.created,
    )


def _sla(line: Line) -> Sla:
    n = line.counts
    first, after, end = (
        percentage(n[numbers.IN_TIME[clock]], n[numbers.IN_TIME[clock]] + n[numbers.BREACHED[clock]]) for clock in numbers.IN_TIME
    )
    return Sla(
        **_of(line),  # type: ignore[arg-type]
        first_respond_time_achieved_percentage=first,
        avg_first_respond_time=_seconds(n, numbers.FIRST_WAITED, numbers.FIRST_ANSWERS),
        next_respond_time_achieved_percentage=after,
        avg_next_respond_time=_seconds(n, numbers.NEXT_WAITED, numbers.NEXT_ANSWERS),
        resolve_time_achieved_percentage=end,
        avg_resolve_time=_seconds(n, numbers.LASTED, numbers.ENDS),
        breached_tickets=n[numbers.BREACHED_ONCE],
    )


def _seconds(counts: Counter[str], sum_: str, n: str) -> float | None:
    return numbers.average(counts[sum_], counts[n], 1000)


def percentage(n: int, of: int) -> float | None:
    """Returns a share in percent with two decimals, None of nothing."""
    return round(100 * n / of, 2) if of else None


_PATH = f"{BASE}/reports"
ROWS = [
    Endpoint("GET", f"{_PATH}/volume", volume, ADMIN, raises=(Conflict,)),
    Endpoint("GET", f"{_PATH}/channel", channel, ADMIN, raises=(Conflict,)),
    Endpoint("GET", f"{_PATH}/efficiency", efficiency, ADMIN, raises=(Conflict,)),
    Endpoint("GET", f"{_PATH}/sla", sla, ADMIN, raises=(Conflict,)),
]
