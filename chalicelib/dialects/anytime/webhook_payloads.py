"""What webhooks are told, in Anytime's words: names of events, and what they are about as Anytime shows it."""

from typing import Any

import msgspec

from chalicelib.context import Context
from chalicelib.desk.conversations import files
from chalicelib.desk.integrations.happenings import About
from chalicelib.desk.integrations.subjects import Subject
from chalicelib.dialects.anytime import contacts, messages
from chalicelib.dialects.anytime.conversation_shapes import STATUSES, Conversation, show_all
from chalicelib.dialects.anytime.messages import Message
from chalicelib.dialects.anytime.shapes import moment as moment

#: The desk's events by the names that they have here.
EVENTS = {
    "conversation.created": "conversation_created",
    "conversation.updated": "conversation_updated",
    "conversation.assigned": "conversation_assigned",
    "conversation.statusChanged": "conversation_status_changed",
    "conversation.replied": "conversation_replied",
    "conversation.closed": "conversation_closed",
    "conversation.deleted": "conversation_deleted",
    "message.created": "message_created",
    "sla.breached": "sla_breached",
    "contact.created": "contact_created",
    "ticket.AgentReplied": "agent_replied",
    "anytimeConversation.FileUploaded": "file_uploaded",
    "*": "*",
}
_NAMES = {theirs: ours for ours, theirs in EVENTS.items()}
_CLOCKS = {"first": "firstRespond", "next": "nextRespond", "resolve": "resolve"}


def event(event: str) -> str:
    """Returns an event's name here."""
    return _NAMES[event]


def payload(ctx: Context, subject: Subject) -> dict[str, Any]:
    """Returns what an event is about, null where it does not exist any more. Requests as the conversation and message need."""
    shown = _SHOWN.get(subject.event, _conversation)(ctx, subject)
    found: dict[str, Any] = msgspec.to_builtins(shown)
    return found


def _conversation(ctx: Context, subject: Subject) -> dict[str, Any]:
    return {"conversationId": subject.about.number, "conversation": _shown(ctx, subject)}


def _shown(ctx: Context, subject: Subject) -> Conversation | None:
    found = show_all(ctx, [subject.conversation], set()) if subject.conversation else []
    return next(iter(found), None)


def _said(ctx: Context, subject: Subject) -> Message | None:
    return messages.thread(ctx, [subject.message])[0] if subject.message else None


def _changed(ctx: Context, subject: Subject) -> dict[str, Any]:
    return _conversation(ctx, subject) | {"change": _change(subject.event, subject.about)}


def _change(event: str, about: About) -> dict[str, Any]:
    """Returns what was changed, as it was then."""
    if event == "conversation_status_changed":
        return {"field": "status", "from": STATUSES[about.before or ""], "to": STATUSES[about.after or ""]}
    before = int(about.before) if about.before else None
    return {"field": "agentAssigneeId", "from": before, "to": int(about.after or 0)}


def _message(ctx: Context, subject: Subject) -> dict[str, Any]:
    return {"conversationId": subject.about.number, "message": _said(ctx, subject)}


def _replied(ctx: Context, subject: Subject) -> dict[str, Any]:
    return _conversation(ctx, subject) | {"message": _said(ctx, subject)}


def _breached(ctx: Context, subject: Subject) -> dict[str, Any]:
    about = subject.about
    told = {"clock": _CLOCKS[about.clock], "dueTime": moment(about.due_at), "slaPolicyId": about.policy or None}
    return _conversation(ctx, subject) | {"breach": told}


def _contact(ctx: Context, subject: Subject) -> dict[str, Any]:
    return {"contactId": subject.about.number, "contact": contacts.show(subject.contact) if subject.contact else None}


def _ticket(ctx: Context, subject: Subject) -> dict[str, Any]:
    contact = contacts.show(subject.contact) if subject.contact else None
    return {"ticket": _shown(ctx, subject), "message": _said(ctx, subject), "contact": contact}


def _file(ctx: Context, subject: Subject) -> dict[str, Any]:
    file, (number, guid) = subject.file, (subject.about.number, subject.about.file)
    if file is None:
        return {"objectId": number, "guid": guid}
    name, _, extension = file.name.rpartition(".")
    return {
        "objectId": number,
        "guid": guid,
        "fileName": file.name,
        "fileExtension": extension if name else "",
        "fileSize": file.size,
        "fileURL": files.address_of(file.id, file.name),
    }


_SHOWN = {
    "conversation_assigned": _changed,
    "conversation_status_changed": _changed,
    "conversation_replied": _replied,
    "message_created": _message,
    "sla_breached": _breached,
    "contact_created": _contact,
    "agent_replied": _ticket,
    "file_uploaded": _file,
}
