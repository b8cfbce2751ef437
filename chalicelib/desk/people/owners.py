"""Owners: they sign up, may own several accounts under one login, and may close one.

An owner has the same uuid and a row in each of their accounts. Their password is in the account where they log in, and the unique
name of their login lists the others.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from chalicelib.context import ADMIN, AGENT, SYSTEM, VISITOR, Caller, Context
from chalicelib.desk.accounts import account_checks, accounts
from chalicelib.desk.accounts.accounts import Account
from chalicelib.desk.auth import api_clients, tokens
from chalicelib.desk.auth.api_clients import Credential, NewClient
from chalicelib.desk.core import access, publishing, rate_limits
from chalicelib.desk.core.account_events import AccountEmptied
from chalicelib.desk.core.errors import NOT_OWNER, Exists, Forbidden, Invalid, NotAuthenticated, NotFound
from chalicelib.desk.core.people_events import AccessEnded
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people, registration
from chalicelib.desk.people.people import Person
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.models import accounts as rows
from chalicelib.models import people as people_rows
from chalicelib.models import unique_names
from chalicelib.models.base import ConditionFailed
from chalicelib.models.tokens import Token, revocation
from chalicelib.models.unique_names import UniqueName
from chalicelib.rules import ids

#: Accounts that one login may own.
MOST_OWNED = 20
#: A token version that no token reaches.
_FOR_GOOD = 2**40


class NewAccount(msgspec.Struct, frozen=True):
    """An account to open: its settings, its clients (label and level), and the labels of those that get a secret now.

    `id` is the caller's own uuid for the account, if they have one.
    """

    name: str
    clients: Mapping[str, str]
    with_secrets: frozenset[str] = frozenset()
    id: str | None = None
    settings: Mapping[str, Any] = msgspec.field(default_factory=dict)


class Opened(msgspec.Struct, frozen=True):
    """A new account with its owner, and its clients' credentials, which are shown only now."""

    account: Account
    owner: Person
    credentials: dict[str, Credential]


@access.allow(VISITOR)
def sign_up(ctx: Context, owner: CreateAgent, new: NewAccount) -> Opened:
    """Opens an account with a new owner. Two requests, one more for a client's call.

    Raises Exists for the owner's e-mail or the account's id, Invalid, TooMany.
    """
    return open_(ctx, owner, new)


def open_(ctx: Context, owner: CreateAgent, new: NewAccount, code: Token | None = None) -> Opened:
    """Opens an account as `sign_up`, and uses up a code in the same request. Raises NotAuthenticated where it is used."""
    rate_limits.spend_by_source(ctx, "signups")
    account_checks.check_change({"name": new.name, **new.settings})
    inside = _context_in(ctx, new)
    person = registration.new_agent(inside, replace(owner, level=ADMIN))
    login = unique_names.new_name(inside.account, "login", person.email, person.id, scope=unique_names.EVERYWHERE)
    made = _clients(inside, new)
    row = _row(inside, new, person, made, opened_in=ctx.account or None)
    try:
        rows.open_(replace(_whole(inside, row, person, [login], made), code=code))
    except ConditionFailed as refused:
        of_code, of_account = [*([] if code else [None]), *refused.reasons][:2]
        if of_code:
            raise NotAuthenticated from refused
        raise (Exists("account", inside.account) if of_account else Exists("person", person.email)) from refused
    return _opened(inside, row.document, person, made)


@access.allow(ADMIN)
def open_another(ctx: Context, owner: str, new: NewAccount) -> Opened:
    """Opens one more account for an agent of the caller's account, who owns it under the same uuid and login. Five requests.

    An agent opens one for themselves, a program for any agent. Raises Forbidden, NotFound, Invalid.
    """
    if ctx.caller.person not in (None, owner):
        raise Forbidden("you can open an account only for yourself")
    account_checks.check_change({"name": new.name, **new.settings})
    agent = people.get(ctx, owner)
    if agent.kind != people_rows.AGENT:
        raise Invalid("owner", "is not an agent")
    inside = _context_in(ctx, new)
    made = _clients(inside, new)
    person = _same_owner_in(inside, agent)
    row = _row(inside, new, person, made, opened_in=ctx.account)

    def attempt() -> None:
        login = _login(agent)
        others = [*(login.accounts or ()), inside.account]
        if len(others) >= MOST_OWNED:
            raise Forbidden(f"one login owns {MOST_OWNED} accounts at most")
        rows.open_(_whole(inside, row, person, [], made), login, others)

    retry_on_conflict(ctx, attempt)
    return _opened(inside, row.document, person, made)


def _context_in(ctx: Context, new: NewAccount) -> Context:
    if new.id is not None and not ids.is_uuid(new.id):
        raise Invalid("account", "is not a uuid")
    return ctx.acting(Caller(new.id.lower() if new.id else ctx.new_id(), SYSTEM))


