"""Logins: who an e-mail and a password are, in which of his accounts."""

from chalicelib.context import AGENT, Caller, Context
from chalicelib.desk import accounts, attempts, limits
from chalicelib.desk.errors import NotAuthenticated, NotFound
from chalicelib.models import claims, people
from chalicelib.models.people import Person
from chalicelib.rules import emails, passwords


def log_in(ctx: Context, email: str, wire_password: str, account: str | None = None) -> tuple[Person, Caller]:
    """The agent whose e-mail and wire password these are, in `account` if he has it beside his own.

    Raises NotAuthenticated, after the same work whatever is wrong; also where his account, or `account`, was removed.
    Raises Locked after ten wrong passwords, for whichever e-mail, TooMany.
    """
    limits.check_login(ctx)
    claim = claims.find(claims.EVERYWHERE, "login", emails.canonical(email))
    home = people.get(claim.account, claim.id) if claim else None
    known = home.password if home and home.is_active else None
    if not attempts.check_password(ctx, attempts.login_of(email), wire_password, known) or home is None:
        raise NotAuthenticated
    elsewhere = account if claim and account in (claim.accounts or ()) else None
    person = people.get(elsewhere, home.id) if elsewhere else home
    if person is None or any(_is_gone(ctx, one) for one in {person.account, account or person.account}):
        raise NotAuthenticated
    people.logged_in(person.account, person.id, ctx.now)
    return person, Caller(person.account, person.level or AGENT, person.id, person.number, generation=home.generation)


def _is_gone(ctx: Context, account: str) -> bool:
    try:
        accounts.load(ctx.acting(Caller(account, AGENT)))
    except NotFound:
        return True
    return False


def log_in_plain(ctx: Context, email: str, password: str, account: str | None = None) -> tuple[Person, Caller]:
    """The same for the password as it is typed."""
    return log_in(ctx, email, passwords.wire(password), account)
