"""Routing: which agent gets a conversation, once, however often it is asked."""

from chalicelib.context import Context
from chalicelib.desk import accounts, people
from chalicelib.desk.retry import contended
from chalicelib.models import conversations
from chalicelib.models import people as rows
from chalicelib.models.conversations import WAITING, Conversation, Loads
from chalicelib.models.people import Person
from chalicelib.rules import lifecycle, routing

#: Waiting conversations that one event gives out; where there are more, it is told again.
MOST_AT_ONCE = 100


def assign(ctx: Context, conversation: str) -> str | None:
    """Gives a conversation that waits to the agent whom `rules.routing` names: three requests.

    Returns the id of the agent who has it then, also where he had it before; None where nobody can take it, where it
    is closed, or where the account does not route.
    """
    fresh = False

    def attempt() -> str | None:
        nonlocal fresh
        found = conversations.get(ctx.account, conversation)
        if found is None or not found.is_open or not accounts.load(ctx).routed:
            return None
        if found.assignee:
            return found.assignee
        agent = routing.choose(_agents(ctx, fresh), found.tried)
        fresh = True
        return _give(ctx, found, agent) if agent else None

    return contended(ctx, attempt)


def _agents(ctx: Context, fresh: bool) -> list[Person]:
    """The agents from the index; after a lost race from the table itself, because the index may lag behind it."""
    agents = people.agents(ctx)
    return list(rows.get_many(ctx.account, {agent.id for agent in agents}, consistent=True).values()) if fresh else agents


def _give(ctx: Context, found: Conversation, agent: Person) -> str:
    settings = accounts.load(ctx).auto_close
    changes = lifecycle.routed(ctx.now, agent.id, agent.number, found.tried, found.attempts, settings)
    conversations.change(found, changes, ctx.now, Loads(freed=found.assignee, routed=agent))
    return agent.id


def look_again(ctx: Context, found: Conversation) -> None:
    """At the deadline of a conversation that nobody picked: to an agent not yet tried, else to any other one online.

    Where there is nobody else it stays, or waits if its agent has gone; then it is looked at again, ever more rarely.
    Raises Refused where the conversation or the agent's load has changed meanwhile.
    """
    agent = routing.choose(_agents(ctx, fresh=True), found.tried)
    if agent and agent.id != found.assignee:
        _give(ctx, found, agent)
        return
    settings, left = accounts.load(ctx).auto_close, found.assignee if agent is None else None
    changes = lifecycle.waiting(None) if left else {}
    changes |= lifecycle.still_unpicked(ctx.now, bool(found.assignee and agent), found.attempts, settings)
    conversations.change(found, changes, ctx.now, Loads(freed=left))


def drain(ctx: Context) -> int:
    """Gives out what waits, the longest wait first, until nobody can take more. Returns how many were given out."""
    given = 0
    for conversation in conversations.held(ctx.account, WAITING, MOST_AT_ONCE, newest_first=False):
        if assign(ctx, conversation) is None:
            break
        given += 1
    return given