def _same_owner_in(inside: Context, agent: Person) -> Person:
    """Returns the owner's row for another account."""
    person = registration.new_agent(inside, CreateAgent(agent.email, agent.name, None, ADMIN, agent.language))
    person.id, person.home = agent.id, agent.home or agent.account
    person.icon, person.signature = agent.icon, agent.signature
    return person


def _clients(inside: Context, new: NewAccount) -> dict[str, NewClient]:
    return {
        label: api_clients.new_client(inside, label, level, with_secret=label in new.with_secrets)
        for label, level in new.clients.items()
    }


def _row(inside: Context, new: NewAccount, owner: Person, made: dict[str, NewClient], opened_in: str | None) -> Any:
    document = {"name": new.name, "owner": owner.id, "created_at": inside.now, "updated_at": inside.now}
    document |= {"billing_email": owner.email, **new.settings}
    own = {label: asdict(one.client) for label, one in made.items()}
    return accounts.new_row(inside.account, {**document, "opened_in": opened_in, "clients": own})


def _whole(inside: Context, row: Any, owner: Person, names: list[UniqueName], made: dict[str, NewClient]) -> rows.New:
    by_email = unique_names.new_name(owner.account, "email", owner.email, owner.id)
    secrets = [one.secret for one in made.values() if one.secret]
    log = accounts.log_of_new(row, inside.acting(Caller(inside.account, ADMIN, owner.id, owner.number)).stamp)
    return rows.New(row, owner, [*names, by_email], [one.claim for one in made.values()], secrets, log)


def _opened(inside: Context, document: dict[str, Any], owner: Person, made: dict[str, NewClient]) -> Opened:
    return Opened(accounts.from_document(inside.account, document), owner, {label: one.credential for label, one in made.items()})


def _login(agent: Person) -> UniqueName:
    login = unique_names.find(unique_names.EVERYWHERE, "login", agent.email)
    if login is None or login.id != agent.id:
        raise NotFound("person", agent.id)
    return login


@access.allow(VISITOR)
def list_owned(ctx: Context, person: str) -> list[Account]:
    """Returns the accounts that a person of the caller's account owns, the caller's account first. Three requests for oneself.

    Anybody else, and a program, gets the caller's account at most: no request if that person owns it. Raises NotFound.
    """
    here, is_self = accounts.load(ctx), ctx.caller.person == person and ctx.caller.at_least(AGENT)
    if not is_self and person == here.owner:
        return [here]
    agent = people.get(ctx, person)
    if not is_self:
        return []
    login = _login(agent)
    others = [id_ for id_ in (login.account, *(login.accounts or ())) if id_ != here.id]
    found = [here, *(accounts.load_many(others) if others else [])]
    return [account for account in found if account.owner == person]


@access.allow(AGENT)
def enter(ctx: Context, account: str) -> Caller:
    """Returns the caller in another account that they own, or in their own. Six requests. Raises Forbidden for any other."""
    person = ctx.caller.person
    if person is None or account not in {ctx.account, *(one.id for one in list_owned(ctx, person))}:
        raise Forbidden("only an owner goes to another account")
    there = people.get(ctx.acting(Caller(account, SYSTEM)), person)
    home = people.login_home(there)
    return Caller(account, there.level or AGENT, there.id, there.number, token_version=home.token_version)


@access.allow(AGENT)
def close(ctx: Context, owner: str) -> None:
    """Removes the caller's account. Its tokens end at once (in other processes after a minute at most) and its sockets are
    closed. Some days later it is emptied (privacy/account_removal.py).

    The owner's login ends with their last account. Raises Forbidden unless the caller is the owner or a program that names them.
    """

    def attempt() -> None:
        account, row = accounts.load_for_update(ctx)
        if not ctx.caller.at_least(ADMIN) or owner != account.owner or ctx.caller.person not in (None, owner):
            raise Forbidden("only its owner removes an account", NOT_OWNER)
        here = people.get(ctx, owner)
        login = _login(here)
        end = revocation(ctx.account, "", _FOR_GOOD, _FOR_GOOD)
        # Planned before it is removed, so that no death between leaves the rows there: of an account that is not removed it is
        # nothing.
        accounts.plan_emptying(ctx, AccountEmptied(ctx.account, ctx.now, accounts.emptied_at(ctx.now)))
        document = {**row.document, "removed_at": ctx.now}
        rows.close(row, document, end, login, _heir(here, login), accounts.log_of(ctx, row, document))

    retry_on_conflict(ctx, attempt)
    accounts.forget(ctx.account)
    tokens.forget_cached_of(ctx.account)
    publishing.publish([AccessEnded(ctx.account, ctx.now)], ctx.now)


def _heir(here: Person, login: UniqueName) -> Person | None:
    """Returns the owner's row in their next account, with the login it takes over, if they log in here."""
    if login.account != here.account or not login.accounts:
        return None
    heir = people_rows.get(login.accounts[0], here.id)
    if heir is None:
        raise NotFound("person", here.id)
    heir.password, heir.token_version, heir.key_version = here.password, here.token_version, here.key_version
    return heir
