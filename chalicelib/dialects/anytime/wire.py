"""Anytime's requests and answers, with the documented names."""

from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.dialects.bounds import Header, Line, Lines, Moment, Name, Number, Refused, Text, one_of

Seconds = Annotated[int, Meta(ge=1, le=31_536_000)]
Status = Literal["new", "pendingInternal", "pendingExternal", "onHold", "closed"]
Priority = Literal["urgent", "high", "normal", "low"]


class Wire(msgspec.Struct, kw_only=True, rename="camel"):
    """Base: names in this dialect's spelling."""


class Failure(Wire, kw_only=True):
    """What went wrong: `code` is the HTTP status times 1000, and one more where a field is missing or the thing exists."""

    code: int
    message: str


class Condition(Wire, kw_only=True):
    """One of `conditions[n]`; an empty value means unset."""

    field: Literal["status", "priority", "agentAssigneeId", "departmentAssigneeId", "contactId"]
    match_type: Literal["is", "isNot"] = "is"
    value: Name = ""


class ListConversations(Wire, kw_only=True):
    """`GET /conversations`. The parameters that stand last ask for what the desk does not have, and are refused."""

    time_from: Name | None = None
    time_to: Name | None = None
    page_index: Annotated[int, Meta(ge=1, le=2**53 - 1)] = 1
    sort_by: Literal["lastReplyTime", "lastActivityTime"] = "lastReplyTime"
    sort_order: Literal["ascending", "descending"] = "descending"
    time_zone_offset: Annotated[float, Meta(ge=-14, le=14)] = 0
    include: Line | Lines = ""
    cursor: Line = ""
    conditions: Annotated[dict[Name, Condition], Meta(max_length=100)] = {}
    filter_id: Name | None = None
    tag_id: Name | None = None
    keywords: Line | None = None


class OneConversation(Wire, kw_only=True):
    """A conversation by its integer id."""

    id: Number
    include: Line | Lines = ""


class CustomField(Wire, kw_only=True):
    """A custom field's value, by the field's id or name; null or empty clears it."""

    id: Number | None = None
    name: Name | None = None
    value: Name | None


class UpdateConversation(Wire, kw_only=True):
    """`PUT /conversations/{id}`: what is given changes; `agentAssigneeId` null takes it from its agent.

    The fields that stand last may be sent back as they were shown; a change of them is refused.
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


class PostMessage(Wire, kw_only=True):
    """`POST /conversations/{id}/messages`. The fields that stand last belong to e-mail and files, and are refused."""

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


class AutoClose(Wire, kw_only=True):
    """Auto-close settings; the spans are seconds."""

    is_enabled: bool
    reassign_unpicked_after: int
    warn_after: int
    close_after: int


class SetAutoClose(Wire, kw_only=True):
    """`PUT /autoClose`: what is given changes."""

    is_enabled: bool | UnsetType = UNSET
    reassign_unpicked_after: Seconds | UnsetType = UNSET
    warn_after: Seconds | UnsetType = UNSET
    close_after: Seconds | UnsetType = UNSET


class Person(Wire, kw_only=True):
    """An agent or a contact, as includes show one."""

    id: int
    name: str
    email: str
    type: Annotated[str, one_of("agent", "contact")]


#: Who wrote: `system` is a program of the account, or the desk itself.
SenderType = Annotated[str, one_of("agent", "contact", "system")]


class CustomFieldShown(Wire, kw_only=True):
    """A custom field that has a value."""

    id: int
    name: str
    value: str


class Attachment(Wire, kw_only=True):
    """A file of a message; whoever has its address may read it."""

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
    attachments: list[Attachment] = []
    mentioned_agent_ids: list[int] = []
    sender: Person | None | UnsetType = UNSET


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
    custom_fields: list[CustomFieldShown] = []
    created_by_id: int
    created_by_type: Annotated[str, one_of("contact")]
    created_time: Moment
    last_activity_time: Moment
    last_status_change_time: Moment
    last_replied_time: Moment | None
    last_replied_by_id: int | None
    last_replied_by_type: SenderType | None
    has_draft: bool = False
    tag_ids: list[int] = []
    is_deleted: bool = False
    sla_policy_id: int | None = None
    first_respond_breach_at: str | None = None
    next_respond_breach_at: str | None = None
    resolve_breach_at: str | None = None
    mentioned_agents: list[dict[str, Any]] = []
    is_editable: bool = True
    last_message: str | None
    agent_assignee: Person | None | UnsetType = UNSET
    department_assignee: dict[str, Any] | None | UnsetType = UNSET
    contact: Person | None | UnsetType = UNSET
    created_by: Person | None | UnsetType = UNSET
    last_replied_by: Person | None | UnsetType = UNSET
    messages: list[Message] | UnsetType = UNSET


class ConversationList(Wire, kw_only=True):
    """A page of conversations; `total` counts up to 10,000."""

    conversations: list[Conversation]
    total: int
    previous_page: str | None
    next_page: str | None
    current_page: str


class WrappedConversation(Wire, kw_only=True):
    """One conversation under its name."""

    conversation: Conversation


class WrappedMessage(Wire, kw_only=True):
    """One message under its name."""

    message: Message


class MessageList(Wire, kw_only=True):
    """Messages under their name."""

    messages: list[Message]
