"""Conversations: who may see one, how one begins, and the lists of one contact or agent. updates.py changes them."""

from collections.abc import Sequence

from chalicelib.context import AGENT, SYSTEM, VISITOR, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.conversations import unfinished
from chalicelib.desk.conversations.unassigned import empty_changes as empty_changes
from chalicelib.desk.conversations.unassigned import named_changes as named_changes
from chalicelib.desk.conversations.unassigned import next_routing_at as next_routing_at
from chalicelib.desk.conversations.unassigned import waiting_changes as waiting_changes
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.models import conversations, details, memberships, sequences, summaries, unique_names
from chalicelib.models import status_history as status_history
from chalicelib.models.conversations import Conversation as Conversation
from chalicelib.models.details import METADATA as METADATA
from chalicelib.models.details import Details as Details
from chalicelib.rules import ids, lifecycle, status
from chalicelib.rules.groups import Group

#: Characters of one metadata value.
LONGEST_METADATA = 256
#: Merges, one after the other, over which a merged conversation is followed.
_MOST_MERGES = 25


@access.allow(VISITOR)
def load(ctx: Context, conversation_id: str) -> Conversation:
    """Returns a conversation that the caller may see. One request, or two where only a membership shows it. Raises NotFound.

    Visitors see their own and those in which they are members; agents see all of their account except other agents' internal
    ones. A deleted conversation is not found. For a merged one it returns the conversation that it was merged into (for a visitor
    only if both are the same contact's), with one request more for each merge. A merge that has not ended is finished first
    (unfinished.py), but not by a job.
    """
    conversation = conversations.get(ctx.account, conversation_id) if ids.is_uuid(conversation_id) else None
    if conversation and conversation.merged_into:
        conversation = _follow(ctx, conversation)
    return _check_visible(ctx, conversation, conversation_id)


def _check_visible(ctx: Context, conversation: Conversation | None, id_: str) -> Conversation:
    if conversation is None or conversation.deleted_at or not _may_see(ctx, conversation):
        raise NotFound("conversation", id_)
    return unfinished.finish(conversation) if conversation.merging and ctx.caller.level != SYSTEM else conversation


def _follow(ctx: Context, merged: Conversation) -> Conversation | None:
    """Returns the conversation that has the messages of a merged one now. None where it is gone, or is not for a visitor."""
    found: Conversation | None = merged
    for _ in range(_MOST_MERGES):
        if found is None or not found.merged_into:
            break
        found = conversations.get(ctx.account, found.merged_into)
    is_theirs = found is not None and (ctx.caller.level != VISITOR or found.contact == merged.contact)
    return found if is_theirs else None


@access.allow(AGENT)
def load_even_merged(ctx: Context, conversation_id: str) -> Conversation:
    """Returns a conversation as `load` does, but one that was merged as it is. One request. Raises NotFound."""
    conversation = conversations.get(ctx.account, conversation_id)
    if conversation and conversation.merged_into and not (conversation.is_internal or conversation.purge_at):
        return conversation
    return _check_visible(ctx, conversation, conversation_id)


@access.allow(AGENT)
def load_deleted(ctx: Context, conversation_id: str) -> Conversation:
    """Returns a deleted conversation, or one that was merged into another, as it is. One request.

    Raises NotFound, also for one that is being removed for good.
    """
    conversation = conversations.get(ctx.account, conversation_id)
    if conversation is None or not conversation.deleted_at or conversation.purge_at or conversation.is_internal:
        raise NotFound("conversation", conversation_id)
    return conversation


@access.allow(SYSTEM)
def get_even_gone(ctx: Context, wanted: Sequence[str]) -> list[Conversation]:
    """Returns the conversations that exist, also those that were deleted or merged. One request."""
    return conversations.get_many(ctx.account, wanted)


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
    """Returns a conversation with a contact, which has a status, an assignee and an end. Raises NotFound for an internal one."""
    conversation = load(ctx, conversation_id)
    if conversation.is_internal:
        raise NotFound("conversation", conversation_id)
    return conversation


@access.allow(AGENT)
def id_by_number(ctx: Context, number: int) -> str:
    """Returns the uuid of a conversation by its integer id. It is cached for good. Raises NotFound."""
    found = unique_names.id_by_number(ctx.account, "conversation", number)
    if found is None:
        raise NotFound("conversation", number)
    return found


