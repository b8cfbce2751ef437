"""Changes of a conversation by a person: its fields, its status, its assignee. Each is one conditional write."""

from collections.abc import Collection, Mapping

import msgspec
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, VISITOR, Context
from chalicelib.desk.accounts import accounts, custom_fields, tags
from chalicelib.desk.conversations import conversations, unassigned, writes
from chalicelib.desk.conversations.conversations import LONGEST_METADATA, METADATA
from chalicelib.desk.conversations.named import Named, named_in
from chalicelib.desk.conversations.named import agent_of as agent_of
from chalicelib.desk.conversations.named import contact_of as contact_of
from chalicelib.desk.conversations.named import group_of as group_of
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, Invalid, Stale
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.desk.teams.groups import Group
from chalicelib.models import details
from chalicelib.models import people as rows
from chalicelib.models.conversations import Conversation, of_key
from chalicelib.models.details import DetailChanges, Mention
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.loads import LoadChanges
from chalicelib.models.summaries import TagChanges
from chalicelib.rules import lifecycle, names, routing_rules, status

#: Characters of a subject.
LONGEST_SUBJECT = 500


class Change(msgspec.Struct, frozen=True):
    """What to change about a conversation. None leaves a field as it is. Agents, contacts, departments and tags are integer ids;
    `assignee` and `group` 0 take it from its agent or department.

    `metadata` is by name (METADATA) and `custom_fields` by number; None clears a value.
    """

    subject: str | None = None
    priority: str | None = None
    status: str | None = None
    assignee: int | None = None
    group: int | None = None
    is_read: bool | None = None
    contact: int | None = None
    tags: tuple[int, ...] | None = None
    metadata: Mapping[str, str | None] = msgspec.field(default_factory=dict)
    custom_fields: Mapping[int, str | None] = msgspec.field(default_factory=dict)

    @property
    def needs_details(self) -> bool:
        """Whether it depends on what is stored beside the conversation."""
        return self.tags is not None or bool(self.custom_fields)


@access.allow(AGENT)
def change(ctx: Context, conversation_id: str, wanted: Change, versions: Collection[int] | None = None) -> Conversation:
    """Changes the given fields in one write, and returns the conversation. `versions` are those the caller accepts, None for any.

    Another department routes an open conversation again, unless the change names an agent. Raises Stale for another version,
    NotFound for the conversation, Invalid for an unknown agent, contact, department, tag, status or priority.
    """
    wanted = checked(ctx, wanted)
    named = named_in(ctx, wanted.assignee, wanted.contact, wanted.group)

    def attempt() -> Conversation:
        conversation = conversations.load_support(ctx, conversation_id)
        if versions is not None and conversation.version not in versions:
            raise Stale
        if planned := plan(ctx, conversation, wanted, named):
            store(ctx, conversation, planned)
        return conversation

    return retry_on_conflict(ctx, attempt)


class Plan(msgspec.Struct, frozen=True):
    """What a change means for a conversation that was read: its fields, what is beside them, and tags that begin and end."""

    changes: lifecycle.Changes
    beside: DetailChanges
    tags: TagChanges
    escalates: bool

    def __bool__(self) -> bool:
        return bool(self.changes or self.beside)


def plan(ctx: Context, conversation: Conversation, wanted: Change, named: Named) -> Plan:
    """Returns what a checked change means for a conversation that was read. Requests as `_beside` and `changes_on_reopening`."""
    changes = _changes(ctx, conversation, wanted, named)
    beside, moved_tags = _beside(ctx, conversation, wanted)
    return Plan(changes, beside, moved_tags, _escalates(named.assignee))


def store(ctx: Context, conversation: Conversation, planned: Plan, firing: LogEntry | None = None) -> None:
    """Writes what was planned for a conversation, with the trigger's firing that it is. One request, one more where it gets
    another contact. Raises ConditionFailed.
    """
    if "contact_key" in planned.changes:
        rows.note_past(ctx.account, conversation.contact, conversation.id)
    loads = LoadChanges(freed=conversation.carrier, held=_carrier_after(conversation, planned.changes))
    escalates, beside, tags_ = planned.escalates, planned.beside, planned.tags
    writes.change(ctx, conversation, planned.changes, loads, escalates=escalates, beside=beside, tags=tags_, firing=firing)


