"""Anytime's conversations, one or several by id: created, shown, changed, marked. conversation_lists.py lists them."""

import re
from collections.abc import Collection
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from chalicelib.context import AGENT, Context
from chalicelib.desk.channels import outbound
from chalicelib.desk.conversations import conversations, creation, event_logs, history, updates
from chalicelib.desk.conversations.conversations import Conversation as Row
from chalicelib.desk.conversations.creation import NewConversation
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core.errors import NotFound
from chalicelib.dialects.anytime import custom_fields
from chalicelib.dialects.anytime.attachments import naming_files
from chalicelib.dialects.anytime.conversation_shapes import OF_ONE, STATUS_OF, Conversation, Priority, Status, show_all
from chalicelib.dialects.anytime.custom_fields import CustomFields
from chalicelib.dialects.anytime.event_logs import show as show_log
from chalicelib.dialects.anytime.messages import FirstMessage, command, thread
from chalicelib.dialects.anytime.shapes import BASE, Wire, given, includes, naming
from chalicelib.dialects.bounds import Header, Line, Lines, Name, Number
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Answer, Shows

_VERSION = re.compile(r'(?:W/)?"(0|[1-9]\d{0,14})"')
#: Conversations that one call changes.
MOST_AT_ONCE = 50
Ids = Annotated[list[Number], Meta(min_length=1, max_length=MOST_AT_ONCE)]
TagIds = Annotated[list[Number], Meta(max_length=100)]


class OneConversation(Wire, kw_only=True):
    """A conversation by its integer id."""

    id: Number
    include: Line | Lines = ""


class CreateConversation(Wire, kw_only=True):
    """`POST /conversations`. Without a contact it gets a nameless one."""

    subject: Line
    channel: Literal["portal", "email"]
    message: FirstMessage
    contact_id: Number | None = None
    agent_assignee_id: Number | None = None
    department_assignee_id: Number | None = None
    priority: Priority = "normal"
    status: Status = "new"
    custom_fields: CustomFields | None = None
    tag_ids: TagIds | None = None
    idempotency_key: Name = ""


class Changes(Wire, kw_only=True):
    """What every change of conversations may set. `agentAssigneeId` and `departmentAssigneeId` null take it from them."""

    status: Status | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    agent_assignee_id: Number | None | UnsetType = UNSET
    department_assignee_id: Number | None | UnsetType = UNSET
    is_read: bool | UnsetType = UNSET


class UpdateConversation(Changes, kw_only=True):
    """`PUT /conversations/{id}`: changes the given fields."""

    id: Number
    subject: Line | UnsetType = UNSET
    contact_id: Number | None = None
    custom_fields: CustomFields | None = None
    tag_ids: TagIds | None = None
    if_match: Header = ""


class UpdateConversations(Changes, kw_only=True):
    """`PUT /conversations`: changes the given fields of several."""

    ids: Ids


class WrappedConversation(Wire, kw_only=True):
    """One conversation under its name."""

    conversation: Conversation


class ConversationsShown(Wire, kw_only=True):
    """Conversations under their name."""

    conversations: list[Conversation]


#: A conversation, and its version.
One = Annotated[Answer, Shows(WrappedConversation, headers=("ETag",))]


def _common(request: Changes) -> Change:
    agent, department = request.agent_assignee_id, request.department_assignee_id
    return Change(
        priority=given(request.priority),
        status=None if isinstance(request.status, UnsetType) else STATUS_OF[request.status],
        assignee=None if isinstance(agent, UnsetType) else agent or 0,
        group=None if isinstance(department, UnsetType) else department or 0,
        is_read=given(request.is_read),
    )


def _change(ctx: Context, request: UpdateConversation) -> Change:
    values = custom_fields.read(ctx, request.custom_fields or [])
    return replace(
        _common(request),
        subject=given(request.subject),
        contact=request.contact_id,
        tags=None if request.tag_ids is None else tuple(request.tag_ids),
        metadata=values.metadata,
        custom_fields=values.own,
    )


def etag(version: int) -> str:
    """A conversation's version as an ETag."""
    return f'"{version}"'


