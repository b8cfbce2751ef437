"""Attempts: how many wrong passwords a login takes, and how often anything else may be asked for in a while.

Wrong passwords are counted for each source, so that a stranger locks nobody out but themselves; and for each login from all
sources that its holder has not logged in from, so that many strangers together are limited, too. A guess counts before it is
looked at, or many at once would all be looked at; a right one is given back.
"""

from dataclasses import dataclass

from chalicelib.context import Context
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import Locked
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import people
from chalicelib.models import rate_windows as rows
from chalicelib.models.people import Person
from chalicelib.rules import emails, ids, passwords
from chalicelib.rules.rate_limits import network_of

#: Wrong passwords that lock a login for their source, the seconds from the first in which they count, and those that it is
#: locked then.
MOST_WRONG, WINDOW_SECONDS, LOCKED_SECONDS = 10, 900, 900
#: Passwords of one login that are looked at in a window, right or wrong, from all sources that are not known.
MOST_ANYWHERE = 100
#: Seconds for which a source is known after a login from there.
KNOWN_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Login:
    """A login at which passwords are tried, whether anybody has it or not: `key` is the digest of its name. Another `generation`
    of its password (models.people) has had no tries yet.
    """

    key: str
    token_version: int = 0

    def source(self, ctx: Context) -> str:
        """Its row's key for where the call comes from; calls without a source have one together."""
        return ids.digest(f"{self.key}#{network_of(ctx.source)}")


def login_by_email(email: str, home: Person | None = None) -> Login:
    """The login of an e-mail; `home` is the row that has its password, if anybody has it."""
    return Login(ids.digest(f"login#{emails.canonical(email)}"), home.token_version if home else 0)


def login_of(home: Person) -> Login:
    """The login of a person, by the row that has their password; a contact's e-mail logs in to nothing, and may be another's
    login elsewhere.
    """
    if home.kind == people.AGENT:
        return login_by_email(home.email, home)
    return Login(ids.digest(f"contact#{home.account}#{home.id}"), home.token_version)


def try_password(ctx: Context, login: Login, wire_password: str, *stored: str | None) -> bool:
    """Whether the wire password is one of those stored: one request, two where the source is not known, one more to lock.

    Raises Locked where the source, or the login, has no try left, and TooMany, before any is hashed. Whoever lets a right one in
    gives its try back with what they write then.
    """
    rate_limits.spend_by_source(ctx, "logins")
    tries = _reserve(ctx, login)
    if any(passwords.matches(wire_password, one) for one in stored):
        return True
    if tries >= MOST_WRONG:
        rows.extend(login.source(ctx), ctx.now // 1000 + LOCKED_SECONDS)
    return False


def check_password(ctx: Context, login: Login, wire_password: str, *stored: str | None) -> bool:
    """The same, and a right one is given back: one request more."""
    right = try_password(ctx, login, wire_password, *stored)
    if right:
        rows.forgive(login.source(ctx))
    return right


def source_known_until(ctx: Context) -> int:
    """Until when the source of a login of now is known: epoch seconds."""
    return ctx.now // 1000 + KNOWN_SECONDS


def _reserve(ctx: Context, login: Login) -> int:
    """Counts a try before it is made; returns how many there were from its source. Raises Locked."""
    second, until = ctx.now // 1000, ctx.now // 1000 + WINDOW_SECONDS
    mine = retry_on_conflict(ctx, lambda: rows.add_from_source(login.source(ctx), second, until, login.token_version))
    if mine.tries > MOST_WRONG:
        raise Locked(max(1, (mine.window_until or until) - second))
    if (mine.known_until or 0) <= second:
        everywhere = retry_on_conflict(ctx, lambda: rows.add(login.key, second, until))
        if everywhere.tries > MOST_ANYWHERE:
            raise Locked(max(1, everywhere.expires_at - second))
    return mine.tries


def is_known_source(ctx: Context, source: str) -> bool:
    """Whether a source (`Login.source`) is one that the holder has logged in from: one request."""
    row = rows.find(source)
    return row is not None and (row.known_until or 0) > ctx.now // 1000


def count_and_check(ctx: Context, name: str, most: int, seconds: int) -> bool:
    """Counts one more of what may be done so often in so many seconds, and tells whether it may: one request."""
    second = ctx.now // 1000
    return retry_on_conflict(ctx, lambda: rows.add(ids.digest(name), second, second + seconds)).tries <= most


def unlock(ctx: Context, login: Login) -> None:
    """Unlocks a login whose holder has shown otherwise who they are, here and from wherever is not known: two requests."""
    rows.trust(login.source(ctx), source_known_until(ctx))
    rows.clear(login.key)