def _changes(ctx: Context, conversation: Conversation, wanted: Change, named: Named) -> lifecycle.Changes:
    given = {name: getattr(wanted, name) for name in ("subject", "priority", "is_read")}
    changes = {name: value for name, value in given.items() if value is not None and value != getattr(conversation, name)}
    if named.contact and named.contact.id != conversation.contact:
        changes |= {"contact_key": of_key(ctx.account, named.contact.id), "contact_number": named.contact.number}
    changes |= _status_changes(ctx, conversation, wanted) | _assignee_changes(ctx, conversation, wanted, named.assignee)
    return changes | _group_changes(ctx, conversation, wanted, named.group)


def _carrier_after(conversation: Conversation, changes: lifecycle.Changes) -> str | None:
    """Returns the agent whose load a conversation counts for after a change."""
    is_carried = changes.get("status", conversation.status) != status.CLOSED and not changes.get(
        "has_named_agents", conversation.has_named_agents
    )
    return changes.get("assignee", conversation.assignee) if is_carried else None


def _group_changes(ctx: Context, conversation: Conversation, wanted: Change, group: Group | None) -> lifecycle.Changes:
    """Returns what another department changes: an open conversation whose account routes waits for one of its agents."""
    if wanted.group is None or (group.number if group else None) == conversation.group_number:
        return {}
    changes = {"group": group.id if group else None, "group_number": group.number if group else None, "audience": None}
    if conversation.routed_by is None:
        changes["routed_by"] = routing_rules.NO_RULE  # none may send it elsewhere any more
    stays = wanted.assignee or wanted.status == status.CLOSED or not (conversation.is_open or wanted.status)
    if stays or not (accounts.load(ctx).routed and conversation.is_routed):
        return changes
    return changes | lifecycle.waiting(unassigned.next_routing_at(ctx, conversation))


def _beside(ctx: Context, conversation: Conversation, wanted: Change) -> tuple[DetailChanges, TagChanges]:
    """Returns what changes beside the summary, and which tags begin and end. One request where tags, custom fields or what the
    caller has read of their mentions decide.
    """
    is_marked = wanted.is_read is not None and ctx.caller.number is not None and conversation.has_details
    if not (wanted.needs_details or is_marked):
        return DetailChanges(metadata=wanted.metadata), ((), ())
    known = details.of_conversation(conversation)
    values = {**known.custom_fields, **wanted.custom_fields}
    beside = DetailChanges(
        metadata=wanted.metadata,
        custom_fields=custom_fields.check_room(values) if wanted.custom_fields else None,
        tags=wanted.tags if wanted.tags is not None and list(wanted.tags) != known.tags else None,
        mentions=_marked(known.mentions, ctx.caller.number, wanted.is_read),
    )
    after = known.tags if beside.tags is None else beside.tags
    return beside, ([tag for tag in after if tag not in known.tags], [tag for tag in known.tags if tag not in after])


def _marked(mentions: Mapping[int, Mention], agent: int | None, is_read: bool | None) -> dict[int, Mention] | None:
    """Returns mentions with an agent's own marked as read or unread, None if that changes nothing."""
    own = mentions.get(agent or 0)
    if own is None or is_read in (None, own.is_read):
        return None
    return {**mentions, agent or 0: replace(own, is_read=bool(is_read))}


def _escalates(agent: people.Person | None) -> bool:
    """Returns whether giving a conversation to this agent by hand brings it before a supervisor."""
    return agent is not None and agent.level == ADMIN


def checked(ctx: Context, wanted: Change) -> Change:
    """Returns a change with its values as they are stored. Raises Invalid for one that no conversation can have."""
    for name, known in (("status", status.STATUSES), ("priority", status.PRIORITIES)):
        value = getattr(wanted, name)
        if value is not None and value not in known:
            raise Invalid(name, f"must be one of {', '.join(known)}")
    subject = None if wanted.subject is None else names.one_line(wanted.subject)
    if subject is not None and not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Invalid("subject", f"must be 1 to {LONGEST_SUBJECT} characters")
    for name, value in wanted.metadata.items():
        if name not in METADATA or len(value or "") > LONGEST_METADATA:
            raise Invalid("metadata", f"are {', '.join(METADATA)}, of {LONGEST_METADATA} characters at most")
    known_tags = None if wanted.tags is None else tags.check(ctx, wanted.tags)
    return replace(wanted, subject=subject, tags=known_tags, custom_fields=custom_fields.check_values(ctx, wanted.custom_fields))


