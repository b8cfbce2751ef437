"""OneView's requests and answers, with the documented names. `*Timestamp` are epoch seconds."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.dialects.bounds import Id, Name, one_of

Presence = Annotated[str, one_of("online", "away", "busy", "offline")]
TicketStatus = Annotated[
    str, one_of("CREATED", "WORKFLOW_PENDING", "ASSIGNED", "REASSIGNED", "ESCALATED", "CHAT_CLOSED", "CLOSED")
]


class Wire(msgspec.Struct, kw_only=True, rename="camel"):
    """Base: names in this dialect's spelling."""


class Failure(Wire, kw_only=True):
    """One thing that went wrong. `status` is the HTTP status; `detail` says more where there is more."""

    status: str
    title: str
    detail: str | UnsetType = UNSET


class Failures(Wire, kw_only=True):
    """What went wrong."""

    errors: list[Failure]


class SetStatus(Wire, kw_only=True):
    """`PUT /v1/status`."""

    status: Name


class Room(msgspec.Struct):
    """A room by its id."""

    roomID: Id  # noqa: N815 (the documented name of the path's variable)


class TicketId(msgspec.Struct):
    """A ticket by its id."""

    ticketID: Id  # noqa: N815 (the documented name of the path's variable)


class AgentInfo(Wire, kw_only=True):
    """The agent who calls; `agentTimeInStatus` is seconds since the last change."""

    id: str
    name: str
    status: Presence
    status_alias: str
    last_login_time: str | None
    updated_at: str
    agent_time_in_status: int


class AgentStatusInfo(Wire, kw_only=True):
    """An agent's status after a change."""

    id: str
    status: Presence


class Metadata(Wire, kw_only=True):
    """What a ticket is about, and its times."""

    ccr: str | None = None
    room_id: str
    order_id: str | None = None
    picked_timestamp: int | None
    assigned_timestamp: int | None
    auto_close_warning_timestamp: int | None
    auto_close_timestamp: int | None
    current_timestamp: int
    entity_id: str | None = None
    is_chat_room_closed: bool
    language: str | None = None


class StatusChange(Wire, kw_only=True):
    """A TicketStatus, and since when."""

    status: TicketStatus
    timestamp: int


class Content(Wire, kw_only=True):
    """The last text, and the ticket's first and latest statuses."""

    text: str | UnsetType = UNSET
    status: TicketStatus
    status_history: list[StatusChange]


class Customer(Wire, kw_only=True):
    """Who wrote."""

    id: str
    first_name: str
    last_name: str
    name: str


class Ticket(Wire, kw_only=True):
    """A conversation that is assigned to the caller."""

    id: str
    content: Content
    metadata: Metadata
    customer: Customer
