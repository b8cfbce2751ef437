"""Anytime's reports of the present: what is open now, and what the last days brought. Each has two paths."""

from typing import Annotated

from msgspec import Meta

from chalicelib.context import AGENT, Context
from chalicelib.desk.core.errors import Conflict
from chalicelib.desk.reports import right_now
from chalicelib.dialects.anytime.report_requests import Offset, quarters_east
from chalicelib.dialects.anytime.shapes import BASE, Wire, moment
from chalicelib.dialects.bounds import Moment
from chalicelib.dialects.endpoint import Endpoint, Nothing


class RightNow(Wire, kw_only=True):
    """How many conversations are open now: in all, without an agent, by status, and urgent and high ones."""

    unassigned_conversations: int
    open_conversations: int
    new_conversations: int
    pending_internal_conversations: int
    pending_external_conversations: int
    on_hold_conversations: int
    urgent_priority_conversations: int
    high_priority_conversations: int


class DepartmentNow(RightNow, kw_only=True):
    """The same of a department; `id` 0 for none."""

    id: int
    name: str


class AgentNow(DepartmentNow, kw_only=True):
    """The same of an agent, with in how many conversations they have replied first today, and how many of theirs were closed."""

    today_replied: int
    today_resolved: int


class DepartmentsNow(Wire, kw_only=True):
    """Departments under their name."""

    departments: list[DepartmentNow]


class AgentsNow(Wire, kw_only=True):
    """Agents under their name."""

    agents: list[AgentNow]


class DayNow(Wire, kw_only=True):
    """What happened on a day."""

    start_time: Moment
    end_time: Moment
    created_conversations: int
    resolved_conversations: int
    replied_conversations: int
    reopened_conversations: int


class DaysNow(Wire, kw_only=True):
    """Days, oldest first."""

    data_list: list[DayNow]


class AskedOfAgents(Wire, kw_only=True):
    """`GET …/agents`: today begins where it is `timeZoneOffset` hours later than in UTC."""

    time_zone_offset: Offset = 0


class AskedOfDays(Wire, kw_only=True):
    """`GET …/bytime`: so many days with today."""

    days: Annotated[int, Meta(ge=1, le=right_now.MOST_DAYS)] = 7
    time_zone_offset: Offset = 0


def get(ctx: Context, request: Nothing) -> RightNow:
    """`GET /reports/rightNow`: what is open now."""
    return RightNow(**_counts(right_now.get(ctx)))


def by_department(ctx: Context, request: Nothing) -> DepartmentsNow:
    """`GET /reports/rightNow/departments`: what is open now by department."""
    shown = [DepartmentNow(id=one.id, name=one.name, **_counts(one)) for one in right_now.by_department(ctx)]
    return DepartmentsNow(departments=shown)


def by_agent(ctx: Context, request: AskedOfAgents) -> AgentsNow:
    """`GET /reports/rightNow/agents`: what is open now by agent, and what they did today."""
    found = right_now.by_agent(ctx, quarters_east(request.time_zone_offset))
    shown = [
        AgentNow(id=one.id, name=one.name, today_replied=one.replied, today_resolved=one.resolved, **_counts(one))
        for one in found
    ]
    return AgentsNow(agents=shown)


def by_day(ctx: Context, request: AskedOfDays) -> DaysNow:
    """`GET /reports/rightNow/bytime`: what happened on each of the last days."""
    found = right_now.by_day(ctx, request.days, quarters_east(request.time_zone_offset))
    shown = [
        DayNow(
            start_time=moment(day.start),
            end_time=moment(day.end),
            created_conversations=day.created,
            resolved_conversations=day.resolved,
            replied_conversations=day.replied,
            reopened_conversations=day.reopened,
        )
        for day in found
    ]
    return DaysNow(data_list=shown)


def _agent(found: right_now.Open) -> AgentNow:
    return AgentNow(id=found.id, name=found.name, today_replied=found.replied, today_resolved=found.resolved, **_counts(found))


def _counts(found: right_now.Open) -> dict[str, int]:
    return {
        "unassigned_conversations": found.unassigned,
        "open_conversations": found.count(),
        "new_conversations": found.count("new"),
        "pending_internal_conversations": found.count("pending_internal"),
        "pending_external_conversations": found.count("pending_external"),
        "on_hold_conversations": found.count("on_hold"),
        "urgent_priority_conversations": found.count(priority="urgent"),
        "high_priority_conversations": found.count(priority="high"),
    }


_PATHS = (f"{BASE}/reports/rightNow", f"{BASE}/reports/realtime/now", f"{BASE}/reports/realtime")
ROWS = [
    *(Endpoint("GET", path, get, AGENT, raises=(Conflict,)) for path in _PATHS[:2]),
    *(Endpoint("GET", f"{path}/bytime", by_day, AGENT, raises=(Conflict,)) for path in _PATHS),
    *(Endpoint("GET", f"{path}/departments", by_department, AGENT, raises=(Conflict,)) for path in _PATHS),
    *(Endpoint("GET", f"{path}/agents", by_agent, AGENT, raises=(Conflict,)) for path in _PATHS),
]
