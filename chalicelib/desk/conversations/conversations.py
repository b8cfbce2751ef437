"""Conversations: opened, listed, changed, picked, closed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.context import ADMIN, AGENT, VISITOR, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.conversations.unassigned import empty_changes as empty_changes
from chalicelib.desk.conversations.unassigned import named_changes as named_changes
from chalicelib.desk.conversations.unassigned import next_routing_at as next_routing_at
from chalicelib.desk.conversations.unassigned import waiting_changes as waiting_changes
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound, Stale, Unavailable
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.models import conversations, details, memberships, sequences, summaries, unique_names
from chalicelib.models import people as rows
from chalicelib.models import status_history as status_history
from chalicelib.models.conversations import Conversation as Conversation
from chalicelib.models.details import METADATA as METADATA
from chalicelib.models.details import Details as Details
from chalicelib.models.summaries import LoadChanges
from chalicelib.rules import ids, lifecycle, status
from chalicelib.rules.groups import Group

#: Characters of a fact of a conversation.
LONGEST_METADATA = 256


@access.allow(VISITOR)
def load(ctx: Context, conversation_id: str) -> Conversation:
    """One conversation that the caller may see. Raises NotFound.

    A visitor sees his own and those that he was added to; an agent all of his account but the internal ones of others.
    One request, or one more where only a membership tells.
    """
    conversation = conversations.get(ctx.account, conversation_id) if ids.is_uuid(conversation_id) else None
    if conversation is None or not _may_see(ctx, conversation):
        raise NotFound("conversation", conversation_id)
    return conversation


def _may_see(ctx: Context, conversation: Conversation) -> bool:
    caller = ctx.caller
    if caller.level == VISITOR:
        return not conversation.is_internal and _is_own_of_visitor(ctx, conversation)
    return (
        not conversation.is_internal
        or caller.person in (None, conversation.contact, conversation.assignee)
        or _is_member(ctx, conversation)
    )


def _is_own_of_visitor(ctx: Context, conversation: Conversation) -> bool:
    person = ctx.caller.person
    if person is None:
        return tokens.may_speak_for(ctx, conversation.contact) and people.is_contact(ctx, conversation.contact)
    if person != conversation.contact and not (conversation.member_count and _is_member(ctx, conversation)):
        return False
    tokens.bind_to_visitor(ctx, person)
    return True


def _is_member(ctx: Context, conversation: Conversation) -> bool:
    person = str(ctx.caller.person)
    row = memberships.get(ctx.account, conversation.id, person) if ids.is_uuid(person) else None
    by_level = row and (row.contact_key if ctx.caller.level == VISITOR else row.holder_key)
    return row is not None and row.is_member and bool(by_level)


def load_support(ctx: Context, conversation_id: str) -> Conversation:
    """The same of those with a contact, which have a status, an agent and an end. Raises NotFound for an internal one."""
    conversation = load(ctx, conversation_id)
    if conversation.is_internal:
        raise NotFound("conversation", conversation_id)
    return conversation


@access.allow(AGENT)
def id_by_number(ctx: Context, number: int) -> str:
    """The uuid of a conversation by its integer id; cached for good. Raises NotFound."""
    found = unique_names.id_by_number(ctx.account, "conversation", number)
    if found is None:
        raise NotFound("conversation", number)
    return found


@access.allow(VISITOR)
def get_or_create_chat(ctx: Context, contact: str) -> Conversation:
    """The contact's chat, opened where he has none yet; it stays his when it is closed. Raises NotFound for the contact."""

    def attempt() -> Conversation:
        person = people.get(ctx, contact)
        return load(ctx, person.chat) if person.chat else open_chat(ctx, person)

    return retry_on_conflict(ctx, attempt)


def open_chat(
    ctx: Context, person: people.Person, group: Group | None = None, agent: people.Person | None = None
) -> Conversation:
    """Opens a contact's next chat, for a group or with an agent where one is given, else empty: two requests.

    Raises Refused where the contact has opened another since he was read.
    """
    conversation = new_conversation(ctx, person.id, person.number, person.name)
    conversation.domain = person.domain
    if group:
        conversation.group, conversation.group_number = group.id, group.number
    begun = (
        lifecycle.assigned(ctx.now, agent.id, agent.number, ()) | named_changes(ctx)
        if agent
        else empty_changes(ctx, conversation)
    )
    for name, value in begun.items():
        setattr(conversation, name, value)
    summaries.open_(conversation, person.chat)
    return conversation


def new_conversation(ctx: Context, contact: str, number: int, subject: str) -> Conversation:
    """A conversation that is still to be stored, with the next number: one request. Raises TooMany."""
    rate_limits.spend_conversation(ctx, contact)
    return Conversation(
        conversations.key(ctx.account, ctx.new_id()),
        number=sequences.next_number(ctx.account, "conversation"),
        channel="chat",
        subject=subject,
        status=status.NEW,
        contact_key=conversations.of_key(ctx.account, contact),
        contact_number=number,
        created_at=ctx.now,
        status_since=ctx.now,
        last_activity_at=ctx.now,
    )


@access.allow(AGENT)
def list_own_open(ctx: Context, limit: int = 100) -> list[tuple[Conversation, Details | None]]:
    """The conversations assigned to the caller, open, newest assignment first, with their details: two requests, three where
    there are more than fifty. Raises Forbidden for a program.
    """
    me = ctx.caller.person
    if me is None:
        raise Forbidden("only an agent holds conversations")
    found = details.with_details(ctx.account, conversations.assigned_to(ctx.account, me, limit))
    return [(row, known) for row, known in found if row.assignee == me and row.is_open and not row.is_internal]


