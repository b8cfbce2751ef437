"""Changes of a conversation by a person: its fields, its status, its assignee. Each is one conditional write."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from chalicelib.context import ADMIN, AGENT, VISITOR, Context
from chalicelib.desk.conversations import conversations, unassigned
from chalicelib.desk.conversations.conversations import LONGEST_METADATA, METADATA
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound, Stale, Unavailable
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.models import people as rows
from chalicelib.models import summaries
from chalicelib.models.conversations import Conversation
from chalicelib.models.summaries import LoadChanges
from chalicelib.rules import lifecycle, status


@dataclass(frozen=True, slots=True)
class Change:
    """What to change about a conversation. None leaves a field as it is; `assignee` 0 takes it from its agent.

    A given `contact` must be the one it has. `metadata` is by name (METADATA), None clears a value.
    """

    subject: str | None = None
    priority: str | None = None
    status: str | None = None
    assignee: int | None = None
    is_read: bool | None = None
    contact: int | None = None
    metadata: Mapping[str, str | None] = field(default_factory=dict)


@access.allow(AGENT)
def change(ctx: Context, conversation_id: str, wanted: Change, versions: Collection[int] | None = None) -> Conversation:
    """Changes the given fields in one write, and returns the conversation. `versions` are those the caller accepts, None for any.

    Raises Stale for another version, NotFound for the conversation, Invalid for an unknown agent, status or priority.
    """
    _check(wanted)

    def attempt() -> Conversation:
        assignee = _agent(ctx, wanted.assignee) if wanted.assignee else None
        conversation = conversations.load_support(ctx, conversation_id)
        if versions is not None and conversation.version not in versions:
            raise Stale
        if wanted.contact not in (None, conversation.contact_number):
            raise Invalid("contact", "can't be changed")
        changes = {name: value for name in ("subject", "priority", "is_read") if (value := getattr(wanted, name)) is not None}
        before = conversation.carrier
        changes |= _status_changes(ctx, conversation, wanted) | _assignee_changes(ctx, conversation, wanted, assignee)
        if changes or wanted.metadata:
            is_carried = changes.get("status", conversation.status) != status.CLOSED and not changes.get(
                "has_named_agents", conversation.has_named_agents
            )
            after = changes.get("assignee", conversation.assignee) if is_carried else None
            loads = LoadChanges(freed=before, held=after)
            summaries.change(conversation, changes, ctx.now, loads, escalates=_escalates(assignee), metadata=wanted.metadata)
        return conversation

    return retry_on_conflict(ctx, attempt)


def _escalates(agent: people.Person | None) -> bool:
    """Returns whether giving a conversation to this agent by hand brings it before a supervisor."""
    return agent is not None and agent.level == ADMIN


def _check(wanted: Change) -> None:
    for name, known in (("status", status.STATUSES), ("priority", status.PRIORITIES)):
        value = getattr(wanted, name)
        if value is not None and value not in known:
            raise Invalid(name, f"must be one of {', '.join(known)}")
    if wanted.subject is not None and not 0 < len(wanted.subject) <= 500:
        raise Invalid("subject", "must be 1 to 500 characters")
    for name, value in wanted.metadata.items():
        if name not in METADATA or len(value or "") > LONGEST_METADATA:
            raise Invalid("metadata", f"are {', '.join(METADATA)}, of {LONGEST_METADATA} characters at most")


def _agent(ctx: Context, number: int) -> people.Person:
    try:
        return people.check_serves(people.get_agent_by_number(ctx, number), "assignee")
    except NotFound as missing:
        raise Unavailable("assignee", str(missing)) from missing


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
            summaries.change(conversation, lifecycle.closed(ctx.now), ctx.now, LoadChanges(freed=conversation.carrier))
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
        summaries.change(now, changes, ctx.now, LoadChanges(held=changes.get("assignee", now.assignee)))
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
            summaries.change(conversation, lifecycle.picked(ctx.now), ctx.now)
        return conversation

    return retry_on_conflict(ctx, attempt)
