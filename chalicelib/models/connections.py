"""Open sockets: a row each, which says whose it is. A row expires: the gateway ends a socket after two hours, and may
forget to say so.
"""

from typing import Any

from pynamodb.attributes import UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib import config
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Refused, Table, conditional, page

_KEPT_SECONDS = 3 * 3600


class ByAccount(GlobalSecondaryIndex["Connection"]):
    """The contacts of an account who are connected, by since when."""

    class Meta:
        index_name = "by_account"
        projection = AllProjection()

    contacts_of = UnicodeAttribute(hash_key=True)
    since = IntegerAttribute(range_key=True)


class Connection(Table):
    """One socket, and the caller behind it. `since` is epoch milliseconds, `expires_at` epoch seconds."""

    class Meta:
        table_name = config.table("connections")

    id = UnicodeAttribute(hash_key=True)
    account = UnicodeAttribute()
    person = UnicodeAttribute()
    device = UnicodeAttribute()
    is_mobile = BooleanAttribute(default=False)
    level = UnicodeAttribute()
    number = IntegerAttribute(null=True)
    client = UnicodeAttribute(default="")
    token = UnicodeAttribute(default="")
    #: Conversations whose typing it watches.
    watched: Any = UnicodeSetAttribute(null=True)
    contacts_of = UnicodeAttribute(null=True)
    since = IntegerAttribute()
    expires_at = IntegerAttribute()

    by_account = ByAccount()


def create(connection: Connection, until: int | None) -> bool:
    """Stores a socket's row, good until its caller's token ends (epoch seconds, None for never); False where it has one."""
    kept = connection.since // 1000 + _KEPT_SECONDS
    connection.expires_at = kept if until is None else min(kept, until)
    try:
        with conditional():
            connection.save(Connection.id.does_not_exist())
    except Refused:
        return False
    return True


def get(connection: str) -> Connection | None:
    """One socket, read consistently: one request."""
    return Connection.find(connection)


def delete(connection: str) -> None:
    """Forgets a socket; again without harm."""
    Connection(connection).delete()


def watch(connection: str, conversation: str) -> None:
    """Notes that a socket watches a conversation. Raises Refused where the socket has gone."""
    with conditional():
        Connection(connection).update([Connection.watched.add({conversation})], Connection.account.exists())


def unwatch(connection: str, conversation: str) -> None:
    """Notes that it does so no more. Raises Refused where the socket has gone."""
    with conditional():
        Connection(connection).update([Connection.watched.delete({conversation})], Connection.account.exists())


def contacts(account: str, limit: int) -> list[Connection]:
    """Sockets of contacts, the latest first: one request, a moment old. Some may have expired."""
    return page(Connection.by_account.query(account, scan_index_forward=False, limit=limit))[0]
