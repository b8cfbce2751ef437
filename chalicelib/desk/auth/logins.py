"""Logins: which agent an e-mail and a password belong to, and in which of their accounts."""

from chalicelib.context import AGENT, STRANGER, Caller, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import login_attempts
from chalicelib.desk.core import access, documents, rate_limits
from chalicelib.desk.core.errors import NotAuthenticated, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import event_logs, people, unique_names
from chalicelib.models.people import Person
from chalicelib.rules import emails, passwords

#: Key of a row that does not exist. It is read for an unknown e-mail, so that the answer takes the same time.
_NOBODY = ("nobody", "nobody")
#: The audit log's word for a sign-in.
SIGNED_IN = "signed_in"


@access.allow(STRANGER)
def log_in(ctx: Context, email: str, wire_password: str, account: str | None = None) -> tuple[Person, Caller]:
    """Returns the agent with this e-mail and wire password, in `account` if they belong to it besides their own. Four requests,
    one more from an unknown source.

    Raises NotAuthenticated, after the same amount of work whatever is wrong, also where the account was removed. Raises Locked
    after ten wrong passwords from one source for this e-mail (login_attempts.py), TooMany.
    """
    rate_limits.check_login(ctx)
    claim = unique_names.find(unique_names.EVERYWHERE, "login", emails.canonical(email))
    home = people.get(*((claim.account, claim.id) if claim else _NOBODY))
    login = login_attempts.login_by_email(email, home)
    known = home.password if home and home.is_active else None
    if not login_attempts.try_password(ctx, login, wire_password, known) or home is None:
        raise NotAuthenticated
    elsewhere = account if claim and account in (claim.accounts or ()) else None
    person = people.get(elsewhere, home.id) if elsewhere else home
    if person is None or any(_is_gone(ctx, one) for one in {person.account, account or person.account}):
        raise NotAuthenticated
    retry_on_conflict(ctx, lambda: _note(ctx, person, login))
    return person, Caller(person.account, person.level or AGENT, person.id, person.number, token_version=home.token_version)


def _note(ctx: Context, person: Person, login: login_attempts.Login) -> None:
    """Stores the time of the login and its source. Raises NotAuthenticated where the agent has just been removed."""
    if not people.record_login(person.account, person.id, ctx.now, login.source(ctx), login_attempts.source_known_until(ctx)):
        raise NotAuthenticated


def _is_gone(ctx: Context, account: str) -> bool:
    try:
        accounts.load(ctx.acting(Caller(account, AGENT)))
    except NotFound:
        return True
    return False


@access.allow(STRANGER)
def log_in_plain(ctx: Context, email: str, password: str, account: str | None = None) -> tuple[Person, Caller]:
    """Does the same with the password as it is typed."""
    return log_in(ctx, email, passwords.wire(password), account)


@access.allow(AGENT)
def log_sign_in(ctx: Context) -> None:
    """Stores in the audit log that the caller has signed in in a browser. One request. A wrong password is not in it: what it
    took to write that would show who has a login.
    """
    key = event_logs.person_key(ctx.account, ctx.caller.person or "")
    event_logs.put_new(documents.log_of_act(ctx, key, (8, SIGNED_IN), (people.AGENT, ctx.caller.number)))