def versions(if_match: str) -> set[int] | None:
    """The versions that If-Match allows, None for any. ETags that are not the desk's allow none."""
    return None if if_match.strip() in ("", "*") else {int(found) for found in _VERSION.findall(if_match)}


def create_conversation(ctx: Context, request: CreateConversation) -> One:
    """`POST /conversations`: a conversation with its first message; with an Idempotency-Key once, however often it is sent."""
    values = custom_fields.read(ctx, request.custom_fields or [])
    fields = Change(
        subject=request.subject,
        contact=request.contact_id,
        assignee=request.agent_assignee_id,
        group=request.department_assignee_id,
        priority=request.priority,
        status=STATUS_OF[request.status],
        tags=tuple(request.tag_ids or ()),
        metadata=values.metadata,
        custom_fields=values.own,
    )
    new = NewConversation(fields, command(request.message, ""), request.channel, request.idempotency_key or None)
    with naming_files():
        created = outbound.create(ctx, new) if new.message.mail else creation.create(ctx, new)
    return show_one(ctx, created.conversation)


def get_conversation(ctx: Context, request: OneConversation) -> One:
    """`GET /conversations/{id}`: one conversation, with its ETag. One that was merged shows where its messages are now."""
    id_ = conversations.id_by_number(ctx, request.id)
    return show_one(ctx, conversations.load_even_merged(ctx, id_), includes(request.include, OF_ONE))


def show_one(ctx: Context, conversation: Row, asked: Collection[str] = ()) -> Answer:
    """Returns a conversation with what was asked for, and its ETag."""
    (shown,) = show_all(ctx, [conversation], set(asked))
    if "messages" in asked:
        rows = [] if conversation.merged_into else history.list_latest(ctx, conversation.id).messages
        shown.messages = thread(ctx, rows)
    if "eventLogs" in asked:
        shown.event_logs = show_log(event_logs.of_conversation(ctx, conversation))
    return Answer(WrappedConversation(conversation=shown), headers={"ETag": etag(conversation.version or 0)})


def update_conversation(ctx: Context, request: UpdateConversation) -> One:
    """`PUT /conversations/{id}`: changes the given fields; with If-Match only the version that it names."""
    id_ = conversations.id_by_number(ctx, request.id)
    return show_one(ctx, updates.change(ctx, id_, _change(ctx, request), versions(request.if_match)))


def update_conversations(ctx: Context, request: UpdateConversations) -> ConversationsShown:
    """`PUT /conversations`: changes the same fields of several, one after the other. None is changed if one does not exist."""
    wanted = _common(request)
    with naming("conversation", "ids"):
        ids = conversations.ids_by_number(ctx, request.ids)
    return ConversationsShown(conversations=show_all(ctx, [updates.change(ctx, id_, wanted) for id_ in ids], set()))


def mark_read(ctx: Context, request: OneConversation) -> None:
    """`PUT /conversations/{id}/read`: agents have read it, and the caller what mentions them."""
    updates.change(ctx, conversations.id_by_number(ctx, request.id), Change(is_read=True))


def mark_unread(ctx: Context, request: OneConversation) -> None:
    """`PUT /conversations/{id}/unread`."""
    updates.change(ctx, conversations.id_by_number(ctx, request.id), Change(is_read=False))


PATH = f"{BASE}/conversations"
_ONE = f"{PATH}/{{id}}"
_KEY = {"idempotencyKey": "Idempotency-Key"}
ROWS = [
    Endpoint("POST", PATH, create_conversation, AGENT, headers=_KEY, raises=(NotFound,), is_repeatable=True),
    Endpoint("PUT", PATH, update_conversations, AGENT, raises=(NotFound,)),
    Endpoint("GET", _ONE, get_conversation, AGENT),
    Endpoint("PUT", _ONE, update_conversation, AGENT, headers={"ifMatch": "If-Match"}),
    Endpoint("PUT", f"{_ONE}/read", mark_read, AGENT),
    Endpoint("PUT", f"{_ONE}/unread", mark_unread, AGENT),
]
