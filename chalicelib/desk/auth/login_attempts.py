"""Login attempts: how many wrong passwords a login accepts before it locks.

Wrong passwords are counted for each source, so that a stranger can lock out nobody but themselves. They are also counted for each
login over all unknown sources, so that many strangers together are limited too. A try counts before the password is checked,
because many at once would all be checked otherwise; a right password gives its try back.
"""

import msgspec

from chalicelib.context import Context
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import Locked
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import people
from chalicelib.models import rate_windows as rows
from chalicelib.models.people import Person
from chalicelib.rules import emails, ids, passwords
from chalicelib.rules.rate_limits import network_of

#: Wrong passwords that lock a login for their source, the seconds in which they add up, and the seconds it stays locked.
MOST_WRONG, WINDOW_SECONDS, LOCKED_SECONDS = 10, 900, 900
#: Passwords of one login that are checked in a window, right or wrong, over all unknown sources.
MOST_ANYWHERE = 100
#: For how many seconds a source is known after a login from it.
KNOWN_SECONDS = 30 * 86_400


class Login(msgspec.Struct, frozen=True):
    """A login at which passwords are tried, whether or not anybody has it. `key` is the digest of its name.

    A new `token_version` (models.people) means a new password, which has had no tries yet.
    """

    key: str
    token_version: int = 0

    def source(self, ctx: Context) -> str:
        """Key of the row that counts tries from the call's network address. Calls without an address share one."""
        return ids.digest(f"{self.key}#{network_of(ctx.source)}")


def login_by_email(email: str, home: Person | None = None) -> Login:
    """Returns the login of an e-mail. `home` is the row that has its password, if there is one."""
    return Login(ids.digest(f"login#{emails.canonical(email)}"), home.token_version if home else 0)


def login_of(home: Person) -> Login:
    """Returns the login of a person, from the row that has their password.

    A contact's e-mail logs in to nothing and may be an agent's login elsewhere, so a contact has a login of their own.
    """
    if home.kind == people.AGENT:
        return login_by_email(home.email, home)
    return Login(ids.digest(f"contact#{home.account}#{home.id}"), home.token_version)


def try_password(ctx: Context, login: Login, wire_password: str, *stored: str | None) -> bool:
    """Returns whether the wire password is one of those stored. One request, two for an unknown source, one more to lock.

    Raises Locked where the source or the login has no try left, TooMany; both before anything is hashed. After a right password
    the caller gives the try back together with what it writes next.
    """
    rate_limits.spend_by_source(ctx, "logins")
    tries = _reserve(ctx, login)
    if any(passwords.matches(wire_password, one) for one in stored):
        return True
    if tries >= MOST_WRONG:
        rows.extend(login.source(ctx), ctx.now // 1000 + LOCKED_SECONDS)
    return False


def check_password(ctx: Context, login: Login, wire_password: str, *stored: str | None) -> bool:
    """Returns the same as `try_password`, and gives the try back itself. One request more for a right password."""
    right = try_password(ctx, login, wire_password, *stored)
    if right:
        rows.forgive(login.source(ctx))
    return right


def source_known_until(ctx: Context) -> int:
    """Returns until when the source of a login counts as known: epoch seconds."""
    return ctx.now // 1000 + KNOWN_SECONDS


def _reserve(ctx: Context, login: Login) -> int:
    """Counts a try before it is made. Returns how many there were from its source. Raises Locked."""
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
    """Returns whether the holder has logged in from a source (`Login.source`). One request."""
    row = rows.find(source)
    return row is not None and (row.known_until or 0) > ctx.now // 1000


def count_and_check(ctx: Context, name: str, most: int, seconds: int) -> bool:
    """Counts one more of something that is allowed `most` times in `seconds`, and returns whether it is allowed. One request."""
    second = ctx.now // 1000
    return retry_on_conflict(ctx, lambda: rows.add(ids.digest(name), second, second + seconds)).tries <= most


def unlock(ctx: Context, login: Login) -> None:
    """Unlocks a login whose holder has proved who they are in another way, for this source and for unknown ones. Two requests."""
    rows.trust(login.source(ctx), source_known_until(ctx))
    rows.clear(login.key)