@access.allow(AGENT)
def metadata_of(ctx: Context, rows: Sequence[Conversation]) -> dict[str, dict[str, str]]:
    """What is known of what conversations are about, by uuid and name (METADATA): one request for each hundred that have any."""
    found = details.of_many(ctx.account, [row.id for row in rows if row.has_metadata])
    return {id_: known.metadata for id_, known in found.items()}


def list_of_contact(ctx: Context, contact: str, limit: int = 100) -> list[Conversation]:
    """A contact's conversations, the latest first: two requests."""
    return conversations.get_many(ctx.account, conversations.of_contact(ctx.account, contact, limit))


def list_own_of_contact(ctx: Context, contact: str) -> list[Conversation]:
    """Those of the same that are with him, and not another's that he was added to: two requests."""
    return [row for row in list_of_contact(ctx, contact) if row.contact == contact]


def get_many(ctx: Context, wanted: Sequence[str]) -> list[Conversation]:
    """Those of the conversations that the account has, in the order asked for, as they are now: a request for each hundred."""
    return conversations.get_many(ctx.account, [id_ for id_ in wanted if ids.is_uuid(id_)], consistent=True)


@access.allow(AGENT)
def list_open_of(ctx: Context, agent: str, limit: int = 100) -> list[Conversation]:
    """An agent's open conversations, newest assignment first: two requests."""
    return conversations.get_many(ctx.account, conversations.held(ctx.account, agent, limit, newest_first=True))


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of a conversation; None leaves a field as it is. `assignee` 0 takes it from its agent.

    A `contact` that is given must be the one who has it. `metadata` are by name (METADATA), None where one is cleared.
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
    """Changes what is given, at once. `versions` are those on which the caller wants it, None for any.

    Raises Stale for another version, NotFound for the conversation, Invalid for an unknown agent, status or priority.
    """
    _check(wanted)

    def attempt() -> Conversation:
        assignee = _agent(ctx, wanted.assignee) if wanted.assignee else None
        conversation = load_support(ctx, conversation_id)
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
    """Whether to give a conversation to an agent by hand is to bring it before a supervisor."""
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
    """What else changes where a closed conversation opens again: it waits if the agent it was assigned to can't serve any more.

    One request where it has one.
    """
    if conversation.assignee is None or people.can_serve(rows.get(ctx.account, conversation.assignee)):
        return {}
    return (
        lifecycle.waiting(next_routing_at(ctx, conversation))
        if conversation.has_named_agents
        else waiting_changes(ctx, conversation)
    )


def _assignee_changes(ctx: Context, conversation: Conversation, wanted: Change, agent: people.Person | None) -> lifecycle.Changes:
    if wanted.assignee == 0 and conversation.assignee:
        return lifecycle.waiting(next_routing_at(ctx, conversation))
    if agent is None or agent.id == conversation.assignee:
        return {}
    return lifecycle.assigned(ctx.now, agent.id, agent.number, tried=conversation.tried_agents)


@access.allow(AGENT)
def close(ctx: Context, conversation: str) -> Conversation:
    """Closes a conversation and frees its agent; one that is closed stays as it is. Raises NotFound."""
    return change(ctx, conversation, Change(status=status.CLOSED))


@access.allow(AGENT)
def close_mine(ctx: Context, conversation_id: str) -> Conversation:
    """The same for the agent who has it, or a supervisor: two requests. Raises Forbidden for another's."""

    def attempt() -> Conversation:
        conversation = load_support(ctx, conversation_id)
        if conversation.assignee != ctx.caller.person and not ctx.caller.at_least(ADMIN):
            raise Forbidden("the conversation is not assigned to you")
        if conversation.is_open:
            summaries.change(conversation, lifecycle.closed(ctx.now), ctx.now, LoadChanges(freed=conversation.carrier))
        return conversation

    return retry_on_conflict(ctx, attempt)


def reopen(ctx: Context, conversation: Conversation) -> Conversation:
    """Opens again what was closed for all: a visitor's waits for an agent, an agent's goes back to who had it last.

    One that is open stays as it is, without a request. Raises NotFound.
    """
    if conversation.is_open:
        return conversation

    def attempt() -> Conversation:
        now = load_support(ctx, conversation.id)
        if now.is_open:
            return now
        changes = lifecycle.moved(ctx.now, status.PENDING_INTERNAL)
        is_free = ctx.caller.level == VISITOR or now.assignee is None
        changes |= waiting_changes(ctx, now) if is_free else changes_on_reopening(ctx, now)
        summaries.change(now, changes, ctx.now, LoadChanges(held=changes.get("assignee", now.assignee)))
        return now

    return retry_on_conflict(ctx, attempt)


@access.allow(AGENT)
def pick(ctx: Context, conversation_id: str) -> Conversation:
    """The caller takes up a conversation assigned to him; the first time counts. Raises Forbidden for another's."""

    def attempt() -> Conversation:
        conversation = load_support(ctx, conversation_id)
        if conversation.assignee is None or conversation.assignee != ctx.caller.person:
            raise Forbidden("the conversation is not assigned to you")
        if conversation.picked_at is None and conversation.is_open:
            summaries.change(conversation, lifecycle.picked(ctx.now), ctx.now)
        return conversation

    return retry_on_conflict(ctx, attempt)


def membership_id(conversation: Conversation, person: str) -> str:
    """A uuid for a person's part in a conversation, always the same one."""
    return ids.derived(conversation.key, person)


@access.allow(VISITOR)
def load_people(ctx: Context, rows: Sequence[Conversation]) -> dict[str, people.PersonView]:
    """Views of the contacts, assignees and last senders of conversations: at most a request a hundred."""
    return people.load_views(ctx, [id_ for row in rows for id_ in (row.contact, row.assignee, row.last_sender)])
