"""Anytime's portal conversations: what a site shows one contact of their own. Every call names the contact."""

from collections.abc import Collection
from itertools import accumulate

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import attachments as files
from chalicelib.desk.conversations import beside, conversations, messages, portal
from chalicelib.desk.conversations.composing import PostMessage
from chalicelib.desk.conversations.conversations import Conversation as Row
from chalicelib.desk.conversations.messages import Message as Stored
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.desk.search import search
from chalicelib.dialects.anytime import custom_fields
from chalicelib.dialects.anytime.attachments import Attachment, NamedAttachments, attach, naming_files, show
from chalicelib.dialects.anytime.custom_fields import CustomFields, CustomFieldShown
from chalicelib.dialects.anytime.shapes import BASE, Person, SenderType, Wire, includes, moment, person
from chalicelib.dialects.bounds import Line, Lines, Moment, Name, Number, Text
from chalicelib.dialects.endpoint import Endpoint

_OF_LIST, _OF_ONE, _OF_MESSAGES = frozenset({"contact"}), frozenset({"contact", "messages"}), frozenset({"sender"})
#: Bytes of a list, so that it fits into what Lambda returns at once.
_MOST_BYTES = 3_000_000


class OfContact(Wire, kw_only=True):
    """Base: the contact whose conversations these are."""

    contact_id: Number
    include: Line | Lines = ""


class ListPortalConversations(OfContact, kw_only=True):
    """`GET /portalconversations`. Keywords are ours: they are looked for as in `GET /conversations`, but never in notes."""

    keywords: Line = ""


class OnePortalConversation(OfContact, kw_only=True):
    """A contact's conversation by its integer id."""

    id: Number


class NewPortalMessage(Wire, kw_only=True):
    """What a contact writes."""

    html_body: Text | None = None
    plain_body: Text | None = None
    attachments: NamedAttachments | None = None


class SubmitPortalConversation(Wire, kw_only=True):
    """`POST /portalconversations`."""

    subject: Line
    message: NewPortalMessage
    contact_id: Number
    custom_fields: CustomFields | None = None
    idempotency_key: Name = ""


class ReplyPortalConversation(NewPortalMessage, kw_only=True):
    """`POST /portalconversations/{id}/messages`."""

    id: Number
    contact_id: Number
    idempotency_key: Name = ""


class PortalMessage(Wire, kw_only=True):
    """A message that the contact may see."""

    id: int
    html_body: str
    plain_body: str
    sender_id: int | None
    sender_type: SenderType
    time: Moment
    attachments: list[Attachment] = msgspec.field(default_factory=list)
    sender: Person | None | UnsetType = UNSET


class PortalConversation(Wire, kw_only=True):
    """A conversation as its contact sees it."""

    id: int
    subject: str
    contact_id: int
    is_closed: bool
    is_rea_by_contact: bool
    is_read_by_contact: bool
    custom_fields: list[CustomFieldShown]
    created_time: Moment
    closed_time: Moment | None
    contact: Person | None | UnsetType = UNSET
    messages: list[PortalMessage] | UnsetType = UNSET


class WrappedPortalConversation(Wire, kw_only=True):
    """One portal conversation under its name."""

    portalconversation: PortalConversation


class PortalConversationList(Wire, kw_only=True):
    """Portal conversations under their name."""

    portalconversations: list[PortalConversation]


class WrappedPortalMessage(Wire, kw_only=True):
    """One message under its name."""

    message: PortalMessage


class PortalMessageList(Wire, kw_only=True):
    """Messages under their name."""

    messages: list[PortalMessage]


def _show_all(ctx: Context, rows: list[Row], contact: portal.Person, asked: Collection[str]) -> list[PortalConversation]:
    known = beside.load(ctx, rows)
    shown = [
        PortalConversation(
            id=row.number,
            subject=row.subject,
            contact_id=row.contact_number,
            is_closed=not row.is_open,
            is_rea_by_contact=row.is_read_by_contact,
            is_read_by_contact=row.is_read_by_contact,
            custom_fields=custom_fields.show(known.custom_values(row.id)),
            created_time=moment(row.created_at),
            closed_time=None if row.closed_at is None else moment(row.closed_at),
        )
        for row in rows
    ]
    for one in shown if "contact" in asked else ():
        one.contact = person(people.views_of(ctx, [contact])[0])
    return shown


def _one(ctx: Context, row: Row, contact: portal.Person, asked: Collection[str] = ()) -> WrappedPortalConversation:
    (shown,) = _show_all(ctx, [row], contact, asked)
    if "messages" in asked:
        shown.messages = _thread(ctx, portal.list_messages(ctx, contact, row).messages, set())
    return WrappedPortalConversation(portalconversation=shown)


def _thread(ctx: Context, rows: list[Stored], asked: set[str]) -> list[PortalMessage]:
    unavailable = files.list_unavailable(ctx, rows)
    shown = [
        PortalMessage(
            id=messages.number_of(row),
            html_body=messages.html_of(row),
            plain_body=row.body,
            sender_id=row.sender_number or None,
            sender_type=row.sender_kind,
            time=moment(row.created_at),
            attachments=[show(file.id, file.name, is_available=file.id not in unavailable) for file in row.attachments or []],
        )
        for row in rows
    ]
    if "sender" in asked:
        senders = people.load_views(ctx, {row.sender for row in rows if row.sender_number})
        for one, row in zip(shown, rows, strict=True):
            one.sender = person(senders.get(row.sender))
    return shown


