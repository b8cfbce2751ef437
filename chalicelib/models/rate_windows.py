"""Rate windows: how often something was tried, one row for each thing and window of time.

Key: a digest of what is tried. `expires_at` (epoch seconds) is the table's TTL, and the window's end unless there is a
`window_until`. A window that is over is ignored.
"""

from collections.abc import Sequence

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional


class RateWindow(Table):
    """The tries within one window. For a login from one source also the token version of the password (models.people) that was
    tried, and how long the source is known to be the holder's.
    """

    class Meta:
        table_name = config.table("rate-windows")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    tries = IntegerAttribute(default=0, attr_name="tr")
    expires_at = IntegerAttribute(attr_name="ex")
    window_until = IntegerAttribute(null=True, attr_name="wu")
    token_version = IntegerAttribute(null=True, attr_name="tv")
    known_until = IntegerAttribute(null=True, attr_name="ku")


def find(key: str) -> RateWindow | None:
    """Returns the last window's row, over or not, read consistently. One request."""
    return RateWindow.find(key)


def get_many(keys: Sequence[str]) -> dict[str, RateWindow]:
    """Returns the last windows' rows by key, over or not, a moment old. One request for each hundred."""
    return {row.key: row for row in RateWindow.batch_get(list(keys))} if keys else {}


def add(key: str, second: int, until: int, by: int = 1) -> RateWindow:
    """Adds a try, or `by` tries, to a window that begins with its first one. One request, two if an earlier window is still
    stored.

    Raises ConditionFailed where another call has just begun the next window: the next attempt finds it.
    """
    row = RateWindow(key)
    try:
        with conditional():
            running = RateWindow.expires_at.does_not_exist() | (RateWindow.expires_at > second)
            row.update([RateWindow.tries.add(by), RateWindow.expires_at.set(RateWindow.expires_at | until)], running)
    except ConditionFailed:
        with conditional():
            row.update([RateWindow.tries.set(by), RateWindow.expires_at.set(until)], RateWindow.expires_at <= second)
    return row


def add_renewing(key: str, second: int, until: int, most: int) -> bool:
    """Adds a try to a window that then ends at `until`, or begins one. Returns False where it has `most`. One request, two for
    False, three where an earlier window is stored.

    Raises ConditionFailed where another call has just begun the next window: the next attempt finds it.
    """
    row = RateWindow(key)
    try:
        with conditional():
            free = (RateWindow.expires_at > second) & (RateWindow.tries < most)
            row.update([RateWindow.tries.add(1), RateWindow.expires_at.set(until)], RateWindow.expires_at.does_not_exist() | free)
    except ConditionFailed:
        running = RateWindow.find(key)
        if running and running.expires_at > second and running.tries >= most:
            return False
        with conditional():
            row.update([RateWindow.tries.set(1), RateWindow.expires_at.set(until)], RateWindow.expires_at <= second)
    return True


def add_from_source(key: str, second: int, until: int, generation: int) -> RateWindow:
    """Adds a try of a login from one source. Its row is kept longer; another token version begins another window."""
    row = RateWindow(key)
    kept = [RateWindow.expires_at.set(RateWindow.known_until | until), RateWindow.token_version.set(generation)]
    try:
        with conditional():
            same = (RateWindow.window_until > second) & (RateWindow.token_version == generation)
            counted: list[Action] = [RateWindow.tries.add(1), RateWindow.window_until.set(RateWindow.window_until | until), *kept]
            row.update(counted, RateWindow.window_until.does_not_exist() | same)
    except ConditionFailed:
        with conditional():
            over = (RateWindow.window_until <= second) | (RateWindow.token_version != generation)
            row.update([RateWindow.tries.set(1), RateWindow.window_until.set(until), *kept], over)
    return row


def extend(key: str, until: int) -> None:
    """Lets the window of a login from one source last until then. One request."""
    RateWindow(key).update([RateWindow.window_until.set(until), RateWindow.expires_at.set(RateWindow.known_until | until)])


def forgive(key: str) -> None:
    """Sets the wrong tries of a login from one source to none. One request."""
    RateWindow(key).update([RateWindow.tries.set(0), RateWindow.window_until.remove()])


def trust(key: str, until: int) -> None:
    """Notes that a login from this source was its holder's: no wrong tries, and the source is known until then. One request."""
    RateWindow(key).update(_trusted(until))


def trust_within(write: TransactWrite, key: str, until: int) -> None:
    """Adds the same to a transaction."""
    write.update(RateWindow(key), _trusted(until))


def _trusted(until: int) -> list[Action]:
    known = [RateWindow.known_until.set(until), RateWindow.expires_at.set(until)]
    return [RateWindow.tries.set(0), RateWindow.window_until.remove(), *known]


def clear(key: str) -> None:
    """Sets the tries to none. One request."""
    RateWindow(key).delete()
