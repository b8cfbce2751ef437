"""Routing: which agent gets a conversation. One agent gets it, however often this runs."""

from contextlib import suppress
from functools import partial
from itertools import islice

from msgspec.structs import replace

from chalicelib.context import AGENT, SYSTEM, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import routing_rules
from chalicelib.desk.automation.team import Audience, Team, audience_of, give
from chalicelib.desk.conversations import members, unassigned, writes
from chalicelib.desk.conversations.members import ChangeMembers
from chalicelib.desk.core import access, events, publishing
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.teams import domains, groups
from chalicelib.models import conversations, waiting
from chalicelib.models import people as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.conversations import Conversation
from chalicelib.models.loads import LoadChanges
from chalicelib.models.people import Person
from chalicelib.rules import lifecycle, presence, routing, status
from chalicelib.rules.allocation import BY_RULE, Choice, choose
from chalicelib.rules.routing import NO_GROUP as NO_GROUP
from chalicelib.rules.routing import NOBODY_ONLINE as NOBODY_ONLINE
from chalicelib.rules.routing import NOBODY_THERE as NOBODY_THERE

#: Waiting conversations that one event assigns. If there are more, the event is published again.
MOST_AT_ONCE = 100
#: Conversations of one agent, as assignee or member, that are looked through at most.
_MOST_HELD = 1000


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
    if not conversation.is_open or not conversation.is_routed:
        return None
    if conversation.assignee or conversation.waits_since is None:
        return conversation.assignee
    routed, read = accounts.load(ctx).routed, routing_rules.route(ctx, conversation)
    audience = audience_of(conversation, read.changes)
    choice = _choose(team, audience, conversation, read.last_agent) if routed else _named(team, audience)
    if choice:
        team.give(conversation, choice, read.changes)
        return choice.agent.id
    if read.changes.keys() - {"routed_by"}:
        writes.change(ctx, conversation, read.changes)  # which makes routing look again
    elif routed and team.full(audience):
        team.expect_place(audience)
    return None


def _choose(team: Team, audience: Audience, conversation: Conversation, last: int | None) -> Choice[Person] | None:
    """Returns the agent who gets a waiting conversation. Where a limit keeps everybody from it, they are read again before one
    says so.
    """
    choice = team.choose(audience, conversation.number, tried=conversation.tried_agents, last=last)
    if choice is None and not team.is_fresh and team.full(audience):
        team.read_again()
        choice = team.choose(audience, conversation.number, tried=conversation.tried_agents, last=last)
    return choice and replace(choice, how=BY_RULE) if audience.agent == (choice and choice.agent.number) else choice


def _named(team: Team, audience: Audience) -> Choice[Person] | None:
    """Returns the agent that a rule names, in an account that routes nothing else."""
    return next((Choice(agent, BY_RULE) for agent in team.everybody() if agent.number == audience.agent), None)


@access.allow(SYSTEM)
def remember_assignee(ctx: Context, conversation: Conversation) -> None:
    """Notes the last assignee of a conversation's contact, where the account prefers that agent next time. One request then."""
    is_wanted = conversation.assignee_number and conversation.assigned_at and not conversation.is_internal
    if is_wanted and accounts.load(ctx).auto_allocation.ever_prefers_last:
        with suppress(ConditionFailed):  # it is noted, or a later one is
            given = conversation.assignee_number or 0, conversation.assigned_at or 0
            rows.set_last_agent(ctx.account, conversation.contact, *given)


@access.allow(AGENT)
def why_waiting(ctx: Context, conversation: Conversation) -> str:
    """Returns why a conversation waits, in the words of `rules.routing`. One request."""
    serving = Team(ctx).serving(audience_of(conversation, {}))
    of_group = conversation.group in groups.load_names(ctx) or domains.find_by_number(ctx, conversation.domain) is not None
    return routing.why_waiting(serving, of_group=of_group)


