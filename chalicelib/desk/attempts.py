"""Attempts: how many wrong passwords a login takes, and how often anything else may be asked for in a while."""

from chalicelib.context import Context
from chalicelib.desk import limits
from chalicelib.desk.errors import Locked
from chalicelib.desk.retry import contended
from chalicelib.models import attempts as rows
from chalicelib.models import people
from chalicelib.models.attempts import Attempts
from chalicelib.models.people import Person
from chalicelib.rules import emails, ids, passwords

#: Wrong passwords that lock a login, the seconds from the first in which they count, and those that it is locked then.
MOST_WRONG, WINDOW_SECONDS, LOCKED_SECONDS = 10, 900, 900


def login_of(email: str) -> str:
    """The key under which wrong passwords of a login e-mail are counted, whether anybody has it or not."""
    return ids.digest(f"login#{emails.canonical(email)}")


def of(person: Person) -> str:
    """The same for a person; a contact's e-mail logs in to nothing, and may be another's login elsewhere."""
    return login_of(person.email) if person.kind == people.AGENT else ids.digest(f"contact#{person.account}#{person.id}")


def check_password(ctx: Context, key: str, wire_password: str, *stored: str | None) -> bool:
    """Whether the wire password is one of those stored: one request more than none, and one to count or to forget.

    Raises Locked after ten wrong ones, before any is hashed, TooMany; a right one makes them forgotten.
    """
    limits.spend_by_source(ctx, "logins")
    row = _running(ctx, key)
    if row and row.tries >= MOST_WRONG:
        raise Locked(row.expires_at - ctx.now // 1000)
    if not any(passwords.matches(wire_password, one) for one in stored):
        _count_wrong(ctx, key)
        return False
    if row:
        rows.clear(key)
    return True


def _running(ctx: Context, key: str) -> Attempts | None:
    row = rows.find(key)
    return row if row and row.expires_at > ctx.now // 1000 else None


def _count_wrong(ctx: Context, key: str) -> None:
    second = ctx.now // 1000
    if _add(ctx, key, WINDOW_SECONDS) >= MOST_WRONG:
        rows.extend(key, second + LOCKED_SECONDS)


def _add(ctx: Context, key: str, seconds: int) -> int:
    second = ctx.now // 1000
    return contended(ctx, lambda: rows.add(key, second, second + seconds)).tries


def allowed(ctx: Context, name: str, most: int, seconds: int) -> bool:
    """Counts one more of what may be done so often in so many seconds, and tells whether it may: one request."""
    return _add(ctx, ids.digest(name), seconds) <= most


def forget(key: str) -> None:
    """Unlocks a login whose holder has shown otherwise who he is: one request."""
    rows.clear(key)
