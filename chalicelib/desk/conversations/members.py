"""Members: the people in a conversation besides its contact and its assignee, and who has closed it for themselves."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from chalicelib.context import ADMIN, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, updates, writes
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams import groups
from chalicelib.models import connections, memberships, topics, unique_names
from chalicelib.models import people as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.conversations import Conversation
from chalicelib.models.loads import LoadChanges
from chalicelib.models.memberships import Membership as Membership
from chalicelib.models.people import AGENT, CONTACT
from chalicelib.models.unique_names import UniqueName
from chalicelib.rules import ids, lifecycle
from chalicelib.rules.lifecycle import Changes
from chalicelib.rules.status import is_closed_for

#: Members that a conversation has at most.
MOST = 50
#: Kind of the unique names of conversations by who has them: two people, or a contact and a group.
PAIR = "pair"


def load_people(ctx: Context, wanted: Sequence[str], first: str = "member") -> dict[str, Person]:
    """Returns people by id. Raises NotFound for a missing one: named `first` if it is the first, else "member"."""
    there = people.get_many(ctx, [id_ for id_ in wanted if ids.is_uuid(id_)])
    for id_ in wanted:
        if id_ not in there:
            raise NotFound(first if id_ == wanted[0] else "member", id_)
    return there


def check_serve(joining: Iterable[Person]) -> None:
    """Raises Unavailable if one of the agents is switched off or removed, NotFound for a removed contact."""
    for person in joining:
        if person.kind == AGENT:
            people.check_serves(person, "members")
        elif person.removed_at:
            raise NotFound("member", person.id)


def pair_name(contact: str, group: str) -> str:
    """Returns the unique name, of kind `pair`, of a contact's conversation with a group."""
    return f"{contact}#group#{group}"


def pair_names(contact: str, others: Collection[str], groups: Collection[str]) -> list[str]:
    """Returns all unique names, of kind `pair`, that a contact's conversation with one of these people or groups can have."""
    return [f"{contact}#{other}" for other in others] + [pair_name(contact, group) for group in groups]


def member_counts(conversation: Conversation, joining: Sequence[Person], leaving: Sequence[Person]) -> Changes:
    """Returns the new member counts, None for none."""

    def moved(before: int | None, *kinds: str) -> int | None:
        came, went = (sum(person.kind in kinds for person in side) for side in (joining, leaving))
        return (before or 0) + came - went or None

    return {
        "member_count": moved(conversation.member_count, AGENT, CONTACT),
        "agent_count": moved(conversation.agent_count, AGENT),
    }


