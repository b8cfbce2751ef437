"""Members: who is in a conversation beside its contact and its agent, and who has closed it for himself alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.context import ADMIN, VISITOR, Context
from chalicelib.desk import accounts, conversations, groups, people
from chalicelib.desk.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.desk.people import Person
from chalicelib.desk.retry import contended
from chalicelib.models import claims, memberships
from chalicelib.models import conversations as rows
from chalicelib.models.claims import Claim
from chalicelib.models.conversations import INTERNAL, Conversation, Loads
from chalicelib.models.memberships import Membership as Membership
from chalicelib.models.people import AGENT, CONTACT
from chalicelib.rules import ids, lifecycle, text
from chalicelib.rules.lifecycle import Changes
from chalicelib.rules.status import is_closed_for

#: Members that a conversation has at most; characters of its name.
MOST, LONGEST_NAME = 50, 256
_PAIR = "pair"


@dataclass(frozen=True, slots=True)
class CreateConversation:
    """A conversation to be opened beside its contact's chat, or an internal one among agents.

    `owner` is the contact it is with, or the agent who begins it; `members` and `group` are who is to take part.
    """

    owner: str
    members: tuple[str, ...] = ()
    group: str | None = None
    name: str | None = None
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation and who takes part in it beside its owner; `name` is what he may call it."""

    conversation: Conversation
    members: list[Person]
    name: str


def create(ctx: Context, command: CreateConversation) -> Opened:
    """Opens a conversation: the same owner with the same group, or with the same one member, has the one there is.

    One agent is its assignee, several serve it together, one with a group alone is routed. Five requests at most, two
    more with a group. Raises NotFound for the owner, a member (also where there is none) or the group, Forbidden, Invalid.
    """
    _check(ctx, command)
    known = _people(ctx, [command.owner, *command.members], "person")
    owner, members = _sides(ctx, command, known)
    group = groups.get(ctx, command.group) if command.group else None
    if not members and not group:
        return _for_everybody(ctx, command, owner)
    serving = members or [agent for agent in people.agents(ctx) if group and agent.group == group.id]
    if not serving:
        raise NotFound("member", owner.id)
    pair, named = _pair(owner, members, command), command.name or _called(ctx, group, members, internal=command.internal)

    def attempt() -> Conversation:
        claim = claims.find(ctx.account, _PAIR, pair) if pair else None
        return conversations.load(ctx, claim.id) if claim else _open(ctx, command, owner, members, pair, named)

    return Opened(contended(ctx, attempt), serving, named)


def _check(ctx: Context, command: CreateConversation) -> None:
    if len(command.members) > MOST - 1:
        raise Invalid("members", f"are more than {MOST - 1}")
    if command.name is not None and not 0 < len(command.name) <= LONGEST_NAME:
        raise Invalid("name", f"must be 1 to {LONGEST_NAME} characters")
    of_another = ctx.caller.person not in (None, command.owner)
    if of_another and (ctx.caller.level == VISITOR or (command.internal and not ctx.caller.at_least(ADMIN))):
        raise Forbidden("you may begin conversations of your own")


def _people(ctx: Context, wanted: Sequence[str], first: str = "member") -> dict[str, Person]:
    """The people by id. Raises NotFound for what is not there: for the first of them a `first`, else a "member"."""
    known = people.get_many(ctx, [id_ for id_ in wanted if ids.is_uuid(id_)])
    for id_ in wanted:
        if id_ not in known:
            raise NotFound(first if id_ == wanted[0] else "member", id_)
    return known


def _sides(ctx: Context, command: CreateConversation, known: Mapping[str, Person]) -> tuple[Person, list[Person]]:
    """The owner and the others. An agent who opens a conversation with one contact becomes its member."""
    owner = known[command.owner]
    others = [known[id_] for id_ in dict.fromkeys(command.members) if id_ != owner.id]
    if ctx.caller.level == VISITOR and owner.kind != CONTACT:
        raise NotFound("person", owner.id)
    if command.internal:
        if any(person.kind != AGENT for person in (owner, *others)):
            raise Invalid("kind", "only agents have internal conversations")
        if not others:
            raise NotFound("member", owner.id)
        return owner, others
    contacts = [person for person in others if person.kind == CONTACT]
    if owner.kind == CONTACT:
        return owner, others
    if len(contacts) != 1:
        raise Invalid("kind", "a conversation that is not internal is with one contact")
    return contacts[0], [owner, *(person for person in others if person.kind == AGENT)]


