"""Anytime's messages of a conversation: listing and posting them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib import config
from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, history, messages
from chalicelib.desk.conversations.messages import Attachment as File
from chalicelib.desk.conversations.messages import Message as Stored
from chalicelib.desk.conversations.messages import PostMessage as Command
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.desk.people.people import PersonView
from chalicelib.dialects.anytime.shapes import BASE, Person, SenderType, Wire, includes, moment, person, refuse
from chalicelib.dialects.bounds import Line, Lines, Moment, Name, Number, Refused, Text, one_of
from chalicelib.dialects.endpoint import Endpoint

_SOURCES = {"chat": "chat", "agent_console": "agentConsole", "api": "API", "system": "API"}
_SOURCE_OF = {"agentConsole": "agent_console", "API": "api"}
OF_MESSAGES = frozenset({"sender"})


class OfConversation(Wire, kw_only=True):
    """`GET /conversations/{id}/messages`."""

    id: Number
    include: Line | Lines = ""


class PostMessage(Wire, kw_only=True):
    """`POST /conversations/{id}/messages`. The last fields belong to e-mail and files, and are refused."""

    id: Number
    type: Literal["note", "reply", "email"]
    source: Literal["agentConsole", "API"] = "API"
    subject: Line | None = None
    html_body: Text | None = None
    plain_body: Text | None = None
    idempotency_key: Name = ""
    quote: Text | None = None
    from_: Text | None = msgspec.field(default=None, name="from")
    cc: Text | None = None
    attachments: Refused = None


class Attachment(Wire, kw_only=True):
    """A file of a message. Anybody who has its address may read it."""

    guid: str
    file_name: str
    url: str
    is_available: bool = True


class Message(Wire, kw_only=True):
    """A message of a conversation."""

    id: int
    conversation_id: int
    type: Annotated[str, one_of("note", "reply")]
    source: Annotated[str, one_of("chat", "agentConsole", "API")]
    html_body: str | None
    plain_body: str
    quote: str | None = None
    sender_id: int | None
    sender_type: SenderType
    time: Moment
    subject: str | None
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    cc: str | None = None
    attachments: list[Attachment] = msgspec.field(default_factory=list)
    mentioned_agent_ids: list[int] = msgspec.field(default_factory=list)
    sender: Person | None | UnsetType = UNSET


class WrappedMessage(Wire, kw_only=True):
    """One message under its name."""

    message: Message


class MessageList(Wire, kw_only=True):
    """Messages under their name."""

    messages: list[Message]


def command(request: PostMessage, conversation: str) -> Command:
    """Returns the message to post. Raises Invalid for an e-mail, which needs an e-mail account, and for one without a text."""
    refuse(request, "quote", "from_", "cc", "attachments")
    if request.type == "email":
        raise Invalid("type", "email needs an e-mail account, and there is none")
    if not request.plain_body and not request.html_body:
        raise Invalid("body", "or htmlBody must be given")
    return Command(
        conversation=conversation,
        body=request.plain_body or messages.text_of_html(request.html_body or ""),
        key=request.idempotency_key or None,
        kind=request.type,
        source=_SOURCE_OF[request.source],
        html_body=request.html_body,
        subject=request.subject,
        exactly=True,
    )


def _attachment(file: File) -> Attachment:
    url = f"{config.PUBLIC_URL}/download/{file.id}?{urlencode({'file_name': file.name})}"
    return Attachment(guid=file.id, file_name=file.name, url=url)


def message(stored: Stored, senders: Mapping[str, PersonView] | None = None) -> Message:
    """Returns a message, with its sender if that was asked for."""
    return Message(
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


def thread(rows: Sequence[Stored], senders: Mapping[str, PersonView] | None) -> list[Message]:
    """Returns messages in their order."""
    return [message(stored, senders) for stored in rows]


def list_messages(ctx: Context, request: OfConversation) -> MessageList:
    """`GET /conversations/{id}/messages`: with notes, oldest first, the newest thousand."""
    asked = includes(request.include, OF_MESSAGES)
    rows = history.list_latest(ctx, conversations.id_by_number(ctx, request.id)).messages
    senders = people.load_views(ctx, {stored.sender for stored in rows if stored.sender_number}) if "sender" in asked else None
    return MessageList(messages=thread(rows, senders))


def post_message(ctx: Context, request: PostMessage) -> WrappedMessage:
    """`POST /conversations/{id}/messages`: a reply or a note; with an Idempotency-Key once, however often it is sent."""
    stored = messages.post(ctx, command(request, conversations.id_by_number(ctx, request.id)))
    return WrappedMessage(message=message(stored))


_PATH = f"{BASE}/conversations/{{id}}/messages"
ROWS = [
    Endpoint("GET", _PATH, list_messages, AGENT),
    Endpoint("POST", _PATH, post_message, AGENT, headers={"idempotencyKey": "Idempotency-Key"}, is_repeatable=True),
]
