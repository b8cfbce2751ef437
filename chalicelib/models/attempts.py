"""Attempts: how often something was tried, a row a thing and a window of time.

Key: a digest of what is tried. `expires_at` (epoch seconds) is the end of the window, and the table's TTL; a row past it
counts as gone.
"""

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Refused, Table, conditional


class Attempts(Table):
    """Tries within one window."""

    class Meta:
        table_name = config.table("attempts")

    key = UnicodeAttribute(hash_key=True)
    tries = IntegerAttribute(default=0)
    expires_at = IntegerAttribute()


def find(key: str) -> Attempts | None:
    """The last window's row, over or not, read consistently: one request."""
    return Attempts.find(key)


def add(key: str, second: int, until: int, by: int = 1) -> Attempts:
    """One more try, or `by` more, in a window that its first one sets: one request, or two where a window before it is still
    stored.

    Raises Refused where another has just begun the next window: the next attempt finds it.
    """
    row = Attempts(key)
    try:
        with conditional():
            running = Attempts.expires_at.does_not_exist() | (Attempts.expires_at > second)
            row.update([Attempts.tries.add(by), Attempts.expires_at.set(Attempts.expires_at | until)], running)
    except Refused:
        with conditional():
            row.update([Attempts.tries.set(by), Attempts.expires_at.set(until)], Attempts.expires_at <= second)
    return row


def extend(key: str, until: int) -> None:
    """Lets the window last until then: one request."""
    Attempts(key).update([Attempts.expires_at.set(until)])


def clear(key: str) -> None:
    """As if nothing had been tried: one request."""
    Attempts(key).delete()
