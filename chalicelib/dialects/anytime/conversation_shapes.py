"""Anytime's conversation as it is shown, with the objects that can be included."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.context import Context
from chalicelib.desk.conversations import beside
from chalicelib.desk.conversations.beside import Beside
from chalicelib.desk.conversations.conversations import Conversation as Row
from chalicelib.desk.people.people import PersonView
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Group
from chalicelib.dialects.anytime import custom_fields
from chalicelib.dialects.anytime.custom_fields import CustomFieldShown
from chalicelib.dialects.anytime.event_logs import EventLogShown
from chalicelib.dialects.anytime.messages import Message
from chalicelib.dialects.anytime.shapes import Person, SenderType, Wire, moment, person
from chalicelib.dialects.bounds import Moment, one_of

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
CHANNELS = {"chat": "portal"}
#: What each kind of call can include.
OF_LIST = frozenset({"agentAssignee", "departmentAssignee", "contact", "createdBy", "lastRepliedBy"})
OF_ONE = OF_LIST | {"messages", "eventLogs"}
#: People who can be included, and the field of a row that has them.
_PEOPLE = {"agentAssignee": "assignee", "contact": "contact", "lastRepliedBy": "last_sender"}


class Department(Wire, kw_only=True):
    """A department, as includes show one."""

    id: int
    name: str
    description: str


class MentionedAgent(Wire, kw_only=True):
    """An agent that notes mention, the latest message that does, and whether the agent has read the conversation since."""

    agent_id: int
    is_read: bool
    message_id: int


class Conversation(Wire, kw_only=True):
    """A conversation. Included objects are left out unless asked for."""

    id: int
    subject: str
    agent_assignee_id: int | None
    department_assignee_id: int | None
    contact_id: int
    received_from: str | None = None
    channel: Annotated[str, one_of("portal", "email")]
    priority: Annotated[str, one_of(*get_args(Priority))]
    status: Annotated[str, one_of(*get_args(Status))]
    is_read: bool
    is_rea_by_contact: bool
    is_read_by_contact: bool
    custom_fields: list[CustomFieldShown] = msgspec.field(default_factory=list)
    created_by_id: int | None
    created_by_type: SenderType
    created_time: Moment
    last_activity_time: Moment
    last_status_change_time: Moment
    last_replied_time: Moment | None
    last_replied_by_id: int | None
    last_replied_by_type: SenderType | None
    has_draft: bool = False
    tag_ids: list[int] = msgspec.field(default_factory=list)
    is_deleted: bool = False
    merged_into_id: int | None = None
    sla_policy_id: int | None = None
    first_respond_breach_at: Moment | None = None
    next_respond_breach_at: Moment | None = None
    resolve_breach_at: Moment | None = None
    snoozed_until: Moment | None = None
    mentioned_agents: list[MentionedAgent] = msgspec.field(default_factory=list)
    is_editable: bool = True
    last_message: str | None
    agent_assignee: Person | None | UnsetType = UNSET
    department_assignee: Department | None | UnsetType = UNSET
    contact: Person | None | UnsetType = UNSET
    created_by: Person | None | UnsetType = UNSET
    last_replied_by: Person | None | UnsetType = UNSET
    messages: list[Message] | UnsetType = UNSET
    event_logs: list[EventLogShown] | UnsetType = UNSET


def show_all(ctx: Context, rows: Sequence[Row], asked: set[str]) -> list[Conversation]:
    """Returns conversations with the objects that were asked for. At most one request for each hundred rows that are not known,
    one for the caller's drafts, and one each for tags, custom fields, departments and agents that no warm process has.
    """
    wanted = [getattr(row, name) for row in rows for name in (_PEOPLE[one] for one in asked & _PEOPLE.keys())]
    if "createdBy" in asked:
        wanted += [row.contact for row in rows if row.creator_number is None]
    known = beside.load(ctx, rows, wanted)
    departments = _departments(ctx, rows) if "departmentAssignee" in asked else {}
    creators = beside.creators(ctx, rows) if "createdBy" in asked else {}
    return [_with_objects(row, show(row, known), asked, known, departments, creators) for row in rows]


def _departments(ctx: Context, rows: Sequence[Row]) -> Mapping[str, Group]:
    return groups.GROUPS.load(ctx) if any(row.group for row in rows) else {}


def show(row: Row, known: Beside) -> Conversation:
    """Returns a conversation without included objects."""
    replied_at = row.last_message_at
    return Conversation(
        id=row.number,
        subject=row.subject,
        agent_assignee_id=row.assignee_number,
        department_assignee_id=row.group_number,
        contact_id=row.contact_number,
        received_from=row.received_from,
        channel=CHANNELS.get(row.channel, row.channel),
        priority=row.priority,
        status=STATUSES[row.status],
        is_read=row.is_read,
        is_rea_by_contact=row.is_read_by_contact,
        is_read_by_contact=row.is_read_by_contact,
        custom_fields=custom_fields.show(known.custom_values(row.id)),
        created_by_id=row.contact_number if row.creator_number is None else row.creator_number or None,
        created_by_type="contact" if row.creator_number is None else "agent" if row.creator_number else "system",
        created_time=moment(row.created_at),
        last_activity_time=moment(row.touched_at),
        last_status_change_time=moment(row.status_since),
        last_replied_time=None if replied_at is None else moment(replied_at),
        last_replied_by_id=row.last_sender_number or None,
        last_replied_by_type=row.last_sender_kind,
        has_draft=row.id in known.drafts,
        tag_ids=known.tags_of(row.id),
        is_deleted=row.deleted_at is not None,
        merged_into_id=row.merged_into_number,
        sla_policy_id=row.sla_policy,
        first_respond_breach_at=_due(row.first_due_at),
        next_respond_breach_at=_due(row.next_due_at),
        resolve_breach_at=_due(row.resolve_due_at),
        snoozed_until=_due(row.wake_at),
        mentioned_agents=[
            MentionedAgent(agent_id=agent, is_read=mention.is_read, message_id=mention.message)
            for agent, mention in known.mentions_of(row.id).items()
        ],
        is_editable=row.deleted_at is None,
        last_message=row.preview,
    )


def _due(at: int | None) -> str | None:
    """Returns when a clock is or was due, None for one that stands still or that it does not have."""
    return moment(at) if at and at > 0 else None


def _with_objects(
    row: Row,
    shown: Conversation,
    asked: set[str],
    known: Beside,
    departments: Mapping[str, Group],
    creators: Mapping[int, PersonView],
) -> Conversation:
    if "agentAssignee" in asked:
        shown.agent_assignee = person(known.views.get(row.assignee or ""))
    if "contact" in asked:
        shown.contact = person(known.views.get(row.contact))
    if "lastRepliedBy" in asked:
        shown.last_replied_by = person(known.views.get(row.last_sender or ""))
    if "createdBy" in asked:
        creator = known.views.get(row.contact) if row.creator_number is None else creators.get(row.creator_number)
        shown.created_by = person(creator)
    if "departmentAssignee" in asked:
        shown.department_assignee = _department(departments.get(row.group or ""))
    return shown


def _department(group: Group | None) -> Department | None:
    return Department(id=group.number, name=group.name, description=group.description) if group else None
