"""Anytime's messages of a conversation: lists of them, single ones, and posting them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib import config
from chalicelib.context import AGENT, Context
from chalicelib.desk.channels import delivery, outbound
from chalicelib.desk.conversations import attachments, conversations, history, messages, updates
from chalicelib.desk.conversations.messages import MailParts
from chalicelib.desk.conversations.messages import Message as Stored
from chalicelib.desk.conversations.messages import PostMessage as Command
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.desk.people.people import PersonView
from chalicelib.dialects.anytime.attachments import Attachment, NamedAttachments, attach, naming_files, show
from chalicelib.dialects.anytime.shapes import BASE, Person, SenderType, Wire, includes, moment, person, refuse
from chalicelib.dialects.bounds import Line, Lines, Moment, Name, Number, Text, one_of
from chalicelib.dialects.endpoint import Endpoint

_SOURCES = {"chat": "chat", "agent_console": "agentConsole", "api": "API", "system": "API", messages.MAILBOX: "helpDesk"}
_TYPES = {"note": "note", "email": "email"}
_SOURCE_OF = {"agentConsole": "agent_console", "API": "api"}
OF_MESSAGES = frozenset({"sender"})
_LONGEST_CURSOR = 9
#: Addresses of a mail: with commas between them, or a list.
Addresses = Annotated[str, Meta(max_length=16_000)]
AddressList = Annotated[list[Line], Meta(max_length=100)]


class ListMessages(Wire, kw_only=True):
    """`GET /conversations/{id}/messages`. `cursor` is of `previousPage` or `nextPage`."""

    id: Number
    include: Line | Lines = ""
    page_size: Annotated[int, Meta(ge=1, le=1000)] = 1000
    cursor: Name = ""


class OneMessage(Wire, kw_only=True):
    """A message by its integer id."""

    id: Number
    message_id: Number
    include: Line | Lines = ""


class FirstMessage(Wire, kw_only=True):
    """The first message of a conversation. `quote`, `from`, `to` and `cc` belong to e-mail, and are refused for others."""

    type: Literal["note", "reply", "email"]
    source: Literal["agentConsole", "API"] = "API"
    subject: Line | None = None
    html_body: Text | None = None
    plain_body: Text | None = None
    quote: Text | None = None
    from_: Addresses | None = msgspec.field(default=None, name="from")
    to: Addresses | AddressList | None = None
    cc: Addresses | AddressList | None = None
    attachments: NamedAttachments | None = None


class PostMessage(FirstMessage, kw_only=True):
    """`POST /conversations/{id}/messages`."""

    id: Number
    idempotency_key: Name = ""


#: How far a mail has come; `complained` where its recipient has reported it as unwanted.
SendStatus = Annotated[str, one_of("sending", "sent", "failed", "bounced", "complained")]


class Message(Wire, kw_only=True):
    """A message of a conversation."""

    id: int
    conversation_id: int
    type: Annotated[str, one_of("note", "reply", "email")]
    source: Annotated[str, one_of("chat", "agentConsole", "API", "helpDesk")]
    html_body: str
    plain_body: str
    quote: str | None = None
    sender_id: int | None
    sender_type: SenderType
    time: Moment
    subject: str | None
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    cc: str | None = None
    send_status: SendStatus | None = None
    send_failure: str | None = None
    attachments: list[Attachment] = msgspec.field(default_factory=list)
    mentioned_agent_ids: list[int] = msgspec.field(default_factory=list)
    sender: Person | None | UnsetType = UNSET


class WrappedMessage(Wire, kw_only=True):
    """One message under its name."""

    message: Message


class MessageList(Wire, kw_only=True):
    """Messages under their name, and where older and newer ones are, if there are any."""

    messages: list[Message]
    previous_page: str | UnsetType = UNSET
    next_page: str | UnsetType = UNSET


def command(request: FirstMessage, conversation: str, key: str = "") -> Command:
    """Returns the message to post. Raises Invalid for one without a text or a file, and for what belongs to e-mail in others."""
    if request.type != "email":
        refuse(request, "quote", "from_", "to", "cc")
    if not (request.plain_body or request.html_body or request.attachments):
        raise Invalid("body", "or htmlBody must be given")
    return Command(
        conversation=conversation,
        body=request.plain_body or "",
        key=key or None,
        kind=request.type,
        source=_SOURCE_OF[request.source],
        html_body=request.html_body,
        subject=request.subject,
        attachments=attach(request.attachments),
        exactly=True,
        mail=_mail(request) if request.type == "email" else None,
    )


def _mail(request: FirstMessage) -> MailParts:
    return MailParts(sender=request.from_ or "", to=joined(request.to), cc=joined(request.cc), quote=request.quote or "")


def joined(given: str | list[str] | None) -> str:
    """Returns addresses as one text, with commas between them."""
    return ", ".join(given) if isinstance(given, list) else given or ""


def message(stored: Stored, unavailable: Collection[str], senders: Mapping[str, PersonView] | None = None) -> Message:
    """Returns a message, with its sender if that was asked for. `unavailable` are ids of files that nobody may have."""
    return Message(
        id=messages.number_of(stored),
        conversation_id=stored.conversation_number,
        type=_TYPES.get(stored.kind, "reply"),
        source=_SOURCES[stored.source],
        html_body=messages.html_of(stored),
        plain_body=stored.body,
        quote=stored.quote,
        sender_id=stored.sender_number or None,
        sender_type=stored.sender_kind,
        time=moment(stored.created_at),
        subject=stored.subject,
        from_=stored.mail_from,
        to=stored.mail_to,
        cc=stored.mail_cc,
        send_status="sending" if stored.send_status == "queued" else stored.send_status,
        send_failure=stored.send_failure,
        attachments=[show(file.id, file.name, is_available=file.id not in unavailable) for file in stored.attachments or []],
        mentioned_agent_ids=list(stored.mentions or []),
        sender=UNSET if senders is None else person(senders.get(stored.sender)),
    )


def thread(ctx: Context, rows: Sequence[Stored], asked: Collection[str] = ()) -> list[Message]:
    """Returns messages in their order, with their senders if `asked` has "sender". A request for these, and one where there are
    files.
    """
    unavailable = attachments.list_unavailable(ctx, rows)
    senders = people.load_views(ctx, {stored.sender for stored in rows if stored.sender_number}) if "sender" in asked else None
    return [message(stored, unavailable, senders) for stored in rows]


def list_messages(ctx: Context, request: ListMessages) -> MessageList:
    """`GET /conversations/{id}/messages`: with notes, oldest first, the newest thousand; `previousPage` has older ones."""
    asked = includes(request.include, OF_MESSAGES)
    before = read_cursor(request.cursor) if request.cursor else None
    found = history.list_latest(ctx, conversations.id_by_number(ctx, request.id), request.page_size, before)
    shown = MessageList(messages=thread(ctx, found.messages, asked))
    if found.has_older:
        shown.previous_page = _address(request, asked, found.first)
    if found.has_newer:
        shown.next_page = _address(request, asked, found.last + request.page_size + 1)
    return shown


def read_cursor(text: str) -> int:
    """Returns the place before which a page ends. Raises Invalid for a bad cursor."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_CURSOR and int(text)):
        raise Invalid("cursor", "is not one of ours")
    return int(text)