def _for_everybody(ctx: Context, command: CreateConversation, owner: Person) -> Opened:
    """The contact's chat, where all agents have a part in it."""
    account = accounts.load(ctx)
    agents = people.agents(ctx)
    if account.routed or not agents:
        raise NotFound("member", owner.id)
    found = conversations.chat(ctx, owner.id)
    return Opened(found, [agent for agent in agents if agent.is_distributor] or agents, command.name or account.name)


def _pair(owner: Person, members: Sequence[Person], command: CreateConversation) -> str | None:
    """The name under which the conversation is found again; None where each call makes another."""
    if command.group:
        return group_name(owner.id, command.group)
    if len(members) != 1:
        return None
    both = [owner.id, members[0].id]
    return "#".join(sorted(both) if command.internal else both)


def group_name(contact: str, group: str) -> str:
    """The claim, of kind `pair`, on a contact's conversation with a group."""
    return f"{contact}#group#{group}"


def _called(ctx: Context, group: groups.Group | None, members: Sequence[Person], *, internal: bool) -> str:
    if group:
        return group.name
    if len(members) == 1 or internal:
        return text.preview(",".join(person.name for person in members))
    return accounts.load(ctx).name


def _open(
    ctx: Context, command: CreateConversation, owner: Person, members: Sequence[Person], pair: str | None, named: str
) -> Conversation:
    agents = [person for person in members if person.kind == AGENT]
    subject = named if command.internal else command.name or owner.name
    conversation = conversations.new(ctx, owner.id, owner.number, subject)
    conversation.kind, conversation.group = INTERNAL if command.internal else None, command.group
    if len(agents) == 1:
        _set(conversation, lifecycle.assigned(ctx.now, agents[0].id, agents[0].number, []))
    # Who has it by assignment needs no row of his own; an internal one is held by its members' rows alone.
    by_name = [owner, *members] if command.internal else [person for person in members if len(agents) > 1 or person not in agents]
    _set(conversation, _counted(conversation, joining=by_name, leaving=[]))
    if not conversation.assignee:
        conversation.reassign_at = conversations.looks_again_at(ctx, conversation)
    claim = claims.claim(ctx.account, _PAIR, pair, conversation.id) if pair else None
    rows.open_further(conversation, claim, [memberships.new(person, conversation.id, ctx.now) for person in by_name])
    return conversation


def _set(conversation: Conversation, changes: Changes) -> None:
    for name, value in changes.items():
        setattr(conversation, name, value)


def _counted(found: Conversation, joining: Sequence[Person], leaving: Sequence[Person]) -> Changes:
    """How many members there are then; None for none."""

    def moved(before: int | None, *kinds: str) -> int | None:
        came, went = (sum(person.kind in kinds for person in side) for side in (joining, leaving))
        return (before or 0) + came - went or None

    return {"member_count": moved(found.member_count, AGENT, CONTACT), "agent_count": moved(found.agent_count, AGENT)}


# --- changing


