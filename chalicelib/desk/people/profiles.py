"""Profiles: what a person shows of themselves, their password, their level, and who may change these."""

from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, LEVELS, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import login_attempts, tokens
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import IS_OWNER, WRONG_PASSWORD, Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import contact_words, people, registration
from chalicelib.desk.people.people import Person
from chalicelib.models import people as rows
from chalicelib.models import unique_names
from chalicelib.models.stamps import Stamp
from chalicelib.models.tokens import Token, revocation
from chalicelib.rules import names

_LONGEST = {"name": 256, "icon": registration.LONGEST_ICON, "signature": 1000, "language": 35}


class ChangePerson(msgspec.Struct, frozen=True):
    """What to change about a person. None leaves a field as it is, an empty text clears it. Passwords are wire passwords."""

    name: str | None = None
    icon: str | None = None
    signature: str | None = None
    language: str | None = None
    is_distributor: bool | None = None
    level: str | None = None
    old_password: str | None = None
    new_password: str | None = None


@access.allow(VISITOR)
def change(ctx: Context, person_id: str, wanted: ChangePerson) -> None:
    """Changes the given fields. One request to read, one to write the profile, one for a level, three for a password.

    Visitors and agents change themselves, an agents' program any agent, an administrator everybody. A new password ends the
    person's other tokens, a new level all of them. Raises Forbidden, NotFound, Invalid; then nothing has been changed.
    """
    person = people.get(ctx, person_id)
    _may_change(ctx, person)
    shown = _visible_changes(person, wanted)
    level = _level(ctx, person, wanted.level)
    if wanted.new_password is not None:
        _check_password(ctx, person, wanted)
    stored = registration.hash_password(ctx, wanted.new_password) if wanted.new_password is not None else None
    if shown:
        _write(ctx, person, shown)
    if level:
        retry_on_conflict(ctx, lambda: _set_level(ctx, person_id, level))
    if stored:
        _set_password(ctx, person, stored)
    people.forget(ctx, person_id)
    if level or stored:
        tokens.forget_cached_of(ctx.account, person_id)


def _may_change(ctx: Context, person: Person) -> None:
    caller = ctx.caller
    is_program = caller.person is None and caller.level == AGENT and person.kind == rows.AGENT and person.level == AGENT
    if not (caller.person == person.id or is_program or caller.at_least(ADMIN)):
        raise Forbidden("this is another person")


def check(wanted: ChangePerson) -> dict[str, Any]:
    """Returns the changed fields that are shown of a person, None for a cleared field. Raises Invalid for a bad value."""
    given = {name: getattr(wanted, name) for name in _LONGEST if getattr(wanted, name) is not None}
    for name, value in given.items():
        if len(value) > _LONGEST[name]:
            raise Invalid(name, f"is longer than {_LONGEST[name]} characters")
    if wrong := names.fault(given.get("name", "any")):
        raise Invalid("name", wrong)
    return {name: value or None for name, value in given.items()}


def _visible_changes(person: Person, wanted: ChangePerson) -> dict[str, Any]:
    shown = check(wanted)
    if wanted.is_distributor is None:
        return shown
    if person.kind != rows.AGENT:
        raise Forbidden("only an agent serves")
    return shown | {"is_distributor": wanted.is_distributor}


def _level(ctx: Context, person: Person, wanted: str | None) -> str | None:
    """Returns the level to set, or None. Nobody can change their own level or give one above their own."""
    if wanted is None or wanted == (person.level or VISITOR):
        return None
    if person.id == accounts.load(ctx).owner:
        raise Forbidden("this is the account's owner", IS_OWNER)
    if person.kind != rows.AGENT or wanted not in (AGENT, ADMIN):
        raise Forbidden("only an agent has another level")
    beyond = LEVELS.index(wanted) > LEVELS.index(ctx.caller.level)
    if beyond or not ctx.caller.at_least(ADMIN) or ctx.caller.person == person.id:
        raise Forbidden("you can't change your own level or give one above it")
    return wanted


def _check_password(ctx: Context, person: Person, wanted: ChangePerson) -> None:
    home = _home(person)
    unset = home.password is None and ctx.caller.at_least(ADMIN) and ctx.caller.person != person.id
    # The try need not be given back: the new password has had no tries yet.
    if not unset and not login_attempts.try_password(
        ctx, login_attempts.login_of(home), wanted.old_password or "", home.password
    ):
        raise Forbidden("the old password is another", WRONG_PASSWORD)


def _write(ctx: Context, person: Person, shown: dict[str, Any]) -> None:
    try:
        contact_words.record(ctx, person, shown)
    except NotFound as refused:
        raise Forbidden("this person has just been removed") from refused


def _set_level(ctx: Context, person_id: str, level: str) -> None:
    person = people.get(ctx, person_id)
    after = person.token_version + 1
    rows.revoke_logins(
        person, {"level": level, "key_version": after}, ctx.stamp, [revocation(person.account, person.id, after, after)]
    )


def set_password_by_code(ctx: Context, person: Person, stored: str, code: Token) -> None:
    """Stores a password's hash for the holder of a code, and uses the code up. Ends all their tokens but api keys.

    Raises ConditionFailed where the code or the person has changed since it was read.
    """
    _write_password(ctx.as_person(person.id, person.number), person, stored, None, code)
    for account in _accounts(person):
        tokens.forget_cached_of(account, person.id)


def _set_password(ctx: Context, person: Person, stored: str) -> None:
    """Stores the hash where the person logs in, and ends their other tokens in all their accounts. Api keys stay valid."""
    spared = ctx.caller.token if ctx.caller.person == person.id else None
    retry_on_conflict(ctx, lambda: _write_password(ctx, person, stored, spared))


def _write_password(ctx: Context, person: Person, stored: str, spared: str | None, used: Token | None = None) -> None:
    home = _home(person)
    after, keys = home.token_version + 1, home.key_version
    endings = [revocation(account, person.id, after, keys, spared) for account in _accounts(person)]
    rows.revoke_logins(home, {"password": stored}, _stamp_in(ctx, home), endings, used)


def _stamp_in(ctx: Context, home: Person) -> Stamp:
    """Returns who writes in the account of a row: an owner has another number in each of theirs, anybody else none."""
    if home.account == ctx.account:
        return ctx.stamp
    known = (home.id, home.number) if ctx.caller.person == home.id else (None, None)
    return ctx.acting(replace(ctx.caller, person=known[0], number=known[1])).stamp


def _home(person: Person) -> Person:
    """Returns the row that holds the person's password, as it is now."""
    return rows.get(person.home or person.account, person.id) or person


def _accounts(person: Person) -> list[str]:
    login = unique_names.find(unique_names.EVERYWHERE, "login", person.email) if person.kind == rows.AGENT else None
    return [login.account, *(login.accounts or ())] if login and login.id == person.id else [person.account]
