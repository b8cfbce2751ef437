"""Agents who go: what they wrote stays under their names, what they held goes to others, their logins end."""

from collections.abc import Sequence

from chalicelib.context import ADMIN, AGENT, LEVELS, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import login_attempts, tokens
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import IS_OWNER, NOT_ADMIN, WRONG_PASSWORD, DeskError, Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import contended
from chalicelib.desk.people import people, registration
from chalicelib.desk.people.people import Person
from chalicelib.models import people as rows
from chalicelib.models.tokens import ending
from chalicelib.rules.presence import OFFLINE


@access.allow(ADMIN, access.USERS)
def remove(ctx: Context, person: str) -> None:
    """Removes an agent or a contact of the caller's account: two requests. His open conversations are handed back
    by what his row's stream tells (agent.removed.v1, `routing.hand_back`).

    Raises Forbidden for a caller who may not remove people, for the owner and for somebody above the caller, NotFound.
    """
    _not_owner(ctx, person)
    contended(ctx, lambda: _remove(ctx, _below(ctx, people.get(ctx, person))))
    people.forget(ctx, person)
    tokens.forget_all(ctx.account, person)


@access.allow(ADMIN, access.OPERATORS)
def switch(ctx: Context, person: str, *, on: bool) -> bool:
    """Whether an agent may log in and be given work: two requests. Off, what was issued to him ends, he is offline, and what
    he holds goes to others as when he is removed. Returns False where he is so already.

    Raises Forbidden for a caller who may not change operators, for the owner and for somebody above the caller, NotFound.
    """
    _not_owner(ctx, person)
    switched = contended(ctx, lambda: _switch(ctx, _below(ctx, people.get(ctx, person)), on=on))
    people.forget(ctx, person)
    tokens.forget_all(ctx.account, person)
    return switched


def _switch(ctx: Context, found: Person, *, on: bool) -> bool:
    if found.kind != rows.AGENT:
        raise NotFound("agent", found.id)
    if found.is_active == on:
        return False
    if on:
        rows.change(found, {"is_active": True}, ctx.now)
    else:
        after = found.generation + 1
        rows.switch_off(found, OFFLINE, ctx.now, ending(found.account, found.id, after, after))
    return True


@access.allow(ADMIN)
def permit(ctx: Context, person: str, permissions: Sequence[str]) -> bool:
    """Sets what an agent may do beyond his level: two requests. Returns False where he may exactly that.

    Raises Forbidden for a caller who is no admin, NotFound, Invalid for an unknown permission.
    """
    if unknown := set(permissions) - set(access.PERMISSIONS):
        raise Invalid("permission", f"must be of {', '.join(access.PERMISSIONS)}, not {min(unknown)!r}")
    wanted = [name for name in access.PERMISSIONS if name in permissions]

    def attempt() -> bool:
        found = people.get(ctx, person)
        if found.kind != rows.AGENT:
            raise NotFound("agent", person)
        if list(found.permissions or []) == wanted:
            return False
        rows.change(found, {"permissions": wanted or None}, ctx.now)
        return True

    return contended(ctx, attempt)


def _not_owner(ctx: Context, person: str) -> None:
    if person == accounts.load(ctx).owner:
        raise Forbidden("this is the account's owner", IS_OWNER)


def _below(ctx: Context, found: Person) -> Person:
    if LEVELS.index(found.level or AGENT) > LEVELS.index(ctx.caller.level):
        raise Forbidden("this is somebody above you", NOT_ADMIN)
    return found


@access.allow(ADMIN)
def remove_with_password(ctx: Context, person: str, wire_password: str) -> None:
    """The same for one who shows the password of the person, or his own. Raises Forbidden for another one."""
    _not_owner(ctx, person)
    proofs = [people.get(ctx, person)]
    if ctx.caller.person and ctx.caller.person != person:
        proofs.append(_home(ctx, ctx.caller.person))
    known = [proof.password for proof in proofs]
    if not login_attempts.check_password(ctx, login_attempts.of(proofs[-1]), wire_password, *known):
        raise Forbidden("the password is another", WRONG_PASSWORD)
    remove(ctx, person)


@access.allow(ADMIN)
def remove_many(ctx: Context, persons: Sequence[str]) -> dict[str, DeskError]:
    """Removes agents, and returns what went wrong with whom; the rest is done. Raises Forbidden for a caller who is no admin."""
    failed: dict[str, DeskError] = {}
    for person in dict.fromkeys(persons):
        try:
            if people.get(ctx, person).kind != rows.AGENT:
                raise NotFound("agent", person)
            remove(ctx, person)
        except DeskError as error:
            failed[person] = error
    return failed


def _home(ctx: Context, person: str) -> Person:
    """The row that has a person's password."""
    return people.home(people.get(ctx, person))


def _remove(ctx: Context, found: Person) -> None:
    after = found.generation + 1
    rows.remove(found, ctx.now, [ending(found.account, found.id, after, after)], registration.names_of(found))
