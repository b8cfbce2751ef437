"""Anytime's words for the desk's things. Pure: no clock, no I/O."""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib import config
from chalicelib.desk.conversations import messages
from chalicelib.desk.conversations.conversations import Change, Conversation
from chalicelib.desk.conversations.inbox import Like, Listing, Position
from chalicelib.desk.conversations.messages import Attachment, Message, PostMessage
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people.people import PersonView
from chalicelib.dialects import moments
from chalicelib.dialects.anytime import wire

STATUSES = {
    "new": "new",
    "pending_internal": "pendingInternal",
    "pending_external": "pendingExternal",
    "on_hold": "onHold",
    "closed": "closed",
}
_STATUS_OF = {theirs: ours for ours, theirs in STATUSES.items()}
_WORDS = {"status": _STATUS_OF, "priority": {word: word for word in ("urgent", "high", "normal", "low")}}
#: Documented channels are portal and e-mail: a chat is what came through the site.
_CHANNELS = {"chat": "portal"}
_SOURCES = {"chat": "chat", "agent_console": "agentConsole", "api": "API", "system": "API"}
_SOURCE_OF = {"agentConsole": "agent_console", "API": "api"}
_FIELDS = {
    "status": "status",
    "priority": "priority",
    "agentAssigneeId": "assignee_number",
    "departmentAssigneeId": "group_number",
    "contactId": "contact_number",
}
#: Fields that every site has beside the documented ones, by id from 1, and the metadata of the core that they are.
CUSTOM_FIELDS = ("ccr", "orderId", "entityId", "language")
_METADATA = {"ccr": "ccr", "orderid": "order", "entityid": "entity", "language": "language"}
#: Who of a conversation can be included: where he is shown, and who of the core he is.
_PEOPLE = {
    "agentAssignee": ("agent_assignee", "assignee"),
    "contact": ("contact", "contact"),
    "createdBy": ("created_by", "contact"),
    "lastRepliedBy": ("last_replied_by", "last_sender"),
}
#: What each kind of call can include.
OF_LIST = frozenset({*_PEOPLE, "departmentAssignee"})
OF_ONE = OF_LIST | {"messages"}
OF_MESSAGES = frozenset({"sender"})
_VERSION = re.compile(r'(?:W/)?"(0|[1-9]\d{0,14})"')


@lru_cache(maxsize=4096)
def moment(at: int) -> str:
    """Epoch milliseconds as ISO 8601, UTC with Z. Kept, because an inbox is looked at again and again."""
    date, time, milliseconds = moments.moment(at)
    return f"{date}T{time}.{milliseconds:03}Z"


def read_moment(text: str | None, field: str, offset_hours: float) -> int | None:
    """An ISO 8601 time as epoch milliseconds; one without a zone is `offset_hours` east of UTC. Raises Invalid."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=timezone(timedelta(hours=offset_hours)))
        return int(at.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise Invalid(field, "is not an ISO 8601 time") from error


def includes(given: str | list[str], known: frozenset[str]) -> set[str]:
    """What `include` asks for. Raises Invalid for what this call does not know."""
    names = {name for part in ([given] if isinstance(given, str) else given) for name in part.split(",") if name}
    if names - known:
        raise Invalid("include", f"knows {', '.join(sorted(known))}")
    return names


_fields = cache(msgspec.structs.fields)


def refuse(request: wire.Wire, *names: str) -> None:
    """Raises Invalid for the first of the fields that is given and not empty: better than to do half of what is asked."""
    for field in _fields(type(request)):
        if field.name in names and getattr(request, field.name):
            raise Invalid(field.encode_name, "is not served")


def listing(request: wire.ListConversations) -> Listing:
    """What to list. Raises Invalid for a time, a condition or a cursor that can't be read, or a parameter not served."""
    refuse(request, "filter_id", "tag_id", "keywords")
    return Listing(
        since=read_moment(request.time_from, "timeFrom", request.time_zone_offset),
        until=read_moment(request.time_to, "timeTo", request.time_zone_offset),
        conditions=tuple(_condition(f"conditions[{at}][value]", given) for at, given in sorted(request.conditions.items())),
        oldest_first=request.sort_order == "ascending",
        page=request.page_index,
        after=read_cursor(request.cursor) if request.cursor else None,
    )


def _condition(name: str, given: wire.Condition) -> Like:
    return _FIELDS[given.field], given.match_type == "is", _value(name, given.field, given.value)


def _value(name: str, field: str, value: str) -> str | int | None:
    known = _WORDS.get(field)
    if known is not None:
        if value not in known:
            raise Invalid(name, f"must be one of {', '.join(known)}")
        return known[value]
    if value and not (value.isdecimal() and len(value) < 16):
        raise Invalid(name, "must be an integer id")
    return int(value) if value else None


def cursor(after: Position) -> str:
    """Where a list goes on, as an opaque text."""
    return base64.urlsafe_b64encode(f"{after.at}:{after.conversation}:{after.partition}".encode()).decode()


def read_cursor(text: str) -> Position:
    """The position that a cursor is. Raises Invalid for anything else."""
    try:
        at, id_, partition = base64.urlsafe_b64decode(text).decode().split(":")
        return Position(id_, int(at), partition)
    except ValueError as error:
        raise Invalid("cursor", "is not one of ours") from error


