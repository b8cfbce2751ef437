"""Agents who leave: their messages keep their names, their conversations go to others, their logins end."""

from collections.abc import Sequence

from chalicelib.context import ADMIN, AGENT, LEVELS, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import login_attempts, tokens
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import IS_OWNER, NOT_ADMIN, WRONG_PASSWORD, DeskError, Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people, profiles, registration
from chalicelib.desk.people.people import Person
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.models import people as rows
from chalicelib.models.tokens import revocation
from chalicelib.rules.presence import OFFLINE


@access.allow(ADMIN, access.USERS)
def remove(ctx: Context, person: str) -> None:
    """Removes an agent or a contact of the caller's account. Two requests.

    An agent's open conversations are handed back when the stream tells of it (agent.removed.v1, `routing.hand_back`). Raises
    Forbidden for a caller who may not remove people, for the owner and for a person above the caller, NotFound.
    """
    _check_not_owner(ctx, person)
    retry_on_conflict(ctx, lambda: registration.remove(ctx, _check_below(ctx, people.get(ctx, person))))
    people.forget(ctx, person)
    tokens.forget_cached_of(ctx.account, person)


@access.allow(ADMIN, access.OPERATORS)
def set_active(ctx: Context, person: str, *, on: bool) -> bool:
    """Switches an agent on or off: whether they may log in and get work. Two requests. Returns False if that changes nothing.

    Switching off ends the agent's tokens, sets them offline and hands their conversations to others, as a removal does. Raises
    Forbidden for a caller who may not change operators, for the owner and for a person above the caller, NotFound.
    """
    _check_not_owner(ctx, person)
    switched = retry_on_conflict(ctx, lambda: _set_active(ctx, _check_below(ctx, people.get(ctx, person)), on=on))
    people.forget(ctx, person)
    tokens.forget_cached_of(ctx.account, person)
    return switched


def _set_active(ctx: Context, person: Person, *, on: bool) -> bool:
    if person.kind != rows.AGENT:
        raise NotFound("agent", person.id)
    if person.is_active == on:
        return False
    if on:
        rows.change(person, {"is_active": True}, ctx.stamp)
    else:
        after = person.token_version + 1
        rows.switch_off(person, OFFLINE, ctx.stamp, revocation(person.account, person.id, after, after))
    return True


@access.allow(ADMIN)
def change(ctx: Context, person: str, wanted: ChangePerson, *, on: bool | None = None) -> Person:
    """Changes an agent, and switches them on or off; None leaves them. Returns them as they are now.

    Raises Forbidden, NotFound and Invalid as `profiles.change` and `set_active`; then nothing has been changed.
    """
    before = people.get(ctx, person)
    switches = on is not None and on != before.is_active
    if switches:
        _check_not_owner(ctx, person)
    profiles.change(ctx, person, wanted)
    if switches:
        set_active(ctx, person, on=bool(on))
    return people.get(ctx, person)


@access.allow(ADMIN)
def set_permissions(ctx: Context, person_id: str, permissions: Sequence[str]) -> bool:
    """Sets what an agent may do beyond their level. Two requests. Returns False if that changes nothing.

    Raises Forbidden for a caller who is not an administrator, NotFound, Invalid for an unknown permission.
    """
    if unknown := set(permissions) - set(access.PERMISSIONS):
        raise Invalid("permission", f"must be of {', '.join(access.PERMISSIONS)}, not {min(unknown)!r}")
    wanted = [name for name in access.PERMISSIONS if name in permissions]

    def attempt() -> bool:
        person = people.get(ctx, person_id)
        if person.kind != rows.AGENT:
            raise NotFound("agent", person_id)
        if list(person.permissions or []) == wanted:
            return False
        rows.change(person, {"permissions": wanted or None}, ctx.stamp)
        return True

    return retry_on_conflict(ctx, attempt)


def _check_not_owner(ctx: Context, person: str) -> None:
    if person == accounts.load(ctx).owner:
        raise Forbidden("this is the account's owner", IS_OWNER)


def _check_below(ctx: Context, person: Person) -> Person:
    if LEVELS.index(person.level or AGENT) > LEVELS.index(ctx.caller.level):
        raise Forbidden("this is somebody above you", NOT_ADMIN)
    return person


@access.allow(ADMIN)
def remove_with_password(ctx: Context, person: str, wire_password: str) -> None:
    """Removes a person for a caller who shows that person's password or their own. Raises Forbidden for a wrong one."""
    _check_not_owner(ctx, person)
    proofs = [people.get(ctx, person)]
    if ctx.caller.person and ctx.caller.person != person:
        proofs.append(_home(ctx, ctx.caller.person))
    known = [proof.password for proof in proofs]
    if not login_attempts.check_password(ctx, login_attempts.login_of(proofs[-1]), wire_password, *known):
        raise Forbidden("the password is another", WRONG_PASSWORD)
    remove(ctx, person)


@access.allow(ADMIN)
def remove_many(ctx: Context, persons: Sequence[str]) -> dict[str, DeskError]:
    """Removes agents. Returns the error for each one that failed; the others are removed. Raises Forbidden unless the caller is
    an administrator.
    """
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
    """Returns the row that holds a person's password."""
    return people.login_home(people.get(ctx, person))
