"""Presence: an agent's word for whether he can be given work, the same in every dialect."""

from chalicelib.context import Context
from chalicelib.desk import accounts, people
from chalicelib.desk.errors import Forbidden, Invalid, NotFound
from chalicelib.models import people as rows
from chalicelib.models.people import Person
from chalicelib.rules import presence


def mine(ctx: Context) -> Person:
    """The caller, who must be an agent. Raises Forbidden."""
    if ctx.caller.person is None:
        raise Forbidden("only an agent has a presence")
    return people.get(ctx, ctx.caller.person)


def set_mine(ctx: Context, word: str) -> Person:
    """Sets the caller's presence by the account's word for it. The last change wins. Raises Invalid for another word."""
    meant = presence.resolve(word, accounts.load(ctx).status_aliases)
    if meant is None:
        raise Invalid("status", f"must be one of {', '.join(words(ctx))}")
    agent = mine(ctx)
    if not agent.is_active:
        raise Forbidden("he is switched off")
    if (agent.presence, agent.presence_alias) != meant:
        rows.set_presence(agent, *meant, now=ctx.now)
        people.forget(ctx, agent.id)
    return agent


def set_for(ctx: Context, person: str, word: str) -> Person:
    """The same of an agent whom a program names, or who names himself. Raises Forbidden for another, NotFound, Invalid."""
    if ctx.caller.person not in (None, person):
        raise Forbidden("an agent sets his own presence")
    if people.get(ctx, person).kind != people.AGENT_KIND:
        raise NotFound("person", person)
    return set_mine(ctx.as_person(person, None), word)


def words(ctx: Context) -> list[str]:
    """All words for a presence in the caller's account."""
    return [*presence.PRESENCES, *accounts.load(ctx).status_aliases]
