"""Connections: a row for each open socket. It expires, because the gateway ends a socket after two hours and may not tell."""

import json
from typing import Any

from pynamodb.attributes import UnicodeSetAttribute
from pynamodb.indexes import AllProjection

from chalicelib import config
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional, read_page
from chalicelib.models.indexes import GlobalIndex

_KEPT_SECONDS = 3 * 3600
#: Both kinds of people whose sockets an account has.
AGENT, CONTACT = KINDS = ("agent", "contact")


class ByAccount(GlobalIndex["Connection"]):
    """The sockets of an account's contacts, and those of its agents, by when they opened."""

    class Meta:
        index_name = "by_account"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    since = IntegerAttribute(range_key=True)


class Connection(Table):
    """An open socket and the caller behind it. `since` is epoch milliseconds, `expires_at` epoch seconds."""

    class Meta:
        table_name = config.table("connections")

    id = UnicodeAttribute(hash_key=True, attr_name="id")
    account = UnicodeAttribute(attr_name="ac")
    person = UnicodeAttribute(attr_name="pe")
    device = UnicodeAttribute(attr_name="de")
    is_mobile = BooleanAttribute(default=False, attr_name="im")
    level = UnicodeAttribute(attr_name="le")
    number = IntegerAttribute(null=True, attr_name="nu")
    client = UnicodeAttribute(default="", attr_name="cl")
    token = UnicodeAttribute(default="", attr_name="to")
    #: The person's token version when it opened.
    token_version = IntegerAttribute(default=0, attr_name="tv")
    #: Conversations whose typing it watches.
    watched: Any = UnicodeSetAttribute(null=True, attr_name="wa")
    #: Its key in `by_account`: `account#kind`.
    listed = UnicodeAttribute(attr_name="li")
    since = IntegerAttribute(attr_name="si")
    expires_at = IntegerAttribute(attr_name="ex")

    by_account = ByAccount()

    @property
    def is_contact(self) -> bool:
        """Whether it is a contact's."""
        return self.listed.endswith(f"#{CONTACT}")


def listed(account: str, kind: str) -> str:
    """Returns the key under which `by_account` has the sockets of an account's agents or contacts."""
    return f"{account}#{kind}"


def create(connection: Connection, until: int | None) -> bool:
    """Stores a socket's row until its caller's token ends (epoch seconds, None for never). Returns False if there is one."""
    kept = connection.since // 1000 + _KEPT_SECONDS
    connection.expires_at = kept if until is None else min(kept, until)
    try:
        with conditional():
            connection.save(Connection.id.does_not_exist())
    except ConditionFailed:
        return False
    return True


def get(connection: str) -> Connection | None:
    """Returns a socket, read consistently. One request."""
    return Connection.find(connection)


def delete(connection: str) -> None:
    """Forgets a socket. Harmless when repeated."""
    Connection(connection).delete()


def watch(connection: str, conversation: str) -> None:
    """Notes that a socket watches a conversation. Raises ConditionFailed where the socket has gone."""
    with conditional():
        Connection(connection).update([Connection.watched.add({conversation})], Connection.account.exists())


def unwatch(connection: str, conversation: str) -> None:
    """Notes that it no longer does. Raises ConditionFailed where the socket has gone."""
    with conditional():
        Connection(connection).update([Connection.watched.delete({conversation})], Connection.account.exists())


def contacts(account: str, limit: int) -> list[Connection]:
    """Returns sockets of contacts, latest first, a moment old; some may have expired. One request."""
    return read_page(Connection.by_account.query(listed(account, CONTACT), scan_index_forward=False, limit=limit))[0]


def of_account(account: str, after: str, limit: int) -> tuple[list[Connection], str]:
    """Returns a page of an account's sockets from `after` on, agents' first, and where the next page begins, empty at the end.

    One request. A moment old; some may have expired.
    """
    kind: str
    start: dict[str, Any] | None
    kind, start = json.loads(after) if after else (AGENT, None)
    rows, last = read_page(Connection.by_account.query(listed(account, kind), limit=limit, last_evaluated_key=start))
    if last:
        return rows, json.dumps([kind, last])
    return rows, json.dumps([CONTACT, None]) if kind == AGENT else ""