def _message(request: NewPortalMessage, key: str = "") -> PostMessage:
    """Returns what a contact writes. Raises Invalid for nothing."""
    if not (request.plain_body or request.html_body or request.attachments):
        raise Invalid("body", "or htmlBody must be given")
    return PostMessage(
        conversation="",
        body=request.plain_body or "",
        html_body=request.html_body,
        attachments=attach(request.attachments),
        key=key or None,
        exactly=True,
    )


def _named(ctx: Context, request: OnePortalConversation | ReplyPortalConversation) -> tuple[portal.Person, str]:
    """Returns the contact, and the uuid of the conversation. Raises NotFound."""
    return portal.contact_of(ctx, request.contact_id), conversations.id_by_number(ctx, request.id)


def list_portal_conversations(ctx: Context, request: ListPortalConversations) -> PortalConversationList:
    """`GET /portalconversations`: a contact's, the latest first, 1,000 and 3 MB at most."""
    contact, asked = portal.contact_of(ctx, request.contact_id), includes(request.include, _OF_LIST)
    shown = _show_all(ctx, portal.list_of_contact(ctx, contact, search.read(ctx, request.keywords)), contact, asked)
    sizes = accumulate(len(msgspec.json.encode(one)) for one in shown)
    return PortalConversationList(
        portalconversations=[one for one, size in zip(shown, sizes, strict=True) if size <= _MOST_BYTES]
    )


def get_portal_conversation(ctx: Context, request: OnePortalConversation) -> WrappedPortalConversation:
    """`GET /portalconversations/{id}`."""
    contact, id_ = _named(ctx, request)
    return _one(ctx, portal.load(ctx, contact, id_), contact, includes(request.include, _OF_ONE))


def submit_portal_conversation(ctx: Context, request: SubmitPortalConversation) -> WrappedPortalConversation:
    """`POST /portalconversations`: a contact's new conversation; with an Idempotency-Key once, however often it is sent."""
    contact, values = portal.contact_of(ctx, request.contact_id), custom_fields.read(ctx, request.custom_fields or [])
    fields = Change(subject=request.subject, metadata=values.metadata, custom_fields=values.own)
    with naming_files():
        created = portal.submit(ctx, contact, fields, _message(request.message), request.idempotency_key or None)
    return _one(ctx, created.conversation, contact)


def list_portal_messages(ctx: Context, request: OnePortalConversation) -> PortalMessageList:
    """`GET /portalconversations/{id}/messages`: without notes, oldest first, the newest thousand."""
    contact, id_ = _named(ctx, request)
    asked = includes(request.include, _OF_MESSAGES)
    found = portal.list_messages(ctx, contact, portal.load(ctx, contact, id_))
    return PortalMessageList(messages=_thread(ctx, found.messages, asked))


def reply_portal_conversation(ctx: Context, request: ReplyPortalConversation) -> WrappedPortalMessage:
    """`POST /portalconversations/{id}/messages`: a contact's message; with an Idempotency-Key once."""
    contact, id_ = _named(ctx, request)
    conversation = portal.load(ctx, contact, id_)
    with naming_files():
        stored = portal.reply(ctx, contact, conversation, _message(request, request.idempotency_key))
    return WrappedPortalMessage(message=_thread(ctx, [stored], set())[0])


def close_portal_conversation(ctx: Context, request: OnePortalConversation) -> WrappedPortalConversation:
    """`PUT /portalconversations/{id}/close`."""
    contact, id_ = _named(ctx, request)
    return _one(ctx, portal.close(ctx, contact, id_), contact)


def reopen_portal_conversation(ctx: Context, request: OnePortalConversation) -> WrappedPortalConversation:
    """`PUT /portalconversations/{id}/reopen`: it waits for an agent."""
    contact, id_ = _named(ctx, request)
    return _one(ctx, portal.reopen(ctx, contact, id_), contact)


class MarkPortalConversation(Wire, kw_only=True):
    """`PUT /portalconversations/{id}/read` and `unread`, whose documents name no contact; one that is named must be its own."""

    id: Number
    contact_id: Number | None = None


def read_portal_conversation(ctx: Context, request: MarkPortalConversation) -> None:
    """`PUT /portalconversations/{id}/read`: the contact has read it."""
    _mark(ctx, request, is_read=True)


def unread_portal_conversation(ctx: Context, request: MarkPortalConversation) -> None:
    """`PUT /portalconversations/{id}/unread`."""
    _mark(ctx, request, is_read=False)


def _mark(ctx: Context, request: MarkPortalConversation, *, is_read: bool) -> None:
    contact = None if request.contact_id is None else portal.contact_of(ctx, request.contact_id)
    portal.mark_read(ctx, contact, conversations.id_by_number(ctx, request.id), is_read=is_read)


_PATH = f"{BASE}/portalconversations"
_ONE, _MESSAGES = f"{_PATH}/{{id}}", f"{_PATH}/{{id}}/messages"
_KEY = {"idempotencyKey": "Idempotency-Key"}
ROWS = [
    Endpoint("GET", _PATH, list_portal_conversations, AGENT),
    Endpoint("POST", _PATH, submit_portal_conversation, AGENT, headers=_KEY, is_repeatable=True),
    Endpoint("GET", _ONE, get_portal_conversation, AGENT),
    Endpoint("GET", _MESSAGES, list_portal_messages, AGENT),
    Endpoint("POST", _MESSAGES, reply_portal_conversation, AGENT, headers=_KEY, is_repeatable=True),
    Endpoint("PUT", f"{_ONE}/close", close_portal_conversation, AGENT),
    Endpoint("PUT", f"{_ONE}/reopen", reopen_portal_conversation, AGENT),
    Endpoint("PUT", f"{_ONE}/read", read_portal_conversation, AGENT),
    Endpoint("PUT", f"{_ONE}/unread", unread_portal_conversation, AGENT),
]
