"""Routing: which agent gets a conversation. One agent gets it, however often this runs."""

from functools import cache, partial
from itertools import islice

from chalicelib.context import AGENT, SYSTEM, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import members, unassigned, writes
from chalicelib.desk.conversations.members import ChangeMembers
from chalicelib.desk.core import access, events, publishing
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.desk.teams import domains, groups
from chalicelib.models import conversations
from chalicelib.models import people as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import Person
from chalicelib.models.summaries import LoadChanges
from chalicelib.rules import lifecycle, presence, routing, status
from chalicelib.rules.routing import NO_GROUP as NO_GROUP
from chalicelib.rules.routing import NOBODY_ONLINE as NOBODY_ONLINE
from chalicelib.rules.routing import NOBODY_THERE as NOBODY_THERE

#: Waiting conversations that one event assigns. If there are more, the event is published again.
MOST_AT_ONCE = 100
#: Conversations of one agent, as assignee or member, that are looked through at most.
_MOST_HELD = 1000


class Team:
    """The account's agents during one piece of work. They are read once, and again after a lost race."""

    def __init__(self, ctx: Context, *, fresh: bool = False) -> None:
        self._ctx, self._fresh = ctx, fresh
        self._agents: list[Person] | None = None

    def serving(self, group: str | None, domain: int | None) -> list[Person]:
        """Returns the agents for conversations of this group and domain, None for none."""
        return groups.agents_serving(self._ctx, self.everybody(), group, domain)

    def everybody(self) -> list[Person]:
        """Returns all agents."""
        if self._agents is None:
            self._agents = self._read()
        return self._agents

    def can_take(self, group: str | None, domain: int | None) -> bool:
        """Returns whether one of them can get a conversation now."""
        return routing.choose(self.serving(group, domain)) is not None

    def give(self, conversation: Conversation, agent: Person) -> None:
        """Assigns a conversation if neither it nor the agent has changed since they were read. One request. Raises
        ConditionFailed.
        """
        try:
            _give(self._ctx, conversation, agent)
        except ConditionFailed:
            self._agents, self._fresh = None, True
            raise
        agent.open_conversations, agent.last_assigned_at = agent.open_conversations + 1, self._ctx.now

    def _read(self) -> list[Person]:
        """Returns the active agents from the index; fresh ones from the table itself, because the index may lag behind."""
        agents = people.list_agents(self._ctx)
        if self._fresh:
            agents = list(rows.get_many(self._ctx.account, {agent.id for agent in agents}, consistent=True).values())
        return [agent for agent in agents if agent.is_active]


@access.allow(SYSTEM)
def assign(ctx: Context, conversation_id: str, team: Team | None = None) -> str | None:
    """Assigns a waiting conversation to the agent that `rules.routing` chooses. Three requests, two if `team` is read already.

    Returns the id of its agent, also if it had one before. Returns None where nobody can take it; where it is closed, internal,
    served by members or not begun; and where the account does not route.
    """
    team = team or Team(ctx)

    def attempt() -> str | None:
        conversation = conversations.get(ctx.account, conversation_id)
        return _assigned(ctx, conversation, team) if conversation else None

    return retry_on_conflict(ctx, attempt)


def assign_now(ctx: Context, conversation: Conversation) -> Conversation:
    """Does the same for a conversation that has just been read, and returns it as it is then. Two requests, one if nobody can.

    If somebody else is changing it at this moment, they win.
    """
    try:
        _assigned(ctx, conversation, Team(ctx))
    except ConditionFailed:
        return conversations.get(ctx.account, conversation.id) or conversation
    return conversation


def _assigned(ctx: Context, conversation: Conversation, team: Team) -> str | None:
    if not conversation.is_open or not conversation.is_routed or not accounts.load(ctx).routed:
        return None
    if conversation.assignee or conversation.waits_since is None:
        return conversation.assignee
    agent = routing.choose(team.serving(conversation.group, conversation.domain), conversation.tried_agents)
    if agent is None:
        return None
    team.give(conversation, agent)
    return agent.id