class ChangeMembers(msgspec.Struct, frozen=True):
    """Who joins, who leaves, and the group that the conversation belongs to."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    group: str | None = None


@access.allow(VISITOR)
def change(ctx: Context, conversation: str, wanted: ChangeMembers) -> Conversation:
    """Changes the members in one write, and returns the conversation. Four requests, two more with a group, one if somebody
    leaves, and one for each contact who leaves.

    Adding a member twice, or removing somebody who is not a member, does no harm. Once others join a conversation of two people,
    the two may begin another one. If the last agent leaves, the conversation is routed again. Raises NotFound for the
    conversation, a member or the group, Conflict for somebody who can't leave, Invalid.
    """
    if len({*wanted.add, *wanted.remove}) > MOST:
        raise Invalid("members", f"are more than {MOST}")
    conversations.load(ctx, conversation)
    group = groups.get(ctx, wanted.group) if wanted.group else None
    named = load_people(ctx, [*wanted.add, *wanted.remove])
    for id_ in wanted.remove:
        if named[id_].kind == CONTACT:
            rows.note_past(ctx.account, id_, conversation)

    def attempt() -> Conversation:
        found = conversations.load(ctx, conversation)
        move = _member_changes(ctx, found, wanted, named)
        claimed = _group_claim(ctx, found, group.id if group else None)
        changes = move.changes | ({"group": group.id, "group_number": group.number} if group and group.id != found.group else {})
        if changes or claimed:
            memberships.change(
                found,
                writes.following(ctx, found, changes),
                ctx.stamp,
                joining=[memberships.new(person, found.id, ctx.now) for person in move.joining],
                leaving=[Membership(memberships.key(ctx.account, found.id, person.id)) for person in move.leaving],
                named=claimed,
                unnamed=move.unnamed,
                moved=move.loads,
            )
        return found

    found = retry_on_conflict(ctx, attempt)
    if wanted.remove:
        _stop_watching(ctx, found, {id_ for id_ in wanted.remove if found.is_internal or named[id_].kind != AGENT})
    return found


def _stop_watching(ctx: Context, conversation: Conversation, left: Collection[str]) -> None:
    """Stops the sockets of people who may not see it any more from hearing who types. One request, two for each socket."""
    for listener in topics.listeners(ctx.account, [conversation.id], ctx.now).get(conversation.id, []) if left else ():
        if listener.person in left:
            topics.leave(ctx.account, conversation.id, listener, ctx.now)
            with suppress(ConditionFailed):  # the socket has gone
                connections.unwatch(listener.connection, conversation.id)


class _MemberChanges(msgspec.Struct, frozen=True):
    joining: Sequence[Person] = ()
    leaving: Sequence[Person] = ()
    changes: Changes = msgspec.field(default_factory=dict)
    unnamed: Sequence[UniqueName] = ()
    loads: LoadChanges = msgspec.field(default_factory=LoadChanges)


def _member_changes(
    ctx: Context, conversation: Conversation, wanted: ChangeMembers, named: Mapping[str, Person]
) -> _MemberChanges:
    """Returns what the change comes to, given who is a member now."""
    if conversation.contact in wanted.remove:
        raise Conflict("the contact of a conversation, and who began an internal one, stay in it")
    if conversation.is_internal and any(person.kind != AGENT for person in named.values()):
        raise Invalid("kind", "only agents have internal conversations")
    parts = memberships.get_many(ctx.account, conversation.id, list(named))
    there = {id_ for id_, part in parts.items() if part.is_member}
    joining = [
        named[id_] for id_ in dict.fromkeys(wanted.add) if id_ not in there | {conversation.contact, conversation.assignee}
    ]
    leaving = [named[id_] for id_ in dict.fromkeys(wanted.remove) if id_ in there]
    check_serve(joining)
    counts = member_counts(conversation, joining, leaving)
    if (counts["member_count"] or 0) > MOST:
        raise Invalid("members", f"are more than {MOST}")
    if conversation.is_internal:
        return _among_agents(conversation, joining, leaving, counts)
    return _with_contact(ctx, conversation, wanted, _MemberChanges(joining, leaving, counts))


def _among_agents(
    conversation: Conversation, joining: Sequence[Person], leaving: Sequence[Person], counts: Changes
) -> _MemberChanges:
    """Returns the same for an internal conversation. It stops being a pair when anybody joins or leaves."""
    if not (joining or leaving):
        return _MemberChanges()
    if not conversation.assignee:
        return _MemberChanges(joining, leaving, counts)
    pair = unique_names.new_name(
        conversation.account, PAIR, "#".join(sorted([conversation.contact, conversation.assignee])), conversation.id
    )
    return _MemberChanges(joining, leaving, counts | {"assignee": None, "assignee_number": None}, [pair])


def _with_contact(ctx: Context, conversation: Conversation, wanted: ChangeMembers, move: _MemberChanges) -> _MemberChanges:
    """Returns the same for one with a contact: its members serve it while there are agents among them, else it is routed."""
    left = conversation.assignee if conversation.assignee in wanted.remove else None
    if not (move.joining or move.leaving or left):
        return _MemberChanges()
    again = None if move.changes["agent_count"] else accounts.load(ctx).looks_again_at(ctx.now)
    unserved = left or not (conversation.assignee or move.changes["agent_count"])
    changes = move.changes | ({"reassign_at": None} if move.changes["agent_count"] else {})
    if conversation.is_open and unserved and (left or conversation.agent_count):
        changes |= lifecycle.waiting(again)
    elif left:
        changes |= {"assignee": None, "assignee_number": None, "assigned_at": None}
    return replace(move, changes=changes, loads=LoadChanges(freed=conversation.carrier if left else None))


def _group_claim(ctx: Context, conversation: Conversation, group: str | None) -> list[UniqueName]:
    """Returns the unique name that makes this the contact's conversation with the group, unless there is one."""
    if group is None or conversation.is_internal:
        return []
    name = pair_name(conversation.contact, group)
    known = unique_names.find(ctx.account, PAIR, name)
    return [] if known else [unique_names.new_name(ctx.account, PAIR, name, conversation.id)]


@access.allow(VISITOR)
def close_for(ctx: Context, conversation_id: str, person: str) -> None:
    """Closes a conversation for one person who takes part in it, until its next message. Two requests.

    Raises NotFound, Forbidden for another person than the caller.
    """
    conversation = conversations.load(ctx, conversation_id)
    _takes_part(ctx, conversation, person)
    memberships.close(ctx.account, conversation.id, person, conversation.public_count)


@access.allow(VISITOR)
def open_for(ctx: Context, conversation_id: str, person: str) -> None:
    """Opens it again for them, and for all if it is closed for all. Two or three requests. Raises as `close_for`."""
    conversation = conversations.load(ctx, conversation_id)
    _takes_part(ctx, conversation, person)
    updates.reopen(ctx, conversation)
    memberships.open_(ctx.account, conversation.id, person)


def _takes_part(ctx: Context, conversation: Conversation, person: str) -> None:
    if not _has_part(ctx, conversation, person):
        raise NotFound("member", person)
    if ctx.caller.person not in (None, person) and not ctx.caller.at_least(ADMIN):
        raise Forbidden("this is another person's own view")


def _has_part(ctx: Context, conversation: Conversation, person: str) -> bool:
    if person in (conversation.contact, conversation.assignee):
        return True
    view = people.load_view(ctx, person)
    return (view.kind == AGENT and not conversation.is_internal) or is_member(ctx, conversation, person)


@access.allow(VISITOR)
def is_member(ctx: Context, conversation: Conversation, person: str) -> bool:
    """Returns whether a person is a member. One request if the conversation has members."""
    row = memberships.get(ctx.account, conversation.id, person) if conversation.member_count else None
    return row is not None and row.is_member


@access.allow(VISITOR)
def get_membership(ctx: Context, conversation: Conversation, person: str) -> Membership | None:
    """Returns what is stored of a person in a conversation. One request."""
    return memberships.get(ctx.account, conversation.id, person)


def is_closed(conversation: Conversation, own: Membership | None) -> bool:
    """Returns whether a conversation is closed for all, or for the person whose membership is given."""
    return not conversation.is_open or is_closed_for(own.closed_through if own else None, conversation.public_count)
