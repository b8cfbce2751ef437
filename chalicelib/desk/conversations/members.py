"""Members: who is in a conversation beside its contact and its agent, and who has closed it for himself alone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from chalicelib.context import ADMIN, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, updates
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person, PersonView
from chalicelib.desk.teams import domains, groups
from chalicelib.models import connections, memberships, topics, unique_names
from chalicelib.models.base import ConditionFailed
from chalicelib.models.conversations import Conversation
from chalicelib.models.memberships import Membership as Membership
from chalicelib.models.people import AGENT, CONTACT
from chalicelib.models.summaries import LoadChanges
from chalicelib.models.unique_names import UniqueName
from chalicelib.rules import ids, lifecycle, text
from chalicelib.rules.lifecycle import Changes
from chalicelib.rules.status import is_closed_for

#: Members by name that a conversation has at most.
MOST = 50
#: Kind of the claims on a conversation by who has it: two people, or a contact and a group.
PAIR = "pair"


def load_people(ctx: Context, wanted: Sequence[str], first: str = "member") -> dict[str, Person]:
    """The people by id. Raises NotFound for what is not there: for the first of them a `first`, else a "member"."""
    there = people.get_many(ctx, [id_ for id_ in wanted if ids.is_uuid(id_)])
    for id_ in wanted:
        if id_ not in there:
            raise NotFound(first if id_ == wanted[0] else "member", id_)
    return there


def check_serve(joining: Iterable[Person]) -> None:
    """Raises Unavailable where one of the agents is switched off or removed, NotFound for a removed contact."""
    for person in joining:
        if person.kind == AGENT:
            people.check_serves(person, "members")
        elif person.removed_at:
            raise NotFound("member", person.id)


def pair_name(contact: str, group: str) -> str:
    """The claim, of kind `pair`, on a contact's conversation with a group."""
    return f"{contact}#group#{group}"


def member_counts(conversation: Conversation, joining: Sequence[Person], leaving: Sequence[Person]) -> Changes:
    """How many members there are then; None for none."""

    def moved(before: int | None, *kinds: str) -> int | None:
        came, went = (sum(person.kind in kinds for person in side) for side in (joining, leaving))
        return (before or 0) + came - went or None

    return {
        "member_count": moved(conversation.member_count, AGENT, CONTACT),
        "agent_count": moved(conversation.agent_count, AGENT),
    }


@dataclass(frozen=True, slots=True)
class ChangeMembers:
    """Who is to join and who to leave, and the group that the conversation is to belong to."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    group: str | None = None


@access.allow(VISITOR)
def change(ctx: Context, conversation: str, wanted: ChangeMembers) -> Conversation:
    """Does all of it at once: four requests, two more with a group, one where somebody leaves. Who is there may join, who is not
    may leave, without harm.

    A pair that others join is theirs no longer: both may begin another. Where the last agent leaves, it is routed again.
    Raises NotFound for the conversation, a member or the group, Conflict for who can't leave, Invalid.
    """
    if len({*wanted.add, *wanted.remove}) > MOST:
        raise Invalid("members", f"are more than {MOST}")
    conversations.load(ctx, conversation)
    group = groups.get(ctx, wanted.group).id if wanted.group else None
    named = load_people(ctx, [*wanted.add, *wanted.remove])

    def attempt() -> Conversation:
        found = conversations.load(ctx, conversation)
        move = _member_changes(ctx, found, wanted, named)
        claimed = _group_claim(ctx, found, group)
        changes = move.changes | ({"group": group} if group and group != found.group else {})
        if changes or claimed:
            memberships.change(
                found,
                changes,
                ctx.now,
                joining=[memberships.new(person, found.id, ctx.now) for person in move.joining],
                leaving=[Membership(memberships.key(ctx.account, found.id, person.id)) for person in move.leaving],
                named=claimed,
                unnamed=move.unnamed,
                loads=move.loads,
            )
        return found

    found = retry_on_conflict(ctx, attempt)
    if wanted.remove:
        _stop_watching(ctx, found, {id_ for id_ in wanted.remove if found.is_internal or named[id_].kind != AGENT})
    return found


def _stop_watching(ctx: Context, conversation: Conversation, left: Collection[str]) -> None:
    """Sockets of who may not see it any more are not told who types in it: one request, and two for each of the sockets."""
    for listener in topics.listeners(ctx.account, [conversation.id], ctx.now).get(conversation.id, []) if left else ():
        if listener.person in left:
            topics.leave(ctx.account, conversation.id, listener, ctx.now)
            with suppress(ConditionFailed):  # the socket has gone
                connections.unwatch(listener.connection, conversation.id)


@dataclass(frozen=True, slots=True)
class _MemberChanges:
    joining: Sequence[Person] = ()
    leaving: Sequence[Person] = ()
    changes: Changes = field(default_factory=dict)
    unnamed: Sequence[UniqueName] = ()
    loads: LoadChanges = field(default_factory=LoadChanges)


def _member_changes(
    ctx: Context, conversation: Conversation, wanted: ChangeMembers, named: Mapping[str, Person]
) -> _MemberChanges:
    """What the change comes to, by who is there."""
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
    """A pair ends where anybody comes or goes."""
    if not (joining or leaving):
        return _MemberChanges()
    if not conversation.assignee:
        return _MemberChanges(joining, leaving, counts)
    pair = unique_names.new_name(
        conversation.account, PAIR, "#".join(sorted([conversation.contact, conversation.assignee])), conversation.id
    )
    return _MemberChanges(joining, leaving, counts | {"assignee": None, "assignee_number": None}, [pair])


def _with_contact(ctx: Context, conversation: Conversation, wanted: ChangeMembers, move: _MemberChanges) -> _MemberChanges:
    """Served by its members while it has agents among them, else routed."""
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
    """From now on this is the contact's conversation with the group, unless he has one."""
    if group is None or conversation.is_internal:
        return []
    name = pair_name(conversation.contact, group)
    known = unique_names.find(ctx.account, PAIR, name)
    return [] if known else [unique_names.new_name(ctx.account, PAIR, name, conversation.id)]