def _status_changes(ctx: Context, conversation: Conversation, wanted: Change) -> lifecycle.Changes:
    if wanted.status in (None, conversation.status):
        return {}
    if wanted.status == status.CLOSED:
        return lifecycle.closed(ctx.now)
    return lifecycle.moved(ctx.now, str(wanted.status)) | (
        {} if conversation.is_open or wanted.assignee else changes_on_reopening(ctx, conversation)
    )


def changes_on_reopening(ctx: Context, conversation: Conversation) -> lifecycle.Changes:
    """Returns what else changes when a closed conversation opens: it waits if nobody has it, or its agent can't serve.

    One request if it has an agent.
    """
    if conversation.assignee is not None and people.can_serve(rows.get(ctx.account, conversation.assignee)):
        return {}
    return (
        lifecycle.waiting(unassigned.next_routing_at(ctx, conversation))
        if conversation.has_named_agents
        else unassigned.waiting_changes(ctx, conversation)
    )


def _assignee_changes(ctx: Context, conversation: Conversation, wanted: Change, agent: people.Person | None) -> lifecycle.Changes:
    if wanted.assignee == 0 and conversation.assignee:
        return lifecycle.waiting(unassigned.next_routing_at(ctx, conversation))
    if agent is None or agent.id == conversation.assignee:
        return {}
    return lifecycle.assigned(ctx.now, agent.id, agent.number, tried=conversation.tried_agents)


@access.allow(AGENT)
def close(ctx: Context, conversation: str) -> Conversation:
    """Closes a conversation and frees its agent. A closed one stays as it is. Raises NotFound."""
    return change(ctx, conversation, Change(status=status.CLOSED))


@access.allow(AGENT)
def close_mine(ctx: Context, conversation_id: str) -> Conversation:
    """Closes a conversation for its assignee or a supervisor. Two requests. Raises Forbidden for anybody else."""

    def attempt() -> Conversation:
        conversation = conversations.load_support(ctx, conversation_id)
        if conversation.assignee != ctx.caller.person and not ctx.caller.at_least(ADMIN):
            raise Forbidden("the conversation is not assigned to you")
        if conversation.is_open:
            writes.change(ctx, conversation, lifecycle.closed(ctx.now), LoadChanges(freed=conversation.carrier))
        return conversation

    return retry_on_conflict(ctx, attempt)


def reopen(ctx: Context, conversation: Conversation) -> Conversation:
    """Opens a closed conversation: for a visitor it waits for an agent, for an agent it goes back to its last assignee.

    An open one stays as it is, without a request. Raises NotFound.
    """
    if conversation.is_open:
        return conversation

    def attempt() -> Conversation:
        now = conversations.load_support(ctx, conversation.id)
        if now.is_open:
            return now
        changes = lifecycle.moved(ctx.now, status.PENDING_INTERNAL)
        is_free = ctx.caller.level == VISITOR or now.assignee is None
        changes |= unassigned.waiting_changes(ctx, now) if is_free else changes_on_reopening(ctx, now)
        writes.change(ctx, now, changes, LoadChanges(held=changes.get("assignee", now.assignee)))
        return now

    return retry_on_conflict(ctx, attempt)


@access.allow(AGENT)
def pick(ctx: Context, conversation_id: str) -> Conversation:
    """Notes that the caller has taken up a conversation assigned to them; the first time counts.

    Raises Forbidden for another's.
    """

    def attempt() -> Conversation:
        conversation = conversations.load_support(ctx, conversation_id)
        if conversation.assignee is None or conversation.assignee != ctx.caller.person:
            raise Forbidden("the conversation is not assigned to you")
        if conversation.picked_at is None and conversation.is_open:
            writes.change(ctx, conversation, lifecycle.picked(ctx.now))
        return conversation

    return retry_on_conflict(ctx, attempt)