@access.allow(AGENT)
def ids_by_number(ctx: Context, numbers: Sequence[int]) -> list[str]:
    """Returns the uuids of conversations by integer id, each once. Two requests for each hundred, and for one that was merged
    into another those of `load`. Raises NotFound for the first that does not exist or was deleted.
    """
    wanted = list(dict.fromkeys(numbers))
    known = unique_names.find_many(ctx.account, "conversation", wanted)
    there = {row.id: row for row in conversations.get_many(ctx.account, list(known.values()), consistent=True)}
    for number in wanted:
        row = there.get(known.get(number, ""))
        if row is None or row.is_internal or (row.deleted_at and not row.merged_into):
            raise NotFound("conversation", number)
        if row.merged_into:
            load_support(ctx, row.id)
    return [known[number] for number in wanted]


@access.allow(VISITOR)
def get_or_create_chat(ctx: Context, contact: str) -> Conversation:
    """Returns the contact's chat, even a closed one; opens one if they have none. Raises NotFound for the contact."""

    def attempt() -> Conversation:
        person = people.get(ctx, contact)
        return latest_chat(ctx, person) or open_chat(ctx, person)

    return retry_on_conflict(ctx, attempt)


def latest_chat(ctx: Context, person: people.Person) -> Conversation | None:
    """Returns a contact's latest chat, None if they have none, or it was deleted or given to another. One request at most."""
    try:
        latest = load(ctx, person.chat) if person.chat else None
    except NotFound:
        return None
    return latest if latest and latest.contact == person.id else None


def open_chat(
    ctx: Context, person: people.Person, group: Group | None = None, agent: people.Person | None = None
) -> Conversation:
    """Opens a contact's next chat: for a group, with an agent, or empty. Two requests.

    Raises ConditionFailed where the contact has opened another since they were read.
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
    conversation.set_all(begun)
    summaries.open_(conversation, person.chat)
    return conversation


def new_conversation(
    ctx: Context, contact: str, number: int, subject: str, id_: str | None = None, *, is_counted: bool = True
) -> Conversation:
    """Returns a conversation with the next number, for a caller that stores it. One request. Raises TooMany."""
    if is_counted:
        rate_limits.spend_conversation(ctx, contact)
    return Conversation(
        conversations.key(ctx.account, id_ or ctx.new_id()),
        number=sequences.next_number(ctx.account, "conversation"),
        channel="chat",
        subject=subject,
        status=status.NEW,
        contact_key=conversations.of_key(ctx.account, contact),
        contact_number=number,
        created_at=ctx.now,
        changed_by=ctx.stamp.by,
        status_since=ctx.now,
        last_activity_at=ctx.now,
    )


@access.allow(AGENT)
def list_own_open(ctx: Context, limit: int = 100) -> list[tuple[Conversation, Details | None]]:
    """Returns the caller's open conversations with their details, newest assignment first. Two requests, three for over fifty.

    Raises Forbidden for a program.
    """
    me = ctx.caller.person
    if me is None:
        raise Forbidden("only an agent holds conversations")
    found = details.with_details(ctx.account, conversations.assigned_to(ctx.account, me, limit))
    return [(row, known) for row, known in found if row.assignee == me and row.is_open and not row.is_internal]


def list_of_contact(ctx: Context, contact: str, limit: int = 100) -> list[Conversation]:
    """Returns a contact's conversations, latest first. Two requests."""
    return _without_deleted(conversations.get_many(ctx.account, conversations.of_contact(ctx.account, contact, limit)))


def list_own_of_contact(ctx: Context, contact: str, limit: int = 100) -> list[Conversation]:
    """Returns the same list without those in which the contact is only a member. Two requests."""
    return [row for row in list_of_contact(ctx, contact, limit) if row.contact == contact]


def get_many(ctx: Context, wanted: Sequence[str]) -> list[Conversation]:
    """Returns the conversations that exist, in the order asked for, as they are now. One request for each hundred."""
    return _without_deleted(conversations.get_many(ctx.account, [id_ for id_ in wanted if ids.is_uuid(id_)], consistent=True))


def _without_deleted(rows: Sequence[Conversation]) -> list[Conversation]:
    return [row for row in rows if not row.deleted_at]


@access.allow(AGENT)
def list_open_of(ctx: Context, agent: str, limit: int = 100) -> list[Conversation]:
    """Returns an agent's open conversations, newest assignment first. Two requests."""
    found = conversations.get_many(ctx.account, conversations.held(ctx.account, agent, limit, newest_first=True))
    return _without_deleted(found)


def membership_id(conversation: Conversation, person: str) -> str:
    """Returns a uuid for a person's membership in a conversation, always the same one."""
    return ids.derived(conversation.key, person)


@access.allow(VISITOR)
def load_people(ctx: Context, rows: Sequence[Conversation]) -> dict[str, people.PersonView]:
    """Returns views of the contacts, assignees and last senders of conversations. At most one request for each hundred."""
    return people.load_views(ctx, [id_ for row in rows for id_ in (row.contact, row.assignee, row.last_sender)])