# --- who takes part


@access.allow(VISITOR)
def list_participants(ctx: Context, conversation: Conversation) -> list[str]:
    """Uuids of all who take part: its agents first, its contact last. Requests as `beside`."""
    return list_participants_with(ctx, conversation, conversation.assignee)


@access.allow(VISITOR)
def list_participants_with(ctx: Context, conversation: Conversation, agent: str | None) -> list[str]:
    """The same where `agent`, or nobody, has it in place of its agent."""
    last = [] if conversation.is_internal else [conversation.contact]
    first = [agent] if agent else []
    return [id_ for id_ in dict.fromkeys([*first, *list_others(ctx, conversation)]) if id_ not in last] + last


@access.allow(VISITOR)
def list_others(ctx: Context, conversation: Conversation) -> list[str]:
    """Uuids of those who take part whoever has it. One request for each of: members by name where there are any, and all
    agents where they all have a part in it.
    """
    named = memberships.members(conversation.account, conversation.id, MOST) if conversation.member_count else []
    open_to_all = not conversation.is_internal and not conversation.agent_count and not accounts.load(ctx).routed
    everybody = (
        [agent.id for agent in domains.agents_serving(ctx, people.list_agents(ctx), conversation.domain)] if open_to_all else []
    )
    return [*named, *everybody]


@access.allow(VISITOR)
def conversation_names(ctx: Context, rows: Sequence[Conversation], views: Mapping[str, PersonView]) -> dict[str, str]:
    """Names of conversations with a contact, by uuid: the agent's, or those of all who serve it where nobody is assigned.

    What waits, and what has agents among its members, has none. `views` has the assignees'. No request, or one where all
    agents serve and this process does not know them.
    """
    found = {row.id: views[row.assignee].name for row in rows if row.assignee in views and not row.is_internal}
    shared = [row for row in rows if not (row.is_internal or row.assignee or row.agent_count)]
    if not shared or accounts.load(ctx).routed:
        return found
    agents = people.list_agents_cached(ctx)
    for_whom = {(row.group, row.domain) for row in shared}
    by_audience = {whom: joined_names(groups.agents_serving(ctx, agents, *whom)) for whom in for_whom}
    return found | {row.id: by_audience[row.group, row.domain] for row in shared}


def joined_names(agents: Iterable[Person | PersonView]) -> str:
    """What a conversation is called after all who serve it: their names, 256 characters of them at most."""
    return text.join_names(agent.name for agent in agents)


def list_shared(ctx: Context, person: str, wanted: Sequence[str]) -> list[Conversation]:
    """Those of the conversations that the account has and that may be told to a person of the caller's: a contact's own, and
    where they are a member; to an agent all that are not among others. One request, or two where members by name tell.
    """
    found = conversations.get_many(ctx, wanted)
    to_all = ctx.caller.level != VISITOR
    own = [row for row in found if person in (row.contact, row.assignee) or (to_all and not row.is_internal)]
    named = [row for row in found if row.member_count and row not in own]
    parts = memberships.of_person(ctx.account, person, [row.id for row in named])
    return own + [row for row in named if row.id in parts and parts[row.id].is_member]


@access.allow(VISITOR)
def close_for(ctx: Context, conversation_id: str, person: str) -> None:
    """Closes a conversation for one who takes part in it, until its next message: two requests.

    Raises NotFound, Forbidden for another person than the caller.
    """
    conversation = conversations.load(ctx, conversation_id)
    _takes_part(ctx, conversation, person)
    memberships.close(ctx.account, conversation.id, person, conversation.public_count)


@access.allow(VISITOR)
def open_for(ctx: Context, conversation_id: str, person: str) -> None:
    """Opens it again for them, and for all where it is closed for all: two requests, or three. Raises as `close`."""
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


def is_member(ctx: Context, conversation: Conversation, person: str) -> bool:
    """Whether somebody is a member by name: one request where the conversation has such members."""
    row = memberships.get(ctx.account, conversation.id, person) if conversation.member_count else None
    return row is not None and row.is_member


@access.allow(VISITOR)
def get_membership(ctx: Context, conversation: Conversation, person: str) -> Membership | None:
    """What a person has of a conversation of his own: one request."""
    return memberships.get(ctx.account, conversation.id, person)


def is_closed(conversation: Conversation, own: Membership | None) -> bool:
    """Whether a conversation is closed for all, or for him whose part this is."""
    return not conversation.is_open or is_closed_for(own.closed_through if own else None, conversation.public_count)