def _address(request: ListMessages, asked: Collection[str], before: int) -> str:
    query = {"pageSize": request.page_size, "cursor": before} | ({"include": ",".join(sorted(asked))} if asked else {})
    return f"{config.PUBLIC_URL}{BASE}/conversations/{request.id}/messages?{urlencode(query)}"


def get_message(ctx: Context, request: OneMessage) -> WrappedMessage:
    """`GET /conversations/{id}/messages/{messageId}`: one message or note."""
    return _one(ctx, _find(ctx, request), includes(request.include, OF_MESSAGES))


def _find(ctx: Context, request: OneMessage) -> Stored:
    return history.get_by_number(ctx, conversations.id_by_number(ctx, request.id), request.message_id)


def _one(ctx: Context, stored: Stored, asked: Collection[str] = ()) -> WrappedMessage:
    return WrappedMessage(message=thread(ctx, [stored], asked)[0])


def post_message(ctx: Context, request: PostMessage) -> WrappedMessage:
    """`POST /conversations/{id}/messages`: a reply, a note or an e-mail; with an Idempotency-Key once, however often it comes."""
    wanted = command(request, conversations.id_by_number(ctx, request.id), request.idempotency_key)
    with naming_files():
        stored = outbound.post(ctx, wanted) if wanted.mail else messages.post(ctx, wanted)
    return _one(ctx, stored)


def read_message(ctx: Context, request: OneMessage) -> WrappedMessage:
    """`PUT /conversations/{id}/messages/{messageId}/read`: agents have read the conversation."""
    return _mark(ctx, request, is_read=True)


def unread_message(ctx: Context, request: OneMessage) -> WrappedMessage:
    """`PUT /conversations/{id}/messages/{messageId}/unread`: agents have not read the conversation."""
    return _mark(ctx, request, is_read=False)


def _mark(ctx: Context, request: OneMessage, *, is_read: bool) -> WrappedMessage:
    stored = _find(ctx, request)
    updates.change(ctx, stored.conversation, Change(is_read=is_read))
    return _one(ctx, stored)


def resend_message(ctx: Context, request: OneMessage) -> WrappedMessage:
    """`PUT /conversations/{id}/messages/{messageId}/resend`: sends a mail again that failed or came back."""
    stored = _find(ctx, request)
    return _one(ctx, delivery.resend(ctx, stored.conversation, stored))


_PATH = f"{BASE}/conversations/{{id}}/messages"
ROWS = [
    Endpoint("GET", _PATH, list_messages, AGENT),
    Endpoint("POST", _PATH, post_message, AGENT, headers={"idempotencyKey": "Idempotency-Key"}, is_repeatable=True),
    Endpoint("GET", f"{_PATH}/{{messageId}}", get_message, AGENT),
    Endpoint("PUT", f"{_PATH}/{{messageId}}/read", read_message, AGENT),
    Endpoint("PUT", f"{_PATH}/{{messageId}}/unread", unread_message, AGENT),
    Endpoint("PUT", f"{_PATH}/{{messageId}}/resend", resend_message, AGENT),
]