def _give(ctx: Context, conversation: Conversation, agent: Person) -> None:
    settings = accounts.load(ctx).auto_close
    changes = lifecycle.routed(
        ctx.now, agent.id, agent.number, conversation.tried_agents, conversation.routing_attempts, settings
    )
    writes.change(ctx, conversation, changes, LoadChanges(freed=conversation.carrier, routed=agent))


@access.allow(AGENT)
def why_waiting(ctx: Context, conversation: Conversation) -> str:
    """Returns why a conversation waits, in the words of `rules.routing`. One request."""
    serving = Team(ctx).serving(conversation.group, conversation.domain)
    of_group = conversation.group in groups.load_names(ctx) or domains.find_by_number(ctx, conversation.domain) is not None
    return routing.why_waiting(serving, of_group=of_group)


def look_again(ctx: Context, conversation: Conversation) -> None:
    """Handles the deadline of a conversation that nobody picked: it goes to an agent not tried yet, else to another one online.

    If nobody else is there it stays with its agent, or waits if the agent has gone; it is looked at again ever more rarely. The
    deadline is cleared where the account no longer routes, or lets agents who are there take their time. Raises ConditionFailed
    where the conversation or the agent's load has changed.
    """
    account = accounts.load(ctx)
    settings, serving = account.auto_close, _serving(ctx, conversation) if account.routed else []
    may_keep = not settings.is_enabled and any(
        one.id == conversation.assignee and one.presence == presence.ONLINE for one in serving
    )
    if not account.routed or may_keep:
        writes.change(ctx, conversation, {"reassign_at": None})
        return
    agent = routing.choose(serving, conversation.tried_agents)
    if agent and agent.id != conversation.assignee:
        _give(ctx, conversation, agent)
        return
    left = conversation.assignee if agent is None else None
    changes = lifecycle.waiting(None) if left else {}
    changes |= lifecycle.still_unpicked(ctx.now, bool(conversation.assignee and agent), conversation.routing_attempts, settings)
    writes.change(ctx, conversation, changes, LoadChanges(freed=conversation.carrier if left else None))


@access.allow(SYSTEM)
def hand_back(ctx: Context, agent: str) -> bool:
    """Takes the conversations of an agent who has left and assigns them anew, the longest held first.

    These are the ones assigned to the agent, and those with a contact in which the agent is a member. Returns whether to call
    again, because there may be more than MOST_AT_ONCE. Up to seven requests each.
    """
    let_go = 0
    for conversation in conversations.held(ctx.account, agent, _MOST_HELD, newest_first=False):
        if let_go < MOST_AT_ONCE and retry_on_conflict(ctx, partial(_let_go, ctx, conversation, agent)):
            assign(ctx, conversation)
            let_go += 1
    return let_go == MOST_AT_ONCE


def _let_go(ctx: Context, conversation_id: str, agent: str) -> bool:
    conversation = conversations.get(ctx.account, conversation_id)
    if conversation is None or conversation.is_internal or conversation.deleted_at:
        return False
    if members.is_member(ctx, conversation, agent):
        members.change(ctx, conversation_id, ChangeMembers(remove=(agent,)))
        return True
    if not conversation.is_open or conversation.assignee != agent:
        return False
    _leave_waiting(ctx, conversation)
    return True


def _leave_waiting(ctx: Context, conversation: Conversation) -> None:
    """Takes a conversation from its agent and lets it wait. One request. Raises ConditionFailed."""
    changes = lifecycle.waiting(unassigned.next_routing_at(ctx, conversation))
    writes.change(ctx, conversation, changes, LoadChanges(freed=conversation.carrier))


def _serving(ctx: Context, conversation: Conversation) -> list[Person]:
    """Returns the agents for a conversation, and its own agent, who may have moved to another group."""
    team = Team(ctx, fresh=True)
    serving = team.serving(conversation.group, conversation.domain)
    others = {agent.id for agent in serving}
    return serving + [agent for agent in team.everybody() if agent.id == conversation.assignee and agent.id not in others]


@access.allow(SYSTEM)
def is_deserted(ctx: Context, conversation: Conversation) -> bool:
    """Returns whether a contact waits for an agent who has gone and whose conversations go to others. One request at most."""
    account = accounts.load(ctx)
    waits = (
        conversation.is_open
        and conversation.is_routed
        and conversation.assignee
        and conversation.last_sender_kind == status.CONTACT
    )
    if not waits or not account.routed or account.hand_over == presence.NEVER:
        return False
    agent = rows.get_many(ctx.account, {str(conversation.assignee)}, consistent=True).get(str(conversation.assignee))
    if agent is None or agent.agents_of is None:
        return True
    return presence.is_handed_over(account.hand_over, agent.presence, is_lost=agent.lost_at is not None)