def look_again(ctx: Context, conversation: Conversation) -> None:
    """Handles the deadline of a conversation that nobody picked: it goes to an agent not tried yet, else to another one online.

    If nobody else is there it stays with its agent, or waits if the agent has gone; it is looked at again ever more rarely. The
    deadline is cleared where the account no longer routes, or lets agents who are there take their time. Raises ConditionFailed
    where the conversation or the agent's load has changed.
    """
    account = accounts.load(ctx)
    team = Team(ctx, fresh=True)
    settings, serving = account.auto_close, _serving(team, conversation) if account.routed else []
    may_keep = not settings.is_enabled and any(
        one.id == conversation.assignee and one.presence == presence.ONLINE for one in serving
    )
    if not account.routed or may_keep:
        writes.change(ctx, conversation, {"reassign_at": None})
        return
    choice = _of(ctx, conversation, serving, holder=conversation.assignee)
    if choice and choice.agent.id != conversation.assignee:
        give(ctx, conversation, choice, {})
        return
    if choice is None:
        team.expect_place(audience_of(conversation, {"audience": None}))
    left = conversation.assignee if choice is None else None
    changes = lifecycle.waiting(None) if left else {}
    changes |= lifecycle.still_unpicked(ctx.now, bool(conversation.assignee and choice), conversation.routing_attempts, settings)
    changes |= {"audience": None} if conversation.audience else {}
    writes.change(ctx, conversation, changes, LoadChanges(freed=conversation.carrier if left else None))


def _of(ctx: Context, conversation: Conversation, serving: list[Person], holder: str | None = None) -> Choice[Person] | None:
    """Returns who of these agents gets a conversation that somebody has had."""
    settings = accounts.load(ctx).auto_allocation
    return choose(serving, settings, tried=conversation.tried_agents, group=conversation.group, holder=holder)


@access.allow(SYSTEM)
def hand_back(ctx: Context, agent: str) -> bool:
    """Takes the conversations of an agent who has left and assigns them again, the longest held first.

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


def _serving(team: Team, conversation: Conversation) -> list[Person]:
    """Returns the agents for a conversation, and its own agent, who may have moved to another group. An agent that a rule names
    has had their time, so the conversation is for others, too.
    """
    serving = team.serving(audience_of(conversation, {"audience": None}))
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
        team, audience = Team(ctx, fresh=True), audience_of(conversation, {})
        choice = _of(ctx, conversation, [one for one in team.serving(audience) if one.id != conversation.assignee])
        if choice:
            give(ctx, conversation, choice, {})
        else:
            team.expect_place(audience)
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
def drain(ctx: Context, agent: str | None = None) -> bool:
    """Assigns waiting conversations to agents who are there, or to one, the longest wait first. One that nobody can take holds up
    no other.

    Two requests for the agents (one for one of them), one for each of them who is full and not told yet of the next place, one
    for each thousand waiting, and two for each one assigned, 100 at most.
    Returns whether to call again, because there may be more.
    """
    if not accounts.load(ctx).routed:
        return False
    team = Team(ctx, fresh=True, only=agent)
    retry_on_conflict(ctx, team.expect_place)
    if not any(map(accounts.load(ctx).auto_allocation.may_take, team.everybody())):
        return False
    able = (id_ for id_, group, domain, named in waiting.iterate(ctx.account) if team.can_take(Audience(group, domain, named)))
    taken = [assign(ctx, id_, team) for id_ in islice(able, MOST_AT_ONCE)]
    return any(taken) and len(taken) == MOST_AT_ONCE


@access.allow(SYSTEM)
def resume(ctx: Context, after: tuple[str, int] | None) -> tuple[str, int] | None:
    """Goes through all conversations that wait, after the account's routing has changed: longest wait first, 100 from `after` on.

    It assigns those that it can, and sets when to look at the others next. If there is no waiting queue any more, conversations
    leave it and their contacts are told. Returns where to go on, None at the end. Two requests, and two for each conversation.
    """
    rows = waiting.list_after(ctx.account, after, MOST_AT_ONCE)
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
