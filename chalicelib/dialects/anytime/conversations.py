"""Anytime's conversations: one of them, shown and changed. conversation_lists.py lists them."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, history, updates
from chalicelib.desk.conversations.conversations import Conversation as Row
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.people.people import PersonView
from chalicelib.dialects.anytime.custom_fields import CustomField, CustomFieldShown, custom_fields, metadata_of
from chalicelib.dialects.anytime.messages import Message, thread
from chalicelib.dialects.anytime.shapes import BASE, Person, SenderType, Wire, given, includes, moment, person, refuse
from chalicelib.dialects.bounds import Header, Line, Lines, Moment, Number, one_of
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Answer, Shows

Status = Literal["new", "pendingInternal", "pendingExternal", "onHold", "closed"]
Priority = Literal["urgent", "high", "normal", "low"]
STATUSES = {
    "new": "new",
    "pending_internal": "pendingInternal",
    "pending_external": "pendingExternal",
    "on_hold": "onHold",
    "closed": "closed",
}
STATUS_OF = {theirs: ours for ours, theirs in STATUSES.items()}
#: Documented channels are portal and e-mail. A chat came through the site, so it is portal.
_CHANNELS = {"chat": "portal"}
#: People of a conversation that can be included: the field that shows them, and the core's field.
_PEOPLE = {
    "agentAssignee": ("agent_assignee", "assignee"),
    "contact": ("contact", "contact"),
    "createdBy": ("created_by", "contact"),
    "lastRepliedBy": ("last_replied_by", "last_sender"),
}
#: What each kind of call can include.
OF_LIST = frozenset({*_PEOPLE, "departmentAssignee"})
OF_ONE = OF_LIST | {"messages"}
_VERSION = re.compile(r'(?:W/)?"(0|[1-9]\d{0,14})"')


class OneConversation(Wire, kw_only=True):
    """A conversation by its integer id."""

    id: Number
    include: Line | Lines = ""


class UpdateConversation(Wire, kw_only=True):
    """`PUT /conversations/{id}`: changes the given fields. `agentAssigneeId` null takes it from its agent.

    The last fields may be sent back as they were shown. Changing them is refused.
    """

    id: Number
    subject: Line | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    agent_assignee_id: Number | None | UnsetType = UNSET
    is_read: bool | UnsetType = UNSET
    if_match: Header = ""
    contact_id: Number | None = None
    department_assignee_id: Number | None = None
    custom_fields: Annotated[list[CustomField], Meta(max_length=100)] | None = None
    tag_ids: Annotated[list[Number], Meta(max_length=100)] | None = None


class Conversation(Wire, kw_only=True):
    """A conversation. Included objects are left out unless asked for."""

    id: int
    subject: str
    agent_assignee_id: int | None
    department_assignee_id: int | None
    contact_id: int
    received_from: str | None = None
    channel: str
    priority: Annotated[str, one_of(*get_args(Priority))]
    status: Annotated[str, one_of(*get_args(Status))]
    is_read: bool
    is_rea_by_contact: bool
    custom_fields: list[CustomFieldShown] = msgspec.field(default_factory=list)
    created_by_id: int
    created_by_type: Annotated[str, one_of("contact")]
    created_time: Moment
    last_activity_time: Moment
    last_status_change_time: Moment
    last_replied_time: Moment | None
    last_replied_by_id: int | None
    last_replied_by_type: SenderType | None
    has_draft: bool = False
    tag_ids: list[int] = msgspec.field(default_factory=list)
    is_deleted: bool = False
    sla_policy_id: int | None = None
    first_respond_breach_at: str | None = None
    next_respond_breach_at: str | None = None
    resolve_breach_at: str | None = None
    mentioned_agents: list[dict[str, Any]] = msgspec.field(default_factory=list)
    is_editable: bool = True
    last_message: str | None
    agent_assignee: Person | None | UnsetType = UNSET
    department_assignee: dict[str, Any] | None | UnsetType = UNSET
    contact: Person | None | UnsetType = UNSET
    created_by: Person | None | UnsetType = UNSET
    last_replied_by: Person | None | UnsetType = UNSET
    messages: list[Message] | UnsetType = UNSET


class WrappedConversation(Wire, kw_only=True):
    """One conversation under its name."""

    conversation: Conversation


#: A conversation, and its version.
One = Annotated[Answer, Shows(WrappedConversation, headers=("ETag",))]


def change(request: UpdateConversation) -> Change:
    """Returns what to change. Raises Invalid for what can't be changed."""
    refuse(request, "department_assignee_id", "tag_ids")
    assignee = request.agent_assignee_id
    return Change(
        subject=given(request.subject),
        priority=given(request.priority),
        status=None if isinstance(request.status, UnsetType) else STATUS_OF[request.status],
        assignee=None if isinstance(assignee, UnsetType) else assignee or 0,
        is_read=given(request.is_read),
        contact=request.contact_id,
        metadata=dict(metadata_of(field) for field in request.custom_fields or []),
    )


def etag(version: int) -> str:
    """A conversation's version as an ETag."""
    return f'"{version}"'


def versions(if_match: str) -> set[int] | None:
    """The versions that If-Match allows, None for any. ETags that are not the desk's allow none."""
    return None if if_match.strip() in ("", "*") else {int(found) for found in _VERSION.findall(if_match)}


def show(conversation: Row, asked: set[str], views: Mapping[str, PersonView], metadata: Mapping[str, str]) -> Conversation:
    """Returns a conversation with the people that were asked for."""
    replied_at = conversation.last_message_at
    shown = Conversation(
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


def get_conversation(ctx: Context, request: OneConversation) -> One:
    """`GET /conversations/{id}`: one conversation, with its ETag."""
    conversation = conversations.load(ctx, conversations.id_by_number(ctx, request.id))
    return _one(ctx, conversation, includes(request.include, OF_ONE))


def _one(ctx: Context, conversation: Row, asked: set[str]) -> Answer:
    views = conversations.load_people(ctx, [conversation]) if asked else {}
    shown = show(conversation, asked, views, conversations.metadata_of(ctx, [conversation]).get(conversation.id, {}))
    if "messages" in asked:
        shown.messages = thread(ctx, history.list_latest(ctx, conversation.id).messages)
    return Answer(WrappedConversation(conversation=shown), headers={"ETag": etag(conversation.version or 0)})


def update_conversation(ctx: Context, request: UpdateConversation) -> One:
    """`PUT /conversations/{id}`: changes the given fields; with If-Match only the version that it names."""
    id_ = conversations.id_by_number(ctx, request.id)
    return _one(ctx, updates.change(ctx, id_, change(request), versions(request.if_match)), set())


_PATH = f"{BASE}/conversations/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, get_conversation, AGENT),
    Endpoint("PUT", _PATH, update_conversation, AGENT, headers={"ifMatch": "If-Match"}),
]
