"""Presence: an agent's word for whether he can be given work, the same in every dialect."""

from chalicelib.context import Context
from chalicelib.desk import accounts, people
from chalicelib.desk.errors import Forbidden, Invalid
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
    if (agent.presence, agent.presence_alias) != meant:
        rows.set_presence(agent, *meant, now=ctx.now)
        people.forget(ctx, agent.id)
    return agent


def words(ctx: Context) -> list[str]:
    """All words for a presence in the caller's account."""
    return [*presence.PRESENCES, *accounts.load(ctx).status_aliases]
