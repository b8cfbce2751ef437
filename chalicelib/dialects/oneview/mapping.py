"""OneView's words for the desk's things. Pure: no clock, no I/O."""

import msgspec

from chalicelib.desk.accounts.accounts import AutoClose
from chalicelib.desk.conversations.conversations import Conversation, Details, status_history
from chalicelib.desk.people.people import Person, PersonView
from chalicelib.dialects import moments
from chalicelib.dialects.oneview import wire

#: TicketStatus of each status change. Closing has two.
_STATUSES = {
    status_history.WAITING: "WORKFLOW_PENDING",
    status_history.ASSIGNED: "ASSIGNED",
    status_history.REASSIGNED: "REASSIGNED",
    status_history.ESCALATED: "ESCALATED",
}


def moment(at: int) -> str:
    """Epoch milliseconds as `2012-12-11 08:52:31 +0000 UTC`."""
    date, time, _ = moments.moment(at)
    return f"{date} {time} +0000 UTC"


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


def history(conversation: Conversation, details: Details | None) -> list[wire.StatusChange]:
    """A ticket's statuses, oldest first: that it was created, and its latest changes."""
    closed = "CHAT_CLOSED" if conversation.channel == "chat" else "CLOSED"
    taken = [(_STATUSES.get(step.kind, closed), step.at) for step in (details.changes if details else [])]
    return [wire.StatusChange(status=word, timestamp=at // 1000) for word, at in [("CREATED", conversation.created_at), *taken]]


def ticket(
    conversation: Conversation, details: Details | None, customer: PersonView | None, closes: AutoClose, now: int
) -> wire.Ticket:
    """A conversation as its agent's ticket. Published deadlines are the real ones, in whole seconds."""
    warns_at, closes_at = (
        (conversation.warn_at, conversation.close_at) if closes.runs(conversation.last_activity_at) else (None, None)
    )
    name = customer.name if customer else conversation.subject
    first, _, last = name.partition(" ")
    metadata, passed = details.metadata if details else {}, history(conversation, details)
    return wire.Ticket(
        id=conversation.id,
        content=wire.Content(text=conversation.preview or msgspec.UNSET, status=passed[-1].status, status_history=passed),
        metadata=wire.Metadata(
            ccr=metadata.get("ccr"),
            order_id=metadata.get("order"),
            entity_id=metadata.get("entity"),
            language=metadata.get("language") or (customer.language if customer else None),
            room_id=conversation.id,
            picked_timestamp=seconds(conversation.picked_at),
            assigned_timestamp=seconds(conversation.assigned_at),
            auto_close_warning_timestamp=seconds(warns_at),
            auto_close_timestamp=seconds(closes_at),
            current_timestamp=now // 1000,
            is_chat_room_closed=not conversation.is_open,
        ),
        customer=wire.Customer(id=conversation.contact, first_name=first, last_name=last, name=name),
    )