@access.allow(SYSTEM)
def take_over(ctx: Context, conversation_id: str) -> bool:
    """Gives a deserted conversation to an agent who is there, or lets it wait for the next one. Five requests at most.

    Returns whether it was deserted. A second call changes nothing.
    """

    def attempt() -> bool:
        conversation = conversations.get(ctx.account, conversation_id)
        if conversation is None or not is_deserted(ctx, conversation):
            return False
        serving = Team(ctx, fresh=True).serving(conversation.group, conversation.domain)
        agent = routing.choose([one for one in serving if one.id != conversation.assignee], conversation.tried_agents)
        if agent:
            _give(ctx, conversation, agent)
        else:
            _leave_waiting(ctx, conversation)
        return True

    return retry_on_conflict(ctx, attempt)


@access.allow(SYSTEM)
def hand_over(ctx: Context, agent: str, *, is_lost: bool) -> bool:
    """Gives conversations whose contacts wait for an agent who has gone offline to others, or lets them wait; longest held first.

    Returns whether to call again, because there may be more than MOST_AT_ONCE. One request for each hundred that the agent has,
    and six for each one given.
    """
    account = accounts.load(ctx)
    if not account.routed or not presence.is_handed_over(account.hand_over, presence.OFFLINE, is_lost=is_lost):
        return False
    held = conversations.get_many(ctx.account, conversations.held(ctx.account, agent, _MOST_HELD, newest_first=False))
    left = [found.id for found in held if found.assignee == agent and found.last_sender_kind == status.CONTACT]
    given = sum(take_over(ctx, id_) for id_ in left[:MOST_AT_ONCE])
    return given > 0 and len(left) > MOST_AT_ONCE


@access.allow(SYSTEM)
def drain(ctx: Context) -> bool:
    """Assigns waiting conversations to agents who are there, the longest wait first. One that nobody can take holds up no other.

    Two requests for the agents, one for each thousand waiting, and two for each one assigned, 100 at most. Returns whether to
    call again, because there may be more.
    """
    if not accounts.load(ctx).routed:
        return False
    team = Team(ctx, fresh=True)
    can_take = cache(team.can_take)
    taken = list(islice((id_ for id_, *whose in conversations.waiting(ctx.account) if can_take(*whose)), MOST_AT_ONCE))
    given = [id_ for id_ in taken if assign(ctx, id_, team)]
    return bool(given) and len(taken) == MOST_AT_ONCE


@access.allow(SYSTEM)
def resume(ctx: Context, after: tuple[str, int] | None) -> tuple[str, int] | None:
    """Goes through all that waits after the account's routing has changed, longest wait first, 100 from `after` on.

    What can be assigned is assigned; the rest gets a time of its next look. Where there is no waiting queue any more,
    conversations leave it and their contacts are told. Returns where to go on, None at the end. Two requests, and two for each.
    """
    rows = conversations.waiting_after(ctx.account, after, MOST_AT_ONCE)
    team = Team(ctx, fresh=True)
    for id_, _ in rows:
        retry_on_conflict(ctx, partial(_resume, ctx, id_, team))
    return rows[-1] if len(rows) == MOST_AT_ONCE else None


def _resume(ctx: Context, conversation_id: str, team: Team) -> None:
    conversation = conversations.get(ctx.account, conversation_id)
    if conversation is None or conversation.waits_since is None:
        return
    account = accounts.load(ctx)
    if conversation.expire_at and not account.by_group:  # published first: if the write fails, this runs again
        publishing.publish([events.ConversationWaits(ctx.account, ctx.now, conversation.id)], ctx.now)
        writes.change(ctx, conversation, {"reassign_at": None})
    elif account.routed and _assigned(ctx, conversation, team) is None and conversation.reassign_at is None:
        writes.change(ctx, conversation, {"reassign_at": unassigned.next_routing_at(ctx, conversation)})