def change(request: wire.UpdateConversation) -> Change:
    """What to change of a conversation. Raises Invalid for what can't be changed."""
    refuse(request, "department_assignee_id", "tag_ids")
    assignee = request.agent_assignee_id
    return Change(
        subject=_given(request.subject),
        priority=_given(request.priority),
        status=None if isinstance(request.status, UnsetType) else _STATUS_OF[request.status],
        assignee=None if isinstance(assignee, UnsetType) else assignee or 0,
        is_read=_given(request.is_read),
        contact=request.contact_id,
        metadata=dict(_metadata_of(given) for given in request.custom_fields or []),
    )


def _metadata_of(given: wire.CustomField) -> tuple[str, str | None]:
    by_id = CUSTOM_FIELDS[given.id - 1] if given.id and 0 < given.id <= len(CUSTOM_FIELDS) else ""
    name = given.name or by_id
    if name.lower() not in _METADATA or (by_id and by_id.lower() != name.lower()):
        raise Invalid("customFields", f"are {', '.join(CUSTOM_FIELDS)}")
    return _METADATA[name.lower()], given.value or None


def custom_fields(metadata: Mapping[str, str]) -> list[wire.CustomField]:
    """What is known of what a conversation is about."""
    known = [(id_, name, metadata.get(_METADATA[name.lower()])) for id_, name in enumerate(CUSTOM_FIELDS, 1)] if metadata else []
    return [wire.CustomField(id=id_, name=name, value=value) for id_, name, value in known if value]


def _given(value: Any) -> Any:
    return None if value is UNSET else value


def etag(version: int) -> str:
    """A conversation's version as an ETag."""
    return f'"{version}"'


def versions(if_match: str) -> set[int] | None:
    """The versions that If-Match allows; None where it allows any. ETags that are none of ours allow nothing."""
    return None if if_match.strip() in ("", "*") else {int(found) for found in _VERSION.findall(if_match)}


def post(request: wire.PostMessage, conversation: str) -> PostMessage:
    """A message to be posted. Raises Invalid for an e-mail, which needs an e-mail account, and without a text to be seen."""
    refuse(request, "quote", "from_", "cc", "attachments")
    if request.type == "email":
        raise Invalid("type", "email needs an e-mail account, and there is none")
    if not request.plain_body and not request.html_body:
        raise Invalid("body", "or htmlBody must be given")
    return PostMessage(
        conversation=conversation,
        body=request.plain_body or messages.text_of_html(request.html_body or ""),
        key=request.idempotency_key or None,
        kind=request.type,
        source=_SOURCE_OF[request.source],
        html_body=request.html_body,
        subject=request.subject,
        exactly=True,
    )


def person(view: PersonView | None) -> wire.Person | None:
    """An agent or a contact."""
    return wire.Person(id=view.number, name=view.name, email=view.email or "", type=view.kind) if view else None


def _attachment(file: Attachment) -> wire.Attachment:
    url = f"{config.PUBLIC_URL}/download/{file.id}?{urlencode({'file_name': file.name})}"
    return wire.Attachment(guid=file.id, file_name=file.name, url=url)


def message(stored: Message, senders: Mapping[str, PersonView] | None = None) -> wire.Message:
    """A message, with its sender where that is asked for."""
    return wire.Message(
        id=messages.number_of(stored),
        conversation_id=stored.conversation_number,
        type="note" if stored.kind == "note" else "reply",
        source=_SOURCES[stored.source],
        html_body=stored.html_body,
        plain_body=stored.body,
        sender_id=stored.sender_number or None,
        sender_type=stored.sender_kind,
        time=moment(stored.created_at),
        subject=stored.subject,
        attachments=[_attachment(file) for file in stored.attachments or []],
        sender=UNSET if senders is None else person(senders.get(stored.sender)),
    )


def conversation(
    conversation: Conversation, asked: set[str], views: Mapping[str, PersonView], metadata: Mapping[str, str]
) -> wire.Conversation:
    """A conversation, with the people that are asked for."""
    replied_at = conversation.last_message_at
    shown = wire.Conversation(
        id=conversation.number,
        subject=conversation.subject,
        agent_assignee_id=conversation.assignee_number,
        department_assignee_id=conversation.group_number,
        contact_id=conversation.contact_number,
        channel=_CHANNELS.get(conversation.channel, conversation.channel),
        priority=conversation.priority,
        status=STATUSES[conversation.status],
        is_read=conversation.is_read,
        is_rea_by_contact=conversation.is_read_by_contact,
        custom_fields=custom_fields(metadata),
        created_by_id=conversation.contact_number,
        created_by_type="contact",
        created_time=moment(conversation.created_at),
        last_activity_time=moment(conversation.last_activity_at),
        last_status_change_time=moment(conversation.status_since),
        last_replied_time=None if replied_at is None else moment(replied_at),
        last_replied_by_id=conversation.last_sender_number or None,
        last_replied_by_type=conversation.last_sender_kind,
        last_message=conversation.preview,
    )
    for name in asked & _PEOPLE.keys():
        field, whose = _PEOPLE[name]
        setattr(shown, field, person(views.get(getattr(conversation, whose) or "")))
    if "departmentAssignee" in asked:
        shown.department_assignee = None
    return shown


def thread(rows: Sequence[Message], senders: Mapping[str, PersonView] | None) -> list[wire.Message]:
    """Messages in their order."""
    return [message(stored, senders) for stored in rows]
