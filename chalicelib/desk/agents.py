"""Agents who go: what they wrote stays under their names, what they held goes to others, their logins end."""

from collections.abc import Sequence

from chalicelib.context import ADMIN, Context
from chalicelib.desk import accounts, attempts, people
from chalicelib.desk.errors import IS_OWNER, NOT_ADMIN, WRONG_PASSWORD, DeskError, Forbidden, NotFound
from chalicelib.desk.people import Person
from chalicelib.desk.retry import contended
from chalicelib.models import people as rows
from chalicelib.models.tokens import ending


def remove(ctx: Context, person: str) -> None:
    """Removes an agent or a contact of the caller's account: two requests. His open conversations are handed back
    by what his row's stream tells (agent.removed.v1, `routing.hand_back`).

    Raises Forbidden for a caller who is no admin and for the owner, NotFound.
    """
    _admin(ctx)
    if person == accounts.load(ctx).owner:
        raise Forbidden("this is the account's owner", IS_OWNER)
    contended(ctx, lambda: _remove(ctx, people.get(ctx, person)))
    people.forget(ctx, person)


def remove_with_password(ctx: Context, person: str, wire_password: str) -> None:
    """The same for one who shows the password of the person, or his own. Raises Forbidden for another one."""
    _admin(ctx)
    if person == accounts.load(ctx).owner:
        raise Forbidden("this is the account's owner", IS_OWNER)
    proofs = [people.get(ctx, person)]
    if ctx.caller.person and ctx.caller.person != person:
        proofs.append(_home(ctx, ctx.caller.person))
    known = [proof.password for proof in proofs]
    if not attempts.check_password(ctx, attempts.of(proofs[-1]), wire_password, *known):
        raise Forbidden("the password is another", WRONG_PASSWORD)
    remove(ctx, person)


def remove_many(ctx: Context, persons: Sequence[str]) -> dict[str, DeskError]:
    """Removes agents, and returns what went wrong with whom; the rest is done. Raises Forbidden for a caller who is no admin."""
    _admin(ctx)
    failed: dict[str, DeskError] = {}
    for person in dict.fromkeys(persons):
        try:
            if people.get(ctx, person).kind != rows.AGENT:
                raise NotFound("agent", person)
            remove(ctx, person)
        except DeskError as error:
            failed[person] = error
    return failed


def _admin(ctx: Context) -> None:
    if not ctx.caller.at_least(ADMIN):
        raise Forbidden("only an admin removes people", NOT_ADMIN)


def _home(ctx: Context, person: str) -> Person:
    """The row that has a person's password."""
    here = people.get(ctx, person)
    return (rows.get(here.home, here.id) if here.home else None) or here


def _remove(ctx: Context, found: Person) -> None:
    after = found.generation + 1
    rows.remove(found, ctx.now, [ending(found.account, found.id, after, after)], people.names_of(found))