@dataclass(frozen=True, slots=True)
class ChangeMembers:
    """Who is to join and who to leave, and the group that the conversation is to belong to."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    group: str | None = None


def change(ctx: Context, conversation: str, wanted: ChangeMembers) -> Conversation:
    """Does all of it at once: four requests, two more with a group. Who is there may join, who is not may leave, without harm.

    A pair that others join is theirs no longer: both may begin another. Where the last agent leaves, it is routed again.
    Raises NotFound for the conversation, a member or the group, Conflict for who can't leave, Invalid.
    """
    conversations.load(ctx, conversation)
    group = groups.get(ctx, wanted.group).id if wanted.group else None
    known = _people(ctx, [*wanted.add, *wanted.remove])

    def attempt() -> Conversation:
        found = conversations.load(ctx, conversation)
        move = _moving(ctx, found, wanted, known)
        named = _group_claim(ctx, found, group)
        changes = move.changes | ({"group": group} if group and group != found.group else {})
        if changes or named:
            memberships.change(
                found,
                changes,
                ctx.now,
                joining=[memberships.new(person, found.id, ctx.now) for person in move.joining],
                leaving=[Membership(memberships.key(ctx.account, found.id, person.id)) for person in move.leaving],
                named=named,
                unnamed=move.unnamed,
                loads=move.loads,
            )
        return found

    return contended(ctx, attempt)


@dataclass(frozen=True, slots=True)
class _Move:
    joining: Sequence[Person] = ()
    leaving: Sequence[Person] = ()
    changes: Changes = field(default_factory=dict)
    unnamed: Sequence[Claim] = ()
    loads: Loads = field(default_factory=Loads)


def _moving(ctx: Context, found: Conversation, wanted: ChangeMembers, known: Mapping[str, Person]) -> _Move:
    """What the change comes to, by who is there."""
    if found.contact in wanted.remove:
        raise Conflict("the contact of a conversation, and who began an internal one, stay in it")
    if found.is_internal and any(person.kind != AGENT for person in known.values()):
        raise Invalid("kind", "only agents have internal conversations")
    parts = memberships.get_many(ctx.account, found.id, list(known))
    there = {id_ for id_, part in parts.items() if part.is_member}
    joining = [known[id_] for id_ in dict.fromkeys(wanted.add) if id_ not in there | {found.contact, found.assignee}]
    leaving = [known[id_] for id_ in dict.fromkeys(wanted.remove) if id_ in there]
    counted = _counted(found, joining, leaving)
    if (counted["member_count"] or 0) > MOST:
        raise Invalid("members", f"are more than {MOST}")
    if found.is_internal:
        return _among_agents(found, joining, leaving, counted)
    return _with_contact(ctx, found, wanted, _Move(joining, leaving, counted))


def _among_agents(found: Conversation, joining: Sequence[Person], leaving: Sequence[Person], counted: Changes) -> _Move:
    """A pair ends where anybody comes or goes."""
    if not (joining or leaving):
        return _Move()
    if not found.assignee:
        return _Move(joining, leaving, counted)
    pair = claims.claim(found.account, _PAIR, "#".join(sorted([found.contact, found.assignee])), found.id)
    return _Move(joining, leaving, counted | {"assignee": None, "assignee_number": None}, [pair])


def _with_contact(ctx: Context, found: Conversation, wanted: ChangeMembers, move: _Move) -> _Move:
    """Served by its members while it has agents among them, else routed."""
    left = found.assignee if found.assignee in wanted.remove else None
    if not (move.joining or move.leaving or left):
        return _Move()
    again = None if move.changes["agent_count"] else accounts.load(ctx).looks_again_at(ctx.now)
    unserved = left or not (found.assignee or move.changes["agent_count"])
    changes = move.changes | ({"reassign_at": None} if move.changes["agent_count"] else {})
    if found.is_open and unserved and (left or found.agent_count):
        changes |= lifecycle.waiting(again)
    elif left:
        changes |= {"assignee": None, "assignee_number": None, "assigned_at": None}
    return replace(move, changes=changes, loads=Loads(freed=left if found.is_open else None))


def _group_claim(ctx: Context, found: Conversation, group: str | None) -> list[Claim]:
    """From now on this is the contact's conversation with the group, unless he has one."""
    if group is None or found.is_internal:
        return []
    name = group_name(found.contact, group)
    known = claims.find(ctx.account, _PAIR, name)
    return [] if known else [claims.claim(ctx.account, _PAIR, name, found.id)]


# --- who takes part


def of(ctx: Context, found: Conversation) -> list[str]:
    """Uuids of all who take part: its agents first, its contact last. One request for each of: members by name where there
    are any, and all agents where they all have a part in it.
    """
    named = memberships.members(found.account, found.id, MOST) if found.member_count else []
    open_to_all = not found.is_internal and not found.agent_count and not accounts.load(ctx).routed
    everybody = [agent.id for agent in people.agents(ctx)] if open_to_all else []
    assignee = [found.assignee] if found.assignee else []
    last = [] if found.is_internal else [found.contact]
    return [id_ for id_ in dict.fromkeys([*assignee, *named, *everybody]) if id_ not in last] + last


def close(ctx: Context, conversation: str, person: str) -> None:
    """Closes a conversation for one who takes part in it, until its next message: two requests. Raises NotFound."""
    found = conversations.load(ctx, conversation)
    _takes_part(ctx, found, person)
    memberships.close(ctx.account, found.id, person, found.public_count)


def open_(ctx: Context, conversation: str, person: str) -> None:
    """Opens it again for him, and for all where it is closed for all: two requests, or three. Raises NotFound."""
    found = conversations.load(ctx, conversation)
    _takes_part(ctx, found, person)
    conversations.reopen(ctx, found)
    memberships.open_(ctx.account, found.id, person)


def _takes_part(ctx: Context, found: Conversation, person: str) -> None:
    if person in (found.contact, found.assignee):
        return
    card = people.card(ctx, person)
    if card.kind == AGENT and not found.is_internal:
        return
    row = memberships.get(ctx.account, found.id, person) if found.member_count else None
    if row is None or not row.is_member:
        raise NotFound("member", person)


def part(ctx: Context, found: Conversation, person: str) -> Membership | None:
    """What a person has of a conversation of his own: one request."""
    return memberships.get(ctx.account, found.id, person)


def is_closed(found: Conversation, own: Membership | None) -> bool:
    """Whether a conversation is closed for all, or for him whose part this is."""
    return not found.is_open or is_closed_for(own.closed_through if own else None, found.public_count)
