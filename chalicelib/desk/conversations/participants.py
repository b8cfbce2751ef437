"""Participants: who takes part in a conversation, and what it is called after them."""

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.context import SYSTEM, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, members
from chalicelib.desk.core import access
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person, PersonView
from chalicelib.desk.teams import domains, groups
from chalicelib.models import memberships
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import EVERYBODY, Message, others_of, pack_others
from chalicelib.rules import text


@access.allow(VISITOR)
def list_participants(ctx: Context, conversation: Conversation) -> list[str]:
    """Returns the uuids of all who take part: its agents first, its contact last. Requests as `list_others`."""
    return list_participants_with(ctx, conversation, conversation.assignee)


@access.allow(VISITOR)
def list_participants_with(ctx: Context, conversation: Conversation, agent: str | None) -> list[str]:
    """Returns the same as if `agent`, or nobody, were the assignee."""
    last = [] if conversation.is_internal else [conversation.contact]
    first = [agent] if agent else []
    return [id_ for id_ in dict.fromkeys([*first, *list_others(ctx, conversation)]) if id_ not in last] + last


@access.allow(VISITOR)
def list_others(ctx: Context, conversation: Conversation) -> list[str]:
    """Returns the uuids of those who take part, whoever is the assignee: the members, and all agents if there is no assignee.

    At most one request for each of the two.
    """
    return [*_members(conversation), *(_everybody(ctx, conversation) if _is_open_to_all(ctx, conversation) else [])]


def _members(conversation: Conversation) -> list[str]:
    return memberships.members(conversation.account, conversation.id, members.MOST) if conversation.member_count else []


def _is_open_to_all(ctx: Context, conversation: Conversation) -> bool:
    return not (conversation.is_internal or conversation.agent_count or accounts.load(ctx).routed)


def _everybody(ctx: Context, conversation: Conversation) -> list[str]:
    return [agent.id for agent in domains.agents_serving(ctx, people.list_agents(ctx), conversation.domain)]


def others_to_keep(ctx: Context, conversation: Conversation) -> str | None:
    """Returns who gets a message that comes now, whoever is the assignee, as text to store with it: members, or all agents. One
    request if there are members.

    None where the index of members is behind, and for an internal conversation, which routing gives to nobody.
    """
    named = [] if conversation.is_internal else _members(conversation)
    if len(named) != (conversation.member_count or 0):
        return None
    return pack_others([*named, EVERYBODY] if _is_open_to_all(ctx, conversation) else named)


@access.allow(SYSTEM)
def list_told(ctx: Context, conversation: Conversation, agent: str | None, message: Message) -> list[str]:
    """Returns the uuids of all who get a message. `agent` had the conversation when it came. Visitors who were members
    then and have left since are among them. Requests as `list_others`, none for members where they are stored with the message.
    """
    others = others_of(message)
    if others is None:
        return list_participants_with(ctx, conversation, agent)
    everybody = _everybody(ctx, conversation) if EVERYBODY in others else []
    all_ = [*([agent] if agent else []), *others, *everybody, conversation.contact]
    return [id_ for id_ in dict.fromkeys(all_) if id_ != EVERYBODY]


@access.allow(SYSTEM)
def leave_out_told(ctx: Context, conversation: Conversation, agent: str, said: Sequence[Message]) -> list[Message]:
    """Returns the messages, except those that an agent gets whoever is the assignee (`list_told`). At most three requests."""
    others = [others_of(message) for message in said]
    is_now = None in others and agent in list_others(ctx, conversation)
    serves = any(EVERYBODY in (had or ()) for had in others) and agent in _everybody(ctx, conversation)
    names = {agent, EVERYBODY} if serves else {agent}
    return [row for row, had in zip(said, others, strict=True) if not (is_now if had is None else names.intersection(had))]


@access.allow(VISITOR)
def conversation_names(ctx: Context, rows: Sequence[Conversation], views: Mapping[str, PersonView]) -> dict[str, str]:
    """Returns names of conversations with a contact, by uuid: the assignee's name, or the names of all who serve it.

    One that waits, or has agents as members, has none. `views` has the assignees. No request, or one where all agents serve.
    """
    found = {row.id: views[row.assignee].name for row in rows if row.assignee in views and not row.is_internal}
    shared = [row for row in rows if not (row.is_internal or row.assignee or row.agent_count)]
    if not shared or accounts.load(ctx).routed:
        return found
    agents = people.list_agents_cached(ctx)
    audiences = {(row.group, row.domain) for row in shared}
    by_audience = {one: joined_names(groups.agents_serving(ctx, agents, *one)) for one in audiences}
    return found | {row.id: by_audience[row.group, row.domain] for row in shared}


def joined_names(agents: Iterable[Person | PersonView]) -> str:
    """Returns the names of all who serve a conversation, 256 characters at most."""
    return text.join_names(agent.name for agent in agents)


def list_shared(ctx: Context, person: str, wanted: Sequence[str]) -> list[Conversation]:
    """Returns the conversations that may be shown to a person: a contact's own and those with their membership; for agents all
    but other agents' internal ones. One request, two where memberships decide.
    """
    found = conversations.get_many(ctx, wanted)
    to_all = ctx.caller.level != VISITOR
    own = [row for row in found if person in (row.contact, row.assignee) or (to_all and not row.is_internal)]
    named = [row for row in found if row.member_count and row not in own]
    parts = memberships.of_person(ctx.account, person, [row.id for row in named])
    return own + [row for row in named if row.id in parts and parts[row.id].is_member]
