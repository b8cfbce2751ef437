"""Logins: who an e-mail and a password are, in which of their accounts."""

from chalicelib.context import AGENT, STRANGER, Caller, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import login_attempts
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import NotAuthenticated, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import people, unique_names
from chalicelib.models.people import Person
from chalicelib.rules import emails, passwords

#: A row that is not there, read for an e-mail that nobody has, which then takes the same time.
_NOBODY = ("nobody", "nobody")


@access.allow(STRANGER)
def log_in(ctx: Context, email: str, wire_password: str, account: str | None = None) -> tuple[Person, Caller]:
    """The agent whose e-mail and wire password these are, in `account` if they have it beside their own: four requests, one
    more from a source that is not known.

    Raises NotAuthenticated, after the same work whatever is wrong; also where their account, or `account`, was removed.
    Raises Locked after ten wrong passwords from one source, for whichever e-mail (desk/attempts.py), TooMany.
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
    """The time of the login, and that its source is the person's. Raises NotAuthenticated where they have just been removed."""
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
    """The same for the password as it is typed."""
    return log_in(ctx, email, passwords.wire(password), account)
