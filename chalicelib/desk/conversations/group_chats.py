"""Group chats: conversations besides a contact's chat, with a group or with members, and internal ones among agents."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from chalicelib.context import ADMIN, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, members, participants, unassigned
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams import groups
from chalicelib.models import memberships, summaries, unique_names
from chalicelib.models.conversations import INTERNAL, Conversation
from chalicelib.models.people import AGENT, CONTACT
from chalicelib.models.unique_names import UniqueName
from chalicelib.rules import lifecycle, text

LONGEST_NAME = 256


class CreateConversation(msgspec.Struct, frozen=True):
    """A conversation to open besides the contact's chat, or an internal one among agents.

    `owner` is its contact, or the agent who begins it; `members` and `group` take part.
    """

    owner: str
    members: tuple[str, ...] = ()
    group: str | None = None
    name: str | None = None
    internal: bool = False


class Opened(msgspec.Struct, frozen=True):
    """A conversation, who takes part in it besides its owner, and its name for the owner."""

    conversation: Conversation
    members: list[Person]
    name: str


@access.allow(VISITOR)
def create(ctx: Context, command: CreateConversation) -> Opened:
    """Opens a conversation and returns it. If the owner has one with the same group or single member, returns that.

    A single agent is its assignee, several serve it together, one with only a group is routed. Seven requests at most, two more
    with a group. Raises NotFound for the owner, a member (also if there is none) or the group, Forbidden, Invalid.
    """
    _check(ctx, command)
    known = members.load_people(ctx, [command.owner, *command.members], "person")
    owner, others = _sides(ctx, command, known)
    members.check_serve([owner, *others])
    group = groups.get(ctx, command.group) if command.group else None
    if not others and not group:
        return _for_everybody(ctx, command, owner)
    serving = others or [agent for agent in people.list_agents(ctx) if group and agent.group == group.id]
    if not serving:
        raise NotFound("member", owner.id)
    pair, named = _pair(owner, others, command), command.name or _name_for(ctx, group, others, internal=command.internal)

    def attempt() -> Conversation:
        claim = unique_names.find(ctx.account, members.PAIR, pair) if pair else None
        there = _find_existing(ctx, command, owner, others, claim) if pair else None
        return there or _open(ctx, command, owner, others, group, pair, named, instead_of=claim.id if claim else None)

    return Opened(retry_on_conflict(ctx, attempt), serving, named)


def _find_existing(
    ctx: Context, command: CreateConversation, owner: Person, others: Sequence[Person], claim: UniqueName | None
) -> Conversation | None:
    """Returns the one that was opened here and not deleted, else the newest one with the contact that began elsewhere."""
    if claim:
        with suppress(NotFound):
            return conversations.load(ctx, claim.id)
    if command.internal:
        return None
    for found in conversations.list_own_of_contact(ctx, owner.id):
        with_him = found.assignee == others[0].id and not found.member_count if others else False
        if found.group == command.group if command.group else with_him:
            return found
    return None


def _check(ctx: Context, command: CreateConversation) -> None:
    if len(command.members) > members.MOST - 1:
        raise Invalid("members", f"are more than {members.MOST - 1}")
    if command.name is not None and not 0 < len(command.name) <= LONGEST_NAME:
        raise Invalid("name", f"must be 1 to {LONGEST_NAME} characters")
    of_another = ctx.caller.person not in (None, command.owner)
    if of_another and (ctx.caller.level == VISITOR or (command.internal and not ctx.caller.at_least(ADMIN))):
        raise Forbidden("you may begin conversations of your own")


def _sides(ctx: Context, command: CreateConversation, known: Mapping[str, Person]) -> tuple[Person, list[Person]]:
    """Returns the owner and the others. An agent who opens a conversation with one contact becomes its member."""
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
    """Returns the contact's chat, in an account where all agents take part in it."""
    account = accounts.load(ctx)
    agents = people.list_agents(ctx)
    if account.routed or not agents:
        raise NotFound("member", owner.id)
    conversation = conversations.get_or_create_chat(ctx, owner.id)
    name = command.name or participants.joined_names(groups.agents_serving(ctx, agents, conversation.group, conversation.domain))
    return Opened(conversation, [agent for agent in agents if agent.is_distributor] or agents, name)


def _pair(owner: Person, others: Sequence[Person], command: CreateConversation) -> str | None:
    """Returns the unique name that finds the conversation again, None if each call opens another one."""
    if command.group:
        return members.pair_name(owner.id, command.group)
    if len(others) != 1:
        return None
    both = [owner.id, others[0].id]
    return "#".join(sorted(both) if command.internal else both)


def _name_for(ctx: Context, group: groups.Group | None, others: Sequence[Person], *, internal: bool) -> str:
    if group:
        return group.name
    if len(others) == 1 or internal:
        return text.preview(",".join(person.name for person in others))
    return accounts.load(ctx).name


def _open(
    ctx: Context,
    command: CreateConversation,
    owner: Person,
    others: Sequence[Person],
    group: groups.Group | None,
    pair: str | None,
    named: str,
    *,
    instead_of: str | None,
) -> Conversation:
    agents = [person for person in others if person.kind == AGENT]
    subject = named if command.internal else command.name or owner.name
    conversation = conversations.new_conversation(ctx, owner.id, owner.number, subject)
    conversation.kind = INTERNAL if command.internal else None
    if group:
        conversation.group, conversation.group_number = group.id, group.number
    conversation.domain = owner.domain
    if len(agents) == 1:
        conversation.set_all(lifecycle.assigned(ctx.now, agents[0].id, agents[0].number, []))
    # The assignee needs no membership; an internal conversation is found by its members' rows alone.
    by_name = [owner, *others] if command.internal else [person for person in others if len(agents) > 1 or person not in agents]
    conversation.set_all(members.member_counts(conversation, joining=by_name, leaving=[]))
    if not (agents or command.internal):
        conversation.set_all(unassigned.empty_changes(ctx, conversation))
    elif agents and ctx.caller.level == VISITOR:
        conversation.set_all(unassigned.named_changes(ctx))
    claim = unique_names.new_name(ctx.account, members.PAIR, pair, conversation.id) if pair else None
    parts = [memberships.new(person, conversation.id, ctx.now) for person in by_name]
    summaries.open_further(conversation, claim, parts, instead_of)
    return conversation
