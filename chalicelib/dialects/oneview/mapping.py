"""OneView's words for the desk's things. Pure: no clock, no I/O."""

from datetime import UTC, datetime

from chalicelib.desk.conversations import Conversation
from chalicelib.desk.people import Card, Person
from chalicelib.dialects.oneview import wire


def moment(at: int) -> str:
    """Epoch milliseconds as `2012-12-11 08:52:31 +0000 UTC`."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S} +0000 UTC"


def seconds(at: int | None) -> int | None:
    """Epoch milliseconds as epoch seconds."""
    return None if at is None else at // 1000


def agent_info(agent: Person, now: int) -> wire.AgentInfo:
    """An agent at a time."""
    return wire.AgentInfo(
        id=agent.id,
        name=agent.name,
        status=agent.presence or "offline",
        status_alias=agent.presence_alias or "offline",
        last_login_time=None if agent.last_login_at is None else moment(agent.last_login_at),
        updated_at=moment(agent.updated_at),
        agent_time_in_status=max(0, now - (agent.presence_at or agent.created_at)) // 1000,
    )


def status_info(agent: Person) -> wire.AgentStatusInfo:
    """An agent's status after a change."""
    return wire.AgentStatusInfo(id=agent.id, status=agent.presence or "offline")


def ticket(found: Conversation, customer: Card | None, now: int) -> wire.Ticket:
    """A conversation as its agent's ticket. A deadline that is published is never earlier than the real one."""
    name = customer.name if customer else found.subject
    first, _, last = name.partition(" ")
    return wire.Ticket(
        id=found.id,
        content={"text": found.preview} if found.preview else {},
        metadata=wire.Metadata(
            room_id=found.id,
            picked_timestamp=seconds(found.picked_at),
            assigned_timestamp=seconds(found.assigned_at),
            auto_close_warning_timestamp=seconds(found.warn_at),
            auto_close_timestamp=seconds(found.close_at),
            current_timestamp=now // 1000,
            is_chat_room_closed=not found.is_open,
        ),
        customer=wire.Customer(id=found.contact, first_name=first, last_name=last, name=name),
    )
