"""Presence: whether an agent can get work, one word that all dialects share, and what follows when an agent loses their
connection.
"""

from contextlib import suppress

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.desk.people import people
from chalicelib.models import people as rows
from chalicelib.models import presence as presence_rows
from chalicelib.models import topics
from chalicelib.models.base import ConditionFailed
from chalicelib.models.people import Person
from chalicelib.rules import presence


@access.allow(AGENT)
def load_own(ctx: Context) -> Person:
    """Returns the caller, who must be an agent. Raises Forbidden."""
    if ctx.caller.person is None:
        raise Forbidden("only an agent has a presence")
    return people.get(ctx, ctx.caller.person)


@access.allow(AGENT)
def set_own(ctx: Context, word: str) -> Person:
    """Sets the caller's presence from one of the account's words. Two requests. The last change wins, by the servers' clocks.

    Raises Invalid for an unknown word.
    """
    meant = presence.resolve(word, accounts.load(ctx).status_aliases)
    if meant is None:
        raise Invalid("status", f"must be one of {', '.join(list_words(ctx))}")
    agent = load_own(ctx)
    if not agent.is_active:
        raise Forbidden("this agent is switched off")
    if (agent.presence, agent.presence_alias) == meant and not (agent.away_at or agent.offline_at or agent.lost_at):
        return agent
    try:
        presence_rows.set_presence(agent, *meant, now=ctx.now)
    except ConditionFailed:  # a later change has won, or the agent has just been removed
        agent = load_own(ctx)
    people.forget(ctx, agent.id)
    return agent


@access.allow(AGENT)
def set_for(ctx: Context, person: str, word: str) -> Person:
    """Sets the presence of an agent that a program names, or of the caller. Raises Forbidden for another agent, NotFound,
    Invalid.
    """
    if ctx.caller.person not in (None, person):
        raise Forbidden("an agent sets only their own presence")
    if people.get(ctx, person).kind != people.AGENT_KIND:
        raise NotFound("person", person)
    return set_own(ctx.as_person(person, None), word)


def list_words(ctx: Context) -> list[str]:
    """Returns all words for a presence in the caller's account."""
    return [*presence.PRESENCES, *accounts.load(ctx).status_aliases]


def start_grace(ctx: Context, person: str) -> None:
    """Starts the clock of an agent whose last socket has closed: away first, then offline, unless they come back. Two requests.

    Called again it changes nothing: the first deadline stands. Contacts have no such clock.
    """
    agent = rows.get(ctx.account, person)
    if agent is None or not agent.agents_of or agent.away_at or agent.offline_at:
        return
    deadline = presence.gone(ctx.now, agent.presence, accounts.load(ctx).grace)
    if deadline:
        with suppress(ConditionFailed):  # the agent has just changed their presence
            presence_rows.set_deadline(agent, deadline)


def cancel_grace(ctx: Context, person: str) -> None:
    """Stops the clock of an agent who has a socket again. One request."""
    with suppress(ConditionFailed):  # removed
        presence_rows.clear_deadline(ctx.account, person)


def lapse(ctx: Context, agent: Person, step: str) -> bool:
    """Applies a deadline (rules.presence) that has come, and returns whether the agent's presence changed. Two requests.

    It returns False if a socket of the agent is open, which came while the last one closed. Raises ConditionFailed where the
    deadline no longer stands.
    """
    due_at = getattr(agent, f"{step}_at")
    if topics.listeners(ctx.account, [agent.id], ctx.now).get(agent.id):
        cancel_grace(ctx, agent.id)
        return False
    presence_rows.lapse(agent, step, presence.lapsed(step, due_at, accounts.load(ctx).grace), ctx.now)
    people.forget(ctx, agent.id)
    return True
