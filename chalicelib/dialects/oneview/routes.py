"""OneView's endpoint table."""

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, updates
from chalicelib.desk.people import presence
from chalicelib.dialects.endpoint import Dialect, Endpoint, Nothing
from chalicelib.dialects.http import Cors
from chalicelib.dialects.oneview import auth, errors, mapping, wire

_BASE = "/cs-chat-ticket/v1"


def info(ctx: Context, request: Nothing) -> wire.AgentInfo:
    """`GET /v1/info`: the agent who calls."""
    return mapping.agent_info(presence.load_own(ctx), ctx.now)


def tickets(ctx: Context, request: Nothing) -> list[wire.Ticket]:
    """`GET /v1/tickets`: the caller's open conversations, newest assignment first."""
    held = conversations.list_own_open(ctx)
    views = conversations.load_people(ctx, [found for found, _ in held])
    closes = accounts.load(ctx).auto_close
    return [mapping.ticket(found, known, views.get(found.contact), closes, ctx.now) for found, known in held]


def online(ctx: Context, request: Nothing) -> wire.AgentStatusInfo:
    """`PUT /v1/online`: the agent gets conversations from now on."""
    return mapping.status_info(presence.set_own(ctx, "online"))


def offline(ctx: Context, request: Nothing) -> wire.AgentStatusInfo:
    """`PUT /v1/offline`: the agent gets no new ones and keeps those they have picked."""
    return mapping.status_info(presence.set_own(ctx, "offline"))


def set_status(ctx: Context, request: wire.SetStatus) -> wire.AgentStatusInfo:
    """`PUT /v1/status`: sets one of the account's words for a presence."""
    return mapping.status_info(presence.set_own(ctx, request.status))


def close_room(ctx: Context, request: wire.Room) -> None:
    """`DELETE /v1/rooms/{roomID}`: closes the chat and frees its agent. Repeated, it changes nothing."""
    updates.close_mine(ctx, request.roomID)


def pick(ctx: Context, request: wire.TicketId) -> None:
    """`PUT /v1/tickets/{ticketID}/pickedTime`: stamps the first pick."""
    updates.pick(ctx, request.ticketID)


ONEVIEW = Dialect(
    name="OneView",
    admit=auth.admit,
    fail=errors.fail,
    security={"OneView": {"type": "http", "scheme": "bearer", "description": "a token of /oauth/token"}},
    headers={"X-Agent-ID": auth.AgentEmail},
    cors=Cors(methods="GET, PUT, DELETE, OPTIONS", headers="Content-Type, Authorization, X-Agent-ID"),
    endpoints=[
        Endpoint("GET", f"{_BASE}/info", info, AGENT),
        Endpoint("GET", f"{_BASE}/tickets", tickets, AGENT),
        Endpoint("PUT", f"{_BASE}/online", online, AGENT),
        Endpoint("PUT", f"{_BASE}/offline", offline, AGENT),
        Endpoint("PUT", f"{_BASE}/status", set_status, AGENT),
        Endpoint("DELETE", f"{_BASE}/rooms/{{roomID}}", close_room, AGENT),
        Endpoint("PUT", f"{_BASE}/tickets/{{ticketID}}/pickedTime", pick, AGENT),
    ],
)
